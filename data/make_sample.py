"""What does a broadband provider's log look like? Makes the sample world: 18 months of Lindenfunk Broadband.

`python data/make_sample.py --out data/sample` makes the committed one; `--seed`, `--customers` and `--months` others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from world.customers import populate
from world.parameters import World
from world.tables import customers_table, events_table


def make(world: World) -> dict[str, pa.Table]:
    """Which tables does the company export?"""
    customers, journeys = populate(world)
    return {"events": events_table(world, journeys), "customers": customers_table(world, customers)}


def write(tables: dict[str, pa.Table], folder: Path) -> None:
    """Where do they go? One Parquet file each."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", compression="zstd", compression_level=9)


def arguments() -> argparse.ArgumentParser:
    """What can be asked for?"""
    parser = argparse.ArgumentParser(description="Make the sample world: the log of a fictitious broadband provider.")
    for name in ("seed", "customers", "months"):
        default = getattr(World, name)
        parser.add_argument(f"--{name}", type=int, default=default, help=f"default {default}")
    parser.add_argument("--out", type=Path, required=True, help="folder for the Parquet files")
    return parser


def main() -> None:
    """Makes the world that the command line asks for."""
    asked = arguments().parse_args()
    tables = make(World(seed=asked.seed, customers=asked.customers, months=asked.months))
    write(tables, asked.out)
    for name, table in tables.items():
        print(f"{asked.out / name}.parquet: {table.num_rows:,} rows")


if __name__ == "__main__":
    main()
