"""Every measure of the catalog can be asked with each of its options on the command line, as it can in Python."""

from __future__ import annotations

import inspect

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import cli
from cxkit.catalog import CATALOG, entry
from cxkit.cli.forms import FORMS

SAID = cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d", stages={"buy": ["Order", "Pay"]})
# Beside these no other option may stand, or they stand for one of the others.
APART = {
    ("process_map", "level"),
    ("table", "name"),
    ("compare", "before"),
    ("compare", "within"),
    ("compare", "holding"),
}
TEXTS = {
    "by": "plan", "mix": "plan", "direction": "backward", "first": "Pay", "then": "Ship", "start": "Pay",
    "journey": "A06", "within": "3d", "scale": "log", "search": "a1", "level": "activity",
}  # fmt: skip
NUMBERS = {"top": 2, "seed": 1, "k": 2, "depth": 2, "rows": 3, "page": 1}
SHARES = {"coverage": 0.5, "radius": 0.4, "at_least": 0.5}
TRUTHS = {"quantiles": False, "customers": True, "folded": True, "falling": True, "working": False}
OWN = {
    "compare": {"left": "plus", "right": "basic"},
    "attrition": {"per": "attribute"}, "change_points": {"per": "day"}, "data_plan": {"per": "field"},
    "dotted_chart": {"order": "duration"}, "durations": {"per": "move", "scale": "steps"},
    "funnel": {"steps": "Order -> Pay"}, "journeys": {"order": "seconds"}, "over_time": {"per": "week"},
    "drivers": {"outcome": "Cancel", "at": "Order"}, "needs": {"per": "pattern"}, "value_zone": {"target": 0.5},
    "process_map": {"of": "channel"}, "retention": {"per": "week"}, "step_matrix": {"steps": 3},
    "table": {"name": "surveys"}, "time_of_week": {"of": "starts"}, "values": {"of": "plan"},
}  # fmt: skip


def options(name):
    """A value for each option of a measure, but for those that stand apart."""
    known = {**TEXTS, **NUMBERS, **SHARES, **TRUTHS, **OWN.get(name, {})}
    words = list(inspect.signature(entry(name).function).parameters)[1:]
    return {word: known[word] for word in words if (name, word) not in APART}


def written(value):
    return str(value).lower() if isinstance(value, bool) else str(value)


def told(store, name, asked):
    words = [text for option, value in asked.items() for text in ("--with", f"{option}={written(value)}")]
    done = CliRunner().invoke(cli.main, ["ask", str(store), name, "--format", "csv", *words])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def engaged(toy, tmp_path_factory):
    file = tmp_path_factory.mktemp("twins") / "engagement.toml"
    SAID.save(file)
    return cx.open(toy.folder, engagement=SAID), file


@pytest.mark.parametrize("name", [known.name for known in CATALOG])
def test_the_command_line_answers_as_python_does(toy, name):
    asked = options(name)
    expected = FORMS["csv"](entry(name).function(toy, **asked))
    assert told(toy.folder, name, asked).strip() == str(expected).strip()


def test_an_option_that_stands_apart_is_asked_too(toy, engaged):
    journeys, file = engaged
    words = [
        "ask",
        str(toy.folder),
        "process_map",
        "--with",
        "level=stage",
        "--engagement",
        str(file),
        "--format",
        "csv",
    ]
    done = CliRunner().invoke(cli.main, words)
    assert done.output.strip() == str(FORMS["csv"](journeys.process_map(level="stage"))).strip()
    assert told(toy.folder, "table", {}).strip() == str(FORMS["csv"](toy.table())).strip()
