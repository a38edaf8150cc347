"""What the window does besides review: settings, keys, about, printing, dragging out, its layout, and telling of its own faults.

The window makes one of these first, takes its handlers for the commands, and lets it move in once the views are there. What
is not needed to show the window is imported when it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from app.errors import FusenError
from app.review.findings import Finding
from app.ui import dialogs, remembered
from app.ui.appearance import appearance, has_japanese_font
from app.ui.crash_bar import CrashBar
from app.ui.drag_out import FindingDragging, MarkedDragging
from app.ui.house_page import OwnPage
from app.ui.hub import Message
from app.ui.key_map import KeyMap
from app.ui.language import current
from app.ui.print_bar import PrintBar
from app.ui.session import Session
from app.ui.settings import KEYS
from app.ui.sheet_view import SheetView
from app.ui.state import OpenFile
from app.ui.words import error_words

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from app.ui.main_window import MainWindow
    from app.ui.merge_page import MergePage
    from app.ui.printing import PrintJob
    from app.ui.protecting import Protecting


class Household:
    """Belongs to one window. `layout_file`: where its layout is kept, if it is."""

    def __init__(self, window: MainWindow, session: Session) -> None:
        self._window = window
        self._session = session
        self._pages: dict[str, OwnPage] = {}
        self._focus: QWidget | None = None  # had the keys before a page came
        self._focus_before_keys: QWidget | None = None  # and before the key map did
        self._protecting: Protecting | None = None
        self.layout_file: Path | None = None
        self.crash = CrashBar(window)
        self.printing = PrintBar(window)
        self.keys = KeyMap(session.settings, window)
        self.keys.closed.connect(self._hide_keys)
        self.keys.changing.connect(self._change_keys)

    def handlers(self) -> dict[str, Callable[[], object]]:
        """What its commands do."""
        return {
            "settings": lambda: self.show("settings"),
            "about": lambda: self.show("about"),
            "export": lambda: self.show("export"),
            "audit-log": lambda: self.show("audit"),
            "merge-review": self._ask_review,
            "hand-over": lambda: self._reviewers().ask_hand_over(),
            "keys": self._toggle_keys,
            "print": lambda: self.print(highlights=True),
            "print-plain": lambda: self.print(highlights=False),
        }

    def move_in(self) -> None:
        """The views are there: give them what is set."""
        settings, state = self._session.settings, self._session.state
        settings.listen(self._apply)
        appearance().watch(self._window)
        if settings.changed_keys():
            self._apply(KEYS)
        FindingDragging(self._window.panel.list, lambda: state.current)
        told = []
        if settings.problems:
            from app.ui.settings_page import problem_words

            told = [problem_words(problem) for problem in settings.problems]
        if current() == "ja" and not has_japanese_font():
            # In both languages: the Japanese one would be a row of boxes.
            told.append(
                "This machine has no Japanese font, so Japanese shows as boxes. On Debian or Ubuntu: apt install fonts-noto-cjk."
            )
        if told:
            self._window.bar.show_message(Message("note", " ".join(told)))

    def watch(self, sheets: SheetView, file: OpenFile) -> None:
        """Pages came: what is selected on them can be dragged out."""
        MarkedDragging(sheets, file)
        sheets.moved.connect(lambda: _say_place(sheets, file))

    def _apply(self, key: str) -> None:
        """A setting was changed."""
        settings = self._session.settings
        if key in ("theme", "text-size"):
            appearance().choose(settings["theme"], float(settings["text-size"]))
        elif key == KEYS:
            self._window.actions_by_id.use_keys(settings.keys())
        elif key == "show-recent":
            self.show_recent()

    def show_recent(self) -> None:
        """List what was read before, where that is wanted, and how far each is once that is known."""
        start = self._window.start
        documents = self._session.recent() if self._session.settings["show-recent"] else ()
        if shown := start.show_recent(documents):
            self._session.progress_of(shown, start.show_progress)

    # ---- pages of its own

    def show(self, name: str) -> None:
        """Show the settings or about, or the documents again where that shows already."""
        page = self._made(name)
        if page.isVisible():
            self._leave()
            return
        self._hide_keys()
        if not any(other.isVisible() for other in self._pages.values()):
            self._focus = self._window.focusWidget()
        self._window.panel.card.keep_comment()
        self._window.show_page(page)
        page.begin()
        if name == "settings" and self._protecting is not None:
            self._protecting.refresh()

    def _made(self, name: str) -> OwnPage:
        if name not in self._pages:
            page = self._pages[name] = self._make(name)
            page.left.connect(self._leave)
        return self._pages[name]

    def page(self, name: str) -> OwnPage:
        """A page that was shown before."""
        return self._pages[name]

    def _leave(self) -> None:
        """Back to the documents, with the keys where they were."""
        self._window.show_page(None)
        self._refocus(self._focus)

    def _refocus(self, focus: QWidget | None) -> None:
        if focus is not None and isValid(focus) and focus.isVisible() and focus.isEnabled():
            focus.setFocus()
        else:
            self._window.moving.focus_pages()

    def _make(self, name: str) -> OwnPage:
        if name == "about":
            from app.ui.about_page import AboutPage

            return AboutPage()
        if name == "export":
            from app.ui.export_desk import make_export_page

            return make_export_page(self._window, self._session)
        if name == "audit":
            from app.ui.audit_page import AuditPage

            return AuditPage(self._session)
        from app.ui.protecting import Protecting, ProtectionPart
        from app.ui.settings_page import SettingsPage

        def tell(text: str) -> None:
            self._window.bar.show_message(Message("error", text))

        settings = SettingsPage(self._session.settings, tell, self._window.restart)
        part = ProtectionPart()
        settings.add_part("protection", QCoreApplication.translate("Household", "Protection"), part, part.searched)
        self._protecting = Protecting(part, self._window, self._session)
        return settings

    # ---- several reviewers

    def take_review(self, file: Path) -> None:
        """Sum up a review that was handed over, so that the user merges it."""
        self._reviewers(file)

    def _reviewers(self, file: Path | None = None) -> MergePage:
        """The page of several reviewers, in view."""
        from app.ui.merge_page import MergePage

        page = self._pages.get("reviewers")
        if not isinstance(page, MergePage):
            page = self._pages["reviewers"] = MergePage(self._session)
            page.left.connect(self._leave)
            page.handing_over.connect(self._ask_hand_over)
        page.take(file)
        page.hide()
        self.show("reviewers")
        return page

    def _ask_review(self) -> None:
        if (file := dialogs.ask_review(self._window)) is not None:
            self.take_review(file)

    def _ask_hand_over(self, texts: bool) -> None:
        from app.ui.merge_page import write_hand_over

        path, name = self._session.path, str(self._session.settings["reviewer"])
        title = QCoreApplication.translate("Household", "Hand over your review")
        output = dialogs.ask_output(self._window, title, Path.home() / f"{name or path.stem}.fusenreview")
        if output is None:
            return
        bar = self._window.bar
        told = QCoreApplication.translate("Household", "Saved {name}.").format(name=output.name)
        self._session.in_background(
            lambda: write_hand_over(path, name, output, texts=texts),
            lambda _nothing: bar.show_message(Message("success", told, folder=str(output.parent))),
            lambda error: bar.show_message(Message("error", *error_words(error))),
        )

    # ---- keys

    def _toggle_keys(self) -> None:
        if self.keys.isVisible():
            self._hide_keys()
        else:
            self._session.state.away = True
            self._window.actions_by_id.refresh()
            self._focus_before_keys = self._window.focusWidget()
            self.keys.open()

    def _hide_keys(self) -> None:
        if self.keys.isVisible():
            self.keys.hide()
            self._session.state.away = any(page.isVisible() for page in self._pages.values())
            self._window.actions_by_id.refresh()
            self._refocus(self._focus_before_keys)

    def _change_keys(self) -> None:
        self._hide_keys()
        self.show("settings")
        self._pages["settings"].show_part("keys")

    # ---- printing

    def print(self, *, highlights: bool) -> None:
        """Ask for the printer and print the document in view."""
        file = self._session.state.current
        if file is None or self.printing.is_busy:
            return
        from PySide6.QtPrintSupport import QPrinter

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        printer.setDocName(file.name)
        if dialogs.ask_printer(self._window, printer, paged=file.is_pdf):
            self.print_to(printer, file, highlights=highlights)

    def print_to(self, printer: QPrinter, file: OpenFile, *, highlights: bool) -> None:
        """Print `file`; with `highlights` what is selected or accepted is marked, what was rejected is not."""
        from app.ui.printing import FlowPrintJob, PdfPrintJob

        try:
            self._refuse_original(file, printer.outputFileName())
        except FusenError as error:
            self._window.bar.show_message(Message("error", *error_words(error)))
            return
        findings: Sequence[Finding] = ()
        if highlights:
            findings = [finding for finding in file.findings.all() if finding.decision != "rejected"]
        job: PrintJob
        if file.is_pdf:
            job = PdfPrintJob(file, printer, findings, *self._session.drawing(), self._window)
        else:
            job = FlowPrintJob(file, self._window.font(), printer, findings, self._window)
        self.printing.follow(job, file.name)

    def _refuse_original(self, file: OpenFile, output: str) -> None:
        """A printer that is a file must not be a document. Raises FusenError."""
        if output:
            from app.export.writing import refuse_original

            refuse_original(file.path, Path(output))
            if self._session.workspace is not None:
                self._session.workspace.originals.refuse(Path(output))

    # ---- the layout

    def remember_layout(self, file: Path) -> None:
        """Let the window stand as it did, and keep how it stands when it closes."""
        if self._session.settings["restore-layout"]:
            self.layout_file = file
            remembered.restore(file, self._window)

    def close(self) -> None:
        """The window closes."""
        if self.printing.job is not None:
            self.printing.job.cancel()
        if self.layout_file is not None:
            self._window.show_page(None)
            remembered.keep(self.layout_file, self._window)


def _say_place(sheets: SheetView, file: OpenFile) -> None:
    """Let a screen reader know which page shows."""
    if file.opened is None or not file.opened.pages:
        return
    page = sheets.current_sheet() + 1
    told = QCoreApplication.translate("Household", "Page {page} of {pages}")
    told = told.format(page=file.page_words(page), pages=len(file.opened.pages))
    if told != sheets.accessibleDescription():
        sheets.setAccessibleDescription(told)
