"""The panels in a real browser: a notebook of panels, served by Voila, clicked in Chromium."""

from __future__ import annotations

import random
import socket
import subprocess
import sys
import time
from urllib.request import urlopen

import pytest
from support.notebooks import written
from support.serving import facet, kept

import cxkit as cx
from cxkit import where as w

CELLS = ["import cxkit as cx", "from cxwidgets import Board", "board = Board(cx.open({store!r})).show()", "board"]


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """The toy log with hostile names, so that every panel shows them."""
    table = cx.toy_table().to_pandas()
    table["step"] = table["step"].replace({"Call": "<script>window.owned = 1</script>"})
    table["order"] = table["order"].replace({"A01": "<img src=x onerror='window.owned = 1'>"})
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    return cx.prepare(cx.read(table).roles(**roles), tmp_path_factory.mktemp("panels") / "store", progress=False)


@pytest.fixture(scope="module")
def address(store, tmp_path_factory):
    pytest.importorskip("voila")
    folder = tmp_path_factory.mktemp("voila")
    source = "\n".join(CELLS).format(store=str(store.folder))
    written(folder / "board.ipynb", source)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(folder / "board.ipynb"), "--no-browser", f"--port={port}"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    _wait_for(f"{base}/voila/static/voila.js")
    yield base
    server.terminate()
    server.wait(20)


def _wait_for(url):
    for _ in range(600):
        try:
            return urlopen(url, timeout=5).status
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


@pytest.fixture
def page(address, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 2400})
    tab, errors = context.new_page(), []
    tab.route("**/*", lambda route: route.continue_() if route.request.url.startswith(address) else route.abort())
    tab.add_locator_handler(tab.locator(".cxw-card .cxw-close").first, lambda close: close.click())
    tab.on("pageerror", lambda error: errors.append(str(error)))
    tab.goto(address)
    tab.wait_for_selector(".cxw-panel .cx-variant")
    yield tab
    assert tab.evaluate("window.owned") is None
    context.close()
    assert errors == []


@pytest.mark.browser
def test_a_click_is_a_filter_in_every_panel(page, store):
    code = store.selection.star.codes["Cancel"]
    page.locator(f'.cx-node[data-activity="{code}"]').click()
    these = store.keep(w.contains("Cancel"))
    kept(page, these)
    rows = page.locator(".cxw-panel tbody tr")
    assert [row.split("\t")[0] for row in rows.all_inner_texts()] == these.journeys().df()["journey"].tolist()
    assert page.locator(".cx-variant").count() == len(these.variants().table)
    assert page.locator(".cxw-chip").inner_text().startswith('visits "Cancel"')


@pytest.mark.browser
def test_keyboard_undo_and_the_form(page, store):
    page.locator('.cx-variant[data-variant="1"]').press("Enter")
    kept(page, store.keep(w.variant_rank(at_most=1)))
    page.get_by_role("button", name="Undo").click()
    kept(page, store)
    facet(page, "Duration")
    page.get_by_role("spinbutton", name="at least").fill("1")
    page.keyboard.press("Tab")
    kept(page, store.keep(w.lasts(at_least="1d")))
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Turn round").click()
    kept(page, store.drop(w.lasts(at_least="1d")))
    facet(page, "Steps taken")
    page.get_by_role("searchbox", name="Find a property").fill("xyz")
    assert page.locator(".cxw-names button:visible").count() == 0


@pytest.mark.browser
def test_from_a_variant_to_its_journeys_and_the_events_of_one(page, store):
    page.locator('.cx-variant[data-variant="1"]').click()
    these = store.keep(w.variant_rank(at_most=1))
    kept(page, these)
    box = page.locator('.cxw-panel[aria-label="Variants"]')
    box.get_by_role("button", name=f"List these {these.n.journeys} journeys").click()
    box.get_by_role("button", name="Back to the variants").wait_for()
    names = these.journeys().df()["journey"].tolist()
    assert box.locator("tbody tr td:first-child").all_inner_texts() == names
    box.get_by_role("button", name=names[1], exact=True).click()
    box.get_by_role("button", name="Back to the journeys").click()
    box.get_by_role("button", name="Back to the variants").click()
    page.locator('.cx-variant[data-variant="1"][aria-pressed=true]').wait_for()


@pytest.mark.browser
def test_a_journey_opens_to_its_events(page, store):
    page.get_by_role("button", name="A06").click()
    page.get_by_role("button", name="Back to the journeys").wait_for()
    assert page.locator(".cxw-panel .cx-note").last.inner_text().endswith("5 events of one journey.")
    said = page.locator(".cxw-panel tbody tr").all_inner_texts()
    assert [row.split("\t")[2] for row in said] == store.events(journey="A06").df()["activity"].tolist()


@pytest.mark.browser
def test_random_clicks_agree_with_the_library(page, store):
    names, chance = store.selection.star.names, random.Random(7)
    for _ in range(8):
        code = chance.randrange(len(names))
        node = page.locator(f'.cx-node[data-activity="{code}"]')
        if not node.count():
            continue
        pressed = node.get_attribute("aria-pressed") == "true"
        node.click()
        kept(page, store if pressed else store.keep(w.contains(names[code])))
