"""Files to take away, made by a real page: what a panel shows, with its style, its n and what was selected."""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import pytest
from support.clauses import opened

from cxkit import where as w
from cxkit.views import theme
from cxwidgets.modules import script, style

pytestmark = pytest.mark.browser
CALL = w.contains("Call")
SVG = "{http://www.w3.org/2000/svg}"
RENDER = """async ([text, state]) => {
    const listeners = {};
    const model = {
        get: (name) => state[name],
        on: (name, react) => (listeners[name] ??= []).push(react),
        off: () => {},
        send: (asked) => window.asked.push(asked),
    };
    window.asked = [];
    window.hear = (told, data) => {
        const bytes = data && Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
        for (const react of listeners["msg:custom"]) react(told, bytes ? [bytes] : []);
    };
    const module = await import(URL.createObjectURL(new Blob([text], { type: "text/javascript" })));
    module.default.render({ model, el: document.body });
}"""


@pytest.fixture
def page(browser):
    context = browser.new_context(accept_downloads=True, viewport={"width": 900, "height": 700})
    page = context.new_page()
    html = f"<html><style>{theme.STYLE}{style('panel.css')}</style><body></body></html>"
    page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
    page.goto("https://cx.test/")
    yield page
    context.close()


def taken(page, panel, words, monkeypatch):
    """What the menu of a panel gives: the name of the file, and its bytes."""
    sent = []
    monkeypatch.setattr(panel, "send", lambda content, buffers=None: sent.append((content, buffers)))
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=words).click()
        [asked] = page.evaluate("window.asked.filter(({ do: what }) => what === 'export')")
        panel.hear(asked)
        [(told, data)] = sent
        letters = base64.b64encode(data[0]).decode() if data else None
        page.evaluate("([told, data]) => window.hear(told, data)", [told, letters])
    page.evaluate("window.asked = []")
    return download.value.suggested_filename, download.value.path().read_bytes()


def rendered(page, panel):
    names = ("markup", "status", "said", "marks", "facts", "label", "beat", "exports")
    page.evaluate(RENDER, [script("shared/panel.js"), {name: getattr(panel, name) for name in names}])


@pytest.mark.parametrize("name", ["variants", "process_map", "summary", "durations"])
def test_a_picture_is_as_it_is_seen_and_says_what_it_is_of(page, toy, loopless, monkeypatch, name):
    from PIL import Image

    panel = opened(toy, {"filter 1": CALL}).panel(name)
    rendered(page, panel)
    file, data = taken(page, panel, "Picture (SVG)", monkeypatch)
    assert re.fullmatch(rf"toy_{name}_20\d\d-\d\d-\d\d\.svg", file)
    drawing = ElementTree.fromstring(data)
    texts = ["".join(node.itertext()) for node in drawing.iter(f"{SVG}text")]
    assert {"n = 3 journeys of 3 customers", 'Each journey visits "Call".'} <= set(texts)
    assert texts.count(panel.entry.question) == 1
    for part in drawing.iter():
        assert not {"class", "style", "tabindex", "onclick", "data-key"} & set(part.attrib), part.attrib
        assert "var(" not in " ".join(part.attrib.values())
    seen = page.evaluate("[...document.querySelectorAll('.cxw-body svg text')].map((text) => text.textContent)")
    assert [text for text in texts if text and text in seen] == [text for text in seen if text]
    file, data = taken(page, panel, "Picture (PNG)", monkeypatch)
    assert file.endswith(".png")
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    assert picture.width == 2 * round(float(drawing.get("width")))
    assert len(picture.resize((200, 200)).getcolors(40_000)) > 8


def test_a_table_is_the_one_that_python_made(page, toy, loopless, monkeypatch):
    board = opened(toy, {"filter 1": CALL})
    panel = board.panel("variants")
    rendered(page, panel)
    file, data = taken(page, panel, "Table (CSV)", monkeypatch)
    assert file.endswith(".csv")
    assert len(data.decode("utf-8-sig").splitlines()) == 1 + len(board.journeys.variants().df())


def test_a_panel_without_an_answer_offers_nothing_and_a_refusal_is_said(page, toy, loopless):
    board = opened(toy)
    panel = board.panel("variants")
    rendered(page, panel)
    page.get_by_role("button", name="Export").click()
    page.get_by_role("button", name="Table (Excel)").click()
    [asked] = page.evaluate("window.asked.filter(({ do: what }) => what === 'export')")
    page.evaluate("(told) => window.hear(told)", {"page": asked["page"], "refused": "Too many rows."})
    assert page.get_by_role("status").inner_text() == "Too many rows."
    page.evaluate("document.body.replaceChildren()")
    rendered(page, board.panel("filters"))
    assert page.get_by_role("button", name="Export").count() == 0
