"""From a messy file to a link that somebody else opens, as a new user goes: once by mouse, once by keyboard alone."""

from __future__ import annotations

import csv
import io
from contextlib import chdir

import pytest
from support.serving import CLIPBOARD, SLOW, at, kept, open_app, opening, panel, until, watched

import cxkit as cx
from cxkit import catalog, places
from cxkit import where as w
from cxkit.words import percent

pytest.importorskip("voila")
from cxkit.faces import app

pytestmark = pytest.mark.browser
DATA, EXPLORE = "01_bring_your_data.ipynb", "04_explore.ipynb"
ZONE, GOAL, VIEW = "Europe/Berlin", "Line activated", "My first finding"
ROLES = {"journey": "Vorgang", "activity": "Schritt", "time": "Zeitpunkt", "customer": "Kunde"}
MOST_TABS = 150
MOVES = """map => [...map.querySelectorAll(".cx-move")].map(({ dataset: d }) => [+d.source, +d.target, +d.count])"""


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """Four weeks of the sample as somebody sends them: a title, local times, stray spaces, a date that never was."""
    import pandas as pd

    events = pd.read_parquet(places.sample() / "events.parquet")
    events = events[events["time"].groupby(events["journey"]).transform("min") < "2025-01-29"]
    events["time"] = events["time"].dt.tz_convert(ZONE).dt.strftime("%d.%m.%Y %H:%M:%S")
    columns = {column: name for name, column in zip(ROLES.values(), ROLES, strict=True)} | {"kind": "Art"}
    table = events[list(columns)].rename(columns=columns)
    table.loc[table.index[::50], "Art"] += "  "
    lines = table.to_csv(sep=";", index=False).splitlines()
    lines[30:30] = ["ORD-X;Order placed;31.02.2025 10:00:00;C1;order"]
    path = tmp_path_factory.mktemp("messy") / "Auszug Januar.csv"
    path.write_text("\n".join(["Auszug aus dem Bestand", "", *lines, "", ""]), encoding="utf-8-sig")
    return path


@pytest.fixture(scope="module")
def twin(export, tmp_path_factory):
    """The same without a page."""
    log = cx.read(export).roles(**ROLES, zone=ZONE)
    log = log.mend(*log.readiness().repairs)
    return cx.prepare(log, tmp_path_factory.mktemp("twin") / "store", progress=False)


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    return tmp_path_factory.mktemp("work")


@pytest.fixture(scope="module")
def server(work, toy):
    with chdir(work), app.serving(toy, notebooks=[places.notebooks() / name for name in (DATA, EXPLORE)]) as running:
        yield running


# ---- two hands -------------------------------------------------------------------------------------------------------


class Mouse:
    """Clicks."""

    def __init__(self, page):
        self.page = page

    def press(self, locator):
        locator.click()

    def tab(self, name):
        self.page.get_by_role("tab", name=name, exact=True).click()

    def second_box(self):
        self.page.locator(".cxw-map .cx-move").first.wait_for(timeout=SLOW)
        node = self.page.locator('.cxw-map .cx-node:not([data-activity^="-"])').nth(1)
        node.click()
        return int(node.get_attribute("data-activity"))


class Keys:
    """Tab, arrows, Enter and Escape, and no mouse at all."""

    def __init__(self, page):
        self.page = page
        page.mouse.move(0, 0)

    def reach(self, locator):
        locator.wait_for(timeout=SLOW)
        for _ in range(MOST_TABS):
            if locator.evaluate("node => node === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {locator}")

    def press(self, locator):
        self.reach(locator)
        self.page.keyboard.press("Enter")

    def tab(self, name):
        self.reach(self.page.locator('.cxw-bar [role=tab][aria-selected="true"]'))
        self.page.keyboard.press("Home")
        while self.page.evaluate("document.activeElement.textContent") != name:
            self.page.keyboard.press("ArrowRight")

    def second_box(self):
        self.page.locator(".cxw-map .cx-move").first.wait_for(timeout=SLOW)
        self.reach(self.page.locator('.cxw-map .cx-map [tabindex="0"]'))
        self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("ArrowDown")
        code = self.page.evaluate("Number(document.activeElement.dataset.activity)")
        self.page.keyboard.press("Enter")
        self.page.locator(".cxw-card").wait_for()
        self.page.keyboard.press("Escape")
        return code


# ---- the walk --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hand", [Mouse, Keys])
def test_a_new_user_finds_saves_shares_and_takes_away(hand, browser, server, work, export, twin):
    words = {"viewport": {"width": 1280, "height": 800}, "timezone_id": ZONE, "accept_downloads": True, **CLIPBOARD}
    with watched(browser, server.address, console=False, **words) as page:
        open_app(page, server.address, DATA)
        user, name = hand(page), f"by {hand.__name__.lower()}"
        bring(page, user, export, name)
        store = cx.open(work / "stores" / name)
        assert store.n == twin.n
        page.wait_for_url(f"**/{EXPLORE}#**")
        kept(page, twin)
        moves = {(row["source"], row["target"], row["count"]) for row in twin.process_map().table.to_pylist()}
        assert {tuple(move) for move in page.locator(".cxw-map .cx-map").evaluate(MOVES)} <= moves
        figure = page.locator(".cxw-figure", has_text="goal so far").locator("strong")
        reached = twin.keep(w.contains(GOAL)).n.journeys / twin.n.journeys
        assert figure.inner_text() == percent(reached)

        visits = w.contains(twin.selection.star.names[user.second_box()])
        some = twin.keep(visits)
        kept(page, some)
        user.tab("Variants")
        few = family(page, user, some)
        journey(page, user, few)
        save(page, user)
        link = copied(page, user)
        user.press(page.get_by_role("button", name="Undo", exact=True))
        kept(page, some)
        assert taken(page, user) == some.variants(top=10).table["count"].to_pylist()
    with watched(browser, server.address, console=False) as other:
        path, _, state = link.removeprefix(server.place).partition("#")
        other.goto(opening(server.address, path) + f"#{state}")
        other.locator(".cxw-panel:visible").first.wait_for(timeout=SLOW)
        kept(other, few)
        other.get_by_role("button", name="Saved views").click()
        assert other.get_by_role("button", name=VIEW, exact=True).is_visible()


def bring(page, user, export, name):
    """From the file to the explorer: choose, look, name a goal, prepare."""
    button = lambda words: page.locator(".cxi").get_by_role("button", name=words, exact=True)  # noqa: E731
    at(page, "Choose")
    with page.expect_file_chooser() as chooser:
        user.press(button("Choose a file"))
    chooser.value.set_files(export)
    at(page, "Columns")
    user.press(button("Continue"))
    at(page, "Goals")
    user.press(page.get_by_role("button", name=f"{GOAL}, "))
    page.get_by_role("button", name=f"{GOAL}, ", pressed=True).wait_for()
    user.press(button("Continue"))
    at(page, "Prepare")
    field = page.get_by_label("Name of the store")
    field.focus() if isinstance(user, Mouse) else user.reach(field)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(name)
    page.wait_for_function("!document.querySelector('.cxi .cxi-main').disabled")
    user.press(button("Prepare"))
    at(page, "Explore")
    user.press(page.locator(".cxi").get_by_role("link", name="Explore", exact=True))


def family(page, user, journeys):
    """Choose the largest family; what that leaves."""
    answer = journeys.families()
    first = answer.table.to_pylist()[0]
    row = page.locator(".cxw-families .cxw-row").first
    row.wait_for(timeout=SLOW)
    user.press(row)
    few = journeys.keep(catalog.entry("families").keeps(first, journeys, answer.parameters))
    assert few.n.journeys == first["count"]
    kept(page, few)
    return few


def journey(page, user, journeys):
    """Look at the first journey: its events stand in the diary."""
    named = journeys.journeys().df()["journey"][0]
    user.press(page.locator(".cxw-on-variants .cxw-journeys").get_by_role("button", name=named, exact=True))
    diary, steps = panel(page, "Diary"), sorted(journeys.events(journey=named).df()["activity"])
    titles = "marks => marks.map((mark) => mark.querySelector('title').textContent.split('\\n')[0]).sort()"
    until(lambda: {"steps": diary.locator(".cx-item").evaluate_all(titles)}, {"steps": steps})
    assert f"Journey {named}." in diary.inner_text()


def save(page, user):
    user.press(page.get_by_role("button", name="Saved views"))
    field = page.get_by_label("Name of what is shown now")
    field.fill(VIEW) if isinstance(user, Mouse) else user.reach(field)
    if isinstance(user, Keys):
        page.keyboard.type(VIEW)
    page.keyboard.press("Enter")
    page.get_by_role("button", name=VIEW, exact=True).wait_for()
    page.keyboard.press("Escape")


def copied(page, user):
    user.press(page.get_by_role("button", name="Copy link", exact=True))
    page.get_by_role("button", name="Copied", exact=True).wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def taken(page, user):
    """The counts of the first rows of the table of variants, as a file."""
    shown = page.locator(".cxw-on-variants .cxw-variants")
    user.press(shown.get_by_role("button", name="Export"))
    with page.expect_download() as download:
        user.press(shown.locator(".cxw-menu").get_by_role("button", name="Table (CSV)"))
    lines = csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig")))
    return [int(line["count"]) for line in lines][:10]
