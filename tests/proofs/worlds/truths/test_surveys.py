"""What would everybody have answered? One survey that weights can mend, and one that nothing can."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from oracle import DAY, World, seconds

KEYS = ["survey", "journey", "sent"]


def asked(world: World, survey: str) -> pd.DataFrame:
    """Who was asked, what they answered, and what they would have."""
    shown, hidden = world.table("surveys"), world.hidden["surveys"].to_pandas()
    assert len(shown) == len(hidden)
    both = shown.assign(truly=hidden.score)
    assert (shown[KEYS] == hidden[KEYS]).all(axis=None)
    both = both[both.survey == survey].join(world.journeys[["outcome", "persona", "kind", "region"]], on="journey")
    said = both.score.notna()
    assert (both.score[said] == both.truly[said]).all()
    assert (said == both.answered.notna()).all()
    return both.assign(said=said, sent=seconds(both.sent))


@pytest.fixture(scope="module")
def journey(world: World) -> pd.DataFrame:
    return asked(world, "after journey")


@pytest.fixture(scope="module")
def contact(world: World) -> pd.DataFrame:
    return asked(world, "after contact")


def weighted(rows: pd.DataFrame, by: list[str]) -> float:
    """The mean of the answers, weighted to all who were asked."""
    means = rows[rows.said].groupby(by).score.mean()
    sizes = rows.groupby(by).size().reindex(means.index)
    return float(np.average(means, weights=sizes))


@pytest.mark.parametrize("end", ["good", "bad"])
def test_who_answers_depends_on_how_it_ended(world: World, journey: pd.DataFrame, end: str) -> None:
    rows = journey[(journey.outcome == end) & (journey.sent < world.end - 14 * DAY)]
    world.counted(f"survey.journey.response_{end}", rows.said.mean())


def test_weights_mend_the_survey_after_journeys(world: World, journey: pd.DataFrame) -> None:
    world.counted("survey.journey.mean", journey.truly.mean())
    mended = weighted(journey, ["outcome"])
    world.found("survey.journey.mean", mended)
    assert mended == pytest.approx(world.of("survey.journey.mean")["weighted"], abs=1e-3)


def test_the_plain_mean_of_it_is_too_low(world: World, journey: pd.DataFrame) -> None:
    naive = journey.score.mean()
    world.counted_naive("survey.journey.mean", naive)
    world.missed("survey.journey.mean", naive, "below")
    world.missed("survey.journey.mean", weighted(journey, ["persona", "region"]), "below")


def test_the_survey_after_contacts_is_not_what_people_think(world: World, contact: pd.DataFrame) -> None:
    world.counted("survey.contact.mean", contact.truly.mean())
    world.counted_naive("survey.contact.mean", contact.score.mean())


@pytest.mark.parametrize("by", [["survey"], ["outcome"], ["persona"], ["outcome", "persona", "kind"]])
def test_no_weights_mend_it(world: World, contact: pd.DataFrame, by: list[str]) -> None:
    world.missed("survey.contact.mean", weighted(contact, by), "below")


def test_bounds_hold_it(world: World, contact: pd.DataFrame) -> None:
    told, share = contact.score.mean(), contact.said.mean()
    low, high = told * share, told * share + 10 * (1 - share)
    assert [low, high] == pytest.approx(world.of("survey.contact.mean")["worst_case"], abs=1e-3)
    assert low <= contact.truly.mean() <= high


@pytest.mark.parametrize(
    ("key", "persona", "kind"),
    [("cell.understood.score", "wants to know", "order"), ("cell.misunderstood.score", "likes to talk", "fault")],
)
def test_how_two_cells_are_served(world: World, journey: pd.DataFrame, key: str, persona: str, kind: str) -> None:
    world.some_are(persona)
    rows = journey[journey.kind == kind]
    own, others = rows[rows.persona == persona], rows[rows.persona != persona]
    usual = others.groupby("outcome").truly.mean()
    world.counted(key, (own.truly - own.outcome.map(usual)).mean())


def test_praise_that_nobody_asked_for(world: World) -> None:
    comments, hidden = world.table("comments"), world.hidden["comments"].to_pandas()
    assert list(comments.comment) == list(hidden.comment)
    unasked = comments.source == "web"
    world.counted("comment.unasked_praise", unasked.sum())
    assert hidden.praise[unasked].all()
    assert comments.activity[unasked].isin(["Technician visit", "Visit shop with question"]).all()
    assert comments.text.str.len().min() > 5
