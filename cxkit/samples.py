"""The logs that come with cxkit: a made-up broadband provider, and a toy log that can be counted by hand."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit import places
from cxkit.errors import not_found
from cxkit.journeys import Journeys
from cxkit.log import read
from cxkit.opening import prepare

if TYPE_CHECKING:
    import pyarrow as pa

CUSTOMERS = ["age", "since", "segment", "preferred_channel"]  # their region is in the log
BESIDE = {
    "surveys": {"journey": "journey", "time": "sent"},
    "tickets": {"journey": "journey", "time": "opened"},
    "fields": {"journey": "journey", "time": "time"},
    "needs": {"customer": "customer", "time": "date"},
    "comments": {"journey": "journey", "time": "time"},
    "costs": {},
}
MONDAY = datetime(2025, 6, 2, 9, tzinfo=UTC)
JOURNEYS = """
A01 C01 basic  Order/web 0h, Pay/web 1h, Ship/desk 25h, Deliver/van 73h
A02 C02 basic  Order/web 24h, Pay/web 26h, Ship/desk 50h, Deliver/van 98h
A03 C03 plus   Order/shop 48h, Pay/shop 49h, Ship/desk 73h, Deliver/van 97h
A04 C04 plus   Order/web 72h, Pay/web 73h, Ship/desk 121h, Deliver/van 193h
A05 C05 basic  Order/shop 96h, Call/phone 100h, Pay/web 120h, Ship/desk 144h, Deliver/van 192h
A06 C01 plus   Order/web 120h, Pay/web 121h, Call/phone 169h, Call/phone 193h, Ship/desk 217h
A07 C06 basic  Order/web 144h, Cancel/web 146h
A08 C07 basic  Order/shop 168h, Cancel/phone 216h
A09 C08 plus   Order/web 192h, Pay/web 193h
A10 C09 basic  Order/web 216h, Pay/web 220h
A11 C10 plus   Order/shop 240h, Pay/shop 241h, Cancel/phone 289h
A12 C02 -      Order/web 264h, Call/phone 266h, Cancel/phone 270h
"""


def sample_journeys(*, engine: Any = None) -> Journeys:
    """The sample: a broadband provider's customers over 18 months, prepared once into the user's cache.

    Surveys, tickets, fields, needs, comments and costs lie beside its log; `j.table("surveys")` has them.

    >>> import cxkit as cx
    >>> cx.sample_journeys().n.journeys > 5_000
    True
    """
    firm = tomllib.loads((places.sample() / "engagement.toml").read_text(encoding="utf-8"))
    log = read(places.sample() / "events.parquet", name=f"{firm['name']} (sample)", about=firm["about"]).roles(
        journey="journey",
        activity="activity",
        time="time",
        customer="customer",
        start="start",
        journey_attributes=["kind", "product", "region", "credit_risk", "value"],
        event_attributes=["channel", "lane", "stage", "agent", "cost", "offer_days"],
        zone=firm["zone"],
    )
    log = log.customers(places.sample() / "customers.parquet", key="customer", attributes=CUSTOMERS)
    for name, keys in BESIDE.items():
        log = log.beside(name, places.sample() / f"{name}.parquet", **keys)
    return prepare(log, places.cache() / "sample", engine=engine)


def sample_file(name: str) -> Path:
    """Where is this file of the sample? Its surveys, tickets, costs and untidy export lie beside its log.

    Parameters
    ----------
    name : a file such as "engagement.toml", "messy.csv" or "surveys.parquet"; `data/README.md` lists them.

    Errors: no such file, with the closest that there is.

    >>> import cxkit as cx
    >>> cx.read(cx.sample_file("messy.csv")).source.reading["delimiter"]
    'semicolon'
    """
    files = {path.name: path for path in sorted(places.sample().iterdir()) if path.is_file()}
    if name not in files:
        raise not_found("file of the sample", name, files)
    return files[name]


def toy_journeys(*, engine: Any = None) -> Journeys:
    """The toy log of twelve journeys, prepared once into the user's cache; the documentation's examples use it."""
    log = read(toy_table()).roles(
        journey="order",
        activity="step",
        time="when",
        customer="client",
        journey_attributes=["plan"],
        event_attributes=["channel"],
    )
    return prepare(log, places.cache() / "toy", engine=engine, progress=False)


def toy_table() -> pa.Table:
    """The toy log as an Arrow table: order, client, plan, step, when, channel."""
    import pyarrow as pa

    rows = [row for line in JOURNEYS.strip().splitlines() for row in _rows(line)]
    return pa.Table.from_pylist(rows)


def _rows(line: str) -> list[dict[str, object]]:
    order, client, plan, steps = line.split(None, 3)
    rows: list[dict[str, object]] = []
    for step in steps.split(", "):
        what, hours = step.split()
        name, channel = what.split("/")
        when = MONDAY + timedelta(hours=int(hours.removesuffix("h")))
        ids = {"order": order, "client": client, "plan": None if plan == "-" else plan}
        rows.append({**ids, "step": name, "when": when, "channel": channel})
    return rows
