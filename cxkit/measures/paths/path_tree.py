"""Path tree: which ways lead away from a step, or to it, event by event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import narwhals as nw

from cxkit.errors import InputError, not_found
from cxkit.result import Result
from cxkit.schema import (
    ACTIVITY,
    COUNT,
    CUSTOMER,
    FIRST_VISIT,
    GAP,
    JOURNEY,
    LENGTH,
    PATH,
    POSITION,
    SECOND,
    VARIANT,
    codes,
)
from cxkit.where.amounts import length
from cxkit.where.filter import any_of
from cxkit.where.visits import code_of, contains
from cxkit.where.ways import goes, symbol
from cxkit.words import sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.selection.selection import Selection
    from cxkit.where.filter import Filter, Frame

Direction = Literal["forward", "backward"]
Row = dict[str, Any]
STEP, REST, EDGE, ROOT = "step", "rest", "end", "start"
KEY, NODE, DEPTH, MEDIAN, AT = "key", "node", "depth", "median_seconds", "at"
DEEPEST, WIDEST, MOST_NODES = 8, 12, 200


def path_tree(
    journeys: Journeys,
    *,
    start: str | None = None,
    direction: Direction = "forward",
    depth: int = 3,
    top: int = 5,
) -> Result:
    """Which ways lead on from a step, or to it, and how many journeys take each?

    Parameters
    ----------
    start : the activity from whose first visit the tree grows; the beginning of each journey when not given (backward:
        its last event seen).
    direction : "forward" for what comes after, "backward" for what came before.
    depth : how many steps away, 1 to 8.
    top : how many different steps grow at each place, 1 to 12; the others are its rest. 200 places at most.

    Returns a Result with a row per place, each after the one that it grows from: `node` (its number; 0 is the start),
    `parent` (where it grows from), `depth` (steps away), `kind` ("start"; "step"; "rest" for all other steps; "end"
    where nothing more comes, or backward nothing came before), `activity` (of a step), `count` (journeys), `customers`,
    `share` (of the journeys at the start), `parent_share` (of those at the place before), `median_seconds` (from the
    place before, from event to event), `path` (the steps from the start to here), `besides` (of a rest, the steps
    that are shown beside it). The places that grow from one add up
    to it; a place that is as deep as asked grows no further.

    An end is the last event seen: a journey may still be open. Journeys without the start are not in the tree.

    Errors: an unknown activity or direction, a depth or top outside its limits.

    >>> import cxkit as cx
    >>> tree = cx.toy_journeys().path_tree(start="Pay", depth=1).df()
    >>> tree[["kind", "activity", "count"]].fillna("").values.tolist()
    [['start', 'Pay', 9], ['step', 'Ship', 5], ['step', 'Call', 1], ['step', 'Cancel', 1], ['end', '', 2]]
    """
    for word, value, most in (("depth", depth, DEEPEST), ("top", top, WIDEST)):
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            raise InputError(f"{word}={value!r} is no whole number from 1 to {most}.")
    if direction not in get_args(Direction):
        raise not_found("direction", direction, get_args(Direction))
    if start is not None:
        code_of(journeys.selection.star, start)
    asked = Asked(start, direction == "backward", depth, top)
    return Result(
        name="path_tree",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: _table(journeys, asked),
        count=lambda: journeys.n,
        parameters={"start": start, "direction": direction, "depth": depth, "top": top},
        note=_note(asked),
        hidden=(NODE, "parent", "besides"),
        shown=lambda: {"ranks": journeys.ranks, "backward": asked.backward},
    )


class Asked(NamedTuple):
    """What a tree is asked for."""

    start: str | None
    backward: bool
    depth: int
    top: int


def _note(asked: Asked) -> str:
    if asked.start is None:
        return sentences("Back from the last event seen" if asked.backward else "From the beginning of each journey")
    return sentences(f"{'Back' if asked.backward else 'On'} from the first “{asked.start}” of each journey that has it")


def along(row: Mapping[str, Any], _journeys: Journeys, asked: Mapping[str, Any]) -> Filter:
    """The journeys at the place of a row."""
    start, backward, path = asked.get("start"), asked.get("direction") == "backward", tuple(row["path"])
    if row["kind"] == EDGE:
        return goes(path, start=start, backward=backward, ended=True)
    begun: Filter = length(at_least=1) if start is None else contains(start)
    here = goes(path, start=start, backward=backward) if path else begun
    if row["kind"] != REST:
        return here
    others = [goes((*path, name), start=start, backward=backward) for name in row["besides"]]
    edge = [goes(path, start=start, backward=backward, ended=True)] if path or start is not None else []
    return here & ~(any_of((*others, *edge)) if len(others) + len(edge) > 1 else others[0])


# ---- the tree --------------------------------------------------------------------------------------------------------


@dataclass
class Place:
    """A place of the tree: how many journeys are there, and the next steps by their letter."""

    kind: str
    letters: str
    parent: int = -1
    number: int = 0
    count: int = 0
    besides: Sequence[str] = ()
    grown: dict[str, Place] = field(default_factory=dict)


def _table(journeys: Journeys, asked: Asked) -> pa.Table:
    import pyarrow as pa

    rows = journeys.ask(lambda selection: _rows(selection, asked)) if journeys.n.journeys else []
    text, whole, real = pa.string(), pa.int64(), pa.float64()
    kinds = {NODE: pa.int32(), "parent": pa.int32(), DEPTH: pa.int32(), "kind": text, ACTIVITY: text}
    kinds |= {"count": whole, "customers": whole, "share": real, "parent_share": real, MEDIAN: real}
    return pa.Table.from_pylist(
        rows, schema=pa.schema([*kinds.items(), ("path", pa.list_(text)), ("besides", pa.list_(text))])
    )


def _rows(selection: Selection, asked: Asked) -> Any:
    """The rows of the tree, worked out over the different ways from the start and then counted by the engine."""
    import pyarrow as pa

    star, engine = selection.star, selection.star.engine
    ways = _ways(selection, asked)
    counted = engine.collect(ways.group_by(KEY).agg(nw.len().cast(nw.Int64).alias(COUNT)))
    counts = dict(zip(counted[KEY].to_pylist(), counted[COUNT].to_pylist(), strict=True))
    places = list(_grown(counts, asked, star.names))
    lines = [(key, depth, node) for key in counts for depth, node in enumerate(_passed(places[0], key, asked))]
    columns = list(zip(*lines, strict=True)) or [(), (), ()]
    types = (pa.string(), pa.int32(), pa.int32())
    arrays = [pa.array(values, kind) for values, kind in zip(columns, types, strict=True)]
    passed = engine.frame(pa.table(dict(zip((KEY, DEPTH, NODE), arrays, strict=True))))
    there = ways.join(passed, on=KEY, how="inner")
    figures = engine.collect(there.group_by(NODE).agg(nw.col(CUSTOMER).n_unique().cast(nw.Int64).alias("customers")))
    gaps = engine.quantiles(_gaps(selection, there, asked), [NODE], GAP, {MEDIAN: 0.5})
    people = {row[NODE]: row["customers"] for row in figures.to_pylist()}
    seconds = {row[NODE]: row[MEDIAN] for row in engine.collect(gaps).to_pylist()}
    return list(_told(places, people, seconds, star.names, asked))


def _ways(selection: Selection, asked: Asked) -> Frame:
    """The selected journeys that have the start, with what comes after it (or came before) as letters, nearest first.

    One letter more than the tree is deep tells whether a way goes on. Backward the letters stand in the journey's own
    order.
    """
    star, path = selection.star, nw.col(PATH)
    kinds, letter = star.variants.select(VARIANT, PATH), "" if asked.start is None else symbol(star, asked.start)
    if letter:
        kinds = kinds.filter(path.str.contains(letter, literal=True))
        cut = f"{letter}.*$" if asked.backward else f"^[^{letter}]*{letter}"
        kinds = kinds.with_columns(path.str.replace_all(cut, "").alias(PATH))
    near = path.str.tail(asked.depth) if asked.backward else path.str.head(asked.depth)
    ways = selection.outlines.select(JOURNEY, CUSTOMER, VARIANT, LENGTH)
    return ways.join(kinds.select(VARIANT, near.alias(KEY)), on=VARIANT, how="inner")


def _letters(key: str, asked: Asked) -> str:
    """The letters of a way, the nearest first."""
    return key[::-1] if asked.backward else key


def _grown(counts: Mapping[str, int], asked: Asked, names: Mapping[int, str]) -> Iterator[Place]:
    """The places of the tree in order: each before those that grow from it."""
    root = Place(ROOT, "", count=sum(counts.values()))
    level = {"": (root, Counter({_letters(key, asked): count for key, count in counts.items()}))}
    left = MOST_NODES
    for _ in range(asked.depth):
        following: dict[str, tuple[Place, Counter[str]]] = {}
        for place, ways in sorted(level.values(), key=lambda pair: (-pair[0].count, _named(pair[0], names))):
            if left < asked.top + 2:
                break
            following |= {grown.letters: (grown, own) for grown, own in _growing(place, ways, asked.top, names)}
            left -= len(place.grown)
        level = following
    numbers = iter(range(MOST_NODES + WIDEST))
    yield from _numbered(root, -1, numbers)


def _growing(
    place: Place, ways: Counter[str], top: int, names: Mapping[int, str]
) -> Iterator[tuple[Place, Counter[str]]]:
    """Let the most frequent next steps grow from a place, then the rest and the end; gives those that may grow on."""
    depth = len(place.letters)
    parts: dict[str, Counter[str]] = defaultdict(Counter)
    for letters, count in ways.items():
        parts[letters[depth : depth + 1]][letters] = count
    sizes = {letter: sum(part.values()) for letter, part in parts.items() if letter}
    ranked = sorted(sizes, key=lambda letter: (-sizes[letter], names[codes(letter)[0]]))
    for letter in ranked[:top]:
        place.grown[letter] = Place(STEP, place.letters + letter, count=sizes[letter])
        yield place.grown[letter], parts[letter]
    if ranked[top:]:
        rest = sum(sizes[letter] for letter in ranked[top:])
        place.grown[REST] = Place(REST, place.letters, count=rest, besides=ranked[:top])
    if "" in parts:
        place.grown[EDGE] = Place(EDGE, place.letters, count=sum(parts[""].values()))


def _named(place: Place, names: Mapping[int, str]) -> list[str]:
    return [names[code] for code in codes(place.letters)]


def _numbered(place: Place, parent: int, numbers: Iterator[int]) -> Iterator[Place]:
    place.number, place.parent = next(numbers), parent
    yield place
    for grown in place.grown.values():
        yield from _numbered(grown, place.number, numbers)


def _passed(root: Place, key: str, asked: Asked) -> Iterable[int]:
    """The places that a way passes, from the start on."""
    letters, place = _letters(key, asked), root
    yield place.number
    for depth in range(asked.depth):
        letter = letters[depth : depth + 1] or EDGE
        grown = place.grown.get(letter) or place.grown.get(REST)
        if grown is None:
            return
        yield grown.number
        if grown.kind != STEP:
            return
        place = grown


def _gaps(selection: Selection, there: Frame, asked: Asked) -> Frame:
    """How long each journey took to a place from the one before it: the gap behind the event that stands there."""
    away = nw.col(DEPTH)
    first = there.filter(away > 0)
    if asked.start is None:
        first = first.with_columns((nw.col(LENGTH) if asked.backward else nw.lit(-1)).cast(nw.Int32).alias(AT))
    else:
        code = code_of(selection.star, asked.start)
        visits = selection.star.moves.filter(nw.col(ACTIVITY) == code, nw.col(FIRST_VISIT) == 1)
        first = first.join(visits.select(JOURNEY, nw.col(POSITION).alias(AT)), on=JOURNEY, how="inner")
    place = nw.col(AT) - away if asked.backward else nw.col(AT) + away - 1
    wanted = first.select(JOURNEY, NODE, place.cast(nw.Int32).alias(POSITION))
    moves = selection.star.moves.filter(~nw.col(GAP).is_null()).select(JOURNEY, POSITION, GAP)
    return wanted.join(moves, on=[JOURNEY, POSITION], how="inner")


def _told(
    places: Sequence[Place],
    people: Mapping[int, int],
    seconds: Mapping[int, float | None],
    names: Mapping[int, str],
    asked: Asked,
) -> Iterator[Row]:
    root = places[0]
    for place in places:
        path = _named(place, names)
        before = places[place.parent].count if place.number else root.count
        gap = seconds.get(place.number)
        depth = len(path) + (place.kind in (REST, EDGE))
        yield {
            NODE: place.number,
            "parent": place.parent if place.number else None,
            DEPTH: depth,
            "kind": place.kind,
            ACTIVITY: path[-1] if place.kind == STEP else asked.start if place.kind == ROOT else None,
            "count": place.count,
            "customers": people.get(place.number, 0),
            "share": place.count / root.count if root.count else None,
            "parent_share": place.count / before if before else None,
            MEDIAN: None if gap is None or place.kind == EDGE else gap / SECOND,
            "path": path,
            "besides": [names[codes(letter)[0]] for letter in place.besides],
        }
