"""Every filter that pm4py has too, on three real logs: the same journeys, or the same events of them."""

from __future__ import annotations

import pandas as pd
import pytest

import cxkit as cx
from cxkit import where as w
from cxkit.where.filter import Filter

LOGS = {
    "receipt": ("receipt/receipt.csv.gz", "case:concept:name", "concept:name", "org:resource", None),
    "sepsis": ("sepsis/sepsis.csv.gz", "case_id", "activity", "resource", "Europe/Amsterdam"),
    "simple_shop": ("simple_shop/simple_shop.csv.gz", "client_id", "event", None, None),
}
CASE, WHAT, WHEN = "case:concept:name", "concept:name", "time:timestamp"


class Real:
    """A real log for both: ours, theirs, and activities of it that are worth asking for."""

    def __init__(self, ours, theirs, agent):
        self.ours, self.theirs, self.agent = ours, theirs, agent
        self.names = ours.activities().df().sort_values("journeys", ascending=False)["activity"].tolist()
        moves = ours.process_map().df().dropna(subset=["activity", "next_activity"])
        self.moves = moves.sort_values("count", ascending=False)
        self.a, self.b = self.moves.iloc[1][["activity", "next_activity"]]
        table = ours.activities().df()
        self.first, self.last = (table.sort_values(column)["activity"].tolist()[-2:] for column in ("starts", "ends"))
        self.days = theirs[WHEN].dt.tz_convert(ours.manifest.zone).dt.strftime("%Y-%m-%d").sort_values()
        self.since, self.until = self.days.iloc[len(self.days) // 3], self.days.iloc[2 * len(self.days) // 3]
        self.rework = table.sort_values("revisit_share")["activity"].iloc[-1]

    def span(self):
        """The same two days for pm4py, whose ends are both included."""
        zone = self.ours.manifest.zone
        since, until = pd.Timestamp(self.since, tz=zone), pd.Timestamp(self.until, tz=zone) + pd.Timedelta(days=1)
        return [stamp.tz_convert("UTC").tz_localize(None) for stamp in (since, until - pd.Timedelta("1us"))]


@pytest.fixture(scope="module", params=LOGS)
def real(request, shared, tmp_path_factory):
    pytest.importorskip("pm4py")
    file, case, what, agent, zone = LOGS[request.param]
    words = {"zone": zone} if zone else {}
    log = cx.read(shared / file).roles(journey=case, activity=what, **words)
    whole = cx.prepare(log, tmp_path_factory.mktemp("filters"), progress=False)
    frame = pd.read_csv(shared / file, keep_default_na=False, dtype={case: str})
    stamps = frame[whole.manifest.roles["time"]].map(pd.Timestamp)
    stamps = stamps.map(lambda stamp: stamp if stamp.tz else stamp.tz_localize(zone or "UTC"))
    plain = pd.DataFrame({CASE: frame[case], WHAT: frame[what], WHEN: pd.to_datetime(stamps, utc=True)})
    if agent:
        plain[agent] = frame[agent].replace("", None)
    for name, attribute in whole.known_attributes.items():
        if attribute.level == "journey" and attribute.kind == "text":
            plain[name] = frame[name].replace("", None)
    plain = plain.reset_index(names="row").sort_values([CASE, WHEN, "row"], ignore_index=True)
    return Real(whole, plain.drop(columns="row"), agent)


DAY = 86_400


def cut(start=None, end=None, **words):
    """A part of each journey instead of a filter."""
    return lambda real: real.ours.extract(start, end, **words)


def of(name, *given, **words):
    """What pm4py's function of this name makes of a frame."""
    return lambda p, frame: getattr(p, f"filter_{name}")(frame, *given, **words)


def starts_and_ends(real):
    return lambda p, frame: of("end_activities", real.last)(p, of("start_activities", real.first)(p, frame))


def most_frequent(p, frame):
    return p.filter_variants(frame, [max(p.get_variants(frame).items(), key=lambda item: item[1])[0]])


def the_day_after(day):
    return f"{pd.Timestamp(day) + pd.Timedelta(days=1):%Y-%m-%d}"


# By a name: our filter, or what cuts our journeys, and what pm4py does. Not here: filter_four_eyes_principle and
# filter_activity_done_different_resources, which look at the last event of an activity only, and fail on a frame's
# columns in pm4py 2.7.23 (pandas has them below); filter_between, which makes new journeys of parts of one; and the
# filters by the percentage of a graph, which choose events by figures of the whole.
ASKED = {
    "start_activities": lambda r: (
        w.starts_with(r.first[-1]) | w.starts_with(r.first[0]), of("start_activities", r.first)
    ),
    "end_activities": lambda r: (w.ends_with(r.last[-1]), of("end_activities", r.last[-1:])),
    "end_activities, the others": lambda r: (
        ~w.ends_with(r.last[-1]), of("end_activities", r.last[-1:], retain=False)
    ),
    "start and end activities": lambda r: (w.endpoints(r.first, r.last), starts_and_ends(r)),
    "event_attribute_values of cases": lambda r: (
        w.contains(r.names[-1]) | w.contains(r.b), of("event_attribute_values", WHAT, [r.names[-1], r.b], level="case")
    ),
    "event_attribute_values of events": lambda r: (
        lambda real: real.ours.hide(*r.names[2:]),
        of("event_attribute_values", WHAT, r.names[:2], level="event"),
    ),
    "directly_follows_relation": lambda r: (
        w.follows(r.a, r.b, directly=True), of("directly_follows_relation", [(r.a, r.b)])
    ),
    "directly_follows_relation, the others": lambda r: (
        ~w.follows(r.a, r.b, directly=True), of("directly_follows_relation", [(r.a, r.b)], retain=False)
    ),
    "directly_follows_relation as a pattern": lambda r: (
        w.pattern(f'"{r.a}" -> "{r.b}"'), of("directly_follows_relation", [(r.a, r.b)])
    ),
    "eventually_follows_relation": lambda r: (w.follows(r.b, r.a), of("eventually_follows_relation", [(r.b, r.a)])),
    "eventually_follows_relation as a pattern": lambda r: (
        w.pattern(f'"{r.b}" ~> "{r.a}"'), of("eventually_follows_relation", [(r.b, r.a)])
    ),
    "paths_performance": lambda r: (
        w.follows(r.a, r.b, directly=True, after="10min", within="2d"),
        of("paths_performance", (r.a, r.b), 600, 2 * DAY),
    ),
    "paths_performance as a pattern": lambda r: (
        w.pattern(f'"{r.a}" -> [after 10min, within 2d] "{r.b}"'),
        of("paths_performance", (r.a, r.b), 600, 2 * DAY),
    ),
    "time_range, contained": lambda r: (
        w.during(r.since, r.until), of("time_range", *r.span(), mode="traces_contained")
    ),
    "time_range, intersecting": lambda r: (
        w.during(r.since, r.until, how="intersecting"), of("time_range", *r.span(), mode="traces_intersecting")
    ),
    "time_range, starting in": lambda r: (
        w.during(r.since, r.until, how="started"), of("time_range", *r.span(), mode="traces_starting_in")
    ),
    "time_range, completing in": lambda r: (
        w.during(r.since, r.until, how="completed"), of("time_range", *r.span(), mode="traces_completing_in")
    ),
    "time_range, events": lambda r: (
        lambda real: real.ours.trim(since=r.since, until=the_day_after(r.until)),
        of("time_range", *r.span(), mode="events"),
    ),
    "case_size": lambda r: (w.length(at_least=3, at_most=7), of("case_size", 3, 7)),
    "case_performance": lambda r: (w.lasts(at_least="1h", at_most="6d"), of("case_performance", 3_600, 6 * DAY)),
    "activities_rework": lambda r: (w.repeats(r.rework), of("activities_rework", r.rework, 2)),
    "variants_by_coverage_percentage": lambda r: (
        w.variant_size(at_least=-(-r.ours.n.journeys // 50)), of("variants_by_coverage_percentage", 0.02)
    ),
    "variants_top_k": lambda r: (w.variant_rank(at_most=1), of("variants_top_k", 1)),
    "variants": lambda r: (w.variant_rank(at_most=1), most_frequent),
    "trace_segments": lambda r: (
        w.pattern(f'"{r.a}" -> "{r.b}"'), of("trace_segments", [["...", r.a, r.b, "..."]])
    ),
    "prefixes": lambda r: (cut(end=r.b, end_at="first"), of("prefixes", r.b, strict=False)),
    "prefixes, strict, last": lambda r: (
        cut(end=r.b, included=False), of("prefixes", r.b, strict=True, first_or_last="last")
    ),
    "suffixes": lambda r: (cut(r.b), of("suffixes", r.b, strict=False, first_or_last="first")),
    "suffixes, strict, last": lambda r: (
        cut(r.b, start_at="last", included=False), of("suffixes", r.b, strict=True, first_or_last="last")
    ),
}  # fmt: skip


def ways(journeys):
    """The activities of each journey, in order."""
    named = {row["variant"]: tuple(row["activities"]) for row in journeys.variants().table.to_pylist()}
    rows = journeys.journeys(rows=100_000).table.to_pylist()
    return {row["journey"]: named[row["variant"]] for row in rows}


def theirs_of(frame):
    return {case: tuple(rows[WHAT]) for case, rows in frame.groupby(CASE, sort=False)}


@pytest.mark.parametrize("name", ASKED)
def test_pm4py_keeps_the_same(real, name):
    """The same journeys for a filter, the same events of the same journeys for a cut."""
    ours, theirs = ASKED[name](real)
    kept = theirs(pytest.importorskip("pm4py"), real.theirs.copy())
    if isinstance(ours, Filter):
        assert ids(real.ours.keep(ours)) == set(kept[CASE])
    else:
        assert ways(ours(real)) == {case: tuple(rows[WHAT]) for case, rows in kept.groupby(CASE, sort=False)}


def test_pm4py_keeps_the_same_values_of_a_journey(real):
    """The first attribute of journeys that has several values, and of it the most frequent one."""
    texts = [name for name, of in real.ours.known_attributes.items() if (of.level, of.kind) == ("journey", "text")]
    several = [name for name in texts if real.theirs[name].nunique() > 1]
    if several:
        value = real.theirs[several[0]].mode()[0]
        kept = pytest.importorskip("pm4py").filter_trace_attribute_values(real.theirs.copy(), several[0], [value])
        assert ids(real.ours.keep(w.attribute(several[0], value))) == set(kept[CASE])
    assert several or not real.agent


@pytest.mark.parametrize("same", [True, False])
def test_pandas_finds_the_same_or_another_agent(real, same):
    """Every pair of events of a journey, joined; pm4py looks at the last one only."""
    if not real.agent:
        return
    rows = real.theirs.reset_index(names="at").dropna(subset=[real.agent])
    pairs = rows[rows[WHAT] == real.a].merge(rows[rows[WHAT] == real.b], on=CASE, suffixes=("", " then"))
    pairs = pairs[pairs["at then"] > pairs["at"]]
    agree = pairs[real.agent] == pairs[f"{real.agent} then"]
    found = set(pairs[agree == same][CASE])
    asked = {"same": real.agent} if same else {"other": real.agent}
    assert ids(real.ours.keep(w.follows(real.a, real.b, **asked))) == found
    never = real.ours.keep(w.follows(real.a, real.b, never=True, **asked))
    assert ids(never) == set(real.theirs[real.theirs[WHAT] == real.a][CASE]) - found


def ids(journeys):
    return set(journeys.journeys(rows=100_000).table["journey"].to_pylist())
