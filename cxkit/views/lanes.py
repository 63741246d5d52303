"""One journey on a line of time: a row per lane, then what lies beside the log, the customer's other journeys last."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any, NamedTuple

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, escape, heading, keyed, number, text
from cxkit.words import lasting, many

Row = Mapping[str, Any]
Ranks = Mapping[str, int]

STEP, OTHER_JOURNEY = "step", "other journey"
NAMES, COLUMN, MOST_EXTRA = 104, 82, 60  # room for the names of lanes; of an item, and what a long wait adds to it
SIZE, LEADING, LANE, BESIDE, NEAR = 11, 12, 58, 54, 22
DOT, MIDDLE = 7, 15
MOST_NEIGHBOURS, MOST_DETAILS = 8, 6
NO_LANE = ""
SIDES = {"did": "what they did", "heard": "what they heard", "behind": "behind the scenes"}


class Item(NamedTuple):
    """Something that stands on the line: where, and until where."""

    row: Row
    x: float
    end: float | None


def diary(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", ranks: Ranks | None = None
) -> Picture:
    """What happened to this customer in this journey, step by step?

    `rows` are those of one journey: its steps with `what`, `lane`, `time`, `until`, `seconds`, `wait_seconds` and
    `details`, then what lies beside the log, then the other journeys of the customer, told apart by their `part`. Each
    step has a column of its own, wider after a long wait; bars show how long steps took where that is known, on the
    same scale, so that steps that overlap do so in the picture.
    """
    if not rows:
        return empty(title, population, note)
    own = [row for row in rows if row["part"] != OTHER_JOURNEY]
    others = [row for row in rows if row["part"] == OTHER_JOURNEY]
    items = _placed(own)
    wide = max(WIDTH, items[-1].x + COLUMN)
    head, top = heading(title, [str(population), note], WIDTH)
    parts, y, thread = [head, _ruler(items, top + 42, wide)], top + 58, dict[float, float]()
    for name, some in _lanes(items):
        parts.append(_lane(name, some, y, wide, ranks or {}))
        is_lane = some[0].row["part"] == STEP
        thread |= {item.x: y + MIDDLE for item in some if is_lane}
        y += LANE if is_lane else BESIDE
    parts.insert(2, _thread(thread))
    parts.append(f'<path d="M0,{number(y)}H{number(wide)}" stroke="{theme.GRID}"/>')
    drawn, y = _neighbours(own, others, y + 10)
    parts.append(drawn)
    return Picture(title, drawing(title, _told(own, others), "".join(parts), wide + 2 * MARGIN, y + 2 * MARGIN))


def _told(own: Sequence[Row], others: Sequence[Row]) -> str:
    steps = [row for row in own if row["part"] == STEP]
    beside = len(own) - len(steps)
    more = f"; {many(beside, 'note')} beside the log" if beside else ""
    around = f"; {many(len(others), 'other journey')} of this customer" if others else ""
    return f"{many(len(steps), 'step')}{more}{around}."


# ---- where things stand ----------------------------------------------------------------------------------------------


def _placed(own: Sequence[Row]) -> list[Item]:
    """The items by time, each in a column of its own; those without a time keep their order at their place."""
    order = sorted(range(len(own)), key=lambda place: (own[place]["time"] or _before(own, place), place))
    ordered = [own[place] for place in order]
    xs, x, last = [], NAMES + COLUMN / 2, None
    for row in ordered:
        if last is not None:
            x += COLUMN + _extra(row["time"], last)
        xs.append(x)
        last = row["time"] or last
    return [Item(row, x, _end(row, ordered, xs)) for row, x in zip(ordered, xs, strict=True)]


def _before(own: Sequence[Row], place: int) -> datetime:
    """The time of what stands before a row that has none."""
    times = [row["time"] for row in own[:place] if row["time"]]
    return (
        times[-1]
        if times
        else datetime.min.replace(tzinfo=next((row["time"].tzinfo for row in own if row["time"]), None))
    )


def _extra(time: datetime | None, last: datetime) -> float:
    """How much wider a column is after a wait: the more the longer, but never much."""
    seconds = (time - last).total_seconds() if time else 0
    return min(MOST_EXTRA, 8 * math.log1p(max(seconds, 0) / 3600))


def _end(row: Row, ordered: Sequence[Row], xs: Sequence[float]) -> float | None:
    """Where a step ends, between the columns of what began before and after that."""
    if row["part"] != STEP or row["until"] is None or row["until"] <= row["time"]:
        return None
    stamped = [(item["time"], x) for item, x in zip(ordered, xs, strict=True) if item["time"]]
    before = max((pair for pair in stamped if pair[0] <= row["until"]), default=stamped[0])
    after = min((pair for pair in stamped if pair[0] > row["until"]), default=None)
    part = (row["until"] - before[0]).total_seconds()
    if after is None:
        return before[1] + min(COLUMN / 2, 8 * math.log1p(part / 60))
    return before[1] + (after[1] - before[1]) * part / (after[0] - before[0]).total_seconds()


def _lanes(items: Sequence[Item]) -> Iterator[tuple[str, list[Item]]]:
    """The items of each lane, in the order in which lanes come up, then of each table."""
    lanes: dict[tuple[bool, str], list[Item]] = {}
    for item in items:
        step = item.row["part"] == STEP
        lanes.setdefault((not step, (item.row["lane"] or NO_LANE) if step else item.row["part"]), []).append(item)
    for (_, name), some in sorted(lanes.items(), key=lambda pair: pair[0][0]):
        yield name, some


# ---- what is drawn ---------------------------------------------------------------------------------------------------


def _ruler(items: Sequence[Item], y: float, wide: float) -> str:
    """The days above the columns where they change, and how long it was between two steps."""
    parts, day, last = [], None, None
    for item in items:
        time = item.row["time"]
        if time and time.date() != day:
            day = time.date()
            if item.row["day"] is not None:
                word = f"Day {many(item.row['day'])}"
                parts.append(text(item.x - COLUMN / 2 + 2, y - 23, word, size=SIZE, fill=theme.MUTED))
            parts.append(
                text(item.x - COLUMN / 2 + 2, y - 10, day.strftime("%-d %b %Y"), size=SIZE, more='font-weight="600"')
            )
        if last is not None and item.row["part"] == STEP and item.row["wait_seconds"]:
            middle = (item.x + last) / 2
            words = lasting(item.row["wait_seconds"])
            parts.append(text(middle, y + 6, words, size=SIZE, fill=theme.LONG, more='text-anchor="middle"'))
        last = item.x
    line = f'<path d="M{NAMES},{number(y - 5)}H{number(wide)}" stroke="{theme.GRID}"/>'
    return line + "".join(parts)


def _lane(name: str, some: Sequence[Item], y: float, wide: float, ranks: Ranks) -> str:
    words = theme.wrap(theme.clean(name), NAMES - 12, 12, lines=2) if name else []
    colour = theme.INK if some[0].row["side"] else theme.MUTED
    lines: Iterable[str] = (text(0, y + 20 + place * 14, line, fill=colour) for place, line in enumerate(words))
    sides = {item.row["side"] for item in some}
    if len(sides) == 1 and (side := SIDES.get(sides.pop() or "")):
        lines = chain(lines, [text(0, y + 22 + len(words) * 14, side, size=SIZE, fill=theme.MUTED)])
    rule = f'<path d="M0,{number(y)}H{number(wide)}" stroke="{theme.GRID}"/>'
    return rule + "".join(lines) + "".join(_item(item, y, ranks) for item in some)


def _thread(thread: Mapping[float, float]) -> str:
    """The line from step to step."""
    points = " ".join(f"{number(x)},{number(thread[x])}" for x in sorted(thread))
    return (
        f'<polyline points="{points}" fill="none" stroke="{theme.LINES[0]}" stroke-opacity=".45" stroke-width="1.5"/>'
    )


def _item(item: Item, y: float, ranks: Ranks) -> str:
    row, step = item.row, item.row["part"] == STEP
    fill = theme.activity_colour(ranks.get(row["what"]))[0] if step else theme.LONG
    middle = y + MIDDLE
    tall = f'y="{number(middle - DOT)}" height="{2 * DOT}" fill="{fill}"'
    if step and item.end is not None:
        width = number(max(item.end - item.x, 4) + 2)
        mark = f'<rect x="{number(item.x - 2)}" width="{width}" rx="3" fill-opacity=".55" {tall}/>'
        mark += f'<circle cx="{number(item.x)}" cy="{number(middle)}" r="{DOT - 2}" fill="{fill}"/>'
    elif step:
        mark = f'<circle cx="{number(item.x)}" cy="{number(middle)}" r="{DOT}" fill="{fill}"/>'
    else:
        mark = f'<rect x="{number(item.x - 5)}" width="10" rx="2" y="{number(middle - 5)}" height="10" fill="{fill}"/>'
    lines = theme.wrap(theme.clean(row["what"]), COLUMN - 6, SIZE, lines=2)
    first = middle + DOT + LEADING
    words = (
        text(item.x, first + place * LEADING, line, size=SIZE, more='text-anchor="middle"')
        for place, line in enumerate(lines)
    )
    return f'<g class="cx-item"><title>{escape_lines(_tip(row))}</title>{mark}{"".join(words)}</g>'


def escape_lines(lines: Sequence[str]) -> str:
    """Lines of a tooltip, each of them safe."""
    return "\n".join(escape(line) for line in lines)


def _tip(row: Row) -> list[str]:
    lines = [row["what"] if row["part"] == STEP else f"{row['part']}: {row['what']}"]
    if row["time"]:
        until = f" to {_moment(row['until'])}" if row["until"] else ""
        lines.append(f"{_moment(row['time'])}{until}")
    if row["seconds"]:
        lines.append(f"took {lasting(row['seconds'])}")
    if row["wait_seconds"] is not None:
        lines.append(f"{lasting(row['wait_seconds'])} after all before it")
    return [*lines, *row["details"][:MOST_DETAILS]]


def _moment(time: datetime) -> str:
    return time.strftime("%-d %b %Y %H:%M")


def _neighbours(own: Sequence[Row], others: Sequence[Row], y: float) -> tuple[str, float]:
    """The customer's journeys on one line of time, this one among them; where they end on the page."""
    times = [row["time"] for row in own if row["part"] == STEP and row["time"]]
    dated = [row for row in others if row["time"]][:MOST_NEIGHBOURS]
    if not dated or not times:
        return "", y
    this = {"who": own[0]["who"], "time": times[0], "until": times[-1], "what": "this journey"}
    every = sorted([*dated, this], key=lambda row: (row["time"], row["who"]))
    begin = min(row["time"] for row in every)
    span = max((max(row["until"], row["time"]) - begin).total_seconds() for row in every) or 1
    more = len(others) - len(dated)
    words = "All journeys of this customer" + (f", {many(more)} more not drawn" if more else "")
    parts, y = [text(0, y + 14, words, size=13, more='font-weight="600"')], y + 24
    for row in every:
        left, right = (NAMES + 36 + 560 * (row[side] - begin).total_seconds() / span for side in ("time", "until"))
        parts.append(_neighbour(row, left, right, y, row is this))
        y += NEAR
    return "".join(parts), y


def _neighbour(row: Row, left: float, right: float, y: float, this: bool) -> str:
    fill, weight = (theme.ACCENT, ' font-weight="600"') if this else (theme.BOX, "")
    name = theme.fit(theme.clean(row["who"]), NAMES + 28, 12)
    when = f"{_moment(row['time'])}, {row['what']}"
    drawn = text(0, y + 14, name, fill=theme.INK if this else theme.ACCENT, more=weight.strip())
    width = number(max(right - left, 4))
    drawn += f'<rect x="{number(left)}" y="{number(y + 5)}" width="{width}" height="10" rx="2" fill="{fill}"/>'
    drawn += text(WIDTH, y + 14, when, size=SIZE, fill=theme.MUTED, more='text-anchor="end"')
    area = f'<rect y="{number(y)}" width="{WIDTH}" height="{NEAR}" fill="none" pointer-events="all"/>'
    tip = html.escape(f"{theme.clean(row['who'])}\n{when}")
    return f'<g class="cx-neighbour"{keyed(row.get("key"))}><title>{tip}</title>{area}{drawn}</g>'
