"""The program that serves the app's pages: Voila behind our door, with only those of its routes that a page needs.

Started by `cxkit.faces.app` as `python -m cxkit.faces.server FOLDER`. Its first line of input is the token; when the
input ends, whoever started it is gone, and it ends as well.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from pathlib import Path
from typing import Any

import tornado.web
from jupyter_core.utils import ensure_async
from jupyter_server.base.handlers import FileFindHandler
from jupyter_server.services.kernels.handlers import KernelHandler
from tornado.ioloop import IOLoop
from tornado.routing import Rule
from traitlets import Any as Anything
from voila.app import Voila
from voila.handler import BaseVoilaHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import MultiStaticFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from cxkit.faces.access import Door, Outside, Threshold

ENDING_SECONDS = 10
TREE = "/voila/tree"
STYLE = re.compile(r"[\w-]+/static/[\w.-]+")


class Page(TornadoVoilaHandler):
    """A notebook, run for whoever opens it."""

    SUPPORTED_METHODS = ("GET",)

    async def get(self, path: str | None = None) -> None:
        """The page, if it is one of the book and there is room for its kernel."""
        kernels = self.kernel_manager
        if path not in {page.name for page in Path(kernels.parent.root_dir).glob("*.ipynb")}:
            raise tornado.web.HTTPError(404)
        pooled = self.voila_configuration.preheat_kernel and await kernels.waiting(path)
        if kernels.is_full and not pooled:
            raise tornado.web.HTTPError(503, "%s", kernels.crowd)
        await super().get(path)


class Pulse(KernelHandler):
    """How a page's kernel is doing."""

    SUPPORTED_METHODS = ("GET",)

    async def get(self, kernel_id: str) -> None:
        """Its state; 404 when it has ended, in whatever way."""
        await self.kernel_manager.held(kernel_id)
        await super().get(kernel_id)


class Farewell(VoilaShutdownKernelHandler):
    """The end of a page, which is the end of its kernel."""

    SUPPORTED_METHODS = ("POST",)

    async def post(self, kernel_id: str) -> None:
        """End the kernel; one that has ended is no mistake."""
        if kernel_id in self.kernel_manager:
            await ensure_async(self.kernel_manager.shutdown_kernel(kernel_id))
        self.set_status(204)
        self.finish()


class Style(TemplateStaticFileHandler):
    """The script that a template brings along, which carries the front end's style."""

    def parse_url_path(self, url_path: str) -> str:
        """Voila's reading, for addresses that it can read."""
        if not STYLE.fullmatch(url_path):
            raise tornado.web.HTTPError(404)
        return str(super().parse_url_path(url_path))


class Nowhere(BaseVoilaHandler):
    """Every other address."""

    def initialize(self, **words: Any) -> None:
        """It takes what any handler of Voila takes."""
        super().initialize(voila_configuration=words.get("voila_configuration"))

    async def prepare(self) -> None:
        """There is no such page."""
        await super().prepare()
        raise tornado.web.HTTPError(404)


OFFERED = {
    KernelHandler: Pulse,
    VoilaKernelWebsocketHandler: VoilaKernelWebsocketHandler,
    TemplateStaticFileHandler: Style,
    MultiStaticFileHandler: MultiStaticFileHandler,
    FileFindHandler: FileFindHandler,
    VoilaShutdownKernelHandler: Farewell,
    TornadoVoilaTreeHandler: TornadoVoilaTreeHandler,
    TornadoVoilaHandler: Page,
}


class Served(Voila):
    """Voila, of which only the routes of OFFERED are there, and those only for whom the door lets in."""

    door = Anything()

    def init_settings(self) -> dict[str, Any]:
        """Voila's, and what answers all other addresses."""
        words = {"voila_configuration": self.voila_configuration}
        nowhere = {"default_handler_class": Nowhere, "default_handler_args": words}
        return super().init_settings() | nowhere

    def init_handlers(self) -> list[tuple]:
        """The routes that a page needs."""
        return [
            (path, OFFERED[handler], *words)
            for path, handler, *words in super().init_handlers()
            if handler in OFFERED and not path.startswith(TREE)
        ]

    def listen(self) -> None:
        """Open the door, and listen for as long as whoever started this is there."""
        rule = Rule(Outside(self.door), Threshold, {"door": self.door})
        self.app.default_router.rules.insert(0, rule)
        threading.Thread(target=_end_with_the_parent, args=(IOLoop.current(),), daemon=True).start()
        super().listen()

    def stop(self) -> None:
        """End all kernels, also those that are still being begun."""
        self.kernel_manager.closing = True
        super().stop()


def _end_with_the_parent(loop: IOLoop) -> None:
    sys.stdin.read()
    loop.add_callback(loop.stop)
    time.sleep(ENDING_SECONDS)
    os._exit(1)  # kernels look after their parent as this program after its own


def main() -> None:
    """Serve until told otherwise."""
    token = sys.stdin.readline().strip()
    Served.launch_instance(sys.argv[1:], door=Door(token, lambda: Served.instance().port))


if __name__ == "__main__":
    main()
