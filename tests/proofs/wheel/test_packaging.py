"""The wheel holds all that a reader without the repository needs, and nothing else."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from support.machine import ROOT

from cxkit.views import vega

ADDRESS = re.compile(r"://|\s@\s|^\s*-", re.MULTILINE)


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    isolation = ["--no-build-isolation"] if importlib.util.find_spec("hatchling") else []
    pip("wheel", "--no-deps", *isolation, "--wheel-dir", str(folder), str(ROOT))
    (made,) = folder.glob("*.whl")
    return made


def pip(*arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def files(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def names(folder: Path, pattern: str) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob(pattern) if path.is_file()}


def test_it_is_one_wheel_for_every_platform(wheel: Path) -> None:
    assert wheel.name == "cxkit-0.1.0-py3-none-any.whl"


@pytest.mark.parametrize(("package", "folder"), [("cxkit", "."), ("cxwidgets", "widgets")])
def test_every_module_and_script_of_both_packages_is_there(files: set[str], package: str, folder: str) -> None:
    for pattern in ("*.py", "py.typed", "*.css", "*.js"):
        for name in names(ROOT / folder / package, pattern):
            assert f"{package}/{name}" in files


@pytest.mark.parametrize(
    ("source", "target", "kind"), [("notebooks", "notebooks", "*.ipynb"), ("data/sample", "sample", "*.*")]
)
def test_the_notebooks_and_the_sample_are_there(files: set[str], source: str, target: str, kind: str) -> None:
    expected = {f"cxkit/{target}/{path.name}" for path in (ROOT / source).glob(kind)}
    assert {name for name in files if name.startswith(f"cxkit/{target}/")} == expected


def test_the_book_opens_no_file_of_the_sample_that_is_not_there(files: set[str]) -> None:
    asked = {
        name
        for notebook in (ROOT / "notebooks").glob("*.ipynb")
        for name in re.findall(r'sample_file\(\\"([^"\\]+)', notebook.read_text(encoding="utf-8"))
    }
    assert "messy.csv" in asked
    assert {f"cxkit/sample/{name}" for name in asked} <= files


def test_the_templates_go_where_jupyter_looks(files: set[str]) -> None:
    for template in names(ROOT / "reports" / "templates", "*"):
        kind, _, rest = template.partition("/")
        assert f"cxkit-0.1.0.data/data/share/jupyter/{kind}/templates/{rest}" in files


def test_the_vega_bundle_comes_with_its_licences(wheel: Path, files: set[str]) -> None:
    if vega.bundle() is None:
        pytest.skip("no vl-convert on this platform")
    assert "cxkit/views/vega.LICENSE.txt" in files
    script = zipfile.ZipFile(wheel).read("cxkit/views/vega.js").decode()
    assert script.startswith("/*!")
    assert "BSD-3-Clause" in script[:500]
    assert vega.EXPORTS.split("=")[0] in script
    assert "</script" not in script
    assert "<!--" not in script


def test_nothing_else_is_there(files: set[str]) -> None:
    assert {name.split("/")[0] for name in files} == {
        "cxkit", "cxwidgets", "cxkit-0.1.0.data", "cxkit-0.1.0.dist-info",
    }  # fmt: skip
    for word in ("test_", "conftest", "truth", "__pycache__", ".ipynb_checkpoints", "make_sample"):
        assert not [name for name in files if word in name]


def test_what_was_built_can_be_imported(wheel: Path, tmp_path: Path) -> None:
    pip("install", "--no-deps", "--no-compile", "--target", str(tmp_path / "site"), str(wheel))
    script = "import cxkit, cxwidgets; print(cxkit.__file__); print(cxwidgets.__file__)"
    place = os.environ | {"PYTHONPATH": str(tmp_path / "site")}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=place, capture_output=True, text=True, check=True
    )
    assert all(str(tmp_path) in line for line in done.stdout.split())


# ---- the promises of pyproject.toml and constraints.txt ----------------------------------------------------------


@pytest.fixture(scope="module")
def project() -> dict[str, dict[str, object]]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pinned() -> list[Requirement]:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def test_no_index_is_named() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not ADDRESS.search("\n".join(line for line in lines if not line.startswith("#")))
    for file in ("pyproject.toml", "constraints.txt", "scripts/check_wheels.py", ".ci/run"):
        assert "://" not in (ROOT / file).read_text(encoding="utf-8")


def test_every_dependency_is_pinned_within_its_range(project: dict[str, dict[str, object]]) -> None:
    pins = {canonicalize_name(pin.name): pin for pin in pinned()}
    extras = project["project"]["optional-dependencies"]
    for line in [*project["project"]["dependencies"], *(line for extra in extras.values() for line in extra)]:  # type: ignore[misc, attr-defined]
        need = Requirement(line)
        if need.name != "cxkit" and "==" not in line:  # what is exact needs no pin
            version = str(pins[canonicalize_name(need.name)].specifier).removeprefix("==")
            assert need.specifier.contains(version), need


def test_every_pin_is_exact() -> None:
    assert all(re.fullmatch(r"==[\w.+!]+", str(pin.specifier)) for pin in pinned())


def test_the_build_is_pinned_exactly(project: dict[str, dict[str, object]]) -> None:
    assert all("==" in line for line in project["build-system"]["requires"])  # type: ignore[attr-defined]
