"""One dialect: figures, lengths of time, lists and texts as `words` says them, and nobody else; markup, SQL and
narwhals each in their own rooms."""

from __future__ import annotations

import ast
import math
import re
from datetime import date

import pytest
from support.plan import MODULES, imports_of, tree_of, under

from cxkit import words

NONE = "\N{EN DASH}"
FIGURES = re.compile(r"[,%]$|[,.]\d*[efg%]$")  # how many, which part, which decimals; `:g` and `:>8` are no dialect

# Who else writes decimals, and what they are: none of them is read by people.
DECIMALS = {
    "cxkit.words": "the dialect itself",
    "cxkit.views.picture": "coordinates",
    "cxkit.views.placing.layout": "the language of dot",
    "cxkit.views.map": "scales in data attributes",
    "cxkit.views.ranges": "ticks as keys of a Vega expression",
    "cxwidgets.times.durations": "bins as keys",
}
MARKUP = re.compile(r"<(td|th|tr|table|p|div|span|ul|li|details|code|svg|figure)\b[^<]*>")
DRAWN = "cxkit.views cxwidgets"  # rooms that write markup
SQL = re.compile(r"\bSELECT\b.*\bFROM\b", re.DOTALL)
ASKED = "cxkit.reading cxkit.shaping cxkit.readiness cxkit.store cxkit.append"  # rooms that write SQL
EXPRESSIONS = """
    cxkit.store cxkit.append.append cxkit.where cxkit.selection cxkit.facts cxkit.measures cxkit.journeys
    cxkit.reading.frames cxkit.writing.events
"""


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (None, NONE), (math.nan, NONE), (0, "0 s"), (0.0004, "<1 ms"), (0.25, "250 ms"), (1, "1 s"), (59.4, "59 s"),
        (59.7, "1 min"), (90, "1.5 min"), (3599, "1 h"), (5400, "1.5 h"), (86_399, "1 d"), (3.2 * 86_400, "3.2 d"),
        (45 * 86_400, "45 d"), (365.25 * 86_400, "1 y"), (1e9, "32 y"), (-60, "\N{MINUS SIGN}1 min"), (math.inf, "∞"),
    ],
)  # fmt: skip
def test_durations_are_written_as_people_say_them(seconds, said):
    assert words.lasting(seconds) == said


def test_counts_have_their_thousands_apart():
    assert [words.many(n) for n in (0, 999, 12_345, 2.0, None)] == ["0", "999", "12,345", "2", NONE]
    assert [words.many(n, "pair") for n in (1, 2_000)] == ["1 pair", "2,000 pairs"]
    assert words.many(2, "activity", "activities") == "2 activities"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (0, "0%"), (1, "100%"), (0.0523, "5.2%"), (0.05, "5%"), (0.0996, "10%"), (0.923, "92%"), (1.234, "123%"),
        (0.0002, "<0.1%"), (0.9996, ">99.9%"), (0.997, "99.7%"), (0.002, "0.2%"), (None, NONE), (math.nan, NONE),
    ],
)  # fmt: skip
def test_shares_never_round_to_nothing_or_all(part, said):
    assert words.percent(part) == said


def test_numbers_that_are_no_counts():
    assert [words.rounded(n) for n in (0, 3.333, 9.96, 12.5, 1234.5)] == ["0", "3.3", "10", "12", "1,234"]
    assert [words.precise(n) for n in (0.12345, 3.3333, 1234.5)] == ["0.123", "3.33", "1,234"]


def test_lists_say_how_many_are_left_out():
    assert words.listed(["a", "b"], 3) == "a, b"
    assert words.quoted(["a", "b", "c", "d"], 2) == '"a", "b" and 2 more'


def test_texts_are_on_one_line_and_hide_nothing():
    assert words.safe("a\x00b\nc\u202ed\u200be") == r"a\x00b\nc\u202ed\u200be"
    assert words.safe("Käse 注文 🧾") == "Käse 注文 🧾"
    assert len(words.short("x" * 100)) == words.SHOWN
    assert words.short("x" * 100).endswith("…")


def test_days_are_said_with_as_much_as_tells_them_apart():
    days = [date(2025, 6, 2), date(2025, 6, 8), date(2025, 7, 1), date(2026, 1, 4)]
    spans = [words.spanned(days[0], day) for day in days]
    assert spans == ["2 Jun 2025", "2 to 8 Jun 2025", "2 Jun to 1 Jul 2025", "2 Jun 2025 to 4 Jan 2026"]
    assert words.dated(days[0], year=False) == "2 Jun"


def test_exact_lengths_read_back():
    assert [words.exactly(n) for n in (60, 90, 86_400, 0.25)] == ["1min", "90s", "1d", "0.25s"]


@pytest.mark.parametrize("module", MODULES)
def test_numbers_are_formatted_in_words_only(module):
    if module not in DECIMALS:
        written = [ast.unparse(node) for node in ast.walk(tree_of(module)) if isinstance(node, ast.FormattedValue)]
        specs = [text.rsplit(":", 1)[-1].rstrip("}'\"") for text in written if ":" in text]
        assert not [spec for spec in specs if FIGURES.search(spec)]


@pytest.mark.parametrize("module", MODULES)
def test_per_cent_stands_close(module):
    assert not [text for text in _texts(module) if re.search(r"(^|\d) %( [a-z]|$)", text)]


@pytest.mark.parametrize("module", MODULES)
def test_markup_is_written_in_views_only(module):
    if not under(module, DRAWN):
        assert not [text for text in _texts(module) if MARKUP.search(text)]
        assert not [entry for entry in imports_of(module) if entry.of == "html" and entry.name == "escape"]


@pytest.mark.parametrize("module", MODULES)
def test_sql_is_written_before_the_store_only(module):
    if not under(module, ASKED):
        assert not [text for text in _texts(module) if SQL.search(text)]


@pytest.mark.parametrize("module", MODULES)
def test_narwhals_is_spoken_after_the_store_only(module):
    if not under(module, EXPRESSIONS):
        assert not [entry for entry in imports_of(module) if under(entry.of, "narwhals") and entry.when != "for types"]


def _texts(module: str) -> list[str]:
    """Every literal text of a module but its docstrings."""
    tree = tree_of(module)
    told = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None
    }
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [node.value for node in texts if id(node) not in told]
