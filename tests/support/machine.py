"""What this machine has: the repository, the real logs beside it, and how patient tests are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
CASES = ROOT.parent / "shared" / "cases"
IN_CI = os.environ.get("CI") == "true"
PATIENCE = 120_000  # milliseconds that a browser may wait for what is sure to come


def missing(what: str):
    """A thing that a test needs and this machine lacks: a failure in CI, elsewhere a skip with its reason."""
    if IN_CI:
        pytest.fail(f"{what} is missing")
    pytest.skip(f"{what} is missing on this machine")
