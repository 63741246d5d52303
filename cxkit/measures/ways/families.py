"""Families: thousands of variants as the few ways that they are near variants of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.result import Result
from cxkit.schema import CUSTOMER, FIRST, LAST, SECOND, SYMBOL_BASE, VARIANT
from cxkit.statistics.sequences import REACHES, covers, distances
from cxkit.store.outlines import DISTANCE, NEAREST, OUTLINE, named, nearest, outlines
from cxkit.where.variants import MOST_VARIANTS, alike
from cxkit.words import sentences

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.store.star import Star
    from cxkit.where.filter import Filter, Frame

    Array = np.ndarray[Any, Any]

FAMILIES, GOAL = 20, 0.8
CANDIDATES, MEASURED = 800, 3_000
INSIDE = 0.9  # of a family's journeys, within its radius
COMMON, TELLING, MOST_TELLING = 0.8, 0.2, 3
OTHER = "other"


@dataclass(frozen=True)
class Typical:
    """The typical ways among outlines: the variants that have them, by number, and the radius around each."""

    ways: Mapping[int, str]
    radius: float


def families(
    journeys: Journeys,
    *,
    top: int = FAMILIES,
    coverage: float = GOAL,
    radius: float | None = None,
    seed: int = 0,
) -> Result:
    """Which few ways do most journeys take, give or take some steps?

    Parameters
    ----------
    top : how many families at most.
    coverage : the share of journeys that they are to hold; the smallest radius is taken within which they do.
    radius : how far a journey may be from the way that is typical of its family, from 0 (the same) to 1 (nothing in
        common), instead of the radius that `coverage` asks for.
    seed : of the draw of ways to compare, where there are more than can all be compared with each other.

    Repeats of an activity in a row count once. Neighbours that come in both orders about equally often (the rarer one
    in at least 30 % of 20 times or more in the whole log, and not as a loop) have no order: journeys that differ by
    their swaps only go the same way (a trace of Mazurkiewicz, 1977). The distance of two ways is the share of steps, of
    both together, that they do not have in common in the same order (normalised indel distance). The way that covers
    most journeys within the radius becomes the first family's, then the one that covers most of the rest, and so on
    (greedy cover, Nemhauser, Wolsey, Fisher 1978); each journey belongs to the nearest within the radius, or to none.

    Returns a Result with a row per family, the largest first, and a last one for the journeys of none: `family` (its
    number, or "other"), `count` (journeys), `customers`, `share` and `cumulative_share` (of the selected journeys),
    `variants` (how many different ones), `radius` (the distance within which 90 % of them are), `median_seconds`
    (from first to last event), `activities` (of its typical way, in order), `core` (those that at least 80 % of its
    journeys have), `differs` (up to three activities that its journeys have, or lack, more often than all others do, by
    at least 20 points), `variant` (a number of its typical way), `others` (those of the other families), `within` (the
    radius of all).

    Errors: a top that is no whole number from 1 to 500, a coverage or radius that is no share, a seed below 0.

    >>> import cxkit as cx
    >>> cx.toy_journeys().families(top=2, radius=0.3).df()[["family", "count"]].values.tolist()
    [['1', 6], ['2', 5], ['other', 1]]
    """
    check(top, coverage, radius, seed)
    return Result(
        name="families",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: table_of(journeys, top, coverage, radius, seed),
        count=lambda: journeys.n,
        parameters={"top": top, "coverage": coverage, "radius": radius, "seed": seed},
        note=sentences("Families of near variants: repeats count once, and so do swaps of steps without an order"),
        hidden=("variant", "others", "within"),
        shown=lambda: {"ranks": journeys.ranks},
    )


def belonging(row: Mapping[str, Any], _journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys of a family: nearer to its way than to those of the others; or those that are near to none."""
    own = [] if row["variant"] is None else [row["variant"]]
    return alike(own, rather_than=row["others"], radius=row["within"])


def check(top: int, coverage: float, radius: float | None, seed: int) -> None:
    """Raise unless families can be asked for so."""
    if isinstance(top, bool) or not isinstance(top, int) or not 1 <= top <= MOST_VARIANTS:
        raise InputError(f"top={top!r} is no number of families. Write a whole number from 1 to {MOST_VARIANTS}.")
    for word, share in (("coverage", coverage), ("radius", 0.0 if radius is None else radius)):
        if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
            raise InputError(f"{word}={share!r} is no share. Write a number from 0 to 1, such as 0.8.")
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed={seed!r} is no seed. Write a whole number from 0.")


# ---- the typical ways ------------------------------------------------------------------------------------------------


def _typical_ways(
    journeys: Journeys, top: int, coverage: float, radius: float | None, seed: int
) -> tuple[pa.Table, Typical]:
    """The outlines of the selected journeys with their counts, and which of them are typical."""
    outlined = journeys.collect(_outlined)
    words, counts = outlined[OUTLINE].to_pylist(), outlined["count"].to_numpy()
    numbers = outlined[VARIANT].to_pylist()
    places, chosen = _chosen(words, counts, top, coverage, radius, seed)
    ways = {numbers[place]: words[place] for place in places}
    return outlined, Typical(ways, chosen)


def _outlined(selection: Selection) -> Frame:
    """Each outline of the selection: its journeys, its variants, and the smallest number of one."""
    star = selection.star
    counts = selection.outlines.group_by(VARIANT).agg(nw.len().cast(nw.Int64).alias("count"))
    sums = (
        nw.col("count").sum().cast(nw.Int64),
        nw.len().cast(nw.Int64).alias("variants"),
        nw.col(VARIANT).min().alias(VARIANT),
    )
    joined = counts.join(outlines(star), on=VARIANT, how="inner").select(OUTLINE, "count", VARIANT)
    return joined.group_by(OUTLINE).agg(*sums).sort(VARIANT)


def _chosen(
    words: Sequence[str], counts: Array, top: int, coverage: float, radius: float | None, seed: int
) -> tuple[list[int], float]:
    """The places of the typical words, and the radius; all words are asked whether they lie within it."""
    import numpy as np

    if not len(words):
        return [], radius or 0.0
    drawn, weights = _drawn(counts, seed)
    candidates = drawn[:CANDIDATES]
    apart = distances([words[place] for place in candidates], [words[place] for place in drawn])
    reaches = REACHES if radius is None else (radius,)
    places, reach = list[int](), 0.0
    for cover in covers(apart, weights, top, reaches):
        if radius is None and cover.covered < coverage and cover.reach < REACHES[-1]:
            continue
        places, reach = [int(candidates[place]) for place in cover.places], cover.reach
        least = distances(words, [words[place] for place in sorted(places)], reach).min(axis=1)
        held = counts[(least <= reach) & ((least < 1) | (reach >= 1))].sum() / counts.sum()
        if radius is not None or held >= coverage:
            break
    return [int(place) for place in np.sort(places)], reach


def _drawn(counts: Array, seed: int) -> tuple[Array, Array]:
    """The places of the words that are compared, in the order in which they may be chosen, and their weights."""
    import numpy as np

    random = np.random.default_rng(seed)
    if len(counts) <= MEASURED:
        order = np.argsort(-counts, kind="stable") if len(counts) <= CANDIDATES else _draw(random, counts, len(counts))
        return order, counts[order]
    order = _draw(random, counts, MEASURED)
    return order, np.ones(len(order))


def _draw(random: Any, counts: Array, many_: int) -> Array:
    """As many places, each drawn once, those of large counts sooner (exponential clocks, Efraimidis, Spirakis 2006)."""
    import numpy as np

    return np.argsort(random.exponential(size=len(counts)) / counts, kind="stable")[:many_]


# ---- the table -------------------------------------------------------------------------------------------------------


def table_of(journeys: Journeys, top: int, coverage: float, radius: float | None, seed: int) -> pa.Table:
    """The families of the selected journeys."""
    import pyarrow as pa

    outlined, typical = _typical_ways(journeys, top, coverage, radius, seed)
    star, words = journeys.selection.star, outlined[OUTLINE].to_pylist()
    near = nearest(star, words, dict(typical.ways), typical.radius)
    sums = {row[NEAREST]: row for row in journeys.collect(lambda chosen: _sums(chosen, near)).to_pylist()}
    placed = {row[OUTLINE]: row for row in star.engine.collect(near).to_pylist()}
    family = [placed[word][NEAREST] if word in placed else None for word in words]
    kinds = sorted(sums, key=lambda kind: (kind is None, -sums[kind]["count"], kind or 0))
    told_of = _Told(
        star, words, outlined, family, [placed[word][DISTANCE] if word in placed else 0.0 for word in words]
    )
    rows, total, so_far = [], max(journeys.n.journeys, 1), 0
    for place, kind in enumerate(kinds, 1):
        so_far += sums[kind]["count"]
        shares = {"share": sums[kind]["count"] / total, "cumulative_share": so_far / total}
        way = [] if kind is None else named(star, typical.ways[kind])
        row = {"family": OTHER if kind is None else str(place), **sums[kind], **shares, **told_of.of(kind, way)}
        others = [other for other in sorted(typical.ways) if other != kind]
        rows.append({**row, "activities": way, VARIANT: kind, "others": others, "within": typical.radius})
    return pa.Table.from_pylist(rows, schema=_schema())


def _schema() -> pa.Schema:
    import pyarrow as pa

    names = pa.list_(pa.string())
    kinds: dict[str, Any] = {"family": pa.string(), "count": pa.int64(), "customers": pa.int64()}
    kinds |= {"share": pa.float64(), "cumulative_share": pa.float64(), "variants": pa.int64(), "radius": pa.float64()}
    kinds |= {"median_seconds": pa.float64(), "activities": names, "core": names, "differs": names}
    kinds |= {VARIANT: pa.int64(), "others": pa.list_(pa.int64()), "within": pa.float64()}
    return pa.schema(list(kinds.items()))


def _sums(selection: Selection, near: Frame) -> Frame:
    """The counts of each family; the journeys of none under null."""
    ways = outlines(selection.star).join(near.select(OUTLINE, NEAREST), on=OUTLINE, how="left")
    placed = selection.outlines.join(ways.select(VARIANT, NEAREST), on=VARIANT, how="inner")
    return placed.group_by(NEAREST).agg(
        nw.len().cast(nw.Int64).alias("count"),
        nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers"),
        nw.col(VARIANT).n_unique().cast(nw.Int64).alias("variants"),
        ((nw.col(LAST) - nw.col(FIRST)).median() / SECOND).alias("median_seconds"),
    )


class _Told:
    """What is told of families beside their counts: radius, core, and what their journeys have more often, or less."""

    def __init__(
        self, star: Star, words: Sequence[str], outlined: pa.Table, family: Sequence[int | None], far: Sequence[float]
    ) -> None:
        import numpy as np

        self.names, self.counts = sorted(star.codes), outlined["count"].to_numpy()
        self.family = np.array([0 if kind is None else kind for kind in family], np.int64)
        self.far = np.array(far, float)
        self.visits = _visits(words, len(self.names))

    def of(self, kind: int | None, way: Sequence[str]) -> dict[str, Any]:
        """The radius, core and differences of one family; of the journeys of none only the differences."""
        inside = self.family == (kind or 0)
        own, rest = (_shares(self.visits, self.counts, part, len(self.names)) for part in (inside, ~inside))
        differs = self._differs(own - rest) if (~inside).any() else []
        if kind is None:
            return {"radius": None, "core": [], "differs": differs}
        core = [self.names[place] for place in (-own).argsort(kind="stable") if own[place] >= COMMON]
        core.sort(key=lambda name: way.index(name) if name in way else len(way))
        return {"radius": _within(self.far[inside], self.counts[inside]), "core": core, "differs": differs}

    def _differs(self, more: Array) -> list[str]:
        order = (-abs(more)).argsort(kind="stable")[:MOST_TELLING]
        words = {place: "with" if more[place] > 0 else "without" for place in order if abs(more[place]) >= TELLING}
        return [f"{word} {self.names[place]}" for place, word in words.items()]


def _visits(words: Sequence[str], activities: int) -> tuple[Array, Array]:
    """Which word has which activity, each pair once: two arrays, of the places of both."""
    import numpy as np

    codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32).astype(np.int64) - SYMBOL_BASE
    owners = np.repeat(np.arange(len(words)), [len(word) for word in words])
    pairs = np.unique(owners * max(activities, 1) + codes)
    return pairs // max(activities, 1), pairs % max(activities, 1)


def _shares(visits: tuple[Array, Array], counts: Array, part: Array, activities: int) -> Array:
    """The share of a part's journeys that have each activity."""
    import numpy as np

    owners, codes = visits
    inside = part[owners]
    sums = np.bincount(codes[inside], weights=counts[owners[inside]], minlength=activities)
    return sums / max(int(counts[part].sum()), 1)


def _within(far: Array, counts: Array) -> float:
    """The distance within which 90 % of the journeys are."""
    order = far.argsort(kind="stable")
    place = (counts[order].cumsum() >= INSIDE * counts.sum()).argmax()
    return float(far[order][place])
