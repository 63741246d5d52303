"""What the tests of whole pages share: the faces started, a page that is watched, and how a page is read."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import chdir, closing, contextmanager, suppress
from http.client import HTTPConnection
from itertools import count
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from playwright.sync_api import TimeoutError as PageTimeout
from playwright.sync_api import expect

from cxkit.words import UNKNOWN, lasting
from cxwidgets.voice import spoken

SLOW = 120_000  # milliseconds that a loaded machine may take until a page is up
HERE = ("data:", "blob:", "about:", "file:")
CXKIT = (sys.executable, "-c", "from cxkit.cli import main; main()")
TOKEN = "secret"
WORKSPACES = map("test-{}".format, count())
CLIPBOARD = {"permissions": ["clipboard-read", "clipboard-write"]}
START = -1
LEFT = "Canceled future"  # what a page says of its questions when it is left before they are answered
CARDS = ("Journeys", "Customers", "Events", "Variants", "Activities")

READ = """(root, label) => {
    const all = (selector, read) => [...root.querySelectorAll(selector)].map(read);
    const table = (question) => [...root.querySelectorAll(`table[aria-label^="${question}"]`)].at(-1);
    const cells = (row) => [...row.cells].map((cell) => cell.textContent);
    const title = (node) => node.querySelector(":scope > title").textContent;
    return {
        activities: all(".cx-map .cx-node", (node) => [Number(node.dataset.activity), title(node)]),
        moves: all(".cx-map .cx-move", (node) => {
            const { source, target } = node.dataset;
            return [Number(source), Number(target), title(node)];
        }),
        variants: all(".cx-variant", (node) => [Number(node.dataset.variant), node.ariaLabel ?? title(node)]),
        durations: all(".mark-rect path", (node) => node.getAttribute("aria-label"))
            .filter((said) => / journeys?, [^;]*%$/.test(said ?? "")),
        waits: all(".mark-symbol path", (node) => node.getAttribute("aria-label"))
            .filter((said) => said?.includes("; how often: ")),
        segments: all(".cx-bar", title),
        cards: all(".cx-card", (node) => node.getAttribute("aria-label")),
        journeys: [...(table("Which journeys are these?")?.tBodies[0].rows ?? [])].map((row) => cells(row)[0]),
    };
}"""
KEPT = """() => {
    const [n] = document.querySelector(".cxw-tools strong")?.textContent.split(" ") ?? [];
    const people = document.querySelector(".cxw-people")?.textContent ?? "";
    return `${n} journey${n === "1" ? "" : "s"}${people.includes("unknown") ? "; " : " of "}${people}`;
}"""  # what a filter bar counts, as a population says it
STATE = """() => ({
    n: (KEPT)(),
    clauses: [...document.querySelectorAll(".cxw-chip > span")].map((chip) => chip.textContent),
    busy: [...document.querySelectorAll(".cxw-panel:is([aria-busy=true], :has(.cxw-drawing))")]
        .map((panel) => panel.ariaLabel),
})""".replace("KEPT", KEPT)


def kept(page, journeys):
    """Wait until the filter bar counts these journeys, and nothing is being drawn."""
    idle = "!document.querySelector('[aria-busy=true], .cxw-drawing')"
    page.wait_for_function(f"n => ({KEPT})() === n && {idle}", arg=str(journeys.n))


# ---- servers ---------------------------------------------------------------------------------------------------------


@contextmanager
def app_command(folder, *more):
    """`cxkit app`, started in this folder; its address."""
    command = [*CXKIT, "app", *map(str, more), "--no-browser"]
    started = subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True)
    try:
        yield started.stdout.readline().strip()
    finally:
        started.terminate()
        started.communicate(timeout=60)


@contextmanager
def lab_command(folder, *more):
    """`cxkit lab`, started in this folder with a configuration of its own; its address."""
    port, config = free_port(), folder / "jupyter"
    config.mkdir()
    said = [
        "c.ServerApp.allow_root = True",
        f"c.ServerApp.port = {port}",
        "c.ServerApp.port_retries = 0",
        f"c.IdentityProvider.token = {TOKEN!r}",
    ]
    (config / "jupyter_server_config.py").write_text("\n".join(said), encoding="utf-8")
    places = {name: str(config) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR")}
    command, address = [*CXKIT, "lab", *map(str, more), "--no-browser"], f"http://127.0.0.1:{port}/"
    with (folder / "lab.log").open("w") as log:
        started = subprocess.Popen(command, cwd=folder, env=os.environ | places, stdout=log, stderr=log)
        try:
            wait_for(f"{address}api", started)
            yield address
        finally:
            if started.poll() is None:
                urlopen(Request(f"{address}api/shutdown", method="POST", headers={"Authorization": f"token {TOKEN}"}))
            started.wait(60)


def opening(address, path=""):
    """A page of the app whose address, with its token, this is."""
    place, _, token = address.partition("?")
    return f"{place}{path}?{token}"


def place_of(address):
    """An address without its token: what all addresses of the app begin with."""
    return address.partition("?")[0]


def cookie_of(server):
    """The cookie that a browser is given for the token, as it sends it back."""
    with closing(HTTPConnection(urlsplit(server.place).netloc, timeout=60)) as connection:
        connection.request("GET", f"/?token={server.token}")
        return connection.getresponse().headers["Set-Cookie"].partition(";")[0]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_for(url, process, seconds=120):
    """Wait until the process answers at this address."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            return urlopen(url, timeout=5).status
        except OSError:
            time.sleep(0.2)
    raise TimeoutError(url)


# ---- pages -----------------------------------------------------------------------------------------------------------


@contextmanager
def watched(browser, home="file:", *, console=True, cards=False, **more):
    """A page that must ask nobody but `home`, break nothing and run nothing from a log.

    Unless `cards` are looked at, they are closed when something else is to be clicked, as they may lie upon it.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}} | more)
    page, abroad, broken, home = context.new_page(), [], [], place_of(home)
    page.on("request", lambda asked: asked.url.startswith((home, *HERE)) or abroad.append(asked.url))
    page.on("websocket", lambda asked: asked.url.startswith(home.replace("http", "ws")) or abroad.append(asked.url))
    if not cards:
        page.add_locator_handler(page.locator(".cxw-card .cxw-close").first, put_away, no_wait_after=True)
    page.on("pageerror", lambda error: (LEFT in str(error) and not console) or broken.append(str(error)))
    if console:
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    try:
        yield page
        assert page.evaluate("window.owned") is None
        page.goto("about:blank")
    finally:
        context.close()
    assert not abroad, abroad
    assert not broken, broken


def put_away(close):
    """Close a card, unless it was closed meanwhile."""
    with suppress(PageTimeout):
        close.dispatch_event("click", timeout=5_000)


def open_app(page, address, notebook):
    """A page of the app, when its panels are there."""
    page.goto(opening(address, f"voila/render/{notebook}"))
    page.locator(".cxw-panel, .cxi").last.wait_for(timeout=SLOW)
    page.wait_for_selector(".cx-starting", state="hidden", timeout=SLOW)


def run_all(page, address, notebook):
    """A notebook in JupyterLab, alone in a workspace of its own, when all its cells have run."""
    page.add_locator_handler(page.locator("dialog.jp-Dialog select"), take_python, no_wait_after=True)
    page.goto(f"{address}lab/workspaces/{next(WORKSPACES)}/tree/{notebook}?token={TOKEN}")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=SLOW)
    with suppress(AssertionError):
        expect(page.locator(".jp-KernelName")).to_contain_text("Python", timeout=20_000)
    first, ran = page.locator(".jp-CodeCell .jp-InputPrompt").first, re.compile(r"\[\d+\]")
    while not ran.search(first.inner_text()):  # a kernel that is still connecting forgets what it was asked
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with suppress(AssertionError):
            expect(first).to_contain_text(ran, timeout=15_000)
    for prompt in page.locator(".jp-CodeCell .jp-InputPrompt").all():
        expect(prompt).to_contain_text(ran, timeout=SLOW)


def take_python(kernels):
    """A JupyterLab that was asked to run before it had a kernel wants to know which."""
    kernels.select_option(label="Python 3 (ipykernel)")
    kernels.page.locator("dialog.jp-Dialog .jp-mod-accept").click()


def at(page, step):
    """Wait until the intake is at this step and computes nothing."""
    page.wait_for_function(
        "step => document.querySelector('.cxi[aria-busy=false] [aria-current=step]')?.textContent.includes(step)",
        arg=step,
        timeout=SLOW,
    )


def drop(page, *files):
    """Drop these files, given as name and text, on the intake."""
    page.locator(".cxi-drop").evaluate(
        """(zone, files) => {
            const dataTransfer = new DataTransfer();
            for (const [name, text] of files) dataTransfer.items.add(new File([text], name));
            zone.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""",
        files,
    )


def panel(page, name):
    return page.locator(f'.cxw-panel[aria-label="{name}"]')


def facet(page, name):
    """Open this facet of the filter bar."""
    page.get_by_role("button", name="+ Filter").click()
    page.locator(".cxw-names button", has_text=re.compile(f"^{re.escape(name)}$")).click()
    page.locator(".cxw-facet > strong", has_text=re.compile(f"{re.escape(name)}$")).wait_for()


def tick(page, name, *values):
    """Tick these values of a facet."""
    facet(page, name)
    for value in values:
        page.locator(".cxw-row", has=page.get_by_text(value, exact=True)).locator("input").click()
    page.keyboard.press("Escape")


def settled(page, journeys, clauses):
    """Wait until the filter bar names these clauses and says what they leave, and no panel is being drawn."""
    until(
        lambda: page.evaluate(STATE),
        {"n": str(journeys.n), "clauses": [spoken(clause, journeys) for clause in clauses], "busy": []},
    )


def until(read, expected, seconds=120):
    """Wait until this is read, and say what is read instead if it never is."""
    end = time.monotonic() + seconds
    while (found := read()) != expected and time.monotonic() < end:
        time.sleep(0.05)
    wrong = [f"{name}: {_apart(found[name], value)}" for name, value in expected.items() if found[name] != value]
    assert not wrong, "; ".join(wrong)


def _apart(found, expected):
    """The first things in which two answers differ."""
    if isinstance(expected, dict):
        names = [name for name in {**expected, **found} if found.get(name) != expected.get(name)]
        return {name: (found.get(name), expected.get(name)) for name in names[:5]} | {"and more": len(names[5:])}
    return f"{found}, not {expected}"


def copied_code(page):
    """What the button copies."""
    page.get_by_role("button", name="Copy code").click()
    page.get_by_role("button", name="Copied").wait_for()
    return page.evaluate("navigator.clipboard.readText()")


def run_code(code, folder):
    """The journeys that the copied code selects, run in the folder of the store: a page does not say where that is."""
    names = {}
    with chdir(folder):
        exec(code, names)
    return names["j"]


# ---- what a page shows, and what the library says --------------------------------------------------------------------


def shown(page, root="body"):
    """The numbers that the pictures and tables under this root show."""
    raw = page.locator(root).first.evaluate(READ)
    bars = filter(None, (re.match(r"(.+): ([\d,]+) · .*, ([\d,]+) customers?$", bar) for bar in raw["segments"]))
    cards = dict(re.match(r"(.+?): (.+), ", card).groups() for card in raw["cards"])
    return {
        "activities": {code: _numbers(title.splitlines()[-1])[-1] for code, title in raw["activities"]},
        "moves": {(source, target): _move(title) for source, target, title in raw["moves"]},
        "variants": {variant: _variant(title) for variant, title in raw["variants"][:20]},
        "durations": {label.split(", ")[0]: _numbers(label.split(", ", 1)[1])[0] for label in raw["durations"]},
        "waits": dict(map(_wait, raw["waits"])),
        "segments": {bar[1]: (_number(bar[2]), _number(bar[3])) for bar in bars},
        "summary": {word: None if cards[word] == UNKNOWN else _number(cards[word]) for word in CARDS if cards},
        "journeys": raw["journeys"],
    }


def answers(of, by, page=1):
    """The same, as the library answers for `of(panel)`, the journeys that a panel speaks of."""
    moves, figures = of("process_map").process_map().table.to_pylist(), of("summary").summary().table.to_pylist()[0]
    figures |= {} if of("summary").n.known else {"customers": None}
    return {
        "activities": _visits(moves),
        "moves": {
            (row["source"], row["target"]): (row["count"], row["journeys"], _said(row["median_seconds"]))
            for row in moves
        },
        "variants": {
            row["variant"]: (row["rank"], row["count"], row["length"], _said(row["median_seconds"]))
            for row in of("variants").variants(top=20).table.to_pylist()
        },
        "durations": {
            f"{_said(row['low_seconds'])} to {_said(row['high_seconds'])}": row["count"]
            for row in of("durations").durations().table.to_pylist()
            if row["count"]
        },
        "waits": {
            f"{row['activity']} → {row['next_activity']}": (row["count"], row["journeys"], _said(row["median_seconds"]))
            for row in sorted(of("moves").durations(per="move").table.to_pylist(), key=_waited)[:25]
        },
        "segments": {
            row["segment"]: (row["count"], row["customers"])
            for row in of("segments").segments(by=by).table.to_pylist()[:20]
        },
        "summary": {word: figures[word.lower()] for word in CARDS} if figures["journeys"] else {},
        "journeys": of("journeys").journeys(page=page, rows=20).df()["journey"].tolist(),
    }


def _waited(row):
    """What orders moves by all the time that is spent on them, as the picture does."""
    return -row["count"] * row["mean_seconds"], row["activity"], row["next_activity"]


def _visits(moves):
    visits = Counter()
    for row in moves:
        visits[row["target"]] += row["count"]
        visits[row["source"]] += row["count"] if row["source"] == START else 0
    return dict(visits)


def _said(seconds):
    return None if seconds is None else lasting(seconds)


def _number(text):
    return int(text.replace(",", ""))


def _numbers(text):
    return [_number(found) for found in re.findall(r"\d[\d,]*", text)]


def _move(title):
    _, often, *times = title.splitlines()
    return (*_numbers(often)[:2], times[0].split(" · ")[0].removeprefix("median ") if times else None)


def _variant(title):
    first, second = title.splitlines()
    return (*_numbers(first)[:2], _numbers(second)[0], second.split("median ")[1].split(". ")[0])


def _wait(label):
    said = dict(part.split(": ", 1) for part in label.split("; "))
    return said["move"], (*_numbers(said["how often"]), said["median"])


def agrees(page, expected, root="body"):
    """Wait until the page shows these numbers; of a map as much as it draws."""

    def read():
        return {
            name: drawn_of(name, value, expected[name]) for name, value in shown(page, root).items() if name in expected
        }

    until(read, expected)


def drawn_of(name, found, every):
    """What a page shows, with what a map has no room for added to it; nothing is added to an empty map."""
    return {**every, **found} if name in ("activities", "moves") and found else found
