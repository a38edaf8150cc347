"""What the window does for deciding by keys: ends of a finding on the page, tags, fields of the card, why this passage."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from app.ui.actions import Actions
from app.ui.finding_card import FindingCard
from app.ui.language import current
from app.ui.range_editing import RangeEditor
from app.ui.session import Session
from app.ui.sheet_view import SheetView
from app.ui.tag_picker import TagPicker

ASKING_AFTER = 200
"""Milliseconds that a finding is looked at before the model is asked about it: who leafs through asks nothing."""


class Deciding(QObject):
    """Stands between card, pages and session. `sheets` gives the pages in view."""

    def __init__(
        self,
        session: Session,
        actions: Actions,
        card: FindingCard,
        sheets: Callable[[], SheetView | None],
        rows: QAbstractItemView,
        parent: QWidget,
    ) -> None:
        """`rows` are the findings, where the cursor is when the next key is to decide."""
        super().__init__(parent)
        self._session = session
        self._actions = actions
        self._card = card
        self._sheets = sheets
        self._rows = rows
        rows.installEventFilter(self)
        self.editor: RangeEditor | None = None
        self.picker: TagPicker | None = None
        self._asking = QTimer(self, interval=ASKING_AFTER, singleShot=True)
        self._asking.timeout.connect(self._ask)
        hub = session.hub
        hub.selected.connect(self._another)
        hub.findings.connect(lambda key, _ids: self._another(key))
        hub.current.connect(self._leave)
        hub.marked.connect(lambda _key: actions.refresh())
        session.explainer.answered.connect(self._answer)
        card.owned.connect(lambda file, each, text: session.reviewing(lambda r: r.set_owner(file, each, text)))
        card.dated.connect(lambda file, each, text: session.reviewing(lambda r: r.set_due(file, each, text)))
        card.left.connect(self._back)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What the commands of this module do, by their ids."""
        return {
            "edit-range": self.edit_range,
            "tags": self.pick_tags,
            "owner": self._card.edit_owner,
            "due": self._card.edit_due,
            "why": self.toggle_why,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """The card of another finding is higher: its row stays in view."""
        if isinstance(event, QResizeEvent) and event.size().height() < event.oldSize().height():
            QTimer.singleShot(0, self, lambda: self._rows.scrollTo(self._rows.currentIndex()))
        return super().eventFilter(watched, event)

    def _back(self) -> None:
        self._rows.setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- ends

    def edit_range(self) -> None:
        """Let the ends of the selected finding be moved on the page."""
        file, sheets = self._session.state.current, self._sheets()
        finding = file.findings.selected if file is not None else None
        if file is None or sheets is None or finding is None or file.document is None:
            return
        self._close_editor()
        sheets.reveal(finding.id)
        editor = self.editor = RangeEditor(sheets, file.document, finding)

        def keep(start: int, end: int) -> None:
            self._session.reviewing(lambda reviewer: reviewer.set_range(file, finding.id, start, end))

        editor.kept.connect(keep)
        editor.ended.connect(self._ended)

    def _ended(self) -> None:
        self.editor = None
        self._back()

    def _close_editor(self) -> None:
        if self.editor is not None:
            self.editor.close_editor()

    # ---- tags

    def pick_tags(self) -> None:
        """Show the list of tags over the card."""
        file = self._session.state.current
        finding = file.findings.selected if file is not None else None
        if file is None or finding is None:
            return
        passages = file.analysis.passages if file.analysis is not None else ()
        used = sorted({tag.tag for passage in passages for tag in passage.tags})
        picker = self.picker = TagPicker([tag.tag for tag in finding.tags], used, current(), self._card)
        picker.chosen.connect(
            lambda tags: self._session.reviewing(lambda reviewer: reviewer.set_tags(file, finding.id, tags))
        )
        picker.destroyed.connect(self._forget_picker)
        picker.show_above(self._card.tools["tags"])

    def _forget_picker(self) -> None:
        self.picker = None

    # ---- why

    def toggle_why(self) -> None:
        """Have the words that carried the estimate shaded, of this finding and of those that follow, or not."""
        if self._actions["why"].isChecked():
            self._ask()
        else:
            self._session.explainer.stop()
            self._card.show_explanation("")

    def _ask(self) -> None:
        file = self._session.state.current
        finding = file.findings.selected if file is not None else None
        if file is None or finding is None or file.analysis is None or not self._actions["why"].isChecked():
            return
        self._session.explainer.ask(finding, file.analysis)
        self._answer()

    def _answer(self) -> None:
        file = self._session.state.current
        finding = file.findings.selected if file is not None else None
        if file is None or finding is None or file.analysis is None or not self._actions["why"].isChecked():
            return
        known = self._session.explainer.answer_for(finding, file.analysis)
        waiting = QCoreApplication.translate("FindingCard", "Asking the model which words it goes by…")
        self._card.show_explanation(self._session.explainer.problem or waiting, known)

    # ---- another finding comes

    def _another(self, key: int) -> None:
        if key == self._session.state.current_key:
            self._leave()

    def _leave(self) -> None:
        self._close_editor()
        if self._actions["why"].isChecked():
            self._session.explainer.stop()
            self._asking.start()
