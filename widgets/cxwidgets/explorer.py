"""The explorer: a board's panels as one page that never scrolls: bar, selection, map, side, drawer, more by tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import ipywidgets

from cxkit import places
from cxkit.views.theme import NO_MATH
from cxkit.words import many
from cxwidgets.chart import library
from cxwidgets.modules import script, style
from cxwidgets.panel import Action, Drawn, View
from cxwidgets.panels import is_panel, panel_of
from cxwidgets.picture import Pictured
from cxwidgets.times.durations import Durations

if TYPE_CHECKING:
    from cxwidgets.board import Board

TABS = {
    "map": "Map",
    "findings": "Findings",
    "variants": "Variants",
    "steps": "Steps",
    "time": "Time",
    "compare": "Compare",
    "customers": "Customers",
    "data": "Data",
}
PAGES: Mapping[str, Sequence[str]] = {
    "findings": ("memo", "bets"),
    "variants": ("families", "variants", "journeys", "diary"),
    "steps": ("funnel", "path_tree", "step_matrix", "follow_matrix", "rework", "time_to_goal", "retention"),
    "time": (
        "over_time",
        "change_points",
        "time_of_week",
        "dotted_chart",
        "performance_spectrum",
        "durations",
        "moves",
    ),
    "compare": ("compare",),
    "customers": ("journeys", "diary"),
    "data": ("source", "attrition", "log_coverage", "data_plan"),
}
WHEN = {"overview": "Over time", "durations": "Durations", "moves": "Waiting"}
EACH = {"dotted_chart": "Each journey", "performance_spectrum": "One step"}
BESIDE = ("over_time", "change_points", "time_of_week", *EACH)  # pictures of a page that stand beside others
ASKED = {
    "funnel": "How far", "path_tree": "Where to", "step_matrix": "Step by step", "follow_matrix": "What follows",
    "rework": "Again", "time_to_goal": "How soon", "retention": "Who comes back",
}  # fmt: skip
ABOUT = {"data_plan": "Questions", "attrition": "What choices cost", "log_coverage": "Ways never seen"}
SWITCHES: Mapping[str, Sequence[tuple[str, Mapping[str, str], str]]] = {
    "steps": (("asked", ASKED, "What to ask of steps"),),
    "time": (("when", WHEN, "What to look at over time"), ("each", EACH, "How to see single journeys")),
    "data": (("about", ABOUT, "What to know of the data"),),
}
THIRD = {"segments": "Groups", "moves": "Waiting"}
SIDE = {"variants": "Ways", "durations": "Durations", **THIRD}
FIRST = ("process_map", "variants", "durations", "segments")  # what is drawn before anybody asks
TOLD = ("process_map", "variants", "durations", "moves", "segments")  # what stands where there is no kernel
DOUBTED = ("time", "goals")  # what the figures of the page rest on
TOOLS: Sequence[str] = ("views",)  # panels at the right end of the bar


class Switch(View):
    """A row of tabs: which one is up is a matter of the page alone, so the browser keeps it."""

    _esm = script("panels/explorer.js")
    _css = style("panel.css") + style("chart.css") + style("explorer.css")
    name = "switch"

    def __init__(self, board: Board, way: str, tabs: Mapping[str, str], label: str) -> None:
        super().__init__(board)
        self.way, self.tabs, self.label = way, tabs, label

    def draw(self) -> Drawn:
        return Drawn(facts={"way": self.way, "tabs": [[*pair] for pair in self.tabs.items()]})

    def still(self) -> str:
        return ""


class Bar(Switch):
    """The bar: the tabs, undo and redo, and the code that repeats the choices."""

    name = "bar"

    def __init__(self, board: Board) -> None:
        super().__init__(board, "tab", TABS, "What to look at")

    @property
    def actions(self) -> Mapping[str, Action]:
        return {"undo": self.board.undo, "redo": self.board.redo}

    def draw(self) -> Drawn:
        board = self.board
        steps = {"can_undo": board.can_undo, "can_redo": board.can_redo}
        code = board.code_of(places.called(board.base.folder))
        return Drawn(facts={**super().draw().facts, **steps, "code": code})


class Handle(View):
    """The line at the foot of the page that opens the drawer."""

    _esm = script("panels/explorer.js")
    name = "handle"

    def draw(self) -> Drawn:
        n = self.board.journeys.n
        trust = n.doubted().about(DOUBTED, self.name) if n.doubted else None
        told = [[doubt.brief, doubt.full] for doubt in trust.doubts] if trust else []
        facts = {"words": f"{many(n.journeys, 'journey')} and their events", "line": trust.line if trust else ""}
        return Drawn(facts={"way": "drawer", "doubts": told, **facts})

    def still(self) -> str:
        return ""


def explorer(board: Board) -> Any:
    """The page, as one widget: a grid of the board's panels."""
    strip = board.panel("filters")
    bar, handle = _drawn(board, Bar(board)), _drawn(board, Handle(board))
    chart, side = board.panel("process_map"), [_small(board, name) for name in SIDE]
    third = _drawn(board, Switch(board, "third", THIRD, "What else to compare"))
    which = _drawn(board, Switch(board, "side", SIDE, "Which picture"))
    grid = _box(
        "explorer",
        _box("bar", board.panel("store"), bar.add_class("cxw-lead"), *map(board.panel, TOOLS)),
        _box("strip", strip, board.panel("figures")),
        _box("map", chart),
        _box("side", which.add_class("cxw-which"), third.add_class("cxw-third"), *side),
        *(_box("page", *_page(board, tab)).add_class(f"cxw-on-{tab}") for tab in PAGES),
        _box("drawer", handle, _waiting(board, "journeys"), _waiting(board, "diary")),
    )
    return _box("frame", grid)


def laid_out(board: Board) -> str:
    """The first pictures where they will be, until the page is alive."""
    shown = {panel.name: panel.markup for panel in reversed(board.panels)}
    side = "".join(f'<div class="cxw-{name}">{shown[name]}</div>' for name in FIRST[1:])
    return (
        f'<div class="cxw-frame {NO_MATH}"><style>{style("explorer.css")}</style><div class="cxw-explorer">'
        f'<div class="cxw-map">{shown[FIRST[0]]}</div><div class="cxw-side">{side}</div></div></div>'
    )


def told(board: Board) -> str:
    """The pictures below each other, where nobody will ever answer."""
    return "".join(panel_of(name, board).standing() for name in TOLD)


def _page(board: Board, tab: str) -> list[View]:
    """What a tab shows: its switches, and its panels, drawn when they are looked at."""
    switches = [_drawn(board, Switch(board, *words)).add_class(f"cxw-{words[0]}") for words in SWITCHES.get(tab, ())]
    return [*switches, *(_waiting(board, name).add_class(f"cxw-{name}") for name in PAGES[tab] if is_panel(name))]


def _small(board: Board, name: str) -> View:
    """A panel of the side; one that is behind another waits."""
    panel = panel_of(name, board)
    if isinstance(panel, Pictured):
        panel.shrink()
    _scale(panel)
    return (_drawn if name in FIRST else _kept)(board, panel).add_class(f"cxw-{name}")


def _waiting(board: Board, name: str) -> View:
    """The panel of that name in full size, which is drawn when a page shows it."""
    full = (panel for panel in board.panels if panel.name == name and not getattr(panel, "small", False))
    return next(full, None) or _kept(board, _beside(_live(panel_of(name, board))))


def _beside(panel: View) -> View:
    """The panel, drawn for the room that it has beside others."""
    return panel.shrink() if isinstance(panel, Pictured) and panel.name in BESIDE else panel


def _live(panel: View) -> View:
    """The panel, whose charts the page draws from the first on: no picture has to stand in for them."""
    if isinstance(panel, Pictured):
        panel.lib = library()
        panel.alive = bool(panel.lib.source)
    return _scale(panel)


def _scale(panel: View) -> View:
    """The panel, with bars of equal width."""
    if isinstance(panel, Durations):
        panel.scale = "log"
    return panel


def _drawn(board: Board, panel: View) -> View:
    _joined(board, panel).show(panel.drawn())
    return panel


def _kept(board: Board, panel: View) -> View:
    return _joined(board, panel).put_away()


def _joined(board: Board, panel: View) -> View:
    """The panel, as one of the board's, showing what a link says of it."""
    panel.take(board.elsewhere.get(panel.name, {}))
    board.panels.append(panel)
    return panel


def _box(name: str, *parts: Any) -> Any:
    return ipywidgets.Box(parts).add_class(f"cxw-{name}")
