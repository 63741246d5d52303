"""Attrition: what each choice of a selection costs, alone and beside the others, and which mix it shifts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from cxkit.errors import not_found
from cxkit.result import Result
from cxkit.schema import JOURNEY, Attribute
from cxkit.selection import segment
from cxkit.selection.recipe import Recipe
from cxkit.selection.segment import SEGMENT
from cxkit.selection.steps import Drop, Keep, Step
from cxkit.statistics.balance import UNBALANCED, of_means, of_shares
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute
from cxkit.where.filter import Filter, all_of
from cxkit.words import many, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

Per = Literal["clause", "attribute"]
MOST_ATTRIBUTES, MOST_VALUES = 40, 50
AVERAGE = "(mean)"
EMPTY = "No journeys in this selection."
NUMBERS = ("integer", "number")
Shift = dict[str, Any]


def attrition(journeys: Journeys, *, per: Per = "clause") -> Result:
    """What does each choice of journeys cost, and whom does it leave?

    Parameters
    ----------
    per : "clause" for a row for each choice; "attribute" for a row for each attribute that a choice may shift.

    Returns a Result with a row per choice, in the order of the recipe; what is kept by several conditions at once is
    several choices: `clause` (its number), `says`, `journeys` and `customers` (that it and those before it leave),
    `share` (of all journeys), `lost` (that it takes from what those before it leave), `alone` (that it would take
    from all journeys if it were the only one), `beside` (that it takes from what all the others leave), `shifts` (how
    many attributes have another mix because of it), and of the one that it shifts most `attribute`, `value`, `before`
    and `after` (the value's share of the journeys without the choice and with it, the others in place; of numbers
    their mean) and `difference` (standardised).

    With per="attribute" a row per choice and attribute, each with its value of the largest difference: `clause`,
    `says`, `attribute`, `value`, `before`, `after`, `difference` and `shifted` (whether it is more than 0.1).

    The standardised difference is that of Austin (2009): the difference of shares or means over the root of the mean
    of both variances; more than 0.1 counts as another mix. An attribute that the choice itself names is left out, and
    so are attributes of events and texts of more than 50 values.

    Errors: an unknown `per`.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> chosen = cx.toy_journeys().keep(w.contains("Pay"), ~w.contains("Cancel"))
    >>> chosen.attrition().df()[["journeys", "lost", "alone", "beside"]].values.tolist()
    [[9, 3, 3, 0], [8, 1, 4, 1]]
    """
    if per not in get_args(Per):
        raise not_found("per=", per, get_args(Per))
    choices = _choices(journeys)
    skipped = max(0, len(_attributes(journeys)) - MOST_ATTRIBUTES)
    left_out = f"{many(skipped, 'attribute')} more were not compared" if skipped else ""
    return Result(
        name="attrition",
        unit="choices" if per == "clause" else "attributes",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys) if per == "clause" else _shifts(journeys),
        count=lambda: journeys.n,
        parameters={"per": per},
        shown=lambda: {"known": bool(choices)},
        note=sentences(left_out),
        empty=EMPTY if choices else "Nothing is chosen, so nothing is lost.",
    )


@dataclass(frozen=True)
class _Choice:
    """One condition of a recipe: the place of its step, and what it keeps."""

    place: int
    filter: Filter


def _choices(journeys: Journeys) -> list[_Choice]:
    """The conditions of all steps that choose whole journeys."""
    choices = list[_Choice]()
    for place, step in enumerate(journeys.recipe):
        if isinstance(step, Keep):
            whole = ~step.filter if isinstance(step, Drop) else step.filter
            choices += [_Choice(place, part) for part in (whole.of if isinstance(whole, all_of) else (whole,))]
    return choices


def _under(journeys: Journeys, choices: Sequence[_Choice]) -> Journeys:
    """The journeys under these choices only, all other steps in their places."""
    steps = list[Step]()
    for place, step in enumerate(journeys.recipe):
        steps += [Keep(choice.filter) for choice in choices if choice.place == place]
        steps += [] if isinstance(step, Keep) else [step]
    return journeys.whole.apply(Recipe(tuple(steps)))


def _beside(journeys: Journeys, choices: Sequence[_Choice], own: _Choice) -> Journeys:
    """The journeys under all choices but one."""
    return _under(journeys, [choice for choice in choices if choice is not own])


def _table(journeys: Journeys) -> pa.Table:
    import pyarrow as pa

    choices, rows = _choices(journeys), list[dict[str, Any]]()
    every = _under(journeys, []).n.journeys
    shifts = _shifted(journeys)
    for number, choice in enumerate(choices, 1):
        before, after = (_under(journeys, choices[:place]).n for place in (number - 1, number))
        row = {"clause": number, "says": choice.filter.says}
        row |= {"journeys": after.journeys, "customers": after.customers, "share": after.journeys / max(every, 1)}
        row |= {"lost": before.journeys - after.journeys, "alone": every - _under(journeys, [choice]).n.journeys}
        row |= {"beside": _beside(journeys, choices, choice).n.journeys - journeys.n.journeys}
        own = [shift for shift in shifts if shift["clause"] == number and shift["shifted"]]
        row |= {"shifts": len(own)} | {name: own[0][name] if own else None for name in SHIFTED}
        rows.append(row)
    whole, parts, texts = pa.int64(), pa.float64(), pa.string()
    kinds = {"clause": whole, "says": texts, "journeys": whole, "customers": whole, "share": parts, "lost": whole}
    kinds |= {"alone": whole, "beside": whole, "shifts": whole}
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds.items(), *_shift_kinds().items()]))


# ---- the mix ---------------------------------------------------------------------------------------------------------

SHIFTED = ("attribute", "value", "before", "after", "difference")


def _shift_kinds() -> dict[str, Any]:
    import pyarrow as pa

    return {name: pa.string() if name in ("attribute", "value") else pa.float64() for name in SHIFTED}


def _shifts(journeys: Journeys) -> pa.Table:
    import pyarrow as pa

    kinds = {"clause": pa.int64(), "says": pa.string(), **_shift_kinds(), "shifted": pa.bool_()}
    return pa.Table.from_pylist(_shifted(journeys), schema=pa.schema(list(kinds.items())))


def _shifted(journeys: Journeys) -> list[Shift]:
    """Each choice with each attribute: the value whose share it changes most; the largest changes first."""
    choices, shifts = _choices(journeys), list[Shift]()
    if not choices or not journeys.n.journeys:
        return shifts
    attributes = _attributes(journeys)[:MOST_ATTRIBUTES]
    after = {of.name: _mix(journeys, of) for of in attributes}
    for number, choice in enumerate(choices, 1):
        others = _beside(journeys, choices, choice)
        named = {leaf.name for leaf in choice.filter.leaves() if isinstance(leaf, attribute)}
        largest = [_largest(of.name, _mix(others, of), after[of.name]) for of in attributes if of.name not in named]
        ranked = sorted(
            (shift for shift in largest if shift), key=lambda shift: (-abs(shift["difference"]), *_of(shift))
        )
        shifts += [{"clause": number, "says": choice.filter.says, **shift} for shift in ranked]
    return shifts


def _of(shift: Shift) -> tuple[str, str]:
    return shift["attribute"], shift["value"]


def _attributes(journeys: Journeys) -> list[Attribute]:
    """The attributes of journeys and customers that have a mix."""
    every = journeys.selection.star.by_name.values()
    return [of for of in every if of.level != "event" and of.kind != "time"]


Mix = dict[str, tuple[float, float | None]]  # each value with its share; or the mean and its standard deviation


def _mix(journeys: Journeys, of: Attribute) -> Mix:
    """What the journeys have of an attribute; nothing where its values are too many."""
    if of.kind in NUMBERS:
        row = journeys.collect(lambda selection: _moments(selection, of.name)).to_pylist()[0]
        return {} if row["mean"] is None else {AVERAGE: (row["mean"], row["spread"] or 0.0)}
    counts = journeys.collect(lambda selection: _counts(selection, of.name)).to_pylist()
    every = max(1, sum(row["count"] for row in counts))
    return {row[SEGMENT]: (row["count"] / every, None) for row in counts} if len(counts) <= MOST_VALUES else {}


def _counts(selection: Selection, name: str) -> Frame:
    counted = segment.segmented(selection, name).group_by(SEGMENT).agg(nw.len().cast(nw.Int64).alias("count"))
    return counted.sort(SEGMENT).head(MOST_VALUES + 1)


def _moments(selection: Selection, name: str) -> Frame:
    values = selection.outlines.select(JOURNEY).join(selection.star.of_journeys(name), on=JOURNEY, how="inner")
    value = nw.col(VALUE).cast(nw.Float64)
    return values.select(value.mean().alias("mean"), value.std(ddof=0).alias("spread"))


def _largest(name: str, before: Mix, after: Mix) -> Shift | None:
    """The value whose share or mean differs most; None where there is nothing to compare."""
    differences = list(_differences(before, after))
    if not differences:
        return None
    difference, value = max(differences, key=lambda pair: (abs(pair[0]), pair[1]))
    shares = {"before": before.get(value, (0.0, None))[0], "after": after.get(value, (0.0, None))[0]}
    apart = {"difference": difference, "shifted": abs(difference) > UNBALANCED}
    return {"attribute": name, "value": value, **shares, **apart}


def _differences(before: Mix, after: Mix) -> Iterator[tuple[float, str]]:
    for value, (share, spread) in before.items():
        other, spread_after = after.get(value, (0.0, None))
        if spread is None:
            yield of_shares(share, other), value
        elif spread_after is not None:
            yield of_means(share, spread, other, spread_after), value
