"""The app for everybody: axe-core finds nothing serious, and Tab reaches every control, each of which has a name."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from support.serving import SLOW, at, drop, kept, panel, settled, tick, until, watched

import cxkit as cx
from cxkit import where as w
from cxkit.faces import report

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
HOME, START = "03_see_the_journey.ipynb", "01_bring_your_data.ipynb"
READY = {HOME: ".cxw-panel .cx-node", START: ".cxi"}
IDLE = "!document.querySelector('[aria-busy=true], .cxw-drawing, .cx-output > script:only-child')"
CONTROLS = """() => {
    const wanted = "button:not(:disabled), select, input, summary, a[href], [tabindex='0']";
    const name = (node) => node.ariaLabel || node.labels?.[0]?.textContent || node.querySelector("title")?.textContent
        || node.textContent || node.title;
    const shown = (node) => node.checkVisibility({ visibilityProperty: true }) && node.tabIndex >= 0;
    return [...document.querySelectorAll(wanted)].filter(shown).map((node, place) => {
        node.dataset.place = place;
        return name(node).trim();
    });
}"""


@pytest.fixture(scope="module")
def server(toy):
    with app.serving(toy) as running:
        yield running


@pytest.fixture
def opened(browser, server):
    """Opens a page in its own window; axe-core is put into it past the page's policy."""
    windows = []

    def open_(notebook):
        size = {"width": 1280, "height": 900}
        windows.append(browser.new_context(viewport=size, color_scheme="light", bypass_csp=True))
        page = windows[-1].new_page()
        page.goto(server.at(f"voila/render/{notebook}"))
        page.wait_for_selector(READY[notebook])
        page.wait_for_function(IDLE)
        return page

    yield open_
    for window in windows:
        window.pages[0].goto("about:blank")
        window.close()


EVERY = [(1280, "light"), (1280, "dark"), (800, "dark"), (800, "light")]
BOTH = EVERY[::2]  # each size and each theme once, for pages of which there are many


def looks(page, some=EVERY):
    """The page in these sizes and themes, one after another, each time at rest."""
    for width, theme in some:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        page.wait_for_function(IDLE)
        yield width, theme


def serious(page):
    """What axe-core calls serious or critical, with an example of each."""
    found = Axe().run(page).response["violations"]
    return [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")]


def faults(page, part):
    """Whatever axe-core finds in this part of the page."""
    page.mouse.move(0, 0)
    found = Axe().run(page, context=part).response
    assert len(found["passes"]) > 5
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]]


@pytest.mark.parametrize("notebook", READY, ids=["journey", "start"])
def test_axe_finds_nothing_serious(opened, notebook):
    page = opened(notebook)
    if notebook == HOME:
        page.locator(".cx-node[data-key]").first.click()
        page.locator(".cxw-chip").wait_for()
    for look in looks(page):
        assert serious(page) == [], look


@pytest.mark.parametrize("notebook", READY, ids=["journey", "start"])
def test_tab_reaches_every_control_and_each_has_a_name(opened, notebook):
    page = opened(notebook)
    names = page.evaluate(CONTROLS)
    assert len(names) > 10
    assert all(names)
    reached = []
    for _ in range(len(names) + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.place"))
    assert {str(place) for place in range(len(names))} <= set(reached)


def test_axe_finds_nothing_at_all_in_the_intake(opened):
    page = opened(START)
    text = cx.toy_table().to_pandas().to_csv(index=False)
    for step in ("Choose", "Columns", "Goals", "Prepare", "Explore"):
        at(page, step)
        for look in looks(page, BOTH):
            assert faults(page, ".cxi") == [], (step, look)
        assert all(page.evaluate(CONTROLS)), step
        if step == "Choose":
            drop(page, ["log.csv", text])
        if step == "Goals":
            page.locator(".cxi-activity").first.click()
        if step not in ("Choose", "Explore"):
            page.locator(".cxi-main").last.click()
    page.locator(".cxi-below .cx-node").first.wait_for()
    for look in looks(page):
        assert serious(page) == [], look


def test_axe_finds_nothing_serious_in_a_report(browser, toy, tmp_path):
    with watched(browser, offline=True) as page:
        page.goto(report.report(toy.keep(w.contains("Pay")), tmp_path / "toy.html").as_uri())
        page.wait_for_selector("html.cx-charted", timeout=SLOW)
        for look in looks(page):
            assert serious(page) == [], look
        assert all(page.evaluate(CONTROLS))


# ---- keys ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def home(opened):
    return opened(HOME)


def focused(page):
    return page.evaluate("document.activeElement.closest('.cxw-panel')?.ariaLabel")


def test_enter_and_space_choose_and_take_back(home, toy):
    pay, cancel = w.contains("Pay"), w.contains("Cancel")
    codes = toy.selection.star.codes
    node = {name: home.locator(f'.cx-node[data-activity="{codes[name]}"]') for name in ("Pay", "Cancel")}
    node["Pay"].press("Enter")
    settled(home, toy.keep(pay), [pay])
    home.keyboard.press("Space")
    settled(home, toy, [])
    home.keyboard.press("Enter")
    settled(home, toy.keep(pay), [pay])
    node["Cancel"].press("Shift+Enter")
    settled(home, toy.keep(pay & cancel), [pay & cancel])
    assert focused(home) == "Process map"


def test_arrows_enter_and_escape_on_the_durations(home, toy):
    bars = panel(home, "Durations").locator("[data-key]")
    spans = [bar.get_attribute("data-key").split(" ")[1:] for bar in bars.all()]
    bars.first.focus()
    for key in ("ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        home.keyboard.press(key)
    low, high = spans[1][0], spans[3][1]
    kept(home, toy.keep(w.lasts(at_least=f"{low}s") & ~w.lasts(at_least=f"{high}s")))
    home.keyboard.press("Escape")
    settled(home, toy, [])
    assert focused(home) == "Durations"


def test_a_key_may_be_pressed_again(home, toy):
    """A button that is pressed keeps the focus, so that it can be pressed twice."""
    kept = []
    for name, clause in (("Steps taken", w.contains("Order")), ("Last step so far", w.ends_with("Pay"))):
        tick(home, name, clause.activity)
        kept.append(clause)
        settled(home, toy.keep(*kept), kept)
    home.get_by_role("button", name="Turn round").first.press("Enter")
    settled(home, toy.keep(~kept[0]).keep(kept[1]), [~kept[0], kept[1]])
    home.keyboard.press("Enter")
    settled(home, toy.keep(*kept), kept)
    home.get_by_role("button", name="Undo").press("Enter")
    settled(home, toy.keep(~kept[0]).keep(kept[1]), [~kept[0], kept[1]])
    home.keyboard.press("Enter")
    settled(home, toy.keep(*kept), kept)
    assert focused(home) == "Filters"


def test_a_journey_is_opened_and_left_with_keys(home, toy):
    table = panel(home, "Journeys")
    table.get_by_role("button", name="A06", exact=True).press("Enter")
    table.get_by_role("button", name="Back to the journeys").wait_for()
    assert focused(home) == "Journeys"
    home.keyboard.press("Enter")
    table.get_by_role("button", name="A06", exact=True).wait_for()
    until(lambda: {"focus": home.evaluate("document.activeElement.textContent")}, {"focus": "A06"})


def test_the_map_is_moved_and_zoomed_with_keys(home, toy):
    chart = home.locator(".cx-map")
    placed = chart.get_attribute("transform")
    home.locator(".cx-node[data-key]").first.focus()
    found = [placed]
    for key in ("+", "-", "Shift+ArrowLeft", "Shift+ArrowUp"):
        home.keyboard.press(key)
        found.append(chart.get_attribute("transform"))
    assert len(set(found)) == 4
    assert found[0] == found[2]
    home.keyboard.press("0")
    assert chart.get_attribute("transform") == placed
    settled(home, toy, [])


def test_preparing_keeps_the_focus(opened):
    page = opened(START)
    drop(page, ["log.csv", cx.toy_table().to_pandas().to_csv(index=False)])
    for step in ("Columns", "Goals"):
        at(page, step)
        page.locator(".cxi .cxi-buttons .cxi-main").press("Enter")
    at(page, "Prepare")
    page.get_by_label("Name of the store").press("Enter")
    at(page, "Explore")
    until(lambda: {"focus": page.evaluate("document.activeElement.textContent")}, {"focus": "Ready to explore"})
