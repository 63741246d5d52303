"""The forms for steps and ways in a real browser: what is written is counted, refused at its character, or kept."""

from __future__ import annotations

import pytest
from support.serving import SLOW, facet, watched

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import app


@pytest.fixture(scope="module")
def toy_page(browser):
    pytest.importorskip("voila")
    pages = [places.notebooks() / "04_explore.ipynb"]
    with app.serving(cx.toy_journeys(), notebooks=pages) as server, watched(browser, server.address) as page:
        page.goto(server.address)
        page.locator(".cxw-map .cx-node").first.wait_for(timeout=SLOW)
        yield page


def kept(page, toy, *clauses):
    journeys = toy.keep(*clauses).n.journeys
    page.locator(".cxw-strip strong", has_text=f"{journeys} of 12 journeys").wait_for(timeout=SLOW)


def test_a_way_is_counted_refused_at_its_character_and_kept(toy_page, toy):
    page = toy_page
    facet(page, "Way taken")
    way, keep = page.get_by_label("The way"), page.get_by_role("button", name="Keep these")
    way.press_sequentially("Order ~> Cal")
    page.locator(".cxw-wrong", has_text='Closest: "Call"').wait_for()
    assert page.locator(".cxw-wrong pre").inner_text() == "Order ~> Cal\n         ^^^"
    assert keep.is_disabled()
    way.press_sequentially("l{2,}")
    page.locator(".cxw-count", has_text="1 of 12 journeys (8.3%)").wait_for()
    assert (way.input_value(), page.locator(".cxw-wrong").inner_text()) == ("Order ~> Call{2,}", "")
    way.press("Enter")
    kept(page, toy, w.pattern("Order ~> Call{2,}"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Edit: goes").click()
    page.locator(".cxw-count", has_text="1 of 12").wait_for()
    assert page.get_by_label("The way").input_value() == "Order ~> Call{2,}"
    page.get_by_label("The way").fill("Ship -> Deliver$")
    page.locator(".cxw-count", has_text="5 of 12").wait_for()
    keep.click()
    kept(page, toy, w.pattern("Ship -> Deliver$"))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()


WRITTEN = {
    "Two steps in order": (
        {"first": "Pay", "then": "Ship", "comes": "never later"}, {}, w.follows("Pay", "Ship", never=True)
    ),
    "Time between two steps": (
        {"first": "Order", "then": "Ship"}, {"at least": "2"}, w.takes("Order", "Ship", at_least="2d")
    ),
    "Repeated steps": ({"step": "Call", "how": "in a row"}, {"at least": "2"}, w.repeats("Call", how="in a row")),
    "First and last step": (
        {"first step": ["Order"], "last step so far": ["Pay", "Ship"]}, {}, w.endpoints("Order", ["Pay", "Ship"])
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_chosen_in_a_form_is_kept(toy_page, toy, name):
    page, (choices, numbers, clause) = toy_page, WRITTEN[name]
    facet(page, name)
    form = page.locator(".cxw-facet")
    for label, value in choices.items():
        form.get_by_label(label, exact=True).select_option(value)
    for label, value in numbers.items():
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_role("button", name="Keep these").click()
    kept(page, toy, clause)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()
    page.locator(".cxw-strip strong", has_text="12 journeys").wait_for(timeout=SLOW)
