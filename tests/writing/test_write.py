"""What is written reads back to an equal store, in every kind of file; nothing in it is a formula; pm4py reads it."""

from __future__ import annotations

import gzip
import json

import pandas as pd
import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import where as w
from cxkit.cli import main

KINDS = ["xes", "xes.gz", "parquet", "csv", "csv.gz", "xlsx"]
HOSTILE = ["=1+1", "a\"b<c>&'d", "Zurück 订单 🧾", "two\nlines\ttab", "-", " 7 ", "@now"]
ROLES = {"journey": "case", "activity": "what", "time": "done", "customer": "who", "start": "begun"}
LEVELS = {"journey_attributes": ["plan", "born"], "event_attributes": ["cost", "sure", "count", "note"]}


def rich(folder):
    """A log with starts, ties, missing values, every kind of attribute, and texts that want to be more."""
    begins = pd.Timestamp("2025-03-30 00:30", tz="UTC")
    rows = [
        {
            "case": f"J{case}", "who": f"=C{case // 2}", "plan": None if case == 2 else f"p{case % 2}",
            "born": begins + pd.Timedelta(days=case), "what": HOSTILE[(case + place) % len(HOSTILE)],
            "begun": begins + pd.Timedelta(hours=case, seconds=place // 2 * 1800),
            "done": begins + pd.Timedelta(hours=case, seconds=place // 2 * 1800 + 60 * case, milliseconds=250),
            "cost": None if place == 1 else case / 3, "sure": place % 2 == 0, "count": place,
            "note": HOSTILE[place % 7],
        }
        for case in range(6) for place in range(5)
    ]  # fmt: skip
    log = cx.read(pd.DataFrame(rows)).roles(**ROLES, **LEVELS, zone="Europe/Berlin")
    return cx.prepare(log, folder, progress=False)


@pytest.fixture(scope="module")
def journeys(tmp_path_factory):
    return rich(tmp_path_factory.mktemp("rich"))


def read_back(path, folder):
    """The store of a file that was written, under the same roles."""
    prefix = "case:" if ".xes" in path.name else ""
    standard = {"journey": "case:concept:name", "activity": "concept:name", "time": "time:timestamp"}
    roles = {**ROLES, "customer": f"{prefix}who", **(standard if prefix else {})}
    levels = {**LEVELS, "journey_attributes": [f"{prefix}{name}" for name in LEVELS["journey_attributes"]]}
    zone = "UTC" if path.suffix == ".xlsx" else "Europe/Berlin"  # a sheet's dates have no zone
    return cx.prepare(cx.read(path).roles(**roles, **levels, zone=zone), folder, progress=False)


def told(journeys, *, csv=False):
    """All that a store says of its journeys and events, attributes by their own names."""
    tables = [journeys.journeys(rows=1_000).df(), journeys.events(rows=1_000).df(), journeys.waiting().df()]
    tables += [journeys.process_map().df().drop(columns=["source", "target"]), journeys.variants().df()]
    whole = []
    for table in tables:
        table = table.rename(columns=lambda name: name.removeprefix("case:"))
        for name in table.columns:
            if isinstance(table[name].dtype, pd.CategoricalDtype):
                table[name] = table[name].astype(object)
            if name in ("born", "first", "last", "time"):  # CSV knows no kinds: a time of an attribute is a text there
                table[name] = pd.to_datetime(table[name], utc=True)
            if csv:
                table[name] = table[name].map(bare)
        if csv:  # equally frequent variants stand by their names, which the marks have changed
            table = table.drop(columns=["variant", "rank", "cumulative_share"], errors="ignore")
            table = table.sort_values(list(table.columns), key=lambda values: values.map(str), ignore_index=True)
        whole.append(table[sorted(table.columns)])
    return whole


def bare(value):
    """A text without the mark that keeps a spreadsheet from taking it for a formula."""
    if isinstance(value, str):
        return value.removeprefix("'")
    return [bare(part) for part in value] if isinstance(value, list) or hasattr(value, "tolist") else value


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_reads_back_to_an_equal_store(journeys, kind, tmp_path):
    path = journeys.write(tmp_path / f"log.{kind}")
    assert [file.name for file in tmp_path.iterdir()] == [f"log.{kind}"]
    again = read_back(path, tmp_path / "store")
    csv = ".csv" in path.name
    for ours, theirs in zip(told(journeys, csv=csv), told(again, csv=csv), strict=True):
        pd.testing.assert_frame_equal(ours, theirs, check_dtype=False)


@pytest.mark.parametrize("kind", ["parquet", "xes"])
def test_a_selection_is_written_as_it_is_seen(toy, kind, tmp_path):
    seen = toy.keep(w.contains("Call")).rename("Call", "Phone").hide("Ship").tag("fast", w.lasts(at_most="1d"))
    table = cx.read(seen.write(tmp_path / f"part.{kind}"))
    again = cx.prepare(table, tmp_path / "store", progress=False)
    assert again.process_map().df()["count"].tolist() == seen.process_map().df()["count"].tolist()
    assert set(again.known_activities) == {"Order", "Pay", "Phone", "Deliver", "Cancel"}
    assert any(name.endswith("fast") for name in again.attributes)


def test_no_cell_is_a_formula(journeys, tmp_path):
    import openpyxl

    text = journeys.write(tmp_path / "log.csv").read_text(encoding="utf-8")
    cells = pd.read_csv(tmp_path / "log.csv", dtype=str, keep_default_na=False)
    assert not cells.map(lambda value: value.startswith(("=", "@"))).any(axis=None)
    assert '"\'=1+1"' in text or "'=1+1" in text
    sheet = openpyxl.load_workbook(journeys.write(tmp_path / "log.xlsx")).active
    assert not [cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"]


def test_pm4py_knows_the_names(journeys):
    frame = journeys.to_pm4py()
    assert set(frame.columns) == {
        *("case:concept:name", "concept:name", "time:timestamp", "start_timestamp", "case:who", "case:plan"),
        *("case:born", "cost", "sure", "count", "note"),
    }
    assert len(frame) == 30
    assert (frame["time:timestamp"] >= frame["start_timestamp"]).all()


def test_pm4py_reads_the_file(toy, tmp_path):
    pm4py = pytest.importorskip("pm4py")
    from pm4py.objects.log.importer.xes import importer

    read = importer.apply(str(toy.write(tmp_path / "toy.xes")), parameters={"show_progress_bar": False})
    for log in (read, toy.to_pm4py()):
        moves, starts, ends = pm4py.discover_dfg(log)
        table = toy.process_map().df()
        ours = {(row.activity, row.next_activity): row.count for row in table.dropna().itertuples()}
        inner = table[table["activity"].notna() & table["next_activity"].notna()]
        ours = dict(zip(zip(inner["activity"], inner["next_activity"], strict=True), inner["count"], strict=True))
        assert dict(moves) == ours
        assert starts == {"Order": 12}
        assert sum(ends.values()) == 12


def test_a_log_without_time_or_customers_is_written_too(tmp_path):
    table = pd.DataFrame({"case": ["A", "A", "B"], "what": ["x", "y", "x"]})
    plain = cx.prepare(cx.read(table).roles(journey="case", activity="what"), tmp_path / "one", progress=False)
    assert cx.read(plain.write(tmp_path / "plain.csv")).source.size == 3
    assert (tmp_path / "plain.csv").read_text().splitlines()[0] == '"case","what"'
    again = cx.prepare(cx.read(plain.write(tmp_path / "plain.xes")), tmp_path / "two", progress=False)
    assert again.variants().df()["count"].tolist() == [1, 1]


def test_what_cannot_be_written_is_said(toy, tmp_path):
    with pytest.raises(cx.CxError, match="ends in no kind of file"):
        toy.write(tmp_path / "log.docx")
    with pytest.raises(cx.CxError, match="cannot be written"):
        toy.write(tmp_path / "nowhere" / "log.csv")
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_writes_a_selection(toy, tmp_path):
    recipe, file = tmp_path / "late.json", tmp_path / "late.xes.gz"
    toy.keep(w.contains("Cancel")).recipe.save(recipe)
    answer = CliRunner().invoke(main, ["export", str(toy.folder), str(file), "--recipe", str(recipe)])
    assert answer.exit_code == 0, answer.output
    assert answer.output.strip() == f"{file}: 4 journeys of 4 customers"
    assert gzip.decompress(file.read_bytes()).count(b"<trace>") == 4
    assert json.loads(recipe.read_text())
    wrong = CliRunner().invoke(main, ["export", str(toy.folder), str(tmp_path / "log.txt")])
    assert wrong.exit_code == 1
