"""The events of the selected journeys as one table, with the names that the log itself gave its columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.schema import ACTIVITY, CUSTOMER, ID, JOURNEY, NAME, POSITION, SERVICE, TIME, Attribute
from cxkit.selection.tags import Tag
from cxkit.store.columns import VALUE
from cxkit.times import zoned

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

OWNER, STARTED = "owner", "start"
ROLES = (JOURNEY, CUSTOMER, ACTIVITY, TIME, STARTED)


class Events(NamedTuple):
    """The table, row by row in the order of the journeys; which column has which role, and which are of journeys."""

    table: pa.Table
    roles: Mapping[str, str]
    of_journeys: Sequence[str]


def events(journeys: Journeys) -> Events:
    """Every event of the selected journeys with its journey, customer, activity, time and attributes.

    Attributes are the client's own and tags; what the engagement says is not among them. An event that was worked on
    has its start, and then its time is its end. A log without time, or without customers, has no such column.
    """
    import pyarrow as pa

    star = journeys.selection.star
    tags = {step.name for step in journeys.recipe if isinstance(step, Tag)}
    kept = [attribute for name, attribute in star.by_name.items() if name not in star.columns or name in tags]
    rows = journeys.collect(lambda selection: _rows(selection, kept))
    columns = _own(rows, journeys)
    given = {role: name for role in ROLES if (name := journeys.manifest.roles.get(role))}
    attributes = [(attribute.name, attribute.level, _values(rows[_place(number)], attribute, star.zone))
                  for number, attribute in enumerate(kept)]  # fmt: skip
    taken = {name for name, *_ in attributes}
    named = {role: _free(given.get(role, role), role, taken) for role in columns}
    table = {named[role]: values for role, values in columns.items()}
    table |= {name: values for name, _, values in attributes}
    return Events(pa.table(table), named, [name for name, level, _ in attributes if level != "event"])


def _rows(selection: Selection, kept: Sequence[Attribute]) -> Frame:
    star = selection.star
    people = star.customers.select(CUSTOMER, nw.col(ID).alias(OWNER))
    journeys = selection.journeys.select(JOURNEY, ID, CUSTOMER).join(people, on=CUSTOMER, how="left")
    own: list[nw.Expr] = []
    beside: list[Frame] = []
    for number, attribute in enumerate(kept):
        place = _place(number)
        if attribute.level != "event":
            values = star.of_journeys(attribute.name).rename({VALUE: place})
            journeys = journeys.join(values, on=JOURNEY, how="left")
        elif attribute.name in star.columns:
            beside.append(star.valued(attribute.name).rename({VALUE: place}))
        else:
            own.append(nw.col(attribute.column).alias(place))
    rows = selection.events.select(JOURNEY, POSITION, ACTIVITY, TIME, SERVICE, *own)
    for values in beside:
        rows = rows.join(values, on=[JOURNEY, POSITION], how="left")
    named = rows.join(star.activities.select(ACTIVITY, NAME), on=ACTIVITY, how="inner")
    return named.join(journeys, on=JOURNEY, how="inner").sort(ID, POSITION)


def _place(number: int) -> str:
    return f"{VALUE}{number}"


def _own(rows: pa.Table, journeys: Journeys) -> dict[str, Any]:
    """The columns of the roles; of an event that was worked on, its end and its start."""
    import pyarrow.compute as pc

    star, service = journeys.selection.star, rows[SERVICE]
    columns = {JOURNEY: rows[ID], **({} if journeys.manifest.anonymous else {CUSTOMER: rows[OWNER]})}
    columns[ACTIVITY] = rows[NAME]
    if not star.timed:
        return columns
    columns[TIME] = zoned(pc.add(rows[TIME], pc.fill_null(service, 0)), star.zone)
    if service.null_count < len(service):
        columns[STARTED] = zoned(pc.if_else(pc.is_valid(service), rows[TIME], None), star.zone)
    return columns


def _values(values: Any, attribute: Attribute, zone: str) -> Any:
    return zoned(values, zone) if attribute.kind == "time" else values


def _free(name: str, role: str, taken: set[str]) -> str:
    """A name that no other column has."""
    while name in taken:
        name = f"{name} ({role})"
    taken.add(name)
    return name
