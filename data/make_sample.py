"""What does a broadband provider's log look like? Makes the sample world: 18 months of Lindenfunk Broadband.

`python data/make_sample.py --out data` makes the committed one: `data/sample`, and what was planted, `data/truth`.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import difflib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from world.faults import faulty
from world.firms import firms
from world.make import Made, make
from world.mini import mini
from world.needs import PERSONAS
from world.next_month import next_month
from world.parameters import Wait, World
from world.renamed import rename

FIELDS = {field.name: field for field in dataclasses.fields(World)}


def change(world: World, assignment: str) -> World:
    """Which world is it with one number changed? The assignment is `name=value`."""
    name, equals, text = assignment.partition("=")
    if not equals or name not in FIELDS:
        close = difflib.get_close_matches(name, FIELDS, n=1)
        hint = f' Closest: "{close[0]}".' if close else ""
        raise ValueError(f'--set "{assignment}" names no number of the world.{hint} Write name=value.')
    usual = getattr(World, name)
    many = len(usual) if isinstance(usual, tuple) else 1
    try:
        return dataclasses.replace(world, **{name: parse(str(FIELDS[name].type), text, many)})
    except ValueError as error:
        raise ValueError(f'--set "{assignment}" cannot be used: {error}.') from None


def parse(kind: str, text: str, count: int) -> Any:
    """Which value does a text stand for? Checked as its kind asks; so many numbers where there are several."""
    if kind == "str":
        return str(dt.date.fromisoformat(f"{text}-01"))[:7]
    if kind in ("int", "Day"):
        return checked(int(text), 0, None)
    if kind == "Count":
        return checked(int(text), 1, None)
    if kind == "Wait":
        hours, *spread = (float(part) for part in text.split(","))
        return Wait(checked(hours, 0, None), *(checked(part, 0, None) for part in spread[:1]))
    if kind == "Factors":
        return factors(text)
    if kind.startswith("tuple"):
        parts = tuple(checked(float(part), 0, None) for part in text.split(","))
        if len(parts) != count:
            raise ValueError(f"{len(parts)} numbers, not {count}")
        return parts
    low, high = {"Share": (0, 1), "Mean": (0, None), "Effect": (-1, 1), "Points": (-10, 10)}[kind]
    return checked(float(text), low, high)


def factors(text: str) -> tuple[float, ...]:
    """Which factors are these? One to five, of which one is more than nothing."""
    parts = tuple(checked(float(part), 0, None) for part in text.split(","))
    if len(parts) > len(PERSONAS) or not any(parts):
        raise ValueError(f"write up to {len(PERSONAS)} numbers, one of them above 0")
    return parts


def checked(value: Any, low: float, high: float | None) -> Any:
    """Is it a number in these bounds?"""
    if not low <= value <= (float("1e9") if high is None else high):
        raise ValueError(f"{value} is not {f'from {low} to {high}' if high else f'{low} or more'}")
    return value


def write(made: Made, out: Path, names: dict[str, Any] | None = None) -> None:
    """Where does it go? Parquet files in `sample` and `truth`, the engagement file and the truths as text."""
    write_tables(made.tables, out / "sample")
    write_tables(made.hidden, out / "truth")
    write_text(made.engagement, out / "sample" / "engagement.toml")
    world = dataclasses.asdict(made.world)
    book = {"world": world, "truths": made.truth} | ({"names": names} if names else {})
    write_text(json.dumps(book, indent=1, ensure_ascii=False) + "\n", out / "truth" / "truth.json")


def write_extras(made: Made, out: Path) -> None:
    """What else is made from it? An extract with faults, a sample to read, the month after, two small firms."""
    text, faults, truth = faulty(made.tables["events"], made.world.seed)
    (out / "sample").mkdir(parents=True, exist_ok=True)
    (out / "sample" / "messy.csv").write_bytes(text.encode())
    made.truth.update(truth)
    made.hidden["messy"] = faults
    write_tables(mini(made), out / "sample" / "mini")
    tables, truth = next_month(made)
    write_tables(tables, out / "sample" / "next_month")
    made.truth.update(truth)
    twins, truth = firms(made.world)
    for name, firm in twins.items():
        write_tables(firm.tables, out / "sample" / "firms" / name)
        write_text(firm.engagement, out / "sample" / "firms" / name / "engagement.toml")
    made.truth.update(truth)


def write_tables(tables: dict[str, pa.Table], folder: Path) -> None:
    """Where do tables go? One small Parquet file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=12)


def write_text(text: str, path: Path) -> None:
    """Where does a text go? The same on every system."""
    path.write_text(text, encoding="utf-8", newline="\n")


def arguments() -> argparse.ArgumentParser:
    """What can be asked for?"""
    parser = argparse.ArgumentParser(description="Make the sample world: the log of a fictitious broadband provider.")
    for name in ("seed", "customers", "months"):
        default = getattr(World, name)
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="change a number of data/world/parameters.py"
    )
    parser.add_argument(
        "--rename", action="store_true", help="give every activity, channel, column and value another name"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the folders sample and truth")
    return parser


def main() -> None:
    """Makes the world that the command line asks for."""
    parser = arguments()
    asked = parser.parse_args()
    try:
        world = World()
        for assignment in [f"{name}={getattr(asked, name)}" for name in ("seed", "customers", "months")] + asked.set:
            world = change(world, assignment)
    except ValueError as error:
        parser.error(str(error))
    made, names = make(world), None
    if not made.tables["events"].num_rows:
        parser.error("nobody makes contact in these months: ask for more customers or more months")
    if asked.rename:
        made, names = rename(made, world.seed)
    else:
        write_extras(made, asked.out)
    write(made, asked.out, names)
    for name, table in made.tables.items():
        print(f"{asked.out / 'sample' / name}.parquet: {table.num_rows:,} rows")


if __name__ == "__main__":
    main()
