"""The menus in a real page: what a click asks Python for, and that nothing is deleted by one click."""

from __future__ import annotations

import pytest
from support.clauses import opened

from cxkit import where as w
from cxkit.views import theme
from cxwidgets.modules import script, style

pytestmark = pytest.mark.browser
NAMES = ("markup", "status", "said", "marks", "facts", "label", "beat", "exports")
RENDER = """async ([text, state]) => {
    const send = (asked) => window.asked.push(asked);
    const model = { get: (name) => state[name], on: () => {}, off: () => {}, send };
    window.asked = [];
    const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    document.body.replaceChildren();
    module.default.render({ model, el: document.body });
}"""


@pytest.fixture
def page(browser):
    page = browser.new_context(viewport={"width": 900, "height": 700}).new_page()
    html = f"<html><style>{theme.STYLE}{style('panel.css')}</style><body></body></html>"
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("https://cx.test/")
    yield page
    page.context.close()


def asked(page):
    words = page.evaluate("window.asked.splice(0)")
    return [word for word in words if word["do"] not in ("seen", "beat")]


def test_a_click_asks_for_what_it_says_and_deletion_asks_twice(page, toy, loopless):
    board = opened(toy, {"process_map": w.contains("Call")})
    panel = board.panel("views")
    state = {name: getattr(panel, name) for name in NAMES}
    page.evaluate(RENDER, [script("panels/views.js"), state | {"facts": {**panel.facts, "views": ["Calls", "<b>x"]}}])
    page.get_by_role("button", name="Saved views").click()
    page.get_by_placeholder("Name of what is shown now").fill("Mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Delete the view Calls").click()
    assert asked(page) == [{"do": "look"}, {"do": "save", "name": "Mine", "replace": False}]
    page.get_by_text("Really delete?").click()
    page.get_by_role("button", name="Rename the view <b>x").click()
    page.get_by_label("New name of <b>x").fill("Other")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Calls", exact=True).click()
    wanted = [{"do": "delete", "name": "Calls"}, {"do": "rename", "name": "<b>x", "other": "Other"}]
    assert asked(page) == [*wanted, {"do": "open", "name": "Calls"}]
    assert not page.locator(".cxw-menu").first.is_visible()
    page.get_by_role("button", name="The last changes").click()
    page.get_by_role("button", name="All journeys").click()
    assert asked(page) == [{"do": "back", "steps": 1}]


def test_a_store_is_asked_for_by_its_name(page, toy, loopless):
    panel = opened(toy).panel("store")
    other = {"name": "shop <i>", "facts": {"Journeys": "3 journeys"}, "fault": ""}
    broken = {"name": "old", "facts": {}, "fault": "It is damaged."}
    state = {name: getattr(panel, name) for name in NAMES}
    facts = {"current": "toy", "stores": [other, broken], "others": True}
    page.evaluate(RENDER, [script("panels/stores.js"), state | {"facts": facts}])
    page.get_by_role("button", name="Other journeys").click()
    assert page.get_by_text("It is damaged.").is_visible()
    assert page.get_by_role("button", name="old").count() == 0
    page.get_by_role("button", name="shop <i>").click()
    assert asked(page) == [{"do": "look"}, {"do": "choose", "name": "shop <i>"}]
    page.evaluate(RENDER, [script("panels/stores.js"), state | {"facts": facts | {"others": False}}])
    assert page.get_by_role("button").count() == 0
