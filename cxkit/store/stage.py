"""From the rows of a source to coded events: ids and activities become small integers, times become microseconds.

A row without a journey, an activity or a readable time is put aside with its line and its reason; none is lost.
This step always runs in DuckDB, which streams; what follows is the engine's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit import schema
from cxkit.duck import parquet
from cxkit.errors import InputError
from cxkit.reading.source import line_of
from cxkit.schema import Attribute, Kind, Level
from cxkit.shaping.columns import NUMBERS, TYPES, Fits, as_key, by_column, fits, key_fits_of, kind, text_of, typed
from cxkit.shaping.events import BAD_STAMP, in_zone, judged
from cxkit.words import many

if TYPE_CHECKING:
    from cxkit.reading.source import Source
    from cxkit.shaping.roles import Roles

CODED = "coded"
EXCLUDED = ("journey_id", "customer_id", "activity_name", "reason")


@dataclass(frozen=True)
class Staged:
    """What staging found: the kept attributes, and how many rows were put aside for which reason."""

    attributes: tuple[Attribute, ...]
    dropped: dict[str, int]
    timed: bool
    backwards: int
    fits: Fits


def stage(source: Source, roles: Roles, folder: Path) -> Staged:
    """Write coded events and their dictionaries into the folder, one Parquet table each."""
    fitting = fits_of(source, roles)
    attributes = tuple(_attributes(source, roles, fitting))
    dropped = read(source, roles, attributes, kind(fitting.get(schema.KEY, ())), folder)
    nothing_known(source)
    number(source, roles)
    found = backwards(source, roles)
    write(source, folder)
    return Staged(attributes, dropped, roles.time is not None, found, fitting)


def read(
    source: Source, roles: Roles, attributes: tuple[Attribute, ...], key: Kind, folder: Path, part: int = 0
) -> dict[str, int]:
    """Read every row into a table; those that cannot be used are written aside, and counted by reason.

    `key` is the kind of the values that put events of the same time in order.
    """
    source.accounted()
    _read_rows(source, roles, attributes, key)
    dropped = _put_aside(source, folder, part)
    found = source.connection.execute("SELECT count(*) FROM read_rows WHERE reason IS NULL").fetchone()
    if not (found and found[0]):
        raise InputError(_nothing_left(source, roles, dropped))
    return dropped


def write(source: Source, folder: Path) -> None:
    """Write the coded events and their dictionaries."""
    for table in (schema.JOURNEYS, schema.CUSTOMERS, schema.ACTIVITIES, CODED):
        _write(source, table, folder)
    source.connection.execute("DROP TABLE read_rows")


def fits_of(source: Source, roles: Roles) -> Fits:
    """Which kinds hold the values of each kept column; of what puts events in order, nearly all of them."""
    fitting = fits(source, columns_of(roles))
    return fitting if roles.order is None else {**fitting, schema.KEY: key_fits_of(source, roles.order)}


def columns_of(roles: Roles) -> dict[str, int]:
    """The columns whose values are kept, by the names they have in the store."""
    kept = {f"x{number}": number for number in (*roles.journey_attributes, *roles.event_attributes)}
    return kept if roles.order is None else {**kept, schema.KEY: roles.order}


def _attributes(source: Source, roles: Roles, fitting: Fits) -> Iterator[Attribute]:
    levels: tuple[tuple[Level, tuple[int, ...]], ...] = (
        ("journey", roles.journey_attributes),
        ("event", roles.event_attributes),
    )
    for level, numbers in levels:
        for number in numbers:
            yield Attribute(source.columns[number], f"x{number}", level, kind(fitting[f"x{number}"]))


def _texts(source: Source, columns: dict[str, tuple[int, Kind]]) -> list[str]:
    """The columns of numbers whose texts the numbers do not give back, such as "1.50", once more as texts."""
    narrowed = [name for name, (n, known) in columns.items() if known in NUMBERS and source.kinds[n] == "text"]
    given_back = "bool_and(TRY_CAST(c{n} AS %s)::VARCHAR IS NOT DISTINCT FROM nullif(c{n}, ''))"
    lossy = [
        name
        for name in narrowed
        for n, known in [columns[name]]
        if not all(by_column(source, given_back % TYPES[known], [n]))
    ]
    return [f"nullif(c{columns[name][0]}, '') AS {name}_{schema.TEXT}" for name in lossy]


def _read_rows(source: Source, roles: Roles, attributes: tuple[Attribute, ...], key: Kind) -> None:
    more = [
        f"{typed(source, int(attribute.column[1:]), attribute.kind)} AS {attribute.column}" for attribute in attributes
    ]
    kept = {attribute.column: (int(attribute.column[1:]), attribute.kind) for attribute in attributes}
    if roles.order is not None:
        more.append(f"{as_key(text_of(source, roles.order), key)} AS {schema.KEY}")
        kept[schema.KEY] = roles.order, key
    statement, values = judged(source, roles, [*more, *_texts(source, kept)])
    with in_zone(source, roles.zone) as run:
        run(f"CREATE OR REPLACE TEMP TABLE read_rows AS {statement}", values)


def _put_aside(source: Source, folder: Path, part: int) -> dict[str, int]:
    """Write the table of rejected rows, and count them by reason."""
    connection = source.connection
    fields = ", ".join(text_of(source, number) for number in source.fields)
    bad = connection.execute(f"""
        SELECT {schema.ROW}, {schema.REASON}, [{fields}]
        FROM read_rows JOIN {source.rows} USING ({schema.ROW})
        WHERE {schema.REASON} IS NOT NULL ORDER BY {schema.ROW}""").fetchall()
    lines = source.lines([row for row, _, _ in bad])
    rejected = [
        *source.unfit,
        *(
            (line, reason, line_of(values, source.delimiter))
            for line, (_, reason, values) in zip(lines, bad, strict=True)
        ),
    ]
    rejected.sort(key=lambda entry: (entry[0] is None, entry[0]))
    _write_rejected(rejected, folder, part)
    reasons = [reason for _, reason, _ in rejected]
    return {reason: reasons.count(reason) for reason in dict.fromkeys(reasons)}


def _write_rejected(rejected: list[tuple[int | None, str, str]], folder: Path, part: int) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = list(zip(*rejected, strict=True)) or [(), (), ()]
    types = {schema.LINE: pa.int64(), schema.REASON: pa.string(), schema.TEXT: pa.string()}
    table = pa.table(
        {name: pa.array(values, type_) for (name, type_), values in zip(types.items(), columns, strict=True)}
    )
    table = table.append_column(schema.PART, pa.array([part] * len(table), pa.int32()))
    target = folder / schema.REJECTED
    target.mkdir()
    pq.write_table(table, target / f"part-{part}.parquet")


def _nothing_left(source: Source, roles: Roles, dropped: dict[str, int]) -> str:
    if not dropped:
        return f'"{source.name}" has a header but no rows. Export the log again, with one row per event.'
    reasons = ", ".join(f"{reason} ({many(count)})" for reason, count in dropped.items())
    hint = ""
    if BAD_STAMP in dropped and roles.time is not None:
        example = source.connection.execute(f"SELECT c{roles.time}::VARCHAR FROM {source.rows} LIMIT 1").fetchone()
        first = example[0] if example else ""
        hint = f' The first time is "{first}"; say how to read it with time_format="%d.%m.%Y %H:%M".'
    return f'No row of "{source.name}" can be used: {reasons}.{hint}'


def backwards(source: Source, roles: Roles) -> int:
    """How many events would start after their end."""
    if roles.start is None:
        return 0
    asked = f"SELECT count(*) FROM read_rows WHERE reason IS NULL AND began > {schema.ENDED}"
    return source.connection.execute(asked).fetchone()[0]  # type: ignore[index]


def known(source: Source, journeys: str, customers: str, activities: str) -> None:
    """Lay out the dictionaries of a store, by the names of their tables."""
    kept = {"journeys": (journeys, "journey, id, hash"), "customers": (customers, "customer, id")}
    kept["activities"] = activities, "activity, name"
    for name, (table, columns) in kept.items():
        source.connection.execute(f"CREATE OR REPLACE TEMP VIEW known_{name} AS SELECT {columns} FROM {table}")


def nothing_known(source: Source) -> None:
    """Lay out empty dictionaries: those of a log that is the first of its store."""
    empty = "(SELECT NULL::INTEGER AS {}, NULL::VARCHAR AS {}, NULL::BIGINT AS hash WHERE false)"
    names = (("journey", "id"), ("customer", "id"), ("activity", "name"))
    known(source, *(empty.format(*columns) for columns in names))


def number(source: Source, roles: Roles) -> None:
    """Number journeys, customers and activities by their names, so that the order of rows plays no part.

    Known ones keep their numbers; the others follow them.
    """
    run = source.connection.execute
    good = "FROM read_rows WHERE reason IS NULL"
    following = "(SELECT coalesce(max({0}), -1) FROM known_{1}) + row_number() OVER (ORDER BY {2})"
    run(f"""
        CREATE OR REPLACE TEMP TABLE journeys AS
        SELECT journey, id, hash FROM known_journeys UNION ALL
        SELECT ({following.format("journey", "journeys", "id")})::INTEGER, id,
            (md5_number_lower(id) % {schema.HASH_PRIME})::BIGINT
        FROM (SELECT DISTINCT journey_id AS id {good}) ANTI JOIN known_journeys USING (id)""")
    run(f"""
        CREATE OR REPLACE TEMP TABLE customers AS
        SELECT customer, id FROM known_customers UNION ALL
        SELECT ({following.format("customer", "customers", "id")})::INTEGER, id
        FROM (SELECT DISTINCT customer_id AS id {good} AND trim(customer_id) <> '')
        ANTI JOIN known_customers USING (id)""")
    run(f"""
        CREATE OR REPLACE TEMP TABLE activities AS
        SELECT activity, name FROM known_activities UNION ALL
        SELECT ({following.format("activity", "activities", "name")})::INTEGER, name
        FROM (SELECT DISTINCT activity_name AS name {good}) ANTI JOIN known_activities USING (name)""")
    different = run("SELECT count(*) FROM activities").fetchone()[0]  # type: ignore[index]
    if different > schema.MOST_ACTIVITIES:
        raise InputError(
            f"The activity column has {many(different)} different values; a log has at most "
            f"{many(schema.MOST_ACTIVITIES)}. Is it a free text or an id? Choose another column with activity=."
        )
    run("ALTER TABLE activities ADD COLUMN symbol VARCHAR")
    run(f"UPDATE activities SET symbol = chr({schema.SYMBOL_BASE} + activity)")
    left_out = ["began", *EXCLUDED] if roles.start is not None else [schema.ENDED, *EXCLUDED]
    run(f"""
        CREATE OR REPLACE TEMP VIEW coded AS
        SELECT journeys.journey, customers.customer, activities.activity::SMALLINT AS activity,
            read_rows.* EXCLUDE ({", ".join(left_out)})
        FROM read_rows
        JOIN journeys ON journeys.id = journey_id
        LEFT JOIN customers ON customers.id = customer_id
        JOIN activities ON name = activity_name
        WHERE reason IS NULL""")


def _write(source: Source, table: str, folder: Path) -> None:
    target = folder / table
    target.mkdir()
    how = parquet("lz4", len(source.connection.table(table).columns))
    source.connection.execute(f"COPY {table} TO $target {how}", {"target": str(target / "part-0.parquet")})
