"""A file on its way from the browser: in order, of the size it said, under a name of ours, or not at all."""

from __future__ import annotations

import pyarrow.parquet as pq
import pytest

import cxkit as cx
from cxwidgets import Intake
from cxwidgets.intake.upload import BROKEN, PIECE
from cxwidgets.panel import READY

SCRIPT = "<script>window.owned = 1</script>"
LOG = b"order;step;when\n" + b"".join(b"o%d;s%d;0%d.03.2026 10:00\n" % (n // 3, n % 3, n + 1) for n in range(9))


def send(intake, content, name="export.csv", step=PIECE):
    """What the browser sends for one file."""
    intake.hear({"do": "begin", "name": name, "size": len(content)})
    upload = intake.receiving.get("upload")
    for piece, start in enumerate(range(0, len(content), step)):
        intake.hear({"do": "piece", "upload": upload, "piece": piece}, [memoryview(content[start : start + step])])


def kept_files(intake):
    return [] if intake._upload is None else list(intake._upload.path.parent.iterdir())


@pytest.fixture
def intake(tmp_path, loopless):
    return Intake(folder=tmp_path / "stores")


def test_a_file_arrives_in_pieces(intake):
    send(intake, LOG, step=10)
    assert intake.said == ""
    assert intake.facts["step"] == 2
    assert intake.status == READY
    assert intake._upload.path.read_bytes() == LOG
    assert intake.facts["reading"] == ["9 rows", "delimiter semicolon", "encoding utf-8"]
    first = cx.read(intake._upload.path).head(8)
    assert intake.facts["rows"] == first.values.tolist()


@pytest.mark.parametrize(
    ("pieces", "why"),
    [
        ([(1, b"12345")], "the second first"),
        ([(0, b"12345"), (0, b"12345")], "one twice"),
        ([(0, b"12345"), (2, b"67890")], "one is missing"),
        ([(0, b"12345"), (1, b"678901")], "too many bytes"),
        ([(0, b"")], "nothing"),
        ([("0", b"12345")], "no number"),
        ([(0, b"x" * (PIECE + 1))], "too large a piece"),
    ],
)
def test_pieces_that_do_not_fit_break_the_file_off(intake, pieces, why):
    intake.hear({"do": "begin", "name": "a.csv", "size": 10})
    upload, path = intake.receiving["upload"], intake._upload.path
    for piece, chunk in pieces:
        intake.hear({"do": "piece", "upload": upload, "piece": piece}, [memoryview(chunk)])
    assert intake.said == BROKEN, why
    assert intake.receiving == {}
    assert not path.exists()
    assert intake.facts["step"] == 1


def test_a_cancelled_file_leaves_nothing_and_its_late_pieces_are_passed_over(intake):
    intake.hear({"do": "begin", "name": "a.csv", "size": 10})
    upload, path = intake.receiving["upload"], intake._upload.path
    intake.hear({"do": "cancel"})
    intake.hear({"do": "piece", "upload": upload, "piece": 0}, [memoryview(b"12345")])
    assert intake.said == ""
    assert intake.receiving == {}
    assert not path.parent.exists()
    intake.hear({"do": "begin", "name": "b.csv", "size": 10})
    intake.hear({"do": "piece", "upload": upload, "piece": 0}, [memoryview(b"12345")])
    assert intake.receiving["received"] == 0
    intake.hear({"do": "lost"})
    assert intake.said == BROKEN
    assert intake.receiving == {}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../outside/of.csv", "of.csv"),
        ("C:\\Users\\me\\log.CSV", "log.csv"),
        (f"{SCRIPT}.csv", "script>.csv"),
        ("a\u202egpj.csv", "a\ufffdgpj.csv"),
        ("\ud800\0.csv", "\ufffd\ufffd.csv"),
        ("x" * 500 + ".csv.gz", "x" * 120 + ".csv.gz"),
    ],
)
def test_the_name_of_a_file_is_only_text(intake, name, shown):
    intake.hear({"do": "begin", "name": name, "size": 10})
    assert intake.receiving["name"] == shown
    assert intake._upload.path.name in ("upload.csv", "upload.csv.gz")
    assert [path.name for path in kept_files(intake)] == [intake._upload.path.name]


@pytest.mark.parametrize(
    ("name", "size", "says"),
    [
        ("program.exe", 10, "is of no kind that can be read here"),
        ("", 10, "is of no kind"),
        ("csv", 10, "is of no kind"),
        (5, 10, "has no name"),
        ("a.csv", 0, '"a.csv" is empty'),
        ("a.csv", -1, BROKEN),
        ("a.csv", True, BROKEN),
        ("a.csv", "10", BROKEN),
        ("a.csv", 3 << 30, "is larger than 2 GB"),
    ],
)
def test_what_cannot_be_a_log_is_refused_before_it_is_sent(intake, name, size, says):
    intake.hear({"do": "begin", "name": name, "size": size})
    assert says in intake.said
    assert intake.receiving == {}
    assert kept_files(intake) == []


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.parquet", b"no parquet", '"a.parquet" is no Parquet file'),
        ("a.csv.gz", b"no gzip", '"a.csv.gz" has a header but no rows'),
        ("a.csv", b"order;step;when\n", '"a.csv" has a header but no rows'),
    ],
)
def test_a_file_that_cannot_be_read_says_so_under_its_own_name(intake, name, content, says):
    send(intake, content, name)
    assert says in intake.said
    assert "upload" not in intake.said
    assert intake.facts["step"] == 1
    assert intake.receiving == {}
    assert kept_files(intake) == []


def test_parquet_too(intake, tmp_path):
    pq.write_table(cx.toy_table(), tmp_path / "toy.parquet")
    send(intake, (tmp_path / "toy.parquet").read_bytes(), "toy.parquet")
    assert intake.facts["reading"] == ["40 rows", "format Parquet"]
    assert {"name": "when", "role": "time"} in intake.facts["columns"]
