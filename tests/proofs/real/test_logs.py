"""Every real log in every format, against figures counted with pandas, SQL and pm4py."""

import csv
import gzip
import io

import pandas as pd
import pyarrow.parquet as pq
import pytest

import cxkit as cx

CASES = {"journey": "case_id", "activity": "activity"}
CLICKS = {"journey": "client_id", "activity": "event"}
ENTRIES = {"journey": "number", "activity": "incident_state", "time": "sys_updated_at"}
# the file, the figures that it is held to, and the roles; XES names its own
LOGS = {
    "ab_test_demo": ("simple_shop/ab_test_demo.csv.gz", CLICKS),
    "bpi2012": ("bpi2012/BPI_Challenge_2012.xes.gz", None),
    "bpi2020_DomesticDeclarations": ("bpi2020/DomesticDeclarations.xes.gz", None),
    "bpi2020_RequestForPayment": ("bpi2020/RequestForPayment.xes.gz", None),
    "completejourney": ("completejourney/journey_events.parquet", {"journey": "household_id", "activity": "activity"}),
    "fairness_lending": ("fairness/lending_log_high.xes.gz", None),
    "helpdesk": ("helpdesk/helpdesk.xes.gz", None),
    "patients_all_events": ("patients/patients.csv.gz", {"journey": "patient", "activity": "handling"}),
    "receipt": ("receipt/receipt.csv.gz", {"journey": "case:concept:name", "activity": "concept:name"}),
    "receipt as XES": ("receipt/receipt.xes.gz", None),
    "sepsis": ("sepsis/sepsis.csv.gz", CASES | {"zone": "Europe/Amsterdam"}),
    "simple_shop": ("simple_shop/simple_shop.csv.gz", CLICKS),
    "traffic_fines": ("traffic_fines/traffic_fines_full.parquet", CASES),
    "uci_incident": ("incident_uci/incident_event_log.csv.gz", ENTRIES),
}


@pytest.fixture(scope="module", params=LOGS)
def real(request, shared, expected, tmp_path_factory):
    file, roles = LOGS[request.param]
    log = cx.read(shared / file)
    store = tmp_path_factory.mktemp("stores") / "store"
    journeys = cx.prepare(log if roles is None else log.roles(**roles), store, progress=False)
    return journeys, expected(request.param.removesuffix(" as XES"))


def test_counts(real):
    journeys, figures = real
    counted = journeys.summary().df().iloc[0]
    assert counted.events == figures["events"]
    assert counted.journeys == figures["cases"]
    assert counted.activities == figures["activities"]
    assert counted.variants == figures["variants_time_order"]
    assert counted.moves == figures["dfg_edges"]
    assert counted.tied_events == figures["same_case_same_time_ties"]
    assert counted["first"].tz_convert("UTC") == pd.Timestamp(figures["first"], tz="UTC")
    assert counted["last"].tz_convert("UTC") == pd.Timestamp(figures["last"], tz="UTC")
    assert journeys.manifest.dropped == {}


def test_moves_starts_and_ends(real):
    journeys, figures = real
    table = journeys.process_map().df()
    moves = table.dropna(subset=["activity", "next_activity"])
    assert moves["count"].sum() == figures["dfg_transitions"]
    counts = dict(zip(zip(moves.activity, moves.next_activity, strict=True), moves["count"], strict=True))
    top = figures["top_edges"]
    assert [counts[a, b] for a, b, _ in top] == [count for _, _, count in top]
    assert sorted(counts.values(), reverse=True)[: len(top)] == [count for _, _, count in top]
    starts = table[table.activity.isna()].set_index("next_activity")["count"].to_dict()
    ends = table[table.next_activity.isna()].set_index("activity")["count"].to_dict()
    for counted, known in ((starts, figures["start_activities"]), (ends, figures["end_activities"])):
        assert {name: counted[name] for name in known} == known  # the six most frequent
        assert len(known) in (6, len(counted))
        assert min(known.values()) == sorted(counted.values())[-len(known)]
        assert sum(counted.values()) == figures["cases"]


def test_variants_lengths_and_durations(real):
    journeys, figures = real
    variants = journeys.variants().df()
    assert variants.share[0] == pytest.approx(figures["top_variant_share"], abs=1e-6)
    lengths, of_journeys = figures["events_per_case"], variants["count"].sum()
    assert of_journeys == figures["cases"]
    assert [variants.length.min(), variants.length.max()] == [lengths["min"], lengths["max"]]
    mean = (variants.length * variants["count"]).sum() / of_journeys
    assert mean == pytest.approx(lengths["mean"], abs=1e-4)
    lasting, known = journeys.durations().df(), figures["case_duration_seconds"]
    assert lasting.median_seconds[0] == pytest.approx(known["median"], abs=1e-3)
    assert lasting.mean_seconds[0] == pytest.approx(known["mean"], abs=1e-3)
    pages = range(1, figures["cases"] // 100_000 + 2)
    longest = max(journeys.journeys(page=page, rows=100_000).df().seconds.max() for page in pages)
    assert longest == pytest.approx(known["max"], abs=1e-3)


# ---- an oracle -------------------------------------------------------------------------------------------------------


def _without_ties(frame, columns, zone):
    """The frame with a microsecond more per row of a journey: pm4py orders ties as it happens, we by row."""
    case, time = columns["case_id"], columns["timestamp_key"]
    stamps = frame[time].map(lambda text: pd.Timestamp(text) if pd.Timestamp(text).tz else pd.Timestamp(text, tz=zone))
    frame[time] = pd.to_datetime(stamps, utc=True) + pd.to_timedelta(frame.groupby(case).cumcount(), unit="us")
    return frame


@pytest.mark.parametrize("name", ["receipt", "sepsis", "simple_shop"])
def test_pm4py_agrees_on_every_move(name, shared, tmp_path):
    pm4py = pytest.importorskip("pm4py")
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


# ---- every file ------------------------------------------------------------------------------------------------------

OBJECT_CENTRIC = {  # the type of object found, and the rows after flattening to it
    "ocel/ocel20_example.jsonocel": ("Purchase Order", 5),
    "ocel/ocel20_example.xmlocel": ("Purchase Order", 5),
    "ocel/ocel20_example.sqlite": ("Purchase Order", 5),
    "ocel/order_management_ocel2.sqlite": ("orders", 6_484),
    "ocel/recruiting-red.jsonocel": ("applications", 6_607),
}


def files(folder):
    """Every log and table of the folder but the reference figures."""
    listed = [line.split("\t")[2] for line in (folder / "MANIFEST.tsv").read_text(encoding="utf-8").splitlines()]
    return [file for file in listed if not file.startswith("expected/")]


def encoding_of(file):
    return "cp1252" if "BPI2016" in file.name else "utf-8-sig"


def counted_elsewhere(file):
    """The columns and the number of rows of a table, by another reader than ours."""
    if file.suffix == ".parquet":
        return pq.read_schema(file).names, pq.read_metadata(file).num_rows
    if file.suffix == ".xlsx":
        frame = pd.read_excel(file, engine="openpyxl")
        return list(map(str, frame.columns)), len(frame)
    raw = file.read_bytes()
    text = (gzip.decompress(raw) if file.suffix == ".gz" else raw).decode(encoding_of(file))
    separator = ";" if ";" in text.splitlines()[0] else ","
    header, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    assert {len(row) for row in rows} == {len(header)}
    return [name or f"column {number}" for number, name in enumerate(header, 1)], len(rows)


def test_every_file_is_read_with_all_its_rows(shared):
    """Those that are logs of their own format are held to their figures above and in test_ocel_real."""
    seen = []
    for name in files(shared):
        if ".xes" in name:
            assert any(name == file for file, _ in LOGS.values()) or name.startswith("running_example/")
            continue
        source = cx.read(shared / name).source
        [rows] = source.connection.execute(f"SELECT count(*) FROM {source.rows}").fetchone()
        if name in OBJECT_CENTRIC:
            assert (source.reading["object type"], rows) == OBJECT_CENTRIC[name]
        else:
            assert (list(source.columns), rows, source.unfit) == (*counted_elsewhere(shared / name), []), name
        seen.append(name)
    assert len(seen) >= 60
    assert OBJECT_CENTRIC.keys() <= set(seen)


TABLES = {  # logs without reference figures: counted here with pandas
    "shopeasy/customer_journey.csv": {"journey": "CustomerID", "activity": "Action", "time": "VisitDate"},
    "bpi2016/BPI2016_Complaints.csv": {"journey": "CustomerID", "activity": "ComplaintTheme", "time": "ContactDate"},
    "olist_sample/olist_order_payments_dataset.csv.gz": {"journey": "order_id", "activity": "payment_type"},
    "completejourney/coupon_redemptions.parquet": {
        "journey": "household_id",
        "activity": "campaign_id",
        "time": "redemption_date",
    },
    **{
        f"genetic_cjm/size100/{size}/{kind}/{n}.csv": {"journey": "trace_id", "activity": "activities"}
        for size, n, kind in [(1, 1, "including-solution"), (2, 3, "excluding-solution"), (4, 5, "including-solution")]
    },
    "running_example/running-example.csv": {
        "journey": "case:concept:name",
        "activity": "concept:name",
        "time": "time:timestamp",
    },
}


@pytest.mark.parametrize("name", TABLES)
def test_logs_without_figures_agree_with_pandas(name, shared, tmp_path):
    roles = TABLES[name]
    if name.endswith("parquet"):
        frame = pd.read_parquet(shared / name)
    else:
        frame = pd.read_csv(shared / name, sep=None, engine="python", encoding=encoding_of(shared / name))
    if "time" in roles:
        frame["at"] = pd.to_datetime(frame[roles["time"]], utc=True)
        frame = frame.sort_values("at", kind="stable")
    paths = frame.astype({roles["activity"]: str}).groupby(roles["journey"])[roles["activity"]].agg(tuple)
    journeys = cx.prepare(cx.read(shared / name).roles(**{"time": ""} | roles), tmp_path / "store", progress=False)
    counted = journeys.summary().df().iloc[0]
    assert (counted.events, counted.journeys, counted.variants) == (len(frame), len(paths), paths.nunique())
    named = {tuple(row.activities): row["count"] for _, row in journeys.variants().df().iterrows()}
    assert named == paths.value_counts().to_dict()
    if "time" in roles:
        assert counted["last"].tz_convert("UTC") == frame["at"].max()
        spans = frame.groupby(roles["journey"])["at"].agg(lambda times: (times.max() - times.min()).total_seconds())
        assert journeys.durations().df().mean_seconds[0] == pytest.approx(spans.mean())
    else:
        assert pd.isna(counted["median_seconds"])
