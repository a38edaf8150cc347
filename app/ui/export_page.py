"""The export page: on the left what is chosen, on the right the brief as it will be; written in the background.

The page holds one `Choice` and the whole brief of the chosen documents. Every change makes a new choice, from which preview and
files follow; what is written is the very brief that was shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSplitter, QVBoxLayout, QWidget

from app.errors import FusenError
from app.export.brief import Brief
from app.export.formats import FORMATS
from app.ui import dialogs
from app.ui.archive import Archive
from app.ui.export_bar import ExportBar
from app.ui.export_choice import Choice, chosen_ids, recalled, remembered
from app.ui.export_choosing import Choosing
from app.ui.export_files import Target, keeping_both, repeated
from app.ui.export_preview import Preview
from app.ui.export_source import Request
from app.ui.export_targets import offered_formats, targets
from app.ui.export_words import files_words, progress_words, question_words, written_words
from app.ui.export_writing import Outcome, Step
from app.ui.exporting import Exporter, Obstacles
from app.ui.house_page import OwnPage
from app.ui.language import current
from app.ui.paper import Paper
from app.ui.settings import Settings
from app.ui.state import WindowState
from app.ui.widgets import label
from app.ui.words import error_words
from app.workspace.library import ShelfEntry

KEPT = "export"
"""Under this name the settings keep how one exports."""
_LEFT_MOST, _LEFT_LEAST, _PAPER_LEAST = 420, 300, 320


class ExportPage(OwnPage):
    """`left`: back to the documents. `wanted` carries a `BriefFinding` to go to. `ended` the outcomes, where no one saw them."""

    wanted = Signal(object)
    ended = Signal(object)

    def __init__(self, archive: Archive, exporter: Exporter, settings: Settings, state: WindowState) -> None:
        super().__init__()
        self._archive, self._exporter, self._settings, self._state = archive, exporter, settings, state
        self._choice = recalled(settings.kept(KEPT), offered_formats(), Choice(language=current()))
        self._typed: dict[tuple[str, str], str] = {}
        self._spoken = False  # the user chose the language of the brief
        self._settled = bool(self._choice.folder)  # the folder is one that was chosen
        self._brief: Brief | None = None
        self._targets: tuple[Target, ...] = ()
        self._obstacles = Obstacles()
        self._loads = 0
        self._stop: Callable[[], None] | None = None
        self._stopping = False
        self._behind = False  # something changed while files were written
        self._wants = False  # to write, as soon as the choice is shown and it is known what is there already
        self._outcomes: tuple[Outcome, ...] = ()  # of the last writing, until something else is chosen
        self._shown: Preview | None = None
        self._moved = False  # the user drew the line between the parts
        self.choosing, self.bar, self.paper = Choosing(), ExportBar(), Paper()
        self._note = label("", "small", wrap=True)
        self._build()
        self._connect()

    def _build(self) -> None:
        head = QWidget()
        head.setObjectName("toolbar")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.done = QPushButton(self.tr("Done"))
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(16)
        row.addWidget(label(self.tr("Export"), "head"))
        row.addWidget(self._note, 1)
        row.addWidget(self.done)
        area = self._area = QScrollArea()
        area.setObjectName("houseArea")
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(self.choosing)
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(area, 1)
        column.addWidget(self.bar)
        side.setMinimumWidth(_LEFT_LEAST)
        self.paper.setMinimumWidth(_PAPER_LEAST)
        self.paper.setAccessibleName(self.tr("Preview of the brief"))
        parts = self._parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setHandleWidth(1)
        parts.setChildrenCollapsible(False)
        parts.addWidget(side)
        parts.addWidget(self.paper)
        parts.setStretchFactor(1, 1)
        parts.splitterMoved.connect(lambda *_: setattr(self, "_moved", True))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(head)
        whole.addWidget(parts, 1)

    def _connect(self) -> None:
        self.done.clicked.connect(self.left)
        self.choosing.changed.connect(self._change)
        self.choosing.asked_folder.connect(self._ask_folder)
        self.choosing.named.connect(self._name)
        self.choosing.templated.connect(self._ask_template)
        self.choosing.wanted_undecided.connect(self._go_to_undecided)
        self.bar.wanted.connect(self.write)
        self.bar.answered.connect(self._answer)
        self.bar.stopped.connect(self._cancel)
        # A key that a button or a field had would press the one and not leave the other.
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            keys = QShortcut(QKeySequence(key), self, context=Qt.ShortcutContext.WidgetWithChildrenShortcut)
            keys.activated.connect(self._write_from_anywhere)

    # ---- coming and going

    def begin(self) -> None:
        """The page comes into view: with the document in view chosen, unless it is one of those that were chosen before."""
        self._take_documents()
        entries = self.choosing.documents.things()
        first_field = self.choosing.documents if len(entries) > 1 else self.choosing.findings
        first_field.setFocus() if entries else self.done.setFocus()

    def follow(self) -> None:
        """Findings changed while the page shows."""
        if self._stop is not None:
            self._behind = True
        elif self._choice.documents:
            self._wants |= self.bar.asks  # what was asked is asked again for the findings of now
            self._show_documents()
            self.reload()
        else:
            self._take_documents()

    def _analysed(self) -> list[ShelfEntry]:
        return [entry for entry in self._archive.shelf() if entry.analyzed]

    def _show_documents(self) -> None:
        file, entries = self._state.current, self._analysed()
        lacks = file is not None and file.sha256 not in {entry.sha256 for entry in entries}
        self.choosing.show_documents(entries, self._choice.documents, file.name if file is not None and lacks else "")

    def _take_documents(self) -> None:
        file, entries = self._state.current, self._analysed()
        known = {entry.sha256 for entry in entries}
        before = tuple(one for one in self._choice.documents if one in known)
        wanted = file.sha256 if file is not None and file.sha256 in known else None
        documents = before if wanted is None or wanted in before else (wanted,)
        if documents != self._choice.documents:
            self._forget()  # it was wished for other documents
            self._typed.clear()
            self._choice = replace(self._choice, documents=documents, title="", purpose="", left_out=frozenset())
        if not self._settled:
            first = next((entry for entry in entries if entry.sha256 in documents), None)
            folder = str(Path(first.file).parent) if first is not None else str(Path.home())
            self._choice = replace(self._choice, folder=folder)
        self._show_documents()
        self.choosing.show_choice(self._choice)
        self._behind = self._stop is not None
        if not self._behind:
            self.reload()

    def reload(self) -> None:
        """Make the brief of the chosen documents anew."""
        self._loads += 1
        number = self._loads
        self._shown = None
        self._offer()
        if not self._choice.documents:
            self._have(None)
            some = bool(self.choosing.documents.things())
            self._note.setText("" if some else self.tr("No document of this workspace was analysed yet."))
            return
        if self._brief is None:
            self._note.setText(self.tr("Reading the findings…"))
        files = self._state.files.values()
        self._exporter.load(
            self._choice.documents,
            {file.sha256: file.structure for file in files if file.sha256 and file.document is not None},
            lambda brief: self._have(brief) if number == self._loads else None,
            lambda error: self._fail(error) if number == self._loads else None,
        )

    def _fail(self, error: FusenError) -> None:
        self._have(None)
        self._note.setText(" ".join(filter(None, error_words(error))))

    def _have(self, brief: Brief | None) -> None:
        self._brief = brief
        if brief is None:
            self._shown, self._wants = None, False
            self.paper.show_html("", "")
        elif not self._spoken:
            self._choice = replace(self._choice, language=brief.language)
            self.choosing.show_choice(self._choice)
        self._follow(listed=True)

    # ---- what is chosen

    def _change(self, fields: dict[str, object]) -> None:
        self._forget()
        self._choice = replace(self._choice, **fields)  # type: ignore[arg-type]  # the names and values are those of a `Choice`
        self._spoken |= "language" in fields
        self._settled |= "folder" in fields
        self.choosing.show_choice(self._choice)
        if "documents" in fields or self._brief is None:  # what failed may not fail again
            if "documents" in fields:
                self._typed.clear()
            self.reload()
        else:
            self._follow(listed=bool({"scope", "left_out"} & fields.keys()))

    def _forget(self) -> None:
        """Something else is chosen: what was asked and written is past."""
        self._wants, self._outcomes = False, ()
        self.choosing.forget_outcomes()

    def _follow(self, *, listed: bool = False) -> None:
        """Let the list, the preview and the files follow the choice."""
        if self._brief is None:
            self.choosing.show_nothing()
        else:
            if listed:
                self.choosing.show_findings(self._brief, self._choice)
            self._shown = None  # what is written is what was seen, and this was not yet
            self._exporter.preview(self._brief, self._choice, self._show, self._fail)
        self._plan()

    def _show(self, preview: Preview) -> None:
        if self._brief is None:  # what it was made of is not chosen any more
            return
        self._shown = preview
        total = len(preview.brief.findings)
        note = self.tr("Preview of the first findings; %n more will be written.", "", preview.cut)
        self._note.setText(note if preview.cut else self.tr("Preview: %n finding(s)", "", total))
        self.paper.show_html(preview.wide, preview.narrow)
        self._look() if self._wants else self._offer()

    def _name(self, target: Target, name: str) -> None:
        self._forget()
        self._typed[(target.format, target.sha256)] = name
        self._plan()

    def _ask_folder(self) -> None:
        if (folder := dialogs.ask_folder(self, self._choice.folder)) is not None:
            self._change({"folder": str(folder)})

    def _ask_template(self, name: str, wanted: bool) -> None:
        chosen = dialogs.ask_template(self, FORMATS[name].templates, self._choice.template(name)) if wanted else None
        if chosen is not None or not wanted:
            self._forget()
            self._choice = self._choice.with_template(name, str(chosen) if chosen is not None else "")
            self.choosing.show_choice(self._choice)
            self._offer()

    def _go_to_undecided(self) -> None:
        if self._brief is not None and self._brief.undecided:
            self.wanted.emit(self._brief.undecided[0])

    # ---- the files

    def _plan(self) -> None:
        """Which files will be written; whether they can be is found out in the background."""
        brief = self._brief
        self._targets = targets(brief, self._choice, self._typed) if brief is not None else ()
        self._show_targets()
        self._look()
        self._offer()

    def _look(self) -> None:
        self._exporter.look(self._targets, self._choice.folder, self._show_obstacles, self._give_up)

    def _show_obstacles(self, obstacles: Obstacles) -> None:
        self._obstacles = obstacles
        self._show_targets()
        if not self._wants or self._shown is None or self._stop is not None:
            self._offer()
        elif not self._can_write():
            self._give_up()
        elif self.isVisible() or not obstacles.existing:  # nobody would see the question
            self._ask_or_write()

    def _give_up(self) -> None:
        """Something is in the way, and is said: what was wished is not done later of itself."""
        self._wants = False
        self._offer()

    def _show_targets(self) -> None:
        twice = self.tr("Another file of this export has this name.")
        original = self.tr("This is the document itself, which is never written over.")
        problems = dict.fromkeys(repeated(self._targets), twice)
        problems |= dict.fromkeys(self._obstacles.originals, original)
        wrong = self._obstacles.folder
        told = " ".join(filter(None, error_words(wrong))) if wrong is not None else ""
        self.choosing.show_targets(self._targets, problems, told)

    def _can_write(self) -> bool:
        """Whether nothing is in the way; who wants to before the choice is shown waits for that."""
        bad = bool(repeated(self._targets)) or bool(set(self._obstacles.originals) & set(self._targets))
        return bool(self._targets) and not bad and self._obstacles.folder is None

    def _offer(self) -> None:
        """Offer to write, unless something is being written or asked: another choice takes a question back."""
        if self._stop is not None:
            return
        can = self._can_write()
        if self._outcomes:
            self._show_outcomes(enabled=can)
            return
        told = "" if can else self._missing()
        self.bar.show_ready(files_words(len(self._targets)), told=told, enabled=can, kind="error" if told else "")

    def _missing(self) -> str:
        """Why nothing can be written now, in a sentence; empty while the brief is still being made."""
        if not self._choice.documents and self.choosing.documents.things():
            return self.tr("Choose a document.")
        if self._brief is None:
            return ""
        if not self._targets:
            return self.tr("Choose a format.")
        if self._obstacles.folder is not None:
            return " ".join(filter(None, error_words(self._obstacles.folder)))
        if set(self._obstacles.originals) & set(self._targets):
            return self.tr("A document is never written over.")
        return self.tr("Two files would have the same name.")

    # ---- writing

    def write(self) -> None:
        """Write the files; where some are there already the user is asked first."""
        # What is in the way may be so no longer, and is looked for anew.
        if self._stop is None and self._targets and not self.bar.asks:
            self._forget()
            self._offer()
            self._wants = True
            self._look()

    def _write_from_anywhere(self) -> None:
        self.bar.write.setFocus()  # a name that is being typed counts
        self.write()

    def _ask_or_write(self) -> None:
        self._wants = False
        if self._obstacles.existing:
            self.bar.ask(question_words(self._obstacles.existing))
        else:
            self._begin(self._targets, frozenset())

    def _answer(self, answer: str) -> None:
        existing = frozenset(self._obstacles.existing)
        if answer == "replace":
            self._begin(self._targets, existing)
        elif answer == "both":
            self._begin(keeping_both(self._targets, existing), frozenset())
        else:
            self._offer()
            self.bar.write.setFocus()

    def _begin(self, planned: tuple[Target, ...], may_replace: frozenset[Target]) -> None:
        shown, choice = self._shown, self._choice
        if shown is None or self._brief is None:
            return
        self._remember()
        passwords = tuple(
            (f.sha256, f.password) for f in self._state.files.values() if f.sha256 and f.password is not None
        )
        request = Request(
            planned,
            choice.documents,
            shown.brief,
            chosen_ids(self._brief, choice),
            choice.templates,
            passwords,
            may_replace=may_replace,
        )
        self._targets = planned
        self._show_targets()
        self.choosing.setEnabled(False)
        self.bar.show_progress(self.tr("Writing…"), 0.0)
        self.bar.cancel.setFocus()
        self._stop = self._exporter.write(request, self._tell, self._end)

    def _tell(self, step: Step) -> None:
        if self._stop is not None and not self._stopping:
            self.bar.show_progress(progress_words(step), step.share)

    def _cancel(self) -> None:
        if self._stop is not None:
            self._stop()
            self._stopping = True
            self.bar.show_progress(self.tr("Stopping…"), 1.0)

    def _end(self, outcomes: Sequence[Outcome]) -> None:
        self._stop, self._stopping = None, False
        self.choosing.setEnabled(True)
        self._outcomes = tuple(outcomes)
        self._show_outcomes(enabled=self._can_write())
        written = any(outcome.error is None for outcome in outcomes)
        (self.bar.folder if written else self.bar.write).setFocus()
        if (failed := self.choosing.failed_row()) is not None:
            QTimer.singleShot(0, failed, lambda: self._area.ensureWidgetVisible(failed, 0, 12))  # once it is laid out
        if not self.isVisible():
            self.ended.emit(self._outcomes)
        if self._behind:
            self._behind = False
            self._show_documents()
            self.reload()

    def _show_outcomes(self, *, enabled: bool) -> None:
        outcomes = self._outcomes
        self.choosing.show_outcomes(outcomes)
        written = [outcome.target for outcome in outcomes if outcome.error is None]
        self.bar.show_ready(
            files_words(len(self._targets)),
            told=written_words(outcomes),
            enabled=enabled,
            kind="success" if len(written) == len(outcomes) else "error",
            folder=written[0].output.parent if written else None,
        )

    def _remember(self) -> None:
        try:
            self._settings.keep(KEPT, remembered(self._choice))
        except OSError as error:
            self._note.setText(
                self.tr("The settings could not be kept: {reason}.").format(reason=error.strerror or error)
            )

    # ---- events

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """A third of the width is for choosing, as far as it can be used."""
        super().resizeEvent(event)
        if not self._moved:
            left = min(_LEFT_MOST, max(_LEFT_LEAST, self.width() // 3))
            self._parts.setSizes([left, self.width() - left])

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Esc takes a question back, then leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self._answer("cancel") if self.bar.asks else self.left.emit()
        else:
            super().keyPressEvent(event)
