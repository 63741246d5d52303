"""Offers of repairs: certain ones and questions; what an offer says of its effect is what the store then has."""

from __future__ import annotations

import csv
import json

import pytest
from support.planting import NOW, ROLES, again, both, clean, later, put, silent, step, swap, written

import cxkit as cx
from cxkit.readiness.effects import effects
from cxkit.readiness.ground import Ground
from cxkit.readiness.readiness import readiness
from cxkit.schema import SECOND
from cxkit.shaping.mending import offers
from cxkit.shaping.mending.repairs import MergeValues, Reencode, Restamp, Tidy


def written_to(rows, path):
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return cx.read(path).roles(**ROLES)


def counts(log, folder):
    facts = cx.prepare(log, folder, progress=False).manifest.counts
    return offers.Counts(facts["events"], facts["journeys"], facts["variants"], facts["activities"])


def faulty():
    rows = clean()
    both(
        put("step", "pay", *step("Pay", 1, 2)),
        put("step", " Ship", *step("Ship", 8)),
        put("channel", "BÃ¼ro", 0, 1),
        put("channel", "n/a", 5),
        put("order", lambda name: f"{name} ", *step("Pay", 30), *step("Ship", 31)),
        put("when", "1970-01-01 00:00:00", *step("Deliver", 50, 51)),
        swap("when", 70),
        again(0, 100, 200),
        again(8, 12, when=later(seconds=0.5), channel="app"),
        put("amount", lambda text: f"{1000 * float(text):g}", *step("Order", *range(90, 96))),
        silent,
    )(rows)
    return rows


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return written_to(faulty(), tmp_path_factory.mktemp("faulty") / "log.csv")


@pytest.fixture(scope="module")
def offered(log):
    return readiness(log, now=NOW).repairs


def test_the_effect_of_each_repair_is_what_the_store_then_has(log, offered, tmp_path):
    assert len(offered) >= 8
    before = counts(log, tmp_path / "before")
    for place, offer in enumerate(offered):
        assert offer.effect.before == before
        assert offer.effect.after == counts(log.mend(offer.repair), tmp_path / f"store{place}"), offer.says


def test_the_rows_of_an_effect_are_those_that_differ(log, offered):
    first = log.head(1_000)
    for offer in offered:
        mended = log.mend(offer.repair).head(1_000)
        gone = len(first) - len(mended)
        changed = gone or int((first.fillna("") != mended.fillna("")).any(axis=1).sum())
        assert offer.effect.rows == changed, offer.says
        assert 0 < len(offer.effect.shown) <= 3
        assert all((after is None) == bool(gone) for _, after in offer.effect.shown)


def test_times_that_are_written_otherwise_are_counted_by_their_moments(tmp_path):
    """Three times of 480 have strokes; read in their way they are events again, and no other moment changes."""
    rows = clean()
    put("when", written("%d|%m|%Y %H-%M"), 100, 104, 108)(rows)
    log = written_to(rows, tmp_path / "log.csv")
    repair = Restamp("when", ("99|99|9999 99-99",), ("%d|%m|%Y %H-%M",))
    with log.source.lock:
        done = effects(Ground(log.source, log.settled, round(NOW.timestamp() * SECOND)), [repair])[repair]
    assert (done.rows, done.before.events, done.after.events) == (3, 477, 480)
    assert done.shown[0][0].startswith("10|06|2025")


def test_an_effect_is_counted_however_times_are_written(tmp_path):
    """Two echoes among times with the day first, of which a pattern reads every one."""
    rows = clean()
    again(8, 12, when=later(seconds=0.5), channel="app")(rows)
    put("when", lambda text: f"{text[8:10]}.{text[5:7]}.{text[:4]} {text[11:]}", *range(len(rows)))(rows)
    [offer] = readiness(written_to(rows, tmp_path / "log.csv"), now=NOW).repairs
    assert (offer.effect.rows, offer.effect.before.events, offer.effect.after.events) == (2, 482, 480)


def test_only_spaces_and_encodings_are_certain(offered):
    certain = {type(offer.repair) for offer in offered if offer.certain}
    assert certain == {Tidy, Reencode}
    assert all(offer.apply == offer.certain for offer in offered)


def test_the_way_of_the_readme_applies_what_is_certain(log, offered, tmp_path):
    offers.save(offered, tmp_path / "repairs.json")
    loaded = offers.load(tmp_path / "repairs.json")
    assert [offer.repair for offer in loaded] == [offer.repair for offer in offered]
    mended = log.mend(*loaded)
    assert {type(repair) for repair in mended.source.repairs} == {Tidy, Reencode}
    assert mended.source.repairs == log.mend(*offered).source.repairs
    assert counts(mended, tmp_path / "store").events == counts(log, tmp_path / "plain").events


def test_a_question_is_applied_where_its_line_says_so(log, offered, tmp_path):
    file = tmp_path / "repairs.json"
    offers.save(offered, file)
    lines = json.loads(file.read_text(encoding="utf-8"))
    for line in lines:
        line["apply"] = "merge_values" in line
    file.write_text(json.dumps(lines), encoding="utf-8")
    assert [type(repair) for repair in log.mend(*offers.load(file)).source.repairs] == [MergeValues]


def test_answers_stay_when_the_file_is_written_again(offered, tmp_path):
    file = tmp_path / "repairs.json"
    offers.save(offered, file)
    lines = json.loads(file.read_text(encoding="utf-8"))
    for line in lines:
        line["apply"] = not line["apply"]
    by_hand = {"tidy": {"column": "nobody has it"}}
    file.write_text(json.dumps([*lines, by_hand]), encoding="utf-8")
    before = offers.load(file)
    offers.save(offered, file)
    assert offers.load(file) == before
    assert len(before) == len(offered) + 1


def test_a_line_says_what_it_would_do(offered):
    [line] = [json.loads(json.dumps(offer.to_json())) for offer in offered if type(offer.repair) is MergeValues]
    assert line["finding"].startswith("distorted: 2 of 485 values")
    assert line["rows"] == 2
    assert line["shown"] == [{"before": "pay", "after": "Pay"}] * 2
    assert line["effect"]["activities"] == {"before": 6, "after": 5}


@pytest.mark.parametrize(
    ("line", "apply"),
    [
        ({"drop_copies": {}}, False),
        ({"drop_copies": {}, "certain": True}, False),
        ({"drop_copies": {}, "apply": True}, True),
        ({"tidy": {"column": "a"}}, True),
        ({"tidy": {"column": "a"}, "apply": False}, False),
        ({"reencode": {"column": "a", "pairs": [["BÃ¼ro", "Büro"]]}}, True),
    ],
)
def test_a_line_that_was_written_by_hand(line, apply):
    assert offers.offered(line).apply is apply


@pytest.mark.parametrize(
    "line", [{"apply": 1, "drop_copies": {}}, {"apply": True}, [], {"drop_copies": {}, "tidy": {"column": "a"}}]
)
def test_other_lines_are_refused(line):
    with pytest.raises(cx.CxError):
        offers.offered(line)
