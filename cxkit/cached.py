"""A cached property that any number of threads may ask at once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, TypeVar

Value = TypeVar("Value")


class cached_property(functools.cached_property[Value]):
    """Python 3.12's: that of 3.11 holds a lock for all instances of a class, and may wait for another lock with it.

    Two threads that ask at once may both compute the value; they get the same.
    """

    def __init__(self, func: Callable[[Any], Value]) -> None:
        super().__init__(func)
        self.lock = nullcontext()
