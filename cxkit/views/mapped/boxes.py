"""The boxes of a map: its activities, and where journeys start and end."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from cxkit.schema import START
from cxkit.views import theme
from cxkit.views.mapped.lines import ENDS
from cxkit.views.mapped.metrics import SHARE, Metric
from cxkit.views.picture import keyed, number, text
from cxkit.views.placing import layout
from cxkit.views.placing.curves import Box
from cxkit.words import many, percent

Row = Mapping[str, Any]
CAPTION_SIZE = 12


class Form(NamedTuple):
    """How a map is built: time to the right or downward, figures beside names or below them."""

    across: bool = False
    flat: bool = False


@dataclass(frozen=True)
class Place:
    """An activity, the start or the end: its name, how often it was entered, and by what a panel knows it.

    `reach` is how many journeys visit it, where that was asked, and `whole` how many journeys there are.
    """

    code: int
    name: str
    visits: int
    key: str | None = None
    rank: int | None = None
    reach: int | None = None
    whole: int = 0

    @property
    def is_activity(self) -> bool:
        return self.code >= 0

    @property
    def caption(self) -> str:
        return f"{self.name} \N{MIDDLE DOT} {many(self.visits)}"

    def figure(self, metric: Metric | None) -> str:
        """What stands below the name: visits, or how many journeys visit, as the lines say it."""
        if metric is None or metric.is_time or self.reach is None:
            return many(self.visits)
        return percent(self.reach / self.whole if self.whole else None) if metric.name == SHARE else many(self.reach)

    @property
    def edge(self) -> tuple[str, float]:
        """The colour of the edge of a box, and how thick it is."""
        return theme.BOX, 1.2

    def shade(self, most: int, metric: Metric | None) -> tuple[str, str]:
        """What a box is filled with, and the ink on it; `most` is how often the most visited activity was entered."""
        step = min(4, int(5 * math.sqrt(self.visits / most))) if most else 0
        return theme.MANY[0 if metric and metric.is_time else step]

    @property
    def tip(self) -> str:
        if not self.is_activity:
            return self.caption
        journeys = "" if self.reach is None else f" in {many(self.reach, 'journey')}"
        return f"{self.name}\n{many(self.visits, 'visit')}{journeys}"


def places(
    rows: Sequence[Row], ranks: Mapping[str, int] | None = None, reach: Mapping[str, int] | None = None
) -> dict[int, Place]:
    """Every place of these moves by its code; visits count all moves, whatever is drawn."""
    visits: dict[int, int] = {}
    names, keys = dict[int, str](ENDS), dict[int, str | None]()
    for row in rows:
        visits[row["target"]] = visits.get(row["target"], 0) + row["count"]
        visits.setdefault(row["source"], 0)
        names |= {row[code]: row[name] for code, name in SIDES if row[code] >= 0}
        keys |= {row[code]: row.get(f"{code}_key") for code, _ in SIDES}
    visits[START] = sum(row["count"] for row in rows if row["source"] == START)
    return {
        code: Place(
            code, theme.clean(names[code]), n, keys.get(code), (ranks or {}).get(names[code]),
            (reach or {}).get(names[code]), visits[START],
        )
        for code, n in visits.items()
    }  # fmt: skip


SIDES = (("source", "activity"), ("target", "next_activity"))


def caption_rooms(place: Place, box: Box, form: Form) -> list[Box]:
    """Where the caption of a ring may stand: beside it, or above the start and below the end, where no line goes."""
    width = theme.text_width(place.caption, CAPTION_SIZE, bold=True)
    apart = Box(box.middle[0] - width / 2, box.top - 22 if place.code == START else box.bottom + 4, width, 18)
    top = box.middle[1] - 9
    beside = [Box(box.right + 4, top, width, 18), Box(box.left - width - 4, top, width, 18)]
    return [apart] if form.across else [*beside, apart]


def drawn_place(
    place: Place, box: Box, most: int, form: Form, metric: Metric | None, *, caption: Box | None, ghost: bool = False
) -> str:
    """A box, or a ring with its caption, that says what it is; `most` is how often the most visited was entered."""
    shape = _ring(place, box, caption) if caption else _box(place, box, most, form, metric)
    data = f'data-activity="{place.code}" data-visits="{place.visits}"{keyed(place.key)}'
    kind = "cx-node cx-pale" if ghost else "cx-node"
    return f'<g class="{kind}" {data}><title>{html.escape(place.tip)}</title>{shape}</g>'


def _box(place: Place, box: Box, most: int, form: Form, metric: Metric | None) -> str:
    (fill, ink), (stroke, thick) = place.shade(most, metric), place.edge
    own = "" if place.rank is None else theme.activity_colour(place.rank)[0]
    stripe = f'<rect class="cx-own" x="{number(box.left + 3)}" y="{number(box.top + 5)}" width="4" rx="2" '
    stripe += f'height="{number(box.height - 10)}" fill="{own}"/>'
    return (
        f'<rect class="cx-box" x="{number(box.left)}" y="{number(box.top)}" width="{number(box.width)}" '
        f'height="{number(box.height)}" rx="6" fill="{fill}" stroke="{stroke}" stroke-width="{number(thick)}"/>'
        + stripe * bool(own)
        + _words(place, box, ink, form, metric)
    )


def _words(place: Place, box: Box, ink: str, form: Form, metric: Metric | None) -> str:
    """The name, and the figure below it or at the right."""
    lines, middle = layout.name_lines(place.name), 'text-anchor="middle"'
    x, y = box.middle[0] + 2 - form.flat * layout.BESIDE / 2, box.top + 16
    words = [
        text(x, y + i * layout.LINE_HEIGHT, line, size=layout.NAME_SIZE, fill=ink, more=f'{middle} font-weight="600"')
        for i, line in enumerate(lines)
    ]
    size = layout.VISITS_SIZE
    if form.flat:
        place_of_figure = box.right - 7, box.middle[1] + 4
        words.append(text(*place_of_figure, place.figure(metric), size=size, fill=ink, more='text-anchor="end"'))
    else:
        below = y + len(lines) * layout.LINE_HEIGHT - 1
        words.append(text(x, below, place.figure(metric), size=size, fill=ink, more=middle))
    return "".join(words)


def _ring(place: Place, box: Box, room: Box) -> str:
    (x, y), begins = box.middle, place.code == START
    ring = f'<circle class="cx-box" cx="{number(x)}" cy="{number(y)}" r="{11 if begins else 10}" fill="{theme.PAPER}"'
    return (
        f'{ring} stroke="{theme.ENDED}" stroke-width="{2 if begins else 4}"/>'
        + (f'<circle cx="{number(x)}" cy="{number(y)}" r="4.5" fill="{theme.ENDED}"/>' if begins else "")
        + text(room.left, room.top + 13, place.caption, size=CAPTION_SIZE, fill=theme.MUTED, more='font-weight="600"')
    )
