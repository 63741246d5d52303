"""What stands out, in a real browser: a finding opens its journeys, a row its diary, and a bet is placed and scored."""

from __future__ import annotations

import pytest
from support.serving import SLOW, panel, watched

import cxkit as cx
from cxkit import places
from cxkit.faces import app

PAGE = "04_explore.ipynb"


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    return cx.prepare(log, tmp_path_factory.mktemp("shop"), progress=False)


@pytest.fixture
def page(shop, browser):
    pytest.importorskip("voila")
    size = {"viewport": {"width": 1280, "height": 800}}
    with (
        app.serving(shop, notebooks=[places.notebooks() / PAGE]) as started,
        watched(browser, started.address, **size) as opened,
    ):
        opened.goto(started.address)
        opened.locator(".cxw-map .cx-node").first.wait_for(timeout=SLOW)
        yield opened


def test_findings_bets_and_the_line_at_the_foot(page, shop):
    line = page.locator("button.cxw-trust")
    assert line.inner_text() == shop.n.doubted().about(("time", "goals"), "").line
    line.click()
    page.locator(".cxw-doubts li").first.wait_for()
    page.keyboard.press("Escape")
    assert not page.locator(".cxw-doubts").is_visible()

    page.get_by_role("tab", name="Findings").click()
    memo = panel(page, "Memo")
    memo.locator(".cx-bar").first.wait_for(timeout=SLOW)
    rows = shop.memo().table.to_pylist()
    assert memo.locator(".cx-bar").count() == len(rows)
    opens = [row for row in rows if row["count"]]
    memo.locator(".cx-bar[data-key]").first.click()
    page.locator(".cxw-strip strong", has_text=f"{opens[0]['count']} of 12").wait_for(timeout=SLOW)

    bets = panel(page, "Bets")
    bets.get_by_label("What most journeys do twice or more").select_option("Call")
    bets.get_by_role("button", name="Place the bet").click()
    bets.locator("tbody tr").first.wait_for(timeout=SLOW)
    assert "100%" in bets.locator("tbody tr").first.inner_text()
    assert shop.bets().table["score"].to_pylist() == [1.0]

    page.locator(".cxw-toggle").click()
    page.locator(".cxw-drawer button.cxw-link").first.click()
    page.locator(".cxw-drawer .cx-item").first.wait_for(timeout=SLOW)
