"""A store's own export can be looked at again, but no other file in its place."""

from __future__ import annotations

import json

import pytest

import cxkit as cx
from cxkit.shaping.mending.repairs import Tidy
from cxkit.store.digests import sealed

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}


@pytest.fixture
def export(tmp_path):
    cx.toy_table().to_pandas().to_csv(tmp_path / "export.csv", index=False)
    return tmp_path / "export.csv"


@pytest.fixture
def journeys(export, tmp_path):
    return cx.prepare(cx.read(export).roles(**ROLES, zone="Europe/Berlin"), tmp_path / "store", progress=False)


def test_the_log_is_read_again_under_its_roles(journeys, export):
    log = cx.open(journeys.folder).log
    assert log.source.name == "export.csv"
    assert log.settled.zone == "Europe/Berlin"
    assert {role: column for role, column, _ in log.settled.evidence} == ROLES
    assert log.readiness().sizes["rows"] == 40


def test_a_log_that_was_mended_leads_back_to_its_export(export, tmp_path):
    log = cx.read(export).roles(**ROLES)
    journeys = cx.prepare(log.mend(Tidy("channel")).split(silence="4d"), tmp_path / "other", progress=False)
    assert journeys.log.readiness().sizes["rows"] == 40


def test_it_is_read_as_it_was_read_then(tmp_path):
    text = "order|step|wann|what\nΣ|pack|2025-06-02 09:00|start\nΣ|pack|2025-06-02 09:30|complete\n"
    (tmp_path / "odd.csv").write_bytes(text.encode("cp437"))
    log = cx.read(tmp_path / "odd.csv", encoding="cp437", delimiter="|")
    joined = log.roles(journey="order", activity="step", time="wann", lifecycle="what")
    journeys = cx.prepare(joined, tmp_path / "store", progress=False)
    assert journeys.log.head(9).equals(joined.head(9))
    assert journeys.log.settled.evidence[-1][:2] == ("start", "start")


def test_a_log_that_was_split_is_read_as_it_was_before(export, tmp_path):
    log = cx.read(export).roles(journey="client", activity="step", time="when")
    journeys = cx.prepare(log.split(silence="4d"), tmp_path / "visits", progress=False)
    assert {role: column for role, column, _ in journeys.log.settled.evidence}["journey"] == "client"


def test_a_store_that_came_in_parts_leads_to_none(journeys, tmp_path):
    later = cx.read(cx.toy_table().slice(0, 1)).head()
    later[["order", "when"]] = [["A99", "2025-07-01 09:00"]]
    later.to_csv(tmp_path / "july.csv", index=False)
    assert cx.prepare(cx.read(tmp_path / "july.csv"), journeys.folder, append=True, progress=False).log is None


def test_a_file_that_has_changed_is_another_one(journeys, export):
    export.write_text(export.read_text() + "A99,C9,basic,Order,2025-06-30 09:00,web\n")
    assert journeys.log is None


def test_a_file_that_is_gone_is_none(journeys, export):
    export.unlink()
    assert journeys.log is None


def test_a_table_in_memory_has_no_file(toy):
    assert toy.log is None


def test_a_store_of_a_stranger_opens_no_other_file(journeys, tmp_path):
    """Who sends a store can name a path, but cannot know the fingerprint of a file that he has not seen."""
    (tmp_path / "private.csv").write_text("who,what,when\nme,secret,2025-01-01\nme,more,2025-01-02\n")
    manifest = journeys.folder / "manifest.json"
    said = json.loads(manifest.read_text())
    said["origin"] |= {"path": str(tmp_path / "private.csv")}
    manifest.write_text(json.dumps(sealed(said)))
    assert cx.open(journeys.folder).log is None


@pytest.mark.parametrize("origin", [{"path": 7}, ["x"], None])
def test_a_strange_origin_is_refused(journeys, origin):
    manifest = journeys.folder / "manifest.json"
    manifest.write_text(json.dumps(sealed(json.loads(manifest.read_text()) | {"origin": origin})))
    with pytest.raises(cx.CxError, match="origin"):
        cx.open(journeys.folder)
