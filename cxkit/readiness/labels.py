"""Checks of labels: is one thing called by one name, and is a name the name of one thing?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground, among
from cxkit.shaping.repairs import MOST_VALUES, MergeValues
from cxkit.words import folded, many

MOST_LABELS = 20_000  # activities that a log can have
MOST_KINDS = 500  # different values up to which a column holds labels rather than texts
MOST_NAMES = 100  # different values up to which a slip of the pen can be told from another name
RARE = 0.1  # as frequent as its neighbour at most: a slip is rare, another name need not be
FIRM = 10  # rows of a label, from which it is a name that others may be a slip of
LONG_WORD = 5  # letters, from which one wrong letter leaves the word recognisable
MANY = 10  # labels that differ in their numbers only
SELDOM = 2  # journeys that half of these labels have at most: a kind of step would have more
ENOUGH = 50  # events of an activity, from which its neighbours describe it
LONELY = 0.5  # of an activity's events at most begin, or end, a journey
ALIKE = 0.15  # of the neighbours differ at most (total variation), before as after


def distorted(ground: Ground) -> Iterator[Found]:
    """Labels that differ only in capitals, spaces, signs or Unicode form from a more frequent one."""
    for column, counts in _label_columns(ground, MOST_KINDS):
        groups = defaultdict(list)
        for label in counts:
            groups[folded(label)].append(label)
        pairs = [(odd, best) for best, *rest in groups.values() for odd in rest]
        if pairs:
            yield _merge(ground, column, counts, pairs, "is spelt in several ways, capitals, spaces or signs apart")


def misspelt(ground: Ground) -> Iterator[Found]:
    """Rare labels that are one letter away from a frequent one, in a word long enough to recognise."""
    for column, counts in _label_columns(ground, MOST_NAMES):
        totals: Counter[str] = Counter()
        for label, count in counts.items():
            totals[folded(label)] += count
        forms = {form: label for label in reversed(counts) for form in [folded(label)]}
        pairs = [(forms[odd], forms[best]) for odd, best in _slips(totals)]
        if pairs:
            yield _merge(ground, column, counts, pairs, "is one letter away from a far more frequent one")


def _label_columns(ground: Ground, most: int) -> Iterator[tuple[int, dict[str, int]]]:
    """The columns that hold labels, the activity first, each with its labels, the most frequent first."""
    activity = ground.roles.activity
    columns = [n for n in ground.others if ground.source.kinds[n] == "text" and n not in ground.numeric]
    for column in [activity, *columns]:
        labels = dict(ground.counted(column, MOST_LABELS if column == activity and most > MOST_NAMES else most))
        if len(labels) > 1 and any(letter.isalpha() for label in labels for letter in label):
            yield column, labels


def _slips(totals: Counter[str]) -> Iterator[tuple[str, str]]:
    near: dict[str, list[str]] = defaultdict(list)
    for form in totals:
        for shorter in {form, *(form[:place] + form[place + 1 :] for place in range(len(form)))}:
            near[shorter].append(form)
    pairs = {pair for forms in near.values() for pair in combinations(sorted(forms), 2)}
    for pair in sorted(pairs):
        odd, best = sorted(pair, key=lambda form: (totals[form], form))
        if totals[best] >= FIRM and totals[odd] <= RARE * totals[best] and one_slip(odd, best):
            yield odd, best


def one_slip(odd: str, best: str) -> bool:
    """Whether one letter more, less or other, or two swapped, turn a long word of the one into one of the other."""
    a, b = odd.split(), best.split()
    words = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
    if len(a) != len(b) or len(words) != 1:
        return False
    [(x, y)] = words
    if min(len(x), len(y)) < LONG_WORD or not (x.isalpha() and y.isalpha()):
        return False
    head = next((n for n, (p, q) in enumerate(zip(x, y, strict=False)) if p != q), min(len(x), len(y)))
    x, y = x[head:], y[head:]
    return x[1:] == y or y[1:] == x or x[1:] == y[1:] or (x[:2] == y[1::-1] and x[2:] == y[2:])


def _merge(ground: Ground, column: int, counts: dict[str, int], pairs: Sequence[tuple[str, str]], what: str) -> Found:
    return Found(
        f'have a value in "{ground.name(column)}" that {what}',
        among(ground, column),
        {"wanted": [odd for odd, _ in pairs]},
        column,
        of=ground.filled[column],
        examples=tuple(f"{odd!r} ({many(counts[odd])}) for {best!r} ({many(counts[best])})" for odd, best in pairs),
        repair=MergeValues(ground.name(column), tuple(pairs)) if len(pairs) <= MOST_VALUES else None,
    )


def polluted(ground: Ground) -> Iterator[Found]:
    """Activities that carry a number or an id of their own, so that one kind of step has many names."""
    groups: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for label, _, journeys, *_ in ground.labels:
        plain = re.sub(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{8}[0-9a-f-]*\b|\d+", "#", label, flags=re.IGNORECASE)
        if plain != label and re.search(r"[^\W\d_]", plain):
            groups[plain].append((label, journeys))
    for plain, members in sorted(groups.items()):
        few = sorted(journeys for _, journeys in members)[len(members) // 2] <= SELDOM
        if len(members) >= MANY and few:
            labels = [label for label, _ in members]
            pairs = tuple((label, plain) for label in labels)
            yield Found(
                f"name one of {many(len(labels))} activities that differ in a number only",
                among(ground, ground.roles.activity),
                {"wanted": labels},
                ground.roles.activity,
                examples=(plain, *labels),
                repair=MergeValues(ground.name(ground.roles.activity), pairs) if len(pairs) <= MOST_VALUES else None,
            )


def synonyms(ground: Ground) -> Iterator[Found]:
    """Activities that never meet in a journey and have the same neighbours: perhaps two names of one step.

    Beginnings and endings are left out: two outcomes of a decision look like that too.
    """
    names = [label for label, events, *_ in ground.labels[:MOST_NAMES] if events >= ENOUGH]
    around = [_neighbours(ground, side, names) for side in ("before", "after")]
    alike = [
        (odd, name)
        for name, odd in combinations(names, 2)
        if all(apart(side[name], side[odd]) <= ALIKE for side in around)
        and all(side[name].get(None, 0) <= LONELY for side in around)
        and not _meet(ground, name, odd)
    ]
    if alike:
        yield Found(
            "name one of two activities that never meet and have the same neighbours: perhaps one step",
            "SELECT row FROM ready_events WHERE activity IN (SELECT unnest($wanted::VARCHAR[]))",
            {"wanted": sorted({odd for odd, _ in alike})},
            ground.roles.activity,
            examples=tuple(f"{odd!r} for {name!r}" for odd, name in alike),
            repair=MergeValues(ground.name(ground.roles.activity), tuple(dict(alike[::-1]).items())),
        )


def _meet(ground: Ground, a: str, b: str) -> bool:
    part = "SELECT journey FROM ready_events WHERE activity"
    return bool(ground.ask(f"{part} = $a INTERSECT {part} = $b LIMIT 1", a=a, b=b))


def _neighbours(ground: Ground, side: str, names: list[str]) -> dict[str, dict[str | None, float]]:
    """For each activity the shares of its neighbours on one side; None is the journey's end or beginning."""
    shares: dict[str, dict[str | None, float]] = {name: {} for name in names}
    for label, neighbour, share in ground.ask(
        f"""SELECT activity, {side}, count(*) / sum(count(*)) OVER (PARTITION BY activity) FROM ready_events
            WHERE activity IN (SELECT unnest($names::VARCHAR[])) GROUP BY 1, 2""",
        names=names,
    ):
        shares[label][neighbour] = float(share)
    return shares


def apart(a: dict[str | None, float], b: dict[str | None, float]) -> float:
    """How far two distributions are from each other, from 0 to 1 (total variation)."""
    return sum(abs(a.get(key, 0) - b.get(key, 0)) for key in {*a, *b}) / 2
