"""Who may ask the app for anything: a browser that was given its token once, on a page of the app itself.

Looked at before any route is: what is not let in finds no page, no kernel, no file and no channel.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

from tornado.httputil import HTTPServerRequest, url_concat
from tornado.routing import Matcher
from tornado.web import RequestHandler

SAFE = ("GET", "HEAD")
HERE = ("same-origin", "none")  # where a browser says that a request comes from: a page of ours, or its user
PASSED_BY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; frame-ancestors 'none'; "
    "form-action 'none'; base-uri 'none'"
)


class Verdict(Enum):
    """What becomes of a request."""

    WELCOME = "it is answered"
    ENTERS = "it brings the token, and takes a cookie along"
    LED = "a link elsewhere led a browser here: its user has to say that this is meant"
    STRANGER = "neither cookie nor token"
    FOREIGN = "another name of this machine, or a page that is not ours"


class Door:
    """Decides for each request. Kernels' ids are no secrets and this machine has other users, so both say nothing."""

    def __init__(self, token: str, port: Callable[[], int]) -> None:
        self.token, self.secret = token, secrets.token_urlsafe(32)
        self._port = port

    @property
    def cookie(self) -> str:
        """The cookie's name: browsers keep cookies apart by machine, not by port."""
        return f"cxkit-{self._port()}"

    def verdict(self, request: HTTPServerRequest) -> Verdict:
        """What becomes of this request?"""
        if not self._names_us(request):
            return Verdict.FOREIGN
        if not _is_from_here(request):
            led = Verdict.ENTERS if self._brings_the_token(request) else Verdict.LED
            return led if _opens_a_page(request) else Verdict.FOREIGN
        if not _is_of_our_page(request):
            return Verdict.FOREIGN
        held = request.cookies.get(self.cookie)
        if held is not None and _equal(held.value, self.secret):
            return Verdict.WELCOME
        return Verdict.ENTERS if self._brings_the_token(request) else Verdict.STRANGER

    def _brings_the_token(self, request: HTTPServerRequest) -> bool:
        given = request.query_arguments.get("token", [b""])[-1].decode("utf-8", "replace")
        return request.method == "GET" and _equal(given, self.token)

    def _names_us(self, request: HTTPServerRequest) -> bool:
        port = self._port()
        names = [f"{name}{end}" for name in ("127.0.0.1", "localhost") for end in (f":{port}", *[""] * (port == 80))]
        return request.headers.get("Host", "").lower() in names


def _is_from_here(request: HTTPServerRequest) -> bool:
    return request.headers.get("Sec-Fetch-Site", "none") in HERE


def _opens_a_page(request: HTTPServerRequest) -> bool:
    told = request.headers.get("Sec-Fetch-Mode"), request.headers.get("Sec-Fetch-Dest")
    return request.method == "GET" and told == ("navigate", "document")


def _is_of_our_page(request: HTTPServerRequest) -> bool:
    """Whether the page that asks is ours. Who only reads need not name it; who writes, or opens a channel, must."""
    origin = request.headers.get("Origin")
    if origin is None:
        return request.method in SAFE and "Upgrade" not in request.headers
    return origin.lower() == f"http://{request.headers['Host']}".lower()


def _equal(given: str, secret: str) -> bool:
    return hmac.compare_digest(given.encode(), secret.encode())


class Outside(Matcher):
    """Fits every request that is not to be answered as it stands."""

    def __init__(self, door: Door) -> None:
        self.door = door

    def match(self, request: HTTPServerRequest) -> dict[str, Any] | None:
        """Nothing for whom is welcome."""
        return None if self.door.verdict(request) is Verdict.WELCOME else {}


class Threshold(RequestHandler):
    """Answers who stands outside: lets in who brings the token, and tells the others how one gets in."""

    def initialize(self, door: Door) -> None:
        """Whose threshold this is."""
        self.door = door

    def prepare(self) -> None:
        """The whole answer, whatever was asked for and how."""
        verdict = self.door.verdict(self.request)
        if verdict is Verdict.ENTERS:
            self.set_cookie(self.door.cookie, self.door.secret, httponly=True, samesite="Strict")
            self._lead_in(_without_token(self.request))
        elif verdict is Verdict.LED:
            self._say("led.html", {"to": "/" + (self.request.uri or "").lstrip("/\\")})
        elif verdict is Verdict.STRANGER and "text/html" in self.request.headers.get("Accept", ""):
            self.set_status(403)
            self._say("stranger.html", {})
        else:
            self.set_status(403)
            self.finish("Refused.")

    def set_default_headers(self) -> None:
        """Nothing of these answers is kept, framed or told to others."""
        self.set_header("Content-Security-Policy", PASSED_BY)
        self.set_header("Referrer-Policy", "no-referrer")
        self.set_header("Cache-Control", "no-store")
        self.set_header("X-Content-Type-Options", "nosniff")

    def _lead_in(self, path: str) -> None:
        """On to the page itself. The cookie is not sent on a way that began elsewhere, such as in a file: that ends."""
        if _is_from_here(self.request):
            self.redirect(f"http://{self.request.host}{path}")
        else:
            self._say("enter.html", {"to": path})

    def _say(self, name: str, words: Mapping[str, str]) -> None:
        self.finish(self.settings["voila_jinja2_env"].get_template(name).render(base_url="/", **words))


def _without_token(request: HTTPServerRequest) -> str:
    """The path that was asked for, and what was asked of it, but for the token."""
    rest = {name: values for name, values in request.query_arguments.items() if name != "token"}
    words = [(name, value.decode("utf-8", "replace")) for name, values in rest.items() for value in values]
    return url_concat("/" + request.path.lstrip("/\\"), words)
