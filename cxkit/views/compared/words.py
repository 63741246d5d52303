"""The sentences of a comparison: what differs, by how much, and how that could be wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxkit.views import theme
from cxkit.words import lasting, listed, many, percent, rounded

Row = Mapping[str, Any]
FEW, CLOSE, MOST_NAMED = 100, 0.01, 3
DOES = {
    "activity": "“{}” happens",
    "stage": "stage “{}” is reached",
    "move": "“{}” comes directly",
    "start": "it begins with “{}”",
    "end": "it ends with “{}”",
    "variant": "it goes exactly {}",
    "outcome": "it ends as {}",
    "attribute": "{}",
    "duration": "{}",
}
ENDED = ("end", "outcome")
WHOLE = "the whole journey"


@dataclass(frozen=True)
class Names:
    """What the two sides are called in sentences."""

    left: str
    right: str


def headline(row: Row) -> str:
    """What is compared, as the beginning of a sentence."""
    name = theme.clean(row["item"])
    if row["kind"] == "duration" and name != WHOLE:
        name = f"the first step {name} takes"
    text = DOES[row["kind"]].format(name)
    return text[:1].upper() + text[1:]


def levels(row: Row) -> str:
    """Both levels."""
    written = lasting if row["kind"] == "duration" else percent
    return f"{written(row['left'])} against {written(row['right'])}"


def apart(row: Row) -> str:
    """How far apart they are, and the interval of that."""
    written, unit = (_longer, "") if row["kind"] == "duration" else (_points, " points")
    return f"{written(row['difference'])}{unit} ({written(row['low'])} to {written(row['high'])})"


def _points(share: float) -> str:
    figure = rounded(abs(share) * 100)
    sign = "" if figure == "0" else "+" if share > 0 else "\N{MINUS SIGN}"
    return f"{sign}{figure}"


def _longer(part: float) -> str:
    return f"{'+' if part >= 0 else chr(0x2212)}{percent(abs(part))}"


def wrong(row: Row, mix: Sequence[str], is_open: bool, names: Names) -> str:
    """How this could be wrong, the first thing first."""
    doubts = []
    sides = ((row["customers_left"], names.left), (row["customers_right"], names.right))
    few = [f"only {many(n, 'customer')} in {theme.clean(name)}" for n, name in sides if n < FEW]
    doubts += few[:1]
    if mix and row["kind"] != "attribute":
        doubts.append(f"they differ in {listed(list(mix), MOST_NAMED)} too")
    if is_open and row["kind"] not in ENDED and row["kind"] != "attribute":
        doubts.append("open journeys may follow")
    if row["q_value"] is not None and row["q_value"] > CLOSE:
        doubts.append("close to what chance does")
    if not doubts:
        doubts.append("what goes along with it need not be its cause")
    return f"Could be wrong: {'; '.join(doubts)}"


def spoken(row: Row) -> str:
    """A row as a sentence for those who hear it, and for the pointer."""
    n = f"{many(row['n_left'], 'journey')} of {many(row['customers_left'], 'customer')}"
    other = f"{many(row['n_right'], 'journey')} of {many(row['customers_right'], 'customer')}"
    return f"{headline(row)}: {levels(row)}, {apart(row)}; {n} against {other}"


def why_not(row: Row) -> str:
    """Why a difference is not called one."""
    return f"not tested: {row['why_not']}" if row["why_not"] else "not distinguishable from chance"
