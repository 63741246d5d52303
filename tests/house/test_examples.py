"""The examples in docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest
from support.plan import MODULES, ROOT


@pytest.mark.parametrize("module", [module for module in MODULES if not module.endswith("__main__")])
def test_examples_are_true(module, request, monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "widgets")
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    known = {"getfixture": request.getfixturevalue}
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(module), extraglobs=known):
        runner.run(example, out=said.append)
    assert runner.failures == 0, "".join(said)
