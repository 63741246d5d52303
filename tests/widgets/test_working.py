"""Long jobs beside a running kernel: the browser is answered meanwhile, and what comes later counts."""

from __future__ import annotations

import asyncio
import itertools
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import cxkit as cx
from cxwidgets import Intake
from cxwidgets.panel import BUSY, NOT_UNDERSTOOD

LOG = cx.toy_table().to_pandas().to_csv(index=False).encode()


def beside(clicks):
    """Run the clicks in a loop of their own, in a thread without another one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, clicks).result(120)


def send(intake):
    intake.hear({"do": "begin", "name": "export.csv", "size": len(LOG)})
    intake.hear({"do": "piece", "upload": intake.receiving["upload"], "piece": 0}, [memoryview(LOG)])
    assert intake.status == BUSY
    return intake


def roles(intake):
    return {column["name"]: column["role"] for column in intake.facts["columns"]}


async def settled(intake):
    while intake._task and not intake._task.done():
        await asyncio.sleep(0.01)


def test_the_browser_is_answered_while_the_store_is_made_and_may_stop_it(tmp_path):
    async def clicks():
        intake = send(Intake(folder=tmp_path / "stores"))
        await settled(intake)
        inside, go_on = threading.Event(), threading.Event()
        real = cx.prepare

        def slow(log, folder, *, progress):
            def told(*said):
                inside.set()
                go_on.wait(20)
                progress(*said)

            return real(log, folder, progress=told)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(cx, "prepare", slow)
            intake.hear({"do": "go", "step": 4})
            intake.hear({"do": "prepare", "name": "shop"})
            await asyncio.to_thread(inside.wait, 20)
            intake.hear({"do": "assign", "column": 0, "role": "keep"})
            assert intake.said == NOT_UNDERSTOOD
            assert roles(intake)["order"] == "journey"
            intake.hear({"do": "stop"})
            go_on.set()
            await settled(intake)
        assert intake.said == "Stopped. Nothing was changed."
        assert intake.facts["step"] == 4
        intake.hear({"do": "prepare", "name": "shop"})
        await settled(intake)
        assert intake.facts["step"] == 5, intake.said
        assert intake.share == 1, intake.said
        return intake.journeys.n

    assert beside(clicks()) == cx.toy_journeys().n


def test_a_later_correction_overtakes_an_earlier_one(tmp_path):
    async def clicks():
        intake = send(Intake(folder=tmp_path))
        await settled(intake)
        for column, role in itertools.product(("channel", "plan"), ("order", "leave", "keep")):
            intake.hear({"do": "assign", "column": list(roles(intake)).index(column), "role": role})
        intake.hear({"do": "assign", "column": list(roles(intake)).index("plan"), "role": "order"})
        await settled(intake)
        assert intake.facts["ready"], intake.said
        assert roles(intake)["plan"] == "order"
        assert roles(intake)["channel"] == "keep"
        return intake.code

    assert "order='plan'" in beside(clicks())
