"""How fast is the spine? One table beside pm4py, on the same shuffled log, in the same run.

    python benchmarks/spine.py [--events 1000000] [--repeats 7]

The filter asks for another activity each time, so nothing is remembered.
Sorting and formatting are left out on both sides: pm4py gets a formatted log, cxkit a prepared store. Peak memory is
that of a fresh process that only reads the CSV and makes it ready. Ratios compare medians.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

import cxkit as cx
from cxkit import where as w

ACTIVITIES = 30
WARM_UPS = 1


def shuffled_log(events: int, seed: int = 1) -> pd.DataFrame:
    """A log of journeys with about 8 events each, its rows in no order."""
    random = np.random.default_rng(seed)
    journey = np.sort(random.integers(0, events // 8, events))
    activity = np.minimum(random.geometric(0.12, events) - 1, ACTIVITIES - 1)
    start = np.datetime64("2025-01-01T00:00:00") + random.integers(0, 40_000_000, events // 8).astype("timedelta64[s]")
    frame = pd.DataFrame(
        {
            "order": np.char.add("J", journey.astype(str)),
            "step": [f"Activity {code:02d}" for code in activity],
            "when": start[journey] + random.integers(0, 3_000_000, events).astype("timedelta64[s]"),
            "channel": random.choice(["web", "app", "phone"], events),
        }
    )
    return frame.sample(frac=1, random_state=seed, ignore_index=True)


def milliseconds(question: Callable[[], Any], repeats: int) -> float:
    """The median time of a question after one warm-up."""
    question()
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        question()
        times.append((time.perf_counter() - begin) * 1_000)
    return median(times)


def in_a_fresh_process(code: str) -> tuple[float, float]:
    """Seconds and peak megabytes of a program that prints its own figures."""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return float(said[-2]), float(said[-1])


MEASURED = """
import pathlib, resource, time
begin = time.perf_counter()
{code}
seconds, status = time.perf_counter() - begin, pathlib.Path("/proc/self/status")
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
if status.exists():
    peak = next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM"))
print(seconds, peak / 1024)
"""
OURS = """
import cxkit as cx
log = cx.read({csv!r}).roles(journey="order", activity="step", time="when")
cx.prepare(log, {store!r}, progress=False)
"""
THEIRS = """
import pandas, pm4py
frame = pandas.read_csv({csv!r})
pm4py.format_dataframe(frame, case_id="order", activity_key="step", timestamp_key="when")
"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--events", type=int, default=1_000_000)
    words.add_argument("--repeats", type=int, default=7)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows = list(_rows(given.events, given.repeats, Path(scratch)))
    print(f"{given.events:,} shuffled events, {ACTIVITIES} activities; medians of {given.repeats}\n")
    print(f"{'':<44}{'cxkit':>12}{'pm4py':>12}{'ratio':>9}{'bar':>9}")
    for label, ours, theirs, unit, bar in rows:
        ratio = f"{theirs / ours:.1f} x" if theirs else ""
        peer = f"{theirs:,.1f} {unit}" if theirs else ""
        print(f"{label:<44}{f'{ours:,.1f} {unit}':>12}{peer:>12}{ratio:>9}{bar:>9}")


def _rows(events: int, repeats: int, scratch: Path) -> Any:
    import pm4py

    csv, store = scratch / "log.csv", scratch / "store"
    frame = shuffled_log(events)
    frame.to_csv(csv, index=False)
    names = {"case_id": "order", "activity_key": "step", "timestamp_key": "when"}
    log = pm4py.format_dataframe(frame, **names)
    our_seconds, our_peak = in_a_fresh_process(MEASURED.format(code=OURS.format(csv=str(csv), store=str(store))))
    their_seconds, their_peak = in_a_fresh_process(MEASURED.format(code=THEIRS.format(csv=str(csv))))
    journeys = cx.open(store)

    activities = [f"Activity {code:02d}" for code in range(repeats + WARM_UPS)]
    for_them, for_us = iter(activities), iter(activities)

    def filtered() -> Any:
        kept = pm4py.filter_event_attribute_values(log, "concept:name", [next(for_them)], level="case", retain=True)
        return pm4py.discover_dfg(kept)

    def selected() -> Any:
        return journeys.keep(w.contains(next(for_us))).process_map(quantiles=False).table

    def timed(label: str, ours: Callable[[], Any], theirs: Callable[[], Any] | None, bar: str) -> Any:
        return label, milliseconds(ours, repeats), theirs and milliseconds(theirs, repeats), "ms", bar

    yield timed(
        "map with counts and means / discover_dfg",
        lambda: journeys.process_map(quantiles=False).table,
        lambda: pm4py.discover_dfg(log),
        ">= 50 x",
    )
    yield timed(
        "full table / discover_performance_dfg",
        lambda: journeys.process_map().table,
        lambda: pm4py.discover_performance_dfg(log),
        ">= 15 x",
    )
    yield timed("map under contains / filter + discover_dfg", selected, filtered, ">= 15 x")
    yield timed("cx.open", lambda: cx.open(store), None, "<= 100")
    yield "prepare, from CSV (process, with imports)", our_seconds, their_seconds, "s", "<= 4 s"
    yield "  its peak memory", our_peak, their_peak, "MB", "< pm4py"
    imports = [in_a_fresh_process(MEASURED.format(code="import cxkit"))[0] for _ in range(repeats)]
    yield "import cxkit", median(imports) * 1_000, None, "ms", "<= 400"


if __name__ == "__main__":
    main()
