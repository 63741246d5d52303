"""What a hostile or unlucky world hands in: the right result, or an error that says what to do and harms nothing."""

import csv
import datetime as dt
import decimal
import gzip
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cxkit as cx

ROLES = {"journey": "id", "activity": "act", "time": "when"}
HEAD = "id,act,when,note\n"
ROWS = "".join(f"J{n // 3},A{n % 3},2025-01-0{n + 1} 10:00:00,n{n // 3}\n" for n in range(6))
GOOD = HEAD + ROWS
UMLAUT = GOOD + "J9,Käufer,2025-02-01,Müller\nJ9,Prüfung,2025-02-02,Straße\n"


@pytest.fixture
def prepared(tmp_path):
    """Write a file and prepare its log."""

    def prepare(content, name="log.csv", read=(), **roles):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return cx.prepare(cx.read(file, **dict(read)).roles(**{**ROLES, **roles}), tmp_path / "store", progress=False)

    return prepare


def from_table(table, folder, **roles):
    return cx.prepare(cx.read(table).roles(**{**ROLES, **roles}), folder / "store", progress=False)


def columns(count=6, **more):
    day = dt.datetime(2025, 1, 1)
    stamps = pa.array([day + dt.timedelta(days=n) for n in range(count)], pa.timestamp("us"))
    ids, acts = [f"J{n // 3}" for n in range(count)], [f"A{n % 3}" for n in range(count)]
    return pa.table({"id": ids, "act": acts, "when": stamps, **more})


def parquet(table):
    buffer = pa.BufferOutputStream()
    pq.write_table(table, buffer)
    return buffer.getvalue().to_pybytes()


def damaged_pages():
    data = bytearray(parquet(columns()))
    data[20:60] = b"\xff" * 40
    return bytes(data)


def written(rows):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


PACKED = gzip.compress(GOOD.encode() * 500)
REFUSED = {
    "empty": ("", "log.csv", "is empty"),
    "blank lines": ("\n\n  \n\n", "log.csv", "is empty"),
    "only a byte-order mark": (b"\xef\xbb\xbf", "log.csv", "is empty"),
    "header only": (HEAD, "log.csv", "header but no rows|no rows"),
    "header without line end": (HEAD.strip(), "log.csv", "header but no rows|no rows"),
    "no such column": (GOOD.replace("act", "acts"), "log.csv", 'No column "act". Closest: "acts"'),
    "no date readable": (HEAD + "J1,A,xx,n\nJ1,B,yy,n\n", "log.csv", r'not readable \(2\).*"xx".*time_format='),
    "no ids": (HEAD + ",A,2025-01-01,n\n  ,B,2025-01-01,n\n", "log.csv", r"no journey id \(2\)"),
    "no row fits": ("id,act,when\nJ1,A\n", "log.csv", "too few columns"),
    "20,001 activities": (
        HEAD + "".join(f"J1,a{n},2025-01-01,n\n" for n in range(20_001)),
        "log.csv",
        "20,001 different.*activity=",
    ),
    "gzip cut short": (PACKED[: len(PACKED) // 2], "log.csv.gz", "cannot be read"),
    "gzip damaged": (PACKED[:60] + b"\xff\xff\xff" + PACKED[63:], "log.csv.gz", "cannot be read"),
    "gzip of nothing": (gzip.compress(b""), "log.csv.gz", "is empty"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100, "log.csv", "log.csv"),
    "not Parquet": (GOOD, "log.parquet", "no Parquet file"),
    "empty Parquet": (b"", "log.parquet", "no Parquet file"),
    "Parquet cut short": (parquet(columns())[:300], "log.parquet", "no Parquet file"),
    "Parquet with damaged pages": (damaged_pages(), "log.parquet", "log.parquet"),
    "Parquet without rows": (parquet(columns(0)), "log.parquet", "no rows"),
    "Parquet without columns": (parquet(pa.table({})), "log.parquet", 'No column "'),
    "a spreadsheet cut short": (b"PK\x03\x04", "log.xlsx", "no whole XLSX file"),
    "another spreadsheet": (b"PK\x03\x04", "log.ods", "of no kind that cxkit reads"),
}


@pytest.mark.parametrize(("content", "name", "words"), REFUSED.values(), ids=REFUSED)
def test_refused_and_the_old_store_stays(content, name, words, prepared, tmp_path):
    old = prepared(GOOD)
    before = sorted(path.name for path in (tmp_path / "store").iterdir())
    with pytest.raises(cx.CxError, match=f"(?s){words}"):
        prepared(content, name)
    assert sorted(path.name for path in (tmp_path / "store").iterdir()) == before
    assert cx.open(tmp_path / "store").n == old.n
    assert cx.open(tmp_path / "store").summary().df().events[0] == 6


def test_header_only_says_so_without_roles(tmp_path):
    (tmp_path / "log.csv").write_text(HEAD)
    log = cx.read(tmp_path / "log.csv")
    assert "no rows" in repr(log)
    with pytest.raises(cx.CxError, match="no rows"):
        cx.prepare(log, tmp_path / "store")


BAD = "time not readable"
MISFITS = "J1,A,2025-01-01,n\nJ1,B,2025-01-02\nJ1,C,2025-01-03,n,m,o\nJ1\n\nJ1,D,2025-01-04,n\n"
DAMAGED = b"J1,K\xc3\xa4ufer,2025-01-01,n\nJ1,K\xc3ufer,2025-01-01,n\n" + "Jä,ä,2025-01-01,ä\n".encode() * 3
LONG = "J1,A,2025-01-01,n\nJ1,B,2025-01-01," + "x" * 5_000_000 + "\nJ1,C,2025-01-01,n\n"
CALENDAR = "".join(f"J1,A,2025-{day},n\n" for day in ("02-30", "13-01", "01-01 25:00", "01-01", "1", "01-01 00:61"))
NEVER = "J1,A,infinity,n\nJ1,A,now,n\nJ1,A,2025-01-01,n\nJ1,A,epoch,n\n"
QUOTED = 'J1,"A\nB",2025-01-01,n\n\nJ1,B,bad,n\nJ1,"x\r\ny",2025-01-02,n\nJ2,B,bad,"a\nb"\nJ2,C,bad,n\n'
ASIDE = {
    "dates": ("J1,A,2025-01-01,n\nJ1,B,no date,n\nJ2,A,,n\n", {3: BAD, 4: "no time"}),
    "ids": (",A,2025-01-01,n\nJ1,B,2025-01-01,n\n  ,B,2025-01-01,n\n", {2: "no journey id", 4: "no journey id"}),
    "activities": ("J1,,2025-01-01,n\nJ1,B,2025-01-01,n\nJ1,  ,2025-01-01,n\n", {2: "no activity", 4: "no activity"}),
    "columns": (MISFITS, {3: "too few columns", 4: "too many columns", 5: "too few columns"}),
    "open quote": ('J1,A,2025-01-01,n\nJ1,"B,2025-01-02,n\nJ1,C,2025-01-03,n\n', {3: "a quote that does not close"}),
    "open quote at the end": ('J1,A,2025-01-01,n\nJ1,C,2025-01-03,"n\n', {3: "a quote that does not close"}),
    "damaged characters": (DAMAGED, {3: "damaged characters"}),
    "line of 5 MB": (LONG, {3: "line too long"}),
    "calendar": (CALENDAR, dict.fromkeys((2, 3, 4, 6, 7), BAD)),
    "words for times": (NEVER, dict.fromkeys((2, 3, 5), BAD)),
    "quoted line ends": (QUOTED, {5: BAD, 8: BAD, 10: BAD}),
}


@pytest.mark.parametrize(("rows", "aside"), ASIDE.values(), ids=ASIDE)
def test_rows_put_aside_are_counted_and_shown(rows, aside, prepared):
    content = HEAD.encode() + (rows if isinstance(rows, bytes) else rows.encode())
    journeys = prepared(content)
    rejected = journeys.rejected().df()
    assert dict(zip(rejected.line, rejected.reason, strict=True)) == aside
    reasons = list(aside.values())
    assert journeys.manifest.dropped == {reason: reasons.count(reason) for reason in reasons}
    assert all(text.split(",")[0].strip() in ("", "J1", "J2") for text in rejected.text)


def test_rejected_text_is_the_row_as_it_was(prepared):
    row = 'J1;"B;b";no date;"say ""x"""'
    journeys = prepared(f"id;act;when;note\nJ1;A;2025-01-01;n\n{row}\n")
    assert journeys.rejected().df().text.tolist() == [row]


RESERVED = "at select row journey time gap x0 c0 key reason line position no_stamp activity seconds variant events"
SIGNS = "first tag0 number hash ACT Id staged file_row_number se;mi it's 🙂 $path {0} %s"
QUEER = ['quo"ted', "new\nline", "order by", "<script>alert(1)</script>", "journey (attribute)", "journey (2)"]
NAMES = [*RESERVED.split(), *SIGNS.split(), *QUEER]


def test_columns_of_any_name(prepared):
    rows = [["id", "act", "when", *NAMES]]
    rows += [
        [f"J{n // 3}", f"A{n % 3}", f"2025-01-0{n + 1}", *(f"{c} of {n}" for c in range(len(NAMES)))] for n in range(6)
    ]
    journeys = prepared(written(rows))
    assert list(journeys.attributes) == NAMES
    assert journeys.summary().df().events[0] == 6
    table = journeys.events().df()
    assert len(set(table.columns)) == len(table.columns)
    shown = [table[name].tolist() for name in table.columns]
    assert all([f"{number} of {n}" for n in range(6)] in shown for number in range(len(NAMES)))


@pytest.mark.parametrize(
    "head", ['"my ""id""","a\nct",when', '\n\n"my ""id""","a\nct",when', '"my ""id""","a\r\n\nct",when']
)
def test_a_quoted_line_end_in_the_header_loses_no_row(head, prepared):
    names = next(csv.reader(io.StringIO(head.strip(), newline="")))
    rows = "".join(f"J{n // 3},A{n % 3},2025-01-0{n + 1}\n" for n in range(6))
    name = names[1].replace("\r\n", "\n")
    journeys = prepared(head + "\n" + rows, journey='my "id"', activity=name)
    assert (journeys.manifest.counts["events"], journeys.manifest.dropped) == (6, {})


def test_repeated_and_nameless_columns(prepared):
    journeys = prepared("id,act,when,act,,ACT,\n" + "J1,A,2025-01-01,x,y,z,q\n" * 2)
    assert list(journeys.attributes) == ["act (2)", "column 5", "ACT", "column 7"]


@pytest.mark.parametrize("count", [100, 400])
def test_many_columns(count, prepared):
    more = "".join(f",k{n}" for n in range(count))
    assert len(prepared(HEAD.strip() + more + "\n" + ROWS.replace("\n", ",v" * count + "\n")).attributes) == count + 1


IDS = ["NA", "null", "007", "7", "1e5", "100000", "x" * 20_000, "a", "A", "nan", "None", "-", "+1", "'",
    "0x10", "1.0", "1", "true", " 1", "ä", "a\u0308", "J\0"]  # fmt: skip
ACTIVITIES = ['a"b', "it's", "😀👩‍👩‍👧", "שלום", "\u202eevil", "<script>alert(1)</script>", "x" * 10_000,
    " lead", "trail ", "tab\there",
              "a;b", "NULL", "two\nlines", "a\0b", "é", "e\u0301", "a", "A"]  # fmt: skip


def test_ids_stay_as_they_are(prepared):
    journeys = prepared(written([["id", "act", "when"], *([one, "A", "2025-01-01"] for one in IDS)]), customer="id")
    table = journeys.journeys().df()
    assert sorted(table.journey) == sorted(IDS)
    assert table.journey.tolist() == table.customer.tolist()


def test_activities_stay_as_they_are(prepared):
    journeys = prepared(written([["id", "act", "when"], *(["J1", name, "2025-01-01"] for name in ACTIVITIES)]))
    assert journeys.events().df().activity.tolist() == ACTIVITIES
    assert sorted(journeys.activities().df().activity) == sorted(ACTIVITIES)
    assert "<script>" not in journeys.process_map()._repr_html_().replace("&lt;script", "")


@pytest.mark.parametrize(
    ("journeys", "activities", "events"), [(1, 50, 100_000), (7, 1_000, 3_000), (7, 20_000, 20_000)]
)
def test_large_shapes(journeys, activities, events, prepared):
    rows = (
        f"J{n % journeys},A{n % activities},2025-01-01 {n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02},n\n"
        for n in range(events)
    )
    counts = prepared(HEAD + "".join(rows)).manifest.counts
    assert (counts["journeys"], counts["activities"], counts["events"]) == (journeys, activities, events)


def test_numbers_that_are_none(prepared):
    values = ["1.5", "NaN", "inf", "-2", "1e400", ""]
    rows = [["id", "act", "when", "cost", "share", "count"]]
    rows += [["J1", "A", f"2025-01-0{n + 1}", value, f"{n}.5", str(n)] for n, value in enumerate(values)]
    journeys = prepared(written(rows))
    kinds = {name: kind.split()[0] for name, kind in journeys.attributes.items()}
    assert kinds == {"cost": "text", "share": "number", "count": "integer"}
    assert journeys.events().df().cost.fillna("").tolist() == values


def test_customers_that_miss_or_change(prepared):
    customers = [("J1", ""), ("J1", "C1"), ("J1", "C2"), ("J2", ""), ("J3", "C1"), ("J4", "")]
    rows = [f"{journey},A,2025-01-0{day},{customer}\n" for day, (journey, customer) in enumerate(customers, 1)]
    journeys = prepared(HEAD + "".join(rows), customer="note")
    table = journeys.journeys().df()
    assert table.customer.fillna("-").tolist() == ["C1", "-", "C1", "-"]
    assert journeys.n == cx.result.Population(journeys=4, customers=3)
    assert "1 journeys have several values of the customer; the first is kept." in journeys.manifest.notes
    assert any(note.startswith("2 journeys have no customer") for note in journeys.manifest.notes)


def test_a_journey_attribute_that_varies_is_noted(prepared):
    journeys = prepared(
        HEAD + "J1,A,2025-01-02,late\nJ1,B,2025-01-01,\nJ1,C,2025-01-01,early\n", journey_attributes=["note"]
    )
    assert journeys.journeys().df().note.tolist() == ["early"]
    assert '1 journeys have several values of "note"; the first is kept.' in journeys.manifest.notes


N = 6
KINDS = {
    "struct": ([{"a": 1, "b": [n]} for n in range(N)], None), "list": ([[n, None] for n in range(N)], None),
    "decimal": ([decimal.Decimal("1.50")] * N, pa.decimal128(38, 2)), "unsigned": ([2**63 + 5] * N, pa.uint64()),
    "largest integer": ([2**63 - 1] * N, pa.int64()), "zoned": ([0] * N, pa.timestamp("us", "Europe/Berlin")),
    "nanoseconds": ([0] * N, pa.timestamp("ns")), "dictionary": (["x", "y"] * 3, None),
        "bytes": ([b"\xff\x00"] * N, None),
    "date": ([dt.date(2025, 1, 1)] * N, None), "time of day": ([dt.time(1, 2)] * N, None),
        "duration": ([dt.timedelta(1)] * N, None),
    "floats": ([float("nan"), float("inf"), float("-inf"), 1e300, None, -0.0], None), "boolean": ([True, False,
        None] * 2, None),
    "nothing": ([None] * N, pa.null()), "large text": (["z"] * N, pa.large_string()),
}  # fmt: skip


@pytest.mark.parametrize("role", [None, "activity", "time", "order", "event_attributes"])
@pytest.mark.parametrize("kind", KINDS)
def test_parquet_of_any_kind(kind, role, prepared):
    values, type_ = KINDS[kind]
    array = pa.array(values, type_)
    table = columns(odd=array.dictionary_encode() if kind == "dictionary" else array)
    given = {} if role is None else {role: ["odd"] if role == "event_attributes" else "odd"}
    try:
        journeys = prepared(parquet(table), "log.parquet", **given)
    except cx.CxError:
        assert role in ("time", "activity")
        return
    assert journeys.manifest.counts["events"] + sum(journeys.manifest.dropped.values()) == N
    assert len(journeys.events().df()) == journeys.manifest.counts["events"]
    journeys.journeys().df()


def test_parquet_names_that_differ_in_case_or_not_at_all(prepared):
    table = columns(ID=["x"] * N, Act=["y"] * N)
    journeys = prepared(parquet(table.rename_columns(["id", "act", "when", "ID", "act"])), "log.parquet")
    assert list(journeys.attributes) == ["ID", "act (2)"]
    assert journeys.activities().df().activity.tolist()[0].startswith("A")


FRAMES = {
    "missing": (lambda pd, base: base.assign(id=["J0", "J0", "J0", None, float("nan"), "J1"],
        when=base.when.where(base.index != 2)), 3),
    "mixed attribute": (lambda pd, base: base.assign(odd=[1, "a", None, 2.5, True, b"z"]), 6),
    "mixed ids": (lambda pd, base: base.assign(id=[1, "1", 2, "2", 3.5, None]), 5),
    "objects": (lambda pd, base: base.assign(odd=[{"a": 1}, [1], None, object(), 3, 4]), 6),
    "mixed times": (lambda pd, base: base.assign(when=[dt.datetime(2025, 1, 1), "2025-01-02", None,
        dt.date(2025, 1, 3), "x", 6]), 3),
    "categories": (lambda pd, base: base.astype({"act": "category"}), 6),
    "zoned": (lambda pd, base: base.assign(when=base.when.dt.tz_localize("Europe/Berlin")), 6),
    "seconds": (lambda pd, base: base.astype({"when": "datetime64[s]"}), 6),
    "nullable": (lambda pd, base: base.assign(id=pd.array([1, 1, 2, 2, None, 3], "Int64")), 5),
    "arrow inside": (lambda pd, base: base.convert_dtypes(dtype_backend="pyarrow"), 6),
    "strange index": (lambda pd, base: base.set_axis([0, 0, 1, 1, 2, 2]), 6),
    "sparse": (lambda pd, base: base.assign(odd=pd.arrays.SparseArray([0] * N)), 6),
    "intervals": (lambda pd, base: base.assign(odd=pd.interval_range(0, N)), 6),
    "duplicate names": (lambda pd, base: pd.concat([base, base[["act"]]], axis=1), 6),
    "lone surrogates": (lambda pd, base: base.assign(odd=pd.Series(["\ud800"] * N, dtype=object)), 6),
    "levels of names": (lambda pd, base: base.set_axis(pd.MultiIndex.from_tuples([("a", "id"), ("a", "act"),
        ("b", "when")]), axis=1), 6),
    "numbers for names": (lambda pd, base: base.set_axis([0, 1, 2], axis=1), 6),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_pandas(name, tmp_path):
    """Every frame is read in full, or refused with what to do about the column."""
    import pandas as pd

    make, count = FRAMES[name]
    frame = make(pd, columns().to_pandas())
    found = [str(column) for column in frame.columns[:3]]
    try:
        journeys = from_table(frame, tmp_path, **dict(zip(ROLES, found, strict=True)))
    except cx.CxError as error:
        assert name in (
            "mixed attribute",
            "mixed ids",
            "mixed times",
            "objects",
            "sparse",
            "duplicate names",
            "lone surrogates",
        )
        assert "cannot use a DataFrame" not in str(error)
        return
    assert journeys.manifest.counts["events"] == count
    assert journeys.manifest.counts["events"] + sum(journeys.manifest.dropped.values()) == 6


def test_polars_and_arrow(tmp_path):
    import polars as pl

    frame = pl.from_arrow(columns())
    odd = frame.with_columns(
        a=pl.lit([1]),
        b=pl.lit(dt.timedelta(1)),
        c=pl.lit(dt.time(1)),
        d=pl.lit(None),
        e=pl.col("act").cast(pl.Categorical),
    )
    for source in (frame, frame.lazy(), odd, columns()):
        assert from_table(source, tmp_path).manifest.counts["events"] == 6
    with pytest.raises(cx.CxError, match="nope"):
        cx.read(frame.lazy().select("nope"))


WRONG_ROLES = [
    {"journey": "Id"}, {"journey": ""}, {"journey": 5}, {"journey": ["id"]}, {"time": "act"},
    {"order": "when"}, {"order": "nope"}, {"customer": "act"},
    {"journey_attributes": "note"}, {"journey_attributes": 5}, {"journey_attributes": ["nope"]},
    {"event_attributes": [["note"]]},
    {"journey_attributes": ["note"], "event_attributes": ["note"]}, {"time_format": "%Q"},
    {"time_format": "%"}, {"time_format": 5}, {"time_format": ["%Y"]},
    *({"zone": zone} for zone in ("Mars/Olympus", "", None, 5, "+02:00", "../../etc/passwd", "Europe/",
    "A" * 5_000, "localtime", "posixrules", "Factory")),
]  # fmt: skip


@pytest.mark.parametrize("roles", WRONG_ROLES, ids=lambda roles: repr(roles)[:40])
def test_wrong_roles(roles, prepared):
    with pytest.raises(cx.CxError) as caught:
        prepared(GOOD, **roles)
    assert "Error:" not in str(caught.value)
