"""Drivers: what goes with an outcome before it happens, and what of that is left when other things are held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cxkit.cached import cached_property
from cxkit.measures.findings import landmark
from cxkit.measures.findings.candidates import AGAIN, ATTRIBUTE, WAIT, Candidate, candidates
from cxkit.result import Result
from cxkit.selection import segment
from cxkit.statistics.discoveries import FALSE, detectable, discoveries
from cxkit.statistics.drivers import Effect, Held, Skill, distinct, effect, held, skill, without
from cxkit.statistics.families import NORMAL
from cxkit.where.attributes import attribute
from cxkit.where.order import takes
from cxkit.where.patterns.language import quoted
from cxkit.where.patterns.pattern import pattern
from cxkit.words import exactly, many, percent, sentences

if TYPE_CHECKING:
    import pyarrow as pa

    from cxkit.journeys import Journeys
    from cxkit.where.filter import Filter

Row = dict[str, Any]
CHECKED, MODELLED = 12, 30  # drivers that are looked at with others held, and how many others
FORETELLING = 100  # columns that foretell, chosen without a look at the outcome
MOST_JOURNEYS = 20_000  # of a model; more are drawn
YES, VANISHES, DECIDES, UNCHECKED = "yes", "vanishes", "decides it", "not checked"
HIDDEN = ("count", "customers", "attribute", "value", "at_least", "activity", "next_activity", "wait_seconds", "step")
SEED = 0


def drivers(journeys: Journeys, outcome: str | Filter = "goal", *, at: str | None = None) -> Result:
    """What goes with an outcome, before it happens?

    Parameters
    ----------
    outcome : "goal", "cancel" or "silent" (of ended journeys), an activity or a way such as "Pay ~> Call" (see
        `w.pattern`), or any filter that says which journeys have it.
    at : an activity or a stage: the landmark. What happened after a journey's first event of it plays no part. Without
        it, the latest step that four in five journeys come to before their outcome, or else the one that most do.

    Looked at are journeys that came to the landmark before their outcome was settled (van Houwelingen 2007): values of
    attributes, steps, steps taken twice, and waits in the longest quarter, all up to the landmark. Attributes of
    journeys and customers are taken as known from the start: leave out of the log what is written down afterwards. What
    the outcome is defined by is left out. Each is tested by customer (see cxkit.statistics.families), all in one family
    (Benjamini, Hochberg 1995). What differs is looked at once more with up to 30 others held, by a logistic regression
    on at most 20,000 journeys: a driver *vanishes* if the interval of what is left takes in 0. That does not make the
    others causes: nothing here is one for sure.

    Returns a Result with a row per thing that enough customers have and lack, the surest first: `kind` (attribute,
    step, again, wait), `driver` (in words), `n_with` and `n_without` (journeys that were looked at), `with_share` and
    `without_share` (of these, those with the outcome), `difference`, `low`, `high` (its 95 % interval), `q_value`,
    `significant` (q up to .05), `held` (the difference when others are held), `held_low`, `held_high`, `holds` ("yes",
    "vanishes", "decides it" where all or none with it have the outcome, "not checked"), `alike` (what says the same
    thing), `count` and `customers` (of the selection, that came to the landmark with it), `attribute`, `value`,
    `at_least`, `activity`, `next_activity`, `wait_seconds`, and `step`, the landmark.

    Errors: an outcome that nobody defined; an unknown activity or stage.

    >>> import cxkit as cx
    >>> from cxkit import where as w
    >>> cx.toy_journeys().drivers(w.contains("Cancel")).note.split(".")[0]
    'Up to the first Order, which 12 of 12 journeys came to before'
    """
    answer = Answer(journeys, landmark.check(journeys, outcome, at), at)
    land = answer.land
    counts = (len(land.journey), len(set(land.customer.tolist()))) if land else (0, 0)
    return Result(
        name="drivers",
        unit="journeys",
        recipe=journeys.recipe,
        engagement=journeys.engagement,
        ask=lambda: answer.table,
        count=lambda: journeys.n.of(*counts),
        parameters={"outcome": outcome, "at": at},
        note=answer.note,
        empty=Result.empty if not journeys.n.journeys else "Too few customers to say anything.",
        hidden=HIDDEN,
    )


def having(row: Mapping[str, Any], journeys: Journeys, _asked: Mapping[str, Any]) -> Filter:
    """The journeys that came to the landmark with what a row says."""
    step = quoted(row["step"])
    others = f"^[^{step}]*"
    if row["kind"] == ATTRIBUTE:
        return _valued(row, journeys) & pattern(step)
    first = quoted(row["activity"])
    if row["kind"] == WAIT and row["next_activity"] is None:
        wait = takes(row["activity"], row["step"], at_least=exactly(row["wait_seconds"]))
        return wait & pattern(f"{others} -> {first} ~> {step}")
    if row["kind"] == WAIT:
        return pattern(
            f"{others} -> {first} -> [after {exactly(row['wait_seconds'])}] {quoted(row['next_activity'])}"
        ) & pattern(step)
    again = f" -> [^{step}]* -> {first}" if row["kind"] == AGAIN else ""
    return pattern(f"{others} -> {first}{again} ~> {step}")


def _valued(row: Mapping[str, Any], journeys: Journeys) -> Filter:
    if row["at_least"] is None:
        return segment.clause(row["value"], journeys, row["attribute"])
    integer = journeys.selection.star.attribute(row["attribute"]).kind == "integer"
    return attribute(row["attribute"], at_least=int(row["at_least"]) if integer else row["at_least"])


class Tested(NamedTuple):
    """A candidate, what was found, and its q."""

    candidate: Candidate
    effect: Effect
    q: float

    @property
    def decides(self) -> bool:
        """Whether all, or none, with it or without it have the outcome."""
        return self.effect.has in (0.0, 1.0) or self.effect.lacks in (0.0, 1.0)

    @property
    def is_checkable(self) -> bool:
        """Whether there is a difference that others may explain."""
        return self.q <= FALSE and not self.decides


class Answer:
    """What goes with an outcome: the rows, and what is said of them."""

    def __init__(self, journeys: Journeys, outcome: str | Filter, at: str | None) -> None:
        self.journeys, self.outcome = journeys, outcome
        self.land = landmark.landmark(journeys, outcome, at) if journeys.n.journeys else None

    @cached_property
    def tested(self) -> list[Tested]:
        """What enough customers have and lack, the surest first."""
        land = self.land
        if land is None or not len(land.journey):
            return []
        every = list(candidates(land, landmark.touched(self.outcome, self.journeys.known_activities)))
        effects = [effect(land.customer, land.outcome, candidate.side) for candidate in every]
        pairs = [(candidate, told) for candidate, told in zip(every, effects, strict=True) if told is not None]
        self.rare = len(every) - len(pairs)
        qs = discoveries([told.p for _, told in pairs])
        tested = [Tested(candidate, told, q) for (candidate, told), q in zip(pairs, qs, strict=True)]
        return sorted(tested, key=lambda test: (test.q, test.effect.p, -abs(test.effect.difference)))

    @cached_property
    def _model(self) -> tuple[Any, list[list[int]], Any]:
        """What a model is made of: a column for each thing that differs most, its groups, and the journeys drawn."""
        import numpy as np

        likely = [test.candidate.side * (not test.decides) > 0 for test in self.tested[: 2 * MODELLED]]
        table = np.column_stack(likely).astype(float)
        groups = distinct(table)[:MODELLED]
        n = len(table)
        chosen = np.random.default_rng(SEED).choice(n, MOST_JOURNEYS, replace=False) if n > MOST_JOURNEYS else range(n)
        return table, groups, np.sort(np.asarray(chosen, int))

    @cached_property
    def held(self) -> dict[int, Held | None]:
        """What is left of each driver when the others are held, by its place among those that were tested."""
        land = self.land
        if land is None or not self.tested:
            return {}
        table, groups, rows = self._model
        leaders = [group[0] for group in groups]
        names = [self.tested[place].candidate.group for place in leaders]
        sure = [spot for spot, place in enumerate(leaders) if self.tested[place].is_checkable][:CHECKED]
        answers: dict[int, Held | None] = {}
        for spot in sure:
            others = table[:, [leaders[other] for other in without(names, spot)]][rows]
            told = held(land.customer[rows], land.outcome[rows], table[rows, leaders[spot]], others)
            answers |= {place: self._turned(told, leaders[spot], place) for place in groups[spot]}
        return answers

    def _turned(self, told: Held | None, leader: int, place: int) -> Held | None:
        """What is said of a thing by that which says the same, or the opposite."""
        same = self.tested[leader].effect.difference * self.tested[place].effect.difference > 0
        return told if told is None or same else Held(-told.value, -told.high, -told.low)

    @cached_property
    def skill(self) -> Skill | None:
        """How well all of it together foretells journeys of customers that were not looked at."""
        if self.land is None or not self.tested:
            return None
        import numpy as np

        rows = self._model[2]
        columns = [(test.candidate.side > 0).astype(float) for test in self.tested if not test.decides]
        columns.sort(key=lambda column: -float(column.mean() * (1 - column.mean())))
        table = np.column_stack(columns[:FORETELLING] or [np.zeros(len(self.land.journey))])[rows]
        return skill(self.land.customer[rows], self.land.outcome[rows], table)

    @cached_property
    def table(self) -> pa.Table:
        import pyarrow as pa

        kinds = {"kind": pa.string(), "driver": pa.string(), "n_with": pa.int64(), "n_without": pa.int64()}
        kinds |= dict.fromkeys(("with_share", "without_share", "difference", "low", "high", "q_value"), pa.float64())
        kinds |= {"significant": pa.bool_()} | dict.fromkeys(("held", "held_low", "held_high"), pa.float64())
        kinds |= {"holds": pa.string(), "alike": pa.list_(pa.string()), "count": pa.int64(), "customers": pa.int64()}
        kinds |= {"attribute": pa.string(), "value": pa.string(), "at_least": pa.float64(), "activity": pa.string()}
        kinds |= {"next_activity": pa.string(), "wait_seconds": pa.float64(), "step": pa.string()}
        rows = [self._row(place, test) for place, test in enumerate(self.tested)]
        return pa.Table.from_pylist(rows, schema=pa.schema(list(kinds.items())))

    def _row(self, place: int, test: Tested) -> Row:
        candidate, told, left = test.candidate, test.effect, self.held.get(place)
        checked = YES if left and (left.low > 0 or left.high < 0) else VANISHES if left else UNCHECKED
        checked = DECIDES if test.decides else checked
        group = next((group for group in self._model[1] if place in group), [place])
        row = {"kind": candidate.kind, "driver": candidate.words, "n_with": told.n_has, "n_without": told.n_lacks}
        row |= {"with_share": told.has, "without_share": told.lacks, "difference": told.difference}
        row |= {"low": told.low, "high": told.high, "q_value": test.q, "significant": test.q <= FALSE}
        row |= dict(zip(("held", "held_low", "held_high"), left or (None,) * 3, strict=True))
        row |= {"holds": checked, "alike": [self.tested[other].candidate.words for other in group if other != place]}
        row |= {"attribute": candidate.column, "value": candidate.value, "at_least": candidate.above}
        row |= {"activity": candidate.step, "next_activity": candidate.then, "wait_seconds": candidate.seconds}
        step = self.land.step if self.land else None
        return row | {"count": candidate.journeys, "customers": candidate.customers, "step": step}

    @property
    def note(self) -> str:
        """Up to where was looked, on how many journeys, what was found, and how well it foretells."""
        land = self.land
        if land is None:
            return "No journey comes to any step before its outcome" if self.journeys.n.journeys else ""
        of = f"{many(len(land.journey))} of {many(land.asked, 'journey')}"
        reach = f"Up to the first {land.step}, which {of} came to before"
        aside = f"{many(land.early)} had their outcome before it" if land.early else ""
        later = f"Of {many(land.unknown)} nobody knows the outcome yet" if land.unknown else ""
        return sentences(reach, aside, later, *self._findings())

    def _findings(self) -> Sequence[str]:
        if not self.tested:
            return ["Nothing could be tested: too few customers"]
        sure = [test for test in self.tested if test.q <= FALSE]
        errors = [(test.effect.high - test.effect.low) / (2 * NORMAL) for test in self.tested]
        least = detectable(errors)
        none = f"Nothing goes with this outcome: none of {many(len(self.tested))} looked at differs beyond chance"
        seen = f"a difference of {percent(least)} would have been seen in four of five cases" if least else ""
        differ = f"{many(len(sure))} of {many(len(self.tested))} looked at differ" if sure else f"{none}; {seen}"
        alone = sum(test.decides for test in sure)
        late = f"{many(alone)} of them decide it alone: look whether they are written down afterwards" if alone else ""
        return [differ, late, _foretold(self.skill)]


def _foretold(told: Skill | None) -> str:
    if told is None:
        return ""
    if told.area <= told.chance:
        return "All of it together foretells no better than chance"
    return (
        f"All of it together ranks {percent(told.area)} of pairs right on customers it has not seen (half is chance), "
        f"and what it foretells is off by {percent(told.off)} at most"
    )
