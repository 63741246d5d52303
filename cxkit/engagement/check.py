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


def contradictions(said: Engagement) -> Named:
    """Where the sections disagree: names used twice or never declared, lanes of no side, shares above one."""
    for section in ("offerings", "needs", "policies", "actions"):
        names = [(section, number, one.name) for number, one in enumerate(getattr(said, section))]
        yield from (((*place, "name"), "is used twice") for place in _again(names))
    for section in ("stages", "lanes"):
        members = [(place[:2], name) for place, name in _members(said) if place[0] == section]
        yield from (
            (place, f"{shown(name)} belongs to another of the {section} too") for place, name in _shared(members)
        )
    for number, need in enumerate(said.needs):
        yield from _undeclared(("needs", number, "offerings"), need.offerings, [one.name for one in said.offerings])
        yield from _undeclared(("needs", number, "policies"), need.policies, [one.name for one in said.policies])
    if said.lanes:
        yield from _undeclared(("costs", "hours"), said.costs.hours, said.lanes)
    if said.channels:
        yield from _undeclared(("costs", "contacts"), said.costs.contacts, said.channels)
    for name, lane in said.lanes.items():
        if lane.side is None and name not in LANE_SIDES:
            yield ("lanes", name), 'is none of the usual names: give it a side, such as side = "front"'
    for name in said.tables:
        if name.lower() == "customers":
            yield ("tables", name), "has a section of its own: [customers], with a key"
    for alike in _alike(said.tables):
        yield ("tables", alike[-1]), f'differs from "{alike[0]}" by its capitals only'
    if sum(need.firm_share or 0 for need in said.needs) > 1 + 1e-6:
        yield ("needs",), "the shares of all needs in firm_share are more than 1 together"
    if said.calendar is not None:
        yield from _of_calendar(said.calendar)
    for number, policy in enumerate(said.policies):
        if policy.working_hours and said.calendar is None:
            yield ("policies", number, "working_hours"), "needs a [calendar]"


def _of_calendar(said: Calendar) -> Named:
    """Days that are both closed and open, holidays of nowhere."""
    for day in said.closed:
        if day.isoformat() in said.days:
            yield ("calendar", "days", day.isoformat()), "is one of the days without work in closed too"
    if said.country is None:
        if said.region is not None:
            yield ("calendar", "region"), 'needs a country, such as country = "DE"'
        return
    known = regions_of()
    if said.country not in known:
        yield ("calendar", "country"), unknown("country", said.country, known)
    elif said.region is not None and said.region not in known[said.country]:
        yield ("calendar", "region"), unknown(f"region of {said.country}", said.region, known[said.country])


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


def _undeclared(place: Place, names: Iterable[str], known: Iterable[str]) -> Named:
    known = list(known)
    yield from ((place, unknown("entry", name, known)) for name in names if name not in known)


def absences(said: Engagement, journeys: Journeys) -> Named:
    """What the file names and the log does not have: activities, columns, values of attributes."""
    activities = set(journeys.activities().df()["activity"])
    for place, name in _activities(said):
        if name not in activities:
            yield place, f"{unknown('activity', name, sorted(activities))}"
    columns = [*journeys.attributes, *filter(None, journeys.manifest.roles.values())]
    roles = [(("roles", role), getattr(said.roles, role)) for role in ATTRIBUTES]
    roles += [((name, key), getattr(getattr(said, name), key, None)) for name, key in NOTION]
    for place, column in [*roles, *((place, attribute) for place, attribute, _ in _conditions(said))]:
        if column is not None and column not in columns:
            yield place, unknown("column", column, columns)
    kinds = journeys.attributes
    texts = {name for name, kind in kinds.items() if kind == "text of each journey"}
    values = {name: set(journeys.segments(by=name).df()["segment"]) for name in texts & _attributes(said)}
    for place, attribute, value in _conditions(said):
        if attribute in values and value not in values[attribute]:
            yield place, unknown("value", str(value), sorted(values[attribute]))


def _activities(said: Engagement) -> Named:
    """Every activity that the file names, with its place."""
    for section in ("goals", "cancels", "policies"):
        for number, one in enumerate(getattr(said, section)):
            for key in ("activity", "then"):
                if getattr(one, key, None) is not None:
                    yield (section, number, key), getattr(one, key)
    yield from _members(said)
    for section, key in (("offerings", "activities"), ("needs", "evidence")):
        for number, one in enumerate(getattr(said, section)):
            yield from (((section, number, key), name) for name in getattr(one, key))
    for key in ("after", "start", "end"):
        yield from ((("split", key), name) for name in getattr(said.split, key, ()))
    yield from ((("costs", "activities"), name) for name in said.costs.activities)


def _members(said: Engagement) -> Named:
    for section in ("stages", "lanes", "channels"):
        for group, one in getattr(said, section).items():
            yield from (((section, group), name) for name in one.activities)


def _conditions(said: Engagement) -> Iterator[tuple[Place, str, str | int | float]]:
    """Every value of every attribute on which the file depends."""
    for section in ("goals", "cancels", "policies", "actions"):
        for number, one in enumerate(getattr(said, section)):
            for key in ("where", "compare"):
                for attribute, values in getattr(one, key, {}).items():
                    yield from (((section, number, key), attribute, value) for value in values)


def _attributes(said: Engagement) -> set[str]:
    return {attribute for _, attribute, _ in _conditions(said)}
