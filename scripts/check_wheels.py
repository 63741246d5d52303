"""Does every pin in constraints.txt install from a wheel on every platform and Python we promise?

    python scripts/check_wheels.py

Asks whichever package index pip is set up with, installs nothing, prints a table, and fails with the list of gaps.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
PYTHONS = ("3.11", "3.12", "3.13")
SOURCE_ONLY = {"pyspark"}  # the extra `spark`: one archive of Java classes, the same for every platform
RESOLVE = (
    "install --dry-run --quiet --ignore-installed --ignore-requires-python --no-deps --only-binary=:all: --report=-"
)
MISSING = re.compile(r"No matching distribution found for ([\w.\-]+)==")


@dataclass(frozen=True, eq=False)
class Platform:
    name: str
    tags: tuple[str, ...]
    markers: dict[str, str]


PLATFORMS = (
    Platform(
        "Linux x86_64",
        tuple(f"manylinux{tag}_x86_64" for tag in ("1", "2010", "2014", *(f"_2_{minor}" for minor in range(5, 29)))),
        {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64", "os_name": "posix"},
    ),
    Platform(
        "macOS 15 arm64",
        ("macosx_15_0_arm64",),
        {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64", "os_name": "posix"},
    ),
    Platform(
        "Windows x64",
        ("win_amd64",),
        {"sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64", "os_name": "nt"},
    ),
)


class Target(NamedTuple):
    platform: Platform
    python: str

    def wants(self, pin: Requirement) -> bool:
        versions = {"python_version": self.python, "python_full_version": f"{self.python}.9"}
        return pin.marker is None or pin.marker.evaluate(self.platform.markers | versions)


def pins() -> list[Requirement]:
    lines = (line.partition("#")[0].strip() for line in CONSTRAINTS.read_text(encoding="utf-8").splitlines())
    return [Requirement(line) for line in lines if line]


def without_wheel(target: Target, wanted: list[Requirement]) -> set[str]:
    """pip names one missing package at a time, so it is asked again without that one until it is content."""
    left = {pin.name: f"{pin.name}{pin.specifier}" for pin in wanted}
    missing: set[str] = set()
    while left:
        answer = ask_pip(target, left.values())
        if answer.returncode == 0:
            return missing | too_new(target, json.loads(answer.stdout))
        found = MISSING.search(answer.stderr)
        if not found or found[1] not in left:
            raise RuntimeError(f"pip on {target.platform.name}, Python {target.python}:\n{answer.stderr}")
        missing.add(found[1])
        del left[found[1]]
    return missing


def too_new(target: Target, report: dict[str, Any]) -> set[str]:
    """The packages that do not run on this Python: pip compares with its own, so it is told not to."""
    found = {canonicalize_name(entry["metadata"]["name"]): entry["metadata"] for entry in report["install"]}
    pythons = {name: SpecifierSet(data.get("requires_python", "")) for name, data in found.items()}
    return {name for name, allowed in pythons.items() if f"{target.python}.9" not in allowed}


def ask_pip(target: Target, requirements: Iterable[str]) -> subprocess.CompletedProcess[str]:
    tags = [f"--platform={tag}" for tag in target.platform.tags]
    with tempfile.TemporaryDirectory() as nowhere:
        for_target = [f"--target={nowhere}", f"--python-version={target.python}", *tags]
        command = [sys.executable, "-m", "pip", *RESOLVE.split(), *for_target, *requirements]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def main() -> int:
    everything = pins()
    targets = [Target(platform, python) for platform, python in product(PLATFORMS, PYTHONS)]
    wanted = {t: [pin for pin in everything if t.wants(pin) and pin.name not in SOURCE_ONLY] for t in targets}
    with ThreadPoolExecutor(2) as pool:
        missing = dict(zip(targets, pool.map(lambda t: without_wheel(t, wanted[t]), targets), strict=True))

    print(f"{'':34}" + "".join(f"{t.platform.name + ' ' + t.python:>19}" for t in targets))
    for pin in everything:
        cells = ("source" if pin.name in SOURCE_ONLY else "-" if pin not in wanted[t] else
                 "MISSING" if pin.name in missing[t] else "wheel" for t in targets)  # fmt: skip
        print(f"{pin.name + str(pin.specifier):34}" + "".join(f"{cell:>19}" for cell in cells))

    gaps = [f"{name}: no wheel on {t.platform.name}, Python {t.python}" for t in targets for name in missing[t]]
    print("\n" + ("\n".join(gaps) if gaps else f"{len(everything)} pins, no gap."))
    return bool(gaps)


if __name__ == "__main__":
    sys.exit(main())
