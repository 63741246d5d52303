"""Arrow goes in and comes out without a library of data frames between."""

import duckdb
import polars
import pyarrow as pa
import pytest

import cxkit as cx

ROWS = pa.table(
    {"case": ["a", "a", "b"], "step": ["Start", "End", "Start"], "when": ["2025-01-01", "2025-01-02", "2025-01-03"]}
)


class Capsule:
    """What another library hands out: a stream of Arrow, and nothing else."""

    def __arrow_c_stream__(self, requested_schema=None):
        return ROWS.__arrow_c_stream__(requested_schema)


class Numbers:
    """A stream whose items are no rows."""

    def __arrow_c_stream__(self, requested_schema=None):
        return pa.chunked_array([[1, 2]]).__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize(
    "stream", [ROWS.to_reader(max_chunksize=1), Capsule(), ROWS.to_batches()[0]], ids=["reader", "capsule", "batch"]
)
def test_a_stream_is_read_like_its_table(stream, tmp_path):
    journeys = cx.prepare(cx.read(stream), tmp_path / "store")
    assert journeys.activities().table.select(["activity", "count"]).to_pylist() == [
        {"activity": "Start", "count": 2},
        {"activity": "End", "count": 1},
    ]


def test_what_is_no_table_is_told():
    with pytest.raises(cx.CxError, match="stream of Arrow cannot be read"):
        cx.read(Numbers())
    with pytest.raises(cx.CxError, match="cannot use a object"):
        cx.read(object())


def test_an_answer_is_taken_as_it_is(toy):
    answer = toy.variants()
    assert polars.DataFrame(answer).to_dicts() == answer.table.to_pylist()
    assert duckdb.from_arrow(pa.table(answer)).fetchall() == [tuple(row.values()) for row in answer.table.to_pylist()]


def test_an_answer_is_a_source(toy, tmp_path):
    """The events of a selection, read again, are its journeys again."""
    again = cx.prepare(cx.read(toy.events()), tmp_path / "store")
    assert again.summary().table["events"].to_pylist() == toy.summary().table["events"].to_pylist()
