"""What differs between a store and a later part of its log: by hand, on the sample's next month, and refused."""

from __future__ import annotations

import json
import shutil
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from support.machine import ROOT

import cxkit as cx
from cxkit.cli import main
from cxkit.store.changes import WORDS, Refused, settled

HEAD = "id,act,when,plan,size\n"
ROLES = {"journey": "id", "activity": "act", "time": "when", "customer": ""}
KEPT = {"journey_attributes": ["plan"], "event_attributes": ["size"]}
FIRST = ["J1,Order,2025-01-01,gold,1", "J1,Pay,2025-01-02,gold,2", "J2,Order,2025-01-03,blue,3"]


@pytest.fixture
def store(tmp_path):
    """Prepare the store of some rows."""

    def make(rows=FIRST, head=HEAD, **roles):
        (tmp_path / "first.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        log = cx.read(tmp_path / "first.csv").roles(**{**ROLES, **KEPT, **roles})
        return cx.prepare(log, tmp_path / "store", progress=False)

    return make


@pytest.fixture
def append(tmp_path):
    """Append some rows to it."""

    def add(rows, head=HEAD, contract=None, **roles):
        (tmp_path / "later.csv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
        log = cx.read(tmp_path / "later.csv")
        log = log.roles(**roles) if roles else log
        return cx.prepare(log, tmp_path / "store", append=True, contract=contract, progress=False)

    return add


def found(journeys, check):
    return [one for one in journeys.changes.found if one.check == check]


def test_columns_in_another_order_are_no_change(store, append):
    store()
    later = append(["4,J2,9,blue,Pay,2025-02-01"], "size,id,extra,plan,act,when\n")
    assert later.events(journey="J2").df()[["activity", "size"]].values.tolist() == [["Order", 3], ["Pay", 4]]
    assert [(one.check, one.severity) for one in later.changes.found] == [("new_columns", "low")]
    assert '"extra"' in later.changes.found[0].what


def test_a_new_column_is_new_once(store, append):
    store()
    append(["J3,Pay,2025-02-01,blue,4,9"], "id,act,when,plan,size,extra\n")
    assert found(append(["J4,Pay,2025-02-02,blue,4,9"], "id,act,when,plan,size,extra\n"), "new_columns") == []


def test_a_missing_column_is_empty_and_told(store, append):
    store()
    later = append(["J3,Order,2025-02-01,gold,5"], "id,act,when,Plan,size\n")
    [gone] = found(later, "missing_columns")
    assert (gone.severity, gone.count, gone.examples) == ("high", 1, ('"plan"; closest new column: "Plan"',))
    assert later.journeys().table["plan"].to_pylist() == ["gold", "blue", None]


def test_a_missing_role_is_an_error(store, append, tmp_path):
    before = store().manifest
    with pytest.raises(cx.CxError, match=r'the journey in a column "id".*"later.csv" lacks.*Closest: "ID"'):
        append(["J3,Order,2025-02-01,gold,5"], "ID,act,when,plan,size\n")
    assert cx.open(tmp_path / "store").manifest == before
    later = append(["J1,Call,2025-02-01,gold,5"], "ID,act,when,plan,size\n", journey="ID", activity="act", time="when")
    assert later.events(journey="J1").df()["activity"].tolist() == ["Order", "Pay", "Call"]


def test_a_number_that_is_a_text_now(store, append):
    store()
    later = append(["J3,Order,2025-02-01,gold,n/a", "J3,Pay,2025-02-02,gold,5"])
    [kind] = found(later, "changed_kinds")
    assert (kind.column, kind.severity, kind.count, kind.examples) == ("size", "high", 1, ("n/a",))
    assert later.events().df()["size"].tolist() == ["1", "2", "3", "n/a", "5"]


def test_an_activity_that_only_looks_new(store, append):
    store()
    [new] = found(append(["J3,ORDER,2025-02-01,gold,1", "J3,Call,2025-02-02,gold,1"]), "new_activities")
    assert (new.severity, new.count, new.of) == ("high", 2, 2)
    assert new.examples == ('"Call" (1)', '"ORDER" (1); closest: "Order"')


def test_days_and_months_are_read_as_before(store, append):
    """In January the days told; the fifth of February alone could be the second of May."""
    store(["J1,Order,31.01.2025,gold,1", "J1,Pay,30.01.2025,gold,1"])
    later = append(["J1,Call,05.02.2025,gold,1"])
    assert later.events().df()["time"].dt.strftime("%d %b").tolist() == ["30 Jan", "31 Jan", "05 Feb"]
    assert found(later, "time_writing") == []
    assert later.manifest.notes == ()
    later = append(["J1,Call,2025-02-06,gold,1"])
    assert ["ISO 8601" in one.what for one in found(later, "time_writing")] == [True]
    assert found(append(["J1,Call,02/13/2025,gold,1"]), "time_writing")[0].severity == "medium"


def test_another_zone_is_told(store, append):
    store(zone="Europe/Berlin")
    later = append(["J3,Order,2025-02-01 12:00,gold,1"], journey="id", activity="act", time="when", zone="Asia/Tokyo")
    assert [one.severity for one in found(later, "zone")] == ["high"]
    assert later.events(journey="J3").df()["time"].iloc[0].isoformat() == "2025-02-01T04:00:00+01:00"


def test_rows_that_cannot_be_used(store, append):
    store([f"J{n},Order,2025-01-01,gold,{n}" for n in range(60)])
    rows = [f"J{n},Order,{'bad' if n < 5 else '2025-02-01'},gold,1" for n in range(8)]
    [out] = found(append(rows), "left_out")
    assert (out.severity, out.count, out.of, out.examples) == ("high", 5, 8, ("time not readable: 5",))


WEEKS = 8
MONDAY = date(2025, 1, 6)


def week(number, gold=20, blue=20, channel="web"):
    """A week of journeys of two events each, begun evenly over its days."""
    plans = ["gold"] * gold + ["blue"] * blue
    return [
        f"W{number}-{n},{act},{MONDAY + timedelta(days=7 * number + n % 7)} {hour}:00,{plan},{channel}"
        for n, plan in enumerate(plans)
        for act, hour in (("Order", 10), ("Pay", 11))
    ]


def test_volume_against_earlier_weeks(store, append):
    """Eight weeks of 20 and 20; then 19 and 21, which is usual, then 20 and 4, which is not: 24 of about 40 in all."""
    store([row for number in range(WEEKS) for row in week(number)])
    usual = append(week(8, gold=19, blue=21))
    assert usual.changes.found == ()
    told = found(append(week(9, gold=20, blue=4)), "volume")
    assert [(one.column, one.count) for one in told] == [("", 48), ("plan", 4)]
    fewer = told[1]
    assert (fewer.severity, fewer.column, fewer.count) == ("high", "plan", 4)
    assert 'journeys begun where "plan" is "blue" in 7 days; 80% fewer' in fewer.what
    assert fewer.examples == ("21", *["20"] * 8)


def test_volume_without_history_is_unknown(store, append):
    store(week(0) + week(1))
    [unknown] = found(append(week(2, gold=7, blue=0)), "volume")
    assert unknown.severity == "note"
    assert "2 earlier periods of 7 days, 5 are needed" in unknown.what


def test_what_no_longer_comes(store, append):
    store([row for number in range(6) for row in week(number, channel="app" if number % 2 else "web")])
    later = append([row.replace("Pay", "Settle").replace("gold", "") for row in week(6, channel="web")])
    [gone] = found(later, "vanished_activities")
    assert (gone.severity, gone.count, gone.examples) == ("medium", 40, ('"Pay" (240 before)',))
    assert [one.examples for one in found(later, "vanished_values")] == [
        ('"gold" (120 before)',)
    ]  # app is no weekly guest
    [empty] = found(later, "empty_cells")
    assert (empty.column, empty.count, empty.of) == ("plan", 20, 40)


def test_without_earlier_periods_nothing_is_said_to_have_vanished(store, append):
    store(week(0))
    later = append([row.replace("Pay", "Settle").replace("gold", "blue") for n in range(1, 4) for row in week(n)])
    assert "unknown" in found(later, "volume")[0].what
    assert not found(later, "vanished_activities")
    assert not found(later, "vanished_values")


@pytest.mark.parametrize("check", ["new_activities", "new_columns", "missing_columns", "changed_kinds"])
def test_what_the_contract_refuses_changes_nothing(check, store, append, tmp_path):
    before = store().manifest
    files = sorted(path.name for path in (tmp_path / "store").iterdir())
    part = ["J3,Call,2025-02-01,n/a,9"], "id,act,when,size,extra\n"
    with pytest.raises(Refused, match="nothing was changed") as said:
        append(*part, contract={check: "refuse"})
    assert f'let the contract say "report" of {check}' in str(said.value)
    assert len(found(said.value, check)) == 1
    assert cx.open(tmp_path / "store").manifest == before
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == files
    assert found(append(*part), check)[0] == found(said.value, check)[0]


def test_a_contract_is_of_known_words(store, append, tmp_path):
    store()
    for contract, said in (({"new_activity": "refuse"}, "new_activities"), ({"volume": "no"}, '"report", "refuse"')):
        with pytest.raises(cx.CxError, match=said):
            append(FIRST, contract=contract)
    with pytest.raises(cx.CxError, match="is no contract"):
        append(FIRST, contract="refuse")
    with pytest.raises(cx.CxError, match="Add append=True"):
        cx.prepare(cx.read(cx.toy_table()), tmp_path / "store", contract={"volume": "refuse"})


def test_the_engagement_holds_the_contract(tmp_path):
    assert cx.Engagement().contract_words == settled(None)
    (tmp_path / "engagement.toml").write_text('[contract]\nvolume = "refuse"\noverlap = "leave out"\n')
    said = cx.Engagement.load(tmp_path / "engagement.toml")
    assert said.contract_words == settled({"volume": "refuse", "overlap": "leave out"})
    assert said.contract_words.keys() == WORDS.keys()
    with pytest.raises(cx.CxError, match="Contract, volume: must be report or refuse"):
        cx.Engagement(contract={"volume": "shout"})


def test_the_command_line_appends_and_refuses(store, append, tmp_path):
    store()
    (tmp_path / "later.csv").write_text(HEAD + "J3,Call,2025-02-01,gold,1\n")
    (tmp_path / "strict.toml").write_text('[contract]\nnew_activities = "refuse"\n')
    command = ["prepare", str(tmp_path / "later.csv"), "--store", str(tmp_path / "store"), "--append"]
    refused = CliRunner().invoke(main, [*command, "--engagement", str(tmp_path / "strict.toml")])
    assert refused.exit_code == 1
    assert "medium  new_activities" in refused.output
    assert "Error: The contract refuses" in refused.output
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0
    assert "4 events in 3 journeys" in done.output
    assert "medium  new_activities" in done.output
    again = CliRunner().invoke(main, command)
    assert again.exit_code == 0
    assert '"later.csv" is in the store already, as part 2' in again.output
    assert CliRunner().invoke(main, [*command[:3], str(tmp_path / "none"), "--append"]).exit_code == 1
    assert not (tmp_path / "none").exists()


def test_what_comes_from_a_log_is_shown_as_text(store, append):
    store()
    changes = append(["J3,<script>alert(1)</script>\u202e,2025-02-01,gold,1"]).changes
    assert "<script>" not in changes._repr_html_()
    assert "&lt;script&gt;" in changes._repr_html_()
    assert "\u202e" not in repr(changes) + changes._repr_html_()
    table = changes.df()
    assert list(table.columns) == ["check", "severity", "column", "what", "count", "of", "examples"]
    assert table["check"].tolist() == ["new_activities"]


def test_the_next_month_of_the_sample(tmp_path):
    """Four things have changed in the month, and nothing else is told; the truth has their sizes."""
    truth = json.loads((ROOT / "data" / "truth" / "truth.json").read_text(encoding="utf-8"))["truths"]
    shutil.copytree(cx.sample_journeys().folder, tmp_path / "store")
    month = cx.read(ROOT / "data" / "sample" / "next_month" / "events.parquet", name="July")
    later = cx.prepare(month, tmp_path / "store", append=True, progress=False)
    by_check = {one.check: one for one in later.changes.found}
    assert sorted(by_check) == ["empty_cells", "new_activities", "vanished_values", "volume"]
    assert len(later.changes.found) == 4
    activity, orders = truth["next.activity"], truth["next.orders"]
    assert by_check["new_activities"].count == activity["count"]
    assert by_check["new_activities"].examples[0].startswith(f'"{activity["activity"]}"')
    assert '"app"' in by_check["vanished_values"].what
    assert by_check["vanished_values"].column == "channel"
    empty = by_check["empty_cells"]
    assert (empty.column, empty.count, empty.of) == ("cost", *[truth["next.cost"]["realised"]] * 2)
    assert '"channel" is "shop"' in empty.what
    assert by_check["volume"].count == orders["count"]
    assert '"kind" is "order"' in by_check["volume"].what
    new, on = truth["next.new"]["realised"], truth["next.continued"]["realised"]
    assert later.changes.head == f"{truth['next.events']['realised']:,} events; {new:,} new journeys, {on:,} that go on"
