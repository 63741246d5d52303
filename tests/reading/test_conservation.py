"""The law: events, rejected lines, header, blank lines and lines with which rows go on are the lines of the file."""

import gzip
import io

import pytest

import cxkit as cx

HEAD = "case,step,when,note"
ROWS = [f"{n // 2},{('Open', 'Close')[n % 2]},2024-01-{n // 2 % 28 + 1:02} 1{n % 2}:00,x" for n in range(80)]
ROLES = {"journey": "case", "activity": "step", "time": "when"}
STRAY, FEW, MANY = "a quote that does not close", "too few columns", "too many columns"


def with_rows(**changed):
    """The rows with some of them written otherwise, by number."""
    return [changed.get(f"r{number}", row) for number, row in enumerate(ROWS)]


def content(rows, end="\n", head=HEAD):
    return end.join([head, *rows, ""]).encode()


def plain_lines(data):
    """How many lines there are, by another way than ours."""
    return sum(1 for _ in io.TextIOWrapper(io.BytesIO(data), encoding="latin-1", newline=None))


def accounted(journeys):
    facts = journeys.manifest
    lines = facts.lines
    return (
        facts.counts["events"]
        + sum(facts.dropped.values())
        + lines["header"]
        + lines["blank"]
        + lines["continued"]
    )  # fmt: skip


@pytest.fixture
def prepared(tmp_path):
    """Write a file, prepare its log, and hold it to the law."""

    def prepare(data, name="log.csv", **reading):
        (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
        log = cx.read(tmp_path / name, **reading)
        log = log.roles(**ROLES, event_attributes=[column for column in log.columns if column == "note"])
        journeys = cx.prepare(log, tmp_path / f"{name}-store", progress=False)
        assert accounted(journeys) == journeys.manifest.lines["lines"] == plain_lines(data)
        return journeys

    return prepare


# ---- quotes that never close -----------------------------------------------------------------------------------------

OPENED = {
    "at the end": {"r6": '3,Open,2024-01-04 10:00,"call back'},
    "in the middle": {"r6": '3,"Open,2024-01-04 10:00,x'},
    "twice": {"r6": '3,Open,2024-01-04 10:00,"call back', "r50": '25,Open,2024-01-26 10:00,"again'},
    "and closed much later": {"r6": '3,Open,2024-01-04 10:00,"call', "r50": '25,Open,2024-01-26 10:00,back"'},
    "in the last row": {"r79": '39,Close,2024-01-12 11:00,"x'},
    "in the first row": {"r0": '"0,Open,2024-01-01 10:00,x'},
    "with a NUL": {"r6": '3,Open,2024-01-04 10:00,"call\0'},
    "with blank lines": {"r6": '3,Open,2024-01-04 10:00,"call\n\n'},
}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("changed", OPENED.values(), ids=OPENED)
def test_the_rows_after_an_open_quote_are_read(changed, end, prepared):
    rows = [row.replace("\n", end) for row in with_rows(**changed)]
    journeys = prepared(content(rows, end))
    stray = [int(row[1:]) + 2 for row, text in changed.items() if ',"' in text or text[0] == '"']
    assert journeys.rejected().df().line.tolist() == stray
    assert journeys.manifest.counts["events"] == 80 - len(stray)
    assert set(journeys.manifest.dropped) == {STRAY}


def test_an_open_quote_in_a_packed_file_a_folder_and_a_later_part(prepared, tmp_path):
    rows = with_rows(**OPENED["at the end"])
    assert prepared(content(rows), "log.csv.gz").manifest.counts["events"] == 79
    (tmp_path / "parts").mkdir()
    later = [row.replace("2024", "2025") for row in rows]
    (tmp_path / "parts/a.csv").write_bytes(content(rows))
    (tmp_path / "parts/b.csv").write_bytes(content(later, "\r\n"))
    whole = cx.prepare(cx.read(tmp_path / "parts").roles(**ROLES), tmp_path / "whole", progress=False)
    assert (accounted(whole), whole.manifest.lines["lines"], whole.manifest.counts["events"]) == (162, 162, 158)
    assert whole.rejected().df().line.tolist() == [8, 89]
    cx.prepare(cx.read(tmp_path / "parts/a.csv").roles(**ROLES), tmp_path / "grown", progress=False)
    grown = cx.prepare(cx.read(tmp_path / "parts/b.csv"), tmp_path / "grown", append=True, progress=False)
    assert (accounted(grown), grown.manifest.lines, grown.manifest.counts) == (162, *_facts(whole))
    assert [loss.split(":")[0] for loss in grown.manifest.losses] == ['"a.csv"', '"b.csv"']


def _facts(journeys):
    return journeys.manifest.lines, journeys.manifest.counts


def test_a_cut_end_loses_only_what_is_cut(prepared):
    data = content(with_rows(r79='39,Close,2024-01-12 11:00,"a long text, with more'))[:-20]
    assert prepared(data).manifest.counts["events"] == 79


def test_many_lines_of_a_large_file_are_not_lost(prepared):
    rows = [f"{n // 2},Open,2024-01-01 10:00,x" for n in range(40_000)]
    rows[10] = '5,Open,2024-01-01 10:00,"call back'
    assert prepared(content(rows)).manifest.counts["events"] == 39_999


# ---- quotes that do --------------------------------------------------------------------------------------------------

SEVERAL = {
    "r5": '2,Close,2024-01-03 11:00,"first\n\nsecond, third"',
    "r9": '4,"Close\nagain",2024-01-05 11:00,"say ""hi"",\nthen ""go"""',
}


def test_values_over_several_lines_stay_whole(prepared):
    journeys = prepared(content(with_rows(**SEVERAL)))
    assert (journeys.manifest.counts["events"], journeys.manifest.dropped) == (80, {})
    assert journeys.manifest.lines == {"lines": 85, "header": 1, "blank": 0, "continued": 4}
    notes = journeys.events(rows=200).df().note
    assert {"first\n\nsecond, third", 'say "hi",\nthen "go"'} <= set(notes)


def test_values_over_several_lines_beside_an_open_quote(prepared):
    journeys = prepared(content(with_rows(**SEVERAL, r30='15,Open,2024-01-16 10:00,"x')))
    assert journeys.rejected().df()[["line", "reason"]].values.tolist() == [[36, STRAY]]


def test_prose_that_has_as_many_commas_as_a_row_is_prose(prepared):
    rows = with_rows(r5='2,Close,2024-01-03 11:00,"we called, wrote, waited, left\nthey came, saw, won, went"')
    assert prepared(content(rows)).manifest.counts["events"] == 80


@pytest.mark.parametrize("text", ['17" screen', 'a "b" c', 'end"', "it's", '"in quotes"', ' "after a blank"'])
def test_quotes_within_a_value_do_no_harm(text, prepared):
    assert prepared(content([row[:-1] + text for row in ROWS])).manifest.counts["events"] == 80


def test_a_file_that_quotes_nothing_is_read_so(prepared, tmp_path):
    journeys = prepared(content([row[:-1] + '"Hello" he said' for row in ROWS]))
    assert (journeys.manifest.counts["events"], journeys.manifest.reading["quote"]) == (80, "none")
    assert journeys.events().df().note.iloc[0] == '"Hello" he said'


def test_a_line_with_too_much_and_one_with_too_little(prepared):
    journeys = prepared(content(with_rows(r3="1,Close", r4='2,Open,2024-01-03 10:00,"a\nb",more'), "\r\n"))
    table = journeys.rejected().df()
    assert table[["line", "reason"]].values.tolist() == [[5, FEW], [6, STRAY], [7, FEW]]
    assert table.text.tolist() == ["1,Close", '2,Open,2024-01-03 10:00,"a', 'b",more']


def test_a_column_too_many_in_a_file_with_returns_is_told_with_its_line(prepared):
    table = prepared(content(with_rows(r2="1,Open,2024-01-02 10:00,x,y"), "\r\n")).rejected().df()
    assert (table.line.tolist(), table.text.tolist()) == ([4], ["1,Open,2024-01-02 10:00,x,y"])


# ---- a loss is told --------------------------------------------------------------------------------------------------


def test_a_loss_is_told_everywhere_in_the_same_words(tmp_path, prepared):
    data = content(with_rows(**OPENED["at the end"]))
    journeys = prepared(data)
    says = f"1 of 80 lines (1.2%) is left out: {STRAY} (1); the first is line 8."
    log = cx.read(tmp_path / "log.csv").roles(**ROLES)
    assert log.doubts[0].startswith(says)
    assert f"Warning: {says}" in repr(log)
    assert f"Warning: {says}" in repr(log.readiness())
    assert says in log.readiness()._repr_html_()
    assert "unread" in log.readiness().df().check.tolist()
    assert says in journeys.manifest.losses[0]
    assert says in journeys.manifest.facts["Warning 1"]
    assert says in repr(journeys.provenance)
    assert cx.open(tmp_path / "log.csv-store").manifest.losses == journeys.manifest.losses


def test_a_small_loss_is_no_doubt_but_a_finding(tmp_path):
    rows = [*ROWS, *(row.replace("2024", "2025") for row in ROWS)]
    (tmp_path / "log.csv").write_bytes(content([*rows, "1,Open"]))
    log = cx.read(tmp_path / "log.csv").roles(**ROLES)
    assert not log.source.unread.loud
    assert "unread" in log.readiness().df().check.tolist()


# ---- how a file is written -------------------------------------------------------------------------------------------

SEMICOLONS = [row.replace(",", ";") for row in ROWS]
ABOVE = {
    "sep=": (["sep=;"], 1),
    "SEP= with returns": (["SEP=;\r"], 1),
    "two titles": (["Report of January", "by me"], 2),
    "titles and a blank line": (["Report: all, of January", "Made on 2024-02-01", ""], 3),
    "a padded title": (["Report;;;", ";;;"], 2),
    "a title after a blank line": (["", "Report"], 2),
}


@pytest.mark.parametrize(("above", "count"), ABOVE.values(), ids=ABOVE)
def test_lines_above_the_header(above, count, prepared):
    data = content([HEAD.replace(",", ";"), *SEMICOLONS], head="\n".join(above))
    journeys = prepared(data)
    assert (journeys.manifest.counts["events"], journeys.manifest.dropped) == (80, {})
    assert journeys.manifest.reading["lines above the header"] == str(count)
    assert journeys.manifest.reading["delimiter"] == "semicolon"
    assert prepared(data, "again.csv", skip=count).manifest.counts["events"] == 80


HEADERS = {
    "nameless columns": ("case,step,when,", 0),
    "a nameless index": (",case,step,when,note", 1),
    "names with digits": ("case,step,when,v1", 0),
    "a name over two lines": ('case,step,when,"the\nnote"', 0),
}


@pytest.mark.parametrize(("head", "index"), HEADERS.values(), ids=HEADERS)
def test_a_header_stays_a_header(head, index, prepared):
    rows = [f"{n}," * index + row for n, row in enumerate(ROWS)]
    facts = prepared(content(rows, head=head)).manifest
    assert (facts.counts["events"], facts.dropped) == (80, {})
    assert "lines above the header" not in facts.reading


ESCAPED = [row[:-1] + '"said \\"hi\\", left"' for row in ROWS]


def test_quotes_escaped_by_a_backslash(prepared):
    for rows in (ESCAPED, [row.replace(" left", "\nleft") for row in ESCAPED]):
        journeys = prepared(content(rows))
        assert journeys.manifest.reading["escape"] == "backslash"
        assert journeys.manifest.counts["events"] == 80
        assert journeys.events().df().note.iloc[0].replace("\n", " ") == 'said "hi", left'


def test_a_backslash_before_the_closing_quote_is_a_letter(prepared):
    journeys = prepared(content([row[:-1] + '"C:\\dir\\"' for row in ROWS]))
    assert "escape" not in journeys.manifest.reading
    assert journeys.events().df().note.iloc[0] == "C:\\dir\\"


def test_single_quotes(prepared):
    rows = [",".join(f"'{cell}'" for cell in row.split(",")).replace("x'", "it, x'") for row in ROWS]
    journeys = prepared(content(rows))
    assert (journeys.manifest.reading["quote"], journeys.events().df().note.iloc[0]) == ("single", "it, x")


def test_options_count_before_what_is_found(prepared):
    rows = [row[:-1] + '"say"' for row in ROWS]
    assert prepared(content(rows), quote="").events().df().note.iloc[0] == '"say"'
    assert prepared(content(ESCAPED), "escaped.csv", escape="\\", quote='"').manifest.counts["events"] == 80


@pytest.mark.parametrize("wrong", [{"quote": "ab"}, {"escape": ""}, {"skip": -1}, {"skip": "2"}, {"quote": ","}])
def test_options_that_cannot_be_meant(wrong, tmp_path):
    (tmp_path / "log.csv").write_bytes(content(ROWS))
    with pytest.raises(cx.CxError, match=r"one character|number of lines"):
        cx.read(tmp_path / "log.csv", delimiter=",", **wrong)


def test_options_for_text_are_for_text():
    with pytest.raises(cx.CxError, match="skip= is for text files"):
        cx.read(cx.toy_table(), skip=1)


def test_the_options_come_back_with_the_log(prepared):
    made = prepared(content([HEAD, *ROWS], head="a,b,c,d"), skip=1)
    again = made.log
    assert again is not None
    assert again.reading["lines above the header"] == "1"


# ---- wide tables -----------------------------------------------------------------------------------------------------


def test_a_thousand_columns_are_read(tmp_path):
    names = ",".join(["case", "step", "when", *["k"] * 997])
    lines = (f"{n // 5},S{n % 5},2024-01-01 10:00," + ",".join([f"v{n}"] * 997) for n in range(1_000))
    (tmp_path / "log.csv").write_text("\n".join([names, *lines, ""]))
    source = cx.read(tmp_path / "log.csv").source
    source.accounted()
    assert (source.size, source.columns[3:5], source.columns[-1]) == (1_000, ("k", "k (2)"), "k (997)")


@pytest.mark.parametrize("count", [4_000, 100_000])
def test_too_many_columns_are_refused_at_once(count, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "log.csv").write_text(",".join(["k"] * count) + "\n" + ",".join(["1"] * count) + "\n")
    with pytest.raises(cx.CxError, match=r"There are [0-9,]+ columns; at most 1,200 can be read"):
        cx.read(tmp_path / "log.csv")
    pq.write_table(pa.table({f"k{n}": [1] for n in range(4_000)}), tmp_path / "log.parquet")
    with pytest.raises(cx.CxError, match=r"There are 4,000 columns"):
        cx.read(tmp_path / "log.parquet")


def test_a_name_that_comes_again_never_takes_that_of_another():
    from cxkit.reading.delimited import column_names

    assert column_names(["a", "a (2)", "a", "a", "", "column 5"]) == (
        "a",
        "a (2)",
        "a (3)",
        "a (4)",
        "column 5",
        "column 5 (2)",
    )


# ---- headers and rows of other widths --------------------------------------------------------------------------------

TITLES = {
    "a title with the delimiter": (["Report of January", "Made by: Ann, on 2024-02-01", ""], 3),
    "comments": (["# made by x", "# on y, z"], 2),
}


@pytest.mark.parametrize(("above", "count"), TITLES.values(), ids=TITLES)
def test_titles_may_hold_the_delimiter(above, count, prepared):
    facts = prepared(content([HEAD, *ROWS], head="\n".join(above))).manifest
    assert (facts.counts["events"], facts.dropped) == (80, {})
    assert facts.reading["lines above the header"] == str(count)


def test_a_header_without_a_name_for_the_numbers_of_rows(prepared):
    journeys = prepared(content([f"{n},{row}" for n, row in enumerate(ROWS, 1)]))
    assert (journeys.manifest.counts["events"], journeys.manifest.dropped) == (80, {})
    assert set(journeys.activities().df()["activity"]) == {"Open", "Close"}


def test_a_header_that_ends_with_delimiters(prepared):
    assert prepared(content(ROWS, head=f"{HEAD},,")).manifest.counts["events"] == 80


OTHER_KINDS = {
    "JSON lines": b'{"case": "1", "step": "a"}\n{"case": "1", "step": "b"}\n{"case": "2", "step": "a"}\n',
    "JSON": b'\xef\xbb\xbf[\n {"case": 1}\n]',
    "a web page": b"<!DOCTYPE html>\n<table><tr><td>case</td></tr></table>",
    "XML": b"<?xml version='1.0'?><log></log>",
    "a ZIP archive": b"PK\x03\x04" + bytes(100),
    "a Parquet file": b"PAR1" + bytes(100),
}


@pytest.mark.parametrize("name", ["log.csv", "log.txt.gz"])
@pytest.mark.parametrize(("kind", "data"), OTHER_KINDS.items(), ids=OTHER_KINDS)
def test_another_kind_of_file_is_no_text_of_rows(kind, data, name, tmp_path):
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith("gz") else data)
    with pytest.raises(cx.CxError, match=kind.removesuffix(" lines")):
        cx.read(tmp_path / name)
