"""How many people can look at one app at the same time? Real browser tabs, opened at once and held, on the sample.

    python benchmarks/tabs.py [--tabs 20] [--rounds 3]

The app as `cxkit app` serves it, and that many tabs of one Chromium that open its page at the same moment: when each
has its first picture, and when it is alive. Then clicks on an activity, until every panel on the screen is new: one tab
after another, and all at once. Memory is what the kernels hold (PSS: what they share is counted once; Linux only).
"""

from __future__ import annotations

import argparse
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from board import ALIVE, PAGE, REPAINTED, WINDOW

import cxkit as cx
from cxkit import places
from cxkit.faces import app

PATIENCE = 600  # seconds until every tab has to be alive
STAMPED = """
const stamps = (window.cxStamps = {});
const looking = setInterval(() => {
    if (!stamps.picture && document.querySelector(".cx-node")) stamps.picture = performance.now();
    if (document.querySelector(".cxw-panel .cx-node")) {
        stamps.alive = performance.now();
        clearInterval(looking);
    }
}, 50);
"""
CLICKED = f"(code) => void ({REPAINTED})(code).then((taken) => (window.cxTaken = taken))"


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--tabs", type=int, default=20)
    words.add_argument("--rounds", type=int, default=3)
    given = words.parse_args()
    journeys = cx.sample_journeys()
    page = places.notebooks() / Path(PAGE).name
    codes = _codes(journeys)
    print(f"{'':44} {'median':>9} {'P90':>9} {'worst':>9}")
    room = given.tabs + 1
    with app.serving(journeys, notebooks=[page], most_kernels=room) as server, _tabs(server, given.tabs) as tabs:
        for label, values, unit in _measured(server, tabs, codes, given.rounds):
            cells = (median(values), quantiles(values, n=10)[-1] if len(values) > 1 else values[0], max(values))
            print(f"{label:44} " + " ".join(f"{cell:>6,.1f} {unit:2}" for cell in cells), flush=True)


def _codes(journeys: cx.Journeys) -> list[int]:
    """Activities to click on: the most frequent ones that leave some journeys out, each another number of them."""
    codes = {row["next_activity"]: row["target"] for row in journeys.process_map().table.to_pylist()}
    left = {row["journeys"]: codes[row["activity"]] for row in journeys.activities().table.to_pylist()}
    return [code for count, code in sorted(left.items(), reverse=True) if count < journeys.n][:6]


def _measured(
    server: app.Server, tabs: list[Any], codes: list[int], rounds: int
) -> Iterator[tuple[str, list[float], str]]:
    stamps = [_stamps(tab) for tab in tabs]
    lively = [stamp["alive"] / 1_000 for stamp in stamps if "alive" in stamp]
    yield f"{len(tabs)} tabs at once: first picture", [stamp["picture"] / 1_000 for stamp in stamps], "s"
    yield f"  alive ({len(lively)} of {len(tabs)})", lively, "s"
    yield "kernels' memory, each", _memory(server), "MB"
    yield "kernels' memory, all", [sum(_memory(server))], "MB"
    time.sleep(10)
    alone = [_taken([tab], codes[place % len(codes)])[0] for place, tab in enumerate(tabs)]
    yield "a click, one tab after another", alone, "s"
    together = [taken for number in range(1, rounds + 1) for taken in _taken(tabs, codes[number])]
    yield "a click, in all tabs at once", together, "s"
    yield "kernels' memory afterwards, each", _memory(server), "MB"


def _stamps(tab: Any) -> dict[str, float]:
    tab.wait_for_selector(ALIVE, timeout=PATIENCE * 1_000)
    return dict(tab.evaluate("cxStamps"))


def _taken(tabs: list[Any], code: Any) -> list[float]:
    """Seconds that a click on this activity takes in each of these tabs, all at once."""
    for tab in tabs:
        tab.evaluate("window.cxTaken = 0")
        tab.evaluate(CLICKED, code)
    return [tab.wait_for_function("cxTaken", timeout=PATIENCE * 1_000).json_value() / 1_000 for tab in tabs]


def _memory(server: app.Server) -> list[float]:
    """Megabytes of each kernel."""
    below = psutil.Process(server.process.pid).children()
    kernels = [child for child in below if "ipykernel_launcher" in child.cmdline()]
    return [kernel.memory_full_info().pss / 2**20 for kernel in kernels]


@contextmanager
def _tabs(server: app.Server, count: int) -> Iterator[list[Any]]:
    """Tabs that open the page at the same moment."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport=WINDOW)
        context.add_init_script(STAMPED)
        tabs = [context.new_page() for _ in range(count)]
        for tab in tabs:
            tab.goto(server.at("voila/static/voila.js"))
        for tab in tabs:
            tab.evaluate(f"setTimeout(() => location.assign('/{PAGE}'), 500)")
        yield tabs
        browser.close()


if __name__ == "__main__":
    main()
