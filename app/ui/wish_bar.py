"""Above the list of all findings: what to list by decision, owner, date and tag, with what is asked for most in one click."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QCoreApplication, QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton, QToolButton, QVBoxLayout, QWidget

from app.ui.card_fields import LineField, read_due
from app.ui.filter_words import choice_words
from app.ui.flow_layout import FlowLayout
from app.ui.language import tag_name
from app.ui.widgets import restyle
from app.ui.wishing import CHOICES, DUES, Choice, Due, Whose, Wished
from app.workspace.across import Occurring, owner_key

_MARGIN = 16
_ARROW, _NARROWEST, _WIDEST = 48, 128, 260
"""Pixels of a field beside its words, and in all."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("AllFindings", text)


class WishBar(QWidget):
    """`asked` carries the `Wished` that the reviewer wants. `clear` stands beside the counts, where nothing moves for it."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._wished, self._known, self._reviewer = Wished(), Occurring(), ""
        self.mine = self._make_toggle(_tr("Mine"), _tr("What I am the owner of"))
        self.mine.clicked.connect(lambda on: self._ask(replace(self._wished, whose="mine" if on else "", owner="")))
        self.overdue = self._make_toggle(_tr("Overdue"), _tr("What was to be done before today and is not rejected"))
        self.overdue.clicked.connect(lambda on: self._ask(replace(self._wished, due="overdue" if on else "")))
        self.decision, self.owner, self.due, self.tag = (
            self._make_box(name) for name in (_tr("Decision"), _tr("Owner"), _tr("Due date"), _tr("Tag"))
        )
        self.decision.activated.connect(lambda: self._ask(replace(self._wished, decision=self.decision.currentData())))
        self.owner.activated.connect(lambda: self._ask_owner(*self.owner.currentData()))
        self.due.activated.connect(lambda: self._ask_due(self.due.currentData()))
        self.tag.activated.connect(lambda: self._ask(replace(self._wished, tag=self.tag.currentData())))
        advice = _tr("A date such as 2026-03-31, 3-31, or +7 for a week from now.")
        self.until = LineField(_tr("Until"), _tr("Until this day"), read_due, advice)
        self.until.setFixedWidth(110)
        self.until.changed.connect(lambda day: self._ask(replace(self._wished, until=day)))
        self.clear = QPushButton(_tr("Remove filters"))
        self.clear.setProperty("role", "link")
        self.clear.clicked.connect(lambda: self._ask(self._wished.unfiltered()))
        around, flow = QVBoxLayout(self), FlowLayout(gap=8)
        around.setContentsMargins(_MARGIN, 8, _MARGIN, 8)
        around.addLayout(flow)
        for part in (self.mine, self.overdue, self.decision, self.owner, self.due, self.until, self.tag):
            flow.addWidget(part)
        self.show_wished(Wished())

    def _make_toggle(self, text: str, hint: str) -> QToolButton:
        toggle = QToolButton()
        toggle.setText(text)
        toggle.setToolTip(hint)
        toggle.setCheckable(True)
        toggle.setProperty("role", "toggle")
        toggle.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return toggle

    def _make_box(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setMaxVisibleItems(20)
        return box

    # ---- what shows

    def know(self, known: Occurring, reviewer: str) -> None:
        """What there is to choose, and who is "mine"."""
        self._known, self._reviewer = known, reviewer
        self.show_wished(self._wished)

    def show_wished(self, wished: Wished) -> None:
        """Show what is wished now."""
        self._wished = wished
        self.mine.setChecked(wished.whose == "mine")
        self.overdue.setChecked(wished.due == "overdue")
        _fill(self.decision, [(_choice_words(each), each) for each in CHOICES], wished.decision)
        _fill(self.owner, self._owners(), (wished.whose, wished.owner if wished.whose == "named" else ""))
        _fill(self.due, [(_due_words(each), each) for each in DUES], wished.due)
        tags = sorted({*self._known.tags, *filter(None, [wished.tag])}, key=tag_name)
        _fill(self.tag, [(_tr("Any tag"), ""), *((tag_name(tag), tag) for tag in tags)], wished.tag)
        self.until.setVisible(wished.due == "until")
        self.until.show_value(wished.until)
        self.clear.setVisible(wished.is_filtering)
        self._fit()

    def _owners(self) -> list[tuple[str, tuple[Whose, str]]]:
        mine = _tr("Mine: {name}").format(name=self._reviewer) if self._reviewer else _tr("Mine")
        named = self._wished.owner if self._wished.whose == "named" else ""
        known = {owner_key(owner) for owner in self._known.owners}
        others = [*self._known.owners, *([named] if named and owner_key(named) not in known else [])]
        spelled = [named if named and owner_key(named) == owner_key(owner) else owner for owner in others]
        return [
            (_tr("Any owner"), ("", "")),
            (mine, ("mine", "")),
            (_tr("Nobody yet"), ("nobody", "")),
            *((owner, ("named", owner)) for owner in spelled),
        ]

    def _fit(self) -> None:
        """All parts as high as the fields; they stand beside each other."""
        height = self.owner.sizeHint().height()
        for part in (self.mine, self.overdue, self.until):
            part.setFixedHeight(height)
        for box in (self.decision, self.owner, self.due, self.tag):
            words = box.fontMetrics().horizontalAdvance(box.currentText())
            box.setFixedWidth(min(max(words + _ARROW, _NARROWEST), _WIDEST))
            restyle(box, chosen="true" if box.currentIndex() > 0 else "")
        self.updateGeometry()

    # ---- what is asked for

    def _ask(self, wished: Wished) -> None:
        self.asked.emit(wished)
        self.show_wished(self._wished)  # where it is refused, what was clicked on goes back

    def _ask_owner(self, whose: Whose, owner: str) -> None:
        self._ask(replace(self._wished, whose=whose, owner=owner))

    def _ask_due(self, due: Due) -> None:
        self._ask(replace(self._wished, due=due))
        if due == "until":
            self.until.setFocus()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Another font: other heights."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "clear"):
            self._fit()


def _fill(box: QComboBox, options: Sequence[tuple[str, object]], chosen: object) -> None:
    """Let a box have these options, the chosen one current."""
    with QSignalBlocker(box):
        if [(box.itemText(row), _data(box, row)) for row in range(box.count())] != list(options):
            box.clear()
            for text, value in options:
                box.addItem(text, value)
        box.setCurrentIndex(next((row for row, (_, value) in enumerate(options) if value == chosen), 0))
    view = box.view()
    view.setMinimumWidth(min(view.sizeHintForColumn(0) + 32, 360))


def _data(box: QComboBox, row: int) -> object:
    value = box.itemData(row)
    return tuple(value) if isinstance(value, list) else value  # as Qt may hand back a pair


def _choice_words(choice: Choice) -> str:
    if not choice:
        return _tr("Any decision")
    decision = "accepted" if choice == "kept" else choice
    return choice_words("kind" if decision in ("edited", "added") else "decision", decision)


def _due_words(due: Due) -> str:
    return {
        "": _tr("Any date"),
        "overdue": _tr("Overdue"),
        "week": _tr("This week"),
        "until": _tr("Until a day…"),
        "dated": _tr("With a date"),
    }[due]
