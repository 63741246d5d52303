"""When in the week does it happen? A square for each hour of each weekday, the darker the more."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, heading, keyed, number, text
from cxkit.views.small.frame import NOTHING, framed, nothing
from cxkit.words import many, percent

Row = Mapping[str, Any]
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LEFT, RIGHT, HEAD = 96, 116, 20
TALL, SMALL_TALL = 34, 26
SMALL, SMALL_FRAME = 620, 250
EVERY = 3  # hours that are named
NO_DATES = ("This log has no calendar.", "Its clock tells no dates, so there are no weekdays.")


def time_of_week(rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True) -> Picture:
    """A square for each hour; beside each weekday its count and its share, which add up to all.

    `rows` has one row a weekday and hour: `weekday` (1 is Monday), `hour`, `count`, `journeys`, `customers`, `share`.
    `known` is whether the log has dates.
    """
    if not rows:
        return empty(title, population, note) if known else empty(title, population, note, why=NO_DATES)
    head, height = heading(title, [str(population), f"{note}. {_most(rows)}"], WIDTH)
    body = f'<g transform="translate(0 {number(height + 4)})">{_squares(rows, WIDTH, TALL)}</g>'
    size = WIDTH + 2 * MARGIN, height + HEAD + 7 * TALL + 36 + 2 * MARGIN
    return Picture(title, drawing(title, _most(rows), head + body, *size))


def time_of_week_small(
    rows: Sequence[Row], *, title: str, population: object, note: str = "", known: bool = True
) -> Picture:
    """The same without a heading, as one of several pictures of a page."""
    if not rows:
        return nothing(title, NOTHING if known else NO_DATES[0], wide=SMALL, tall=SMALL_FRAME)
    words = f"{population}. {note}. {_most(rows)}"
    return framed(title, words, _squares(rows, SMALL, SMALL_TALL), wide=SMALL, tall=SMALL_FRAME)


def _most(rows: Sequence[Row]) -> str:
    most = max(rows, key=lambda row: row["count"])
    return f"Most on {_hour(most)}: {many(most['count'])}, {percent(most['share'])} of all"


def _hour(row: Row) -> str:
    return f"{DAYS[row['weekday'] - 1]} {row['hour']:02d}:00 to {row['hour'] + 1:02d}:00"


def _squares(rows: Sequence[Row], width: float, tall: float) -> str:
    wide, most = (width - LEFT - RIGHT) / 24, max(row["count"] for row in rows) or 1
    parts = [_hours(wide)]
    for day, name in enumerate(DAYS, 1):
        own = [row for row in rows if row["weekday"] == day]
        y = HEAD + (day - 1) * tall
        parts.append(_day(own[0], name, y, tall))
        parts += [_square(row, LEFT + row["hour"] * wide, y, (wide, tall), most) for row in own]
        sums = f"{many(sum(row['count'] for row in own))} · {percent(sum(row['share'] for row in own))}"
        parts.append(text(width, y + tall / 2 + 4, sums, fill=theme.MUTED, more='text-anchor="end"'))
    return "".join([*parts, _legend(HEAD + 7 * tall + 22, most), _all(rows, width, HEAD + 7 * tall + 22)])


def _day(row: Row, name: str, y: float, tall: float) -> str:
    """The name of a weekday, as wide as the room before its squares."""
    words = text(LEFT - 10, y + tall / 2 + 4, name, more='text-anchor="end"')
    room = f'<rect y="{number(y)}" width="{LEFT - 4}" height="{number(tall)}" fill="none" pointer-events="all"/>'
    return f'<g class="cx-day"{keyed(row.get("day_key"))}>{room}{words}</g>'


def _hours(wide: float) -> str:
    named = range(0, 25, EVERY)
    return "".join(
        text(LEFT + hour * wide, HEAD - 7, f"{hour:02d}:00", size=11, fill=theme.MUTED, more='text-anchor="middle"')
        for hour in named
    )


def _level(count: int, most: int) -> int:
    """How dark: from 0 for the fewest to 4 for the most."""
    return min(4, 5 * count // (most + 1))


def _square(row: Row, x: float, y: float, size: tuple[float, float], most: int) -> str:
    count = row["count"]
    fill = theme.MANY[_level(count, most)][0] if count else "none"
    tip = (
        f"{_hour(row)}: {many(count)} ({percent(row['share'])}), of {many(row['journeys'], 'journey')} and "
        f"{many(row['customers'], 'customer')}"
    )
    at = f'x="{number(x + 1)}" y="{number(y + 1)}" width="{number(size[0] - 2)}" height="{number(size[1] - 2)}"'
    look = f'rx="2" fill="{fill}" stroke="{theme.GRID}" pointer-events="all"'
    return f'<g class="cx-hour"{keyed(row.get("key"))}><title>{html.escape(tip)}</title><rect {at} {look}/></g>'


def _all(rows: Sequence[Row], width: float, y: float) -> str:
    words = f"n = {many(sum(row['count'] for row in rows))}"
    return text(width, y, words, fill=theme.MUTED, more='text-anchor="end"')


def _legend(y: float, most: int) -> str:
    parts, x = [text(LEFT, y, "fewer", size=11, fill=theme.MUTED)], LEFT + 40.0
    for fill, _ in theme.MANY:
        at = f'x="{number(x)}" y="{number(y - 9)}" width="18" height="10" rx="2"'
        parts.append(f'<rect {at} fill="{fill}" stroke="{theme.GRID}"/>')
        x += 20
    parts.append(text(x + 6, y, f"more, to {many(most)} in an hour of the week", size=11, fill=theme.MUTED))
    return "".join(parts)
