"""What does the log look like, journey by journey? A row of dots for each journey, a colour for each activity."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from cxkit.errors import not_found
from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.small.frame import NOTHING, framed, nothing
from cxkit.views.times import axis as axes
from cxkit.words import lasting, many

Row = Mapping[str, Any]
Ranks = Mapping[str, int]
AGAINST = {"time": "log_seconds", "since": "seconds"}
TALL, SMALL, SMALL_FRAME, SMALL_TALL = 380, 620, 250, 172
LEGEND, BELOW = 22, 30
MOST_NAMED = 5
FAR = 0.98  # of the dots lie within what is drawn of the time since journeys began; the rest stand at the edge
NO_TIME = ("No time is known here.", "A log without times has no dots to draw.")


class Place(NamedTuple):
    """Where a drawing is: its width, its height, how large its dots are."""

    wide: float
    tall: float
    dot: float


def dotted_chart(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    of: int = 0,
    ranks: Ranks | None = None,
    against: str = "time",
) -> Picture:
    """A row of dots for each journey that is shown; `of` is how many there are.

    `against` is what lies across: "time", or "since" for the time since each journey began. `ranks` give activities
    their colours.
    """
    _check(against)
    if not rows:
        return empty(title, population, note, **({"why": NO_TIME} if of else {}))
    head, height = heading(title, [str(population), f"{_shown(rows, of)} {note}.", _edge(rows, against)], WIDTH)
    drawn = _drawn(rows, against, ranks or {}, Place(WIDTH, TALL, 4))
    body = head + f'<g transform="translate(0 {number(height + 6)})">{drawn}</g>'
    size = WIDTH + 2 * MARGIN, height + 6 + LEGEND + TALL + BELOW + 2 * MARGIN
    return Picture(title, drawing(title, _shown(rows, of), body, *size))


def dotted_chart_small(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    of: int = 0,
    ranks: Ranks | None = None,
    against: str = "time",
) -> Picture:
    """The same without a heading, as one of several pictures of a page."""
    _check(against)
    size = {"wide": SMALL, "tall": SMALL_FRAME}
    if not rows:
        return nothing(title, NO_TIME[0] if of else NOTHING, **size)
    drawn = _drawn(rows, against, ranks or {}, Place(SMALL, SMALL_TALL, 2.6))
    words = theme.fit(f"{_shown(rows, of)} {_edge(rows, against) or note}", SMALL, 11)
    body = drawn + text(0, SMALL_FRAME - 6, words, size=11, fill=theme.MUTED)
    return framed(title, f"{population}. {_shown(rows, of)} {note}", body, **size)


def _check(against: str) -> None:
    if against not in AGAINST:
        raise not_found("line of time", against, AGAINST)


def _shown(rows: Sequence[Row], of: int) -> str:
    journeys = len({row["place"] for row in rows})
    some = "all" if journeys == of else f"{many(journeys)} of"
    return (
        f"Shown: {some} {many(of, 'journey')}{'' if journeys == of else ', evenly chosen'}; {many(len(rows), 'event')}."
    )


def _edge(rows: Sequence[Row], against: str) -> str:
    """What is said of dots that lie farther out than is drawn."""
    beyond = sum(row["seconds"] > _far(rows) for row in rows) if against == "since" else 0
    return f"{many(beyond, 'event')} later than {lasting(_far(rows))} stand at the right edge." if beyond else ""


def _far(rows: Sequence[Row]) -> float:
    ordered = sorted(row["seconds"] for row in rows)
    return float(ordered[int(FAR * (len(ordered) - 1))] or ordered[-1] or 1.0)


def _drawn(rows: Sequence[Row], against: str, ranks: Ranks, place: Place) -> str:
    """Legend, dots, and what the line across says."""
    if against == "time":
        line = axes.line([(row["time"], row["log_seconds"]) for row in rows])
    else:
        line = axes.Line(0.0, _far(rows), None)
    marks = [(at * place.wide, word, whole) for at, word, whole in line.marks() if 0 <= at <= 1]
    order = {number: height for height, number in enumerate(dict.fromkeys(row["place"] for row in rows))}
    step = place.tall / len(order)
    dots: dict[str, list[str]] = {}
    firsts: dict[str, Row] = {}
    for row in rows:
        x = min(line.place(row[AGAINST[against]]), 1.0) * (place.wide - 6) + 3
        y = (order[row["place"]] + 0.5) * step
        dots.setdefault(row["activity"], []).append(f"M{number(x)},{number(y)}h0")
        firsts.setdefault(row["activity"], row)
    frame = f'<path d="M0,{number(place.tall)}H{number(place.wide)}" stroke="{theme.LINES[0]}"/>'
    body = "".join(_dots(firsts[name], paths, ranks, place.dot) for name, paths in dots.items())
    across = axes.labels(marks, place.wide, place.tall)
    return _legend(rows, ranks, place.wide) + f'<g transform="translate(0 {LEGEND})">{frame}{body}{across}</g>'


def _dots(row: Row, paths: Sequence[str], ranks: Ranks, wide: float) -> str:
    """The dots of one activity, of which this row is the first."""
    tip = html.escape(f"{_told(row)}; {many(len(paths), 'event')} shown")
    colour = theme.activity_colour(ranks.get(row["activity"]))[0]
    line = f'stroke="{colour}" stroke-width="{number(wide)}" stroke-linecap="round" fill="none"'
    return f'<path class="cx-dots" d="{"".join(paths)}" {line}{keyed(row.get("key"))}><title>{tip}</title></path>'


def _told(row: Row) -> str:
    return f"{theme.clean(row['activity'])}: {many(row['journeys'], 'journey')} of {many(row['customers'], 'customer')}"


def _legend(rows: Sequence[Row], ranks: Ranks, wide: float) -> str:
    """The names of activities with their colours; each stands for its dots."""
    firsts = {row["activity"]: row for row in reversed(rows)}
    named = sorted(firsts, key=lambda name: (ranks.get(name, len(ranks)), name))[:MOST_NAMED]
    parts, x = [], 0.0
    for name in named:
        words = theme.fit(theme.clean(name), wide / MOST_NAMED - 40, 11)
        colour = theme.activity_colour(ranks.get(name))[0]
        sign = f'<circle cx="{number(x + 5)}" cy="8" r="4.5" fill="{colour}"/>'
        sign += text(x + 14, 12, words, size=11, fill=theme.MUTED)
        tip = html.escape(_told(firsts[name]))
        parts.append(f'<g class="cx-name"{keyed(firsts[name].get("key"))}><title>{tip}</title>{sign}</g>')
        x += 26 + theme.text_width(words, 11)
    if len(firsts) > len(named):
        more = many(len(firsts) - len(named), "more activity", "more activities")
        if x + theme.text_width(more, 11) < wide:
            parts.append(text(x, 12, more, size=11, fill=theme.MUTED))
    return "".join(parts)
