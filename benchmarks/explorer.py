"""How fast does the explorer answer a click? Three kinds of log, beside pm4py and retentioneering, in one run.

    python benchmarks/explorer.py [--events 1000000] [--repeats 9]

The logs: journeys that go 300 ways, journeys that nearly all differ, and long ones most of whose events are of a few of
200 activities. A refresh draws the five panels that the explorer shows anew, under a clause that none of them owns;
each time it names another activity, so nothing is remembered. `its map` is the map's whole table under such a clause,
with medians; `1 %` that of a hundredth of the journeys, another one each time, and `all` that of the whole log, opened
anew. Peers filter journeys by an activity and count the moves: pm4py's discover_dfg, which has no times, and
retentioneering's transition matrices of counts and of medians. A peer that is not installed is left out:
`pip install -e ".[benchmarks]"`.
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from itertools import count, cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from spine import ACTIVITIES, milliseconds, shuffled_log

import cxkit as cx
from cxkit import where as w
from cxwidgets import Board

SEEN = ("summary", "process_map", "variants", "durations", "segments")
BEGINS, YEAR, MONTH = np.datetime64("2025-01-01T00:00:00"), 40_000_000, 3_000_000
WAYS = 300
HEADS = ("refresh", "bar", "its map", "1 %", "all", "pm4py", "retentioneering")
ROLES = {"case_id": "order", "activity_key": "step", "timestamp_key": "when"}


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--events", type=int, default=1_000_000)
    words.add_argument("--repeats", type=int, default=9)
    given = words.parse_args()
    bar = "450 ms" if given.events > 1_000_000 else "80 ms"
    print(f"About {given.events:,} events; medians of {given.repeats}, in milliseconds\n")
    print(f"{'':<16}" + "".join(f"{head:>16}" for head in HEADS), flush=True)
    for name, made in {"300 ways": few_ways, "all different": shuffled_log, "skewed": skewed}.items():
        with tempfile.TemporaryDirectory() as scratch:
            frame = made(given.events)
            frame["region"] = frame["order"].str[-1]
            ours = list(_ours(frame, Path(scratch), given.repeats))
        peers = [_of_peer(peer, frame, given.repeats) for peer in (_pm4py, _retentioneering)]
        figures = [ours[0], bar, *ours[1:], *peers]
        print(f"{name:<16}" + "".join(f"{_text(figure):>16}" for figure in figures), flush=True)


def few_ways(events: int, seed: int = 3) -> pd.DataFrame:
    """A log whose journeys go one of 300 ways, of 5 to 11 steps; the first ways are the most usual."""
    random = np.random.default_rng(seed)
    ways = [random.integers(0, ACTIVITIES, random.integers(5, 12)) for _ in range(WAYS)]
    chance = 1 / np.arange(1, WAYS + 1) ** 1.2
    chosen = random.choice(WAYS, events // 8, p=chance / chance.sum())
    journey = np.repeat(np.arange(len(chosen)), [len(ways[way]) for way in chosen])
    step = np.concatenate([ways[way] for way in chosen])
    begins = random.integers(0, YEAR, len(chosen))[journey]
    later = np.sort(random.integers(0, MONTH, len(journey)) + journey * MONTH) - journey * MONTH
    return _log(random, journey, step, begins + later)


def skewed(events: int, seed: int = 4) -> pd.DataFrame:
    """A log of long journeys whose events are mostly of a few among 200 activities."""
    random = np.random.default_rng(seed)
    journey = np.sort(random.integers(0, events // 20, events))
    step = np.minimum(random.zipf(2.2, events) - 1, 199)
    begins = random.integers(0, YEAR, events // 20)[journey]
    return _log(random, journey, step, begins + random.integers(0, MONTH, events))


def _log(random: np.random.Generator, journey: Any, step: Any, seconds: Any) -> pd.DataFrame:
    channel = random.choice(["web", "app", "phone"], journey.max() + 1)[journey]
    order = np.char.add("J", journey.astype(str))
    when = BEGINS + seconds.astype("timedelta64[s]")
    return pd.DataFrame({"order": order, "step": step, "when": when, "channel": channel}).assign(
        step=[f"Activity {code:03d}" for code in step]
    )


def _ours(frame: pd.DataFrame, scratch: Path, repeats: int) -> Iterator[float]:
    """Milliseconds of a refresh, of its map, and of the map of a hundredth and of all journeys."""
    log = cx.read(frame).roles(journey="order", activity="step", time="when")
    journeys = cx.prepare(log, scratch / "store", progress=False)
    board = Board(journeys)
    for name in SEEN:
        board.panel(name)
    board.panel("durations").hear({"do": "alive"})  # as a page says that draws the chart by itself
    names, seeds = cycle(journeys.known_activities), count(1)
    yield milliseconds(lambda: board.put("filter", w.contains(next(names))), repeats)
    yield milliseconds(lambda: journeys.keep(w.contains(next(names))).process_map().table, repeats)
    yield milliseconds(lambda: journeys.sample(0.01, seed=next(seeds)).process_map().table, repeats)
    yield milliseconds(lambda: cx.open(journeys.folder).process_map().table, repeats)


def _of_peer(peer: Callable[[pd.DataFrame], Callable[[str], Any]], frame: pd.DataFrame, repeats: int) -> float | None:
    """Milliseconds of a peer's moves of the journeys that visit an activity; None where it is not installed."""
    try:
        ask = peer(frame)
    except ImportError:
        return None
    names = cycle(sorted(frame["step"].unique()))
    return milliseconds(lambda: ask(next(names)), min(repeats, 5))


def _pm4py(frame: pd.DataFrame) -> Callable[[str], Any]:
    import pm4py

    log = pm4py.format_dataframe(frame.copy(), **ROLES)

    def ask(name: str) -> Any:
        kept = pm4py.filter_event_attribute_values(log, "concept:name", [name], level="case", retain=True)
        return pm4py.discover_dfg(kept)

    return ask


def _retentioneering(frame: pd.DataFrame) -> Callable[[str], Any]:
    os.environ["RETENTIONEERING_NO_TRACK"] = "1"
    from retentioneering import Eventstream

    schema = {"path_cols": ["order"], "event_col": "step", "timestamp_col": "when"}
    stream = Eventstream(frame.copy(), schema=schema)

    def ask(name: str) -> Any:
        visits = {"op": ">", "metric": "event_count", "value": 0, "metric_args": {"event": name}}
        kept = stream.filter_paths(visits)
        return [kept.transition_graph_data(edge_weight=weight) for weight in ("count", "time_median")]

    return ask


def _text(figure: object) -> str:
    return "-" if figure is None else figure if isinstance(figure, str) else f"{figure:,.0f}"


if __name__ == "__main__":
    main()
