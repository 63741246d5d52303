"""Does a later part of a log look like the parts before it? Its cells, its labels and its volume.

Labels are compared with all earlier parts; volumes and what has vanished with earlier periods, each as long as the
part's own. What has no history is said to be unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cxkit.errors import closest
from cxkit.schema import Attribute
from cxkit.statistics.intervals import next_count
from cxkit.store.changes import NAMED, Change
from cxkit.words import are, folded, many, percent, quoted

if TYPE_CHECKING:
    from cxkit.append.comparison import Comparison

BEGINNINGS = "(SELECT *, first AS time FROM old_journeys)"
ACTIVITY = Attribute("activity", "activity", "event", "text")
EXAMPLES = 10
MOST_TOLD = 5  # labels whose volume is told
ENOUGH = 5  # empty cells from which they say something
KNOWN = 30  # rows of a label from which it is known how full its cells are
ALWAYS = 0.01  # a cell that was empty in at most this share was always filled
JUMP = 5  # times as large a share of empty cells is a jump
EXPECTED = 10  # rows expected of a label, from which its absence says something
LARGE = 0.2  # of the usual volume: from there a difference weighs most
Gap = tuple[str, Any, int, int, int]  # column, label, empty cells, of, cells before


def empty_cells(c: Comparison) -> Iterator[Change]:
    """Cells that were always filled and are empty now: in the whole part, or under one label."""
    for level, table, fresh in (("event", "old_events", "fresh"), ("journey", "old_journeys", c.begun)):
        columns = [a for a in c.attributes if a.level == level and int(a.column[1:]) not in c.source.missing]
        under = [None, *([ACTIVITY] if level == "event" else []), *(a for a in c.texts if a.level == level)]
        gaps = [(gap, group) for group in under for gap in _gaps(c, columns, group, table, fresh)] if columns else []
        for a in columns:
            mine = [(gap, group) for gap, group in gaps if gap[0] == a.column]
            if mine:
                gap, group = max(mine, key=lambda pair: (pair[0][2], pair[1] is None))
                yield _gap(c, a, gap, group)


def _gaps(c: Comparison, columns: list[Attribute], group: Attribute | None, table: str, fresh: str) -> Iterator[Gap]:
    label = group.column if group else "NULL"
    asked = ", ".join(f"count({a.column})" for a in columns)
    statement = "SELECT {}, count(*), {} FROM {} GROUP BY 1"
    before = {row[0]: row[1:] for row in c.ask(statement.format(label, asked, table))}
    for value, of, *filled in c.ask(statement.format(label, asked, fresh)):
        had, *held = before.get(value, (0, *[0] * len(columns)))
        for a, full, earlier in zip(columns, filled, held, strict=True):
            empty, usual = of - full, (had - earlier) / max(had, 1)
            always = had >= KNOWN and usual <= ALWAYS and (group is None or a.column != group.column)
            if always and empty >= ENOUGH and empty / of > JUMP * max(usual, 1 / had):
                yield a.column, value, empty, of, had


def _gap(c: Comparison, a: Attribute, gap: Gap, group: Attribute | None) -> Change:
    _, value, empty, of, had = gap
    if group is ACTIVITY:
        value = c.one("SELECT name FROM activities WHERE activity = $code", code=value)
    name = c.described.roles["activity"] if group is ACTIVITY else group and group.name
    where = f' where "{name}" is "{value}"' if group else ""
    unit = "rows" if a.level == "event" else "new journeys"
    return Change(
        "empty_cells",
        "medium",
        f'{many(empty)} of {many(of)} {unit}{where} have no "{a.name}"; nearly all of {many(had)} before had one.',
        a.name,
        empty,
        of,
    )


# ---- labels --------------------------------------------------------------------------------------------------------


def labels(c: Comparison) -> Iterator[Change]:
    """Activities, and values of attributes, that are new or gone."""
    name = c.described.roles["activity"] or ""
    old = dict(c.ask("SELECT name, count(*) FROM old_events JOIN old_activities USING (activity) GROUP BY 1"))
    now = dict(c.ask("SELECT name, count(*) FROM fresh JOIN activities USING (activity) GROUP BY 1"))
    spread = c.periods.spread("SELECT name AS label, time FROM old_events JOIN old_activities USING (activity)")
    yield from _new("new_activities", name, old, now)
    yield from _vanished("vanished_activities", name, old, now, spread, c.periods.count)
    for a in c.texts:
        table, fresh = ("old_events", "fresh") if a.level == "event" else (BEGINNINGS, c.begun)
        old = dict(c.ask(f"SELECT {a.column}, count(*) FROM {table} WHERE {a.column} IS NOT NULL GROUP BY 1"))
        now = dict(c.ask(f"SELECT {a.column}, count(*) FROM {fresh} WHERE {a.column} IS NOT NULL GROUP BY 1"))
        spread = c.periods.spread(f"SELECT {a.column} AS label, time FROM {table}")
        if old:
            yield from _new("new_values", a.name, old, now)
        if now:
            yield from _vanished("vanished_values", a.name, old, now, spread, c.periods.count)


def _new(check: str, column: str, old: dict[str, int], now: dict[str, int]) -> Iterator[Change]:
    """A label that was never seen; one that only looks like an old one weighs most."""
    forms = {folded(label): label for label in old}
    rows, of = sum(n for label, n in now.items() if label not in old), sum(now.values())
    new = sorted((label for label in now if label not in old), key=lambda label: (-now[label], label))
    if new:
        like = [(label, forms.get(folded(label)) or closest(label, old)) for label in new]
        alike = any(folded(label) in forms for label in new)
        yield Change(
            check,
            "high" if alike else "medium" if check == "new_activities" else "low",
            f'{many(len(new), "value")} of "{column}" {are(len(new))} new: {quoted(new, NAMED)} '
            f"({many(rows, 'row')} of {many(of)}).",
            column,
            rows,
            of,
            tuple(f'"{label}" ({many(now[label])}){_like(near)}' for label, near in like[:EXAMPLES]),
        )


def _like(near: str | None) -> str:
    return f'; closest: "{near}"' if near else ""


def _vanished(
    check: str, column: str, old: dict[str, int], now: dict[str, int], spread: dict[str, int], periods: int
) -> Iterator[Change]:
    """A label that came in every earlier period, and so often that its absence is no chance."""
    expected = {label: n / sum(old.values()) * sum(now.values()) for label, n in old.items()}
    often = [label for label in old if periods and expected[label] >= EXPECTED]
    usual = [label for label in often if spread.get(label, 0) == periods]
    gone = sorted((label for label in usual if label not in now), key=lambda label: (-old[label], label))
    if gone:
        rows = round(sum(expected[label] for label in gone))
        yield Change(
            check,
            "medium",
            f'{many(len(gone), "value")} of "{column}" {are(len(gone))} gone: {quoted(gone, NAMED)} '
            f"(about {many(rows, 'row')} would be expected).",
            column,
            rows,
            sum(now.values()),
            tuple(f'"{label}" ({many(old[label])} before)' for label in gone[:EXAMPLES]),
        )


# ---- volume --------------------------------------------------------------------------------------------------------


def volume(c: Comparison) -> Iterator[Change]:
    """Events, and journeys begun, against earlier periods of the same length; journeys also by their labels.

    Of the labels the most unusual is told first; its journeys are then left out of the count of the others, so that one
    change is not told under every label that its journeys share.
    """
    if c.periods.unknown:
        yield Change("volume", "note", f"Whether this is more or less than usual is unknown: {c.periods.unknown}.")
        return
    groups = [a for a in c.texts if a.level == "journey"]
    looked_at = 2 + sum(c.one(f"SELECT count(DISTINCT {a.column}) FROM old_journeys") for a in groups)
    for what, old, fresh in (("events", "old_events", "fresh"), ("journeys begun", BEGINNINGS, c.begun)):
        for counts in c.periods.counts("SELECT '' AS label, time FROM {}", old, fresh).values():
            if _oddness(counts, looked_at) > 1:
                yield _more_or_less(c, what, "", *counts, looked_at)
    told: list[tuple[str, str]] = []
    while len(told) < MOST_TOLD:
        groups_begun = [(a, label, counts) for a in groups for label, counts in _begun(c, a, told)]
        odd = max(groups_begun, key=lambda group: _oddness(group[2], looked_at), default=None)
        if odd is None or _oddness(odd[2], looked_at) <= 1:
            return
        a, label, counts = odd
        told.append((a.column, label))
        yield _more_or_less(c, f'journeys begun where "{a.name}" is "{label}"', a.name, *counts, looked_at)


def _oddness(counts: tuple[int, list[int]], looked_at: int) -> float:
    """How far a count lies from the earlier ones: above 1 it is not usual."""
    now, before = counts
    return next_count(before, looked_at).distance(now)


def _begun(c: Comparison, a: Attribute, told: list[tuple[str, str]]) -> Iterator[tuple[str, tuple[int, list[int]]]]:
    """The journeys begun with each value of an attribute, without those of labels that were told of."""
    names = {f"told{n}": label for n, (_, label) in enumerate(told)}
    others = [f"{column} IS DISTINCT FROM ${name}" for (column, _), name in zip(told, names, strict=True)]
    labelled = f"SELECT {a.column} AS label, time FROM {{}} WHERE {' AND '.join(['true', *others])}"
    yield from c.periods.counts(labelled, BEGINNINGS, c.begun, **names).items()


def _more_or_less(c: Comparison, what: str, column: str, now: int, before: list[int], looked_at: int) -> Change:
    expected = next_count(before, looked_at)
    usual = sum(before) / len(before)
    change = f"; {percent(abs(now / usual - 1))} {'more' if now > usual else 'fewer'} than on average" if usual else ""
    return Change(
        "volume",
        "high" if not usual or abs(now / usual - 1) > LARGE else "medium",
        f"{many(now)} {what} in {many(c.periods.days, 'day')}{change}. The {len(before)} periods of that length before "
        f"had {many(min(before))} to {many(max(before))}; "
        f"{many(expected.low)} to {many(expected.high)} would be usual.",
        column,
        now,
        examples=tuple(f"{many(n)}" for n in before),
    )
