"""The numbers of real logs, against figures counted with pandas, SQL and pm4py."""

import pytest

import cxkit as cx

LOGS = {
    "receipt": ("receipt/receipt.csv.gz", {"journey": "case:concept:name", "activity": "concept:name"}),
    "sepsis": ("sepsis/sepsis.csv.gz", {"journey": "case_id", "activity": "activity", "zone": "Europe/Amsterdam"}),
    "simple_shop": ("simple_shop/simple_shop.csv.gz", {"journey": "client_id", "activity": "event"}),
    "ab_test_demo": ("simple_shop/ab_test_demo.csv.gz", {"journey": "client_id", "activity": "event"}),
    "traffic_fines": ("traffic_fines/traffic_fines_full.parquet", {"journey": "case_id", "activity": "activity"}),
    "uci_incident": (
        "incident_uci/incident_event_log.csv.gz",
        {"journey": "number", "activity": "incident_state", "time": "sys_updated_at"},
    ),
    "completejourney": ("completejourney/journey_events.parquet", {"journey": "household_id", "activity": "activity"}),
    "patients_all_events": ("patients/patients.csv.gz", {"journey": "patient", "activity": "handling"}),
}


@pytest.fixture(scope="module", params=LOGS)
def log(request, shared, expected, tmp_path_factory):
    file, roles = LOGS[request.param]
    store = tmp_path_factory.mktemp("stores") / request.param
    return cx.prepare(cx.read(shared / file).roles(**roles), store, progress=False), expected(request.param)


def test_counts(log):
    journeys, figures = log
    counted = journeys.summary().df().iloc[0]
    assert counted.events == figures["events"]
    assert counted.journeys == figures["cases"]
    assert counted.activities == figures["activities"]
    assert counted.variants == figures["variants_time_order"]
    assert counted.moves == figures["dfg_edges"]
    assert counted.tied_events == figures["same_case_same_time_ties"]
    assert journeys.manifest.dropped == {}


def test_moves(log):
    journeys, figures = log
    table = journeys.process_map().df()
    moves = table.dropna(subset=["activity", "next_activity"])
    assert moves["count"].sum() == figures["dfg_transitions"]
    counts = dict(zip(zip(moves.activity, moves.next_activity, strict=True), moves["count"], strict=True))
    top = figures["top_edges"]
    assert [counts[a, b] for a, b, _ in top] == [count for _, _, count in top]
    assert sorted(counts.values(), reverse=True)[: len(top)] == [count for _, _, count in top]


def test_starts_and_ends(log):
    journeys, figures = log
    table = journeys.process_map().df()
    starts = table[table.activity.isna()].set_index("next_activity")["count"].to_dict()
    ends = table[table.next_activity.isna()].set_index("activity")["count"].to_dict()
    for counted, known in ((starts, figures["start_activities"]), (ends, figures["end_activities"])):
        assert {name: counted[name] for name in known} == known
        assert sum(counted.values()) == figures["cases"]


def test_variants_and_durations(log):
    journeys, figures = log
    variants = journeys.variants().df()
    assert variants.share[0] == pytest.approx(figures["top_variant_share"], abs=1e-6)
    assert variants["count"].sum() == figures["cases"]
    lasting = journeys.durations().df()
    assert lasting.median_seconds[0] == pytest.approx(figures["case_duration_seconds"]["median"], abs=1e-3)
    assert lasting.mean_seconds[0] == pytest.approx(figures["case_duration_seconds"]["mean"], rel=1e-6)
    lengths = journeys.journeys(rows=100_000).df().events
    assert lengths.max() == figures["events_per_case"]["max"] or len(lengths) < figures["cases"]


def _without_ties(frame, columns, zone):
    """The frame with a microsecond more per row of a journey: pm4py orders ties as it happens, we by row."""
    import pandas as pd

    case, time = columns["case_id"], columns["timestamp_key"]
    stamps = frame[time].map(lambda text: pd.Timestamp(text) if pd.Timestamp(text).tz else pd.Timestamp(text, tz=zone))
    frame[time] = pd.to_datetime(stamps, utc=True) + pd.to_timedelta(frame.groupby(case).cumcount(), unit="us")
    return frame


@pytest.mark.parametrize("name", ["receipt", "sepsis", "simple_shop"])
def test_pm4py_agrees_on_every_move(name, shared, tmp_path):
    pm4py = pytest.importorskip("pm4py")
    import pandas as pd

    file, roles = LOGS[name]
    journeys = cx.prepare(cx.read(shared / file).roles(**roles), tmp_path / name, progress=False)
    columns = {
        "case_id": roles["journey"],
        "activity_key": roles["activity"],
        "timestamp_key": journeys.manifest.roles["time"],
    }
    log = pm4py.format_dataframe(
        _without_ties(pd.read_csv(shared / file, keep_default_na=False), columns, roles.get("zone", "UTC")), **columns
    )
    theirs, starts, ends = pm4py.discover_dfg(log)
    table = journeys.process_map().df().astype(object).where(lambda f: f.notna(), None)
    ours = dict(zip(zip(table.activity, table.next_activity, strict=True), table["count"], strict=True))
    assert {move: count for move, count in ours.items() if None not in move} == dict(theirs)
    assert {move[1]: count for move, count in ours.items() if move[0] is None} == dict(starts)
    assert {move[0]: count for move, count in ours.items() if move[1] is None} == dict(ends)
    means = pm4py.discover_performance_dfg(log)[0]
    for move, seconds in zip(zip(table.activity, table.next_activity, strict=True), table.mean_seconds, strict=True):
        if None not in move:
            assert seconds == pytest.approx(means[move]["mean"], abs=1e-3)
    variants = pm4py.get_variants(log)
    named = {tuple(row.activities): row["count"] for _, row in journeys.variants().df().iterrows()}
    assert named == {tuple(variant): count for variant, count in variants.items()}
