"""How fast is a large XES file read? Beside pm4py's default reader, in turns, in the same run.

    python benchmarks/xes.py PATH.xes.gz [--repeats 5]

Ours is `cx.read`: parsed, typed, staged as Parquet and mapped. Theirs is `pm4py.read_xes`: a data frame. Each reading
is a fresh process; imports are not counted. Both wall and processor time are shown; the bar is on the wall time.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from statistics import median

BAR = 1 / 3
TIMED = """
import sys, time, {imports}
wall, cpu = time.perf_counter(), time.process_time()
{read}
wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
print({count}, wall, cpu)
"""
OURS = TIMED.format(
    imports="cxkit as cx, cxkit.reading.xes, pyarrow.parquet, duckdb",
    read="source = cx.read(sys.argv[1]).source",
    count='source.connection.execute(f"SELECT count(*) FROM {source.rows}").fetchone()[0]',
)
THEIRS = TIMED.format(imports="pm4py", read="log = pm4py.read_xes(sys.argv[1])", count="len(log)")


def timed(code: str, path: str) -> tuple[int, float, float]:
    """How many events a fresh process reads, and its seconds on the wall and of the processor."""
    said = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True).stdout.split()
    return int(said[-3]), float(said[-2]), float(said[-1])


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("path")
    words.add_argument("--repeats", type=int, default=5)
    given = words.parse_args()
    pairs = [(timed(OURS, given.path), timed(THEIRS, given.path)) for _ in range(given.repeats)]
    events = {counted[0] for pair in pairs for counted in pair}
    if len(events) > 1:
        sys.exit(f"The readers do not agree on the number of events: {events}")
    print(f"{events.pop():,} events; medians of {given.repeats}")
    ratios = {}
    for place, clock in ((1, "wall"), (2, "processor")):
        ours, theirs = (median(pair[side][place] for pair in pairs) for side in (0, 1))
        ratios[clock] = ours / theirs
        print(f"{clock:<10} cxkit {ours:6.2f} s   pm4py {theirs:6.2f} s   {ratios[clock]:.2f} of its time")
    if ratios["wall"] > BAR:
        sys.exit(f"The bar is missed: {ratios['wall']:.2f} > {BAR:.2f}")


if __name__ == "__main__":
    main()
