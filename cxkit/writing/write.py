"""Files of events: CSV, a workbook, Parquet and XES, in which nothing of a log is ever a formula."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from cxkit.errors import InputError
from cxkit.schema import ACTIVITY, JOURNEY, TIME
from cxkit.words import cell, many
from cxkit.writing import xes
from cxkit.writing.events import STARTED, Events, events

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from cxkit.journeys import Journeys

MOST_ROWS = 1_048_575  # of a sheet, below its header
CELLS = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
PART, QUICK = ".part", 4
CASE, PM4PY = "case:", {ACTIVITY: "concept:name", JOURNEY: "case:concept:name", TIME: "time:timestamp",
                        STARTED: "start_timestamp"}  # fmt: skip


def write(journeys: Journeys, path: str | Path) -> Path:
    """Write the events of the selected journeys into a file of the kind that its name ends in; see `Journeys.write`."""
    file = Path(path)
    name = file.name.lower()
    kind = next((ending for ending in WRITERS if name.endswith((ending, f"{ending}.gz"))), None)
    if kind is None or (name.endswith(".gz") and kind not in PACKED):
        raise InputError(f'"{file}" ends in no kind of file. End it in {", ".join(WRITERS)}, or in .xes.gz or .csv.gz.')
    table = events(journeys)
    part = file.with_name(file.name + PART)
    try:
        with _opened(part, packed=name.endswith(".gz")) as stream:
            WRITERS[kind](table, stream)
        part.replace(file)
    except OSError as error:
        raise InputError(f'"{file}" cannot be written: {error.strerror or error}.') from None
    finally:
        part.unlink(missing_ok=True)
    return file


@contextmanager
def _opened(file: Path, *, packed: bool) -> Iterator[IO[bytes]]:
    with file.open("wb") as plain:
        if packed:
            with gzip.GzipFile(filename="", mode="wb", fileobj=plain, mtime=0, compresslevel=QUICK) as stream:
                yield stream  # type: ignore[misc]
        else:
            yield plain


def as_pm4py(journeys: Journeys) -> pd.DataFrame:
    """The events of the selected journeys under the names that pm4py knows; see `Journeys.to_pm4py`."""
    table = events(journeys)
    role_of = {name: role for role, name in table.roles.items()}
    names = [_standard(name, role_of.get(name), table) for name in table.table.column_names]
    return table.table.rename_columns(names).to_pandas(date_as_object=False)


def _standard(name: str, role: str | None, table: Events) -> str:
    """What pm4py calls a column."""
    if role in PM4PY:
        return PM4PY[role]
    of_journey = role is not None or name in table.of_journeys
    return f"{CASE}{name.removeprefix(CASE)}" if of_journey else name


# ---- the kinds of files ----------------------------------------------------------------------------------------------


def _csv(table: Events, stream: IO[bytes]) -> None:
    from pyarrow import csv

    plain = _inert(_plain(table.table, xes.stamped))
    csv.write_csv(plain.rename_columns([cell(name) for name in plain.column_names]), stream)


def _parquet(table: Events, stream: IO[bytes]) -> None:
    from pyarrow import parquet

    parquet.write_table(_plain(table.table, lambda values: values), stream, compression="zstd")


def _xlsx(table: Events, stream: IO[bytes]) -> None:
    """One sheet; times are dates of the sheet in UTC, texts never formulas."""
    import pandas as pd

    rows = table.table.num_rows
    if rows > MOST_ROWS:
        raise InputError(f"A sheet holds {many(MOST_ROWS)} rows; these are {many(rows)}. Write .parquet or .csv.")
    frame = _plain(table.table, _without_zone).to_pandas()
    with pd.ExcelWriter(stream, engine="xlsxwriter", engine_kwargs={"options": CELLS},
                        datetime_format="yyyy-mm-dd hh:mm:ss.000") as writer:  # fmt: skip
        frame.to_excel(writer, sheet_name="events", index=False, freeze_panes=(1, 0))


def _xes(table: Events, stream: IO[bytes]) -> None:
    xes.write(table.table, table.roles, table.of_journeys, stream)


WRITERS: Mapping[str, Callable[[Events, IO[bytes]], None]] = {
    ".xes": _xes,
    ".parquet": _parquet,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
PACKED = (".xes", ".csv")


def _plain(table: pa.Table, moment: Callable[[Any], Any]) -> pa.Table:
    """The table without dictionaries, its times as they are to be written."""
    import pyarrow as pa

    columns = {}
    for name in table.column_names:
        values = table[name]
        if pa.types.is_dictionary(values.type):
            values = values.cast(values.type.value_type)
        columns[name] = moment(values) if pa.types.is_timestamp(values.type) else values
    return pa.table(columns)


def _without_zone(values: Any) -> Any:
    import pyarrow as pa

    return values.cast(pa.int64()).cast(pa.timestamp("us"))


def _inert(table: pa.Table) -> pa.Table:
    """The table without a text that a spreadsheet would take for a formula."""
    import pyarrow as pa

    for place, name in enumerate(table.column_names):
        if pa.types.is_string(table.schema.types[place]):
            words = table[name].combine_chunks().dictionary_encode()
            safe = pa.array(
                [None if word is None else cell(word) for word in words.dictionary.to_pylist()], pa.string()
            )
            table = table.set_column(place, name, safe.take(words.indices))
    return table
