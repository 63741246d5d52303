"""The star: events in journey order with journeys, variants and activities around them, and how it is built.

All of it is narwhals over an engine, so DuckDB and Spark build the same star.

Order contract: by time, then by the order column if there is one, then by row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

import narwhals as nw

from cxkit import schema
from cxkit.cached import cached_property
from cxkit.errors import not_found
from cxkit.schema import (
    ACTIVITY,
    COUNT,
    CUSTOMER,
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
    TIME,
    TIMES,
    VARIANT,
    WAITING,
    Attribute,
)
from cxkit.store.columns import KEYS, VALUE, Column, Made
from cxkit.store.engine import Engine, Frame, Kept

ORDERED = "ordered"
SPELT = "spelt"
MOST_TEXTS = 1_000
FEWER = 4  # times as many events as their variants have: a move of a variant costs more to count than an event


@dataclass(frozen=True)
class Star:
    """The tables that every question reads, as frames of one engine; `key` names this star in the engine's memory."""

    engine: Engine
    key: str
    events: Frame
    journeys: Frame
    variants: Frame
    activities: Frame
    customers: Frame
    attributes: tuple[Attribute, ...]
    zone: str
    timed: bool
    direct: bool = False
    columns: Mapping[str, Made] = field(default_factory=dict)
    marks: str = ""
    moves_kept: Frame | None = None
    tables: Mapping[str, Frame] = field(default_factory=dict)

    @property
    def moves(self) -> Frame:
        """The events without the client's columns, in the engine's memory; `direct` logs are read as they lie."""
        return self._at_hand(schema.EVENTS, self.events, schema.EVENT_COLUMNS)

    @property
    def outlines(self) -> Frame:
        """The journeys without their ids and the client's columns, where the moves are."""
        return self._at_hand(schema.JOURNEYS, self.journeys, schema.OUTLINE_COLUMNS)

    @property
    def variant_moves(self) -> Frame:
        """How often each variant makes each move; with the numbers of journeys of variants, any selection's map."""
        if self.moves_kept is not None:
            return self.moves_kept
        return self.engine.materialise(
            f"{self.key}|{schema.VARIANT_MOVES}", lambda: variant_moves(self.events, self.journeys)
        )

    @property
    def few_variants(self) -> bool:
        """Whether counting by variants is less work than counting events: they have far fewer events than there are."""
        few: bool = self.engine.hold(f"{self.key}|few", lambda: Kept(self._few(), 1, lambda: None))
        return few

    def _few(self) -> bool:
        sizes = self.variants.select(nw.col(LENGTH).cast(nw.Int64).sum().alias(LENGTH), _events().sum().alias(COUNT))
        counts = self.engine.collect(sizes).to_pylist()[0]
        return (counts[LENGTH] or 0) * FEWER <= (counts[COUNT] or 0)

    def _at_hand(self, name: str, table: Frame, columns: Sequence[str]) -> Frame:
        if self.direct:
            return table
        return self.engine.materialise(f"{self.key}|{name}", lambda: table.select(*columns))

    @cached_property
    def names(self) -> dict[int, str]:
        """The activities' names by code; codes that a changed star has lost are missing."""
        with self.engine.telling():
            named = self.engine.collect(self.activities.sort(ACTIVITY).select(ACTIVITY, NAME)).to_pylist()
        return {row[ACTIVITY]: row[NAME] for row in named}

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each activity's name stands among the names in order, by code."""
        place = {name: number for number, name in enumerate(sorted(self.codes))}
        return {code: place[name] for code, name in self.names.items()}

    @cached_property
    def codes(self) -> dict[str, int]:
        """The activities' codes by name."""
        return {name: code for code, name in self.names.items()}

    @cached_property
    def by_name(self) -> dict[str, Attribute]:
        """The attributes by name: the client's own, then the derived columns."""
        own = {attribute.name: attribute for attribute in self.attributes}
        return own | {name: made.attribute for name, made in self.columns.items()}

    def attribute(self, name: str) -> Attribute:
        """The attribute of this name, the client's own or derived."""
        if name not in self.by_name:
            raise not_found("attribute", name, self.by_name, "j.attributes")
        return self.by_name[name]

    def with_column(self, column: Column) -> Star:
        """This star with one more derived column, which speaks of it as it is now. `marks` tells columns apart."""
        marks = sha256(f"{self.marks}|{self.key}|{column.level} {column.name} {column.key}".encode()).hexdigest()[:16]
        return replace(self, columns={**self.columns, column.name: Made(column, self)}, marks=marks)

    def valued(self, name: str) -> Frame:
        """An attribute's level key (journey and position, journey, or customer) and `value`, wherever it is known."""
        if name in self.columns:
            return self.columns[name].values().filter(~nw.col(VALUE).is_null())
        own = self.attribute(name)
        table = {"event": self.events, "journey": self.journeys, "customer": self.customers}[own.level]
        value = nw.col(own.column)
        return table.filter(~value.is_null()).select(*KEYS[own.level], value.alias(VALUE))

    def of_journeys(self, name: str) -> Frame:
        """The journeys with a `value` of an attribute: their own, their customer's, or each of their events'."""
        values = self.valued(name)
        if self.attribute(name).level == "customer":
            values = self.outlines.select(JOURNEY, CUSTOMER).join(values, on=CUSTOMER, how="inner")
        return values.select(JOURNEY, VALUE)

    def texts(self, name: str) -> list[str] | None:
        """The different values of a text attribute; None where there are too many to name."""
        if name not in self._texts:
            with self.engine.telling():
                values = self.valued(name).select(VALUE).unique().sort(VALUE).head(MOST_TEXTS + 1)
                found = self.engine.collect(values)[VALUE].to_pylist()
            self._texts[name] = found if len(found) <= MOST_TEXTS else None
        return self._texts[name]

    @cached_property
    def _texts(self) -> dict[str, list[str] | None]:
        return {}


def _events() -> nw.Expr:
    """The events of a variant's journeys."""
    return nw.col(LENGTH).cast(nw.Int64) * nw.col(COUNT)


def ordered(frame: Frame, order: Sequence[str]) -> Frame:
    """Events with position, next activity and the time to it, journey by journey in the given order.

    Where starts and ends are known: how long the event was worked on, and how long nothing was worked on until the
    next one started.
    """
    columns = frame.collect_schema().names()
    return (
        frame.with_columns(nw.lit(1).alias(POSITION))
        .with_columns(
            (nw.col(POSITION).cum_sum().over(JOURNEY, order_by=order) - 1).cast(nw.Int32).alias(POSITION),
            nw.col(ACTIVITY).shift(-1).over(JOURNEY, order_by=order).alias(NEXT),
            (nw.col(TIME).shift(-1).over(JOURNEY, order_by=order) - nw.col(TIME)).cast(nw.Int64).alias(GAP),
            *_worked(columns, order),
        )
        .drop(ROW)
    )


def _worked(columns: Sequence[str], order: Sequence[str]) -> list[nw.Expr]:
    """Service and waiting time: from the stamps, or unknown."""
    if STARTED in columns:
        idle = nw.col(STARTED).shift(-1).over(JOURNEY, order_by=order) - nw.col(ENDED).cum_max().over(
            JOURNEY, order_by=order
        )
        waiting = nw.when(idle < 0).then(nw.lit(0)).otherwise(idle)
        return [(nw.col(ENDED) - nw.col(STARTED)).alias(SERVICE), waiting.cast(nw.Int64).alias(WAITING)]
    return [nw.lit(None).cast(nw.Int64).alias(name) for name in (SERVICE, WAITING)]


def firsts(events: Frame) -> Frame:
    """Events with flags (0 or 1) for a journey's first visit of an activity and first use of a move."""
    first_visit = nw.col(POSITION) == nw.col(POSITION).min().over(JOURNEY, ACTIVITY)
    first_move = nw.col(POSITION) == nw.col(POSITION).min().over(JOURNEY, ACTIVITY, NEXT)
    return events.with_columns(first_visit.cast(nw.Int8).alias(FIRST_VISIT), first_move.cast(nw.Int8).alias(FIRST_MOVE))


def paths(engine: Engine, events: Frame, activities: Frame) -> Frame:
    """One row per journey with its path, one symbol per event."""
    return engine.sequence(events.select(JOURNEY, POSITION, ACTIVITY).join(activities, on=ACTIVITY, how="inner"))


def variants(engine: Engine, paths: Frame, activities: Frame) -> Frame:
    """The different paths, numbered from 1 by falling frequency; ties by their activities' names, in order."""
    counted = paths.group_by(PATH).agg(nw.len().cast(nw.Int64).alias(COUNT))
    known = engine.collect(activities.sort(NAME).select(ACTIVITY, SYMBOL))
    symbols, tie = known[SYMBOL].to_pylist(), PATH
    if symbols != sorted(symbols):
        counted, tie = engine.translated(counted, PATH, "".join(symbols), "".join(sorted(symbols)), SPELT), SPELT
    ranked = counted.with_columns((-nw.col(COUNT)).alias("falling")).with_row_index(VARIANT, order_by=["falling", tie])
    return ranked.select(
        (nw.col(VARIANT) + 1).cast(nw.Int32).alias(VARIANT),
        PATH,
        COUNT,
        nw.col(PATH).str.len_chars().cast(nw.Int32).alias(LENGTH),
    )


def variant_moves(events: Frame, journeys: Frame) -> Frame:
    """How often each variant makes each move, counted on one of its journeys; the next activity is null at the end."""
    chosen = journeys.group_by(VARIANT).agg(nw.col(JOURNEY).min())
    counted = events.select(JOURNEY, ACTIVITY, NEXT).join(chosen, on=JOURNEY, how="inner")
    times = counted.group_by(VARIANT, ACTIVITY, NEXT).agg(nw.len().cast(nw.Int64).alias(TIMES))
    return times.select(VARIANT, ACTIVITY, NEXT, TIMES)


def spans(events: Frame) -> Frame:
    """One row per journey: when its first event began and its last one ended, number of events."""
    ended = nw.col(TIME) + nw.col(SERVICE).fill_null(0)
    return (
        events.with_columns(ended.alias(ENDED))
        .group_by(JOURNEY)
        .agg(nw.col(TIME).min().alias(FIRST), nw.col(ENDED).max().alias(LAST), nw.len().cast(nw.Int32).alias(LENGTH))
    )


def values(engine: Engine, events: Frame, columns: Sequence[str]) -> tuple[Frame, dict[str, int]]:
    """One value per journey for each column: the first that is known; and how many journeys had several."""
    first = [
        nw.when(~nw.col(column).is_null()).then(nw.col(POSITION)).min().alias(f"{column}_at") for column in columns
    ]
    several = [(nw.col(column).min() != nw.col(column).max()).alias(f"{column}_several") for column in columns]
    known = events.group_by(JOURNEY).agg(*first, *several)
    counts = engine.collect(
        known.select(
            *(nw.col(f"{column}_several").cast(nw.Int64).sum().cast(nw.Int64).alias(column) for column in columns)
        )
    ).to_pylist()[0]
    chosen = [
        nw.when(nw.col(POSITION) == nw.col(f"{column}_at")).then(nw.col(column)).max().alias(column)
        for column in columns
    ]
    picked = events.join(known, on=JOURNEY, how="inner").group_by(JOURNEY).agg(*chosen)
    return picked, {column: count for column, count in counts.items() if count}
