"""The stores that one may choose from by their names: those of a folder, the sample, and the one that was opened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxkit import places
from cxkit.errors import CxError, StoreError, not_found
from cxkit.journeys import Journeys
from cxkit.opening import open_store
from cxkit.result import Population
from cxkit.samples import sample_journeys
from cxkit.store import manifest
from cxkit.store.manifest import Manifest
from cxkit.times import zone_of
from cxkit.words import since_beginning

SAMPLE = "sample"
MOST = 200  # stores of a folder


@dataclass(frozen=True)
class Shelved:
    """A store by its name: what it was made of, how many journeys, from when to when; or why it cannot be opened."""

    name: str
    facts: Mapping[str, str]
    fault: str = ""


class Shelf:
    """Which stores may be chosen, and by which names?

    Parameters
    ----------
    opened : the journeys that were opened; choosing them again gives them as they are, with their recipe.
    folder : the folder whose stores may be chosen, the sample besides; without one, or in an app that only shows, there
        is nothing but what was opened.

    >>> import cxkit as cx
    >>> shelf = Shelf(cx.toy_journeys())
    >>> [store.name for store in shelf], shelf.open("toy").n.journeys
    (['toy'], 12)
    """

    def __init__(self, opened: Journeys, folder: str | Path | None = None) -> None:
        self._opened = opened
        self.folder = Path(folder).absolute() if folder and not places.is_view_only() else None

    def __iter__(self) -> Iterator[Shelved]:
        """The stores, by name; read anew each time."""
        for name, place in sorted(self._places().items()):
            try:
                yield Shelved(name, facts(manifest.read(place)))
            except (CxError, OverflowError) as error:
                made_later = place == _sample_place() and not place.exists()
                yield Shelved(name, {}, "" if made_later else places.unplaced(str(error), place, place.parent))

    def open(self, name: str) -> Journeys:
        """The journeys of the store of this name; nothing but a name of this shelf is ever opened.

        Errors: no such name; a store that cannot be opened.
        """
        stores = self._places()
        if name not in stores:
            raise not_found("store", str(name), stores)
        place = stores[name]
        if place == self._opened.folder.absolute():
            return self._opened
        if place == _sample_place():
            return sample_journeys()
        return open_store(place)

    def name_of(self, journeys: Journeys) -> str:
        """The name under which these journeys' store can be chosen; nothing if it cannot be."""
        folder = journeys.folder.absolute()
        return next((name for name, place in self._places().items() if place == folder), "")

    def _places(self) -> dict[str, Path]:
        """The stores' folders by name: whatever was opened keeps its name, then the folder's own, then the sample."""
        opened = self._opened.folder.absolute()
        stores = {opened.name: opened}
        if self.folder is None:
            return stores
        for place in [*_stores_in(self.folder), _sample_place()]:
            if place not in stores.values():
                name = place.name if place.name not in stores else f"{place.name} ({place.parent.name})"
                stores.setdefault(name, place)
        return stores


def facts(described: Manifest) -> dict[str, str]:
    """What the head of a page says of a store: source, journeys, and from when to when its events are."""
    counts = described.counts
    n = Population(counts["journeys"], counts["customers"], known=not described.anonymous)
    lines = {"Source": described.source, "Journeys": str(n)}
    if described.timed and described.first is not None and described.last is not None:
        moments = described.first, described.last
        clock = described.clock
        first, last = (since_beginning(m, clock) if clock else _day(m, described.zone) for m in moments)
        lines["Events"] = f"{first} to {last}"
    return lines


def _day(microseconds: int, zone: str) -> str:
    moment = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)
    return moment.astimezone(zone_of(zone)).date().isoformat()


def _sample_place() -> Path:
    return (places.cache() / SAMPLE).absolute()


def _stores_in(folder: Path) -> list[Path]:
    """The folders in it that hold a store, or say that they do."""
    try:
        inside = [place for place in sorted(folder.iterdir()) if not place.name.startswith(".")]
        return [place for place in inside if (place / manifest.FILE).is_file()][:MOST]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f'The folder "{folder}" cannot be read: {error.strerror}.') from None
