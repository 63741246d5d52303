"""XES: the features of the format by hand, and what is refused."""

import gzip

import pandas as pd
import pytest

import cxkit as cx
from cxkit.reading import eventlogs as logs

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@pytest.fixture
def written(tmp_path):
    """Write an XES file and read it."""

    def write(body, name="log.xes", **how):
        file = tmp_path / name
        file.write_bytes(body if isinstance(body, bytes) else (HEAD + body).encode())
        return cx.read(file, **how)

    return write


def prepared(log, folder):
    return cx.prepare(log, folder / "store", progress=False)


def event(name, time="2025-01-01T10:00:00Z", more=""):
    return (
        f'<event><string key="concept:name" value="{name}"/><date key="time:timestamp" value="{time}"/>{more}</event>'
    )


def trace(name, *events, more=""):
    return f'<trace><string key="concept:name" value="{name}"/>{more}{"".join(events)}</trace>'


# ---- features, by hand -----------------------------------------------------------------------------------------------


def test_levels_and_types(written, tmp_path):
    log = written(
        '<log xmlns="http://www.xes-standard.org/">'
        + trace(
            "J1",
            event(
                "A", more='<int key="n" value="007"/><float key="cost" value="1.5"/><string key="zip" value="0815"/>'
            ),
            event("B", more='<int key="n" value="-8"/><float key="cost" value="2.5"/><string key="zip" value="1"/>'),
            more='<boolean key="new" value="TRUE"/><id key="uid" value="u-1"/><date key="due" value="2025-02-01"/>',
        )
        + trace("J2", event("A", more='<float key="cost" value="NaN"/>'), more='<boolean key="new" value="0"/>')
        + "</log>"
    )
    journeys = prepared(log, tmp_path)
    assert {a.name: (a.level, a.kind) for a in journeys.manifest.attributes} == {
        "case:new": ("journey", "boolean"),
        "case:uid": ("journey", "text"),
        "case:due": ("journey", "time"),
        "n": ("event", "integer"),
        "cost": ("event", "number"),
        "zip": ("event", "text"),
    }
    assert journeys.manifest.roles["activity"] == "concept:name"
    events = journeys.events().df()
    assert events["n"].dropna().tolist() == [7, -8]
    assert events["cost"].dropna().tolist() == [1.5, 2.5]
    assert events["zip"].dropna().tolist() == ["0815", "1"]
    assert journeys.journeys().df().set_index("journey")["case:new"].to_dict() == {"J1": True, "J2": False}


BOOLEAN = '<boolean key="b" value="{}"/>'
ODD = """<int key="i" value="{0}"/><boolean key="b" value="{1}"/><date key="d" value="{2}"/>
<float key="f" value="{3}"/>"""


@pytest.mark.parametrize("text", ["true", "True", "TRUE", "1", " true "])
def test_booleans_in_any_spelling(text, written):
    log = written(f"<log>{trace('J', event('A', more=BOOLEAN.format(text)))}</log>")
    assert log.head()["b"].tolist() == [True]


def test_values_that_are_not_of_their_type_stay_as_they_are(written):
    fitting, odd = ODD.format("7", "yes", "2025-01-01", "1e3"), ODD.format("1_000", "true", "soon", "INF")
    log = written(f"<log>{trace('J', event('A', more=fitting), event('B', more=odd))}</log>")
    table = log.head()
    assert table["i"].tolist() == ["7", "1_000"]
    assert table["b"].tolist() == ["yes", "true"]
    assert table["d"].tolist() == ["2025-01-01", "soon"]
    assert table["f"].tolist() == ["1e3", "INF"]


def test_one_key_with_several_types(written):
    log = written(
        f"""<log>{
            trace(
                "J",
                event("A", more='<int key="x" value="1"/><int key="y" value="1"/>'),
                event("B", more='<float key="x" value="2.5"/><string key="y" value="b"/>'),
            )
        }</log>"""
    )
    assert log.head()["x"].tolist() == [1.0, 2.5]
    assert log.head()["y"].tolist() == ["1", "b"]


ZONES = {
    "2025-03-30T01:30:00.123+01:00": "2025-03-30 00:30:00.123",
    "2025-03-30T03:30:00+0200": "2025-03-30 01:30:00",
    "2025-03-30T02:00:00.1234567Z": "2025-03-30 02:00:00.123456",
    "2025-03-29T22:30:00.5-05:30": "2025-03-30 04:00:00.5",
}


def test_times_of_every_zone_are_utc(written, tmp_path):
    log = written(f"<log>{trace('J', *(event(f'A{n}', time) for n, time in enumerate(ZONES)))}</log>")
    times = prepared(log, tmp_path).events().df()["time"]
    assert times.tolist() == [pd.Timestamp(time, tz="UTC") for time in ZONES.values()]


def test_local_times_are_of_the_zone_that_is_given(written, tmp_path):
    log = written(f"<log>{trace('J', event('A', '2025-07-01T12:00:00'))}</log>")
    assert "no offset" in repr(log)
    assert prepared(log.roles(zone="Europe/Berlin"), tmp_path).events().df()["time"].tolist() == [
        pd.Timestamp("2025-07-01T10:00:00Z")
    ]


def test_mixed_and_unreadable_times(written, tmp_path):
    times = ["2025-07-01T12:00:00", "2025-07-01T12:00:00+02:00", "yesterday"]
    log = written(f"<log>{trace('J', *(event(f'A{n}', time) for n, time in enumerate(times)))}</log>")
    journeys = prepared(log.roles(zone="Europe/Berlin"), tmp_path)
    assert journeys.events().df()["time"].tolist() == [pd.Timestamp("2025-07-01T10:00:00Z")] * 2
    assert journeys.manifest.dropped == {"time not readable": 1}
    assert "yesterday" in journeys.rejected().df().iloc[0]["text"]


NESTED = """
<float key="cost:total" value="9.5"><string key="cost:currency" value="EUR"><int key="digits" value="2"/></string>
</float>
<list key="products"><values><string key="product" value="tea"><int key="n" value="2"/></string>
<string key="product" value="mugs"/></values></list>
<container key="place"><string key="city" value="Bonn"/></container>"""


def test_attributes_within_attributes_have_the_path_as_name(written):
    log = written(f"<log>{trace('J', event('A', more=NESTED), event('B'), more=NESTED)}</log>")
    row = log.head().iloc[0]
    for start in ("", "case:"):
        assert row[f"{start}cost:total"] == 9.5
        assert row[f"{start}cost:total:cost:currency"] == "EUR"
        assert row[f"{start}cost:total:cost:currency:digits"] == 2
        assert row[f"{start}products:product"] == "tea | mugs"
        assert row[f"{start}products:product:n"] == 2
        assert row[f"{start}place:city"] == "Bonn"
    assert log.head().iloc[1]["case:products:product"] == "tea | mugs"
    assert log.head().iloc[1].isna()["products:product"]


def test_traces_without_a_name_are_never_one(written, tmp_path):
    nameless = f"<trace>{event('A')}</trace>"
    empty = f'<trace><string key="concept:name" value=" "/>{event("A")}</trace>'
    log = written(f"<log>{trace('trace 9', event('A'))}{nameless}{empty}{nameless}</log>")
    assert "3 traces have no name" in repr(log)
    assert log.head()["case:concept:name"].tolist() == ["trace 9", *(f"unnamed trace {n}" for n in (2, 3, 4))]
    assert prepared(log, tmp_path).n.journeys == 4


def test_traces_of_one_name_are_one_journey(written, tmp_path):
    first = trace("J", event("A", "2025-01-02T00:00:00Z"), more='<string key="x" value="1st"/>')
    second = trace("J", event("B", "2025-01-01T00:00:00Z"), more='<string key="x" value="2nd"/>')
    log = written(f"<log>{first}{second}</log>")
    assert "1 traces have the name of an earlier one" in repr(log)
    journeys = prepared(log, tmp_path)
    assert journeys.variants().df()["activities"].map(list).tolist() == [["B", "A"]]
    assert any('several values of "case:x"' in note for note in journeys.manifest.notes)


def test_empty_traces_are_counted_and_events_without_one_put_aside(written, tmp_path):
    log = written(f"<log>{event('Z')}{trace('J', event('A'))}{trace('E1')}{trace('E2')}{event('Z')}</log>")
    assert "2 traces have no events" in repr(log)
    journeys = prepared(log, tmp_path)
    assert journeys.manifest.dropped == {"no journey id": 2}
    assert any("2 traces have no events" in note for note in journeys.manifest.notes)
    assert journeys.n.journeys == 1


GLOBALS = """<extension name="Concept" prefix="c" uri="http://www.xes-standard.org/concept.xesext"/>
<extension name="Time" prefix="when" uri="http://www.xes-standard.org/time.xesext"/>
<global scope="trace"><string key="c:name" value="UNKNOWN"/><date key="due" value="1970-01-01T00:00:00Z"/></global>
<global><string key="c:name" value="UNKNOWN"/><string key="channel" value="none"><int key="x" value="1"/></string>
</global>"""


def test_extensions_give_the_meaning_and_globals_fill_nothing(written, tmp_path):
    body = f"<log>{GLOBALS}{trace('J1', event('A'), event('B'))}{trace('J2', event('A'))}</log>"
    log = written(body.replace("concept:name", "c:name").replace("time:timestamp", "when:timestamp"))
    assert 'every trace but missing from some: "due" (2)' in repr(log)
    assert 'every event but missing from some: "channel" (3)' in repr(log)
    assert "channel" not in log.columns
    assert prepared(log, tmp_path).manifest.roles | {"customer": None} == {
        "journey": "case:concept:name",
        "activity": "concept:name",
        "time": "time:timestamp",
        "customer": None,
        "order": None,
        "start": None,
    }


CLASSIFIERS = """<classifier name="Step" keys="concept:name lifecycle:transition"/>
<classifier name="Who" keys="'a name'"/><classifier name="Lost" keys="nowhere"/>
<classifier name="Case" scope="trace" keys="concept:name"/>"""
STEPS = '<string key="lifecycle:transition" value="{}"/><string key="a name" value="Ann"/>'


def test_a_classifier_can_be_the_activity(written, tmp_path):
    events = [event("A", more=STEPS.format(step)) for step in ("start", "complete")]
    log = written(f"<log>{CLASSIFIERS}{trace('J', *events)}</log>")
    assert log.columns == [
        "case:concept:name",
        "concept:name",
        "time:timestamp",
        "lifecycle:transition",
        "a name",
        "Step",
    ]
    assert "Steps of the life cycle (complete 1, start 1) count as an event each, unless" in repr(log)
    assert prepared(log, tmp_path / "plain").variants().df()["activities"].map(list).tolist() == [["A", "A"]]
    chosen = prepared(log.roles(activity="Step"), tmp_path / "chosen")
    assert chosen.variants().df()["activities"].map(list).tolist() == [["A+start", "A+complete"]]


def test_without_a_name_the_first_classifier_is_the_activity(written, tmp_path):
    events = [f'<event><string key="{key}" value="A"/></event>' for key in ("What", "What")]
    log = written(f'<log><classifier name="Activity" keys="What"/>{trace("J", *events)}</log>')
    assert prepared(log, tmp_path).manifest.roles["activity"] == "What"


def test_names_that_are_taken(written, tmp_path):
    """A classifier called like an attribute, and an event's attribute called like the trace's name."""
    cells = {"A": "a", "B": "b", "case:concept:name": "x"}
    event = "".join(f'<string key="{key}" value="{value}"/>' for key, value in cells.items())
    log = written(f'<log><classifier name="A" keys="A B"/>{trace("J", f"<event>{event}</event>")}</log>')
    assert log.columns == ["case:concept:name", "A", "B", "case:concept:name (2)", "A (2)"]
    assert log.head().iloc[0].tolist() == ["J", "a", "b", "x", "a+b"]
    assert prepared(log, tmp_path).manifest.roles["activity"] == "A (2)"


COUNT = '<int key="n" value="1"/>'
SPACES = 'xmlns:x="http://www.xes-standard.org/" xmlns:y="urn:y"'


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_elements_may_have_a_prefix_and_strangers_are_left_out(prefix, written):
    body = f"<log>{trace('J', event('A', more=COUNT), event('B'))}</log>"
    for name in ("log", "trace", "event", "string", "date", "int"):
        body = body.replace(f"<{name}", f"<{prefix}{name}").replace(f"</{name}", f"</{prefix}{name}")
    stranger = f'<y:ext><y:event/><{prefix}event><{prefix}string key="concept:name" value="Z"/></{prefix}event></y:ext>'
    body = body.replace(f"<{prefix}event", f"{stranger}<{prefix}event", 1)
    log = written(body.replace(f"<{prefix}log", f"<{prefix}log {SPACES}", 1))
    assert log.head()["concept:name"].tolist() == ["A", "B"]
    assert log.head()["n"].tolist()[0] == 1


def test_unusual_writing(written):
    """Another order of the attributes, text between elements, a key twice, a value that is missing, CDATA, comments."""
    more = """<string value="v" key="k" unit="x"/> text <!-- <event/> --> <![CDATA[<event/>]]>
    <string key="twice" value="1"/><string key="twice" value="2"/><string key="none"/><strange key="s" value="s"/>"""
    log = written(f"<!DOCTYPE log>\n<log>{trace('Müller &amp; &#252;', event('Prüfung', more=more))}</log>")
    row = log.head().iloc[0]
    assert (row["case:concept:name"], row["concept:name"], row["k"]) == ("Müller & ü", "Prüfung", "v")
    assert row["twice"] == "2"
    assert "1 attributes repeat a key" in repr(log)
    assert "none" not in log.columns
    assert "<strange>" in repr(log)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "cp1252"])
def test_encodings(encoding, written):
    declared = encoding.removesuffix("-sig")
    body = f'<?xml version="1.0" encoding="{declared}"?><log>{trace("J", event("Prüfung"))}</log>'
    assert written(body.encode(encoding)).head()["concept:name"].tolist() == ["Prüfung"]
    assert written(gzip.compress(body.encode(encoding)), "log.xes.gz").head()["concept:name"].tolist() == ["Prüfung"]


def test_an_encoding_that_is_declared_wrongly_can_be_given(written):
    body = f"{HEAD}<log>{trace('J', event('Prüfung'))}</log>".encode("cp1252")
    with pytest.raises(cx.CxError, match="no whole XML file"):
        written(body)
    assert written(body, encoding="cp1252").head()["concept:name"].tolist() == ["Prüfung"]


def test_roles_can_be_given(written, tmp_path):
    who = '<string key="who" value="{}"/>'
    events = [
        event("A", more=who.format("Ann")),
        event("B", more=who.format("Bob")),
        event("C", more=who.format("Ann")),
    ]
    log = written(f"<log>{trace('J', *events)}</log>")
    mapped = log.roles(journey="who", activity="concept:name")
    assert "named by XES" in repr(mapped)
    assert "given" in repr(mapped)
    journeys = prepared(mapped, tmp_path)
    assert journeys.n.journeys == 2
    with pytest.raises(cx.CxError, match=r'No column "whom". Closest: "who"'):
        log.roles(journey="whom")


def test_more_rows_than_one_batch(written, tmp_path, monkeypatch):
    monkeypatch.setattr(logs, "ROWS_AT_ONCE", 7)
    traces = [
        trace(f"J{n:02}", *(event(f"A{m}", more=f'<int key="k{n}" value="{m}"/>') for m in range(n)), more=NESTED)
        for n in range(20)
    ]
    log = written(f"<log>{''.join(traces)}</log>")
    assert len(list(log.source.scratch.glob("events-*.parquet"))) == 28
    table = log.head(1_000)
    assert table["case:concept:name"].tolist() == [f"J{n:02}" for n in range(20) for _ in range(n)]
    assert table["concept:name"].tolist() == [f"A{m}" for n in range(20) for m in range(n)]
    assert table["k19"].dropna().tolist() == list(range(19))


# ---- refused ---------------------------------------------------------------------------------------------------------

DEEP = '<string key="d" value="v">' * 40 + "</string>" * 40
MANY = "".join(f'<string key="k{n}" value="v"/>' for n in range(2_100))
LAUGHS = '<!DOCTYPE log [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
SECRET = '<!DOCTYPE log [<!ENTITY secret SYSTEM "file:///etc/hostname">]>'
REFUSED = {
    "entity bomb": (f"{LAUGHS}<log>{trace('&b;', event('A'))}</log>", 'entity "a".*refuses'),
    "external entity": (f"{SECRET}<log>{trace('&secret;', event('A'))}</log>", 'entity "secret".*refuses'),
    "parameter entity": ('<!DOCTYPE log [<!ENTITY % p SYSTEM "x.dtd"> %p;]><log/>', 'entity "p".*refuses'),
    "document elsewhere": ('<!DOCTYPE log SYSTEM "http://example.org/x.dtd"><log/>', "never fetches"),
    "public document": ('<!DOCTYPE log PUBLIC "-//X" "x.dtd"><log/>', "never fetches"),
    "undefined entity": (f"<log>{trace('&nbsp;', event('A'))}</log>", "undefined entity"),
    "cut short": (f"<log>{trace('J', event('A'))}", "no whole XML file"),
    "not XML": ("id,act\n1,2\n", "no whole XML file"),
    "a page": ("<html><body/></html>", "begins with <html>"),
    "no event": (f"<log>{trace('J')}</log>", "holds 1 traces and no event"),
    "nothing": ("<log/>", "holds 0 traces and no event"),
    "trace in trace": (f"<log><trace>{trace('J', event('A'))}</trace></log>", "<trace> within <trace>"),
    "event in event": (f"<log>{trace('J', event('A', more=event('B')))}</log>", "<event> within <event>"),
    "no key": ('<log><trace><string value="J"/></trace></log>', "<string> without a key"),
    "very deep": (f"<log>{trace('J', event('A', more=DEEP))}</log>", "32 deep"),
    "very wide": (f"<log>{trace('J', event('A', more=MANY))}</log>", "2,000 different attributes"),
    "two roots": ("<log/><log/>", "no whole XML file"),
}


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED)
def test_refused(body, words, written):
    with pytest.raises(cx.CxError, match=f"(?s)log.xes.*{words}"):
        written(body)


def test_damaged_packing(written):
    packed = gzip.compress(f"<log>{trace('J', *(event(f'A{n}') for n in range(500)))}</log>".encode())
    for body in (packed[: len(packed) // 2], packed[:60] + b"\xff\xff\xff" + packed[63:], packed[:12]):
        with pytest.raises(cx.CxError, match=r"log\.xes\.gz"):
            written(body, "log.xes.gz")


def test_a_value_without_end_is_refused_before_it_fills_memory(written, monkeypatch):
    monkeypatch.setattr(logs, "LONGEST_TOKEN", 1 << 19)
    with pytest.raises(cx.CxError, match=r"more than 16 million"):
        written(f"<log>{trace('x' * (1 << 21), event('A'))}</log>")


def test_files_of_other_kinds_are_told(tmp_path):
    (tmp_path / "log.docx").write_bytes(b"PK")
    with pytest.raises(cx.CxError, match=r"\.xes"):
        cx.read(tmp_path / "log.docx")
