"""The facets of a board: what journeys can be chosen by, each with its values and counts, asked when it is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit import where as w
from cxkit.catalog import entry
from cxkit.errors import not_found
from cxkit.where.filter import Filter, all_of, any_of, none_of
from cxkit.words import many, percent, safe, spanned

if TYPE_CHECKING:
    from cxwidgets.board import Board

MOST_ROWS = 500
MOST_EXAMPLES, MOST_MARKED = 8, 60
VISITS, STARTS, ENDS, ORDER = "visits", "starts", "ends", "order"
PERIOD, WEEK, LASTS, LENGTH = "period", "week", "lasts", "length"
TAKES, WAITS, ENDPOINTS, REPEATS, PATTERN = "takes", "waits", "endpoints", "repeats", "pattern"
ACTIVITIES = {VISITS: w.contains, STARTS: w.starts_with, ENDS: w.ends_with}
BUILT_IN = {
    VISITS: "Steps taken", STARTS: "First step", ENDS: "Last step so far", ENDPOINTS: "First and last step",
    REPEATS: "Repeated steps", ORDER: "Two steps in order", TAKES: "Time between two steps",
    WAITS: "Wait before a step", PATTERN: "Way taken",
    PERIOD: "Period", WEEK: "Hours of the week", LASTS: "Duration", LENGTH: "Number of steps",
}  # fmt: skip
MISSING = "(missing)"
SEE = " See j.activities()."  # where Python is at hand
OF = "of "  # ahead of an attribute's name: a client may call one "period"


@dataclass(frozen=True)
class Facet:
    """One thing to choose by: what the browser is told, and the filter of each row by its key."""

    facts: Mapping[str, Any]
    choices: Mapping[str, Filter] = field(default_factory=dict)


def offered(journeys: cx.Journeys) -> list[list[str]]:
    """The facets of a log: their names, and what they are called."""
    built_in = [[name, words] for name, words in BUILT_IN.items()]
    return built_in + [[f"{OF}{name}", safe(name)] for name in journeys.known_attributes]


def opened(name: str, board: Board, owner: str, tried: str = "") -> Facet:
    """A facet with its values, counted among the journeys under every clause but the owner's; so is a way tried."""
    journeys, clause = board.journeys_for(owner), board.clauses.get(owner)
    facts = {"name": name, "owner": owner, "n": many(journeys.n.journeys, "journey"), **_given(clause)}
    if name in ACTIVITIES:
        return _listed(facts, _activities(name, journeys), clause)
    if name in BUILT_IN:
        return Facet({**facts, "kind": name, **_more(name, board, owner, tried)})
    attribute = name.removeprefix(OF)
    attributes = board.base.known_attributes
    if not name.startswith(OF) or attribute not in attributes:
        raise not_found("property", attribute, attributes)
    if attributes[attribute].kind == "time":
        return Facet({**facts, "kind": "times"})
    rows = journeys.values(of=attribute).table.to_pylist()
    keeps = [(row, entry("values").keeps(row, board.base, {"of": attribute})) for row in rows]
    counted = ((row["value"], row["count"], row["share"], keep) for row, keep in keeps if keep is not None)
    facet = _listed(facts, counted, clause)
    binned = any(row["low"] is not None for row in rows)
    return Facet({**facet.facts, "kind": "numbers"}, facet.choices) if binned else facet


def _more(name: str, board: Board, owner: str, tried: str) -> dict[str, Any]:
    """What the form of a facet needs beside the words of its clause."""
    if name == PERIOD:
        return {"span": _span(board.base), "periods": _periods(board.journeys_for(owner))}
    if name == WAITS:
        return {"span": _span(board.base)}
    if name == ORDER:
        known = board.base.known_attributes.values()
        return {"compared": [attribute.name for attribute in known if attribute.level == "event"]}
    if name != PATTERN:
        return {}
    journeys = board.journeys_for(owner)
    shown = {"examples": [[title, steps] for title, steps in examples(board, owner)]}
    return shown | ({"tried": _tried(tried, journeys)} if tried else {})


def examples(board: Board, owner: str) -> list[tuple[str, list[str]]]:
    """Ways in which steps can be marked: the journey that is looked at, and the most frequent ones."""
    opened = board.opened
    rows = [] if opened is None else board.base.diary(opened).table.to_pylist()
    steps = [row["what"] for row in rows if row["part"] == "step"]
    ways = board.journeys_for(owner).variants(top=MOST_EXAMPLES).table.to_pylist()
    usual = [(f"{many(row['count'], 'journey')} ({percent(row['share'])})", row["activities"]) for row in ways]
    return [(title, way[:MOST_MARKED]) for title, way in [*([(f"journey {opened}", steps)] if steps else []), *usual]]


def _tried(tried: str, journeys: cx.Journeys) -> dict[str, str]:
    """How many journeys go a way that is being written, or what is wrong with it."""
    try:
        kept = journeys.keep(w.pattern(tried)).n
    except cx.CxError as error:
        return {"text": tried, "error": str(error).replace(SEE, "", 1)}
    some = f"{many(kept.journeys)} of {many(journeys.n.journeys, 'journey')}"
    return {"text": tried, "count": f"{some} ({percent(kept.journeys / max(1, journeys.n.journeys))})"}


def composed(filters: Sequence[Filter]) -> Filter | None:
    """One clause for any of these: values of one attribute stand together."""
    valued = [leaf for leaf in filters if isinstance(leaf, w.attribute) and leaf.values]
    if len(valued) > 1 and len({leaf.name for leaf in valued}) == 1:
        together = w.attribute(valued[0].name, *(value for leaf in valued for value in leaf.values))
        filters = [together, *(other for other in filters if other not in valued)]
    if len(filters) < 2:
        return filters[0] if filters else None
    return any_of(tuple(filters))


def checked(clause: Filter, journeys: cx.Journeys) -> Filter:
    """The clause, if every value that it names is there: else an error that says the closest."""
    kinds = {name: attribute.kind for name, attribute in journeys.known_attributes.items()}
    for leaf in clause.leaves():
        if isinstance(leaf, w.attribute) and leaf.values and kinds.get(leaf.name) == "text":
            there = set(journeys.values(of=leaf.name).table["value"].to_pylist())
            for value in leaf.values:
                if value not in there:
                    raise not_found(f"value of {leaf.name}", value, there)
    return clause


def facet_of(clause: Filter) -> str:
    """The facet in which a clause can be edited; none for one of several matters."""
    inside = clause.of[0] if isinstance(clause, none_of) else clause
    names = {_name_of(leaf) for leaf in inside.leaves()}
    plain = isinstance(inside, any_of) or inside in [*inside.leaves()] or names == {LASTS}
    return names.pop() if plain and len(names) == 1 else ""


def _name_of(leaf: Filter) -> str:
    kinds = {w.follows: ORDER, w.during: PERIOD, w.lasts: LASTS, w.length: LENGTH, w.takes: TAKES}
    kinds |= {w.waits: WAITS, w.in_week: WEEK, w.endpoints: ENDPOINTS, w.repeats: REPEATS, w.pattern: PATTERN}
    kinds |= {kind: name for name, kind in ACTIVITIES.items()}
    return f"{OF}{leaf.name}" if isinstance(leaf, w.attribute) else kinds.get(type(leaf), "")


def _given(clause: Filter | None) -> dict[str, Any]:
    """What a clause says already, for the fields of its facet."""
    if clause is None:
        return {"not": False, "words": {}}
    turned = isinstance(clause, none_of)
    inside = clause.of[0] if isinstance(clause, none_of) else clause
    words: dict[str, Any] = {}
    for part in reversed(inside.of if isinstance(inside, all_of) else (inside,)):
        words |= {"at_most": part.of[0].to_json().get("at_least")} if isinstance(part, none_of) else part.to_json()
    return {"not": turned, "words": words}


def _activities(name: str, journeys: cx.Journeys) -> Iterable[tuple[str, int, float, Filter]]:
    column = {VISITS: "journeys", STARTS: "starts", ENDS: "ends"}[name]
    total = max(journeys.n.journeys, 1)
    rows = [row for row in journeys.activities().table.to_pylist() if row[column]]
    for row in sorted(rows, key=lambda row: -row[column]):
        yield row["activity"], row[column], row[column] / total, ACTIVITIES[name](row["activity"])


def _listed(facts: Mapping[str, Any], rows: Iterable[tuple[str, int, float, Filter]], clause: Filter | None) -> Facet:
    """Values with their counts, those that are chosen ticked."""
    inside = clause.of[0] if isinstance(clause, none_of) else clause
    picked = {
        single.key: single for leaf in (inside.leaves() if inside is not None else ()) for single in _singles(leaf)
    }
    every = [(value, count, share, keep) for value, count, share, keep in rows]
    choices = {keep.key: keep for _, _, _, keep in every}
    shown = [
        [keep.key, safe(value), many(count), percent(share), count, keep.key in picked]
        for value, count, share, keep in every[:MOST_ROWS]
    ]
    there = {row[0] for row in shown}
    gone = (keep for key, keep in picked.items() if key not in there)
    shown += [[keep.key, _value(keep), many(0), percent(0), 0, True] for keep in gone]
    return Facet({**facts, "kind": "values", "values": shown, "more": max(0, len(every) - MOST_ROWS)}, choices | picked)


def _singles(leaf: Filter) -> Iterable[Filter]:
    if isinstance(leaf, w.attribute) and len(leaf.values) > 1:
        return [w.attribute(leaf.name, value) for value in leaf.values]
    return [leaf]


def _value(leaf: Filter) -> str:
    """What a row is called that stands for a filter."""
    words = leaf.to_json()
    return safe(str((words.get("values") or [words.get("activity", MISSING)])[0]))


def _periods(journeys: cx.Journeys) -> list[list[Any]]:
    """The calendar of the log: each period with its days, its words, how many journeys started in it, if all was seen.

    Nothing where the log has no dates, or too many for a strip.
    """
    try:
        rows = journeys.over_time().table.to_pylist()
    except cx.CxError:
        return []
    return [
        [
            row["first_day"].isoformat(),
            row["last_day"].isoformat(),
            spanned(row["first_day"], row["last_day"]),
            many(row["started"], "journey"),
            row["started"],
            row["complete"],
        ]
        for row in rows
    ]


def _span(journeys: cx.Journeys) -> list[str]:
    """The first and the last day of the log; nothing where its clock is a relative one."""
    row = journeys.summary().table.to_pylist()[0]
    ends = [row["first"], row["last"]]
    return [] if any(end is None or isinstance(end, str) for end in ends) else [end.date().isoformat() for end in ends]
