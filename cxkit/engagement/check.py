"""Does an engagement agree with itself, and with a log?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from cxkit.calendar import regions_of
from cxkit.engagement.mistakes import Place, shown, unknown
from cxkit.engagement.sections import LANE_SIDES

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement
    from cxkit.engagement.sections import Calendar
    from cxkit.journeys import Journeys

ATTRIBUTES = ("agent", "channel", "lane", "stage", "cost", "value")
NOTION = (("split", "by"), ("identities", "column"))
Named = Iterator[tuple[Place, str]]


def contradictions(engagement: Engagement) -> Named:
    """Where the sections disagree: names used twice or never declared, lanes of no side, shares above one."""
    for section in ("offerings", "needs", "policies", "actions"):
        names = [(section, number, entry.name) for number, entry in enumerate(getattr(engagement, section))]
        yield from (((*place, "name"), "is used twice") for place in _again(names))
    for section in ("stages", "lanes"):
        members = [(place[:2], name) for place, name in _members(engagement) if place[0] == section]
        yield from (
            (place, f"{shown(name)} belongs to another of the {section} too") for place, name in _shared(members)
        )
    for number, need in enumerate(engagement.needs):
        yield from _undeclared(
            ("needs", number, "offerings"), need.offerings, [entry.name for entry in engagement.offerings]
        )
        yield from _undeclared(
            ("needs", number, "policies"), need.policies, [entry.name for entry in engagement.policies]
        )
    if engagement.lanes:
        yield from _undeclared(("costs", "hours"), engagement.costs.hours, engagement.lanes)
    if engagement.channels:
        yield from _undeclared(("costs", "contacts"), engagement.costs.contacts, engagement.channels)
    for name, lane in engagement.lanes.items():
        if lane.side is None and name not in LANE_SIDES:
            yield ("lanes", name), 'is none of the usual names: give it a side, such as side = "front"'
    for name in engagement.tables:
        if name.lower() == "customers":
            yield ("tables", name), "has a section of its own: [customers], with a key"
    for alike in _alike(engagement.tables):
        yield ("tables", alike[-1]), f'differs from "{alike[0]}" by its capitals only'
    if sum(need.firm_share or 0 for need in engagement.needs) > 1 + 1e-6:
        yield ("needs",), "the shares of all needs in firm_share are more than 1 together"
    if engagement.calendar is not None:
        yield from _of_calendar(engagement.calendar)
    for number, policy in enumerate(engagement.policies):
        if policy.working_hours and engagement.calendar is None:
            yield ("policies", number, "working_hours"), "needs a [calendar]"


def _of_calendar(calendar: Calendar) -> Named:
    """Days that are both closed and open, holidays of nowhere."""
    for day in calendar.closed:
        if day.isoformat() in calendar.days:
            yield ("calendar", "days", day.isoformat()), "is one of the days without work in closed too"
    if calendar.country is None:
        if calendar.region is not None:
            yield ("calendar", "region"), 'needs a country, such as country = "DE"'
        return
    regions = regions_of()
    if calendar.country not in regions:
        yield ("calendar", "country"), unknown("country", calendar.country, regions)
    elif calendar.region is not None and calendar.region not in regions[calendar.country]:
        yield (
            ("calendar", "region"),
            unknown(f"region of {calendar.country}", calendar.region, regions[calendar.country]),
        )


def _alike(names: Iterable[str]) -> list[list[str]]:
    """The names that are one name to a folder."""
    alike: dict[str, list[str]] = {}
    for name in names:
        alike.setdefault(name.lower(), []).append(name)
    return [family for family in alike.values() if len(family) > 1]


def _again(names: list[tuple[str, int, str]]) -> list[Place]:
    first = {name: number for _, number, name in reversed(names)}
    return [(section, number) for section, number, name in names if first[name] != number]


def _shared(members: list[tuple[Place, str]]) -> list[tuple[Place, str]]:
    counts = Counter(name for _, name in members)
    last = {name: place for place, name in members if counts[name] > 1}
    return [(place, name) for name, place in last.items()]


def _undeclared(place: Place, names: Iterable[str], declared: Iterable[str]) -> Named:
    declared = list(declared)
    yield from ((place, unknown("entry", name, declared)) for name in names if name not in declared)


def absences(engagement: Engagement, journeys: Journeys) -> Named:
    """What the file names and the log does not have: activities, columns, values of attributes."""
    activities = set(journeys.activities().df()["activity"])
    for place, name in _activities(engagement):
        if name not in activities:
            yield place, f"{unknown('activity', name, sorted(activities))}"
    columns = [*journeys.attributes, *filter(None, journeys.manifest.roles.values())]
    roles = [(("roles", role), getattr(engagement.roles, role)) for role in ATTRIBUTES]
    roles += [((name, key), getattr(getattr(engagement, name), key, None)) for name, key in NOTION]
    for place, column in [*roles, *((place, attribute) for place, attribute, _ in _conditions(engagement))]:
        if column is not None and column not in columns:
            yield place, unknown("column", column, columns)
    kinds = journeys.attributes
    texts = {name for name, kind in kinds.items() if kind == "text of each journey"}
    values = {name: set(journeys.segments(by=name).df()["segment"]) for name in texts & _attributes(engagement)}
    for place, attribute, value in _conditions(engagement):
        if attribute in values and value not in values[attribute]:
            yield place, unknown("value", str(value), sorted(values[attribute]))


def _activities(engagement: Engagement) -> Named:
    """Every activity that the file names, with its place."""
    for section in ("goals", "cancels", "policies"):
        for number, entry in enumerate(getattr(engagement, section)):
            for key in ("activity", "then"):
                if getattr(entry, key, None) is not None:
                    yield (section, number, key), getattr(entry, key)
    yield from _members(engagement)
    yield from ((("informs",), name) for name in engagement.informs)
    for section, key in (("offerings", "activities"), ("needs", "evidence")):
        for number, entry in enumerate(getattr(engagement, section)):
            yield from (((section, number, key), name) for name in getattr(entry, key))
    for key in ("after", "start", "end"):
        yield from ((("split", key), name) for name in getattr(engagement.split, key, ()))
    yield from ((("costs", "activities"), name) for name in engagement.costs.activities)


def _members(engagement: Engagement) -> Named:
    for section in ("stages", "lanes", "channels"):
        for group, member in getattr(engagement, section).items():
            yield from (((section, group), name) for name in member.activities)


def _conditions(engagement: Engagement) -> Iterator[tuple[Place, str, str | int | float]]:
    """Every value of every attribute on which the file depends."""
    for section in ("goals", "cancels", "policies", "actions"):
        for number, entry in enumerate(getattr(engagement, section)):
            for key in ("where", "compare"):
                for attribute, values in getattr(entry, key, {}).items():
                    yield from (((section, number, key), attribute, value) for value in values)


def _attributes(engagement: Engagement) -> set[str]:
    return {attribute for _, attribute, _ in _conditions(engagement)}
