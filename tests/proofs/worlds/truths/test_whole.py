"""Did a part improve while the whole got worse, and did a mix only seem to make things quicker?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from estimators import factor_within, geometric, median_time
from oracle import DAY, World

WINDOW = 75  # days in which an order must be done
SIMPLE = ("Home 50", "Home 100")  # need no technician


def faults(world: World) -> pd.DataFrame:
    """Reported faults, before and after the day on which tests became quicker."""
    own = world.journeys[world.journeys.kind == "fault"].join(world.first[["Fault reported", "Fault fixed"]])
    own = own[own["Fault reported"].notna()]
    days = (own["Fault fixed"] - own["Fault reported"]) / DAY
    visited = own.visited.fillna(False).astype(bool)
    after = own["Fault reported"] >= world.begin + world.rates["local_day"] * DAY
    return own.assign(days=days, visited=visited, after=after)


def test_each_test_is_quicker_and_the_whole_is_slower(world: World) -> None:
    world.of("local.end_to_end")
    own = faults(world)
    tests = world.log[(world.log.activity == "Line test") & (world.log.worked > 0)].join(own.after, on="journey")
    tests = tests[tests.after.notna()]
    by = tests.groupby(tests.after.astype(bool)).worked.apply(geometric)
    world.found("local.handle_time", by[True] / by[False])
    done = own[own.days.notna() & (own["Fault reported"] < world.end - 21 * DAY)]
    world.counted("local.end_to_end", factor_within(done, "days", "visited"))
    world.only_shipped()
    assert by[True] / by[False] < 1 < factor_within(done, "days", "visited")
    world.missed("local.end_to_end", by[True] / by[False], "below")


def orders(world: World) -> pd.DataFrame:
    """Orders that were followed for 75 days and done in them."""
    own = world.journeys[world.journeys.placed.fillna(False)].join(world.first[["Order placed", "Line activated"]])
    own = own[own["Order placed"] < world.end - WINDOW * DAY]
    after = own["Order placed"] >= world.begin + world.rates["mix_day"] * DAY
    days = (own["Line activated"] - own["Order placed"]) / DAY
    own = own.assign(days=days, after=after, simple=own["product"].isin(SIMPLE))
    return own[own.days < WINDOW]


def test_a_mix_shift_is_no_improvement(world: World) -> None:
    world.of("mix.overall")
    own = orders(world)
    naive = geometric(own.days[own.after]) / geometric(own.days[~own.after])
    world.counted("mix.within", factor_within(own, "days", "simple"))
    world.counted("mix.overall", naive)
    world.missed("mix.within", naive, "below")
    world.found("mix.within", factor_within(own, "days", "product"))


def test_the_mix_has_shifted(world: World) -> None:
    world.only_shipped()
    own = orders(world)
    share = own.groupby("after").simple.mean()
    assert share[True] > share[False] + 0.15


def test_open_orders_make_the_last_month_look_quick(world: World) -> None:
    """Pools many ends of the log: on each, the orders of the month before. Nothing changes from end to end."""
    own = orders(world)
    days, seen = [], []
    for end in np.arange(world.begin + 120 * DAY, world.end - WINDOW * DAY, 15 * DAY):
        recent = own[(own["Order placed"] < end) & (own["Order placed"] >= end - 30 * DAY)]
        days.append((recent["Line activated"].clip(upper=end) - recent["Order placed"]) / DAY)
        seen.append(recent["Line activated"] < end)
    length, over = pd.concat(days), pd.concat(seen)
    usual = own.days.median()
    assert length[over].median() < 0.9 * usual
    assert median_time(length, over) == pytest.approx(usual, rel=0.06)
