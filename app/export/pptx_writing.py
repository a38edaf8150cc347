"""Words on a slide: paragraphs of set sizes in boxes that they fit, fonts for both scripts, placeholders filled or removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lxml import etree
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
from pptx.oxml.ns import qn
from pptx.util import Emu, Pt

from app.documents.document import Language
from app.export.pptx_base import BODIES, JAPANESE, LATIN, TITLES, names_japanese_font
from app.export.pptx_text import LINE, Fitted, Piece, fitted
from app.export.wording import clipped

INK, QUIET, ACCENT = RGBColor(0x1F, 0x2A, 0x37), RGBColor(0x5B, 0x65, 0x70), RGBColor(0xE0, 0xA0, 0x00)
PAPER, RULE = RGBColor(0xF6, 0xF7, 0xF9), RGBColor(0xC9, 0xCF, 0xD6)
WHITE = RGBColor(0xFF, 0xFF, 0xFF)
_PER_POINT = 12700
_TITLE_SIZES = (26.0, 16.0)
_LONGEST_TITLE = 300


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a slide, in points."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.left + self.width

    @property
    def bottom(self) -> float:
        """The lower edge."""
        return self.top + self.height


class Pen:
    """Writes on the slides of one presentation, in one language but for quotations."""

    def __init__(self, deck: Any, language: Language, *, own: bool) -> None:
        self._deck = deck
        self._language = language
        self._latin = LATIN if own else None
        self._japanese = None if not own and names_japanese_font(deck) else JAPANESE
        self._ink = INK if own else None

    def add_slide(self, layout: Any, title: str) -> tuple[Any, Box]:
        """A slide with its title set, and what is free below that."""
        slide = self._deck.slides.add_slide(layout)
        width, height = self._deck.slide_width / _PER_POINT, self._deck.slide_height / _PER_POINT
        shape = _first(slide, TITLES)
        if shape is None:
            box = Box(width * 0.05, height * 0.06, width * 0.9, height * 0.12)
            shape = self._frame(slide, box)
        box = _box_of(shape)
        self.fill(
            shape,
            fitted(
                [Piece(clipped(title, _LONGEST_TITLE), flexible=True)], box.width - 16, box.height - 8, *_TITLE_SIZES
            ),
            bold=True,
        )
        top = max(box.bottom, height * 0.12) + 10
        free = Box(max(box.left + 7, width * 0.04), top, 0, height * 0.93 - top)
        return slide, Box(free.left, free.top, width - 2 * free.left, free.height)

    def write(
        self,
        slide: Any,
        box: Box,
        pieces: Sequence[Piece],
        sizes: tuple[float, float],
        *,
        language: Language | None = None,
        quiet: bool = False,
    ) -> Fitted:
        """Paragraphs in a box of their own, as large as they fit between two sizes (points)."""
        fit = fitted(pieces, box.width, box.height, *sizes)
        self.fill(self._frame(slide, box), fit, language=language, quiet=quiet)
        return fit

    def fill(
        self,
        shape: Any,
        fit: Fitted,
        *,
        bold: bool = False,
        language: Language | None = None,
        quiet: bool = False,
        colour: RGBColor | None = None,
    ) -> None:
        """Put paragraphs into a shape, in place of what is there."""
        frame = shape.text_frame
        if hasattr(shape, "shape_type"):  # a cell of a table has no such properties
            frame.auto_size = MSO_AUTO_SIZE.NONE
            frame.word_wrap = True
        for number, piece in enumerate(fit.pieces):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            size = fit.size * piece.scale
            paragraph.line_spacing = Pt(round(size * LINE, 1))
            paragraph.space_before = Pt(0)
            paragraph.space_after = Pt(round(fit.gap, 1) if number + 1 < len(fit.pieces) else 0)
            ink = QUIET if quiet else colour or self._ink
            if piece.label:
                self._run(paragraph, piece.label, size, QUIET, bold=False, language=self._language)
            self._run(paragraph, piece.text, size, ink, bold=bold, language=language or self._language)

    def write_notes(self, slide: Any, paragraphs: Sequence[str]) -> None:
        """What the speaker sees."""
        frame = slide.notes_slide.notes_text_frame
        if frame is None:  # a template may have notes without a place for text
            return
        frame.text = paragraphs[0]
        for text in paragraphs[1:]:
            frame.add_paragraph().text = text
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                self._set_fonts(run, self._language)

    def _run(
        self, paragraph: Any, text: str, size: float, ink: RGBColor | None, *, bold: bool, language: Language
    ) -> None:
        run = paragraph.add_run()
        run.text = text
        run.font.size = Pt(size)
        run.font.bold = bold
        if ink is not None:
            run.font.color.rgb = ink
        self._set_fonts(run, language)

    def _set_fonts(self, run: Any, language: Language) -> None:
        properties = run._r.get_or_add_rPr()
        properties.set("lang", "ja-JP" if language == "ja" else "en-GB")
        properties.set("altLang", "en-GB" if language == "ja" else "ja-JP")
        if self._latin is not None:
            run.font.name = self._latin
        if self._japanese is not None:
            # python-pptx sets Latin fonts only; without one of its own PowerPoint shows Japanese in whatever it finds.
            asian = etree.SubElement(properties, qn("a:ea"), {"typeface": self._japanese})
            latin = properties.find(qn("a:latin"))
            if latin is not None:
                latin.addnext(asian)

    def _frame(self, slide: Any, box: Box) -> Any:
        shape = slide.shapes.add_textbox(*(Emu(round(value * _PER_POINT)) for value in _edges(box)))
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = MSO_ANCHOR.TOP
        return shape


def body_of(slide: Any) -> tuple[Any, Box] | None:
    """The placeholder for a slide's text, and the room in it; None where the layout has none of use."""
    shape = _first(slide, BODIES)
    if shape is None:
        return None
    box = _box_of(shape)
    return shape, Box(box.left + 7, box.top + 4, box.width - 36, box.height - 8)  # less bullets and insets


def drop_empty(slide: Any) -> None:
    """Take away the placeholders that nothing was put into: PowerPoint shows “click to add text” in them."""
    for shape in list(slide.placeholders):
        if not shape.has_text_frame or not shape.text_frame.text.strip():
            shape._element.getparent().remove(shape._element)


def emu(points: float) -> Emu:
    """A length in the units of the file."""
    return Emu(round(points * _PER_POINT))


def _edges(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.width, box.height


def _box_of(shape: Any) -> Box:
    return Box(*(float(value or 0) / _PER_POINT for value in (shape.left, shape.top, shape.width, shape.height)))


def _first(slide: Any, kinds: tuple[Any, ...]) -> Any:
    return next((shape for shape in slide.placeholders if shape.placeholder_format.type in kinds), None)
