"""What did stitching do? Which ids were merged, which were never seen, and which merges look wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from cxkit.cached import cached_property
from cxkit.words import many, percent, safe, short

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SHOWN = 10
MANY_IDS, MANY_TIMES = 10, 10  # house: so many ids in one group, and so many times the usual, are suspicious


class Pairs:
    """Pairs of ids that are the same, as they were given and as groups."""

    def __init__(self, table: pa.Table) -> None:
        listed = zip(table["a"].to_pylist(), table["b"].to_pylist(), strict=True)
        self.given = table.num_rows
        filled = [(a, b) for a, b in listed if _filled(a) and _filled(b)]
        self.empty = self.given - len(filled)
        self.used = sorted({(a, b) for a, b in filled if a != b})
        self.alone = {a for a, b in filled if a == b}

    @cached_property
    def ids(self) -> set[str]:
        """Every id of the table."""
        return {member for pair in self.used for member in pair} | self.alone

    @cached_property
    def groups(self) -> dict[str, list[str]]:
        """The ids that are one, under the one that is kept: the shortest, then the first in the alphabet."""
        members: dict[str, list[str]] = {}
        for member, root in _joined(self.used).items():
            members.setdefault(root, []).append(member)
        ordered = (sorted(group, key=lambda member: (len(member), member)) for group in members.values())
        return {group[0]: group for group in sorted(ordered, key=lambda group: (-len(group), len(group[0]), group[0]))}

    @cached_property
    def conflicts(self) -> dict[str, list[str]]:
        """The ids of the first column that are said to be several ids of the second."""
        others_of: dict[str, list[str]] = {}
        for member, other in self.used:
            others_of.setdefault(member, []).append(other)
        return {member: others for member, others in others_of.items() if len(others) > 1}


def _filled(member: str | None) -> bool:
    return member is not None and bool(member.strip(" "))


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """One id of its group for each id: union by size, with the ways halved on every look (Tarjan, van Leeuwen 1984)."""
    above: dict[str, str] = {}
    size: Counter[str] = Counter()

    def root(member: str) -> str:
        while (higher := above.setdefault(member, member)) != member:
            above[member] = member = above[higher]
        return member

    for left, right in pairs:
        a, b = root(left), root(right)
        if a != b:
            low, high = (a, b) if size[a] <= size[b] else (b, a)
            above[low] = high
            size[high] += size[low] + 1
    return {member: root(member) for member in list(above)}


@dataclass(frozen=True, repr=False, eq=False)
class Identities:
    """What stitching did to the ids of a column: merges, orphans, conflicts and warnings.

    `.df()` has a row for each id that was joined to another, `.groups()` one per group, `.orphans()` one per id that
    only the key table or only the log has, `.conflicts()` one per id that is said to be several.
    """

    column: str
    words: tuple[str, str]
    pairs: Pairs
    seen: dict[str, int]

    @classmethod
    def of(cls, column: str, id: str, same_as: str, pairs: Pairs, seen: pa.Table) -> Identities:
        """The identities of a column, with how many rows each of its ids has."""
        rows = dict(zip(seen["id"].to_pylist(), seen["rows"].to_pylist(), strict=True))
        return cls(column, (id, same_as), pairs, rows)

    @cached_property
    def kept(self) -> pa.Table:
        """The ids that are replaced, and by which."""
        import pyarrow as pa

        replaced = [(member, kept) for kept, group in self.pairs.groups.items() for member in group[1:]]
        text = pa.string()
        return pa.table(
            {"id": pa.array([a for a, _ in replaced], text), "kept": pa.array([b for _, b in replaced], text)}
        )

    def df(self) -> pd.DataFrame:
        """A row for each id that is one with others, groups of many ids first.

        Columns: `id`, `kept` (the id that stands for it), `ids` (in its group), `rows` (of the log that have it).
        """
        import pandas as pd

        groups = self.pairs.groups.items()
        rows = [(member, kept, len(group), self.seen.get(member, 0)) for kept, group in groups for member in group]
        return pd.DataFrame(rows, columns=["id", "kept", "ids", "rows"])

    def groups(self) -> pd.DataFrame:
        """A row for each group of ids that are one, those of many ids first.

        Columns: `kept`, `ids` (in the group), `seen` (of them in the log), `rows` (of the log).
        """
        import pandas as pd

        rows = [
            (
                kept,
                len(group),
                sum(member in self.seen for member in group),
                sum(self.seen.get(member, 0) for member in group),
            )
            for kept, group in self.pairs.groups.items()
        ]
        return pd.DataFrame(rows, columns=["kept", "ids", "seen", "rows"])

    def orphans(self) -> pd.DataFrame:
        """A row for each id that only one side has. Columns: `id`, `only_in` (keys or log), `rows` (of the log)."""
        import pandas as pd

        rows = [(member, "keys", 0) for member in sorted(self.unseen)] + [
            (member, "log", self.seen[member]) for member in self.keyless
        ]
        return pd.DataFrame(rows, columns=["id", "only_in", "rows"])

    def conflicts(self) -> pd.DataFrame:
        """A row for each id that the key table says to be several others, the most first.

        They are all made one. Columns: `id`, `others` (how many), `examples`.
        """
        import pandas as pd

        several = sorted(self.pairs.conflicts.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return pd.DataFrame(
            [(member, len(others), others[:SHOWN]) for member, others in several], columns=["id", "others", "examples"]
        )

    @cached_property
    def unseen(self) -> set[str]:
        """The ids of the key table that the log does not have."""
        return self.pairs.ids - self.seen.keys()

    @cached_property
    def keyless(self) -> list[str]:
        """The ids of the log that the key table does not have."""
        return [member for member in self.seen if member not in self.pairs.ids]

    @cached_property
    def _merged(self) -> list[list[str]]:
        """The ids of the log in each group that has some."""
        groups = ([member for member in group if member in self.seen] for group in self.pairs.groups.values())
        return [group for group in groups if group]

    @property
    def after(self) -> int:
        """How many different ids the column has after stitching."""
        return len(self.seen) - sum(len(group) - 1 for group in self._merged)

    @cached_property
    def warnings(self) -> tuple[str, ...]:
        """What looks wrong: a key table of something else, a group too large to be one person."""
        suspicions = []
        if self.pairs.ids and self.seen and not self.pairs.ids & self.seen.keys():
            suspicions.append(f'No id of the key table is in "{self.column}". Are these its ids, and written alike?')
        sizes = sorted(len(group) for group in self._merged)
        if sizes and sizes[-1] >= MANY_IDS:
            usual = median([*sizes[:-1], *[1] * len(self.keyless)] or [1])
            if sizes[-1] >= MANY_TIMES * usual:
                suspicions.append(self._suspicion(max(self._merged, key=len)))
        return tuple(suspicions)

    def _suspicion(self, group: Sequence[str]) -> str:
        """Why the largest group may be a mistake, and the id that holds it together."""
        inside = set(next(ids for ids in self.pairs.groups.values() if group[0] in ids))
        links = Counter(member for pair in self.pairs.used if pair[0] in inside for member in pair)
        hub, count = max(links.items(), key=lambda entry: (entry[1], entry[0]))
        rows = sum(self.seen[member] for member in group)
        share = rows / sum(self.seen.values())
        return (
            f"{many(len(group))} ids of the log became one, with {percent(share)} of its rows. Is that one person? "
            f'"{short(hub)}" is in {many(count)} of its pairs; if it stands for nobody, take it out of the key table.'
        )

    @property
    def note(self) -> str:
        """What was done, and what looks wrong, in a line."""
        return " ".join((self.head, *map(safe, self.warnings)))

    @property
    def head(self) -> str:
        """What was done, in a sentence."""
        joined = sum(map(len, self.pairs.groups.values()))
        pairs, groups = many(len(self.pairs.used), "pair"), many(len(self.pairs.groups), "group")
        return safe(
            f'Stitched "{self.column}": {many(len(self.seen))} ids became {many(self.after)}; {pairs} of '
            f'"{self.words[0]}" and "{self.words[1]}" join {many(joined)} ids into {groups}.'
        )

    @property
    def counted(self) -> dict[str, str]:
        """What else is known of keys and ids, as label and text."""
        pairs, unseen, keyless = self.pairs, len(self.unseen), len(self.keyless)
        copies = pairs.given - pairs.empty - len(pairs.used) - len(pairs.alone)
        facts = {
            "not in the log": f"{many(unseen)} of {many(len(pairs.ids))} ids of the key table" if unseen else "",
            "without a key": f"{many(keyless)} of {many(len(self.seen))} ids of the log" if keyless else "",
            "said to be several": f"{many(len(pairs.conflicts))} ids, which makes those one" if pairs.conflicts else "",
            "pairs left out": f"{many(pairs.empty)} with an empty id" if pairs.empty else "",
            "pairs of no use": f"{many(len(pairs.alone) + copies)} (an id with itself, or again)"
            if pairs.alone or copies
            else "",
        }
        return {fact: text for fact, text in facts.items() if text}
