"""What the window shows, apart from any widget: which files are open, in which phase each is, what is selected. Knows no Qt.

Views read it and never write it; `Pipeline` and `Reviewer` write it and then tell the views through `Hub`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from app.analysis.analysis import Analysis
from app.analysis.structure.values import Structure
from app.documents.document import Document, OcrMode
from app.errors import FusenError
from app.review.findings import Finding
from app.tags import tag_name
from app.ui.finding_list import FindingList
from app.ui.progress import ProgressMeter
from app.ui.wishing import Wished
from app.workers.protocol import OpenedDocument
from app.workspace.versions import Asked

Phase = Literal["opening", "locked", "failed", "reading", "analysing", "ready", "stopped"]
"""opening: nothing is known yet. locked: a password is needed. failed: it could not be opened. reading, analysing: pages
may show, findings are to come. ready: findings are there. stopped: pages show, the analysis was cancelled or failed.
In the phases reading, analysing and stopped there may be first findings (`OpenFile.has_first_findings`)."""

Aside = Literal["", "ledger", "second-look"]
"""What stands in the panel instead of the findings: nothing, the ledger, or the blind second look."""

BUSY: frozenset[Phase] = frozenset({"opening", "reading", "analysing"})


@dataclass
class OpenFile:
    """One file that the user opened, from the moment she chose it. `key` names it for the life of the window."""

    key: int
    path: Path
    phase: Phase = "opening"
    password: str | None = field(default=None, repr=False)
    ocr: OcrMode = "auto"
    opened: OpenedDocument | None = None
    document: Document | None = None
    structure: Structure = field(default_factory=Structure)
    analysis: Analysis | None = None
    findings: FindingList = field(default_factory=FindingList)
    proposed_share: float | None = None
    meter: ProgressMeter | None = None
    problem: FusenError | None = None
    calls: dict[int, Callable[[int], None]] = field(default_factory=dict)
    generation: int = 0
    shows_changes: bool = True
    marked: tuple[int, int] | None = None
    stand_in: Path | None = None  # a copy that is read in place of the file, which is gone
    stored_sha256: str | None = None  # of a document that shows as it is stored, without its file
    is_embedded: bool = False  # the workspace keeps the file inside
    predecessor: str = ""  # the hash of the document that it is a new version of
    asked: dict[str, Asked] = field(default_factory=dict)  # what was said of findings whose words changed since

    @property
    def source(self) -> Path:
        """The file that is read."""
        return self.stand_in or self.path

    @property
    def name(self) -> str:
        """The file's name, as the sidebar shows it."""
        return self.path.name

    def label_of(self, page: int) -> str:
        """The label that the file itself gives a page (from 1), once read; empty where that is its number."""
        pages = self.document.pages if self.document is not None else ()
        return pages[page - 1].label if 1 <= page <= len(pages) else ""

    def page_words(self, page: int) -> str:
        """What a page is called where a passage on it is shown: its label, else its number."""
        return self.label_of(page) or str(page)

    @property
    def sha256(self) -> str | None:
        """Identity of the bytes, once known."""
        return self.opened.sha256 if self.opened is not None else self.stored_sha256

    @property
    def has_first_findings(self) -> bool:
        """Whether what shows is from a preliminary analysis: the precise reading goes on, or did not finish."""
        return self.analysis is not None and self.analysis.preliminary

    @property
    def is_reviewable(self) -> bool:
        """Whether there are findings to look at and to decide on, first ones included."""
        return self.phase == "ready" or self.has_first_findings

    def take(self, analysis: Analysis, findings: tuple[Finding, ...], *, unasked: bool = False) -> None:
        """Have findings from now on; order, filter and, where it is still there, selection stay as they were.

        With a preliminary analysis the phase stays as it is. What replaces one, or comes `unasked`, leaves the reviewer at the
        passage that she looks at, also where it is not selected any more.
        """
        before = self.findings
        if unasked or self.has_first_findings:
            findings = _with_passage(findings, before.selected, analysis)
        self.analysis = analysis
        if not analysis.preliminary:
            self.phase, self.meter, self.problem = "ready", None, None
        self.findings = FindingList(findings)
        self.findings.follow(before)
        if self.findings.selected_id is None:
            self.findings.selected_id = self.findings.next_undecided()

    @property
    def has_changes(self) -> bool:
        """Whether the file holds tracked changes."""
        return self.document is not None and bool(self.document.revisions)

    @property
    def has_poor_text(self) -> bool:
        """Whether a page's text is one that could be recognised better."""
        told = (self.analysis.warnings if self.analysis else ()) + (self.document.warnings if self.document else ())
        return any(warning.code == "poor-text-layer" for warning in told)

    @property
    def is_pdf(self) -> bool:
        """Whether there are pages to draw and an annotated PDF to write."""
        return self.opened is not None and self.opened.format == "pdf"


def _with_passage(findings: tuple[Finding, ...], looked_at: Finding | None, analysis: Analysis) -> tuple[Finding, ...]:
    """The findings, and the one that was looked at with what `analysis` says of it."""
    if looked_at is None or any(finding.id == looked_at.id for finding in findings):
        return findings
    place = (looked_at.start, looked_at.end)
    passage = next((p for p in analysis.passages if (p.start, p.end) == place), None)
    if passage is None:
        return findings
    scores = {name: getattr(passage, name) for name in ("importance", "interval", "tags", "rank")}
    return (*findings, replace(looked_at, selected=False, **scores))


@dataclass
class WindowState:
    """All open files in the order of the sidebar, and the one in view.

    `summary`, `aside`: what shows instead of the findings.
    `away`: settings, keys or another page of the window's own shows instead of the document.
    """

    files: dict[int, OpenFile] = field(default_factory=dict)
    current_key: int | None = None
    can_undo: bool = False
    can_redo: bool = False
    has_workspace: bool = False  # it is open; not before its passphrase is known, nor while it is written anew
    is_damaged: bool = False  # the workspace cannot be opened, and what can be read of it can be saved
    summary: bool = False
    away: bool = False
    beside_key: int | None = None  # the file in the view to the right, which may be the one to the left as well
    beside_active: bool = False  # the view to the right is the one that commands act on: `current` is its file
    aside: Aside = ""
    hidden_tags: frozenset[str] = frozenset()  # columns that the matrix does not show
    wished: Wished = field(default_factory=Wished)  # which findings of all documents are listed
    tag_name: Callable[[str], str] = tag_name  # words for a tag, by which findings are sorted
    _next_key: int = 1
    _left_key: int | None = None
    _before_key: int | None = None

    @property
    def current(self) -> OpenFile | None:
        """The file in view; None on the start page."""
        return self.files.get(self.current_key) if self.current_key is not None else None

    @property
    def left_key(self) -> int | None:
        """The file in the view to the left, which is the only one where nothing is shown beside it."""
        return self._left_key if self.beside_active else self.current_key

    def bring(self, key: int | None) -> None:
        """Bring a file, or the start page, into the active view."""
        if key != self.current_key:
            self._before_key = self.current_key
        if key is None:
            self.beside_key, self.beside_active = None, False
        self.current_key = key
        if self.beside_active:
            self.beside_key = key

    def show_beside(self, key: int | None = None) -> None:
        """Show a file to the right and make that the active view: the one that was in view before, else the same once more."""
        left = self.left_key
        if left is None:
            return
        before = self._before_key if self._before_key in self.files else None
        chosen = key if key is not None else before if before is not None else left
        self._left_key, self.beside_key, self.beside_active, self.current_key = left, chosen, True, chosen

    def end_beside(self) -> None:
        """Show one view only: the left one."""
        self.current_key = self.left_key
        self.beside_key, self.beside_active = None, False

    def activate(self, *, beside: bool) -> None:
        """Let commands act on the view to the right, or on the one to the left."""
        if self.beside_key is None or beside == self.beside_active:
            return
        if beside:
            self._left_key, self.current_key = self.current_key, self.beside_key
        else:
            self.current_key = self._left_key
        self.beside_active = beside

    def add(self, path: Path) -> OpenFile:
        """Enter a file at the end of the list."""
        file = OpenFile(self._next_key, path, findings=FindingList(name_of=self.tag_name))
        self.files[file.key] = file
        self._next_key += 1
        return file

    def remove(self, key: int) -> None:
        """Take a file out; the one below it, else the one above it, comes into view."""
        if key == self.beside_key:
            self.end_beside()
        elif self.beside_active and key == self._left_key:  # what stood to the right is the only one from now on
            self.beside_key, self.beside_active = None, False
        keys = list(self.files)
        row = keys.index(key)
        del self.files[key]
        if self.current_key == key:
            rest = keys[row + 1 :][:1] or keys[:row][-1:]
            self.current_key = rest[0] if rest else None

    def with_path(self, path: Path) -> OpenFile | None:
        """The file that was opened from this path."""
        return next((f for f in self.files.values() if f.path == path), None)

    def with_sha256(self, sha256: str) -> list[OpenFile]:
        """Every open file with these bytes (a copy under another name shares its findings)."""
        return [f for f in self.files.values() if f.sha256 == sha256]
