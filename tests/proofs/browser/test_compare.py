"""Two sides compared by clicks: picked, turned round, a sentence opened on one side, and the map of both."""

from __future__ import annotations

import pytest
from support.serving import SLOW, watched
from support.splits import calling_shop

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import app

PAGE = "04_explore.ipynb"
OVERLAP = """(panel) => {
    const boxes = [...panel.querySelectorAll("svg text")].map((text) => text.getBoundingClientRect());
    const texts = boxes.filter((box) => box.width);
    const beside = (a, b) => a.right <= b.left + 2 || b.right <= a.left + 2;
    const apart = (a, b) => beside(a, b) || a.bottom <= b.top + 3 || b.bottom <= a.top + 3;
    return texts.filter((a, place) => texts.slice(place + 1).some((b) => !apart(a, b))).length;
}"""
CLICK = """(panel, key) => [...panel.querySelectorAll("[data-key]")].find((mark) => mark.dataset.key === key)
    .dispatchEvent(new MouseEvent("click", { bubbles: true }))"""


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    roles = {"journey": "case", "customer": "who", "activity": "what", "time": "when", "journey_attributes": ["plan"]}
    folder = tmp_path_factory.mktemp("compare") / "store"
    return cx.prepare(cx.read(calling_shop()).roles(**roles), folder, progress=False)


@pytest.fixture(scope="module")
def server(store):
    pytest.importorskip("voila")
    with app.serving(cx.open(store.folder), notebooks=[places.notebooks() / PAGE]) as started:
        yield started.address


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 800])
def test_two_groups_are_compared_by_clicks(server, browser, store, width, tmp_path):
    with watched(browser, server, viewport={"width": width, "height": 800}, accept_downloads=True) as page:
        page.goto(server)
        page.locator(".cxw-bar [role=tab]").first.wait_for(timeout=SLOW)
        page.locator(".cxw-bar [role=tab][value=compare]").click()
        panel = page.locator(".cxw-on-compare > .cxw-compare")
        panel.locator("svg text", has_text="“Call” happens").wait_for(timeout=SLOW)
        assert panel.evaluate(OVERLAP) == 0
        panel.get_by_label("Turn the sides round").click()
        page.wait_for_function("document.querySelectorAll('.cxw-compare select')[1]?.value === 'plus'", timeout=SLOW)
        called = w.attribute("plan", "basic") & w.contains("Call")
        panel.evaluate(CLICK, called.key)
        count = f"{store.keep(called).n.journeys} of {store.n.journeys} journeys"
        page.locator(".cxw-strip strong", has_text=count).wait_for(timeout=SLOW)
        page.get_by_label("Undo").click()
        page.locator(".cxw-chip").first.wait_for(state="detached", timeout=SLOW)
        panel.get_by_label("How to see it").select_option("map")
        panel.locator("svg .cx-map .cx-node").first.wait_for(timeout=SLOW)
        assert panel.locator(".cx-move").count() > 3
