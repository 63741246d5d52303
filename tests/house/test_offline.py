"""Nothing leaves the machine, and no file speaks of somebody's."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.plan import ROOT

from cxkit import where as w

FOLDERS = ("cxkit", "widgets", "tests", "scripts", "data", "reports", "notebooks", ".ci")
TEXTS = {".py", ".js", ".css", ".j2", ".toml", ".md", ".txt", ".json", ".ipynb", ".html"}


def files(*suffixes: str) -> list[Path]:
    inside = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    ours = [path for path in (*inside, *ROOT.glob("*")) if path.is_file() and path.name not in {"vega.js"}]
    return sorted(path for path in ours if path.suffix in suffixes and "node_modules" not in path.parts)


def named(paths: list[Path]) -> dict[str, Path]:
    return {path.relative_to(ROOT).as_posix(): path for path in paths}


# A made-up /home/me may stand in a test that must not let such a path out.
MACHINE = re.compile(
    r"(?<![\w.~$})-])(?!/home/me\b)/(?:" + "|".join(("home", "Users", "root", "work", "tmp", "mnt")) + r")/[\w.-]+"
)


@pytest.mark.parametrize("name", named(files(*TEXTS)))
def test_no_file_speaks_of_somebodys_machine(name):
    assert not MACHINE.findall((ROOT / name).read_text(encoding="utf-8"))


LOADED = re.compile(
    r"""(?:\bsrc|\bhref|\bposter|\bdata)\s*=\s*["']?(?:https?:)?//(?!www\.w3\.org)"""
    r"""|url\(\s*["']?(?:https?:)?//|@import\b|\bimport\s*\(?\s*["']https?:|\bfetch\((?!`\$\{baseUrl\})|\bfrom\s+["']https?:"""
)


@pytest.mark.parametrize("name", named(files(".js", ".css", ".j2", ".html")))
def test_no_page_or_script_loads_from_an_address(name):
    assert not LOADED.findall((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def emitted(toy, tmp_path_factory):
    """Every kind of file that is written for a user."""
    folder = tmp_path_factory.mktemp("emitted")
    for result in (toy.process_map(), toy.durations(), toy.variants()):
        for kind in (".svg", ".html"):
            result.chart().save(folder / f"{result.name}{kind}")
    toy.durations().chart().save(folder / "durations.json")
    toy.keep(w.contains("Pay")).recipe.save(folder / "recipe.json")
    store = [toy.folder / "manifest.json", *(toy.folder / toy.manifest.version).glob("*.json")]
    return [*folder.iterdir(), *store]


def test_what_is_written_names_no_place_and_loads_nothing(emitted):
    assert len(emitted) >= 10
    for path in emitted:
        text = path.read_text(encoding="utf-8")
        assert not LOADED.findall(text), path.name
        for place in (ROOT, Path.home(), path.parent):
            assert len(str(place)) < 4 or str(place) not in text, path.name


def test_a_chart_holds_its_rows(emitted):
    [spec] = [json.loads(path.read_text(encoding="utf-8")) for path in emitted if path.name == "durations.json"]
    assert '"url"' not in json.dumps(spec)


def test_no_connection_is_opened(monkeypatch, tmp_path):
    import socket

    import cxkit as cx

    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when")
    journeys = cx.prepare(log, tmp_path / "store", progress=False).keep(w.contains("Pay"))
    assert journeys.process_map()._repr_html_()
    assert journeys.durations()._repr_html_()
