"""Text of a PDF's page that no reader sees: what hides it, and taking it out before anything else reads it.

Nearly all text is cleared by what is known of it without drawing: dark letters that nothing is painted over. Only where
that leaves a doubt is the page drawn, and the letters' colour compared with what the picture shows at their place.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Notice
from app.documents.left_out import listed
from app.documents.mupdf import pymupdf
from app.documents.pdf_contrast import Picture, distance, inner, spread, without_letters
from app.documents.pdf_painting import CONTRAST, Doubts, painted_beside
from app.documents.pdf_spans import LIGHT, Span, Word, is_odd, overlap, take_out, words_of

Cause = Literal["unpainted", "colour", "covered", "tiny", "outside", "layer", "comment"]

_WORDS: Mapping[Cause, str] = {
    "unpainted": "it is not painted",
    "colour": "it has the colour of what lies behind it",
    "covered": "something is painted over it",
    "tiny": "it is too small to be read",
    "outside": "it lies outside of what is shown",
    "layer": "it belongs to a layer that is switched off",
    "comment": "it stands in a comment that is hidden",
}

LEAST_LETTERS = 3
"""Letters and digits on a page from which hidden text is told of; a stray mark misleads no one."""

_UNIFORM = 12
_NEAR = 60


@dataclass(slots=True)
class Sifted:
    """What was found on one page: letters that were hidden, by cause; letters that a picture shows and only it."""

    hidden: Counter[Cause] = field(default_factory=Counter)
    recognised: int = 0
    text: str = ""
    """What was hidden, word by word."""

    def add(self, cause: Cause, words: Sequence[str]) -> None:
        """Count words that were hidden."""
        letters = sum(c.isalnum() for word in words for c in word)
        if letters:
            self.hidden[cause] += letters
            self.text = f"{self.text} {' '.join(words)}"


def sift(
    page: pymupdf.Page, raw: dict[str, Any], spans: Sequence[Span], found: Sifted, *, drawable: bool = True
) -> None:
    """Take the letters that no reader sees out of `raw`, the page as "rawdict" with these spans, and count them in `found`.

    Where the page is not `drawable` in sensible time or memory, doubts are settled for the text.
    """
    if not spans:
        return
    painted = painted_beside(page)
    if painted == "letters" and not any(map(is_odd, spans)):
        return
    doubts = Doubts(page, spans, painted)
    words = [word for span in doubts.suspects for word in words_of(span)]
    if words:
        judge = _Judge(page, spans, doubts, drawable=drawable)
        judge.look_at(words)
        take_out(raw, judge.settled(words, found))


class _Judge:
    """Settles what is seen of the words in doubt."""

    def __init__(self, page: pymupdf.Page, spans: Sequence[Span], doubts: Doubts, *, drawable: bool) -> None:
        self._page = page
        self._spans = spans
        self._doubts = doubts
        self._drawable = drawable
        self._clip = pymupdf.Rect()
        self._causes: dict[int, Cause] = {}

    @cached_property
    def _drawn(self) -> Picture:
        return Picture(self._page, self._clip)

    @cached_property
    def _bare(self) -> Picture:
        return without_letters(self._page, self._clip)

    def look_at(self, words: Sequence[Word]) -> None:
        """Find the cause for which each word is not seen, if any."""
        boxes = np.array([word.box for word in words])
        area = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
        width, height = self._page.rect.width, self._page.rect.height
        if self._page.rotation in (90, 270):
            width, height = height, width
        self._clip = pymupdf.Rect(area) & pymupdf.Rect(0, 0, width, height)
        self._drawable = self._drawable and not self._clip.is_empty
        for word in words:
            cause = self._cause(word)
            if cause is not None:
                self._causes[id(word)] = cause

    def settled(self, words: Sequence[Word], found: Sifted) -> list[Word]:
        """The words to take out, counted in `found`; not those that a picture shows, in which they were recognised."""
        shown = self._shown_by_picture(words)
        # A mark alone misleads no one; programs draw boxes and bullets as paths and put the mark there unpainted.
        lettered = {word.span.line for word in words if word.letters and id(word) in self._causes}
        gone = []
        for word in words:
            cause = self._causes.get(id(word))
            if cause is not None and word.span.line in shown:
                found.recognised += word.letters
            elif cause is not None and word.span.line in lettered:
                found.add(cause, [word.span.text[word.start : word.end]])
                gone.append(word)
        return gone

    def _cause(self, word: Word) -> Cause | None:
        span = word.span
        if not span.painted:
            return "unpainted"
        if span.tiny:
            return "tiny"
        if not word.letters or not self._drawable:
            return None
        pixels = self._drawn.at(word.box)
        if not len(pixels.reshape(-1, 3)) or pixels.shape[0] < 4:
            return None
        uniform = spread(inner(pixels)) < _UNIFORM
        if span.stroked or self._doubts.is_outlined(word):
            alike = uniform and min(span.colour) > LIGHT
        else:
            alike = not span.clipped and _is_alike(pixels, span)
        if alike:
            return "colour"
        covers = self._doubts.covers(word)
        if (covers or span.clipped) and uniform:
            return "covered" if covers else "unpainted"
        return "covered" if covers and self._is_covered(word, covers, pixels) else None

    def _is_covered(self, word: Word, covers: Sequence[int], pixels: NDArray[np.int16]) -> bool:
        if self._doubts.has_later_text(word, covers[0]):
            # What is seen here may be the other letters.
            return any(self._doubts.is_opaque(number) and self._is_plain(word) for number in covers)
        pictures = any(self._doubts.is_like_or_unknown(number, word.span.colour) for number in covers)
        if not pictures and distance(pixels, word.span.colour).min() < _NEAR:
            return False
        return spread(inner(self._bare.at(word.box) - pixels)) < _UNIFORM

    def _is_plain(self, word: Word) -> bool:
        """Nothing but one colour lies behind all the letters at this place."""
        return spread(inner(self._bare.at(word.box))) < _UNIFORM

    def _shown_by_picture(self, words: Sequence[Word]) -> set[int]:
        """The lines whose letters are not painted themselves, or under a picture, while the picture shows something."""
        if not self._drawable:
            return set()
        marks: dict[int, list[bool]] = {}
        for word in words:
            if self._causes.get(id(word)) in ("unpainted", "covered") and word.letters:
                marks.setdefault(word.span.line, []).append(self._is_shown(word))
        return {line for line, shown in marks.items() if 2 * sum(shown) >= len(shown)}

    def _is_shown(self, word: Word) -> bool:
        if not self._doubts.in_picture(word.box) and self._has_visible:
            return False
        if self._causes[id(word)] == "covered" and not self._lies_under_scan(word):
            return False
        return spread(self._drawn.at(word.box)) >= CONTRAST and not self._repeats_visible(word)

    @cached_property
    def _visible(self) -> list[Span]:
        hidden = {id(span) for span in self._doubts.suspects}
        return [span for span in self._spans if id(span) not in hidden]

    @property
    def _has_visible(self) -> bool:
        return bool(self._visible)

    def _repeats_visible(self, word: Word) -> bool:
        return any(overlap(word.box, span.box) > 0.5 for span in self._visible)

    def _lies_under_scan(self, word: Word) -> bool:
        """A picture of most of the page is painted over the word, as programs that recognise text do."""
        page = (0.0, 0.0, self._page.rect.width, self._page.rect.height)
        whole = page[2] * page[3]
        doubts = self._doubts
        for number in doubts.covers(word):
            x0, y0, x1, y1 = doubts.boxes[number].tolist()
            if doubts.kinds[number] == "fill-image" and (x1 - x0) * (y1 - y0) > 0.5 * whole:
                return True
        return False


def _is_alike(pixels: NDArray[np.int16], span: Span) -> bool:
    """Whether letters of the span's colour cannot be told from what lies around and between them."""
    edge = np.concatenate([pixels[0], pixels[-1]])
    for background in (np.median(pixels.reshape(-1, 3), axis=0), np.median(edge, axis=0)):
        if float(np.abs(background - np.array(span.colour)).max()) * span.alpha >= CONTRAST:
            return False
    return True


# ---- what the user is told


def _is_printers(text: str) -> bool:
    """Whether this is a typesetter's record (dates, job numbers, paths) rather than words that could say something."""
    words = text.split()
    codes = sum(bool(re.search(r"[\d\\/_]", word)) for word in words)
    return len(words) >= 4 and 2 * codes > len(words)


def notices(pages: Mapping[int, Sifted], told: Collection[int] = ()) -> list[Notice]:
    """Warnings of hidden and of recognised text, which name the pages; that of recognised text not those `told` of already."""
    found = []
    hidden = {
        number: page.hidden
        for number, page in pages.items()
        if page.hidden.total() >= LEAST_LETTERS and not _is_printers(page.text)
    }
    if hidden:
        causes = {cause for page in hidden.values() for cause, letters in page.items() if letters}
        why = "; ".join(words for cause, words in _WORDS.items() if cause in causes)
        one = "Page {} holds text that no reader sees ({}). It was left out, since it could mislead."
        many = "Pages {} hold text that no reader sees ({}). It was left out, since it could mislead."
        found.append(Notice("hidden-text", (many if len(hidden) > 1 else one).format(listed(hidden), why)))
    recognised = [number for number, page in pages.items() if page.recognised and number not in told]
    if recognised:
        pages_ = f"page{'s' if recognised[1:] else ''} {listed(recognised)}"
        message = f"The text of {pages_} was recognised in a picture (OCR) and may be wrong; compare it with the page."
        found.append(Notice("recognised-text", message))
    return found
