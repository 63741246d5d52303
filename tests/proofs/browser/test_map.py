"""The map in a real browser: clicks, sliders, keyboard, card, zoom; its numbers are those of the library."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from support.notebooks import written
from support.serving import SLOW, open_app, panel, settled, until, watched

import cxkit as cx
from cxkit import where as w

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
SOURCE = 'import cxkit as cx\nfrom cxwidgets import Board\nBoard(cx.open()).show("process_map", "journeys")'
MOVES = """map => Object.fromEntries([...map.querySelectorAll(".cx-move")].map(({ dataset: d }) =>
    [`${d.source} ${d.target}`, Number(d.count)]))"""
FADED = "map => [...map.querySelectorAll('.cx-node')].filter(node => getComputedStyle(node).opacity < 0.5).length"


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """The first faults of the sample as a store of their own."""
    import pandas as pd

    from cxkit import places

    events = pd.read_parquet(places.sample() / "events.parquet")
    events = events[(events["kind"] == "fault") & (events["time"] < "2025-05-01")][["journey", "activity", "time"]]
    return cx.prepare(cx.read(events), tmp_path_factory.mktemp("faults") / "store", progress=False)


@pytest.fixture(scope="module")
def server(faults, tmp_path_factory):
    path = written(tmp_path_factory.mktemp("map") / "map.ipynb", SOURCE.replace("cx.open()", opened(faults)))
    with app.serving(faults, notebooks=[path]) as serving:
        yield serving


def opened(journeys):
    return f"cx.open({str(journeys.folder)!r})"


@pytest.fixture(scope="module")
def tab(server, browser):
    with watched(browser, server.address, cards=True, viewport={"width": 1280, "height": 800}) as page:
        open_app(page, server.address, "map.ipynb")
        yield page


@pytest.fixture
def chart(tab, faults):
    """The panel with nothing chosen and no card open."""
    found = panel(tab, "Process map")
    found.locator(".cx-canvas").wait_for(timeout=SLOW)
    yield found
    if found.locator(".cxw-close").is_visible():
        found.locator(".cxw-close").click()
    clear = tab.get_by_role("button", name="Clear")
    if clear.count() and clear.is_enabled():
        clear.click()
        settled(tab, faults, [])


def code(journeys, name):
    return journeys.selection.star.codes[name]


def node(chart, journeys, name):
    return chart.locator(f'.cx-node[data-activity="{code(journeys, name)}"]')


def agrees(chart, journeys):
    """The drawn moves have the counts of the library, and there are some."""
    every = {f"{row['source']} {row['target']}": row["count"] for row in journeys.process_map().table.to_pylist()}

    def read():
        moves = chart.locator(".cx-map").evaluate(MOVES)
        return {"moves": {**every, **moves} if moves else {}}

    until(read, {"moves": every})


def test_a_click_draws_the_map_of_what_it_keeps(tab, chart, faults):
    agrees(chart, faults)
    before = chart.locator(".cx-map").evaluate(MOVES)
    node(chart, faults, "Technician visit").click()
    kept = faults.keep(w.contains("Technician visit"))
    settled(tab, kept, [w.contains("Technician visit")])
    agrees(chart, kept)
    assert chart.locator(".cx-map").evaluate(MOVES) != before
    expect(node(chart, faults, "Technician visit")).to_have_attribute("aria-pressed", "true")


def test_the_card_says_and_acts(tab, chart, faults):
    node(chart, faults, "Line test").click()
    kept = faults.keep(w.contains("Line test"))
    settled(tab, kept, [w.contains("Line test")])
    card = chart.locator(".cxw-card")
    expect(card.locator("header strong")).to_have_text("Line test")
    visits = kept.activities().df().set_index("activity").loc["Line test", "count"]
    expect(card.locator("dd").first).to_have_text(f"{visits:,}")
    card.get_by_role("button", name="Without these").click()
    settled(tab, faults.drop(w.contains("Line test")), [~w.contains("Line test")])
    agrees(chart, faults.drop(w.contains("Line test")))
    card.get_by_role("button", name="Only these").click()
    settled(tab, kept, [w.contains("Line test")])
    card.get_by_role("button", name="Hide").click()
    hidden = faults.hide("Line test")
    settled(tab, hidden, [])
    agrees(chart, hidden)
    assert node(chart, faults, "Line test").count() == 0
    tab.get_by_role("button", name="Undo").click()
    settled(tab, kept, [w.contains("Line test")])


def test_sliders_ask_for_another_layout(tab, chart, faults):
    few = chart.locator(".cx-move").count()
    chart.get_by_label("Moves", exact=True).fill("60")
    expect(chart.locator(".cx-move")).not_to_have_count(few)
    agrees(chart, faults)
    assert chart.locator(".cx-move").count() > few
    chart.get_by_label("Activities", exact=True).fill("4")
    expect(chart.locator(".cx-canvas")).not_to_have_attribute("data-moves", "60")
    chart.get_by_label("Figure at the lines").select_option("median")
    expect(chart.locator(".cx-legend").last).to_contain_text("median time")
    chart.get_by_label("Figure at the lines").select_option("times")
    chart.get_by_role("button", name="Usual").click()
    expect(chart.locator(".cx-move")).to_have_count(few)


def test_a_named_activity_is_shown(tab, chart, faults):
    rare = faults.activities().df()["activity"].iloc[-1]
    assert node(chart, faults, rare).count() == 0
    chart.get_by_label("Show activity", exact=True).fill(rare)
    tab.keyboard.press("Enter")
    expect(node(chart, faults, rare)).to_have_count(1)
    chart.get_by_role("button", name=f"No longer show {rare}").click()
    expect(node(chart, faults, rare)).to_have_count(0)


def test_it_is_walked_by_keyboard_from_one_stop(tab, chart, faults):
    stops = chart.locator('.cx-map [tabindex="0"]')
    expect(stops).to_have_count(1)
    stops.focus()
    held = "() => ({ ...document.activeElement.dataset })"
    first = tab.evaluate(held)
    tab.keyboard.press("ArrowDown")
    move = tab.evaluate(held)
    assert move["source"] == first["activity"]
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate(held)["activity"] == move["target"]
    tab.keyboard.press("ArrowUp")
    assert tab.evaluate(held)["target"] == move["target"]
    expect(stops).to_have_count(1)
    name = faults.selection.star.names[int(move["target"])]
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    settled(tab, faults.keep(w.contains(name)), [w.contains(name)])
    expect(chart.locator(".cxw-card")).to_be_visible()
    tab.keyboard.press("Escape")
    expect(chart.locator(".cxw-card")).to_be_hidden()
    tab.keyboard.press("Escape")
    assert tab.evaluate("() => document.activeElement.closest('.cxw-tools') !== null")


def test_zoom_overview_neighbours_and_fit(tab, chart, faults):
    graph, overview = chart.locator(".cx-map"), chart.locator(".cxw-minimap")
    placed = graph.get_attribute("transform")
    expect(overview).to_be_hidden()
    for _ in range(3):
        chart.get_by_role("button", name="Zoom in").click()
    expect(overview).to_be_visible()
    assert graph.get_attribute("transform") != placed
    overview.click(position={"x": 20, "y": 20})
    chart.get_by_role("button", name="Show all of the map").click()
    expect(overview).to_be_hidden()
    frame, box = chart.locator(".cxw-body").bounding_box(), graph.bounding_box()
    assert frame["x"] <= box["x"]
    assert box["x"] + box["width"] <= frame["x"] + frame["width"]
    node(chart, faults, "Fault reported").hover()
    tab.wait_for_timeout(400)
    assert 0 < graph.evaluate(FADED) < chart.locator(".cx-node").count()


def test_boxes_move_to_their_new_places_unless_no_motion_is_wanted(tab, chart, faults):
    watch = """() => {
        window.moved = 0;
        const moved = (list) => (window.moved += list.filter(({ target }) => target.matches(".cx-node")).length);
        window.spy = new MutationObserver(moved);
        window.spy.observe(document.body, { subtree: true, attributes: true, attributeFilter: ["transform"] });
    }"""
    for motion, moves in (("no-preference", True), ("reduce", False)):
        tab.emulate_media(reduced_motion=motion)
        tab.evaluate(watch)
        node(chart, faults, "Technician visit").dispatch_event("click")
        settled(tab, faults.keep(w.contains("Technician visit")), [w.contains("Technician visit")])
        tab.wait_for_timeout(600)
        assert (tab.evaluate("window.moved") > 0) == moves
        tab.evaluate("window.spy.disconnect()")
        tab.keyboard.press("Escape")
        tab.get_by_role("button", name="Undo").click()
        settled(tab, faults, [])
        expect(chart.locator(".cxw-moving")).to_have_count(0)
        tab.wait_for_timeout(600)
    tab.emulate_media(reduced_motion="no-preference")
