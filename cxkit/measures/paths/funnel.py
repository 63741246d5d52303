"""Funnel: how many journeys come from step to step, and what the others do instead."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.errors import InputError
from cxkit.facts import outcome
from cxkit.facts.stages import stage_of
from cxkit.result import Result
from cxkit.schema import CUSTOMER, GAP, JOURNEY, NEXT, PATH, POSITION, SECOND, VARIANT, codes
from cxkit.selection import segment
from cxkit.selection.segment import OTHER, SEGMENT
from cxkit.statistics.intervals import share_by_customer, share_of_units
from cxkit.store.columns import VALUE
from cxkit.where.attributes import attribute
from cxkit.where.ways import passes, taken
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Steps = Sequence[str | Sequence[str]]
Row = dict[str, Any]
STEP, OPEN, PEOPLE, MEDIAN = "step", "open", "people", "median_seconds"
MOST_DEFAULT = 8
ARROW = "->"
USUAL = "The steps are those of the most frequent way"
STAGES = "The steps are the stages of the engagement file"


def funnel(
    journeys: Journeys, *, steps: Steps | str | None = None, by: str | None = None, within: str | None = None
) -> Result:
    """How far do journeys come, step by step, and what do the others do instead?

    Parameters
    ----------
    steps : names of activities, in order; a list of names is one step that any of them is. A text such as
        "Order -> Pay" is the same as a list. When not given: the stages of the engagement, or else the different steps
        of the most frequent way, eight at most.
    by : an attribute of journeys or customers, or a tag, to compare by: its six largest segments, and "(other)".
    within : a duration such as "30d": every later step counts at most so much time after the first one began.

    Returns a Result with a row per segment and step: `segment` (its value as text; "all" for all together), `step`
    (from 1), `name`, `count` (journeys that take it after the steps before), `went_on` (of these, to the next step),
    `fell_out` (that did not), `open` (that did not and have not ended; empty where nobody said what ends a journey,
    and then they are among those that fell out), `customers`, `share` (of the journeys at the first step), `share_low`
    and `share_high` (95 % interval, by customer), `previous_share` (of those at the step before; of all journeys at
    the first), `previous_low` and `previous_high`, `median_seconds` (since the step before), `instead` (what those
    that fell out did most often directly after this step; empty for nothing more) and `instead_count` (of them).
    `count` is `went_on`, `fell_out` and `open` together. At the last step nobody falls out.

    A step counts at the first time it comes after the step before, whatever lies between (an ordered, open funnel).
    Shares are of all journeys so far: those that are still open may go on.

    Errors: no steps, an unknown activity, an unknown attribute, one of events, or one that holds times; a duration that
    is none, or one in a log without time.

    >>> import cxkit as cx
    >>> cx.toy_journeys().funnel(steps=["Order", "Pay", "Ship"]).df()[["name", "count", "fell_out"]].values.tolist()
    [['Order', 12, 3], ['Pay', 9, 3], ['Ship', 6, 0]]
    """
    segment.check(journeys, by)
    chain, named, note = _chain(journeys, steps)
    wanted = passes(chain, within)
    wanted.check(journeys.selection.star)
    asked = Asked(wanted.groups, named, by, within)
    return Result(
        name="funnel",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, asked),
        count=lambda: journeys.n,
        parameters={"steps": steps, "by": by, "within": within},
        note=sentences(note, f"By {by}" if by else "", f"All steps within {within} of the first" if within else ""),
    )


class Asked(NamedTuple):
    """What a funnel is asked for: the activities of each step and its name."""

    steps: list[tuple[str, ...]]
    names: list[str]
    by: str | None
    within: str | None


def reaching(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys that come to the step of a row."""
    return segment.within(_passing(row[STEP], journeys, asked), row, journeys, asked.get("by"))


def falling(row: Mapping[str, Any], journeys: Journeys, asked: Mapping[str, Any]) -> Filter | None:
    """The journeys that come to the step of a row, have ended, and did not come to the next."""
    if not row["fell_out"]:
        return None
    left = reaching(row, journeys, asked) & ~_passing(row[STEP] + 1, journeys, asked)
    column = outcome.name_in(journeys.selection.star)
    return left if column is None else left & ~attribute(column, outcome.OPEN)


def _passing(step: int, journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    chain, _, _ = _chain(journeys, asked.get("steps"))
    return passes(chain[:step], asked.get("within"))


# ---- which steps -----------------------------------------------------------------------------------------------------


def _chain(journeys: Journeys, steps: Steps | str | None) -> tuple[list[Any], list[str], str]:
    """The steps, what each is called, and where they come from."""
    if isinstance(steps, str):
        steps = [name.strip() for name in steps.split(ARROW) if name.strip()]
    if steps is not None:
        chain = list(passes(list(steps)).steps)
        return chain, [step if isinstance(step, str) else " or ".join(step) for step in chain], ""
    staged = _stages(journeys)
    if staged:
        return list(staged.values()), list(staged), STAGES
    names = _usual(journeys)
    return list(names), names, USUAL


def _stages(journeys: Journeys) -> dict[str, list[str]]:
    """The activities of each stage, in the order of the stages; nothing where fewer than two are in this log."""
    if journeys.engagement is None:
        return {}
    placed, own = stage_of(journeys.engagement), journeys.selection.star.codes
    stages = {name: [act for act, stage in placed.items() if stage == name and act in own] for name in
              journeys.engagement.stages}  # fmt: skip
    full = {name: activities for name, activities in stages.items() if activities}
    return full if len(full) > 1 else {}


def _usual(journeys: Journeys) -> list[str]:
    """The different steps of the most frequent way of the whole store."""
    paths = journeys.collect(lambda chosen: chosen.star.variants.sort(VARIANT).select(PATH).head(1))[PATH].to_pylist()
    names = journeys.selection.star.names
    if not paths:
        raise InputError("There are no steps in this log. Name activities with steps=.")
    return list(dict.fromkeys(names[code] for code in codes(paths[0])))[:MOST_DEFAULT]


# ---- the table -------------------------------------------------------------------------------------------------------


class Counted(NamedTuple):
    """What the engine counts: kinds of customers by how many journeys come how far, and by segment and step the rest.

    `kinds` holds (segment, customers of this kind, journeys, at step 1, at step 2, ...).
    """

    kinds: list[tuple[Any, ...]]
    still: Mapping[tuple[str, int], int]
    instead: Mapping[tuple[str, int], Counter[int | None]]
    seconds: Mapping[tuple[str, int], float | None]
    known: bool


def _table(journeys: Journeys, asked: Asked) -> pa.Table:
    import pyarrow as pa

    shown = segment.largest(journeys, asked.by)
    counted = journeys.ask(lambda selection: _counted(selection, asked, shown))
    sizes: Counter[str] = Counter()
    for text, customers, begun, *_ in counted.kinds:
        sizes[text] += customers * begun
    order = sorted(sizes, key=lambda text: (text == OTHER, -sizes[text], text))
    names = journeys.selection.star.names
    rows = [row for text in order for row in _rows(text, counted, asked, names)]
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {SEGMENT: text, STEP: pa.int32(), "name": text}
    kinds |= dict.fromkeys(("count", "went_on", "fell_out", OPEN, "customers"), whole)
    kinds |= dict.fromkeys(("share", "share_low", "share_high"), real)
    kinds |= dict.fromkeys(("previous_share", "previous_low", "previous_high", MEDIAN), real)
    kinds |= {"instead": text, "instead_count": whole}
    return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))


def _counted(selection: Selection, asked: Asked, shown: Sequence[str]) -> Any:
    star, engine = selection.star, selection.star.engine
    wanted = [[star.codes[name] for name in step] for step in asked.steps]
    levels = list(taken(star.moves, wanted, asked.within, lambda name, build: engine.materialise(
        f"{star.key}|{name}", build)))  # fmt: skip
    numbered = [
        level.select(JOURNEY, nw.lit(place).cast(nw.Int32).alias(STEP), POSITION, GAP)
        for place, level in enumerate(levels, 1)
    ]
    long = nw.concat(numbered)
    people = _people(selection, asked, shown)
    deep = long.group_by(JOURNEY).agg(nw.col(STEP).max(), nw.col(POSITION).max())
    deep = people.join(deep, on=JOURNEY, how="left").with_columns(nw.col(STEP).fill_null(0))
    gaps = long.filter(~nw.col(GAP).is_null()).join(people, on=JOURNEY, how="inner")
    medians = engine.collect(engine.quantiles(gaps, [SEGMENT, STEP], GAP, {MEDIAN: 0.5})).to_pylist()
    told = outcome.name_in(star) is not None
    still = engine.collect(_still(deep)).to_pylist() if told else []
    return Counted(
        [tuple(row.values()) for row in engine.collect(_kinds(deep, len(levels))).to_pylist()],
        {(row[SEGMENT], row[STEP]): row["count"] for row in still},
        _grouped(engine.collect(_next(deep, star.moves, len(levels))).to_pylist()),
        {(row[SEGMENT], row[STEP]): row[MEDIAN] / SECOND for row in medians if row[MEDIAN] is not None},
        told,
    )


def _people(selection: Selection, asked: Asked, shown: Sequence[str]) -> Frame:
    """The selected journeys with their segment, their customer, and whether they are open."""
    people = segment.gathered(selection, asked.by, shown).select(JOURNEY, CUSTOMER, SEGMENT)
    name = outcome.name_in(selection.star)
    if name is None:
        return people.with_columns(nw.lit(False).alias(OPEN))
    ends = selection.star.of_journeys(name).select(JOURNEY, (nw.col(VALUE) == outcome.OPEN).alias(OPEN))
    return people.join(ends, on=JOURNEY, how="left").with_columns(nw.col(OPEN).fill_null(False))


def _kinds(deep: Frame, steps: int) -> Frame:
    """How many customers have so many journeys that come so far: most have few, so there are few kinds."""
    columns = [f"{STEP}{place}" for place in range(steps + 1)]
    reached = [
        (nw.col(STEP) >= place).cast(nw.Int64).sum().cast(nw.Int64).alias(name) for place, name in enumerate(columns)
    ]
    own = deep.group_by(SEGMENT, CUSTOMER).agg(*reached)
    counted = own.group_by(SEGMENT, *columns).agg(nw.len().cast(nw.Int64).alias(PEOPLE))
    return counted.select(SEGMENT, PEOPLE, *columns).sort(SEGMENT, *columns)


def _still(deep: Frame) -> Frame:
    return deep.filter(nw.col(OPEN)).group_by(SEGMENT, STEP).agg(nw.len().cast(nw.Int64).alias("count"))


def _next(deep: Frame, moves: Frame, steps: int) -> Frame:
    """What those that fell out did directly after the last step that they came to."""
    left = deep.filter(~nw.col(OPEN), nw.col(STEP) > 0, nw.col(STEP) < steps)
    after = left.join(moves.select(JOURNEY, POSITION, NEXT), on=[JOURNEY, POSITION], how="inner")
    return after.group_by(SEGMENT, STEP, NEXT).agg(nw.len().cast(nw.Int64).alias("count"))


def _grouped(rows: Sequence[Row]) -> Mapping[tuple[str, int], Counter[int | None]]:
    counts: dict[tuple[str, int], Counter[int | None]] = defaultdict(Counter)
    for row in rows:
        counts[row[SEGMENT], row[STEP]][row[NEXT]] += row["count"]
    return counts


def _rows(text: str, counted: Counted, asked: Asked, names: Mapping[int, str]) -> Iterator[Row]:
    """The rows of one segment."""
    import numpy as np

    kinds = np.array([kind[1:] for kind in counted.kinds if kind[0] == text], dtype=np.int64)
    people, reached = kinds[:, 0], kinds[:, 1:]
    totals = (people[:, None] * reached).sum(axis=0).tolist()
    for step, name in enumerate(asked.names, 1):
        last, key = step == len(asked.names), (text, step)
        ahead = totals[step] if last else totals[step + 1]
        still = counted.still.get(key, 0) if counted.known and not last else 0
        before = _share(people, reached[:, step], reached[:, step - 1])
        first = before if step == 2 else _share(people, reached[:, step], reached[:, 1])
        first = first if step > 1 else (1.0 if totals[1] else None, None, None)
        instead, times_so = _most(counted.instead.get(key, Counter()), names)
        yield {
            SEGMENT: text, STEP: step, "name": name, "count": totals[step], "went_on": None if last else ahead,
            "fell_out": totals[step] - ahead - still, OPEN: still if counted.known else None,
            "customers": int(people[reached[:, step] > 0].sum()),
            "share": first[0], "share_low": first[1], "share_high": first[2],
            "previous_share": before[0], "previous_low": before[1], "previous_high": before[2],
            MEDIAN: counted.seconds.get(key), "instead": instead, "instead_count": times_so,
        }  # fmt: skip


def _share(people: Any, hits: Any, of: Any) -> tuple[float | None, float | None, float | None]:
    """The share and its interval by customer, from kinds of customers."""
    import numpy as np

    if of.max() <= 1:
        share = share_of_units(int((hits * people).sum()), int((of * people).sum()))
        return share.value, share.low, share.high
    own, base = np.repeat(hits, people), np.repeat(of, people)
    share = share_by_customer(np.arange(len(own)), own, base)
    return share.value, share.low, share.high


def _most(counts: Counter[int | None], names: Mapping[int, str]) -> tuple[str | None, int]:
    """What came most often, and how often; of equals the first by name, and an activity before the end."""
    if not counts:
        return None, 0
    code = min(counts, key=lambda code: (-counts[code], code is None, "" if code is None else names[code]))
    return (None if code is None else names[code]), counts[code]
