"""The middle of the window for one file: message bar, then its sheets, or what stands in their way (opening, password, error)."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QStackedLayout, QVBoxLayout, QWidget

from app.ui.appearance import has_japanese_font
from app.ui.find_bar import FindBar
from app.ui.flow.sheets import FlowSheets
from app.ui.guide import Guide
from app.ui.hub import Message
from app.ui.page_access import tell
from app.ui.page_images import PageImages
from app.ui.reading import Reading
from app.ui.sheet_view import SheetView
from app.ui.sheets import PdfSheets, Sheets
from app.ui.state import OpenFile
from app.ui.widgets import label, restyle
from app.ui.words import error_words


class MessageBar(QWidget):
    """One message with what to do about it."""

    def __init__(self, run_command: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("message")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._run_command = run_command
        self.message: Message | None = None
        self.text = label("", wrap=True)
        self.action = QPushButton()
        self.action.setProperty("role", "link")
        self.action.clicked.connect(self._act)
        self.other = QPushButton()
        self.other.setProperty("role", "link")
        self.other.clicked.connect(self._act_otherwise)
        close = QPushButton(self.tr("Dismiss"))
        close.setProperty("role", "link")
        close.clicked.connect(lambda: self.show_message(None))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(16)
        row.addWidget(self.text, 1)
        row.addWidget(self.action)
        row.addWidget(self.other)
        row.addWidget(close)
        self.hide()

    def show_message(self, message: Message | None) -> None:
        """Show a message, or nothing."""
        self.message = message
        self.setVisible(message is not None)
        if message is not None:
            restyle(self, kind=message.kind)
            self.text.setText(f"{message.text} {message.advice}".strip())
            self.action.setVisible(any((message.folder, message.command, message.act)))
            self.action.setText(self._action_words(message))
            self.other.setVisible(message.other_command is not None)
            self.other.setText(self._command_words(message.other_command))

    def _action_words(self, message: Message) -> str:
        if message.action:
            return message.action
        if message.folder:
            return self.tr("Open folder")
        return self._command_words(message.command)

    def _command_words(self, command: str | None) -> str:
        known = {
            "recognise": self.tr("Recognise again"),
            "recover": self.tr("Recover what can be read"),
            "look-for": self.tr("Look for it…"),
            "show-where": self.tr("Show where it is…"),
        }
        return known.get(command or "", self.tr("Analyse again"))

    def _act_otherwise(self) -> None:
        if self.message is not None and self.message.other_command is not None:
            self._run_command(self.message.other_command)

    def _act(self) -> None:
        if self.message is not None and self.message.folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self.message.folder))
        elif self.message is not None and self.message.act is not None:
            self.message.act()
        elif self.message is not None and self.message.command is not None:
            self._run_command(self.message.command)


class StatePanel(QWidget):
    """A card in the middle: opening, a password to enter, or why the file cannot be opened."""

    unlocked = Signal(str)
    retried = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("statePanel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        card = QWidget()
        card.setObjectName("stateCard")
        card.setFixedWidth(440)
        self.title, self.text = label("", "title", wrap=True), label("", "muted", wrap=True)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setPlaceholderText(self.tr("Password"))
        self.password.setAccessibleName(self.tr("Password"))
        self.password.returnPressed.connect(self._go)
        self.button = QPushButton()
        self.button.setProperty("role", "primary")
        self.button.clicked.connect(self._go)
        column = QVBoxLayout(card)
        column.setContentsMargins(32, 24, 32, 24)
        column.setSpacing(12)
        for widget in (self.title, self.text, self.password):
            column.addWidget(widget)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)
        layout = QVBoxLayout(self)
        layout.addWidget(card, 0, Qt.AlignmentFlag.AlignCenter)

    def show_file(self, file: OpenFile) -> None:
        """Say what stands in the way."""
        locked, failed = file.phase == "locked", file.phase == "failed"
        self.password.setVisible(locked)
        self.button.setVisible(locked or failed)
        self.button.setText(self.tr("Open") if locked else self.tr("Try again"))
        if file.problem is not None and (locked or failed):
            message, advice = error_words(file.problem)
            self.title.setText(message)
            note = self.tr("The password stays in memory only, until the document is closed.") if locked else ""
            self.text.setText(f"{advice} {note}".strip())
        else:
            self.title.setText(self.tr("Opening {name}…").format(name=file.name))
            self.text.setText("")
        if locked:
            self.password.selectAll()
            self.password.setFocus()

    def _go(self) -> None:
        if not self.password.isHidden():
            if self.password.text():
                self.unlocked.emit(self.password.text())
        else:
            self.retried.emit()


class DocumentView(QWidget):
    """One file. It reads the state when told to."""

    chosen = Signal(str)
    marked = Signal(object)  # the range of the text that was chosen, or None
    moved = Signal()  # another place is in view, or another zoom
    reading = Signal(int)  # the offset that is in view

    def __init__(self, file: OpenFile, images: PageImages, run_command: Callable[[str], object]) -> None:
        super().__init__()
        self.setObjectName("documentView")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._file = file
        self._images = images
        self.sheets: SheetView | None = None
        self.guide: Guide | None = None
        self.desk: Reading | None = None
        self._run_command = run_command
        self.find_bar = FindBar(self)
        self.bar = MessageBar(run_command, self)
        self.state = StatePanel(self)
        self._stack = QStackedLayout()
        self._stack.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        layout.addWidget(self.find_bar)
        layout.addLayout(self._stack, 1)

    def refresh(self) -> None:
        """The file's phase changed."""
        if self.sheets is None and (source := self._source()) is not None:
            self.sheets = SheetView(source)
            self._connect(self.sheets)
            self._stack.addWidget(self.sheets)
            self.show_findings()
            self.show_marked()
            document = self._file.document
            if document is not None and document.language == "ja" and not self._file.is_pdf and not has_japanese_font():
                text = self.tr("This machine has no Japanese font, so Japanese text shows as boxes.")
                self.bar.show_message(Message("note", text, self.tr("On Debian: apt install fonts-noto-cjk.")))
        self.find_bar.show_document(self._file.document)
        if self.sheets is not None and self._file.phase not in ("locked", "failed"):
            self._stack.setCurrentWidget(self.sheets)
        else:
            self.state.show_file(self._file)
            self._stack.setCurrentWidget(self.state)

    def _connect(self, sheets: SheetView) -> None:
        tell(sheets, self._file)
        self.guide = Guide(sheets, self._file)
        self.desk = Reading(self._file, sheets, self.guide, self.find_bar, self._run_command)
        self.desk.marked.connect(self.marked)
        self.guide.reading.connect(self.reading)
        sheets.moved.connect(self.moved)
        sheets.clicked.connect(self._choose)

    def _choose(self, finding_id: str) -> None:
        """A finding that is clicked on is in view: the pages must not move under the pointer."""
        assert self.sheets is not None  # noqa: S101 -- they were clicked on
        bar = self.sheets.verticalScrollBar()
        place = bar.value()
        self.chosen.emit(finding_id)
        bar.setValue(place)

    def run(self, command: str) -> None:
        """Do what one of `COMMANDS_OF_A_VIEW` says, as far as pages show."""
        if self.desk is not None:
            self.desk.commands()[command]()

    def show_marked(self) -> None:
        """Another range of the text is chosen."""
        if self.sheets is not None:
            self.sheets.show_marked(self._file.marked)

    def show_findings(self) -> None:
        """Findings came, or are others."""
        if self.sheets is not None:
            self.sheets.show_findings(self._file.findings)
            self.sheets.show_passages(self._file.analysis.passages if self._file.analysis is not None else ())

    def show_changes(self) -> None:
        """Tracked changes are to be marked, or not."""
        if self.sheets is not None:
            self.sheets.show_changes(shown=self._file.shows_changes)

    def _source(self) -> Sheets | None:
        file = self._file
        if file.opened is not None and file.opened.pages:
            return PdfSheets(file, self._images)
        if file.document is not None:
            return FlowSheets(file.document, self.font())
        return None
