"""The data plan: questions with what stands in their way, or fields with what they would open and where to begin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, escape, heading, number, text
from cxkit.words import many, percent

Row = Mapping[str, Any]
ROW, HEAD, SIZE, PILL = 26, 40, 13, 11.5
ASKS, RIGHT = 26, 560  # where questions begin, and what is said of them
FIELD, LINE, BAR, OPENS, ORIGIN = 56, 17, 90, 290, 420
SLACK = 0.9  # of a width: some type faces are wider than the usual ones
STATES = {"answerable": "there", "partly": "weak", "blocked": "missing"}
FILLS = {"there": theme.BOX, "weak": theme.LONG, "missing": theme.ENDED}
TOP = 3  # fields that are named as those to begin with


def data_plan(rows: Sequence[Row], *, title: str, population: object, note: str = "") -> Picture:
    """Questions by theme with a mark for what can be answered, or fields by how many questions they would open."""
    if not rows:
        return empty(title, population, note)
    head, top = heading(title, [str(population), note], WIDTH)
    body, bottom, description = _by_field(rows, top) if "field" in rows[0] else _by_question(rows, top)
    return Picture(title, drawing(title, description, head + body, WIDTH + 2 * MARGIN, bottom + 2 * MARGIN))


# ---- questions -------------------------------------------------------------------------------------------------------


def _by_question(rows: Sequence[Row], top: float) -> tuple[str, float, str]:
    counts = Counter(row["status"] for row in rows)
    statuses = ", ".join(f"{counts[status]} {status}" for status in STATES)
    parts, y = [_strip(counts, top + 12)], top + 70
    first, y = _begin(rows, y)
    parts.append(first)
    for name, group in groupby(rows, key=lambda row: row["theme"]):
        parts.append(text(0, y + 26, name, size=14, more='font-weight="600"'))
        y += HEAD
        for row in group:
            parts.append(_question(row, y))
            y += ROW
    if not all(row["built"] for row in rows):
        y += 12
        parts.append(text(0, y + 12, "Questions in grey have no measure in this version yet.", fill=theme.MUTED))
        y += 18
    return "".join(parts), y, f"{len(rows)} questions: {statuses}."


def _strip(counts: Counter[str], y: float) -> str:
    """How many questions have which status: one bar in three parts, each with its figure below."""
    total, x, parts = sum(counts.values()), 0.0, []
    for status, state in STATES.items():
        if not counts[status]:
            continue
        width = WIDTH * counts[status] / total
        fill = f'fill="{FILLS[state]}"'
        parts.append(
            f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(width - 2, 1))}" height="12" rx="2" {fill}/>'
        )
        x += width
    x = 0.0
    for status, state in STATES.items():
        label = f"{counts[status]} {status}"
        parts.append(_mark(state, x + 8, y + 34) + text(x + 24, y + 38.5, label, size=SIZE, more='font-weight="600"'))
        x += 24 + theme.text_width(label, SIZE, bold=True) + 28
    return "".join(parts)


def _begin(rows: Sequence[Row], y: float) -> tuple[str, float]:
    """The fields that alone would open most questions, and where to begin with each."""
    alone = [row for row in rows if row["missing"] and "," not in row["missing"]]
    opens = Counter(row["missing"] for row in alone).most_common(TOP)
    if not opens:
        return "", y
    where = {row["missing"]: row["collect"] for row in alone}
    parts, start = [], y
    y += 36
    for name, count in opens:
        parts.append(text(18, y + 14, name, size=SIZE, more='font-weight="600"'))
        parts.append(text(110, y + 14, many(count, "question"), fill=theme.MUTED))
        for line in theme.wrap(theme.clean(where[name]), SLACK * (WIDTH - 230), 12.5, lines=2):
            parts.append(text(210, y + 14, line, size=12.5))
            y += LINE
        y += 8
    head = text(18, start + 24, "Begin with the fields that alone open most questions", fill=theme.MUTED)
    size = f'y="{number(start)}" width="{WIDTH}" height="{number(y - start + 4)}" rx="8"'
    return f'<rect {size} fill="{theme.MANY[0][0]}"/>' + head + "".join(parts), y + 8


def _question(row: Row, y: float) -> str:
    state, base = STATES[row["status"]], y + 17.5
    ink = theme.INK if row["built"] else theme.MUTED
    sentences = (row["question"], f"{row['status'].capitalize()}.", _sentence(row["reason"]), row["collect"])
    tip = " ".join(filter(None, sentences))
    asks = theme.fit(row["question"], RIGHT - ASKS - 16, SIZE)
    return (
        f'<g class="cx-question" role="img" aria-label="{escape(tip)}"><title>{escape(tip)}</title>'
        + area(y, ROW)
        + _mark(state, 8, y + ROW / 2)
        + text(ASKS, base, asks, size=SIZE, fill=ink)
        + _beside(row, y, base)
        + "</g>"
    )


def _beside(row: Row, y: float, base: float) -> str:
    """What stands in the way, as pills; of what can be answered, what would make it sharper."""
    if not row["missing"]:
        words = f"sharper with {row['sharper']}" if row["sharper"] else ""
        return text(RIGHT, base, theme.fit(words, WIDTH - RIGHT, 12), fill=theme.MUTED) if words else ""
    parts, x = [], float(RIGHT)
    if row["status"] == "partly":
        figure = percent(row["quality_share"])
        parts.append(text(x, base, figure, size=12, fill=theme.LONG, more='font-weight="600"'))
        x += theme.text_width(figure, 12, bold=True) + 10
    names = row["missing"].split(", ")
    for place, name in enumerate(names):
        width = theme.text_width(name, PILL) + 16
        if x + width > WIDTH - (26 if place < len(names) - 1 else 0):
            parts.append(text(x, base, f"+{len(names) - place}", fill=theme.MUTED))
            break
        parts.append(_pill(name, x, y, width))
        x += width + 6
    return "".join(parts)


def _pill(name: str, x: float, y: float, width: float) -> str:
    frame = f'x="{number(x)}" y="{number(y + 4)}" width="{number(width)}" height="18" rx="9"'
    return f'<rect {frame} fill="{theme.LONGER[0][0]}" stroke="{theme.LONGER[2][0]}"/>' + text(
        x + 8, y + 17, name, size=PILL
    )


def _mark(state: str, x: float, y: float) -> str:
    """A full, a half and an empty circle: readable without colour."""
    fill = FILLS[state]
    ring = f'<circle cx="{number(x)}" cy="{number(y)}" r="6" fill="{theme.PAPER}" stroke="{fill}" stroke-width="1.8"/>'
    if state == "there":
        return f'<circle cx="{number(x)}" cy="{number(y)}" r="6.9" fill="{fill}"/>'
    half = f'<path d="M{number(x)} {number(y - 6)}a6 6 0 0 0 0 12z" fill="{fill}"/>'
    return ring + (half if state == "weak" else "")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}." if words else ""


# ---- fields ----------------------------------------------------------------------------------------------------------


def _by_field(rows: Sequence[Row], top: float) -> tuple[str, float, str]:
    wanting = [row for row in rows if row["state"] != "there"]
    good = [row["field"] for row in rows if row["state"] == "there"]
    most = max((row["unlocks"] for row in wanting), default=0)
    parts, y = [], top + 8
    if wanting:
        parts.append(_titles(y))
        y += 24
    for row in wanting:
        lines = theme.wrap(theme.clean(row["origin"]), SLACK * (WIDTH - ORIGIN), 12.5, lines=5)
        height = max(FIELD, 22 + len(lines) * LINE)
        parts.append(_field(row, y, height, most, lines))
        y += height
    for line in theme.wrap(
        f"There, and filled well enough: {', '.join(good) or 'none'}.", SLACK * WIDTH, SIZE, lines=3
    ):
        y += 20
        parts.append(text(0, y, line, size=SIZE, fill=theme.MUTED))
    opening = ", ".join(f"{row['field']} opens {row['unlocks']}" for row in wanting)
    return "".join(parts), y + 8, f"Fields that are missing or weak: {opening or 'none'}."


def _titles(y: float) -> str:
    columns = ((ASKS, "Field"), (OPENS, "Questions it opens"), (ORIGIN, "Where to start"))
    return "".join(text(x, y + 12, words, fill=theme.MUTED) for x, words in columns)


def _field(row: Row, y: float, height: float, most: int, lines: Sequence[str]) -> str:
    tip = f"{row['field']}: {row['means']}. {_figures(row)}. Alone it opens: {row['questions'] or 'no question'}."
    means = theme.fit(row["means"], SLACK * (OPENS - ASKS - 12), 12)
    return (
        f'<g class="cx-field" role="img" aria-label="{escape(tip)}"><title>{escape(tip)}</title>'
        + area(y, height)
        + f'<path d="M0 {number(y)}H{WIDTH}" stroke="{theme.GRID}"/>'
        + _mark(row["state"], 8, y + 16)
        + text(ASKS, y + 21, row["field"], size=14, more='font-weight="600"')
        + text(ASKS, y + 40, means, fill=theme.MUTED)
        + _opening(row, y, most)
        + text(OPENS, y + 40, _figures(row), fill=theme.MUTED)
        + "".join(text(ORIGIN, y + 20 + place * LINE, line, size=12.5) for place, line in enumerate(lines))
        + "</g>"
    )


def _opening(row: Row, y: float, most: int) -> str:
    """A bar as long as the number of questions that the field alone would open."""
    if not row["unlocks"]:
        words = "not alone" if row["needed_by"] else "only sharpens"
        return text(OPENS, y + 20.5, words, fill=theme.MUTED)
    length = BAR * row["unlocks"] / most
    frame = f'x="{OPENS}" y="{number(y + 9)}" width="{number(length)}" height="14" rx="2" fill="{theme.BOX}"'
    return f"<rect {frame}/>" + text(OPENS + length + 7, y + 20.5, many(row["unlocks"]), size=SIZE)


def _figures(row: Row) -> str:
    """How full a field is, in a few words."""
    if not row["filled"]:
        return "missing"
    fresh = row["freshness_share"]
    stale = f", fresh {percent(fresh)}" if fresh is not None and fresh < 0.95 else ""
    return f"filled {percent(row['filled_share'])}{stale}"
