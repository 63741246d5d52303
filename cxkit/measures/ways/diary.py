"""Diary: one journey as it was lived, with what lies beside the log and the customer's other journeys."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from cxkit.errors import InputError
from cxkit.facts import outcome
from cxkit.facts.outcome import GOAL, OPEN
from cxkit.facts.stages import lane_sides
from cxkit.measures.ways.rows import events
from cxkit.measures.ways.tables import speaking_of
from cxkit.result import Population, Result
from cxkit.schema import (
    CUSTOMER,
    FIRST,
    ID,
    JOURNEY,
    LAST,
    LENGTH,
    PATH,
    POSITION,
    SECOND,
    SERVICE,
    TIME,
    VARIANT,
)
from cxkit.statistics.sequences import medoid
from cxkit.store.columns import VALUE
from cxkit.times import EPOCH, zone_of, zoned
from cxkit.words import lasting, many, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

Row = dict[str, Any]
STEP, OTHER_JOURNEY = "step", "other journey"
SIDES = {"customer": "did", "front": "heard", "evidence": "heard", "back": "behind", "support": "behind"}
MOST_STEPS, MOST_OTHERS, MOST_WORDS = 2_000, 200, 12
OWN = ("journey", "position", "activity", "time", "seconds")
KEYS = ("journey", "customer", "position", "activity", "event_time")
TWICE = tuple(f"{name} (of the table)" for name in KEYS)  # what the log says too


def diary(journeys: Journeys, journey: str | None = None) -> Result:
    """What happened to this customer in this journey, step by step?

    Parameters
    ----------
    journey : the id of a journey of the selection; the typical one when not given: that from which all others are
        least far on average (the medoid; over 500 drawn journeys where there are more ways than that).

    Returns a Result with a row per step, per row of a table beside the log that speaks of the journey or its customer
    and says when, and per other journey of the customer, in this order and each by time: `part` ("step", the name of
    the table, or "other journey"), `journey` (the client's id), `who` (what the journey is called where people read:
    a pseudonym, the same in every answer about this log), `position` (of a step, or of the step that a row was
    joined to, from 1), `what` (the activity; of another journey how many events it has), `lane` (of a step: its lane,
    or else its stage, where the log or the engagement knows them), `side` (of a step, where lanes say it: "did" is what
    the customer did, "heard" what the company did towards them, "behind" what it did unseen), `day` (of the journey,
    the first is 1), `time`, `until` (when a step ended, where that is
    known; the last event of another journey), `seconds` (how long a step took), `wait_seconds` (of the calendar, from
    the end of all steps before to this step, 0 where they overlap), `details` (what else is known, as "name: value").

    Ids stand in the column `journey` only; the picture, the note and the table that people see have pseudonyms. What
    else customers wrote or were called stands in `details` as the log has it.

    Errors: a journey that is not in the selection.

    >>> import cxkit as cx
    >>> cx.toy_journeys().diary("A06").df()[["part", "what"]].values.tolist()[3:]
    [['step', 'Call'], ['step', 'Ship'], ['other journey', '4 events']]
    """
    asked = journey if journey is not None else _typical(journeys)
    rows = journeys.collect(lambda selection: _chosen(selection, asked)).to_pylist()
    if journey is not None and not rows:
        raise InputError(f'No journey "{journey}" in this selection. See j.journeys().')
    chosen = rows[0] if rows else None
    return Result(
        name="diary",
        unit="steps",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, chosen),
        count=lambda: Population(len(rows), len(rows), journeys.n.known),
        parameters={"journey": journey},
        note=_note(journeys, chosen, typical=journey is None and asked is not None),
        hidden=("journey",),
        shown=lambda: {"ranks": journeys.ranks},
    )


def _typical(journeys: Journeys) -> str | None:
    """The id of the typical journey: the first, by id, of those that go the way which is least far from all others."""
    counted = journeys.collect(_ways).to_pydict()
    if not counted[VARIANT]:
        return None
    number = counted[VARIANT][medoid(counted[PATH], counted["count"])]
    ids = journeys.collect(
        lambda selection: selection.journeys.filter(nw.col(VARIANT) == number).select(ID).sort(ID).head(1)
    )
    return str(ids[ID][0].as_py())


def _ways(selection: Selection) -> Frame:
    """The ways of the journeys, and how many go each."""
    counts = selection.outlines.group_by(VARIANT).agg(nw.len().cast(nw.Int64).alias("count"))
    paths = selection.star.variants.select(VARIANT, PATH)
    return counts.join(paths, on=VARIANT, how="inner").sort("count", VARIANT, descending=[True, False])


def _note(journeys: Journeys, chosen: Mapping[str, Any] | None, *, typical: bool) -> str:
    """Which journey it is, how it ended, and for how long nothing has been heard of it."""
    if chosen is None:
        return ""
    called = f"Journey {_who(journeys, chosen[ID])}{', the typical one' if typical else ''}"
    ended, silence = journeys.collect(lambda selection: _ended(selection, chosen[JOURNEY])).to_pylist()[0].values()
    word = f"Ended as {ended}" if ended and ended != OPEN else "Still open" if ended else ""
    quiet = silence is not None and journeys.selection.star.timed and ended != GOAL
    after = f"the log goes on for {lasting(silence / SECOND)} without it" if quiet and silence else ""
    return sentences(called, ", ".join(text for text in (word, after) if text).capitalize())


def _ended(selection: Selection, journey: int) -> Frame:
    """How the journey ended, where that is known, and how long before the end of the log its last event was."""
    star = selection.star
    end = star.engine.collect(star.outlines.select(nw.col(LAST).max()))[LAST].to_pylist()[0] or 0
    own = star.outlines.filter(nw.col(JOURNEY) == journey).select(JOURNEY, (end - nw.col(LAST)).alias("quiet"))
    name = outcome.name_in(star)
    if name is None:
        return own.select(nw.lit(None).cast(nw.String).alias(VALUE), "quiet")
    return own.join(star.of_journeys(name), on=JOURNEY, how="left").select(VALUE, "quiet")


def _who(journeys: Journeys, name: str) -> str:
    """The pseudonym of a journey: nobody without the log can tell whose it is."""
    key = journeys.manifest.parts[0].fingerprint if journeys.manifest.parts else journeys.manifest.fingerprint
    digest = hashlib.blake2s(name.encode(), key=key.encode()[:32], digest_size=5).digest()
    return base64.b32encode(digest).decode()


def _chosen(selection: Selection, journey: str | None) -> Frame:
    """The journey of that id, or the first."""
    rows = selection.journeys.select(ID, JOURNEY, CUSTOMER)
    if journey is not None:
        return rows.filter(nw.col(ID) == str(journey))
    return rows.sort(ID).head(1)


def _table(journeys: Journeys, chosen: Mapping[str, Any] | None) -> pa.Table:
    import pyarrow as pa

    rows: list[Row] = []
    if chosen is not None:
        rows = [*_steps(journeys, chosen), *_beside(journeys, chosen), *_others(journeys, chosen)]
    stamp = pa.timestamp("us", tz=journeys.base.zone)
    begun = min((row["time"] for row in rows if row["part"] == STEP and row["time"]), default=None)
    for row in rows:
        moment = row["time"] if begun and row["part"] != OTHER_JOURNEY else None
        row |= {"who": _who(journeys, row["journey"]) if row["journey"] is not None else None}
        row["day"] = _day(moment, begun, journeys.base.zone) if moment and begun else None
    kinds: dict[str, Any] = dict.fromkeys(("part", "journey", "who"), pa.string())
    kinds |= {"position": pa.int64(), "what": pa.string()}
    kinds |= {
        "lane": pa.string(),
        "side": pa.string(),
        "day": pa.int64(),
        "time": stamp,
        "until": stamp,
        "seconds": pa.float64(),
    }
    kinds |= {"wait_seconds": pa.float64(), "details": pa.list_(pa.string())}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _day(moment: Any, begun: Any, zone: str) -> int:
    """Which day of the journey it is; the first is 1."""
    days = [_local(stamp, zone).date() for stamp in (begun, moment)]
    return int((days[1] - days[0]).days) + 1


def _local(stamp: Any, zone: str) -> datetime:
    """The moment in the zone, from microseconds or as it is."""
    if isinstance(stamp, int):
        stamp = EPOCH + timedelta(microseconds=stamp)
    return stamp.astimezone(zone_of(zone)) if stamp.tzinfo else stamp


# ---- steps -----------------------------------------------------------------------------------------------------------


def _steps(journeys: Journeys, chosen: Mapping[str, Any]) -> Iterator[Row]:
    listed = events(journeys, journey=chosen[ID], rows=MOST_STEPS).table.to_pylist()
    stamps = journeys.collect(lambda selection: _stamps(selection, chosen[JOURNEY])).to_pylist()
    worked = {stamp[POSITION] + 1: stamp for stamp in stamps}
    lane, ended, timed = _lane(journeys), None, journeys.selection.star.timed
    sides = lane_sides(journeys.engagement) if journeys.engagement else {}
    for event in listed:
        stamp = worked[event["position"]]
        service, begun = stamp[SERVICE], stamp[TIME] if timed else None
        wait = None if ended is None or begun is None else max(begun - ended, 0) / SECOND
        if begun is not None:
            ended = max(ended or begun, begun + (service or 0))
        until = None if service is None or begun is None else begun + service
        row = {"part": STEP, "journey": chosen[ID], "position": event["position"], "what": event["activity"]}
        row |= {"lane": _text(event.get(lane)) if lane else None, "side": SIDES.get(sides.get(event["activity"], ""))}
        row |= {"time": begun, "until": until}
        row |= {"seconds": None if service is None else service / SECOND, "wait_seconds": wait}
        yield {**row, "details": _details(event, (*OWN, lane or ""))}


def _stamps(selection: Selection, journey: int) -> Frame:
    own = selection.events.filter(nw.col(JOURNEY) == journey)
    return own.select(POSITION, TIME, SERVICE).sort(POSITION).head(MOST_STEPS)


def _lane(journeys: Journeys) -> str | None:
    """The attribute of events that says where a step belongs: a lane, or else a stage."""
    roles = journeys.engagement.roles if journeys.engagement else None
    names = [roles.lane if roles else None, "lane", roles.stage if roles else None, "stage"]
    kept = journeys.selection.star.by_name
    return next((name for name in names if name in kept and kept[name].level == "event"), None)


def _details(row: Mapping[str, Any], without: Sequence[str]) -> list[str]:
    words = [f"{name}: {_text(value)}" for name, value in row.items() if value is not None and name not in without]
    return words[:MOST_WORDS]


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return value.isoformat(" ", "minutes") if hasattr(value, "isoformat") and hasattr(value, "hour") else str(value)


# ---- beside and around -----------------------------------------------------------------------------------------------


def _narrowed(journey: int) -> Callable[[Selection], Selection]:
    """What turns a selection into the one of a single journey."""

    def narrow(selection: Selection) -> Selection:
        return replace(selection, chosen=selection.journeys.filter(nw.col(JOURNEY) == journey).select(JOURNEY))

    return narrow


def _beside(journeys: Journeys, chosen: Mapping[str, Any]) -> Iterator[Row]:
    for kept in journeys.manifest.tables:
        stamped = kept.keys.get("time")
        if not stamped:
            continue
        rows = speaking_of(journeys, kept, _narrowed(chosen[JOURNEY])).to_pylist()
        for row in sorted((row for row in rows if row.get(stamped)), key=lambda row: row[stamped]):
            told = _details(row, (*KEYS, *TWICE, stamped))
            own = {"part": kept.name, "journey": row["journey"], "position": row.get("position"), "time": row[stamped]}
            yield {**own, "what": told[0] if told else many(1, "row"), "details": told}


def _others(journeys: Journeys, chosen: Mapping[str, Any]) -> Iterator[Row]:
    """The customer's other journeys in the whole log; none where nobody knows whose they are."""
    if not journeys.n.known:
        return

    def question(_: Selection) -> Frame:
        every = journeys.base.journeys.filter(nw.col(CUSTOMER) == chosen[CUSTOMER], nw.col(JOURNEY) != chosen[JOURNEY])
        return every.select(ID, FIRST, LAST, LENGTH).sort(FIRST, ID).head(MOST_OTHERS)

    table = journeys.collect(question)
    moments = {name: zoned(table[name], journeys.base.zone).to_pylist() for name in (FIRST, LAST)}
    for place, row in enumerate(table.to_pylist()):
        own = {"part": OTHER_JOURNEY, "journey": row[ID], "what": many(row[LENGTH], "event"), "details": []}
        yield {**own, "time": moments[FIRST][place], "until": moments[LAST][place]}
