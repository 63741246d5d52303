"""Small files that hold far more than they are, and rows that find no room in scratch space: told early."""

import os
import shutil
import subprocess
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import cxkit as cx

EQUAL = 20_000_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The bombs, and a wide log of which most is empty."""
    made = tmp_path_factory.mktemp("bombs")
    part = pa.table({"case": ["a"] * 1_000_000, "step": ["b"] * 1_000_000, "when": ["2025-01-01"] * 1_000_000})
    with pq.ParquetWriter(made / "rows.parquet", part.schema, compression="zstd") as file:
        for _ in range(EQUAL // len(part)):
            file.write_table(part)
    text = pa.table({"case": ["a"], "step": ["x" * (1 << 28)], "when": ["2025-01-01"]})
    pq.write_table(text, made / "text.parquet", compression="zstd", use_dictionary=False)
    wide = pa.table(dict.fromkeys([f"c{number}" for number in range(600)], pa.array([1] * 100_000, pa.int8())))
    with pq.ParquetWriter(made / "columns.parquet", wide.schema, compression="zstd") as file:
        for _ in range(6):
            file.write_table(wide)
    (made / "folder").mkdir()
    shutil.copy(made / "rows.parquet", made / "folder" / "january.parquet")
    rows = 100_000
    log = {"case": [f"c{n // 5}" for n in range(rows)], "step": [f"s{n * 7919 % 13}" for n in range(rows)]}
    log["when"] = pa.array([n * 1_000_003 for n in range(rows)], pa.timestamp("ms"))
    log |= {f"empty {number}": pa.nulls(rows, pa.string()) for number in range(200)}
    pq.write_table(pa.table(log), made / "sparse.parquet", compression="zstd")
    return made


@pytest.mark.parametrize("name", ["rows.parquet", "text.parquet", "columns.parquet", "folder", "*s.parquet"])
def test_a_parquet_file_that_unpacks_without_end(name, folder):
    began = time.perf_counter()
    with pytest.raises(cx.CxError, match="unpacks to more than 200 times its size"):
        cx.read(folder / name)
    assert time.perf_counter() - began < 30


def test_a_wide_log_of_empty_columns_is_none(folder):
    assert cx.read(folder / "sparse.parquet").roles(journey="case", activity="step", time="when").source.size == 100_000


SMALL = """
import sys
import cxkit as cx
try:
    print(cx.read(sys.argv[1]).guess())
except cx.CxError as error:
    print(error)
"""


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_rows_without_room_are_told(ending, folder, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=6m", "none", disk]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        table = pq.read_table(folder / "sparse.parquet", columns=["case", "step", "when"]).to_pandas()
        file = tmp_path / f"log.{ending}"
        table.to_parquet(file) if ending == "parquet" else table.to_csv(file, index=False)
        run = [sys.executable, "-c", SMALL, file]
        words = {"check": False, "capture_output": True, "text": True}
        told = subprocess.run(run, env=os.environ | {"TMPDIR": str(disk)}, **words).stdout
    finally:
        subprocess.run(["umount", "-l", disk], check=True)
    assert "100,000 rows of 3 columns, which need about 8.8 MB of scratch space" in told
    assert "TMPDIR" in told
