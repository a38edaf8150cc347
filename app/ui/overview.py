"""The summary of a document in its own sentences, and what its analysis computed, covered and left out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.analysis.analysis import Analysis
from app.export import wording
from app.export.brief import Brief, BriefSource, make_brief
from app.ui.language import current
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton, label


class Overview(QScrollArea):
    """Says what the brief says of a document, with the words of the brief; `followed` carries a passage of the summary."""

    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("overview")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_file(self, file: OpenFile) -> None:
        """Write it anew."""
        if file.opened is None or file.analysis is None:
            return
        pages, kind = len(file.opened.pages), file.opened.format
        source = BriefSource(str(file.path), file.name, kind, pages, file.analysis, tuple(file.findings.all()))
        brief = make_brief([source], language=current())
        content = QWidget()
        content.setObjectName("overviewContent")
        column = QVBoxLayout(content)
        column.setContentsMargins(16, 4, 16, 16)
        column.setSpacing(8)
        self._add_summary(column, file.analysis, paged=file.is_pdf)
        column.addSpacing(8)
        self._add_figures(column, file.analysis, brief)
        column.addStretch(1)
        self.setWidget(content)

    def _add_summary(self, column: QVBoxLayout, analysis: Analysis, *, paged: bool) -> None:
        column.addWidget(label(self.tr("Summary"), "head"))
        note = self.tr("Sentences of the document, chosen by the model.")
        column.addWidget(
            label(note if analysis.summary else self.tr("The model chose no sentences."), "small", wrap=True)
        )
        for index in analysis.summary:
            passage = analysis.passages[index]
            place = self.tr("p. {page}").format(page=passage.page) if paged else ""
            entry = PassageButton("", passage.text, place, most=4)
            entry.clicked.connect(lambda _checked=False, passage=passage: self.followed.emit(passage))
            column.addWidget(entry)

    def _add_figures(self, column: QVBoxLayout, analysis: Analysis, brief: Brief) -> None:
        column.addWidget(label(self.tr("How it was read"), "head"))
        (document,) = brief.documents
        cost = analysis.cost
        computed = self.tr("{tokens:,} tokens in {seconds:.1f} s").format(tokens=cost.tokens, seconds=cost.seconds)
        _file, model, digest, settings, *figures, _date = wording.how_made_lines(document, brief)
        lines = [
            (self.tr("Not selected"), wording.not_looked_at_line(document, brief.language)),
            *figures,
            (self.tr("Computed"), computed),
            settings,
            model,
            digest,
            *((self.tr("Note"), warning.message) for warning in analysis.warnings),
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


def _breakable(value: str) -> str:
    """A hash may be broken anywhere."""
    return "\u200b".join(value[n : n + 16] for n in range(0, 64, 16)) if len(value) == 64 and value.isalnum() else value
