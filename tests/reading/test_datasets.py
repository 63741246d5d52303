"""Public logs by name: fetched once and checked, from a server on this machine; and what is said when that fails."""

from __future__ import annotations

import hashlib
import re
import socket
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

import cxkit as cx
from cxkit import datasets
from cxkit.datasets import Dataset

LOG = b"order,step,when\nA,Order,2024-01-01 09:00\nA,Pay,2024-01-02 09:00\n"


class Served(SimpleHTTPRequestHandler):
    """Serves a folder, and notes what is asked of it."""

    asked: list[str]

    def log_message(self, format, *args):
        self.asked.append(self.path)


@pytest.fixture
def server(tmp_path):
    """A folder that is served, its address, what was asked, and a way to stop the server."""
    asked: list[str] = []
    handler = type("Noted", (Served,), {"asked": asked})
    folder = tmp_path / "served"
    folder.mkdir()
    running = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = Thread(target=running.serve_forever)
    thread.start()

    def stop():
        running.shutdown()
        running.server_close()
        thread.join()

    yield folder, f"http://127.0.0.1:{running.server_port}", asked, stop
    if thread.is_alive():
        stop()


@pytest.fixture
def shop(server, monkeypatch, tmp_path):
    """A catalogue of one log, on the server, with a cache of its own."""
    monkeypatch.setattr(datasets.places, "cache", lambda: tmp_path / "cache")
    (server[0] / "shop.csv").write_bytes(LOG)
    entry = Dataset(
        name="shop",
        title="A shop",
        licence="CC0",
        page="https://example.org/shop",
        url=f"{server[1]}/shop.csv",
        file="shop.csv",
        checksum=f"sha256:{hashlib.sha256(LOG).hexdigest()}",
        roles={"journey": "order", "activity": "step", "time": "when"},
    )
    monkeypatch.setattr(datasets, "CATALOG", (entry,))
    return server


def test_a_log_is_fetched_once_checked_and_mapped(shop, tmp_path):
    _, _, asked, stop = shop
    log = cx.datasets.read("shop")
    assert log.source.name == "A shop"
    assert log.settled.journey == 0
    assert len(asked) == 1
    assert cx.prepare(log, tmp_path / "store", progress=False).n.journeys == 1
    stop()
    assert cx.datasets.fetch("shop").read_bytes() == LOG
    assert len(asked) == 1


def test_a_file_that_is_another_is_thrown_away(shop, tmp_path):
    folder, *_ = shop
    (folder / "shop.csv").write_bytes(LOG[:-5])
    with pytest.raises(cx.CxError, match=r"is not the published file \(its checksum differs\)"):
        cx.datasets.fetch("shop")
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_damaged_copy_is_fetched_anew(shop):
    path = cx.datasets.fetch("shop")
    path.write_bytes(b"damaged")
    assert cx.datasets.fetch("shop").read_bytes() == LOG
    assert len(shop[2]) == 2


def test_offline_is_one_sentence(shop):
    shop[3]()
    with pytest.raises(cx.CxError) as caught:
        cx.datasets.read("shop")
    said = '"shop" is not on this machine and its publisher cannot be reached from here; see https://example.org/shop.'
    assert str(caught.value) == said


def test_a_publisher_that_has_moved_is_named(shop):
    (shop[0] / "shop.csv").unlink()
    with pytest.raises(cx.CxError, match="its publisher answers with 404"):
        cx.datasets.fetch("shop")


def test_an_unknown_name_is_refused_with_the_closest(shop):
    with pytest.raises(cx.CxError, match=r'No public log "shap"\. Closest: "shop"\. See cx\.datasets\.known'):
        cx.datasets.read("shap")
    assert shop[2] == []


def test_without_the_downloader_it_is_said_how_to_get_it(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(cx.CxError, match=r'pip install "cxkit\[datasets\]"'):
        cx.datasets.fetch("shop")


def test_looking_opens_no_connection(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert cx.datasets.known().columns.tolist() == ["name", "title", "licence", "page"]


@pytest.mark.parametrize("entry", datasets.CATALOG, ids=lambda entry: entry.name)
def test_every_entry_is_whole(entry):
    assert entry.url.startswith("https://")
    assert entry.page.startswith("https://doi.org/")
    assert entry.licence
    assert re.fullmatch(r"sha256:[0-9a-f]{64}|md5:[0-9a-f]{32}", entry.checksum)
    assert Path(entry.file).name == entry.file
    assert [e.name for e in datasets.CATALOG].count(entry.name) == 1


@pytest.mark.parametrize(("name", "folder"), [("bpi2020_domestic", "bpi2020"), ("bpi2020_payments", "bpi2020")])
def test_a_published_file_that_is_here_has_the_checksum_and_the_events(name, folder, shared, monkeypatch, tmp_path):
    [entry] = [entry for entry in datasets.CATALOG if entry.name == name]
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / entry.file).write_bytes((shared / folder / entry.file).read_bytes())
    monkeypatch.setattr(datasets.places, "cache", lambda: tmp_path)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("a connection was opened"))
    rows = cx.datasets.read(name).source
    events = rows.connection.execute(f"SELECT count(*) FROM {rows.rows}").fetchone()[0]
    assert f"{events:,} events" in entry.title
