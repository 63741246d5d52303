"""How much memory does a large CSV take to prepare? One fresh process, its peak as the system counts it.

    python benchmarks/large_csv.py [--rows 5000000] [--bar 2000]

The file is as a client's export is: twelve columns, ids and texts, two decimals, gaps, rows in the order of time over
all journeys, so that no journey's rows stand together. Ends with an error if the peak is above the bar (megabytes).
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv

ROWS_AT_ONCE = 500_000
COLUMNS = ["order_id", "customer_no", "event", "timestamp", "channel", "agent", "product", "region", "amount"]
COLUMNS += ["currency", "note", "session"]
PREPARE = """
import resource, sys, time
import cxkit as cx
begin = time.perf_counter()
log = cx.read(sys.argv[1]).roles(journey="order_id", activity="event", time="timestamp", customer="customer_no")
journeys = cx.prepare(log, sys.argv[2], progress=False)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(journeys.manifest.counts["events"], journeys.n.journeys, time.perf_counter() - begin, peak)
"""


def rows(first: int, count: int, total: int, random: np.random.Generator) -> pa.Table:
    """Some rows of the export, from this one on."""
    journey = (np.arange(first, first + count) * 7 // 56 + random.integers(0, 40_000, count)) % (total // 8)
    seconds = np.datetime64("2023-01-01T00:00:00") + (np.arange(first, first + count) * 63_000_000 // total).astype(
        "timedelta64[s]"
    )
    activity = np.minimum(random.geometric(0.1, count) - 1, 39)
    texts = np.char.add("The customer asked about invoice ", random.integers(10**7, 10**8, count).astype(str))
    values = [
        np.char.add("ORD-2025-", np.char.zfill(journey.astype(str), 8)),
        np.char.add("C", (journey // 3).astype(str)),
        np.char.add("Step of the process no. ", activity.astype(str)),
        np.datetime_as_string(seconds),
        random.choice(["web", "app", "phone", "shop", "letter"], count),
        np.char.add("agent-", random.integers(0, 900, count).astype(str)),
        random.choice(["Fibre 500", "Fibre 250", "Mobile S", "Mobile M"], count),
        random.choice(["North", "South", "East", "West", ""], count),
        np.round(random.gamma(2, 20, count), 2),
        np.full(count, "EUR"),
        np.where(random.random(count) < 0.3, texts, ""),
        np.char.add("s", random.integers(0, 2**40, count).astype(str)),
    ]
    return pa.table(dict(zip(COLUMNS, values, strict=True)))


def write(path: Path, total: int) -> None:
    """The export, a part at a time."""
    random = np.random.default_rng(1)
    first = rows(0, 1, total, random)
    with pyarrow.csv.CSVWriter(path, first.schema, write_options=pa.csv.WriteOptions(quoting_style="needed")) as file:
        for start in range(0, total, ROWS_AT_ONCE):
            file.write_table(rows(start, min(ROWS_AT_ONCE, total - start), total, random))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rows", type=int, default=5_000_000)
    words.add_argument("--bar", type=float, default=2_000)
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        csv = Path(scratch) / "export.csv"
        write(csv, given.rows)
        size = csv.stat().st_size / 1e6
        command = [sys.executable, "-c", PREPARE, str(csv), str(Path(scratch) / "store")]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    events, journeys, seconds, peak = map(float, said)
    print(f"{events:,.0f} events of {journeys:,.0f} journeys, {len(COLUMNS)} columns, {size:,.0f} MB of CSV")
    print(f"prepared in {seconds:,.1f} s with a peak of {peak:,.0f} MB (bar: {given.bar:,.0f} MB)")
    if events != given.rows or peak > given.bar:
        sys.exit("The bar is missed.")


if __name__ == "__main__":
    main()
