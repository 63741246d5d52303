"""What a first part left open is settled by a later one for all parts, or that one is refused: append = rebuild."""

from __future__ import annotations

import random

import pytest
from append.test_append import assert_equal, prepare

import cxkit as cx

HEAD = "id,who,act,when,plan,amount,turn"
ROLES = {"journey": "id", "customer": "who", "activity": "act", "time": "when", "order": "turn"}
DATES = {
    "iso": "2024-{m:02}-{d:02}",
    "day first": "{d}/{m}/2024",
    "month first": "{m}/{d}/2024 10:00",
    "points": "{d:02}.{m:02}.2024 08:15",
}
AMOUNTS = ["1", "2", "2.50", "1,5", "10,25", "1.234,50", "", "x", "true", "TRUE", "-0"]
TURNS = ["1", "2", "10", "010", "3b", "n/a", ""]


@pytest.fixture
def read(tmp_path):
    def log(rows, name="log.csv", head=HEAD, **roles):
        (tmp_path / name).write_text("\n".join([head, *(",".join(f'"{cell}"' for cell in row) for row in rows)]) + "\n")
        return cx.read(tmp_path / name).roles(**ROLES, **roles)

    return log


def append(log, folder):
    return prepare(log, folder, append=True, contract={"overlap": "report"})


def drawn(dice, size):
    """Rows of few journeys, dates of one writing with few days beyond the twelfth; a part may settle what they say."""
    date, few = dice.choice([*DATES.values()]), dice.random() < 0.7
    amounts = dice.sample(AMOUNTS, dice.choice([1, 2, 3]))
    turns = dice.sample(TURNS, dice.choice([1, 3, 7]))
    for _ in range(size):
        day = date.format(m=dice.choice([1, 2, 12]), d=dice.choice([1, 2, 12] if few else [3, 12, 13, 31][:3]))
        journey = dice.choice(["1", "2", "3", "03"])
        plan = journey if dice.random() < 0.9 else "other"
        yield [journey, f"C{journey[-1]}", dice.choice("ABC"), day, plan, dice.choice(amounts), dice.choice(turns)]


def test_any_split_of_any_rows_is_the_rebuild_or_refused(draw, read, tmp_path):
    """Refused is only what cannot be settled, with a sentence that says what to do."""
    for round_ in range(3):
        dice = random.Random(100 * draw + round_)
        rows = list(drawn(dice, dice.choice([4, 8, 16])))
        cuts = sorted(dice.sample(range(1, len(rows)), dice.choice([1, 2, 3])))
        parts = [rows[a:b] for a, b in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
        folder = tmp_path / f"{round_}"
        appended = prepare(read(parts[0], "0.csv"), folder / "store")
        try:
            for number, part in enumerate(parts[1:], 1):
                appended = append(read(part, f"{number}.csv"), folder / "store")
        except cx.CxError as refused:
            assert "Prepare all parts anew" in str(refused), refused
            continue
        assert_equal(appended, prepare(read(rows), folder / "whole"))


JANUARY = [["1", "C1", "A", "1/2/2024", "gold", "1", "1"], ["1", "C1", "B", "3/2/2024", "gold", "2", "2"]]


def test_ambiguous_days_that_a_later_part_settles_the_other_way_are_refused(read, tmp_path):
    first = prepare(read(JANUARY, "a.csv"), tmp_path / "store")
    assert "cannot be told apart" in first.manifest.notes[0]
    with pytest.raises(cx.CxError, match=r'"b.csv" has times that are written month first.*Prepare all parts anew'):
        append(read([["2", "C2", "A", "2/13/2024", "gold", "1", "1"]], "b.csv"), tmp_path / "store")
    assert cx.open(tmp_path / "store").manifest == first.manifest


def test_ambiguous_days_that_a_later_part_settles_alike_are_no_doubt_any_more(read, tmp_path):
    prepare(read(JANUARY, "a.csv"), tmp_path / "store")
    later = [["2", "C2", "A", "3/4/2024", "gold", "1", "1"]]
    assert "cannot be told apart" in append(read(later, "b.csv"), tmp_path / "store").manifest.notes[0]
    settled = [["2", "C2", "B", "13/4/2024", "gold", "1", "1"]]
    both = append(read(settled, "c.csv"), tmp_path / "store")
    assert both.manifest.notes == ()
    assert_equal(both, prepare(read(JANUARY + later + settled), tmp_path / "whole"))
    assert both.manifest.open == {}


def test_a_column_that_varies_within_a_journey_only_later_is_one_of_events(read, tmp_path):
    first = prepare(read(JANUARY, "a.csv"), tmp_path / "store")
    assert {a.name: a.level for a in first.base.attributes} == {"plan": "journey", "amount": "event"}
    later = [["1", "C1", "C", "4/2/2024", "blue", "5", "3"], ["2", "C2", "A", "4/2/2024", "red", "9", "1"]]
    both = append(read(later, "b.csv"), tmp_path / "store")
    assert {a.name: a.level for a in both.base.attributes} == {"plan": "event", "amount": "event"}
    [change] = [change for change in both.changes.found if change.check == "changed_levels"]
    assert (change.severity, change.column) == ("medium", "plan")
    assert both.events(journey="1").df()["plan"].tolist() == ["gold", "gold", "blue"]
    assert_equal(both, prepare(read(JANUARY + later), tmp_path / "whole"))


def test_attributes_that_were_named_stay_at_their_level(read, tmp_path):
    kept = {"journey_attributes": ["plan"], "event_attributes": []}
    prepare(read(JANUARY, "a.csv", **kept), tmp_path / "store")
    both = append(read([["1", "C1", "C", "4/2/2024", "blue", "5", "3"]], "b.csv"), tmp_path / "store")
    assert both.manifest.notes[-1] == '1 journeys have several values of "plan"; the first is kept.'


@pytest.mark.parametrize("constant", [True, False])
def test_a_column_that_a_part_adds_is_kept_and_empty_before(constant, read, tmp_path):
    prepare(read(JANUARY, "a.csv"), tmp_path / "store")
    more = ["5", "5"] if constant else ["5", "6.50"]
    later = [[*row[:3], "14/2/2024", *row[4:], new] for row, new in zip(JANUARY, more, strict=True)]
    both = append(read(later, "b.csv", f"{HEAD},extra"), tmp_path / "store")
    assert "In what was there they are empty" in next(c.what for c in both.changes.found if c.check == "new_columns")
    whole = prepare(read([*([*row, ""] for row in JANUARY), *later], head=f"{HEAD},extra"), tmp_path / "whole")
    assert_equal(both, whole)
    assert {a.name: (a.level, a.kind) for a in both.base.attributes}["extra"] == (
        ("journey", "integer") if constant else ("event", "number")
    )
