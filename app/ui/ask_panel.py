"""Ask: what the reader is after, typed as she would say it, and the passages of the document that answer it, the best first."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.errors import FusenError
from app.review.section_summary import ClauseNames
from app.ui.answering import Answer, clear, ranked
from app.ui.archive import Archive, Cancel
from app.ui.place_list import PlaceRow
from app.ui.progress import ProgressMeter
from app.ui.side_panel import MARGIN, SidePanel
from app.ui.state import BUSY, OpenFile
from app.ui.widgets import clear as clear_layout
from app.ui.widgets import label, tooltip
from app.ui.word_answers import answers_by_words
from app.ui.words import error_words
from app.workers.protocol import Answers, Progress

_MOST_RECENT = 6


def place_words(file: OpenFile, names: ClauseNames, start: int) -> str:
    """Clause and page of a place, as far as they are known."""
    page = ""
    if file.is_pdf and file.document is not None:
        number = next((p.number for p in reversed(file.document.pages) if p.start <= start), 1)
        shown = file.page_words(number)
        page = QCoreApplication.translate("Places", "p. {page}").format(page=shown)
    return "  ·  ".join(filter(None, (names.at(start), page)))


class AskPanel(SidePanel):
    """`followed` and `adding` carry the range of a passage: go there; make it a finding."""

    followed = Signal(int, int)
    adding = Signal(int, int)

    def __init__(self, archive: Archive, *, can_add: bool) -> None:
        """`can_add`: there is a command that makes a finding of a range."""
        title = QCoreApplication.translate("Ask", "Ask")
        super().__init__(title, QCoreApplication.translate("Ask", "For example: who bears the cost of recall?"), 3)
        self._archive = archive
        self._file: OpenFile | None = None
        self._asked: str | None = None  # what is to be answered once the document is read
        self._asking: Cancel | None = None
        self._reading: Cancel | None = None  # the document ahead of the first question
        self._meter = ProgressMeter()
        self._read: OpenFile | None = None  # whose questions are answered at once
        self._by_words = False
        self.answers: tuple[Answer, ...] = ()
        self.field.returnPressed.connect(self.ask)
        self.list.followed.connect(lambda target: self.followed.emit(*target))
        self.list.selectionModel().currentChanged.connect(lambda: self._show_adding())
        self.recent = QWidget()
        self._questions = QVBoxLayout(self.recent)
        self._questions.setContentsMargins(MARGIN, 0, MARGIN, 0)
        self._questions.setSpacing(4)
        self.column.insertWidget(1, self.recent)
        self.column.addStretch(0)
        self.add = QPushButton(self.tr("Add as finding"))
        self.add.clicked.connect(self._add)
        foot = QHBoxLayout()
        foot.setContentsMargins(MARGIN, 8, MARGIN, 12)
        foot.addWidget(self.add)
        foot.addStretch(1)
        self._foot = QWidget()
        self._foot.setLayout(foot)
        self._can_add = can_add
        self.column.addWidget(self._foot)
        self._show_recent()

    def show_file(self, file: OpenFile | None) -> None:
        """Ask about another file, or go on with the same one, of which more may be known."""
        if file is not self._file:
            self.cancel()
            self._file = file
            self._show_answers(())
            self.tell("")
            self._show_recent()
            self._prepare()
        elif self._asked is not None and file is not None:
            self._submit()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Once it shows, the document is read for the question that comes."""
        super().showEvent(event)
        self._prepare()

    def ask(self) -> None:
        """Ask what stands in the field."""
        question = " ".join(self.field.text().split())
        if not question or self._file is None:
            return
        if self._asking is not None:
            self._asking()  # the reading ahead goes on: the question waits for it
        self._archive.remember_question(question)
        self._asked = question
        self._submit()

    def cancel(self) -> None:
        """Wait for no answer any more."""
        for cancel in (self._asking, self._reading):
            if cancel is not None:
                cancel()
        self._asking = self._reading = self._asked = None
        if self.is_working:
            self._end("")

    def _prepare(self) -> None:
        """Have the document read whole before anything is asked, unless the model is busy with it."""
        file, is_busy = self._file, self._asking is not None or self._reading is not None
        if is_busy or not self.isVisible() or file is None or file.document is None or file.phase in BUSY:
            return

        def ended(told: str = "") -> None:
            self._reading = None
            self._read = None if told else file
            if self._asking is None and self._asked is None:
                self._end(told)

        def failed(error: FusenError) -> None:
            ended(_told(error))

        self._reading = self._archive.ask(file.document, "", lambda _answers: ended(), failed, self._progress)

    def _submit(self) -> None:
        file = self._file
        if file is None or self._asked is None:
            return
        self.recent.hide()
        if file.document is None:
            self.show_working(working=True)
            self.tell(self.tr("The document is still being read. The answer follows."))
            return
        question, self._asked = self._asked, None
        self.show_working(working=True)
        self._show_first(question)
        self._meter = ProgressMeter()

        def answered(answers: Answers) -> None:
            self._asking, self._read = None, file
            self._show_answers(ranked(answers))
            self._end(self._told())

        self._asking = self._archive.ask(file.document, question, answered, self._failed, self._progress)

    def _show_first(self, question: str) -> None:
        """What shares the question's words, until the model answers."""
        file = self._file
        if file is None or file is self._read or file.document is None or file.analysis is None:
            return
        places = [(passage.start, passage.end) for passage in file.analysis.passages]
        self._show_answers(answers_by_words(question, file.document.text, places), by_words=True)

    def _progress(self, told: Progress) -> None:
        self._meter.report(told.stage, told.done, told.total)
        self.show_working(working=True, share=self._meter.share)
        if self._by_words and self.answers:
            self.tell(
                self.tr("These passages share words with the question. The document is being read for its answer.")
            )
        else:
            self.tell(
                self.tr("The first question about a document reads it whole. Those that follow are answered at once.")
            )

    def _failed(self, error: FusenError) -> None:
        self._asking = None
        self._end(_told(error))

    def _end(self, told: str) -> None:
        self.show_working(working=False)
        if self._by_words and self.answers:  # stopped, and the reader may have seen enough
            told = " ".join(filter(None, (told, self.tr("These passages share words with the question."))))
        self.tell(told)

    def _told(self) -> str:
        count = clear(self.answers)
        if not self.answers:
            return self.tr("Nothing in this document answers this.")
        if not count:
            return self.tr("Nothing in this document clearly answers this. The nearest passages:")
        likely = self.tr("1 passage may answer this.") if count == 1 else self.tr("{n} passages may answer this.")
        return likely.format(n=count) + " " + self.tr("Trust the order more than the percentages.")

    def _show_answers(self, answers: tuple[Answer, ...], *, by_words: bool = False) -> None:
        """List them; without percentages where they were found `by_words`."""
        self.answers, self._by_words = answers, by_words
        file = self._file
        rows = []
        if file is not None and file.document is not None:
            names, text = ClauseNames(file.structure), file.document.text
            rows = [
                PlaceRow(
                    text[answer.start : answer.end],
                    place_words(file, names, answer.start),
                    (answer.start, answer.end),
                    share=None if by_words else answer.relevance,
                )
                for answer in answers
            ]
        self.list.show_rows(rows)
        self.list.setVisible(bool(rows))
        self._show_adding()

    def _show_adding(self) -> None:
        self._foot.setVisible(self._can_add and bool(self.answers))
        self.add.setEnabled(self.list.current_target() is not None)

    def _add(self) -> None:
        target = self.list.current_target()
        if isinstance(target, tuple):
            self.adding.emit(*target)

    # ---- questions that were asked before

    def _show_recent(self) -> None:
        clear_layout(self._questions)
        questions = self._archive.questions()[:_MOST_RECENT]
        self.recent.setVisible(bool(questions))
        if not questions:
            return
        self._questions.addWidget(label(self.tr("Asked before"), "small"))
        for question in questions:
            button = QPushButton(self.fontMetrics().elidedText(question, Qt.TextElideMode.ElideRight, 300))
            button.setProperty("role", "link")
            button.setToolTip(tooltip(question))
            button.setAccessibleName(question)
            button.clicked.connect(lambda _checked=False, question=question: self._ask_again(question))
            self._questions.addWidget(button)
        forget = QPushButton(self.tr("Forget these questions"))
        forget.setProperty("role", "quiet")
        forget.clicked.connect(self._forget)
        self._questions.addSpacing(4)
        self._questions.addWidget(forget, 0, Qt.AlignmentFlag.AlignLeft)

    def _ask_again(self, question: str) -> None:
        self.field.setText(question)
        self.ask()

    def _forget(self) -> None:
        self._archive.forget_questions()
        self._show_recent()

    def open_field(self) -> None:
        """Let the reader type; what was asked before is offered until there is an answer."""
        super().open_field()
        if not self.answers and not self.is_working:
            self._show_recent()


def _told(error: FusenError) -> str:
    return "" if error.code == "cancelled" else " ".join(error_words(error)).strip()
