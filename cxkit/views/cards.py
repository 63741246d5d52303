"""Headline figures side by side, each with its unit and what it is measured against."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, escape, heading, number, text

_COLUMNS, _GAP, _PADDING, _LARGEST = 4, 12, 18, 30
_WIDTH, _HEIGHT = (WIDTH - (_COLUMNS - 1) * _GAP) / _COLUMNS, 110


class Card(NamedTuple):
    """One figure: what it counts, how much, and a word of context."""

    label: str
    figure: str
    context: str


def summary(rows: Sequence[Mapping[str, Any]], *, title: str, population: str, note: str = "") -> Picture:
    """The summary's one row as a strip of cards."""
    if not rows or not rows[0]["journeys"]:
        return empty(title, population, note)
    cards = _cards(rows[0])
    head, top = heading(title, [f"{population} · {note}" if note else population], WIDTH)
    body = head + "".join(_drawn(card, place, top + 12) for place, card in enumerate(cards))
    lines = -(-len(cards) // _COLUMNS)
    height = top + 12 + lines * _HEIGHT + (lines - 1) * _GAP
    said = ". ".join(f"{card.label}: {card.figure} ({card.context})" for card in cards)
    return Picture(title, drawing(title, said, body, WIDTH + 2 * MARGIN, height + 2 * MARGIN))


def _cards(row: Mapping[str, Any]) -> list[Card]:
    count, duration = theme.count, theme.duration
    return [
        Card("Journeys", count(row["journeys"]), f"{row['journeys_per_customer']:.1f} per customer"),
        Card("Customers", count(row["customers"]), "with one or more journeys"),
        Card("Events", count(row["events"]), f"{row['events_per_journey']:.1f} per journey"),
        Card("Period", *_period(row["first"], row["last"])),
        Card(
            "Median duration",
            duration(row["median_seconds"]),
            f"P90 {duration(row['p90_seconds'])}, to the last event",
        ),
        Card("Variants", count(row["variants"]), "different ways through"),
        Card("Activities", count(row["activities"]), f"{count(row['moves'])} moves between them"),
        Card("Rows left out", count(row["dropped_rows"]), f"{count(row['tied_events'])} events tied in time"),
    ]


def _period(first: datetime | None, last: datetime | None) -> tuple[str, str]:
    if first is None or last is None:
        return "unknown", "this log has no time"
    months = f"{first:%b %Y} to {last:%b %Y}"
    days = (last - first).days
    return months if days > 60 else f"{days} d", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _drawn(card: Card, place: int, top: float) -> str:
    x = (place % _COLUMNS) * (_WIDTH + _GAP)
    y = top + (place // _COLUMNS) * (_HEIGHT + _GAP)
    room = _WIDTH - 2 * _PADDING
    size = min(_LARGEST, _LARGEST * room / theme.text_width(card.figure, _LARGEST, bold=True))
    said = escape(f"{card.label}: {card.figure}, {card.context}")
    frame = f'width="{number(_WIDTH)}" height="{_HEIGHT}" rx="10" fill="{theme.MANY[0][0]}"'
    context = theme.fit(card.context, room, 13.5)
    return (
        f'<g class="cx-card" role="img" aria-label="{said}"><rect x="{number(x)}" y="{number(y)}" {frame}/>'
        + text(x + _PADDING, y + 29, card.label, size=14, fill=theme.MUTED)
        + text(x + _PADDING, y + 65, card.figure, size=size, more='font-weight="600"')
        + text(x + _PADDING, y + 91, context, size=13.5, fill=theme.MUTED)
        + "</g>"
    )
