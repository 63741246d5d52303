"""What the summary says of a selection is of the selection."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

import cxkit as cx
from cxkit import where as w

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
# journey, activity, hour: A has two ties, B one that hiding "Note" undoes, C none
EVENTS = [
    *(("A", "Order", 0), ("A", "Pay", 0), ("A", "Ship", 0), ("A", "Ring", 5)),
    *(("B", "Order", 0), ("B", "Note", 3), ("B", "Pay", 3)),
    *(("C", "Order", 0), ("C", "Pay", 1)),
]
SELECTED = [
    (lambda j: j, 3),
    (lambda j: j.keep(w.contains("Ship")), 2),
    (lambda j: j.drop(w.contains("Ship")), 1),
    (lambda j: j.keep(w.length(at_most=2)), 0),
    (lambda j: j.hide("Note"), 2),
    (lambda j: j.hide("Pay"), 1),
    (lambda j: j.trim(since="2026-01-05 03:00"), 1),
    (lambda j: j.keep(w.length(at_least=9)), 0),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    rows = [{"case": case, "what": what, "when": MONDAY + timedelta(hours=hour)} for case, what, hour in EVENTS]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="case", activity="what", time="when")
    return cx.prepare(log, tmp_path_factory.mktemp("summary"), progress=False)


@pytest.mark.parametrize(("select", "ties"), SELECTED)
def test_events_tied_in_time_are_those_of_the_selection(shop, select, ties):
    chosen = select(shop)
    assert chosen.summary().table["tied_events"].to_pylist() == [ties]
    assert f"{ties} events tied in time" in chosen.summary().chart().svg or not chosen.n.journeys


def test_without_selection_they_are_those_of_the_store(shop):
    assert shop.summary().table["tied_events"].to_pylist() == [shop.manifest.ties]
