"""What other programs and libraries find in an exported file: each check says which findings are missing, in words.

Nothing of Fusen's own reading is used, but for the wording that a file should hold.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import icalendar
import openpyxl
import pikepdf
from docx.api import Document as open_docx  # noqa: N813 -- a function, in spite of its name
from lxml import etree, html
from pptx import Presentation

from app.export.brief import Brief, BriefFinding
from app.export.phrases import shortened
from app.export.slide_choice import slide_findings
from app.export.wording import place_words, printable
from app.review.findings import Finding

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_NOTHING = re.compile(r"[\s\u00ad\u200b-\u200d\u2060\ufeff\ufffd\x00-\x1f]+")


def bare(text: str) -> str:
    """Without white space and other differences that do not matter: line ends, forms of one letter."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", printable(text)))


def missing_words(text: str, brief: Brief) -> list[str]:
    """The accepted findings whose words, or whose place, are not in the text."""
    found = bare(text)
    missing = [_told(finding) for finding in brief.findings if bare(finding.quote.text) not in found]
    places = {place_words(finding.quote, finding.section, brief) for finding in brief.findings}
    return missing + [f"the place {place!r}" for place in sorted(places) if bare(place) not in found]


def in_docx(data: bytes, brief: Brief) -> list[str]:
    """With python-docx: every word of paragraphs and cells; places in the row or beside the paragraph of the finding."""
    root = open_docx(io.BytesIO(data)).element.body
    return missing_words("\n".join(node.text or "" for node in root.iter(f"{W}t")), brief)


def in_markdown(data: bytes, brief: Brief) -> list[str]:
    """As text, signs of Markdown aside."""
    plain = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", data.decode("utf-8"))
    plain = re.sub(r"&(lt|gt|amp|#\d+);", lambda found: html.fromstring(f"<p>{found[0]}</p>").text or "", plain)
    return missing_words(re.sub(r"(?m)^\s*>+ ?", "", plain), brief)


def in_html(data: bytes, brief: Brief) -> list[str]:
    """With libxml2's parser of HTML."""
    return missing_words(html.fromstring(data.decode("utf-8")).text_content(), brief)


def in_json(data: bytes, brief: Brief) -> list[str]:
    """Each with its exact range, page and decision, in order."""
    found = [(f["text"], f["start"], f["end"], f["page"], f["decision"]) for f in json.loads(data)["findings"]]
    wanted = [(f.quote.text, f.start, f.end, f.quote.page, f.decision) for f in brief.findings]
    return [repr(one) for one in wanted if one not in found] + ([] if found == wanted else ["another order"])


def in_xlsx(data: bytes, brief: Brief) -> list[str]:
    """With openpyxl: a row of the findings' list for each, in which the page stands too."""
    rows = [[str(cell or "") for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).worksheets[0].values]
    missing = []
    for finding in brief.findings:
        label = printable(finding.quote.label) if finding.quote.page is not None else ""
        same = (row for row in rows if bare(finding.quote.text) in map(bare, row))
        if not any(not label or label in row for row in same):
            missing.append(_told(finding))
    return missing


def in_calendar(data: bytes, brief: Brief) -> list[str]:
    """With icalendar: an event on the day of each finding that is due."""
    events = list(icalendar.Calendar.from_ical(data).walk("VEVENT"))
    days = [(event.decoded("dtstart").isoformat(), bare(str(event))) for event in events]
    wanted = [finding for finding in (*brief.findings, *brief.undecided) if finding.due]
    told = [_told(f) for f in wanted if sum(day == f.due for day, _ in days) < sum(o.due == f.due for o in wanted)]
    return told + ([] if len(events) == len(wanted) else [f"{len(events)} events for {len(wanted)} findings"])


def in_pptx(data: bytes, brief: Brief) -> list[str]:
    """With python-pptx: a slide for each that gets one, in order, its words shortened there and whole in the notes."""
    slides = list(Presentation(io.BytesIO(data)).slides)
    missing = []
    at = 0
    for finding in slide_findings(brief):
        short = bare(shortened(printable(finding.quote.text), finding.language))[:20].rstrip("…")
        for number in range(at, len(slides)):
            words = bare("\n".join(s.text_frame.text for s in slides[number].shapes if s.has_text_frame))
            notes = slides[number].notes_slide.notes_text_frame.text if slides[number].has_notes_slide else ""
            if short in words and bare(finding.quote.text) in bare(notes):
                place = place_words(finding.quote, finding.section, brief)
                if place != "–" and bare(place)[:20] not in words:
                    missing.append(f"the place of {_told(finding)}")
                at = number + 1
                break
        else:
            missing.append(_told(finding))
    return missing


def without_picture(data: bytes, brief: Brief) -> list[str]:
    """The findings with a slide and a place on a page, whose slide shows no picture."""
    slides = list(Presentation(io.BytesIO(data)).slides)
    shown = [slide for slide in slides if slide.has_notes_slide]
    pairs = zip(slide_findings(brief), shown, strict=True)
    return [_told(f) for f, slide in pairs if f.quads and not any(s.shape_type == 13 for s in slide.shapes)]


def in_annotated_docx(path: Path, findings: Sequence[Finding], author: str) -> list[str]:
    """From the XML: under each of the author's comments the finding's words and no others.

    A number that Word writes itself stands under none; words where Word takes no comments are quoted in the comment.
    """
    under = dict(_commented(path, author))
    missing = []
    for finding in findings:
        words = bare(finding.text)
        exact = any(
            text and words.endswith(text) and len(words) - len(text) <= _label(finding) for text, _ in under.values()
        )
        quoted = any(words[:40] in bare(comment) for _, comment in under.values())
        if not exact and not quoted:
            missing.append(f"{finding.text[:60]!r}")
    return missing + ([] if len(under) == len(findings) else [f"{len(under)} comments for {len(findings)} findings"])


def _label(finding: Finding) -> int:
    """How much of the words may be an automatic number: what stands before the first space, or all that is no word."""
    first = finding.text.split(maxsplit=1)[0]
    return len(bare(first)) if re.search(r"[\d.)）(（、章条項節ivxIVX]", first) else 0


def _commented(path: Path, author: str) -> Iterator[tuple[str, tuple[str, str]]]:
    """Of each comment of the author the words under it, and its own."""
    with zipfile.ZipFile(path) as package:
        name = next((name for name in package.namelist() if re.fullmatch(r"(.*/)?comments\d*\.xml", name)), None)
        if name is None:
            return
        comments = etree.fromstring(package.read(name).replace(_STRICT, W[1:-1].encode()))
        main = next(n for n in package.namelist() if n.endswith(("document.xml", "document2.xml")))
        root = etree.fromstring(package.read(main).replace(_STRICT, W[1:-1].encode()))
    told = {
        comment.get(f"{W}id"): "".join(text.text or "" for text in comment.iter(f"{W}t"))
        for comment in comments
        if comment.get(f"{W}author") == author
    }
    open_: dict[str, list[str]] = {}
    under: dict[str, str] = {}
    for element in root.iter():
        id_ = element.get(f"{W}id") if isinstance(element.tag, str) else None
        if element.tag == f"{W}commentRangeStart" and id_ in told:
            open_[str(id_)] = []
        elif element.tag == f"{W}commentRangeEnd" and id_ in open_:
            under[str(id_)] = bare("".join(open_.pop(str(id_))))
        elif element.tag in (f"{W}t", f"{W}noBreakHyphen") and not _is_gone(element):
            for words in open_.values():
                words.append("-" if element.tag != f"{W}t" else element.text or "")
    yield from ((id_, (under.get(id_, ""), told[id_])) for id_ in told if id_ is not None)


def _is_gone(element: etree._Element) -> bool:
    return next(element.iterancestors(f"{W}moveFrom", f"{W}del", _FALLBACK, f"{W}rt"), None) is not None


def is_read_by_others(path: Path) -> bool:
    """Whether the library that copies are looked at with takes the original: some files only one program opens."""
    try:
        with pikepdf.open(path) as pdf:
            return len(pdf.pages) > 0
    except pikepdf.PdfError:
        return False


def in_annotated_pdf(path: Path, findings: Sequence[Finding]) -> tuple[list[str], int, int]:
    """With pikepdf and poppler: a highlight for each on its page, whose quads hold its words.

    Returns what is missing, how many highlights hold exactly the words, and how many were looked at.
    """
    missing, exact, looked = [], 0, 0
    with pikepdf.open(path) as pdf:
        for finding in findings:
            page = pdf.pages[finding.page - 1]
            marks = [a for a in page.get("/Annots", []) if a.get("/Subtype") == "/Highlight"]
            marks = [mark for mark in marks if _same_place(page, mark, finding)]
            if not marks:
                missing.append(f"page {finding.page}: {finding.text[:60]!r}")
                continue
            looked += 1
            exact += bare(_words_in(path, finding)) == bare(finding.text)
    return missing, exact, looked


def _same_place(page: pikepdf.Page, mark: pikepdf.Object, finding: Finding) -> bool:
    """Whether the annotation's quads are those of the finding, from the page's own space to that in which it is shown."""
    left, bottom, right, top = (float(value) for value in page.cropbox)
    rotation = int(page.get("/Rotate", 0)) % 360
    points = [float(value) for value in mark.QuadPoints]
    shown = []
    for x, y in zip(points[0::2], points[1::2], strict=True):
        turned = {
            0: (x - left, top - y),
            90: (y - bottom, x - left),
            180: (right - x, y - bottom),
            270: (top - y, right - x),
        }
        shown.append(turned[rotation])
    wanted = [corner for quad in finding.quads for corner in zip(quad[0::2], quad[1::2], strict=True)]
    edges = [(min(axis), max(axis)) for axis in (*zip(*shown, strict=True), *zip(*wanted, strict=True))]
    near = (
        abs(a - b) < 1.0
        for mine, other in zip(edges[:2], edges[2:], strict=True)
        for a, b in zip(mine, other, strict=True)
    )
    return len(shown) == len(wanted) and all(near)


def _words_in(path: Path, finding: Finding) -> str:
    """What poppler reads in the finding's quads, each a little smaller so that its neighbours do not touch it."""
    words = []
    for quad in finding.quads:
        x0, x1, y0, y1 = min(quad[0::2]), max(quad[0::2]), min(quad[1::2]), max(quad[1::2])
        area = _inner(x0, y0, x1, y1)
        options = [part for name, value in area.items() for part in (f"-{name}", str(round(value * 10)))]
        pages = ["-f", str(finding.page), "-l", str(finding.page)]
        run = ["pdftotext", "-cropbox", "-r", "720", *pages, *options, path, "-"]
        words.append(subprocess.run(run, check=True, capture_output=True, timeout=60).stdout.decode("utf-8", "replace"))
    return "".join(words)


def _inner(x0: float, y0: float, x1: float, y1: float) -> dict[str, float]:
    """A line's area without its ends' last hair; of its height the part with the base line, of an upright one all its width."""
    if y1 - y0 > 1.5 * (x1 - x0):
        return {"x": x0, "y": y0 + 0.6, "W": x1 - x0, "H": y1 - y0 - 1.2}
    inset = min(0.6, (x1 - x0) / 8)
    return {"x": x0 + inset, "y": y0 + (y1 - y0) * 0.35, "W": x1 - x0 - 2 * inset, "H": (y1 - y0) * 0.62}


def in_office_pdf(pdf: Path, brief: Brief, kind: str) -> list[str]:
    """With poppler, after LibreOffice: every accepted finding's words; of slides those that have one, as they show them."""
    run = ["pdftotext", "-raw", pdf, "-"]
    text = _letters(subprocess.run(run, check=True, capture_output=True, timeout=120).stdout.decode("utf-8", "replace"))
    if kind == "pptx":
        quotes: Iterable[tuple[BriefFinding, str]] = (
            (f, shortened(printable(f.quote.text), f.language)) for f in slide_findings(brief)
        )
    else:
        quotes = ((f, f.quote.text) for f in brief.findings)
    return [_told(finding) for finding, quote in quotes if not _holds(text, _letters(quote)[:600])]


def _letters(text: str) -> str:
    """Letters and digits alone: a sign that comes of another font than its line stands on a line of its own for poppler."""
    return re.sub(r"[\W_]+", "", bare(text))


def _holds(text: str, words: str) -> bool:
    """Whether the words are there, in two parts where they run on over the end of a page."""
    if words in text:
        return True
    low, high = 0, len(words)  # the longest beginning that is there
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (middle, high) if words[:middle] in text else (low, middle)
    return low > 0 and words[low:] in text


def _told(finding: BriefFinding) -> str:
    return f"{finding.quote.label or '–'}: {printable(finding.quote.text)[:60]!r}"
