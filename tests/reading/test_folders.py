"""Many files as one log, and files packed with zstd: the order, whose line it is, columns that differ, damage."""

from __future__ import annotations

import gzip
import random
import re

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx

HEADER = "order,step,when"
JANUARY = f"{HEADER}\nA,Order,2024-01-01 09:00\nA,Pay,2024-01-02 09:00\n"
FEBRUARY = "when;step;order\r\n2024-02-01 09:00;Send;A\r\n2024-02-01 10:00;;B\r\n2024-02-03 10:00;Order;Müller"
MARCH = f"{HEADER}\nB,Order,2024-03-01 09:00\nB,Pay\nB,Send,2024-03-02 09:00\n"


@pytest.fixture
def exports(tmp_path):
    """Three months, each written in its own way; a row of February lacks its step, one of March a column."""
    folder = tmp_path / "exports [old]"
    folder.mkdir()
    (folder / "2024-03.csv.zst").write_bytes(pa.compress(MARCH.encode(), "zstd", asbytes=True))
    (folder / "2024-01.csv").write_text(JANUARY, encoding="utf-8")
    (folder / "2024-02.csv").write_bytes(FEBRUARY.encode("cp1252"))
    (folder / ".hidden.csv").write_text("other\n1\n", encoding="utf-8")
    (folder / "_SUCCESS").write_text("", encoding="utf-8")
    return folder


def rows(log):
    return [tuple(row) for row in log.head(10_000).astype(object).to_numpy().tolist()]


def packed(text):
    return pa.compress(text.encode(), "zstd", asbytes=True)


# ---- folders ---------------------------------------------------------------------------------------------------------


def test_a_folder_is_one_log_in_the_order_of_the_names(exports):
    log = cx.read(exports)
    assert log.columns == ["order", "step", "when"]
    assert log.source.name == "exports [old]"
    assert [row[0] for row in rows(log)] == ["A", "A", "A", "B", "Müller", "B", "B"]
    assert [row[1] for row in rows(log)][4:] == ["Order", "Order", "Send"]
    assert log.source.reading == {
        "files": '"2024-01.csv" (lines 1 to 3), "2024-02.csv" (lines 4 to 7), "2024-03.csv.zst" (lines 8 to 11)',
        "delimiter": "comma, semicolon",
        "encoding": "utf-8, cp1252",
    }


def test_a_rejected_row_is_found_in_its_file(exports, tmp_path):
    log = cx.read(exports).roles(journey="order", activity="step", time="when")
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    rejected = journeys.rejected().df()
    assert rejected["line"].tolist() == [6, 10]
    assert rejected["reason"].tolist() == ["no activity", "too few columns"]
    assert journeys.manifest.counts["events"] == 6
    assert journeys.n.journeys == 3
    assert log.source.lines([0, 2, 3, 6]) == [2, 5, 6, 11]


def test_a_pattern_is_a_folder_of_those_that_are_like_it(exports, monkeypatch):
    assert len(rows(cx.read(exports.parent / "exports*" / "2024-0[12].csv"))) == 5
    monkeypatch.chdir(exports.parent)
    assert len(rows(cx.read("exp*/2024-01*"))) == 2
    assert len(rows(cx.read("**/2024-0?.csv"))) == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("order,stage,when\nA,Pay,2024-04-01\n", '"2024-04.csv" has other columns than "2024-01.csv": '
         'it lacks "step" and it has "stage".'),
        ("order,step\nA,Pay\n", 'it lacks "when". Read'),
        ("order,step,when,by\nA,Pay,2024-04-01,me\n", 'it has "by". Read'),
        ("", '"2024-04.csv" is empty'),
    ],
)  # fmt: skip
def test_a_file_of_other_columns_is_named(exports, text, said):
    (exports / "2024-04.csv").write_text(text, encoding="utf-8")
    with pytest.raises(cx.CxError, match=re.escape(said)):
        cx.read(exports)


def test_what_is_in_a_folder_must_be_of_one_kind(exports, tmp_path):
    (exports / "notes.docx").write_text("-", encoding="utf-8")
    assert cx.read(exports).source.notes == ("1 files of other kinds are not read.",)
    pq.write_table(pa.table({"order": ["A"]}), exports / "x.parquet")
    with pytest.raises(cx.CxError, match=r'holds both "2024-01\.csv" and "x\.parquet"'):
        cx.read(exports)
    (tmp_path / "empty").mkdir()
    for nothing in (tmp_path / "empty", tmp_path / "no*.csv"):
        with pytest.raises(cx.CxError, match="There is no file of CSV or Parquet"):
            cx.read(nothing)


def test_a_folder_of_parquet_files_has_the_widest_types(tmp_path):
    folder = tmp_path / "events.parquet"
    folder.mkdir()
    pq.write_table(pa.table({"order": ["A", "A"], "n": [1, 2], "N": [True, None]}), folder / "part-0.parquet")
    pq.write_table(pa.table({"N": [False], "order": ["B"], "n": [2.5]}), folder / "part-1.parquet")
    log = cx.read(folder)
    assert log.columns == ["order", "n", "N"]
    assert log.source.kinds == ("text", "number", "boolean")
    assert rows(log) == [("A", 1.0, True), ("A", 2.0, None), ("B", 2.5, False)]
    assert log.source.reading["files"] == '"part-0.parquet" (lines 1 to 2), "part-1.parquet" (lines 3 to 3)'
    assert log.source.lines([0, 2]) == [1, 3]


def test_one_log_cut_into_files_is_the_same_log(shared, tmp_path):
    whole = gzip.decompress((shared / "receipt" / "receipt.csv.gz").read_bytes()).decode().splitlines(keepends=True)
    folder = tmp_path / "parts"
    folder.mkdir()
    for number, start in enumerate(range(1, len(whole), 1_500)):
        (folder / f"{number:02}.csv").write_text(whole[0] + "".join(whole[start : start + 1_500]), encoding="utf-8")
    one = cx.prepare(cx.read(shared / "receipt" / "receipt.csv.gz"), tmp_path / "one", progress=False)
    many = cx.prepare(cx.read(folder), tmp_path / "many", progress=False)
    assert many.manifest.counts == one.manifest.counts
    assert many.n == one.n
    assert many.variants().df().equals(one.variants().df())
    assert many.process_map().df().equals(one.process_map().df())


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.integers(0, 5), min_size=1, max_size=5), lost=st.booleans())
def test_every_row_knows_its_line(sizes, lost, tmp_path_factory):
    folder = tmp_path_factory.mktemp("parts")
    head = "id,step\n" + "only one\n" * lost
    texts = [head + "".join(f"{n}-{k},x\n" for k in range(size)) for n, size in enumerate(sizes)]
    for number, text in enumerate(texts):
        (folder / f"{number}.csv").write_text(text, encoding="utf-8")
    log, lines = cx.read(folder), "".join(texts).splitlines()
    found = rows(log)
    assert len(found) == sum(sizes)
    for row, line in zip(found, log.source.lines(list(range(len(found)))), strict=True):
        assert lines[line - 1] == ",".join(row)
    assert [lines[line - 1] for line, _, _ in log.source.unfit] == ["only one"] * lost * len(sizes)


# ---- zstd ------------------------------------------------------------------------------------------------------------


def test_a_file_packed_with_zstd_is_the_same_log(shared, tmp_path):
    text = gzip.decompress((shared / "receipt" / "receipt.csv.gz").read_bytes()).decode()
    half = text.index("\n", len(text) // 2) + 1
    for name, data in (("whole", packed(text)), ("frames", packed(text[:half]) + packed(text[half:]))):
        (tmp_path / f"{name}.csv.zst").write_bytes(data)
        log, plain = cx.read(tmp_path / f"{name}.csv.zst"), cx.read(shared / "receipt" / "receipt.csv.gz")
        assert log.source.fingerprint == plain.source.fingerprint
        assert rows(log) == rows(plain)


def test_a_packed_file_in_another_encoding_is_read(tmp_path):
    text = "order;step\r\nA;Prüfung\r\nB;Größe\r\n" * 20
    data = pa.compress(text.encode("cp1252"), "zstd", asbytes=True)
    (tmp_path / "old.csv.zst").write_bytes(data)
    log = cx.read(tmp_path / "old.csv.zst")
    assert rows(log)[0] == ("A", "Prüfung")
    assert log.source.reading == {"delimiter": "semicolon", "encoding": "cp1252"}


def test_a_damaged_packed_file_is_refused_or_read_whole(tmp_path):
    text = "order,step\n" + "".join(f"{n},step {n % 7}\n" for n in range(500))
    whole, chance, refused = packed(text), random.Random(3), 0
    for number in range(60):
        data = bytearray(whole)
        if number % 2:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path = tmp_path / f"{number}.csv.zst"
        path.write_bytes(data if number % 2 else whole[: chance.randrange(len(whole))])
        try:
            assert cx.read(path).head() is not None
        except cx.CxError as error:
            assert path.name in str(error)
            refused += 1
    assert refused >= 35


def test_duckdb_and_arrow_unpack_alike(tmp_path):
    (tmp_path / "a.csv.zst").write_bytes(packed(JANUARY) + packed("B,Pay,2024-01-05 09:00\n"))
    read = duckdb.sql(f"SELECT * FROM read_csv('{tmp_path / 'a.csv.zst'}', all_varchar = true)").fetchall()
    assert rows(cx.read(tmp_path / "a.csv.zst")) == read
    assert len(read) == 3
