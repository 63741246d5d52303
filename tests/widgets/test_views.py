"""What is kept beside a page: views with a name, the stores to choose from, files to take away."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import shutil
import stat
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from support.clauses import CLAUSES, HOSTILE, opened

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.cli.forms import as_xlsx
from cxkit.shelf import Shelf
from cxwidgets import Board
from cxwidgets.keeping.saved import MOST_VIEWS

SLOW = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
CALL = w.contains("Call")


@pytest.fixture
def store(toy, tmp_path):
    """A store of the toy log that may be written into."""
    shutil.copytree(toy.folder, tmp_path / "shop")
    return cx.open(tmp_path / "shop")


# ---- views -----------------------------------------------------------------------------------------------------------


@SLOW
@given(clauses=CLAUSES)
def test_a_view_is_a_recipe_and_brings_everything_back(store, clauses):
    board = opened(store, clauses)
    path = board.save("January", replace=True)
    other = opened(store, {"filter 9": CALL})
    other.open("January")
    assert list(other.clauses.items()) == list(board.clauses.items())
    assert cx.Recipe.load(path).hash == board.recipe.hash
    assert store.apply(cx.Recipe.load(path)).n == board.journeys.n


def test_a_view_of_a_tagged_selection_is_headless_the_same(store):
    base = store.tag("called", CALL).keep(w.contains("Order"))
    board = Board(base)
    board.put("segments", w.attribute("called", True))
    path = board.save("called")
    assert store.apply(cx.Recipe.load(path)).n == board.journeys.n
    other = Board(base)
    other.open("called")
    assert other.clauses == board.clauses
    with pytest.raises(cx.CxError, match="steps that are no choices"):
        Board(store).open("called")


def test_a_recipe_that_was_written_by_hand_is_a_view(store):
    (store.folder / "views").mkdir()
    store.keep(CALL).recipe.save(store.folder / "views" / "by hand.json")
    board = Board(store)
    board.open("by hand")
    assert dict(board.clauses) == {"view 1": CALL}


@pytest.mark.parametrize("name", ["", "../evil", "a/b", "a\0b", ".hidden", "x" * 80, "a\\b", "con:1", "<b>"])
def test_a_name_that_is_a_path_is_no_name(store, name):
    board = opened(store, {"process_map": CALL})
    with pytest.raises(cx.CxError, match="A name has"):
        board.save(name)
    with pytest.raises(cx.CxError, match="No view"):
        board.open(name)
    assert not (store.folder / "views").exists()


def test_nothing_is_overwritten_unsaid_and_nobody_else_may_read(store):
    board = opened(store, {"process_map": CALL})
    path = board.save("Größe 1")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    board.clear()
    for name in ("Größe 1", "größe 1"):
        with pytest.raises(cx.CxError, match="already"):
            board.save(name)
    assert len(cx.Recipe.load(path)) == 1
    board.save("größe 1", replace=True)
    assert board.views == ["Größe 1"]
    assert len(cx.Recipe.load(path)) == 0
    board.save("other")
    with pytest.raises(cx.CxError, match="already"):
        board.saved.rename("other", "Größe 1")
    board.saved.rename("other", "another")
    board.saved.delete("Größe 1")
    assert board.views == ["another"]


def test_some_views_are_enough(store):
    board = Board(store)
    for number in range(MOST_VIEWS):
        board.save(f"view {number}")
    with pytest.raises(cx.CxError, match="Delete one first"):
        board.save("one more")
    board.save("view 7", replace=True)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_view_that_was_meddled_with_changes_nothing(store, name):
    board = opened(store, {"process_map": CALL})
    path = board.save("mine")
    document = json.loads(path.read_text(encoding="utf-8"))
    notes = {**document["board"], **HOSTILE[name]}
    owned = notes["clauses"] if isinstance(notes["clauses"], dict) else {}
    steps = [{"keep": said} for said in owned.values()]
    path.write_text(json.dumps({**document, "steps": steps, "board": notes}), encoding="utf-8")
    before = board.document
    try:
        board.open("mine")
    except cx.CxError as error:
        assert "\n" not in str(error)
        assert board.document == before
    else:  # what is only beside the steps plays no part
        assert set(board.clauses.values()) <= {CALL}


@pytest.mark.parametrize(
    "text", ["", "[]", "{" * 10_000, "\x00", '{"recipe": 1, "steps": [{"drop": 1}]}', " " * 2_000_000]
)
def test_a_file_that_is_no_view_is_one_line(store, text):
    board = opened(store, {"process_map": CALL})
    board.save("mine").write_text(text, encoding="utf-8")
    with pytest.raises(cx.CxError):
        board.open("mine")
    assert dict(board.clauses) == {"process_map": CALL}


@pytest.mark.parametrize(("number", "line"), [(errno.EACCES, "can only be read"), (errno.ENOSPC, "cannot be written")])
def test_a_store_that_can_only_be_read_says_so(store, monkeypatch, number, line):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    board = Board(store)
    board.save("mine")
    monkeypatch.setattr(places, "private", refuse)
    with pytest.raises(cx.CxError, match=line):
        board.save("other")
    assert board.views == ["mine"]


def test_views_stay_when_the_log_is_prepared_anew(tmp_path):
    table = cx.toy_table()
    roles = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
    board = Board(cx.prepare(cx.read(table.slice(0, 30)).roles(**roles), tmp_path / "shop", progress=False))
    board.put("process_map", CALL)
    board.save("calls")
    again = Board(cx.prepare(cx.read(table).roles(**roles), tmp_path / "shop", progress=False))
    again.open("calls")
    assert again.journeys.n.journeys == 3


def test_the_menu_saves_opens_and_deletes(store):
    board = opened(store, {"process_map": CALL})
    menu = board.panel("views")
    menu.hear({"do": "save", "name": "calls", "replace": False})
    assert (menu.facts["views"], menu.facts["saved"]) == (["calls"], True)
    menu.hear({"do": "save", "name": "Calls", "replace": False})
    assert menu.facts["taken"]
    assert "already" in menu.facts["told"]
    board.clear()
    menu.hear({"do": "open", "name": "calls"})
    assert dict(board.clauses) == {"process_map": CALL}
    assert [entry["back"] for entry in menu.facts["history"]] == [0, 1]  # opening it was an undo
    menu.hear({"do": "back", "steps": 1})
    assert not board.clauses
    menu.hear({"do": "back", "steps": -1})
    assert menu.said
    menu.hear({"do": "delete", "name": "../../shop/manifest"})
    assert "No view" in menu.facts["told"]
    menu.hear({"do": "delete", "name": "calls"})
    assert menu.facts["views"] == []


# ---- stores ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def stores(tmp_path):
    """A folder with two stores, one of them broken, and something else."""
    rows = [
        {"order": f"B{n}", "step": step, "when": f"2025-01-0{n} 1{place}:00"}
        for n in (1, 2)
        for place, step in enumerate(("Order", "Return"))
    ]
    import pyarrow as pa

    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="order", activity="step", time="when", customer="")
    cx.prepare(log, tmp_path / "stores" / "returns", progress=False)
    (tmp_path / "stores" / "broken").mkdir()
    (tmp_path / "stores" / "broken" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "stores" / "notes.txt").write_text("", encoding="utf-8")
    return tmp_path / "stores"


def test_a_shelf_has_names_only(toy, stores, monkeypatch):
    monkeypatch.setenv(places.IN_APP, "1")
    shelf = Shelf(toy, stores)
    found = {store.name: store for store in shelf}
    assert {"broken", "returns", "toy", "sample"} == set(found)
    assert found["toy"].facts["Journeys"] == "12 journeys of 10 customers"
    assert found["returns"].facts["Journeys"].endswith("customers unknown: each journey counts as one")
    assert found["returns"].facts["Events"] == "2025-01-01 to 2025-01-02"
    assert "cannot be read" in found["broken"].fault
    assert str(stores) not in found["broken"].fault
    assert shelf.open("toy") is toy
    for name in ("../toy", str(toy.folder), "notes.txt", "", "returns/", "."):
        with pytest.raises(cx.CxError):
            shelf.open(name)
    assert [store.name for store in Shelf(toy)] == ["toy"]


def test_another_store_takes_over_all_panels_and_the_clauses_that_hold(toy, stores):
    board = opened(toy, {"filter 1": w.contains("Order"), "process_map": CALL, "variants": w.variant_rank(at_most=1)})
    board.show("process_map", "segments").shelf = Shelf(toy, stores)
    switch = board.panel("store")
    switch.hear({"do": "look"})
    assert [entry["name"] for entry in switch.facts["stores"]] == ["broken", "returns", "sample", "toy"]
    switch.hear({"do": "choose", "name": "returns"})
    assert switch.facts["current"] == "returns"
    assert dict(board.clauses) == {"filter 1": w.contains("Order")}
    assert board.note.startswith('Left behind, for it does not fit here: "visits "Call""')
    assert board.panel("filters").said == board.note
    assert board.journeys.n.journeys == 2
    assert "Return" in board.panel("process_map").markup
    assert "customers unknown" in board.panel("filters").facts["people"]
    assert board.panel("segments").markup == ""
    before = board.document
    for name in ("broken", "../toy", 7):
        switch.hear({"do": "choose", "name": name})
        assert switch.said
        assert board.document == before
    switch.hear({"do": "choose", "name": "toy"})
    assert board.journeys.n.journeys == 12
    assert board.panel("segments").markup


def test_an_address_names_its_store(toy, stores):
    board = Board(toy, stores=stores)
    board.switch(board.shelf.open("returns"))
    board.put("process_map", w.contains("Return"))
    store, choices = board.address
    other = Board(toy, stores=stores).show("process_map")
    other.follow(store, choices)
    assert (store, other.note, other.journeys.n.journeys) == ("returns", "", 2)
    other.follow("", "")
    assert other.base is toy
    other.follow("toy", choices)
    assert other.note.endswith("All journeys are shown.")


# ---- files to take away ----------------------------------------------------------------------------------------------


def taken(panel, form, monkeypatch):
    sent = []
    monkeypatch.setattr(panel, "send", lambda content, buffers=None: sent.append((content, buffers)))
    panel.hear({"do": "export", "form": form, "page": "p"})
    return sent[0] if sent else None


def test_tables_are_those_of_the_picture_and_hold_no_formula(tmp_path, loopless, monkeypatch):
    import openpyxl
    import pyarrow as pa

    steps = ["=1+1", "@SUM(A1)", "Order"]
    rows = [{"order": "A1", "step": step, "when": f"2025-01-01 1{n}:00"} for n, step in enumerate(steps)]
    log = cx.read(pa.Table.from_pylist(rows)).roles(journey="order", activity="step", time="when", customer="")
    board = opened(cx.prepare(log, tmp_path / "a; b", progress=False), {"filter 1": w.contains("Order")})
    panel = board.panel("activities")
    told, [data] = taken(panel, "csv", monkeypatch)
    lines = list(csv.reader(io.StringIO(bytes(data).decode("utf-8-sig"))))
    assert told["name"].startswith("a-b_activities_20")
    assert {"'=1+1", "'@SUM(A1)", "Order"} <= {cell for line in lines for cell in line}
    told, [data] = taken(panel, "xlsx", monkeypatch)
    book = openpyxl.load_workbook(io.BytesIO(bytes(data)))
    twin = openpyxl.load_workbook(io.BytesIO(as_xlsx(panel.result(board.journeys))))
    assert [*book["answer"].values] == [*twin["answer"].values]
    assert all(cell.data_type != "f" for row in book["answer"] for cell in row)
    about = dict(book["about"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert about["selection"] == 'Each journey visits "Order".'
    assert (about["store"], about["n"]) == ("a; b", "1 journey; customers unknown: each journey counts as one")


def test_a_picture_is_made_by_the_page_out_of_what_python_says_of_it(toy, loopless, monkeypatch):
    board = opened(toy, {"filter 1": CALL})
    told, data = taken(board.panel("process_map"), "svg", monkeypatch)
    assert not data
    _, [drawn] = taken(board.panel("variants"), "svg", monkeypatch)  # the page shows rows, and no picture
    assert ElementTree.fromstring(drawn).get("viewBox")
    assert told["about"]["lines"][:2] == ["n = 3 journeys of 3 customers", 'Each journey visits "Call".']
    for form in ("exe", "../csv", None, {"a": 1}, ["csv"]):
        assert taken(board.panel("variants"), form, monkeypatch) is None
    assert taken(board.panel("filters"), "csv", monkeypatch) is None


def test_every_journey_of_the_list_is_taken_away(toy, loopless, monkeypatch):
    board = opened(toy, {"filter 1": CALL})
    _, [data] = taken(board.panel("journeys"), "csv", monkeypatch)
    assert len(bytes(data).decode().splitlines()) == 4


def test_an_app_that_only_shows_saves_nothing_and_has_no_other_store(store, tmp_path, monkeypatch):
    board = opened(store, {"filter 1": CALL})
    board.save("kept")
    monkeypatch.setenv(places.VIEW_ONLY, "1")
    saved = board.saved
    for write in (lambda: board.save("other"), lambda: saved.rename("kept", "x"), lambda: saved.delete("kept")):
        with pytest.raises(cx.CxError, match="only shows"):
            write()
    assert board.views == ["kept"]
    assert [shelved.name for shelved in Shelf(store, tmp_path)] == ["shop"]
