"""The explorer's tab of steps in a real browser: every picture can be clicked, and a click is what its row says."""

from __future__ import annotations

import pytest
from support.serving import SLOW, watched
from support.toy import bound

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import app
from cxwidgets.explorer import ASKED

PAGE = "04_explore.ipynb"
SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="3d")
OVERLAP = """(panel) => {
    const texts = [...panel.querySelectorAll("svg text")].map((text) => text.getBoundingClientRect());
    const beside = (a, b) => a.right <= b.left + 1 || b.right <= a.left + 1;
    const apart = (a, b) => beside(a, b) || a.bottom <= b.top + 3 || b.bottom <= a.top + 3;
    return texts.filter((a, place) => texts.slice(place + 1).some((b) => !apart(a, b))).length;
}"""
CLICK = """(panel, key) => [...panel.querySelectorAll("[data-key]")].find((mark) => mark.dataset.key === key)
    .dispatchEvent(new MouseEvent("click", { bubbles: true }))"""
CLAUSES = {
    "funnel": w.passes(["Order", "Pay", "Ship"]),
    "path_tree": w.goes(["Order", "Cancel"]),
    "step_matrix": w.at_step(2, ["Call"]),
    "follow_matrix": w.passes(["Call", "Cancel"]),
    "rework": w.passes(["Call", "Call"]),
    "time_to_goal": w.attribute("outcome", "goal"),
}


@pytest.fixture(scope="module")
def journeys():
    return bound(cx.toy_journeys(), SAID)


@pytest.fixture(scope="module")
def server(journeys, tmp_path_factory):
    pytest.importorskip("voila")
    store = cx.prepare(cx.read(cx.toy_table()).roles(
        journey="order", activity="step", time="when", customer="client", journey_attributes=["plan"],
        event_attributes=["channel"]), tmp_path_factory.mktemp("steps") / "store", progress=False)  # fmt: skip
    SAID.save(store.folder / "engagement.toml")
    with app.serving(cx.open(store.folder), notebooks=[places.notebooks() / PAGE]) as started:
        yield started.address


def kept(page, journeys):
    count = f"{journeys.n.journeys} of 12 journeys"
    page.wait_for_function(
        "said => document.querySelector('.cxw-strip strong')?.textContent.startsWith(said)", arg=count, timeout=SLOW
    )


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 800])
def test_every_picture_of_steps_is_clicked(server, browser, journeys, width):
    with watched(browser, server, viewport={"width": width, "height": 800}) as page:
        page.goto(server)
        page.locator(".cxw-bar [role=tab]").first.wait_for(timeout=SLOW)
        page.locator(".cxw-bar [role=tab][value=steps]").click()
        for name, words in ASKED.items():
            page.locator(".cxw-asked [role=tab]", has_text=words).click()
            panel = page.locator(f".cxw-on-steps > .cxw-{name}")
            if name == "retention":  # the toy has no whole month
                panel.locator("svg text", has_text="No whole period").wait_for(timeout=SLOW)
                continue
            panel.locator("[data-key]").first.wait_for(state="attached", timeout=SLOW)
            assert panel.evaluate(OVERLAP) == 0, name
            panel.evaluate(CLICK, CLAUSES[name].key)
            kept(page, journeys.keep(CLAUSES[name]))
            page.locator(".cxw-chip").first.wait_for(timeout=SLOW)
            page.get_by_label("Undo").click()
            page.locator(".cxw-chip").first.wait_for(state="detached", timeout=SLOW)
