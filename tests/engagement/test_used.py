"""What of the file is used: the list in code is the schema's, and says of a file what is true of it."""

from __future__ import annotations

from cxkit.engagement.engagement import Engagement
from cxkit.engagement.sections import Cancel, Channel, Goal, Lane, Stage
from cxkit.engagement.used import ONLY_PLANNED, UNUSED, USED, said_for_later

ENTRIES = {"goals": Goal, "cancels": Cancel, "stages": Stage, "lanes": Lane, "channels": Channel}
USED_KEYS = {
    "goals": {"activity", "where"},
    "cancels": {"activity", "where"},
    "stages": {"activities", "silence"},
    "lanes": {"activities", "side"},
    "channels": {"activities"},
}


def test_every_section_is_in_one_of_the_lists():
    whole = [name for name in UNUSED if "." not in name]
    assert sorted([*USED, *ONLY_PLANNED, *whole]) == sorted(Engagement.model_fields)


def test_every_key_of_what_is_used_is_used_or_told():
    unused = {tuple(name.split(".")) for name in UNUSED if "." in name}
    for section, entry in ENTRIES.items():
        assert section in USED
        told = {key for name, key in unused if name == section}
        assert set(entry.model_fields) == USED_KEYS[section] | told
        assert not USED_KEYS[section] & told
    assert {section for section, _ in unused} <= ENTRIES.keys()


def test_only_what_the_file_says_is_told():
    assert said_for_later(Engagement()) == ([], [])
    small = Engagement(goals=["Deliver"], cancels=["Cancel"], stages={"buy": ["Order"]}, needs=[{"name": "peace"}])
    assert said_for_later(small) == ([], [])
    large = Engagement(
        cancels=["Cancel", {"activity": "Leave", "reason": "price"}],
        stages={"buy": {"activities": ["Order"], "owner": "sales"}},
        channels={"phone": {"activities": ["Call"], "kind": "assisted"}},
        disclosure={"k": 5},
        costs={"currency": "EUR"},
    )
    assert said_for_later(large) == (["costs"], ["disclosure", "cancels.reason", "stages.owner", "channels.kind"])
