"""One notebook, three faces: after random clicks the app, JupyterLab, the report and the library show the same."""

from __future__ import annotations

import random
import time
from functools import partial

import nbformat
import pytest
from support.serving import (
    CLIPBOARD,
    SLOW,
    agrees,
    answers,
    copied_code,
    lab_command,
    open_app,
    panel,
    run_all,
    run_code,
    settled,
    shown,
    watched,
)
from support.serving import facet as open_facet

import cxkit as cx
from cxkit import places
from cxkit import where as w
from cxkit.faces import report
from cxkit.where.filter import all_of, any_of, none_of
from cxwidgets import Board

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
PAGE = "03_see_the_journey.ipynb"
PICTURES = ("process_map", "variants", "durations", "moves", "segments")
ROLES = {"journey": "journey", "activity": "activity", "time": "time", "customer": "customer"}
UNITS = {"d": 86_400, "h": 3_600, "min": 60, "s": 1}


class Mirror:
    """The board's clauses, kept by hand beside it."""

    def __init__(self, base, by):
        self.base, self.by = base, by
        self.clauses, self.past, self.future, self.spans, self.added = {}, [], [], {}, 0

    def put(self, owner, clause):
        rest = {name: known for name, known in self.clauses.items() if name != owner}
        changed = rest if clause is None else {**self.clauses, owner: clause}
        if changed != self.clauses:
            self.past, self.future, self.clauses = [*self.past, self.clauses], [], changed

    def undo(self):
        self.future.append(self.clauses)
        self.clauses = self.past.pop()

    def redo(self):
        self.past.append(self.clauses)
        self.clauses = self.future.pop()

    def choose(self, owner, condition, besides, join):
        clause = self.clauses.get(owner)
        chosen = [] if clause is None or isinstance(clause, none_of) else list(clause.leaves())
        kept = [other for other in chosen if other != condition] if besides else []
        wanted = kept if condition in chosen else [*kept, condition]
        self.put(owner, None if not wanted else wanted[0] if len(wanted) == 1 else join(tuple(wanted)))

    def last(self, low, high, besides):
        """A bar is chosen: alone again it is taken back, with Shift the span grows up to it."""
        clause = self.clauses.get("durations")
        if clause == lasting(low, high):
            return self.put("durations", None)
        if besides and clause is not None:
            first, last = self.spans[clause.key]
            low, high = min(low, first), max(high, last)
        return self.span(low, high)

    def span(self, low, high):
        clause = lasting(low, high)
        self.spans[clause.key] = low, high
        self.put("durations", clause)

    def under(self, but=None):
        chosen = self.base
        for owner, clause in self.clauses.items():
            chosen = chosen if owner == but else chosen.keep(clause)
        return chosen


def lasting(low, high):
    ends = [w.lasts(at_least=said(seconds)) for seconds in (low, high) if seconds < float("inf")]
    return ends[0] if len(ends) == 1 else ends[0] & ~ends[1]


def said(seconds):
    unit = next(unit for unit, size in UNITS.items() if seconds % size == 0 and (seconds or unit == "s"))
    return f"{seconds // UNITS[unit]}{unit}"


# ---- random clicks ---------------------------------------------------------------------------------------------------

FEW = 4


def one_of(locator, chance):
    count = locator.count()
    return locator.nth(chance.randrange(count)) if count else None


def first_of(locator, key, chance):
    """One of the first few by this key, which are on every page, however much room it has."""
    marks = sorted(locator.all(), key=key)[:FEW]
    return chance.choice(marks) if marks else None


def with_shift(chance):
    return chance.random() < 0.4


def activity(page, mirror, chance):
    names, ranks = mirror.base.selection.star.names, mirror.base.ranks
    called = lambda node: names[int(node.get_attribute("data-activity"))]  # noqa: E731
    nodes = page.locator('.cx-node:not([data-activity^="-"])')
    node = first_of(nodes, lambda node: ranks[called(node)], chance)
    if node:
        name = called(node)
        besides = with_shift(chance)
        node.click(modifiers=["Shift"] if besides else [])
        mirror.choose("process_map", w.contains(name), besides, all_of)
    return node


def move(page, mirror, chance):
    taken = lambda line: -int(line.get_attribute("data-count"))  # noqa: E731
    line = first_of(page.locator(".cx-move"), taken, chance)
    if line:
        names = mirror.base.selection.star.names
        source, target = (int(line.get_attribute(f"data-{end}")) for end in ("source", "target"))
        besides = with_shift(chance)
        line.press("Shift+Enter" if besides else "Enter")
        condition = (
            w.starts_with(names[target])
            if source == -1
            else w.ends_with(names[source])
            if target == -2
            else w.follows(names[source], names[target], directly=True)
        )
        mirror.choose("process_map", condition, besides, all_of)
    return line


def variant(page, mirror, chance):
    row = first_of(page.locator(".cx-variant"), lambda row: int(row.get_attribute("data-at") or 0), chance)
    if row:
        number = int(row.get_attribute("data-variant"))
        besides = with_shift(chance)
        row.click(modifiers=["Shift"] if besides else [])
        mirror.choose("variants", w.variant_rank(at_least=number, at_most=number), besides, any_of)
    return row


def bin_of(bar):
    _, low, high = bar.get_attribute("data-key").split(" ")
    return int(low), float("inf") if high == "-" else int(high)


def duration(page, mirror, chance):
    bar = one_of(panel(page, "Durations").locator("[data-key]"), chance)
    if bar:
        low, high = bin_of(bar)
        besides = with_shift(chance) and not isinstance(mirror.clauses.get("durations"), none_of)
        bar.press("Shift+Enter" if besides else "Enter")
        mirror.last(low, high, besides)
    return bar


def brush(page, mirror, chance):
    bars = panel(page, "Durations").locator("[data-key]")
    if bars.count() < 2:
        return None
    first, last = sorted(chance.sample(range(bars.count()), 2))
    bars.nth(first).scroll_into_view_if_needed()
    boxes = at_rest(lambda: [bars.nth(place).bounding_box() for place in (first, last)])
    (x, y), (to, at) = ((box["x"] + box["width"] / 2, box["y"] + box["height"] - 1) for box in boxes)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move((x + to) / 2, y, steps=2)
    page.mouse.move(to, at, steps=3)
    page.mouse.up()
    mirror.span(bin_of(bars.nth(first))[0], bin_of(bars.nth(last))[1])
    return bars


def at_rest(read):
    """What is read when it no longer changes: pictures that come into view may move the page."""
    found = None
    while found != (found := read()):
        time.sleep(0.2)
    return found


def segment(page, mirror, chance):
    bar = one_of(page.locator(".cx-bar"), chance)
    if bar:
        value = bar.locator("title").first.text_content().rpartition(": ")[0]
        known = {"missing": True} if value == "(missing)" else {}
        values = [] if known else [float(value) if mirror.by == "value" else value]
        besides = with_shift(chance)
        bar.click(modifiers=["Shift"] if besides else [])
        mirror.choose("segments", w.attribute(mirror.by, *values, **known), besides, any_of)
    return bar


def attribute(page, mirror, chance):
    mirror.by = chance.choice(["kind", "product", "region", "value"])
    panel(page, "Segments").get_by_role("combobox").select_option(mirror.by)
    mirror.put("segments", None)
    return page


FACETS = {
    ("visits", "Steps taken"): w.contains,
    ("starts", "First step"): w.starts_with,
    ("ends", "Last step so far"): w.ends_with,
    ("of kind", "kind"): partial(w.attribute, "kind"),
    ("of product", "product"): partial(w.attribute, "product"),
}


def form(page, mirror, chance):
    """Tick one of the first values of a facet that chooses nothing yet."""
    (facet, words), kind = chance.choice(list(FACETS.items()))
    if f"facet {facet}" in mirror.clauses:
        return None
    open_facet(page, words)
    rows = page.locator(".cxw-facet .cxw-row")
    row = rows.nth(chance.randrange(min(8, rows.count()))) if rows.count() else None
    if row:
        mirror.put(f"facet {facet}", kind(row.locator(".cxw-value").inner_text()))
        row.locator("input").click()
    page.keyboard.press("Escape")
    return row


def chip(page, mirror, chance, button):
    place = chance.randrange(len(mirror.clauses)) if mirror.clauses else None
    if place is None:
        return None
    page.locator(".cxw-chip").nth(place).get_by_role("button", name=button).click()
    return list(mirror.clauses)[place]


def negate(page, mirror, chance):
    owner = chip(page, mirror, chance, "Turn round")
    if owner:
        mirror.put(owner, ~mirror.clauses[owner])
    return owner


def remove(page, mirror, chance):
    owner = chip(page, mirror, chance, "Remove")
    if owner:
        mirror.put(owner, None)
    return owner


def undo(page, mirror, chance):
    if mirror.past:
        page.get_by_role("button", name="Undo").click()
        mirror.undo()
    return mirror.future


def redo(page, mirror, chance):
    if mirror.future:
        page.get_by_role("button", name="Redo").click()
        mirror.redo()
        return page
    return None


GESTURES = (activity, activity, move, move, variant, variant, duration, brush, segment, segment, attribute, form, form)
GESTURES += (negate, remove, undo, undo, redo)


def cleared(page, base):
    """The whole log again."""
    page.get_by_role("button", name="Clear").evaluate("button => button.click()")
    settled(page, base, [])


def clicked(page, base, seed):
    """A random sequence of clicks, from the whole log on; what they should have done."""
    cleared(page, base)
    mirror, chance = Mirror(base, panel(page, "Segments").get_by_role("combobox").input_value()), random.Random(seed)
    steps = chance.randint(3, 5)
    while steps:
        if chance.choice(GESTURES)(page, mirror, chance):
            settled(page, mirror.under(), mirror.clauses.values())
            steps -= 1
    return mirror


# ---- the faces -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """The journeys of the sample that begin in its first two months: small, so that many clicks take little time."""
    import pandas as pd

    events = pd.read_parquet(places.sample() / "events.parquet").drop(columns="system_id")
    events = events[events["time"].groupby(events["journey"]).transform("min") < "2025-03-01"]
    return cx.prepare(cx.read(events).roles(**ROLES), tmp_path_factory.mktemp("base") / "store", progress=False)


@pytest.fixture(scope="module")
def tab(base, browser):
    with app.serving(base) as server, watched(browser, server.address, **CLIPBOARD) as page:
        open_app(page, server.address, PAGE)
        yield page


@pytest.fixture(scope="module")
def lab(base, browser, tmp_path_factory):
    tall = {"viewport": {"width": 1280, "height": 8_000}, **CLIPBOARD}
    command = lab_command(tmp_path_factory.mktemp("lab"), base.folder)
    with command as address, watched(browser, address, console=False, **tall) as page:
        run_all(page, address, PAGE)
        yield page


@pytest.fixture(scope="module")
def paper(browser):
    """A page for what has no kernel behind it."""
    with watched(browser, offline=True) as page:
        yield page


def same(page, base, seed):
    """After random clicks the page shows what the library says; what the clicks should have done."""
    mirror = clicked(page, base, seed)
    agrees(page, answers(lambda name: mirror.under("" if name == "process_map" else name), mirror.by))
    selected = run_code(copied_code(page), base.folder.parent)
    assert said_of(selected) == said_of(mirror.under())
    return selected


def said_of(journeys):
    return str(journeys.n), journeys.journeys().df()["journey"].tolist(), journeys.recipe.hash


def bound(journeys, path):
    """The report's page of these panels, as a kernel gives them."""
    board = Board(journeys)
    bundles = [board.panel(name)._repr_mimebundle_()[0] for name in ("summary", *PICTURES, "journeys")]
    cells = [nbformat.v4.new_code_cell(outputs=[nbformat.v4.new_output("display_data", data)]) for data in bundles]
    path.write_text(report._page(nbformat.v4.new_notebook(cells=cells), report._facts(journeys)), encoding="utf-8")
    return path


def printed(page, path, journeys):
    """A report shows these journeys: every panel what the library says, its map the most frequent moves."""
    page.goto(path.as_uri())
    page.wait_for_selector("html.cx-charted, html:not(:has(.cx-spec))", state="attached", timeout=SLOW)
    facts = page.locator(".cx-facts").inner_text()
    assert str(journeys.n) in facts
    assert (journeys.recipe.hash if len(journeys.recipe) else "none: the whole log") in facts
    usual = Board(journeys).panel("segments").by
    expected, found = answers(lambda _: journeys, usual), shown(page)
    for name in ("variants", "durations", "waits", "segments", "summary", "journeys"):
        assert found[name] == expected[name]
    moves = {(row["source"], row["target"]): row["count"] for row in journeys.process_map().table.to_pylist()}
    assert {move: often for move, (often, *_) in found["moves"].items()}.items() <= moves.items()
    assert bool(found["moves"]) == bool(moves)


def test_app_jupyterlab_report_and_library_agree(tab, lab, paper, base, draw, tmp_path):
    """The same clicks in the app and in JupyterLab, the report of what they chose, and the library."""
    selected = same(tab, base, draw)
    assert said_of(same(lab, base, draw)) == said_of(selected)
    printed(paper, bound(selected, tmp_path / "panels.html"), selected)


@pytest.mark.parametrize("seed", [3, 17])
def test_a_whole_report_agrees_too(paper, base, seed, tmp_path):
    """The notebooks, executed with the recipe of a few random clauses, in kernels of their own."""
    chance, names = random.Random(seed), list(base.selection.star.codes)
    selected = base.keep(w.contains(chance.choice(names[:20]))).drop(w.lasts(at_least=f"{chance.randint(20, 60)}d"))
    assert selected.n.journeys
    printed(paper, report.report(selected, tmp_path / "report.html"), selected)
