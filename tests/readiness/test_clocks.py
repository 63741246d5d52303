"""Two clocks in one log, and steps that come twice: found where they are more than habit or chance."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

import cxkit as cx
from cxkit.readiness.checks import CHECKS
from cxkit.readiness.readiness import readiness

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2027, 1, 1, tzinfo=UTC)
STEPS = {"Order": "web", "Call": "crm", "Pay": "web", "Ship": "crm", "Review": "web"}
CLOCKS = [check for check in CHECKS if check.name == "clocks"]


def firm(seed, written, nightly=False):
    """400 journeys over 20 months: customers in the evening, staff from eight to five, perhaps a run at night."""
    chance, rows = random.Random(seed), []
    for number in range(400):
        day = datetime(2025, 1, 2, tzinfo=BERLIN) + timedelta(days=chance.randrange(600))
        for step, system in STEPS.items():
            day += timedelta(days=chance.randrange(1, 4))
            hour = min(max(chance.gauss(19, 3), 7), 23.5) if system == "web" else chance.uniform(8, 17)
            moment = day.replace(hour=0) + timedelta(hours=hour)
            if nightly and step == "Pay":
                system, moment = "batch", moment.astimezone(UTC).replace(hour=2, minute=chance.randrange(20))
            rows.append((f"O{number}", step, f"{moment.astimezone(written[system]):%Y-%m-%d %H:%M:%S}", system))
    return pa.table(dict(zip(("order", "step", "at", "system"), map(list, zip(*rows, strict=True)), strict=True)))


def look(table, zone="UTC"):
    log = cx.read(table).roles(journey="order", activity="step", time="at", zone=zone)
    return log, readiness(log, now=NOW, checks=CLOCKS)


ONE = [dict.fromkeys(("web", "crm", "batch"), clock) for clock in (BERLIN, UTC)]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("written", ONE, ids=["local", "UTC"])
@pytest.mark.parametrize("nightly", [False, True])
def test_one_clock_is_one(written, nightly, seed):
    assert look(firm(seed, written, nightly))[1].findings == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_local_times_among_utc_are_found_and_wait_for_their_zone(seed):
    _, answer = look(firm(seed, {"web": UTC, "crm": BERLIN}))
    [found] = answer.findings
    assert (found.count, found.of, found.column, found.repair) == (800, 2_000, "at", None)
    assert any(".roles(zone=)" in example for example in found.examples)


@pytest.mark.parametrize("seed", [1, 2])
def test_utc_among_local_times_is_mended(seed):
    log, answer = look(firm(seed, {"web": BERLIN, "crm": UTC}), "Europe/Berlin")
    assert log.mend(*answer.repairs).head(9).equals(log.head(9))
    mended = log.mend(*(offer.repair for offer in answer.repairs))
    assert readiness(mended, now=NOW, checks=CLOCKS).findings == ()
    truth = firm(seed, dict.fromkeys(("web", "crm"), UTC))["at"].to_pylist()
    assert [stamp[:19] for stamp in mended.head(2_000)["at"]] == truth


def test_a_season_is_no_clock_without_two_systems():
    table = firm(1, {"web": UTC, "crm": BERLIN})
    assert look(table.drop_columns("system"))[1].findings == ()


def echoed(soon):
    """60 calls a second and a half to a minute after another, and some after half a second."""
    first = datetime(2025, 6, 2, 9)
    waits = [1.5 + number for number in range(60)] + [0.5] * soon
    pairs = [(f"J{n}", first + timedelta(days=n, seconds=at)) for n, wait in enumerate(waits) for at in (0, wait)]
    table = pa.table({"order": [pair[0] for pair in pairs], "step": ["Call"] * len(pairs), "at": [p[1] for p in pairs]})
    log = cx.read(table).roles(journey="order", activity="step", time="at")
    return readiness(log, now=NOW, checks=[check for check in CHECKS if check.name == "echoes"]).findings


def test_what_comes_again_soon_by_chance_is_no_echo():
    """One of 60 calls within a minute comes within a second by chance; five are more than that."""
    assert echoed(1) == ()
    assert [found.count for found in echoed(5)] == [5]
