"""A real log of half a million events on the board in the app: a click, and every panel says what the library says."""

from __future__ import annotations

import pytest
from support.serving import agrees, answers, open_app, panel, settled, watched

import cxkit as cx
from cxkit import where as w

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
CREDIT = "Send for Credit Collection"


@pytest.fixture(scope="module")
def fines(shared, tmp_path_factory):
    log = cx.read(shared / "traffic_fines" / "traffic_fines_full.parquet").roles(journey="case_id", activity="activity")
    return cx.prepare(log, tmp_path_factory.mktemp("fines") / "store", progress=False)


@pytest.fixture(scope="module")
def tab(fines, browser):
    with app.serving(fines) as server, watched(browser, server.address) as page:
        open_app(page, server.address, "03_see_the_journey.ipynb")
        yield page


@pytest.fixture(scope="module")
def by(tab):
    """The attribute that the page counts by: one with many values."""
    panel(tab, "Segments").get_by_role("combobox").select_option("article")
    return "article"


def test_a_click_changes_every_panel_to_exactly_what_keep_gives(tab, fines, by):
    assert fines.manifest.counts["events"] == 561_470
    agrees(tab, answers(lambda _: fines, by))
    tab.locator(f'.cx-node[data-activity="{fines.selection.star.codes[CREDIT]}"]').click()
    kept = fines.keep(w.contains(CREDIT))
    settled(tab, kept, [w.contains(CREDIT)])
    agrees(tab, answers(lambda _: kept, by))
    assert 0 < kept.n.journeys < fines.n.journeys


def test_the_clause_that_was_clicked_is_taken_back_by_undo(tab, fines, by):
    tab.get_by_role("button", name="Undo").click()
    settled(tab, fines, [])
    agrees(tab, answers(lambda _: fines, by))


def test_clicks_in_a_hurry_end_where_slow_ones_do(tab, fines, by):
    names = ("Payment", "Add penalty", "Insert Fine Notification", "Send Fine", CREDIT)
    for name in names:
        tab.locator(f'.cx-node[data-activity="{fines.selection.star.codes[name]}"]').dispatch_event("click")
    kept = fines.keep(w.contains(CREDIT))
    settled(tab, kept, [w.contains(CREDIT)])
    for _ in names:
        tab.get_by_role("button", name="Undo").dispatch_event("click")
    tab.get_by_role("button", name="Redo").dispatch_event("click")
    kept = fines.keep(w.contains(names[0]))
    settled(tab, kept, [w.contains(names[0])])
    agrees(tab, answers(lambda _: kept, by))


def test_a_clause_that_a_panel_made_may_become_another(tab, fines):
    tab.get_by_role("button", name="Clear").click()
    settled(tab, fines, [])
    tab.locator(f'.cx-node[data-activity="{fines.selection.star.codes[CREDIT]}"]').click()
    settled(tab, fines.keep(w.contains(CREDIT)), [w.contains(CREDIT)])
    tab.get_by_role("button", name="Edit: ").click()
    values = panel(tab, "Filters").get_by_role("group", name="Values")
    other = values.locator(".cxw-row", has=tab.get_by_text("Payment", exact=True)).locator("input")
    assert not other.is_checked()
    values.locator(".cxw-row", has=tab.get_by_text(CREDIT, exact=True)).locator("input:checked").click()
    settled(tab, fines, [])
    other.click()
    settled(tab, fines.keep(w.contains("Payment")), [w.contains("Payment")])
    tab.keyboard.press("Escape")
    assert tab.locator(".cxw-panel[data-status=failed]").count() == 0


def test_undo_marks_no_value_of_another_attribute(tab, fines):
    tab.get_by_role("button", name="Clear").click()
    settled(tab, fines, [])
    choice = panel(tab, "Segments").get_by_role("combobox")
    bar = panel(tab, "Segments").locator('.cx-bar:has(title:text-matches("^.missing.: "))')
    choice.select_option("lastsent")
    bar.click()
    missing = w.attribute("lastsent", missing=True)
    settled(tab, fines.keep(missing), [missing])
    choice.select_option("notificationtype")
    settled(tab, fines, [])
    tab.get_by_role("button", name="Undo").click()
    settled(tab, fines.keep(missing), [missing])
    assert (bar.get_attribute("aria-pressed") == "true") == (choice.input_value() == "lastsent")
