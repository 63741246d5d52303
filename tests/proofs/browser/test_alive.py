"""A page never shows dead figures as live: what it says when kernel or server end, hang or are slow to come."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager

import nbformat
import psutil
import pytest
from support.serving import SLOW, cookie_of, until

from cxkit import places

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows"),
]
HOME = "03_see_the_journey.ipynb"
PAGE = f"voila/render/{HOME}"
MAP = ".cxw-panel .cx-node"
ENDED = "What computes this page has ended."
TABS = 12
SLEEP = """import time

handlers, naps = get_ipython().kernel.shell_handlers, [15]
opened = handlers["comm_open"]

def slowly(*message):
    while naps:
        time.sleep(naps.pop())
    return opened(*message)

handlers["comm_open"] = slowly"""  # asked for its panels the first time, the kernel is busy


@pytest.fixture(scope="module")
def server(toy):
    with app.serving(toy, notebooks=[places.notebooks() / HOME]) as running:
        yield running


@pytest.fixture
def opened(browser, server):
    """Opens pages in one window, as one person has them."""
    context = browser.new_context()

    def open_(path=PAGE, **words):
        page = context.new_page()
        page.goto(server.at(path), **words)
        return page

    yield open_
    for page in context.pages:
        page.goto("about:blank")
    context.close()


def alive(page, patience=SLOW):
    page.wait_for_selector(MAP, timeout=patience)
    page.wait_for_function("!document.querySelector('.cx-standing, [aria-busy=true]')")


def kernels(server):
    """The kernels of this server, by their ids."""
    below = psutil.Process(server.process.pid).children()
    words = {kernel: " ".join(kernel.cmdline()) for kernel in below if kernel.status() != psutil.STATUS_ZOMBIE}
    return {text.rpartition("kernel-")[2].partition(".json")[0]: kernel for kernel, text in words.items() if text}


def kernel_of(server, page):
    said = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    return kernels(server)[page.evaluate(said)]


def told(page, text, seconds=30):
    page.locator(".cx-gone", has_text=text).wait_for(timeout=seconds * 1_000)
    assert "grayscale" in page.locator("main").evaluate("main => getComputedStyle(main).filter")
    assert page.locator(MAP).first.is_visible()  # the figures stay readable


@pytest.mark.parametrize("end", ["killed", "ended"])
def test_a_kernel_that_is_gone_is_told_and_the_page_opens_again_where_it_was(opened, server, toy, end):
    page = opened()
    alive(page)
    page.locator(f'{MAP}[data-activity="{toy.selection.star.codes["Cancel"]}"]').click()
    page.locator(".cxw-chip", has_text="Cancel").wait_for()
    page.wait_for_function("location.hash")
    chosen = page.url
    if end == "killed":
        kernel_of(server, page).kill()
    else:
        page.evaluate("""() => {
            const { kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
            return fetch(`/voila/api/shutdown/${kernelId}`, { method: "POST" });
        }""")
    told(page, ENDED)
    assert "has ended or begun anew" in page.locator(".cxw-panel .cxw-said:visible").first.inner_text()
    page.get_by_role("button", name="Reopen at the same selection").click()
    alive(page)
    page.locator(".cxw-chip", has_text="Cancel").wait_for()
    assert page.url.partition("#")[2] == chosen.partition("#")[2]
    assert not page.locator(".cx-gone").is_visible()


def test_a_kernel_that_died_waiting_is_nobodys(opened, server):
    until(lambda: {"waiting": len(kernels(server))}, {"waiting": 1})
    next(iter(kernels(server).values())).kill()
    page = opened()
    alive(page)
    assert not page.locator(".cx-gone").is_visible()


def test_a_frozen_kernel_is_told_and_answers_when_it_can(opened, server, toy):
    page = opened()
    alive(page)
    kernel = kernel_of(server, page)
    kernel.suspend()
    page.locator(f'{MAP}[data-activity="{toy.selection.star.codes["Cancel"]}"]').click()
    page.locator(".cx-busy", has_text="Computing").wait_for(timeout=60_000)
    page.locator(".cx-busy", has_text="No answer for").wait_for(timeout=60_000)
    assert page.locator(".cx-busy").get_by_role("button", name="Reopen at the same selection").is_visible()
    kernel.resume()
    page.locator(".cxw-chip", has_text="Cancel").wait_for()
    page.locator(".cx-busy").wait_for(state="hidden")


def test_a_click_on_a_picture_is_kept_until_its_panel_is_there(opened, toy):
    page = opened("voila/static/voila.js")
    held = []
    page.route("**/voila.js", lambda route: held.append(route))
    page.goto(page.url.replace("voila/static/voila.js", PAGE), wait_until="commit")
    page.locator(f'.cx-standing .cx-node[data-activity="{toy.selection.star.codes["Cancel"]}"]').click()
    page.locator(".cx-busy", has_text="Your click is kept").wait_for()
    while not held:
        page.wait_for_timeout(50)
    held[0].continue_()
    page.locator(".cxw-chip", has_text="Cancel").wait_for()


def test_many_tabs_at_once_come_alive_and_answer(opened, toy):
    pages, broken = [opened("voila/static/voila.js") for _ in range(TABS)], []
    for page in pages:
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.evaluate(f"setTimeout(() => location.assign('/{PAGE}'))")
    for page in pages:
        page.wait_for_url(f"**/{PAGE}", wait_until="commit")
        alive(page, 3 * SLOW)  # as many kernels begin at once
    for page in pages:
        page.locator(f'{MAP}[data-activity="{toy.selection.star.codes["Cancel"]}"]').click()
    for page in pages:
        page.locator(".cxw-chip", has_text="Cancel").wait_for()
    assert broken == []
    assert [page.locator(".cx-gone:visible, .cx-busy:visible").count() for page in pages] == [0] * TABS


# ---- servers of their own --------------------------------------------------------------------------------------------


@contextmanager
def served(toy, folder, *more, **words):
    """The page, with more cells at its end."""
    notebook = nbformat.read(places.notebooks() / HOME, as_version=4)
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in more]
    nbformat.write(notebook, folder / HOME)
    with app.serving(toy, notebooks=[folder / HOME], **words) as running:
        yield running


def test_a_page_whose_kernel_is_busy_when_it_is_asked_comes_alive(browser, toy, tmp_path):
    with served(toy, tmp_path, SLEEP, ready_kernels=0) as running:
        page = browser.new_context().new_page()
        page.goto(running.at(PAGE))
        page.locator(".cx-busy", has_text="The panels are on their way").wait_for()
        alive(page)
        page.context.close()


def test_a_server_that_ended_or_began_anew_is_told(browser, toy, tmp_path):
    with served(toy, tmp_path, ready_kernels=0) as running:
        page = browser.new_context().new_page()
        page.goto(running.at(PAGE))
        alive(page)
        os.kill(running.process.pid, signal.SIGKILL)
        told(page, "The app does not answer.")
        port = int(running.place.rpartition(":")[2].strip("/"))
    with app.serving(toy, notebooks=[tmp_path / HOME], ready_kernels=0, port=port) as running:
        page.get_by_role("button", name="Try again").click()
        told(page, "The app was started again.")
        assert cookie_of(running)
        page.context.close()


def test_a_full_app_says_so(browser, toy, tmp_path):
    with served(toy, tmp_path, ready_kernels=0, most_kernels=1) as running:
        context = browser.new_context()
        first, second = context.new_page(), context.new_page()
        first.goto(running.at(PAGE))
        alive(first)
        second.goto(running.at(PAGE))
        second.get_by_role("heading", name="The app is full: 1 person is here.").wait_for()
        first.goto("about:blank")
        second.wait_for_selector(MAP, timeout=SLOW)  # it tries by itself
        context.close()


def test_an_app_for_looking_only_brings_nothing_in(browser, toy):
    with app.serving(toy, ready_kernels=0, view_only=True) as running:
        page = browser.new_context().new_page()
        page.goto(running.at("voila/render/00_start_here.ipynb"))
        pages = page.get_by_role("navigation", name="Pages").get_by_role("link")
        pages.first.wait_for()
        assert "Bring your data" not in pages.all_inner_texts()
        answer = page.goto(running.at("voila/render/01_bring_your_data.ipynb"))
        assert answer.status == 404
        page.goto(running.at(PAGE))
        alive(page)
        assert kernel_of(running, page).environ()[places.VIEW_ONLY] == "1"
        page.context.close()
