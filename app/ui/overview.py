"""The summary of a document by section, in its own sentences, and what its analysis computed, covered and left out."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from app.export import wording
from app.export.brief import Brief, BriefSource, make_brief
from app.export.summary_text import summary_html, summary_text
from app.review.section_summary import Entry, SectionSummary, by_section
from app.review.sections import cut
from app.ui.language import current
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton, label


def summary_of(file: OpenFile) -> tuple[SectionSummary, ...]:
    """The summary of a file by section, as far as its sections are known."""
    if file.analysis is None:
        return ()
    length = max((passage.end for passage in file.analysis.passages), default=0)

    def label_of(page: int) -> str:
        return (file.page_words(page)) if file.is_pdf else ""

    return by_section(file.analysis, file.structure, cut(file.structure, length), label_of)


class Overview(QScrollArea):
    """Says what the brief says of a document, with the words of the brief; `followed` carries a passage of the summary."""

    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("overview")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._file: OpenFile | None = None
        self._shown: tuple[object, ...] = ()
        self.sections: tuple[SectionSummary, ...] = ()

    def show_file(self, file: OpenFile) -> None:
        """Write it anew, where something of it changed."""
        if file.opened is None or file.analysis is None:
            return
        findings = tuple(file.findings.all())
        known = (file.key, file.analysis, file.structure, findings)
        if len(known) == len(self._shown) and all(a is b or a == b for a, b in zip(known, self._shown, strict=True)):
            return
        is_same = self._file is file
        self._file, self._shown, self.sections = file, known, summary_of(file)
        pages, kind = len(file.opened.pages), file.opened.format
        source = BriefSource(str(file.path), file.name, kind, pages, file.analysis, findings)
        brief = make_brief([source], language=current())
        content = QWidget()
        content.setObjectName("overviewContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(8)
        self._add_summary(column)
        column.addSpacing(8)
        self._add_figures(column, file, brief)
        column.addStretch(1)
        place = self.verticalScrollBar().value()
        self.setWidget(content)
        if is_same:
            self.verticalScrollBar().setValue(place)

    def copy(self) -> None:
        """Put the summary with its citations on the clipboard, as text and as HTML."""
        if self._file is None or self._file.analysis is None or not self.sections:
            return
        language = self._file.analysis.language
        data = QMimeData()
        data.setText(summary_text(self._file.name, self.sections, language))
        data.setHtml(summary_html(self._file.name, self.sections, language))
        QGuiApplication.clipboard().setMimeData(data)

    def _add_summary(self, column: QVBoxLayout) -> None:
        head = QHBoxLayout()
        head.addWidget(label(self.tr("Summary"), "head"), 1)
        if self.sections:
            copying = QPushButton(self.tr("Copy"))
            copying.setObjectName("copySummary")
            copying.setProperty("role", "link")
            copying.setToolTip(self.tr("Copy the summary with the place of each sentence (Ctrl+C)"))
            copying.clicked.connect(self.copy)
            head.addWidget(copying)
        column.addLayout(head)
        column.addWidget(label(self._note(), "small", wrap=True))
        for each in self.sections:
            if each.section.name:
                column.addSpacing(4)
                column.addWidget(label(each.section.name, "section", wrap=True))
            for entry in each.entries:
                column.addWidget(self._button(entry))

    def _note(self) -> str:
        if not self.sections:
            return self.tr("The model chose no sentences.")
        note = self.tr("Sentences of the document, chosen by the model.")
        if all(entry.chosen for entry in _entries(self.sections)):
            return note
        return note + " " + self.tr("Dashed: the most important one of a section that the summary leaves out.")

    def _button(self, entry: Entry) -> PassageButton:
        page = self.tr("p. {page}").format(page=entry.page) if entry.page else ""
        button = PassageButton("", entry.passage.text, page or entry.clause, most=4)
        button.setProperty("chosen", entry.chosen)
        button.clicked.connect(lambda _checked=False, passage=entry.passage: self.followed.emit(passage))
        return button

    def _add_figures(self, column: QVBoxLayout, file: OpenFile, brief: Brief) -> None:
        assert file.analysis is not None  # noqa: S101 -- only called for a file that was analysed
        column.addWidget(label(self.tr("How it was read"), "head"))
        (document,) = brief.documents
        cost = file.analysis.cost
        computed = self.tr("{tokens:,} tokens in {seconds:.1f} s").format(tokens=cost.tokens, seconds=cost.seconds)
        _file, model, digest, settings, *figures, _date = wording.how_made_lines(document, brief)
        lines = [
            (self.tr("Not selected"), wording.not_looked_at_line(document, brief.language)),
            *figures,
            (self.tr("Computed"), computed),
            settings,
            model,
            digest,
            *((self.tr("Note"), warning.message) for warning in file.analysis.warnings),
        ]
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for row, (name, value) in enumerate(lines):
            shown: QLabel = label(_breakable(value), "", wrap=True)
            shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            named = label(name, "small", wrap=True)
            named.setFixedWidth(104)
            grid.addWidget(named, row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(shown, row, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(grid)

    # ---- events

    def event(self, event: QEvent) -> bool:
        """Ctrl+C is the summary's while the keys are here, not that of the pages."""
        is_override = event.type() == QEvent.Type.ShortcutOverride
        if is_override and isinstance(event, QKeyEvent) and event.matches(QKeySequence.StandardKey.Copy):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Copy, or scroll."""
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        else:
            super().keyPressEvent(event)


def _entries(sections: Iterable[SectionSummary]) -> Iterable[Entry]:
    return (entry for each in sections for entry in each.entries)


def _breakable(value: str) -> str:
    """A hash may be broken anywhere."""
    return "\u200b".join(value[n : n + 16] for n in range(0, 64, 16)) if len(value) == 64 and value.isalnum() else value
