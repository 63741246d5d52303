"""The sections of an engagement file that speak of the log: where it is, what it means, what may differ later."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cxkit.engagement.values import Column, Duration, Names, Section, Text


class Source(Section):
    """Where the log is. Secrets are never stored: an address with a password stays outside of this file."""

    path: Text | None = None
    """A file or folder, relative to this file, or an address without a password."""
    variable: Annotated[Text, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    """The environment variable that holds the address of a database."""
    profile: Text | None = None
    """The name of an address in the file profiles.toml of cxkit's folder of settings."""
    table: Text | None = None
    """The table of a database."""
    query: Text | None = None
    """A query to a database, in its SQL, in place of a table."""
    sheet: Text | None = None
    """The sheet of a workbook."""
    object_type: Text | None = None
    """For OCEL, the type of the objects that are the journeys."""
    delimiter: Annotated[str, Field(strict=True, min_length=1, max_length=1)] | None = None
    """What separates the columns of a text file, where the reading found is wrong."""
    encoding: Text | None = None
    """How a text file is encoded, where the reading found is wrong."""
    skip: Annotated[int, Field(strict=True, ge=0)] | None = None
    """How many lines of a text file or sheet stand above its header, where the reading found is wrong."""
    header: Annotated[bool, Field(strict=True)] | None = None
    """Whether a text file or sheet has a header at all, where the reading found is wrong."""
    quote: Annotated[str, Field(strict=True, max_length=1)] | None = None
    """What encloses values of a text file; "" where quotes are letters."""
    escape: Annotated[str, Field(strict=True, min_length=1, max_length=1)] | None = None
    """What makes a quote within quotes a letter."""

    @model_validator(mode="after")
    def _one_place(self) -> Source:
        if sum(place is not None for place in (self.path, self.variable, self.profile)) != 1:
            raise ValueError("needs one of path, variable and profile")
        return self


class Roles(Section):
    """Which column of the log means what."""

    journey: Text | None = None
    """The column that names the journey."""
    activity: Text | None = None
    """The column that names the activity."""
    time: Column | None = None
    """The column of time stamps, of the end of an event where there is a start too; "" where the log has none."""
    start: Text | None = None
    """The column of the stamps at which events start."""
    lifecycle: Text | None = None
    """The column that says whether a row is the start or the end of an event."""
    instance: Text | None = None
    """The column that says which start and which end are of one event."""
    customer: Column | None = None
    """The column that names the customer; "" where the log has none."""
    order: Text | None = None
    """The column that puts events with the same time stamp in order."""
    agent: Text | None = None
    """The column of who did it for the company."""
    channel: Text | None = None
    """The column of channels."""
    lane: Text | None = None
    """The column of lanes."""
    stage: Text | None = None
    """The column of stages."""
    cost: Text | None = None
    """The column of what an event costs."""
    value: Text | None = None
    """The column of what a journey is worth to the firm."""
    journey_attributes: Names | None = None
    """Further columns with one value per journey; without them and the next, all columns are kept."""
    event_attributes: Names | None = None
    """Further columns with one value per event."""
    time_format: Text | None = None
    """How stamps are written, in strptime's letters, where the reading found is wrong; or the unit of plain numbers."""
    milestones: Names = ()
    """The columns of stamps of a table with one row per journey: each becomes an event."""


class Identities(Section):
    """The key table that says which ids are one customer's."""

    path: Text
    """A table with a row for each pair of ids that are one, relative to this file."""
    id: Text | None = None
    """Its column of ids; the first where it is not named."""
    same_as: Text | None = None
    """Its column of the ids that are the same; the second where it is not named."""
    column: Text | None = None
    """The column of the log whose ids are made one; the customer's where it is not named."""


def _folder(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", name):
        raise ValueError('is no name for a table: write letters, digits, "_" and "-"')
    return name


TableName = Annotated[Text, AfterValidator(_folder)]


class Table(Section):
    """A table beside the log: where it is, and how it is read."""

    path: Text
    """A file or folder, relative to this file, or an address without a password."""
    table: Text | None = None
    """The table of a database."""
    query: Text | None = None
    """A query to a database, in its SQL, in place of a table."""
    sheet: Text | None = None
    """The sheet of a workbook."""
    delimiter: Annotated[str, Field(strict=True, min_length=1, max_length=1)] | None = None
    """What separates the columns of a text file, where the reading found is wrong."""
    encoding: Text | None = None
    """How a text file is encoded, where the reading found is wrong."""
    skip: Annotated[int, Field(strict=True, ge=0)] | None = None
    """How many lines of a text file or sheet stand above its header, where the reading found is wrong."""
    header: Annotated[bool, Field(strict=True)] | None = None
    """Whether a text file or sheet has a header at all, where the reading found is wrong."""
    quote: Annotated[str, Field(strict=True, max_length=1)] | None = None
    """What encloses values of a text file; "" where quotes are letters."""
    escape: Annotated[str, Field(strict=True, min_length=1, max_length=1)] | None = None
    """What makes a quote within quotes a letter."""


class Customers(Table):
    """The table of customers, one row each; its columns become attributes of customers."""

    key: Text
    """Its column of ids, as the log has them."""
    attributes: Names | None = None
    """The columns to keep; all of them where they are not named."""


class Beside(Table):
    """A table such as surveys or tickets: its columns of ids and times say of which event a row speaks."""

    journey: Text | None = None
    """Its column of the ids of journeys."""
    customer: Text | None = None
    """Its column of the ids of customers."""
    time: Text | None = None
    """Its column of times; a row is joined to the last event at or before its time."""

    @model_validator(mode="after")
    def _joins(self) -> Beside:
        if self.time and not (self.journey or self.customer):
            raise ValueError("has a time but neither journey nor customer")
        return self


class Split(Section):
    """Where one journey ends and the next begins; without it the column of journeys says so."""

    silence: Duration | None = None
    """A longer time without an event ends a journey."""
    after: Names = ()
    """Only the silence after these activities does: those after which it is the customer's turn."""
    start: Names = ()
    """The activities that open a journey."""
    end: Names = ()
    """The activities that close a journey."""
    by: Text | None = None
    """A column, such as a session's number: a journey has one value of it."""

    @model_validator(mode="after")
    def _splits(self) -> Split:
        if not (self.silence or self.start or self.end or self.by):
            raise ValueError("needs silence, start, end or by")
        if self.after and not self.silence:
            raise ValueError('has "after" but no silence')
        return self


Verdict = Literal["report", "refuse"]


class Contract(Section):
    """What may differ when a later part of the log comes: each difference is reported, or the part is refused."""

    missing_columns: Verdict = "report"
    """Columns that the store keeps and the part lacks; a column that has a role must always be there."""
    new_columns: Verdict = "report"
    """Columns that the store does not know."""
    changed_kinds: Verdict = "report"
    """Columns whose values are of another kind, such as texts among numbers."""
    changed_levels: Verdict = "report"
    """Columns that had one value per journey and now vary within journeys."""
    changed_ids: Verdict = "report"
    """Ids of journeys or customers that are written otherwise than all before, such as 101.0 instead of 101."""
    time_writing: Verdict = "report"
    """Time stamps that are written in another way."""
    zone: Verdict = "report"
    """Time stamps that are read in another time zone."""
    overlap: Literal["refuse", "report", "leave out"] = "refuse"
    """Rows that are in the store already, equal in every kept column: refused, kept twice, or left out."""
    left_out: Verdict = "report"
    """A far larger share of rows that cannot be used."""
    new_activities: Verdict = "report"
    """Activities that were never seen."""
    vanished_activities: Verdict = "report"
    """Activities of every earlier period that do not come any more."""
    new_values: Verdict = "report"
    """Values of other columns that were never seen."""
    vanished_values: Verdict = "report"
    """Values of every earlier period that do not come any more."""
    empty_cells: Verdict = "report"
    """Cells that were always filled and are empty."""
    volume: Verdict = "report"
    """Far more or fewer events, or journeys begun, than in earlier periods of the same length."""
