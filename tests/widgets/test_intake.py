"""The intake in Python: what the browser sends runs the same path, and nothing it says is believed."""

from __future__ import annotations

import pytest

import cxkit as cx
from cxkit import where as w
from cxwidgets import Intake
from cxwidgets.intake.naming import NO_NAME, REPLACED, TAKEN, suggested
from cxwidgets.panel import NOT_UNDERSTOOD, READY

RENAMED = {"order": "Auftrag", "step": "Schritt", "when": "Zeitpunkt", "client": "Kunde", "plan": "Tarif"}
SCRIPT = "<script>window.owned = 1</script>"


def export(**changed):
    """The toy log as a consultant gets it: renamed columns, semicolons, the day first."""
    table = cx.toy_table().to_pandas().rename(columns=RENAMED | changed)
    table["Zeitpunkt"] = table["Zeitpunkt"].dt.strftime("%d.%m.%Y %H:%M")
    return table.to_csv(sep=";", index=False).encode()


def send(intake, content, name="export.csv"):
    """What the browser sends for one small file."""
    intake.hear({"do": "begin", "name": name, "size": len(content)})
    intake.hear({"do": "piece", "upload": intake.receiving["upload"], "piece": 0}, [memoryview(content)])
    return intake


def role_of(intake):
    return {column["name"]: column["role"] for column in intake.facts["columns"]}


def assign(intake, column, role):
    names = list(role_of(intake))
    intake.hear({"do": "assign", "column": names.index(column), "role": role})


def mark(intake, activity):
    names = [known["name"] for known in intake.facts["activities"]]
    intake.hear({"do": "mark", "activity": names.index(activity)})


@pytest.fixture
def intake(tmp_path, loopless):
    return Intake(folder=tmp_path / "stores")


@pytest.fixture
def begun(intake):
    return send(intake, export())


# ---- roles -----------------------------------------------------------------------------------------------------------


def test_roles_are_guessed_with_their_evidence(begun):
    assert role_of(begun) == {
        "Auftrag": "journey",
        "Kunde": "customer",
        "Tarif": "keep",
        "Schritt": "activity",
        "Zeitpunkt": "time",
        "channel": "keep",
    }
    why = {line["role"]: (line["column"], line["why"], line["by"]) for line in begun.facts["evidence"]}
    assert why["journey"] == ("Auftrag", "12 values, 3.3 rows each", "guessed")
    assert why["activity"] == ("Schritt", "6 values, changing within a journey", "guessed")
    assert why["customer"] == ("Kunde", "10 values for 12 journeys", "guessed")
    assert why["time"][1].startswith("100% of a sample read as times; day first")
    assert begun.facts["ready"]
    assert begun.facts["faults"] == begun.facts["doubts"] == []


def test_a_role_moves_and_what_it_gives_is_said_at_once(begun):
    assign(begun, "Schritt", "journey")
    assert role_of(begun)["Auftrag"] == "keep"
    assert not begun.facts["ready"]
    assert begun.facts["faults"] == ["Choose the column that says what happened."]
    assign(begun, "channel", "activity")
    assert begun.facts["ready"]
    assert next(line for line in begun.facts["evidence"] if line["role"] == "journey")["by"] == "chosen"
    assign(begun, "Tarif", "time")
    assert begun.facts["faults"] == ['"Tarif" does not read as a time. Choose another column.']
    begun.hear({"do": "go", "step": 3})
    assert begun.said == NOT_UNDERSTOOD
    assert begun.facts["step"] == 2
    assign(begun, "Tarif", "keep")
    assert begun.facts["faults"] == []
    assert "every duration is unknown" in begun.facts["evidence"][2]["why"]


def test_a_log_without_customers_names_the_columns_that_may_be_one(intake):
    rows = "\n".join(f"V{n // 3};K{n // 5};{'abc'[n % 3]};2025-01-{n % 28 + 1:02}" for n in range(300))
    send(intake, f"VORGANG;KD_NR;SCHRITT;ZEIT\n{rows}\n".encode())
    [nobody] = intake.facts["doubts"]
    assert nobody.endswith('cannot be counted. Is it "KD_NR"? Choose it above its column.')
    assign(intake, "KD_NR", "customer")
    assert not [doubt for doubt in intake.facts["doubts"] if "customers are unknown" in doubt]


def test_doubts_do_not_forbid(intake):
    rows = "\n".join(f"j{n};a;2026-01-01;{n % 3}" for n in range(9))
    send(intake, f"order;step;when;group\n{rows}\n".encode())
    for column, role in (("order", "journey"), ("step", "activity"), ("when", "time")):
        assign(intake, column, role)
    [nobody, doubt] = intake.facts["doubts"]
    assert nobody == "No column says who the customer is, so customers are unknown and cannot be counted."
    assert doubt == 'Every row has a "order" of its own, so there would hardly be a journey of two events.'
    assign(intake, "group", "journey")
    assert intake.facts["doubts"][1:] == ['"when" never changes within a journey, so nothing would take any time.']
    assert intake.facts["ready"]


def test_columns_that_are_left_out_and_a_journey_without_customers(begun, tmp_path):
    assign(begun, "channel", "leave")
    assign(begun, "Kunde", "leave")
    begun.hear({"do": "prepare", "name": "shop"})
    assert dict(begun.journeys.attributes) == {"Tarif": "text of each journey"}
    assert str(begun.journeys.n) == "12 journeys; customers unknown: each journey counts as one"


def test_the_time_zone_is_the_browsers_once_and_then_the_users(intake):
    intake.hear({"do": "here", "zone": "Mars/Olympus"})
    intake.hear({"do": "here", "zone": ["UTC"]})
    intake.hear({"do": "here", "zone": "Europe/Berlin"})
    intake.hear({"do": "here", "zone": "Asia/Tokyo"})
    send(intake, export())
    assert intake.said == ""
    assert intake.facts["zone"] == "Europe/Berlin"
    intake.hear({"do": "place", "zone": "Nowhere"})
    assert "Nowhere" in intake.said
    assert intake.facts["zone"] == "Europe/Berlin"
    intake.hear({"do": "place", "zone": "America/Lima"})
    intake.hear({"do": "prepare", "name": "shop"})
    assert intake.journeys.manifest.zone == "America/Lima"
    assert intake.journeys.manifest.first == cx.toy_journeys().manifest.first + 5 * 3600 * 1_000_000


# ---- goals, preparing, exploring -------------------------------------------------------------------------------------


def test_goals_and_cancels_become_tags(begun):
    counts = {known["name"]: known["rows"] for known in begun.facts["activities"]}
    assert list(counts.items()) == [("Order", 12), ("Pay", 9), ("Ship", 6), ("Deliver", 5), ("Call", 4), ("Cancel", 4)]
    for activity in ("Deliver", "Pay", "Cancel", "Cancel", "Call", "Call", "Call"):
        mark(begun, activity)
    marks = {known["name"]: known["mark"] for known in begun.facts["activities"] if known["mark"]}
    assert marks == {"Deliver": "goal", "Pay": "goal", "Cancel": "cancel"}
    begun.hear({"do": "prepare", "name": "shop"})
    assert begun.facts["step"] == 5
    assert begun.share == 1
    toy = cx.toy_journeys()
    for tag, filter_ in (
        ("reached a goal", w.contains("Pay") | w.contains("Deliver")),
        ("cancelled", w.contains("Cancel")),
    ):
        kept = begun.journeys.keep(w.attribute(tag, True))
        assert kept.n == toy.keep(filter_).n
    assert "cancelled" in begun.board.panel("segments").facts["attributes"]


def test_what_was_settled_is_kept_beside_what_was_written_before(begun, tmp_path):
    file = tmp_path / "stores" / "shop" / "engagement.toml"
    mark(begun, "Deliver")
    for _ in range(2):
        mark(begun, "Cancel")
    begun.hear({"do": "prepare", "name": "shop"})
    assert file.as_posix() in begun.facts["made"]["notes"][-1]
    said = cx.Engagement.load(file)
    assert [goal.activity for goal in said.goals] == ["Deliver"]
    assert said.cancels[0].activity == "Cancel"
    assert (said.roles.journey, said.roles.time_format, said.source) == ("Auftrag", None, None)
    more = '\n[lanes]\n"front-stage" = ["Call"]\n\n[split]\nend = ["Pay"]\n\n[identities]\npath = "keys.csv"\n'
    file.write_text('zone = "Asia/Tokyo"\n' + file.read_text(encoding="utf-8") + more, encoding="utf-8")
    mark(begun, "Deliver")
    begun.hear({"do": "prepare", "name": "shop"})
    said = cx.Engagement.load(file)
    assert list(said.lanes) == ["front-stage"]
    assert (said.split, said.identities, said.zone) == (None, None, "UTC")
    assert [goal.activity for goal in said.goals] == []
    assert len(said.cancels) == 2


def test_an_engagement_file_that_cannot_be_read_stays_as_it_is(begun, tmp_path):
    begun.hear({"do": "prepare", "name": "shop"})
    file = tmp_path / "stores" / "shop" / "engagement.toml"
    file.write_text("goals = 3", encoding="utf-8")
    begun.hear({"do": "prepare", "name": "shop"})
    assert "cannot be used" in begun.said
    assert "Line 1" in begun.said
    assert file.read_text(encoding="utf-8") == "goals = 3"


def test_a_file_on_disk_is_named_from_the_store(tmp_path, loopless):
    (tmp_path / "export.csv").write_bytes(export())
    intake = Intake(tmp_path / "export.csv", folder=tmp_path / "stores")
    intake.hear({"do": "prepare", "name": "shop"})
    store = tmp_path / "stores" / "shop"
    said = cx.Engagement.load(store / "engagement.toml")
    assert said.source.path == "../../export.csv"
    again = cx.read(said.address(store)).roles(**said.roles_words)
    assert cx.prepare(again, store, progress=False).manifest.version == intake.journeys.manifest.version


def test_rows_of_starts_and_ends_are_joined_when_a_column_says_so(intake):
    text = "case,what,step,when\nA,Pack,start,2025-06-02 09:00\nA,Pack,complete,2025-06-02 09:30\n"
    text += "A,Ship,start,2025-06-02 11:00\nA,Ship,complete,2025-06-02 11:10\n"
    send(intake, text.encode())
    assign(intake, "what", "activity")
    assert "named as the lifecycle" in intake.facts["doubts"][-1]
    assign(intake, "step", "lifecycle")
    assert [line["role"] for line in intake.facts["evidence"]][-1] == "lifecycle"
    intake.hear({"do": "prepare", "name": "shop"})
    assert intake.journeys.waiting().df()["worked"].tolist() == [1, 1]
    assert "lifecycle='step'" in intake.code


def test_a_tag_does_not_take_a_columns_name(intake):
    send(intake, export(plan="cancelled"))
    mark(intake, "Cancel")
    mark(intake, "Cancel")
    intake.hear({"do": "prepare", "name": "shop"})
    assert {"cancelled", "cancelled 2"} <= intake.journeys.attributes.keys()


def test_the_code_repeats_it(begun, tmp_path, monkeypatch):
    mark(begun, "Deliver")
    assign(begun, "channel", "leave")
    mark(begun, "Deliver")
    begun.hear({"do": "prepare", "name": "my shop"})
    (tmp_path / "export.csv").write_bytes(export())
    monkeypatch.chdir(tmp_path)
    names = {}
    exec(begun.code, names)
    assert names["j"].n == begun.journeys.n
    assert names["j"].recipe == begun.journeys.recipe
    assert names["j"].attributes == begun.journeys.attributes
    assert names["j"].summary().df().equals(begun.journeys.summary().df())
    exec(begun.board.code, names)
    assert names["j"].recipe == begun.journeys.recipe


@pytest.mark.parametrize("name", ["", "  ", "../x", "a/b", ".hidden", "a\0b", "x" * 61, "-a", "a.b", 5.5])
def test_names_that_no_store_may_have(begun, name):
    begun.hear({"do": "prepare", "name": name})
    assert begun.said == NO_NAME
    assert begun.facts["step"] == 2


def test_what_is_there_already_is_told(begun, tmp_path):
    begun.hear({"do": "call", "name": "shop"})
    assert begun.facts["store"]["note"] == ""
    begun.hear({"do": "prepare", "name": "shop"})
    begun.hear({"do": "call", "name": " shop "})
    assert begun.facts["store"]["note"] == REPLACED
    (tmp_path / "stores" / "papers").mkdir()
    (tmp_path / "stores" / "papers" / "letter.txt").touch()
    begun.hear({"do": "prepare", "name": "papers"})
    assert begun.said == TAKEN


@pytest.mark.parametrize(
    ("file", "name"), [("export 2026.csv.gz", "export 2026"), ("..csv", "log"), ("a<b>&c.csv", "a b c"), ("é.pq", "é")]
)
def test_a_name_is_suggested(file, name):
    assert suggested(file) == name


def test_an_error_is_a_sentence_and_the_roles_stay(begun, monkeypatch):
    roles = role_of(begun)

    def fails(*_, **__):
        raise cx.CxError("The disk is full.")

    monkeypatch.setattr(cx, "prepare", fails)
    begun.hear({"do": "go", "step": 4})
    begun.hear({"do": "prepare", "name": "shop"})
    assert begun.said == "The disk is full."
    assert begun.facts["step"] == 4
    assert role_of(begun) == roles
    monkeypatch.setattr(cx, "prepare", lambda *_, **__: 1 / 0)
    begun.hear({"do": "prepare", "name": "shop"})
    assert begun.said == "That could not be done (ZeroDivisionError)."
    assert begun.status == READY


def test_before_there_is_anything(intake):
    for attribute in ("journeys", "board"):
        with pytest.raises(cx.CxError, match="Choose a file in the intake"):
            getattr(intake, attribute)
    assert intake.code == ""
    for asked in ({"do": "go", "step": 2}, {"do": "mark", "activity": 0}, {"do": "go", "step": "5"}, {"do": "leap"}):
        intake.hear(asked)
        assert intake.said == NOT_UNDERSTOOD
    for asked in ({"do": "prepare", "name": "x"}, {"do": "assign", "column": 0, "role": "time"}):
        intake.hear(asked)
        assert intake.said
        assert intake.facts["step"] == 1


def test_messages_that_lie_are_refused(begun):
    before = dict(begun.facts)
    for asked in (
        {"do": "assign", "column": 99, "role": "time"},
        {"do": "assign", "column": -1, "role": "time"},
        {"do": "assign", "column": 0, "role": "__class__"},
        {"do": "assign", "column": "0", "role": "time"},
        {"do": "mark", "activity": -1},
        {"do": "mark", "activity": 99},
        {"do": "mark", "activity": "Order"},
        {"do": "go", "step": 5},
        {"do": "go", "step": 1},
        {"do": "_forget"},
        {"do": "work", "job": "x", "then": "y"},
        "go",
    ):
        begun.hear(asked)
        assert begun.said == NOT_UNDERSTOOD, asked
    begun.set_state({"facts": {}, "receiving": {"upload": 1}, "share": 9.0})
    assert begun.facts == before
    assert begun.share != 9


def test_start_over(begun):
    begun.hear({"do": "prepare", "name": "shop"})
    path = begun._upload.path
    begun.hear({"do": "restart"})
    assert begun.facts["step"] == 1
    assert begun.said == ""
    assert not path.exists()
    with pytest.raises(cx.CxError):
        _ = begun.board
    send(begun, export(), "second.csv")
    assert begun.facts["source"] == "second.csv"


def test_from_python_it_begins_with_the_columns(tmp_path):
    (tmp_path / "export.csv").write_bytes(export())
    begun = Intake(tmp_path / "export.csv", folder=tmp_path)
    assert begun.facts["step"] == 2
    assert begun.facts["store"]["name"] == "export"
    with pytest.raises(cx.CxError, match="There is no file"):
        Intake(tmp_path / "exports.csv")


def test_without_a_kernel_it_is_one_sentence(begun):
    shown, _ = begun._repr_mimebundle_()
    assert shown["text/html"].count("<p") == 1
    assert "Auftrag" not in shown["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_prepare_tells_a_function_how_far_it_is(tmp_path):
    log, told = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when"), []
    cx.prepare(log, tmp_path / "store", progress=lambda *said: told.append(said))
    assert [share for _, share in told] == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert told[0][0] == "reading rows"
    assert told[-1][0] == "drawing the map"
    cx.prepare(log, tmp_path / "store", progress=lambda *said: told.append(said))
    assert told[6:] == [("drawing the map", 1.0)]
    with pytest.raises(ZeroDivisionError):
        cx.prepare(log, tmp_path / "other", progress=lambda *_: 1 / 0)
    with pytest.raises(cx.CxError):
        cx.open(tmp_path / "other")


def test_hostile_texts_are_only_text(intake):
    send(intake, export(plan=SCRIPT).replace(b"Cancel", SCRIPT.encode()), f"{SCRIPT[:8]}.csv")
    mark(intake, SCRIPT)
    assign(intake, SCRIPT, "order")
    intake.hear({"do": "prepare", "name": "shop"})
    assert intake.journeys.keep(w.attribute("reached a goal", True)).n.journeys == 4
    assert "cx.read('<script>.csv')" in intake.code
    assert intake.journeys.manifest.source == "<script>.csv"
