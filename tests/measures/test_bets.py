"""Bets: written down before the answer, kept as they are, scored by hand, and not believed when they are read."""

from __future__ import annotations

import json
import stat

import pytest
from support.toy import bound

import cxkit as cx
from cxkit.answers.wagers import FILE


@pytest.fixture
def shop(tmp_path):
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    journeys = cx.prepare(log, tmp_path / "shop", progress=False)
    return bound(journeys, cx.Engagement(goals=["Deliver"], cancels=["Cancel"], silence="2d"))


def test_guesses_are_scored_by_hand(shop):
    guess = ["Order", "Cancel"]
    shop.bet(goal=0.5, way=guess, again="Call", wait=["Pay", "Ship"], by="<b>Ann</b>")
    found = shop.bets().df().set_index("asked")
    score = found["score"].tolist()
    assert score[0] == pytest.approx(1 - abs(0.5 - 5 / 12) / (7 / 12)), "5 of 12 ended journeys reach the goal"
    assert found["score"]["What do most journeys do twice or more?"] == 1
    assert found["score"]["Which way do most journeys go?"] == 2 / 4, "2 journeys go it, 4 the most common way"
    waits = 5 * 28.8, 5 * 48  # hours in all, from Pay to Ship, and from Ship to Deliver
    told = found.loc["On which step do all journeys together wait longest?"]
    assert told["score"] == pytest.approx(waits[0] / waits[1])
    assert told["answer"] == "Ship → Deliver"
    assert "<b>Ann" not in shop.bets()._repr_html_()


def test_a_bet_stays_as_it_was_and_only_its_user_reads_it(shop):
    shop.bet(goal=0.5)
    with pytest.raises(cx.CxError, match='bet on "goal" already'):
        shop.bet(goal=0.6)
    assert len(shop.bet(goal=0.6, by="Bo").bets().df()) == 2
    assert stat.S_IMODE((shop.folder / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        json.dumps({"format": 1, "bets": [{"kind": "goal", "guess": 7, "by": "", "placed": "2026-01-01"}]}),
        json.dumps({"format": 1, "bets": [{"kind": "wait", "guess": ["A"], "by": "", "placed": "2026-01-01"}]}),
        json.dumps({"format": 1, "bets": [{"kind": "run", "guess": ["A"], "by": "", "placed": "2026-01-01"}]}),
        json.dumps({"format": 1, "bets": [{"kind": "goal", "guess": 0.5, "by": "", "placed": "soon"}]}),
    ],
)
def test_a_file_that_holds_no_bets_is_not_believed(shop, document):
    (shop.folder / FILE).write_text(document)
    with pytest.raises(cx.CxError, match="cannot be read"):
        shop.bets()


def test_what_cannot_be_bet_is_said(shop):
    with pytest.raises(KeyError, match='Closest: "Call"'):
        shop.bet(again="Calll")
    for words in ({"goal": 70}, {"wait": ["Pay"]}, {}):
        with pytest.raises(cx.CxError):
            shop.bet(**words)
    assert not (shop.folder / FILE).exists()
