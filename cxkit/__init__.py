"""cxkit: the journeys that customers really make, from a raw log to answers.

A source becomes a log (`cx.read`), a log becomes a journey store (`cx.prepare`, `cx.open`), and a store gives
`Journeys`: an immutable selection with about twenty short methods. Filters (`from cxkit import where as w`) are values;
the steps of a selection make a `Recipe`; every answer is a `Result` with a table, a picture and its n.

    store/      any source -> one prepared folder of Parquet tables, on DuckDB or Spark
    where       filters as values; recipe and selection: from steps to journeys
    measures/   one question per file: Journeys -> Result
    views/      small table -> picture
    engagement  what a log cannot know, in one file per client
    catalog     the list of measures that menus, command line and tests read
"""

from typing import TYPE_CHECKING, Any

from cxkit import datasets, where
from cxkit.errors import CxError
from cxkit.journeys import Journeys
from cxkit.log import Log, read
from cxkit.opening import open_store as open
from cxkit.opening import prepare
from cxkit.result import Result
from cxkit.samples import sample_file, sample_journeys, toy_journeys, toy_table
from cxkit.selection.recipe import Recipe

if TYPE_CHECKING:
    from cxkit.engagement.engagement import Engagement

__all__ = [
    "CxError",
    "Engagement",
    "Journeys",
    "Log",
    "Recipe",
    "Result",
    "datasets",
    "open",
    "prepare",
    "read",
    "sample_file",
    "sample_journeys",
    "toy_journeys",
    "toy_table",
    "where",
]


def __getattr__(name: str) -> Any:
    if name != "Engagement":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from cxkit.engagement.engagement import Engagement

    return Engagement
