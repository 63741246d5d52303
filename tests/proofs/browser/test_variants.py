"""Variants, families and one journey in a browser: 100,000 different variants scroll, clicks are filters."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from support.notebooks import written
from support.serving import kept, opening

import cxkit as cx
from cxkit import where as w
from cxkit.words import many, percent, timed

VARIANTS, LENGTH, ACTIVITIES = 100_000, 7, 40
PANELS = ("filters", "variants", "families", "journeys", "diary")
MONDAY = 1_748_854_800_000_000  # microseconds


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """A log of 100,000 journeys of which no two go the same way: the digits of a number are its steps."""
    number = np.arange(VARIANTS)
    digits = np.stack([number // 10**place % 10 for place in range(5)] + [number % 7 + 10, number % 11 + 20], axis=1)
    names = np.array([f"Step {place:02}" for place in range(ACTIVITIES)])
    journeys = np.repeat(number, LENGTH)
    times = MONDAY + journeys * 60_000_000 + np.tile(np.arange(LENGTH), VARIANTS) * 3_600_000_000
    log = pa.table(
        {
            "case": pa.array(np.char.add("J", journeys.astype(str))),
            "what": pa.array(names[digits.ravel()]),
            "when": pa.array(times, pa.timestamp("us", tz="UTC")),
            "who": pa.array(np.char.add("C", (journeys // 3).astype(str))),
        }
    )
    log = cx.read(log).roles(journey="case", activity="what", time="when", customer="who")
    return cx.prepare(log, tmp_path_factory.mktemp("wide"), progress=False)


@pytest.fixture(scope="module")
def address(wide, tmp_path_factory):
    pytest.importorskip("voila")
    from cxkit.faces import app

    sources = ["store = ''", "import cxkit as cx\nfrom cxwidgets import Board\nboard = Board(cx.open(store))"]
    sources += [f"board.panel({name!r})" for name in PANELS]
    path = tmp_path_factory.mktemp("notebook") / "ways.ipynb"
    with app.serving(wide, notebooks=[written(path, *sources)]) as server:
        yield server.address


@pytest.fixture
def page(browser, address):
    page = browser.new_context(viewport={"width": 1280, "height": 2200}).new_page()
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(opening(address, "voila/render/ways.ipynb"), timeout=120_000)
    page.wait_for_selector('.cxw-panel[aria-label="Families"] .cx-family', timeout=120_000)
    page.wait_for_selector('.cxw-panel[aria-label="Diary"] .cx-item')
    yield page
    assert wrong == []
    page.context.close()


def panel(page, label):
    return page.locator(f'.cxw-panel[aria-label="{label}"]')


def rows_of(panel):
    """What the rows in sight say: number, share, count, steps and median, and the names of their steps."""
    return panel.evaluate(
        """(root) => [...root.querySelectorAll(".cxw-row")].map((row) => [
            Number(row.dataset.variant),
            row.querySelector("strong").textContent,
            row.querySelector(".cxw-of-count > span:last-child").textContent,
            row.querySelector(".cxw-of-median_seconds").textContent,
            [...row.querySelectorAll(".cx-step em")].map((name) => name.textContent),
        ])"""
    )


def told(row, number):
    return [row[number], percent(row["share"]), many(row["count"]), timed(row, "median_seconds"), row["activities"]]


def test_a_hundred_thousand_variants_scroll(page, wide):
    table = wide.variants().table
    ways = panel(page, "Variants")
    assert table.num_rows == VARIANTS
    for place in (0, 50_000, 99_990, 3):
        ways.locator(".cxw-list").evaluate("(list, place) => (list.scrollTop = place * 34)", place)
        expected = table["variant"][place].as_py()
        ways.locator(f'.cx-variant[data-variant="{expected}"]').wait_for()
        shown = rows_of(ways)
        first = shown[0][0] - 1
        assert shown == [told(row, "variant") for row in table.slice(first, len(shown)).to_pylist()]
        assert len(shown) < 60, "only what is in sight is made"


def test_clicks_keep_and_shift_adds(page, wide):
    ways = panel(page, "Variants")
    ways.locator('.cx-variant[data-variant="2"]').click()
    kept(page, wide.keep(w.variant_rank(at_least=2, at_most=2)))
    ways.locator('.cx-variant[data-variant="4"]').click(modifiers=["Shift"])
    both = wide.keep(w.variant_rank(at_least=2, at_most=2) | w.variant_rank(at_least=4, at_most=4))
    kept(page, both)
    assert ways.locator('.cx-variant[aria-pressed="true"]').count() == 2
    names = both.journeys().table["journey"].to_pylist()
    table = panel(page, "Journeys")
    assert table.locator("tbody td:first-child").all_inner_texts() == names
    table.get_by_role("button", name=names[1], exact=True).click()
    diary = panel(page, "Diary")
    who = lambda name: wide.diary(name).table["who"][0].as_py()  # noqa: E731
    diary.get_by_text(f"Journey {who(names[1])}.").wait_for()
    assert diary.locator(".cx-item").count() == LENGTH
    neighbour = diary.locator(".cx-neighbour[data-key]").first
    other = neighbour.get_attribute("data-key")
    assert other in wide.diary(names[1]).table["journey"].to_pylist()
    neighbour.click()
    diary.get_by_text(f"Journey {who(other)}.").wait_for()


def test_keys_and_sorting(page, wide):
    ways = panel(page, "Variants")
    ways.locator(".cxw-row[tabindex='0']").focus()
    for key in ("ArrowDown", "ArrowDown", "End"):
        page.keyboard.press(key)
    last = wide.variants().table["variant"][VARIANTS - 1].as_py()
    ways.locator(f'.cx-variant[data-variant="{last}"]').wait_for()
    page.keyboard.press("Home")
    page.wait_for_function("document.activeElement.dataset.variant === '1'")
    page.keyboard.press("Enter")
    kept(page, wide.keep(w.variant_rank(at_most=1)))
    page.get_by_role("button", name="Undo").click()
    kept(page, wide)
    ways.get_by_role("button", name="median time").click()
    ways.locator('.cxw-head[aria-pressed="true"]', has_text="median time").wait_for()


def test_families_agree_with_the_library(page, wide):
    families = panel(page, "Families")
    answer = wide.families()
    expected = answer.table.to_pylist()
    shown = rows_of(families)
    assert shown == [told({**row, "variant": row["variant"] or 0}, "variant") for row in expected][: len(shown)]
    assert sum(row["count"] for row in expected) == VARIANTS
    families.locator(".cx-family").first.click()
    kept(page, wide.keep(cx.catalog.entry("families").keeps(expected[0], wide, answer.parameters)))


def test_the_list_is_searched(page, wide):
    table = panel(page, "Journeys")
    field = table.get_by_role("searchbox")
    field.press_sequentially("j9999", delay=20)
    found = wide.journeys(search="j9999").table["journey"].to_pylist()
    page.wait_for_function(
        """names => JSON.stringify([...document.querySelectorAll("tbody td:first-child")].map((td) => td.textContent))
            === JSON.stringify(names)""",
        arg=found,
    )
    assert field.input_value() == "j9999"
    assert field.evaluate("field => field === document.activeElement")
