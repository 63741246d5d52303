"""How fast does the board answer a click? On a large log and on the sample, in Python and in a real browser.

    python benchmarks/board.py [--events 1000000] [--repeats 9]

Server side: five panels drawn again after a clause that none of them owns, in this process, beside pm4py (filter and
map of the same log, in the same run). In the browser: the app, served as `cxkit app` serves it, and the time from a
click on an activity to the first frame in which every panel on the screen is new. The board is at rest before each
click, and the click chooses another activity each time, so nothing is remembered. A first view ends when the map is
seen. Memory is what one open tab adds (Linux only).
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pandas as pd
import pm4py
import psutil
from spine import milliseconds, shuffled_log

import cxkit as cx
from cxkit import where as w
from cxkit.faces import app
from cxwidgets import Board

PAGE, ALIVE = "voila/render/03_see_the_journey.ipynb", ".cxw-panel .cx-node"
WINDOW = {"width": 1280, "height": 900}
FIVE = ("summary", "process_map", "variants", "durations", "segments")
REPAINTED = """async (code) => {
    const n = document.querySelector(".cxw-tools strong");
    const before = n.textContent;
    const frame = () => new Promise(requestAnimationFrame);
    const onScreen = (panel) => {
        const { top, bottom } = panel.getBoundingClientRect();
        return top < innerHeight && bottom > 0;
    };
    const busy = () => [...document.querySelectorAll(".cxw-panel[aria-busy=true]")].some(onScreen);
    const begin = performance.now();
    const node = document.querySelector(`.cx-node[data-activity="${code}"]`);
    node.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    while (n.isConnected && n.textContent === before) await frame();
    while (busy()) await frame();
    await frame();
    return performance.now() - begin;
}"""


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--events", type=int, default=1_000_000)
    words.add_argument("--repeats", type=int, default=9)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        logs = {f"{given.events:,} events": _large(given.events, Path(scratch)), "sample": _sample()}
        heads = ("five panels", "bar", "pm4py's map", "click to frame", "bar")
        print(f"Medians of {given.repeats}\n\n{'':<18}" + "".join(f"{head:>16}" for head in heads))
        for (name, (journeys, log)), bars in zip(logs.items(), (("300", "500"), ("", "150")), strict=True):
            ours, theirs = _drawn(journeys, log, given.repeats)
            values = (
                f"{ours:,.0f} ms",
                bars[0],
                f"{theirs:,.0f} ms",
                f"{_shown(journeys, given.repeats):,.0f} ms",
                bars[1],
            )
            print(f"{name:<18}" + "".join(f"{value:>16}" for value in values), flush=True)
        print()
        for label, value, bar in _app(logs["sample"][0], given.repeats):
            print(f"{label:<44}{value:>12}{bar:>10}", flush=True)


def _large(events: int, scratch: Path) -> tuple[cx.Journeys, pd.DataFrame]:
    frame = shuffled_log(events)
    frame["region"] = frame["order"].str[-1]
    log = cx.read(frame).roles(journey="order", activity="step", time="when")
    names = {"case_id": "order", "activity_key": "step", "timestamp_key": "when"}
    return cx.prepare(log, scratch / "store", progress=False), pm4py.format_dataframe(frame, **names)


def _sample() -> tuple[cx.Journeys, pd.DataFrame]:
    frame = pd.read_parquet(cx.sample_file("events.parquet"))
    names = {"case_id": "journey", "activity_key": "activity", "timestamp_key": "time"}
    return cx.sample_journeys(), pm4py.format_dataframe(frame, **names)


def _drawn(journeys: cx.Journeys, log: pd.DataFrame, repeats: int) -> tuple[float, float]:
    """Milliseconds for five panels of ours, and for a filter and a map of theirs."""
    board = Board(journeys)
    for name in FIVE:
        board.panel(name)
    board.panel("durations").hear({"do": "alive"})  # as a page says that draws the chart by itself
    names = journeys.selection.star.codes
    for_us, for_them = iter(names), iter(names)

    def theirs() -> Any:
        kept = pm4py.filter_event_attribute_values(log, "concept:name", [next(for_them)], level="case", retain=True)
        return pm4py.discover_dfg(kept)

    ours = milliseconds(lambda: board.put("filter", w.contains(next(for_us))), repeats)
    return ours, milliseconds(theirs, repeats)


def _shown(journeys: cx.Journeys, repeats: int) -> float:
    with app.serving(journeys) as server, _chromium() as browser:
        page = _opened(browser, server)
        codes = range(len(journeys.selection.star.names))
        drawn = [code for code in codes if page.locator(f'.cx-node[data-activity="{code}"]').count()]
        times = []
        for code in drawn[: repeats + 1]:
            page.wait_for_selector(f'.cx-node[data-activity="{code}"]')  # a map shows what is chosen alone
            page.wait_for_function("!document.querySelector('.cxw-panel[aria-busy=true]')")
            times.append(page.evaluate(REPAINTED, code))
            page.get_by_role("button", name="Undo").click()
        return median(times[1:])


def _app(journeys: cx.Journeys, repeats: int) -> Iterator[tuple[str, str, str]]:
    with _chromium() as browser:
        for kind, ready, bar in (("pre-heated", 1, "<= 2 s"), ("cold", 0, "<= 6 s")):
            with app.serving(journeys, ready_kernels=ready) as server:
                views = [_first_view(browser, server) for _ in range(repeats)]
            yield f"first view, {kind}", f"{median(seen for seen, _ in views):,.1f} s", bar
            yield "  until it answers a click", f"{median(alive for _, alive in views):,.1f} s", ""
        with app.serving(journeys, ready_kernels=0) as server:
            page = _opened(browser, server)
            yield "memory of the open tab's kernel (PSS)", f"{_memory(server):,.0f} MB", ""
            page.context.close()


def _first_view(browser: Any, server: app.Server) -> tuple[float, float]:
    """Seconds until the map is seen, and until it is alive; the server is at rest before."""
    _rest(server)
    page = browser.new_context(viewport=WINDOW).new_page()
    begin = time.perf_counter()
    page.goto(server.at(PAGE), wait_until="commit")
    page.wait_for_selector(".cx-node", timeout=120_000)
    seen = time.perf_counter() - begin
    page.wait_for_selector(ALIVE, timeout=120_000)
    alive = time.perf_counter() - begin
    page.goto("about:blank")
    page.context.close()
    return seen, alive


def _rest(server: app.Server) -> None:
    """Wait until neither the server nor a kernel of its has anything to do, or a minute is over."""
    before, now, until = -1.0, _busy(server), time.monotonic() + 60
    while now - before > 0.1 and time.monotonic() < until:
        time.sleep(3)
        before, now = now, _busy(server)


def _busy(server: app.Server) -> float:
    """Seconds of processor time that the server and its kernels have taken."""
    main = psutil.Process(server.process.pid)
    return sum(sum(process.cpu_times()[:2]) for process in (main, *main.children(recursive=True)))


def _opened(browser: Any, server: app.Server) -> Any:
    page = browser.new_context(viewport=WINDOW).new_page()
    page.goto(server.at(PAGE))
    page.wait_for_selector(ALIVE, timeout=120_000)
    return page


def _memory(server: app.Server) -> float:
    """Megabytes that the newest kernel process below the server holds."""
    kernels = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
            if parent == server.process.pid and b"ipykernel" in (stat.parent / "cmdline").read_bytes():
                kernels.append(stat.parent)
        except OSError:
            continue
    newest = max(kernels, key=lambda folder: folder.stat().st_mtime)
    pss = next(line for line in (newest / "smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
    return int(pss.split()[1]) / 1_024


class _chromium:
    """Headless Chromium for a `with` block."""

    def __enter__(self) -> Any:
        from playwright.sync_api import sync_playwright

        self._playwright = sync_playwright().start()
        return self._playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])

    def __exit__(self, *_: object) -> None:
        self._playwright.stop()


if __name__ == "__main__":
    main()
