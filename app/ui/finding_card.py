"""The card of the selected finding: what it is and why, its words and links, who is to do what, and the buttons to decide."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.analysis.analysis import Analysis, Explanation
from app.review.findings import Finding
from app.ui.actions import Actions
from app.ui.appearance import appearance
from app.ui.card_fields import CommentField, LineField, read_due, read_owner
from app.ui.card_words import heading, link_title, opinion_lines, place_line, shaded_words, weight_line
from app.ui.changed_note import ChangedNote
from app.ui.explaining import heavy
from app.ui.finding_list import is_accepted
from app.ui.relations import Relation, relations
from app.ui.shaded_text import ShadedText
from app.ui.squeezed import Squeezed
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton, clear, label, put_before, restyle, tooltip
from app.ui.words import way_words

QUOTE_LINES, EXPLAINED_LINES = 4, 10
LINKS = 2
ABOUT_HEIGHT = 96
"""Pixels that what is said of a finding keeps above the fields in a low window; it scrolls there."""
GUTTER = 12
"""Pixels between what is on the card and its right edge, in which the scroll bar comes."""
FIELD_FRAME = 14
"""Pixels above and below a field's lines together: border and padding of the style sheet, and two to spare, or it scrolls."""
LEAST_HEIGHT = 96
"""Pixels that what stands above the buttons keeps, fields included; in a very low window it scrolls as a whole."""


class FindingCard(QWidget):
    """Shows one finding. `commented`, `owned` and `dated` carry file, id and text when the reviewer leaves the field.

    `followed` carries the passage at the other end of a link; `left` says that the next key is for the findings again.
    """

    commented = Signal(object, str, str)
    owned = Signal(object, str, str)
    dated = Signal(object, str, str)
    followed = Signal(object)
    left = Signal()

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file: OpenFile | None = None
        self._finding_id: str | None = None
        self._shown: tuple[str, Analysis | None, object] | None = None
        self._kept = ""
        self._tags = label("", "head", wrap=True)
        self._place, self._figures, self._why = (label("", "small", wrap=True) for _ in range(3))
        self._why.hide()
        self._opinions = label("", "small", wrap=True)
        self._quote = ShadedText(QUOTE_LINES)
        self.changed = ChangedNote()
        self._links = QVBoxLayout()
        self._links.setSpacing(4)
        self._comment = self._make_comment()
        self.owner = LineField(self.tr("Owner (O)"), self.tr("Owner"), read_owner)
        advice = self.tr("Write a date as 2026-03-31, 3-31 for the next one, or +7 for seven days from today.")
        self.due = LineField(self.tr("Due date (D)"), self.tr("Due date"), read_due, advice)
        for field, signal in ((self.owner, self.owned), (self.due, self.dated)):
            field.changed.connect(partial(self._tell, signal))
            field.done.connect(self.left)
        self.accept = self._button(actions["accept"], "A")
        self.reject = self._button(actions["reject"], "R")
        self.skip = self._button(actions["skip"], "K")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 4, 12)
        layout.setSpacing(6)
        self._about = Squeezed(ABOUT_HEIGHT, 6)
        for widget in (self._tags, self._place, self._figures, self.changed, self._quote, self._why):
            self._about.column.addWidget(widget)
        self._about.column.insertWidget(3, self._opinions)
        self._about.column.addLayout(self._links)
        self._all = Squeezed(LEAST_HEIGHT, 6, GUTTER)
        self._all.column.addWidget(self._about, 1)
        self._all.column.addLayout(self._make_tools(actions))
        self._all.column.addLayout(_row(self.owner, self.due))
        self._all.column.addWidget(self._comment)
        layout.addWidget(self._all, 1)
        buttons = _row(self.accept, self.reject, self.skip)
        buttons.setContentsMargins(0, 0, GUTTER, 0)
        layout.addLayout(buttons)
        for part in (self.owner, self.due, self._comment):
            part.installEventFilter(self)
        appearance().changed.connect(self._fit_comment)
        self._fit_comment()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Where the fields leave too little to what is said of the finding, all of it scrolls, and not that alone."""
        super().resizeEvent(event)
        fields = self._all.sizeHint().height() - self._about.sizeHint().height()
        self._about.ask_for(ABOUT_HEIGHT if self._all.height() >= fields + ABOUT_HEIGHT else None)

    def _make_comment(self) -> CommentField:
        field = CommentField()
        field.setTabChangesFocus(True)
        field.document().setDocumentMargin(2)  # its words begin where those of the fields above begin
        field.setAcceptDrops(False)  # a document that is dropped on it is to be opened
        field.setPlaceholderText(self.tr("Comment (C) – goes with the finding into every export"))
        field.setAccessibleName(self.tr("Comment"))
        field.left.connect(self.keep_comment)
        field.done.connect(self.left)
        return field

    def _fit_comment(self) -> None:
        """Two lines, in whichever text size."""
        lines = 2 * self._comment.fontMetrics().lineSpacing()
        self._comment.setFixedHeight(lines + round(2 * self._comment.document().documentMargin()) + FIELD_FRAME)

    def _make_tools(self, actions: Actions) -> QHBoxLayout:
        """Small buttons of what can be done besides deciding."""
        names = {
            "why": (self.tr("Why"), "W"),
            "edit-range": (self.tr("Ends"), "E"),
            "tags": (self.tr("Tags"), "T"),
            "raise": (self.tr("Raise"), "M"),
        }
        self.tools = {command: _tool(actions[command], f"{text} {key}") for command, (text, key) in names.items()}
        self.tools["raise"].setCheckable(True)
        return _row(*self.tools.values(), spacing=4)

    def _button(self, action: QAction, key: str) -> QPushButton:
        button = QPushButton(f"{action.text()}  {key}")
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.setEnabled(action.isEnabled())
        return button

    # ---- what is shown

    def show_finding(self, file: OpenFile | None) -> None:
        """Show the selected finding of `file`; the fields of the one before are kept first."""
        finding = file.findings.selected if file is not None and file.is_reviewable else None
        if finding is not None and finding.id != self._finding_id:
            self._about.verticalScrollBar().setValue(0)
            self._all.verticalScrollBar().setValue(0)
        if (finding.id if finding else None) != self._finding_id:
            self.keep_comment()
            self._leave_fields()
        self.setVisible(finding is not None)
        if finding is None or file is None:
            self._finding_id = None
            return
        self._tags.setText(heading(finding))
        self._place.setText(place_line(file, finding))
        self._place.setVisible(bool(self._place.text()))
        self._figures.setText(weight_line(file, finding))
        self._opinions.setText(opinion_lines(finding))
        self._opinions.setVisible(bool(finding.opinions))
        self._tags.setToolTip(tooltip(self._figures.text()))
        if not self._comment.hasFocus() or finding.id != self._finding_id:
            self._comment.setPlainText(finding.comment)
            self._kept = finding.comment
        self.changed.show_asked(file.asked.get(finding.id), finding.text)
        self._show_passage(file, finding)
        self._file, self._finding_id = file, finding.id
        self.owner.show_value(finding.owner)
        self.due.show_value(finding.due)
        self.tools["raise"].setChecked(finding.raised)
        restyle(self.accept, role="accepted" if is_accepted(finding.decision) else "primary")
        restyle(self.reject, role="rejected" if finding.decision == "rejected" else "")

    def _show_passage(self, file: OpenFile, finding: Finding) -> None:
        """Words and links, where they are others than before; an explanation is for the words that it was given for."""
        shown = (finding.text, file.analysis, file.structure)
        if finding.id == self._finding_id and shown == self._shown:
            return
        self._shown = shown
        self._quote.show_text(finding.text, most=QUOTE_LINES)
        self._why.hide()
        self._show_links(file, relations(file.analysis, finding))

    def show_explanation(self, told: str, explanation: Explanation | None = None) -> None:
        """Shade what carried the estimate and say what that is; without an explanation only `told`, which may be nothing."""
        finding = self._file.findings.selected if self._file is not None else None
        if finding is None:
            return
        weights = heavy(explanation) if explanation is not None else []
        self._quote.show_text(finding.text, weights, EXPLAINED_LINES if explanation is not None else QUOTE_LINES)
        text = shaded_words(finding.text, explanation, weights) if explanation is not None else told
        self._why.setText(text)
        self._why.setVisible(bool(text))

    def _show_links(self, file: OpenFile, links: list[Relation]) -> None:
        clear(self._links)
        entries = []
        for relation in links[:LINKS]:
            passage = relation.passage
            place = self.tr("p. {page}").format(page=file.page_words(passage.page)) if passage.quads else ""
            lead = way_words(relation.way) if relation.way != "defined-in" else ""
            entry = PassageButton(lead, link_title(file, passage, defines=not lead), place, most=1)
            entry.setToolTip(tooltip(passage.text))
            entry.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            entry.clicked.connect(lambda _checked=False, passage=passage: self.followed.emit(passage))
            self._links.addWidget(entry)
            entries.append(entry)
        put_before(self.tools["why"], entries)
        if len(links) > LINKS:
            more = self.tr("and {n} more").format(n=len(links) - LINKS)
            self._links.addWidget(label(more, "small"))

    # ---- fields

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """A field that gets the keys comes into view."""
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, QWidget):
            self._all.show_whole(watched)
        return super().eventFilter(watched, event)

    def edit_comment(self) -> None:
        """Put the cursor into the comment."""
        self._comment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def edit_owner(self) -> None:
        """Put the cursor into the owner."""
        self.owner.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.owner.selectAll()

    def edit_due(self) -> None:
        """Put the cursor into the due date."""
        self.due.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.due.selectAll()

    def keep_comment(self) -> None:
        """Store what was typed, if it was changed; of the other fields as well what is being typed."""
        for field in (self.owner, self.due):
            if field.hasFocus():
                field.keep()
        text = self._comment.toPlainText().strip()
        if self._file is not None and self._finding_id is not None and text != self._kept:
            self._kept = text
            self.commented.emit(self._file, self._finding_id, text)

    def _leave_fields(self) -> None:
        """Another finding comes: what is typed belongs to this one."""
        for field in (self.owner, self.due):
            if field.hasFocus():
                field.clearFocus()

    def _tell(self, signal: SignalInstance, text: str) -> None:
        if self._file is not None and self._finding_id is not None:
            signal.emit(self._file, self._finding_id, text)


def _row(*widgets: QWidget, spacing: int = 8) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(spacing)
    for widget in widgets:
        row.addWidget(widget, 1)
    return row


def _tool(action: QAction, text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setToolTip(action.toolTip())
    button.setCheckable(action.isCheckable())
    button.setProperty("role", "toggle")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setSizePolicy(QPushButton().sizePolicy())

    def follow() -> None:
        button.setEnabled(action.isEnabled())
        if action.isCheckable():
            button.setChecked(action.isChecked())

    button.clicked.connect(action.trigger)
    action.changed.connect(follow)
    follow()
    return button
