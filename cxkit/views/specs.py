"""What do all Vega-Lite charts share? Heading, data, layers, what to say on hover, and how an axis says numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cxkit.views import theme
from cxkit.views.picture import WIDTH, Picture, chart
from cxkit.words import many

Spec = dict[str, Any]
LABELS = 380  # pixels for the names beside a chart
PERCENT = "format(datum.value * 100, '~g') + '%'"  # how an axis of shares says its marks, as `words.percent` does


def altair() -> Any:
    from cxkit.views.altair import altair

    return altair


def finished(
    drawn: Spec, title: str, population: object, words: str, note: str, keyed: Iterable[Mapping[str, Any]] = ()
) -> Picture:
    """The chart with its heading, in our colours, as a picture; `keyed` has the row of each mark, in their order."""
    sentences = [theme.clean(line) for line in (population, words, note) if line]
    lines = [row for line in sentences for row in theme.wrap(line, WIDTH, 13, lines=3)]
    description = " \N{MIDDLE DOT} ".join(sentences)
    heading = {"title": {"text": theme.clean(title), "subtitle": lines}, "description": description}
    whole = {"$schema": altair().SCHEMA_URL, "config": theme.altair_config()}
    keys = [row["key"] for row in keyed if row.get("key") is not None]
    return chart(title, description, whole | heading | drawn, keys)


def inline(rows: Iterable[Mapping[str, Any]]) -> Spec:
    """Inline data, given beside the views that Altair has made: it would copy the rows again and again."""
    return {"data": {"values": list(rows)}}


def layered(*views: Spec) -> Spec:
    """Views over each other; Altair's own layers would copy all that they hold."""
    return {"layer": list(views)}


def view(drawn: Any) -> Spec:
    """What Altair says of a view, without its word for missing data."""
    spec = drawn.to_dict(validate=False, context={"top_level": False})
    return {key: value for key, value in spec.items() if key != "data"}


def tooltips(**titles: str) -> list[Any]:
    """What to say on hover: field -> its words; every value is text already."""
    return [altair().Tooltip(field=field, type="nominal", title=words) for field, words in titles.items()]


def left_out(count: int, noun: str) -> str:
    """How many things a picture has no room for, as a further sentence; nothing where it has room for all."""
    return f" {many(count, noun)} left out." if count else ""
