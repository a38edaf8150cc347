"""What the reviewer looked at: records what was shown, makes the ledger, leads through what is left, draws for second looks.

The workspace belongs to the window's thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from app.analysis.analysis import ScoredPassage
from app.analysis.structure.values import Structure
from app.errors import FusenError
from app.review.ledger import Ledger, Left, make_ledger, next_left
from app.review.second_look import DRAW, Look, Outcome, draw, outcome
from app.review.sections import cut
from app.review.selection import Place
from app.review.spans import Range, Ranges, holds
from app.ui.hub import Hub, Message
from app.ui.reviewer import Reviewer
from app.ui.state import OpenFile, WindowState
from app.ui.words import error_words
from app.workspace.looks import Unit
from app.workspace.packing import finding_of
from app.workspace.store import Workspace

T = TypeVar("T")


@dataclass
class _Tour:
    """The way through what is left of one file."""

    at: Left | None = None
    active: bool = False


@dataclass
class SecondLook:
    """A draw: how many of it were judged, and which passages are still to be."""

    number: int
    judged: int
    waiting: tuple[ScoredPassage, ...]


@dataclass
class _Kept:
    """What is known of a document by its hash, read from the workspace once."""

    shown: Ranges = ()
    looks: tuple[Look, ...] = ()
    draw: int | None = None


@dataclass
class Looking:
    """Reads and writes through the workspace; says through the hub that something was shown or judged."""

    state: WindowState
    hub: Hub
    workspace: Workspace
    reviewer: Reviewer
    _kept: dict[tuple[str, Unit], _Kept] = field(default_factory=dict)
    _tours: dict[int, _Tour] = field(default_factory=dict)
    _structures: dict[int, Structure] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hub.changed.connect(self._take_sections)

    def _take_sections(self, key: int) -> None:
        """The list of findings learns of the document's sections as soon as they are known."""
        file = self.state.files.get(key)
        if file is None or file.document is None or self._structures.get(key) is file.structure:
            return
        self._structures[key] = file.structure
        if file.findings.take_sections(cut(file.structure, len(file.document.text))) and file.findings.by_section:
            self.hub.arranged.emit(key)

    # ---- what was shown

    def saw(self, file: OpenFile, span: Range) -> None:
        """Keep that these pages (from 1), or characters, stood in view."""
        kept, sha256 = self._of(file), file.sha256
        if kept is None or sha256 is None or holds(kept.shown, span):
            return
        now = self._try(file, lambda: self.workspace.looks.add_shown(sha256, _unit(file), span))
        if now is not None and now != kept.shown:
            kept.shown = now
            for owner in self.state.with_sha256(sha256):
                self.hub.shown.emit(owner.key)

    def shown(self, file: OpenFile) -> Ranges:
        """All pages, or characters, that were ever shown."""
        return kept.shown if (kept := self._of(file)) is not None else ()

    # ---- the ledger

    def ledger(self, file: OpenFile) -> Ledger | None:
        """The ledger as it stands; None until the document was read and analysed."""
        if file.document is None or file.analysis is None or file.phase != "ready":
            return None
        return make_ledger(
            cut(file.structure, len(file.document.text)),
            file.document.pages if _unit(file) == "page" else (),
            ((passage.start, passage.end) for passage in file.analysis.passages),
            tuple(file.findings.all()),
            self.shown(file),
            paged=_unit(file) == "page",
            asked=file.asked,
        )

    def is_touring(self, file: OpenFile) -> bool:
        """Whether the reviewer is being led through what is left."""
        return self._tours.setdefault(file.key, _Tour()).active

    def end_tour(self, file: OpenFile) -> None:
        """Lead no further."""
        self._tours[file.key] = _Tour()
        self.hub.shown.emit(file.key)

    def next_left(self, file: OpenFile) -> Left | None:
        """What the reviewer is to look at next; None where nothing is left."""
        ledger = self.ledger(file)
        if ledger is None:
            return None
        tour = self._tours.setdefault(file.key, _Tour())
        tour.active = True
        tour.at = next_left(ledger, tour.at if tour.at is None or tour.at.place is not None else self._here(file))
        self.hub.shown.emit(file.key)
        return tour.at

    def _here(self, file: OpenFile) -> Left | None:
        """The selected finding: the reviewer may have gone elsewhere since."""
        return Left(finding_id=file.findings.selected_id) if file.findings.selected_id is not None else None

    # ---- the blind second look

    def second_look(self, file: OpenFile) -> SecondLook | None:
        """The draw that goes on; None without an analysis."""
        kept, analysis = self._of(file), file.analysis
        if kept is None or analysis is None:
            return None
        if kept.draw is None:
            kept.draw = max((look.draw for look in kept.looks), default=0)
        judged = sum(1 for look in kept.looks if look.draw == kept.draw)
        known = {look.place for look in kept.looks} | self._decided(file)
        return SecondLook(kept.draw, judged, draw(analysis, known, kept.draw, max(DRAW - judged, 0)))

    def draw_again(self, file: OpenFile) -> None:
        """Begin another draw."""
        if (kept := self._of(file)) is not None and kept.draw is not None:
            kept.draw += 1
            self.hub.shown.emit(file.key)

    def judge(self, file: OpenFile, passage: ScoredPassage, *, matters: bool) -> None:
        """Keep what the reviewer says of a passage that was drawn; one that matters becomes a finding."""
        kept, analysis, sha256 = self._of(file), file.analysis, file.sha256
        if kept is None or analysis is None or sha256 is None or kept.draw is None:
            return
        selected = sum(1 for one in analysis.passages if one.selected)
        look = Look((passage.start, passage.end), matters, selected, analysis.model.sha256, kept.draw)

        def store() -> bool:
            self.workspace.looks.add_second_look(sha256, look)
            return True

        if self._try(file, store) is None:
            return
        kept.looks = (*(one for one in kept.looks if one.place != look.place), look)
        if matters:
            self.reviewer.add(file, finding_of(sha256, passage))
        for owner in self.state.with_sha256(sha256):
            self.hub.shown.emit(owner.key)

    def outcome(self, file: OpenFile) -> Outcome | None:
        """What the second looks say of what is missed; None where there were none."""
        kept = self._of(file)
        if kept is None or file.analysis is None or not kept.looks:
            return None
        return outcome(file.analysis, kept.looks, self._decided(file))

    def _decided(self, file: OpenFile) -> set[Place]:
        return {(f.start, f.end) for f in file.findings.all() if f.decision != "undecided"}

    def _of(self, file: OpenFile) -> _Kept | None:
        """What is kept of the file's document."""
        if (sha256 := file.sha256) is None:
            return None
        key = (sha256, _unit(file))
        if key not in self._kept:
            looks = self.workspace.looks
            read = self._try(file, lambda: _Kept(looks.shown(*key), looks.second_looks(sha256)))
            if read is None:
                return None
            self._kept[key] = read
        return self._kept[key]

    def _try(self, file: OpenFile, work: Callable[[], T]) -> T | None:
        try:
            return work()
        except FusenError as error:
            self.hub.announced.emit(file.key, Message("error", *error_words(error)))
            return None


def _unit(file: OpenFile) -> Unit:
    return "page" if file.opened is not None and file.opened.pages else "character"
