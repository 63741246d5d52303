"""The intake: from a file to the board in five clicks, with every guess shown and every choice written as Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import ipywidgets
import traitlets as t

import cxkit as cx
from cxkit import places, scratch
from cxkit.times import zone_of
from cxkit.views import theme
from cxkit.words import many
from cxwidgets.board import Board
from cxwidgets.intake import naming
from cxwidgets.intake.draft import Checked, Draft
from cxwidgets.intake.upload import BROKEN, ENDINGS, PIECE, Upload
from cxwidgets.intake.working import Working
from cxwidgets.modules import script, style
from cxwidgets.panel import Action, Drawn, answerable

CHOOSE, ROLES, GOALS, PREPARE, EXPLORE = range(1, 6)
ROWS, LONGEST_CELL = 8, 80
STILL = '<p class="cx-note">Where this notebook runs, a log of your own can be brought in here.</p>'
Taken = tuple[Checked, list[list[str]]]


class Intake(Working):
    """Which file, which columns, which goals? From a log to its board, in five clicks.

    Parameters
    ----------
    source : a file to begin with; without one it is chosen in the browser.
    folder : where the stores go, each under a name of its own.

    Afterwards `.journeys` and `.board` are for the next cell, and `.code` is the Python that repeats it.
    """

    _esm = script("panels/intake.js")
    _css: Any = theme.STYLE + style("intake.css")
    receiving = t.Dict().tag(sync=True)
    name = "intake"
    _draft: Draft | None
    _checked: Checked | None
    _board: Board | None
    _rows: list[list[str]]
    _code: str
    _made: dict[str, Any]

    def __init__(self, source: str | Path | None = None, *, folder: str | Path = "stores") -> None:
        super().__init__()
        self.folder = Path(folder)
        self._box = ipywidgets.VBox([self])
        self._zone, self._zone_is_set = "UTC", False
        self._logs = 0
        self._upload: Upload | None = None
        self._forget()
        if source is not None:
            self._take_up(Path(source).as_posix(), self._read(Path(source), None))
        self.show(self.drawn())

    @property
    def journeys(self) -> cx.Journeys:
        """The journeys that were prepared, with goals and cancels as tags."""
        return self.board.base

    @property
    def board(self) -> Board:
        """The board that explores them."""
        if self._board is None:
            raise cx.CxError(
                "There are no journeys yet. Choose a file in the intake and prepare it, then run this again."
            )
        return self._board

    @property
    def code(self) -> str:
        """The Python that repeats what was chosen."""
        if self._code:
            return self._code
        return self._checked.code(self._source, self._target.as_posix()) if self._checked and self._ready else ""

    # ---- what the browser may ask for ----

    @property
    def actions(self) -> Mapping[str, Action]:
        if self._preparing:
            return {"here": self.here, "stop": self.stop}
        names = "here begin piece cancel lost assign place mark call go restart prepare"
        return {name: getattr(self, name) for name in names.split()}

    def here(self, zone: str) -> None:
        """The browser's own time zone; taken once, unless one was chosen."""
        if not self._zone_is_set and _is_zone(zone):
            self._zone, self._zone_is_set = zone, True
            if self._draft and self._step == ROLES:
                self._try(self._draft.place(zone))

    def begin(self, name: str, size: int) -> None:
        """A file is coming."""
        self.restart()
        self._upload = Upload(name, size)
        self._tell_received(self._upload)

    def piece(self, upload: int, piece: int, chunk: bytes) -> None:
        """The next piece of it; pieces of a file that is no longer wanted are passed over."""
        coming = self._upload
        if coming is None or coming.number != upload:
            return
        try:
            coming.take(piece, chunk)
        except cx.CxError:
            self.cancel()
            raise
        self._tell_received(coming)
        if coming.whole:
            self.work(lambda _: self._read(coming.path, coming.name), partial(self._take_up, coming.name))

    def cancel(self) -> None:
        """The file that is coming is not wanted any more."""
        self.overtake()
        self._drop_upload()
        self.show(self.drawn())

    def lost(self) -> None:
        """The browser could not read the file to its end."""
        self.cancel()
        raise cx.CxError(BROKEN)

    def assign(self, column: int, role: str) -> None:
        """A column has this role."""
        self._try(self._known().assign(column, role))

    def place(self, zone: str) -> None:
        """Times without an offset are local times of this zone."""
        draft = self._known().place(zone)
        self._zone, self._zone_is_set = zone, True
        self._try(draft)

    def mark(self, activity: int) -> None:
        """An activity is a goal; again a cancel; again neither."""
        if not self._ready or not self._checked or not self._checked.trial or activity < 0:
            raise ValueError(activity)
        self._draft = self._known().mark(self._checked.trial.activities[activity][0])
        self._checked = replace(self._checked, draft=self._draft)
        self.show(self.drawn())

    def call(self, name: str) -> None:
        """The store has this name."""
        self._name = str(name).strip()[: 2 * naming.LONGEST]
        self.show(self.drawn())

    def go(self, step: int) -> None:
        """Show another step, as far as one may."""
        last = ROLES if not self._ready else EXPLORE if self._board else PREPARE
        if step not in range(ROLES, last + 1) or not self._draft:
            raise ValueError(step)
        self._step = step
        self.show(self.drawn())

    def restart(self) -> None:
        """Back to the first step, with nothing chosen."""
        self._forget()
        self._box.children = (self,)
        self.cancel()

    def prepare(self, name: str) -> None:
        """Build the store and show its board."""
        self.call(name)
        if fault := naming.fault(self.folder, self._name):
            raise cx.CxError(fault)
        if self._checked is None or self._checked.log is None or not self._ready:
            raise cx.CxError("Settle the columns first.")
        log, target = self._checked.log, self._target
        self._preparing = True
        self.work(lambda tell: cx.prepare(log, target, progress=tell), self._explore)

    # ---- how it goes on ----

    def draw(self) -> Drawn:
        facts = {
            "step": self._step,
            "log": self._logs,
            "endings": list(ENDINGS),
            "piece": PIECE,
            "ready": self._ready,
            "explored": self._board is not None,
            "store": {
                "name": self._name,
                "folder": places.called(self.folder),
                "fault": naming.fault(self.folder, self._name),
                "note": naming.note(self.folder, self._name),
            },
            "made": self._made,
        }
        if self._draft and self._checked:
            facts |= {"rows": self._rows, "source": places.called(self._source)}
            facts |= {**self._draft.facts(), **self._checked.facts()}
        return Drawn(facts=facts)

    def still(self) -> str:
        return STILL

    def fail(self, said: str) -> None:
        self._preparing = False
        if self._step == CHOOSE:
            self._drop_upload()
        super().fail(said)

    def _forget(self) -> None:
        self._step = CHOOSE
        self._draft = None
        self._checked = None
        self._board = None
        self._rows, self._made = [], {}
        self._source = self._name = self._code = ""
        self._preparing = False

    def _drop_upload(self) -> None:
        if self._upload:
            self._upload.drop()
        self._upload, self.receiving = None, {}

    def _tell_received(self, coming: Upload) -> None:
        said = {"upload": coming.number, "name": coming.name, "size": coming.size, "received": coming.received}
        self.receiving = said

    def _known(self) -> Draft:
        if self._draft is None:
            raise cx.CxError("Choose a file first.")
        return self._draft

    @property
    def _ready(self) -> bool:
        return self._checked is not None and self._checked.draft is self._draft and self._checked.ready

    @property
    def _target(self) -> Path:
        return self.folder / self._name

    def _read(self, path: Path, name: str | None) -> Taken:
        try:
            log = cx.read(path, name=name)
            return Draft.of(log, on_disk=name is None).place(self._zone).checked(), _first_rows(log)
        except cx.CxError as error:
            raise cx.CxError(str(error).replace(path.name, name) if name else str(error)) from None

    def _take_up(self, source: str, taken: Taken) -> None:
        self._checked, self._rows = taken
        self._draft, self._step, self._source = self._checked.draft, ROLES, source
        self._name = naming.suggested(Path(source).name)
        self._logs += 1
        self.show(self.drawn())

    def _try(self, draft: Draft) -> None:
        """Show what was said at once, and what it gives as soon as that is known."""
        self._draft = draft
        self.show(self.drawn())
        self.work(lambda _: draft.checked(), self._hold)

    def _hold(self, checked: Checked) -> None:
        self._checked = checked
        self.show(self.drawn())

    def _explore(self, journeys: cx.Journeys) -> None:
        self._preparing = False
        kept = self._keep()
        journeys = cx.open(self._target)
        for tag, filter_ in self._known().filters(journeys).items():
            journeys = journeys.tag(tag, filter_)
        self._board, self._step = Board(journeys), EXPLORE
        self._board.linked = False  # the page is about bringing data; the address of the explorer says what is shown
        self._board.show()
        self._box.children = (self, self._board.box().add_class("cxi-below"))
        if self._checked:
            self._code = self._checked.code(self._source, self._target.as_posix(), journeys.recipe)
        self._made = self._described(journeys, kept)
        self.show(self.drawn())

    def _described(self, journeys: cx.Journeys, kept: str) -> dict[str, Any]:
        made, target = journeys.provenance, self._called(self._target)
        dropped = ", ".join(f"{many(count)} {reason}" for reason, count in made.dropped.items())
        left = f"Rows left out: {dropped}." if dropped else "No row was left out."
        return {
            "figures": [str(journeys.n), f"{many(made.events)} events", f"store {target}"],
            "notes": [left, *made.losses, *made.notes, kept],
            "name": self._name,
            "code": self._code.replace(repr(self._target.as_posix()), repr(target)),
        }

    def _keep(self) -> str:
        """Write what was settled into the store's engagement file; says where, or why not."""
        file = self._target / "engagement.toml"
        try:
            old = cx.Engagement.load(file) if file.exists() else None
            if self._checked is not None:
                self._checked.engagement(self._target, old).save(file)
        except cx.CxError as error:
            return f"What was settled could not be kept: {places.unplaced(str(error), self.folder.absolute())}"
        kept = self._called(file)
        return f"What was settled is kept in {kept}: goals, stages, needs and costs have their place there."

    def _called(self, path: Path) -> str:
        """How the page names a place in the folder of stores."""
        return (Path(places.called(self.folder)) / path.relative_to(self.folder)).as_posix()

    @property
    def folders(self) -> Sequence[Path]:
        return (self.folder.absolute(), Path(self._source).absolute().parent)

    def _repr_mimebundle_(self, **words: Any) -> Any:
        still = {"text/html": self.still()}
        if not answerable():
            return still
        return {**self._box._repr_mimebundle_(**words), **still}, {scratch.MADE_BY: scratch.own().name}


def _first_rows(log: cx.Log) -> list[list[str]]:
    return [[_cell(value) for value in row] for row in log.head(ROWS).itertuples(index=False)]


def _cell(value: object) -> str:
    text = "" if value is None or value != value else str(value)
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"


def _is_zone(zone: object) -> bool:
    try:
        zone_of(str(zone))
    except cx.CxError:
        return False
    return True
