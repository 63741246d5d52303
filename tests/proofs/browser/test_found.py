"""A payment method that is broken for three weeks, and a device that fails at one step: found with clicks only.

The steps, as a client would write them down. The weeks: open the tab Time; let "What changed?" look by method; it asks
about the goal rate of "card" from 29 July to 18 August; a click on the question keeps these journeys. The device: open
the tab Steps; let the funnel look by device; at "Pay" the bar of "tablet" ends before the intervals of the others
begin; a click on its pale end keeps those who fell out there.
"""

from __future__ import annotations

import pytest
from support import broken
from support.serving import SLOW, watched

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import app

PAGE = "04_explore.ipynb"
CLICK = """(panel, words) => {
    const said = (mark) => mark.querySelector("title")?.textContent ?? "";
    const mark = [...panel.querySelectorAll("[data-key]")].find((mark) => words.every((word) => said(mark).includes(word)));
    mark.dispatchEvent(new MouseEvent("click", { bubbles: true }));
}"""  # noqa: E501


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    return broken.store(tmp_path_factory.mktemp("found") / "store", seed=1)


@pytest.fixture(scope="module")
def server(shop):
    pytest.importorskip("voila")
    with app.serving(shop, notebooks=[places.notebooks() / PAGE]) as started:
        yield started.address


def kept(page, count):
    page.wait_for_function(
        "said => document.querySelector('.cxw-strip strong')?.textContent.startsWith(said)", arg=count, timeout=SLOW
    )


@pytest.mark.browser
def test_both_are_found_with_clicks_only(server, browser, shop):
    with watched(browser, server, viewport={"width": 1280, "height": 800}) as page:
        page.goto(server)
        page.locator(".cxw-bar [role=tab]").first.wait_for(timeout=SLOW)
        page.locator(".cxw-bar [role=tab][value=time]").click()
        changes = page.locator(".cxw-on-time > .cxw-change_points")
        changes.locator("select").select_option("method", timeout=SLOW)
        asked = changes.locator("svg text", has_text="29 Jul")
        asked.first.wait_for(timeout=SLOW)
        assert "card" in changes.inner_text()
        changes.evaluate(CLICK, ["29 Jul 2024", "card"])
        cards = w.attribute("method", "card") & w.during("2024-W31", "2024-W33", how="started")
        kept(page, f"{shop.keep(cards).n.journeys} of")
        page.get_by_label("Undo").click()

        page.locator(".cxw-bar [role=tab][value=steps]").click()
        page.locator(".cxw-asked [role=tab]", has_text="How far").click()
        funnel = page.locator(".cxw-on-steps > .cxw-funnel")
        funnel.locator("label select").select_option("device", timeout=SLOW)
        funnel.locator(".cx-sure").first.wait_for(state="attached", timeout=SLOW)
        rows = shop.funnel(by="device").table.to_pylist()
        pays = {row["segment"]: row for row in rows if row["name"] == "Pay"}
        others = min(row["share_low"] for name, row in pays.items() if name != "tablet")
        assert pays["tablet"]["share_high"] < others, "plain beside the intervals"
        fell = next(row for row in rows if (row["segment"], row["name"]) == ("tablet", "Choose slot"))
        funnel.evaluate(CLICK, ["Choose slot:", "fell out", f"{fell['fell_out']:,}"])
        kept(page, f"{fell['fell_out']:,} of")
        assert cx.open(shop.folder).n == shop.n
