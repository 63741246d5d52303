"""Ways through steps on real logs, on both engines, against pandas that walks every journey."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from support.real import REAL, frame_of, prepared


@pytest.fixture(scope="module", params=REAL)
def real(request, shared, engine, tmp_path_factory):
    """A real log: its journeys, and its events in pandas."""
    folder = tmp_path_factory.mktemp("paths")
    return prepared(request.param, shared, engine, folder), frame_of(request.param, shared)


# ---- funnel ----------------------------------------------------------------------------------------------------------


def walked(events, steps, days=None):
    """For each journey how far it comes, how long from step to step, and what comes next; in plain Python."""
    sets = [{step} if isinstance(step, str) else set(step) for step in steps]
    limit = None if days is None else pd.Timedelta(days=days)
    for journey, part in events.groupby("journey", sort=False):
        acts, times = part["activity"].tolist(), part["time"].tolist()
        place, reached, gaps = -1, 0, []
        for step in sets:
            later = [at for at in range(place + 1, len(acts)) if acts[at] in step]
            if limit is not None and gaps:
                later = [at for at in later if times[at] - times[gaps[0]] <= limit]
            if not later:
                break
            place, reached = later[0], reached + 1
            gaps.append(place)
        seconds = [(times[b] - times[a]).total_seconds() for a, b in pairwise(gaps)]
        after = acts[place + 1] if reached and place + 1 < len(acts) else None
        yield {"journey": journey, "depth": reached, "seconds": seconds, "next": after}


def assert_as_walked(journeys, events, steps, days=None):
    walks = pd.DataFrame(walked(events, steps, days))
    owner = events.drop_duplicates("journey").set_index("journey")["customer"]
    walks["customer"] = walks["journey"].map(owner)
    table = journeys.funnel(steps=steps, within=days and f"{days}d").df()
    for row in table.itertuples():
        here = walks[walks["depth"] >= row.step]
        assert (row.count, row.customers) == (len(here), here["customer"].nunique())
        stopped = here[here["depth"] == row.step]["next"] if row.step < len(steps) else here["next"].iloc[:0]
        assert row.fell_out == len(stopped)
        seconds = pd.Series([walk[row.step - 2] for walk in here["seconds"]] if row.step > 1 else [], dtype=float)
        assert row.median_seconds == pytest.approx(seconds.median(), nan_ok=True)
        counts = stopped.fillna("").value_counts()
        assert row.instead_count == (counts.max() if len(counts) else 0)
        if len(counts):
            assert counts["" if row.instead is None or pd.isna(row.instead) else row.instead] == counts.max()


def test_a_funnel_is_as_it_is_walked(real):
    journeys, events = real
    frequent = events["activity"].value_counts().index.tolist()
    first = events.drop_duplicates("journey")["activity"].mode()[0]
    rest = [act for act in frequent if act != first]
    assert_as_walked(journeys, events, [first, rest[0], [rest[1], rest[2]]])
    assert_as_walked(journeys, events, [first, rest[1], rest[0]], days=10)


# ---- path tree -------------------------------------------------------------------------------------------------------


def ways(events, start, backward):
    """The activities after the first start of each journey that has it (before it, the nearest first), with times."""
    for journey, part in events.groupby("journey", sort=False):
        acts, times = part["activity"].tolist(), part["time"].tolist()
        if start in acts:
            at = acts.index(start)
            places = range(at, -1, -1) if backward else range(at, len(acts))
            yield journey, tuple(acts[place] for place in places)[1:], [times[place] for place in places]


@pytest.mark.parametrize("direction", ["forward", "backward"])
def test_a_tree_is_as_it_is_walked(real, direction):
    journeys, events = real
    start = events["activity"].value_counts().index[1]
    walks = list(ways(events, start, direction == "backward"))
    for row in journeys.path_tree(start=start, direction=direction, depth=3, top=3).table.to_pylist():
        path, place = tuple(row["path"]), len(row["path"])
        here = [walk for walk in walks if walk[1][:place] == path]
        if row["kind"] == "end":
            here = [walk for walk in here if len(walk[1]) == place]
        if row["kind"] == "rest":
            here = [walk for walk in here if len(walk[1]) > place and walk[1][place] not in row["besides"]]
        assert row["count"] == row["customers"] == len(here)
        depth = row["depth"]
        gaps = [abs((times[depth] - times[depth - 1]).total_seconds()) for *_, times in here if 0 < depth < len(times)]
        expected = pd.Series(gaps, dtype=float).median() if row["kind"] != "end" and depth else None
        assert row["median_seconds"] == pytest.approx(expected)


# ---- matrices --------------------------------------------------------------------------------------------------------


def test_a_step_matrix_is_that_of_pandas(real):
    journeys, events = real
    events = events.assign(step=events.groupby("journey").cumcount() + 1)
    found = journeys.step_matrix(steps=8, top=5).df()
    shown = set(found["activity"].dropna())
    lengths = events.groupby("journey").size()
    for row in found.itertuples():
        here = events[events["step"] == row.step]["activity"]
        expected = {"activity": (here == row.activity).sum(), "other": (~here.isin(shown)).sum()}
        assert row.count == expected.get(row.kind, (lengths < row.step).sum())
        assert row.share == row.count / len(lengths)


def test_a_follow_matrix_is_that_of_pandas(real):
    journeys, events = real
    events = events.assign(at=events.groupby("journey").cumcount())
    spans = events.groupby(["journey", "activity"])["at"].agg(["min", "max"]).reset_index()
    pairs = spans.merge(spans, on="journey", suffixes=("", "_next"))
    pairs = pairs[pairs["min"] < pairs["max_next"]].groupby(["activity", "activity_next"]).size()
    found = journeys.follow_matrix(top=40).df()
    assert found["activity"].notna().all()
    for row in found.itertuples():
        assert row.count == row.customers == pairs.get((row.activity, row.next_activity), 0)


def test_rework_is_that_of_pandas(real):
    journeys, events = real
    before = events.groupby("journey")["activity"].shift()
    events = events.assign(again=events["activity"] == before, first=~events.duplicated(["journey", "activity"]))
    for row in journeys.rework().table.to_pylist():
        own = events[events["activity"] == row["activity"]]
        assert (row["count"], row["visited"], row["in_a_row"]) == (len(own), own["first"].sum(), own["again"].sum())
        assert row["journeys"] == own[own.duplicated("journey")]["journey"].nunique()
        back = own[~own["again"] & ~own["first"]]
        assert (row["returns"], row["return_journeys"]) == (len(back), back["journey"].nunique())
