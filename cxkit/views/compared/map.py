"""Where do two sides go differently? One map for both: width is what they share, colour what differs for sure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.schema import END, START
from cxkit.views import theme
from cxkit.views.compared import words
from cxkit.views.map import Asked, Sheet, laid_out
from cxkit.views.mapped.boxes import Place
from cxkit.views.mapped.lines import Move
from cxkit.views.mapped.metrics import Metric
from cxkit.views.picture import Picture, number, text
from cxkit.words import many, percent

Row = Mapping[str, Any]
LEFT, RIGHT = theme.CATEGORIES[0][0], theme.CATEGORIES[1][0]
GREY = theme.LINES[0]
MOVES = ("move", "start", "end")
SCALE = 10_000  # shares as counts, by which a map chooses what it shows
STRONG = 2.8  # the edge of a box that differs


@dataclass(frozen=True)
class Line(Move):
    """A move of both sides: as wide as the smaller share, coloured where one side takes it more often for sure."""

    @property
    def colour(self) -> str:
        return _hue(self.row["of"])

    @property
    def label(self) -> list[str]:
        of = self.row["of"]
        return [_both(of)] if of["significant"] else []

    @property
    def tip(self) -> str:
        return f"{words.spoken(self.row['of'])}\n{_judged(self.row['of'])}"


@dataclass(frozen=True)
class Box(Place):
    """An activity of both sides."""

    of: Row | None = None

    @property
    def edge(self) -> tuple[str, float]:
        return (_hue(self.of), STRONG) if self.of and self.of["significant"] else (GREY, 1.2)

    @property
    def tip(self) -> str:
        return self.name if self.of is None else f"{words.spoken(self.of)}\n{_judged(self.of)}"

    @property
    def caption(self) -> str:
        return self.name

    def figure(self, metric: Metric | None) -> str:
        return "" if self.of is None else _both(self.of)

    def shade(self, most: int, metric: Metric | None) -> tuple[str, str]:
        return theme.PAPER, theme.INK


def _hue(row: Row | None) -> str:
    if row is None or not row["significant"]:
        return GREY
    return LEFT if row["difference"] > 0 else RIGHT


def _both(row: Row) -> str:
    return f"{percent(row['left'])} \N{MIDDLE DOT} {percent(row['right'])}"


def _judged(row: Row) -> str:
    return "a real difference" if row["significant"] else words.why_not(row)


def difference_map(
    rows: Sequence[Row],
    *,
    title: str,
    population: object,
    of: Any,
    note: str = "",
    size: tuple[float, float] | None = None,
) -> Picture:
    """One map for both sides; lines and boxes are coloured only where the difference is more than chance."""
    visits = {row["item"]: row for row in rows if row["kind"] == "activity"}
    codes = {name: place for place, name in enumerate(sorted(visits))}
    moves = [_move(row, codes) for row in rows if row["kind"] in MOVES]
    shown, _, shape = laid_out(moves, [], Asked(size=size), {})
    most = max(_common(row) for row in shown) or 1.0
    lines = [Line(row, shape.ways[row["source"], row["target"]], math.sqrt(_common(row) / most)) for row in shown]
    every = {code: Box(code, theme.clean(name), 1, _key(visits[name]), of=visits[name])
             for name, code in codes.items()}  # fmt: skip
    every |= {START: Box(START, "Start", 1), END: Box(END, "End", 1)}
    side = of.sides[0]
    names = (theme.clean(side.pair.left_name), theme.clean(side.pair.right_name))
    sheet = Both(shown, lines, [], shape, every, None, names)
    told = f"Shows {many(len(shown))} of {many(len(moves), 'move')}, starts and ends included."
    if size is not None:
        return Picture(title, sheet.filling(title, f"{population}. {told} {note}", size, told))
    return Picture(title, sheet.alone(title, [str(population), told, note]))


def _key(row: Row) -> str | None:
    key: str | None = row.get("key")
    return key


def _move(row: Row, codes: Mapping[str, int]) -> dict[str, Any]:
    first = row["activity"] if row["kind"] == "move" else None if row["kind"] == "start" else row["item"]
    then = row["next_activity"] if row["kind"] == "move" else row["item"] if row["kind"] == "start" else None
    return {
        "activity": first,
        "next_activity": then,
        "source": START if first is None else codes[first],
        "target": END if then is None else codes[then],
        "count": round(SCALE * max(row["left"], row["right"])),
        "coverage": 0.0,
        "key": _key(row),
        "of": row,
    }


def _common(row: Row) -> float:
    share: float = min(row["of"]["left"], row["of"]["right"])
    return share


@dataclass(frozen=True)
class Both(Sheet):
    """The sheet of two sides, with a legend of its own."""

    names: tuple[str, str] = ("", "")

    def legend(self, words: str, width: float) -> tuple[str, float]:
        signs = [
            (hue, f"more in {theme.fit(name, 180, 12)}") for hue, name in zip((LEFT, RIGHT), self.names, strict=True)
        ]
        signs.append((GREY, "no difference that could be told"))
        parts, x, y = ([text(0, 4, words, fill=theme.INK)] if words else []), 0.0, 0.0
        x = theme.text_width(words, 12) + 24 if words else 0.0
        for hue, label in (*signs, ("", "wide: common to both")):
            wide = theme.text_width(label, 12) + (30 if hue else 0)
            if x and x + wide > width:
                x, y = 0.0, y + 20
            line = f'<path d="M{number(x)},{number(y)}h22" stroke="{hue}" stroke-width="4"/>' if hue else ""
            parts.append(line + text(x + (28 if hue else 0), y + 4, label, fill=theme.MUTED))
            x += wide + 22
        return "".join(parts), y + 8
