"""The card of the selected finding: what it is and why, its words and links, a comment, and the buttons to decide."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.analysis.analysis import Analysis
from app.review.findings import Finding
from app.tags import tag_name
from app.ui.actions import Actions
from app.ui.finding_list import is_accepted
from app.ui.findings_model import title_of
from app.ui.relations import Relation, relations
from app.ui.state import OpenFile
from app.ui.widgets import Excerpt, PassageButton, clear, label, restyle
from app.ui.words import way_words

QUOTE_LINES = 4
LINKS = 3


class FindingCard(QWidget):
    """Shows one finding; `commented` carries file, id and text when the reviewer leaves the comment field.

    `followed` carries the passage at the other end of a link.
    """

    commented = Signal(object, str, str)
    followed = Signal(object)

    def __init__(self, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file: OpenFile | None = None
        self._finding_id: str | None = None
        self._analysis: Analysis | None = None
        self._kept = ""
        self._tags, self._figures = label("", "head", wrap=True), label("", "small", wrap=True)
        self._quote = Excerpt(QUOTE_LINES)
        self._links = QVBoxLayout()
        self._links.setSpacing(4)
        self._comment = CommentField()
        self._comment.setFixedHeight(66)
        self._comment.setTabChangesFocus(True)
        self._comment.setAcceptDrops(False)  # a document that is dropped on it is to be opened
        self._comment.setPlaceholderText(self.tr("Comment (C) – goes with the finding into every export"))
        self._comment.setAccessibleName(self.tr("Comment"))
        self._comment.left.connect(self.keep_comment)
        self.accept = self._button(actions, "accept", "A")
        self.reject = self._button(actions, "reject", "R")
        self.next = self._button(actions, "next", "N", self.tr("Next"))
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        for button in (self.accept, self.reject, self.next):
            buttons.addWidget(button, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.setSpacing(8)
        for widget in (self._tags, self._figures, self._quote):
            layout.addWidget(widget)
        layout.addLayout(self._links)
        layout.addWidget(self._comment)
        layout.addLayout(buttons)

    def _button(self, actions: Actions, command: str, key: str, text: str = "") -> QPushButton:
        action = actions[command]
        button = QPushButton(f"{text or action.text()}  {key}")
        button.setToolTip(action.toolTip())
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: button.setEnabled(action.isEnabled()))
        button.setEnabled(action.isEnabled())
        return button

    def show_finding(self, file: OpenFile | None) -> None:
        """Show the selected finding of `file`; the comment of the one before is kept first."""
        finding = file.findings.selected if file is not None and file.is_reviewable else None
        if (finding.id if finding else None) != self._finding_id:
            self.keep_comment()
        self.setVisible(finding is not None)
        if finding is None:
            self._finding_id = None
            return
        self._tags.setText(" · ".join(tag_name(t.tag) for t in finding.tags) or title_of(finding))
        self._explain(file, finding)
        self._quote.show_text(finding.text)
        if not self._comment.hasFocus() or finding.id != self._finding_id:
            self._comment.setPlainText(finding.comment)
            self._kept = finding.comment
        analysis = file.analysis if file is not None else None
        if finding.id != self._finding_id or analysis is not self._analysis:
            self._show_links(relations(analysis, finding))
            self._analysis = analysis
        self._file, self._finding_id = file, finding.id
        restyle(self.accept, role="accepted" if is_accepted(finding.decision) else "primary")
        restyle(self.reject, role="rejected" if finding.decision == "rejected" else "")

    def _explain(self, file: OpenFile | None, finding: Finding) -> None:
        """Why the passage was selected, in the figures that there are."""
        low, high = finding.interval
        first = file is not None and file.has_first_findings
        estimate = self.tr("importance {value:.0%} ({low:.0%}–{high:.0%})")
        if first:
            estimate = self.tr("first estimate {value:.0%} ({low:.0%}–{high:.0%})")
        facts = [estimate.format(value=finding.importance, low=low, high=high)]
        if finding.quads:
            facts.insert(0, self.tr("page {page}").format(page=finding.page))
        passages = len(file.analysis.passages) if file is not None and file.analysis is not None else 0
        if passages:
            facts.append(self.tr("rank {rank} of {passages:,}").format(rank=finding.rank, passages=passages))
        if not finding.selected and not first:
            facts.append(self.tr("not selected"))
        self._figures.setText("  ·  ".join(facts).capitalize())
        why = self.tr("By the model's estimate a reviewer must read {share:.0%} of passages like this one.")
        tags = "".join(f"\n{tag_name(tag.tag)}: {tag.probability:.0%}" for tag in finding.tags)
        told = why.format(share=finding.importance) + tags
        for part in (self._tags, self._figures):
            part.setToolTip(told)

    def _show_links(self, links: list[Relation]) -> None:
        clear(self._links)
        for relation in links[:LINKS]:
            passage = relation.passage
            place = self.tr("p. {page}").format(page=passage.page) if passage.quads else ""
            entry = PassageButton(way_words(relation.way), passage.text, place, most=1)
            entry.clicked.connect(lambda _checked=False, passage=passage: self.followed.emit(passage))
            self._links.addWidget(entry)
        if len(links) > LINKS:
            more = self.tr("and {n} more").format(n=len(links) - LINKS)
            self._links.addWidget(label(more, "small"))

    def edit_comment(self) -> None:
        """Put the cursor into the comment."""
        self._comment.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def keep_comment(self) -> None:
        """Store what was typed, if it was changed."""
        text = self._comment.toPlainText().strip()
        if self._file is not None and self._finding_id is not None and text != self._kept:
            self._kept = text
            self.commented.emit(self._file, self._finding_id, text)


class CommentField(QPlainTextEdit):
    """Return and Esc leave the field, Shift+Return makes a new line; `left` is emitted whenever it loses the cursor."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Leave, or type."""
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if event.key() == Qt.Key.Key_Escape or (event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not shift):
            self.window().setFocus()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """The cursor goes elsewhere."""
        super().focusOutEvent(event)
        self.left.emit()
