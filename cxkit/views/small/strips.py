"""Small variants: each way as a strip of colours, a row each, with how much of the journeys all rows together are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import Picture, number
from cxkit.views.small.frame import END, HEIGHT, ROW, ROWS, WIDTH, framed, last, line, nothing, word
from cxkit.words import many, percent, timed

Row = Mapping[str, Any]
LEFT, RIGHT = 112, WIDTH - 58
STEP, GAP, TALL = 15, 1.5, 12
FOLDED = 24  # pixels for a mark that says that a way goes on


def variants(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    note: str = "",
    of: int | None = None,
    ranks: Mapping[str, int] | None = None,
) -> Picture:
    """Which ways do journeys take? A row for each of the most frequent, and how many there are besides.

    `rows` are those of `cxkit.views.chevrons.variants`; `ranks` give each activity its colour in the whole store.
    """
    if not rows:
        return nothing(title)
    shown = rows[:ROWS]
    strips = "".join(_variant(row, place, ranks or {}) for place, row in enumerate(shown))
    every, covered = of or len(rows), shown[-1]["cumulative_share"]
    words = f"{many(len(shown))} of {many(every, 'way')}: {percent(covered)} of the journeys"
    gauge = (
        f'<rect y="{HEIGHT - 21}" width="{WIDTH}" height="4" rx="2" fill="{theme.GRID}"/>'
        f'<rect y="{HEIGHT - 21}" width="{number(WIDTH * covered)}" height="4" rx="2" fill="{theme.BOX}"/>'
    )
    return framed(title, f"{population}. {words} {note}", strips + gauge + last(words))


def _variant(row: Row, place: int, ranks: Mapping[str, int]) -> str:
    names = [theme.clean(name) for name in row["activities"]]
    tip = (
        f"Variant {row['rank']}: {many(row['count'], 'journey')} ({percent(row['share'])}), "
        f"{percent(row['cumulative_share'])} with all above\n{many(row['length'], 'step')}, median "
        f"{timed(row, 'median_seconds')}\n{f' {chr(0x2192)} '.join(names)}"
    )
    drawn = (
        word(52, place, percent(row["share"]), more=f'{END} font-weight="600"')
        + word(LEFT - 10, place, many(row["count"]), fill=theme.MUTED, more=END)
        + _strip(row["activities"], place, ranks)
        + word(WIDTH, place, timed(row, "median_seconds"), fill=theme.MUTED, more=END)
    )
    return line(place, row.get("key"), tip, drawn, f'cx-way" data-variant="{row["variant"]}')


def _strip(names: Sequence[str], place: int, ranks: Mapping[str, int]) -> str:
    """A piece for each step; what does not fit is a dotted end."""
    room = int((RIGHT - LEFT) / 6)
    shown = names[:room]
    wide = min(STEP, (RIGHT - LEFT - (FOLDED if len(names) > room else 0)) / len(shown))
    y = place * ROW + (ROW - TALL) / 2
    pieces = [
        f'<rect x="{number(LEFT + step * wide)}" y="{number(y)}" width="{number(wide - GAP)}" height="{TALL}" rx="1.5" '
        f'fill="{theme.activity_colour(ranks.get(name))[0]}"/>'
        for step, name in enumerate(shown)
    ]
    more = word(RIGHT - FOLDED + 4, place, "\N{HORIZONTAL ELLIPSIS}") if len(names) > room else ""
    return "".join(pieces) + more
