"""Names of a log are no mathematics: "Fee $0-$500" stands so in the app and in JupyterLab, which could typeset it."""

import nbformat
import pytest
from playwright.sync_api import expect
from support.notebooks import written
from support.serving import SLOW, lab_command, open_app, run_all, watched

import cxkit as cx

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
FEE, TRAP, WHITE = "Fee $0-$500", r"$\def\a{99,000}\text{Paid EUR \a}$", r"\(\color{white} gone\)"
LINK = r"$$\href{https://evil.example/}{Refund}$$"
ROWS = [
    (f"J{number}", step, f"2025-01-{day:02}", f"$0-${number}00")
    for number in range(1, 9)
    for day, step in enumerate((FEE, TRAP if number % 2 else WHITE, "Pay", LINK), 1)
]
SHOWN = [
    "j",
    "j.about",
    "j.activities()",
    "j.variants()",
    "j.process_map()",
    "j.durations(per='move')",
    "j.segments(by='balance')",
    "j.journeys()",
    "j.data_plan()",
    "j.provenance",
    "j.log",
    "j.log.guess()",
    "j.log.readiness()",
    "from cxwidgets import Board\nBoard(j).panel('variants')",
]
AWAKE = "from IPython.display import HTML\nHTML('<p>$x^2$</p>')"


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("dollars")
    file = folder / "costs $5 to $10.csv"
    file.write_text("case,step,when,balance\n" + "".join(f'{a},"{b}",{c},{d}\n' for a, b, c, d in ROWS))
    log = cx.read(file, about=f"What it costs: $5 or $10, {FEE}.")
    log = log.roles(journey="case", activity="step", time="when", customer="")
    return cx.prepare(log, folder / "store", progress=False)


@pytest.fixture
def notebook(store, tmp_path):
    """A notebook that shows the store in every way, and last that dollars would be typeset."""
    title = nbformat.v4.new_markdown_cell("# Dollars")
    folder = tmp_path / "cxkit-notebooks"
    folder.mkdir()
    opened = "import cxkit as cx\nj = cx.open(store)"
    return written(folder / "dollars.ipynb", title, f"store = {str(store.folder)!r}", opened, *SHOWN, AWAKE)


def is_as_written(page):
    """Only the last cell is typeset; fees, traps and links stand there letter for letter."""
    page.locator("mjx-container").first.wait_for(state="attached", timeout=SLOW)
    page.wait_for_timeout(3_000)
    assert page.locator("mjx-container").count() == 1
    assert page.locator("a[href*=evil]").count() == 0
    text = page.locator("body").evaluate("(body) => body.textContent")
    for name in (FEE, TRAP, WHITE, LINK, "$0-$500", "costs $5 to $10.csv"):
        assert name in text


def test_in_the_app(store, notebook, browser):
    with app.serving(store, notebooks=[notebook]) as server, watched(browser, server.address, console=False) as page:
        open_app(page, server.address, notebook.name)
        is_as_written(page)
        expect(page.locator(".cx-facts")).to_contain_text("costs $5 to $10.csv")


def test_in_jupyterlab(store, notebook, browser):
    tall = {"viewport": {"width": 1280, "height": 20_000}}
    with (
        lab_command(notebook.parent.parent, store.folder) as address,
        watched(browser, address, console=False, **tall) as page,
    ):
        run_all(page, address, notebook.name)
        is_as_written(page)
