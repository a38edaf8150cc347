"""A copy of the PDF with a real highlight annotation on each decided finding, which any viewer shows, lists and removes.

Runs in the document worker: PyMuPDF is had through `app.documents.mupdf`.
"""

from __future__ import annotations

import hashlib
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from app.documents.document import Language, Quad
from app.documents.mupdf import pymupdf
from app.documents.pdf_opening import open_pdf, was_rewritten
from app.errors import FusenError
from app.export.brief import KEPT
from app.export.wording import decision_words, grade, importance_words, printable, say, tag_words, task_words
from app.export.writing import refuse_original, replacing
from app.review.findings import Decision, Finding, page_by_page

_COLOURS: Mapping[Decision, tuple[float, float, float]] = {
    "accepted": (1.0, 0.80, 0.20),  # amber
    "edited": (0.45, 0.72, 1.0),  # blue
    "added": (0.50, 0.85, 0.45),  # green
    "undecided": (1.0, 0.93, 0.65),  # pale amber
}


def write_annotated_pdf(
    path: Path,
    output: Path,
    findings: Iterable[Finding],
    author: str = "Fusen",
    password: str | None = None,
    *,
    undecided: bool = False,
) -> None:
    """Write a copy of the PDF at `path` to `output` with a highlight on each accepted, edited or added finding.

    One that goes on over a page's end has a highlight on each of its pages. With `undecided`, these are highlighted too,
    paler; rejected findings never are. What was in the file stays: existing annotations, encryption with its passwords,
    signatures (the copy only appends where the file allows it). `output` is written whole or not at all and may not be the
    original.

    Raises FusenError: those of `open_pdf`, `permission` when `output` is the original or cannot be written, `unsupported`
    when the file is not the one that the findings are from.
    """
    shown = KEPT | {"undecided"} if undecided else KEPT
    chosen = [finding for finding in findings if finding.decision in shown and finding.quads]
    refuse_original(path, output)
    open_pdf(path, password).close()  # so that what is wrong with the original is said of it and not of the copy
    _check_same_file(path, chosen)
    with replacing(output) as part:
        shutil.copyfile(path, part)
        pdf = open_pdf(part, password)
        try:
            for page, on_page in _by_page(chosen, pdf.page_count).items():
                _annotate(pdf[page - 1], on_page, author)
            rewritten = _save(pdf, part)
        finally:
            pdf.close()
        if rewritten is not None:
            part.write_bytes(rewritten)


def _check_same_file(path: Path, findings: Sequence[Finding]) -> None:
    # The quads of another version of the file would mark the wrong words without a sign of it.
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if any(finding.document_sha256 != sha256 for finding in findings):
        raise FusenError(
            "unsupported",
            f"{path.name} has changed since it was analysed.",
            "Analyse it again, or restore the version that was analysed.",
        )


def _by_page(findings: Iterable[Finding], page_count: int) -> dict[int, list[Finding]]:
    pages: dict[int, list[Finding]] = defaultdict(list)
    for finding in sorted(findings, key=lambda finding: (finding.start, finding.end)):
        for part in page_by_page(finding):
            if 1 <= part.page <= page_count:
                pages[part.page].append(part)
    return dict(sorted(pages.items()))


def _annotate(page: pymupdf.Page, findings: Sequence[Finding], author: str) -> None:
    # Our quads lie on the page as it is displayed; annotations are placed on the page before its rotation.
    upright = page.derotation_matrix
    for finding in findings:
        annotation = page.add_highlight_annot(quads=[_pymupdf_quad(quad) * upright for quad in finding.quads])
        annotation.set_colors(stroke=_COLOURS[finding.decision])
        annotation.set_opacity(_opacity(finding))
        annotation.set_info(title=author, subject=_tags(finding), content=_content(finding))
        annotation.update()  # draws the appearance, without which some viewers show nothing


def _pymupdf_quad(quad: Quad) -> pymupdf.Quad:
    """Ours goes round clockwise from the upper left; PyMuPDF's goes along the upper and then along the lower edge."""
    x0, y0, x1, y1, x2, y2, x3, y3 = quad
    return pymupdf.Quad((x0, y0), (x1, y1), (x3, y3), (x2, y2))


def _opacity(finding: Finding) -> float:
    """Stronger where more important; never so faint that it is overlooked, nor so strong that it hides the text."""
    return 0.45 + 0.5 * min(1.0, max(0.0, finding.importance))


def _language(finding: Finding) -> Language:
    return "ja" if any("\u3040" <= character <= "\u30ff" for character in finding.text) else "en"


def _tags(finding: Finding) -> str:
    return tag_words(tuple(tag.tag for tag in finding.tags), _language(finding))


def _content(finding: Finding) -> str:
    """What a viewer shows when the highlight is clicked: tags, importance in words and percent, decision, comment."""
    language = _language(finding)
    importance = importance_words(finding.importance, finding.interval, language)
    lines = [
        _tags(finding),
        f"{grade(finding.importance, language)}: {importance}" if finding.rank > 0 else say("not-scored", language),
        decision_words(finding.decision, language),
        say("between", language).join(task_words(finding, language)),
        "\n".join(printable(line) for line in finding.comment.splitlines()),
    ]
    return "\n".join(filter(None, lines))


def _save(pdf: pymupdf.Document, part: Path) -> bytes | None:
    """Append to the copy; or, where the file had to be repaired on opening, return its bytes written anew."""
    if pdf.can_save_incrementally() and not was_rewritten(pdf):
        pdf.save(part, incremental=True, encryption=pymupdf.PDF_ENCRYPT_KEEP)
        return None
    return bytes(pdf.tobytes(garbage=1, deflate=True, encryption=pymupdf.PDF_ENCRYPT_KEEP))
