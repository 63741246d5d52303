"""Stars made from a star: events cut away, activities renamed, merged, hidden, or their repeats collapsed.

Each is the star of the log that was changed so before it was prepared, but for what speaks of the whole log: ids,
codes and attributes stay. A derived column speaks on of the journeys as they were when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import schema
from cxkit.schema import (
    ACTIVITY,
    ENDED,
    FIRST,
    FIRST_MOVE,
    FIRST_VISIT,
    GAP,
    JOURNEY,
    LAST,
    LENGTH,
    NAME,
    NEXT,
    PATH,
    POSITION,
    ROW,
    SERVICE,
    STARTED,
    SYMBOL,
    SYMBOL_BASE,
    TIME,
    VARIANT,
    WAITING,
)
from cxkit.store.columns import VALUE, Column, Made
from cxkit.store.engine import Frame
from cxkit.store.star import ORDERED, Star, firsts, ordered, paths, spans, variants

if TYPE_CHECKING:
    import pyarrow as pa

BEGINS, ENDS, INTO, DIVIDED = "begins", "ends", "into", "divided"
DERIVED = 20_000  # the first code of activities that no store has


def trimmed(star: Star, since: int, until: int) -> Star:
    """The star of the events in [since, until)."""
    kept = _stamped(star.events).filter(nw.col(TIME) >= since, nw.col(TIME) < until)
    return _cut(star, f"{star.key}|trim {since} {until}", kept)


def extracted(star: Star, start: int | None, end: int | None, start_at: str, end_at: str, included: bool) -> Star:
    """The star of the events from one activity's first or last event to another's; journeys without them are gone."""
    kept = _stamped(star.events)
    if start is not None:
        begun = nw.col(POSITION) >= nw.col(BEGINS) if included else nw.col(POSITION) > nw.col(BEGINS)
        kept = kept.join(_end(star.events, start, start_at, BEGINS), on=JOURNEY, how="inner").filter(begun)
    if end is not None:
        later = kept if start is None or not included else kept.filter(nw.col(POSITION) > nw.col(BEGINS))
        over = nw.col(POSITION) <= nw.col(ENDS) if included else nw.col(POSITION) < nw.col(ENDS)
        kept = kept.join(_end(later, end, end_at, ENDS), on=JOURNEY, how="inner").filter(over)
    key = f"{star.key}|extract {start} {end} {start_at} {end_at} {included}"
    return _cut(star, key, kept.select(*_stamped(star.events).collect_schema().names()))


def _end(events: Frame, activity: int, which: str, name: str) -> Frame:
    """The journeys with an activity, and where its first or last event is."""
    place = nw.col(POSITION).min() if which == "first" else nw.col(POSITION).max()
    return events.filter(nw.col(ACTIVITY) == activity).group_by(JOURNEY).agg(place.alias(name))


def hidden(star: Star, activities: Sequence[int]) -> Star:
    """The star without the events of these activities."""
    kept = _stamped(star.events).filter(~nw.col(ACTIVITY).is_in(list(activities)))
    return _cut(named(star, without(star, activities)), f"{star.key}|hide {sorted(activities)}", kept)


def collapsed(star: Star, activities: Sequence[int]) -> Star:
    """The star in which immediate repeats of these activities are one event, the first."""
    before = nw.col(ACTIVITY).shift(1).over(JOURNEY, order_by=POSITION)
    repeat = (before == nw.col(ACTIVITY)).fill_null(False) & nw.col(ACTIVITY).is_in(list(activities))
    kept = _stamped(star.events).with_columns(repeat.alias("repeat")).filter(~nw.col("repeat")).drop("repeat")
    return _cut(star, f"{star.key}|collapse {sorted(activities)}", kept)


def merged(star: Star, name: str, into: int, activities: Sequence[int]) -> Star:
    """The star in which these activities are one, which has this name and keeps the code `into`."""
    gone = sorted({*activities} - {into})
    other = named(star, {**without(star, gone), into: name})
    key = f"{star.key}|merge {into} {gone} {name!r}"

    def one(column: str) -> nw.Expr:
        return nw.when(nw.col(column).is_in(gone)).then(nw.lit(into)).otherwise(nw.col(column)).cast(nw.Int16)

    codes = [one(ACTIVITY).alias(ACTIVITY), one(NEXT).alias(NEXT)]
    if not gone:
        return _around(other, key, star.events)
    return _around(other, key, firsts(star.events.drop(FIRST_VISIT, FIRST_MOVE).with_columns(*codes)))


def divided(star: Star, activity: int, by: str, parts: Mapping[str, str]) -> Star:
    """The star in which the events of an activity with these values of an attribute are activities of their own.

    `parts` are their names by the value as text. Events of the activity with other values, or none, stay what they
    are.
    """
    codes = dict(zip(parts, count(max(DERIVED, max(star.names) + 1)), strict=False))
    key = f"{star.key}|split {activity} {by!r} {star.marks} {dict(parts)}"
    value = nw.col(VALUE).cast(nw.String).alias(VALUE)

    def events() -> Frame:
        event = star.attribute(by).level == "event"
        values = star.valued(by) if event else star.of_journeys(by)
        keys = [JOURNEY, POSITION] if event else [JOURNEY]
        into = star.engine.frame(_table({VALUE: (codes, "string"), INTO: (codes.values(), "int16")}))
        placed = values.select(*keys, value).join(into, on=VALUE, how="inner").drop(VALUE)
        both = star.events.join(placed, on=keys, how="left")
        own = (nw.col(ACTIVITY) == activity) & ~nw.col(INTO).is_null()
        coded = both.with_columns(nw.when(own).then(nw.col(INTO)).otherwise(nw.col(ACTIVITY)).alias(ACTIVITY))
        after = nw.col(ACTIVITY).shift(-1).over(JOURNEY, order_by=POSITION).alias(NEXT)
        return firsts(coded.drop(INTO, NEXT, FIRST_VISIT, FIRST_MOVE).with_columns(after))

    changed = star.engine.materialise(f"{key}|{DIVIDED}", events)
    left = changed.filter(nw.col(ACTIVITY) == activity).head(1)
    gone = [] if len(star.engine.collect(left.select(JOURNEY))) else [activity]
    other = called(star, without(star, gone) | {code: parts[text] for text, code in codes.items()})
    return _around(other, key, changed.select(*star.events.collect_schema().names()))


def called(star: Star, names: Mapping[int, str]) -> Star:
    """The star with these activities, by their codes, before its events have changed with them."""
    symbols = [chr(SYMBOL_BASE + code) for code in names]
    columns = {ACTIVITY: (names, "int16"), NAME: (names.values(), "string"), SYMBOL: (symbols, "string")}
    return replace(star, key=f"{star.key}|called {dict(names)}", activities=star.engine.frame(_table(columns)))


def _table(columns: Mapping[str, tuple[Iterable[Any], str]]) -> pa.Table:
    import pyarrow as pa

    return pa.table({name: pa.array(list(values), kind) for name, (values, kind) in columns.items()})


def without(star: Star, activities: Sequence[int]) -> dict[int, str]:
    """The names of the activities that are left, by code."""
    return {code: name for code, name in star.names.items() if code not in activities}


def named(star: Star, names: dict[int, str]) -> Star:
    """The star with these names of activities and with no others, before its events have changed with them."""
    changed = {code: name for code, name in names.items() if name != star.names[code]}
    name = nw.col(NAME)
    for code, new in changed.items():
        name = nw.when(nw.col(ACTIVITY) == code).then(nw.lit(new)).otherwise(name)
    left = star.activities.filter(nw.col(ACTIVITY).is_in(list(names))).with_columns(name.alias(NAME))
    return replace(star, key=f"{star.key}|named {sorted(names)} {changed}", activities=left)


def _cut(star: Star, key: str, kept: Frame) -> Star:
    """The star of the events that are kept: positions, moves and waits are made anew."""
    rows = kept.rename({POSITION: ROW})
    made_anew = [NEXT, GAP, FIRST_VISIT, FIRST_MOVE, SERVICE, WAITING]
    placed = star.engine.materialise(
        f"{key}|{ORDERED}", lambda: ordered(rows.drop(made_anew), [ROW]).drop(STARTED, ENDED)
    )
    other = _around(star, key, firsts(placed))
    for made in star.columns.values():
        if made.column.level == "event":
            other = other.with_column(_moved(made, rows))
    return other


def _stamped(events: Frame) -> Frame:
    """The events with when each started and ended, as far as it is known.

    Without a service time there was one stamp. It was a start where somebody waited for it, or where nobody is known to
    have waited since, although the next event has both stamps.
    """
    whole, waited = ~nw.col(SERVICE).is_null(), ~nw.col(WAITING).is_null()
    events = events.with_columns(whole.alias("whole"), waited.alias("waited"))
    before = nw.col("waited").shift(1).over(JOURNEY, order_by=POSITION).fill_null(False)
    after = nw.col("whole").shift(-1).over(JOURNEY, order_by=POSITION).fill_null(False)
    started = nw.col("whole") | before | (after & ~nw.col("waited"))
    ended = nw.when(nw.col("whole") | ~nw.col("begun")).then(nw.col(TIME) + nw.col(SERVICE).fill_null(0))
    return (
        events.with_columns(started.alias("begun"))
        .with_columns(nw.when(nw.col("begun")).then(nw.col(TIME)).alias(STARTED), ended.alias(ENDED))
        .drop("whole", "waited", "begun")
    )


def _around(star: Star, key: str, changed: Frame) -> Star:
    """The star around changed events: journeys that have none are gone, variants are numbered anew."""
    engine, activities = star.engine, star.activities
    events = engine.materialise(f"{key}|{schema.EVENTS}", lambda: changed)
    routes = engine.materialise(f"{key}|{PATH}", lambda: paths(engine, events, activities))
    kinds = engine.materialise(f"{key}|{schema.VARIANTS}", lambda: variants(engine, routes, activities))
    variant_of = routes.join(kinds.select(VARIANT, PATH), on=PATH, how="inner").drop(PATH)
    journeys = engine.materialise(
        f"{key}|{schema.JOURNEYS}",
        lambda: (
            star.journeys.drop(VARIANT, FIRST, LAST, LENGTH)
            .join(spans(events), on=JOURNEY, how="inner")
            .join(variant_of, on=JOURNEY, how="inner")
        ),
    )
    return replace(star, key=key, events=events, journeys=journeys, variants=kinds, direct=True, moves_kept=None)


def _moved(made: Made, rows: Frame) -> Column:
    """A column of events for those that are kept, at the positions that they have now."""
    column = made.column

    def build(_: Star) -> Frame:
        now = rows.select(JOURNEY, ROW).with_columns(nw.lit(1).alias(POSITION))
        place = (nw.col(POSITION).cum_sum().over(JOURNEY, order_by=ROW) - 1).cast(nw.Int32)
        values = made.values().rename({POSITION: ROW})
        return now.with_columns(place.alias(POSITION)).join(values, on=[JOURNEY, ROW], how="inner").drop(ROW)

    return Column("event", column.name, f"moved {made.star.key} {column.key}", build, column.kind)
