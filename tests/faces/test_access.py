"""Who is let into the app: asked by raw clients, as another user of the machine or a foreign page would ask."""

from __future__ import annotations

import json
import re
from contextlib import closing
from http.client import HTTPConnection
from urllib.parse import urlsplit

import nbformat
import pytest
from support.serving import cookie_of

pytest.importorskip("voila")
from cxkit.faces import app

PAGE = "page.ipynb"
CONFIG = re.compile(rb'id="jupyter-config-data" type="application/json">(.*?)</script>')
RENDER = f"/voila/render/{PAGE}"
SCRIPT = "/voila/static/voila.js"
SHAKE = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"} | {
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="
}
NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document", "Accept": "text/html"}
IMAGE = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
ROUTES = [
    *("/", RENDER, SCRIPT, "/voila/labextensions/anywidget/x.js", "/nothing", "/voila/tree", "/voila/api/contents"),
    *("/api/kernels", "/api/kernels/{kernel}", "/voila/templates/cx/index.html.j2", "/logout", "/%00", "//x.example/"),
]
CHANNELS = ["/api/kernels/{kernel}/channels", "/voila/query/{kernel}"]


@pytest.fixture(scope="module")
def server(toy, tmp_path_factory):
    """One page with a kernel that does next to nothing; there is room for two."""
    page = tmp_path_factory.mktemp("page") / PAGE
    cells = [nbformat.v4.new_code_cell('store = ""', metadata={"tags": ["parameters"]}), nbformat.v4.new_code_cell("1")]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), page)
    with app.serving(toy, notebooks=[page], ready_kernels=0, most_kernels=2) as running:
        yield running


@pytest.fixture(scope="module")
def ours(server):
    """What a browser sends that was let in: its cookie."""
    return {"Cookie": cookie_of(server)}


@pytest.fixture(scope="module")
def kernel(server, ours):
    """The id of a living kernel."""
    status, _, body = ask(server, RENDER, **ours)
    assert status == 200
    return json.loads(re.search(rb'id="jupyter-config-data" type="application/json">(.*?)</script>', body)[1])[
        "kernelId"
    ]


def ask(server, path, method="GET", **headers):
    """The answer to a plain request: its status, its headers, its body."""
    with closing(HTTPConnection(urlsplit(server.place).netloc, timeout=60)) as connection:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in ({"Content-Length": "0"} | headers).items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.headers, b"" if answer.status == 101 else answer.read()


def kernel_of(body):
    """The id of the kernel behind this page."""
    return json.loads(CONFIG.search(body)[1])["kernelId"]


def state(server, kernel, ours):
    return ask(server, f"/api/kernels/{kernel}", **ours)[0]


# ---- without the token -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*ROUTES, *CHANNELS])
def test_without_a_cookie_nothing_is_there(server, kernel, ours, path):
    path, channel = path.format(kernel=kernel), path in CHANNELS
    shake = SHAKE | {"Origin": server.place.rstrip("/")} if channel else {}
    for headers in ({}, {"Cookie": "cxkit-1=x"}, {"Cookie": f"{ours['Cookie']}x"}, {"Authorization": "token x"}):
        status, _, body = ask(server, path, **shake, **headers)
        assert (status, body) == (403, b"Refused."), headers
    assert ask(server, f"{path}?token=x", **shake)[0] == 403
    assert state(server, kernel, ours) == 200


def test_a_kernel_is_not_ended_by_who_knows_its_id(server, kernel, ours):
    origin = {"Origin": server.place.rstrip("/")}
    for headers in ({}, origin, ours, ours | {"Origin": "null"}, ours | {"Origin": "http://127.0.0.1:1"}):
        assert ask(server, f"/voila/api/shutdown/{kernel}", "POST", **headers)[0] == 403, headers
    assert ask(server, f"/api/kernels/{kernel}", "DELETE", **ours, **origin)[0] == 405
    assert state(server, kernel, ours) == 200


def test_who_opens_a_page_without_the_token_is_told_how_one_gets_in(server):
    status, headers, body = ask(server, "/", Accept="text/html")
    assert status == 403
    assert b"opens with the address that was printed" in body
    assert "default-src 'none'" in headers["Content-Security-Policy"]


# ---- with it ---------------------------------------------------------------------------------------------------------


def test_the_token_leaves_the_address_at_once(server):
    for path, rest in (("/", "/"), (RENDER, RENDER), ("/?a=1", "/?a=1"), ("//evil.example/", "/evil.example/")):
        status, headers, _ = ask(server, f"{path}{'&' if '?' in path else '?'}token={server.token}")
        assert (status, headers["Location"]) == (302, server.place.rstrip("/") + rest)
        assert headers["Set-Cookie"].startswith(f"cxkit-{urlsplit(server.place).port}=")
        assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(headers["Set-Cookie"].split("; "))
        assert server.token not in headers["Set-Cookie"]


@pytest.mark.parametrize("path", ROUTES)
def test_with_a_cookie_an_address_answers_or_does_not_exist(server, ours, path):
    there = path in ("/", SCRIPT)
    if path != RENDER:
        assert ask(server, path.format(kernel="0" * 8), **ours)[0] in ([200] if there else [403, 404])


@pytest.mark.parametrize(
    "path", ["/voila/render/%00", f"{RENDER}%00", "/voila/render/../voila.json", "/voila/static/%00"]
)
def test_odd_addresses_are_no_faults(server, ours, path):
    assert ask(server, path, **ours)[0] in (403, 404)


# ---- from elsewhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "127.0.0.1.evil.example:8866", ""])
def test_another_host_name_is_refused(server, ours, kernel, host):
    for path in ROUTES:
        assert ask(server, path.format(kernel=kernel), Host=host, **ours)[0] == 403
    for path in CHANNELS:
        shake = SHAKE | {"Host": host, "Origin": f"http://{host}"}
        assert ask(server, path.format(kernel=kernel), **shake, **ours)[0] == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1", "https://{host}"])
def test_a_channel_opens_only_to_our_page(server, ours, kernel, origin):
    named = {} if origin is None else {"Origin": origin.format(host=urlsplit(server.place).netloc)}
    for path in CHANNELS:
        assert ask(server, path.format(kernel=kernel), **SHAKE, **ours, **named)[0] == 403
    here = SHAKE | {"Origin": server.place.rstrip("/")}
    assert ask(server, CHANNELS[0].format(kernel=kernel), **here, **ours)[0] == 101


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_starts_nothing(server, ours, site):
    """Not by an image, a frame or a script; and a link from elsewhere has to be followed knowingly."""
    for asked in (
        IMAGE,
        NAVIGATES | {"Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"},
    ):
        for path in (RENDER, f"{RENDER}?token={server.token}", SCRIPT):
            assert ask(server, path, **asked, **ours, **{"Sec-Fetch-Site": site})[0] == 403
    status, headers, body = ask(server, f"{RENDER}?a=%22>", **NAVIGATES, **ours, **{"Sec-Fetch-Site": site})
    assert (status, headers["Set-Cookie"]) == (200, None)
    assert f'<a href="{RENDER}?a=%22&gt;">'.encode() in body
    assert b"jupyter-config-data" not in body
    status, headers, body = ask(server, f"/?token={server.token}", **NAVIGATES, **{"Sec-Fetch-Site": site})
    assert (status, b'replace("/" + location.hash)' in body) == (200, True)  # as from the file that leads here
    assert headers["Set-Cookie"].startswith("cxkit-")


def test_the_file_that_leads_here_is_its_owners_alone(server):
    assert server.address in server.leading.read_text()
    assert server.leading.stat().st_mode & 0o077 == 0


# ---- how many --------------------------------------------------------------------------------------------------------


def test_a_full_app_says_so_and_has_room_again(server, ours, kernel):
    status, _, second = ask(server, RENDER, **ours)
    assert status == 200
    status, _, body = ask(server, RENDER, **ours)
    assert status == 503
    assert b"The app is full: 0 people are here." in body  # raw clients hold no channel
    other = kernel_of(second)
    ends = ours | {"Origin": server.place.rstrip("/")}
    assert ask(server, f"/voila/api/shutdown/{other}", "POST", **ends)[0] == 204
    assert ask(server, f"/voila/api/shutdown/{other}", "POST", **ends)[0] == 204
    assert state(server, other, ours) == 404
    assert ask(server, RENDER, **ours)[0] == 200
