"""Live charts: one library for all, the picture where it is missing, and durations chosen with pointer and keys."""

from __future__ import annotations

import pytest
from support.notebooks import written
from support.serving import facet, kept, opening, place_of

import cxkit as cx
from cxkit import where as w
from cxkit.views import vega

DAYS = [f"bin {low * 86_400} {high * 86_400}" for low, high in ((2, 3), (3, 4), (4, 5), (5, 7))]
BARS = ".cxw-panel [data-key^=bin]"
LIVE = ".cxw-chart:not(.cxw-drawing)"
CELLS = [
    "import cxkit as cx\nfrom cxkit.views import vega\n{before}from cxwidgets import Board\n"
    "from cxwidgets.chart import Chart\nj = cx.open(store)\nboard = Board(j)",
    'board.panel("filters")',
    'board.panel("durations")',
    'Chart(j.durations(per="move"))',
]


# ---- in a page -------------------------------------------------------------------------------------------------------

WATCH = """
    let kept, set = (value) => { kept = value; window.loads += 1; };
    window.owned = window.loads = 0;
    Object.defineProperty(window, '__cx_vega', { get: () => kept, set });
"""
FRAMES = """() => { window.frames = []; (function look() {
    const bodies = [...document.querySelectorAll('.cxw-body')].filter((body) => body.querySelector('.mark-rect'));
    window.frames.push(bodies.length === 1 && bodies[0].firstElementChild.matches('.cxw-chart:not(.cxw-drawing)'));
    requestAnimationFrame(look); })(); }"""
DRAWN = "(bars) => bars.map((bar) => [bar.getAttribute('d'), bar.getAttribute('aria-label')])"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The toy log with hostile names, so that tooltips show them."""
    table = cx.toy_table().to_pandas()
    table["step"] = table["step"].replace(
        {"Order": "<img src=x onerror='owned = 1'>", "Pay": "<script>owned = 1</script>"}
    )
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    return cx.prepare(cx.read(table).roles(**roles), tmp_path_factory.mktemp("chart") / "store", progress=False)


@pytest.fixture(scope="module")
def serve(store, tmp_path_factory):
    pytest.importorskip("voila")
    from cxkit.faces import app

    def served(before):
        path, cells = (
            tmp_path_factory.mktemp("notebook") / "charts.ipynb",
            [cell.replace("{before}", before) for cell in CELLS],
        )
        return app.serving(store, notebooks=[written(path, "store = ''", *cells)])

    return served


@pytest.fixture(scope="module")
def address(serve):
    with serve("") as server:
        yield server.address


@pytest.fixture(scope="module")
def address_without(serve):
    with serve("vega.bundle = lambda: None\n") as server:
        yield server.address


@pytest.fixture
def visit(browser):
    """Opens pages; at the end none may have failed, asked elsewhere or run what the log says."""
    visited = []

    def opened(address, **words):
        page = browser.new_context(viewport={"width": 1280, "height": 1400}, color_scheme="light", **words).new_page()
        page.wrong, page.sent, page.received = [], [], []
        page.on("pageerror", lambda error: page.wrong.append(str(error)))
        page.on("console", lambda said: said.type == "error" and page.wrong.append(f"{said.text} {said.location}"))
        ours = (place_of(address), "data:", "blob:", "about:")
        page.on("request", lambda request: request.url.startswith(ours) or page.wrong.append(request.url))
        page.on("websocket", lambda socket: socket.on("framesent", lambda data: page.sent.append(str(data))))
        page.on("websocket", lambda socket: socket.on("framereceived", lambda data: page.received.append(str(data))))
        page.add_init_script(WATCH)
        page.goto(opening(address, "voila/render/charts.ipynb"))
        visited.append(page)
        return page

    yield opened
    for page in visited:
        assert page.wrong == []
        assert page.evaluate("owned") == 0
        page.goto("about:blank")
        page.context.close()


@pytest.fixture
def page(visit, address):
    page = visit(address)
    complete(page, f"{LIVE} svg")
    return page


def complete(page, charts):
    """Wait until the page has both charts and its filter bar, so that nothing moves any more."""
    there = "(charts) => document.querySelectorAll(charts).length === 2 && document.querySelector('.cxw-tools strong')"
    page.wait_for_function(there, arg=charts)


def bar(page, key):
    return page.locator(f'[data-key="{key}"]')


def middle(page, key):
    box = bar(page, key).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def pressed(page):
    return page.locator(f"{BARS}[aria-pressed=true]").evaluate_all("(bars) => bars.map((bar) => bar.dataset.key)")


def asked(page):
    """How often the page asked for a change."""
    told = ('"do":"seen"', '"do":"alive"')
    return sum('"do"' in said and not any(word in said for word in told) for said in page.sent)


@pytest.mark.browser
def test_two_charts_fetch_and_run_one_library(page):
    assert page.evaluate("loads") == 1
    assert sum(vega.EXPORTS.partition("{")[0] in frame for frame in page.received) == 1


@pytest.mark.browser
def test_without_a_library_the_picture_stays_and_works(visit, address, address_without, store):
    live, still = visit(address), visit(address_without)
    complete(live, f"{LIVE} svg")
    complete(still, ".cxw-body > svg")
    assert still.locator(LIVE).count() == 0
    assert live.locator(BARS).evaluate_all(DRAWN) == still.locator(BARS).evaluate_all(DRAWN)
    look = "(svg) => [svg.clientWidth, svg.clientHeight, svg.querySelector('.background').getBoundingClientRect().x]"
    alive, stands = (page.locator("svg:has(.cxw-plot)").evaluate(look) for page in (live, still))
    assert alive == pytest.approx(stands, abs=1)  # a pixel: without a canvas the width of labels is estimated
    assert live.locator(".cxw-body").nth(2).inner_text() == still.locator(".cxw-body").nth(2).inner_text()
    still.mouse.move(*middle(still, DAYS[0]))
    still.mouse.down()
    still.mouse.move(*middle(still, DAYS[2]), steps=4)
    still.mouse.up()
    kept(still, store.keep(w.lasts(at_least="2d") & ~w.lasts(at_least="5d")))


@pytest.mark.browser
def test_a_drag_keeps_a_range_of_whole_bars(page, store):
    page.mouse.move(*middle(page, DAYS[2]))
    page.mouse.down()
    assert page.locator(".cxw-brush").is_hidden()
    x, y = middle(page, DAYS[0])
    page.mouse.move(x + 5, y - 60, steps=5)
    outline = page.locator(".cxw-brush").bounding_box()
    first, last = (bar(page, key).bounding_box() for key in (DAYS[0], DAYS[2]))
    assert outline["x"] == pytest.approx(first["x"], abs=10)
    assert outline["x"] + outline["width"] == pytest.approx(last["x"] + last["width"], abs=10)
    assert asked(page) == 0
    page.mouse.up()
    kept(page, store.keep(w.lasts(at_least="2d") & ~w.lasts(at_least="5d")))
    assert pressed(page) == DAYS[:3]
    assert asked(page) == 1
    assert page.locator(".cxw-brush").is_hidden()
    page.mouse.down()
    page.mouse.move(*middle(page, DAYS[3]), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert pressed(page) == DAYS[:3]
    assert asked(page) == 1


@pytest.mark.browser
def test_a_click_chooses_and_a_second_one_takes_back(page, store):
    bar(page, DAYS[1]).click()
    kept(page, store.keep(w.lasts(at_least="3d") & ~w.lasts(at_least="4d")))
    faded = page.locator(BARS).evaluate_all("(bars) => bars.map((bar) => getComputedStyle(bar).opacity)")
    assert faded.count("1") == 1
    assert len(set(faded)) == 2
    bar(page, DAYS[3]).click(modifiers=["Shift"])
    kept(page, store.keep(w.lasts(at_least="3d") & ~w.lasts(at_least="7d")))
    assert pressed(page) == DAYS[1:]
    bar(page, DAYS[2]).click()
    kept(page, store.keep(w.lasts(at_least="4d") & ~w.lasts(at_least="5d")))
    bar(page, DAYS[2]).click()
    kept(page, store)


@pytest.mark.browser
def test_the_keys_do_what_the_pointer_does(page, store):
    def focused():
        return page.evaluate("document.activeElement.dataset.key")

    page.get_by_role("button", name="+ Filter").focus()
    page.keyboard.press("Tab")
    assert focused() == page.locator(BARS).first.get_attribute("data-key")
    for key in ("End", "ArrowLeft", "ArrowLeft", "ArrowLeft"):
        page.keyboard.press(key)
    assert focused() == DAYS[0]
    assert page.locator(".cxw-brush").is_hidden()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert focused() == DAYS[2]
    assert page.locator(".cxw-brush").is_visible()
    assert asked(page) == 0
    page.keyboard.press("Enter")
    kept(page, store.keep(w.lasts(at_least="2d") & ~w.lasts(at_least="5d")))
    assert pressed(page) == DAYS[:3]
    assert focused() == DAYS[2]
    assert page.locator(".cxw-brush").is_hidden()
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Escape")
    assert pressed(page) == DAYS[:3]
    assert page.locator(".cxw-brush").is_hidden()
    page.keyboard.press("Escape")
    kept(page, store)
    page.keyboard.press("Space")
    kept(page, store.keep(w.lasts(at_least="3d") & ~w.lasts(at_least="4d")))


@pytest.mark.browser
def test_the_chart_follows_the_theme_as_it_stands(page):
    colour = "(bar) => [getComputedStyle(bar).fill, getComputedStyle(bar.ownerSVGElement).backgroundColor]"
    shown = bar(page, DAYS[0]).element_handle()
    light = shown.evaluate(colour)
    page.get_by_role("button", name="Dark").click()
    dark = shown.evaluate(colour)
    page.get_by_role("button", name="Light").click()
    assert shown.evaluate(colour) == light
    assert dark[0] != light[0]
    assert dark[1] == "rgb(20, 27, 35)"


@pytest.mark.browser
def test_the_chart_is_never_gone_while_the_next_one_is_drawn(page, store):
    page.evaluate(FRAMES)
    facet(page, "Duration")
    page.get_by_role("spinbutton", name="at least").fill("2")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    these = store.keep(w.lasts(at_least="2d"))
    kept(page, these)
    bar(page, page.locator(BARS).first.get_attribute("data-key")).wait_for()
    page.wait_for_function(f"document.querySelectorAll('{BARS}').length === 4")
    for name in ("Undo", "Redo", "Undo", "Redo"):
        page.get_by_role("button", name=name).click()
    kept(page, these)
    page.wait_for_function(f"document.querySelectorAll('{BARS}').length === 4")
    labels = page.locator(BARS).evaluate_all("(bars) => bars.map((bar) => bar.getAttribute('aria-label'))")
    table = [row for row in these.durations().table.to_pylist() if row["count"]]
    assert [int(label.split(", ")[1].split(" ")[0]) for label in labels] == [row["count"] for row in table]
    assert page.evaluate("window.frames.length") > 5
    assert page.evaluate("window.frames.every(Boolean)")
    assert page.locator(".cxw-drawing").count() == 0


@pytest.mark.browser
def test_a_tooltip_says_names_and_runs_none(page):
    page.locator(f"{LIVE} .mark-symbol path").first.hover()
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert "onerror" in tip.inner_text() or "<script>" in tip.inner_text()
    assert tip.locator("img, script").count() == 0
