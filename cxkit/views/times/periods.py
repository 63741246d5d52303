"""How does it change over time? A bar or a dot for each period, with how sure it is."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from cxkit.errors import not_found
from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.small.frame import NOTHING, framed, nothing
from cxkit.views.times import axis as axes
from cxkit.views.times.axis import Axis
from cxkit.words import dated, given, lasting, many, percent, sentences, spanned, timed

Row = Mapping[str, Any]
FIGURES = {
    "started": "journeys started",
    "completed": "journeys with their last event",
    "goals": "goal rate",
    "median": "median duration",
}
COUNTED = ("started", "completed")
COLUMNS = {"started": "started", "completed": "completed", "goals": "goal_share", "median": "median_seconds"}
LEFT, STRIP, BELOW = 64, 26, 30  # room for the axis' words; of the bars of n; for the dates
TALL, SMALL_FRAME = 220, 262  # of the plot; of a whole small picture
RIGHT = 6
HATCH, WHISKERS = 6, 5  # pixels between the lines of a bar that is not whole; least room for an interval's line
OTHER = "(other)"
NO_DATES = ("This log has no calendar.", "Its clock tells no dates, so there are no weeks or months to compare.")
NO_GOALS = ("How journeys end is not known.", "Name goals in the engagement file, and open the store with it.")
HATCHED = "Hatched or hollow: only a part was seen"
UNKNOWN_END = "No journey is old enough for its end to be judged."


class Column(NamedTuple):
    """A period with the rows of its segments, and where it stands."""

    rows: Sequence[Row]
    x: float
    wide: float

    @property
    def middle(self) -> float:
        return self.x + self.wide / 2

    @property
    def whole(self) -> bool:
        return bool(self.rows[0]["complete"])


class Plot(NamedTuple):
    """What is drawn of the columns: which figure, on which axis, each segment in which colour."""

    figure: str
    axis: Axis
    colours: Mapping[str, str]
    tall: float

    @property
    def counted(self) -> bool:
        return self.figure in COUNTED

    @property
    def floor(self) -> float:
        """Where the dates stand: below the plot, and below the bars of n where there are some."""
        return self.tall + (0 if self.counted else STRIP + 8)

    def y(self, value: float) -> float:
        return self.tall * (1 - value / self.axis.top)

    def colour(self, row: Row) -> str:
        return self.colours.get(_segment(row), theme.BOX)


def over_time(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    known: bool = True,
    figure: str = "started",
) -> Picture:
    """A column for each period; one that is not whole is hatched, and no drop.

    `rows` has one row a period, or one a segment and period, of `cxkit.measures.times.over_time`. `figure` is what is
    drawn: "started", "completed", "goals" or "median". `known` is whether the log has dates.
    """
    why = _why_none(rows, known, figure)
    if why is not None:
        return empty(title, population, note, **why)
    columns, plot = _columns(rows), _plot(rows, figure, TALL)
    head, height = heading(title, [str(population), sentences(_told(rows, figure), note, HATCHED)], WIDTH)
    top = height + (34 if plot.colours else 14)
    body = head + _legend(plot.colours, height + 18) + _drawn(columns, plot, top)
    size = WIDTH + 2 * MARGIN, top + plot.floor + BELOW + 2 * MARGIN
    return Picture(title, drawing(title, _described(columns, figure), body, *size))


def over_time_small(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    known: bool = True,
    figure: str = "started",
) -> Picture:
    """The same without a heading, as one of several pictures of a page."""
    size = {"wide": WIDTH, "tall": SMALL_FRAME}
    why = _why_none(rows, known, figure)
    if why is not None:
        return nothing(title, why.get("why", (NOTHING,))[0], **size)
    top = 54 if "segment" in rows[0] else 34
    tall = SMALL_FRAME - BELOW - 8 - top - (0 if figure in COUNTED else STRIP + 8)
    columns, plot = _columns(rows), _plot(rows, figure, tall)
    column = figure if figure in COUNTED else "ended"
    every = f"n = {many(sum(row[column] for row in rows), 'journey')}"
    told = text(0, 14, theme.fit(f"{every}. {_told(rows, figure)}. {HATCHED}.", WIDTH, 12), fill=theme.MUTED)
    body = told + _legend(plot.colours, 36) + _drawn(columns, plot, top)
    return framed(title, f"{population}. {note} {_described(columns, figure)}", body, **size)


def _why_none(rows: Sequence[Row], known: bool, figure: str) -> dict[str, tuple[str, str]] | None:
    """Why nothing can be drawn, where that is not for want of journeys; None where something can."""
    if figure not in FIGURES:
        raise not_found("figure", figure, FIGURES)
    if not rows:
        return {} if known else {"why": NO_DATES}
    return {"why": NO_GOALS} if figure == "goals" and rows[0]["reached"] is None else None


def _plot(rows: Sequence[Row], figure: str, tall: float) -> Plot:
    return Plot(figure, _axis(rows, _columns(rows), figure), _colours(rows), tall)


def _described(columns: Sequence[Column], figure: str) -> str:
    return "; ".join(_tip(column, figure) for column in columns)


def _told(rows: Sequence[Row], figure: str) -> str:
    """What a column shows, in words."""
    if figure in COUNTED:
        return f"Each bar: {FIGURES[figure]} in that time"
    what = "Goal rate with 95% intervals" if figure == "goals" else "Median from first to last event"
    old = lasting(rows[0]["within_seconds"])
    return f"{what}, of journeys that began {old} or more before the end of the log, and have ended"


def _segment(row: Row) -> str:
    return theme.clean(row["segment"]) if "segment" in row else ""


def _colours(rows: Sequence[Row]) -> dict[str, str]:
    """The colours of segments; none where there is one."""
    names = dict.fromkeys(_segment(row) for row in rows if "segment" in row)
    return {name: theme.OTHER[0] if name == OTHER else theme.CATEGORIES[place][0] for place, name in enumerate(names)}


def _columns(rows: Sequence[Row]) -> list[Column]:
    periods: dict[str, list[Row]] = {}
    for row in rows:
        periods.setdefault(row["period"], []).append(row)
    wide = (WIDTH - LEFT - RIGHT) / len(periods)
    return [Column(some, place * wide, wide) for place, some in enumerate(periods.values())]


def _axis(rows: Sequence[Row], columns: Sequence[Column], figure: str) -> Axis:
    if figure in COUNTED:
        return axes.counts(max(sum(row[figure] for row in column.rows) for column in columns))
    if figure == "goals":
        return axes.shares(max((given(row["share_high"]) or given(row["goal_share"]) or 0 for row in rows), default=0))
    return axes.seconds(max((given(row["median_seconds"]) or 0 for row in rows), default=0))


def _legend(colours: Mapping[str, str], y: float) -> str:
    parts, x = [], float(LEFT)
    for name, colour in colours.items():
        words = theme.fit(name, 180, 12)
        parts.append(f'<rect x="{number(x)}" y="{number(y - 10)}" width="12" height="12" rx="2" fill="{colour}"/>')
        parts.append(text(x + 18, y, words, fill=theme.MUTED))
        x += 36 + theme.text_width(words, 12)
    return "".join(parts)


# ---- columns ---------------------------------------------------------------------------------------------------------


def _drawn(columns: Sequence[Column], plot: Plot, top: float) -> str:
    """Axis, columns, what connects them, and their dates."""
    wide = WIDTH - LEFT - RIGHT
    drawn = "".join(_column(column, plot) for column in columns)
    parts = [
        f'<path class="background" d="M0,0H{number(wide)}V{plot.tall}H0Z" fill="none"/>',
        axes.grid(plot.axis, wide, plot.tall),
        "" if plot.counted else _lines(columns, plot) + _strip(columns, plot.floor),
        f"<g>{drawn}</g>",
        axes.labels(_dates(columns), wide, plot.floor, room=LEFT),
    ]
    if not plot.counted and not any(row["ended"] for column in columns for row in column.rows):
        parts.append(text(wide / 2, plot.tall / 2, UNKNOWN_END, size=13, fill=theme.MUTED, more='text-anchor="middle"'))
    return f'<g class="root" transform="translate({LEFT} {number(top)})">{"".join(parts)}</g>'


def _column(column: Column, plot: Plot) -> str:
    row, words = column.rows[0], html.escape(_tip(column, plot.figure))
    size = f'width="{number(column.wide)}" height="{plot.tall}"'
    area = f'<rect x="{number(column.x)}" {size} fill="none" pointer-events="all"/>'
    marks = _bars(column, plot) if plot.counted else _dots(column, plot)
    named = f'{keyed(row.get("key"))} aria-label="{words}"'
    return f'<g class="cx-period"{named}><title>{words}</title>{area}{marks}</g>'


def _bars(column: Column, plot: Plot) -> str:
    """The bars of a period on top of each other."""
    parts, below = [], 0.0
    gap = min(1.5, column.wide / 6)
    for row in column.rows:
        count = row[plot.figure]
        if count:
            y, tall = plot.y(below + count), plot.y(below) - plot.y(below + count)
            box = column.x + gap / 2, y, max(column.wide - gap, 0.4), max(tall, 1.0)
            parts.append(_bar(box, plot.colour(row), column.whole))
        below += count
    return "".join(parts)


def _bar(box: tuple[float, float, float, float], fill: str, whole: bool) -> str:
    x, y, wide, tall = box
    rect = f'<rect x="{number(x)}" y="{number(y)}" width="{number(wide)}" height="{number(tall)}" fill="{fill}"'
    if whole:
        return f"{rect}/>"
    lines = []
    for far in range(HATCH, int(wide + tall), HATCH):
        left, low = max(0.0, far - tall), min(float(far), tall)
        right, high = min(float(far), wide), max(0.0, far - wide)
        lines.append(f"M{number(x + left)},{number(y + low)}L{number(x + right)},{number(y + high)}")
    hatch = f'<path d="{"".join(lines)}" stroke="{fill}" fill="none"/>' if lines else ""
    return f'{rect} fill-opacity=".2" stroke="{fill}"/>{hatch}'


def _dots(column: Column, plot: Plot) -> str:
    """A dot for each segment, with the interval of its share; hollow where the period is not whole."""
    parts, radius = [], max(1.5, min(4.0, column.wide / 3))
    several = len(column.rows)
    for place, row in enumerate(column.rows):
        value = given(row[COLUMNS[plot.figure]])
        if value is None:
            continue
        apart = 0.0 if several == 1 else (place - (several - 1) / 2) * min(4.0, column.wide / (several + 1))
        x, colour = column.middle + apart, plot.colour(row)
        if plot.figure == "goals" and row["share_low"] is not None and column.wide >= WHISKERS * several:
            ends = (number(plot.y(row[end])) for end in ("share_low", "share_high"))
            parts.append(f'<path d="M{number(x)},{"V".join(ends)}" stroke="{colour}" stroke-opacity=".6"/>')
        inside = colour if column.whole else theme.PAPER
        at = f'cx="{number(x)}" cy="{number(plot.y(value))}" r="{number(radius)}"'
        parts.append(f'<circle {at} fill="{inside}" stroke="{colour}" stroke-width="1.5"/>')
    return "".join(parts)


def _lines(columns: Sequence[Column], plot: Plot) -> str:
    """A line through the dots of each segment, of whole periods next to each other."""
    parts = []
    for place, first in enumerate(columns[0].rows):
        path, joined = [], False
        for column in columns:
            value = given(column.rows[place][COLUMNS[plot.figure]])
            if value is None or not column.whole:
                joined = False
                continue
            path.append(f"{'L' if joined else 'M'}{number(column.middle)},{number(plot.y(value))}")
            joined = True
        line = f'stroke="{plot.colour(first)}" stroke-opacity=".45" fill="none"'
        parts.append(f'<path d="{"".join(path)}" {line}/>' if path else "")
    return "".join(parts)


def _strip(columns: Sequence[Column], floor: float) -> str:
    """Small bars of how many journeys each dot rests on."""
    counts = [sum(row["ended"] for row in column.rows) for column in columns]
    most = max(counts) or 1
    parts = [text(-8, floor, f"n to {many(max(counts))}", size=11, fill=theme.MUTED, more='text-anchor="end"')]
    for column, count in zip(columns, counts, strict=True):
        tall = max(1.0, (STRIP - 4) * count / most) if count else 0.0
        at = f'x="{number(column.x + 0.5)}" y="{number(floor - tall)}"'
        size = f'width="{number(max(column.wide - 1, 0.4))}" height="{number(tall)}"'
        parts.append(f'<rect {at} {size} fill="{theme.LINES[0]}" fill-opacity=".55"/>')
    return "".join(parts)


def _dates(columns: Sequence[Column]) -> list[tuple[float, str, str]]:
    """What stands under each column: its first day, its month or its quarter, and the year."""
    return [(column.middle, *_date(column.rows[0]["first_day"], column.rows[0]["period"])) for column in columns]


def _date(day: date, word: str) -> tuple[str, str]:
    if "Q" in word:
        return word[-2:], str(day.year)
    words = dated(day, year=False)
    return words.partition(" ")[2] if len(word) == len("2025-06") else words, str(day.year)


# ---- words -----------------------------------------------------------------------------------------------------------


def _tip(column: Column, figure: str) -> str:
    first = column.rows[0]
    days = spanned(first["first_day"], first["last_day"])
    several = len(column.rows) > 1
    whole = "" if column.whole else " (not whole)"
    texts = [f"{_segment(row)}: {_said(row, figure)}" if several else _said(row, figure) for row in column.rows]
    return f"{days}{whole}: {'; '.join(texts)}"


def _said(row: Row, figure: str) -> str:
    if figure == "started":
        return f"{many(row['started'], 'journey')} of {many(row['customers'], 'customer')} started"
    if figure == "completed":
        ends = f", {many(row['reached'])} reached a goal" if row["reached"] is not None else ""
        return f"{many(row['completed'], 'journey')} had their last event{ends}"
    n = f"{many(row['ended'])} of {many(row['started'], 'journey')}"
    if figure == "goals":
        share, low, high = (percent(row[name]) for name in ("goal_share", "share_low", "share_high"))
        return f"goal rate {share} ({low} to {high}), of {n}" if row["ended"] else f"no goal rate yet, of {n}"
    return f"median {timed(row, 'median_seconds')}, of {n}"
