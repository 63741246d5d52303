"""What a store says of how it was made: an older format how to make it anew, an engagement its fingerprint."""

from __future__ import annotations

import json

import pytest

import cxkit as cx
from cxkit import schema

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}


def made(folder, name="store"):
    return cx.prepare(cx.read(cx.toy_table()).roles(**ROLES), folder / name, progress=False)


@pytest.mark.parametrize("older", [1, 3])
def test_a_store_of_an_earlier_format_says_how_to_make_it_anew(older, tmp_path):
    folder = made(tmp_path).folder
    expected = cx.open(folder).manifest
    manifest = folder / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"format": older}))
    with pytest.raises(cx.CxError) as told:
        cx.open(folder)
    assert str(told.value) == (
        f'The store in "{folder}" is of an earlier cxkit (format {older}; this one reads format {schema.FORMAT}); make '
        f'it anew with cx.prepare(log, "{folder}") or `cxkit prepare FILE --store {folder}`.'
    )
    with pytest.raises(cx.CxError, match="make it anew"):
        cx.prepare(cx.read(cx.toy_table()), folder, append=True, progress=False)
    assert made(tmp_path).manifest == expected == cx.open(folder).manifest


def test_the_engagement_that_a_log_was_read_under_is_in_its_store(tmp_path):
    said = cx.Engagement(roles=ROLES, goals=["Deliver"])
    other = said.amended(goals=["Pay"])
    assert made(tmp_path, "plain").manifest.engagement == ""
    first = cx.prepare(said.applied(cx.read(cx.toy_table())), tmp_path / "said", progress=False).manifest
    assert first.engagement == said.fingerprint != other.fingerprint
    again = cx.prepare(other.applied(cx.read(cx.toy_table())), tmp_path / "said", progress=False).manifest
    assert again.version == first.version
    assert cx.open(tmp_path / "said").manifest.engagement == again.engagement == other.fingerprint
