"""A passage on a few lines with some of its words shaded."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QTextLayout

from app.ui.appearance import appearance
from app.ui.widgets import FittedLabel

Shade = tuple[int, int, float]
"""Start and end in the text, and how strong, from 0 to 1."""


class ShadedText(FittedLabel):
    """Up to `most` lines; an ellipsis stands for the rest. The text can be selected and copied."""

    def __init__(self, most: int) -> None:
        super().__init__(Qt.TextFormat.RichText)
        self._most, self._whole, self._shades = most, "", tuple[Shade, ...]()
        appearance().changed.connect(self.fit)

    def show_text(self, text: str, shades: Sequence[Shade] = (), most: int | None = None) -> None:
        """Show another passage, or other words of it shaded, on at most `most` lines from now on."""
        self._whole, self._shades = text, tuple(shades)
        self._most = most or self._most
        self.setAccessibleName(" ".join(text.split()))
        self.fit()

    def fit(self) -> None:
        """See `FittedLabel`."""
        self.ensurePolished()
        self.setText(
            "<br>".join(
                self._markup(start, end) + ellipsis
                for start, end, ellipsis in broken(self._whole, self.font(), max(self.width() - 2, 40), self._most)
            )
        )

    def _markup(self, start: int, end: int) -> str:
        parts, at = [], start
        for first, last, strength in sorted(self._shades):
            first, last = max(first, at), min(last, end)
            if first < last:
                words = html.escape(self._whole[first:last])
                parts += [
                    html.escape(self._whole[at:first]),
                    f'<span style="background:{_tint(strength)}">{words}</span>',
                ]
                at = last
        return "".join((*parts, html.escape(self._whole[at:end])))


def _tint(strength: float) -> str:
    """The flag's colour on the card's, the stronger the more."""
    theme = appearance().theme
    ground, flag = QColor(theme.raised), QColor(theme.flag)
    share = (0.16 + 0.34 * strength) if theme.dark else (0.2 + 0.5 * strength)
    pairs = ((ground.red(), flag.red()), (ground.green(), flag.green()), (ground.blue(), flag.blue()))
    return QColor(*(round(g + (f - g) * share) for g, f in pairs)).name()


def broken(text: str, font: QFont, width: int, most: int) -> list[tuple[int, int, str]]:
    """Start, end and, behind the last where more follows, an ellipsis of each line of `width` pixels, at most `most`."""
    text = "".join(" " if character.isspace() else character for character in text[: 400 * most])
    layout = QTextLayout(text, font)
    lines: list[tuple[int, int]] = []
    layout.beginLayout()
    while len(lines) <= most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        lines.append((line.textStart(), line.textStart() + line.textLength()))
    layout.endLayout()
    # Qt counts in UTF-16, Python in code points.
    points = _code_points(text)
    found = [(points[start], points[end], "") for start, end in lines[:most]]
    if len(lines) > most:
        start, end, _ = found[-1]
        metrics = QFontMetrics(font)
        while end > start and metrics.horizontalAdvance(text[start:end].rstrip() + "…") > width:
            end -= 1
        found[-1] = (start, start + len(text[start:end].rstrip()), "…")
    return found


def _code_points(text: str) -> list[int]:
    """The code point at each place of the text in UTF-16, and at its end."""
    points: list[int] = []
    for number, character in enumerate(text):
        points += [number] * (2 if ord(character) > 0xFFFF else 1)
    return [*points, len(text)]
