"""What may go with an outcome: values of attributes, steps, steps taken again, and long waits, up to a landmark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from cxkit.facts import outcome as outcomes
from cxkit.measures.findings.landmark import Landmark
from cxkit.schema import ACTIVITY, FIRST_VISIT, GAP, JOURNEY, NEXT, SECOND, TIME
from cxkit.store.columns import VALUE
from cxkit.words import lasting, precise

if TYPE_CHECKING:
    import numpy as np

    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Frame

    Array = np.ndarray[Any, Any]

ATTRIBUTE, STEP, AGAIN, WAIT = KINDS = ("attribute", "step", "again", "wait")
MOST_VALUES, MOST_WAITS, FEWEST = 20, 20, 20
HIGH = 0.75  # of the values: what is above is called high, or long


class Candidate(NamedTuple):
    """Something that a journey has or lacks up to the landmark.

    `side` is 1, -1, or 0 where it does not apply. `group` names those that exclude each other or measure the same.
    `column` is the attribute, `value` its value as a text, `above` the number that it is at least; `step` and `then`
    are activities, `seconds` a wait between them. `journeys` and `customers` are all that came to the landmark with it.
    """

    kind: str
    words: str
    side: Array
    journeys: int
    customers: int
    group: str
    column: str | None = None
    value: str | None = None
    above: float | None = None
    step: str | None = None
    then: str | None = None
    seconds: float | None = None


def candidates(land: Landmark, left_out: tuple[set[str], set[str]]) -> Iterator[Candidate]:
    """All that journeys may have up to the landmark, without what the outcome itself is made of."""
    yield from values(land, left_out[0])
    yield from _steps(land, left_out[1])
    if land.cut.selection.star.timed:
        yield from _waits(land, left_out[1])


def _sided(land: Landmark, has: Array, applies: Array | None = None) -> tuple[Array, int, int]:
    """1 at the places of these journeys, -1 at the others, 0 where it does not apply; and how many have it."""
    import numpy as np

    side = np.full(len(land.journey), -1 if applies is None else 0)
    for journeys, sign in ((applies, -1), (has, 1)):
        places = land.places(journeys) if journeys is not None else np.zeros(0, int)
        side[places[places >= 0]] = sign
    return side, len(has), land.people(has)


def values(land: Landmark, without: set[str]) -> Iterator[Candidate]:
    """The values of attributes of journeys and customers; of many numbers, those in the highest quarter."""
    star = land.cut.selection.star
    ended = {outcomes.NAME, outcomes.TAKEN} & set(star.columns)
    for name, kept in star.by_name.items():
        if kept.level == "event" or kept.kind == "time" or name in without | ended:
            continue
        table = land.cut.collect(lambda selection, of=name: _held(selection, of)).to_pandas()  # type: ignore[misc]
        column = table[VALUE]
        if kept.kind in ("integer", "number") and column.nunique() > MOST_VALUES:
            limit = float(column.quantile(HIGH, interpolation="lower"))
            side = _sided(land, table.loc[column >= limit, JOURNEY].to_numpy(), table[JOURNEY].to_numpy())
            yield Candidate(ATTRIBUTE, f"{name} {precise(limit)} or more", *side, name, name, above=limit)
            continue
        for value, count in column.value_counts().sort_index().items():
            if count >= FEWEST and column.nunique() <= max(MOST_VALUES, len(column) / FEWEST):
                side = _sided(land, table.loc[column == value, JOURNEY].to_numpy())
                word = str(value).lower() if kept.kind == "boolean" else str(value)
                yield Candidate(ATTRIBUTE, f"{name} {word}", *side, name, name, word)


def _held(selection: Selection, name: str) -> Frame:
    values = selection.star.of_journeys(name).select(JOURNEY, VALUE)
    return selection.outlines.select(JOURNEY).join(values, on=JOURNEY, how="inner")


def _steps(land: Landmark, without: set[str]) -> Iterator[Candidate]:
    names = land.cut.selection.star.names
    table = land.cut.collect(_visits).to_pandas()
    for code, part in sorted(table.groupby(ACTIVITY), key=lambda pair: names[int(pair[0])]):
        name = names[int(code)]
        if name == land.step or name in without:
            continue
        yield Candidate(STEP, name, *_sided(land, part[JOURNEY].to_numpy()), f"step {name}", step=name)
        twice = part.loc[part["times"] > 1, JOURNEY].to_numpy()
        if len(twice) >= FEWEST:
            yield Candidate(AGAIN, f"{name}, twice or more", *_sided(land, twice), f"step {name}", step=name)


def _visits(selection: Selection) -> Frame:
    return selection.moves.group_by(JOURNEY, ACTIVITY).agg(nw.len().cast(nw.Int64).alias("times"))


def _waits(land: Landmark, without: set[str]) -> Iterator[Candidate]:
    """The quarter that waited longest, of those that took a move, or from a step to the landmark."""
    names = land.cut.selection.star.names
    moves, ways = (land.cut.collect(ask).to_pandas() for ask in (_moves, _until_landmark))
    for keys, table in (([ACTIVITY, NEXT], moves), ([ACTIVITY], ways)):
        frequent = table.groupby(keys).size().sort_values(ascending=False, kind="stable").head(MOST_WAITS)
        for key in frequent.index:
            codes = key if isinstance(key, tuple) else (key,)
            first, then = names[int(codes[0])], names[int(codes[1])] if len(codes) > 1 else None
            if first == land.step or {first, then} & without:
                continue
            part = table[(table[keys] == list(codes)).all(axis=1)]
            limit = int(part[GAP].quantile(HIGH, interpolation="lower"))
            if limit <= 0 or limit == part[GAP].min():
                continue
            side = _sided(land, part.loc[part[GAP] >= limit, JOURNEY].to_numpy(), part[JOURNEY].to_numpy())
            way = f"from {first} to {then or land.step}" if then is None else f"from {first} directly to {then}"
            words = f"{lasting(limit / SECOND)} or longer {way}"
            yield Candidate(WAIT, words, *side, f"wait {first} {then}", step=first, then=then, seconds=limit / SECOND)


def _moves(selection: Selection) -> Frame:
    """The longest wait of each journey on each move."""
    taken = selection.moves.filter(~nw.col(NEXT).is_null())
    return taken.group_by(JOURNEY, ACTIVITY, NEXT).agg(nw.col(GAP).max().cast(nw.Int64).alias(GAP))


def _until_landmark(selection: Selection) -> Frame:
    """How long it took from each journey's first visit of a step until its last event, which is the landmark."""
    ends = selection.moves.group_by(JOURNEY).agg(nw.col(TIME).max().alias("end"))
    firsts = selection.events.filter(nw.col(FIRST_VISIT)).select(JOURNEY, ACTIVITY, TIME)
    lasts = firsts.join(ends, on=JOURNEY, how="inner")
    return lasts.select(JOURNEY, ACTIVITY, (nw.col("end") - nw.col(TIME)).cast(nw.Int64).alias(GAP))
