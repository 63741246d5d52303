"""The mapping as a contract: how does a later part of a log differ from what its store has seen so far?

Columns and labels are compared with all earlier parts; volumes and what has vanished with earlier periods, each as
long as the part's own. What has no history is said to be unknown. All is counted by DuckDB over the staged rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cxkit.append import drift, widen
from cxkit.append.aligned import Reading
from cxkit.append.periods import Periods
from cxkit.append.widen import Held
from cxkit.cached import cached_property
from cxkit.errors import closest
from cxkit.schema import CUSTOMER, ENDED, JOURNEY, STARTED, Attribute
from cxkit.store.changes import NAMED, Change
from cxkit.store.manifest import Manifest
from cxkit.words import are, many, percent, quoted

MOST_VALUES, REPEATED = 100, 3  # different values up to which a column holds labels, and rows of each, on average
ENOUGH = 5  # rows left out from which they say something
JUMP = 5  # times as large a share of rows left out is a jump
NOT_KEPT = "The store does not keep them; to keep them, prepare all parts again."
FORMS = {  # how ids are written
    "whole numbers": "-?(0|[1-9][0-9]*)",
    "numbers with a point": "-?[0-9]+[.][0-9]+",
    "digits that begin with zeros": "0[0-9]+",
    "texts": ".*",
}


class Comparison:
    """A part of a log beside its store: `fresh`, and the views of the store's tables, are laid out."""

    def __init__(
        self,
        reading: Reading,
        described: Manifest,
        was: tuple[Attribute, ...],
        now: tuple[Attribute, ...],
        held: dict[str, Held],
    ) -> None:
        self.source, self.roles, self.rewritten = reading.source, reading.roles, reading.rewritten
        self.described, self.was, self.now, self.held = described, was, now, held
        self.attributes = [a for a in was if a in described.attributes]

    def ask(self, statement: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows that answer a statement, with its values bound."""
        return self.source.connection.execute(statement, values or None).fetchall()

    def one(self, statement: str, **values: Any) -> Any:
        """The single value that answers a statement."""
        return self.ask(statement, **values)[0][0]

    def changes(self, dropped: dict[str, int]) -> Iterator[Change]:
        """Everything that differs."""
        yield from _columns(self)
        yield from _kinds(self)
        yield from _levels(self)
        yield from _ids(self)
        yield from _times(self)
        yield from _left_out(self, dropped)
        yield from _overlap(self)
        yield from drift.labels(self)
        yield from drift.empty_cells(self)
        yield from drift.volume(self)

    @cached_property
    def brings(self) -> str:
        """How much the part holds, in words."""
        new = "count(DISTINCT journey) FILTER (journey NOT IN (SELECT journey FROM old_journeys))"
        [(events, every, begun)] = self.ask(f"SELECT count(*), count(DISTINCT journey), {new} FROM fresh")
        return f"{many(events, 'event')}; {many(begun, 'new journey')}, {many(every - begun)} that go on"

    @cached_property
    def periods(self) -> Periods:
        """The part's own period and the earlier ones of the same length."""
        return Periods.of(self.ask, self.described.timed)

    @cached_property
    def texts(self) -> list[Attribute]:
        """The attributes that hold labels."""
        alike = []
        for a in self.attributes:
            if a.kind == "text" and int(a.column[1:]) not in self.source.missing:
                table = "old_events" if a.level == "event" else "old_journeys"
                [(different, rows)] = self.ask(f"SELECT count(DISTINCT {a.column}), count({a.column}) FROM {table}")
                if different <= min(MOST_VALUES, rows / REPEATED):
                    alike.append(a)
        return alike

    @cached_property
    def begun(self) -> str:
        """A table of the journeys that begin in the part: their first time, and the first known value of attributes."""
        columns = [a.column for a in self.attributes if a.level == "journey"]
        values = "".join(f", arg_min({name}, coalesce(time, row)) AS {name}" for name in columns)
        self.ask(f"""
            CREATE OR REPLACE TEMP TABLE begun AS SELECT journey, min(time) AS time{values}
            FROM fresh WHERE journey NOT IN (SELECT journey FROM old_journeys) GROUP BY journey""")
        return "begun"


def _columns(c: Comparison) -> Iterator[Change]:
    kept = {int(a.column[1:]): a.name for a in c.described.of_rows}
    gone = [name for n, name in kept.items() if n in c.source.missing]
    if gone:
        yield Change(
            "missing_columns",
            "high",
            f"{many(len(gone), 'column')} of the store {are(len(gone))} missing: {quoted(gone, NAMED)}. "
            "They are empty in this part.",
            count=len(gone),
            of=len(kept),
            examples=_near(gone, [c.source.columns[n] for n in c.source.new]),
        )
    new = [c.source.columns[n] for n in c.source.new]
    if new:
        what = NOT_KEPT if c.described.chosen else "In what was there they are empty."
        yield Change(
            "new_columns",
            "low",
            f"{many(len(new), 'column')} {are(len(new))} new: {quoted(new, NAMED)}. {what}",
            count=len(new),
        )


def _kinds(c: Comparison) -> Iterator[Change]:
    for was, now in zip(c.was, c.now, strict=True):
        number = c.source.columns.index(was.name)
        if was.kind != now.kind:
            count, examples = widen.misfits(c.source, was, number)
            rows = f"; {many(count, 'row')} of this part {are(count)} not" if count else ""
            yield Change(
                "changed_kinds",
                "medium" if {was.kind, now.kind} == {"integer", "number"} else "high",
                f'"{was.name}" held values of the kind {was.kind}{rows}. '
                f"In all parts it now holds values of the kind {now.kind}.",
                was.name,
                count,
                examples=examples,
            )


def _levels(c: Comparison) -> Iterator[Change]:
    for was, now in zip(c.was, c.now, strict=True):
        if was.level != now.level and was in c.attributes:
            yield Change(
                "changed_levels",
                "medium",
                f'"{was.name}" had one value per journey; with this part journeys have several, so that it is an '
                f"attribute of events now. Name it in journey_attributes= to keep the first one of each journey.",
                was.name,
            )


def _ids(c: Comparison) -> Iterator[Change]:
    """Ids that are written otherwise than all that are there: none of them goes on."""
    for role, code in (("journey", JOURNEY), ("customer", CUSTOMER)):
        column = c.described.roles[role] or ""
        if role == "customer" and column == c.described.roles["journey"]:
            continue
        before = _forms(c, f"old_{role}s")
        now = _forms(c, f"(SELECT id FROM {role}s WHERE {code} IN (SELECT {code} FROM fresh))")
        if before and now and not before.keys() & now.keys():
            yield Change(
                "changed_ids",
                "high",
                f'The ids in "{column}" were {_shown(before)}; here they are {_shown(now)}. '
                f"They are other ids, so that no {role} of the store goes on.",
                column,
            )


def _forms(c: Comparison, table: str) -> dict[str, str]:
    """How the ids of a table are written, each with an example."""
    forms = " ".join(f"WHEN regexp_full_match(id, '{pattern}') THEN '{form}'" for form, pattern in FORMS.items())
    return dict(c.ask(f"SELECT CASE {forms} ELSE 'texts' END AS form, min(id) FROM {table} GROUP BY 1 ORDER BY 1"))


def _shown(forms: dict[str, str]) -> str:
    return " and ".join(f'{form} such as "{example}"' for form, example in forms.items())


def _times(c: Comparison) -> Iterator[Change]:
    column = c.described.roles.get("time") or ""
    if c.rewritten:
        before = " or ".join(dict.fromkeys(part.stamps for part in c.described.parts))
        yield Change(
            "time_writing",
            "medium",
            f'The times in "{column}" were written as {before}; here they are read as {c.roles.writing.name}.',
            column,
        )
    if c.roles.zone != c.described.zone:
        yield Change(
            "zone",
            "high",
            f"Times without an offset were of {c.described.zone}; here they are read as of {c.roles.zone}.",
            column,
        )


def _left_out(c: Comparison, dropped: dict[str, int]) -> Iterator[Change]:
    """Rows that cannot be used, where they are a far larger share than before."""
    count, before = sum(dropped.values()), sum(c.described.dropped.values())
    of, had = count + c.one("SELECT count(*) FROM fresh"), before + c.described.counts["events"]
    if count >= ENOUGH and count / of > JUMP * max(before, 1) / had:
        yield Change(
            "left_out",
            "high",
            f"{many(count)} of {many(of)} rows ({percent(count / of)}) cannot be used; "
            f"before it were {many(before)} of {many(had)}.",
            count=count,
            of=of,
            examples=tuple(f"{reason}: {many(n)}" for reason, n in dropped.items()),
        )


def _overlap(c: Comparison) -> Iterator[Change]:
    of = c.one("SELECT count(*) FROM fresh")
    if not c.described.timed:
        yield Change(
            "overlap", "note", "Without times it is unknown whether rows of this part are in the store already."
        )
    elif count := c.one(f"SELECT count(*) FROM ({_again(c)})"):
        yield Change(
            "overlap",
            "high",
            f"{many(count)} of {many(of)} rows ({percent(count / of)}) are in the store already, "
            "equal in every kept column.",
            count=count,
            of=of,
        )


def leave_out(c: Comparison) -> bool:
    """Take the rows that are in the store already from the part; says whether none is left."""
    if c.described.timed:
        c.ask(f"DELETE FROM fresh WHERE row IN (SELECT row FROM ({_again(c)}))")
    return not c.one("SELECT count(*) FROM fresh")


def _again(c: Comparison) -> str:
    """The SQL of the part's rows that are in the store already; a row that is there twice is known twice."""
    pairs = [("journey", "e.journey"), ("activity", "e.activity"), ("time", "e.time"), ("customer", "r.customer")]
    pairs += [(name, f"r.{name}") for name in (STARTED, ENDED) if c.roles.start is not None]
    for was, now in zip(c.was, c.now, strict=True):
        pairs.append((now.column, widen.value(was, now, c.held[was.column])))
    fresh = ", ".join(f"{new} AS k{n}" for n, (new, _) in enumerate(pairs))
    held = ", ".join(f"{old} AS k{n}" for n, (_, old) in enumerate(pairs))
    keys = ", ".join(f"k{n}" for n in range(len(pairs)))
    same = " AND ".join(f"f.k{n} IS NOT DISTINCT FROM o.k{n}" for n in range(len(pairs)))
    return f"""
        SELECT f.row FROM (
            SELECT row, {fresh}, row_number() OVER (PARTITION BY {keys} ORDER BY row) AS copy
            FROM fresh WHERE journey IN (SELECT journey FROM old_journeys)) f
        JOIN (SELECT {held}, count(*) AS copies FROM old_events e JOIN old_rows r USING (journey, position)
            WHERE e.journey IN (SELECT DISTINCT journey FROM fresh) GROUP BY ALL) o
        ON {same} WHERE f.copy <= o.copies"""


def _near(names: list[str], new: list[str]) -> tuple[str, ...]:
    pairs = ((name, closest(name, new)) for name in names)
    return tuple(f'"{name}"; closest new column: "{near}"' for name, near in pairs if near)
