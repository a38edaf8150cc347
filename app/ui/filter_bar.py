"""Above the findings list: what to show of it, as words to look for, a range of pages, and chips with their numbers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.actions import Actions
from app.ui.filter_words import choice_words
from app.ui.filtering import CHOICES, Filter, Part, pages_between
from app.ui.flow_layout import FlowLayout
from app.ui.state import OpenFile
from app.ui.widgets import label, restyle

_LINES = 3
"""Of chips; the others are scrolled to."""


class FilterBar(QWidget):
    """Shows the filter of one file; `asked` carries the one that the reviewer wants, `left` says that she goes to the list."""

    asked = Signal(object)
    left = Signal()

    def __init__(self, actions: Actions) -> None:
        super().__init__()
        self._filter = Filter()
        self._labels: tuple[str, ...] = ()
        self._chips: dict[tuple[Part, str], QToolButton] = {}
        self.text, self.pages = QLineEdit(), QLineEdit()
        self.text.setPlaceholderText(self.tr("Words in the passage or comment (/)"))
        self.text.setAccessibleName(self.tr("Show findings with these words"))
        self.text.setClearButtonEnabled(True)
        self.text.textChanged.connect(lambda text: self._ask(replace(self._filter, text=text)))
        self.pages.setPlaceholderText(self.tr("Pages 3–7"))
        self.pages.setAccessibleName(self.tr("Show findings on these pages"))
        self.pages.textChanged.connect(self._ask_pages)
        for line in (self.text, self.pages):
            line.installEventFilter(self)
        self.told, self.clear = label("", "small"), QPushButton(self.tr("Show all"))
        self.clear.setProperty("role", "link")
        self.clear.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.clear.setToolTip(actions["clear-filter"].toolTip())
        self.clear.clicked.connect(actions["clear-filter"].trigger)
        self._build()

    def _build(self) -> None:
        self._flow_box = QWidget()
        self._flow_box.setObjectName("chips")
        self._flow = FlowLayout(self._flow_box)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("chipScroll")
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self._flow_box)
        fields, foot = QHBoxLayout(), QHBoxLayout()
        fields.setSpacing(8)
        fields.addWidget(self.text, 1)
        fields.addWidget(self.pages)
        foot.addWidget(self.told, 1)
        foot.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(fields)
        column.addWidget(self._scroll)
        column.addLayout(foot)

    def show_file(self, file: OpenFile) -> None:
        """Show the filter of this file as it is now, with the numbers of its choices."""
        findings = file.findings
        self._filter = findings.filter
        pages = file.opened.pages if file.opened is not None else ()
        self._labels = tuple(file.page_words(page) for page in range(1, len(pages) + 1))
        self.pages.setVisible(bool(pages))
        for field, text in ((self.text, self._filter.text), (self.pages, self._filter.shown_pages)):
            if field.text() != text and not (field is self.pages and field.hasFocus()):
                with QSignalBlocker(field):
                    field.setText(text)
        self._show_chips({part: findings.facets.options(part) for part in CHOICES})
        told = self.tr("{shown:,} of {total:,} shown").format(shown=len(findings), total=findings.total())
        self.told.setText(told)
        for widget in (self.told, self.clear):
            widget.setVisible(bool(self._filter))

    def _show_chips(self, options: dict[Part, list[tuple[str, int]]]) -> None:
        # Where all findings are alike, there is nothing to choose.
        wanted = {
            (part, value): number
            for part, choices in options.items()
            for value, number in choices
            if len(choices) > 1 or value in self._filter.chosen(part) or part == "tag"
        }
        if set(wanted) != set(self._chips):
            self._make_chips(list(wanted))
        for (part, value), chip in self._chips.items():
            chip.setText(f"{choice_words(part, value)}  {wanted[part, value]:,}")
            chip.setChecked(value in self._filter.chosen(part))
        self._fit()

    def _make_chips(self, wanted: list[tuple[Part, str]]) -> None:
        focused = next((key for key, chip in self._chips.items() if chip.hasFocus()), None)
        for key in [key for key in self._chips if key not in wanted]:
            chip = self._chips.pop(key)
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        for key in wanted:
            if key not in self._chips:
                self._chips[key] = self._make_chip(*key)
        self._chips = {key: self._chips[key] for key in wanted}
        before: QWidget = self.pages
        for key, chip in self._chips.items():
            self._flow.removeWidget(chip)
            self._flow.addWidget(chip)
            QWidget.setTabOrder(before, chip)
            before = chip
            if key == focused:
                chip.setFocus()

    def _make_chip(self, part: Part, value: str) -> QToolButton:
        chip = QToolButton(self._flow_box)
        chip.setCheckable(True)
        chip.setProperty("role", "chip")
        chip.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chip.clicked.connect(lambda: self._toggle(part, value))
        chip.installEventFilter(self)
        return chip

    def _toggle(self, part: Part, value: str) -> None:
        self._ask(self._filter.toggled(part, value))

    def _ask_pages(self, typed: str) -> None:
        pages = pages_between(typed, self._labels)
        restyle(self.pages, kind="wrong" if typed.strip() and pages is None else "")
        self.pages.setToolTip(self.tr("There are no such pages.") if typed.strip() and pages is None else "")
        self._ask(replace(self._filter, pages=pages, shown_pages=typed))

    def _ask(self, wanted: Filter) -> None:
        self._filter = wanted
        self.asked.emit(wanted)

    def _fit(self) -> None:
        hint = self.pages.fontMetrics().horizontalAdvance(self.pages.placeholderText())
        self.pages.setFixedWidth(max(hint + 26, 92))
        needed = self._flow.heightForWidth(max(self._scroll.width() - 2, 100))
        lines = _LINES * (self.fontMetrics().height() + 10)
        self._scroll.setFixedHeight(min(needed, lines))
        self._scroll.setVisible(bool(self._chips))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Chips may need more or fewer lines."""
        super().resizeEvent(event)
        self._fit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Return goes to the list; Esc empties the field first. A chip that is tabbed to comes into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QToolButton):
            self._scroll.ensureWidgetVisible(watched, 0, 4)
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(event, QKeyEvent):
            return False
        if event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()  # it is not to cancel an analysis
                return True
            if isinstance(watched, QLineEdit) and watched.text():
                watched.clear()
            else:
                self.left.emit()
            return True
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(watched, QLineEdit)
            and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down)
        ):
            self.left.emit()
            return True
        return False
