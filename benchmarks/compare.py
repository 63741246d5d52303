"""How fast is a comparison? Two sides of a log of customers, beside pm4py's two maps of the same sides.

    python benchmarks/compare.py [--events 1000000] [--repeats 5]

Cold is the first comparison of an open store: the items of all journeys are made, then two sides are tested. On the
kept items every comparison is of other sides. pm4py gets two formatted frames, and draws two maps with nothing tested.
Times are the process's own (CPU), so that a loaded machine says the same; wall is beside the cold one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa

import cxkit as cx
from cxkit.facts.items import items
from cxkit.measures.compare.part import differences

ACTIVITIES, EACH = 40, 4  # events of a journey on average


def customers_log(events: int, seed: int = 1) -> pa.Table:
    """A log of journeys with about 4 events each, of which a customer has two or three; in order."""
    random = np.random.default_rng(seed)
    journeys = events // EACH
    journey = np.sort(random.integers(0, journeys, events))
    owner = random.integers(0, events // 10, journeys)
    start = random.integers(0, 40_000_000, journeys)
    step = np.minimum(random.geometric(0.1, events) - 1, ACTIVITIES - 1)
    seconds = start[journey] + np.sort(random.integers(0, 3_000_000, events))
    names = np.array([f"Activity {code:02d}" for code in range(ACTIVITIES)])
    plans = np.array(["basic", "plus", "family"])[random.integers(0, 3, journeys)]
    when = np.datetime64("2025-01-01T00:00:00") + seconds.astype("timedelta64[s]")
    columns = {"order": journey, "client": owner[journey], "step": names[step], "when": when, "plan": plans[journey]}
    return pa.table({name: pa.array(column) for name, column in columns.items()})


def spent(question: Callable[[], Any]) -> tuple[float, float]:
    """Seconds of the processor, and on the wall."""
    wall, own = time.perf_counter(), time.process_time()
    question()
    return time.process_time() - own, time.perf_counter() - wall


def pm4py_maps(journeys: cx.Journeys) -> float:
    """Seconds of the processor for two maps by pm4py."""
    import pm4py

    frames = [side.to_pm4py() for side in (journeys.keep(cx.where.attribute("plan", "plus")), journeys)]
    return spent(lambda: [pm4py.discover_dfg(frame) for frame in frames])[0]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    asked = parser.parse_args()
    roles = {"journey": "order", "customer": "client", "activity": "step", "time": "when"}
    with tempfile.TemporaryDirectory() as folder:
        log = cx.read(customers_log(asked.events)).roles(**roles, journey_attributes=["plan"])
        cx.prepare(log, Path(folder) / "store", progress=False)
        journeys = cx.open(Path(folder) / "store")
        cx.toy_journeys().compare(by="plan")  # loads the libraries
        print(journeys)
        own, wall = spent(lambda: journeys.compare(by="plan", left="plus"))
        print(f"cold: {own:.2f} s of the processor, {wall:.2f} s on the wall")
        again = [spent(lambda side=side: journeys.compare(by="plan", left=side))[0] for side in ("basic", "family")]
        print(f"on the kept items, other sides: {median(again):.2f} s")
        kept, random = items(journeys), np.random.default_rng(2)
        side = np.where(random.random(int(kept.customers[-1]) + 1) < 0.5, 1, -1)[kept.customers]
        tested = [spent(lambda: differences(kept, side))[0] for _ in range(asked.repeats)]
        print(f"the test alone: {median(tested):.2f} s for {kept.has.shape[1]:,} items, {kept.has.nnz:,} entries")
        print(f"pm4py, two maps: {pm4py_maps(journeys):.2f} s")


if __name__ == "__main__":
    main()
