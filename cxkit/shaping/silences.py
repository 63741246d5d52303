"""How long is silent? The gaps between events, what each threshold would make of the journeys, and a natural one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from cxkit.cached import cached_property
from cxkit.errors import InputError
from cxkit.schema import SECOND
from cxkit.shaping.events import in_zone
from cxkit.shaping.regrouped import PLACES, silence_before, steps
from cxkit.shaping.split import activities_of, check_activities
from cxkit.shaping.valley import FEWEST_GAPS, FEWEST_GROUPS, GROUPS, LONGEST, PER_OCTAVE, SHORTEST, Valley, valley
from cxkit.times import duration
from cxkit.words import UNITS, exactly, lasting, many, percent, safe

if TYPE_CHECKING:
    import pandas as pd

    from cxkit.log import Log

MINUTE, HOUR, DAY = 60, 3_600, 86_400
GRID = (
    *(MINUTE * n for n in (1, 5, 15, 30)),
    *(HOUR * n for n in (1, 2, 4, 8)),
    *(DAY * n for n in (1, 2, 4, 7, 14, 30, 60, 90, 180, 365, 730)),
)
ROUND = {
    "s": (1, 2, 5, 10, 15, 20, 30, 45),
    "min": (1, 2, 3, 4, 5, 8, 10, 15, 20, 30, 45),
    "h": (1, 2, 3, 4, 5, 6, 8, 10, 12, 16),
    "d": (1, 2, 3, 4, 5, 6, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180, 270, 365, 540, 730, 1095),
}
SHARES = (0.05, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99)
NIGHT = 8 * HOUR, 40 * HOUR
NEVER = 2**63 - 1
MOSTLY = 0.5  # of the journeys would have one event: then the threshold parts what belongs together
SIZES = """SELECT count(*), count(*) FILTER (gap IS NULL), count(*) FILTER (gap >= 0), count(*) FILTER (gap = 0)
    FROM gaps"""
COLUMNS = ("silence", "seconds", "chosen", "journeys", "median_events", "single", "single_share", "longer")


def silences(log: Log, *, silence: str | None = None, after: str | Sequence[str] = ()) -> Silences:
    """How long are the gaps between the events of a journey, and what would splitting at each length do?

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set. Its journeys are what is to be split: for sessions of
        customers, `log.roles(journey="customer").silences()`.
    silence : a threshold of your own, to be shown at half, once and twice its length; else the natural one.
    after : only gaps that follow these activities count: those after which it is the customer's turn.

    Returns a Silences: gaps, and thresholds from a minute to two years. `.suggested` is a natural threshold, or None
    where the gaps show none or most parts would have one event, `.evidence` says why; `.df()` has a row for each
    threshold and `.quantiles()` the gaps. Events without a journey, an activity or a readable time play no part. A gap
    of 0 is never silence; gaps in whole seconds, hours or days count as spread over what was rounded away.

    Errors: a log without times, an activity that it does not have, a duration without a unit.

    >>> import cxkit as cx
    >>> log = cx.read(cx.toy_table()).roles(journey="client", activity="step", time="when")
    >>> found = log.silences(silence="4d")
    >>> found.suggested, found.evidence
    (None, 'No natural threshold: 30 gaps in 10 journeys are too few to tell.')
    >>> found.df().query("chosen != ''")[["silence", "chosen", "journeys", "median_events"]].values.tolist()
    [['2d', 'half', 12, 3.0], ['4d', 'chosen', 11, 3.0], ['8d', 'double', 10, 3.5]]
    """
    names = activities_of(after, "after")
    asked = None if silence is None else duration(silence, "silence")
    if log.settled.time is None:
        raise InputError("This log has no times, so nothing shows a silence.")
    with log.source.lock, log.source.guarded():
        check_activities(log, names)
        gaps = _Gaps(log, names)
        try:
            return gaps.told(log.source.name, asked)
        finally:
            gaps.clear()


@dataclass(frozen=True)
class Threshold:
    """What a threshold would do: journeys after splitting, their median length in events, how many have one event."""

    seconds: float
    chosen: str
    journeys: int
    median: float
    alone: int
    longer: int

    @property
    def written(self) -> str:
        """The threshold as `log.split(silence=...)` takes it."""
        return exactly(self.seconds)


class _Gaps:
    """The gaps of a log, in a table: place (over all journeys), gap (none where a journey starts), group."""

    def __init__(self, log: Log, after: Sequence[str]) -> None:
        order = f"PARTITION BY journey ORDER BY {PLACES}"
        gap = silence_before(order)
        turn = f"CASE WHEN list_contains($after, lag(activity) OVER before) THEN {gap} WHEN {gap} >= 0 THEN -1 END"
        rows, values = steps(log.source, log.settled)
        with in_zone(log.source, log.settled.zone) as self.run:
            self.run(
                f"""CREATE OR REPLACE TEMP TABLE gaps AS
                SELECT row_number() OVER (ORDER BY journey, {PLACES}) AS place, {turn if after else gap} AS gap,
                    (md5_number_lower(journey) % {GROUPS})::INTEGER AS part
                FROM ({rows}) WHERE good WINDOW before AS ({order})""",
                (values | ({"after": [*after]} if after else {})) or None,
            )

    def clear(self) -> None:
        self.run("DROP TABLE gaps")

    def told(self, name: str, asked: int | None) -> Silences:
        rarest, natural = valley(self._histogram())
        seconds = _rounded(rarest.at) if rarest and natural else None
        parts = self._at(seconds, "") if seconds else None
        crumbs = parts if parts and parts.alone > MOSTLY * parts.journeys else None
        seconds = None if crumbs else seconds
        chosen = asked / SECOND if asked is not None else seconds
        around = {chosen / 2: "half", chosen: "chosen", chosen * 2: "double"} if chosen else {}
        tried = sorted({*map(float, GRID), *around})
        events, journeys, gaps, none = self.run(SIZES).fetchone()
        quantiles = self.run(f"SELECT quantile_cont(gap, {[*SHARES]}) FROM gaps WHERE gap >= 0").fetchone()[0]
        return Silences(
            name=name,
            events=events,
            journeys=journeys,
            gaps=gaps,
            none=none,
            lengths=tuple(gap / SECOND for gap in quantiles or ()),
            thresholds=tuple(self._at(length, around.get(length, "")) for length in tried),
            valley=rarest,
            natural=seconds,
            crumbs=crumbs,
        )

    def _at(self, seconds: float, chosen: str) -> Threshold:
        import numpy as np

        starts = np.flatnonzero(self._gaps > round(seconds * SECOND))
        lengths = np.diff(starts, append=len(self._gaps))
        journeys, alone = len(starts), int((lengths == 1).sum())
        longer = journeys - int((self._gaps == NEVER).sum())
        return Threshold(seconds, chosen, journeys, float(np.median(lengths)) if journeys else 0.0, alone, longer)

    @cached_property
    def _gaps(self) -> Any:
        """The gaps of all journeys, one journey after the other; where one starts, a gap longer than any."""
        gaps = self.run(f"SELECT coalesce(gap, {NEVER}) AS gap FROM gaps ORDER BY place").to_arrow_table()["gap"]
        return gaps.combine_chunks().to_numpy()

    def _histogram(self) -> Any:
        """Gaps by group and logarithm; each is moved at random within what its rounding leaves open."""
        import numpy as np

        whole = " ".join(f"WHEN gap % {size * SECOND} = 0 THEN {size * SECOND}" for _, size in UNITS)
        random = [f"(hash(place * 2 + {n}) % 1000003) / 1000003" for n in (0, 1)]
        moved = f"greatest(gap + (CASE {whole} ELSE 0 END) * ({random[0]} - {random[1]}), 1000) / {SECOND}"
        first, last = SHORTEST * PER_OCTAVE, LONGEST * PER_OCTAVE - 1
        bins = f"greatest({first}, least({last}, floor(log2({moved}) * {PER_OCTAVE})))::INTEGER - {first}"
        binned = self.run(f"SELECT part, {bins} AS bin, count(*) FROM gaps WHERE gap > 0 GROUP BY ALL").fetchall()
        counts = np.zeros((GROUPS, last - first + 1))
        for part, place, count in binned:
            counts[part, place] = count
        return counts


@dataclass(frozen=True, repr=False, eq=False)
class Silences:
    """The gaps between events within journeys, and what a split at each length would make.

    `.suggested` is the natural threshold as `log.split(silence=...)` takes it, or None; `.evidence` says why.
    """

    name: str
    events: int
    journeys: int
    gaps: int
    none: int
    lengths: tuple[float, ...]
    thresholds: tuple[Threshold, ...]
    valley: Valley | None
    natural: float | None
    crumbs: Threshold | None = None  # what the valley would make of the journeys, where that is mostly single events

    @property
    def suggested(self) -> str | None:
        """The natural threshold as `log.split(silence=...)` takes it; None where there is none."""
        return None if self.natural is None else exactly(self.natural)

    @property
    def evidence(self) -> str:
        """Why this threshold is natural, or why none is."""
        v = self.valley
        if self.natural is not None and v is not None:
            return (
                f"Gaps gather around {lasting(v.left)} and {lasting(v.right)}; between them, at about {lasting(v.at)}, "
                f"they are rarest: {percent(v.depth)} as dense as at the lower of the two. "
                f"{percent(v.beyond)} of the gaps are longer. {percent(v.found)} of 200 samples of journeys have this "
                f"valley, mostly between {lasting(v.low)} and {lasting(v.high)}.{self._night}"
            )
        return f"No natural threshold: {self._lack}."

    @property
    def _lack(self) -> str:
        v = self.valley
        if self.crumbs is not None:
            return (
                f"gaps are rarest at about {self.crumbs.written}, but that would make {many(self.crumbs.journeys)} "
                f"journeys, {percent(self.crumbs.alone / self.crumbs.journeys)} of them of one event"
            )
        if v is None:
            few = self.gaps - self.none < FEWEST_GAPS or self.journeys < FEWEST_GROUPS
            return (
                f"{many(self.gaps)} gaps in {many(self.journeys)} journeys are too few to tell"
                if few
                else ("the gaps gather around one length, with nothing rare between two")
            )
        if not v.counts:
            return (
                f"between the lengths where gaps gather they are never rare; at {lasting(v.at)} they are still "
                f"{percent(v.depth)} as dense as at the lower of the two, and {percent(v.beyond)} are longer"
            )
        return f"the valley at about {lasting(v.at)} shows in only {percent(v.found)} of 200 samples of journeys"

    @property
    def _night(self) -> str:
        if self.valley is None or not NIGHT[0] <= self.valley.right <= NIGHT[1]:
            return ""
        return " The longer gaps are about a night: this parts visits or working days rather than errands."

    def df(self) -> pd.DataFrame:
        """A row per threshold, the shortest first.

        Columns: `silence` (as `log.split` takes it), `seconds`, `chosen` (half, chosen, double, or empty), `journeys`
        after splitting, `median_events` of them, `single` (journeys of one event), `single_share`, and `longer`
        (gaps that are).
        """
        import pandas as pd

        rows = [
            (t.written, t.seconds, t.chosen, t.journeys, t.median, t.alone, _part(t.alone, t.journeys), t.longer)
            for t in self.thresholds
        ]
        return pd.DataFrame(rows, columns=COLUMNS)

    def quantiles(self) -> pd.DataFrame:
        """How long the gaps are. Columns: `share` of the gaps that are at most so long, `seconds`."""
        import pandas as pd

        return pd.DataFrame(zip(SHARES, self.lengths, strict=False), columns=["share", "seconds"])

    @property
    def head(self) -> str:
        """How many gaps there are, and how long they are."""
        counted = f"{many(self.gaps)} gaps between {many(self.events)} events of {many(self.journeys)} journeys"
        none = f"; {many(self.none)} of 0" if self.none else ""
        lengths = zip(SHARES, self.lengths, strict=False)
        shares = ", ".join(f"{percent(share)} up to {lasting(gap)}" for share, gap in lengths)
        return f"{safe(self.name)}: {counted}{none}.{f' {shares}.' if shares else ''}"

    @property
    def worth(self) -> tuple[Threshold, ...]:
        """The thresholds that are worth a line: up to the first that nothing is longer than, and the chosen ones."""
        worth = [n for n, t in enumerate(self.thresholds) if t.longer or t.chosen]
        return self.thresholds[: max(worth, default=0) + 2]

    @property
    def between(self) -> dict[float, int]:
        """How many gaps are no longer than 0, or than a length of the grid, but no longer than the next."""
        longer = [self.gaps, *(t.longer for t in self.thresholds if t.seconds in GRID), 0]
        lengths = zip((0.0, *GRID), pairwise(longer), strict=True)
        return {seconds: here - more for seconds, (here, more) in lengths}


def _part(count: int, of: int) -> float:
    return count / of if of else 0.0


def _rounded(seconds: float) -> float:
    """The threshold nearest to this that people would say."""
    lengths = [number * size for unit, size in UNITS for number in ROUND[unit]]
    return float(min(lengths, key=lambda length: max(length, seconds) / min(length, seconds)))
