"""One contract for every measure in the catalog: what it promises holds on ordinary, tiny, empty and hostile logs."""

from __future__ import annotations

import inspect
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pyarrow as pa
import pytest
from support.machine import ROOT
from support.rows import assert_rows_keep_their_journeys

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import CATALOG, THEMES, entry
from cxkit.views.picture import Picture

MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
ONE_ROW = ("summary", "log_coverage")
CHOICES = ("attrition", {})  # says what each choice costs, also where nothing is left
ASKED = [(known.name, call) for known in CATALOG for call in known.calls]
SCRIPT = "<script>alert(1)</script>"
HOSTILE = [
    SCRIPT,
    "</svg><img src=http://example.org/x.png>",
    "'\"&\\",
    "Zurück 订单 🧾",
    "\u202egnp.exe",
    "x" * 300,
    "a\nb\tc",
    "{{7*7}}",
]


def log(events):
    """Rows of (journey, activity, hours or None, plan); without any hours the log has no time."""
    rows = [
        {"case": case, "what": what, "plan": plan, "note": what}
        | ({} if hours is None else {"when": MONDAY + timedelta(hours=hours)})
        for case, what, hours, plan in events
    ]
    return pa.Table.from_pylist(rows)


LOGS = {
    "ordinary": [
        ("A", "Order", 0, "plus"),
        ("A", "Pay", 1, "plus"),
        ("B", "Order", 5, "basic"),
        ("B", "Order", 9, "basic"),
    ],
    "one event": [("A", "Order", 0, "plus")],
    "ties": [(case, what, 0, "plus") for case in "AB" for what in ("Order", "Pay", "Order")],
    "nulls": [("A", "Order", 0, None), ("B", "Order", 1, None), ("B", "Pay", 2, None)],
    "without time": [("A", "Order", None, "plus"), ("A", "Pay", None, "plus"), ("B", "Order", None, None)],
    "hostile": [(f"{name} {case}", name, hours, name) for case in "AB" for hours, name in enumerate(HOSTILE)]
    + [(SCRIPT, name, hours, SCRIPT) for hours, name in enumerate(HOSTILE)],
}


ANYWHERE = [*((name, "duckdb") for name in LOGS), pytest.param(("nulls", "spark"), marks=pytest.mark.spark)]


@pytest.fixture(scope="module", params=LOGS)
def drawn(request, tmp_path_factory):
    """The journeys of a log, to be drawn; pictures know no engine."""
    return prepared(LOGS[request.param], tmp_path_factory.mktemp("catalog"), None)


@pytest.fixture(scope="module", params=ANYWHERE, ids=" on ".join)
def journeys(request, tmp_path_factory):
    """The journeys of a log, on DuckDB or on Spark."""
    name, engine = request.param
    session = request.getfixturevalue("spark") if engine == "spark" else None
    return prepared(LOGS[name], tmp_path_factory.mktemp("catalog"), session)


def prepared(events, folder, engine):
    table = log(events)
    time = {"time": "when"} if "when" in table.column_names else {}
    roles = {
        "journey": "case",
        "activity": "what",
        "journey_attributes": ["plan"],
        "event_attributes": ["note"],
        **time,
    }
    return cx.prepare(cx.read(table).roles(**roles), folder, engine=engine, progress=False)


def nothing(journeys):
    return journeys.keep(w.length(at_least=1_000))


@pytest.fixture(params=["whole", "empty"])
def selected(request, drawn):
    return drawn if request.param == "whole" else nothing(drawn)


def ask(journeys, name, call):
    return getattr(journeys, name)(**call)


def declared(name):
    """The columns that the docstring promises, in its order: what it puts in backticks from "Returns" on."""
    said = inspect.getdoc(entry(name).function).split("\nReturns", 1)[1].split("\nErrors:")[0].split(">>>")[0]
    words = re.findall(r"`(\w+)`", re.sub(r"see `\w+`", "", said))
    return [word for word in words if word != "n"]


@pytest.mark.parametrize("known", CATALOG, ids=lambda known: known.name)
def test_an_entry_is_a_method_with_a_question(known):
    assert getattr(cx.Journeys, known.name) is known.function
    assert known.question.endswith("?")
    assert ">>> " in known.function.__doc__
    assert known.draw is None or callable(known.draw)
    assert known.theme in THEMES
    assert known.calls


def test_every_measure_on_journeys_is_in_the_catalog():
    measures = {
        name
        for name, value in vars(cx.Journeys).items()
        if getattr(value, "__module__", "").startswith("cxkit.measures.")
    }
    assert measures == {known.name for known in CATALOG}


def test_an_unknown_measure_is_told_with_the_closest():
    with pytest.raises(KeyError, match='Closest: "durations"'):
        entry("duration")


@pytest.mark.parametrize("name", [known.name for known in CATALOG])
def test_the_columns_are_those_that_the_docstring_declares(toy, name):
    found = [ask(toy, name, call).table.column_names for call in entry(name).calls]
    segments = {column for columns in found for column in columns if column.startswith("plan: ")}
    extra = ({"plan", "channel", "segment"} | segments) - set(declared(name))
    assert {column for columns in found for column in columns} - extra == set(declared(name))
    for columns in found:
        promised = iter(declared(name))
        assert all(column in promised for column in columns if column not in extra), "in this order"
        assert columns[:1] == ["segment"] or "segment" not in columns


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_the_table_is_the_same_every_time(journeys, name, call):
    for chosen in (journeys, nothing(journeys)):
        first = ask(chosen, name, call)
        again = ask(cx.open(journeys.folder, engine=journeys.base.engine).apply(chosen.recipe), name, call)
        assert again.table == first.table
        assert again.n == first.n


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_the_kinds_of_columns_do_not_depend_on_the_rows(journeys, name, call):
    whole, empty = (ask(j, name, call).table for j in (journeys, nothing(journeys)))
    assert empty.schema == whole.schema


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_an_empty_selection_has_an_answer(journeys, name, call):
    answer = ask(nothing(journeys), name, call)
    assert (answer.n.journeys, answer.n.customers) == (0, 0)
    assert answer.table.num_rows == (name in ONE_ROW or (name, call) == CHOICES)
    assert "n = 0 journeys" in repr(answer)


@pytest.mark.parametrize(("name", "call"), [asked for asked in ASKED if entry(asked[0]).row], ids=str)
def test_a_row_is_the_filter_that_keeps_its_journeys(journeys, name, call):
    assert_rows_keep_their_journeys(journeys, name, call)


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_the_text_says_question_n_unit_and_recipe(selected, name, call):
    result = ask(selected, name, call)
    text = repr(result)
    assert text.startswith(f"{result.question}\nn = {result.n} · unit: {result.unit}")
    assert (f"recipe {selected.recipe.hash}" if len(selected.recipe) else "whole log") in text


class Page(HTMLParser):
    """Every tag of a page, the addresses that it would load, and the text of its scripts' types and styles."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.loads, self.scripts, self.text = [], [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in ("src", "href", "xlink:href", "srcset", "data", "poster", "action") and not (
                value or ""
            ).startswith("#"):
                self.loads.append(value)
            assert not name.startswith("on"), f"<{tag} {name}={value!r}>"
        if tag == "script":
            self.scripts.append(dict(attributes).get("type"))

    def handle_data(self, data):
        self.text.append(data)


@pytest.mark.parametrize(("name", "call"), ASKED, ids=str)
def test_the_display_shows_n_and_runs_and_loads_nothing(selected, name, call):
    result = ask(selected, name, call)
    html = result._repr_html_()
    page = Page(html)
    assert str(result.n) in "".join(page.text)
    assert result.question in "".join(page.text)
    assert page.loads == []
    assert set(page.scripts) <= {"application/json"}
    assert "img" not in page.tags
    assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", html)
    assert SCRIPT not in html


@pytest.mark.parametrize(("name", "call"), [asked for asked in ASKED if entry(asked[0]).view], ids=str)
def test_the_picture_draws(selected, name, call):
    result = ask(selected, name, call)
    picture = result.chart()
    assert isinstance(picture, Picture)
    drawing = ET.fromstring(picture.svg)
    assert drawing.tag.endswith("}svg")
    text = " ".join(drawing.itertext())
    assert result.question in text
    assert f"{result.n.journeys:,} journey" in text
    if not result.n.journeys:
        assert "No journeys in this selection" in text


@pytest.mark.parametrize("known", [known for known in CATALOG if not known.view], ids=lambda known: known.name)
def test_a_measure_without_a_picture_has_none(toy, known):
    assert ask(toy, known.name, next(iter(known.calls), {})).chart() is None


@pytest.mark.parametrize("known", CATALOG, ids=lambda known: known.name)
def test_the_front_page_names_every_measure(known):
    table = (ROOT / "README.md").read_text(encoding="utf-8").split("| question | answer |")[1].split("\n\n")[0]
    assert f"`j.{known.name}(" in table
