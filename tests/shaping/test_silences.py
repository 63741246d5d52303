"""Silences: gaps and thresholds counted by hand and by plain Python, and a natural threshold where there is one."""

from __future__ import annotations

import re
from itertools import pairwise
from statistics import median

import numpy as np
import pandas as pd
import pytest

import cxkit as cx
from cxkit.shaping.silences import GRID
from cxkit.shaping.valley import LONGEST, PER_OCTAVE, SHORTEST, valley
from cxkit.statistics import resampling
from cxkit.times import duration

ROLES = {"journey": "who", "activity": "what", "time": "when"}
START = pd.Timestamp("2025-01-01", tz="UTC")


def log_of(journeys, what="x"):
    """A log of journeys, each a list of gaps in seconds."""
    rows = [
        (f"J{n}", START + pd.Timedelta(seconds=float(at)))
        for n, gaps in enumerate(journeys)
        for at in np.cumsum([0, *gaps])
    ]
    frame = pd.DataFrame(rows, columns=["who", "when"])
    return cx.read(frame.assign(what=what)).roles(**ROLES)


def drawn(make, journeys=150, events=12, seed=3):
    """Journeys whose gaps are drawn by a function of a generator and a size."""
    random = np.random.default_rng(seed)
    return log_of([make(random, events) for _ in range(journeys)])


def test_thresholds_are_counted_by_hand():
    """Two journeys: gaps of an hour, none, two days; and of a day."""
    found = log_of([[3_600, 0, 172_800], [86_400]]).silences(silence="1d")
    assert (found.events, found.journeys, found.gaps, found.none) == (6, 2, 4, 1)
    table = found.df().set_index("silence")
    columns = ["journeys", "median_events", "single", "single_share", "longer"]
    assert table.loc["30min", columns].tolist() == [5, 1, 4, 0.8, 3]
    assert table.loc["1h", columns].tolist() == [4, 1, 3, 0.75, 2]
    assert table.loc["1d", columns].tolist() == [3, 2, 1, 1 / 3, 1]
    assert table.loc["2d", columns].tolist() == [2, 3, 0, 0, 0]
    assert table[table["chosen"] != ""]["chosen"].to_dict() == {"12h": "half", "1d": "chosen", "2d": "double"}
    assert found.quantiles().set_index("share")["seconds"][0.5] == pytest.approx((3_600 + 86_400) / 2)
    assert found.suggested is None
    assert "too few to tell" in found.evidence


def test_plain_python_counts_alike():
    """Every threshold of the grid, on journeys of all lengths, one of them a single event."""
    random = np.random.default_rng(5)
    journeys = [2.0 ** random.integers(0, 26, size=random.integers(0, 9)) for _ in range(40)]
    table = log_of(journeys).silences().df()
    assert table["seconds"].tolist() == [float(seconds) for seconds in GRID]
    for row in table.itertuples():
        lengths = []
        for gaps in journeys:
            cuts = [0, *(n + 1 for n, gap in enumerate(gaps) if gap > row.seconds), len(gaps) + 1]
            lengths += [end - start for start, end in pairwise(cuts)]
        assert (row.journeys, row.median_events, row.single) == (len(lengths), median(lengths), lengths.count(1))


def test_the_curve_is_what_a_split_makes(tmp_path):
    log = drawn(lambda random, n: 2 ** random.uniform(4, 22, n), journeys=20)
    found = log.silences().df().set_index("silence")["journeys"]
    for silence in ("5min", "8h", "14d"):
        parts = log.split(silence=silence)
        assert parts.head(1_000)["journey"].nunique() == found[silence]
        assert f"20 journeys became {found[silence]:,}." in parts.source.notes[-1]


def test_rows_that_are_no_events_play_no_part():
    frame = pd.DataFrame({"who": ["A", "A", "A", None], "what": ["x", "", "y", "x"]})
    frame["when"] = ["2025-06-01", "2025-06-02", "2025-06-03", "2025-06-09"]
    found = cx.read(frame).roles(**ROLES).silences()
    assert (found.events, found.gaps, found.lengths[0]) == (2, 1, 172_800)


def test_only_the_customers_turn_can_be_looked_at():
    frame = pd.DataFrame({"who": "A", "what": ["asked", "answered", "asked", "end"]})
    frame["when"] = ["2025-06-01", "2025-06-11", "2025-07-11", "2025-07-12"]
    log = cx.read(frame).roles(**ROLES)
    found = log.silences(after="answered")
    assert found.gaps == 1
    assert found.lengths[0] == 30 * 86_400
    assert found.df().set_index("silence").loc["7d", "journeys"] == 2
    assert log.split(silence="7d", after="answered").head()["journey"].tolist() == ["A/1", "A/1", "A/2", "A/2"]
    with pytest.raises(cx.CxError, match='Closest: "answered"'):
        log.silences(after="answerd")


# ---- the natural threshold -------------------------------------------------------------------------------------------

DAY = 86_400
VISITS = {
    "clicks and days": (
        lambda r, n: np.where(r.random(n) < 0.8, r.lognormal(4, 1, n), r.lognormal(12, 1, n)),
        400,
        20_000,
    ),
    "few visits again": (
        lambda r, n: np.where(r.random(n) < 0.97, r.lognormal(4, 1, n), r.lognormal(12, 1, n)),
        400,
        40_000,
    ),
    "steps and errands": (
        lambda r, n: np.where(r.random(n) < 0.8, r.lognormal(12, 1, n), r.lognormal(16.2, 0.6, n)),
        10 * DAY,
        60 * DAY,
    ),
}
NOTHING = {
    "one mode": lambda r, n: r.lognormal(10, 2.5, n),
    "waits without memory": lambda r, n: r.exponential(3 * DAY, n),
    "a long tail": lambda r, n: 60 * (1 + r.pareto(0.8, n)),
    "any length": lambda r, n: 2 ** r.uniform(3, 22, n),
    "whole days": lambda r, n: np.ceil(r.exponential(2, n)) * DAY,
    "one day or two": lambda r, n: r.geometric(0.5, n) * DAY + r.normal(0, 7_200, n),
    "some steps in pairs": lambda r, n: np.where(r.random(n) < 0.1, r.lognormal(3, 1, n), r.lognormal(14, 1, n)),
    "bills of a nightly run": lambda r, n: np.where(np.arange(n) % 5, r.lognormal(14.5, 1, n), r.lognormal(5, 0.5, n)),
    "people differ": lambda r, n: r.lognormal(10 + 2 * r.normal(), 1, n),
}


@pytest.mark.parametrize("make", VISITS)
def test_a_valley_between_two_modes_is_a_threshold(make):
    gaps, low, high = VISITS[make]
    found = drawn(gaps).silences()
    assert found.suggested
    assert low < duration(found.suggested) / 1e6 < high
    assert "they are rarest" in found.evidence
    assert "100% of 200 samples" in found.evidence
    chosen = found.df().query("chosen != ''")["seconds"].tolist()
    assert chosen == [found.natural / 2, found.natural, found.natural * 2]


@pytest.mark.parametrize(("waiting", "natural"), [(1, False), (2, False), (5, True)])
def test_a_valley_that_hangs_on_few_journeys_is_no_threshold(waiting, natural):
    """Ten short gaps in each of 40 groups, ten long ones in some: a sample has the valley if it draws one of these.

    That are about 63, 87 and 99 in a hundred samples: 1 - (1 - waiting / 40) ** 40.
    """
    counts = np.zeros((40, (LONGEST - SHORTEST) * PER_OCTAVE))
    counts[:, 130], counts[:waiting, 230] = 10, 10
    best, counted = valley(counts)
    assert best.counts
    assert best.depth < 0.01
    assert best.found == (resampling.drawn(40, 200)[:, :waiting].sum(axis=1) > 0).mean()
    assert best.found == pytest.approx(1 - (1 - waiting / 40) ** 40, abs=0.08)
    assert counted is natural


@pytest.mark.parametrize("make", NOTHING)
def test_where_there_is_no_valley_no_threshold_is_suggested(make):
    found = drawn(NOTHING[make]).silences()
    assert found.suggested is None
    assert found.evidence.startswith("No natural threshold: ")
    assert not found.df()["chosen"].any()


def test_a_threshold_that_leaves_single_events_is_no_advice():
    """Of 150 journeys with 13 events, nine in ten gaps are days: split there, most parts have one event."""
    found = drawn(NOTHING["some steps in pairs"]).silences()
    said = r"gaps are rarest at about .*, but that would make 1,\d{3} journeys, (8\d|9[0-2])% of them of one event"
    assert re.search(said, found.evidence)


def test_a_threshold_does_not_hang_on_the_order_of_rows():
    log = drawn(VISITS["clicks and days"][0])
    turned = cx.read(log.head(10_000).sample(frac=1, random_state=1)).roles(**ROLES)
    assert repr(log.silences()) == repr(turned.silences())


def test_a_night_is_pointed_out():
    night = drawn(lambda r, n: np.where(r.random(n) < 0.6, r.lognormal(4, 0.8, n), r.normal(16 * 3_600, 3_600, n)))
    assert "about a night" in night.silences().evidence


# ---- the display -----------------------------------------------------------------------------------------------------


def test_the_display_says_what_the_table_holds():
    found = drawn(VISITS["clicks and days"][0]).silences()
    page = found._repr_html_()
    assert page.count("<tr") == found.df()["longer"].gt(0).sum() + 3
    bars = [float(width) for width in re.findall(r";width:([\d.]+)em", page)]
    assert max(bars) == 12
    assert min(bars) >= 0
    counts = [int(count.replace(",", "")) for count in re.findall(r"</span>([\d,]+)", page)]
    assert sum(counts) == found.gaps
    assert f"{found.suggested} (chosen)" in page
    assert "house rule" in page


def test_hostile_names_are_inert(tmp_path):
    log = log_of([[3_600] * 3], what="<script>alert(1)</script>")
    log.source.name = "<script>x\x00</script>"
    found = log.silences(after=["<script>alert(1)</script>"])
    assert "<script>" not in found._repr_html_()
    assert "\x00" not in repr(found)


def test_a_log_without_gaps_says_so():
    found = log_of([[], []]).silences()
    assert found.gaps == 0
    assert "too few" in found.evidence
    assert found.df()["journeys"].eq(2).all()
    assert "2 journeys" in found._repr_html_()
    with pytest.raises(cx.CxError, match="has no times"):
        cx.read(pd.DataFrame({"who": ["A"], "what": ["x"]})).roles(journey="who", activity="what", time="").silences()
    with pytest.raises(cx.CxError, match="has no unit"):
        log_of([[1]]).silences(silence=5)


def test_clicks_in_a_web_shop_have_a_valley(shared):
    log = cx.read(shared / "simple_shop" / "simple_shop.csv.gz")
    found = log.roles(journey="client_id", activity="event", time="timestamp").silences()
    assert found.suggested == "10min"
    at_half_an_hour = found.df().set_index("silence").loc["30min", "journeys"]
    assert abs(found.df().set_index("silence").loc["10min", "journeys"] / at_half_an_hour - 1) < 0.001


def test_patients_in_a_hospital_have_none(shared):
    log = cx.read(next((shared / "sepsis").glob("*.csv*")))
    found = log.roles(journey="case_id", activity="activity", time="timestamp").silences()
    assert found.gaps == 15_214 - 1_050
    assert found.suggested is None or found.valley.depth <= 0.5
