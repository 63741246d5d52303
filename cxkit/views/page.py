"""What does the report template need besides the notebook? Its title, facts, colours and the chart library.

The nbconvert template `cx` names `Page` in its conf.json; Jinja then finds the answers in `resources.cx`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import vega
from .theme import NO_MATH, STYLE, TOKENS, altair_config, flat

FAILED = f'<p class="cx-failed-panel {NO_MATH}" role="alert">'
FAILED_PANEL = re.compile(rf"{FAILED}([^<]*)</p>")
STORED = "A stored picture. Run the cells (in the menu: Run, Run All Cells) to make it alive."
IMAGE = '<p><img width="100%" alt="" src="data:image/svg+xml;base64,{}"></p>'
DRAWING = re.compile("<svg(?=[ >])|</svg>")
HEADING = re.compile(r"\s*#[ \t]+(?P<title>[^\n]+?)[ \t#]*(?:\n|$)")


def failed_panel(words: str) -> str:
    """What stands in the place of a panel that could not be drawn."""
    return f"{FAILED}{html.escape(words)}</p>"


def stored_picture(markup: str) -> str:
    """The pictures that were stored with a notebook, as images: a page that trusts no notebook shows those too."""
    images = "".join(map(IMAGE.format, _coded(markup)))
    return f"<p>{STORED}</p>{images}" if images else markup


def _coded(markup: str) -> Iterator[str]:
    """Each drawing that is part of no other."""
    deep, start = 0, 0
    for mark in DRAWING.finditer(markup):
        start = start if deep else mark.start()
        deep += -1 if mark[0] == "</svg>" else 1
        if not deep:
            yield base64.b64encode(flat(markup[start : mark.end()]).encode()).decode()


def failed_panels(nb: Any) -> list[str]:
    """What do the panels say that could not be drawn?"""
    pages = ("".join(output.get("data", {}).get("text/html", "")) for output in _outputs(nb))
    return [html.unescape(words) for page in pages for words in FAILED_PANEL.findall(page)]


@dataclass(frozen=True)
class Page:
    """Which facts head this report? A preprocessor for nbconvert, which it calls with its own copy of the notebook.

    Adds to `resources["cx"]`: title, facts (label -> text, from the notebook's metadata `cx`), failed (a cell raised),
    style (the colour tokens), vega (the script that draws charts; None without charts), config (how charts look that do
    not say so themselves) and trust (see there).
    """

    def __call__(self, nb: Any, resources: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        outputs = list(_outputs(nb))
        charts = any("cx-spec" in "".join(output.get("data", {}).get("text/html", "")) for output in outputs)
        resources["cx"] = {
            "title": _taken_title(nb),
            "facts": _facts(nb.metadata.get("cx")),
            "failed": any(output["output_type"] == "error" for output in outputs),
            "style": _light() + STYLE,
            "vega": vega.bundle() if charts else None,
            "config": json.dumps(altair_config()).replace("<", "\\u003c"),
            "trust": trust,
        }
        return nb, resources


def trust(*scripts: str) -> str:
    """Which scripts may the page run? These and no others, as sources for its Content-Security-Policy."""
    digests = (base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in scripts if script)
    return " ".join(f"'sha256-{digest}'" for digest in digests)


def _outputs(nb: Any) -> Iterator[Mapping[str, Any]]:
    return (output for cell in nb.cells for output in cell.get("outputs", ()))


def title(nb: Any) -> str:
    """What is the notebook called? Its metadata's title, else its first heading."""
    given, heading = str(nb.metadata.get("title") or ""), _heading(nb)
    return given or (heading["title"] if heading else "Report")


def _heading(nb: Any) -> re.Match[str] | None:
    first = next((cell for cell in nb.cells if cell.cell_type == "markdown"), None)
    return HEADING.match(first.source) if first else None


def _taken_title(nb: Any) -> str:
    """The title; a first heading that says the same is taken out of the text."""
    name, heading = title(nb), _heading(nb)
    if heading and heading["title"] == name:
        first = next(cell for cell in nb.cells if cell.cell_type == "markdown")
        first.source = first.source[heading.end() :].lstrip("\n")
    return name


def _facts(metadata: object) -> dict[str, str]:
    given = metadata.items() if isinstance(metadata, Mapping) else metadata if isinstance(metadata, list) else ()
    facts = [pair for pair in given if isinstance(pair, tuple | list) and len(pair) == 2]
    return {str(label): text for label, text in facts if isinstance(text, str) and text}


def _light() -> str:
    return ":root {" + ";".join(f"--cx-{name}:{light}" for name, (light, _) in TOKENS.items()) + "}\n"
