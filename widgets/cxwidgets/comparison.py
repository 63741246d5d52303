"""Two sides picked and compared: groups, periods or saved views; a click opens the journeys on either side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cxkit as cx
from cxkit.errors import InputError
from cxkit.views.picture import Picture
from cxkit.where.filter import Filter, all_of
from cxkit.words import safe
from cxwidgets.keeping.saved import Saved
from cxwidgets.modules import script
from cxwidgets.panel import Action, Drawn
from cxwidgets.picture import MISSING, MOST_UNKNOWN, Choosing, Keyed, Row

GROUPS, PERIODS, VIEWS = "by:", "periods", "views"
REST, EACH = "", "each"
SEEN = {"list": "As sentences", "map": "As a map"}
ALWAYS = ("stage", "outcome", "activity")  # items whose journeys can be opened, whether they differ or not
MOST_VALUES = 50
ROOM = (1_000, 590)  # of the map, in pixels
NOTHING = "There is nothing to compare here: this log has no attributes of journeys, no dates and no saved views."


class Comparing(Choosing):
    """What two sides do differently: what is compared is picked from what there is, and looked up again."""

    _esm = script("panels/compare.js")
    name = "compare"

    def __init__(self, board: Any, name: str = "") -> None:
        self.what = self.left = self.right = ""
        self.view = "list"
        super().__init__(board, name)
        self.label = "Compare"

    def _begin(self) -> None:
        self._attributes, self._by, self._usual_by = [], "", ""
        names = [name for name in self._breakdowns() if name]
        self._names, self._sides, self._unknown = names, dict[str, list[str]](), set[str]()
        self.what = self._first()
        self._usual_what = self.what
        self._start()

    def _first(self) -> str:
        """The attribute of fewest values that most journeys have; else periods."""
        several = [name for name in self._names if len(self.values(name)) > 1]
        usual = min(several, key=lambda name: (name in self._unknown, len(self.values(name))), default="")
        return f"{GROUPS}{usual}" if usual else PERIODS if self._days else ""

    def values(self, name: str) -> list[str]:
        """The values of an attribute, the most frequent first."""
        if name not in self._sides:
            told = self.board.base.values(of=name).table.to_pylist()
            self._sides[name] = [row["value"] for row in told[:MOST_VALUES]]
            missing = sum(row["share"] for row in told if row["value"] == MISSING)
            self._unknown |= {name} if missing > MOST_UNKNOWN else set()
        return self._sides[name]

    @property
    def _days(self) -> list[str]:
        """The months of the log after the first, the last of them first."""
        if PERIODS not in self._sides:
            months = self.board.base.over_time(per="month").table["first_day"].to_pylist()
            self._sides[PERIODS] = [day.isoformat() for day in months[:0:-1]]
        return self._sides[PERIODS]

    @property
    def _views(self) -> list[str]:
        return Saved(self.board.base).names

    # ---- what can be picked ------------------------------------------------------------------------------------------

    @property
    def whats(self) -> Mapping[str, str]:
        """What can be compared, and what that is called."""
        offered = {f"{GROUPS}{name}": f"Groups by {safe(name)}" for name in self._names if len(self.values(name)) > 1}
        offered |= {PERIODS: "Before and since a day"} if self._days else {}
        return offered | ({VIEWS: "Saved views"} if self._views else {})

    @property
    def lefts(self) -> Mapping[str, str]:
        """What can stand on the left."""
        if self.what == PERIODS:
            return {day: f"before {day}" for day in self._days}
        each = {EACH: "Each against the rest"} if self.what.startswith(GROUPS) else {}
        return {name: safe(name) for name in self._options} | each

    @property
    def rights(self) -> Mapping[str, str]:
        """What can stand on the right."""
        if self.what == PERIODS or self.left == EACH:
            return {}
        return {name: safe(name) for name in self._options if name != self.left} | {REST: "The rest"}

    @property
    def _options(self) -> list[str]:
        return self._views if self.what == VIEWS else self.values(self.what.removeprefix(GROUPS)) if self.what else []

    def _start(self) -> None:
        """With the first two that there are."""
        lefts = list(self.lefts)
        self.left = lefts[0] if lefts else ""
        self.right = next(iter(self.rights), REST)

    # ---- what the browser asks ---------------------------------------------------------------------------------------

    @property
    def actions(self) -> Mapping[str, Action]:
        picks: Mapping[str, Action] = {"what": self.pick, "left": self.pick_left, "right": self.pick_right}
        return {"choose": self.choose, **picks, "see": self.see, "swap": self.swap}

    def pick(self, to: str) -> None:
        """Compare something else."""
        self.what = _among(to, self.whats)
        self._start()
        self._anew()

    def pick_left(self, to: str) -> None:
        """Put this on the left; the rest on the right, if it was there already."""
        self.left = _among(to, self.lefts)
        self.right = self.right if self.right in self.rights else REST
        self._anew()

    def pick_right(self, to: str) -> None:
        """Put this on the right."""
        self.right = _among(to, self.rights)
        self._anew()

    def see(self, to: str) -> None:
        """See it as sentences or as a map."""
        self.view = _among(to, SEEN)
        self.show(self.drawn())

    def swap(self) -> None:
        """Turn the sides round."""
        if not self.rights or not self.right:
            raise ValueError("the rest is no group of its own")
        self.left, self.right = self.right, self.left
        self._anew()

    def _anew(self) -> None:
        self.board.put(self.name, None)
        self.show(self.drawn())

    @property
    def kept(self) -> dict[str, Any]:
        told = {"what": self.what, "left": self.left, "right": self.right, "seen": self.view}
        return {} if self._is_usual() else told

    def _is_usual(self) -> bool:
        lefts = list(self.lefts)
        first = self.what == self._usual_what and self.left == (lefts[0] if lefts else "")
        return first and self.right == next(iter(self.rights), REST) and self.view == "list"

    def keep(self, kept: Mapping[str, Any]) -> None:
        if kept.get("what") in self.whats:
            self.what = kept["what"]
            self._start()
            self.left = kept["left"] if kept.get("left") in self.lefts else self.left
            self.right = kept["right"] if kept.get("right") in self.rights else next(iter(self.rights), REST)
        self.view = kept["seen"] if kept.get("seen") in SEEN else self.view

    # ---- what is seen ------------------------------------------------------------------------------------------------

    @property
    def how(self) -> Any:
        return self.alive, self.by, self.what, self.left, self.right, self.view

    def draw(self) -> Drawn:
        return super().draw() if self.what else Drawn(said=NOTHING)

    def result(self, journeys: cx.Journeys, by: str = "") -> cx.Result:
        return journeys.compare(**self._asked())

    def _asked(self) -> Mapping[str, Any]:
        if self.what == PERIODS:
            return {"before": self.left}
        if self.what == VIEWS:
            return {"left": self._view(self.left)} | ({"right": self._view(self.right)} if self.right else {})
        attribute = self.what.removeprefix(GROUPS)
        if self.left == EACH:
            return {"by": attribute}
        return {"by": attribute, "left": self.left} | ({"right": self.right} if self.right else {})

    def _view(self, name: str) -> Filter:
        """What a saved view keeps, as one filter."""
        clauses = tuple(Saved(self.board.base).read(name, _Everybody()).clauses.values())
        if not clauses:
            raise InputError(f'The view "{name}" keeps all journeys, so there is nothing to compare it with.')
        return clauses[0] if len(clauses) == 1 else all_of(clauses)

    def sketch(self, journeys: cx.Journeys, how: Any) -> Drawn:
        drawn = super().sketch(journeys, how[:2])
        switches = [
            ["what", "What to compare", self.what, [*self.whats.items()]],
            ["left", "Left side", self.left, [*self.lefts.items()]],
            *([["right", "Right side", self.right, [*self.rights.items()]]] if self.rights else []),
            ["see", "How to see it", self.view, [*SEEN.items()]],
        ]
        facts = {**drawn.facts, "switches": switches, "swap": bool(self.rights and self.right)}
        return Drawn(drawn.markup, drawn.marks, drawn.said, drawn.failed, facts, drawn.choices)

    def filters(self, row: Row, journeys: cx.Journeys, parameters: Mapping[str, Any]) -> dict[str, Filter]:
        if not row["significant"] and row["kind"] not in ALWAYS:
            return {}
        return super().filters(row, journeys, parameters)

    def pictured(self, result: cx.Result, keyed: Keyed) -> tuple[Picture | None, dict[str, Any]]:
        room: Mapping[str, Any] = {"size": ROOM} if self.view == "map" and self.left != EACH else {}
        return result.chart(keyed=keyed, show=self.view, **room), {}

    @property
    def _must_break_down(self) -> bool:
        return False


class _Everybody:
    """Owners of clauses: a view's clauses are read whoever made them."""

    def __contains__(self, owner: object) -> bool:
        return True


def _among(to: object, offered: Mapping[str, str]) -> str:
    """What the browser sent, if it is among what was offered."""
    if not isinstance(to, str) or to not in offered:
        raise ValueError(to)
    return to
