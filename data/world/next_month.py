"""What happens in the month after the log's end? Open journeys go on, new ones begin, and a few things change."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .make import Made, export
from .truths.book import Book

REPLACED, NEW, SHARE = "Check status", "Ask status assistant", 0.4
OLD_CHANNEL, OTHER_CHANNEL = "app", "web"
FEWER, KEPT = "order", 0.7
UNBOOKED = "shop"  # channel whose costs are no longer booked
SAME = "renewal"  # kind of which nothing was changed
WHEN = {"surveys": "sent", "tickets": "opened", "fields": "time", "comments": "time"}


def next_month(made: Made) -> tuple[dict[str, pa.Table], dict[str, dict[str, Any]]]:
    """What does the company hand over a month later, and what has changed?

    Returns what is new since the tables of `made`: the month's events, surveys, tickets, captured fields and comments,
    and the customers and second ids not known before; and the truths, one for each change.
    """
    longer = export(dataclasses.replace(made.world, extra=1), made.lives).tables
    rng = np.random.default_rng([made.world.seed, 7])
    book = Book(made.world)
    events = later(longer["events"], "time", made)
    events = fewer_orders(events, rng, book, made)
    for change in (new_activity, dropped_channel, costs_not_booked):
        events = change(events, rng, book)
    sizes(events, book, made)
    journeys, tables = events["journey"], {"events": events}
    for name, key in (("customers", "customer"), ("identities", "system_id")):
        new = unknown(longer[name], key, made.tables[name][key])
        tables[name] = new.filter(pc.is_in(new[key], events[key].combine_chunks()))
    known = pa.chunked_array([*made.tables["events"]["journey"].chunks, *journeys.chunks]).unique()
    for name, column in WHEN.items():
        rows = later(longer[name], column, made)
        tables[name] = rows.filter(pc.is_in(rows["journey"], known))
    return tables, dict(book)


def later(table: pa.Table, column: str, made: Made) -> pa.Table:
    """Which rows are of the month?"""
    return table.filter(pc.greater_equal(table[column], pa.scalar(end_of(made), table.schema.field(column).type)))


def end_of(made: Made) -> dt.datetime:
    """When does the month begin?"""
    return dt.datetime.fromtimestamp(made.world.end, dt.UTC)


def unknown(table: pa.Table, column: str, before: pa.ChunkedArray) -> pa.Table:
    """Which rows are about somebody or something that was not there before?"""
    return table.filter(pc.invert(pc.is_in(table[column], before.combine_chunks())))


def fewer_orders(events: pa.Table, rng: np.random.Generator, book: Book, made: Made) -> pa.Table:
    """Fewer people begin an order: some of the new ones are taken away, with all their events."""
    fresh = unknown(events, "journey", made.tables["events"]["journey"])
    orders = sorted(set(fresh.filter(pc.equal(fresh["kind"], FEWER))["journey"].to_pylist()))
    kept = rng.random(len(orders)) < KEPT
    says = "volume: new orders begun, of those that would have begun"
    book.share("next.orders", says, list(kept), KEPT, kind=FEWER, count=int(kept.sum()))
    gone = pa.array([name for name, stays in zip(orders, kept, strict=True) if not stays], pa.string())
    return events.filter(pc.invert(pc.is_in(events["journey"], gone)))


def new_activity(events: pa.Table, rng: np.random.Generator, book: Book) -> pa.Table:
    """A step that was not there before takes the place of some of another."""
    old = pc.equal(events["activity"], REPLACED).to_numpy()
    hit = old & (rng.random(len(old)) < SHARE)
    says = f"new activity: '{NEW}', where it would have been '{REPLACED}'"
    book.share("next.activity", says, list(hit[old]), SHARE, activity=NEW, count=int(hit.sum()))
    return put(events, "activity", hit, NEW)


def dropped_channel(events: pa.Table, _rng: np.random.Generator, book: Book) -> pa.Table:
    """A value of a column is no longer there: what was done in the app is now done on the web."""
    hit = pc.equal(events["channel"], OLD_CHANNEL).to_numpy()
    says = f"dropped value: channel '{OLD_CHANNEL}' is gone; so many events are now in channel '{OTHER_CHANNEL}'"
    book.enter("next.channel", says, int(hit.sum()), unit="events", value=OLD_CHANNEL, n=events.num_rows)
    return put(events, "channel", hit, OTHER_CHANNEL)


def costs_not_booked(events: pa.Table, _rng: np.random.Generator, book: Book) -> pa.Table:
    """A cell that was always filled is empty: the shops' costs are no longer booked."""
    hit = pc.equal(events["channel"], UNBOOKED).to_numpy()
    says = f"empty cells: events in channel '{UNBOOKED}' have no cost"
    book.enter("next.cost", says, int(hit.sum()), unit="events", value=UNBOOKED, n=events.num_rows)
    return put(events, "cost", hit, None)


def put(events: pa.Table, column: str, hit: np.ndarray, value: str | None) -> pa.Table:
    """Which events have another value there?"""
    of = events.schema.field(column)
    changed = pc.if_else(pa.array(hit), pa.scalar(value, of.type), events[column])
    return events.set_column(events.schema.get_field_index(column), of, changed)


def sizes(events: pa.Table, book: Book, made: Made) -> None:
    """How much is new? And what stays as it was."""
    before = set(made.tables["events"]["journey"].to_pylist())
    kinds = dict(zip(events["journey"].to_pylist(), events["kind"].to_pylist(), strict=True))
    book.enter("next.events", "events of the month", events.num_rows, unit="events")
    book.enter("next.continued", "journeys of before that go on", len(kinds.keys() & before), unit="journeys")
    book.enter("next.new", "journeys that begin in the month", len(kinds.keys() - before), unit="journeys")
    same = sum(kind == SAME for name, kind in kinds.items() if name not in before)
    says = f"unchanged: new journeys of kind '{SAME}'; must not be reported as a change"
    book.enter("next.same", says, same, unit="journeys", kind=SAME)
