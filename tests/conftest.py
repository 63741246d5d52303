"""Fixtures for all tests: the engine under test, the toy log, the real logs beside the repository, a browser."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from support.machine import PATIENCE, SHARED, missing

import cxkit as cx
from cxkit.store.engine import DuckDB

PROOFS = Path(__file__).parent / "proofs"


def pytest_addoption(parser):
    parser.addoption("--proofs", action="store_true", help="run the long proofs instead of the quick tests")
    parser.addoption("--rounds", type=int, help="how often a proof draws; 200 for a release")


def pytest_generate_tests(metafunc):
    if "engine_name" in metafunc.fixturenames:
        engines = ["duckdb", pytest.param("spark", marks=pytest.mark.spark)]
        metafunc.parametrize("engine_name", engines, scope="session")
    if "draw" in metafunc.fixturenames:
        metafunc.parametrize("draw", range(_rounds(metafunc.config)))


def pytest_collection_modifyitems(config, items):
    """Quick tests, or the proofs: all of `tests/proofs`, and what is asked of Spark."""
    wanted = config.getoption("--proofs")
    chosen = [item for item in items if _is_proof(item) == wanted]
    config.hook.pytest_deselected(items=[item for item in items if _is_proof(item) != wanted])
    items[:] = chosen


def _rounds(config):
    return config.getoption("--rounds") or (20 if config.getoption("--proofs") else 5)


def _is_proof(item):
    return PROOFS in item.path.parents or any(item.iter_markers("spark"))


@pytest.fixture(scope="session")
def rounds(pytestconfig):
    """How often a proof draws."""
    return _rounds(pytestconfig)


def pytest_configure(config):
    """Keep the user's cache apart from the real one, for tests and for the kernels that notebooks start."""
    config.cache_folder = tempfile.mkdtemp(prefix="cxkit-tests-")
    os.environ["XDG_CACHE_HOME"] = config.cache_folder


def pytest_unconfigure(config):
    shutil.rmtree(config.cache_folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cache(pytestconfig):
    """The user's cache."""
    return Path(pytestconfig.cache_folder)


@pytest.fixture(scope="session")
def spark():
    """A local Spark session."""
    if not shutil.which("java"):
        missing("a Java runtime")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    builder = builder.config("spark.sql.shuffle.partitions", "2").config("spark.sql.session.timeZone", "UTC")
    for kept in ("ui.retainedJobs", "ui.retainedStages", "ui.retainedTasks", "sql.ui.retainedExecutions"):
        builder = builder.config(f"spark.{kept}", "20")  # what is remembered of thousands of jobs outgrows the heap
    session = builder.config("spark.driver.memory", "2g").getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def engine(engine_name, request):
    """The engine under test, as `engine=` takes it."""
    return DuckDB() if engine_name == "duckdb" else request.getfixturevalue("spark")


@pytest.fixture(scope="session")
def toy():
    """The toy log's journeys on DuckDB."""
    return cx.toy_journeys()


@pytest.fixture(scope="session")
def shared():
    """The folder of real logs."""
    if not SHARED.is_dir():
        missing("the folder of real logs (shared/data beside the repository)")
    return SHARED


@pytest.fixture(scope="session")
def expected(shared):
    """Reference figures of a real log by name."""
    return lambda name: json.loads((shared / "expected" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def loopless(monkeypatch):
    """Panels answer at once in this thread, although a browser's loop may have stayed in it."""
    from cxwidgets import board
    from cxwidgets.intake import working
    from cxwidgets.keeping import exports

    def elsewhere(real=board.running_loop):
        return None if threading.current_thread() is threading.main_thread() else real()

    monkeypatch.setattr(board, "running_loop", elsewhere)
    monkeypatch.setattr(working, "running_loop", elsewhere)
    monkeypatch.setattr(exports, "running_loop", elsewhere)


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, as patient as a loaded machine needs."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")
    if not path:
        missing("a Chromium browser")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE)
    flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=path, args=[*flags, "--disable-component-update", "--disable-sync"]
        )
        opened = started.new_context

        def patient(**words):
            context = opened(**words)
            context.set_default_timeout(PATIENCE)
            return context

        started.new_context = patient
        yield started
        started.close()
