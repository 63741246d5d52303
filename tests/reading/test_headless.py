"""A table that begins at once with a row loses none, in any reader; a header stays a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cxkit as cx
from cxkit.reading.headless import is_row

ROWS = [
    (f"c{n // 4}", ("Order", "Pay", "Pack", "Ship")[n % 4], f"2025-01-{n % 28 + 1:02} 10:{n:02}") for n in range(40)
]
GERMAN = [(case, step, f"{when[8:10]}.{when[5:7]}.{when[:4]} {when[11:]}") for case, step, when in ROWS]
BOTH = [(case, *when.split(" "), step) for case, step, when in ROWS]
ORDERED = [row[:2] for row in ROWS]
HEADLESS = {
    "stamps": (ROWS, ",", ["column 1", "column 2", "column 3"]),
    "German stamps": (GERMAN, ";", ["column 1", "column 2", "column 3"]),
    "an index first": ([(str(n), *row) for n, row in enumerate(ROWS, 1)], "\t", [f"column {n}" for n in range(1, 5)]),
    "no stamps": (ORDERED, ",", ["column 1", "column 2"]),
}


def written(rows, delimiter=","):
    return "".join(delimiter.join(row) + "\n" for row in rows)


@pytest.mark.parametrize(("rows", "delimiter", "columns"), HEADLESS.values(), ids=HEADLESS)
def test_no_row_is_taken_for_a_header(rows, delimiter, columns, tmp_path):
    (tmp_path / "log.csv").write_text(written(rows, delimiter))
    source = cx.read(tmp_path / "log.csv").source
    source.accounted()
    assert (source.size, [*source.columns], source.reading["header"]) == (40, columns, "none")


def test_a_date_beside_a_time_of_day(tmp_path):
    (tmp_path / "log.csv").write_text(written(BOTH))
    journeys = cx.prepare(cx.read(tmp_path / "log.csv"), tmp_path / "store", progress=False)
    assert (journeys.n.journeys, journeys.manifest.counts["events"]) == (10, 40)


def test_a_workbook_without_a_header(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)
    book.save(tmp_path / "log.xlsx")
    for more in ({}, {"header": False}):
        source = cx.read(tmp_path / "log.xlsx", **more).source
        assert (source.size, source.columns, source.lines([0])) == (40, ("column 1", "column 2", "column 3"), [1])
    assert cx.read(tmp_path / "log.xlsx", skip=1, header=True).source.size == 38


@pytest.mark.parametrize("head", ["case,step,when", "Order,c0,2025", "2025-01,2025-02,2025-03", "a,b,2025-01-01"])
def test_a_header_stays_one(head, tmp_path):
    """Also one that is made of words and numbers of the table, of months, or of a date unlike the stamps."""
    (tmp_path / "log.csv").write_text(f"{head}\n{written(ROWS)}")
    source = cx.read(tmp_path / "log.csv").source
    assert (source.size, [*source.columns], "header" in source.reading) == (40, head.split(","), False)


def test_a_header_that_comes_twice_is_one(tmp_path):
    (tmp_path / "log.csv").write_text(2 * f"case,step,when\n{written(ROWS)}")
    assert "header" not in cx.read(tmp_path / "log.csv").reading


def test_what_is_said_counts(tmp_path):
    (tmp_path / "log.csv").write_text(written(ROWS))
    assert cx.read(tmp_path / "log.csv", header=True).source.size == 39
    (tmp_path / "odd.csv").write_text("case,step\n" + written(ORDERED[:3]))
    assert cx.read(tmp_path / "odd.csv", header=False).source.size == 4
    with pytest.raises(cx.CxError, match="neither True nor False"):
        cx.read(tmp_path / "log.csv", header="no")
    with pytest.raises(cx.CxError, match="text files and workbooks"):
        cx.read(cx.toy_table(), header=False)


def test_it_comes_back_with_the_log(tmp_path):
    (tmp_path / "odd.csv").write_text(written(ROWS[:4]))
    for header in (True, False):
        log = cx.read(tmp_path / "odd.csv", header=header).roles(
            journey=cx.read(tmp_path / "odd.csv", header=header).columns[0]
        )
        again = cx.prepare(log, tmp_path / f"{header}", progress=False).log
        assert again is not None
        assert again.columns == log.columns


@given(st.lists(st.lists(st.text("ab1-", max_size=4), min_size=2, max_size=2), min_size=3, max_size=8))
def test_a_new_word_in_every_column_is_a_header(rows):
    assert not is_row(["journey", "step"], rows)
