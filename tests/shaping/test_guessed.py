"""Guesses with their runners-up: what is taken is what `log.roles()` takes, and the evidence is counted by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import cli

# Three journeys of two, three and one rows; the second time stamp of the second journey lies before its first.
ROWS = [
    ("A", "Order", "2025-06-01 09:00", "anna", 1),
    ("A", "Pay", "2025-06-01 10:00", "anna", 2),
    ("B", "Order", "2025-06-02 09:00", "bert", 1),
    ("B", "Pay", "2025-06-01 09:00", "bert", 2),
    ("B", "Ship", "2025-06-03 09:00", None, 3),
    ("C", "Order", "2025-06-04 09:00", "anna", 1),
]
COLUMNS = ("order_no", "step", "when", "client", "rank")


def table(rows=ROWS, columns=COLUMNS):
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])


def guessed(rows=ROWS, columns=COLUMNS):
    return cx.read(table(rows, columns)).guess()


def test_what_is_taken_is_what_roles_takes():
    for source in (cx.toy_table(), table()):
        log = cx.read(source)
        taken = log.guess().df().query("taken").set_index("role").column
        for role, column, _ in log.settled.evidence:
            assert taken.get(role, column) == column
        assert {"journey", "activity"} <= set(taken.index)


def test_each_role_has_its_candidates_best_first_and_confidences_that_leave_room_for_none():
    found = guessed().df()
    assert found.confidence.between(0, 1, inclusive="neither").all()
    for _, group in found.groupby("role"):
        assert group.confidence.is_monotonic_decreasing
        assert group.confidence.sum() < 1
        assert group.taken.tolist()[1:] == [False] * (len(group) - 1)
    assert found.groupby("role").size()["activity"] >= 2  # there is a runner-up


def test_the_evidence_is_what_the_columns_do():
    found = guessed().df().set_index(["role", "column"]).evidence
    assert found["journey", "order_no"] == "the name says so; 3 values, 2 rows each"
    time = found["time", "when"]
    assert "100% of a sample read as times" in time
    assert "goes forward in 67% of the steps within journeys" in time  # two of three
    client = found["customer", "client"]
    assert "empty in 17% of the rows" in client  # one of six


def test_a_customer_column_that_does_not_behave_like_one_is_shown_and_not_taken():
    found = guessed().df().set_index(["role", "column"])
    assert not found.taken["customer", "client"]
    assert found.confidence["customer", "client"] < 0.5
    full = [(*row[:3], row[3] or "bert", row[4]) for row in ROWS]
    assert guessed(full).df().set_index(["role", "column"]).taken["customer", "client"]


def test_a_date_of_a_visit_is_no_visit():
    rows = [(f"2025-06-0{day}", who, what) for day in (1, 2, 3) for who in ("x1", "x2") for what in ("Look", "Buy")]
    found = guessed(rows, ("VisitDate", "CustomerID", "Action")).df().query("taken").set_index("role").column
    assert found.to_dict() == {"journey": "CustomerID", "time": "VisitDate", "activity": "Action"}


def test_nothing_that_looks_like_a_journey_is_said_and_no_error():
    found = guessed([(1.5, True), (2.5, False)], ("weight", "flag"))
    assert found.df().empty
    assert list(found.df().columns) == ["role", "column", "confidence", "taken", "evidence"]
    assert "No column looks like the journey" in repr(found)


def test_given_roles_play_no_part():
    log = cx.read(table())
    assert log.roles(journey="client", customer="order_no").guess().facts == log.guess().facts


def test_the_display_names_columns_and_escapes_them():
    columns = ("order_no", "<script>step</script>", "when", "client", "rank")
    log = cx.read(table(columns=columns))
    shown = log.guess()._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "order_no" in repr(log.guess())
    assert "taken: the name says so" in repr(log.guess())


def test_no_column_name_steers_the_terminal():
    log = cx.read(table(columns=("order_no", "step\x1b[2J\x07", "when", "client", "rank")))
    for shown in (repr(log), repr(log.guess())):
        assert "step\\x1b[2J\\x07" in shown
        assert shown.replace("\n", "").isprintable()


XES = """<log><trace><string key="concept:name" value="A"/><event><string key="concept:name" value="Order"/>
<date key="time:timestamp" value="2025-06-01T09:00:00Z"/></event></trace></log>"""


def test_a_format_that_names_its_roles_is_not_guessed_at(tmp_path):
    file = tmp_path / "log.xes"
    file.write_text(XES, encoding="utf-8")
    found = cx.read(file).guess().df()
    assert set(found.role) >= {"journey", "activity", "time"}
    assert (found.confidence == 1).all()
    assert found.evidence.str.startswith("named by XES").sum() == 3


# ---- warnings --------------------------------------------------------------------------------------------------------

ALONE = [(f"J{number}", "Order", "2025-06-01 09:00", "anna", number) for number in range(6)]
STILL = [("A", what, "2025-06-01 09:00", "anna", 1) for what in ("Order", "Pay", "Ship")] * 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [(ALONE, 'Every row has a "order_no" of its own'), (STILL, '"when" never changes within a journey')],
)
def test_what_is_hardly_meant_is_said_by_the_log_its_guesses_and_the_command_line(rows, said, tmp_path):
    log = cx.read(table(rows)).roles(journey="order_no", activity="step", time="when")
    assert said in repr(log)
    assert said.replace('"', "&quot;") in log._repr_html_()
    file = tmp_path / "log.csv"
    table(rows).to_pandas().to_csv(file, index=False)
    roles = ("--journey", "order_no", "--activity", "step", "--time", "when")
    for command in (("ready",), ("prepare", "--store", str(tmp_path / "store"))):
        done = CliRunner().invoke(cli.main, [command[0], str(file), *command[1:], *roles])
        assert done.exit_code == 0, done.output
        assert f"Warning: {said}" in done.output


def test_a_log_without_such_faults_has_no_doubts():
    assert cx.read(table()).roles(journey="order_no", activity="step", time="when").doubts == ()


@pytest.mark.parametrize("rows", [20, 800])
def test_a_table_of_customers_is_no_log(rows, tmp_path):
    lines = [f"{n},{n % 5},{('m', 'f', 'x')[n % 3]},{n % 7}" for n in range(rows)]
    (tmp_path / "people.csv").write_text("\n".join(["household_id,household_size,gender,kids", *lines, ""]))
    assert any("a log of events, or a table?" in doubt for doubt in cx.read(tmp_path / "people.csv").doubts)
    (tmp_path / "steps.csv").write_text("\n".join(["case,step", *(f"{n // 4},S{n % 4}" for n in range(rows)), ""]))
    assert not cx.read(tmp_path / "steps.csv").doubts


@pytest.mark.parametrize("name", ["insured_id", "customer", "guest no"])
def test_customers_taken_for_journeys_are_doubted_also_where_they_are_called_an_id(name, tmp_path):
    rows = [f"R{n // 3:03},{n // 3 % 17},{'abc'[n % 3]},2024-01-{n // 3 % 28 + 1:02} 1{n % 3}:00" for n in range(150)]
    (tmp_path / "log.csv").write_text("\n".join([f"policy,{name},step,when", *rows, ""]))
    log = cx.read(tmp_path / "log.csv")
    assert log.columns[log.settled.journey] == "policy" or any('journeys in "policy"' in doubt for doubt in log.doubts)
