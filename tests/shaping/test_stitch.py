"""Ids stitched by a key table: by hand, by law, against the merges planted in the sample, and when it goes wrong."""

from __future__ import annotations

import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxkit as cx
from cxkit import places

ROLES = {"journey": "order", "activity": "what", "time": "when", "customer": "who"}


def log_of(ids, **more):
    """One event of one order for each id."""
    count = len(ids)
    frame = pd.DataFrame({"order": [f"O{n}" for n in range(count)], "who": ids, "what": "x", **more})
    return cx.read(frame.assign(when=pd.date_range("2025-06-01", periods=count, freq="h"))).roles(**ROLES)


def pairs(*texts):
    """A key table from pairs such as "A=B"."""
    return pd.DataFrame([text.split("=") for text in texts], columns=["id", "same_as"], dtype="string")


def who(log):
    return [None if pd.isna(one) else one for one in log.head(1_000)["who"]]


def test_ids_are_followed_on_by_hand(tmp_path):
    """A1 to A22 to A333 are one; B with itself and again is none; an empty id and an id nobody has are counted."""
    log = log_of(["A333", "B", "A22", "C", None, "A1", "D"])
    keys = pairs("A22=A333", "A1=A22", "A22=A1", "B=B", "C=E", "D=", "D= ", "C=E", "F=G")
    one = log.stitch(keys)
    assert who(one) == ["A1", "B", "A1", "C", None, "A1", "D"]
    assert who(log) == ["A333", "B", "A22", "C", None, "A1", "D"]
    found = one.identities()
    assert found.groups().values.tolist() == [["A1", 3, 3, 3], ["C", 2, 1, 1], ["F", 2, 0, 0]]
    assert found.df().values.tolist()[:3] == [["A1", "A1", 3, 1], ["A22", "A1", 3, 1], ["A333", "A1", 3, 1]]
    assert found.orphans().values.tolist() == [["E", "keys", 0], ["F", "keys", 0], ["G", "keys", 0], ["D", "log", 1]]
    assert found.conflicts().values.tolist() == [["A22", 2, ["A1", "A333"]]]
    assert (len(found.seen), found.after, found.warnings) == (6, 4, ())
    assert found.note.startswith('Stitched "who": 6 ids became 4; 5 pairs of "id" and "same_as" join 7 ids')
    assert "2 with an empty id" in repr(found)
    assert "2 (an id with itself, or again)" in repr(found)
    store = cx.prepare(one, tmp_path / "store", progress=False)
    assert store.n.customers == 5
    assert store.manifest.notes[0] == found.note


def test_columns_are_named_or_the_first_two(tmp_path):
    log = log_of(["A", "B", "C"], shop=["x", "y", "z"])
    table = pd.DataFrame({"note": ["n", "m"], "web": ["B", "q"], "till": ["A", "r"]})
    table.to_csv(tmp_path / "keys.csv", index=False)
    assert who(log.stitch(tmp_path / "keys.csv", id="till", same_as="web")) == ["A", "A", "C"]
    assert who(log.stitch(cx.read(table), id="web", same_as="till")) == ["A", "A", "C"]
    assert "No id of the key table" in log.stitch(table[["note", "web"]].iloc[1:]).identities().warnings[0]
    shops = log.stitch(pairs("x=z"), column="shop")
    assert shops.head()["shop"].tolist() == ["x", "y", "x"]
    assert who(shops) == ["A", "B", "C"]
    for words, said in (
        ({"id": "wob"}, 'No column "wob". Closest: "web"'),
        ({"id": "web", "same_as": "web"}, "cannot be both"),
        ({"column": "whoo"}, 'Closest: "who"'),
    ):
        with pytest.raises(cx.CxError, match=said):
            log.stitch(table, **words)
    with pytest.raises(cx.CxError, match="A key table has two"):
        log.stitch(table[["web"]])
    with pytest.raises(cx.CxError, match="were stitched"):
        log.identities()


def test_numbers_match_numbers_however_they_are_held(tmp_path):
    """A data frame with a hole holds ids as 1.0; a file has them as 1."""
    log = log_of([10.0, 9.0, None, 8.0])
    (tmp_path / "keys.csv").write_text("a,b\n10,9\n", encoding="utf-8")
    assert who(log.stitch(tmp_path / "keys.csv")) == ["9", "9", None, "8"]
    assert who(log_of([10, 9, 8]).stitch(pd.DataFrame({"a": [10.0, None], "b": [9.0, 1.0]}))) == ["9", "9", "8"]


def test_journeys_of_one_customer_become_one(tmp_path):
    log = log_of(["A", "B", "C"]).roles(**ROLES | {"journey": "who"})
    one = log.stitch(pairs("A=C"))
    assert cx.prepare(one, tmp_path / "a", progress=False).n.journeys == 2
    parts = one.split(silence="1h")
    assert parts.head()["journey"].tolist() == ["A/1", "B/1", "A/2"]
    assert len(parts.source.notes) == 2
    assert parts.identities().after == 2


IDS = st.sampled_from("ABCDEFGHIJ")
PAIRS = st.lists(st.tuples(IDS, IDS), max_size=12)


def groups_of(listed):
    """The groups of pairs, by merging sets until nothing changes."""
    groups = [{one} for one in "ABCDEFGHIJ"]
    for a, b in listed:
        touched = [group for group in groups if group & {a, b}]
        groups = [group for group in groups if group not in touched] + [set().union(*touched)]
    return {one: min(group) for group in groups for one in group}


@settings(max_examples=25, deadline=None)
@given(PAIRS, st.randoms(use_true_random=False))
def test_stitching_is_what_sets_say_in_any_order_and_once_is_enough(listed, random):
    log, ids = log_of(list("ABCDEFGHIJ")), list("ABCDEFGHIJ")
    table = pd.DataFrame(listed, columns=["a", "b"], dtype="string")
    one = log.stitch(table)
    assert who(one) == [groups_of(listed)[each] for each in ids]
    turned = [random.choice([(a, b), (b, a)]) for a, b in random.sample(listed, len(listed))]
    assert who(log.stitch(pd.DataFrame(turned, columns=["a", "b"], dtype="string"))) == who(one)
    assert who(one.stitch(table)) == who(one)


def test_exactly_the_planted_merges_are_found(tmp_path):
    """The sample hides 3 % of its people under two ids; its key table is to bring back every one of them."""
    log = cx.read(places.sample() / "events.parquet").roles(
        journey="journey", activity="activity", time="time", customer="system_id", event_attributes=[]
    )
    one = log.stitch(cx.sample_file("identities.parquet"), id="system_id", same_as="customer")
    found = one.identities()
    truth = pq.read_table(places.sample().parent / "truth" / "customers.parquet").to_pandas()
    planted = truth.dropna(subset="alias").set_index("alias")["customer"].to_dict()
    assert dict(zip(*found.kept.to_pydict().values(), strict=True)) == planted
    assert found.after == len(truth)
    assert found.warnings == ()
    assert found.conflicts().empty
    assert cx.prepare(one, tmp_path / "store", progress=False).n.customers == len(truth)
    rows = one.head(300_000)
    assert (rows["system_id"] == rows["customer"]).all()


def test_an_id_that_stands_for_nobody_is_warned_of():
    log = log_of([f"C{n}" for n in range(3_000)])
    keys = pairs("C2998=C2999", *(f"C{n}=unknown" for n in range(2_000)))
    found = log.stitch(keys).identities()
    [warning] = found.warnings
    assert "2,000 ids of the log became one, with 67% of its rows. Is that one person?" in warning
    assert '"unknown" is in 2,000 of its pairs' in warning
    assert warning in found.note
    assert "border-left" in found._repr_html_()
    few = log.stitch(pairs(*(f"C{n}=C{n + 1}" for n in range(8)))).identities()
    assert few.warnings == ()
    usual = log.stitch(pairs(*(f"C{n}=C{n - n % 20}" for n in range(3_000)))).identities()
    assert usual.warnings == ()
    assert usual.after == 150


def test_a_long_chain_is_one():
    count = 200_000
    keys = pd.DataFrame({"a": [f"C{n}" for n in range(count)], "b": [f"C{n + 1}" for n in range(count)]})
    found = log_of(["C7", f"C{count}", "D"]).stitch(keys.sample(frac=1, random_state=1)).identities()
    assert found.pairs.groups.keys() == {"C0"}
    assert found.after == 2
    assert found.warnings == ()


def test_hostile_ids_are_inert(tmp_path):
    bad = "<script>alert(1)</script>'; DROP TABLE kept_ids; --\x00\u202e"
    log = log_of([bad, "A", "B"])
    one = log.stitch(pd.DataFrame({"<b>": [bad, "A\nB"], "'": ["long enough to be the longer of two" * 4, "B"]}))
    found = one.identities()
    for said in (found._repr_html_(), one._repr_html_()):
        assert "<script>" not in said
        assert "<b>" not in said
    assert "\x00" not in repr(found)
    assert "\u202e" not in found._repr_html_()
    assert who(one) == [bad, "A", "B"]


def test_another_key_table_is_another_store(tmp_path):
    log = log_of(["A", "B", "C"])
    one, other = log.stitch(pairs("A=B")), log.stitch(pairs("A=C"))
    assert one.source.fingerprint != other.source.fingerprint != log.source.fingerprint
    assert one.source.fingerprint == log.stitch(pairs("A=B")).source.fingerprint
    first = cx.prepare(one, tmp_path / "store", progress=False)
    again = cx.prepare(log.stitch(pairs("A=B")), tmp_path / "store", progress=False)
    assert (
        again.manifest.version
        == first.manifest.version
        != cx.prepare(other, tmp_path / "b", progress=False).manifest.version
    )
