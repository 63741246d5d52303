"""The intake in a real browser, in the app's own page: from a file to the map in five clicks."""

from __future__ import annotations

import nbformat
import pytest
from support.notebooks import written
from support.serving import at, drop, kept

import cxkit as cx
from cxkit import where as w

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
SCRIPT = "<script>window.owned = 1</script>"
IMAGE = "<img src=x onerror='window.owned = 1'>"
RENAMED = {"order": "Auftrag", "step": "Schritt", "when": "Zeitpunkt", "client": "Kunde", "plan": SCRIPT}
CELL = "from cxwidgets import Intake\n\nintake = Intake(folder={folder!r})\nintake"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """The toy log as a consultant gets it: renamed columns, semicolons, the day first, and hostile texts."""
    table = cx.toy_table().to_pandas().rename(columns=RENAMED)
    table["Zeitpunkt"] = table["Zeitpunkt"].dt.strftime("%d.%m.%Y %H:%M")
    table["Schritt"] = table["Schritt"].replace({"Call": IMAGE})
    path = tmp_path_factory.mktemp("exports") / f"{IMAGE.replace('/', '')}.csv"
    table.to_csv(path, sep=";", index=False)
    return path


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("intake")
    title = nbformat.v4.new_markdown_cell("# A log\n\n## Bring your own")
    page = written(folder / "intake.ipynb", "store = ''", title, CELL.format(folder=str(folder / "stores")))
    with app.serving(cx.toy_journeys(), notebooks=[page]) as running:
        yield running


@pytest.fixture
def page(browser, server):
    context = browser.new_context(viewport={"width": 1280, "height": 1600}, timezone_id="Europe/Berlin")
    tab, wrong = context.new_page(), []
    tab.on("request", lambda asked: asked.url.startswith((server.place, "data:", "blob:")) or wrong.append(asked.url))
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    tab.goto(server.address)
    tab.get_by_role("button", name="Choose a file").wait_for()
    yield tab
    assert tab.evaluate("window.owned") is None
    tab.goto("about:blank")
    context.close()
    assert wrong == []


def button(page, name):
    return page.locator(".cxi").get_by_role("button", name=name, exact=True)


def test_from_a_file_to_the_map_in_five_clicks(page, exported, tmp_path):
    with page.expect_file_chooser() as chooser:
        button(page, "Choose a file").click()
    chooser.value.set_files(exported)
    at(page, "Columns")
    assert page.locator(".cxi-preview tbody tr").count() == 8
    assert page.get_by_label(f"Role of the column {SCRIPT}").input_value() == "keep"
    button(page, "Continue").click()
    at(page, "Goals")
    page.get_by_role("button", name="Deliver, 5 events").click()
    page.get_by_role("button", name="Deliver, 5 events, goal", pressed=True).wait_for()
    button(page, "Continue").click()
    at(page, "Prepare")
    button(page, "Prepare").click()
    at(page, "Explore")
    page.locator(".cxw-panel .cx-node").first.wait_for()

    roles = {"journey": "Auftrag", "activity": "Schritt", "time": "Zeitpunkt", "customer": "Kunde"}
    log = cx.read(exported).roles(**roles, zone="Europe/Berlin")
    journeys = cx.prepare(log, tmp_path / "same", progress=False)
    assert page.locator(".cxi-reading strong").inner_text() == str(journeys.n)
    assert page.locator(".cx-variant").count() == len(journeys.variants().table)
    every = [[row[name] for name in ("source", "target", "count")] for row in journeys.process_map().table.to_pylist()]
    read = "map => [...map.querySelectorAll('.cx-move')].map(({ dataset: d }) => [+d.source, +d.target, +d.count])"
    assert sorted(page.locator(".cx-map").evaluate(read)) == sorted(every)
    assert "tag('reached a goal', w.contains('Deliver'))" in page.locator(".cxi-code pre").text_content()

    code = journeys.selection.star.codes["Deliver"]
    page.locator(f'.cx-node[data-activity="{code}"]').click()
    kept(page, journeys.keep(w.contains("Deliver")))


def test_a_file_is_dropped_corrected_and_begun_again(page, exported):
    drop(page, ["a.csv", "x"], ["b.csv", "y"])
    page.get_by_text("These are several files").wait_for()
    drop(page, ["program.exe", "x"])
    page.get_by_text("is of no kind that can be read here").wait_for()
    drop(page, ["log.csv", exported.read_text()])
    at(page, "Columns")
    role = page.get_by_label("Role of the column Auftrag")
    role.select_option("leave")
    page.get_by_text("Choose the column that says to which journey").wait_for()
    assert button(page, "Continue").is_disabled()
    role.select_option("journey")
    page.wait_for_function("!document.querySelector('.cxi .cxi-main').disabled")
    zone = page.get_by_label("Time zone")
    zone.fill("Mars/Olympus")
    zone.press("Enter")
    page.locator(".cxi-said").get_by_text("Mars/Olympus").wait_for()
    page.wait_for_function("document.querySelector('.cxi-split input').value === 'Europe/Berlin'")
    button(page, "Start over").click()
    at(page, "Choose")
    assert button(page, "Choose a file").is_visible()


def test_a_large_file_is_sent_piece_by_piece_and_may_be_cancelled(page):
    rows = (f"o{n % 50_000};step {n // 50_000};2026-01-0{n // 50_000 + 1} 10:00" for n in range(200_000))
    text = "\n".join(["order;step;when", *rows])
    drop(page, ["large.csv", text])
    button(page, "Cancel").click()
    page.get_by_text("Drop an event log here").wait_for()
    drop(page, ["large.csv", text])
    at(page, "Columns")
    assert "200,000 rows" in page.locator(".cxi-reading").inner_text()


def test_the_keyboard_is_enough(page, exported):
    drop(page, ["log.csv", exported.read_text()])
    at(page, "Columns")
    button(page, "Continue").press("Enter")
    at(page, "Goals")
    first = page.locator(".cxi-activity").first
    for mark in ("goal", "cancel", ""):
        first.press("Space")
        page.wait_for_function("mark => document.querySelector('.cxi-activity').dataset.mark === mark", arg=mark)
    assert first.evaluate("node => node === document.activeElement")
    button(page, "Skip").press("Enter")
    at(page, "Prepare")
    assert page.evaluate("document.activeElement.tagName") == "H3"
    name = page.get_by_label("Name of the store")
    name.fill("a/b")
    page.get_by_text("A name has letters").wait_for()
    name.press("ControlOrMeta+a")
    name.press_sequentially("by keyboard")
    page.wait_for_function("!document.querySelector('.cxi .cxi-main').disabled")
    name.press("Enter")
    at(page, "Explore")


def walk(page, exported):
    """Every step before the board, one after another."""
    for step in ("Choose", "Columns", "Goals", "Prepare"):
        at(page, step)
        yield step
        if step == "Choose":
            drop(page, ["log.csv", exported.read_text()])
        else:
            page.locator(".cxi .cxi-buttons .cxi-main").click()
    at(page, "Explore")
    yield "Explore"


def test_it_fits_its_window(page, exported):
    for step in walk(page, exported):
        for width in (360, 800, 1280):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (step, width)
