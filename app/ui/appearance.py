"""Dresses the Qt application in a `Theme`: palette, style sheet, fonts with Japanese fallbacks, icons in the text's colour."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from app.ui.theme import DARK, LIGHT, SELECTED_TEXT, Theme, stylesheet

ICONS = Path(__file__).resolve().parents[2] / "resources" / "icons"

# The platform's own font comes first; these give Japanese (not Chinese) forms of the shared characters: what macOS, Windows
# and the distributions of Linux bring along, the best of each first.
JAPANESE_FONTS = (
    *("Hiragino Sans", "Hiragino Kaku Gothic ProN"),
    *("Yu Gothic UI", "Meiryo", "MS PGothic"),
    *("Noto Sans CJK JP", "Noto Sans JP", "Source Han Sans JP", "BIZ UDPGothic", "IPAexGothic", "IPAGothic"),
    *("TakaoPGothic", "VL PGothic"),
)
USUAL_TEXT = 13
"""Pixels of the text for which widths were chosen."""
SMALLEST_TEXT = 11
"""Pixels; below that Japanese cannot be read."""


class Appearance(QObject):
    """The theme in force; follows the system and tells widgets that paint for themselves when it changes."""

    changed = Signal()

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self.theme = LIGHT
        self._chosen: str = "system"
        self._text_size = 1.0
        application.setStyle("Fusion")
        self._font = _base_font()
        application.setFont(self._font)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._follow)
        self._follow()

    def choose(self, theme: str, text_size: float = 1.0) -> None:
        """Use the theme `light` or `dark`, or follow the system; text at `text_size` times the system's size."""
        self._chosen, self._text_size = theme, text_size
        font = QFont(self._font)
        font.setPixelSize(max(SMALLEST_TEXT, round(self._font.pixelSize() * text_size)))
        if font.pixelSize() != self._application.font().pixelSize():
            self._application.setFont(font)
        self._follow()

    def watch(self, window: QWidget) -> None:
        """Follow the system's text size and family where it tells this window that they are others."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """A change of the system's font comes as one of its theme where an application has chosen a font, as this one has."""
        if event.type() in (QEvent.Type.ThemeChange, QEvent.Type.ApplicationFontChange):
            font = _base_font()
            if (font.pixelSize(), font.families()) != (self._font.pixelSize(), self._font.families()):
                self._font = font
                self._application.setFont(font)
                self.choose(self._chosen, self._text_size)
        return False

    def _follow(self) -> None:
        dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.use(DARK if self._chosen == "dark" or (self._chosen == "system" and dark) else LIGHT)

    @contextmanager
    def as_if(self, theme: Theme) -> Iterator[None]:
        """While something is drawn for another ground than the window's: have `theme` without dressing any widget in it."""
        kept, self.theme = self.theme, theme
        try:
            yield
        finally:
            self.theme = kept

    def use(self, theme: Theme) -> None:
        """Dress everything in `theme`."""
        self.theme = theme
        self._application.setPalette(_palette(self.theme))
        pixels = QFontInfo(self._application.font()).pixelSize()
        self._application.setStyleSheet(stylesheet(self.theme, pixels, ICONS.as_posix()))
        self.changed.emit()

    def scaled(self, pixels: int) -> int:
        """A width that was chosen for text of the usual size, for larger text."""
        return max(pixels, round(pixels * self._application.font().pixelSize() / USUAL_TEXT))

    def icon(self, name: str) -> QIcon:
        """The icon `name` in the theme's text colour, greyed where disabled."""
        return _icon(name, self.theme)


def appearance() -> Appearance:
    """The one of the running application; made on first use."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)  # noqa: S101 -- widgets exist only after it
    found = application.findChild(Appearance)
    return found if isinstance(found, Appearance) else Appearance(application)


class TextWide(QObject):
    """Keeps `widget` wide enough for larger text: `pixels` for text of the usual size; `at_most`, where it may be narrower."""

    def __init__(self, widget: QWidget, pixels: int, *, at_most: bool = False) -> None:
        super().__init__(widget)
        self._set, self._pixels = widget.setMaximumWidth if at_most else widget.setFixedWidth, pixels
        appearance().changed.connect(self._fit)
        self._fit()

    def _fit(self) -> None:
        self._set(appearance().scaled(self._pixels))


def has_japanese_font() -> bool:
    """Whether Japanese text will show as text and not as boxes."""
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.Japanese))


def colour(value: str, alpha: float = 1.0) -> QColor:
    """A theme's colour with an opacity."""
    result = QColor(value)
    result.setAlphaF(alpha)
    return result


def picture(name: str, tint: str, size: int, ratio: float = 2.0) -> QPixmap:
    """The icon `name` drawn at `size` pixels in the colour `tint`."""
    source = (ICONS / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", tint)
    pixmap = QPixmap(round(size * ratio), round(size * ratio))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, pixmap.width(), pixmap.height()))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


@lru_cache(maxsize=128)
def _icon(name: str, theme: Theme) -> QIcon:
    icon = QIcon(picture(name, theme.text, 18))
    icon.addPixmap(picture(name, theme.rejected, 18), QIcon.Mode.Disabled)
    return icon


def _base_font() -> QFont:
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    family = font.family()
    if family in ("Sans", "Sans Serif", "Bitstream Vera Sans", "DejaVu Sans", ""):
        # A bare Linux names no font of its own choosing: take a better one where it is there.
        available = set(QFontDatabase.families())
        family = next((f for f in ("Inter", "Noto Sans", "Cantarell", "Ubuntu") if f in available), family)
    font.setFamilies([family, *JAPANESE_FONTS])
    font.setPixelSize(max(13, QFontInfo(font).pixelSize()))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


def _palette(theme: Theme) -> QPalette:
    palette = QPalette()
    roles = {
        QPalette.ColorRole.Window: theme.panel,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.raised,
        QPalette.ColorRole.AlternateBase: theme.hover,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.raised,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.ToolTipBase: theme.raised,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.muted,
        QPalette.ColorRole.Highlight: theme.flag,
        QPalette.ColorRole.HighlightedText: SELECTED_TEXT,
        QPalette.ColorRole.Link: theme.flag_text,
        QPalette.ColorRole.Mid: theme.line,
    }
    for role, value in roles.items():
        palette.setColor(role, QColor(value))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor(theme.rejected))
    return palette
