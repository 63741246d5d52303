"""Random splits of customers on a log's own items, and a log whose journeys of one customer are alike."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

from cxkit.measures.compare.part import differences
from cxkit.statistics.discoveries import discoveries

MONDAY = datetime(2025, 1, 6, 9, tzinfo=UTC)
JUNE = datetime(2025, 6, 2, 9, tzinfo=UTC)
SHARES = {"1:1": lambda n: n // 2, "1:9": lambda n: n // 10, "100 against the rest": lambda n: 100}


def split(rng, kept, size):
    """1 for the journeys of so many customers drawn at random, -1 for all others."""
    count = int(kept.customers[-1]) + 1
    left = np.zeros(count, bool)
    left[rng.choice(count, size, replace=False)] = True
    return np.where(left[kept.customers], 1, -1)


def coloured(kept, side, strata=None):
    """How many items of a comparison would be coloured."""
    told = differences(kept, side, strata)[1]
    return sum(q <= 0.05 for q in discoveries(told.p[told.enough & told.varies]))


def naive(kept, side):
    """How many would be, if each journey were a customer of its own: the usual test of two shares."""
    left, right = ((side == word).astype(float) @ kept.has for word in (1, -1))
    n = [(side == word).sum() for word in (1, -1)]
    pooled = (left + right) / sum(n)
    error = np.sqrt(pooled * (1 - pooled) * (1 / n[0] + 1 / n[1]))
    from scipy.stats import norm

    tested = error > 0
    p = 2 * norm.sf(abs(left / n[0] - right / n[1])[tested] / error[tested])
    return sum(q <= 0.05 for q in discoveries(p))


def alike_log(seed=0, customers=1_000, items=40, alike=0.3):
    """A log of about three journeys a customer, some with many more, whose journeys are alike (ICC .3)."""
    rng = np.random.default_rng(seed)
    counts = 1 + rng.poisson(2 * rng.gamma(1, 1, customers))
    base = rng.beta(0.6, 1.5, items)
    own = rng.beta(base * (1 - alike) / alike, (1 - base) * (1 - alike) / alike, (customers, items))
    pace = rng.normal(0, 0.6, customers)
    rows = []
    for customer in range(customers):
        for number in range(counts[customer]):
            steps = ["Begin", *(f"Step {k:02d}" for k in np.flatnonzero(rng.random(items) < own[customer]))]
            hours = np.cumsum(np.exp(rng.normal(pace[customer], 1, len(steps))))
            begun = MONDAY + timedelta(hours=float(rng.uniform(0, 8_000)))
            rows += [
                {
                    "case": f"{customer}-{number}",
                    "who": str(customer),
                    "what": step,
                    "when": begun + timedelta(hours=at),
                }
                for step, at in zip(steps, hours.tolist(), strict=True)
            ]
    return pa.Table.from_pylist(rows)


def steady_log(seed, customers=1_500, days=420):
    """Kinds of journey that do not change: people come all the time, order, and have faults later; the mix drifts."""
    rng = np.random.default_rng(seed)
    rows = []
    for customer in range(customers):
        came = float(rng.uniform(0, days))
        calls = rng.beta(1, 3)
        at, kind, number = came, "order", 0
        while at < days:
            rows += list(_journey(rng, f"{customer}-{number}", customer, kind, at, calls, days))
            at, kind, number = at + 5 + float(rng.exponential(120)), "fault", number + 1
    return pa.Table.from_pylist(rows)


WAYS = {
    "order": ["Order", "Credit check", "Ship", "Install", "First bill"],
    "fault": ["Report", "Line test", "Visit", "Fixed"],
}


def _journey(rng, name, customer, kind, at, calls, days):
    steps = [step for step in WAYS[kind] if step in (WAYS[kind][0], WAYS[kind][-1]) or rng.random() < 0.8]
    for step in steps:
        for what in (step, *(["Call"] if rng.random() < calls / 2 else [])):
            if at >= days:
                return
            when = MONDAY + timedelta(days=at)
            yield {"case": name, "who": str(customer), "kind": kind, "what": what, "when": when}
            at += float(rng.lognormal(0.5, 1.0))


def calling_shop():
    """400 customers with 1 or 2 orders each: half of them call in 10 %, half in 60 %; nothing changes with time."""
    rng, rows = np.random.default_rng(3), []
    for customer in range(400):
        plan = "plus" if customer % 2 else "basic"
        for order in range(1 + customer % 3 // 2):
            begun = JUNE + timedelta(hours=float(rng.uniform(0, 60 * 24)))
            steps = ["Order", *(["Call"] if rng.random() < (0.6 if plan == "plus" else 0.1) else []), "Pay"]
            rows += [
                {
                    "case": f"{customer}-{order}",
                    "who": str(customer),
                    "plan": plan,
                    "what": step,
                    "when": begun + timedelta(hours=hour),
                }
                for hour, step in enumerate(steps)
            ]
    return pa.Table.from_pylist(rows)
