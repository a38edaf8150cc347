"""A format on the export page: a box to check, what it is for; once checked its files, what became of them, its template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.export.formats import Format
from app.ui.export_files import Target
from app.ui.export_writing import Outcome
from app.ui.language import current, told
from app.ui.whole_line import WholeLine
from app.ui.widgets import clear, label, restyle
from app.ui.words import error_words

MOST_FILES = 12
"""Files of one format with a field each; the names of more are made alike."""
_INDENT = 26


class FormatRow(QWidget):
    """`changed`: it is wanted or not. `named` carries a target and the name that was typed.

    `templated`: the user wants another template (True), or none.
    """

    changed = Signal()
    named = Signal(object, str)
    templated = Signal(bool)

    def __init__(self, form: Format) -> None:
        super().__init__()
        self.form = form
        self.box = QCheckBox(form.title(current()))
        purpose = form.purpose(current())
        self.box.setAccessibleDescription(purpose)
        self.box.toggled.connect(self._toggle)
        hint = label(purpose, "small", wrap=True)
        hint.setContentsMargins(_INDENT, 0, 0, 0)
        self.files: dict[Target, FileRow] = {}
        self._template = label("", "small", wrap=True)
        self._inner = QWidget()
        inner = QVBoxLayout(self._inner)
        inner.setContentsMargins(_INDENT, 2, 0, 6)
        inner.setSpacing(4)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        self._more = label("", "small", wrap=True)
        inner.addLayout(self._rows)
        inner.addWidget(self._more)
        if form.templates:
            inner.addLayout(self._make_template())
        self._inner.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.box, hint, self._inner):
            column.addWidget(part)

    def _make_template(self) -> QHBoxLayout:
        self.choose, self.drop = QPushButton(self.tr("Choose…")), QPushButton(self.tr("Use none"))
        self.choose.setAccessibleName(self.tr("Choose a template for {format}").format(format=self.box.text()))
        self.drop.setAccessibleName(self.tr("Use no template for {format}").format(format=self.box.text()))
        self.choose.clicked.connect(lambda: self.templated.emit(True))
        self.drop.clicked.connect(lambda: self.templated.emit(False))
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(self._template, 1)
        for button in (self.choose, self.drop):
            button.setProperty("role", "link")
            row.addWidget(button)
        self.show_template("")
        return row

    def _toggle(self, checked: bool) -> None:
        self._inner.setVisible(checked)
        self.changed.emit()

    def show_checked(self, *, checked: bool) -> None:
        """Check the box, or do not, without saying so."""
        self.box.blockSignals(True)
        self.box.setChecked(checked)
        self.box.blockSignals(False)
        self._inner.setVisible(checked)

    def show_template(self, template: str) -> None:
        """Say which template is used."""
        if self.form.templates:
            name = Path(template).name if template else self.tr("none")
            self._template.setText(self.tr("Company template: {name}").format(name=name))
            self._template.setToolTip(template)
            self.drop.setVisible(bool(template))

    def show_targets(self, targets: Sequence[Target], problems: Mapping[Target, str]) -> None:
        """Have a field for the name of each file, up to `MOST_FILES`, and say what is wrong with it."""
        shown = tuple(targets[:MOST_FILES])
        kept = [target for target in self.files if target in shown]
        if tuple(kept) != tuple(self.files) or len(kept) != len(shown):
            self._rebuild(shown)
        for target, row in self.files.items():
            row.show_problem(problems.get(target, ""))
        rest = len(targets) - len(shown)
        self._more.setText(self.tr("%n more file(s), named alike", "", rest) if rest else "")
        self._more.setVisible(rest > 0)

    def _rebuild(self, targets: Sequence[Target]) -> None:
        if len(targets) == len(self.files):  # other names, the same fields: the one that is typed in keeps the keys
            rows = list(self.files.values())
            self.files = dict(zip(targets, rows, strict=True))
            for target, row in self.files.items():
                row.show_target(target)
            return
        clear(self._rows)
        self.files = {}
        for target in targets:
            self._add(target).named.connect(self.named)

    def _add(self, target: Target) -> FileRow:
        """One more, which Tab passes after those that are there: what was made late would come last of all in the page."""
        before: QWidget = self.box if not self.files else list(self.files.values())[-1].folder
        row = self.files[target] = FileRow(target, self.box.text())
        self._rows.addWidget(row)
        for part in (row.name, row.open, row.folder):
            QWidget.setTabOrder(before, part)
            before = part
        return row

    def forget_outcomes(self) -> None:
        """Say of no file any more what became of it."""
        for target, row in self.files.items():
            row.show_target(target)

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """Say of each file what became of it; what failed shows in any case."""
        for outcome in outcomes:
            if outcome.target not in self.files and outcome.error is not None:
                self._add(outcome.target)
            if outcome.target in self.files:
                self.files[outcome.target].show_outcome(outcome)


class FileRow(QWidget):
    """The name of one file; in full below where the field is too narrow; then what is wrong with it or became of it."""

    named = Signal(object, str)

    def __init__(self, target: Target, what: str) -> None:
        super().__init__()
        self.line = WholeLine(self.tr("File name of {format}").format(format=what))
        self.name = self.line.field
        self.name.editingFinished.connect(self._finish)
        self.status = label("", "small", wrap=True)
        self.open, self.folder = QPushButton(self.tr("Open file")), QPushButton(self.tr("Open folder"))
        self.open.clicked.connect(lambda: _open(self._target.output))
        self.folder.clicked.connect(lambda: _open(self._target.output.parent))
        self._told = QWidget()
        line = QHBoxLayout(self._told)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(12)
        line.addWidget(self.status, 1)
        for button in (self.open, self.folder):
            button.setProperty("role", "link")
            line.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        for part in (self.line, self._told):
            column.addWidget(part)
        self.show_target(target)

    def show_target(self, target: Target) -> None:
        """Have another name; what was said of the one before is not true any more."""
        self._target = target
        self.line.show_text(target.output.name)
        self.name.setToolTip(str(target.output))
        self.open.setAccessibleName(self.tr("Open {name}").format(name=target.output.name))
        self.folder.setAccessibleName(self.tr("Open the folder of {name}").format(name=target.output.name))
        self._told.hide()

    def show_problem(self, problem: str) -> None:
        """Say why this name cannot be used."""
        restyle(self.name, kind="wrong" if problem else "")
        if problem:
            self._tell(problem, "caution")
        elif self.status.property("role") == "caution":
            self._told.hide()

    def show_outcome(self, outcome: Outcome) -> None:
        """Say what became of the file."""
        error = outcome.error
        if error is None:
            self._tell(" ".join((self.tr("Written"), *map(told, outcome.notices))), "done")
        elif error.code == "cancelled":
            self._tell(self.tr("Not written"), "small")
        else:
            self._tell(" ".join(filter(None, error_words(error))), "failed")
        self.open.setVisible(error is None)
        self.folder.setVisible(error is None)

    @property
    def is_failed(self) -> bool:
        """Whether it says that the file could not be written."""
        return self.status.property("role") == "failed" and not self._told.isHidden()

    def _tell(self, text: str, role: str) -> None:
        self.status.setText(text)
        restyle(self.status, role=role)
        self.open.hide()
        self.folder.hide()
        self._told.show()

    def _finish(self) -> None:
        if self.name.text() != self._target.output.name:
            self.named.emit(self._target, self.name.text())


def _open(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
