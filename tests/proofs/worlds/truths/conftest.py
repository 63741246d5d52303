"""Which worlds must the proofs hold in? `--worlds "committed 1 renamed-3 4+leak_far=.3"`, or a folder that was made."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Callable
from functools import lru_cache, reduce
from pathlib import Path

import pytest
from oracle import World, read, told
from support.machine import ROOT

DATA = ROOT / "data"
USUAL = "committed renamed"
OTHER_SEED = 8


def pytest_addoption(parser: pytest.Parser) -> None:
    other = "also SEED, renamed-SEED, SEED+NAME=VALUE+..., folders"
    parser.addoption("--worlds", help=f"worlds to prove, '{USUAL}' unless told; {other}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--worlds", default=None) or USUAL
        metafunc.parametrize("world", asked.split(), indirect=True, scope="session")


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest) -> World:
    """A made world with its truths."""
    name = request.param
    if name == "committed":
        return read(DATA, name)
    which, *changes = name.split("+")
    kind, _, seed = which.rpartition("-") if which != "renamed" else (which, "", str(OTHER_SEED))
    if not seed.isdigit():
        return read(Path(name), Path(name).name)
    return make(name, int(seed), *changes, renamed=kind == "renamed")


@pytest.fixture(scope="session")
def another() -> Callable[..., World]:
    """Makes a world: `another(name, seed, "leak_far=.4", ...)`."""
    return make


@lru_cache(maxsize=2)
def make(name: str, seed: int, *changes: str, renamed: bool = False) -> World:
    """Another world, made here by the program that made the committed one; the last two are remembered."""
    if str(DATA) not in sys.path:
        sys.path.insert(0, str(DATA))
    from make_sample import change
    from world.make import make as made_of
    from world.parameters import World as Asked
    from world.renamed import rename

    made, names = made_of(reduce(change, changes, Asked(seed=seed))), {}
    if renamed:
        made, names = rename(made, seed)
    book = {"world": dataclasses.asdict(made.world), "truths": made.truth, "names": names}
    return told(name, json.loads(json.dumps(book)), made.tables, made.hidden, made.engagement)
