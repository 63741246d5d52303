"""The law of rows: the filter of a row keeps as many journeys, of as many customers, as the row says."""

from __future__ import annotations

from cxkit.catalog import entry

MOST_EMPTY = 3  # rows of nobody that are looked at: hours of a week are many


def assert_rows_keep_their_journeys(journeys, name, call):
    """Ask, and keep the journeys of each row that is a set of them; returns how many rows there are."""
    known = entry(name)
    answer = known.function(journeys, **call)
    counted = "count" if answer.unit == "journeys" else "journeys"
    rows = answer.table.to_pylist()
    empty = [row for row in rows if row.get(counted) == 0][MOST_EMPTY:]
    for row in (row for row in rows if row not in empty):
        clause = known.keeps(row, journeys, answer.parameters)
        if clause is None:
            continue
        kept = journeys.keep(clause).n
        assert row.get(counted) in (None, kept.journeys), (row, clause)
        assert row.get("customers") in (None, kept.customers), (row, clause)
        assert counted in row or "customers" in row
    return answer.table.num_rows
