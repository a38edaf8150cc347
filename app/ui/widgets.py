"""Small helpers for building views."""

from __future__ import annotations

import html
from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QPushButton, QSizePolicy, QWidget


def label(text: str, role: str = "", *, wrap: bool = False) -> QLabel:
    """Plain text (never markup: file names and passages are shown) in one of the style sheet's roles."""
    result = QLabel(text)
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setProperty("role", role)
    result.setWordWrap(wrap)
    return result


def tooltip(text: str) -> str:
    """Text for a tooltip, which would take what looks like markup for markup; long text is broken into lines."""
    return f"<qt>{html.escape(text)}</qt>"


def markup(notes: list[str]) -> str:
    """Notes that are markup already as one tooltip, said to be so: Qt would guess."""
    return f"<qt>{'<hr>'.join(notes)}</qt>" if notes else ""


def clear(layout: QLayout) -> None:
    """Take every widget out of a layout."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()  # at once: it is deleted a little later
            widget.deleteLater()


def put_before(widget: QWidget, late: Iterable[QWidget]) -> None:
    """Let Tab pass what was made late right before `widget`; by itself it would come last of all in the window."""
    before: QWidget = widget
    while (above := before.previousInFocusChain()) is not None and above is not widget:
        before = above
        if before.focusPolicy() & Qt.FocusPolicy.TabFocus:  # Qt takes no other for a neighbour
            break
    for each in late:
        QWidget.setTabOrder(before, each)
        before = each


def claims_escape(event: QEvent) -> bool:
    """Keep Esc for the widget that has the keys: else it were the key of the command that cancels an analysis."""
    is_override = event.type() == QEvent.Type.ShortcutOverride
    if is_override and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
        event.accept()
        return True
    return False


def restyle(widget: QWidget, **properties: str) -> None:
    """Set properties that the style sheet looks at, and apply it again where they changed."""
    changed = [name for name, value in properties.items() if widget.property(name) != value]
    for name in changed:
        widget.setProperty(name, properties[name])
    if changed:
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class _WheelThrough(QObject):
    """Leaves the wheel to the page."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Not for the control."""
        if event.type() == QEvent.Type.Wheel:
            event.ignore()
            return True
        return super().eventFilter(watched, event)


def leave_wheel(control: QWidget) -> None:
    """Let the wheel scroll the page that a control is on, instead of changing what happens to lie under the pointer."""
    control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    control.installEventFilter(_WheelThrough(control))


def fitted(text: str, font: QFont, width: int, most: int) -> list[str]:
    """The text on at most `most` lines of `width` pixels; where it is longer the last one ends in an ellipsis."""
    text = " ".join(text.split())[: 400 * most]
    layout = QTextLayout(text, font)
    lines: list[str] = []
    layout.beginLayout()
    while len(lines) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        whole = len(lines) == most - 1
        part = text[line.textStart() :] if whole else text[line.textStart() : line.textStart() + line.textLength()]
        lines.append(QFontMetrics(font).elidedText(part.strip(), Qt.TextElideMode.ElideRight, width))
    layout.endLayout()
    return lines


class FittedLabel(QLabel):
    """A label as narrow as the panel wants it, whose lines are broken anew at another width: `fit` sets the text."""

    def __init__(self, text_format: Qt.TextFormat) -> None:
        super().__init__()
        self.setTextFormat(text_format)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def fit(self) -> None:
        """Set the text for the present width."""
        raise NotImplementedError

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the panel wants."""
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Break the lines anew."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.fit()


class Excerpt(FittedLabel):
    """A passage on as many lines as it needs, up to `most`; an ellipsis stands for the rest."""

    def __init__(self, most: int) -> None:
        super().__init__(Qt.TextFormat.PlainText)
        self._most, self._whole = most, ""

    def show_text(self, text: str) -> None:
        """Show another passage."""
        self._whole = text
        self.fit()

    def fit(self) -> None:
        """See `FittedLabel`."""
        self.ensurePolished()
        self.setText("\n".join(fitted(self._whole, self.font(), max(self.width() - 2, 40), self._most)))


class PassageButton(QPushButton):
    """A passage that can be gone to: a word before it, up to `most` lines of it, its place."""

    def __init__(self, lead: str, text: str, place: str, most: int) -> None:
        super().__init__()
        self.setProperty("role", "passage")
        self.setToolTip(tooltip(text))
        self.setAccessibleName(f"{lead} {text[:200]} {place}".strip())
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        words = Excerpt(most)
        words.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        words.show_text(text)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(8)
        for part, stretch in ((label(lead, "muted"), 0), (words, 1), (label(place, "muted"), 0)):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            row.addWidget(part, stretch, Qt.AlignmentFlag.AlignTop)
            if not part.text() and part is not words:
                part.hide()

    def sizeHint(self) -> QSize:  # noqa: N802
        """That of what is on it."""
        return self._row.sizeHint()

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """That of what is on it."""
        return self._row.minimumSize()
