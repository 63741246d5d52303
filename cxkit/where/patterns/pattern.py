"""Filters by the way that a journey goes, written in the language of path patterns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from cxkit.cached import cached_property
from cxkit.errors import CxError, InputError, not_found
from cxkit.schema import ACTIVITY, JOURNEY, PATH, POSITION, SYMBOL_BASE, TIME, VARIANT, Attribute
from cxkit.store.columns import KEYS
from cxkit.where.attributes import attribute
from cxkit.where.filter import Frame, Leaf, check_text
from cxkit.where.patterns.automaton import Automaton, Places
from cxkit.where.patterns.language import pointed, quoted, read
from cxkit.where.patterns.parts import Condition, Name, Pattern, Step

if TYPE_CHECKING:
    from cxkit.store.star import Star

STAGE, MARKS = "stage", "marks"
MOST_MARKS = 40
NO_STAGES = (
    "No stage of this log's activities is known. List them under [stages] in the engagement file, such as "
    'buy = ["Order", "Pay"], and open the store with it.'
)
Mark = tuple[str, str, tuple[str, ...]]  # an attribute, a sign, and values


@dataclass(frozen=True, repr=False, eq=False)
class pattern(Leaf):
    """Journeys that go a way like this one, in a small language.

    Steps
    -----
    Order                  the activity; names with signs in them stand in quotation marks: "A -> B", "v1.2"
    [Call|Visit]           one of these;  [^Call|Visit] any but these;  .  any at all
    <buy>                  any activity of a stage, where stages are known; also in [ ]
    Call{channel = phone}  where an attribute of the event, its journey or its customer has a value: = != >= <=,
                           several values with |, several conditions with a comma: {channel = phone|chat, cost >= 5}

    Between steps
    -------------
    Order -> Pay                 directly next
    Order ~> Ship                at any time later, whatever lies between: Order ~> Pay ~> Ship has three in this order
    Pay -> [within 3d] Ship      and at most so long after; [after 1h] at least so long, [after 1h, within 2d] both
    Pay ~> [after 2d] Call       times stand behind either arrow, and mean calendar time from event to event

    How often
    ---------
    Call*   Call+   Call?        any number of times in a row; once or more; at most once
    Call{3} Call{2,} Call{2,4}   three times; twice or more; two to four times
    (Call -> Pay){2,}            also of brackets;  (Call | Visit -> Pay) one way or the other

    Where
    -----
    ^Order -> Call               from the first event on;  Cancel$ up to the last one so far;  else anywhere

    As a railway, with signs for the way that each loop or bypass goes, `Order -> [^Visit]* -> Call{2,} -> Cancel` is

                    ┌──────────>──────────┐            ┌─────<──────┐
        ── Order ───┼─── any but Visit ───┼─── Call ───┴─── Call ───┴─── Cancel ──
                    └──────────<──────────┘

    and `Order ~> (Cancel | Call -> [within 1d] Call)`

                    ┌─────>─────┐   ┌───────────── Cancel ──────────────┐
        ── Order ───┼─── any ───┼───┴─── Call ── at most 1 d ── Call ───┴──
                    └─────<─────┘

    The time it takes grows with the events, and with nothing worse, whatever the pattern. Where it speaks of times,
    attributes or stages, each journey whose variant could fit is read by itself; else each variant once.
    Patterns that would be longer than 500 steps with their repetitions written out are refused.

    Errors: what cannot be read, with a line that points at the character; an activity, stage, attribute or value that
    this log does not have, with the closest.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> cx.toy_journeys().keep(w.pattern("Order ~> Call{channel = phone} ~> [within 2d] Ship")).n.journeys
    2
    """

    text: str
    positional = ("text",)

    @classmethod
    def from_example(cls, steps: Sequence[str], marked: Sequence[int] | None = None) -> pattern:
        """Which pattern do the marked steps of a journey, or of a variant, make?

        Parameters
        ----------
        steps : the activities of the example, in order.
        marked : the numbers, from 1, of those that count; all of them where none are given. Two that are neighbours
            follow each other directly in the pattern; between two others anything may lie.

        >>> from cxkit import where as w
        >>> w.pattern.from_example(["Order", "Pay", "Call", "Call", "Ship"], marked=[1, 3, 4])
        w.pattern('Order ~> Call -> Call')
        """
        places = sorted(set(range(1, len(steps) + 1) if marked is None else marked))
        wrong = [place for place in places if isinstance(place, bool) or place not in range(1, len(steps) + 1)]
        if wrong or not places:
            raise InputError(f"marked={marked!r}: mark steps of the example by their numbers, 1 to {len(steps)}.")
        text = quoted(steps[places[0] - 1])
        for before, place in pairwise(places):
            text += f" {'->' if place == before + 1 else '~>'} {quoted(steps[place - 1])}"
        return cls(text)

    def __post_init__(self) -> None:
        check_text("text", self.text)
        object.__setattr__(self, "text", self.text.strip())
        self.meaning  # noqa: B018 - whoever writes what cannot be read is told at once

    @cached_property
    def meaning(self) -> Pattern:
        """What the text says."""
        return read(self.text)

    @property
    def says(self) -> str:
        return f"goes {self.text}"

    def check(self, star: Star) -> None:
        if self.meaning.is_timed and not star.timed:
            raise InputError(f"This log has no time, so {self!r} cannot be decided. Leave out the times.")
        for step in self.meaning.steps:
            for name in step.activities:
                if name.text not in star.codes:
                    self._fail(name, not_found("activity", name.text, star.codes, "j.activities()"))
            for name in step.stages:
                self._check_stage(star, name)
            for condition in step.conditions:
                self._check_condition(star, condition)
        if len(self._marks) > MOST_MARKS:
            raise InputError(f"The pattern has more than {MOST_MARKS} different conditions.")

    def _check_stage(self, star: Star, name: Name) -> None:
        if STAGE not in star.by_name:
            self._fail(name, InputError(NO_STAGES))
        stages = star.texts(STAGE)
        if stages is not None and name.text not in stages:
            self._fail(name, not_found(STAGE, name.text, stages))

    def _check_condition(self, star: Star, condition: Condition) -> None:
        name, values = condition.name, condition.values
        if name.text not in star.by_name:
            self._fail(name, not_found("attribute", name.text, star.by_name, "j.attributes"))
        try:
            _clause(star, _mark(condition)).check(star)
        except CxError as error:
            self._fail(Name("", values[0].at, values[-1].end), error)

    def _fail(self, name: Name, error: CxError) -> None:
        raise type(error)(pointed(self.text, name.at, name.end, str(error))) from None

    @cached_property
    def _marks(self) -> dict[Mark, int]:
        """What is asked of events beyond their activity, each with the bit that says so."""
        marks = [
            mark
            for step in self.meaning.steps
            for mark in (*(_stage(name) for name in step.stages), *map(_mark, step.conditions))
        ]
        return {mark: 1 << number for number, mark in enumerate(dict.fromkeys(marks))}

    def journeys(self, star: Star) -> Frame:
        self.check(star)
        likely = self._likely(star)
        return self._read(star, likely) if self._marks or self.meaning.is_timed else likely

    def _likely(self, star: Star) -> Frame:
        """The journeys whose variant goes so, times and conditions aside."""
        codes = self._codes(star)
        kinds = {code: kind for kind, code in enumerate(codes, 1)}
        automaton = Automaton(
            Places(self.meaning, timed=False),
            [self._possible(star, None), *(self._possible(star, code) for code in codes)],
        )
        letters = {SYMBOL_BASE + code: kinds.get(code, 0) for code in star.names}
        routes = star.engine.collect(star.variants.select(VARIANT, PATH))
        words = [path.translate(letters) for path in routes[PATH].to_pylist()]
        good = {word for word in set(words) if automaton.accepts([*map(ord, word)])}
        kept = star.engine.frame(_taken(routes, VARIANT, [place for place, word in enumerate(words) if word in good]))
        return star.outlines.join(kept, on=VARIANT, how="semi").select(JOURNEY)

    def _codes(self, star: Star) -> list[int]:
        """The codes of the activities that the pattern names."""
        return sorted({star.codes[name.text] for step in self.meaning.steps for name in step.activities})

    def _possible(self, star: Star, code: int | None) -> Callable[[Step], bool]:
        """At which steps an event of an activity may fit; None for one that the pattern does not name."""

        def fits(step: Step) -> bool:
            if step.stages and not step.negated:
                return True
            named = any(star.codes[name.text] == code for name in step.activities)
            return not (step.activities or step.stages) or named != step.negated

        return fits

    def _exactly(self, star: Star, code: int, marks: int) -> Callable[[Step], bool]:
        """At which steps an event of an activity fits that is known for these marks."""

        def fits(step: Step) -> bool:
            named = any(star.codes[name.text] == code for name in step.activities)
            named = named or any(self._marks[_stage(name)] & marks for name in step.stages)
            fitting = not (step.activities or step.stages) or named != step.negated
            return fitting and all(self._marks[_mark(condition)] & marks for condition in step.conditions)

        return fits

    def _read(self, star: Star, likely: Frame) -> Frame:
        """Of these journeys those that go so, each read event by event."""
        import numpy as np

        events = star.moves.join(likely, on=JOURNEY, how="semi").select(JOURNEY, POSITION, ACTIVITY, TIME)
        events = events.with_columns(nw.lit(0).cast(nw.Int64).alias(MARKS))
        for mark, bit in self._marks.items():
            events = _marked(star, events, mark, bit)
        table = star.engine.collect(events.sort(JOURNEY, POSITION).select(JOURNEY, ACTIVITY, TIME, MARKS))
        numbers = table[JOURNEY].to_numpy()
        both = table[ACTIVITY].to_numpy().astype(np.int64) << MOST_MARKS | table[MARKS].to_numpy()
        different, kinds = np.unique(both, return_inverse=True)
        pairs = [divmod(int(pair), 1 << MOST_MARKS) for pair in different]
        automaton = Automaton(Places(self.meaning), [self._exactly(star, *pair) for pair in pairs])
        moments = table[TIME].to_numpy() if self.meaning.is_timed else None
        starts = np.flatnonzero(np.diff(numbers, prepend=-1)).tolist()
        good = _accepted(automaton, starts, kinds, moments)
        return star.engine.frame(_taken(table, JOURNEY, good))


def _accepted(automaton: Automaton, starts: Sequence[int], kinds: Any, moments: Any) -> list[int]:
    """Where the journeys begin that are accepted; without times those that read alike are read once."""
    good, read_before = list[int](), dict[bytes, bool]()
    for start, end in pairwise([*starts, len(kinds)]):
        word = kinds[start:end]
        if moments is not None:
            is_good = automaton.accepts_timed(word.tolist(), moments[start:end].tolist())
        elif (key := word.tobytes()) in read_before:
            is_good = read_before[key]
        else:
            is_good = read_before[key] = automaton.accepts(word.tolist())
        if is_good:
            good.append(start)
    return good


def _taken(table: Any, column: str, places: Sequence[int]) -> Any:
    """One column of an Arrow table at some places."""
    import numpy as np

    return table.select([column]).take(np.array(places, dtype=np.int64))


def _stage(name: Name) -> Mark:
    return STAGE, "=", (name.text,)


def _mark(condition: Condition) -> Mark:
    return condition.name.text, condition.sign, tuple(value.text for value in condition.values)


def _clause(star: Star, mark: Mark) -> attribute:
    """The filter for the values of a mark, read as their attribute's kind of value."""
    name, sign, texts = mark
    values = [_value(star.attribute(name), text) for text in texts]
    ends: Mapping[str, str] = {">=": "at_least", "<=": "at_most"}
    return attribute(name, **{ends[sign]: values[0]}) if sign in ends else attribute(name, *values)


def _value(of: Attribute, text: str) -> Any:
    """A value of an attribute from its text."""
    if of.kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if of.kind in ("integer", "number"):
        try:
            return float(text) if "." in text or of.kind == "number" else int(text)
        except ValueError:
            raise InputError(f'"{of.name}" holds {of.kind} values; "{text}" is none.') from None
    return text


def _marked(star: Star, events: Frame, mark: Mark, bit: int) -> Frame:
    """The events with a bit more where the mark is true of them; nothing is true of a value that is missing."""
    of = star.attribute(mark[0])
    keys = KEYS["event"] if of.level == "event" else (JOURNEY,)
    values = star.valued(of.name) if of.level == "event" else star.of_journeys(of.name)
    holds = nw.all_horizontal(*_clause(star, mark).matches(of.kind, star.zone), ignore_nulls=True)
    fitting = values.filter(~holds if mark[1] == "!=" else holds).select(*keys).unique()
    how: Literal["left"] = "left"
    joined = events.join(fitting.with_columns(nw.lit(bit).cast(nw.Int64).alias("bit")), on=list(keys), how=how)
    return joined.with_columns((nw.col(MARKS) + nw.col("bit").fill_null(0)).alias(MARKS)).drop("bit")
