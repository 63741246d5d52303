"""The process map says what the rows say, to everybody, whatever the activities are called."""

import re
import time
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.crossings import SVG, counted, groups, parsed, sums

from cxkit.measures.ways.coverage import coverages
from cxkit.schema import END, START
from cxkit.views.map import process_map
from cxkit.views.picture import NOTHING
from cxkit.views.placing.chosen import FEW_MOVES, MOST_BOXES, MOST_MOVES, READABLE, readable
from cxkit.views.placing.layout import map_geometry

HOSTILE = [
    "<script>alert(1)</script>",
    "\"quoted\" & 'quoted'",
    "</svg><img src=x onerror=alert(1)>",
    "دفع الفاتورة",
    "お客様の注文を確認する",
    "🧾 receipt 👩‍👩‍👧",
    "bell\x07 null\x00 tab\t line\nnext",
    "x" * 200,
    "abc\u202egnp.exe",
    "${1+1} {{7*7}} %s {0}",
]


def journeys_of(paths: dict[tuple[str, ...], int]) -> list[dict]:
    """Rows of the map for these journeys, each taken so many times; every move takes an hour."""
    names = [name for name, _ in Counter(name for path in paths for name in path).most_common()]
    code = {name: number for number, name in enumerate(names)}
    counts: Counter = Counter()
    journeys: Counter = Counter()
    for path, n in paths.items():
        steps = [START, *(code[name] for name in path), END]
        moves = list(pairwise(steps))
        counts.update({move: n * k for move, k in Counter(moves).items()})
        journeys.update(dict.fromkeys(moves, n))
    total, done, rows = sum(counts.values()), 0, []
    for (source, target), n in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        timed = source >= 0 and target >= 0
        rows.append(
            {
                "activity": names[source] if source >= 0 else None,
                "next_activity": names[target] if target >= 0 else None,
                "source": source,
                "target": target,
                "count": n,
                "journeys": journeys[source, target],
                "share": journeys[source, target] / sum(paths.values()),
                "coverage": done / total,
                "mean_seconds": 5400.0 if timed else None,
                "median_seconds": 3600.0 if timed else None,
                "p90_seconds": 86_400.0 if timed else float("nan"),
            }
        )
        done += n
    return rows


def geometry_of(rows: list[dict]) -> dict:
    visits: Counter = Counter()
    for row in rows:
        visits[row["target"]] += row["count"]
    names = {row["target"]: row["next_activity"] for row in rows if row["target"] >= 0}
    activities = [{"code": code, "activity": name, "count": visits[code]} for code, name in names.items()]
    return map_geometry(rows, activities)


def drawn(rows: list[dict], **options) -> ET.Element:
    options = {"geometry": geometry_of(rows), "title": "How do journeys flow?", "population": "9 journeys"} | options
    return parsed(process_map(rows, **options).svg)


def move_of(group: ET.Element) -> tuple[int, int]:
    return int(group.get("data-source", "")), int(group.get("data-target", ""))


SHOP = {
    ("Visit", "Basket", "Pay"): 60,
    ("Visit", "Visit", "Basket", "Pay"): 20,
    ("Visit", "Help", "Basket", "Visit", "Leave"): 5,
    ("Help",): 1,
}


def test_it_says_counts_times_and_visits():
    svg = drawn(journeys_of(SHOP), coverage=1.0)
    rows = {(row["source"], row["target"]): row for row in journeys_of(SHOP)}
    labels = {move_of(group): [text.text for text in group.iter(f"{SVG}text")] for group in groups(svg, "cx-label")}
    for move, words in labels.items():
        assert words == [f"{rows[move]['count']:,}", *(["1 h"] if min(move) >= 0 else [])]
    assert {move_of(group) for group in groups(svg, "cx-move")} == rows.keys()
    visit = next(group for group in groups(svg, "cx-node") if group.get("data-activity") == "0")
    assert [text.text for text in visit.iter(f"{SVG}text")] == ["Visit", "110"]


def test_tooltips_hold_the_whole_row():
    svg = drawn(journeys_of(SHOP), coverage=1.0)
    pay = next(group for group in groups(svg, "cx-move") if "Basket → Pay" in (group[0].text or ""))
    assert pay[0].text == ("Basket → Pay\n80 times in 80 journeys (93% of journeys)\nmedian 1 h · mean 1.5 h · P90 1 d")


def test_title_population_and_what_is_hidden_stand_in_the_picture():
    rows = journeys_of(SHOP)
    few, every = drawn(rows, coverage=0.5), drawn(rows, coverage=1.0)
    words = [text.text for text in few.iter(f"{SVG}text")]
    assert words[:2] == ["How do journeys flow?", "9 journeys"]
    shown = [row for row in rows if row["coverage"] < 0.5]
    part = 100 * sum(row["count"] for row in shown) / sum(row["count"] for row in rows)
    activities = {code for row in shown for code in (row["source"], row["target"]) if code >= 0}
    assert words[2] == (
        f"Shows {len(shown)} of {len(rows)} moves, starts and ends included ({part:.0f}% of all steps taken), "
        f"and {len(activities)} of 5 activities."
    )
    assert f"Shows every one of {len(rows)} moves between 5 activities." in [t.text for t in every.iter(f"{SVG}text")]


def test_visits_count_hidden_moves_too():
    for coverage in (0.5, 1.0):
        svg = drawn(journeys_of(SHOP), coverage=coverage)
        basket = next(group for group in groups(svg, "cx-node") if "Basket" in (group[0].text or ""))
        assert (basket[0].text or "").endswith("85 visits")


@pytest.mark.parametrize("width", [3, 12, 40])
def test_what_is_shown_is_connected_from_start_to_end(width):
    paths = {("in", f"step {i}", f"then {i % 7}", "out"): 3 + i for i in range(width)}
    svg = drawn(journeys_of(paths))
    moves = [move_of(group) for group in groups(svg, "cx-move")]
    nodes = {int(group.get("data-activity", "")) for group in groups(svg, "cx-node")}
    assert nodes == {code for move in moves for code in move}
    reached = {START}
    for _ in moves:
        reached |= {target for source, target in moves if source in reached}
    assert END in reached


def test_the_default_shows_about_forty_moves_but_never_cuts_the_way():
    fan = journeys_of({(f"a{i}", f"b{i}"): 100 - i for i in range(60)})
    shown = readable(fan)
    assert 30 < len(shown) <= READABLE
    assert any(row["target"] == END for row in shown)
    chain = journeys_of({tuple(f"s{i}" for i in range(70)): 5})
    assert any(row["target"] == END for row in readable(chain))


def test_a_small_log_shows_all_its_moves():
    rows = journeys_of(SHOP)
    assert len(rows) <= FEW_MOVES
    assert len(groups(drawn(rows), "cx-move")) == len(rows)


def test_hostile_names_stay_text():
    rows = journeys_of({tuple(HOSTILE): 3, tuple(HOSTILE[::-1]): 2, (HOSTILE[0],): 9})
    svg = drawn(rows, coverage=1.0, title="<script>t</script>", population="<b>9</b>", note="</style><script>")
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= {
        "svg", "title", "desc", "style", "rect", "g", "path", "polygon", "circle", "text"
    }  # fmt: skip
    assert not [name for element in svg.iter() for name in element.attrib if name.startswith("on")]
    titles = [title.text or "" for title in svg.iter(f"{SVG}title")]
    assert any(title.startswith("<script>alert(1)</script>\n") for title in titles)
    assert not any("\u202e" in title or "\x07" in title for title in titles)
    assert any("x" * 200 in title for title in titles)


def test_labels_leave_boxes_and_each_other_alone():
    paths = {("in", f"step {i}", f"then {i % 7}", "out"): 300 + i for i in range(20)}
    svg = drawn(journeys_of(paths), coverage=1.0)
    assert len(groups(svg, "cx-label")) > 20
    assert counted(svg).overlapping == 0


def test_the_same_rows_make_the_same_text():
    rows = journeys_of(SHOP)
    geometry = geometry_of(rows)
    options = {"title": "t", "population": "p", "geometry": geometry}
    assert process_map(rows, **options).svg == process_map(rows[::-1], **options).svg


def test_coordinates_are_rounded():
    svg = process_map(journeys_of(SHOP), title="t", population="p", geometry=geometry_of(journeys_of(SHOP))).svg
    assert not re.search(r'(?:points|d|x|y|width)="[^"]*\d\.\d\d', svg)


def test_one_activity():
    svg = drawn(journeys_of({("Only",): 1}))
    assert len(groups(svg, "cx-node")) == 3
    assert len(groups(svg, "cx-move")) == 2


def test_rows_without_times():
    rows = [{key: row[key] for key in row if "seconds" not in key} for row in journeys_of(SHOP)]
    svg = drawn(rows)
    assert all(len(list(group.iter(f"{SVG}text"))) == 1 for group in groups(svg, "cx-label"))


def test_no_rows_say_so_kindly():
    picture = process_map([], title="t", population="0 journeys", geometry=map_geometry([], []))
    assert NOTHING in picture.svg
    assert "filter" in picture.svg


WIDE = {("in", f"step {n}", "out"): 400 - n for n in range(60)} | {(f"step {n}",): 3 for n in range(60)}
HIDDEN_AHEAD = {("hub", f"rare {n}"): 1 for n in range(300)} | {("a", f"b {n % 130}"): 2 for n in range(130)}


@pytest.mark.parametrize(("paths", "coverage"), [(SHOP, 0.5), (WIDE, 0.3), (WIDE, 1.0), (HIDDEN_AHEAD, 1.0)], ids=str)
def test_what_is_on_no_line_is_said(paths, coverage):
    rows = measured(paths)
    svg = drawn(rows, coverage=coverage)
    assert groups(svg, "cx-other")
    assert all(visits == into == out for visits, into, out in sums(svg).values())


@given(
    st.dictionaries(st.lists(st.sampled_from("abcdefghij"), min_size=1, max_size=8).map(tuple), st.integers(1, 99)),
    st.floats(0, 1),
    st.floats(0, 1),
    st.sampled_from([None, (400, 300), (800, 660)]),
)
@settings(max_examples=40, deadline=None)
def test_shown_and_other_are_all_and_no_line_runs_behind_a_box(paths, activities, moves, size):
    """Whatever the sliders say, what comes to a box by lines and by others is its visits, and so is what leaves it."""
    rows = measured(paths)
    if rows:
        svg = drawn(rows, activities=activities, moves=moves, size=size, show="times")
        assert all(visits == into == out for visits, into, out in sums(svg).values())
        wrong = counted(svg)
        assert (wrong.behind, wrong.overlapping) == (0, 0)
        assert wrong.smallest >= 11


def test_all_is_all_or_the_picture_says_why_not():
    small = drawn(journeys_of(SHOP), activities=1.0, moves=1.0)
    assert len(groups(small, "cx-move")) == len(journeys_of(SHOP))
    rows = measured(HIDDEN_AHEAD)
    for words in ({"coverage": 1.0}, {"activities": 1.0, "moves": 1.0}):
        svg = drawn(rows, **words)
        said = " ".join(text.text or "" for text in svg.iter(f"{SVG}text"))
        assert f"holds at most {MOST_BOXES} activities and {MOST_MOVES} moves; the table has all." in said


def test_an_activity_that_is_asked_for_stays_with_its_ways():
    rows = measured(HIDDEN_AHEAD)
    rare = next(row for row in rows if row["next_activity"] == "rare 77")
    assert not any(rare["target"] in move_of(group) for group in groups(drawn(rows), "cx-move"))
    moves = {move_of(group) for group in groups(drawn(rows, stay=["rare 77"]), "cx-move")}
    assert {(rare["source"], rare["target"]), (rare["target"], END)} <= moves


def test_a_map_fills_the_panel_and_is_cut_to_its_content():
    for paths in (SHOP, WIDE):
        svg = drawn(measured(paths), size=(800, 660), show="times")
        assert (svg.get("width"), svg.get("height")) == ("800", "660")
        canvas = next(part for part in svg.iter(f"{SVG}svg") if part.get("class") == "cx-canvas")
        assert float(canvas.get("data-scale")) >= 0.96
        assert "cx-title" not in ET.tostring(svg, encoding="unicode")


def test_lines_say_and_are_coloured_by_what_is_asked():
    rows = journeys_of(SHOP)
    said = {}
    for show in ("times", "journeys", "share", "median", "p90", "total"):
        svg = drawn(rows, show=show)
        labels = {move_of(group): [text.text for text in group.iter(f"{SVG}text")] for group in groups(svg, "cx-label")}
        said[show] = labels.get((2, 1)) or labels.get((1, 2))
    assert said["median"] == ["1 h"]
    assert said["p90"] == ["1 d"]
    code = {row["next_activity"]: row["target"] for row in rows}
    row = next(row for row in rows if (row["source"], row["target"]) == (code["Basket"], code["Pay"]))
    labels = groups(drawn(rows, show="total"), "cx-label")
    total = next(group for group in labels if move_of(group) == (row["source"], row["target"]))
    assert [text.text for text in total.iter(f"{SVG}text")] == ["5 d"]  # 80 times 90 minutes


def test_what_a_click_took_away_may_stay_as_ghosts():
    every, left = measured(SHOP), measured({("Visit", "Basket", "Pay"): 60})
    names = {row["next_activity"]: row["target"] for row in every if row["next_activity"]}
    moved = [{**row, **{side: names.get(row[name], row[side]) for side, name in SIDES}} for row in left]
    svg = drawn(moved, ghosts=every)
    assert len(groups(svg, "cx-move")) == 4
    assert len(groups(svg, "cx-ghost")) == len(every) - 4
    pale = {group.get("data-activity") for group in groups(svg, "cx-pale")}
    assert pale == {str(names["Help"]), str(names["Leave"])}


SIDES = (("source", "activity"), ("target", "next_activity"))


def measured(paths):
    """Rows of the map for these journeys, with the coverage above which each shows as the measure has it."""
    rows = journeys_of(paths)
    shows = coverages([(row["source"], row["target"], row["count"]) for row in rows], START, END)
    return [{**row, "coverage": shows[row["source"], row["target"]]} for row in rows]


def timed(activities):
    """A map of so many activities, and how long a processor was busy with drawing it."""
    paths = {("in", f"step {i}", f"step {(i * 7) % activities}", "out"): 2000 - i for i in range(activities)}
    rows = journeys_of(paths)
    geometry = geometry_of(rows)
    began = time.process_time()
    svg = drawn(rows, geometry=geometry)
    return svg, time.process_time() - began


def test_a_thousand_activities_take_not_much_more_than_their_share():
    _, third = timed(333)
    svg, whole = timed(999)
    assert whole < 9 * third  # not even the square of the share
    assert len(groups(svg, "cx-move")) >= 2


def test_ids_are_unique_within_and_between_pictures():
    rows = journeys_of(SHOP)
    both = [drawn(rows, title=title) for title in ("one", "two")]
    ids = [element.get("id") for svg in both for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 4
    for svg in both:
        assert set((svg.get("aria-labelledby") or "").split()) <= set(ids)
