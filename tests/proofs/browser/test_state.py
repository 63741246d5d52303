"""What is shown outlives its page: in the address, under a name, as a file; in a real browser."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from contextlib import chdir

import nbformat
import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from PIL import Image
from support.serving import CLIPBOARD, SLOW, at, drop, open_app, opening, panel, settled, until, watched

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxwidgets.keeping.documents import packed

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
JOURNEY, DATA = "03_see_the_journey.ipynb", "01_bring_your_data.ipynb"
CALL, PLAN = w.contains("Call"), w.attribute("plan", "plus")


@pytest.fixture(scope="module")
def work(toy, tmp_path_factory):
    """A folder as a user has it: two stores in `stores`, and the book with the menus in it."""
    folder = tmp_path_factory.mktemp("work")
    shutil.copytree(toy.folder, folder / "stores" / "toy")
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": ""}
    rows = [{"order": "B1", "step": step, "when": f"2025-01-01 1{n}:00"} for n, step in enumerate(("Order", "Return"))]
    cx.prepare(cx.read(pa.Table.from_pylist(rows)).roles(**roles), folder / "stores" / "returns", progress=False)
    notebook = nbformat.read(places.notebooks() / JOURNEY, as_version=4)
    at = next(n for n, cell in enumerate(notebook.cells) if "filters" in cell.metadata.get("tags", ()))
    menus = [nbformat.v4.new_code_cell(f'board.panel("{name}")') for name in ("store", "views")]
    notebook.cells[at:at] = menus
    nbformat.write(notebook, folder / JOURNEY)
    return folder


@pytest.fixture(scope="module")
def server(work):
    with chdir(work):
        pages = [places.notebooks() / DATA, work / JOURNEY]
        with app.serving(cx.open(work / "stores" / "toy"), notebooks=pages) as running:
            yield running


@pytest.fixture
def page(browser, server):
    """A page that will be left and come back to; one that is left while it asks something complains of it."""
    with watched(browser, server.address, console=False, **CLIPBOARD) as tab:
        open_app(tab, server.address, JOURNEY)
        yield tab


def shows(page, toy, *clauses):
    page.locator(".cxw-panel[aria-label=Filters] .cxw-tools strong").wait_for(timeout=SLOW)
    settled(page, toy.keep(*clauses) if clauses else toy, clauses)


def click(page, toy, activity):
    page.locator(f'.cx-node[data-activity="{toy.selection.star.codes[activity]}"]').click()


def follow(page, server, link):
    """Open a copied link as somebody who was given the token, which a link does not have."""
    path, _, state = link.removeprefix(server.place).partition("#")
    page.goto(opening(server.address, path) + f"#{state}")


def said(page):
    return panel(page, "Filters").locator(".cxw-said").inner_text()


# ---- the address -----------------------------------------------------------------------------------------------------


def test_reload_back_forward_other_pages_and_a_copied_link_show_the_same(page, browser, server, toy):
    first = page.url
    click(page, toy, "Call")
    shows(page, toy, CALL)
    page.locator(f".cx-bar[data-key={json.dumps(PLAN.key)}] rect").first.click()
    shows(page, toy, CALL, PLAN)
    until(lambda: {"said": page.url != first}, {"said": True})
    link = page.url
    assert re.search(r"#s=toy&r=[\w-]+$", link)
    page.reload()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    page.go_back()
    shows(page, toy, CALL)
    page.go_back()
    shows(page, toy)
    page.go_forward()
    page.go_forward()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    page.locator(".cx-book a", has_text="Bring your data").click()
    page.wait_for_url(f"**/{DATA}#**")
    page.locator(".cxi").wait_for()
    page.locator(".cx-book a", has_text="See the journey").click()
    shows(page, toy, CALL, PLAN)
    assert page.url == link
    with watched(browser, server.address) as other:
        follow(other, server, link)
        shows(other, toy, CALL, PLAN)


def test_undo_is_a_change_like_any_other_and_a_jump_within_the_page_is_none(page, toy):
    click(page, toy, "Call")
    shows(page, toy, CALL)
    chosen = page.url
    page.get_by_role("button", name="Undo").click()
    shows(page, toy)
    page.go_back()
    shows(page, toy, CALL)
    assert page.url == chosen
    page.locator(".cx-skip").focus()
    page.keyboard.press("Enter")
    until(lambda: {"url": page.url}, {"url": chosen})
    shows(page, toy, CALL)


@pytest.mark.parametrize(
    "hash",
    [
        "r=%3Cscript%3Ewindow.owned=1%3C/script%3E",
        "r=" + "A" * 100_000,
        "s=..%2F..%2Fetc&r=",
        "r=" + packed({"board": 1, "clauses": {"process_map": w.contains("<img src=x onerror=owned=1>").to_json()}}),
    ],
    ids=["a script", "too long", "a path", "stale"],
)
def test_a_hostile_or_stale_link_is_one_line_and_all_journeys(browser, server, toy, hash):
    with watched(browser, server.address) as page:
        page.goto(opening(server.address, f"voila/render/{JOURNEY}") + f"#{hash}")
        panel(page, "Filters").wait_for()
        until(lambda: {"line": said(page).startswith("This link does not fit")}, {"line": True})
        assert said(page).endswith("All journeys are shown.")
        shows(page, toy)
        assert "#" not in page.url
        click(page, toy, "Call")
        shows(page, toy, CALL)
        assert said(page) == ""


# ---- views -----------------------------------------------------------------------------------------------------------


def menu(page, name):
    page.get_by_role("button", name=name, exact=True).click()
    return page.locator(f".cxw-menu[aria-label='{name}']")


def test_a_view_is_saved_opened_renamed_and_deleted_and_the_history_goes_back(page, browser, server, work, toy):
    click(page, toy, "Call")
    shows(page, toy, CALL)
    views = menu(page, "Saved views")
    views.get_by_placeholder("Name of what is shown now").fill("Calls")
    page.keyboard.press("Enter")
    views.get_by_text('Saved as "Calls".').wait_for()
    path = work / "stores" / "toy" / "views" / "Calls.json"
    assert toy.apply(cx.Recipe.load(path)).n == toy.keep(CALL).n
    views.get_by_placeholder("Name of what is shown now").fill("calls")
    page.keyboard.press("Enter")
    views.get_by_text("already").wait_for()
    assert views.get_by_role("button", name="Replace it").is_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Clear").click()
    shows(page, toy)
    history = menu(page, "The last changes")
    assert history.locator("li").all_inner_texts() == [
        "All choices taken back",
        'Chosen: visits "Call"',
        "All journeys",
    ]
    history.get_by_role("button", name='Chosen: visits "Call"').click()
    shows(page, toy, CALL)
    with watched(browser, server.address) as other:
        open_app(other, server.address, JOURNEY)
        menu(other, "Saved views").get_by_role("button", name="Calls", exact=True).click()
        shows(other, toy, CALL)
        views = menu(other, "Saved views")
        views.get_by_role("button", name="Rename the view Calls").click()
        views.get_by_label("New name of Calls").fill("Phone")
        other.keyboard.press("Enter")
        views.get_by_role("button", name="Phone", exact=True).wait_for()
        views.get_by_role("button", name="Delete the view Phone").click()
        assert path.with_stem("Phone").exists()
        views.get_by_text("Really delete?").click()
        views.get_by_text("No view has been saved yet.").wait_for()
    assert not path.with_stem("Phone").exists()


# ---- stores ----------------------------------------------------------------------------------------------------------


def test_another_store_is_chosen_by_name_and_stays_in_the_link(page, browser, server, work, toy):
    click(page, toy, "Call")
    shows(page, toy, CALL)
    stores = menu(page, "Other journeys")
    stores.get_by_role("button", name="returns").click()
    returns = cx.open(work / "stores" / "returns")
    shows(page, returns)
    assert said(page) == 'Left behind, for it does not fit here: "visits "Call"".'
    assert page.url.endswith("#s=returns")
    assert "customers unknown" in page.locator(".cx-facts").inner_text()
    click(page, returns, "Return")
    shows(page, returns, w.contains("Return"))
    link = page.url
    with watched(browser, server.address) as other:
        follow(other, server, link)
        shows(other, returns, w.contains("Return"))
    page.go_back()
    page.go_back()
    shows(page, toy, CALL)


def test_what_is_brought_in_is_what_all_pages_show(browser, server, work):
    with watched(browser, server.address, console=False) as page:
        open_app(page, server.address, DATA)
        drop(page, ["picture.png", "no log at all"])
        page.locator(".cxi-wrong:not(:empty)").wait_for(timeout=SLOW)
        assert page.locator(".cxi-wrong").bounding_box()["y"] < page.locator(".cxi-needs").bounding_box()["y"]
        rows = [f"A{n // 3},K{n // 6},{['Order', 'Pay', 'Ship'][n % 3]},2025-01-{n % 28 + 1:02}" for n in range(90)]
        drop(page, ["fresh.csv", "\n".join(["VORGANG,KD_NR,SCHRITT,ZEIT", *rows])])
        at(page, "Columns")
        for step in ("Goals", "Prepare"):
            page.locator(".cxi-foot .cxi-main").last.click()
            at(page, step)
        page.locator(".cxi-foot .cxi-main").last.click()
        at(page, "Explore")
        page.get_by_role("link", name="Explore", exact=True).click()
        fresh = cx.open(work / "stores" / "fresh")
        shows(page, fresh)
        assert page.url.endswith(f"{JOURNEY}#s=fresh")
        assert "fresh.csv" in page.locator(".cx-facts").inner_text()


# ---- files to take away ----------------------------------------------------------------------------------------------


def taken(page, name, words):
    """What the export menu of a panel gives: the name of the file, and its bytes."""
    shown = panel(page, name)
    shown.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        shown.locator(".cxw-menu").get_by_role("button", name=words).click()
    file = download.value
    return file.suggested_filename, file.path().read_bytes()


def test_pictures_and_tables_are_taken_away(page, toy):
    click(page, toy, "Call")
    shows(page, toy, CALL)
    kept = toy.keep(CALL)
    name, data = taken(page, "Variants", "Table (Excel)")
    assert re.fullmatch(r"toy_variants_20\d\d-\d\d-\d\d\.xlsx", name)
    book = openpyxl.load_workbook(io.BytesIO(data))
    twin = kept.variants(top=20).df()
    counts = [row[list(twin.columns).index("count")] for row in book["answer"].iter_rows(min_row=2, values_only=True)]
    assert counts == twin["count"].tolist()
    assert 'Each journey visits "Call".' in [row[1] for row in book["about"].values]
    _, data = taken(page, "Durations", "Table (CSV)")
    lines = [*csv.DictReader(io.StringIO(data.decode("utf-8-sig")))]
    assert [int(line["count"]) for line in lines] == kept.durations(working=False).df()["count"].tolist()
    for shown in ("Process map", "Variants", "Durations", "Summary", "Segments"):
        name, data = taken(page, shown, "Picture (SVG)")
        text = data.decode()
        assert "n = " in text
        assert "var(" not in text
        assert "class=" not in text
        name, data = taken(page, shown, "Picture (PNG)")
        picture = Image.open(io.BytesIO(data)).convert("L")
        assert picture.width > 600
        assert np.asarray(picture).std() > 5
        assert name.endswith(".png")
