"""What reading finds: delimiter, encoding, how times are written, which column is what, and on which line a row stands."""

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
    "semicolon, commas inside": (GOOD.replace(",", ";").replace("Straße", "a,b,c,d,e").encode(), {"delimiter": "semicolon"}),
    "all quoted": ("\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()).encode(), {}),
    "trailing delimiter": (GOOD.replace("\n", ",\n").encode(), {}),
    "CRLF": (GOOD.replace("\n", "\r\n").encode(), {}),
    "CR": (GOOD.replace("\n", "\r").encode(), {}),
    "CR after the header": (GOOD.replace("\n", "\r").replace("\r", "\n", 1).encode(), {}),
    "mixed line ends": (GOOD.replace("0,Straße\n", "0,Straße\r\n", 3).encode(), {}),
    "blank lines": (("\n\n" + GOOD).replace("J1", "\nJ1").encode(), {}),
    "no line end at the end": (GOOD.strip().encode(), {}),
}


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("content, facts", WAYS.values(), ids=WAYS)
def test_every_way_of_writing_gives_the_same_events(content, facts, packed, tmp_path):
    log = read(tmp_path, gzip.compress(content), "log.csv.gz") if packed else read(tmp_path, content)
    events = prepare(log, tmp_path).events().df()
    assert events.journey.tolist() == ["J0"] * 3 + ["J1"] * 3
    assert events.activity.tolist() == [f"Prüfung {n % 3}" for n in range(6)]
    assert events.time.dt.day.tolist() == [1, 2, 3, 4, 5, 6]
    described = cx.open(tmp_path / "store").manifest
    assert facts.items() <= described.reading.items()
    assert described.dropped == {}


WESTERN = "id,act,when\n" + "".join(f"J{n},{word},2025-01-01\n" for n, word in enumerate(
    ["Käufer prüft Größe", "Reçu à l'été", "Ángel señala la opción", "Détails de la commande", "Weiß", "Coût élevé", "L’offre – 5 €"] * 5))  # fmt: skip


@pytest.mark.parametrize("how", [{}, {"encoding": "cp1252"}])
def test_western_letters_of_cp1252(how, tmp_path):
    journeys = prepare(read(tmp_path, WESTERN.encode("cp1252"), **how), tmp_path)
    assert sorted(journeys.activities().df().activity) == sorted({line.split(",")[1] for line in WESTERN.splitlines()[1:]})


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
            lines.append([f"J{number},A", f"J{number},A,never,n", f",A,2025-01-01,{number}", f"J{number},A,2025-01-01,a,b"][number % 4])
        lines.append(f"J{number},A,2025-01-01 00:00:00,n")
    journeys = prepare(read(tmp_path, "\n".join(lines) + "\n"), tmp_path)
    rejected = journeys.rejected().df()
    assert rejected.line.tolist() == bad
    assert [lines[line - 1] for line in bad] == rejected.text.tolist()
    assert journeys.manifest.counts["events"] == 20_000 + len(range(7, 20_000, 1_499))


STAMPS = {
    "day first": (["03/04/2025", "31/12/2025 10:00"], {}, ["2025-04-03T00:00", "2025-12-31T10:00"], "day first"),
    "month first": (["03/04/2025", "12/31/2025 1:05 PM"], {}, ["2025-03-04T00:00", "2025-12-31T13:05"], "month first"),
    "points": (["03.04.2025 10:00:05", "31.12.2025"], {}, ["2025-04-03T10:00:05", "2025-12-31T00:00"], "day first"),
    "named month": (["31 Dec 2025", "1 Jan 2026 10:00"], {}, ["2025-12-31T00:00", "2026-01-01T10:00"], "named month"),
    "seconds": (["1735689600", "1735689601.25"], {}, ["2025-01-01T00:00", "2025-01-01T00:00:01.250000"], "epoch seconds"),
    "milliseconds": (["1735689600000", "1735689600001"], {}, ["2025-01-01T00:00", "2025-01-01T00:00:00.001000"], "epoch milliseconds"),
    "microseconds": (["1735689600000001"], {}, ["2025-01-01T00:00:00.000001"], "epoch microseconds"),
    "compact": (["20251231235959", "20250101000000"], {}, ["2025-12-31T23:59:59", "2025-01-01T00:00"], "compact"),
    "nine decimals": (["2025-01-01 10:00:00.123456789", "2025-01-01T10:00:00.5Z"], {}, ["2025-01-01T10:00:00.123456", "2025-01-01T10:00:00.500000"], "ISO 8601"),
    "offsets": (["2025-01-01T10:00:00Z", "2025-01-01T10:00:00+02:00", "2025-01-01T10:00:00", "2025-01-01 10:00:00-0500", "2025-01-01T10:00+01"],
                {"zone": "Europe/Berlin"}, ["2025-01-01T10:00", "2025-01-01T08:00", "2025-01-01T09:00", "2025-01-01T15:00", "2025-01-01T09:00"], "ISO 8601"),
    "clock change": (["2025-10-26 01:30:00", "2025-10-26 03:30:00", "2025-03-30 03:30:00", "2025-03-30 01:30:00"], {"zone": "Europe/Berlin"},
                     ["2025-10-25T23:30", "2025-10-26T02:30", "2025-03-30T01:30", "2025-03-30T00:30"], "ISO 8601"),
    "far away": (["0001-01-02", "9999-12-29", "1970-01-01", "1969-12-31", "3000-01-01"], {},
                 ["0001-01-02T00:00", "9999-12-29T00:00", "1970-01-01T00:00", "1969-12-31T00:00", "3000-01-01T00:00"], "ISO 8601"),
    "given format": (["31~12~2025"], {"time_format": "%d~%m~%Y"}, ["2025-12-31T00:00"], "%d~%m~%Y"),
    "given against the guess": (["03/04/2025", "05/06/2025"], {"time_format": "%m/%d/%Y"}, ["2025-03-04T00:00", "2025-05-06T00:00"], "%m/%d/%Y"),
}  # fmt: skip


@pytest.mark.parametrize("stamps, how, moments, writing", STAMPS.values(), ids=STAMPS)
def test_times(stamps, how, moments, writing, tmp_path):
    journeys = prepare(read(tmp_path, "id,act,when\n" + "".join(f"J{n},A,{stamp}\n" for n, stamp in enumerate(stamps))), tmp_path, **how)
    micros = journeys.journeys().table["first"].cast("int64").to_pylist()
    wanted = [_microseconds(moment) for moment in moments]
    assert micros == wanted
    assert journeys.manifest.reading["time"].startswith(writing)
    assert journeys.manifest.dropped == {}


def _microseconds(text):
    from datetime import UTC, datetime, timedelta

    return (datetime.fromisoformat(text).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def test_an_ambiguous_hour_is_read_one_way_and_a_missing_hour_is_moved(tmp_path):
    rows = "id,act,when\nJ0,A,2025-10-26 02:30:00\nJ1,A,2025-03-30 02:30:00\n"
    shown = prepare(read(tmp_path, rows), tmp_path, zone="Europe/Berlin").journeys().df()["first"].astype(str).tolist()
    assert shown[0] in ("2025-10-26 02:30:00+02:00", "2025-10-26 02:30:00+01:00")
    assert shown[1] == "2025-03-30 03:30:00+02:00"


def test_a_doubt_about_days_and_months_is_told(tmp_path):
    log = read(tmp_path, "id,act,when\nJ1,A,03/04/2025\nJ1,B,05/06/2025\n")
    assert "cannot be told apart" in repr(log.roles(**ROLES))
    assert any("cannot be told apart" in note for note in prepare(log, tmp_path).manifest.notes)
    assert "cannot be told apart" not in repr(read(tmp_path, "id,act,when\nJ1,A,31/04/2025\nJ1,B,31/12/2025\n").roles(**ROLES))


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
    assert shown.seen == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    for words in (f"activity {EVIL}", "a&b.csv", "delimiter comma", "encoding utf-8", "ISO 8601", "rows each", "changing within a journey"):
        assert words in shown.text
        assert words in repr(log)


def test_given_roles_are_shown_as_given(tmp_path):
    text = repr(read(tmp_path, GOOD).roles(**ROLES))
    assert text.count("given") == 3
    assert "each journey counts as a customer" in text


def test_a_log_without_times_keeps_its_row_order(tmp_path):
    log = read(tmp_path, "trace_id,activities\n1,B\n1,A\n2,A\n1,C\n2,B\n")
    assert "order is the row order" in repr(log)
    journeys = cx.prepare(log, tmp_path / "store", progress=False)
    assert journeys.events().df().activity.tolist() == ["B", "A", "C", "A", "B"]
    assert (journeys.manifest.order, journeys.manifest.timed, journeys.manifest.reading["time"]) == ("row", False, "none")


def test_head_shows_the_source(tmp_path):
    head = read(tmp_path, GOOD.replace("note", "act")).head(2)
    assert list(head.columns) == ["id", "act", "when", "act (2)"]
    assert head.iloc[0].tolist() == ["J0", "Prüfung 0", "2025-01-01 10:00:00", "Straße"]
