"""How much of the text to see: a slider from the essential to everything, and what each place on it would leave out."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from app.analysis.analysis import Analysis
from app.review.estimates import Estimate
from app.review.selection import SHARES, Level, Place, is_assured, level, level_at, selected_share
from app.ui.state import OpenFile
from app.ui.widgets import label, restyle

_REST = 200
"""Milliseconds that the slider is held still before what it stands at is selected; the words follow at once."""


class SensitivityBar(QWidget):
    """`asked` carries the share of the text that the reviewer wants selected, or None for what the model selected."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._file: OpenFile | None = None
        self._analysis: Analysis | None = None
        self._decided: frozenset[Place] = frozenset()
        self.told, self.left_out = label("", "", wrap=True), label("", "small", wrap=True)
        self.slider = self._make_slider()
        self._rest = QTimer(self, interval=_REST, singleShot=True)
        self._rest.timeout.connect(self._ask)
        self.target = QPushButton()
        self.target.setProperty("role", "link")
        self.target.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.target.clicked.connect(lambda: self.asked.emit(None))
        ends = QHBoxLayout()
        ends.setSpacing(8)
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        words = ((self.tr("Only the essential"), left, 2), (self.tr("Everything that might matter"), right, 3))
        for text, side, stretch in words:
            end = label(text, "small", wrap=True)
            end.setAlignment(side | Qt.AlignmentFlag.AlignBottom)
            ends.addWidget(end, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(ends)
        for part in (self.slider, self.told, self.left_out):
            column.addWidget(part)
        column.addWidget(self.target, 0, Qt.AlignmentFlag.AlignLeft)

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, len(SHARES) - 1)
        slider.setPageStep(1)
        slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        slider.setAccessibleName(self.tr("How much of the text to see"))
        slider.valueChanged.connect(self._moved)
        slider.sliderReleased.connect(self._released)
        return slider

    def show_file(self, file: OpenFile) -> None:
        """Show what of this file's text is selected, and what that leaves out."""
        analysis, self._file = file.analysis, file
        decided = frozenset((f.start, f.end) for f in file.findings.all() if f.decision != "undecided")
        if analysis is None or self.slider.isSliderDown() or self._rest.isActive():
            return
        if analysis is self._analysis and decided == self._decided:
            return
        self._decided = decided
        if analysis is not self._analysis:
            self._analysis = analysis
            self._place(analysis)
            self._show_target(file, analysis)
        self._say(level(analysis, decided))

    def _place(self, analysis: Analysis) -> None:
        """Put the slider where the selection is nearest."""
        chosen = analysis.settings.share
        share = selected_share(analysis) if chosen is None else chosen
        with QSignalBlocker(self.slider):
            self.slider.setValue(SHARES.index(min(SHARES, key=lambda value: abs(value - share))))

    def _show_target(self, file: OpenFile, analysis: Analysis) -> None:
        recall, chosen = f"{analysis.settings.recall:.0%}", analysis.settings.share
        self.target.setVisible(chosen is not None and file.proposed_share is not None)
        assured = is_assured(analysis)
        words = self.tr("To find {recall} of what matters: {share:.0%} of the text")
        if not assured:
            words = self.tr("All that the model selected: {share:.0%} of the text")
        self.target.setText(words.format(recall=recall, share=file.proposed_share or 0.0))
        share = selected_share(analysis)
        told = self.tr("The most important passages, up to {share:.0%} of the text.").format(share=share)
        if chosen is None and assured:
            told = self.tr("In documents like this one the model aims to find {recall} of the passages that matter.")
            told = told.format(recall=recall)
        self.setToolTip(told + "\n" + self.tr("Less: [  More: ]  Decided findings always stay."))

    def _moved(self, step: int) -> None:
        if self._analysis is not None:
            self._say(level_at(self._analysis, SHARES[step], self._decided))
            self._rest.start()

    def _released(self) -> None:
        if self._rest.isActive():
            self._ask()
        elif self._file is not None:
            self.show_file(self._file)  # while it was dragged the slider was left alone

    def _ask(self) -> None:
        self._rest.stop()
        self.asked.emit(SHARES[self.slider.value()])

    def _say(self, now: Level) -> None:
        words = self.tr("1 passage, {share:.0%} of the text")
        if now.passages != 1:
            words = self.tr("{n:,} passages, {share:.0%} of the text")
        self.told.setText(words.format(n=now.passages, share=now.share))
        if now.left_out is None:
            told = self.tr("How many important ones it leaves out is not assured for documents like this one.")
        else:
            told = self._left_out_words(now.left_out)
        self.left_out.setText(told)
        restyle(self.left_out, role="small" if now.left_out is not None else "caution")
        self.slider.setToolTip(f"{self.told.text()}\n{told}")
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Sentences may need another line."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where room is short the list gives way, not the sentences."""
        for part in (self.told, self.left_out):
            part.setMinimumHeight(max(part.heightForWidth(self.width()), 0))

    def _left_out_words(self, left_out: Estimate) -> str:
        about, low, high = left_out.rounded
        if high == 0:
            return self.tr("Leaves out no important ones, as far as can be told")
        words = self.tr("Leaves out about {n:,} important ones ({low:,} to {high:,})")
        return words.format(n=about, low=low, high=high)
