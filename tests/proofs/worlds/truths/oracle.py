"""What can somebody find out who is told the labels? A made world as data frames, its truths, and three verdicts."""

from __future__ import annotations

import datetime as dt
import json
import math
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from renaming import first_names, in_first_names, retold
from support.machine import ROOT

TRUTH = ROOT / "data" / "truth"
Tables = dict[str, pa.Table]
DAY = 86_400.0
ROUNDED = 0.000051  # truths are written with four decimals
PERSONAS = {
    "alone": "does it alone",
    "know": "wants to know",
    "time": "short of time",
    "talk": "likes to talk",
    "now": "wants help now",  # nobody in the shipped world
}
MARKERS = {
    "does it alone": ("Read how-to page", "Change details online", "Chat with assistant"),
    "wants to know": ("Check status", "Check price details", "Ask for written confirmation"),
    "short of time": ("Look up free slots", "Ask for evening slot", "Ask to speed up"),
    "likes to talk": ("Call: talk it through", "Visit shop with question", "Ask for call back"),
    "wants help now": ("Chat with assistant", "Ask to speed up", "Visit shop with question"),
}
GOALS = {"order": "Line activated", "move": "Line activated", "fault": "Fault fixed", "renewal": "Contract renewed"}
CANCELS = ("Order cancelled", "Credit declined", "Move withdrawn", "Contract terminated", "Number ported out")


@dataclass(repr=False)
class World:
    """A made world: the exported tables, the hidden ones, and the book of truths."""

    name: str
    book: dict[str, Any]
    tables: Tables
    hidden: Tables
    engagement: dict[str, Any]

    @property
    def truths(self) -> dict[str, dict[str, Any]]:
        return self.book["truths"]

    @property
    def rates(self) -> dict[str, Any]:
        """What was the world asked to be?"""
        return self.book["world"]

    @cached_property
    def shipped(self) -> bool:
        """Is it the committed world but for seed and names? Only there must naive methods fail, and targets be met."""
        told = json.loads((TRUTH / "truth.json").read_text(encoding="utf-8"))["world"]
        return {**self.rates, "seed": told["seed"]} == told

    def only_shipped(self) -> None:
        """Skips what need not hold in a world of other numbers, or of another size."""
        if not self.shipped:
            pytest.skip("shown in worlds of the shipped size and rates")

    def some_are(self, persona: str) -> None:
        """Skips what speaks of a persona that nobody is in this world."""
        if not (self.people.persona == persona).any():
            pytest.skip(f"nobody is '{persona}' in this world")

    @cached_property
    def begin(self) -> float:
        return midnight(self.rates["first_month"], 0)

    @cached_property
    def end(self) -> float:
        return midnight(self.rates["first_month"], self.rates["months"] + self.rates["extra"])

    def where(self, action: str) -> str:
        """In which region was an action of the register tried?"""
        [row] = [row for row in self.engagement["actions"] if row["name"] == action]
        found = row["where"]
        return str(next(iter(found.values()))) if isinstance(found, dict) else found.split(" = ")[1]

    @cached_property
    def policies(self) -> pd.DataFrame:
        """The company's rules: whose they are, from which activity to which, within how many days."""
        rows = pd.DataFrame(self.engagement["policies"]).set_index("name")
        rows = rows.rename(columns={"activity": "from", "then": "to", "within": "within_days"})
        rows["within_days"] = rows.within_days.map(lambda days: float(str(days).rstrip("d")))
        return rows

    @cached_property
    def needs(self) -> pd.DataFrame:
        """The company's register of needs: its shares, what shows each, the policies that serve it."""
        rows = pd.DataFrame(self.engagement["needs"]).set_index("name")
        served = rows["policies"] if "policies" in rows else rows.policy.map(lambda name: [name], na_action="ignore")
        return rows.assign(policies=served)

    def table(self, name: str) -> pd.DataFrame:
        """An exported table."""
        return self.tables[name].to_pandas()

    @cached_property
    def log(self) -> pd.DataFrame:
        """The events by journey and time, with the persona of each customer, the second and the day of the log."""
        log = self.table("events")
        log["at"] = seconds(log.time)
        log["day"] = (log["at"] - self.begin) / DAY
        log["worked"] = log["at"] - seconds(log.start)
        log = log.sort_values(["journey", "at"], ignore_index=True)
        log["position"] = log.groupby("journey").cumcount()
        return log.join(self.people.persona, on="customer")

    @cached_property
    def first(self) -> pd.DataFrame:
        """When did each activity first happen in each journey? Seconds; missing where it did not."""
        return self.log.pivot_table(index="journey", columns="activity", values="at", aggfunc="min")

    @cached_property
    def count(self) -> pd.DataFrame:
        """How often did each activity happen in each journey?"""
        return self.log.pivot_table(index="journey", columns="activity", values="at", aggfunc="count", fill_value=0)

    @cached_property
    def journeys(self) -> pd.DataFrame:
        """What is true of each journey, beside what the log says of it."""
        own = self.log.groupby("journey").agg(
            product=("product", "first"),
            region=("region", "first"),
            risk=("credit_risk", "first"),
            value=("value", "first"),
            begun=("at", "min"),
            last=("at", "max"),
        )
        return known(self.hidden["journeys"]).set_index("journey").join(own, validate="1:1")

    @cached_property
    def people(self) -> pd.DataFrame:
        """What is true of each person in the log."""
        return known(self.hidden["customers"]).set_index("customer")

    def between(self, start: str, then: str) -> pd.Series:
        """How many days lie between the first of each, where there are both?"""
        return ((self.first[then] - self.first[start]) / DAY).dropna()

    def of(self, key: str) -> dict[str, Any]:
        if key not in self.truths:
            self.only_shipped()
        assert key in self.truths, f"the world '{self.name}' does not say {key}"
        return self.truths[key]

    def counted(self, key: str, value: float, rounding: float = ROUNDED) -> None:
        """It is exactly what was counted, and near what was planted."""
        realised = self.of(key)["realised"]
        assert abs(value - realised) <= rounding, f"{self.name}: {key} is {value}, told as {realised}"
        self.found(key, value)

    def found(self, key: str, value: float) -> None:
        """It lies within the half-width of what was planted, and of what came out."""
        truth = self.of(key)
        for name in ("parameter", "realised"):
            told = truth[name]
            near = told is None or abs(value - told) <= truth["half_width"] + ROUNDED
            assert near, f"{self.name}: {key} is {value:.4f}, {name} {told}, half-width {truth['half_width']}"

    def counted_naive(self, key: str, value: float) -> None:
        """It is exactly what the naive method of the truth gives."""
        told = self.of(key)["naive"]
        assert abs(value - told) <= ROUNDED, f"{self.name}: naive {key} is {value}, told as {told}"

    def missed(self, key: str, value: float, side: str) -> None:
        """A naive method is outside of the half-width, on the side where it is expected."""
        self.only_shipped()
        truth = self.of(key)
        told = truth["realised"] if truth["parameter"] is None else truth["parameter"]
        beyond = (value - told) * (1 if side == "above" else -1) - truth["half_width"]
        assert beyond > 0, f"{self.name}: naive {key} is {value:.4f}, told {told}, half-width {truth['half_width']}"


def midnight(first: str, months: int) -> float:
    """When does a month begin in Berlin, so many months after the first?"""
    year, month = map(int, first.split("-"))
    years, month = divmod(month - 1 + months, 12)
    return dt.datetime(year + years, month + 1, 1, tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


def known(table: pa.Table) -> pd.DataFrame:
    """The table, with true, false and unknown kept apart."""
    return table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get)


def seconds(times: pd.Series) -> pd.Series:
    """Seconds since 1970, whatever the unit of the column."""
    return times.dt.as_unit("us").astype("int64").where(times.notna(), math.nan) / 1e6


def read(folder: Path, name: str) -> World:
    """Which world lies in this folder?"""
    parts = (
        {path.stem: pq.read_table(path) for path in sorted((folder / part).glob("*.parquet"))}
        for part in ("sample", "truth")
    )
    book = json.loads((folder / "truth" / "truth.json").read_text(encoding="utf-8"))
    return told(name, book, *parts, (folder / "sample" / "engagement.toml").read_text(encoding="utf-8"))


def told(name: str, book: dict[str, Any], tables: Tables, hidden: Tables, engagement: str) -> World:
    """Which world is it? In the names of the shipped one, if it was renamed."""
    names = book.get("names", {})
    words, columns = first_names(names), names.get("column", {})
    return World(
        name,
        {**book, "truths": retold(book["truths"], words)},
        {table: in_first_names(rows, columns.get(table, {}), words) for table, rows in tables.items()},
        {table: in_first_names(rows, {}, words) for table, rows in hidden.items()},
        retold(tomllib.loads(engagement), words),
    )
