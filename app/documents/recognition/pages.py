"""Which pages of a PDF are recognised, what takes the place of their lines, and what the reader is told of it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np

from app.documents.document import Notice, OcrMode, Recognised
from app.documents.layout import PageLines
from app.documents.left_out import BeginPage, listed
from app.documents.page_pictures import COVERED, Look, draw, has_images, look_at
from app.documents.recognition.page import RecognisedPage, even_sizes, in_rows, recognise
from app.documents.recognition.recogniser import INSTALL, Breathe, Picture, Recogniser, find, is_installed
from app.errors import FusenError

log = logging.getLogger(__name__)

FEW_LETTERS = 50
"""What a stamp, a header or a page number has; a page with less text than that and a picture is taken for a scan."""

_OUTLINES = 20  # filled paths, from which letters may have been drawn as outlines
_UNREADABLE = 0.2  # share of letters without a meaning
_MEANINGLESS = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010fffd]")
_LEAST_CONTRAST = 32  # of 255; less is an empty page

Flaw = Literal["invisible", "meaningless"]

_FLAWS: Mapping[Flaw, str] = {
    "invisible": "is not seen, for a picture shows the page: another program recognised it, and words may be wrong",
    "meaningless": "cannot be understood: the file does not say which letters it shows",
}


@dataclass(slots=True)
class PageRecognition:
    """Recognition over one reading. `begin` is told each page that is recognised; `breathe` is called every few lines.

    `seconds` is what it took together, for the reading's own limit of time.
    """

    mode: OcrMode
    begin: BeginPage | None = None
    breathe: Breathe = lambda: None
    finder: Callable[[], Recogniser | None] = find
    available: Callable[[], bool] = is_installed
    seconds: float = 0.0
    _recogniser: Recogniser | None = None
    _pages: dict[int, RecognisedPage] = field(default_factory=dict)
    _tried: set[int] = field(default_factory=set)
    _failed: list[int] = field(default_factory=list)
    _flawed: dict[int, Flaw] = field(default_factory=dict)

    def read(self, page: Any, number: int, count: int, layer: PageLines) -> None:
        """Recognise a page (from 1) where that is wanted; `layer` holds the lines that the file itself has for it.

        A page that cannot be recognised keeps its lines. Raises what `begin` and `breathe` raise.
        """
        letters = "".join(line.text for line in layer.lines)
        try:
            picture = self._picture(page, number, letters)
        except Exception as error:  # MuPDF's errors have no tree; the text layer was read all the same
            log.debug("page %d cannot be drawn: %s", number, error)
            if self.mode != "off":
                self._failed.append(number)
            return
        if picture is None:
            return
        self._tried.add(number)
        if int(picture.max()) - int(picture.min()) < _LEAST_CONTRAST:
            return
        if self.begin is not None:
            self.begin(number, count)
        lines = [] if number in self._flawed else layer.lines
        self._recognise(picture, number, PageLines(layer.width, layer.height, lines))

    def _picture(self, page: Any, number: int, letters: str) -> Picture | None:
        """The page as it is to be recognised; None where that is not wanted or cannot be had."""
        look = _look(page, letters)
        if look is None:
            return None
        flaw = _flaw(letters, look)
        if flaw is not None:
            self._flawed[number] = flaw
        wanted = self.mode == "redo" if flaw else self.mode != "off" and _is_scan(letters, look)
        return draw(page) if wanted and self.available() else None

    def _recognise(self, picture: Picture, number: int, layer: PageLines) -> None:
        began = time.monotonic()
        try:
            self._recogniser = self._recogniser or self.finder()
            if self._recogniser is None:
                raise RuntimeError("the recogniser is installed and cannot be loaded")
            found = recognise(self._recogniser, picture, layer.width, layer.height, self.breathe)
        except (FusenError, BrokenPipeError):
            raise  # from `breathe`: cancelled, or the client is gone
        except Exception:
            log.exception("page %d cannot be recognised", number)
            self._failed.append(number)
            return
        finally:
            self.seconds += time.monotonic() - began
        if found.lines.lines:
            self._pages[number] = _with_layer(found, layer)

    def instead(self, pages: Sequence[PageLines]) -> list[PageLines]:
        """The pages to lay out: recognised ones in the place of others. To be called once, after the last page."""
        even_sizes(page.lines for page in self._pages.values())
        return [self._pages[n].lines if n in self._pages else page for n, page in enumerate(pages, 1)]

    def of(self, number: int) -> Recognised | None:
        """How a page was recognised; None where it was not."""
        if number not in self._pages or self._recogniser is None:
            return None
        return Recognised(self._recogniser.name, round(self._pages[number].confidence, 4))

    # ---- what the reader is told

    def told(self) -> set[int]:
        """The pages of which `notices` says that their words may be wrong."""
        return {*self._flawed, *self._pages}

    def notices(self) -> list[Notice]:
        """Codes `recognised`, `not-recognised` and `poor-text-layer`."""
        found = [self._recognised_notice()] if self._pages else []
        if self._failed:
            found.append(Notice("not-recognised", f"These pages could not be recognised: {listed(self._failed)}."))
        for flaw, words in _FLAWS.items():
            pages = [n for n, why in self._flawed.items() if why == flaw and n not in self._pages]
            if pages:
                sentence = f"The text of page{'s' if pages[1:] else ''} {listed(pages)} {words}. {self._remedy()}"
                found.append(Notice("poor-text-layer", sentence))
        return found

    def _recognised_notice(self) -> Notice:
        pages = self._pages
        least = min(pages, key=lambda number: pages[number].confidence)
        sure = f"confidence {pages[least].confidence:.0%}".replace("%", " %")
        if len(pages) == 1:
            words = f"Page {least} was recognised from a picture, so words may be wrong ({sure})."
        else:
            words = (
                f"Pages {listed(pages)} were recognised from pictures, so words may be wrong; "
                f"the least sure is page {least} ({sure})."
            )
        return Notice("recognised", words)

    def _remedy(self) -> str:
        if not self.available():
            return f"Fusen recognises it anew once its recogniser is installed: {INSTALL}."
        return "It can be recognised again: by Review, Recognise again in the window, or with --ocr redo."

    def advice(self, silent: Collection[int]) -> str:
        """What can be done about pages that are without text in the end; empty where nothing can."""
        if self.mode == "off":
            return "Recognition of pictures was switched off."
        if not self.available():
            return f"Fusen recognises pictures once its recogniser is installed: {INSTALL}."
        return "No words were found in their pictures." if self._tried.issuperset(silent) else ""


def _look(page: Any, letters: str) -> Look | None:
    """What the page shows, where that may matter; most pages have text and no picture."""
    return look_at(page) if len(letters) < FEW_LETTERS or _is_meaningless(letters) or has_images(page) else None


def _flaw(letters: str, look: Look) -> Flaw | None:
    if _is_meaningless(letters):
        return "meaningless"
    if letters and look.invisible_texts and not look.visible_texts and look.pictures >= COVERED:
        return "invisible"
    return None


def _is_meaningless(letters: str) -> bool:
    return bool(letters) and len(_MEANINGLESS.findall(letters)) > _UNREADABLE * len(letters)


def _is_scan(letters: str, look: Look) -> bool:
    if len(letters) >= FEW_LETTERS:
        return False
    return look.pictures >= COVERED or (not letters and (look.pictures > 0 or look.paths >= _OUTLINES))


def _with_layer(found: RecognisedPage, layer: PageLines) -> RecognisedPage:
    """The recognised lines with those of the file, which are surer where both have the same."""
    if not layer.lines:
        return found
    boxes = np.array([(line.x0, line.y0, line.x1, line.y1) for line in layer.lines])

    def is_new(quads: Any) -> bool:
        x, y = quads[:, 0::2].mean(), quads[:, 1::2].mean()
        inside = (boxes[:, 0] <= x) & (x <= boxes[:, 2]) & (boxes[:, 1] <= y) & (y <= boxes[:, 3])
        return not bool(inside.any())

    lines = [line for line in found.lines.lines if is_new(line.quads)]
    merged = PageLines(found.lines.width, found.lines.height, in_rows([*lines, *layer.lines]))
    return RecognisedPage(merged, found.confidence)
