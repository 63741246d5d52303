"""A store of which a place was flipped, cut or zeroed: told in our words, or every number as before; then made anew."""

import random
import shutil

import pandas as pd
import pytest

import cxkit as cx
from cxkit.store import digests

PLACES = 15  # a round
ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client", "order": "n"}
ASKED = ("summary", "activities", "variants", "process_map", "durations", "journeys", "events", "rejected")


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store of everything a store can hold: two parts, rejected rows, customers, a table beside it, a sort key."""
    table = cx.toy_table().to_pandas()
    table["n"] = range(len(table))
    table.loc[3, "step"] = None
    people = pd.DataFrame({"client": sorted(set(table["client"])), "age": range(20, 30)})
    calls = pd.DataFrame({"order": ["A01", "A05"], "score": [9, 4]})
    early = table["order"] < "A08"
    first = cx.read(table[early]).roles(**ROLES).customers(people, key="client").beside("calls", calls, journey="order")
    folder = tmp_path_factory.mktemp("stores") / "whole"
    cx.prepare(first, folder, progress=False)
    later = cx.read(table[~early], name="later")
    cx.prepare(later, folder, append=True, progress=False)
    return folder


def numbers(folder):
    """An answer from every table, the picture and the manifest, as text."""
    journeys = cx.open(folder)
    tables = [getattr(journeys, name)().table.to_pylist() for name in ASKED]
    more = [journeys.table("calls").table.to_pylist(), journeys.segments(by="age").table.to_pylist()]
    return repr([tables, more, journeys.geometry, journeys.manifest, str(journeys.provenance), str(journeys.changes)])


def flipped(data, chance):
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << chance.randrange(8))]) + data[place + 1 :]


def cut(data, chance):
    return data[: chance.randrange(len(data))]


def zeroed(data, chance):
    place = chance.randrange(len(data))
    length = min(chance.choice([1, 8, 64, 512]), len(data) - place)
    return data[:place] + bytes(length) + data[place + length :]


def longer(data, chance):
    return data + chance.randbytes(chance.choice([1, 100]))


def test_a_damaged_place(draw, whole, tmp_path):
    expected = numbers(whole)
    files = sorted(path for path in whole.rglob("*") if path.is_file() and path.name != ".lock")
    version = cx.open(whole).manifest.version
    for number in range(PLACES):
        chance = random.Random(f"stores {draw} {number}")
        file = files[(draw * PLACES + number) % len(files)]
        harm = chance.choice([flipped, cut, zeroed, longer])
        copy = tmp_path / f"{number}"
        shutil.copytree(whole, copy)
        data = file.read_bytes()
        harmed = harm(data, chance)
        (copy / file.relative_to(whole)).write_bytes(harmed)
        try:
            found = numbers(copy)
        except cx.CxError as error:
            assert harmed != data
            assert 0 < len(str(error)) < 2_000
        else:
            assert found == expected, (file.name, harm.__name__)
            unread = version not in file.parts
            assert harmed == data or unread


@pytest.mark.parametrize("harm", [flipped, cut, zeroed])
def test_no_damage_is_passed_on(harm, whole, tmp_path):
    """A later part does not go into a damaged store, and the log prepared again mends it."""
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    folder = cx.prepare(log, tmp_path / "store", progress=False).folder
    expected = cx.open(folder).process_map().table
    version = folder / cx.open(folder).manifest.version
    files = [path for path in sorted(version.rglob("*")) if path.is_file()]
    assert {file.relative_to(version).as_posix() for file in files} == set(digests.digests(version))
    for file in files:
        data = file.read_bytes()
        chance = random.Random(file.parent.name)
        while (harmed := harm(data, chance)) == data:
            pass
        file.write_bytes(harmed)
        with pytest.raises(cx.CxError, match="damaged"):
            cx.open(folder)
        with pytest.raises(cx.CxError, match="damaged"):
            cx.prepare(cx.read(cx.toy_table(), name="again"), folder, append=True, progress=False)
        assert cx.prepare(log, folder, progress=False).process_map().table == expected
        assert cx.open(folder).process_map().table == expected
