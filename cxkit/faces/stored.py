"""Notebooks as JupyterLab is given them: what a kernel that has ended cannot show any more is its stored picture."""

from __future__ import annotations

from typing import Any

from jupyter_server.services.contents.largefilemanager import AsyncLargeFileManager

from cxkit.scratch import MADE_BY, is_held

VIEW, HTML = "application/vnd.jupyter.widget-view+json", "text/html"


class Contents(AsyncLargeFileManager):
    """The files of a folder, and its notebooks without views that nothing stands behind."""

    async def get(self, path: str, content: bool = True, **words: Any) -> Any:
        model = await super().get(path, content, **words)
        if content and model["type"] == "notebook":
            for cell in model["content"]["cells"]:
                for output in cell.get("outputs", ()):
                    _settle(output)
        return model


def _settle(output: Any) -> None:
    """Leave a view whose kernel runs; of any other of ours show the picture that was stored with it."""
    made_by, data = output.get("metadata", {}).get(MADE_BY), output.get("data", {})
    if made_by is None or VIEW not in data or HTML not in data or is_held(made_by):
        return
    from cxkit.views.page import stored_picture

    picture = data[HTML]
    output["data"] = {HTML: stored_picture("".join(picture) if isinstance(picture, list) else picture)}
    output["metadata"] = {}
