"""What reading finds: delimiter, encoding, how times are written, which column is what, on which line a row stands."""

import gzip
from html.parser import HTMLParser

import pytest

import cxkit as cx

ROLES = {"journey": "id", "activity": "act", "time": "when"}
GOOD = "id,act,when,note\n" + "".join(f"J{n // 3},Prüfung {n % 3},2025-01-0{n + 1} 10:00:00,Straße\n" for n in range(6))


def read(folder, content, name="log.csv", **how):
    file = folder / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return cx.read(file, **how)


def prepare(log, folder, **roles):
    return cx.prepare(log.roles(**{**ROLES, **roles}), folder / "store", progress=False)


WAYS = {
    "utf-8": (GOOD.encode(), {"delimiter": "comma", "encoding": "utf-8"}),
    "utf-8 with mark": (GOOD.encode("utf-8-sig"), {"encoding": "utf-8"}),
    "utf-16": (GOOD.encode("utf-16"), {"encoding": "utf-16"}),
    "utf-16 big end first": (b"\xfe\xff" + GOOD.encode("utf-16-be"), {"encoding": "utf-16"}),
    "utf-16 without mark": (GOOD.encode("utf-16-le"), {"encoding": "utf-16-le"}),
    "utf-16 big end first without mark": (GOOD.encode("utf-16-be"), {"encoding": "utf-16-be"}),
    "utf-32": (GOOD.encode("utf-32"), {"encoding": "utf-32"}),
    "cp1252": (GOOD.encode("cp1252"), {}),
    "semicolon": (GOOD.replace(",", ";").encode(), {"delimiter": "semicolon"}),
    "tab": (GOOD.replace(",", "\t").encode(), {"delimiter": "tab"}),
    "pipe": (GOOD.replace(",", "|").encode(), {"delimiter": "pipe"}),
    "semicolon, commas inside": (
        GOOD.replace(",", ";").replace("Straße", "a,b,c,d,e").encode(),
        {"delimiter": "semicolon"},
    ),
    "all quoted": (
        "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()).encode(),
        {},
    ),
    "all in single quotes": (
        "\n".join(",".join(f"'{cell}'" for cell in line.split(",")) for line in GOOD.splitlines()).encode(),
        {},
    ),
    "trailing delimiter": (GOOD.replace("\n", ",\n").encode(), {}),
    "CRLF": (GOOD.replace("\n", "\r\n").encode(), {}),
    "CR": (GOOD.replace("\n", "\r").encode(), {}),
    "CR after the header": (GOOD.replace("\n", "\r").replace("\r", "\n", 1).encode(), {}),
    "mixed line ends": (GOOD.replace("0,Straße\n", "0,Straße\r\n", 3).encode(), {}),
    "blank lines": (("\n\n" + GOOD).replace("J1", "\nJ1").encode(), {}),
    "no line end at the end": (GOOD.strip().encode(), {}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("content", "facts"), WAYS.values(), ids=WAYS)
def test_every_way_of_writing_gives_the_same_events(content, facts, packed, tmp_path):
    log = read(tmp_path, gzip.compress(content), "log.csv.gz") if packed else read(tmp_path, content)
    events = prepare(log, tmp_path).events().df()
    assert events.journey.tolist() == ["J0"] * 3 + ["J1"] * 3
    assert events.activity.tolist() == [f"Prüfung {n % 3}" for n in range(6)]
    assert events.time.dt.day.tolist() == [1, 2, 3, 4, 5, 6]
    described = cx.open(tmp_path / "store").manifest
    assert facts.items() <= described.reading.items()
    assert described.dropped == {}


WORDS = ["Käufer prüft Größe", "Reçu à l'été", "Ángel señala la opción", "Détails", "Weiß", "Coût élevé", "5 €"]
WESTERN = "id,act,when\n" + "".join(f"J{number},{word},2025-01-01\n" for number, word in enumerate(WORDS * 5))


@pytest.mark.parametrize("how", [{}, {"encoding": "cp1252"}])
def test_western_letters_of_cp1252(how, tmp_path):
    journeys = prepare(read(tmp_path, WESTERN.encode("cp1252"), **how), tmp_path)
    assert sorted(journeys.activities().df().activity) == sorted(WORDS)


@pytest.mark.parametrize("mark", ["§", "😀", "~", " "])
def test_a_given_delimiter(mark, tmp_path):
    content = GOOD.replace(" ", "_").replace("_10:", "T10:").replace(",", mark)
    journeys = prepare(read(tmp_path, content, delimiter=mark), tmp_path)
    assert journeys.manifest.counts["events"] == 6


def test_lines_are_exact(tmp_path):
    """Bad rows scattered over a large file with quoted line ends and blank lines stand on the line that is told."""
    lines, bad = ["id,act,when,note"], []
    for number in range(20_000):
        if number % 997 == 5:
            lines.append("")
        if number % 1_499 == 7:
            lines += [f'J{number},"two', f'lines",2025-01-01,"quoted, {number}"']
        if number % 1_999 == 11:
            bad.append(len(lines) + 1)
            lines.append(
                [f"J{number},A", f"J{number},A,never,n", f",A,2025-01-01,{number}", f"J{number},A,2025-01-01,a,b"][
                    number % 4
                ]
            )
        lines.append(f"J{number},A,2025-01-01 00:00:00,n")
    journeys = prepare(read(tmp_path, "\n".join(lines) + "\n"), tmp_path)
    rejected = journeys.rejected().df()
    assert rejected.line.tolist() == bad
    assert [lines[line - 1] for line in bad] == rejected.text.tolist()
    assert journeys.manifest.counts["events"] == 20_000 + len(range(7, 20_000, 1_499))


def test_a_row_of_several_lines_begins_on_its_first(tmp_path):
    log = read(tmp_path, 'id,act,when,note\nJ1,A,2025-01-01,"on\nthree\nlines"\nJ1,B,2025-01-02,n\n')
    assert log.source.lines([0, 1]) == [2, 5]


STAMPS = {
    "day first": {"03/04/2025": "2025-04-03", "31/12/2025 10:00": "2025-12-31T10:00"},
    "day first, points": {"03.04.2025 10:00:05": "2025-04-03T10:00:05", "31.12.2025": "2025-12-31"},
    "month first": {"03/04/2025": "2025-03-04", "12/31/2025 1:05 PM": "2025-12-31T13:05"},
    "named month": {"31 Dec 2025": "2025-12-31", "1 Jan 2026 10:00": "2026-01-01T10:00"},
    "epoch seconds": {"1735689600": "2025-01-01", "1735689601.25": "2025-01-01T00:00:01.250000"},
    "epoch milliseconds": {"1735689600000": "2025-01-01", "1735689600001": "2025-01-01T00:00:00.001000"},
    "epoch microseconds": {"1735689600000001": "2025-01-01T00:00:00.000001"},
    "compact": {"20251231235959": "2025-12-31T23:59:59", "20250101000000": "2025-01-01"},
    "ISO 8601, nine decimals": {
        "2025-01-01 10:00:00.123456789": "2025-01-01T10:00:00.123456",
        "2025-01-01T10:00:00.5Z": "2025-01-01T10:00:00.500000",
    },
    "ISO 8601, offsets, Europe/Berlin": {
        "2025-01-01T10:00:00Z": "2025-01-01T10:00",
        "2025-01-01T10:00:00+02:00": "2025-01-01T08:00",
        "2025-01-01T10:00:00": "2025-01-01T09:00",
        "2025-01-01 10:00:00-0500": "2025-01-01T15:00",
        "2025-01-01T10:00+01": "2025-01-01T09:00",
    },
    "ISO 8601, clock change, Europe/Berlin": {
        "2025-10-26 01:30:00": "2025-10-25T23:30",
        "2025-10-26 03:30:00": "2025-10-26T02:30",
        "2025-03-30 03:30:00": "2025-03-30T01:30",
        "2025-03-30 01:30:00": "2025-03-30T00:30",
    },
    "ISO 8601, far away": {day: day for day in ("0001-01-02", "9999-12-29", "1970-01-01", "1969-12-31", "3000-01-01")},
    "%d~%m~%Y": {"31~12~2025": "2025-12-31"},
    "%m/%d/%Y": {"03/04/2025": "2025-03-04", "05/06/2025": "2025-05-06"},
}


@pytest.mark.parametrize("name", STAMPS)
def test_times(name, tmp_path):
    """Stamps and the moments in UTC that they mean; a name begins with the writing, and may be a given format."""
    rows = "".join(f"J{number},A,{stamp}\n" for number, stamp in enumerate(STAMPS[name]))
    how = {"time_format": name} if name.startswith("%") else {}
    how |= {"zone": "Europe/Berlin"} if "Berlin" in name else {}
    journeys = prepare(read(tmp_path, "id,act,when\n" + rows), tmp_path, **how)
    found = journeys.journeys().table["first"].cast("int64").to_pylist()
    assert found == [_microseconds(moment) for moment in STAMPS[name].values()]
    assert journeys.manifest.reading["time"].startswith(name.split(",")[0])
    assert journeys.manifest.dropped == {}


def _microseconds(text):
    from datetime import UTC, datetime, timedelta

    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
        microseconds=1
    )


def test_an_ambiguous_hour_is_read_one_way_and_a_missing_hour_is_moved(tmp_path):
    rows = "id,act,when\nJ0,A,2025-10-26 02:30:00\nJ1,A,2025-03-30 02:30:00\n"
    shown = prepare(read(tmp_path, rows), tmp_path, zone="Europe/Berlin").journeys().df()["first"].astype(str).tolist()
    assert shown[0] in ("2025-10-26 02:30:00+02:00", "2025-10-26 02:30:00+01:00")
    assert shown[1] == "2025-03-30 03:30:00+02:00"


def test_a_doubt_about_days_and_months_is_told(tmp_path):
    log = read(tmp_path, "id,act,when\nJ1,A,03/04/2025\nJ1,B,05/06/2025\n")
    assert "cannot be told apart" in repr(log.roles(**ROLES))
    assert any("cannot be told apart" in note for note in prepare(log, tmp_path).manifest.notes)
    assert "cannot be told apart" not in repr(
        read(tmp_path, "id,act,when\nJ1,A,31/04/2025\nJ1,B,31/12/2025\n").roles(**ROLES)
    )


def test_a_column_written_in_two_ways_loses_no_row_silently(tmp_path):
    journeys = prepare(read(tmp_path, "id,act,when\nJ1,A,13/04/2025\nJ1,B,04/13/2025\nJ1,C,14/04/2025\n"), tmp_path)
    assert journeys.rejected().df().text.tolist() == ["J1,B,04/13/2025"]


GUESSED = {
    "running_example/running-example.csv": ("case:concept:name", "concept:name", "time:timestamp", None),
    "receipt/receipt.csv.gz": ("case:concept:name", "concept:name", "time:timestamp", None),
    "sepsis/sepsis.csv.gz": ("case_id", "activity", "timestamp", None),
    "simple_shop/simple_shop.csv.gz": ("client_id", "event", "timestamp", None),
    "traffic_fines/traffic_fines_full.parquet": ("case_id", "activity", "timestamp", None),
    "incident_uci/incident_event_log.csv.gz": ("number", "incident_state", "sys_updated_at", None),
    "patients/patients.csv.gz": ("patient", "handling", "time", None),
    "completejourney/journey_events.parquet": ("basket_id", "activity", "timestamp", "household_id"),
}


@pytest.mark.parametrize("name", GUESSED)
def test_roles_of_real_logs_are_guessed(name, shared):
    found = {role: column for role, column, _ in cx.read(shared / name).settled.evidence}
    journey, activity, time, customer = GUESSED[name]
    assert (found["journey"], found["activity"], found["time"]) == (journey, activity, time)
    assert found["customer"] == (customer or journey)


EVIL = '<img src=x onerror="alert(1)">'


class Tags(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self, page):
        super().__init__()
        self.seen, self.text = set(), ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)

    def handle_data(self, data):
        self.text += data


def test_the_evidence_is_shown_and_escaped(tmp_path):
    rows = "".join(f"J{n // 3},{EVIL.replace(chr(34), chr(39))} {n % 3},2025-01-0{n + 1}\n" for n in range(6))
    log = read(tmp_path, f'case,"activity {EVIL.replace(chr(34), chr(34) * 2)}",time\n' + rows, "a&b.csv")
    shown = Tags(log._repr_html_())
    assert shown.seen == {"div", "p", "table", "thead", "tbody", "tr", "th", "td"}
    for words in (
        f"activity {EVIL}",
        "a&b.csv",
        "delimiter comma",
        "encoding utf-8",
        "ISO 8601",
        "rows each",
        "changing within a journey",
    ):
        assert words in shown.text
        assert words in repr(log)


def test_given_roles_are_shown_as_given(tmp_path):
    text = repr(read(tmp_path, GOOD).roles(**ROLES))
    assert text.count("given") == 3
    assert "customers unknown: each journey counts as one" in text


def test_a_log_without_times_keeps_its_row_order(tmp_path):
    log = read(tmp_path, "trace_id,activities\n1,B\n1,A\n2,A\n1,C\n2,B\n")
    assert "order is the row order" in repr(log)
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.events().df().activity.tolist() == ["B", "A", "C", "A", "B"]
    assert (journeys.manifest.order, journeys.manifest.timed, journeys.manifest.reading["time"]) == (
        "row",
        False,
        "none",
    )


def test_head_shows_the_source(tmp_path):
    head = read(tmp_path, GOOD.replace("note", "act")).head(2)
    assert list(head.columns) == ["id", "act", "when", "act (2)"]
    assert head.iloc[0].tolist() == ["J0", "Prüfung 0", "2025-01-01 10:00:00", "Straße"]


NO_SOURCES = [
    None,
    5,
    [1],
    {"a": [1]},
    b"x",
    pytest.param(object(), id="object"),
    "",
    "no.csv",
    "https://example.org/x.csv",
    "x" * 5_000 + ".csv",
    "a\0.csv",
]


@pytest.mark.parametrize("source", NO_SOURCES, ids=lambda source: repr(source)[:30])
def test_no_source(source):
    with pytest.raises(cx.CxError, match=r"There is no file|cannot use|too long"):
        cx.read(source)


WRONG_WAYS = [{"encoding": one} for one in ("klingon", "base64", "rot13", "hex", 5, "a\0b")]
WRONG_WAYS += [{"delimiter": one} for one in (5, "", "::", '"', "\n", "\0")]


@pytest.mark.parametrize("how", WRONG_WAYS, ids=repr)
def test_wrong_ways_to_read(how, tmp_path):
    with pytest.raises(cx.CxError):
        prepare(read(tmp_path, GOOD, **how), tmp_path)


PATHS = [
    "gl*b?[a].csv",
    "a[1].csv",
    "a b.csv",
    "ünï😀.csv",
    "qu'ote.csv",
    "semi;colon.csv",
    "$path{0}%s.csv",
    "#h.CSV",
    "LOG.CSV.GZ",
]


@pytest.mark.parametrize("name", PATHS)
def test_paths(name, tmp_path):
    """A path is one file, whatever its characters mean to a shell or to SQL."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    for decoy in ("a1", "gl-b-a"):
        (tmp_path / f"{decoy}.csv").write_text("id,act,when,note\nX1,wrong file,2025-01-01,n\n")
        pq.write_table(
            pa.table({"id": ["X1"], "act": ["wrong file"], "when": ["2025-01-01"]}), tmp_path / f"{decoy}.parquet"
        )
    try:
        log = read(tmp_path, gzip.compress(GOOD.encode()) if name.endswith("GZ") else GOOD, name)
    except OSError:
        pytest.skip("this system has no files of that name")
    wanted = ["Prüfung 0", "Prüfung 1", "Prüfung 2"]
    assert prepare(log, tmp_path).activities().df().activity.tolist() == wanted
    file = tmp_path / (name.rsplit(".", 1)[0] + ".parquet")
    pq.write_table(pa.table({"id": ["J"] * 3, "act": wanted, "when": ["2025-01-01"] * 3}), file)
    assert prepare(cx.read(file), tmp_path).activities().df().activity.tolist() == wanted


def test_links(tmp_path):
    read(tmp_path, GOOD)
    try:
        (tmp_path / "link.csv").symlink_to(tmp_path / "log.csv")
        (tmp_path / "dead.csv").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("no right to make links")
    assert cx.read(tmp_path / "link.csv").columns == ["id", "act", "when", "note"]
    with pytest.raises(cx.CxError, match="There is no file"):
        cx.read(tmp_path / "dead.csv")


def test_a_file_that_is_gone_before_prepare(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"id": ["J"], "act": ["A"], "when": ["2025-01-01"]}), tmp_path / "log.parquet")
    for log in (read(tmp_path, GOOD), cx.read(tmp_path / "log.parquet").roles(**ROLES)):
        (tmp_path / log.source.name).unlink()
        with pytest.raises(cx.CxError, match=r"log\.|rows"):
            prepare(log, tmp_path)


def test_a_log_may_be_said_to_have_no_time_and_no_customer():
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="", customer="")
    assert log.settled.time is None
    assert log.settled.customer == log.settled.journey
    assert "every duration is unknown" in repr(log)
