"""Compare: two sides of journeys, item by item, and which differences are more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError
from cxkit.facts import stages
from cxkit.facts.stages import Grain
from cxkit.measures.compare.clauses import keeping
from cxkit.measures.compare.judged import Judged, judged
from cxkit.measures.compare.sides import Asked, Pair, Side, check_held
from cxkit.result import Result
from cxkit.selection.segment import SEGMENT
from cxkit.words import lasting, many, percent, rounded, sentences

if TYPE_CHECKING:
    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

HIDDEN = ("count", "customers", "activity", "next_activity", "attribute", "value", "bin_low", "bin_high", "variant")
UNDATED = "This log has no dates, so there is nothing before one."
NONE = "There is nothing to compare: a side has no journeys."
METHOD = "In colour: more than chance, with at most 5 in 100 false among all that was compared; customers are counted"


def compare(
    journeys: Journeys,
    *,
    left: Side = None,
    right: Side = None,
    by: str | None = None,
    before: str | None = None,
    within: str | None = None,
    holding: str | None = None,
    level: Grain = "activity",
) -> Result:
    """What do two groups of journeys do differently?

    Parameters
    ----------
    left, right : filters that say which journeys are on either side; without `right` all others. With `by` they are two
        of its values.
    by : an attribute of journeys or customers, or a tag, whose values are compared. Without `left` each of the six most
        frequent values is compared with all others, all in one family; a first column `segment` then names it.
    before : a date or period such as "2026-04-01": the journeys that began before it against those that began since.
    within : how long each journey is followed, such as "30d", where `before` is given; without it as long as nine of
        ten ended journeys last, but no longer than half of the time from the date to the end of the log.
    holding : an attribute of journeys or customers whose mix is held equal: the sides are compared within each of its
        six most frequent values, and all others together. For periods that is "kind", where the log has it.
    level : "activity", or "stage" for the stages of the engagement.

    Returns a Result with a row per item, values of attributes first (what else differs between the sides), then the
    rest by how sure the difference is: `kind` (attribute, stage, activity, move, start, end, variant, outcome,
    duration), `item` (its name), `left` and `right` (the share of the side's journeys that have it; of a duration the
    typical seconds), `difference` (left - right; of a duration by which share the left one is longer), `low` and `high`
    (its 95 % interval), `q_value` (null where it was not tested), `significant` (q up to .05), `n_left` and `n_right`
    (journeys on which the sides' values rest), `customers_left` and `customers_right`, `why_not` (why an item was not
    tested: "too few customers", "by construction", "nothing varies"), `count` and `customers` (the journeys of both
    sides that have the item, and their customers; null for a part of a journey), `activity` and `next_activity` (of a
    move), `attribute`, `value` (of an attribute; else the item's name), `bin_low`, `bin_high`, `variant`.

    The test is made for journeys of one customer that are alike: z is the difference by the root of the larger of two
    variances, the sandwich by customer and that of no difference from the pooled data; the p of all items make one
    family (Benjamini, Hochberg 1995). An item is tested if 20 customers have it and 20 lack it, and 5 of each are
    expected on the smaller side; an item that the sides are made of is different by construction. Ends, outcomes and
    the whole duration are of ended journeys. Durations are compared by the logarithm of 1 + seconds; the typical one is
    their geometric mean. Journeys on both sides are left out.

    Two periods are compared with equal follow-up: only journeys that began so long before the end of the log, each seen
    for so long only, and with the mix of kinds held equal. Items are then what happened in that time.

    Errors: no sides, or more than one way to say them; a value or attribute that the log does not have; a level
    without stages; a period or duration that is none.

    >>> import cxkit as cx
    >>> told = cx.toy_journeys().compare(by="plan", left="basic", right="plus").df()
    >>> told[told["item"] == "Call"][["left", "right", "why_not"]].round(2).values.tolist()
    [[0.17, 0.2, 'too few customers']]
    """
    asked = Asked(left, right, by, before)
    asked.check(journeys)
    stages.check(journeys, level)
    if within is not None and before is None:
        raise InputError(f"within={within!r} is for before=: how long the journeys of two periods are followed.")
    held = check_held(journeys, holding, before)
    answer = judged(journeys, asked, within, held, level)
    return Result(
        name="compare",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: answer.table,
        count=lambda: journeys.n.of(*answer.population) if answer.sides else journeys.n,
        parameters={"left": left, "right": right, "by": by, "before": before}
        | {"within": within, "holding": holding, "level": level},
        note=_note(answer),
        empty=Result.empty if not journeys.n.journeys else UNDATED if answer.undated else NONE,
        hidden=HIDDEN,
        shown=lambda: {"of": answer},
    )


def having(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys of both sides that have the item of a row."""
    return keeping(row, journeys, asked, _pair(row, journeys, asked).both)


def on_the_left(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys of the left side that have the item of a row."""
    return keeping(row, journeys, asked, _pair(row, journeys, asked).left)


def on_the_right(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys of the right side that have the item of a row."""
    pair = _pair(row, journeys, asked)
    return keeping(row, journeys, asked, ~pair.left if pair.right is None else pair.right)


def _pair(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Pair:
    """The sides that a row compares."""
    pairs = _pairs(journeys, Asked(asked["left"], asked["right"], asked["by"], asked["before"]))
    return next(pair for pair in pairs if pair.segment == row.get(SEGMENT))


@lru_cache(4)
def _pairs(journeys: Journeys, asked: Asked) -> list[Pair]:
    """The sides, kept: every row of a picture asks for them."""
    return asked.pairs(journeys)


def _differ(count: int) -> str:
    return "differs" if count == 1 else "differ"


def _note(answer: Judged) -> str:
    """What there is to say of the whole answer."""
    told = [METHOD]
    if answer.holding is not None:
        told.append(f"The mix of {answer.holding} is held equal")
    if answer.within is not None:
        told.append(f"Each journey is followed for {lasting(answer.within)} from its begin; later ones are left out")
    if answer.tested:
        told.append(f"{many(answer.tested, 'item')} tested, {many(answer.significant)} {_differ(answer.significant)}")
    if answer.tested and not answer.significant and answer.detectable:
        points = rounded(100 * answer.detectable)
        told.append(f"A difference of {points} points would have been found, in four of five cases")
    if len(answer.sides) == 1 and answer.sides[0].apart is not None:
        distance = answer.sides[0].apart
        told.append(
            f"The sides are {percent(distance.value)} apart in their activities and moves; by chance up to "
            f"{percent(distance.most)}"
        )
    return sentences(*told)
