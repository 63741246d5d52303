"""The explorer in a real browser: it fits every window, never scrolls as a page, and every click is seen at once."""

from __future__ import annotations

import pytest
from support.serving import SLOW, lab_command, run_all, until, watched

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import app
from cxwidgets.explorer import SIDE, TABS
from cxwidgets.figures import figures, summed

PAGE = "04_explore.ipynb"
SLOTS = (".cxw-bar", ".cxw-strip", ".cxw-map", ".cxw-side", ".cxw-drawer")
INSIDE = """() => ({
    scrolls: [document.scrollingElement.scrollHeight > innerHeight, document.scrollingElement.scrollWidth > innerWidth],
    boxes: SLOTS.map((slot) => {
        const { left, top, right, bottom } = document.querySelector(`.cxw-explorer > ${slot}`).getBoundingClientRect();
        return [left, top, right, bottom].map(Math.round);
    }),
})""".replace("SLOTS", str(list(SLOTS)))
SMALLEST = """() => Math.min(...[...document.querySelectorAll(".cxw-side .cx-small text")]
    .filter((text) => text.checkVisibility())
    .map((text) => text.getScreenCTM().a * parseFloat(getComputedStyle(text).fontSize)))"""
STOPS = """() => [...document.querySelectorAll(".cxw-side section")]
    .map((panel) => panel.querySelectorAll(".cxw-body [data-key][tabindex='0']").length)"""


@pytest.fixture(scope="module")
def server():
    pytest.importorskip("voila")
    with app.serving(cx.toy_journeys(), notebooks=[places.notebooks() / PAGE]) as started:
        yield started.address


@pytest.fixture
def opened(server, browser):
    """Opens the explorer in a window of this size."""
    from contextlib import ExitStack

    with ExitStack() as pages:

        def open_(width, height, **more):
            size = {"viewport": {"width": width, "height": height}}
            page = pages.enter_context(watched(browser, server, **size, **more))
            page.goto(server)
            page.locator(".cxw-bar [role=tab]").first.wait_for(timeout=SLOW)
            page.locator(".cxw-map .cx-node").first.wait_for(timeout=SLOW)
            return page

        yield open_


def kept(page, words):
    page.wait_for_function(
        "words => document.querySelector('.cxw-strip strong')?.textContent === words", arg=words, timeout=SLOW
    )
    page.wait_for_function("() => !document.querySelector('.cxw-explorer [aria-busy=true]')", timeout=SLOW)


def test_all_is_in_view_and_nothing_scrolls(opened):
    page = opened(1280, 800)
    found = page.evaluate(INSIDE)
    assert found["scrolls"] == [False, False]
    bar, strip, chart, side, drawer = found["boxes"]
    assert all(box[0] >= 0 and box[1] >= 0 and box[2] <= 1280 and box[3] <= 800 for box in found["boxes"])
    assert bar[3] - bar[1] == 44
    assert strip[3] - strip[1] == 58
    assert drawer[3] - drawer[1] == 32
    assert chart[2] - chart[0] >= 790
    assert chart[3] - chart[1] >= 630
    assert chart[2] < side[0]
    assert side[2] - side[0] >= 430
    assert page.evaluate(SMALLEST) >= 11
    assert set(page.evaluate(STOPS)) <= {0, 1}
    assert page.locator("h1").count() == 1
    page.get_by_role("button", name="What is this page?").click()
    page.get_by_text("Everything here speaks of the journeys").wait_for()
    page.keyboard.press("Escape")
    page.locator(".cxw-toggle").click()
    page.locator(".cxw-drawer tbody tr").first.wait_for(timeout=SLOW)
    assert page.evaluate(INSIDE)["scrolls"] == [False, False]
    assert page.locator(".cxw-drawer").bounding_box()["height"] == 320


def test_a_tick_changes_the_counter_the_figures_and_the_map(opened):
    page, toy = opened(1280, 800), cx.toy_journeys()
    kept(page, "12 journeys")
    nodes = page.locator(".cxw-map .cx-node").count()
    page.get_by_role("button", name="+ Filter").click()
    page.get_by_role("button", name="plan", exact=True).click()
    page.locator(".cxw-row", has_text="basic").locator("input").check()
    kept(page, "6 of 12 journeys (50%)")
    page.locator(".cxw-row", has_text="plus").locator("input").check()
    kept(page, "11 of 12 journeys (92%)")
    page.locator(".cxw-row", has_text="basic").locator("input").uncheck()
    page.locator(".cxw-row", has_text="plus").locator("input").uncheck()
    kept(page, "12 journeys")
    page.get_by_role("button", name="Steps taken").click()
    page.locator(".cxw-row", has_text="Cancel").locator("input").check()
    kept(page, "4 of 12 journeys (33%)")
    page.keyboard.press("Escape")
    chosen = toy.keep(w.contains("Cancel"))
    said = page.locator(".cxw-strip dd strong").all_inner_texts()
    assert said == [figure["value"] for figure in figures(summed(chosen), summed(toy))]
    assert page.locator(".cxw-people").first.inner_text() == "4 customers"
    rows = page.locator(".cxw-side .cx-variant").evaluate_all("rows => rows.map((row) => row.dataset.variant)")
    assert [int(row) for row in rows] == chosen.variants().table["variant"].to_pylist()[:7]
    bars = page.locator(".cxw-segments .cx-bar title").all_text_contents()
    by = page.locator(".cxw-segments select").input_value()
    assert len(bars) == len(chosen.segments(by=by).table)
    assert page.locator(".cxw-map .cx-node").count() < nodes
    page.get_by_role("button", name="Undo").click()
    kept(page, "12 journeys")


def test_tabs_and_drawer_by_keyboard_alone(opened):
    page = opened(1280, 800)
    page.get_by_role("tab", name="Map").focus()
    for words in [*TABS.values()][1:]:
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.textContent") == words
        assert page.get_by_role("tab", name=words, exact=True).get_attribute("aria-selected") == "true"
        assert page.evaluate(INSIDE)["scrolls"] == [False, False]
    page.locator(".cxw-on-data svg").first.wait_for(timeout=SLOW)
    page.keyboard.press("Home")
    assert page.locator(".cxw-map").is_visible()
    page.wait_for_timeout(1_000)  # its rows are made anew when it is seen again
    page.locator(".cxw-side .cx-variant").first.focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    kept(page, "2 of 12 journeys (17%)")
    page.locator(".cxw-toggle").focus()
    page.keyboard.press("Enter")
    assert page.locator(".cxw-toggle").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Escape")
    assert page.locator(".cxw-toggle").get_attribute("aria-expanded") == "false"


def test_a_narrow_and_a_wide_window(opened):
    page = opened(800, 900)
    found = page.evaluate(INSIDE)
    assert found["scrolls"] == [False, False]
    _, strip, chart, side, _ = found["boxes"]
    assert strip[3] <= chart[1] < chart[3] <= side[1]
    assert [name for name in SIDE if page.locator(f".cxw-side > .cxw-{name}").is_visible()] == ["variants"]
    page.get_by_role("tab", name="Durations").click()
    assert page.locator(".cxw-side .cx-bin").first.is_visible()
    wide = opened(1920, 1080, color_scheme="dark")
    side = wide.evaluate(INSIDE)["boxes"][3]
    assert side[2] - side[0] >= 860
    wide.locator(".cxw-moves .cx-bar").first.wait_for(timeout=SLOW)
    assert all(wide.locator(f".cxw-side > .cxw-{name}").is_visible() for name in ("variants", "durations", "segments"))


def test_jupyterlab_shows_the_same_board(browser, tmp_path):
    pytest.importorskip("jupyterlab")
    toy = cx.toy_journeys()
    with lab_command(tmp_path, toy.folder) as address, watched(browser, address, console=False) as page:
        run_all(page, address, PAGE)
        page.locator(".cxw-side .cx-variant").first.wait_for(timeout=SLOW)
        page.locator(".cxw-frame").evaluate("(frame) => (frame.style.width = '900px')")
        frame = page.locator(".cxw-frame").bounding_box()
        assert (round(frame["width"]), round(frame["height"])) == (900, 600)
        _, strip, chart, side, drawer = page.evaluate(INSIDE)["boxes"]
        assert strip[3] <= chart[1]
        assert chart[2] < side[0]
        assert drawer[3] <= round(frame["y"] + frame["height"])
        assert page.evaluate(SMALLEST) >= 11
        saved_and_seen_again(page, tmp_path / "cxkit-notebooks" / PAGE)


def saved_and_seen_again(page, notebook):
    """Ctrl+S works after a click in a panel; what a kernel that began anew cannot show is a stored picture."""
    before = notebook.stat().st_mtime_ns
    page.locator(".cxw-side .cx-variant").first.click()
    page.locator(".cxw-chip").wait_for(timeout=SLOW)
    page.keyboard.press("ControlOrMeta+s")
    until(lambda: {"saved": notebook.stat().st_mtime_ns > before}, {"saved": True})
    page.reload()
    page.locator(".cxw-chip").wait_for(timeout=SLOW)  # its kernel runs
    page.locator("[title='Restart the kernel']").click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    gone = page.locator(".cxw-said", has_text="has ended or begun anew").locator("visible=true")
    gone.wait_for(timeout=SLOW)
    assert gone.count() == 1
    page.reload()
    page.get_by_text("A stored picture. Run the cells").wait_for(timeout=SLOW)
    assert "model not found" not in page.locator(".jp-Notebook").inner_text()
    picture = page.locator(".jp-OutputArea img").first
    until(lambda: {"drawn": picture.evaluate("image => image.naturalWidth > 300")}, {"drawn": True})


PICTURES = (".cxw-over_time", ".cxw-change_points", ".cxw-time_of_week", ".cxw-dotted_chart")
APART = """slots => {
    const boxes = slots.map((slot) => document.querySelector(`.cxw-on-time > ${slot}`).getBoundingClientRect());
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
    return boxes.every((box) => box.width > 250 && box.height > 200)
        && !boxes.some((one, place) => boxes.slice(place + 1).some((other) => meet(one, other)));
}"""


def test_the_time_tab_is_one_view_in_which_a_drag_keeps_a_period(opened):
    page = opened(1280, 800)
    page.get_by_role("tab", name="Time", exact=True).click()
    for mark in (".cx-period", ".cx-hour", ".cx-dots"):
        page.locator(f".cxw-on-time {mark}").first.wait_for(timeout=SLOW)
    page.locator(".cxw-on-time .cxw-change_points svg").wait_for(timeout=SLOW)
    assert page.evaluate(APART, list(PICTURES))
    assert (
        page.evaluate(
            "() => { const p = document.querySelector('.cxw-on-time'); return p.scrollHeight - p.clientHeight; }"
        )
        <= 0
    )
    bars = [page.locator(".cx-period").nth(place).bounding_box() for place in (1, 3)]
    page.mouse.move(bars[0]["x"] + 8, bars[0]["y"] + 60)
    page.mouse.down()
    page.mouse.move(bars[1]["x"] + 8, bars[1]["y"] + 60, steps=5)
    page.mouse.up()
    drawn = cx.toy_journeys().keep(w.during("2025-06-03", "2025-06-05", how="started"))
    kept(page, f"{drawn.n.journeys} of 12 journeys (25%)")
    assert page.locator(".cx-period[aria-pressed=true]").count() == 3
    page.get_by_label("What is shown", exact=True).select_option("median")
    page.locator(".cx-period circle").first.wait_for(timeout=SLOW)
    page.get_by_role("tab", name="One step").click()
    page.locator(".cx-spans").first.wait_for(timeout=SLOW)
    page.get_by_label("What is counted").select_option("starts")
    page.wait_for_function(
        "() => document.querySelector('.cxw-time_of_week svg').textContent.includes('n = 3')", timeout=SLOW
    )


def test_the_calendar_of_the_facets_is_brushed(opened):
    page = opened(1280, 800)
    page.locator(".cxw-more").click()
    page.get_by_role("button", name="Period", exact=True).click()
    bars = page.locator(".cxw-facets .cxw-bin")
    bars.first.wait_for(timeout=SLOW)
    assert bars.count() == 13
    bars.nth(1).focus()
    page.keyboard.press("Enter")
    kept(page, "1 of 12 journeys (8.3%)")
    bars.nth(3).focus()
    page.keyboard.press("Shift+Enter")
    page.wait_for_function("() => document.querySelectorAll('.cxw-facets .cxw-in').length", timeout=SLOW)
    assert page.get_by_label("from", exact=True).input_value() == "2025-06-05"
