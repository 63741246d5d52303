"""The language of path patterns: from a text to what it says, or to the character at which it says nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import NoReturn, TypeVar

from cxkit import times
from cxkit.errors import InputError
from cxkit.where.patterns.parts import Again, Arrow, Condition, Name, Part, Pattern, Step, Way, Ways
from cxkit.words import many, safe

MOST_CHARACTERS, MOST_STEPS, DEEPEST = 4_000, 500, 40
SHOWN = 70  # characters of a pattern that an error shows
PLAIN = re.compile(r'[^"\[\](){}<>|^$*+?.,=!~\s-](?:[^"\[\](){}<>|^$*+?.,=!~-]|-(?!>))*')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
COUNT = re.compile(r"\{\s*(\d+)\s*(,\s*(\d*)\s*)?\}", re.ASCII)
GUARD = re.compile(r"\[\s*(?=(?:within|after)\s+\d)")
LENGTH = re.compile(r"(within|after)\s+([\d.]+\s*[a-z]+(?:\s+[\d.]+\s*[a-z]+)*)", re.ASCII)
SIGNS = ("!=", ">=", "<=", "=")
REPEATS: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}


Written = TypeVar("Written", Ways, Again)


def read(text: str) -> Pattern:
    """What a pattern says; the error for one that says nothing points at the character."""
    if len(text) > MOST_CHARACTERS:
        raise InputError(
            f"The pattern has {many(len(text), 'character')}; at most {many(MOST_CHARACTERS)} can be read."
        )
    return _Reader(text).pattern()


def pointed(text: str, at: int, end: int, words: str) -> str:
    """A message about some characters of a pattern, with a line that points at them."""
    first = max(0, min(at - SHOWN // 2, len(text) - SHOWN))
    before, marked = safe(text[first:at]), safe(text[at:end])
    after = safe(text[max(at, end) : first + SHOWN])
    return f"{words}\n{before}{marked}{after}\n{' ' * len(before)}{'^' * max(1, min(len(marked), SHOWN))}"


def quoted(name: str) -> str:
    """A name as a pattern has it: between quotation marks where it has to be.

    >>> quoted("Send invoice"), quoted("A -> B"), quoted("v1.2")
    ('Send invoice', '"A -> B"', '"v1.2"')
    """
    plain = PLAIN.fullmatch(name) and name == name.strip() and not name.startswith(("within ", "after "))
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return name if plain else f'"{escaped}"'


class _Reader:
    """Reads a pattern from its first character to its last."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth = text, 0, 0

    def pattern(self) -> Pattern:
        self._space()
        if self.at == len(self.text):
            self._fail('A pattern names activities, such as "Order -> Call". This one is empty')
        from_start = self._take("^")
        first = self.at
        ways = self._ways()
        last = self.at
        to_end = self._take("$")
        if self.at < len(self.text):
            self._unexpected()
        if (from_start or to_end) and len(ways.ways) > 1:
            self._fail("Which of the ways begin or end there? Put them in brackets: ^(A | B)", first, last)
        return Pattern(ways, from_start, to_end)

    def _ways(self) -> Ways:
        ways = [self._way()]
        while self._take("|"):
            ways.append(self._way())
        return self._sized(Ways(tuple(ways)), self.at - 1)

    def _way(self) -> Way:
        parts, arrows = [self._part()], list[Arrow]()
        while self._sees("->") or self._sees("~>"):
            start = self.at
            arrow = self._arrow()
            parts.append(self._part())
            arrows.append(arrow)
            if arrow.is_timed and (parts[-1].may_be_nothing or parts[-2].may_be_nothing):
                words = "Time passes between two events, so what stands beside a time must be at least one step"
                self._fail(words, start, start + 2)
        return Way(tuple(parts), tuple(arrows))

    def _arrow(self) -> Arrow:
        arrow = Arrow(directly=self._take("->"))
        if not arrow.directly:
            self._expect("~>")
        if guard := GUARD.match(self.text, self.at):
            start, self.at = self.at, guard.end()
            arrow = self._timed(arrow)
            while self._take(","):
                arrow = self._timed(arrow)
            self._expect("]")
            if arrow.after is not None and arrow.within is not None and arrow.after > arrow.within:
                self._fail('"after" is a longer time than "within"', start, self.at)
        return arrow

    def _timed(self, arrow: Arrow) -> Arrow:
        match = LENGTH.match(self.text, self.at)
        if match is None:
            self._fail('A time is "within" or "after" a duration, such as [within 3d] or [after 1h, within 2d]')
        word, length = match[1], match[2]
        if getattr(arrow, word) is not None:
            self._fail(f'"{word}" stands here twice', match.start(), match.end())
        try:
            microseconds = times.duration(length, word)
        except InputError as error:
            self._fail(str(error), match.start(2), match.end(2))
        self.at = match.end()
        self._space()
        return replace(arrow, within=microseconds) if word == "within" else replace(arrow, after=microseconds)

    def _part(self) -> Part:
        inner = self._group() if self._sees("(") else self._step()
        held = self.at
        count = COUNT.match(self.text, self.at)
        sign = self.text[self.at : self.at + 1]
        if count is None and sign not in REPEATS:
            return inner
        least, most = REPEATS[sign] if count is None else self._counts(count)
        self.at = self.at + 1 if count is None else count.end()
        self._space()
        if self.text[self.at : self.at + 1] in REPEATS or COUNT.match(self.text, self.at):
            self._fail("A repetition cannot be repeated. Put it in brackets", self.at, self.at + 1)
        return self._sized(Again(inner, least, most), held)

    def _counts(self, count: re.Match[str]) -> tuple[int, int | None]:
        if max(len(count[1]), len(count[3] or "")) > len(str(MOST_STEPS)):
            self._too_many(count.start(), count.end())
        least = int(count[1])
        most = least if count[2] is None else int(count[3]) if count[3] else None
        if most is not None and (most < least or most == 0):
            words = "At least so many times is more than at most" if most else "What never happens is not in a pattern"
            self._fail(words, count.start(), count.end())
        return least, most

    def _group(self) -> Ways:
        self._expect("(")
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"Brackets are nested more than {DEEPEST} deep")
        ways = self._ways()
        self.depth -= 1
        self._expect(")")
        return ways

    def _step(self) -> Step:
        if self._take("."):
            step = Step()
        elif self._take("["):
            step = self._class()
        else:
            step = self._member(Step())
        if self._sees("{") and not COUNT.match(self.text, self.at):
            step = replace(step, conditions=self._conditions())
        return step

    def _class(self) -> Step:
        step = Step(negated=self._take("^"))
        step = self._member(step)
        while self._take("|"):
            step = self._member(step)
        self._expect("]")
        return step

    def _member(self, step: Step) -> Step:
        if self._take("<"):
            stage = self._name("the name of a stage")
            self._expect(">")
            return replace(step, stages=(*step.stages, stage))
        return replace(step, activities=(*step.activities, self._name("the name of an activity")))

    def _conditions(self) -> tuple[Condition, ...]:
        self._expect("{")
        conditions = [self._condition()]
        while self._take(","):
            conditions.append(self._condition())
        self._expect("}")
        return tuple(conditions)

    def _condition(self) -> Condition:
        name = self._name("the name of an attribute")
        sign = next((sign for sign in SIGNS if self._take(sign)), None)
        if sign is None:
            self._fail('A condition is such as {channel = phone}, with "=", "!=", ">=" or "<="')
        values = [self._value()]
        while self._take("|"):
            values.append(self._value())
        if len(values) > 1 and sign in (">=", "<="):
            self._fail(f'"{sign}" takes one value', values[1].at, values[1].end)
        return Condition(name, sign, tuple(values))

    def _value(self) -> Name:
        """A value: what stands up to the next sign, so that numbers and days need no quotation marks."""
        number = re.compile(r"-?[\d.:-]+(?:[ T]\d\d:\d\d(?::\d\d)?)?(?=\s*[|,}])", re.ASCII).match(self.text, self.at)
        if number is None:
            return self._name("a value")
        self.at = number.end()
        self._space()
        return Name(number[0], number.start(), number.end())

    def _name(self, what: str) -> Name:
        if self._sees('"'):
            match = QUOTED.match(self.text, self.at)
            if match is None:
                self._fail("These quotation marks are not closed", self.at, len(self.text))
            text = re.sub(r"\\(.)", r"\1", match[1], flags=re.DOTALL)
        else:
            match = PLAIN.match(self.text, self.at)
            if match is None:
                self._unexpected(f"Here should be {what}")
            text = match[0].rstrip()
        name = Name(text, match.start(), match.start() + len(match[0].rstrip()))
        self.at = match.end()
        self._space()
        return name

    def _sized(self, part: Written, at: int) -> Written:
        if part.size > MOST_STEPS:
            self._too_many(at, self.at)
        return part

    def _too_many(self, at: int, end: int) -> NoReturn:
        self._fail(f"A pattern has at most {MOST_STEPS} steps, repetitions written out. This makes it longer", at, end)

    def _space(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def _sees(self, sign: str) -> bool:
        return self.text.startswith(sign, self.at)

    def _take(self, sign: str) -> bool:
        if not self._sees(sign):
            return False
        self.at += len(sign)
        self._space()
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            self._unexpected(f'Here should be "{sign}"')

    def _unexpected(self, words: str = "What is this? Between two steps stands -> or ~>") -> NoReturn:
        if self.at == len(self.text):
            words = f"The pattern ends too early. {words}"
        self._fail(words)

    def _fail(self, words: str, at: int | None = None, end: int | None = None) -> NoReturn:
        at = self.at if at is None else at
        raise InputError(pointed(self.text, at, at + 1 if end is None else end, f"{words.removesuffix('.')}."))
