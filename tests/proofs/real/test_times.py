"""Time on real logs, against pandas, which counts the source's own rows: weeks, months, hours of the week, spans."""

from __future__ import annotations

import pandas as pd
import pytest
from support.rows import assert_rows_keep_their_journeys

import cxkit as cx

# the file, its columns of journey, activity and time, its zone, and what may be said of its ends
LOGS = {
    "sepsis": (
        "sepsis/sepsis.csv.gz", ("case_id", "activity", "timestamp"), "Europe/Amsterdam", "order",
        {"goals": ["Release A"], "cancels": ["Return ER"], "silence": "60d"},
    ),
    "receipt": (
        "receipt/receipt.csv.gz", ("case:concept:name", "concept:name", "time:timestamp"), "Europe/Amsterdam", None,
        {"goals": ["T10 Determine necessity to stop indication"], "cancels": ["T20 Print report Y to stop indication"]},
    ),
    "traffic_fines": (
        "traffic_fines/traffic_fines_full.parquet", ("case_id", "activity", "timestamp"), "Europe/Rome", "order",
        {"goals": ["Payment"], "cancels": ["Send for Credit Collection"], "silence": "365d"},
    ),
}  # fmt: skip
ANYWHERE = [*((name, "duckdb") for name in LOGS), pytest.param(("receipt", "spark"), marks=pytest.mark.spark)]
DAY = pd.Timedelta(days=1)


@pytest.fixture(scope="module", params=ANYWHERE, ids=" on ".join)
def real(request, shared, tmp_path_factory):
    """The journeys of a log with an engagement, and its rows as pandas has them, times in its zone."""
    name, engine = request.param
    file, columns, zone, order, ends = LOGS[name]
    session = request.getfixturevalue("spark") if engine == "spark" else None
    roles = dict(zip(("journey", "activity", "time"), columns, strict=True)) | ({"order": order} if order else {})
    store = tmp_path_factory.mktemp("times") / "store"
    cx.prepare(cx.read(shared / file).roles(**roles, zone=zone), store, engine=session, progress=False)
    texts = {"dtype": str, "keep_default_na": False}  # one journey of sepsis is called "NA"
    table = pd.read_parquet(shared / file) if file.endswith("parquet") else pd.read_csv(shared / file, **texts)
    events = pd.DataFrame({"case": table[columns[0]].astype(str), "what": table[columns[1]]})
    times = pd.to_datetime(table[columns[2]], utc=name == "receipt", format="mixed")
    events["time"] = times.dt.tz_convert(zone) if name == "receipt" else times.dt.tz_localize(zone)
    return cx.open(store, engine=session, engagement=cx.Engagement(**ends)), events, ends


def outlined(events, ends):
    """The journeys of the rows, with how they ended; which of them can be judged."""
    cases = events.groupby("case")["time"].agg(first="min", last="max")
    marks = {word: set(events.loc[events["what"].isin(ends[f"{word}s"]), "case"]) for word in ("goal", "cancel")}
    silence = pd.Timedelta(ends["silence"].upper()) if "silence" in ends else None
    quiet = events["time"].max() - cases["last"]
    cases["end"] = "open"
    if silence is not None:
        cases.loc[quiet > silence, "end"] = "silent"
    for word in ("cancel", "goal"):
        cases.loc[cases.index.isin(marks[word]), "end"] = word
    cases["seconds"] = (cases["last"] - cases["first"]).dt.total_seconds()
    within = cases.loc[cases["end"] != "open", "seconds"].quantile(0.9) + (silence.total_seconds() if silence else 0)
    old = (events["time"].max() - cases["first"]).dt.total_seconds() >= within - 1e-6
    cases["judged"] = old & (cases["end"] != "open")
    return cases


def begins(times, per):
    """The first day of the period of each time."""
    days = times.dt.tz_localize(None).dt.normalize()
    return days - days.dt.day_of_week * DAY if per == "week" else days - (days.dt.day - 1) * DAY


@pytest.mark.parametrize("per", ["week", "month"])
def test_periods_are_those_of_pandas(real, per):
    journeys, events, ends = real
    cases = outlined(events, ends)
    found = journeys.over_time(per=per).df().assign(first_day=lambda table: pd.to_datetime(table["first_day"]))
    found = found.set_index("first_day")
    started, completed = begins(cases["first"], per), begins(cases["last"], per)
    wanted = {
        "started": cases.groupby(started).size(),
        "completed": cases.groupby(completed).size(),
        "reached": cases[cases["end"] == "goal"].groupby(completed).size(),
        "cancelled": cases[cases["end"] == "cancel"].groupby(completed).size(),
        "ended": cases[cases["judged"]].groupby(started).size(),
    }
    for name, counts in wanted.items():
        assert found[name].astype(int).to_dict() == counts.reindex(found.index, fill_value=0).to_dict(), name
        assert counts.index.isin(found.index).all()
    judged = cases[cases["judged"]]
    medians = judged["seconds"].groupby(started).median().reindex(found.index)
    rates = (judged["end"] == "goal").groupby(started).mean().reindex(found.index)
    pd.testing.assert_series_equal(found["median_seconds"], medians, check_names=False, rtol=1e-9)
    pd.testing.assert_series_equal(found["goal_share"], rates, check_names=False, rtol=1e-9)
    known = found.dropna(subset=["goal_share", "share_low"])
    assert ((known["share_low"] <= known["goal_share"]) & (known["goal_share"] <= known["share_high"])).all()
    assert (found["open"] == found["started"] - found["ended"]).all()


def test_hours_of_the_week_are_those_of_pandas(real):
    journeys, events, _ = real
    found = journeys.time_of_week().df().set_index(["weekday", "hour"])["count"]
    hours = events.groupby([events["time"].dt.day_of_week + 1, events["time"].dt.hour]).size()
    assert found[found > 0].to_dict() == hours.to_dict()


def test_spans_are_those_of_pandas(real):
    journeys, _, _ = real
    moves = journeys.durations(per="move").df()
    slowest = moves.loc[(moves["count"] * moves["mean_seconds"]).idxmax()]
    spans = journeys.performance_spectrum().df()
    assert (spans["activity"][0], spans["next_activity"][0]) == (slowest["activity"], slowest["next_activity"])
    assert (spans["times"] == slowest["count"]).all()
    assert len(spans) == min(600, slowest["count"])
    medians = spans.loc[spans["quarter"] == 2, "up_to_seconds"]
    assert medians.empty or medians.iloc[0] == pytest.approx(slowest["median_seconds"])
    assert (spans["seconds"] <= spans["up_to_seconds"]).all()
    assert spans["log_seconds"].is_monotonic_increasing


def test_dots_are_of_journeys_evenly_chosen(real):
    journeys, events, _ = real
    dots = journeys.dotted_chart().df()
    firsts = events.groupby("case")["time"].min().sort_values()
    since = (firsts - firsts.iloc[0]).dt.total_seconds().to_list()
    shown = dots.drop_duplicates("place")
    assert [since[place] for place in shown["place"]] == pytest.approx(shown["log_seconds"].to_list())
    assert len(dots) <= 5_000
    assert shown["place"].diff().dropna().between(1, len(firsts) / len(shown) + 1).all()


def test_rows_keep_their_journeys(real):
    journeys, _, _ = real
    assert assert_rows_keep_their_journeys(journeys, "over_time", {"per": "quarter"})
    assert_rows_keep_their_journeys(journeys, "change_points", {})
