"""Checks of values: do they say what was meant, or stand for nothing, for something else, in another unit?"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from cxkit.readiness.check import Found
from cxkit.readiness.ground import NAMES_THINGS, Ground, among
from cxkit.reading import stamps
from cxkit.shaping.columns import filled
from cxkit.shaping.mending.repairs import MOST_VALUES, AsMissing, AsNumbers, Rescale
from cxkit.words import many

SIGNS = (
    "?",
    "??",
    "???",
    "-",
    "--",
    "---",
    ".",
    "\\n",
    "(null)",
    "<null>",
    "(blank)",
    "(empty)",
    "(missing)",
    "(unknown)",
)
SHORTS = (
    "n/a",
    "na",
    "n.a.",
    "n.v.t.",
    "nan",
    "nil",
    "null",
    "none",
    "tbd",
    "tba",
    "#n/a",
    "#na",
    "#value!",
    "#ref!",
    "#name?",
)
WORDS = (
    "undefined",
    "unknown",
    "missing",
    "not available",
    "not applicable",
    "not known",
    "not set",
    "no value",
    "keine angabe",
)
NO_VALUES = (*SIGNS, *SHORTS, *WORDS)
CODES, OF_CODES = 2, 0.2  # other values, and share of all, of as many capitals: then they are codes
ROUND = [-1, -9, -99, -100, -999, -1_000, -9_999, -99_999, -999_999, -2_147_483_648]
NINES = [999, 9_999, 99_999, 999_999, 9_999_999, 99_999_999, 999_999_999, 2_147_483_647]
WRITTEN_NONE = {str(number) for number in (*ROUND, *NINES)}
BEYOND = 10  # times the next largest value: nines this far out are no value
NEIGHBOURS = 20  # different values next to the extreme, which show how dense and how frequent values are there
HEAP = 10  # times as frequent as its neighbours, and rows at least: an extreme that is a default
AGE = re.compile(r"(?<![a-zäö])(age|alter|âge|leeftijd|edad|età|idade|ålder|wiek)(?![a-z])", re.IGNORECASE)
OLDEST = 115  # years: fewer than ten people have been known to be older
MIDDLE = (
    "SELECT coalesce(median({number}) BETWEEN 1 AND 100, false) FROM {rows}"  # else it is the age of something else
)
APART = 3  # times as far from the next value as those are from each other
FINE = 4  # bins per power of ten
EMPTY_BINS = 2  # between two heaps: half a power of ten without a value
SLIPS = {100: (50, 200), 1_000: (500, 2_000)}  # the factor, and between which ratios of medians it is seen
FEW = 0.2  # of an activity's values at most have slipped
FEWEST_VALUES = 3  # different ones among the slipped; fewer are codes, such as the number of a robot
FEWEST, MANY = 5, 30  # slipped values and others, below which no usual size is known


def placeholders(ground: Ground) -> Iterator[Found]:
    """Values that stand for no value: ?, n/a, null and their like. NA among other such codes is one of them.

    A column that mostly says so is one that is rarely filled in, which weighs little. An activity keeps its name.
    """
    words = [*NO_VALUES]
    for column in ground.texts:
        where = f"lower(trim(c{column})) IN (SELECT unnest($words::VARCHAR[]))"
        counts = ground.ask(
            f"SELECT c{column}, count(*) FROM {ground.source.rows} WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",
            words=words,
        )
        signs = [(value, count) for value, count in counts if not _is_code(ground, column, value)]
        if signs:
            values = [value for value, _ in signs]
            yield Found(
                f'have a value in "{ground.name(column)}" that stands for none',
                among(ground, column),
                {"wanted": values},
                column,
                of=ground.filled[column],
                examples=tuple(f"{value}: {many(count)}" for value, count in signs),
                repair=_none_of(ground, column, values),
                at_most=_weight(ground, column, signs),
            )


def _weight(ground: Ground, column: int, signs: list[tuple[str, int]]) -> str:
    """The weight that these values cannot exceed."""
    if column == ground.roles.activity and all(value.strip().lower() in WORDS for value, _ in signs):
        return "note"
    rare = 2 * sum(count for _, count in signs) >= ground.filled[column]
    return "low" if rare and column not in ground.roles.taken else "high"


def _none_of(ground: Ground, column: int, values: list[str]) -> AsMissing | None:
    """The repair; none for a journey's id or an activity, for their rows would go and it may be a name after all."""
    if column in (ground.roles.journey, ground.roles.activity) or len(values) > MOST_VALUES:
        return None
    return AsMissing(ground.name(column), tuple(values))


def _is_code(ground: Ground, column: int, value: str) -> bool:
    """Whether a word is a code like others of the column: NA is Namibia among countries, and an id among A, B ... ZZ.

    Countries are of one length and in capitals; ids that are counted in letters are of any, and often in small ones.
    """
    names_things = column in (ground.roles.journey, ground.roles.customer) or NAMES_THINGS.search(ground.name(column))
    word = value.strip()
    if not re.fullmatch("[A-Za-z]{2,4}" if names_things else "[A-Z]{2,4}", word):
        return False
    length = len(word)
    shape = "[A-Z]{1,4}|[a-z]{1,4}" if names_things else f"[A-Z]{{{length}}}|[a-z]{{{length}}}"
    [(values, like)] = ground.ask(
        f"""SELECT count(*), count_if(regexp_full_match(v, $shape)) FROM (
            SELECT DISTINCT trim(c{column}) AS v FROM {ground.source.rows} WHERE {filled(f"c{column}")})""",
        shape=shape,
    )
    return like > CODES and like >= OF_CODES * values


def numeric_defaults(ground: Ground) -> Iterator[Found]:
    """Numbers that stand for none: -1 or 9999 beyond all others, or a heap of one extreme value apart from the rest.

    Among names, too: -100 where all others are words.
    """
    yield from _numbers_among_words(ground)
    for column in ground.numeric:
        number = ground.number(column)
        values = f"SELECT {number} AS v, count(*) AS rows FROM {ground.source.rows} WHERE isfinite({number}) GROUP BY 1"
        for edge in _edges(ground, values):
            value = edge[0][0] if edge else 0.0
            heaped = column in ground.measured and _heaped(edge)
            if len(edge) > 1 and (_listed(edge) or (heaped and not _is_usual(ground, number, value))):
                wanted = ground.ask(
                    f"SELECT DISTINCT c{column}::VARCHAR FROM {ground.source.rows} WHERE {number} = $v", v=value
                )
                written = tuple(sorted(text for (text,) in wanted))
                yield Found(
                    f'have {value:g} in "{ground.name(column)}", apart from all other values: it may stand for none',
                    among(ground, column),
                    {"wanted": list(written)},
                    column,
                    of=ground.filled[column],
                    examples=(f"{value:g}: {many(edge[0][1])}", f"next to it {edge[1][0]:g}: {many(edge[1][1])}"),
                    repair=AsMissing(ground.name(column), written),
                )


def _numbers_among_words(ground: Ground) -> Iterator[Found]:
    """The labels that are a number which people write for none, where no other label is a number."""
    for column in (n for n in ground.texts if n not in (ground.roles.journey, ground.roles.time)):
        labels = ground.counted(column, MOST_VALUES)
        numbers = [(label, count) for label, count in labels if re.fullmatch(r"\s*-?[0-9.,]+\s*", label)]
        if len(numbers) == 1 and len(labels) > CODES and numbers[0][0].strip() in WRITTEN_NONE:
            [(label, count)] = numbers
            yield Found(
                f'have {label.strip()} in "{ground.name(column)}", where all others are words: it may stand for none',
                among(ground, column),
                {"wanted": [label]},
                column,
                of=ground.filled[column],
                examples=(f"{label}: {many(count)}",),
                repair=_none_of(ground, column, [label]),
            )


def _edges(ground: Ground, values: str) -> Iterator[list[tuple[float, int]]]:
    """The smallest and the largest values with their rows, each from the outermost inwards."""
    edges = ground.ask(f"""
        WITH counted AS MATERIALIZED ({values})
        (SELECT 1 AS side, v, rows FROM counted ORDER BY v LIMIT {NEIGHBOURS + 1})
        UNION ALL (SELECT -1, v, rows FROM counted ORDER BY v DESC LIMIT {NEIGHBOURS + 1})""")
    for end in (1, -1):
        yield sorted(((v, rows) for side, v, rows in edges if side == end), key=lambda entry: end * entry[0])


def _listed(edge: list[tuple[float, int]]) -> bool:
    """Whether the extreme is a number that people write for none, and lies beyond all others."""
    value, neighbour = edge[0][0], edge[1][0]
    return (value in ROUND and neighbour >= 0) or (int(value) in NINES and value >= BEYOND * neighbour > 0)


def _heaped(edge: list[tuple[float, int]]) -> bool:
    """Whether the extreme is far more frequent than its neighbours and stands apart from them; 0 never does."""
    if len(edge) <= NEIGHBOURS or edge[0][0] == 0:
        return False
    (value, rows), *rest = edge
    usual = sum(count for _, count in rest[:5]) / 5
    spacing = abs(rest[-1][0] - rest[0][0]) / (len(rest) - 1)
    return rows >= HEAP * max(usual, 1) and abs(value - rest[0][0]) > APART * spacing


def impossible_ages(ground: Ground) -> Iterator[Found]:
    """Ages that nobody has: below 0, or above the oldest person known."""
    for column in ground.numeric:
        if AGE.search(ground.name(column)):
            number = ground.number(column)
            bad = f"{ground.source.rows} WHERE {number} < 0 OR {number} >= {OLDEST}"
            ages = ground.ask(f"SELECT c{column}::VARCHAR, count(*) FROM {bad} GROUP BY 1 ORDER BY 2 DESC, 1")
            if ages and ground.one(MIDDLE.format(number=number, rows=ground.source.rows)):
                written = tuple(text for text, _ in ages)
                yield Found(
                    f'have an age in "{ground.name(column)}" that nobody has',
                    f"SELECT row FROM {bad}",
                    column=column,
                    of=ground.filled[column],
                    examples=tuple(f"{text}: {many(count)}" for text, count in ages),
                    repair=AsMissing(ground.name(column), written) if len(written) <= MOST_VALUES else None,
                )


def written_numbers(ground: Ground) -> Iterator[Found]:
    """Numbers written for people, with a currency or a decimal comma: they are read as texts."""
    for column, decimal in ground.written.items():
        yield Found(
            f'are numbers in "{ground.name(column)}" that are written for people, and are read as texts',
            column=column,
            count=ground.filled[column],
            of=ground.filled[column],
            repair=AsNumbers(ground.name(column), decimal),
        )


def _is_usual(ground: Ground, number: str, value: float) -> bool:
    """Whether the value is the rule in an activity, as a price is."""
    return bool(
        ground.ask(
            f"""SELECT 1 FROM {ground.source.rows} JOIN ready_rows USING (row) WHERE {number} IS NOT NULL
            GROUP BY activity HAVING 2 * count_if({number} = $v) > count(*) LIMIT 1""",
            v=value,
        )
    )


def unit_slips(ground: Ground) -> Iterator[Found]:
    """A few values of an activity about 100 or 1,000 times as large or as small as its others, with nothing between."""
    for column in ground.measured:
        number = ground.number(column)
        bins: dict[str, dict[int, int]] = defaultdict(dict)
        for label, place, count in ground.ask(f"""
            SELECT c{ground.roles.activity}::VARCHAR, floor(log10(v) * {FINE})::INTEGER, count(*)
            FROM (SELECT *, {number} AS v FROM {ground.source.rows}) WHERE v > 0 AND isfinite(v) GROUP BY 1, 2"""):
            bins[label or ""][place] = count
        slips = [(label, *slip) for label, counts in sorted(bins.items()) for slip in [_slipped(counts)] if slip]
        for factor in sorted({factor for _, factor, _, _ in slips}):
            yield from _slip(ground, column, factor, [span for span in slips if span[1] == factor])


def _slipped(counts: dict[int, int]) -> tuple[float, float, float] | None:
    """Of the bins, the heap that looks slipped: by which factor, and between which values it lies."""
    places = sorted(counts)
    for a, b in pairwise(places):
        below, above = ([p for p in places if p <= a], [p for p in places if p >= b])
        fewer, more = sorted((above, below), key=lambda part: _total(counts, part))
        enough = _total(counts, fewer) >= FEWEST and _total(counts, more) >= MANY
        if b - a <= EMPTY_BINS or not enough or _total(counts, fewer) > FEW * sum(counts.values()):
            continue
        ratio = 10 ** ((_middle(counts, fewer) - _middle(counts, more)) / FINE)
        for factor, (least, most) in SLIPS.items():
            if least <= max(ratio, 1 / ratio) <= most:
                return factor if ratio > 1 else 1 / factor, 10 ** (fewer[0] / FINE), 10 ** ((fewer[-1] + 1) / FINE)
    return None


def _total(counts: dict[int, int], places: list[int]) -> int:
    return sum(counts[place] for place in places)


def _middle(counts: dict[int, int], places: list[int]) -> int:
    """The bin of the median."""
    half, seen = _total(counts, places) / 2, 0
    for place in places:
        seen += counts[place]
        if seen >= half:
            break
    return place


def _slip(ground: Ground, column: int, factor: float, spans: list[tuple[str, float, float, float]]) -> Iterator[Found]:
    """The values in these spans of (activity, factor, low, high), unless they are few: then they are codes."""
    labels, _, lows, highs = zip(*spans, strict=True)
    values = {"label": list(labels), "low": list(lows), "high": list(highs)}
    rows = f"""SELECT row, v, label FROM (SELECT row, {ground.number(column)} AS v,
            coalesce(c{ground.roles.activity}::VARCHAR, '') AS label FROM {ground.source.rows}) JOIN (
            SELECT unnest($label::VARCHAR[]) AS label, unnest($low::DOUBLE[]) AS low, unnest($high::DOUBLE[]) AS high)
        USING (label) WHERE v BETWEEN low * (1 - 1e-9) AND high"""
    if ground.one(f"SELECT count(DISTINCT v) FROM ({rows})", **values) < FEWEST_VALUES:
        return
    slipped = ground.ask(f"SELECT label, min(v), max(v), count(*) FROM ({rows}) GROUP BY 1 ORDER BY 1", **values)
    times = f"{many(factor)} times as large" if factor > 1 else f"{many(1 / factor)} times as small"
    yield Found(
        f'are about {times} in "{ground.name(column)}" as the others of their activity: another unit, perhaps',
        f"SELECT row FROM ({rows})",
        values,
        column,
        of=ground.filled[column],
        examples=tuple(f"{label}: {many(count)} from {low:g} to {high:g}" for label, low, high, count in slipped),
        repair=None
        if column in ground.written
        else Rescale(ground.name(column), factor, tuple((label, low, high) for label, low, high, _ in slipped)),
    )


def hidden_times(ground: Ground) -> Iterator[Found]:
    """Columns of times that are not the event's own: each may be an event that the log does not show."""
    for column, moment, writing in ground.dated if ground.timed else []:
        hidden = f"""SELECT r.row, r.journey, r.time, {moment} AS other FROM {ground.source.rows} q
            JOIN ready_rows r USING (row) WHERE r.good"""
        statement = f"""SELECT count(*) FROM (SELECT DISTINCT journey, other AS time FROM ({hidden})
            WHERE other IS NOT NULL) ANTI JOIN ready_events USING (journey, time)"""
        count = ground.one(statement, **stamps.values(writing, statement))
        if count:
            yield Found(
                f'stand in "{ground.name(column)}" only: times of a journey at which the log has no event',
                column=column,
                count=count,
                of=ground.filled[column],
            )
