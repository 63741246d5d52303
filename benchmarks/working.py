"""How long does working time take? Ten million spans of five years, asked of the engine.

    python benchmarks/working.py [--spans 10000000]

The first time makes the table of days and looks both ends of every span up; the sum over all spans is asked of each.
"""

from __future__ import annotations

import argparse
import time

import narwhals as nw
import numpy as np
import pyarrow as pa

from cxkit.calendar import DAY, WEEKDAYS, WorkingHours
from cxkit.facts.working import OpenTime
from cxkit.store.engine import DuckDB

SECOND = 1_000_000
HOURS = WorkingHours("Europe/Berlin", dict.fromkeys(WEEKDAYS[:5], ((540, 750), (810, 1080))), country="DE", region="BE")


def spans(many: int) -> pa.Table:
    random = np.random.default_rng(1)
    begins = random.integers(1_577_836_800, 1_735_689_600, many) * SECOND  # 2020 to 2024
    return pa.table({"begins": begins, "ends": begins + random.exponential(500_000, many).astype(np.int64) * SECOND})


def main() -> None:
    many = _asked()
    engine, table = DuckDB(), spans(many)
    frame = engine.materialise("spans", lambda: engine.frame(table))
    first, last = (int(value) for value in (table["begins"].to_numpy().min(), table["ends"].to_numpy().max()))
    begin, busy = time.perf_counter(), time.process_time()
    days = engine.materialise("days", lambda: engine.frame(HOURS.days(first, last)))
    made = time.perf_counter()
    opened = OpenTime(days, first // DAY * DAY).between(frame, nw.col("begins"), nw.col("ends"), "working")
    kept = engine.materialise("working", lambda: opened)
    done = time.perf_counter()
    [total] = engine.collect(kept.select((nw.col("working") / SECOND).sum().alias("seconds"))).to_pylist()
    busy = time.process_time() - busy
    print(f"{many:,} spans: days {made - begin:.2f} s, two look-ups a span {done - made:.1f} s ({busy:.1f} s of CPU)")
    print(f"working time of all spans together: {total['seconds'] / 3600:,.0f} h")


def _asked() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--spans", type=int, default=10_000_000)
    return int(parser.parse_args().spans)


if __name__ == "__main__":
    main()
