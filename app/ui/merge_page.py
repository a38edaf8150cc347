"""The page of several reviewers: one's own review is handed over, another's summed up and merged, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QPushButton

from app.errors import FusenError
from app.review.agreement import Kappa, TagAgreement, agreement
from app.review.handover import ENDING, Review
from app.ui.house_page import HousePage
from app.ui.language import tag_name
from app.ui.session import Session
from app.ui.widgets import clear, label, tooltip
from app.ui.words import error_words
from app.workspace.merging import Comparison, hand_over, merge, plan, read_file
from app.workspace.store import Workspace


class MergePage(HousePage):
    """`file` is what was dropped on the window, or chosen. `handing_over`: one's own review, with words or without."""

    handing_over = Signal(bool)

    def __init__(self, session: Session) -> None:
        super().__init__(QCoreApplication.translate("MergePage", "Reviewers"))
        self._session = session
        self._file: Path | None = None
        self._review: Review | None = None
        self.summary = label("", "head", wrap=True)
        self.column.addWidget(self.summary)
        self.merge_button = QPushButton(self.tr("Merge"))
        self.merge_button.clicked.connect(self.merge)
        row = QHBoxLayout()
        row.addWidget(self.merge_button)
        row.addStretch(1)
        self.column.addLayout(row)
        self._make_hand_over()
        self._make_agreement()
        self.column.addStretch(1)

    def _make_hand_over(self) -> None:
        self.column.addSpacing(16)
        self.column.addWidget(label(self.tr("Hand over your review"), "head"))
        told = self.tr("A signed file with your decisions and comments, for another reviewer to merge.")
        self.column.addWidget(label(told, "muted", wrap=True))
        self.without_texts = QCheckBox(self.tr("Without the findings' words and the documents' titles"))
        hint = self.tr("Your comments stay in it. It can only be merged where the same documents were opened.")
        self.without_texts.setToolTip(tooltip(hint))
        self.column.addWidget(self.without_texts)
        self.hand_over_button = QPushButton(self.tr("Save as a file…"))
        self.hand_over_button.clicked.connect(lambda: self.handing_over.emit(not self.without_texts.isChecked()))
        row = QHBoxLayout()
        row.addWidget(self.hand_over_button)
        row.addStretch(1)
        self.column.addLayout(row)

    def _make_agreement(self) -> None:
        self.column.addSpacing(16)
        self.column.addWidget(label(self.tr("Agreement"), "head"))
        self.figures = label("", wrap=True)
        self.column.addWidget(self.figures)
        self.tags = QGridLayout()
        self.tags.setHorizontalSpacing(24)
        self.tags.setVerticalSpacing(4)
        self.tags.setColumnStretch(2, 1)
        self.column.addLayout(self.tags)
        note = self.tr(
            "Accepted, edited and added count as: it matters. Kappa is agreement beyond chance; 1 is full agreement. What was "
            "decided in the end, knowing what others said, does not count."
        )
        self.column.addWidget(label(note, "muted", wrap=True))

    def take(self, file: Path | None) -> None:
        """Sum this file up when the page comes into view."""
        self._file = file

    def begin(self) -> None:
        """Sum up what is to be merged."""
        self._review = None
        self.merge_button.setVisible(self._file is not None)
        self.merge_button.setEnabled(False)
        self._show_agreement()
        if self._file is None:
            none = self.tr("Drop a review that was handed over ({ending}) on the window to merge it.")
            self.summary.setText(none.format(ending=ENDING))
            return
        workspace = self._session.workspace
        if workspace is None:
            return
        try:
            review = read_file(self._file)
            made = plan(workspace, review)
        except FusenError as error:
            self.summary.setText(" ".join(error_words(error)))
            return
        self._review = review
        self.summary.setText(comparison_words(made.comparison))
        if not made.operations:
            self.summary.setText(self.summary.text() + " " + self.tr("All of it was merged before."))
        self.merge_button.setEnabled(bool(made.operations))
        self.merge_button.setFocus()

    def ask_hand_over(self) -> None:
        """Have the keys at what hands one's own review over."""
        self.hand_over_button.setFocus()
        self.area.ensureWidgetVisible(self.hand_over_button)

    def merge(self) -> None:
        """Merge it, in one step that can be undone."""
        workspace = self._session.workspace
        if workspace is None or self._review is None:
            return
        try:
            merge(workspace, self._review)
        except FusenError as error:
            self.summary.setText(" ".join(error_words(error)))
            return
        self._file, self._review = None, None
        self._session.reload_findings()
        self.merge_button.setEnabled(False)
        self.merge_button.hide()
        self.setFocus()
        self.summary.setText(self.tr("Merged. Undo takes it back in one step."))
        self._show_agreement()

    def _show_agreement(self) -> None:
        workspace = self._session.workspace
        if workspace is None:
            return
        findings = [finding for stored in workspace.documents() for finding in workspace.findings(stored.sha256)]
        found = agreement(findings, workspace.reviewer or self.tr("you"))
        lines = [kappa_words(kappa) for kappa in (*found.pairs, *([found.together] if found.together else []))]
        if found.pairs:
            told = self.tr("Passages on which they disagree: {count}; settled since: {settled}")
            count, settled = QLocale().toString(found.disagreements), QLocale().toString(found.settled)
            lines.append(told.format(count=count, settled=settled))
        self.figures.setText("\n".join(lines) or self.tr("Only one reviewer has decided so far."))
        self._show_tags(found.tags)

    def _show_tags(self, tags: Sequence[TagAgreement]) -> None:
        """A line each, those of the most passages first."""
        clear(self.tags)
        for row, each in enumerate(sorted(tags, key=lambda tag: (-tag.passages, tag.tag))):
            figures = self.tr("alike {agreed} of {count}").format(agreed=each.agreed, count=each.passages)
            share = self.tr("too few to tell much") if each.is_of_few else f"{each.agreed / each.passages:.0%}"
            for column, words in enumerate((tag_name(each.tag), figures, share)):
                self.tags.addWidget(label(words, "" if column == 0 else "muted"), row, column)


def comparison_words(found: Comparison) -> str:
    """How what was handed over stands beside one's own decisions."""
    words = QCoreApplication.translate(
        "MergePage",
        "{reviewer} decided on passages: {decided}. As you: {same}. Otherwise: {otherwise}. Not decided by you: {undecided}.",
    ).format(
        reviewer=found.reviewer,
        decided=found.decided,
        same=found.same,
        otherwise=found.otherwise,
        undecided=found.undecided,
    )
    if found.unknown:
        left = QCoreApplication.translate("MergePage", "Passages that are not known here and are left out: {count}.")
        words += " " + left.format(count=found.unknown)
    if found.other_documents:
        others = QCoreApplication.translate("MergePage", "Not in this workspace, so not merged: {names}.")
        words += " " + others.format(names=", ".join(found.other_documents))
    return words


def kappa_words(kappa: Kappa) -> str:
    """One pair's, or all reviewers', agreement in a line."""
    names = ", ".join(kappa.reviewers)
    if kappa.agreement is None:
        none = QCoreApplication.translate("MergePage", "{names}: there is no passage on which all of them decided.")
        return none.format(names=names)
    share, value = round(100 * kappa.agreement), kappa.value
    if value is None:
        same = QCoreApplication.translate(
            "MergePage", "{names}: alike {share} % of {count} passages; all one answer, so kappa is not defined."
        )
        return same.format(names=names, share=share, count=kappa.passages)
    whole = QCoreApplication.translate(
        "MergePage", "{names}: alike {share} % of {count} passages; kappa {value} (95 %: {low} to {high})"
    )
    low, high = kappa.interval or (None, None)
    if low is None or high is None:
        whole = QCoreApplication.translate("MergePage", "{names}: alike {share} % of {count} passages; kappa {value}")
    figures = {"value": f"{value:.2f}", "low": f"{low or 0:.2f}", "high": f"{high or 0:.2f}"}
    few = QCoreApplication.translate("MergePage", "; too few to tell much") if kappa.is_of_few else ""
    return whole.format(names=names, share=share, count=kappa.passages, **figures) + few


def write_hand_over(path: Path, reviewer: str, output: Path, *, texts: bool = True) -> None:
    """Hand one's decisions over, off the window's thread. Raises FusenError."""
    from app.export.writing import write_whole

    with Workspace.open(path) as workspace:
        workspace.originals.refuse(output)
        workspace.reviewer = reviewer
        hand_over(workspace, texts=texts, write=partial(write_whole, output))
