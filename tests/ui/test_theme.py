"""Words can be read on every ground that they stand on, in both themes, and the focus can be seen."""

from __future__ import annotations

import re

import pytest

from app.ui import theme
from app.ui.theme import DARK, LIGHT, TEXT_ON, Theme, stylesheet

TEXT, BORDER = 4.5, 3.0
"""WCAG 2.2: 1.4.3 for words, 1.4.11 and 2.4.13 for what shows the focus."""


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("one", [LIGHT, DARK], ids=lambda one: one.name)
def test_words_can_be_read_on_their_grounds(one: Theme) -> None:
    weak = {
        (words, ground): round(contrast(getattr(one, words), getattr(one, ground)), 2)
        for words, grounds in TEXT_ON.items()
        for ground in grounds
        if contrast(getattr(one, words), getattr(one, ground)) < TEXT
    }
    assert not weak
    assert contrast(theme.SELECTED_TEXT, one.flag) >= TEXT
    assert contrast(one.primary_text, one.text) >= TEXT  # a primary button under the pointer


def rules() -> list[tuple[str, dict[str, str]]]:
    """Selector and properties of every rule of the style sheet, with the names of colours."""
    found = []
    for selector, body in re.findall(r"([^{}]+?) \{\{ (.*?) \}\}", theme._STYLE + theme._HOUSE, re.DOTALL):
        pairs = (part.split(":", 1) for part in body.split(";") if ":" in part)
        found.append((selector.strip(), {name.strip(): value.strip() for name, value in pairs}))
    return found


def test_the_style_sheet_uses_no_pair_that_is_not_measured() -> None:
    assert len(rules()) > 60
    for selector, properties in rules():
        words = re.fullmatch(r"\{(\w+)\}", properties.get("color", ""))
        ground = re.fullmatch(r"\{(\w+)\}", properties.get("background", ""))
        if words and ground and ":disabled" not in selector:
            assert ground.group(1) in TEXT_ON[words.group(1)], selector


@pytest.mark.parametrize("one", [LIGHT, DARK], ids=lambda one: one.name)
def test_the_focus_can_be_seen(one: Theme) -> None:
    sheet = stylesheet(one, 13, "icons")
    assert "{" not in re.sub(r"\{[^{}]*\}", "", sheet)
    for ground in (one.desk, one.panel, one.raised):
        assert contrast(one.flag_text, ground) >= BORDER
    ring = re.search(r'role="primary"\]:focus \{ border: 2px solid (#\w+)', sheet)
    assert ring is not None
    assert contrast(ring.group(1), one.primary) >= BORDER
