"""Needs: what customers show by what they do, against what they say; and patterns that no register has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from cxkit.errors import not_found
from cxkit.facts import accord, stated
from cxkit.measures.needs import patterns
from cxkit.result import Result
from cxkit.statistics.resampling import drawn
from cxkit.where.amounts import length
from cxkit.where.visits import contains
from cxkit.words import sentences

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

    Array = np.ndarray[Any, Any]

Row = dict[str, Any]
Per = Literal["need", "pattern"]
SAMPLES = 200
LEAST_REVEALED = 0.02
NOT_OBSERVABLE, UNSTATED, LESS, BOTH = "not observable", "unstated", "less stated", "stated and shown"
MORE, STATED_ONLY, SEEN = "more stated", "stated only", "shown"
HARDLY = 5  # times as much shown as said, where it is hardly said
NO_REGISTER = (
    "No needs are named in the engagement file. Write [[needs]], each with a name and evidence = [...], and open the "
    "store with it."
)
UNASKED = "Nobody was asked: no table beside the log speaks of these needs, so what customers say is not known"
NO_PATTERN = "No way of three steps of the customers' own is taken more often than its parts explain."
FIGURES = ("importance", "satisfaction", "opportunity")


def needs(journeys: Journeys, *, per: Per = "need", seed: int = 0) -> Result:
    """Which needs do customers show, and do they say them?

    Parameters
    ----------
    per : "need" for those of the register; "pattern" for what nobody has registered: ways that customers take of their
        own accord more often than chance, each perhaps a need.
    seed : of the samples that the intervals rest on.

    Per need, of the customers who were asked (a table beside the log whose texts are needs of the register) and who
    show any need: the revealed share is the mean of the share that a need has among a customer's own evidence events,
    over all their journeys; the stated share is the share of customers for whom it is the most important (several that
    are equally so share one). Intervals are of 200 samples of customers. Needs are ranked by revealed over stated. A
    need is "unstated" where it is revealed (from 2 % on, by the low end of its interval) and at least five times as
    much as it is stated (by the low end too), "less stated" or "more stated" where the interval of the ratio lies above
    or below 1, "stated only" where its evidence is seen in less than 2 %, "not observable" where it has no evidence in
    this log, and else "stated and shown". Without answers all customers count, and a need is "shown".

    Per pattern: three steps in a row, of the customers' own activities that are no goal, cancel or step of a
    policy, needs' evidence looked past, within a kind of journey; against what a chain of pairs makes of it. z is the
    signed root of the Poisson deviance; those that pass Benjamini and Hochberg's test at .05 are significant.

    Returns a Result with a row per need: `need`, `verdict`, `customers` (who show it; all of them), `revealed`,
    `revealed_low` and `revealed_high`, `stated`, `stated_low` and `stated_high`, `ratio` (revealed by stated),
    `ratio_low` and `ratio_high`, `firm_share` (as the firm believes), `importance` and `satisfaction` (mean answers),
    `opportunity` (importance, and what it exceeds satisfaction by: Ulwick 2002), `asked` (customers who answered). Per
    pattern a row per way: `activities`, `kind`, `customers`, `journeys`, `count`, `expected`, `z`, `significant`.

    Errors: another per.

    >>> import cxkit as cx
    >>> said = cx.Engagement(needs=[{"name": "talk", "evidence": ["Call"]}, {"name": "green", "evidence": []}])
    >>> toy = cx.open(cx.toy_journeys().folder, engagement=said)
    >>> toy.needs().df()[["need", "verdict", "customers"]].values.tolist()
    [['talk', 'shown', 3], ['green', 'not observable', 0]]
    """
    if per not in get_args(Per):
        raise not_found("row of needs", per, get_args(Per))
    registered = bool(journeys.engagement and journeys.engagement.needs)
    return Result(
        name="needs",
        unit="customers",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, seed) if per == "need" else patterns.table(journeys),
        count=lambda: journeys.n,
        parameters={"per": per, "seed": seed},
        note=_note(journeys) if per == "need" and registered else "",
        empty=NO_PATTERN if per == "pattern" else Result.empty if registered else NO_REGISTER,
    )


def showing(row: Mapping[str, Any], journeys: Journeys, _asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that show a need; nothing for a pattern, which looks past steps that a filter does not."""
    if "activities" in row:
        return None
    engagement, codes = journeys.engagement, journeys.selection.star.codes
    own = [need.evidence for need in engagement.needs if need.name == row["need"]] if engagement else []
    filters = [contains(name) for names in own for name in names if name in codes]
    return _any(filters) if filters else ~length(at_least=1)


def _any(filters: Sequence[Filter]) -> Filter:
    whole = filters[0]
    for part in filters[1:]:
        whole = whole | part
    return whole


def _note(journeys: Journeys) -> str:
    engagement = journeys.engagement
    if engagement is None:
        return ""
    held = stated.answers_in(journeys, [need.name for need in engagement.needs])
    return sentences(UNASKED) if held is None else sentences(f"What customers say is from the table {held.table}")


# ---- the register ----------------------------------------------------------------------------------------------------


def _table(journeys: Journeys, seed: int) -> pa.Table:
    import pyarrow as pa

    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {"need": text, "verdict": text, "customers": whole}
    for name in ("revealed", "stated", "ratio"):
        kinds |= {name: real, f"{name}_low": real, f"{name}_high": real}
    kinds |= {"firm_share": real, **dict.fromkeys(FIGURES, real), "asked": whole}
    rows = sorted(_rows(journeys, seed), key=_rank) if journeys.n.journeys else []
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _rank(row: Row) -> tuple[bool, bool, float, str]:
    """By how much more they are shown than said: first those that nobody says, last those that no log shows."""
    never_said = row["stated"] == 0 and row["revealed"] is not None
    order = row["ratio"] if row["ratio"] is not None else row["revealed"] or 0.0
    return row["verdict"] == NOT_OBSERVABLE, not never_said, -order, row["need"]


def _rows(journeys: Journeys, seed: int) -> Iterator[Row]:
    import numpy as np

    engagement = journeys.engagement
    if engagement is None or not engagement.needs:
        return
    shown = accord.evidence(engagement, journeys.selection.star.codes)
    counts = accord.counted(journeys, tuple(shown))
    names = [need.name for need in engagement.needs]
    done = np.zeros((len(counts.ids), len(names)))
    for place, named in enumerate(shown.values()):
        done[:, names.index(named)] += counts.table[:, place]
    voiced = _said(journeys, names, counts.customers)
    both = (done.sum(axis=1) > 0) & (voiced.first.sum(axis=1) > 0 if voiced.asked else True)
    revealed = done[both] / done[both].sum(axis=1, keepdims=True)
    weights = drawn(int(both.sum()), SAMPLES, seed) if both.any() else None
    for place, need in enumerate(engagement.needs):
        seen = need.name in shown.values()
        figures = _shares("revealed", revealed[:, place], weights) if seen else {}
        if voiced.asked:
            figures |= _shares("stated", voiced.first[both][:, place], weights)
            figures |= _ratio(revealed[:, place], voiced.first[both][:, place], weights) if seen else {}
        row: Row = {"need": need.name, "customers": int((done[:, place] > 0).sum()), "firm_share": need.firm_share}
        yield _whole(
            {**row, **figures, **voiced.figures(place), "verdict": _verdict(seen, bool(voiced.asked), figures)}
        )


def _whole(row: Row) -> Row:
    blank = {f"{name}{end}": None for name in ("revealed", "stated", "ratio") for end in ("", "_low", "_high")}
    return blank | row


def _verdict(seen: bool, asked: bool, figures: Row) -> str:
    if not seen:
        return NOT_OBSERVABLE
    if not asked or figures.get("revealed_low") is None:
        return SEEN
    if figures["revealed_high"] < LEAST_REVEALED:
        return STATED_ONLY
    low, high = figures.get("ratio_low"), figures.get("ratio_high")
    if figures["revealed_low"] >= LEAST_REVEALED and (low is None or low >= HARDLY):
        return UNSTATED
    if low is None or high is None or low <= 1 <= high:
        return BOTH
    return LESS if low > 1 else MORE


def _shares(name: str, values: Array, weights: Array | None) -> Row:
    """The mean over customers, and its interval."""
    if weights is None:
        return {name: None, f"{name}_low": None, f"{name}_high": None}
    low, high = _ends(weights @ values / len(values))
    return {name: float(values.mean()), f"{name}_low": low, f"{name}_high": high}


def _ratio(revealed: Array, voiced: Array, weights: Array | None) -> Row:
    """How much more it is shown than said; unknown where nobody says it."""
    if weights is None or not voiced.any():
        return {}
    shown, spoken = weights @ revealed, weights @ voiced
    low, high = _ends(shown[spoken > 0] / spoken[spoken > 0])
    return {"ratio": float(revealed.mean() / voiced.mean()), "ratio_low": low, "ratio_high": high}


def _ends(values: Array) -> tuple[float, float]:
    import numpy as np

    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


class _Said:
    """What customers say: for each customer and need how much of the first place it has, and the mean answers."""

    def __init__(self, first: Array, asked: int, means: Sequence[tuple[float | None, float | None]]) -> None:
        self.first, self.asked, self.means = first, asked, means

    def figures(self, place: int) -> Row:
        """Importance, satisfaction and opportunity of a need."""
        weighs, met = self.means[place]
        gain = None if weighs is None or met is None else weighs + max(weighs - met, 0.0)
        return {"importance": weighs, "satisfaction": met, "opportunity": gain, "asked": self.asked}


def _said(journeys: Journeys, names: list[str], customers: Array) -> _Said:
    import numpy as np

    held = stated.answers_in(journeys, names)
    first = np.zeros((len(customers), len(names)))
    if held is None:
        return _Said(first, 0, [(None, None)] * len(names))
    rows = stated.answers(journeys, held).to_pydict()
    order = {customer: place for place, customer in enumerate(customers.tolist())}
    weights, met = np.full(first.shape, -np.inf), np.full(first.shape, np.nan)
    for customer, need, weighs, satisfied in zip(
        *(rows[name] for name in ("customer", "need", *FIGURES[:2])), strict=True
    ):
        if need in names and weighs is not None:
            at = order[customer], names.index(need)
            weights[at], met[at] = weighs, np.nan if satisfied is None else satisfied
    top = weights.max(axis=1, keepdims=True)
    answered = np.isfinite(top[:, 0])
    first[answered] = (weights == top)[answered]
    first[answered] /= first[answered].sum(axis=1, keepdims=True)
    means = [(_mean(weights[:, place]), _mean(met[:, place])) for place in range(len(names))]
    return _Said(first, int(answered.sum()), means)


def _mean(values: Array) -> float | None:
    import numpy as np

    answered = values[np.isfinite(values)]
    return float(answered.mean()) if len(answered) else None
