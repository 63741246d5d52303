"""Of what does a column speak, journeys or events? The same in every format."""

from __future__ import annotations

import pandas as pd
import pytest

import cxkit as cx


def test_what_never_varies_within_a_journey_is_of_the_journey_as_in_a_table(tmp_path):
    """Of four attributes of events: one is constant, one is there once, one varies, the life cycle stays of events."""
    traces, rows = [], []
    for n in range(4):
        events = []
        for place, step in enumerate(("open", "check", "close")):
            facts = {"impact": f"i{n % 2}", "lifecycle:transition": "complete", "agent": f"a{(n + place) % 3}"}
            facts |= {"age": str(40 + n)} if place == 0 else {}
            at = f"2025-01-0{n + 1}T1{place}:00:00Z"
            keys = "".join(f'<string key="{key}" value="{value}"/>' for key, value in facts.items())
            name = f'<string key="concept:name" value="{step}"/><date key="time:timestamp" value="{at}"/>'
            events.append(f"<event>{name}{keys}</event>")
            rows.append({"case": f"c{n}", "activity": step, "time": at, **facts})
        traces.append(f'<trace><string key="concept:name" value="c{n}"/>{"".join(events)}</trace>')
    (tmp_path / "log.xes").write_text(f"<log>{''.join(traces)}</log>", encoding="utf-8")
    ours = cx.prepare(cx.read(tmp_path / "log.xes"), tmp_path / "xes", progress=False)
    table = cx.prepare(cx.read(pd.DataFrame(rows)), tmp_path / "table", progress=False)
    levels = {a.name: a.level for a in ours.base.attributes}
    assert levels == {"impact": "journey", "age": "journey", "agent": "event", "lifecycle:transition": "event"}
    assert {a.name: a.level for a in table.base.attributes} == levels | {"lifecycle:transition": "journey"}
    for by in ("impact", "age"):
        assert ours.segments(by=by).table.equals(table.segments(by=by).table)
    with pytest.raises(cx.CxError, match=r"attribute of events.*log.roles\(journey_attributes"):
        ours.segments(by="agent")
