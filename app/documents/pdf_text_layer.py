"""Whether the text that a PDF carries is the text that it shows.

A PDF says twice what it writes: by the shapes that it draws, and by the characters that it gives for them. Three of the
ways in which these part are found here without recognising the picture: words that stand in for what is drawn (ActualText),
letters that lie outside of what is shown, and fonts whose maps give other letters than their own names or tables do.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.documents.document import Notice
from app.documents.left_out import listed
from app.documents.mupdf import FLAGS, check_memory, pymupdf
from app.documents.pdf_hidden import Cause
from app.documents.pdf_opening import open_pdf
from app.documents.pdf_spans import Span

_UNCLIPPED = FLAGS & ~pymupdf.TEXT_MEDIABOX_CLIP
_EVERYWHERE = pymupdf.Rect(-1e5, -1e5, 1e5, 1e5)
_NO_STAND_INS = pymupdf.TEXT_IGNORE_ACTUALTEXT
_NO_LETTER = re.compile(r"[\W_]+")
# What no font maps a letter to that is to be read: control characters, private use, the mark for the unknown.
_UNREADABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_WITHOUT_MAP = 128 | 256  # MuPDF gives the number of the glyph for want of a letter
_LONGEST_MAP = 1 << 20


@dataclass(slots=True)
class Compared:
    """How a page's text and what is shown of it differ."""

    unseen: dict[Cause, list[str]] = field(default_factory=dict)
    """Words that the page holds and does not show."""
    contradicts: bool = False
    """Other words are given than are drawn."""


def layers_shown(pdf: pymupdf.Document, path: Path, password: str | None) -> pymupdf.Document | None:
    """The same file with all its layers switched on; None where none is off."""
    layers = pdf.get_ocgs()
    if all(layer["on"] for layer in layers.values()):
        return None
    shown = open_pdf(path, password)
    inner = pymupdf.mupdf.pdf_document_from_fz_document(shown.this)
    for number in range(pymupdf.mupdf.pdf_count_layers(inner)):
        pymupdf.mupdf.pdf_enable_layer(inner, number, 1)
    return shown


def compare(page: pymupdf.Page, seen: str, layered: pymupdf.Page | None) -> Compared:
    """Compare the page's text `seen` with all that the page holds (and with its layers switched on)."""
    whole = page if layered is None else layered
    held = _everywhere(whole, _UNCLIPPED | _NO_STAND_INS).extractText()
    if "".join(held.split()) == "".join(seen.split()) or _letters(held) == _letters(seen):
        return Compared()
    found = Compared()
    shown, unclipped = page.get_textpage(flags=FLAGS), _everywhere(page, _UNCLIPPED)
    found.unseen["outside"] = _missing(unclipped, shown, page)
    if layered is not None:
        found.unseen["layer"] = _missing(_everywhere(layered, _UNCLIPPED), unclipped, page)
    drawn = page.get_textpage(flags=FLAGS | _NO_STAND_INS)
    found.contradicts = contradicts(shown.extractText(), drawn.extractText())
    return found


def _everywhere(page: pymupdf.Page, flags: int) -> pymupdf.TextPage:
    """The page's text, also what lies off the page."""
    return page.get_textpage(clip=_EVERYWHERE, flags=flags)


def without_stand_ins(page: pymupdf.Page, flags: int) -> dict[str, Any]:
    """The page as "rawdict", taken with these flags, with the letters of what is drawn."""
    raw: dict[str, Any] = page.get_text("rawdict", flags=flags | _NO_STAND_INS)
    return raw


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _missing(more: pymupdf.TextPage, less: pymupdf.TextPage, page: pymupdf.Page) -> list[str]:
    """The words of the lines of `more` of which `less` has nothing at their place.

    A line that is drawn twice, in part each time, is there; so is one that only runs over the page's edge.
    """
    there: dict[tuple[int, int], list[str]] = {}
    for x, y, _, _, word, *_ in less.extractWORDS():
        there.setdefault((round(x / 4), round(y / 4)), []).append(word)
    found: dict[tuple[int, int], list[str]] = {}
    shown: set[tuple[int, int]] = set()
    edge = page.rect * page.derotation_matrix
    for x, y, right, bottom, word, block, line, _ in more.extractWORDS():
        box = pymupdf.Rect(x, y, right, bottom)
        cut = box.intersects(edge) and box not in edge
        if cut or any(word.startswith(beginning) for place in _around(x, y) for beginning in there.get(place, ())):
            shown.add((block, line))
        else:
            found.setdefault((block, line), []).append(word)
    return [word for line, words in found.items() if line not in shown for word in words]


def _around(x: float, y: float) -> list[tuple[int, int]]:
    column, row = round(x / 4), round(y / 4)
    return [(column + i, row + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]


# ---- words that stand in for others


def contradicts(given: str, drawn: str) -> bool:
    """Whether the words given for those drawn say something else, and not the same in other characters."""
    ours, theirs = _readable_words(given), _readable_words(drawn)
    if "".join(ours) == "".join(theirs):
        return False
    matched = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    return any(
        _is_other("".join(ours[a:b]), "".join(theirs[c:d]), b - a)
        for change, a, b, c, d in matched.get_opcodes()
        if change != "equal"
    )


def _readable_words(text: str) -> list[str]:
    return [letters for word in text.split() if not _UNREADABLE.search(word) and (letters := _letters(word))]


def _is_other(given: str, drawn: str, words: int) -> bool:
    if given == drawn:
        return False
    if not drawn:
        return words >= 3 and len(given) >= 12  # a picture's name is no contradiction, a sentence is
    if not given:
        return sum(map(str.isalpha, drawn)) >= 2  # numbers of lines are often given away as ornaments
    if [c for c in given if c.isdigit()] != [c for c in drawn if c.isdigit()]:
        return True
    return len(given) > 1 and len(drawn) > 1


# ---- letters that cannot be read


def is_unreadable(spans: Sequence[Span], unmapped: Collection[str]) -> bool:
    """Whether many of the page's characters are no letters; `unmapped` names fonts that do not say which theirs are."""
    text = "".join("".join([span.text for span in spans]).split())
    bad = len(_UNREADABLE.findall(text))
    for span in spans:
        if span.flags & _WITHOUT_MAP:
            bad += len(span.text)
        elif span.font in unmapped:
            letters = sum(map(str.isalpha, span.text))
            bad += len(span.text) if 2 * letters < len(span.text) > 3 else 0
    return bad >= 3 and 5 * bad > len(text)


class Fonts:
    """What is known of a file's fonts; each is looked at once."""

    def __init__(self, pdf: pymupdf.Document) -> None:
        self._pdf = pdf
        self._wrong: dict[int, bool] = {}
        self._unmapped: dict[int, str] = {}

    def of_page(self, index: int) -> tuple[bool, set[str]]:
        """Whether a font of the page (from 0) gives wrong letters, and the names of those that give none of their own."""
        try:
            entries = self._pdf.get_page_fonts(index)
        except Exception as error:
            check_memory(error)
            return False, set()
        wrong = False
        unmapped = set()
        for xref, ending, kind, name, *_ in entries:
            if xref not in self._wrong:
                self._look_at(xref, ending, kind, name)
            wrong = wrong or self._wrong[xref]
            if xref in self._unmapped:
                unmapped.add(self._unmapped[xref])
        return wrong, unmapped

    def _look_at(self, xref: int, ending: str, kind: str, name: str) -> None:
        self._wrong[xref] = False
        try:
            given = _given_letters(self._pdf, xref)
            encoding = self._pdf.xref_get_key(xref, "Encoding")[0]
            if not given:
                if kind == "TrueType" and ending == "ttf" and encoding == "null":
                    self._unmapped[xref] = name.rpartition("+")[2]
                return
            own = (
                _composite_letters(self._pdf, xref, ending)
                if kind == "Type0"
                else _simple_letters(self._pdf, xref, kind)
            )
            self._wrong[xref] = _disagree(given, own)
        except Exception as error:
            check_memory(error)  # a font that cannot be looked at says nothing


def _disagree(given: Mapping[int, str], own: Mapping[int, str]) -> bool:
    """Whether, of the letters and digits that both know, a third and more than two are not the same."""
    pairs = [
        (given[code], own[code]) for code in given.keys() & own.keys() if own[code].isascii() and own[code].isalnum()
    ]
    other = sum(_letters(a) != _letters(b) for a, b in pairs if _letters(a))
    return other > 2 and 3 * other > len(pairs)


_PAIR = re.compile(rb"<([0-9a-fA-F\s]+)>\s*<([0-9a-fA-F\s]*)>")
_RANGE = re.compile(rb"<([0-9a-fA-F\s]+)>\s*<([0-9a-fA-F\s]+)>\s*(?:<([0-9a-fA-F\s]*)>|\[([^\]]*)\])")
_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)end\1", re.DOTALL)
_HEX = re.compile(rb"<([0-9a-fA-F\s]*)>")


def _given_letters(pdf: pymupdf.Document, xref: int) -> dict[int, str]:
    """The letter that the font's ToUnicode map gives for each code."""
    kind, value = pdf.xref_get_key(xref, "ToUnicode")
    if kind != "xref":
        return {}
    stream = (pdf.xref_stream(int(value.split()[0])) or b"")[:_LONGEST_MAP]
    given: dict[int, str] = {}
    for section in _SECTION.finditer(stream):
        if section[1] == b"bfchar":
            given |= {int(code, 16): _utf16(letter) for code, letter in _PAIR.findall(section[2])}
            continue
        for first, last, start, listing in _RANGE.findall(section[2]):
            codes = range(int(first, 16), min(int(last, 16), int(first, 16) + 0xFFFF) + 1)
            given |= dict(zip(codes, _range_letters(start, listing, len(codes)), strict=False))
    return given


def _range_letters(start: bytes, listing: bytes, count: int) -> list[str]:
    if listing:
        return [_utf16(letter) for letter in _HEX.findall(listing)]
    letters = _utf16(start)
    if not letters:
        return []
    last = ord(letters[-1])
    return [letters[:-1] + chr(last + step) for step in range(min(count, 0x110000 - last))]


def _utf16(digits: bytes) -> str:
    return bytes.fromhex(digits.decode("ascii")).decode("utf-16-be", errors="replace").replace("\x00", "")


def _simple_letters(pdf: pymupdf.Document, xref: int, kind: str) -> dict[int, str]:
    """The letters of a font with codes of one byte by its encoding, where that and nothing else chooses the glyphs."""
    if kind not in ("Type1", "MMType1", "TrueType"):
        return {}
    flags = pdf.xref_get_key(xref, "FontDescriptor/Flags")
    embedded = any(pdf.xref_get_key(xref, f"FontDescriptor/FontFile{n}")[0] != "null" for n in ("", "2", "3"))
    encoding = pdf.xref_get_key(xref, "Encoding")[0]
    named = encoding == "name" or pdf.xref_get_key(xref, "Encoding/BaseEncoding")[0] == "name"
    symbolic = flags[0] == "int" and bool(int(flags[1]) & 4)
    if kind == "TrueType" and (symbolic or not named):
        return {}
    letters: dict[int, str] = {}
    if named or (not embedded and not symbolic and not _is_symbols(pdf, xref)):
        # The common encodings agree in these; other codes are left out.
        letters = {code: chr(code) for code in range(0x30, 0x7B) if chr(code).isalnum()}
    if encoding in ("dict", "xref"):
        letters |= _differences(pdf.xref_get_key(xref, "Encoding/Differences")[1])
    return letters


def _is_symbols(pdf: pymupdf.Document, xref: int) -> bool:
    return bool(re.search("symbol|dingbat|wingding", pdf.xref_get_key(xref, "BaseFont")[1], re.IGNORECASE))


def _differences(listing: str) -> dict[int, str]:
    """The letters of an encoding's own names, where these are the names of single ASCII letters and digits."""
    digits = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    letters: dict[int, str] = {}
    code = 0
    for token in re.findall(r"\d+|/[^\s/\[\]]+", listing):
        if token[0] != "/":
            code = int(token)
            continue
        name = token[1:]
        letters[code] = str(digits.index(name)) if name in digits else name if len(name) == 1 else ""
        code += 1
    return letters


def _composite_letters(pdf: pymupdf.Document, xref: int, ending: str) -> dict[int, str]:
    """The letters of a TrueType font with codes of two bytes that number its glyphs, by the table inside it."""
    if ending != "ttf" or pdf.xref_get_key(xref, "Encoding") != ("name", "/Identity-H"):
        return {}
    descendant = re.search(r"(\d+) 0 R", pdf.xref_get_key(xref, "DescendantFonts")[1])
    if descendant is None or pdf.xref_get_key(int(descendant[1]), "CIDToGIDMap")[0] == "xref":
        return {}
    font = pymupdf.Font(fontbuffer=pdf.extract_font(xref)[3])
    return {font.has_glyph(code): chr(code) for code in font.valid_codepoints() if code < 0x80}


def notices(contradicting: Collection[int], unreadable: Collection[int]) -> list[Notice]:
    """Warnings that name the pages whose text is not what is shown, or cannot be read."""
    found = []
    say = "shows" if len(unreadable) == 1 else "show"
    advice = "Recognise the text anew (OCR), or compare it with the pages."
    if contradicting:
        told = f"The text that the file gives for {_pages(contradicting)} is not what is shown there. {advice}"
        found.append(Notice("text-differs", told))
    if unreadable:
        told = f"The file does not say which letters {_pages(unreadable)} {say}; the text may be wrong. {advice}"
        found.append(Notice("text-unreadable", told))
    return found


def _pages(numbers: Collection[int]) -> str:
    return f"page{'s' if len(numbers) > 1 else ''} {listed(numbers)}"
