"""A small clean log, and the faults that tests plant in its rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FIRST = datetime(2025, 6, 2, 9)
STEPS = {"Order": 0, "Pay": 20, "Ship": 44, "Deliver": 72}  # hours after the first
ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}
Rows = list[dict[str, str]]


def clean() -> Rows:
    """120 journeys of four events, three a day for 40 days: 480 rows. No two share a second, nothing is amiss."""
    return [row for number in range(120) for row in _journey(number)]


def _journey(number: int) -> Rows:
    begins = FIRST + timedelta(days=number // 3, hours=2 * (number % 3), minutes=number % 50, seconds=number % 53)
    return [
        {
            "order": f"J{number:03}",
            "client": f"C{number:03}",
            "product": ("Basic", "Plus", "Family")[number % 3],
            "step": step,
            "when": f"{begins + timedelta(hours=hours)}",
            "channel": "van" if step == "Deliver" else ("web", "shop")[number % 2],
            "amount": f"{20 + number / 2:g}" if step in ("Order", "Pay") else "",
        }
        for step, hours in STEPS.items()
    ]


def put(column: str, value: str | Callable[[str], str], *numbers: int) -> Callable[[Rows], None]:
    """Plant a value in these rows, or what a function makes of the one that is there."""

    def plant(rows: Rows) -> None:
        for number in numbers:
            rows[number][column] = value(rows[number][column]) if callable(value) else value

    return plant


def step(name: str, *journeys: int) -> list[int]:
    """The rows of a step in these journeys, or in all."""
    return [4 * journey + list(STEPS).index(name) for journey in journeys or range(120)]


def later(**span: float) -> Callable[[str], str]:
    return lambda text: f"{datetime.fromisoformat(text) + timedelta(**span)}"


def written(form: str) -> Callable[[str], str]:
    return lambda text: datetime.fromisoformat(text).strftime(form)


def all_rows(change: Callable[[dict[str, str]], object]) -> Callable[[Rows], None]:
    def plant(rows: Rows) -> None:
        for row in rows:
            change(row)

    return plant


def both(*plants: Callable[[Rows], None]) -> Callable[[Rows], None]:
    def plant(rows: Rows) -> None:
        for one in plants:
            one(rows)

    return plant


def again(*numbers: int, **changes: object) -> Callable[[Rows], None]:
    """Append these rows again, with changes."""

    def plant(rows: Rows) -> None:
        for number in numbers:
            new = dict(rows[number])
            for column, value in changes.items():
                new[column] = value(new[column]) if callable(value) else value
            rows.append(new)

    return plant


def without(*numbers: int) -> Callable[[Rows], None]:
    def plant(rows: Rows) -> None:
        for number in sorted(numbers, reverse=True):
            del rows[number]

    return plant


def swap(column: str, *journeys: int) -> Callable[[Rows], None]:
    """Exchange the values of Pay and Ship."""

    def plant(rows: Rows) -> None:
        for pay, ship in zip(step("Pay", *journeys), step("Ship", *journeys), strict=True):
            rows[pay][column], rows[ship][column] = rows[ship][column], rows[pay][column]

    return plant


def many_calls(rows: Rows) -> None:
    """Journey 50 gets 60 calls, seven hours apart."""
    rows += [
        {**rows[200], "step": "Call", "amount": "", "when": later(hours=7 * n)(rows[200]["when"])} for n in range(1, 61)
    ]


def silent(rows: Rows) -> None:
    """Journeys 3 and 4 go on 30 days later."""
    put("when", later(days=30), *step("Deliver", 3, 4))(rows)


def at_one_time(*journeys: int) -> Callable[[Rows], None]:
    """Pay and Ship happen at the same second."""

    def plant(rows: Rows) -> None:
        for pay, ship in zip(step("Pay", *journeys), step("Ship", *journeys), strict=True):
            rows[ship]["when"] = rows[pay]["when"]

    return plant


def approved(row: dict[str, str]) -> None:
    row["approved"] = later(minutes=10)(row["when"]) if row["step"] == "Order" else ""


def half_dispatch(rows: Rows) -> None:
    put("step", "Dispatch", *step("Ship", *range(1, 120, 2)))(rows)


def parcels(rows: Rows) -> None:
    for row in rows:
        if row["step"] == "Ship":
            row["step"] = f"Ship parcel {7 * int(row['order'][1:]) + 1000}"


def born(row: dict[str, str]) -> None:
    """Every tenth customer on 1 January 1900, some not known, the others in 1960 to 1980."""
    number = int(row["order"][1:])
    row["born"] = (
        "1900-01-01" if number % 12 == 0 else "" if number % 12 == 1 else f"{1960 + number % 21}-05-1{number % 9}"
    )
