"""Checks of labels: is one thing called by one name, and is a name the name of one thing?"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from cxkit.readiness.check import Found
from cxkit.readiness.ground import Ground, among
from cxkit.shaping.columns import TIDY
from cxkit.shaping.mending.repairs import MOST_VALUES, MergeValues, Tidy
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
OPPOSITES = (  # how words begin that say the opposite of each other
    ("approv|accept|grant|confirm|agree", "reject|declin|refus|den(y|ied)|disapprov|disagree|cancel"),
    (r"pass|succe|success|valid|ok\b|complete", "fail|error|invalid|abort|incomplete"),
    (r"won\b|win\b|yes\b|true\b|in\b|up\b|open", r"lost\b|loss\b|no\b|false\b|out\b|down\b|close"),
    ("genehmigt|bewilligt|angenommen|akzeptiert|zugestimmt", "abgelehnt|verweigert|zurückgewiesen|storniert"),
    ("approuv|accept|valid", "refus|rejet|annul"),
    ("aprobad|acept", "rechazad|deneg|cancelad"),
    ("goedgekeurd|akkoord|toegekend", "afgekeurd|afgewezen|geweigerd|niet akkoord"),
)
DENIALS = {"not", "no", "non", "without", "nicht", "kein", "keine", "ohne", "ne", "pas", "sans", "sin", "niet", "geen"}


def distorted(ground: Ground) -> Iterator[Found]:
    """Labels that differ only in capitals, spaces, signs or Unicode form from a more frequent one."""
    for column, counts in _label_columns(ground, MOST_KINDS):
        groups = defaultdict(list)
        for label in counts:
            groups[folded(label)].append(label)
        pairs = [(odd, best) for best, *rest in groups.values() for odd in rest]
        spaced = _spaced(ground, pairs)
        if spaced:
            what = "differs from another in spaces or Unicode form only"
            yield replace(_merge(ground, column, counts, spaced, what), repair=Tidy(ground.name(column)))
        spelt = [pair for pair in pairs if pair not in spaced]
        if spelt:
            yield _merge(ground, column, counts, spelt, "is spelt in several ways, capitals, spaces or signs apart")


def _spaced(ground: Ground, pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those of the pairs that are equal once both are tidied."""
    if not pairs:
        return []
    a, b = (TIDY.format(c=side) for side in ("a", "b"))
    asked = f"SELECT a, b FROM (SELECT unnest($a::VARCHAR[]) AS a, unnest($b::VARCHAR[]) AS b) WHERE {a} = {b}"
    return [(odd, best) for odd, best in ground.ask(asked, a=[odd for odd, _ in pairs], b=[best for _, best in pairs])]


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
    """Activities that never meet in a journey and have the same neighbours: a decision, or two names of one step?

    The log cannot tell: the two branches of a decision look like that too, and to read them as one would take the
    decision out. So this is a question to somebody who knows the work, and there is no repair. Beginnings, endings and
    opposites such as "approved" and "rejected" are decisions for sure and are left out.
    """
    names = [label for label, events, *_ in ground.labels[:MOST_NAMES] if events >= ENOUGH]
    around = [_neighbours(ground, side, names) for side in ("before", "after")]
    alike = [
        (odd, name)
        for name, odd in combinations(names, 2)
        if not opposite(name, odd)
        and all(apart(side[name], side[odd]) <= ALIKE for side in around)
        and all(side[name].get(None, 0) <= LONELY for side in around)
        and not _meet(ground, name, odd)
    ]
    if alike:
        yield Found(
            "name one of two activities that never meet in a journey and have the same neighbours: "
            "a decision, or one step under two names",
            "SELECT row FROM ready_events WHERE activity IN (SELECT unnest($wanted::VARCHAR[]))",
            {"wanted": sorted({odd for odd, _ in alike})},
            ground.roles.activity,
            examples=tuple(f"{odd!r} or {name!r}" for odd, name in alike),
        )


def opposite(a: str, b: str) -> bool:
    """Whether two labels say the opposite of each other: by a pair of words, or because only one of them denies.

    >>> opposite("Approved by clerk", "REJECTED by clerk"), opposite("Paid", "Not paid"), opposite("Ship", "Dispatch")
    (True, True, False)
    """
    texts = folded(a), folded(b)
    for yes, no in (texts, texts[::-1]):
        if any(re.search(rf"\b({x})", yes) and re.search(rf"\b({y})", no) for x, y in OPPOSITES):
            return True
    words = [set(text.split()) for text in texts]
    return bool(words[0] & DENIALS) != bool(words[1] & DENIALS)


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
