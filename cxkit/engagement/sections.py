"""The sections of an engagement file, each with its keys: what a log cannot know. Editors show these sentences."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from cxkit.engagement.values import (
    Amount,
    Brief,
    Count,
    Day,
    DayName,
    Duration,
    Flag,
    Hours,
    Names,
    Number,
    Section,
    Share,
    Text,
    Where,
    each_once,
)

LANE_SIDES = {
    "customer action": "customer",
    "front-stage": "front",
    "back-stage": "back",
    "support": "support",
    "physical evidence": "evidence",
}
COUNTED = ("existence", "absence", "exactly")
UNARY = (*COUNTED, "init", "end")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Rule = Literal[
    "existence",
    "absence",
    "exactly",
    "init",
    "end",
    "choice",
    "exclusive choice",
    "responded existence",
    "coexistence",
    "response",
    "precedence",
    "succession",
    "alternate response",
    "alternate precedence",
    "alternate succession",
    "chain response",
    "chain precedence",
    "chain succession",
    "not coexistence",
    "not succession",
    "not chain succession",
]


class Calendar(Section):
    """When the firm works."""

    hours: dict[Weekday, Hours] = Field(min_length=1)
    """The hours of each weekday; a day that is not named is closed."""
    closed: Annotated[tuple[Day, ...], AfterValidator(each_once)] = ()
    """Holidays of its own and other days without work."""
    days: dict[DayName, Hours] = Field(default_factory=dict)
    """Days with hours of their own, such as half-days and holidays on which it works."""
    country: Annotated[Text, Field(examples=["DE"])] | None = None
    """The country whose public holidays are days without work, in two letters, such as "DE"."""
    region: Annotated[Text, Field(examples=["BY"])] | None = None
    """The region of the country whose holidays count too, such as "BY"."""
    default: Literal["calendar", "working"] = "calendar"
    """Which time answers count where nobody says working=: all of the calendar's, or working time."""


class Goal(Brief):
    """An activity that ends a journey well."""

    main = "activity"
    activity: Text
    """The activity's name in the log."""
    where: Where = Field(default_factory=dict)
    """Only where attributes have these values; several values: any of them."""


class Cancel(Brief):
    """An activity that ends a journey without its goal."""

    main = "activity"
    activity: Text
    """The activity's name in the log."""
    where: Where = Field(default_factory=dict)
    """Only where attributes have these values; several values: any of them."""
    reason: Text | None = None
    """What it means, such as "port-out"."""


class Stage(Brief):
    """A stretch of the journey; the order in the file is the order of the stages."""

    main = "activities"
    activities: Names = ()
    """The activities that belong to it."""
    silence: Duration | None = None
    """How long a customer may stay silent here before the journey counts as ended."""
    owner: Text | None = None
    """Who answers for it."""


class Lane(Brief):
    """A lane of the service blueprint."""

    main = "activities"
    activities: Names = ()
    """The activities that belong to it."""
    side: Literal["customer", "front", "back", "support", "evidence"] | None = None
    """What the lane is; the five usual names need not say it."""


class Channel(Brief):
    """A way of contact."""

    main = "activities"
    activities: Names = ()
    """The activities that belong to it, where the log has no column of channels."""
    kind: Literal["assisted", "self-service", "message"] | None = None
    """Whether a person helps, the customer does it alone, or the firm only writes."""


class Offering(Section):
    """What the firm offers to meet a need."""

    name: Text
    activities: Names = ()
    """The activities at which customers use it."""
    within: Duration | None = None
    """How soon it promises to meet the need."""


class Need(Section):
    """A need of customers, as the firm has it on its books."""

    name: Text
    firm_share: Share | None = None
    """The share of customers for whom this comes first, as the firm believes; all together at most 1."""
    weights: dict[Text, Amount] = Field(default_factory=dict)
    """How much it matters, by persona."""
    stated: Names = ()
    """Where customers have said it, such as "survey 2025"."""
    evidence: Names = ()
    """The activities that show it; none where no log can show it."""
    within: Duration | None = None
    """Evidence closer together than this is of one episode."""
    offerings: Names = ()
    """The offerings that are to meet it."""
    policies: Names = ()
    """The policies that serve it."""


class Policy(Section):
    """A rule that the firm has set, for the customer or for itself."""

    name: Text
    perspective: Literal["customer", "firm", "both"]
    """Whom the rule serves."""
    rule: Rule | None = None
    """The template of the rule; none where no log can show whether it is kept."""
    activity: Text | None = None
    """The first activity of the rule."""
    then: Text | None = None
    """The second activity of the rule, where it has two."""
    times: Count | None = None
    """How often, for existence (at least), absence (less often than this) and exactly."""
    within: Duration | None = None
    """The longest time between the two."""
    working_hours: Flag = False
    """Whether that time counts the hours of the calendar only."""
    where: Where = Field(default_factory=dict)
    """Only where attributes have these values."""
    since: Day | None = None
    """The first day of the rule."""
    until: Day | None = None
    """The last day of the rule."""
    owner: Text | None = None
    """Who answers for it."""
    reason: Text | None = None
    """Why it is there."""
    decided_by: Names = ()
    """The attributes by which it is decided whom the rule meets, or "judgement" where a person decides."""

    @model_validator(mode="after")
    def _fits_its_rule(self) -> Policy:
        _in_order(self.since, self.until)
        given = {key for key in ("activity", "then", "times", "within") if getattr(self, key) is not None}
        needed = set() if self.rule is None else {"activity"} if self.rule in UNARY else {"activity", "then"}
        allowed = needed | {"times"} if self.rule in COUNTED else needed | {"within"} if "then" in needed else needed
        for key in sorted(needed - given):
            raise ValueError(f'has the rule "{self.rule}", which needs "{key}"')
        for key in sorted(given - allowed):
            rule = f'the rule "{self.rule}", which does not use it' if self.rule else "no rule"
            raise ValueError(f'has "{key}" but {rule}')
        return self


class Action(Section):
    """What the firm has changed, and what it expected of it: written down before anybody looks."""

    name: Text
    since: Day
    """The first day."""
    until: Day | None = None
    """The last day, where it is over."""
    metric: Text
    """What it should move."""
    where: Where = Field(default_factory=dict)
    """Whom it touches, by attributes and their values."""
    who: Text | None = None
    """Whom it touches, in words."""
    compare: Where = Field(default_factory=dict)
    """Whom to compare them with."""
    expected: Number | None = None
    """The change expected, with its sign, in the units of the metric."""
    smallest_effect: Amount | None = None
    """The smallest change that matters."""
    lag: Duration | None = None
    """How long until it works in full."""
    owner: Text | None = None
    """Who answers for it."""

    @model_validator(mode="after")
    def _runs_forwards(self) -> Action:
        _in_order(self.since, self.until)
        return self


class Costs(Section):
    """What things cost."""

    currency: Annotated[Text, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])] | None = None
    """Three letters, such as EUR."""
    sheet: Text | None = None
    """A table of costs, relative to this file."""
    hours: dict[Text, Amount] = Field(default_factory=dict)
    """The price of an hour's work, by lane."""
    contacts: dict[Text, Amount] = Field(default_factory=dict)
    """The price of a contact, by channel."""
    activities: dict[Text, Amount] = Field(default_factory=dict)
    """The price of an event, by activity."""
    customer_hour: Amount | None = None
    """What an hour of a customer's effort is held to be worth."""


class Disclosure(Section):
    """What may be shown of small groups."""

    k: Count = 1
    """The smallest number of customers that a figure may rest on."""


class Report(Section):
    """What the report says on its cover."""

    title: Text | None = None
    prepared_for: Text | None = None
    prepared_by: Text | None = None


def _in_order(since: date | None, until: date | None) -> None:
    if since and until and until < since:
        raise ValueError(f"ends on {until}, before it starts on {since}")
