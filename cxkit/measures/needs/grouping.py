"""The groups that customers fall into by what they do of their own accord; tells once, asked by several measures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.errors import InputError
from cxkit.facts import accord
from cxkit.facts.accord import Counts, OwnAccord
from cxkit.where.amounts import length
from cxkit.where.leanings import inclined, resembles

if TYPE_CHECKING:
    import numpy as np

    from cxkit.journeys import Journeys
    from cxkit.statistics.clusters import Gate
    from cxkit.where.filter import Filter

    Array = np.ndarray[Any, Any]

EVERYBODY, FITS_NONE = "no groups that hold", "fits none"
MOST_GROUPS, FEWEST = 7, 40
TELLING = 1.5  # times as often as all others do it
OUTSIDE = 3  # interquartile ranges beyond the third quartile, from where a customer is far from every centre
NO_GROUP = -1


@dataclass(frozen=True)
class Group:
    """One group of customers: its centre, what it does more than others, and its short rule with how good it is."""

    name: str
    centre: tuple[float, ...]
    evidence: tuple[str, ...]
    rule: inclined | None
    precision: float | None  # of the held-out customers that the rule names, the share that are of the group
    recall: float | None  # of the held-out customers of the group, the share that the rule names


@dataclass(frozen=True)
class Groups:
    """The groups of the customers of a selection, the largest first; `label` is each customer's group, -1 for none."""

    own: OwnAccord
    counts: Counts
    gate: Gate
    groups: tuple[Group, ...]
    label: Array
    reach: float | None

    @property
    def names(self) -> list[str]:
        """The name of each customer's group, in the order of the customers."""
        if not self.groups:
            return [EVERYBODY] * len(self.label)
        names = [*(group.name for group in self.groups), FITS_NONE]
        return [names[place] for place in self.label]

    def filter_of(self, name: str) -> Filter:
        """The filter that keeps the journeys of a group's customers, or of those that fit none."""
        if not self.groups:
            return length(at_least=1)
        centres = {group.name: list(group.centre) for group in self.groups}
        return resembles(None if name == FITS_NONE else name, centres, self.own.names, self.reach)


def check(k: int | None, seed: int) -> None:
    """Raise unless groups can be asked for so."""
    if k is not None and (isinstance(k, bool) or not isinstance(k, int) or not 1 <= k <= MOST_GROUPS):
        raise InputError(f"k={k!r} is no number of groups. Write a whole number from 1 to {MOST_GROUPS}, or None.")
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**31:
        raise InputError(f"seed={seed!r} is no seed. Write a whole number from 0.")


def discovered(journeys: Journeys, k: int | None, seed: int) -> Groups:
    """The groups of the customers of the selected journeys, kept by the engine."""
    engagement = journeys.engagement
    name = f"groups {k} {seed} {engagement.fingerprint if engagement else ''}"
    with journeys.base.engine.question():
        groups: Groups = journeys.selection.held(name, lambda: _discovered(journeys, k, seed))
    return groups


def _discovered(journeys: Journeys, k: int | None, seed: int) -> Groups:
    import numpy as np

    from cxkit.statistics.clusters import Gate, GatedKMeans

    own = accord.activities(journeys)
    counts = accord.counted(journeys, own.names)
    active = np.flatnonzero(counts.table.sum(axis=1) > 0)
    label = np.full(len(counts.ids), NO_GROUP)
    if len(active) < FEWEST or len(own.names) < 2:
        return Groups(own, counts, Gate(1, 0.0, 0.0, 0.0), (), label, None)
    roots = np.sqrt(counts.table[active])
    model = GatedKMeans(k, random_state=seed).fit(roots)
    if model.n_clusters_ == 1:
        return Groups(own, counts, model.gate_, (), label, None)
    order = np.argsort(-np.bincount(model.labels_, minlength=model.n_clusters_), kind="stable")
    centres = model.cluster_centers_[order]
    nearest, reach = _within_reach(roots, centres)
    label[active] = nearest
    groups = _described(journeys, own, counts.table[active], centres, nearest, seed)
    return Groups(own, counts, model.gate_, groups, label, reach)


def _within_reach(roots: Array, centres: Array) -> tuple[Array, float | None]:
    """The nearest centre of each row, -1 for rows that are far from all; and how far that is."""
    import numpy as np

    apart = (roots**2).sum(axis=1)[:, None] - 2 * roots @ centres.T + (centres**2).sum(axis=1)
    nearest, least = apart.argmin(axis=1), np.sqrt(apart.min(axis=1).clip(0))
    low, high = np.quantile(least, [0.25, 0.75])
    reach = float(np.round(high + OUTSIDE * (high - low), 6))
    if reach <= 0:
        return nearest, None
    return np.where(apart.min(axis=1) <= reach**2, nearest, NO_GROUP), reach


# ---- what a group is called, and its rule ----------------------------------------------------------------------------


def _described(
    journeys: Journeys, own: OwnAccord, table: Array, centres: Array, label: Array, seed: int
) -> tuple[Group, ...]:
    """The groups with their names, evidence and rules."""
    tells = _telling(table, label, len(centres))
    evidence = [tuple(own.names[place] for place in row) for row in tells]
    names = _names(_more(table, label, len(centres)), own, accord.evidence(journeys.engagement, own.names))
    fidelity = _held_out(table, centres, label, seed)
    return tuple(
        Group(names[place], tuple(map(float, centre)), evidence[place], _rule(evidence, place), *fidelity[place])
        for place, centre in enumerate(centres)
    )


def _more(table: Array, label: Array, groups: int) -> Array:
    """How much more often each group's customers do each activity than all others do; times a customer."""
    import numpy as np

    inside = [label == place for place in range(groups)]
    return np.array([table[own].mean(axis=0) - table[~own].mean(axis=0) for own in inside])


def _telling(table: Array, label: Array, groups: int) -> list[list[int]]:
    """The activities that each group does clearly more often than all others, the clearest first."""
    tells = []
    for place in range(groups):
        inside, outside = table[label == place].mean(axis=0), table[label != place].mean(axis=0)
        more = inside - outside
        tells.append([int(act) for act in (-more).argsort(kind="stable") if inside[act] >= TELLING * outside[act] > 0])
    return tells


def _names(more: Array, own: OwnAccord, needs: dict[str, str]) -> list[str]:
    """What each group is called: the need, or else the activity, that it shows most beyond others; each name once."""
    scores: list[dict[str, float]] = []
    for row in more:
        sums: dict[str, float] = {}
        for name, times in zip(own.names, row, strict=True):
            shown = needs.get(name, name)
            sums[shown] = sums.get(shown, 0.0) + float(times)
        scores.append(sums)
    names: list[str] = []
    for sums in scores:
        ranked = sorted((name for name in sums if name not in names), key=lambda name: (-sums[name], name))
        names.append(ranked[0] if ranked else f"group {len(names) + 1}")
    return names


def _rule(evidence: list[tuple[str, ...]], place: int) -> inclined | None:
    """The short rule of a group: inclined to its own evidence more than to that of others; none without any."""
    others = [names for number, names in enumerate(evidence) if number != place and names]
    return inclined(evidence[place], others) if evidence[place] and others else None


def _held_out(table: Array, centres: Array, label: Array, seed: int) -> list[tuple[float | None, float | None]]:
    """How often rules that are made on one half of the customers are right, and find all, on the other half."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    from cxkit.statistics.clusters import centres_of, nearest

    order = np.random.default_rng(seed).permutation(np.flatnonzero(label >= 0))
    half, other = table[order[: len(order) // 2]], table[order[len(order) // 2 :]]
    again = centres_of(np.sqrt(half), len(centres), seed)
    _, mine = linear_sum_assignment(((centres[:, None] - again[None]) ** 2).sum(axis=2))
    again = again[mine]
    tells = _telling(half, nearest(np.sqrt(half), again), len(centres))
    truly, scores = nearest(np.sqrt(other), again), _scores(np.sqrt(other), tells)
    return [_right(scores, tells, truly == place, place) for place in range(len(centres))]


def _scores(roots: Array, tells: list[list[int]]) -> Array:
    import numpy as np

    return np.array([roots[:, own].mean(axis=1) if own else np.full(len(roots), -1.0) for own in tells]).T


def _right(scores: Array, tells: list[list[int]], truly: Array, place: int) -> tuple[float | None, float | None]:
    """Of those the rule names, the share that are of the group; and of the group, the share that it names."""
    import numpy as np

    if not tells[place] or not any(own for number, own in enumerate(tells) if number != place):
        return None, None
    rest = np.delete(scores, place, axis=1).max(axis=1)
    named = (scores[:, place] > rest) & (scores[:, place] > 0)
    both = float((named & truly).sum())
    return (both / named.sum() if named.any() else None), (both / truly.sum() if truly.any() else None)
