"""Colours that can be read in light and dark, and text that fits."""

import itertools
import math

import pytest

from cxkit.views import theme

LIGHT, DARK = 0, 1


def linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, from relative luminance."""
    luminance = [sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), linear(x), strict=True)) for x in (one, other)]
    return (max(luminance) + 0.05) / (min(luminance) + 0.05)


@pytest.mark.parametrize("side", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["ink", "muted", "long", "ended"])
def test_text_has_the_contrast_that_reading_takes(name, side):
    assert contrast(theme.TOKENS[name][side], theme.TOKENS["paper"][side]) >= 4.5


@pytest.mark.parametrize("side", [LIGHT, DARK])
def test_marks_stand_out_from_the_paper(side):
    marks = ["line-1", "line-2", "line-3", "accent", "box", "long-4", "long-5", "many-5"]
    marks += [f"cat-{n}" for n in range(1, len(theme.CATEGORIES) + 1)]
    low = {name: contrast(theme.TOKENS[name][side], theme.TOKENS["paper"][side]) for name in marks}
    assert {name: value for name, value in low.items() if value < 3} == {}


@pytest.mark.parametrize("side", [LIGHT, DARK])
def test_text_can_be_read_on_every_fill(side):
    pairs = [*theme.MANY, *theme.LONGER, *theme.CATEGORIES, theme.OTHER]
    names = [[part.removeprefix("var(--cx-").split(",")[0] for part in pair] for pair in pairs]
    low = {fill: contrast(theme.TOKENS[fill][side], theme.TOKENS[ink][side]) for fill, ink in names}
    assert {name: value for name, value in low.items() if value < 4.5} == {}


# Machado, Oliveira, Fernandes 2009, severity 1.
SIGHT = {
    "all colours": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def oklab(rgb: list[float]) -> list[float]:
    cones = ((0.41222, 0.53633, 0.05145), (0.21190, 0.68070, 0.10740), (0.08830, 0.28172, 0.62998))
    lms = [math.cbrt(value) for value in times(cones, [min(1, max(0, part)) for part in rgb])]
    return times(((0.21045, 0.79362, -0.00407), (1.97800, -2.42859, 0.45059), (0.02590, 0.78277, -0.80868)), lms)


def times(matrix, vector) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


@pytest.mark.parametrize("side", [LIGHT, DARK])
@pytest.mark.parametrize("sight", SIGHT)
def test_eight_categories_differ_for_every_kind_of_sight(sight, side):
    seen = [oklab(times(SIGHT[sight], linear(theme.TOKENS[f"cat-{n}"][side]))) for n in range(1, 9)]
    assert min(math.dist(a, b) for a, b in itertools.combinations(seen, 2)) > 0.065


def test_light_is_the_fallback_of_every_token():
    assert theme.flat(theme.INK) == theme.TOKENS["ink"][LIGHT]
    assert theme.used(f'<path fill="{theme.INK}" stroke="{theme.LINES[0]}"/>') == ["ink", "line-1"]


def test_the_style_sheet_knows_system_page_and_notebook():
    for part in (
        "@media screen and (prefers-color-scheme: dark)",
        '[data-theme="light"], body[data-jp-theme-light="true"]',
        '[data-theme="dark"], body[data-jp-theme-light="false"]',
    ):
        assert part in theme.STYLE
    assert theme.STYLE.count("--cx-ink:") == 3


def test_text_is_measured_for_many_scripts():
    assert theme.text_width("", 12) == 0
    assert theme.text_width("W", 12) > theme.text_width("i", 12)
    assert theme.text_width("注", 12) > theme.text_width("n", 12)
    assert theme.text_width("e\u0301", 12) == theme.text_width("e", 12)
    assert theme.text_width("🧾", 12) > 12


@pytest.mark.parametrize("name", ["word " * 40, "x" * 200, "注文" * 90, "one"])
def test_wrapped_lines_fit(name):
    lines = theme.wrap(name.strip(), 120, 13)
    assert 1 <= len(lines) <= 2
    assert all(theme.text_width(line, 13) <= 120 for line in lines)


def test_cut_text_says_so():
    assert theme.wrap("alpha beta gamma delta epsilon", 60, 13)[-1].endswith("…")
    assert theme.wrap("alpha beta", 300, 13) == ["alpha beta"]


def test_clean_text_is_one_visible_line():
    assert theme.clean("a\x00b\n\tc\ud800") == "a b c"
    assert theme.clean("abc\u202edef") == "abcdef"
    assert theme.clean(" \x07 ") == "(no name)"
