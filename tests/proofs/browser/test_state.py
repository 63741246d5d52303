"""What is shown outlives its page: in the address, under a name, as a file; in a real browser."""

from __future__ import annotations

import re

import pytest
from support.serving import CLIPBOARD, SLOW, open_app, panel, settled, until, watched

from cxkit import where as w
from cxwidgets.keeping.documents import packed

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
JOURNEY, DATA = "03_see_the_journey.ipynb", "01_bring_your_data.ipynb"
CALL, PLAN = w.contains("Call"), w.attribute("plan", "plus")


@pytest.fixture(scope="module")
def server(toy):
    with app.serving(toy) as running:
        yield running


@pytest.fixture
def page(browser, server):
    """A page that will be left and come back to; one that is left while it asks something complains of it."""
    with watched(browser, server.address, console=False, **CLIPBOARD) as tab:
        open_app(tab, server.address, JOURNEY)
        yield tab


def shows(page, toy, *clauses):
    page.locator(".cxw-tools strong").wait_for(timeout=SLOW)
    settled(page, toy.keep(*clauses) if clauses else toy, clauses)


def click(page, toy, activity):
    page.locator(f'.cx-node[data-activity="{toy.selection.star.codes[activity]}"]').click()


def said(page):
    return panel(page, "Filters").locator(".cxw-said").inner_text()


# ---- the address -----------------------------------------------------------------------------------------------------


def test_reload_back_forward_other_pages_and_a_copied_link_show_the_same(page, browser, server, toy):
    first = page.url
    click(page, toy, "Call")
    shows(page, toy, CALL)
    page.locator(f".cx-bar[data-key='{PLAN.key}'] rect").first.click()
    shows(page, toy, CALL, PLAN)
    until(lambda: {"said": page.url != first}, {"said": True})
    link = page.url
    assert re.search(r"#s=toy&r=[\w-]+$", link)
    page.reload()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    page.go_back()
    shows(page, toy, CALL)
    page.go_back()
    shows(page, toy)
    page.go_forward()
    page.go_forward()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    page.locator(".cx-book a", has_text="Bring your data").click()
    page.wait_for_url(f"**/{DATA}#**")
    page.locator(".cxi").wait_for()
    page.locator(".cx-book a", has_text="See the journey").click()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    with watched(browser, server.address) as other:
        other.goto(link)
        shows(other, toy, CALL, PLAN)


def test_undo_is_a_change_like_any_other_and_a_jump_within_the_page_is_none(page, toy):
    click(page, toy, "Call")
    shows(page, toy, CALL)
    chosen = page.url
    page.get_by_role("button", name="Undo").click()
    shows(page, toy)
    page.go_back()
    shows(page, toy, CALL)
    assert page.url == chosen
    page.locator(".cx-skip").focus()
    page.keyboard.press("Enter")
    until(lambda: {"url": page.url}, {"url": chosen})
    shows(page, toy, CALL)


@pytest.mark.parametrize(
    "hash",
    [
        "r=%3Cscript%3Ewindow.owned=1%3C/script%3E",
        "r=" + "A" * 100_000,
        "s=..%2F..%2Fetc&r=",
        "r=" + packed({"board": 1, "clauses": {"process_map": w.contains("<img src=x onerror=owned=1>").to_json()}}),
    ],
    ids=["a script", "too long", "a path", "stale"],
)
def test_a_hostile_or_stale_link_is_one_line_and_all_journeys(browser, server, toy, hash):
    with watched(browser, server.address) as page:
        page.goto(f"{server.address}voila/render/{JOURNEY}#{hash}")
        panel(page, "Filters").wait_for()
        until(lambda: {"line": said(page).startswith("This link does not fit")}, {"line": True})
        assert said(page).endswith("All journeys are shown.")
        shows(page, toy)
        assert "#" not in page.url
        click(page, toy, "Call")
        shows(page, toy, CALL)
        assert said(page) == ""
