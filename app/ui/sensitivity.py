"""How much of the text is selected, a slider to change it, and what the model's target would select."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

from app.analysis.analysis import Analysis
from app.analysis.cautions import NOT_ASSURED
from app.review.selection import SHARES, selected_share
from app.ui.state import OpenFile
from app.ui.widgets import label


class SensitivityBar(QWidget):
    """`asked` carries the share of the text that the reviewer wants selected, or None for what the model selected."""

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._analysis: Analysis | None = None
        self._value = label("", "small")
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, len(SHARES) - 1)
        self._slider.setPageStep(1)
        self._slider.setTracking(False)  # while it is dragged only the words follow
        self._slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._slider.setAccessibleName(self.tr("Share of the text that is selected"))
        self._slider.sliderMoved.connect(lambda step: self._value.setText(self._words(SHARES[step])))
        self._slider.valueChanged.connect(lambda step: self.asked.emit(SHARES[step]))
        self.target = QPushButton()
        self.target.setProperty("role", "link")
        self.target.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.target.clicked.connect(lambda: self.asked.emit(None))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label(self.tr("Selected"), "small"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addWidget(self.target, 0, Qt.AlignmentFlag.AlignLeft)

    def show_file(self, file: OpenFile) -> None:
        """Show what of this file's text is selected."""
        analysis = file.analysis
        if analysis is None or analysis is self._analysis:
            return
        self._analysis = analysis
        share = selected_share(analysis)
        chosen = analysis.settings.share
        nearest = min(SHARES, key=lambda value: abs(value - (share if chosen is None else chosen)))
        with QSignalBlocker(self._slider):
            self._slider.setValue(SHARES.index(nearest))
        self._value.setText(self._words(share))
        recall = f"{analysis.settings.recall:.0%}"
        self.target.setVisible(chosen is not None and file.proposed_share is not None)
        assured = NOT_ASSURED.isdisjoint(warning.code for warning in analysis.warnings)
        words = self.tr("To find {recall} of what matters: {share:.0%} of the text")
        if not assured:
            words = self.tr("All that the model selected: {share:.0%} of the text")
        self.target.setText(words.format(recall=recall, share=file.proposed_share or 0.0))
        told = self.tr("The most important passages, up to {share:.0%} of the text.").format(share=share)
        if chosen is None and assured:
            told = self.tr("In documents like this one the model aims to find {recall} of the passages that matter.")
            told = told.format(recall=recall)
        self.setToolTip(told + "\n" + self.tr("Less: [  More: ]  Decided findings always stay."))

    def _words(self, share: float) -> str:
        return self.tr("{share:.0%} of the text").format(share=share)
