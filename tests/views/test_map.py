"""The process map says what the rows say, to everybody, whatever the activities are called."""

import re
import time
import xml.etree.ElementTree as ET
from collections import Counter
from itertools import pairwise

import pytest

from cxkit.measures.ways.coverage import coverages
from cxkit.schema import END, START
from cxkit.views.map import default_coverage, process_map
from cxkit.views.picture import NOTHING
from cxkit.views.placing import layout
from cxkit.views.placing.layout import FEW_MOVES, map_geometry

SVG = "{http://www.w3.org/2000/svg}"
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
    return ET.fromstring(process_map(rows, **options).svg)


def groups(svg: ET.Element, name: str) -> list[ET.Element]:
    return [group for group in svg.iter(f"{SVG}g") if group.get("class") == name]


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
    limit = default_coverage(fan)
    shown = [row for row in fan if row["coverage"] < limit]
    assert any(row["target"] == END for row in shown)
    chain = journeys_of({tuple(f"s{i}" for i in range(70)): 5})
    assert len([row for row in chain if row["coverage"] < default_coverage(chain)]) == 71


def test_a_small_log_shows_all_its_moves():
    rows = journeys_of(SHOP)
    assert len(rows) <= FEW_MOVES
    assert all(row["coverage"] < default_coverage(rows) for row in rows)


def test_a_move_that_the_layout_does_not_know_is_drawn_all_the_same():
    rows = journeys_of(SHOP)
    geometry = geometry_of(rows) | {"edges": []}
    assert len(groups(drawn(rows, geometry=geometry, coverage=1.0), "cx-move")) == len(rows)


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
    plates = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("class") == "cx-plate"]
    boxes = [rect for rect in svg.iter(f"{SVG}rect") if rect.get("class") == "cx-box"]
    places = [
        layout.Box(*(float(rect.get(key, 0)) for key in ("x", "y", "width", "height"))) for rect in (*plates, *boxes)
    ]
    assert len(plates) > 20
    clashes = [(a, b) for i, a in enumerate(places[: len(plates)]) for b in places[i + 1 :] if overlap(a, b) > 0.2]
    assert clashes == []


def overlap(a: layout.Box, b: layout.Box) -> float:
    """How many pixels two boxes share at their narrower side (coordinates are rounded to a tenth)."""
    return min(min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top))


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


def test_a_selection_whose_activities_have_no_place_says_so():
    svg = drawn(journeys_of({("Rare",): 2}), geometry=map_geometry([], []))
    assert "1 rare activity has no place" in " ".join(text.text or "" for text in svg.iter(f"{SVG}text"))


WIDE = {("in", f"step {n}", "out"): 400 - n for n in range(60)} | {(f"step {n}",): 3 for n in range(60)}
HIDDEN_AHEAD = {("hub", f"rare {n}"): 1 for n in range(300)} | {("a", f"b {n % 130}"): 2 for n in range(130)}
LEFT_OUT = [(SHOP, 0.5), (SHOP, 1.0), (WIDE, None), (WIDE, 0.3), (WIDE, 1.0), (HIDDEN_AHEAD, 1.0), (HIDDEN_AHEAD, None)]


@pytest.mark.parametrize(("paths", "coverage"), LEFT_OUT, ids=str)
def test_what_starts_and_ends_on_no_line_is_said(paths, coverage):
    """Shown and other are all, and no box hangs in the air."""
    rows = measured(paths)
    svg = drawn(rows, coverage=coverage)
    moves = [move_of(group) for group in groups(svg, "cx-move")]
    counts = {(row["source"], row["target"]): row["count"] for row in rows}
    others = said_by_others(svg)
    for node in (int(group.get("data-activity", "")) for group in groups(svg, "cx-node")):
        for way, side in (("out", 0), ("in", 1)):
            every = sum(count for move, count in counts.items() if move[side] == node and move[0] != move[1])
            shown = sum(counts[move] for move in moves if move[side] == node and move[0] != move[1])
            if every and (node < 0 or not shown):
                assert others.pop((node, way)) == (f"other · {every - shown:,}" if every > shown else None)
    assert not others


def said_by_others(svg):
    """The words about what is not drawn, by node and way."""
    found = groups(svg, "cx-other")
    return {(int(one.get("data-of")), one.get("data-way")): one.find(f"{SVG}text").text for one in found}


def test_the_hub_before_many_rare_activities_is_no_end():
    """It has a place, all that follow it have none."""
    rows = measured(HIDDEN_AHEAD)
    hub = next(row["source"] for row in rows if row["activity"] == "hub")
    assert said_by_others(drawn(rows, coverage=1.0))[hub, "out"] == "other · 300"


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
    assert any("rare activities have no place" in (text.text or "") for text in svg.iter(f"{SVG}text"))


def test_ids_are_unique_within_and_between_pictures():
    rows = journeys_of(SHOP)
    both = [drawn(rows, title=title) for title in ("one", "two")]
    ids = [element.get("id") for svg in both for element in svg.iter() if element.get("id")]
    assert len(ids) == len(set(ids)) == 4
    for svg in both:
        assert set((svg.get("aria-labelledby") or "").split()) <= set(ids)
