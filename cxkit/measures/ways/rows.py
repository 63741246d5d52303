"""The rows behind a selection: its journeys, its events, and the rows of the source that could not be used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit import schema
from cxkit.errors import InputError
from cxkit.facts import working as clocks
from cxkit.facts.working import Clock
from cxkit.result import Population, Result
from cxkit.schema import ACTIVITY, CUSTOMER, FIRST, GAP, ID, JOURNEY, LAST, LENGTH, NAME, POSITION, TIME, VARIANT
from cxkit.store.columns import VALUE
from cxkit.times import zoned
from cxkit.words import many

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Frame

ROWS = 100
MOST_ROWS = 100_000
NUMBER, PLACE, LASTING = "number", "place", "lasting"


def journeys(journeys: Journeys, *, page: int = 1, rows: int = ROWS, working: bool | None = None) -> Result:
    """Which journeys are these?

    Parameters
    ----------
    page, rows : which page, from 1, of how many rows each.
    working : True for working time, by the engagement's [calendar] (a column `clock` then says so), False for calendar
        time; where nothing is given the calendar's `default` counts.

    Returns a Result with a row per journey, by id: `journey` and `customer` (the client's ids), `variant` (its number
    in the whole store), `first` and `last` (event, in the log's zone), `seconds` (between them), `events`, then the
    attributes of journeys and customers, derived ones such as tags last. `n` counts all pages. An attribute with one
    of these names is called "name (attribute)".

    Errors: a page or a number of rows below 1; working time where nobody has said when the firm works.

    >>> import cxkit as cx
    >>> cx.toy_journeys().journeys(rows=2).df()[["journey", "events"]].values.tolist()
    [['A01', 4], ['A02', 4]]
    """
    check_page(page, rows)
    clock = clocks.clock(journeys, working)
    return Result(
        name="journeys",
        unit=clock.unit("journeys"),
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: clock.told(_journeys(journeys, page, rows, clock)),
        count=lambda: journeys.n,
        parameters={"page": page, "rows": rows, "working": working},
        note=clock.note,
    )


def events(journeys: Journeys, *, page: int = 1, rows: int = ROWS, journey: str | None = None) -> Result:
    """What happened, event by event?

    Parameters
    ----------
    page, rows : which page, from 1, of how many rows each.
    journey : the id of one journey, to see only its events.

    Returns a Result with a row per event, journey by journey and in order: `journey` (the client's id), `position`
    (from 1), `activity`, `time` (in the log's zone), `seconds` (of the calendar, from this time to that of the next
    event), then the attributes of events.
    `n` counts the journeys of all pages, or the one journey.

    Errors: a page or a number of rows below 1, a journey that is not in the selection.

    >>> import cxkit as cx
    >>> cx.toy_journeys().events(journey="A01").df()["activity"].tolist()
    ['Order', 'Pay', 'Ship', 'Deliver']
    """
    check_page(page, rows)
    if journey is not None and not len(journeys.collect(lambda selection: _one(selection, journey))):
        raise InputError(f'No journey "{journey}" in this selection. See j.journeys().')
    return Result(
        name="events",
        unit="events",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _events(journeys, page, rows, journey),
        count=lambda: journeys.n if journey is None else Population(1, 1),
        parameters={"page": page, "rows": rows, "journey": journey},
    )


def rejected(journeys: Journeys, *, page: int = 1, rows: int = ROWS) -> Result:
    """Which rows of the source could not be used, and why?

    Parameters
    ----------
    page, rows : which page, from 1, of how many rows each.

    Returns a Result with a row per rejected row: `line` in the source (the header is line 1; empty where quotes make
    it uncertain), `reason`, `text` (the row as it was), `source` (the part of the log that it stands in). `n` speaks of
    the journeys that were kept.

    Errors: a page or a number of rows below 1.

    >>> import cxkit as cx
    >>> len(cx.toy_journeys().rejected().df())
    0
    """
    check_page(page, rows)
    return Result(
        name="rejected",
        unit="rows of the source",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _rejected(journeys, page, rows),
        count=lambda: journeys.n,
        parameters={"page": page, "rows": rows},
        empty="Every row of the source could be used." if page == 1 else "There are no rows on this page.",
    )


def check_page(page: int, rows: int) -> None:
    for word, value in (("page", page), ("rows", rows)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise InputError(f"{word}={value!r} is not a number from 1.")
    if rows > MOST_ROWS:
        raise InputError(f"rows={many(rows)} is more than a page holds ({many(MOST_ROWS)}).")


def _journeys(journeys: Journeys, page: int, rows: int, clock: Clock) -> pa.Table:
    def question(selection: Selection) -> Frame:
        star = selection.star
        length = (nw.col(LAST) - nw.col(FIRST)).alias(LASTING)
        lengths = clock.at(selection).star.outlines.select(JOURNEY, length)
        page_of = paged(selection.journeys, [ID], page, rows).join(lengths, on=JOURNEY, how="inner")
        for number, name in enumerate(_beside(star, ("journey", "customer"))):
            values = star.of_journeys(name).rename({VALUE: f"{VALUE}{number}"})
            page_of = page_of.join(values, on=JOURNEY, how="left")
        people = star.customers.select(CUSTOMER, nw.col(ID).alias("customer_id"))
        return page_of.join(people, on=CUSTOMER, how="left").sort(NUMBER)

    table, star = journeys.collect(question), journeys.selection.star
    own = {"journey": table[ID], "customer": table["customer_id"], VARIANT: table[VARIANT]}
    own |= {name: zoned(table[name], star.zone) for name in (FIRST, LAST)}
    own |= {"seconds": _seconds(table[LASTING]), "events": table[LENGTH]}
    return _with_attributes(own, _attributes(star, ("journey", "customer"), table))


def _events(journeys: Journeys, page: int, rows: int, journey: str | None) -> pa.Table:
    import pyarrow.compute as pc

    def question(selection: Selection) -> Frame:
        chosen, star = selection.events, selection.star
        if journey is not None:
            chosen = chosen.join(_one(selection, journey), on=JOURNEY, how="semi")
        ids, order = star.journeys.select(JOURNEY, ID), [JOURNEY]
        if len(journeys.manifest.parts) > 1:
            ids, order = ids.with_row_index(PLACE, order_by=[ID]), [PLACE]
            chosen = chosen.join(ids.select(JOURNEY, PLACE), on=JOURNEY, how="inner")
        page_of = paged(chosen, [*order, POSITION], page, rows)
        for number, name in enumerate(_beside(star, ("event",))):
            values = star.valued(name).rename({VALUE: f"{VALUE}{number}"})
            page_of = page_of.join(values, on=[JOURNEY, POSITION], how="left")
        return (
            page_of.join(ids.select(JOURNEY, ID), on=JOURNEY, how="inner")
            .join(star.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="inner")
            .sort(NUMBER)
        )

    table, star = journeys.collect(question), journeys.selection.star
    own = {"journey": table[ID], "position": pc.add(table[POSITION], 1), "activity": table[NAME]}
    own |= {"time": zoned(table[TIME], star.zone), "seconds": _seconds(table[GAP])}
    return _with_attributes(own, _attributes(star, ("event",), table))


def _rejected(journeys: Journeys, page: int, rows: int) -> pa.Table:
    import pyarrow as pa

    engine = journeys.base.engine
    folder = journeys.folder / journeys.manifest.version / schema.REJECTED
    order = [schema.PART, schema.LINE, schema.REASON, schema.TEXT]
    table = journeys.collect(lambda _: paged(engine.scan(folder), order, page, rows).sort(NUMBER).drop(NUMBER))
    names = dict(enumerate(part.source for part in journeys.manifest.parts))
    sources = pa.array([names.get(part) for part in table[schema.PART].to_pylist()], pa.string())
    return table.drop_columns([schema.PART]).append_column("source", sources)


def _one(selection: Selection, journey: str) -> Frame:
    return selection.journeys.filter(nw.col(ID) == str(journey)).select(JOURNEY)


def paged(frame: Frame, order: Sequence[str], page: int, rows: int) -> Frame:
    numbered = frame.with_row_index(NUMBER, order_by=order)
    return numbered.filter(nw.col(NUMBER) >= (page - 1) * rows, nw.col(NUMBER) < page * rows)


def _beside(star: Star, levels: Sequence[schema.Level]) -> list[str]:
    """The attributes of these levels whose values stand in another table than the rows."""
    return [
        name
        for name, attribute in star.by_name.items()
        if attribute.level in levels and (name in star.columns or attribute.level == "customer")
    ]


def _attributes(star: Star, levels: Sequence[schema.Level], table: pa.Table) -> Iterator[tuple[str, Any]]:
    place = {name: f"{VALUE}{number}" for number, name in enumerate(_beside(star, levels))}
    for name, attribute in star.by_name.items():
        if attribute.level in levels:
            values = table[place.get(name, attribute.column)]
            yield name, zoned(values, star.zone) if attribute.kind == "time" else values


def _with_attributes(own: dict[str, Any], attributes: Any) -> pa.Table:
    import pyarrow as pa

    columns = dict(own)
    for name, values in attributes:
        while name in columns:
            name = f"{name} (attribute)"
        columns[name] = values
    return pa.table(columns)


def _seconds(microseconds: Any) -> Any:
    import pyarrow.compute as pc

    return pc.divide(microseconds.cast("float64", safe=False), schema.SECOND)
