"""Bars cut into parts: waiting and work for each activity, and how journeys ended for each segment."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, area, drawing, empty, heading, keyed, number, text
from cxkit.words import given, many, percent, sentences, timed

Row = Mapping[str, Any]
MOST, ROW, NAME, FIGURES, SIZE = 20, 34, 240, 270, 13
WAIT, WORK = theme.LONGER[2][0], theme.BOX
UNKNOWN = "No starts and ends are known here.", "Map a column of starts to tell work and waiting apart."
OUTCOME_ROW, SEGMENT, ENDED, BAR = 40, 200, 190, 22
NOT_KNOWN = (
    "How journeys end is not known.",
    "Name goals in the engagement file, and open the store with it.",
)
COLOURS = dict(zip(("goal", "cancel", "silent"), theme.CATEGORIES, strict=False))
CALLED = {"goal": "goal reached", "cancel": "cancelled", "silent": "fell silent"}


def waiting(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", of: int = 0, top: int = MOST
) -> Picture:
    """Two bars in one row for each activity, those with most waiting in all first; `top` of them are drawn.

    `of` is the number of journeys in the selection: without rows it tells an empty one from a log without starts.
    """
    if not of:
        return empty(title, population)
    if not rows:
        return empty(title, population, note, why=UNKNOWN)
    shown, rest = rows[:top], rows[top:]
    left_out = f"{many(len(rest), 'activity', 'activities')} with less waiting left out" if rest else ""
    head, height = heading(title, [str(population), sentences(note, left_out)], WIDTH)
    longest = max(_long(row) for row in shown) or 1.0
    legend, first = _legend(height + 22), height + 40
    bars = "".join(_row(row, first + place * ROW, longest) for place, row in enumerate(shown))
    description = ". ".join(f"{_called(row)}: {_figures(row)}" for row in shown)
    size = WIDTH + 2 * MARGIN, first + len(shown) * ROW + 2 * MARGIN
    return Picture(title, drawing(title, description, head + legend + bars, *size))


def _legend(y: float) -> str:
    parts, x = [], float(NAME)
    for colour, words in ((WAIT, "mean wait before it"), (WORK, "mean time worked on it")):
        parts.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(text(x + 18, y, words, fill=theme.MUTED))
        x += 40 + theme.text_width(words, 12)
    return "".join(parts)


def _row(row: Row, y: float, longest: float) -> str:
    base, scale = y + 21, (WIDTH - NAME - FIGURES) / longest
    wait, work = (_mean(row, kind) * scale for kind in ("waiting", "service"))
    end = NAME + wait + work
    tip = (
        f"{_called(row)}: {_figures(row)}; P90 {timed(row, 'p90_waiting_seconds')} and "
        f"{timed(row, 'p90_service_seconds')}; {many(row['count'], 'event')}, "
        f"{many(row['waited'])} waits and {many(row['worked'])} times of work known"
    )
    return (
        f'<g class="cx-bar"{keyed(row.get("key"))}><title>{html.escape(tip)}</title>'
        + area(y, ROW)
        + text(NAME - 12, base, theme.fit(_called(row), NAME - 20, SIZE), size=SIZE, more='text-anchor="end"')
        + _bar(NAME, y, wait, WAIT)
        + _bar(NAME + wait, y, work, WORK)
        + text(end + 8, base, _figures(row), fill=theme.MUTED)
        + "</g>"
    )


def _bar(x: float, y: float, width: float, colour: str) -> str:
    if not width:
        return ""
    return f'<rect x="{number(x)}" y="{number(y + 8)}" width="{number(max(1.0, width))}" height="18" fill="{colour}"/>'


def _called(row: Row) -> str:
    name = theme.clean(row["activity"])
    return f"{name} ({theme.clean(row['segment'])})" if "segment" in row else name


def _figures(row: Row) -> str:
    waits = f"median wait {timed(row, 'median_waiting_seconds')}" if row["waited"] else "no wait known"
    works = f"work {timed(row, 'median_service_seconds')}" if row["worked"] else "no time of work known"
    return f"{waits} · {works}"


def _mean(row: Row, kind: str) -> float:
    return given(row[f"mean_{kind}_seconds"]) or 0.0


def _long(row: Row) -> float:
    return _mean(row, "waiting") + _mean(row, "service")


# ---- outcomes --------------------------------------------------------------------------------------------------------


def outcomes(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True, top: int = MOST
) -> Picture:
    """A bar for each segment, the largest first; `top` of them are drawn and the others are counted.

    `rows` has one row a segment and outcome: `segment`, `outcome` (goal, cancel, silent, open), `count`, `customers`,
    and of ended ones `share`, `share_low`, `share_high`. `known` is whether anybody said what a goal is.
    """
    if not rows:
        return empty(title, population, note) if known else empty(title, population, note, why=NOT_KNOWN)
    parts: dict[str, list[Row]] = {}
    for row in rows:
        parts.setdefault(row["segment"], []).append(row)
    shown = list(parts.values())[:top]
    words = f"{note} {_left_out(list(parts.values())[top:])}".strip()
    head, height = heading(title, [str(population), words], WIDTH)
    bars = "".join(_drawn(part, place, height + 42 + place * OUTCOME_ROW) for place, part in enumerate(shown))
    said = ". ".join(f"{theme.clean(part[0]['segment'])}: {_spoken(part)}" for part in shown)
    size = WIDTH + 2 * MARGIN, height + 42 + len(shown) * OUTCOME_ROW + 2 * MARGIN
    return Picture(title, drawing(title, said, head + _legend_of_outcomes(height + 24) + bars, *size))


def _left_out(rest: Sequence[Sequence[Row]]) -> str:
    if not rest:
        return ""
    journeys = many(sum(row["count"] for part in rest for row in part), "journey")
    return f"{many(len(rest), 'smaller segment')} with {journeys} left out."


def _spoken(part: Sequence[Row]) -> str:
    return ", ".join(f"{CALLED.get(row['outcome'], 'still open')} {many(row['count'])}" for row in part)


def _legend_of_outcomes(y: float) -> str:
    drawn, x = [], float(SEGMENT)
    for outcome, (colour, _) in COLOURS.items():
        drawn.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        drawn.append(text(x + 18, y, CALLED[outcome], fill=theme.MUTED))
        x += 40 + theme.text_width(CALLED[outcome], 12)
    return "".join(drawn)


def _drawn(part: Sequence[Row], rank: int, y: float) -> str:
    """One segment's bar: each outcome is a stretch as long as its share, with its figure where there is room."""
    name, base = theme.clean(part[0]["segment"]), y + 24
    ended = sum(row["count"] for row in part if row["outcome"] in COLOURS)
    still = sum(row["count"] for row in part if row["outcome"] not in COLOURS)
    figures = f"{many(ended)} ended" + (f", {many(still)} still open" if still else "")
    x, drawn = float(SEGMENT), []
    for row in part:
        if row["outcome"] in COLOURS and row["count"]:
            width = (WIDTH - SEGMENT - ENDED) * row["count"] / ended
            drawn.append(_stretch(row, x, y + 8, width))
            x += width
    return (
        f'<g class="cx-bar" data-rank="{rank}">'
        + area(y, OUTCOME_ROW)
        + text(SEGMENT - 12, base, theme.fit(name, SEGMENT - 20, SIZE), size=SIZE, more='text-anchor="end"')
        + "".join(drawn)
        + text(WIDTH - ENDED + 10, base, figures, fill=theme.MUTED)
        + "</g>"
    )


def _stretch(row: Row, x: float, y: float, width: float) -> str:
    colour, ink = COLOURS[row["outcome"]]
    share = percent(row["share"])
    sure = "" if row["share_low"] is None else f", {percent(row['share_low'])} to {percent(row['share_high'])}"
    tip = (
        f"{theme.clean(row['segment'])}, {CALLED[row['outcome']]}: {many(row['count'], 'journey')} of "
        f"{many(row['customers'], 'customer')}, {share} of ended ones{sure}"
    )
    fits = width > theme.text_width(share, 12, bold=True) + 12
    figure = text(x + 7, y + 15.5, share, fill=ink, more='font-weight="600"') if fits else ""
    return (
        f'<g class="cx-outcome" data-outcome="{row["outcome"]}"{keyed(row.get("key"))}>'
        f"<title>{html.escape(tip)}</title>"
        f'<rect x="{number(x)}" y="{number(y)}" width="{number(max(1.0, width))}" height="{BAR}" fill="{colour}"/>'
        f"{figure}</g>"
    )
