"""The report template `cx`: one file that needs no network, trusts nobody, and reads well."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat.v4 as v4
import pytest
from nbconvert import HTMLExporter
from support.machine import ROOT
from traitlets.config import Config

from cxkit.views import page as page_module
from cxkit.views import vega

TEMPLATES = ROOT / "reports" / "templates" / "nbconvert"
HOSTILE = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""

SPEC = {
    "width": 420,
    "height": 180,
    "data": {"values": [{"stage": s, "days": d} for s, d in (("Search", 1.5), ("Order", 4), ("Wait", 9), ("Use", 3))]},
    "mark": {"type": "bar", "tooltip": True},
    "transform": [{"calculate": "datum.days * 24", "as": "hours"}],
    "encoding": {
        "x": {"field": "days", "type": "quantitative", "title": "Days, median"},
        "y": {"field": "stage", "type": "nominal", "sort": None, "title": None},
        "color": {"value": "var(--cx-accent, #1d63a8)"},
        "tooltip": [{"field": "stage"}, {"field": "hours", "type": "quantitative"}],
    },
}
STATIC = (
    '<svg class="static" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 460 200" width="460" height="200" role="img" '
    'aria-label="Median days per stage"><rect x="60" y="20" width="300" height="120" fill="#1d63a8"/></svg>'
)
TABLE = (
    "<table><thead><tr><th>Stage</th><th>Journeys</th><th>Days</th><th>Channel</th></tr></thead><tbody>"
    "<tr><th>Search</th><td>12,031</td><td>1.5</td><td>web</td></tr>"
    "<tr><th>Order</th><td>9,480</td><td>4.0</td><td>phone</td></tr>"
    "<tr><th>Wait</th><td>9,112</td><td>9.0</td><td>\N{EN DASH}</td></tr></tbody></table>"
)
KPIS = "".join(
    f'<div class="cx-kpi"><strong>{value}</strong><span>{label}</span><small>{note}</small></div>'
    for value, label, note in (
        ("12,031", "journeys", "of 9,204 customers"),
        ("9.0 d", "median wait", "8.7 to 9.4 d, 95% interval"),
        ("23%", "repeat a step", "2,767 journeys"),
        ("4.1", "contacts per journey", "one more than last month"),
    )
)


def figure(spec: dict[str, Any]) -> str:
    return (
        f'<figure class="cx-figure"><div class="cx-picture">{STATIC}</div>'
        f'<script type="application/json" class="cx-spec">{json.dumps(spec).replace("<", chr(92) + "u003c")}</script>'
        f"<figcaption>Median days a customer spends in each stage.</figcaption></figure>"
        f'<details class="cx-table"><summary>The table behind the picture</summary>{TABLE}</details>'
    )


def shown(html: str, **more: str) -> Any:
    return v4.new_output("display_data", data={"text/html": html, "text/plain": "plain twin"} | more)


def code(*outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    return v4.new_code_cell("secret_source = 1", outputs=list(outputs), metadata={"tags": list(tags)})


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "m", "version_major": 2, "version_minor": 0}}
LONG = "Most of the time is spent waiting, and nobody inside the company sees it. " * 4


def notebook(*, title: str | None = None, charts: int = 2, extra: tuple[Any, ...] = ()) -> Any:
    cells = [
        v4.new_markdown_cell("# Where do customers wait?\n\nHalf of a journey is waiting, most of it after the order."),
        code(v4.new_output("stream", text="parameters!"), tags=("parameters",)),
        code(shown(f'<div class="cx-kpis">{KPIS}</div>')),
        v4.new_markdown_cell(f"## How long does each stage take?\n\n{LONG}\n\n- one\n- two with `code`"),
        *(
            code(shown(figure(SPEC)), shown('<p class="cx-note">n = 12,031 journeys. Open journeys left out.</p>'))
            for _ in range(charts)
        ),
        v4.new_markdown_cell(f"### Which stages are short?\n\n{LONG}"),
        code(shown(TABLE)),
        v4.new_markdown_cell(f"## What changed since May & why <now>?\n\n{LONG}\n\n> {LONG}\n\n{LONG}"),
        code(v4.new_output("stream", name="stderr", text="a warning"), v4.new_output("stream", text="plain print")),
        code(v4.new_output("display_data", data={"text/plain": "50%|#####"} | WIDGET)),
        *extra,
        v4.new_markdown_cell(f"## What to do next\n\n{LONG}\n\n{LONG}"),
    ]
    nb = v4.new_notebook(cells=cells)
    nb.metadata["cx"] = {"source": "orders.csv", "journeys": "12,031", "prepared": "2026-06-30", "recipe": "3f9a1c"}
    nb.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {"m": {}}, "version_major": 2}}
    if title:
        nb.metadata["title"] = title
    return nb


def convert(nb: Any) -> str:
    exporter = HTMLExporter(template_name="cx", extra_template_basedirs=[str(TEMPLATES)], config=Config())
    return exporter.from_notebook_node(nb)[0]


@pytest.fixture(scope="module")
def report() -> str:
    return convert(notebook())


def test_the_first_heading_is_the_title_once(report: str) -> None:
    assert report.count("Where do customers wait?") == 2  # <title> and <h1>
    assert re.search(r"<title>Where do customers wait\?</title>", report)
    assert report.count("<h1") == 1


def test_facts_of_the_metadata_head_the_page(report: str) -> None:
    for text in ("source", "orders.csv", "recipe", "3f9a1c"):
        assert text in report


@pytest.mark.parametrize("hidden", ["secret_source", "a warning", "50%|", "parameters!", "plain twin"])
def test_code_warnings_progress_and_parameters_stay_out(report: str, hidden: str) -> None:
    assert hidden not in report


def test_what_is_printed_stays(report: str) -> None:
    assert "plain print" in report


def test_nothing_would_be_loaded(report: str) -> None:
    page = re.sub(r"<script>.*?</script>", "", report, flags=re.S)
    assert not re.search(r"""(?:src|href|action|data|poster|srcset)\s*=\s*["']?(?:https?:)?//""", page)
    assert not re.search(r"@import|url\((?!['\"]?data:)", page)


def test_the_bundle_is_there_once_and_only_for_charts(report: str) -> None:
    if vega.bundle() is None:
        pytest.skip("no vl-convert on this platform")
    assert report.count("window.__cx_vega={") == 1
    plain = convert(notebook(charts=0))
    assert "window.__cx_vega={" not in plain
    assert len(plain) < 60_000


def test_without_a_bundle_the_pictures_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_module.vega, "bundle", lambda: None)
    page = convert(notebook())
    assert page.count('class="static"') == 2
    assert "window.__cx_vega={" not in page


def test_hostile_metadata_is_text() -> None:
    nb = notebook(title=HOSTILE)
    nb.metadata["cx"] = {HOSTILE: HOSTILE, "number": 3, "nested": {"a": "b"}}
    page = convert(nb)
    head, body = re.split(r"<main", page)[0], re.sub(r"<script>.*?</script>", "", page, flags=re.S)
    assert "<img src" not in body
    assert "number" not in head.split("cx-facts")[-1]
    assert "nested" not in head.split("cx-facts")[-1]


def test_an_error_is_said_soberly_and_the_report_calls_itself_incomplete() -> None:
    error = v4.new_output("error", ename="ValueError", evalue="\x1b[31mno <b>journeys</b>", traceback=["/home/me/x.py"])
    page = convert(notebook(extra=(code(error),)))
    assert "This part could not be computed." in page
    assert "no &lt;b&gt;journeys&lt;/b&gt;" in page
    assert "This report is incomplete." in page
    assert "/home/me" not in page
    assert "\x1b" not in page


def test_only_the_pages_own_scripts_may_run(report: str) -> None:
    policy = re.search(r'Content-Security-Policy"[^>]*content="([^"]*)"|content="([^"]*)"[^>]*Content-Security', report)
    assert policy
    rules = policy[1] or policy[2]
    assert rules.startswith("default-src 'none'; img-src data:;")
    assert "unsafe-eval" not in rules
    assert "'unsafe-inline'" not in rules.split("script-src")[1]


# ---- in a browser ----------------------------------------------------------------------------------------------

WATCH = """window.__violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.__violations.push(event.violatedDirective));"""


@pytest.fixture
def visit(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """Opens a page from disk with the network off; afterwards nothing may have gone wrong or gone out."""
    seen: list[str] = []
    contexts = []

    def open_page(html: str, **options: Any) -> Any:
        file = tmp_path / f"report-{len(contexts)}.html"
        file.write_text(html, encoding="utf-8")
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        context.set_offline(True)
        contexts.append(context)
        page = context.new_page()
        page.add_init_script(WATCH)
        page.on("request", lambda r: seen.append(r.url) if not r.url.startswith(("file:", "data:", "blob:")) else None)
        page.on("pageerror", lambda error: seen.append(str(error)))
        page.on("console", lambda message: seen.append(message.text) if message.type == "error" else None)
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        for page in context.pages:
            seen += page.evaluate("() => window.__violations ?? []")
        context.close()
    assert not seen


@pytest.mark.browser
def test_a_chart_comes_alive_and_tells_its_numbers(visit: Any, report: str) -> None:
    if vega.bundle() is None:
        pytest.skip("no vl-convert on this platform")
    page = visit(report)
    page.locator("figure.cx-drawn").nth(1).wait_for()
    assert page.locator("svg.static").count() == 0
    bar = page.locator("figure.cx-drawn").first.locator(".mark-rect path").nth(2)
    bar.scroll_into_view_if_needed()
    bar.hover()
    tooltip = page.locator("#vg-tooltip-element.visible")
    tooltip.wait_for()
    assert "Wait" in tooltip.inner_text()
    assert "216" in tooltip.inner_text()


@pytest.mark.browser
def test_without_scripts_the_pictures_stay(visit: Any, report: str) -> None:
    page = visit(report, java_script_enabled=False)
    assert page.locator("svg.static").first.is_visible()
    assert not page.locator(".cx-themes").is_visible()


@pytest.mark.browser
def test_the_contents_lead_to_their_headings(visit: Any, report: str) -> None:
    page = visit(report, reduced_motion="reduce")
    links = page.locator(".cx-toc a")
    assert links.all_inner_texts() == [
        "How long does each stage take?",
        "Which stages are short?",
        "What changed since May & why ?",
        "What to do next",
    ]
    links.nth(1).click()
    page.locator(".cx-toc a[aria-current]", has_text="Which stages are short?").wait_for()
    assert -1 <= page.locator("h3").first.bounding_box()["y"] < 200
    page.evaluate("() => scrollTo(0, document.body.scrollHeight)")
    page.locator(".cx-toc a[aria-current]", has_text="What to do next").wait_for()


@pytest.mark.browser
def test_the_theme_is_chosen_and_kept(visit: Any, report: str) -> None:
    page = visit(report, color_scheme="light")
    paper = "() => getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(paper)
    assert dark != light
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    page.reload()
    assert page.evaluate(paper) == dark
    page.get_by_role("button", name="Auto").click()
    assert page.evaluate(paper) == light
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) == dark


@pytest.mark.browser
def test_a_hostile_title_is_inert(visit: Any) -> None:
    nb = notebook(title=HOSTILE)
    nb.metadata["cx"] = {"source": HOSTILE}
    page = visit(convert(nb))
    assert page.locator("header h1").inner_text() == HOSTILE
    assert page.title() != "owned"
    assert page.locator("img").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 800, 1280])
def test_nothing_is_wider_than_the_page(visit: Any, report: str, width: int) -> None:
    page = visit(report)
    page.set_viewport_size({"width": width, "height": 900})
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    single = page.locator("main").bounding_box()["x"] < 60
    assert single == (width <= 800)


@pytest.mark.browser
def test_on_paper_it_is_light_and_unfolded(visit: Any, report: str) -> None:
    page = visit(report, color_scheme="dark")
    page.emulate_media(media="print", color_scheme="dark")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate("() => getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("details.cx-table table").first.is_visible()
    assert not page.locator(".cx-toc").is_visible()
    page.evaluate("() => dispatchEvent(new Event('afterprint'))")
    assert not page.locator("details.cx-table table").first.is_visible()
    assert page.pdf()[:4] == b"%PDF"
