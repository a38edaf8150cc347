"""A copy of the PDF with a real highlight annotation on each decided finding, which any viewer shows, lists and removes.

The reviewer's comment is a reply to the highlight, as is what further reviewers say; an entry of the outline leads to each.
Runs in the document worker: PyMuPDF is had through `app.documents.mupdf`.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.documents.document import Language, Notice, Quad
from app.documents.mupdf import pymupdf
from app.documents.pdf_opening import open_pdf, was_rewritten
from app.documents.pdf_outline import page_labels
from app.export.brief import Opinion
from app.export.finding_note import (
    AUDIT_HEAD,
    check_same_file,
    comment_lines,
    note_language,
    note_lines,
    note_tags,
    opinion_lines,
    shown_findings,
)
from app.export.pdf_findings_outline import Entry, append_outline, is_dictionary
from app.export.wording import decision_words, printable, say
from app.export.writing import refuse_original, replacing
from app.review.findings import Decision, Finding, page_by_page

_COLOURS: Mapping[Decision, tuple[float, float, float]] = {
    "accepted": (1.0, 0.80, 0.20),  # amber
    "edited": (0.45, 0.72, 1.0),  # blue
    "added": (0.50, 0.85, 0.45),  # green
    "undecided": (1.0, 0.93, 0.65),  # pale amber
}
# A reply is listed below what it replies to; drawn on the page it would only hide words. Hidden, printed, of one size.
_REPLY_FLAGS = 2 | 4 | 8 | 16
_LONGEST_ENTRY = 60
_NOTHING: Mapping[str, Sequence[Opinion]] = {}


@dataclass(frozen=True, slots=True)
class _Piece:
    """The part of a finding that lies on one page (from 1); `first`: it bears the finding's note."""

    finding: Finding
    page: int
    quads: tuple[Quad, ...]
    first: bool


def write_annotated_pdf(
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
    """Write a copy of the PDF at `path` to `output` with a highlight on each accepted, edited or added finding.

    One that goes on over a page's end has a highlight on each of its pages. With `undecided`, these are highlighted too, paler;
    rejected findings never are. `opinions` of several reviewers stand by
    the finding's id; `moment` (UTC; now, if None) is the date of what is written; `audit_head`, the hash of the audit log's
    last entry, becomes a custom entry of the document's information. What was in the file stays: existing
    annotations, the outline, encryption with its passwords, signatures (the copy only appends where the file allows it).
    `output` is written whole or not at all and may not be the original. Returns what the user must know of the copy.

    Raises FusenError: those of `open_pdf`, `permission` when `output` is the original or cannot be written, `unsupported`
    when the file is not the one that the findings are from.
    """
    chosen = [finding for finding in shown_findings(findings, undecided=undecided) if finding.quads]
    refuse_original(path, output)
    open_pdf(path, password).close()  # so that what is wrong with the original is said of it and not of the copy
    check_same_file(path, chosen)
    notes = _Notes(printable(author) or "Fusen", moment or datetime.now(UTC), opinions)
    with replacing(output) as part:
        shutil.copyfile(path, part)
        pdf = open_pdf(part, password)
        try:
            marks: list[tuple[_Piece, int]] = []
            for page, pieces in _by_page(chosen, pdf.page_count).items():
                marks += notes.annotate(pdf[page - 1], pieces)
            _list_findings(pdf, [(piece, number) for piece, number in marks if piece.first])
            if audit_head:
                _note_head(pdf, audit_head)
            signed = pdf.get_sigflags() > 0
            rewritten = _save(pdf, part)
        finally:
            pdf.close()
        if rewritten is not None:
            part.write_bytes(rewritten)
    return _notices(signed=signed, kept=rewritten is None)


def _notices(*, signed: bool, kept: bool) -> tuple[Notice, ...]:
    if not signed:
        return ()
    if kept:
        words = (
            "The document is digitally signed. The signature holds for the original, which the copy contains unchanged."
        )
    else:
        words = "The document is digitally signed. The signature holds for the original, not for the annotated copy."
    return (Notice("signature", words),)


def _pieces(finding: Finding) -> Iterator[_Piece]:
    for number, part in enumerate(page_by_page(finding)):
        yield _Piece(finding, part.page, part.quads, first=number == 0)


def _by_page(findings: Iterable[Finding], page_count: int) -> dict[int, list[_Piece]]:
    pages: dict[int, list[_Piece]] = defaultdict(list)
    for finding in findings:
        for piece in _pieces(finding):
            if 1 <= piece.page <= page_count:
                pages[piece.page].append(piece)
    return dict(sorted(pages.items()))


class _Notes:
    """Makes annotations that bear one author's name and one date."""

    def __init__(self, author: str, moment: datetime, opinions: Mapping[str, Sequence[Opinion]]) -> None:
        self._author = author
        self._date = moment.strftime("D:%Y%m%d%H%M%SZ00'00'")
        self._opinions = opinions

    def annotate(self, page: pymupdf.Page, pieces: Sequence[_Piece]) -> list[tuple[_Piece, int]]:
        """Highlight the pieces on their page; each with its annotation's number in the file."""
        marks = []
        # Our quads lie on the page as it is displayed; annotations are placed on the page before its rotation.
        upright = page.derotation_matrix
        for piece in pieces:
            finding = piece.finding
            mark = page.add_highlight_annot(quads=[_pymupdf_quad(quad) * upright for quad in piece.quads])
            mark.set_colors(stroke=_COLOURS[finding.decision])
            mark.set_opacity(_opacity(finding))
            # The comment stands here too: many viewers show a highlight's note and no replies.
            lines = [*note_lines(finding), *comment_lines(finding.comment)] if piece.first else []
            self._describe(mark, self._author, note_tags(finding), lines)
            mark.update()  # draws the appearance, without which some viewers show nothing
            if piece.first:
                self._reply(page, mark, finding)
            marks.append((piece, int(mark.xref)))
        return marks

    def _reply(self, page: pymupdf.Page, mark: pymupdf.Annot, finding: Finding) -> None:
        language = note_language(finding)
        replies = [(self._author, comment_lines(finding.comment))]
        replies += [
            (printable(opinion.reviewer), opinion_lines(opinion, language))
            for opinion in self._opinions.get(finding.id, ())
        ]
        for author, lines in replies:
            if lines:
                reply = page.add_text_annot(mark.rect.tl, "", icon="Comment")
                reply.set_irt_xref(mark.xref)
                page.parent.xref_set_key(reply.xref, "RT", "/R")
                self._describe(reply, author, "", lines)
                reply.update()
                reply.set_flags(_REPLY_FLAGS)

    def _describe(self, annotation: pymupdf.Annot, author: str, subject: str, lines: Sequence[str]) -> None:
        date = self._date
        content = "\n".join(lines)
        annotation.set_info(title=author, subject=subject, content=content, creationDate=date, modDate=date)


def _pymupdf_quad(quad: Quad) -> pymupdf.Quad:
    """Ours goes round clockwise from the upper left; PyMuPDF's goes along the upper and then along the lower edge."""
    x0, y0, x1, y1, x2, y2, x3, y3 = quad
    return pymupdf.Quad((x0, y0), (x1, y1), (x3, y3), (x2, y2))


def _opacity(finding: Finding) -> float:
    """Stronger where more important; never so faint that it is overlooked, nor so strong that it hides the text."""
    return 0.45 + 0.5 * min(1.0, max(0.0, finding.importance))


def _list_findings(pdf: pymupdf.Document, marks: Sequence[tuple[_Piece, int]]) -> None:
    """An entry of the outline for each finding: the page, what kind it is, what was decided; `marks` with their numbers."""
    labels = page_labels(pdf, pdf.page_count)
    entries = []
    for piece, number in sorted(marks, key=lambda mark: (mark[0].finding.start, mark[0].finding.end)):
        finding, language = piece.finding, note_language(piece.finding)
        page = say("page-citation", language, page=printable(labels[piece.page - 1]) or piece.page)
        words = note_tags(finding) or printable(finding.text)[:_LONGEST_ENTRY]
        title = say("between", language).join((page, words, decision_words(finding.decision, language)))
        entries.append(Entry(title, piece.page, number))
    append_outline(pdf, say("findings", _usual_language(marks)), entries)


def _usual_language(marks: Sequence[tuple[_Piece, int]]) -> Language:
    japanese = sum(note_language(piece.finding) == "ja" for piece, _ in marks)
    return "ja" if 2 * japanese > len(marks) else "en"


def _note_head(pdf: pymupdf.Document, head: str) -> None:
    """A key of our own in the document's information, beside what is there: the metadata (XMP) has no counterpart of it."""
    kind, value = pdf.xref_get_key(-1, "Info")
    number = int(value.split()[0]) if kind == "xref" else 0
    if not is_dictionary(pdf, number):
        number = int(pdf.get_new_xref())
        pdf.update_object(number, value if kind == "dict" else "<<>>")
        pdf.xref_set_key(-1, "Info", f"{number} 0 R")
    pdf.xref_set_key(number, AUDIT_HEAD, pymupdf.get_pdf_str(head))


def _save(pdf: pymupdf.Document, part: Path) -> bytes | None:
    """Append to the copy; or, where the file had to be repaired on opening, return its bytes written anew."""
    if pdf.can_save_incrementally() and not was_rewritten(pdf):
        try:
            pdf.save(part, incremental=True, encryption=pymupdf.PDF_ENCRYPT_KEEP)
        except pymupdf.mupdf.FzErrorSystem as error:  # of a call to the system, whose number MuPDF keeps to itself
            full = os.strerror(errno.ENOSPC) in str(error)
            raise OSError(errno.ENOSPC if full else errno.EIO, str(error)) from error
        return None
    return bytes(pdf.tobytes(garbage=1, deflate=True, encryption=pymupdf.PDF_ENCRYPT_KEEP))
