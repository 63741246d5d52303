"""The app in a real browser: served, clicked, closed, attacked."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import nbformat
import pytest
from support.serving import cookie_of, kept, place_of

import cxkit as cx
from cxkit import places
from cxkit import where as w

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
HOME = "03_see_the_journey.ipynb"
READY = app.READY_KERNELS * len(list(places.notebooks().glob("*.ipynb")))
MAP = ".cxw-panel .cx-node"
PROC = Path("/proc")


@pytest.fixture(scope="module")
def store(toy):
    return toy


@pytest.fixture(scope="module")
def server(store):
    with app.serving(store) as running:
        yield running


class Tab:
    """A page and what it asked for, said and broke."""

    def __init__(self, browser, server, query="", notebook=HOME, **words):
        self.context = browser.new_context(viewport={"width": 1280, "height": 1600}, **words)
        self.page, self.asked, self.errors = self.context.new_page(), [], []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda said: self.errors.append(said.text) if said.type == "error" else None)
        self.answer = self.page.goto(server.at(f"voila/render/{notebook}") + query)

    def close(self):
        self.page.goto("about:blank")
        self.context.close()


@pytest.fixture
def tab(browser, server):
    opened = Tab(browser, server, color_scheme="light")
    opened.page.wait_for_selector(MAP)
    yield opened
    opened.close()
    abroad = [url for url in opened.asked if not url.startswith((server.place, "data:", "blob:", "about:"))]
    assert abroad == []
    assert opened.errors == []


def kernels(server):
    """The ids of the kernel processes below this server."""
    if not PROC.is_dir():
        pytest.skip("this test counts processes in /proc")
    parents = {}
    for stat in PROC.glob("[0-9]*/stat"):
        try:
            words = (stat.parent / "cmdline").read_bytes()
            if b"ipykernel_launcher" in words:
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
    return {child for child, parent in parents.items() if parent == server.process.pid}


def until(true, seconds=120):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)


def answer(url, method="GET", **headers):
    """The status and the body of a plain request."""
    try:
        found = urlopen(Request(url, method=method, headers=headers), timeout=20)
        return found.status, found.read()
    except HTTPError as error:
        return error.code, error.read()


def test_the_page_says_what_it_shows(tab, store):
    assert tab.page.locator("h1").inner_text() == tab.page.title() == "See the journey"
    facts = tab.page.locator(".cx-facts").inner_text()
    assert store.manifest.source in facts
    assert str(store.n) in facts
    assert not tab.page.locator(".cx-starting").is_visible()
    assert not tab.page.locator(".cx-gone").is_visible()
    assert tab.answer.headers["content-security-policy"] == app.POLICY
    assert tab.answer.headers["referrer-policy"] == "same-origin"


def test_pictures_stand_until_their_panels_are_there(browser, server, store):
    context = browser.new_context()
    page, held = context.new_page(), []
    page.route("**/voila.js", lambda route: held.append(route))
    page.goto(server.at(f"voila/render/{HOME}"), wait_until="commit")
    page.locator(".cx-standing .cx-node").first.wait_for()
    assert page.locator(".cx-standing .cx-variant").count() == len(store.variants().table)
    assert page.locator(".cxw-panel").count() == 0
    until(lambda: held or page.wait_for_timeout(50))
    held[0].continue_()
    page.wait_for_selector(MAP)
    page.wait_for_function("!document.querySelector('.cx-standing')")
    assert page.locator(".cxw-panel .cx-variant").count() == len(store.variants().table)
    page.goto("about:blank")
    context.close()


def test_a_click_is_a_filter(tab, store):
    code = store.selection.star.codes["Cancel"]
    tab.page.locator(f'{MAP}[data-activity="{code}"]').click()
    cancelled = store.keep(w.contains("Cancel"))
    kept(tab.page, cancelled)
    assert "Cancel" in tab.page.locator(".cxw-chip").inner_text()
    tab.page.wait_for_function("!document.querySelector('[aria-busy=true]')")
    assert tab.page.locator(".cx-variant").count() == len(cancelled.variants().table)


def test_the_theme_is_chosen_followed_and_remembered(tab):
    def paper():
        return tab.page.evaluate("getComputedStyle(document.body).backgroundColor")

    light = paper()
    tab.page.get_by_role("button", name="Dark").click()
    tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    dark = paper()
    assert dark != light
    tab.page.emulate_media(color_scheme="dark")
    tab.page.get_by_role("button", name="Light").click()
    assert paper() == light
    tab.page.get_by_role("button", name="Auto").click()
    tab.page.wait_for_function("document.body.dataset.jpThemeLight === 'false'")
    assert paper() == dark
    tab.page.get_by_role("button", name="Light").click()
    tab.page.reload()
    assert paper() == light


def test_the_page_fits_its_window(tab):
    for width in (360, 800, 1280, 1720):
        tab.page.set_viewport_size({"width": width, "height": 900})
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.page.evaluate("document.documentElement.scrollHeight") > 1_500


def test_a_kernel_ends_with_its_tab(browser, server):
    opened = Tab(browser, server)
    opened.page.wait_for_selector(MAP)
    until(lambda: len(kernels(server)) == 1 + READY)
    before = kernels(server)
    opened.close()
    until(lambda: len(kernels(server)) == READY)
    assert kernels(server) < before


def test_a_kernel_ends_with_a_tab_that_was_closed_at_once(browser, store, monkeypatch):
    """It is kept for its page, which may be slow in coming; not for ever."""
    soon = {"cull_interval": 1, "cull_idle_timeout": 3, "cull_connected": False, "patience": 10}
    monkeypatch.setitem(app.SETTINGS, "MappingKernelManager", soon)
    with app.serving(store) as server:
        for _ in range(3):
            Tab(browser, server).close()
        until(lambda: len(kernels(server)) == READY)


def test_a_kernel_left_behind_is_culled_and_one_in_use_is_not(browser, store, monkeypatch):
    soon = {"cull_interval": 1, "cull_idle_timeout": 3, "cull_connected": False}
    assert app.SETTINGS["MappingKernelManager"].keys() == soon.keys()
    monkeypatch.setitem(app.SETTINGS, "MappingKernelManager", soon)
    with app.serving(store) as server:
        opened = Tab(browser, server)
        opened.page.wait_for_selector(MAP)
        until(lambda: len(kernels(server)) == 1 + READY)
        time.sleep(8)
        assert len(kernels(server)) == 1 + READY
        opened.context.close()  # as a browser that crashes: it does not say goodbye
        until(lambda: len(kernels(server)) == READY)


@pytest.mark.parametrize(
    "path",
    [
        "voila/render/",
        "voila/render/other.ipynb",
        "voila/render/../voila.json",
        "voila/render/%2e%2e/voila.json",
        f"voila/files/{HOME}",
        f"voila/files/../book/{HOME}",
        "voila/files/%2e%2e/voila.json",
        "voila/files/../voila.json",
        "api/contents",
        f"api/contents/{HOME}",
        "api/kernels",
        "api/sessions",
        "api/kernelspecs",
        "terminals/1",
        "api/terminals",
        "lab",
        "tree",
        "files/voila.json",
        "voila/templates/cx/index.html.j2",
        "voila/templates/cx/static/../conf.json",
        "voila/static/../../../voila.json",
    ],
)
def test_nothing_else_is_served(server, path):
    status, body = answer(server.place + path, Cookie=cookie_of(server))
    assert status >= 400
    assert b"journey" not in body.replace(b"To the journeys", b"")


def test_the_address_opens_the_book(browser, server):
    opened = Tab(browser, server)
    page = opened.page
    for address in (server.leading.as_uri(), server.address, f"{server.place}?classic-tree=true"):
        page.goto(address)
        page.wait_for_url(f"{server.place}voila/render/04_explore.ipynb")
        page.wait_for_selector(MAP)
    page.get_by_role("button", name="Pages and colours").click()
    contents = page.get_by_role("navigation", name="Pages").get_by_role("link")
    pages = ["Start here", "Bring your data", "Is it ready?", "See the journey", "Explore"]
    assert contents.all_inner_texts() == pages
    contents.first.click()
    page.get_by_role("heading", name="Start here").wait_for()
    assert page.locator("[aria-current=page]").inner_text() == "Start here"
    opened.close()
    assert opened.errors == []


@pytest.mark.parametrize(
    "query", ["template=lab", "template=../x", "theme=dark", 'theme="><script>window.owned=1</script>', "store=/etc"]
)
def test_the_address_decides_nothing(browser, server, query):
    opened = Tab(browser, server, f"&{query}")
    opened.page.wait_for_selector(MAP)
    assert opened.page.locator("h1").inner_text() == "See the journey"
    assert opened.page.evaluate("window.owned") is None
    opened.close()
    assert opened.errors == []
    until(lambda: len(kernels(server)) == READY)


def test_a_cell_that_fails_says_so_and_no_more(browser, store, tmp_path, capfd):
    notebook = nbformat.read(places.notebooks() / HOME, as_version=4)
    cell = next(cell for cell in notebook.cells if "process_map" in cell.source)
    cell.source = 'raise ValueError("secret-7")'
    broken = tmp_path / "broken.ipynb"
    nbformat.write(notebook, broken)
    with app.serving(store, notebooks=[broken]) as server:
        opened = Tab(browser, server, notebook="broken.ipynb")
        opened.page.get_by_text("This part could not be computed, so the page ends here.").wait_for()
        html = opened.page.content()
        opened.close()
    assert not any(word in html for word in ("secret-7", "Traceback", "ValueError", "panel("))
    assert "secret-7" in capfd.readouterr().err


def test_tags_place_and_hide_cells(browser, store, tmp_path):
    notebook = nbformat.read(places.notebooks() / HOME, as_version=4)
    tags = {'board.panel("filters")': "filters", "print(board.code)": "no-app"}
    for cell in notebook.cells:
        if cell.source in tags:
            cell.metadata["tags"] = [tags[cell.source]]
    nbformat.write(notebook, tmp_path / "tagged.ipynb")
    with app.serving(store, notebooks=[tmp_path / "tagged.ipynb"]) as server:
        opened = Tab(browser, server, notebook="tagged.ipynb")
        page = opened.page
        page.wait_for_selector(MAP)
        filters = page.locator(".cx-filters:has(.cxw-chips)")
        for width, height, held in ((1280, 900, True), (800, 900, False), (1720, 900, True)):
            page.set_viewport_size({"width": width, "height": height})
            page.evaluate("scrollTo(0, document.body.scrollHeight)")
            assert (filters.bounding_box()["y"] >= 0) == held
        assert page.locator("main > .cx-cell").last.locator("pre").count() == 0
        opened.close()


def test_a_taken_port_is_an_error(store, server):
    port = urlsplit(server.place).port
    with pytest.raises(cx.CxError, match="is taken"), app.serving(store, port=port):
        pass


@pytest.mark.skipif(os.name == "nt", reason="signals are sent otherwise on Windows")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", None)])
def test_the_command_ends_clean(store, tmp_path, number):
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = "from cxkit.cli import main; main()"
    command = [sys.executable, "-c", code, "app", str(store.folder), "--no-browser"]
    started = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ | {"TMPDIR": str(scratch)})
    address = started.stdout.readline().strip()
    assert answer(place_of(address))[0] == 403
    assert list(scratch.iterdir())
    started.send_signal(number)
    said, _ = started.communicate(timeout=30)
    assert "The app has ended." in said
    assert list(scratch.iterdir()) == []
    with pytest.raises(OSError, match="refused"):
        urlopen(address, timeout=5)
