"""One script for every picture that can be clicked: panels of our own making, one of a chart and one of a drawing."""

from __future__ import annotations

import pytest
from support.notebooks import written
from support.serving import kept, opening

from cxkit import where as w

LIVE = ".cxw-chart:not(.cxw-drawing)"
CELLS = [
    "import cxkit as cx\nfrom cxkit import where as w\nfrom cxwidgets import Board\nfrom cxwidgets.panel import Drawn\n"
    "from cxwidgets.picture import Choosing\nboard = Board(cx.open(store))",
    'board.panel("filters")',
    # A chart: its marks take the keys in the order of the rows.
    'board.panel("moves")',
    # A drawing: its marks carry their keys; what stands on them is drawn too, and hostile.
    """class Plans(Choosing):
    name, measure, call = "plans", "segments", {"by": "plan"}
    def sketch(self, journeys, how):
        row = '<g data-key="{0}" onclick="owned = 1"><title>{0}</title><rect y="{1}" width="90" height="20"/></g>'
        rows = "".join(row.format(name, 30 * place) for place, name in enumerate(("basic", "plus")))
        markup = f'<svg role="group" aria-label="Plans" width="100" height="60">{rows}</svg>'
        return Drawn(markup, choices={name: w.attribute("plan", name) for name in ("basic", "plus")})
plans = Plans(board)
board.panels.append(plans)
plans.show(plans.drawn())
plans""",
]


@pytest.fixture(scope="module")
def address(toy, tmp_path_factory):
    pytest.importorskip("voila")
    from cxkit.faces import app

    path = written(tmp_path_factory.mktemp("notebook") / "choose.ipynb", "store = ''", *CELLS)
    with app.serving(toy, notebooks=[path]) as server:
        yield server.address


@pytest.fixture
def page(browser, address):
    page = browser.new_context(viewport={"width": 1280, "height": 1400}).new_page()
    page.wrong, page.sent = [], []
    page.on("pageerror", lambda error: page.wrong.append(str(error)))
    page.on("websocket", lambda socket: socket.on("framesent", lambda data: page.sent.append(str(data))))
    page.goto(opening(address, "voila/render/choose.ipynb"))
    page.wait_for_selector(f"{LIVE} [data-key]")
    page.wait_for_selector('.cxw-panel[aria-label="Plans"] [data-key]')
    yield page
    assert page.wrong == []
    assert page.evaluate("window.owned") is None
    page.goto("about:blank")
    page.context.close()


def mark(page, key):
    return page.locator(f"[data-key='{key}']")


def chosen(page):
    """How often the page asked to choose something."""
    return sum('"do":"choose"' in said for said in page.sent)


PAID = w.follows("Order", "Pay", directly=True)
SENT = w.follows("Pay", "Ship", directly=True)
BASIC, PLUS = w.attribute("plan", "basic"), w.attribute("plan", "plus")


@pytest.mark.browser
def test_the_marks_of_a_chart_are_chosen(page, toy):
    mark(page, SENT.key).click()
    kept(page, toy.keep(SENT))
    assert chosen(page) == 1
    mark(page, PAID.key).click(modifiers=["Shift"])
    kept(page, toy.keep(PAID | SENT))
    pressed = page.locator("[data-key][aria-pressed=true]").evaluate_all(
        "marks => marks.map((mark) => mark.dataset.key)"
    )
    assert pressed == [PAID.key, SENT.key]
    mark(page, PAID.key).click(modifiers=["Shift"])
    kept(page, toy.keep(SENT))
    mark(page, SENT.key).click()
    kept(page, toy)
    assert chosen(page) == 4


@pytest.mark.browser
@pytest.mark.parametrize(
    ("key", "condition", "other", "more"),
    [(PAID.key, PAID, SENT.key, SENT), ("basic", BASIC, "plus", PLUS)],
)
def test_the_keys_do_what_the_pointer_does(page, toy, key, condition, other, more):
    mark(page, key).press("Enter")
    kept(page, toy.keep(condition))
    assert page.evaluate("document.activeElement.dataset.key") == key
    page.keyboard.press("Space")
    kept(page, toy)
    page.keyboard.press("Enter")
    kept(page, toy.keep(condition))
    mark(page, other).press("Shift+Enter")
    kept(page, toy.keep(condition | more))
    assert chosen(page) == 4


@pytest.mark.browser
def test_the_marks_of_a_drawing_are_buttons_and_only_its_words_are_taken(page, toy):
    roles = "marks => marks.map((mark) => [mark.getAttribute('role'), mark.tabIndex, mark.getAttribute('onclick')])"
    assert page.locator('.cxw-panel[aria-label="Plans"] [data-key]').evaluate_all(roles) == [
        ["button", 0, None],
        ["button", -1, None],
    ]
    page.get_by_role("button", name="plus", exact=True).click()
    kept(page, toy.keep(PLUS))
    assert page.get_by_role("button", name="plus", exact=True, pressed=True).count() == 1
    page.get_by_role("button", name="Turn round").click()
    kept(page, toy.drop(PLUS))
    assert page.locator("[data-key][aria-pressed=true]").count() == 0
