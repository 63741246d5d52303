"""Making and opening journey stores."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxkit import places
from cxkit.append import append as appending
from cxkit.errors import InputError
from cxkit.facts.bound import bound
from cxkit.journeys import Journeys
from cxkit.log import Log
from cxkit.progress import stepping
from cxkit.store import changes, digests, manifest
from cxkit.store import prepare as preparing
from cxkit.store.engine import Engine, engine_of
from cxkit.store.geometry import geometry
from cxkit.store.star import Star

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement

ENGAGEMENT, SAMPLE = "engagement.toml", "sample"
Told = Callable[[str, float], object]


def prepare(
    log: Log,
    folder: str | Path,
    *,
    append: bool = False,
    contract: Mapping[str, str] | None = None,
    engine: Any = None,
    progress: bool | Told = True,
) -> Journeys:
    """Build the journey store of a log, once: afterwards `cx.open(folder)`.

    Parameters
    ----------
    log : what `cx.read` gave, with its roles if they were set.
    folder : where the store goes. A store that is there is replaced in one step, and stays readable until then.
    append : whether the log is a later part, such as a month, of the log whose store is there. It is read under that
        store's mapping: the columns of its roles must be there under the same names, unless the log was given roles.
        The store then is what preparing all parts together would make, with attributes at the levels that the first
        part showed: rows with the same time come in the order of the parts. What is known keeps its numbers, and the
        same part again changes nothing. `.changes` of the journeys says how the part differs from what was there.
    contract : for an append, which differences are refused: a word for each check that `.changes` can name, "report"
        or "refuse". All are reported when not given, but for "overlap" (rows that are in the store already), which is
        refused; it may also say "leave out". An engagement holds it as `.contract_words`.
    engine : None for DuckDB, or a Spark session. DuckDB reads and codes the source on this machine either way; the
        session's executors must see the folder.
    progress : whether to show a bar when it takes longer than a second, on a terminal or in a notebook; or a function
        that is told the name of each step before it starts and the share that is done, from 0 to 1, and at last that
        all is done. An error that it raises ends the work; what was in the folder stays as it was.

    Returns the Journeys of the new store, bound to the `engagement.toml` in its folder if there is one. Rows that could
    not be used are counted in `.manifest.dropped` and kept in `.rejected()`. Preparing the same source with the same
    roles again changes nothing and costs nothing.

    Errors: a log without usable rows, too many activities, a folder that cannot be written or is being prepared, a
    contract without an append; for an append also no store that is there, a missing column of a role, and what the
    contract refuses.

    >>> import cxkit as cx
    >>> log = cx.read(cx.toy_table()).roles(journey="order", activity="step", time="when", customer="client")
    >>> cx.prepare(log, getfixture("tmp_path") / "shop").n
    Population(journeys=12, customers=10)
    >>> from datetime import datetime
    >>> later = [{"order": "A13", "client": "C11", "plan": "basic", "step": "Order", "when": datetime(2025, 7, 1, 9)}]
    >>> import pyarrow as pa
    >>> july = cx.read(pa.Table.from_pylist(later), name="July")
    >>> cx.prepare(july, getfixture("tmp_path") / "shop", append=True).changes.found[0].what
    '1 column of the store is missing: "channel". They are empty in this part.'
    """
    if not isinstance(log, Log):
        raise InputError("cx.prepare needs a log. Write cx.prepare(cx.read(source), folder).")
    if contract is not None and not append:
        raise InputError("contract= says what may differ in a later part. Add append=True, or leave the contract out.")
    target, runs_on = _folder(folder), engine_of(engine)
    firm = _said(target, None)
    doubt, words = "", changes.settled(contract)
    with _steps(progress) as step:
        if append:
            made, doubt = appending.append(log, target, runs_on, _drawn, step, words)
        else:
            made = preparing.prepare(log, target, runs_on, _drawn, step)
    if doubt:
        warnings.warn(doubt, stacklevel=2)
    return _journeys(target, made, runs_on, firm)


def open_store(
    folder: str | Path, *, engagement: Engagement | str | Path | None = None, engine: Any = None
) -> Journeys:
    """Open a prepared journey store.

    Parameters
    ----------
    folder : where `cx.prepare` has put it.
    engagement : what the log cannot know, as an Engagement or its file; `engagement.toml` in the store's folder, if
        there is one, when not given. It adds what it says to the attributes, and every number names it.
    engine : None for DuckDB, or a Spark session; both give the same numbers.

    Returns its Journeys, all selected. Opening writes nothing, and any number of readers may share a store.

    Errors: a folder that holds no store, or one that this version cannot read; an engagement that cannot be used.
    """
    target = _folder(folder)
    described = manifest.read(target)
    digests.check(target, described)
    return _journeys(target, described, engine_of(engine), _said(target, engagement))


def _drawn(star: Star) -> str:
    from cxkit.views.placing.layout import map_geometry

    return geometry(star, map_geometry)


def _folder(folder: str | Path) -> Path:
    if not isinstance(folder, str | Path) or "\0" in str(folder):
        raise InputError(f"{folder!r} is no folder. Give its path.")
    if places.is_address(folder):
        raise InputError(
            "This is the address of a database, not the folder of a store. Prepare its rows first: "
            'cx.prepare(cx.read(address, table="events"), folder), '
            "or `cxkit prepare ADDRESS --table events --store FOLDER`."
        )
    return Path(folder).expanduser().absolute()


def _is_file(path: Path) -> bool:
    """Whether there is such a file; a path that no file can have is none."""
    try:
        return path.is_file()
    except OSError:
        return False


def _said(folder: Path, given: Engagement | str | Path | None) -> Engagement | None:
    """The engagement that speaks of the store in this folder: the one given, or the file beside it."""
    if given is None:
        own = folder / ENGAGEMENT
        given = own if _is_file(own) or not _is_sample(folder) else places.sample() / ENGAGEMENT
        if not _is_file(given):
            return None
    from cxkit.engagement.engagement import Engagement

    if isinstance(given, str | Path):
        return Engagement.load(given)
    if not isinstance(given, Engagement):
        raise InputError("engagement= takes an engagement or its file. Write cx.Engagement.load(path).")
    return given


def _is_sample(folder: Path) -> bool:
    return folder.name == SAMPLE and folder == places.cache() / SAMPLE


def _journeys(folder: Path, described: manifest.Manifest, engine: Engine, engagement: Engagement | None) -> Journeys:
    star = preparing.open_star(folder / described.version, described, engine)
    engine.watch(folder / described.version)
    star = star if engagement is None else bound(star, engagement)
    return Journeys(folder, described, star, engagement=engagement)


def _steps(progress: bool | Told) -> AbstractContextManager[Callable[[str], None]]:
    return _told(progress) if callable(progress) else stepping("Preparing", preparing.STEPS, progress)


@contextmanager
def _told(progress: Told) -> Iterator[Callable[[str], None]]:
    names = preparing.STEPS

    def step(name: str) -> None:
        progress(name, names.index(name) / len(names))

    yield step
    progress(names[-1], 1.0)
