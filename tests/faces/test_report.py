"""The report: the notebooks as one page that needs nothing, says what it shows, and fails loudly."""

import re
import shutil
import subprocess

import nbformat
import pytest

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import report


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    journeys = cx.sample_journeys().keep(w.attribute("kind", "order"))
    return journeys, report.report(journeys, tmp_path_factory.mktemp("reports") / "orders.html")


@pytest.fixture
def opened(page, browser):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    tab, seen = context.new_page(), []
    tab.on(
        "request", lambda request: seen.append(request.url) if not request.url.startswith(("file:", "data:")) else None
    )
    tab.on("pageerror", lambda error: seen.append(str(error)))
    tab.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
    tab.goto(page[1].as_uri())
    tab.wait_for_selector(".cx-picture.vega-embed .mark-rect path, .cx-picture .vega-embed .mark-rect path")
    yield tab
    context.close()
    assert seen == []


def test_the_page_is_whole_without_script(page):
    journeys, path = page
    html = path.read_text(encoding="utf-8")
    assert html.count("<svg") >= 6
    assert journeys.recipe.hash in html
    assert f"{journeys.n.journeys:,} journeys of {journeys.n.customers:,} customers" in html
    assert not re.search(r"""(?:src|href)\s*=\s*["']?https?:""", html)


@pytest.mark.browser
def test_the_page_works_with_the_network_off(opened):
    assert opened.title().startswith("Customer journeys: Lindenfunk")
    headings = [text.rstrip("¶") for text in opened.locator("main h1, main h2").all_inner_texts()]
    assert {"What is in this log?", "The ways customers go", "How long it takes"} <= set(headings)
    assert opened.locator("nav.cx-toc a").count() >= 8
    assert opened.locator("svg .cx-node").count() > 10


@pytest.mark.browser
def test_charts_have_tooltips(opened):
    bars = opened.locator(".vega-embed .mark-rect path")
    heights = bars.evaluate_all("bars => bars.map(bar => bar.getBoundingClientRect().height)")
    bar = bars.nth(heights.index(max(heights)))
    bar.scroll_into_view_if_needed()
    bar.hover()
    opened.wait_for_selector("#vg-tooltip-element.visible")
    assert "share" in opened.locator("#vg-tooltip-element").inner_text()


@pytest.mark.browser
def test_the_map_says_what_its_table_says(page, opened):
    journeys, _ = page
    table = journeys.process_map().df()
    moves = opened.locator("svg .cx-move")
    for place in range(0, moves.count(), 4):
        move = moves.nth(place)
        source, target = int(move.get_attribute("data-source")), int(move.get_attribute("data-target"))
        row = table[(table.source == source) & (table.target == target)].iloc[0]
        assert f"{row['count']:,}" in move.locator("title").text_content()


FAILING_PANEL = """
import cxkit as cx
from cxwidgets import Board
panel = Board(cx.toy_journeys()).panel("variants")
panel.result = lambda journeys, by="": journeys.segments(by="<nothing>")
panel"""


FAILURES = [("1 / 0", "ZeroDivisionError"), (FAILING_PANEL, 'No attribute of journeys "<nothing>"')]


@pytest.mark.parametrize(("code", "words"), FAILURES, ids=["a cell", "a panel"])
def test_a_failing_notebook_is_kept_and_the_old_page_stays(tmp_path, monkeypatch, toy, code, words):
    book = tmp_path / "book"
    book.mkdir()
    cells = [nbformat.v4.new_code_cell('store = ""\nrecipe = ""', metadata={"tags": ["parameters"]})]
    broken = nbformat.v4.new_notebook(cells=[*cells, nbformat.v4.new_code_cell(code)])
    broken.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(broken, book / "00_start_here.ipynb")
    monkeypatch.setattr(places, "notebooks", lambda: book)
    page = tmp_path / "toy.html"
    page.write_text("old", encoding="utf-8")
    with pytest.raises(report.ReportFailed, match=words):
        report.report(toy, page)
    assert page.read_text(encoding="utf-8") == "old"
    assert (tmp_path / "toy.00_start_here.failed.ipynb").exists()


# ---- what does not come to its end -----------------------------------------------------------------------------------


@pytest.fixture
def one_notebook(tmp_path, monkeypatch):
    """A book of one notebook with this code."""

    def book(code):
        first = nbformat.v4.new_code_cell("store = ''", metadata={"tags": ["parameters"]})
        cells = [first, nbformat.v4.new_code_cell(code)]
        notebook = nbformat.v4.new_notebook(cells=cells)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(notebook, tmp_path / "page.ipynb")
        monkeypatch.setattr(places, "notebooks", lambda: tmp_path)
        monkeypatch.setattr(report, "REPORTED", ("page",))

    return book


def test_a_kernel_that_ends_is_told_in_a_sentence(one_notebook, tmp_path, toy):
    one_notebook("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    with pytest.raises(report.ReportFailed, match=r'The notebook "page" failed: its kernel has ended\.'):
        report.report(toy, tmp_path / "page.html")
    assert not (tmp_path / "page.html").exists()


def test_a_report_is_its_users_alone(one_notebook, tmp_path, toy):
    one_notebook("print('done')")
    page = report.report(toy, tmp_path / "page.html")
    assert page.stat().st_mode & 0o777 == 0o600
    one_notebook("raise ValueError('no')")
    with pytest.raises(report.ReportFailed, match="ValueError: no"):
        report.report(toy, tmp_path / "page.html")
    assert (tmp_path / "page.page.failed.ipynb").stat().st_mode & 0o777 == 0o600


def test_a_report_without_room_is_told_in_a_sentence(one_notebook, tmp_path, toy):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "none", disk]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    one_notebook("print('done')")
    try:
        with pytest.raises(cx.CxError, match="The disk is full"):
            report.report(toy, disk / "page.html")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
