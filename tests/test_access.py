"""The app for everybody: axe-core finds nothing serious, and Tab reaches every control, each of which has a name."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytest.importorskip("voila")
from cxkit import app

pytestmark = pytest.mark.browser
HOME, START = "03_see_the_journey.ipynb", "00_start_here.ipynb"
READY = {HOME: ".cxw-panel .cx-node", START: ".cxi"}
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

    def open_(notebook, width=1280, theme="light"):
        size = {"width": width, "height": 900}
        windows.append(browser.new_context(viewport=size, color_scheme=theme, bypass_csp=True))
        page = windows[-1].new_page()
        page.goto(f"{server.address}voila/render/{notebook}")
        page.wait_for_selector(READY[notebook], timeout=90_000)
        page.wait_for_function("!document.querySelector('[aria-busy=true], .cx-output > script:only-child')")
        return page

    yield open_
    for window in windows:
        window.pages[0].goto("about:blank")
        window.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 800])
@pytest.mark.parametrize("notebook", READY, ids=["journey", "start"])
def test_axe_finds_nothing_serious(opened, notebook, width, theme):
    page = opened(notebook, width, theme)
    if notebook == HOME:
        page.locator(".cx-node[data-key]").first.click()
        page.locator(".cxw-chip").wait_for()
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found if rule["impact"] in ("serious", "critical")] == []


@pytest.mark.parametrize("notebook", READY, ids=["journey", "start"])
def test_tab_reaches_every_control_and_each_has_a_name(opened, notebook):
    page = opened(notebook)
    names = page.evaluate(CONTROLS)
    assert len(names) > 10 and all(names)
    reached = []
    for _ in range(len(names) + 5):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.dataset.place"))
    assert {str(place) for place in range(len(names))} <= set(reached)
