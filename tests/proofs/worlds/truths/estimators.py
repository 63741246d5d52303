"""How is it estimated? A few lines for each method, written apart from the program that makes the world."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
import pandas as pd


def counts(left: pd.Series, right: pd.Series) -> np.ndarray:
    """How often does each pair of values occur?"""
    (rows, some), (columns, others) = pd.factorize(left), pd.factorize(right)
    both = np.bincount(rows * len(others) + columns, minlength=len(some) * len(others))
    return both.reshape(len(some), len(others)).astype(float)


def adjusted_rand(left: pd.Series, right: pd.Series) -> float:
    """How alike are two groupings? Hubert and Arabie 1985."""
    table = counts(left, right)
    pairs, rows, columns, every = ((x * (x - 1) / 2).sum() for x in (table, table.sum(1), table.sum(0), table.sum()))
    chance = rows * columns / every
    return (pairs - chance) / ((rows + columns) / 2 - chance)


def adjusted_mutual(left: pd.Series, right: pd.Series) -> float:
    """How much does one say about the other? Vinh, Epps and Bailey 2010, arithmetic mean; exact expectation."""
    table = counts(left, right)
    n, rows, columns = table.sum(), table.sum(1), table.sum(0)
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])
    expected = 0.0
    for a in rows.astype(int):
        for b in columns.astype(int):
            k = np.arange(max(1, a + b - int(n)), min(a, b) + 1)
            ways = log_factorial[[a, b, int(n) - a, int(n) - b]].sum() - log_factorial[int(n)]
            ways = (
                ways
                - log_factorial[k]
                - log_factorial[a - k]
                - log_factorial[b - k]
                - log_factorial[int(n) - a - b + k]
            )
            expected += float((k / n * np.log(n * k / (a * b)) * np.exp(ways)).sum())
    seen = table > 0
    mutual = float((table[seen] / n * np.log(n * table[seen] / np.outer(rows, columns)[seen])).sum())
    entropy = sum(-float((x / n * np.log(x / n)).sum()) for x in (rows, columns)) / 2
    return (mutual - expected) / (entropy - expected)


def explained(values: pd.Series, groups: pd.Series) -> float:
    """Which share of the variance lies between groups? Eta squared."""
    return float(values.groupby(groups).transform("mean").var(ddof=0) / values.var(ddof=0))


def icc(values: pd.Series, groups: pd.Series) -> float:
    """How alike are the members of a group? ICC(1) from one-way analysis of variance, groups of unequal size."""
    by = values.groupby(groups)
    size, means = by.transform("size"), by.transform("mean")
    n, k = len(values), by.ngroups
    between = ((means - values.mean()) ** 2).sum() / (k - 1)
    within = ((values - means) ** 2).sum() / (n - k)
    usual = (n - size.sum() / n) / (k - 1)
    return float((between - within) / (between + (usual - 1) * within))


def matched_difference(frame: pd.DataFrame, treated: str, outcome: str, strata: Iterable[str]) -> float:
    """What did a treatment do to those who got it? Differences within strata, weighted by the treated."""
    by = frame.groupby([*strata, treated])[outcome].agg(["mean", "size"]).unstack(treated).dropna()
    gap = by["mean"][True] - by["mean"][False]
    return float(np.average(gap, weights=by["size"][True]))


def difference(frame: pd.DataFrame, treated: str, outcome: str) -> float:
    """What is the plain difference?"""
    means = frame.groupby(treated)[outcome].mean()
    return float(means[True] - means[False])


def in_differences(frame: pd.DataFrame, outcome: str) -> float:
    """How much more did the treated change than the rest? Columns treated and after."""
    means = frame.groupby(["treated", "after"])[outcome].mean()
    return float(means[True, True] - means[True, False] - means[False, True] + means[False, False])


def incidence(days: pd.Series, cause: pd.Series, of: str, horizon: float) -> float:
    """Which share has met a cause by then, with others competing? Aalen and Johansen; cause None is censored."""
    frame = pd.DataFrame({"days": days, "hit": cause == of, "met": cause.notna()})
    by = frame.groupby("days").agg(hits=("hit", "sum"), met=("met", "sum"), n=("met", "size"))
    left = len(frame) - by.n.cumsum().shift(fill_value=0)
    share = (1 - by.met / left).cumprod().shift(fill_value=1.0)
    return float((share * by.hits / left)[by.index <= horizon].sum())


def median_time(days: pd.Series, seen: pd.Series) -> float:
    """After how long has half of it happened, when some is still to come? Kaplan and Meier."""
    frame = pd.DataFrame({"days": days, "seen": seen}).sort_values("days")
    left = np.arange(len(frame), 0, -1)
    survival = np.cumprod(1 - frame.seen.to_numpy(float) / left)
    below = np.flatnonzero(survival <= 0.5)
    return float(frame.days.iloc[below[0]]) if len(below) else math.inf


def geometric(values: pd.Series) -> float:
    """What is the geometric mean?"""
    return float(np.exp(np.log(values).mean()))


def factor_within(frame: pd.DataFrame, value: str, stratum: str) -> float:
    """By which factor did it change from before to after, within strata weighted as after?"""
    logs = np.log(frame[value]).groupby([frame[stratum], frame.after]).agg(["mean", "size"]).unstack()
    return float(np.exp(np.average(logs["mean"][True] - logs["mean"][False], weights=logs["size"][True])))
