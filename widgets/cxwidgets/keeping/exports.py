"""Files to take away: what a panel shows as a table made here, or as a picture that the browser makes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import cxkit as cx
from cxkit.answers import forms
from cxkit.errors import Interrupted
from cxkit.words import many, safe
from cxwidgets.loop import running_loop

if TYPE_CHECKING:
    from cxwidgets.panel import Panel

PICTURES = ("png", "svg")
MADE: Mapping[str, Callable[[cx.Result, Mapping[str, str]], bytes]] = {
    "csv": lambda result, _: forms.as_csv(result).encode("utf-8-sig"),
    "xlsx": forms.as_xlsx,
}
TABLES = tuple(MADE)
MOST_ROWS = 1_000_000  # a sheet holds no more, and a page should not carry more
TASKS: set[asyncio.Task[None]] = set()


def exporting(panel: Panel, form: object, page: object) -> None:
    """Send the browser what it makes a file of, beside the kernel's loop if there is one."""
    if form not in (*PICTURES, *TABLES) or not panel.exports:
        panel.said = "That could not be understood. Nothing was changed."
        return
    loop = running_loop()
    if loop is None:
        panel.send(*_file(panel, str(form), str(page)))
        return
    task = loop.create_task(_sent(panel, str(form), str(page)))
    TASKS.add(task)
    task.add_done_callback(TASKS.discard)


async def _sent(panel: Panel, form: str, page: str) -> None:
    panel.send(*await asyncio.to_thread(_file, panel, form, page))


def _file(panel: Panel, form: str, page: str) -> tuple[dict[str, Any], list[bytes]]:
    """What the browser is told of a file; the file if it is a table, the picture if the page has none; or why not."""
    while True:
        try:
            return _made(panel, form, page)
        except Interrupted:  # by a click; the file is wanted all the same
            continue
        except cx.CxError as error:
            return {"page": page, "refused": str(error)}, []


def _made(panel: Panel, form: str, page: str) -> tuple[dict[str, Any], list[bytes]]:
    result = panel.answer()
    if result is None:
        raise cx.CxError("There is nothing to take away.")
    about = {"store": panel.store, "selection": forms.chosen(result.recipe), "date": _today()}
    lines = [f"n = {result.n}", safe(about["selection"]), f"{safe(panel.store)}, {about['date']}"]
    name = "_".join(
        re.sub(r"[^\w-]+", "-", part).strip("-") for part in (panel.store, panel.name, about["date"]) if part
    )
    told = {"page": page, "form": form, "name": f"{name}.{form}", "about": {"title": result.question, "lines": lines}}
    if form in PICTURES:
        return told, [panel.drawing().encode()] if form in panel.exports else []
    if len(result.table) > MOST_ROWS:
        raise cx.CxError(f"These are more than {many(MOST_ROWS)} rows. Choose fewer journeys first.")
    return told, [MADE[form](result, about)]


def _today() -> str:
    return datetime.now().astimezone().date().isoformat()
