"""A made shop: a payment method that is broken for three weeks, and a device that fails at one step.

Orders come all year. Whoever pays by card is refused from week 30 to 32; on a tablet the step "Choose slot" fails more
often than elsewhere, all year. Nothing else differs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pyarrow as pa

import cxkit as cx

MONDAY = datetime(2024, 1, 1, tzinfo=UTC)
WEEKS, EACH, BROKEN = 50, 120, range(30, 33)
METHODS, DEVICES = ("card", "invoice", "transfer"), ("phone", "desktop", "tablet")
SHARES = (0.3, 0.5, 0.2)
WELL, REFUSED, CLUMSY = 0.85, 0.15, 0.6
SAID = cx.Engagement(goals=["Delivered"], cancels=["Given up"])


def events(seed, weeks=WEEKS, each=EACH, broken=BROKEN, clumsy=CLUMSY):
    """The rows of the log: Basket, Choose slot, Pay, Delivered; who fails at a step gives up."""
    rng, rows = np.random.default_rng(seed), []
    for week in range(weeks):
        for number in range(rng.poisson(each)):
            method, device = rng.choice(METHODS, p=SHARES), rng.choice(DEVICES, p=SHARES[::-1])
            when = MONDAY + timedelta(weeks=week, hours=float(rng.uniform(0, 167)))
            passed = {"Choose slot": clumsy if device == "tablet" else WELL, "Pay": WELL}
            passed["Pay"] = REFUSED if method == "card" and week in broken else WELL
            steps = ["Basket"]
            for step, share in passed.items():
                steps.append(step)
                if rng.random() > share:
                    steps.append("Given up")
                    break
            steps += [] if steps[-1] == "Given up" else ["Delivered"]
            for step in steps:
                rows.append({"order": f"{week}-{number}", "step": step, "when": when, "method": str(method),
                             "device": str(device)})  # fmt: skip
                when += timedelta(hours=float(rng.lognormal(1, 0.5)))
    return pa.Table.from_pylist(rows)


def store(folder, **words):
    """The shop, prepared, with its engagement file beside it."""
    roles = {"journey": "order", "activity": "step", "time": "when", "journey_attributes": ["method", "device"]}
    prepared = cx.prepare(cx.read(events(**words)).roles(**roles), folder, progress=False)
    SAID.save(prepared.folder / "engagement.toml")
    return cx.open(prepared.folder)
