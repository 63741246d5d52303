"""What lies beside the log: its tables, and the rows of one that speak of the selected journeys and customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import not_found
from cxkit.measures.ways.rows import NUMBER, ROWS, check_page, paged
from cxkit.result import Population, Result
from cxkit.schema import ACTIVITY, CUSTOMER, ID, JOINED, JOURNEY, NAME, POSITION, ROW, TIME, Table
from cxkit.times import zoned
from cxkit.words import many

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

EVENT_TIME, WHEN = "event_time", "when"


def table(journeys: Journeys, name: str | None = None, *, page: int = 1, rows: int = ROWS) -> Result:
    """What lies beside the log: surveys, tickets, customers, costs?

    Parameters
    ----------
    name : a table that was put beside the log with `log.beside` or `log.customers`; without it, which ones there are.
    page, rows : which page of its rows, from 1, of how many rows each.

    With a name: the rows that speak of the selected journeys and customers, in the table's own order. `journey` and
    `customer` are the client's ids; `position`, `activity` and `event_time` are of the event that a row was joined to,
    as in the whole log; then come the columns of the table, one with such a name as "name (of the table)". `n` counts
    the journeys and customers that the rows of all pages speak of. A row that speaks of a customer only is there if one
    of the customer's journeys is; a table without a key is always there whole.

    Returns a Result; without a name it has a row per table: `table`, `source`, `rows`, and how many of them are joined
    to `events`, to `journeys` or `customers` only, or to `nothing`.

    Errors: no such table, with the closest; a page or a number of rows below 1.

    >>> import cxkit as cx
    >>> len(cx.toy_journeys().table().df())
    0
    """
    check_page(page, rows)
    if name is None:
        return Result(
            name="table",
            unit="tables",
            recipe=journeys.recipe,
            ask=lambda: _overview(journeys),
            count=lambda: journeys.n,
            parameters={"name": name, "page": page, "rows": rows},
            empty='No table lies beside this log. Put one there: log.beside("surveys", "surveys.csv", journey="id").',
        )
    by_name = {chosen.name: chosen for chosen in journeys.manifest.tables}
    if name not in by_name:
        raise not_found("table", str(name), by_name, "j.table()")
    chosen = by_name[name]
    return Result(
        name="table",
        unit=f"rows of {name}",
        recipe=journeys.recipe,
        ask=lambda: _rows(journeys, chosen, page, rows),
        count=lambda: _population(journeys, chosen),
        parameters={"name": name, "page": page, "rows": rows},
        note=_note(chosen),
        empty="No row of the table speaks of these journeys.",
    )


def _overview(journeys: Journeys) -> pa.Table:
    import pyarrow as pa

    tables = journeys.manifest.tables
    columns: dict[str, Any] = {"table": [table.name for table in tables], "source": [table.source for table in tables]}
    texts = pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})
    counts = {"rows": [sum(table.joined.values()) for table in tables]}
    counts |= {word: [table.joined[word] for table in tables] for word in JOINED}
    for name, values in counts.items():
        texts = texts.append_column(name, pa.array(values, pa.int64()))
    return texts


def _note(table: Table) -> str:
    lost = table.joined["nothing"]
    return f"without {many(lost, 'row')} of no journey or customer of the log" if lost and table.keys else ""


def _speaking(selection: Selection, table: Table) -> Frame:
    """The rows that speak of the selected journeys, or of their customers."""
    rows = selection.star.tables[table.name]
    if not table.keys:
        return rows
    chosen = selection.outlines
    of_journeys = rows.join(chosen.select(JOURNEY), on=JOURNEY, how="semi")
    of_customers = rows.filter(nw.col(JOURNEY).is_null())
    return nw.concat([of_journeys, of_customers.join(chosen.select(CUSTOMER).unique(), on=CUSTOMER, how="semi")])


def _population(journeys: Journeys, table: Table) -> Population:
    if not table.keys:
        return journeys.n
    unknown = nw.col(JOURNEY).is_null().any().cast(nw.Int64)
    counted = {"journeys": nw.col(JOURNEY).n_unique() - unknown, "customers": nw.col(CUSTOMER).n_unique()}
    asked = [number.fill_null(0).cast(nw.Int64).alias(word) for word, number in counted.items()]
    counts = journeys.collect(lambda selection: _speaking(selection, table).select(*asked))
    return Population(**counts.to_pylist()[0])


def _rows(journeys: Journeys, known: Table, page: int, rows: int) -> pa.Table:
    import pyarrow.compute as pc

    whole = journeys.base
    kept = [f"y{place}" for place in range(len(known.columns))]

    def question(selection: Selection) -> Frame:
        speaking = paged(_speaking(selection, known), [ROW], page, rows)
        events = whole.events.select(JOURNEY, POSITION, ACTIVITY, nw.col(TIME).alias(EVENT_TIME))
        speaking = speaking.select(NUMBER, JOURNEY, CUSTOMER, POSITION, nw.col(TIME).alias(WHEN), *kept)
        speaking = speaking.join(events, on=[JOURNEY, POSITION], how="left")
        speaking = speaking.join(whole.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="left")
        speaking = speaking.join(whole.journeys.select(JOURNEY, nw.col(ID).alias("journey_id")), on=JOURNEY, how="left")
        ids = whole.customers.select(CUSTOMER, nw.col(ID).alias("customer_id"))
        return speaking.join(ids, on=CUSTOMER, how="left").sort(NUMBER)

    table = journeys.collect(question)
    columns = {"journey": table["journey_id"], "customer": table["customer_id"]} if known.keys else {}
    if "time" in known.keys:
        columns |= {POSITION: pc.add(table[POSITION], 1), ACTIVITY: table[NAME]}
        columns[EVENT_TIME] = zoned(table[EVENT_TIME], whole.zone)
    return _with_own(columns, known, table, whole.zone)


def _with_own(columns: dict[str, Any], known: Table, table: pa.Table, zone: str) -> pa.Table:
    """The table's own columns beside those of the log; its keys are the log's ids already."""
    import pyarrow as pa

    ids = [known.keys.get(key) for key in (JOURNEY, CUSTOMER)]
    for place, (name, kind) in enumerate(known.columns.items()):
        if name in ids:
            continue
        values = table[WHEN] if name == known.keys.get("time") else table[f"y{place}"]
        stamped = kind == "time" or name == known.keys.get("time")
        while name in columns:
            name = f"{name} (of the table)"
        columns[name] = zoned(values, zone) if stamped else values
    return pa.table(columns)
