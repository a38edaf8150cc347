"""A copy of the Word document with a real comment and a highlight on each decided finding, and nothing else changed.

Every other part of the package is carried over byte for byte. Runs in the document worker: the file is as hostile as when it
was read, and is opened with the same care.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from app.documents.document import Notice
from app.documents.docx.locked import compound_kind, locked_again, unlocked
from app.documents.docx.names import W_DEL, W_ID, W_MOVE_FROM, W_P, Element, w
from app.documents.docx.package import Package, damaged, open_package
from app.documents.docx.tracing import TracedBlock, TracedDocx, traced_docx
from app.documents.files import check_readable, head_of
from app.errors import FusenError
from app.export.brief import Opinion
from app.export.docx_comments import Comments, Writer, mark_place, mark_range
from app.export.docx_parts import Additions, part_bytes
from app.export.docx_properties import set_property
from app.export.docx_runs import Anchor, anchor_of, cut, elements_in, highlight
from app.export.finding_note import (
    AUDIT_HEAD,
    changed_since,
    check_same_file,
    comment_lines,
    note_language,
    note_lines,
    opinion_lines,
    shown_findings,
)
from app.export.wording import excerpt, printable, say
from app.export.writing import refuse_original, replacing
from app.export.zip_copying import copy_zip
from app.review.findings import Decision, Finding

_ZIP = b"PK\x03\x04"
# Word knows sixteen colours for highlights; these are nearest to those on an annotated PDF.
_COLOURS: Mapping[Decision, str] = {
    "accepted": "yellow",
    "edited": "cyan",
    "added": "green",
    "undecided": "lightGray",
}
_NOTES = {w("footnote"): w("footnoteReference"), w("endnote"): w("endnoteReference")}
_NOTHING: Mapping[str, Sequence[Opinion]] = {}


def write_annotated_docx(
    path: Path,
    output: Path,
    findings: Iterable[Finding],
    author: str = "Fusen",
    password: str | None = None,
    *,
    undecided: bool = False,
    opinions: Mapping[str, Sequence[Opinion]] = _NOTHING,
    moment: datetime | None = None,
    audit_head: str = "",
) -> tuple[Notice, ...]:
    """Write a copy of the DOCX at `path` to `output` with each accepted, edited or added finding commented and highlighted.

    With `undecided`, these are shown too. `opinions` of several reviewers stand by the finding's id; `moment` (UTC; now, if None)
    is the comments' date; `audit_head`, the hash of the audit log's last entry, becomes a custom property. What was in the file
    stays: its comments, tracked changes, and the password, if it has one. `output` is written whole or not at all and may not be
    the original. Returns what the user must know of the copy.

    Raises FusenError: those of reading a DOCX; `permission` when `output` is the original or cannot be written; `unsupported`
    when the file is not the one that the findings are from, or is of the old Word.
    """
    chosen = shown_findings(findings, undecided=undecided)
    refuse_original(path, output)
    check_readable(path)
    check_same_file(path, chosen)
    writer = Writer(printable(author) or "Fusen", moment or datetime.now(UTC))
    with _opened(path, password) as (file, locked):
        package = open_package(file, path.name)
        with package.archive:
            work = _Annotating(traced_docx(package), writer, opinions, audit_head)
            work.add(chosen)
            with replacing(output) as part, part.open("wb") as target:
                if locked:
                    plain = io.BytesIO()
                    _copy(file, work, plain)
                    target.write(locked_again(plain, password or "", path.name))
                else:
                    _copy(file, work, target)
            return work.notices()


@contextmanager
def _opened(path: Path, password: str | None) -> Iterator[tuple[IO[bytes], bool]]:
    """The package's bytes, and whether they are under a password."""
    if head_of(path, len(_ZIP)) == _ZIP:
        with path.open("rb") as file:
            yield file, False
    elif compound_kind(path) == "protected":
        yield unlocked(path, password), True
    else:
        raise FusenError(
            "unsupported",
            f"{path.name} is no DOCX, so it cannot be given comments.",
            "Save it as DOCX in Word, analyse that, and export again.",
        )


def _copy(file: IO[bytes], work: _Annotating, target: IO[bytes]) -> None:
    package = work.traced.package
    changed, added = work.parts()
    try:
        members = package.archive.infolist()
        named = {package.parts[name.lower()].filename: content for name, content in changed.items()}
        copy_zip(file, members, target, named, added)
    except zipfile.BadZipFile as error:
        raise damaged(package.name) from error


@dataclass(frozen=True, slots=True)
class _Place:
    """The words of a finding within one block."""

    traced: TracedBlock
    elements: list[Element]

    @property
    def part(self) -> str:
        source = self.traced.block.source
        return "" if source is None else source.part


class _Annotating:
    """One document while its findings are marked in it."""

    def __init__(
        self, traced: TracedDocx, writer: Writer, opinions: Mapping[str, Sequence[Opinion]], audit_head: str
    ) -> None:
        self.traced = traced
        self._main = traced.package.main
        self._body = traced.roots[self._main]
        self._comments = Comments(traced.package, self._body)
        self._writer = writer
        self._opinions = opinions
        self._audit_head = audit_head
        self._changed: set[str] = set()
        self._elsewhere = 0

    def add(self, findings: Sequence[Finding]) -> None:
        """Mark them all. Runs are cut first, as a cut between two findings must not part a range from its end."""
        for finding in findings:
            if self.traced.text[finding.start : finding.end] != finding.text:
                raise changed_since(Path(self.traced.package.name))
            for block in self.traced.blocks_in(finding.start, finding.end):
                cut(block, finding.start)
                cut(block, finding.end)
        for finding in findings:
            self._mark(finding)

    def parts(self) -> tuple[dict[str, bytes], dict[str, bytes]]:
        """The parts that changed and those that are new, by name."""
        package = self.traced.package
        additions = Additions(package)
        if self._audit_head:
            set_property(additions, AUDIT_HEAD, self._audit_head)
        if self._changed:
            self._comments.add_to(additions)
        for name in sorted(self._changed):
            additions.put(name, part_bytes(self.traced.roots[name], strict=name.lower() in package.strict))
        return additions.parts()

    def notices(self) -> tuple[Notice, ...]:
        """What the user must know of the copy."""
        found = []
        if _is_signed(self.traced.package):
            words = (
                "The document is digitally signed. The signature holds for the original, not for the annotated copy."
            )
            found.append(Notice("signature", words))
        if self._elsewhere:
            words = (
                "Word takes no comments in text boxes, notes, headers and footers. Such words are highlighted, and their "
                f"comments ({self._elsewhere}) stand at the nearest place in the text."
            )
            found.append(Notice("comments-elsewhere", words))
        return tuple(found)

    def _mark(self, finding: Finding) -> None:
        places = [
            _Place(traced, elements_in(traced, finding.start, finding.end))
            for traced in self.traced.blocks_in(finding.start, finding.end)
        ]
        for place in places:
            if place.elements and place.part in self.traced.roots:
                highlight(place.elements, _COLOURS[finding.decision])
                self._changed.add(place.part)
        anchor = self._anchor(places)
        on_words = anchor is not None and anchor.on_words
        number = self._comments.add(self._lines(finding, quoted=not on_words), self._writer)
        self._elsewhere += not on_words
        self._changed.add(self._main)
        if anchor is not None:
            mark_range(anchor, number)
            return
        mark_place(self._paragraph(places), number)

    def _anchor(self, places: Sequence[_Place]) -> Anchor | None:
        """Where in the body the comment of these words stands; None where no run of it does."""
        words = [element for place in places if place.part == self._main for element in place.elements]
        if words:
            return anchor_of(words)
        for place in places:
            reference = self._reference(place)
            if reference is not None:
                anchor = anchor_of([reference])
                return None if anchor is None else Anchor(anchor.first, anchor.last, on_words=False)
        return None

    def _reference(self, place: _Place) -> Element:
        """The sign in the body that refers to the note of these words; None where they are in none."""
        note = next((next(element.iterancestors(*_NOTES), None) for element in place.elements), None)
        if note is None:
            return None
        signs = (sign for sign in self._body.iter(_NOTES[note.tag]) if sign.get(W_ID) == note.get(W_ID))
        return next((sign for sign in signs if next(sign.iterancestors(W_DEL, W_MOVE_FROM), None) is None), None)

    def _paragraph(self, places: Sequence[_Place]) -> Element:
        """The paragraph of what has a number and no words; the first one for what the body does not hold."""
        for place in places:
            if place.part == self._main and (own := self.traced.paragraph_of(place.traced.block)) is not None:
                return own
        first = next(self._body.iter(W_P), None)
        if first is None:
            raise damaged(self.traced.package.name)
        return first

    def _lines(self, finding: Finding, *, quoted: bool) -> list[str]:
        language = note_language(finding)
        head, *lines = note_lines(finding)
        if quoted:
            lines.insert(0, say("on-words", language, quote=excerpt(finding.text)))
        lines += comment_lines(finding.comment)
        for opinion in self._opinions.get(finding.id, ()):
            said = say("between", language).join(opinion_lines(opinion, language))
            lines.append(say("opinion-line", language, reviewer=printable(opinion.reviewer), words=said))
        return [head, *lines]


def _is_signed(package: Package) -> bool:
    return any(relation.kind == "origin" for relation in package.relations("").values())
