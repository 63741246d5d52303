"""Public logs by name, for trials and lessons: fetched when asked for, checked, and kept in the user's cache.

They belong to those who made them: mind the licence, and cite the source.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cxkit import places
from cxkit.errors import InputError, not_found
from cxkit.log import Log
from cxkit.log import read as read_source

if TYPE_CHECKING:
    import pandas as pd

SECONDS_TO_WAIT = 60
TERMS_OF_4TU = "4TU General Terms of Use"
DUTCH = {"zone": "Europe/Amsterdam"}


@dataclass(frozen=True)
class Dataset:
    """A public log: what it is, whose, where it lies, and the checksum of the file, as sha256:... or md5:..."""

    name: str
    title: str
    licence: str
    page: str
    url: str
    file: str
    checksum: str
    roles: Mapping[str, str] = field(default_factory=dict)


# The checksums are those that 4TU publishes (MD5), or of files that have them (SHA-256).
CATALOG: tuple[Dataset, ...] = (
    Dataset(
        "bpi2012",
        "Loan applications at a Dutch bank, 262,200 events (BPI Challenge 2012)",
        TERMS_OF_4TU,
        "https://doi.org/10.4121/uuid:3926db30-f712-4394-aebc-75976070e91f",
        "https://data.4tu.nl/file/533f66a4-8911-4ac7-8612-1235d65d1f37/3276db7f-8bee-4f2b-88ee-92dbffb5a893",
        "BPI_Challenge_2012.xes.gz",
        "md5:74c7ba9aba85bfcb181a22c9d565e5b5",
        DUTCH,
    ),
    Dataset(
        "bpi2020_domestic",
        "Travel declarations at a Dutch university, 56,437 events (BPI Challenge 2020)",
        "CC BY-NC 4.0",
        "https://doi.org/10.4121/uuid:3f422315-ed9d-4882-891f-e180b5b4feb5",
        "https://data.4tu.nl/file/6a0a26d2-82d0-4018-b1cd-89afb0e8627f/6eeb0328-f991-48c7-95f2-35033504036e",
        "DomesticDeclarations.xes.gz",
        "sha256:0bc3312acf0b9ee5ae6f4ebe9df204005ef11665d62f2d21dd04995161d7532b",
        DUTCH,
    ),
    Dataset(
        "bpi2020_payments",
        "Requests for payment at a Dutch university, 36,796 events (BPI Challenge 2020)",
        "CC BY-NC 4.0",
        "https://doi.org/10.4121/uuid:895b26fb-6f25-46eb-9e48-0dca26fcd030",
        "https://data.4tu.nl/file/a6f651a7-5ce0-4bc6-8be1-a7747effa1cc/7b1f2e56-e4a8-43ee-9a09-6e64f45a1a98",
        "RequestForPayment.xes.gz",
        "sha256:028e2d645153190200b2ea998747efa02cf1beb6f83db62598963cf391f114b1",
        DUTCH,
    ),
    Dataset(
        "sepsis",
        "Patients with sepsis in a Dutch hospital, 15,214 events",
        TERMS_OF_4TU,
        "https://doi.org/10.4121/uuid:915d2bfb-7e84-49ad-a286-dc35f063a460",
        "https://data.4tu.nl/file/33632f3c-5c48-40cf-8d8f-2db57f5a6ce7/643dccf2-985a-459e-835c-a82bce1c0339",
        "Sepsis_Cases.xes.gz",
        "md5:b5671166ac71eb20680d3c74616c43d2",
        DUTCH,
    ),
)


def known() -> pd.DataFrame:
    """Which public logs does cxkit know?

    Returns one row per log: name, title, licence, and the page that tells who made it and how to cite it. Nothing is
    fetched.

    >>> import cxkit as cx
    >>> cx.datasets.known()["name"].tolist()
    ['bpi2012', 'bpi2020_domestic', 'bpi2020_payments', 'sepsis']
    """
    import pandas as pd

    shown = ("name", "title", "licence", "page")
    return pd.DataFrame([{part: getattr(entry, part) for part in shown} for entry in CATALOG], columns=shown)


def fetch(name: str) -> Path:
    """Where is the file of this public log on this machine? It is fetched from its publisher unless it is here.

    Parameters
    ----------
    name : one of those in `known()`.

    Returns the path of the file in the user's cache, its checksum verified.

    Errors: an unknown name; no connection; a file that is not the one that the checksum is of.
    """
    return _fetched(_entry(name))


def read(name: str) -> Log:
    """What does this public log hold? Fetched as by `fetch`, and mapped, ready for `cx.prepare`.

    Parameters and errors are those of `fetch`.
    """
    entry = _entry(name)
    return read_source(_fetched(entry), name=entry.title).roles(**entry.roles)


def _entry(name: str) -> Dataset:
    entries = [entry for entry in CATALOG if entry.name == name]
    if not entries:
        raise not_found("public log", name, [entry.name for entry in CATALOG], "cx.datasets.known()")
    return entries[0]


def _fetched(entry: Dataset) -> Path:
    try:
        import pooch
    except ModuleNotFoundError:
        raise InputError('To fetch public logs, install what it takes: pip install "cxkit[datasets]".') from None
    with _told(entry):
        folder = places.cache() / "datasets"
        downloader = pooch.HTTPDownloader(timeout=SECONDS_TO_WAIT)
        return Path(pooch.retrieve(entry.url, entry.checksum, entry.file, folder, downloader=downloader))


@contextmanager
def _told(entry: Dataset) -> Iterator[None]:
    """Say in one sentence why a log could not be fetched."""
    try:
        yield
    except OSError as error:
        answer = getattr(getattr(error, "response", None), "status_code", None)
        why = f"its publisher answers with {answer}" if answer else "its publisher cannot be reached from here"
        raise InputError(f'"{entry.name}" is not on this machine and {why}; see {entry.page}.') from None
    except ValueError:
        raise InputError(
            f'What came for "{entry.name}" is not the published file (its checksum differs), so it was thrown away.'
        ) from None
