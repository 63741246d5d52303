"""How long does each measure of the catalog take on a large log? A row each: first, under new filters, and its picture.

    python benchmarks/measures.py [--events 1000000] [--repeats 3] [--only funnel,path_tree]

The log is that of benchmarks/spine.py with goals, a kind of journey and customers. "First" is the first question of a
store that was just opened; "filtered" the median under filters that nobody has asked for before, as after a click;
"CPU" what all cores together spent on one of these, which other work on the machine changes little. Rows whose
filtered answer took over a second are marked.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from spine import shuffled_log

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import CATALOG, Entry

BAR = 1.0  # second
ACTIVITY = "Activity {:02d}"
SAID = cx.Engagement(goals=[ACTIVITY.format(9)], cancels=[ACTIVITY.format(14)], silence="30d")
CALLS: dict[str, dict[str, Any]] = {
    "segments": {"by": "kind"},
    "values": {"of": "channel"},
    "performance_spectrum": {"first": ACTIVITY.format(0), "then": ACTIVITY.format(1)},
    "table": {"name": None},
}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--events", type=int, default=1_000_000)
    words.add_argument("--repeats", type=int, default=3)
    words.add_argument("--only", default="")
    given = words.parse_args()
    wanted = set(filter(None, given.only.split(",")))
    with tempfile.TemporaryDirectory() as scratch:
        folder = prepared(given.events, Path(scratch) / "store")
        print(f"{given.events:,} events; seconds\n{'':<24}{'first':>9}{'filtered':>10}{'CPU':>9}{'picture':>9}")
        for entry in CATALOG:
            if not wanted or entry.name in wanted:
                first, filtered, spent, drawn = measured(entry, folder, given.repeats)
                mark = "  over a second" if filtered > BAR else ""
                print(f"{entry.name:<24}{first:>9.2f}{filtered:>10.2f}{spent:>9.2f}{drawn:>9.2f}{mark}", flush=True)


def prepared(events: int, folder: Path) -> Path:
    """The store of the log."""
    frame = shuffled_log(events)
    number = frame["order"].str.slice(1).astype(int)
    frame["kind"] = np.array(["new", "old", "move", "fault"])[number % 4]
    frame["client"] = "C" + (number // 2).astype(str)
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    log = cx.read(frame).roles(**roles, journey_attributes=["kind"], event_attributes=["channel"])
    cx.prepare(log, folder, progress=False)
    return folder


def measured(entry: Entry, folder: Path, repeats: int) -> tuple[float, float, float, float]:
    """Seconds of the first question, of one under a filter that is new, of all cores for it, and of its picture."""
    journeys = cx.open(folder, engagement=SAID)
    call = CALLS.get(entry.name, {})
    first = seconds(partial(asked, entry, journeys, call))
    kept = selections(journeys)
    spent = time.process_time()
    filtered = [seconds(partial(asked, entry, next(kept), call)) for _ in range(repeats)]
    spent = (time.process_time() - spent) / repeats
    answer = entry.function(next(kept), **call)
    answer.table.num_rows  # noqa: B018 - so that drawing alone is measured
    return first, median(filtered), spent, seconds(answer.chart)


def asked(entry: Entry, journeys: cx.Journeys, call: dict[str, Any]) -> Any:
    return entry.function(journeys, **call).table


def selections(journeys: cx.Journeys) -> Iterator[cx.Journeys]:
    """Selections by filters that are new each time, each of most journeys."""
    for code in range(2, 25):
        yield journeys.keep(w.contains(ACTIVITY.format(0)) | w.contains(ACTIVITY.format(code)))


def seconds(question: Any) -> float:
    begin = time.perf_counter()
    question()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
