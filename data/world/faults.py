"""What does an ugly export look like? Journeys of the log as a client would send them, every fault written down."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

ROWS = 4_500  # at least, before duplicates
TIES, TWICE = 120, 90
HERE = ZoneInfo("Europe/Berlin")
STAMP, ISO, AMERICAN = "%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S", "%m/%d/%Y %I:%M:%S %p"
COLUMNS = {  # heading of the export: column of the log; System is CRM where an agent served, else Portal
    "Case No.": "journey",
    "Cust_ID": "system_id",
    "Step": "activity",
    "Date/Time": "time",
    "System": None,
    "Channel": "channel",
    "Handled by": "agent",
    "TARIFF": "product",
    "Area": "region",
    "Cost (€)": "cost",
}
CASE, CUSTOMER, STEP, TIME, SYSTEM = list(COLUMNS)[:5]
COST = "Cost (€)"
SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    lambda name: name + " ",
    lambda name: name.replace(" ", "_"),
    lambda name: name.replace(" ", "  ", 1),
    lambda name: name.replace(" ", "\N{NO-BREAK SPACE}", 1),
    str.title,
)
FAULTS = pa.schema([("fault", pa.string()), ("line", pa.int32()), ("column", pa.string()), ("was", pa.string())])
Row = dict[str, str]


@dataclass
class Export:
    """The rows as they become worse, and what was done to them: fault, row, column, the text before."""

    rows: list[Row]
    rng: np.random.Generator
    done: list[tuple[str, int, str | None, str | None]] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    truth: dict[str, dict[str, Any]] = field(default_factory=dict)

    def take(self, count: int, fits: Callable[[Row], object] = bool) -> list[int]:
        """Which rows get the next fault? Never one that was taken before; fewer where there are too few."""
        free = [number for number, row in enumerate(self.rows) if number not in self.taken and fits(row)]
        chosen = sorted(int(number) for number in self.rng.permutation(free)[:count])
        self.taken.update(chosen)
        return chosen

    def change(self, fault: str, number: int, column: str, text: str) -> None:
        """Spoils one cell."""
        self.done.append((fault, number, column, self.rows[number][column]))
        self.rows[number][column] = text

    def enter(self, fault: str, says: str, unit: str = "rows", **more: Any) -> None:
        """Writes the fault into the truth, with how often it was done."""
        count = sum(name == fault for name, *_ in self.done)
        entry = {"says": says, "parameter": None, "realised": count, "half_width": 0.0, "unit": unit}
        self.truth[f"fault.{fault}"] = entry | more


def faulty(events: pa.Table, seed: int) -> tuple[str, pa.Table, dict[str, dict[str, Any]]]:
    """What does the client send, what is wrong with it, and where?

    Returns the CSV text, the faults (fault, line of the file with the heading as line 1, column, the text before;
    undone from the last to the first they give the clean extract; column null: the whole line is too much), the truths.
    """
    rng = np.random.default_rng([seed, 5])
    export = Export([cells(row) for row in extract(events, rng)], rng)
    for spoil in (disorder, ties, zones, formats, sentinels, labels, encoding, missing, nameless):
        spoil(export)
    order = duplicates(export)
    lines = {number: line for line, number in reversed(list(enumerate(order, 2)))}
    copies = list(copied(order))
    found = [(fault, lines[number], column, was) for fault, number, column, was in export.done]
    found += [("duplicate", line, None, None) for line in copies]
    columns = [pa.array(values, of.type) for values, of in zip(zip(*found, strict=True), FAULTS, strict=True)]
    return text([export.rows[number] for number in order]), pa.table(columns, schema=FAULTS), export.truth


def extract(events: pa.Table, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Which rows are sent? Whole journeys, first what the CRM knows, then what the portal knows."""
    sizes = Counter(events["journey"].to_pylist())
    names = sorted(sizes)
    chosen: set[str] = set()
    for number in rng.permutation(len(names)):
        if sum(sizes[name] for name in chosen) >= ROWS:
            break
        chosen.add(names[number])
    mask = pa.array([name in chosen for name in events["journey"].to_pylist()])
    rows = events.filter(mask).select([name for name in COLUMNS.values() if name]).to_pylist()
    return sorted(rows, key=lambda row: (row["agent"] is None, row["time"], row["journey"]))


def cells(row: dict[str, Any]) -> Row:
    """How is a row of the log written? Decimal commas, the day first, UTC."""
    cost = "" if row["cost"] is None else f"{row['cost']:.2f} €".replace(".", ",")
    special: dict[str | None, str] = {
        "time": row["time"].astimezone(dt.UTC).strftime(STAMP),
        "cost": cost,
        None: "Portal" if row["agent"] is None else "CRM",
    }
    plain = {name: value or "" for name, value in row.items()}
    return {head: (plain | special)[name] for head, name in COLUMNS.items()}


def disorder(export: Export) -> None:
    """First come all rows of the CRM, then those of the portal."""
    latest: dict[str, dt.datetime] = {}
    behind: set[str] = set()
    for row in export.rows:
        if read(row) < latest.get(row[CASE], read(row)):
            behind.add(row[CASE])
        latest[row[CASE]] = read(row)
    says = "journeys whose rows do not stand in the order of time: first come all rows of the CRM, then the portal's"
    export.enter("order", says, "journeys", realised=len(behind))


def read(row: Row) -> dt.datetime:
    """When was it? While all times are still UTC and written alike."""
    return dt.datetime.strptime(row[TIME], STAMP)


def ties(export: Export) -> None:
    """Some steps of a journey bear the time of the step before, as if a batch had stamped both."""
    before: dict[tuple[str, str], int] = {}
    pairs = []
    for number, row in enumerate(export.rows):
        earlier = before.get((row[CASE], row[SYSTEM]))
        if earlier is not None and close(export.rows[earlier], row):
            pairs.append((earlier, number))
        before[row[CASE], row[SYSTEM]] = number
    for choice in export.rng.permutation(len(pairs)):
        first, second = pairs[choice]
        if len(export.taken) < 2 * TIES and not {first, second} & export.taken:
            export.taken |= {first, second}
            export.change("tie", second, TIME, export.rows[first][TIME])
    export.enter("tie", "rows with the time of the row before of the same journey and system, in truth a little later")


def close(first: Row, second: Row) -> bool:
    """Could one batch have stamped these two steps?"""
    return first[STEP] != second[STEP] and read(second) - read(first) < dt.timedelta(hours=1)


def zones(export: Export) -> None:
    """The CRM writes the time of its own wall clock."""
    for number, row in enumerate(export.rows):
        if row[SYSTEM] == "CRM":
            local = read(row).replace(tzinfo=dt.UTC).astimezone(HERE)
            export.change("zone", number, TIME, local.strftime(STAMP))
    export.enter(
        "zone", "rows of the CRM are in local time (Europe/Berlin), those of the portal in UTC; no cell says so"
    )


def formats(export: Export) -> None:
    """Some dates are written in another way."""
    for fault, pattern, count in (("format.iso", ISO, 240), ("format.american", AMERICAN, 120)):
        for number in export.take(count):
            moment = dt.datetime.strptime(export.rows[number][TIME], STAMP)
            export.change(fault, number, TIME, moment.strftime(pattern))
        example = dt.datetime(2025, 12, 31, 18, 5).strftime(pattern)
        export.enter(fault, f"dates written as {example}, where the others are day.month.year", pattern=pattern)


def sentinels(export: Export) -> None:
    """What is not known is sometimes a number or a date that cannot be."""
    for number in export.take(30, once(export)):
        export.change("sentinel.time", number, TIME, "01.01.1900 00:00:00")
    export.enter("sentinel.time", "times that are not known and written as 01.01.1900 00:00:00")
    for number in export.take(60, lambda row: row[COST]):
        export.change("sentinel.cost", number, COST, "9999,99 €")
    export.enter("sentinel.cost", "costs that are not known and written as 9999,99 €")


def labels(export: Export) -> None:
    """Six activities have a second spelling."""
    frequent = [name for name, _ in Counter(row[STEP] for row in export.rows if " " in row[STEP]).most_common(6)]
    meant = {spell(name): name for spell, name in zip(SPELLINGS, frequent, strict=False)}
    for spelling, name in meant.items():
        for number in export.take(25, partial(bears, name)):
            export.change("label", number, STEP, spelling)
    export.enter("label", "steps under a second spelling of an activity's name", spellings=meant)


def bears(name: str, row: Row) -> bool:
    """Is it this activity?"""
    return row[STEP] == name


def encoding(export: Export) -> None:
    """Some euro signs were decoded twice."""
    for number in export.take(80, lambda row: row[COST]):
        cost = export.rows[number][COST]
        export.change("encoding", number, COST, cost.encode().decode("cp1252"))
    export.enter("encoding", "costs whose euro sign was written as UTF-8 and read as Windows-1252")


def missing(export: Export) -> None:
    """Some cells are empty, or say so in words."""
    for name, column, word, count in (
        ("customer", CUSTOMER, "n/a", 40),
        ("time", TIME, "", 15),
        ("activity", STEP, "", 10),
    ):
        for number in export.take(count, once(export)):
            export.change(f"missing.{name}", number, column, word)
        export.enter(f"missing.{name}", f'rows without {name}, written as "{word}"')


def once(export: Export) -> Callable[[Row], bool]:
    """Which rows cannot become the copy of another when their time is lost? A journey's only one of its step."""
    count = Counter((row[CASE], row[STEP]) for row in export.rows)
    return lambda row: count[row[CASE], row[STEP]] == 1


def nameless(export: Export) -> None:
    """One journey has a number that looks like nothing: NA."""
    sizes = Counter(row[CASE] for row in export.rows)
    name = str(export.rng.choice(sorted(sizes, key=lambda name: (-sizes[name], name))[:50]))
    for number, row in enumerate(export.rows):
        if row[CASE] == name:
            export.change("na_id", number, CASE, "NA")
    export.enter("na_id", "rows of one journey whose number is NA: a name, not a missing value")


def duplicates(export: Export) -> list[int]:
    """In which order do the rows stand in the file? Some of those without a fault stand there twice, not far apart."""
    spoilt = {number for _, number, *_ in export.done}
    export.taken |= spoilt
    twice = export.take(TWICE)
    places = [(number + int(export.rng.integers(1, 60)), 1, number) for number in twice]
    order = [number for *_, number in sorted([(number, 0, number) for number in range(len(export.rows))] + places)]
    export.enter("duplicate", "lines that repeat another line exactly", realised=len(twice))
    for entry in export.truth.values():
        entry["n"] = len(order)
    return order


def copied(order: list[int]) -> Iterator[int]:
    """Which lines stand there for the second time?"""
    seen: set[int] = set()
    for line, number in enumerate(order, 2):
        if number in seen:
            yield line
        seen.add(number)


def text(rows: list[Row]) -> str:
    """What is in the file? Semicolons, a byte-order mark and the line ends of Windows."""
    out = io.StringIO()
    out.write("\N{BYTE ORDER MARK}")
    writer = csv.DictWriter(out, list(COLUMNS), delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()
