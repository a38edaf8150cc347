"""The left side of the export page: which documents and findings, how arranged, with which words, in which formats and files."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.documents.document import Language
from app.export.arranging import GROUPINGS, ORDERS
from app.export.brief import Brief, BriefFinding
from app.export.formats import FORMATS
from app.ui.check_list import CheckList, Item
from app.ui.export_choice import SCOPES, Choice, Scope, offered
from app.ui.export_files import Target
from app.ui.export_targets import offered_formats
from app.ui.export_words import finding_item, grouping_words, order_words, scope_hint, scope_words
from app.ui.export_writing import Outcome
from app.ui.format_rows import FormatRow
from app.ui.whole_line import WholeLine
from app.ui.widgets import label, leave_wheel, restyle
from app.ui.words import entry_words
from app.workspace.library import ShelfEntry

LANGUAGES: tuple[tuple[Language, str], ...] = (("en", "English"), ("ja", "日本語"))
_DOCUMENT_ROWS, _FINDING_ROWS = 4, 6


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document in the list to choose from."""

    id: str
    entry: ShelfEntry


def _document_item(row: DocumentRow) -> Item:
    return Item(Path(row.entry.file).name, entry_words(row.entry))


class Choosing(QWidget):
    """`changed` carries fields of `Choice` with their new values; the other signals what needs more than that.

    `asked_folder`: the user wants to choose it in a dialog. `named`, `templated`: see `FormatRow`; the latter with the format.
    `wanted_undecided`: go to the first undecided finding.
    """

    changed = Signal(dict)
    asked_folder = Signal()
    named = Signal(object, str)
    templated = Signal(str, bool)
    wanted_undecided = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("houseContent")
        self._several = False  # documents
        self._names: list[QWidget] = []  # what stands before fields, all of one width
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(16, 12, 16, 16)
        self._column.setSpacing(6)
        self._add_documents()
        self._add_findings()
        self._add_arrangement()
        self._add_words()
        self._add_formats()
        self._column.addStretch(1)
        widest = max(named.sizeHint().width() for named in self._names)
        for named in self._names:
            named.setMinimumWidth(widest)

    # ---- the parts

    def _head(self, text: str, *more: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(0, 8, 0, 0)
        row.setSpacing(12)
        row.addWidget(label(text, "section"))
        row.addStretch(1)
        for part in more:
            row.addWidget(part)
        self._column.addLayout(row)

    def _add_documents(self) -> None:
        self._documents_count = label("", "small")
        self._head(self.tr("Documents"), self._documents_count)
        self.documents = CheckList(self.tr("Documents of the brief"), _DOCUMENT_ROWS, _document_item)
        self.documents.changed.connect(lambda: self.changed.emit({"documents": self.documents.checked()}))
        self._column.addWidget(self.documents)
        self.lacking = label("", "caution", wrap=True)
        self.lacking.hide()
        self._column.addWidget(self.lacking)

    def _add_findings(self) -> None:
        self.findings = CheckList(self.tr("Findings of the brief"), _FINDING_ROWS, self._finding_item)
        self.findings.changed.connect(lambda: self.changed.emit({"left_out": self.findings.unchecked()}))
        self.all = QPushButton()
        self.all.setProperty("role", "link")
        self.all.clicked.connect(lambda: self.findings.check_all(checked=bool(self.findings.unchecked())))
        self._findings_count = label("", "small")
        self._head(self.tr("Findings"), self._findings_count, self.all)
        box = QWidget()
        box.setObjectName("segments")
        row = QHBoxLayout(box)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(2)
        self.scopes: dict[Scope, QToolButton] = {}
        group = QButtonGroup(self)
        for scope in SCOPES:
            button = self.scopes[scope] = QToolButton()
            button.setText(scope_words(scope))
            button.setToolTip(scope_hint(scope))
            button.setAccessibleDescription(scope_hint(scope))
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.clicked.connect(lambda _checked=False, scope=scope: self.changed.emit({"scope": scope}))
            group.addButton(button)
            row.addWidget(button, 1)
        self._column.addWidget(box, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addWidget(self.findings)
        self._column.addWidget(self._make_nothing())

    def _finding_item(self, finding: BriefFinding) -> Item:
        return finding_item(finding, several=self._several)

    def _make_nothing(self) -> QWidget:
        """Stands in place of the list where there is nothing to choose from, and says what can be done."""
        self.nothing = QWidget()
        self.nothing.setObjectName("firstFindings")
        self.nothing.setProperty("kind", "note")
        self.nothing.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.nothing_words = label("", wrap=True)
        self.with_undecided = QPushButton(self.tr("Export the undecided ones too"))
        self.with_accepted = QPushButton(self.tr("Export all that was accepted"))
        self.go = QPushButton(self.tr("Go to the first undecided finding"))
        self.with_undecided.clicked.connect(lambda: self.changed.emit({"scope": "undecided"}))
        self.with_accepted.clicked.connect(lambda: self.changed.emit({"scope": "accepted"}))
        self.go.clicked.connect(self.wanted_undecided)
        column = QVBoxLayout(self.nothing)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(4)
        column.addWidget(self.nothing_words)
        for button in (self.with_undecided, self.with_accepted, self.go):
            button.setProperty("role", "link")
            column.addWidget(button)
        self.nothing.hide()
        return self.nothing

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(6)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._column.addLayout(form)
        return form

    def _combo(self, field: str, choices: Sequence[tuple[str, str]], name: str) -> QComboBox:
        box = QComboBox()
        for value, text in choices:
            box.addItem(text, value)
        box.setAccessibleName(name)
        box.setMinimumContentsLength(8)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.activated.connect(lambda index: self.changed.emit({field: box.itemData(index)}))
        leave_wheel(box)
        return box

    def _add_arrangement(self) -> None:
        self._head(self.tr("Arrangement"))
        form = self._form()
        self.order = self._combo("order", [(one, order_words(one)) for one in ORDERS], self.tr("Order"))
        self.grouping = self._combo("grouping", [(one, grouping_words(one)) for one in GROUPINGS], self.tr("Groups"))
        form.addRow(self._name(self.tr("Order"), self.order), self.order)
        form.addRow(self._name(self.tr("Groups"), self.grouping), self.grouping)

    def _add_words(self) -> None:
        self._head(self.tr("Words"))
        form = self._form()
        self.title, self.purpose = QLineEdit(), QLineEdit()
        self.purpose.setPlaceholderText(self.tr("What the meeting is to decide"))
        for field, line, name in (
            ("title", self.title, self.tr("Title")),
            ("purpose", self.purpose, self.tr("Purpose")),
        ):
            line.setAccessibleName(name)
            line.textEdited.connect(lambda text, field=field: self.changed.emit({field: text}))
            form.addRow(self._name(name, line), line)
        self.language = self._combo("language", LANGUAGES, self.tr("Language of the brief"))
        form.addRow(self._name(self.tr("Language"), self.language), self.language)

    def _add_formats(self) -> None:
        self._head(self.tr("Files"))
        self.folder = WholeLine(self.tr("Folder"))
        self.folder.field.textEdited.connect(lambda text: self.changed.emit({"folder": text}))
        choose = self.choose_folder = QPushButton(self.tr("Choose…"))
        choose.setAccessibleName(self.tr("Choose the folder"))
        choose.clicked.connect(self.asked_folder)
        row = QHBoxLayout()
        row.setSpacing(12)
        named = self._name(self.tr("Folder"), self.folder.field)
        named.setContentsMargins(0, 6, 0, 0)
        row.addWidget(named, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.folder, 1)
        self.folder.add(choose)
        self._column.addLayout(row)
        self.folder_told = label("", "small", wrap=True)
        self.folder_told.hide()
        self._column.addWidget(self.folder_told)
        self.formats: dict[str, FormatRow] = {}
        for name in offered_formats():
            form = self.formats[name] = FormatRow(FORMATS[name])
            form.changed.connect(self._say_formats)
            form.named.connect(self.named)
            form.templated.connect(lambda wanted, name=name: self.templated.emit(name, wanted))
            self._column.addWidget(form)

    def _say_formats(self) -> None:
        wanted = tuple(name for name, row in self.formats.items() if row.box.isChecked())
        self.changed.emit({"formats": wanted})

    def _name(self, text: str, control: QWidget) -> QWidget:
        named = label(text)
        named.setBuddy(control)
        self._names.append(named)
        return named

    # ---- what shows

    def show_documents(self, entries: Sequence[ShelfEntry], chosen: Collection[str], lacking: str = "") -> None:
        """The documents that there are, and which of them are chosen; `lacking` is the name of one that cannot be yet."""
        told = self.tr("{name} is not analysed yet, so it cannot be exported.")
        self.lacking.setText(told.format(name=lacking) if lacking else "")
        self.lacking.setVisible(bool(lacking))
        things = [DocumentRow(entry.sha256, entry) for entry in entries]
        self.documents.show_things(things, {entry.sha256 for entry in entries} - set(chosen))
        self._say_counts(self._documents_count, self.documents)

    @staticmethod
    def _say_counts(told: QLabel, listed: CheckList) -> None:
        total = len(listed.things())
        words = QCoreApplication.translate("Choosing", "{n:,} of {total:,}")
        told.setText(words.format(n=total - len(listed.unchecked()), total=total) if total else "")

    def show_choice(self, choice: Choice) -> None:
        """Let every control say what is chosen."""
        for scope, button in self.scopes.items():
            button.setChecked(scope == choice.scope)
        for box, value in (
            (self.order, choice.order),
            (self.grouping, choice.grouping),
            (self.language, choice.language),
        ):
            box.setCurrentIndex(box.findData(value))
        for line, text in ((self.title, choice.title), (self.purpose, choice.purpose)):
            if line.text() != text:
                line.setText(text)
        self.folder.show_text(choice.folder)
        for name, row in self.formats.items():
            row.show_checked(checked=name in choice.formats)
            row.show_template(choice.template(name))
        self._say_counts(self._documents_count, self.documents)

    def show_nothing(self) -> None:
        """There is no brief, and so nothing to choose from."""
        self.title.setPlaceholderText("")
        self.findings.show_things(())
        for part in (self.findings, self.nothing, self.all):
            part.hide()
        self._findings_count.clear()

    def show_findings(self, brief: Brief, choice: Choice) -> None:
        """The findings that there are to choose from; where there are none, what can be done."""
        self.title.setPlaceholderText(brief.title)
        self._several = len(brief.documents) > 1
        self.findings.show_things(offered(brief, choice.scope), choice.left_out)
        nothing = not self.findings.things()
        self.findings.setVisible(not nothing)
        self.nothing.setVisible(nothing)
        self.all.setVisible(not nothing)
        self.all.setText(self.tr("All") if self.findings.unchecked() else self.tr("None"))
        self._say_counts(self._findings_count, self.findings)
        if nothing:
            self._say_nothing(brief, choice.scope)

    def _say_nothing(self, brief: Brief, scope: Scope) -> None:
        raised = scope == "raised" and bool(brief.findings)
        if raised:
            self.nothing_words.setText(self.tr("None of the accepted findings is to be raised in the meeting."))
        elif brief.undecided:
            self.nothing_words.setText(self.tr("Nothing was accepted yet. The brief would have no findings."))
        else:
            self.nothing_words.setText(self.tr("There is no finding that was accepted or waits for a decision."))
        self.with_accepted.setVisible(raised)
        self.with_undecided.setVisible(not raised and bool(brief.undecided))
        self.go.setVisible(not raised and bool(brief.undecided))

    def show_targets(self, targets: Sequence[Target], problems: Mapping[Target, str], folder_problem: str) -> None:
        """The files that will be written, and what is wrong with their names and their folder."""
        for name, row in self.formats.items():
            row.show_targets([target for target in targets if target.format == name], problems)
        restyle(self.folder.field, kind="wrong" if folder_problem else "")
        restyle(self.folder_told, role="caution" if folder_problem else "small")
        self.folder_told.setText(folder_problem)
        self.folder_told.setVisible(bool(folder_problem))

    def forget_outcomes(self) -> None:
        """What was written is not what is chosen any more."""
        for row in self.formats.values():
            row.forget_outcomes()

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """What became of each file."""
        for name, row in self.formats.items():
            row.show_outcomes([outcome for outcome in outcomes if outcome.target.format == name])

    def failed_row(self) -> QWidget | None:
        """The first file that says that it could not be written."""
        rows = (row for form in self.formats.values() for row in form.files.values())
        return next((row for row in rows if row.is_failed), None)
