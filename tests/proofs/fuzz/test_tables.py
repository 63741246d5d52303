"""Damaged tables (CSV, TSV, packed or not, XLSX, Parquet): read rightly or refused in our own words; none hangs."""

import datetime as dt
import faulthandler
import gzip
import io
import resource

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.damage import SECONDS_BEFORE_GIVING_UP, damaged

import cxkit as cx

ROLES = {"journey": "id", "activity": "act", "time": "when"}
FILES_A_ROUND = 50
READ, REFUSED = 0.5, 0.04  # of these files at least: what is damaged a little is read, what is no table is refused
MOST_MEMORY = 700  # megabytes that all these files together may add to the highest
HEAD = ["id", "act", "when", "note", "cost"]
CELLS = [
    [
        f"J{n // 4}",
        ("Prüfen", "Pay", "B & C", "Ship")[n % 4],
        f"2025-01-{n % 28 + 1:02} 10:{n:02}:00",
        f"n{n}",
        f"{n}.5",
    ]
    for n in range(40)
]


def text(separator, quote=""):
    return "".join(separator.join(f"{quote}{cell}{quote}" for cell in row) + "\n" for row in [HEAD, *CELLS]).encode()


def zstd(data):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as packed:
        packed.write(data)
    return sink.getvalue().to_pybytes()


def parquet():
    out = io.BytesIO()
    columns = [list(column) for column in zip(*CELLS, strict=True)]
    columns[2] = [dt.datetime.fromisoformat(stamp) for stamp in columns[2]]
    pq.write_table(pa.table(dict(zip(HEAD, columns, strict=True))), out, row_group_size=15)
    return out.getvalue()


def workbook():
    openpyxl = pytest.importorskip("openpyxl")
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in [HEAD, *CELLS]:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def seeds():
    texts = {"log.csv": text(","), "two.csv": text(";"), "quoted.csv": text(",", '"'), "log.tsv": text("\t")}
    packed = {"log.csv.gz": gzip.compress(text(",")), "log.csv.zst": zstd(text(";"))}
    return (
        texts
        | packed
        | {"log.parquet": parquet(), "log.xlsx": workbook(), "again.csv": text("|"), "log.txt": text(",")}
    )


@pytest.fixture
def watched():
    """Whoever hangs is ended, and shown where."""
    faulthandler.dump_traceback_later(SECONDS_BEFORE_GIVING_UP, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()


# ---- what is right ---------------------------------------------------------------------------------------------------


def unpacked(data):
    if data[:2] == b"\x1f\x8b":
        return gzip.decompress(data)
    return pa.input_stream(io.BytesIO(data), compression="zstd").read() if data[:4] == b"\x28\xb5\x2f\xfd" else data


def simple_rows(data, log):
    """The rows of a text by plain splitting, those that fit and how many do not; None where that is too plain."""
    plain = unpacked(data).decode("utf-8", "replace").removeprefix("\ufeff")
    if log.source.reading["encoding"] != "utf-8" or "\ufffd" in plain or set(plain) & set("\"'\0\r"):
        return None
    header = log.source.reading.get("header") != "none"  # damage may have cost the table its header
    lines = plain.lstrip("\n").split("\n")[header:]
    separator, width = log.source.delimiter, len(log.columns)
    rows = [line.split(separator) for line in lines if line]
    return [row for row in rows if len(row) == width], sum(len(row) != width for row in rows)


def check(log, name, data):
    table, unfit = log.head(1_000), log.source.unfit
    if name.endswith(".parquet"):
        theirs = pq.read_table(io.BytesIO(data))
        assert len(table) == len(theirs)
        assert table.iloc[:, 1].tolist() == theirs.column(1).to_pylist()
    elif name.endswith(".xlsx"):
        assert 0 < len(table) <= len(CELLS)
    elif found := simple_rows(data, log):
        good, bad = found
        assert len(unfit) == bad
        assert [
            [cell or "" for cell in row] for row in table.astype(object).where(table.notna(), "").values.tolist()
        ] == good
    else:
        lines = unpacked(data).decode(log.source.reading["encoding"], "replace").splitlines()
        assert len(table) + len(unfit) <= len(lines)
    log.source.accounted()


def test_the_seeds_are_whole(seeds, tmp_path):
    for name, data in seeds.items():
        (tmp_path / name).write_bytes(data)
        log = cx.read(tmp_path / name)
        check(log, name, data)
        journeys = cx.prepare(log.roles(**ROLES), tmp_path / f"{name}-store", progress=False)
        assert (journeys.n.journeys, journeys.manifest.counts["events"]) == (10, 40)


def test_damaged_files(draw, seeds, tmp_path, watched):
    before, refused = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    for number in range(FILES_A_ROUND):
        name = list(seeds)[(draw + number) % len(seeds)]
        data = damaged(seeds[name], f"tables {draw} {number}")
        (tmp_path / name).write_bytes(data)
        try:
            log = cx.read(tmp_path / name)
            check(log, name, data)
            repr(log)
            if number % 5 == 0:
                cx.prepare(log, tmp_path / f"store{number}", progress=False).variants().df()
        except cx.CxError as error:
            assert 0 < len(str(error)) < 2_000
            refused += 1
    assert REFUSED * FILES_A_ROUND <= refused <= (1 - READ) * FILES_A_ROUND
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MOST_MEMORY * 1024


# ---- made by hypothesis ----------------------------------------------------------------------------------------------

words = st.text(st.characters(exclude_characters='"\r\n\0', codec="utf-8"), max_size=12)
tables = st.lists(st.tuples(words, words, words), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(tables, st.sampled_from([",", ";", "\t", "|"]), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_any_quoted_text_comes_back(tmp_path_factory, rows, separator, encoding):
    file = tmp_path_factory.mktemp("made") / "log.csv"
    lines = [separator.join(f'"{cell}"' for cell in row) for row in [("id", "act", "note"), *rows]]
    file.write_bytes(("\n".join(lines) + "\n").encode(encoding))
    log = cx.read(file, delimiter=separator)
    table = log.head(99)
    assert table.astype(object).where(table.notna(), "").values.tolist() == [list(row) for row in rows]
    assert log.source.unfit == []


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from(
        [
            "a.csv",
            "a.tsv",
            "a.xlsx",
            "a.parquet",
            "a.xes",
            "a.json",
            "a.xmlocel",
            "a.sqlite",
            "a.csv.gz",
            "a.csv.zst",
            "a.xes.gz",
        ]
    ),
)
def test_any_bytes_are_read_or_refused(tmp_path_factory, data, name):
    file = tmp_path_factory.mktemp("made") / name
    file.write_bytes(data)
    try:
        log = cx.read(file)
        log.head()
        cx.prepare(log, file.with_suffix(".store"), progress=False)
    except cx.CxError as error:
        assert str(error)


# ---- bombs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("pack", "ending"), [(gzip.compress, "gz"), (zstd, "zst")])
@pytest.mark.parametrize(("name", "head"), [("log.csv", b"id,act,when\n"), ("log.xes", b"<log>"), ("log.json", b"[")])
def test_a_small_file_that_unpacks_without_end_is_refused(pack, ending, name, head, tmp_path, monkeypatch):
    from cxkit.reading import packed

    monkeypatch.setattr(packed, "LEAST", 1 << 20)
    file = tmp_path / f"{name}.{ending}"
    file.write_bytes(pack(head + b" " * (8 << 20)))
    if ending == "zst" and name != "log.csv":
        file = file.rename(tmp_path / name)
    with pytest.raises(cx.CxError, match="unpacks to more than 200 times its size"):
        cx.read(file)


def test_a_packed_file_is_known_by_its_bytes(tmp_path):
    for name, data in {
        "log.csv": gzip.compress(text(",")),
        "log.csv.gz": text(","),
        "log.tsv": zstd(text("\t")),
    }.items():
        (tmp_path / name).write_bytes(data)
        log = cx.read(tmp_path / name).roles(**ROLES)
        assert cx.prepare(log, tmp_path / f"{name}-store", progress=False).n.journeys == 10
