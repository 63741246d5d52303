"""The small files of `cases` as they lie there, each with what is right about it; those about times are beside this."""

from __future__ import annotations

import pytest

import cxkit as cx
from cxkit import where as w

ROLES = {"journey": "case", "activity": "step", "time": "when"}


@pytest.fixture
def cases(shared):
    return shared.parent / "cases"


@pytest.fixture
def made(cases, tmp_path):
    """The journeys of a file of `cases`, with these roles; later parts go into the same store."""

    def prepare(name, append=False, **roles):
        log = cx.read(cases / name)
        return cx.prepare(log.roles(**roles) if roles else log, tmp_path / "store", append=append, progress=False)

    return prepare


LINES = {  # events, lines put aside, what was found of the writing
    "22-open-quote-small.csv": (79, 1, {}),
    "22-open-quote-1000.csv": (999, 1, {}),
    "23-backslash.csv": (18, 0, {"escape": "backslash"}),
    "24-sep-line.csv": (18, 0, {"delimiter": "semicolon", "lines above the header": "1"}),
    "24-title-lines.csv": (18, 1, {"lines above the header": "3"}),
    "24-utf16.csv": (18, 0, {"encoding": "utf-16"}),
    "24-cp1251.csv": (12, 0, {"encoding": "cp1251"}),
    "24-cp1252.csv": (18, 0, {"encoding": "cp1252"}),
}


@pytest.mark.parametrize(("name", "right"), LINES.items(), ids=LINES)
def test_every_line_is_an_event_or_told(name, right, made, cases):
    facts, (events, aside, found) = made(name).manifest, right
    lines = facts.lines
    assert (facts.counts["events"], sum(facts.dropped.values())) == (events, aside)
    assert events + aside + lines["header"] + lines["blank"] + lines["continued"] == lines["lines"]
    assert found.items() <= facts.reading.items()


def test_a_reject_of_a_file_with_returns_has_its_own_line(made):
    [reject] = made("crlf_line.csv", journey="id", activity="step", time="when").rejected().df().to_dict("records")
    assert (reject["line"], reject["text"]) == (4, "2,b,2026-01-02,x,y")


def test_ids_of_a_column_of_floats_and_of_integers_are_one(made):
    roles = {"journey": "order", "customer": "client", "activity": "step", "time": "when"}
    made("12-month1.parquet", **roles)
    counts = made("12-month2.parquet", append=True).manifest.counts
    assert (counts["journeys"], counts["customers"]) == (4, 3)


def test_numbers_order_events_although_one_is_odd(made, cases):
    roles = {"journey": "case", "activity": "step", "time": "day", "order": "seq"}
    clean = made("03-seq-clean.csv", **roles).variants().df()
    assert clean["count"].tolist() == [200]
    assert any('"12b"' in doubt for doubt in cx.read(cases / "03-seq-one-odd.csv").roles(**roles).doubts)
    odd = made("03-seq-one-odd.csv", **roles).variants().df()
    assert odd["count"].max() >= 199
    grown = made("03-seq-next.csv", append=True).variants().df()
    assert grown["count"].max() == odd["count"].max()


def test_names_stay_apart_and_as_they_are(made, cases):
    names = set(made("14-names.csv").activities().df()["activity"])
    assert "<b>bold</b>" in " ".join(names)
    assert any(len(name) >= 1_000 for name in names)
    drawn = made("15-common-prefix.csv").process_map().chart()._repr_html_()
    for end in ("progress", "customer", "closed"):
        assert end in drawn
    assert "\x1b" not in repr(made("esc.csv", **ROLES).activities())
    kept = made("dollar.csv", **ROLES).activities().df()["activity"]
    assert "Fee $0-$500" in set(kept)
    columns = cx.read(cases / "33-duplicate-columns.csv").columns
    assert len(set(columns)) == len(columns) == 5


def test_the_hour_that_comes_twice_keeps_the_order_of_rows(made, cases):
    journeys = made("21-dst.csv", **ROLES, zone="Europe/Berlin")
    assert journeys.diary("a").df()["what"].tolist() == ["Start", "Check", "Check again", "Pay", "Close"]
    log = cx.read(cases / "21-dst.csv").roles(**ROLES, zone="Europe/Berlin")
    assert any("clock" in finding.says or "hour" in finding.says for finding in log.readiness().findings)


def test_working_hours_of_the_engagement_count(cases, tmp_path):
    text = (
        (cases / "16-business.toml").read_text().replace("16-business-hours.csv", str(cases / "16-business-hours.csv"))
    )
    (tmp_path / "engagement.toml").write_text(text)
    log = cx.read(cases / "16-business-hours.csv").roles(
        journey="ticket", activity="step", time="when", zone="Europe/Berlin"
    )
    cx.prepare(log, tmp_path / "store", progress=False)
    journeys = cx.open(tmp_path / "store", engagement=tmp_path / "engagement.toml")
    for working, hours in ((True, [0, 2, 40]), (False, [26, 66, 104])):
        [move] = journeys.durations(per="move", working=working).df().to_dict("records")
        assert [move["median_seconds"] / 3600, move["mean_seconds"] / 1200] == [hours[1], sum(hours)]


def test_what_the_rest_stands_for(made, cases):
    open_ones = {f.check.name: f for f in cx.read(cases / "31-cut-off.csv").readiness().findings}
    assert "open_journeys" in open_ones
    left = made("calls_without_client.csv", journey="client", activity="outcome", time="date").manifest
    assert (left.counts["events"], left.dropped) == (7, {"no journey id": 3})
    move = made("move_time_start_to_start.csv", journey="case", activity="step", start="start", time="end")
    assert move.durations(per="move").df()["median_seconds"].tolist() == [1800]
    assert 1800 in move.waiting().df().select_dtypes("number").to_numpy()
    log = cx.read(cases / "unique_row_id_taken_as_journey.csv")
    assert log.columns[log.settled.journey] == "contract"
    for name in ("case_attribute_on_events.csv", "case_attribute_on_events.xes"):
        assert set(made(name).segments(by="impact").df()["segment"]) >= {"Low", "High"}


def test_what_lies_between_two_steps_is_cut_out_each_time(cases, tmp_path):
    log = cx.read(cases / "08-between.csv").roles(**ROLES).split(start="Repair", end="Done")
    cut = cx.prepare(log, tmp_path / "store", progress=False).keep(w.starts_with("Repair") & w.ends_with("Done"))
    assert cut.n.journeys == 3


def test_our_own_answers_are_accepted_by_our_own_filters(made):
    journeys = made("01-unsorted.csv")
    longest = journeys.journeys(rows=1_000).df()["events"].max()
    assert journeys.keep(w.length(at_least=longest)).n.journeys > 0
