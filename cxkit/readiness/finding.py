"""From what the checks find to findings with a weight, and to scores that lead back to rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cxkit.readiness.check import Check, Dimension, Found, Level
from cxkit.readiness.checks import ALL, BY
from cxkit.readiness.ground import Ground
from cxkit.schema import SEVERITIES
from cxkit.shaping.mending.repairs import Repair
from cxkit.words import many, percent

if TYPE_CHECKING:
    import pyarrow as pa

EXAMPLES = 10
HIGH, MEDIUM = 0.05, 0.005  # of rows or journeys: from there a fault is of high, of medium weight
GRAIN = {"activities": "rows", "process_map": "moves"}  # what a measure is made of; the others of journeys
LEVELS: tuple[Level, ...] = ("row", "journey", "log")


@dataclass(frozen=True)
class Finding:
    """One thing found: how many of how many, which rows show it, what it bends, how much it weighs, what mends it.

    `rows` (0, 1, ...) are all rows that show it, in order; empty where it concerns the log as a whole. `bends` holds
    for each measure the share of it that the finding may change, at most; where no row shows it, of the whole.
    """

    check: Check
    what: str
    column: str
    count: int
    of: int
    journeys: int
    severity: str
    bends: tuple[tuple[str, float], ...]
    rows: pa.Array
    examples: tuple[str, ...]
    repair: Repair | None

    @property
    def share(self) -> float:
        """How much of all it is, 0 to 1."""
        return self.count / self.of if self.of else 0.0

    @property
    def says(self) -> str:
        """The finding in a sentence."""
        return f"{many(self.count)} of {many(self.of)} {self.check.unit} ({percent(self.share)}) {self.what}."

    @property
    def bent(self) -> str:
        """The measures that it bends, each with the share of it, at most."""
        return ", ".join(f"{name} {percent(share)}" for name, share in self.bends)


@dataclass(frozen=True)
class Score:
    """How sound a log is in one dimension and at one level, and of how many things this is the share."""

    dimension: Dimension
    level: Level
    faulty: int
    of: int

    @property
    def score(self) -> float:
        """The share without a fault: 1 is sound."""
        return 1 - self.faulty / self.of if self.of else 1.0


def look(ground: Ground, checks: Sequence[Check]) -> tuple[tuple[Finding, ...], tuple[Score, ...]]:
    """What the checks find, the weightiest first, and the scores that follow."""
    ground.ask("CREATE OR REPLACE TEMP TABLE ready_faults (dimension VARCHAR, level VARCHAR, row BIGINT)")
    findings = [finding for check in checks for finding in _findings(ground, check)]
    findings.sort(key=lambda finding: (SEVERITIES.index(finding.severity), -max(share for _, share in finding.bends)))
    return tuple(findings), tuple(_scores(ground, checks, findings))


def _findings(ground: Ground, check: Check) -> Iterator[Finding]:
    for shown in check.find(ground):
        rows = _rows(ground, shown)
        if len(rows) or shown.count:
            yield _finding(ground, check, shown, rows)
            if not check.note and shown.at_most != "note":
                faults = "INSERT INTO ready_faults SELECT $dimension, $level, row FROM ready_shown"
                ground.ask(faults, dimension=check.dimension, level=check.level)


def _rows(ground: Ground, shown: Found) -> pa.Array:
    """The rows that show it, in order; also laid out as a table for the questions that follow."""
    ground.ask("CREATE OR REPLACE TEMP TABLE ready_shown (row BIGINT)")
    if shown.rows:
        ground.ask(f"INSERT INTO ready_shown SELECT DISTINCT row FROM ({shown.rows})", **shown.values)
    table = ground.source.connection.execute("SELECT row FROM ready_shown ORDER BY 1").to_arrow_table()
    return table["row"].combine_chunks()


def _finding(ground: Ground, check: Check, shown: Found, rows: pa.Array) -> Finding:
    touched = _touched(ground, shown)
    journeys = touched["journeys"]
    count = shown.count if shown.count is not None else journeys if check.unit == "journeys" else len(rows)
    of = shown.of if shown.of is not None else ground.sizes[check.unit if check.unit in ground.sizes else "rows"]
    sizes = {grain: max(ground.sizes[grain], 1) for grain in touched}
    shares = {grain: min(number / sizes[grain], 1.0) for grain, number in touched.items()}
    whole = count / max(of, 1)
    bends = tuple(
        (name, shares[GRAIN.get(name, "journeys")] if shown.rows else whole) for name in _bends(ground, check, shown)
    )
    weight = max(shares["rows"], shares["journeys"]) if shown.rows else whole
    return Finding(
        check,
        shown.what,
        ground.name(shown.column),
        count,
        of,
        journeys,
        max(_severity(check, weight, bends), shown.at_most, key=SEVERITIES.index),
        bends,
        rows,
        shown.examples[:EXAMPLES] or _examples(ground),
        shown.repair,
    )


def _examples(ground: Ground) -> tuple[str, ...]:
    """What the first shown rows say: journey, activity and time."""
    line = "concat_ws(' · ', journey, activity, stamp)"
    examples = ground.ask(
        f"SELECT {line} FROM ready_rows SEMI JOIN ready_shown USING (row) ORDER BY row LIMIT {EXAMPLES}"
    )
    return tuple(text for (text,) in examples)


def _touched(ground: Ground, shown: Found) -> dict[str, int]:
    """How many rows, moves and journeys the shown rows are part of; a row without a neighbour may have lost a move."""
    if not shown.rows:
        return dict.fromkeys(("rows", "moves", "journeys"), 0)
    [(rows, journeys)] = ground.ask("""
        SELECT count(*), count(DISTINCT journey) FROM ready_rows SEMI JOIN ready_shown USING (row)""")
    moves = ground.one("""
        SELECT count(*) FILTER (row IN (SELECT row FROM ready_shown) AND (before_row IS NOT NULL OR after IS NULL)
            OR before_row IN (SELECT row FROM ready_shown))
            + (SELECT count(*) FROM ready_shown ANTI JOIN ready_events USING (row)) FROM ready_events""")
    return {"rows": rows, "moves": moves, "journeys": journeys}


def _bends(ground: Ground, check: Check, shown: Found) -> tuple[str, ...]:
    """What it bends: in a column without a role the comparisons by it, in a column with one all that is made of it."""
    if shown.column is None or check.dimension == "time" or check.level == "log":
        return check.bends
    if shown.column in ground.others:
        return BY
    return ALL if check.bends == BY else check.bends


def _severity(check: Check, weight: float, bends: tuple[tuple[str, float], ...]) -> str:
    if check.note:
        return "note"
    if weight >= HIGH and tuple(name for name, _ in bends) != BY:
        return "high"
    return "medium" if weight >= MEDIUM else "low"


def _scores(ground: Ground, checks: Sequence[Check], findings: Sequence[Finding]) -> Iterator[Score]:
    faulty = {(finding.check.dimension, finding.check.name) for finding in findings if finding.severity != "note"}
    counted = {
        dimension: (rows, journeys)
        for dimension, rows, journeys in ground.ask("""
            SELECT dimension, count(DISTINCT row) FILTER (level = 'row'), count(DISTINCT journey)
            FROM ready_faults JOIN ready_rows USING (row) GROUP BY 1""")
    }
    journeys = ground.one("SELECT count(DISTINCT journey) FROM ready_rows")
    for dimension in dict.fromkeys(check.dimension for check in checks if not check.note):
        faulty_rows, faulty_journeys = counted.get(dimension, (0, 0))
        asked = sum(check.dimension == dimension and not check.note for check in checks)
        yield Score(dimension, "row", faulty_rows, ground.sizes["rows"])
        yield Score(dimension, "journey", faulty_journeys, journeys)
        yield Score(dimension, "log", sum(name == dimension for name, _ in faulty), asked)
