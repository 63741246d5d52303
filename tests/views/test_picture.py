"""A picture shows itself, saves itself, and carries its specification without harm."""

import json
import sys
import xml.etree.ElementTree as ET

import pytest

from cxkit.errors import InputError
from cxkit.views import picture, theme
from cxkit.views.picture import Picture, drawing, empty, heading

PLAIN = Picture("Plain", drawing("Plain", "A rule", '<path d="M0,0H9" stroke="red"/>', 100, 60))
SPEC = {
    "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
    "data": {"values": [{"a": "</script><script>alert(1)</script>", "b": 2}]},
    "mark": {"type": "bar", "color": theme.ACCENT},
    "encoding": {"x": {"field": "b", "type": "quantitative"}, "y": {"field": "a", "type": "nominal"}},
    "config": theme.altair_config(),
}


def test_html_is_a_figure_with_its_drawing():
    html = PLAIN._repr_html_()
    assert html.startswith('<figure class="cx-figure mathjax_ignore tex2jax_ignore"')
    assert '<div class="cx-picture"' in html
    assert "<script" not in html


def test_the_specification_cannot_leave_its_script():
    html = Picture("Chart", "<svg/>", SPEC)._repr_html_()
    before, inside = html.split('<script type="application/json" class="cx-spec">')
    body, after = inside.split("</script>", 1)
    assert "<" not in body
    assert json.loads(body) == SPEC
    assert after == "</figure>"
    assert "<script" not in before


@pytest.mark.parametrize("suffix", [".svg", ".html", ".SVG"])
def test_saved_pictures_stand_alone(tmp_path, suffix):
    path = PLAIN.save(tmp_path / f"p{suffix}")
    content = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in content
    assert "<title" in content
    assert "http" not in content.replace("http://www.w3.org/2000/svg", "")


def test_a_chart_saves_its_specification(tmp_path):
    path = Picture("Chart", "<svg/>", SPEC).save(tmp_path / "p.json")
    assert json.loads(path.read_text(encoding="utf-8")) == SPEC
    with pytest.raises(InputError, match="no specification"):
        PLAIN.save(tmp_path / "p.json")


def test_a_png_is_drawn_in_light_colours(tmp_path):
    pytest.importorskip("vl_convert")
    assert PLAIN.save(tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_converter_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(InputError, match="vl-convert"):
        PLAIN.save(tmp_path / "p.png")
    words = picture.chart("Title", "What it shows", SPEC)
    assert "vl-convert-python" in words.svg
    assert words.spec == SPEC
    ET.fromstring(words.svg)


def test_unknown_formats_are_refused(tmp_path):
    with pytest.raises(InputError, match=r"\.svg"):
        PLAIN.save(tmp_path / "p.gif")


def test_charts_keep_the_custom_properties_of_every_colour():
    pytest.importorskip("vl_convert")
    svg = picture.chart("Title", "What it shows", SPEC).svg
    root = ET.fromstring(svg)
    used = {value for element in root.iter() for key, value in element.attrib.items() if key in ("fill", "stroke")}
    assert {theme.ACCENT, theme.PAPER, theme.MUTED} <= used
    assert not {value for value in used if value.startswith("#") or value == "black"}
    assert f"--cx-accent:{theme.TOKENS['accent'][1]}" in svg


def test_an_empty_picture_says_what_to_do():
    svg = empty("<b>", "0 journeys", "a note").svg
    words = [text.text for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert words[:3] == ["<b>", "0 journeys", "a note"]
    assert picture.NOTHING in words


def test_long_headings_wrap():
    parts, height = heading("A question " * 20, ["words " * 60], 400)
    assert parts.count("<text") == 5
    assert height > 90
