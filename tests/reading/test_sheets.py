"""Workbooks: the right sheet, every kind of value, titles and gaps, two readers that agree, files that mean harm."""

from __future__ import annotations

import io
import random
import zipfile
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit.reading import workbooks
from cxkit.reading.values import Rows

HEADER = ["order", "step", "when"]
WHEN = datetime(2024, 3, 1, 9, 30)
ROWS = [["A", "Order", WHEN], ["A", "Pay", WHEN + timedelta(hours=2)], ["B", "Order", WHEN + timedelta(days=1)]]


@pytest.fixture
def workbook(tmp_path):
    """Write sheets of rows to a file; a name that ends in "(hidden)" hides its sheet."""

    def write(file="book.xlsx", **sheets):
        book = openpyxl.Workbook()
        book.remove(book.active)
        for name, rows in sheets.items():
            sheet = book.create_sheet(name.removesuffix("_hidden"))
            sheet.sheet_state = "hidden" if name.endswith("_hidden") else "visible"
            for row in rows:
                sheet.append(row)
        book.save(tmp_path / file)
        return tmp_path / file

    return write


def cells(log):
    return log.head(1_000).astype(object).where(lambda frame: frame.notna(), None).to_numpy().tolist()


# ---- values ----------------------------------------------------------------------------------------------------------


def test_values_stay_what_they_are(workbook):
    header = ["id", "code", "paid", "price", "day", "when", "clock", "took", "mixed", "wrong"]
    first = [1001, "007", True, 9.5, date(2024, 2, 29), WHEN, time(7, 5), timedelta(hours=30), 12, "#N/A"]
    second = [1002, " 8", False, 10, date(1999, 12, 31), WHEN, time(0, 30), timedelta(seconds=90), "A-17", None]
    log = cx.read(workbook(Log=[header, first, second]))
    kinds = ("integer", "text", "boolean", "number", "date", "time", "text", "text", "text", "text")
    assert log.source.kinds == kinds
    table = log.head()
    assert table["id"].tolist() == [1001, 1002]
    assert table["code"].tolist() == ["007", " 8"]
    assert table["paid"].tolist() == [True, False]
    assert table["price"].tolist() == [9.5, 10.0]
    assert [str(day)[:10] for day in table["day"]] == ["2024-02-29", "1999-12-31"]
    assert table["when"].tolist() == [WHEN, WHEN]
    assert table["clock"].tolist() == ["07:05:00", "00:30:00"]
    assert table["took"].tolist() == ["30:00:00", "0:01:30"]
    assert table["mixed"].tolist() == ["12", "A-17"]
    assert table["wrong"].isna().all()


def test_a_workbook_becomes_a_store(workbook, tmp_path):
    journeys = cx.prepare(cx.read(workbook(Log=[HEADER, *ROWS])), tmp_path / "store", progress=False)
    assert journeys.variants().df()["variant"].tolist() == ["Order > Pay", "Order"] or journeys.n.journeys == 2
    assert journeys.durations().df() is not None
    assert journeys.manifest.counts["events"] == 3
    assert journeys.manifest.reading["sheet"] == "Log"


def test_rows_above_the_header_and_empty_rows_are_left_out(workbook):
    rows = [["Export of orders"], [], ["made", "yesterday"], HEADER, ROWS[0], [], *ROWS[1:]]
    log = cx.read(workbook(Log=rows))
    assert log.columns == HEADER
    assert len(cells(log)) == 3
    assert log.source.reading["rows above the header"] == "3"
    assert log.source.lines([0, 1, 2]) == [5, 7, 8]


def test_columns_without_a_name_get_a_number_and_empty_ones_at_the_end_go(workbook):
    rows = [[None, *HEADER, None, ""], [0, *ROWS[0], None, None], [1, *ROWS[1], None, None]]
    assert cx.read(workbook(Log=rows)).columns == ["column 1", *HEADER]


def test_the_line_of_a_rejected_row_is_its_row_in_the_sheet(workbook, tmp_path):
    rows = [["A title"], HEADER, ROWS[0], ["B", None, WHEN], ROWS[1]]
    journeys = cx.prepare(cx.read(workbook(Log=rows)), tmp_path / "store", progress=False)
    assert journeys.rejected().df()["line"].tolist() == [4]


def test_two_readers_agree_on_a_real_file(shared):
    path = shared / "shopeasy" / "dim_customer.xlsx"
    header, *rows = openpyxl.load_workbook(path, read_only=True).active.iter_rows(values_only=True)
    log = cx.read(path)
    assert log.columns == list(header)
    assert log.head(10_000).to_numpy().tolist() == [list(row) for row in rows]


# ---- sheets ----------------------------------------------------------------------------------------------------------

LEGEND = [["code", "meaning"], *([f"X{n}", "a word"] for n in range(40))]


def test_the_sheet_that_looks_like_a_log_is_read_and_the_others_are_named(workbook):
    log = cx.read(workbook(Legend=LEGEND, Events=[HEADER, *ROWS], Empty=[], Old_hidden=[HEADER, *ROWS * 9]))
    assert log.columns == HEADER
    assert log.source.reading["sheet"] == "Events"
    assert log.source.reading["other sheets"] == '"Legend" (40 rows), "Empty" (0 rows), "Old" (27 rows, hidden)'
    assert '"Legend" (40 rows)' in repr(log)


def test_a_sheet_is_read_by_name(workbook):
    path = workbook(Legend=LEGEND, Events=[HEADER, *ROWS], Old_hidden=[HEADER, *ROWS * 9])
    assert cx.read(path, sheet="Legend").columns == ["code", "meaning"]
    assert len(cells(cx.read(path, sheet="Old"))) == 27
    with pytest.raises(cx.CxError, match=r'No sheet "Event"\. Closest: "Events"'):
        cx.read(path, sheet="Event")


def test_a_sheet_of_the_same_columns_is_pointed_out(workbook):
    log = cx.read(workbook(January=[HEADER, *ROWS], February=[HEADER, *ROWS[:2]]))
    assert log.source.reading["sheet"] == "January"
    assert log.source.notes == ('Not read, though of the same columns: "February". Choose with sheet=.',)


def test_a_sheets_name_is_text(workbook):
    log = cx.read(workbook(**{"<b>x": [HEADER, *ROWS]}))
    assert "<b>" not in log._repr_html_()
    assert "&lt;b&gt;" in log._repr_html_()


@pytest.mark.parametrize("sheets", [{"Empty": []}, {"One": [["just a header"]]}, {"Chart": [], "B": []}])
def test_a_workbook_without_a_table_is_refused(workbook, sheets):
    with pytest.raises(cx.CxError, match="holds no table"):
        cx.read(workbook(**sheets))


def test_other_files_have_no_sheets(tmp_path):
    (tmp_path / "a.csv").write_text("order,step\nA,Pay\n", encoding="utf-8")
    with pytest.raises(cx.CxError, match=r'sheet= is for XLSX\. "a\.csv" has no sheets'):
        cx.read(tmp_path / "a.csv", sheet="Log")


# ---- rows of values --------------------------------------------------------------------------------------------------

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.decimals(allow_nan=False), st.text(),
    st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC)), st.binary(), st.uuids(), st.timedeltas(),
)  # fmt: skip


def staged(batches, folder):
    rows = Rows(folder, 1)
    for values in batches:
        rows.add([[value] for value in values])
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    rows.stage(connection, folder / "rows.parquet")
    return connection.read_parquet(str(folder / "rows.parquet")).to_arrow_table()["c0"].to_pylist()


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(st.lists(VALUES, max_size=4), max_size=4))
def test_no_value_is_lost_whatever_comes_together(batches, tmp_path_factory):
    kept = staged(batches, tmp_path_factory.mktemp("rows"))
    assert [value is None for value in kept] == [value is None for values in batches for value in values]


@pytest.mark.parametrize(
    ("batches", "kept"),
    [
        ([[1, None], [2.5]], [1.0, None, 2.5]),
        ([[None], [1001], ["A-17"]], [None, "1001", "A-17"]),
        ([[1.0, 2.5], ["x"]], ["1", "2.5", "x"]),
        ([[True], [1]], ["true", "1"]),
        ([[2**63]], [str(2**63)]),
        ([[Decimal("12.00")], [Decimal("12.5")]], [12.0, 12.5]),
        ([[Decimal("12345678901234567")]], [12345678901234567]),
        ([[date(2024, 1, 2)], [WHEN]], [datetime(2024, 1, 2), WHEN]),
        ([[WHEN], ["later"]], ["2024-03-01 09:30:00", "later"]),
        ([[{"a": [1]}, b"\x00\xff"]], ['{"a": [1]}', "00ff"]),
    ],
)
def test_a_column_is_as_narrow_as_its_values_allow(batches, kept, tmp_path):
    assert staged(batches, tmp_path) == kept


# ---- files that mean harm --------------------------------------------------------------------------------------------


SHEET, STYLES, STRINGS = "xl/worksheets/sheet1.xml", "xl/styles.xml", "xl/sharedStrings.xml"


def rewritten(path, part, data):
    """The workbook with one of its parts written anew."""
    with zipfile.ZipFile(path) as old:
        content = {name: old.read(name) for name in old.namelist()} | {part: data}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, text in content.items():
            new.writestr(name, text)
    return path


def test_two_cells_far_apart_are_not_opened(workbook):
    path = workbook(Log=[HEADER, *ROWS])
    far = b'<worksheet><sheetData><row><c r="A1"><v>1</v></c><c r="XFD1048576"/></row></sheetData></worksheet>'
    with pytest.raises(cx.CxError, match=r"spans 1,048,576 rows and 16,384 columns"):
        cx.read(rewritten(path, SHEET, far))


def test_a_part_that_unpacks_without_end_is_not_opened(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_BYTES", 1 << 24)
    path = rewritten(workbook(Log=[HEADER, *ROWS]), STYLES, b" " * (1 << 25))
    assert path.stat().st_size < 1 << 17
    with pytest.raises(cx.CxError, match="unpacks to more than"):
        cx.read(path)


def test_the_size_that_a_part_claims_is_not_believed(workbook):
    path = workbook(Log=[HEADER, *ROWS])
    with zipfile.ZipFile(path) as folder:
        sizes = {part.file_size for part in folder.infolist() if part.filename.endswith("sheet1.xml")}
    data = path.read_bytes()
    for size in sizes:
        data = data.replace(size.to_bytes(4, "little"), (10).to_bytes(4, "little"))
    path.write_bytes(data)
    with zipfile.ZipFile(path) as folder:
        whole = sum(len(chunk) for part in folder.infolist() for chunk in workbooks._chunks(folder, part, 1 << 20))
    assert whole > max(sizes)


def test_one_long_text_that_comes_again_and_again_is_not_opened(workbook, monkeypatch):
    monkeypatch.setattr(workbooks, "MOST_TEXT", 1 << 22)
    strings = b"<sst><si><t>a</t></si><si><t>" + b"x" * 100_000 + b"</t></si></sst>"
    row = b'<row><c t="s"><v>%d</v></c></row>'
    for number, refused in ((0, False), (1, True)):
        sheet = b"<worksheet><sheetData>" + row % number * 1_000 + b"</sheetData></worksheet>"
        path = rewritten(rewritten(workbook(Log=[HEADER, *ROWS]), SHEET, sheet), STRINGS, strings)
        if refused:
            with pytest.raises(cx.CxError, match="texts are too long"):
                workbooks.weigh(path)
        else:
            workbooks.weigh(path)


def test_shared_texts_are_measured_across_chunks():
    text = b"<sst><si><t>abc</t></si><x:si><t>" + b"y" * 700 + b"</t></x:si></sst>"
    pieces = workbooks.END_OF_TEXT.split(text)
    for size in (1, 7, 300, 2_000):
        chunks = [text[start : start + size] for start in range(0, len(text), size)]
        assert list(workbooks._lengths(chunks)) == [len(piece) for piece in pieces]


def test_a_locked_or_old_workbook_says_so(tmp_path):
    (tmp_path / "old.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(cx.CxError, match="locked with a password, or of the time before 2007"):
        cx.read(tmp_path / "old.xlsx")


def test_a_broken_workbook_is_read_right_or_refused(workbook, tmp_path):
    whole = workbook(Log=[HEADER, *ROWS]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(whole)) as folder:
        parts = {name: folder.read(name) for name in folder.namelist()}
    chance = random.Random(7)
    refused = 0
    for number in range(120):
        path = tmp_path / "broken.xlsx"
        if number % 3 == 0:
            path.write_bytes(whole[: chance.randrange(len(whole))])
        elif number % 3 == 1:
            data = bytearray(whole)
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            path.write_bytes(data)
        else:
            name = chance.choice(sorted(parts))
            data = bytearray(parts[name])
            data[chance.randrange(len(data))] = chance.randrange(256)
            with zipfile.ZipFile(path, "w") as folder:
                for part, content in parts.items():
                    folder.writestr(part, bytes(data) if part == name else content)
        try:
            assert cx.read(path).head() is not None
        except cx.CxError as error:
            assert '"broken.xlsx"' in str(error)
            refused += 1
    assert refused >= 40
