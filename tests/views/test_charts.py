"""Variants, durations and activities: what the rows say, drawn for any names and any numbers."""

import json
import sys
import xml.etree.ElementTree as ET
from functools import partial
from itertools import pairwise

import pytest

from cxkit.views import bars, ranges
from cxkit.views.chevrons import variants as draw_variants
from cxkit.views.histogram import _edges, _place, durations
from cxkit.views.picture import NOTHING

altair = pytest.importorskip("altair")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>", '"]+alert(1)+["', "</svg>", "دفع", "注文", "🧾", "a\x00b\x07", "x" * 200]
SAY = {"title": "Question?", "population": "10 journeys"}
GRID = [0, 1, 60, 3600, 86_400, 7 * 86_400]


def variant(rank: int, activities: list[str], count: int = 5, share: float = 0.05) -> dict:
    return {
        "variant": f"v{rank}", "rank": rank, "count": count, "share": share, "cumulative_share": min(1.0, share * rank),
        "length": len(activities), "median_seconds": 3600.0, "activities": activities,
    }  # fmt: skip


def histogram(counts: list[int], segment: str | None = None) -> list[dict]:
    rows, done, total = [], 0, sum(counts)
    for i, n in enumerate(counts):
        done += n
        row = {
            "low_seconds": GRID[i], "high_seconds": GRID[i + 1] if i + 1 < len(GRID) else None, "count": n,
            "share": n / max(total, 1), "cumulative_share": done / max(total, 1), "median_seconds": 1800.0,
            "p90_seconds": 90_000.0, "mean_seconds": 5000.0, "journeys": total,
        }  # fmt: skip
        rows.append(row if segment is None else row | {"segment": segment})
    return rows


def move(source: str, target: str, count: int = 10, seconds: float = 60.0, **more) -> dict:
    times = {f"p{n}_seconds": seconds * n / 50 for n in (25, 75, 90)}
    return {
        "activity": source, "next_activity": target, "count": count, "journeys": count, "mean_seconds": seconds,
        "median_seconds": seconds, **times, **more,
    }  # fmt: skip


def activity(name: str, journeys: int = 10, again: float = 0.2) -> dict:
    return {
        "activity": name, "count": 12, "journeys": journeys, "revisit_share": again, "starts": 3, "ends": 2
    }  # fmt: skip


def words(svg: str) -> list[str]:
    return [line for text in ET.fromstring(svg).iter(f"{SVG}text") for line in text.itertext()]


def elements(svg: str) -> set[str]:
    return {element.tag.removeprefix(SVG) for element in ET.fromstring(svg).iter()}


CHARTS = {
    "histogram": (durations, histogram([0, 4, 3, 2, 1])),
    "segments": (durations, [*histogram([0, 4, 3], "web"), *histogram([1, 2, 3], "phone")]),
    "moves": (durations, [move("a", "b"), move("b", "c", 5, 0.0)]),
    "moves by segment": (durations, [move("a", "b", segment="web"), move("a", "b", segment="phone")]),
    "activities": (bars.activities, [activity("a"), activity("b", 3, 0.0)]),
}


@pytest.mark.parametrize("name", CHARTS)
def test_charts_are_valid_vega_lite_with_a_drawing(name):
    view, rows = CHARTS[name]
    picture = view(rows, **SAY)
    altair.Chart.from_dict(picture.spec)
    assert json.loads(json.dumps(picture.spec)) == picture.spec
    assert {"Question?", "10 journeys"} <= set(words(picture.svg))
    assert picture.svg == view(rows, **SAY).svg


@pytest.mark.parametrize("name", CHARTS)
def test_charts_leave_the_settings_of_altair_alone(name):
    before = altair.theme.active, altair.data_transformers.active, altair.renderers.active
    CHARTS[name][0](CHARTS[name][1], **SAY)
    assert (altair.theme.active, altair.data_transformers.active, altair.renderers.active) == before


def test_journeys_without_a_known_time_are_not_said_to_be_none():
    said = words(durations([], **SAY).svg)
    assert NOTHING not in said
    assert "No time is known that could be measured here." in said


@pytest.mark.parametrize("view", [draw_variants, partial(durations, of=0), bars.activities])
def test_no_rows_say_so_kindly(view):
    picture = view([], **SAY | {"population": "0 journeys"}, note="Note.")
    assert NOTHING in words(picture.svg)
    assert picture.spec is None


def test_bins_without_journeys_are_an_empty_selection():
    assert NOTHING in words(durations(histogram([0, 0, 0]), of=0, **SAY).svg)


def test_names_are_data_and_never_markup_or_expression():
    pairs = list(pairwise(HOSTILE))
    pictures = [
        draw_variants([variant(1, HOSTILE), variant(2, HOSTILE[::-1])], title="<script>", population="<b>"),
        durations([move(a, b, segment=a) for a, b in pairs[:3]], **SAY),
        durations([move(a, b) for a, b in pairs], **SAY),
        durations([row for name in HOSTILE for row in histogram([1, 2], name)], **SAY),
        bars.activities([activity(name) for name in HOSTILE], title="<script>", population="</svg>"),
    ]
    for picture in pictures:
        assert not {"script", "img", "image", "a", "foreignObject"} & elements(picture.svg)
        for value in expressions(picture.spec):
            assert "alert" not in value


def expressions(node) -> list[str]:
    if isinstance(node, dict):
        own = [str(value) for key, value in node.items() if key in ("expr", "labelExpr", "signal", "calculate")]
        return own + [text for value in node.values() for text in expressions(value)]
    return [text for value in node for text in expressions(value)] if isinstance(node, list) else []


def test_the_histogram_marks_half_and_nine_in_ten():
    said = words(durations(histogram([0, 4, 3, 2, 1]), **SAY).svg)
    assert {"P50 30 min", "P90 1 d", "Half take up to 30 min, nine in ten up to 1 d."} <= set(said)


def test_quantiles_stand_within_their_bin():
    assert _place(1830, [0, 60, 3600]) == pytest.approx(1.5)
    assert _place(0, [0, 60, 3600]) == 0
    assert _place(3600, [0, 60, 3600]) == 2
    assert _place(1e9, [0, 60, float("inf")]) == 1.5


def test_empty_bins_at_both_ends_are_left_out_but_not_those_between():
    rows = histogram([0, 2, 0, 3, 0])
    assert _edges(rows, [row for row in rows if row["count"]]) == GRID[1:5]


def test_groups_beyond_eight_are_counted():
    rows = [row for i in range(11) for row in histogram([1, 1 + i], f"group {i}")]
    picture = durations(rows, **SAY)
    assert len(picture.spec["concat"]) == 8
    assert any("3 smaller groups left out" in text for text in words(picture.svg))


def test_moves_beyond_twenty_five_are_counted():
    picture = durations([move(f"a{i}", "b", 100 - i) for i in range(30)], **SAY)
    assert any("5 lesser moves left out" in text for text in words(picture.svg))


def test_moves_whose_cut_names_agree_stay_apart():
    long = "the same long beginning of two activities, number "
    labels = ranges._distinct([(f"{long}{i}", "b") for i in range(3)])
    assert len(set(labels.values())) == 3


def test_times_of_zero_have_a_place_on_the_time_axis():
    said = words(durations([move("a", "b", 5, 0.0), move("b", "c", 5, 4000.0)], **SAY).svg)
    assert "up to 1 s" in said


def test_activities_say_how_many_come_back():
    said = words(bars.activities([activity("a", 1200, 0.25), activity("b", 3, 0.0)], **SAY).svg)
    assert {"1,200, 25% again", "3"} <= set(said)


def test_a_thousand_activities_show_thirty():
    picture = bars.activities([activity(f"a{i}", 2000 - i) for i in range(1000)], **SAY)
    assert any("970 rarer ones left out" in text for text in words(picture.svg))


def test_variants_say_rank_share_count_and_time():
    said = words(draw_variants([variant(1, ["Order", "Pay"], 1234, 0.6), variant(2, ["Order"], 20, 0.01)], **SAY).svg)
    for word in ("1", "60%", "1,234", "1 h", "Order", "Pay", "2", "1%", "20"):
        assert word in said
    assert "Shows the 2 variants: 2% of the journeys." in said


def test_variants_count_what_is_shown():
    rows = [variant(rank, ["a", f"b{rank}"], share=0.02) for rank in range(1, 31)]
    said = words(draw_variants(rows, **SAY).svg)
    assert "Shows the 20 most frequent of 30 variants: 40% of the journeys." in said


def test_repeats_and_long_ways_are_folded_and_counted():
    path = ["Start", "Ask", "Ask", "Ask", *(f"step {i % 40}" for i in range(300)), "End"]
    svg = draw_variants([variant(1, path)], **SAY).svg
    said = words(svg)
    assert any(text.endswith("\N{MULTIPLICATION SIGN}3") for text in said)
    hidden = next(text for text in said if text.startswith("… +"))
    steps = [group for group in ET.fromstring(svg).iter(f"{SVG}g") if group.get("class") == "cx-step"]
    assert int(hidden.removeprefix("… +").removesuffix(" steps")) + len(steps) + 2 == len(path)


def test_an_activity_keeps_its_colour_from_picture_to_picture():
    def colour(rows: list[dict]) -> str:
        groups = ET.fromstring(draw_variants(rows, **SAY).svg).iter(f"{SVG}g")
        pay = next(group for group in groups if group.get("class") == "cx-step" and group[0].text == "Pay")
        return pay.find(f"{SVG}polygon").get("fill")

    assert colour([variant(1, ["Pay"])]) == colour([variant(1, ["Pay", "Order"]), variant(2, ["Pay", "Other"])])


def test_names_of_activities_stand_whole_in_their_chevrons():
    names = ["Order confirmation sent", "Receive result of appeal", "Pay", "Pay", *(f"Item {i}" for i in range(12))]
    for group in ET.fromstring(draw_variants([variant(1, names)], **SAY).svg).iter(f"{SVG}g"):
        if group.get("class") == "cx-step":
            name, _, times = group[0].text.partition(", ")
            said = " ".join(line.text for line in group.iter(f"{SVG}text"))
            assert said == name + (" \N{MULTIPLICATION SIGN}2" if times else "")


def test_a_way_of_up_to_twelve_steps_is_never_folded():
    said = words(draw_variants([variant(1, [f"Check the order {i}" for i in range(12)])], **SAY).svg)
    assert not any(text.startswith("… +") for text in said)


def test_tiny_groups_are_grey_and_do_not_stretch_the_axis():
    rows = histogram([90, 110, 95, 105], "large") + histogram([0, 3], "tiny")
    picture = durations(rows, **SAY)
    large, tiny = (panel["layer"][0] for panel in picture.spec["concat"])
    assert large["encoding"]["y"]["scale"]["domain"][1] < 0.5
    assert tiny["encoding"]["y"]["scale"] == large["encoding"]["y"]["scale"]
    assert tiny["mark"]["color"] != large["mark"]["color"]
    assert "n = 3" in words(picture.svg)
    assert any("Grey: fewer than 20 journeys" in text for text in words(picture.svg))


def test_without_vl_convert_a_chart_still_has_its_specification(monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    picture = bars.activities([activity("a")], **SAY)
    assert picture.spec is not None
    assert any("vl-convert-python" in text for text in words(picture.svg))
