"""Change points by segment: three broken weeks of one are found, and series without drift are seldom asked about."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from support.broken import BROKEN, MONDAY, REFUSED, SHARES, WELL

from cxkit.measures.times.change_points import told

WEEKS, GOAL = 50, 0.8 * WELL


def weeks(rng, each, broken):
    """What over_time says of each week and segment, where a segment's goal rate falls in the broken weeks."""
    for place, share in enumerate(SHARES):
        for week in range(WEEKS):
            started = int(rng.poisson(each * share))
            rate = 0.8 * REFUSED if place == 0 and week in broken else GOAL
            day = (MONDAY + timedelta(weeks=week)).date()
            yield {
                "segment": f"S{place}", "period": f"W{week}", "first_day": day, "last_day": day + timedelta(days=6),
                "complete": 0 < week < WEEKS - 1, "started": started, "ended": started, "besides": None,
                "goal_share": rng.binomial(started, rate) / started if started else None,
                "median_seconds": float(np.exp(rng.normal(11, 1.2 / max(started, 1) ** 0.5))) if started else None,
            }  # fmt: skip


@pytest.mark.parametrize(("each", "most"), [(60, 0.5), (120, 0.95)])
def test_broken_weeks_are_found_and_steady_ones_left_alone(rounds, each, most):
    alarms = sum(bool(list(told(list(weeks(np.random.default_rng(seed), each, ()))))) for seed in range(rounds))
    assert alarms <= max(3, 0.1 * rounds), f"{alarms} of {rounds} logs without a change"
    found = exact = 0
    for seed in range(rounds):
        rows = list(told(list(weeks(np.random.default_rng(1_000 + seed), each, BROKEN))))
        places = {(row["segment"], row["figure"], row["period"]) for row in rows}
        found += any(segment == "S0" and figure == "goals" for segment, figure, _ in places)
        exact += {("S0", "goals", "W30"), ("S0", "goals", "W33")} <= places
    assert found >= most * rounds, f"{found} of {rounds}"
    print(f"{each} journeys a week: {alarms} false alarms, found {found}, to the week {exact}, of {rounds}")
