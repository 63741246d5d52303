"""A whole session in the app and in JupyterLab, from an export to code that says the same; what must not spoil it."""

from __future__ import annotations

import json
import subprocess
import sys

import nbformat
import pytest
from support.serving import (
    CLIPBOARD,
    KEPT,
    SLOW,
    agrees,
    answers,
    app_command,
    at,
    copied_code,
    drop,
    lab_command,
    open_app,
    panel,
    run_all,
    settled,
    tick,
    until,
    watched,
)

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import report

pytest.importorskip("voila")
pytest.importorskip("jupyterlab")
from cxkit.faces import app

pytestmark = pytest.mark.browser
START, JOURNEY = "01_bring_your_data.ipynb", "03_see_the_journey.ipynb"
BOARD = ".cxi-below"  # the intake's own; the page has panels besides
SCRIPT = "<script>window.owned = 1</script>"
IMAGE = "<img src=x onerror='window.owned = 1'>"
FILE = IMAGE.replace("/", "")

# ---- a log as a client sends it, and one as nobody should ------------------------------------------------------------

ZONE, GOAL, VISITED = "Europe/Berlin", "Line activated", "Appointment offered"
ROLES = {"journey": "Vorgang", "activity": "Schritt", "time": "Zeitpunkt", "customer": "Kunde"}
RENAMED = ROLES | {"kind": "Art", "region": "Gebiet", "channel": "Kanal"}


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """An extract of the sample: other names, semicolons, the day first, local times."""
    import pandas as pd

    events = pd.read_parquet(places.sample() / "events.parquet")
    events = events[events["time"].groupby(events["journey"]).transform("min") < "2025-04-01"]
    events["time"] = events["time"].dt.tz_convert(ZONE).dt.strftime("%d.%m.%Y %H:%M:%S")
    path = tmp_path_factory.mktemp("export") / "Auszug März 2025.csv"
    events[list(RENAMED)].rename(columns=RENAMED).to_csv(path, sep=";", index=False, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def direct(export, tmp_path_factory):
    """The same log as the library prepares it."""
    log = cx.read(export).roles(**ROLES, zone=ZONE)
    journeys = cx.prepare(log, tmp_path_factory.mktemp("direct") / "store", progress=False)
    return journeys.tag("reached a goal", w.contains(GOAL))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A log whose file, activity, journey and attribute have names that would run in a careless page."""
    table = cx.toy_table().to_pandas()
    table["step"] = table["step"].replace({"Call": SCRIPT})
    table["order"] = table["order"].replace({"A01": IMAGE})
    table["plan"] = table["plan"].replace({"basic": SCRIPT})
    folder = tmp_path_factory.mktemp("hostile")
    table.to_csv(folder / f"{FILE}.csv", index=False)
    log = cx.read(folder / f"{FILE}.csv").roles(journey="order", activity="step", time="when", customer="client")
    return cx.prepare(log, folder / "store", progress=False)


# ---- the faces, opened on the hostile log ----------------------------------------------------------------------------


@pytest.fixture(scope="module", params=["app", "lab"])
def face(request, hostile, tmp_path_factory):
    start, show = {"app": (app_command, open_app), "lab": (lab_command, run_all)}[request.param]
    with start(tmp_path_factory.mktemp(request.param), hostile.folder) as address:
        yield request.param, address, show


@pytest.fixture
def opened(face, browser):
    """A page of this face, for a while."""
    name, address, show = face
    context = {"timezone_id": ZONE, "viewport": {"width": 1280, "height": 8_000}, **CLIPBOARD}
    with watched(browser, address, console=name == "app", **context) as page:
        yield lambda notebook: (show(page, address, notebook), page)[1]


# ---- the session -----------------------------------------------------------------------------------------------------


def press(page, name):
    page.locator(".cxi").get_by_role("button", name=name, exact=True).click()


def bring_in(page, export):
    """From the file to the board: choose, look, name a goal, prepare."""
    at(page, "Choose")
    with page.expect_file_chooser() as chooser:
        press(page, "Choose a file")
    chooser.value.set_files(export)
    at(page, "Columns")
    for role, column in ROLES.items():
        assert page.get_by_label(f"Role of the column {column}").input_value() == role
    press(page, "Continue")
    at(page, "Goals")
    page.get_by_role("button", name=f"{GOAL}, ").click()
    press(page, "Continue")
    at(page, "Prepare")
    press(page, "Prepare")
    at(page, "Explore")


def agree_but(page, journeys, **others):
    """Every panel shows what the library says of these journeys, and some panels of other ones."""
    agrees(page, answers(lambda name: others.get(name, journeys), "Art"), BOARD)


def test_a_whole_session(opened, export, direct, tmp_path):
    page = opened(START)
    bring_in(page, export)
    panel(page, "Segments").get_by_role("combobox").select_option("Art")
    agree_but(page, direct)

    visits, order = w.contains(VISITED), w.attribute("Art", "order")
    page.locator(f'.cx-node[data-activity="{direct.selection.star.codes[VISITED]}"]').click()
    settled(page, direct.keep(visits), [visits])

    tick(page, "Art", "order")
    two = direct.keep(visits).keep(order)
    settled(page, two, [visits, order])

    number = two.variants(top=2).table["variant"].to_pylist()[1]
    variant = w.variant_rank(at_least=number, at_most=number)
    page.locator(f'.cx-variant[data-variant="{number}"] .cx-step').first.click()
    three = two.keep(variant)
    settled(page, three, [visits, order, variant])
    agree_but(page, three, variants=two)

    look_into(page, three)
    page.get_by_role("button", name="Undo").click()
    settled(page, two, [visits, order])
    agree_but(page, two)
    assert page.evaluate(KEPT) == str(two.n)
    stores = next(tmp_path.parent.glob("app*/stores"), tmp_path)  # the app's page does not say where they are
    assert figures(copied_code(page), stores) == said_of(two)


def look_into(page, journeys):
    """Open a journey, see its events, come back."""
    journey = journeys.journeys().df()["journey"][0]
    table = panel(page, "Journeys").last
    table.get_by_role("button", name=journey, exact=True).click()
    table.get_by_role("button", name="Back to the journeys").wait_for()
    events = journeys.events(journey=journey).df()
    expected = [[row.activity, f"{row.time:%Y-%m-%d %H:%M}"] for row in events.itertuples()]
    rows = "rows => rows.map((row) => [row.cells[2].textContent, row.cells[3].textContent])"
    until(lambda: {"events": table.locator("tbody tr").evaluate_all(rows)}, {"events": expected})
    table.get_by_role("button", name="Back to the journeys").click()


SAYS = """
row = j.summary().table.to_pylist()[0]
print(j.n, row["events"], row["variants"], row["median_seconds"], *j.variants(top=3).table["count"].to_pylist())
"""


def figures(code, folder):
    """What a Python that knows nothing of this one says after the code."""
    command = [sys.executable, "-c", f"{code}{SAYS}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def said_of(journeys):
    row = journeys.summary().table.to_pylist()[0]
    counts = journeys.variants(top=3).table["count"].to_pylist()
    return " ".join(map(str, (journeys.n, row["events"], row["variants"], row["median_seconds"], *counts)))


# ---- what must not spoil it ------------------------------------------------------------------------------------------


def test_names_from_a_log_are_only_ever_text(opened, hostile):
    page = opened(JOURNEY)
    agrees(page, answers(lambda _: hostile, "plan"))
    page.locator(f'.cx-node[data-activity="{hostile.selection.star.codes[SCRIPT]}"]').click()
    visits, plan = w.contains(SCRIPT), w.attribute("plan", SCRIPT)
    settled(page, hostile.keep(visits), [visits])
    page.locator(f".cx-bar[data-key={json.dumps(plan.key)}] rect").first.click()
    settled(page, hostile.keep(visits).keep(plan), [visits, plan])
    page.get_by_role("button", name="Clear").click()
    settled(page, hostile, [])
    look_into(page, hostile.keep(w.variant_rank(at_most=99)))
    text = page.locator("main, .jp-Notebook").first.inner_text()
    assert SCRIPT in text
    assert IMAGE in text
    assert page.locator("main script:has-text('owned'), .jp-Notebook script:has-text('owned')").count() == 0
    assert page.locator("img[src=x]").count() == 0


def test_a_file_that_is_called_like_a_script_comes_in_as_text(opened, hostile):
    page = opened(START)
    until(lambda: {"named": FILE in page.locator("body").inner_text()}, {"named": True})
    text = (hostile.folder.parent / f"{FILE}.csv").read_text(encoding="utf-8")
    drop(page, [f"{FILE}.csv", text])
    at(page, "Columns")
    assert FILE in page.locator(".cxi-reading").inner_text()
    press(page, "Continue")
    at(page, "Goals")
    page.locator(".cxi-activity", has_text=SCRIPT).click()
    press(page, "Continue")
    at(page, "Prepare")
    assert SCRIPT in page.locator(".cxi-summary").inner_text()
    press(page, "Prepare")
    at(page, "Explore")
    tagged = hostile.tag("reached a goal", w.contains(SCRIPT))
    agrees(page, {"variants": answers(lambda _: tagged, "plan")["variants"]}, BOARD)


def test_a_report_shows_such_names_as_text(hostile, browser, tmp_path):
    page = report.report(hostile, tmp_path / "hostile.html")
    with watched(browser, offline=True) as tab:
        tab.goto(page.as_uri())
        tab.wait_for_selector("html.cx-charted", timeout=SLOW)
        text = tab.locator("main").inner_text()
        assert SCRIPT in text
        assert IMAGE in text
        assert FILE in tab.locator("header").inner_text()
        assert tab.locator("img[src=x]").count() == 0


# The first fails from the start, the second from the first change on.
BREAKS = {
    "variants": "broken = board.panel('variants')\nbroken.result = lambda j, by='': j.segments(by='nothing')\nbroken",
    "moves": "later = board.panel('moves')\nlater",
    "journeys": "later.result = None\nboard.panel('journeys')",
}


def test_a_panel_that_fails_leaves_the_others_alive(browser, toy, tmp_path):
    notebook = nbformat.read(places.notebooks() / JOURNEY, as_version=4)
    for cell in notebook.cells:
        cell.source = next((code for name, code in BREAKS.items() if f'panel("{name}")' in cell.source), cell.source)
    nbformat.write(notebook, tmp_path / "broken.ipynb")
    with app.serving(toy, notebooks=[tmp_path / "broken.ipynb"]) as server, watched(browser, server.address) as page:
        open_app(page, server.address, "broken.ipynb")
        page.locator(f'.cx-node[data-activity="{toy.selection.star.codes["Cancel"]}"]').click()
        kept = toy.keep(w.contains("Cancel"))
        settled(page, kept, [w.contains("Cancel")])
        expected = answers(lambda _: kept, "plan")
        agrees(page, {name: expected[name] for name in expected if name not in ("variants", "waits")})
        assert 'No attribute of journeys "nothing"' in panel(page, "Variants").locator(".cxw-said").inner_text()
        assert "(TypeError). The others go on." in panel(page, "Moves").locator(".cxw-said").inner_text()
        assert "Traceback" not in page.content()
        page.get_by_role("button", name="Undo").click()
        settled(page, toy, [])
