"""What does a broadband provider's log look like? Makes the sample world: 18 months of Lindenfunk Broadband.

`python data/make_sample.py --out data` makes the committed one: `data/sample`, and `data/truth`, what was planted in it.
"""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from world.make import Made, make
from world.parameters import Wait, World

FIELDS = {field.name: field for field in dataclasses.fields(World)}


def change(world: World, assignment: str) -> World:
    """Which world is it with one number changed? The assignment is `name=value`."""
    name, equals, text = assignment.partition("=")
    if not equals or name not in FIELDS:
        close = difflib.get_close_matches(name, FIELDS, n=1)
        hint = f' Closest: "{close[0]}".' if close else ""
        raise ValueError(f'--set "{assignment}" names no number of the world.{hint} Write name=value; the names are in data/world/parameters.py.')
    try:
        return dataclasses.replace(world, **{name: parse(str(FIELDS[name].type), text)})
    except ValueError as error:
        raise ValueError(f'--set "{assignment}" cannot be used: {error}.') from None


def parse(kind: str, text: str) -> Any:
    """Which value does a text stand for? Checked as the kind of number asks."""
    if kind == "str":
        return text
    if kind in ("int", "Day"):
        return checked(int(text), 0, None)
    if kind == "Wait":
        hours, *spread = (float(part) for part in text.split(","))
        return Wait(checked(hours, 0, None), *(checked(part, 0, None) for part in spread[:1]))
    if kind.startswith("tuple"):
        return tuple(checked(float(part), 0, None) for part in text.split(","))
    low, high = {"Share": (0, 1), "Mean": (0, None), "Effect": (-1, 1), "Points": (-10, 10)}[kind]
    return checked(float(text), low, high)


def checked(value: Any, low: float, high: float | None) -> Any:
    """Is it a number in these bounds?"""
    if not low <= value <= (float("1e9") if high is None else high):
        raise ValueError(f"{value} is not {f'from {low} to {high}' if high else f'{low} or more'}")
    return value


def write(made: Made, out: Path) -> None:
    """Where does it go? Parquet files in `sample` and `truth`, the engagement file and the truths as text."""
    for folder, tables in (("sample", made.tables), ("truth", made.hidden)):
        (out / folder).mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            save(table, out / folder / f"{name}.parquet")
    (out / "sample" / "engagement.toml").write_text(made.engagement, encoding="utf-8", newline="\n")
    world = {name: dataclasses.asdict(value) if isinstance(value, Wait) else value for name, value in vars(made.world).items()}
    text = json.dumps({"world": world, "truths": made.truth}, indent=1, ensure_ascii=False)
    (out / "truth" / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")


def save(table: pa.Table, path: Path) -> None:
    """How is a table kept? Small."""
    pq.write_table(table, path, compression="zstd", compression_level=12)


def arguments() -> argparse.ArgumentParser:
    """What can be asked for?"""
    parser = argparse.ArgumentParser(description="Make the sample world: the log of a fictitious broadband provider.")
    for name in ("seed", "customers", "months"):
        default = getattr(World, name)
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="change a number of data/world/parameters.py")
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
    made = make(world)
    write(made, asked.out)
    for name, table in made.tables.items():
        print(f"{asked.out / 'sample' / name}.parquet: {table.num_rows:,} rows")


if __name__ == "__main__":
    main()
