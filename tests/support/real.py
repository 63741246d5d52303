"""Three real logs as stores, and as plain frames of pandas that know nothing of cxkit."""

from __future__ import annotations

import pandas as pd

import cxkit as cx

FILES = {
    "receipt": ("receipt/receipt.csv.gz", "case:concept:name", "concept:name", "time:timestamp"),
    "sepsis": ("sepsis/sepsis.csv.gz", "case_id", "activity", None),
    "simple_shop": ("simple_shop/simple_shop.csv.gz", "client_id", "event", None),
}
REAL = tuple(FILES)


def prepared(name, shared, engine, folder):
    """The log as a store, its journeys on an engine."""
    file, journey, activity, _ = FILES[name]
    zone = {"zone": "Europe/Amsterdam"} if name == "sepsis" else {}
    log = cx.read(shared / file).roles(journey=journey, activity=activity, **zone)
    return cx.prepare(log, folder / name, engine=engine, progress=False)


def frame_of(name, shared):
    """The log's events as journey, activity, time and customer, journey by journey in order."""
    file, journey, activity, time = FILES[name]
    table = pd.read_csv(shared / file, keep_default_na=False)
    time = time or next(column for column in table.columns if "time" in column.lower())
    stamps = pd.to_datetime(table[time], format="ISO8601", utc=name != "sepsis")
    if name == "sepsis":
        stamps = pd.to_datetime(table[time], format="ISO8601")
        stamps = stamps if stamps.dt.tz is not None else stamps.dt.tz_localize("Europe/Amsterdam", ambiguous=True)
    frame = pd.DataFrame({"journey": table[journey].astype(str), "activity": table[activity], "time": stamps})
    frame["customer"] = frame["journey"]
    return frame.sort_values(["journey", "time"], kind="stable", ignore_index=True)
