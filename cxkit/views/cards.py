"""Headline figures side by side, each with its unit and what it is measured against."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from cxkit.views import theme
from cxkit.views.picture import MARGIN, WIDTH, Picture, drawing, empty, escape, heading, number, text
from cxkit.words import CLOCK, NO_CUSTOMERS, UNKNOWN, many, percent, rounded, timed

COLUMNS, GAP, PADDING, LARGEST = 4, 12, 18, 30
YEAR, MONTH = 365.25, 365.25 / 12  # days
CARD_WIDTH, CARD_HEIGHT = (WIDTH - (COLUMNS - 1) * GAP) / COLUMNS, 110


class Card(NamedTuple):
    """One figure: what it counts, how much, and a word of context."""

    label: str
    figure: str
    context: str


def summary(rows: Sequence[Mapping[str, Any]], *, title: str, population: str, note: str = "") -> Picture:
    """The summary's one row as a strip of cards."""
    if not rows or not rows[0]["journeys"]:
        return empty(title, population, note)
    return _strip(_of_summary(rows[0]), title, population, note)


def log_coverage(rows: Sequence[Mapping[str, Any]], *, title: str, population: str, note: str = "") -> Picture:
    """How much of what customers do was seen, as a strip of cards."""
    if not rows or not rows[0]["customers"]:
        return empty(title, population, note)
    return _strip(_of_coverage(rows[0]), title, population, note)


def _strip(cards: Sequence[Card], title: str, population: str, note: str) -> Picture:
    head, top = heading(title, [f"{population} · {note}" if note else population], WIDTH)
    body = head + "".join(_drawn(card, place, top + 12) for place, card in enumerate(cards))
    lines = -(-len(cards) // COLUMNS)
    height = top + 12 + lines * CARD_HEIGHT + (lines - 1) * GAP
    description = ". ".join(f"{card.label}: {card.figure} ({card.context})" for card in cards)
    return Picture(title, drawing(title, description, body, WIDTH + 2 * MARGIN, height + 2 * MARGIN))


def _of_people(row: Mapping[str, Any]) -> Iterator[Card]:
    each = row["journeys_per_customer"]
    if each is None:
        yield Card("Journeys", many(row["journeys"]), "all that are selected")
        yield Card("Customers", UNKNOWN, NO_CUSTOMERS.removeprefix("customers "))
    else:
        yield Card("Journeys", many(row["journeys"]), f"{rounded(each)} per customer")
        yield Card("Customers", many(row["customers"]), "with one or more journeys")


def _of_summary(row: Mapping[str, Any]) -> list[Card]:
    return [
        *_of_people(row),
        Card("Events", many(row["events"]), f"{rounded(row['events_per_journey'])} per journey"),
        Card("Period", *_period(row["first"], row["last"])),
        Card(
            f"Median {row.get(CLOCK) or 'duration'}",
            timed(row, "median_seconds"),
            f"P90 {timed(row, 'p90_seconds')}, to the last event",
        ),
        Card("Variants", many(row["variants"]), "different ways through"),
        Card("Activities", many(row["activities"]), f"{many(row['moves'])} moves between them"),
        Card("Rows left out", many(row["dropped_rows"]), f"{many(row['tied_events'])} events tied in time"),
        *_of_ends(row),
    ]


def _of_ends(row: Mapping[str, Any]) -> list[Card]:
    """How journeys ended, where somebody said what a goal is."""
    if "goal_journeys" not in row:
        return []
    ended = row["journeys"] - row["open_journeys"]
    of = f"of {many(ended, 'ended journey')}"
    words = {"goal": "Goal reached", "cancel": "Cancelled", "silent": "Fell silent"}
    shares = {label: row[f"{outcome}_journeys"] / ended if ended else None for outcome, label in words.items()}
    cards = [Card(label, percent(share) if ended else "none", of) for label, share in shares.items()]
    return [*cards, Card("Still open", many(row["open_journeys"]), "counted apart")]


def _of_coverage(row: Mapping[str, Any]) -> list[Card]:
    covered, low, high = (row[name] for name in ("covered_share", "covered_share_low", "covered_share_high"))
    measured = covered is not None
    alone = "of one customer nothing follows"
    between = f"95% interval {percent(1 - high)} to {percent(1 - low)}" if measured else alone
    most = f"interval up to {many(row['variants_high'])}" if measured else alone
    began = f"of {many(row['recent'], 'customer')} who began" if row["recent"] else "no whole month to look at"
    return [
        Card("Next way is a new one", percent(1 - covered) if measured else "unknown", between),
        Card("Ways seen", many(row["variants"]), f"{many(row['once'])} seen only once"),
        Card("Ways there are, at least", many(row["variants_at_least"]) if measured else "unknown", most),
        Card("New last month", percent(row["recent_new_share"]) if row["recent"] else "unknown", began),
    ]


def _period(first: datetime | str | None, last: datetime | str | None) -> tuple[str, str]:
    if first is None or last is None:
        return "unknown", "this log has no time"
    if isinstance(first, str) or isinstance(last, str):  # of a relative clock
        return str(last).removesuffix(" since the beginning"), f"from {first}"
    days = (last - first).days
    long = many(days / MONTH, "month") if days < 4 * 365 else many(days / YEAR, "year")
    return long if days > 60 else f"{days} d", f"{first:%Y-%m-%d} to {last:%Y-%m-%d}"


def _drawn(card: Card, place: int, top: float) -> str:
    x = (place % COLUMNS) * (CARD_WIDTH + GAP)
    y = top + (place // COLUMNS) * (CARD_HEIGHT + GAP)
    room = CARD_WIDTH - 2 * PADDING
    size = min(LARGEST, LARGEST * room / theme.text_width(card.figure, LARGEST, bold=True))
    label = escape(f"{card.label}: {card.figure}, {card.context}")
    frame = f'width="{number(CARD_WIDTH)}" height="{CARD_HEIGHT}" rx="10" fill="{theme.MANY[0][0]}"'
    context = theme.fit(card.context, room, 13.5)
    return (
        f'<g class="cx-card" role="img" aria-label="{label}"><rect x="{number(x)}" y="{number(y)}" {frame}/>'
        + text(x + PADDING, y + 29, card.label, size=14, fill=theme.MUTED)
        + text(x + PADDING, y + 65, card.figure, size=size, more='font-weight="600"')
        + text(x + PADDING, y + 91, context, size=13.5, fill=theme.MUTED)
        + "</g>"
    )
