"""Who hands over to whom on a real log, as pm4py counts it and as pandas does."""

from __future__ import annotations

import pandas as pd
import pytest

import cxkit as cx

CASE, WHO, TIME = "case:concept:name", "org:resource", "time:timestamp"


def test_handovers_equal_pm4py(shared, tmp_path):
    pytest.importorskip("pm4py")
    from pm4py.algo.organizational_mining.sna import algorithm as network

    file = shared / "receipt/receipt.csv.gz"
    log = cx.read(file).roles(journey=CASE, activity="concept:name", time=TIME)
    journeys = cx.prepare(log, tmp_path / "receipt", progress=False)
    moves = journeys.process_map(of=WHO).df()
    own = {tuple(row[:2]): int(row[2]) for row in moves.iloc[:, :3].dropna().itertuples(index=False)}

    events = pd.read_csv(file, keep_default_na=False)
    events[TIME] = pd.to_datetime(events[TIME], format="ISO8601", utc=True)
    events = events.sort_values([CASE, TIME], kind="stable", ignore_index=True)
    after = events.groupby(CASE)[WHO].shift(-1)
    pairs = pd.DataFrame({"who": events[WHO], "then": after}).dropna()
    handed = pairs[pairs["who"] != pairs["then"]].groupby(["who", "then"]).size()
    assert own == {key: int(count) for key, count in handed.items()}

    theirs = network.apply(events, variant=network.Variants.HANDOVER_PANDAS).connections
    counted = {pair: share * len(pairs) for pair, share in theirs.items() if pair[0] != pair[1]}
    assert own == pytest.approx(counted)
    ends = moves[moves["next_activity"].isna()]["count"].sum()
    assert ends == moves[moves["activity"].isna()]["count"].sum() == journeys.n.journeys
