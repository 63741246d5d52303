"""A store that is damaged, deleted or made anew while somebody has it, or that finds no room: told in our words."""

import os
import shutil
import subprocess

import pytest
from click.testing import CliRunner

import cxkit as cx
from cxkit import where as w
from cxkit.cli import main
from cxkit.duck import is_full
from cxkit.store import digests

ROLES = {"journey": "order", "activity": "step", "time": "when", "customer": "client"}


@pytest.fixture
def make(tmp_path):
    """Prepare the toy log, or so many rows of it."""

    def prepare(rows=None):
        log = cx.read(cx.toy_table().slice(0, rows)).roles(**ROLES)
        return cx.open(cx.prepare(log, tmp_path / "store", progress=False).folder)

    return prepare


def deleted(make, folder):
    shutil.rmtree(folder)


def emptied(make, folder):
    for file in folder.rglob("*.parquet"):
        file.write_bytes(b"")


def made_anew_twice(make, folder):
    make(20)
    make(22)


def moved(make, folder):
    folder.replace(folder.with_name("elsewhere"))


ASKED = {
    "map": lambda j: j.process_map().table,
    "selection": lambda j: j.keep(w.contains("Pay")).n,
    "journeys": lambda j: j.journeys().df(),
    "one journey": lambda j: j.events(journey="A01"),
    "rejected": lambda j: j.rejected().df(),
    "repr": repr,
    "names": lambda j: j.known_activities,
    "page": lambda j: j.variants()._repr_html_(),
    "filter": lambda j: j.keep(w.attribute("plan", "basic")).durations().table,
}


@pytest.mark.parametrize("harm", [deleted, emptied, made_anew_twice, moved])
@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_what_becomes_of_an_open_store(harm, ask, make, tmp_path):
    journeys = make()
    harm(make, tmp_path / "store")
    with pytest.raises(cx.CxError, match=r"while it was open. Open it again|missing from its store|is damaged") as told:
        ask(journeys)
    assert str(tmp_path) not in str(told.value)


def test_a_store_made_anew_once_keeps_its_readers(make):
    before = make()
    assert make(20).n.journeys < 12 == before.process_map().n.journeys


def test_a_panel_says_so(make, tmp_path):
    from cxwidgets import Board

    board = Board(make())
    shutil.rmtree(tmp_path / "store")
    panel = board.panel("process_map")
    assert panel.status == "failed"
    assert "Open it again" in panel.said
    assert str(tmp_path) not in panel.said + panel.standing()


def test_every_file_has_its_digest(make):
    folder = make().folder
    described = cx.open(folder).manifest
    version = folder / described.version
    files = {path.relative_to(version).as_posix() for path in version.rglob("*") if path.is_file()}
    assert files == set(described.files) == set(digests.digests(version))
    assert "9 files" in CliRunner().invoke(main, ["check", str(folder)]).output


def test_a_file_too_many_is_told(make):
    journeys = make()
    events = journeys.folder / journeys.manifest.version / "events"
    shutil.copy(events / "part-0.parquet", events / "part-1.parquet")
    with pytest.raises(cx.CxError, match="was not written with it"):
        cx.open(journeys.folder)
    told = CliRunner().invoke(main, ["check", str(journeys.folder)])
    assert told.exit_code == 1
    assert '"events/part-1.parquet" was not written with it' in told.output
    assert make().n.journeys == 12


def test_a_manifest_with_one_letter_changed(make):
    file = make().folder / "manifest.json"
    file.write_text(file.read_text().replace('"zone": "UTC"', '"zone": "Asia/Tokyo"'))
    with pytest.raises(cx.CxError, match="not as it was written"):
        cx.open(file.parent)
    assert make().manifest.zone == "UTC"


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 3 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=3m", "none", disk]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk_is_not_blamed_on_the_source(small_disk, tmp_path):
    file = tmp_path / "log.csv"
    rows = (f"J{n // 4},{n % 7},2025-01-01 10:{n % 60:02},{os.urandom(8).hex()}\n" for n in range(200_000))
    file.write_text("case,step,when,note\n" + "".join(rows))
    log = cx.read(file).roles(journey="case", activity="step", time="when", customer="")
    with pytest.raises(cx.CxError, match="The disk is full") as told:
        cx.prepare(log, small_disk / "store", progress=False)
    assert "log.csv" not in str(told.value)
    assert [path.name for path in (small_disk / "store").iterdir()] == [".lock"]


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device"),
        RuntimeError("IO Error: Could not write all bytes: No space left on device"),
        RuntimeError("failed to offload data block ... max_temp_directory_size"),
    ],
)
def test_what_a_full_disk_says(error):
    assert is_full(error)
    assert not is_full(OSError(2, "No such file"))


def test_a_measure_that_needs_a_word_says_so(make):
    told = CliRunner().invoke(main, ["ask", str(make().folder), "segments"])
    assert told.exit_code == 2
    assert "segments needs by=. Write --with by=NAME." in told.output
    assert "plan" in told.output
