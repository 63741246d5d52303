"""Every readiness check on a small clean log with one fault planted and counted by hand; and the clean log itself."""

from __future__ import annotations

import csv
from datetime import datetime

import pytest
from support.planting import (
    NOW,
    ROLES,
    Rows,
    again,
    all_rows,
    approved,
    at_one_time,
    born,
    both,
    clean,
    half_dispatch,
    later,
    many_calls,
    parcels,
    put,
    silent,
    step,
    swap,
    without,
    written,
)

import cxkit as cx
from cxkit.answers.answer import Extent
from cxkit.answers.readiness import Readiness
from cxkit.readiness.checks import CHECKS
from cxkit.readiness.readiness import readiness
from cxkit.shaping.mending.repairs import AsMissing, DropCopies, DropEchoes, MergeValues, Reencode, Rescale, Tidy


@pytest.fixture
def look(tmp_path):
    """What readiness says of rows written as CSV: row 0 stands in line 2."""

    def looked(rows: Rows, **roles: str):
        with (tmp_path / "log.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
        return readiness(cx.read(tmp_path / "log.csv").roles(**ROLES | roles), now=NOW)

    return looked


def aged(row: dict[str, str]) -> None:
    number = int(row["order"][1:])
    row["age"] = {7: "118", 8: "118"}.get(number, str(20 + number % 60))


def called(row: dict[str, str]) -> None:
    number = row["client"][1:]
    row.update(mobile=f"030 / 5550{number}", call=f"+49 (30) 5550{number}")


def euros(row: dict[str, str]) -> None:
    """Written for people; 9.999,99 where journeys 1 to 4 paid."""
    if row["amount"]:
        none = row["step"] == "Pay" and row["order"] in ("J001", "J002", "J003", "J004")
        row["amount"] = "9.999,99 €" if none else f"{float(row['amount']):.2f} €".replace(".", ",")


# name: plant, then what is found: (check, column, count, of); every finding is listed, so that none is invented
PLANTED = {
    "no journey": (put("order", " ", 5, 9), [("without_journey", "", 2, 480)]),
    "no activity": (put("step", "", 5, 9, 13), [("without_activity", "", 3, 480)]),
    "no time": (put("when", "", 5), [("without_time", "", 1, 480)]),
    "an event's attribute": (put("amount", "", *step("Pay", 1, 2, 3)), [("missing_values", "amount", 3, 120)]),
    "a journey's attribute": (put("product", "", *range(40, 48)), [("missing_values", "product", 8, 480)]),
    "placeholders": (
        both(put("channel", "n/a", 0, 1, 2), put("channel", "?", 3)),
        [("placeholders", "channel", 4, 480)],
    ),
    "minus one": (put("amount", "-1", *step("Pay", 1, 2, 3, 4)), [("numeric_defaults", "amount", 4, 240)]),
    "a heap": (put("amount", "200", *step("Pay", *range(25))), [("numeric_defaults", "amount", 25, 240)]),
    "an empty column": (all_rows(lambda row: row.update(fax="")), [("empty_columns", "fax", 1, 8)]),
    "e-mail addresses": (
        all_rows(lambda row: row.update(mail=f"{row['client'].lower()}@example.org")),
        [("personal", "mail", 480, 480)],
    ),
    "telephone numbers": (
        all_rows(
            lambda row: row.update(mobile=f"030 / 5550{row['client'][1:]}", call=f"+49 (30) 5550{row['client'][1:]}")
        ),
        [("personal", "call", 480, 480), ("personal", "mobile", 480, 480)],
    ),
    "numbers that only look like it": (all_rows(lambda row: row.update(invoice=f"0030-5550{row['client'][1:]}")), []),
    "a constant column": (all_rows(lambda row: row.update(firm="A")), [("constant_columns", "firm", 1, 8)]),
    "an open journey": (without(479), [("open_journeys", "", 1, 120)]),
    "a journey cut off": (without(0), [("cut_off", "", 1, 120)]),
    "quiet days": (put("when", later(days=12), *range(240, 480)), [("quiet_days", "", 9, 55)]),
    "times in a column": (all_rows(approved), [("hidden_times", "approved", 120, 120)]),
    "copies": (again(0, 100, 200), [("copies", "", 3, 483), ("unsorted", "", 3, 483)]),
    "echoes": (
        again(0, 100, when=later(seconds=0.5), channel="app"),
        [("echoes", "", 2, 482), ("unsorted", "", 2, 482)],
    ),
    "spaces in ids": (put("order", lambda name: f"{name} ", 3, 7), [("near_ids", "order", 2, 480)]),
    "capitals in ids": (put("order", str.lower, 3, 7), [("near_ids", "order", 2, 480)]),
    "shared ids": (put("client", "C099", 0, 1), [("shared_ids", "", 1, 120)]),
    "a long journey": (many_calls, [("long_journeys", "", 1, 120), ("unsorted", "", 1, 540)]),
    "silences": (silent, [("long_silences", "", 2, 120)]),
    "a wavering attribute": (put("product", "Plus", 1), [("wavering", "product", 1, 120)]),
    "unreadable": (put("when", "31/31/2025 10:00", 8, 9), [("unreadable", "when", 2, 480)]),
    "another way of writing": (
        put("when", written("%d.%m.%Y %H:%M:%S"), 8, 9, 10),
        [("mixed_forms", "when", 3, 480), ("ambiguous", "when", 480, 480)],
    ),
    "some offsets": (put("when", lambda text: f"{text}+00:00", 1, 2, 3, 4), [("mixed_forms", "when", 4, 480)]),
    "some dates": (put("when", lambda text: text[:10], 0, 4, 8, 12, 16), [("mixed_forms", "when", 5, 480)]),
    "1970": (put("when", "1970-01-01 00:00:00", 200, 204, 208), [("default_times", "when", 3, 480)]),
    "9999": (put("when", "9999-12-31 23:59:59", 3, 7), [("default_times", "when", 2, 480)]),
    "to come": (put("when", "2031-05-05 10:00:00", 3, 7), [("future", "when", 2, 480)]),
    "stray": (put("when", lambda text: text.replace("2025", "2015"), 0, 4, 8), [("stray", "when", 3, 480)]),
    "whole days": (all_rows(lambda row: row.update(when=row["when"][:10])), [("whole_days", "when", 480, 480)]),
    "days of some": (
        put("when", lambda text: f"{text[:10]} 00:00:00", *step("Ship")),
        [("mixed_precision", "when", 120, 480)],
    ),
    "a batch": (put("when", "2025-06-14 03:00:00", *step("Deliver", *range(24))), [("batches", "when", 24, 480)]),
    "ties": (at_one_time(1, 2, 3), [("ties", "", 3, 360)]),
    "a form": (at_one_time(*range(100)), [("ties", "", 100, 360), ("forms", "", 200, 480)]),
    "backwards": (swap("when", 1, 2), [("backwards", "", 2, 480), ("unsorted", "", 2, 480)]),
    "numbers left out": (without(*range(200, 208)), [("id_gaps", "", 2, 120)]),
    "dates of birth": (
        all_rows(born),
        [("default_dates", "born", 40, 440), ("hidden_times", "born", 110, 440), ("missing_values", "born", 40, 480)],
    ),
    "ages": (all_rows(aged), [("impossible_ages", "age", 8, 480)]),
    "euros and commas": (
        all_rows(lambda row: row.update(amount=row["amount"] and f"{float(row['amount']):.2f} €".replace(".", ","))),
        [("written_numbers", "amount", 240, 240)],
    ),
    "9.999,99 for none": (
        all_rows(euros),
        [("written_numbers", "amount", 240, 240), ("numeric_defaults", "amount", 4, 240)],
    ),
    "months first, with AM": (
        put("when", written("%m/%d/%Y %I:%M:%S %p"), *range(0, 480, 12)),
        [("mixed_forms", "when", 40, 480)],
    ),
    "capitals": (
        both(put("channel", str.upper, 0, 4), put("channel", lambda text: f" {text}", 8)),
        [("distorted", "channel", 1, 480), ("distorted", "channel", 2, 480)],
    ),
    "two ways to spell": (put("step", "pay", *step("Pay", 1, 2)), [("distorted", "step", 2, 480)]),
    "a slip of the pen": (put("step", "Delvier", *step("Deliver", 1, 2)), [("misspelt", "step", 2, 480)]),
    "numbers in names": (parcels, [("polluted", "step", 120, 480)]),
    "two names": (half_dispatch, [("synonyms", "step", 60, 480)]),
    "misread": (
        both(put("channel", "BÃ¼ro", 0, 1, 2), put("channel", "B\N{REPLACEMENT CHARACTER}ro", 4)),
        [("misread", "channel", 4, 480)],
    ),
    "invisible": (put("channel", "web\N{ZERO WIDTH SPACE}", 0, 8), [("invisible", "channel", 2, 480)]),
    "another unit": (
        put("amount", lambda text: f"{1000 * float(text):g}", *step("Pay", *range(6))),
        [("unit_slips", "amount", 6, 240)],
    ),
}
REPAIRS = {
    "placeholders": AsMissing("channel", ("n/a", "?")),
    "minus one": AsMissing("amount", ("-1",)),
    "copies": DropCopies(),
    "echoes": DropEchoes(1.0),
    "spaces in ids": Tidy("order"),
    "capitals in ids": MergeValues("order", (("j000", "J000"), ("j001", "J001"))),
    "1970": AsMissing("when", ("1970-01-01 00:00:00",)),
    "two ways to spell": MergeValues("step", (("pay", "Pay"),)),
    "a slip of the pen": MergeValues("step", (("Delvier", "Deliver"),)),
    "misread": Reencode("channel", (("BÃ¼ro", "Büro"),)),
    "another unit": Rescale("amount", 1000, (("Pay", 20_000.0, 22_500.0),)),
}
LINES = {  # the first of them, counted by hand: row 0 is line 2
    "no journey": [7, 11],
    "copies": [482, 483, 484],
    "shared ids": [2, 3, 4, 5],
    "silences": [17, 21],
    "ties": [7, 8, 11, 12, 15, 16],
    "backwards": [7, 11],
    "a slip of the pen": [9, 13],
    "an open journey": [480],
    "another unit": [3, 7, 11, 15, 19, 23],
    "quiet days": [],
}


def found(answer) -> list[tuple[str, str, int, int]]:
    return [(f.check.name, f.column, f.count, f.of) for f in answer.findings]


def test_nothing_is_found_in_a_clean_log(look):
    answer = look(clean())
    assert found(answer) == []
    assert answer.scores().score.tolist() == [1.0] * 18
    shown = Readiness.about(answer, lambda: Extent(answer.sizes["rows"]))
    assert f"found: nothing in {len(CHECKS)} checks" in repr(shown)
    assert "bends" not in shown._repr_html_()


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_found_and_no_other(name, look):
    plant, expected = PLANTED[name]
    rows = clean()
    plant(rows)
    answer = look(rows)
    assert sorted(found(answer)) == sorted(expected)
    assert all(0 < share <= 1 for finding in answer.findings for _, share in finding.bends)
    if name in REPAIRS:
        assert [offer.repair for offer in answer.repairs] == [REPAIRS[name]]
        assert [offer.apply for offer in answer.repairs] == [REPAIRS[name].certain]
    if name in LINES:
        assert answer.df().lines[0] == LINES[name][:10]


def test_every_check_is_tested():
    tested = {name for _, expected in PLANTED.values() for name, *_ in expected}
    # test_clocks, test_messy_ready; test_clock_changes; tests/reading/test_conservation
    elsewhere = {"clocks", "clock_changes", "own_zone", "unread"}
    alone = {"single_events", "several_zones", "against_key", *elsewhere}
    assert tested | alone == {check.name for check in CHECKS}
    assert not tested & alone


def test_an_id_for_every_event_is_no_journey(look):
    rows = [{**row, "order": str(number)} for number, row in enumerate(clean())]
    [finding] = [f for f in look(rows).findings if f.check.name == "single_events"]
    assert (finding.count, finding.of, finding.severity) == (480, 480, "high")


def test_days_and_months_that_cannot_be_told_apart(look):
    rows = [row for row in clean() if datetime.fromisoformat(row["when"]).day <= 12]
    put("when", written("%d/%m/%Y %H:%M:%S"), *range(len(rows)))(rows)
    [finding] = [f for f in look(rows).findings if f.check.name == "ambiguous"]
    assert finding.count == finding.of == len(rows)
    assert finding.bent == "process_map 100%, variants 100%, durations 100%"


def test_what_would_read_the_unreadable(look):
    """All days first, but for three with the month first: 06/28/2025."""
    rows = clean()
    put("when", written("%d/%m/%Y %H:%M:%S"), *range(480))(rows)
    put("when", "06/28/2025 10:00:00", 300, 304, 308)(rows)
    [finding] = [f for f in look(rows).findings if f.check.name == "unreadable"]
    assert (finding.count, finding.examples) == (3, ("06/28/2025 10:00:00",))
    assert "100% of them read as month first" in finding.what


def test_two_offsets_on_the_same_days(look):
    rows = clean()
    for number, row in enumerate(rows):
        row["when"] = f"{row['when']}Z" if number % 8 < 4 else f"{later(hours=2)(row['when'])}+02:00"
    assert found(look(rows)) == [("several_zones", "", 43, 43)]


def test_times_against_the_order_key(look):
    rows = clean()
    for number, row in enumerate(rows):
        row["number"] = str(number % 4 + 1)
    swap("number", 1, 2)(rows)
    assert ("against_key", "number", 2, 360) in found(look(rows, order="number"))


def test_weights_and_bends(look):
    """3 ties in 3 of 120 journeys: 6 rows; each pair is part of 3 moves."""
    rows = clean()
    at_one_time(1, 2, 3)(rows)
    [ties] = look(rows).findings
    assert (ties.severity, ties.journeys) == ("medium", 3)
    assert dict(ties.bends) == {"process_map": 9 / 360, "variants": 3 / 120}
    assert ties.bent == "process_map 2.5%, variants 2.5%"
    assert ties.examples[0] == "J001 · Pay · 2025-06-03 07:01:01"


@pytest.mark.parametrize(
    ("plant", "severity"),
    [
        (at_one_time(*range(1, 7)), "high"),  # 6 of 120 journeys: 5%
        (at_one_time(*range(1, 6)), "medium"),  # 5 of 120: 4.2%
        (put("order", "", 5, 9, 13), "medium"),  # 3 of 480 rows, of no journey: .63%
        (put("order", "", 5, 9), "low"),  # 2 of 480: .42%
    ],
)
def test_a_weight_changes_at_its_limit(plant, severity, look):
    rows = clean()
    plant(rows)
    assert [finding.severity for finding in look(rows).findings] == [severity]


def test_scores_lead_back_to_rows(look):
    """Two rows without journey, one of them also without activity: two faulty rows in completeness."""
    rows = clean()
    both(put("order", "", 5, 9), put("step", "", 9, 13))(rows)
    answer = look(rows)
    scores = answer.scores().set_index(["dimension", "level"])
    assert scores.loc[("completeness", "row"), ["faulty", "of"]].tolist() == [3, 480]
    assert scores.loc[("completeness", "row"), "score"] == pytest.approx(477 / 480)
    assert scores.loc[("completeness", "log"), "faulty"] == 2
    assert scores.loc[("order", "row"), "score"] == 1
    assert {*answer.lines("without_journey"), *answer.lines("without_activity")} == {7, 11, 15}
    with pytest.raises(cx.CxError, match='Closest: "without_time"'):
        answer.lines("without_tim")


def test_the_eleven_patterns(look):
    rows = clean()
    both(put("step", "pay", *step("Pay", 1, 2)), swap("when", 5, 6))(rows)
    seen = look(rows).patterns().set_index("pattern").seen
    assert len(seen) == 11
    assert seen[seen == "yes"].index.tolist() == ["inadvertent time travel", "distorted label"]
    assert seen[seen == "unknown"].index.tolist() == ["scattered case", "homonymous label"]


def test_an_event_is_when_it_started(look):
    """Prepare keeps what has a start and no end, and puts events in the order of their starts."""
    rows = [
        {"order": "A", "step": "X", "begun": "2025-06-02 09:00", "at": "2025-06-02 12:00"},
        {"order": "A", "step": "Y", "begun": "2025-06-02 10:00", "at": "2025-06-02 11:00"},
        {"order": "A", "step": "Z", "begun": "2025-06-02 11:30", "at": ""},
        {"order": "A", "step": "W", "begun": "garbage", "at": ""},
        {"order": "A", "step": "V", "begun": "", "at": ""},
    ]
    names = {name: count for name, _, count, _ in found(look(rows, time="at", start="begun", customer=""))}
    assert names.get("unreadable") == 1
    assert names.get("without_time") == 1
    assert "unsorted" not in names
