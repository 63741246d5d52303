"""How full is each field: where it is due, where it is filled, until when, and for how many known customers?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxkit.measures.data.counts import ALL, KNOWN, of_journeys, per_activity, visiting
from cxkit.measures.data.register import FIELDS, Field
from cxkit.schema import FIRST, LAST, SERVICE

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.journeys import Journeys

NAMED = ("start", "channel", "lane", "stage", "agent", "cost", "value")
LOST = {"journey": ("no journey id",), "activity": ("no activity",), "time": ("no time", "time not readable")}
Counts = dict[str, Any]


@dataclass(frozen=True)
class Filling:
    """What is known of one field: `filled` of the `of` places where it is due, and `known` customers of the filled.

    `age` is the time in microseconds from when it was last filled until it was last due; None where that is unknown,
    or for a declaration, which does not age. `lacking` holds the activities at which the field is lacking, the most
    first; `hint` is what else was found.
    """

    field: Field
    unit: str
    of: int = 0
    filled: int = 0
    age: int | None = None
    known: int | None = None
    found: str = ""
    lacking: tuple[tuple[str, int], ...] = ()
    hint: str = ""

    @property
    def share(self) -> float:
        """The part of the places where it is due at which it is filled."""
        return self.filled / self.of if self.of else 0.0

    @property
    def identity(self) -> float | None:
        """The part of what is filled whose customer is known."""
        return None if self.known is None or not self.filled else self.known / self.filled


def fillings(journeys: Journeys) -> tuple[dict[str, Filling], int]:
    """Every field's filling, by name, and the time from the first to the last selected event."""
    log = Looked(journeys)
    return {field.name: log.filling(field) for field in FIELDS}, (log.whole[LAST] or 0) - (log.whole[FIRST] or 0)


class Looked:
    """A selection as the plan looks at it: figures per activity and of its journeys."""

    def __init__(self, journeys: Journeys) -> None:
        self.journeys, self.said = journeys, journeys.engagement
        self.star = journeys.selection.star
        self.own = {attribute.name: attribute for attribute in self.star.attributes}
        self.named = {role: name for role in NAMED if (name := self._column(role)) in self.own}
        columns = self._columns("event"), self._columns("journey")
        whole = columns[1] | self._others
        self.rows = journeys.collect(lambda chosen: per_activity(chosen, *columns)).to_pylist()
        [self.whole] = journeys.collect(lambda chosen: of_journeys(chosen.journeys, whole)).to_pylist()
        self.reached = self.whole
        if self._goals:
            [self.reached] = journeys.collect(
                lambda chosen: of_journeys(visiting(chosen, self._goals), whole)
            ).to_pylist()

    def filling(self, field: Field) -> Filling:
        """How full one field is."""
        if field.home == "table":
            return Filling(field, "rows")
        if field.home == "engagement":
            return self._declared(field)
        own: dict[str, Callable[[Field], Filling]] = {
            **dict.fromkeys(LOST, self._of_rows),
            "customer": self._customer,
            "attributes": self._attributes,
        }
        return own.get(field.name, self._mapped)(field)

    def _columns(self, level: str) -> dict[str, str]:
        roles = {role: self.own[name] for role, name in self.named.items()}
        mapped = {role: attribute.column for role, attribute in roles.items() if attribute.level == level}
        return mapped | ({"start": SERVICE} if self._has_starts and level == "event" else {})

    @property
    def _has_starts(self) -> bool:
        return self.journeys.manifest.roles.get("start") is not None

    @property
    def _others(self) -> dict[str, str]:
        """All attributes of journeys, whatever their role."""
        every = self.star.attributes
        return {f"other {attribute.name}": attribute.column for attribute in every if attribute.level == "journey"}

    # ---- fields of the log ----

    def _column(self, role: str) -> str | None:
        """The column that the engagement names for a role."""
        return getattr(self.said.roles, role) if self.said else None

    def _of_rows(self, field: Field) -> Filling:
        """Journey, activity and time: rows without them are left out when a log is prepared."""
        facts = self.journeys.manifest
        kept, lost = facts.counts["events"], sum(facts.dropped.get(reason, 0) for reason in LOST[field.name])
        if field.name == "time" and not facts.timed:
            return Filling(field, "rows", kept, lacking=self._most(ALL))
        of_customer = sum(row[KNOWN] for row in self.rows) if self._has_customers else 0
        share = of_customer / max(sum(row[ALL] for row in self.rows), 1)
        place = f'column "{facts.roles[field.name]}"'
        return Filling(field, "rows", kept + lost, kept, None, round(kept * share), place)

    @property
    def _has_customers(self) -> bool:
        roles = self.journeys.manifest.roles
        same = roles["customer"] is None or roles["customer"] == roles["journey"]
        return not same or bool(self.said and self.said.roles.customer == roles["journey"])

    def _customer(self, field: Field) -> Filling:
        total = self.whole[ALL]
        roles = self.journeys.manifest.roles
        if not self._has_customers:
            hint = self._candidate(field) or (
                f'If "{roles["journey"]}" names customers, write customer = "{roles["journey"]}" under [roles].'
            )
            return Filling(field, "journeys", total, lacking=self._most("starts"), hint=hint)
        filled = self.whole["customer filled"]
        place = f'column "{roles["customer"]}"'
        return Filling(
            field, "journeys", total, filled, _age(self.whole, "customer", LAST), None, place, self._most("strangers")
        )

    def _attributes(self, field: Field) -> Filling:
        total = self.whole[ALL]
        best = max(self._others, key=lambda name: (self.whole[f"{name} filled"], name), default=None)
        if best is None:
            return Filling(field, "journeys", total, lacking=self._most("starts"))
        return self._whole_journeys(field, best, self.whole, f'column "{best.removeprefix("other ")}"', "starts")

    def _mapped(self, field: Field) -> Filling:
        """A field that a column holds, or that sections of the engagement give to activities; the fuller of the two."""
        column, sections = self._by_column(field), self._by_sections(field)
        best = max(column, sections, key=lambda filling: filling.share)
        return best if best.filled else column

    def _by_column(self, field: Field) -> Filling:
        starts = field.name == "start" and self._has_starts
        name = self.journeys.manifest.roles["start"] if starts else self.named.get(field.name)
        if name is None:
            due = [row for row in self.rows if self._is_due(field, row["name"])]
            asked = self._column(field.name)
            hint = f'There is no column "{asked}", which the engagement names.' if asked else self._candidate(field)
            lacking = tuple((row["name"], row[ALL]) for row in due)
            if field.name == "value":
                lacking = self._most("ends") if not self._goals else self._at_goals(ALL)
            return Filling(field, "events", sum(row[ALL] for row in due), lacking=lacking, hint=hint)
        place = f'column "{name}"'
        if not starts and self.own[name].level == "journey":
            of = self.reached if field.name == "value" else self.whole
            return self._whole_journeys(field, field.name, of, place, f"{field.name} lacking")
        due = [row for row in self.rows if self._is_due(field, row["name"])]
        return self._events(field, due, place, lambda row: row[f"{field.name} filled"])

    def _whole_journeys(self, field: Field, key: str, of: Counts, place: str, lacking: str) -> Filling:
        at = self._at_goals(lacking) if field.name == "value" and self._goals else self._most(lacking)
        filled, age = of[f"{key} filled"], _age(of, key, LAST)
        of_customer = of[f"{key} known"] if self._has_customers else 0
        at = at if filled < of[ALL] else ()
        return Filling(field, "journeys", of[ALL], filled, age, of_customer, place, at)

    def _events(self, field: Field, due: list[Counts], place: str, filled: Callable[[Counts], int]) -> Filling:
        lacking = [(row["name"], row[ALL] - filled(row)) for row in due if filled(row) < row[ALL]]
        times = {key: [at for row in due if (at := row[key]) is not None] for key in ("last", f"{field.name} last")}
        ends = {key: max(moments, default=None) for key, moments in times.items()}
        of_customer = sum(row[f"{field.name} known"] for row in due) if self._has_customers else 0
        whole = sum(row[ALL] for row in due)
        ranked = tuple(sorted(lacking, key=lambda entry: (-entry[1], entry[0])))
        return Filling(
            field, "events", whole, sum(map(filled, due)), _age(ends, field.name, "last"), of_customer, place, ranked
        )

    def _by_sections(self, field: Field) -> Filling:
        given = self._given(field.name)
        rows = [
            row | {f"{field.name} last": row["last"], f"{field.name} known": row[KNOWN]}
            if row["name"] in given
            else row | {f"{field.name} last": None, f"{field.name} known": 0}
            for row in self.rows
            if self._is_due(field, row["name"])
        ]
        place = f"{given and len(given & set(self.star.codes))} activities under [{field.name}s]"
        return self._events(field, rows, place, lambda row: row[ALL] if row["name"] in given else 0)

    def _given(self, field: str) -> set[str]:
        """The activities that sections of the engagement place: in lanes, stages, channels, or that have a price."""
        engagement = self.said
        if engagement is None:
            return set()
        if field != "cost":
            places = getattr(engagement, f"{field}s", None) or {}
            return {name for group in places.values() for name in group.activities}
        priced = {
            name
            for lane in engagement.costs.hours
            if lane in engagement.lanes
            for name in engagement.lanes[lane].activities
        }
        paid = {
            name
            for way in engagement.costs.contacts
            if way in engagement.channels
            for name in engagement.channels[way].activities
        }
        return priced | paid | set(engagement.costs.activities)

    def _is_due(self, field: Field, activity: str) -> bool:
        """Whether the field is due at this activity: everywhere, where no lane says who acts."""
        sides = self._sides
        return not field.sides or not sides or sides.get(activity) in field.sides

    @property
    def _sides(self) -> dict[str, str]:
        if self.said is None:
            return {}
        sides = self.said.sides
        return {name: sides[lane] for lane, group in self.said.lanes.items() for name in group.activities}

    @property
    def _goals(self) -> list[str]:
        return [goal.activity for goal in self.said.goals] if self.said else []

    def _most(self, key: str) -> tuple[tuple[str, int], ...]:
        counted = [(row["name"], row[key]) for row in self.rows if row.get(key)]
        return tuple(sorted(counted, key=lambda entry: (-entry[1], entry[0])))

    def _at_goals(self, key: str) -> tuple[tuple[str, int], ...]:
        return tuple(entry for entry in self._most(key) if entry[0] in self._goals)

    def _candidate(self, field: Field) -> str:
        """The sentence for a column whose name speaks for the field."""
        words = set(field.words.split())
        for name in self.own:
            if words & set(re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())):
                return f'The log has a column "{name}". If that is it, write {field.name} = "{name}" under [roles].'
        return ""

    # ---- fields of the engagement ----

    def _declared(self, field: Field) -> Filling:
        """How many of the entries of a section this log can use; what is lacking are the others, by name."""
        entries = list(_declarations(self.said, self.star.codes)[field.name]) if self.said else []
        good = sum(usable for _, usable in entries)
        ends = self._most("ends") if field.name in ("goals", "cancels") and not good else ()
        lacking = ends or tuple((name, 1) for name, usable in entries if not usable)
        return Filling(field, "entries", len(entries), good, None, None, "the engagement file" * bool(good), lacking)


def _declarations(engagement: Engagement, activities: Mapping[str, int]) -> dict[str, Iterator[tuple[str, bool]]]:
    """For each field of the engagement file its entries, and whether this log can use them."""
    quiet = (
        [("silence", True)]
        if engagement.silence
        else [(name, stage.silence is not None) for name, stage in engagement.stages.items()]
    )
    return {
        "goals": ((goal.activity, goal.activity in activities) for goal in engagement.goals),
        "cancels": ((cancel.activity, cancel.activity in activities) for cancel in engagement.cancels),
        "silence": iter(quiet if any(offering for _, offering in quiet) else ()),
        "calendar": iter([("calendar", True)] if engagement.calendar else ()),
        "needs": ((need.name, any(name in activities for name in need.evidence)) for need in engagement.needs),
        "ranking": ((need.name, need.firm_share is not None) for need in engagement.needs),
        "offerings": (
            (offering.name, any(name in activities for name in offering.activities))
            for offering in engagement.offerings
        ),
        "policies": (
            (policy.name, policy.rule is not None and _seen(policy, activities)) for policy in engagement.policies
        ),
        "actions": ((action.name, action.expected is not None) for action in engagement.actions),
        "keys": iter([("identities", True)] if engagement.identities is not None else ()),
        "effort": iter([("customer_hour", True)] if engagement.costs.customer_hour is not None else ()),
    }


def _age(counts: Counts, field: str, due: str) -> int | None:
    """From when the field was last filled until it was last due."""
    last, until = counts[f"{field} last"], counts[due]
    return None if last is None or until is None else until - last


def _seen(policy: Any, known: Mapping[str, int]) -> bool:
    return all(name in known for name in (policy.activity, policy.then) if name is not None)
