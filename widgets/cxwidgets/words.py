"""Filters in plain words, for people who read no code."""

from __future__ import annotations

from functools import singledispatch

from cxkit import where as w
from cxkit.where.filter import Filter, all_of, any_of, none_of

HOW = {"contained": "lies in", "intersecting": "touches", "started": "started in", "completed": "was last seen in"}


@singledispatch
def words(filter_: Filter) -> str:
    """What the filter says of a journey, as the end of a sentence: 'visits "Cancel"'."""
    return repr(filter_)


@words.register
def _(filter_: w.contains) -> str:
    return f'visits "{filter_.activity}"'


@words.register
def _(filter_: w.starts_with) -> str:
    return f'starts with "{filter_.activity}"'


@words.register
def _(filter_: w.ends_with) -> str:
    return f'ends so far with "{filter_.activity}"'


@words.register
def _(filter_: w.follows) -> str:
    at_once = "directly after" if filter_.directly else "after"
    within = f" within {filter_.within}" if filter_.within else ""
    return f'has "{filter_.then}" {at_once} "{filter_.first}"{within}'


@words.register
def _(filter_: w.during) -> str:
    span = filter_.start if filter_.end is None else f"{filter_.start} to {filter_.end}"
    return f"{HOW[filter_.how]} {span}"


@words.register
def _(filter_: w.lasts) -> str:
    return f"lasts {_between(filter_)}"


@words.register
def _(filter_: w.length) -> str:
    return f"has {_between(filter_)} events"


@words.register
def _(filter_: w.variant_rank) -> str:
    same = filter_.at_least == filter_.at_most
    return f"is variant {filter_.at_least}" if same else f"has a variant of rank {_between(filter_)}"


@words.register
def _(filter_: w.attribute) -> str:
    if filter_.missing:
        return f"has no {filter_.name}"
    if filter_.values:
        return f"has {filter_.name} {' or '.join(map(str, filter_.values))}"
    return f"has {filter_.name} {_between(filter_)}"


@words.register
def _(filter_: none_of) -> str:
    return f"not: {_part(filter_.of[0])}"


@words.register
def _(filter_: all_of) -> str:
    match filter_.of:
        case (w.lasts(at_least=low, at_most=None), none_of(of=(w.lasts(at_least=high, at_most=None),))):
            return f"lasts at least {low} and less than {high}"
    return " and ".join(map(_part, filter_.of))


@words.register
def _(filter_: any_of) -> str:
    return " or ".join(map(_part, filter_.of))


def _part(filter_: Filter) -> str:
    """A part of a longer sentence: in brackets when it has several parts of its own."""
    return f"({words(filter_)})" if isinstance(filter_, all_of | any_of) else words(filter_)


def _between(filter_: w.lasts | w.length | w.variant_rank | w.attribute) -> str:
    low, high = filter_.at_least, filter_.at_most
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
