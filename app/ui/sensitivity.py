"""How much of the text is selected, and a slider to change it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QWidget

from app.analysis.analysis import Analysis
from app.review.selection import SHARES, selected_share
from app.ui.widgets import label


class SensitivityBar(QWidget):
    """`asked` carries the share of the text that the reviewer wants selected."""

    asked = Signal(float)

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
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(label(self.tr("Selected"), "small"))
        row.addWidget(self._slider, 1)
        row.addWidget(self._value)

    def show_analysis(self, analysis: Analysis | None) -> None:
        """Show what of this analysis is selected."""
        if analysis is None or analysis is self._analysis:
            return
        self._analysis = analysis
        share = selected_share(analysis)
        chosen = analysis.settings.share
        nearest = min(SHARES, key=lambda value: abs(value - (share if chosen is None else chosen)))
        with QSignalBlocker(self._slider):
            self._slider.setValue(SHARES.index(nearest))
        self._value.setText(self._words(share))
        if chosen is None:
            told = self.tr("The model selected what finds {recall:.0%} of the passages that matter, by its estimate.")
            told = told.format(recall=analysis.settings.recall)
        else:
            told = self.tr("You chose to read {share:.0%} of the text.").format(share=chosen)
        self.setToolTip(told + "\n" + self.tr("Less: [  More: ]  Decided findings always stay."))

    def _words(self, share: float) -> str:
        return self.tr("{share:.0%} of the text").format(share=share)
