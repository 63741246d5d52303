"""A filter in a client's words: short, with names of ways and lengths of time as people say them."""

from __future__ import annotations

import cxkit as cx
from cxkit import times
from cxkit import where as w
from cxkit.schema import SECOND
from cxkit.where.filter import Compound, Filter, all_of, any_of, none_of
from cxkit.words import lasting, listed, many, safe

MOST_STEPS, MOST_VALUES = 4, 3
ARROW = " \N{RIGHTWARDS ARROW} "


def spoken(clause: Filter, journeys: cx.Journeys) -> str:
    """What a clause keeps, as a chip says it."""
    if isinstance(clause, none_of):
        inside = clause.of[0]
        return _attribute(inside, "not ") if isinstance(inside, w.attribute) else f"not: {spoken(inside, journeys)}"
    if isinstance(clause, Compound):
        return _together(clause, journeys)
    if isinstance(clause, w.attribute):
        return _attribute(clause)
    if isinstance(clause, w.lasts):
        return f"lasts {_between(_length(clause.at_least), _length(clause.at_most))}"
    if isinstance(clause, w.variant_rank) and clause.at_least == clause.at_most:
        return f"goes {_way(clause, journeys)}"
    if isinstance(clause, w.alike):
        return _family(clause, journeys)
    if isinstance(clause, w.ends_with):
        return f'last step so far "{safe(clause.activity)}"'
    if isinstance(clause, w.follows):
        return _order(clause)
    if isinstance(clause, w.takes):
        lasting_ = _between(_length(clause.at_least), _length(clause.at_most))
        return f'from "{safe(clause.first)}" to "{safe(clause.then)}": {lasting_}'
    if isinstance(clause, w.waits):
        return _wait(clause)
    if isinstance(clause, w.endpoints):
        first, last = (" or ".join(f'"{safe(name)}"' for name in names) for names in (clause.first, clause.last))
        return f"first step {first}, last step so far {last}"
    return safe(clause.says)


def parts(clause: Filter) -> tuple[str, tuple[Filter, ...]]:
    """The word between the conditions of a clause, and the conditions; no word where there is one."""
    if isinstance(clause, all_of | any_of) and not _is_range(clause):
        return ("or" if isinstance(clause, any_of) else "and"), clause.of
    return "", (clause,)


def matter(clause: Filter) -> str:
    """What a clause speaks of: clauses of one matter may be joined."""
    leaves = {leaf.name if isinstance(leaf, w.attribute) else type(leaf).__name__ for leaf in clause.leaves()}
    visits = {"contains", "starts_with", "ends_with", "follows", "endpoints", "repeats", "takes", "waits", "pattern"}
    return leaves.pop() if len(leaves) == 1 else "visits" if leaves <= visits else ""


def _together(clause: Compound, journeys: cx.Journeys) -> str:
    if _is_range(clause):
        low, high = (leaf.at_least for leaf in clause.leaves() if isinstance(leaf, w.lasts))
        return f"lasts {_length(low)} to {_length(high)}"
    word, several = parts(clause)
    texts = [spoken(part, journeys) for part in several]
    return f" {word} ".join(
        f"({text})" if isinstance(part, Compound) and len(part.of) > 1 else text
        for part, text in zip(several, texts, strict=True)
    )


def _is_range(clause: Filter) -> bool:
    """Whether it is a length of time from one to below another, as bars stand for it."""
    if not isinstance(clause, all_of) or len(clause.of) != 2:
        return False
    first, last = clause.of
    ends = first, last.of[0] if isinstance(last, none_of) else None
    return all(isinstance(end, w.lasts) and end.at_least is not None and end.at_most is None for end in ends)


def _order(clause: w.follows) -> str:
    """Two steps in an order: a step from one to the other, one after the other, or never."""
    first, then = f'"{safe(clause.first)}"', f'"{safe(clause.then)}"'
    more = f" within {_length(clause.within)}" if clause.within else ""
    more += f" at least {_length(clause.after)} later" if clause.after else ""
    more += f", same {safe(clause.same)}" if clause.same else f", other {safe(clause.other)}" if clause.other else ""
    if clause.never:
        return f"{first} never {'directly ' if clause.directly else ''}followed by {then}{more}"
    return f"step from {first} to {then}{more}" if clause.directly else f"{then} after {first}{more}"


def _wait(clause: w.waits) -> str:
    limits = _length(clause.at_least), _length(clause.at_most)
    long = f": {_between(*limits)}" if any(limits) else ""
    period = " to ".join(dict.fromkeys(filter(None, (clause.start, clause.end))))
    return f'wait from "{safe(clause.first)}" to "{safe(clause.then)}"{long}{period and f", begun in {period}"}'


def _attribute(clause: w.attribute, turned: str = "") -> str:
    name = f"{safe(clause.name)}: {turned}"
    if clause.missing:
        return f"{name}unknown"
    if clause.values:
        return f"{name}{listed([safe(str(value)) for value in clause.values], MOST_VALUES)}"
    return f"{name}{_between(clause.at_least, clause.at_most)}"


def _between(low: object, high: object) -> str:
    if low is None:
        return f"up to {high}"
    return f"{low} or more" if high is None else f"{low} to {high}"


def _length(duration: object) -> str | None:
    return None if duration is None else lasting(times.duration(str(duration)) / SECOND)


def _way(clause: w.variant_rank, journeys: cx.Journeys) -> str:
    """The steps of a variant, some of them where there are many."""
    named = journeys.whole.keep(clause).variants(top=1).table.to_pylist()
    names = [safe(name) for name in named[0]["activities"]] if named else []
    shown = names if len(names) <= MOST_STEPS else [*names[: MOST_STEPS - 2], "\N{HORIZONTAL ELLIPSIS}", names[-1]]
    return ARROW.join(shown) if names else f"as variant {clause.at_least}"


def _family(clause: w.alike, journeys: cx.Journeys) -> str:
    """A family by the steps of the way that stands for it."""
    if not clause.variants:
        return f"goes unlike {many(len(clause.rather_than), 'family', 'families')}"
    first, *more = clause.variants
    way = _way(w.variant_rank(at_least=first, at_most=first), journeys)
    besides = f" or as {many(len(more), 'other')}" if more else ""
    return f"goes much as {way}{besides}"
