"""The brief as slides for a meeting: one for each finding that is to be raised, with its page's picture and what to say.

The same brief gives the same bytes. Pictures come from the document worker, as this process opens no document.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.shapes import MSO_SHAPE, PP_PLACEHOLDER

from app.export import wording
from app.export.brief import Brief, BriefFinding
from app.export.fixed_zip import same_bytes
from app.export.phrases import phrase, shortened
from app.export.pptx_base import bare_layout, list_layout, open_base, title_layout
from app.export.pptx_table import add_actions
from app.export.pptx_text import Piece, fitted, height_of
from app.export.pptx_writing import ACCENT, QUIET, RULE, Box, Pen, body_of, drop_empty, emu
from app.export.slide_choice import slide_findings
from app.export.telling import told
from app.export.template_file import POWERPOINT, filled
from app.export.wording import clipped, place_words, printable, say

Pictures = Mapping[str, bytes]
"""PNG by the finding's id."""

_NONE: Pictures = {}
_MOST_LINES = 9
_TITLE_LENGTH = {"en": 60, "ja": 30}
_LEFT_SHARE = 0.62


def render(brief: Brief, template: Path | None = None, pictures: Pictures = _NONE) -> bytes:
    """The bytes of the presentation. Raises FusenError where the template is unusable."""
    return filled(template, POWERPOINT, partial(_deck, brief, pictures))


def _deck(brief: Brief, pictures: Pictures, template: bytes | None) -> bytes:
    deck = open_base(template)
    slides = _Slides(deck, brief, pictures, own=template is None)
    slides.add_title()
    slides.add_agenda()
    for number, finding in enumerate(slide_findings(brief), start=1):
        slides.add_finding(number, finding)
    slides.add_more()
    slides.add_part("questions")
    add_actions(slides.pen, deck, brief, slide_findings(brief))
    slides.add_part("not-looked-at")
    for slide in deck.slides:
        drop_empty(slide)
    _describe(deck, brief)
    saved = io.BytesIO()
    deck.save(saved)
    return same_bytes(saved.getvalue())


class _Slides:
    """Adds slides of one brief to one presentation."""

    def __init__(self, deck: Any, brief: Brief, pictures: Pictures, *, own: bool) -> None:
        self._deck = deck
        self._brief = brief
        self._language = brief.language
        self._pictures = pictures
        self._own = own
        self._list, self._bare = list_layout(deck), bare_layout(deck)
        self.pen = Pen(deck, brief.language, own=own)
        self._headings = {brief.findings[i].id: name for name, members in brief.groups for i in members}

    def add_title(self) -> None:
        """What the meeting is about, of which documents, when and by whom."""
        slide, free = self.pen.add_slide(title_layout(self._deck), printable(self._brief.title))
        separator = say("separator", self._language)
        files = separator.join(printable(document.file) for document in self._brief.documents)
        pieces = [
            Piece(clipped(printable(self._brief.purpose), 300), flexible=True),
            Piece(clipped(files, 300), flexible=True, scale=0.8),
            Piece(separator.join(map(printable, self._brief.reviewers)), scale=0.8, flexible=True),
            Piece(self._brief.created_at.strftime("%Y-%m-%d"), scale=0.8),
        ]
        shape = next((s for s in slide.placeholders if s.placeholder_format.type == PP_PLACEHOLDER.SUBTITLE), None)
        if shape is None:
            self.pen.write(slide, free, pieces, (20, 11))
            return
        width, height = (value / 12700 - 16 for value in (shape.width, shape.height))
        self.pen.fill(shape, fitted(pieces, width, height, 20, 10), colour=QUIET if self._own else None)
        if self._own:
            bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(emu, (72, 252, 54, 4)))
            _colour(bar, ACCENT)

    def add_agenda(self) -> None:
        """What follows, with how much of each there is."""
        brief, language = self._brief, self._language
        shown = slide_findings(brief)
        names = list(dict.fromkeys(self._headings.get(finding.id, "") for finding in shown))
        counted = "agenda-raised" if any(finding.raised for finding in shown) else "agenda-findings"
        lines = [say(counted, language, count=len(shown))]
        if any(names):
            counts = [sum(self._headings.get(finding.id, "") == name for finding in shown) for name in names]
            lines += [f"{printable(name)} ({count})" for name, count in zip(names, counts, strict=True) if name]
        if brief.questions:
            lines.append(say("agenda-count", language, title=say("questions", language), count=len(brief.questions)))
        lines += [say("actions", language), say("not-looked-at", language)]
        self._add_list(say("agenda", language), [Piece(clipped(line, 120), flexible=True) for line in lines[:16]])

    def add_finding(self, number: int, finding: BriefFinding) -> None:
        """One finding: its place on the page or its words on the left, what is thought of it on the right."""
        tags = wording.tag_words(finding.tags, self._language)
        words = clipped(printable(finding.quote.text), _TITLE_LENGTH[finding.language])
        title = f"{number}. {tags or words}"
        slide, free = self.pen.add_slide(self._bare, printable(title))
        place = place_words(finding.quote, finding.section, self._brief)
        heading = printable(self._headings.get(finding.id, ""))
        head = Box(free.left, free.top, free.width, 18)
        words = say("between", self._language).join(filter(None, (heading, "" if place == "–" else place)))
        self.pen.write(slide, head, [Piece(clipped(words, 300), flexible=True)], (13, 11), quiet=True)
        below = Box(free.left, head.bottom + 10, free.width, free.height - 28)
        left = Box(below.left, below.top, below.width * _LEFT_SHARE, below.height)
        right = Box(left.right + 22, below.top, below.right - left.right - 22, below.height)
        picture = self._pictures.get(finding.id)
        if picture is None:
            self._add_quote(slide, left, finding, (24, 12))
        else:
            used = self._add_picture(slide, left, picture, finding)
            rest = Box(left.left, used + 14, left.width, left.bottom - used - 14)
            self._add_quote(slide, rest, finding, (16, 11))
        self.pen.write(slide, right, self._facts(finding), (17, 11))
        self.pen.write_notes(slide, self._notes(finding))

    def add_more(self) -> None:
        """How many findings have no slide."""
        shown = slide_findings(self._brief)
        more = len(self._brief.findings) - sum(finding.decision != "undecided" for finding in shown)
        lines = [say("slides-more", self._language, count=more)] if more > 0 else []
        if self._brief.left_out:
            lines.append(say("left-out", self._language, count=self._brief.left_out))
        if not shown:
            lines.insert(0, say("no-findings", self._language))
        if lines:
            self._add_list(say("slides-rest", self._language), [Piece(line, flexible=True) for line in lines])

    def add_part(self, key: str) -> None:
        """A part of the brief as lists, as many slides as it takes."""
        part = next((part for part in told(self._brief) if part.key == key), None)
        if part is None:
            return
        pieces = [
            Piece(clipped(printable(f"{line.text} {line.more}" if line.more else line.text), 320), flexible=True)
            for line in part.lines
        ]
        pieces += [Piece(clipped(printable(text), 400), flexible=True) for text in part.remarks]
        for start in range(0, len(pieces), _MOST_LINES):
            self._add_list(part.title, pieces[start : start + _MOST_LINES])

    def _add_list(self, title: str, pieces: Sequence[Piece]) -> None:
        slide, free = self.pen.add_slide(self._list, title)
        body = body_of(slide)
        if body is None:
            self.pen.write(slide, free, pieces, (20, 11))
            return
        shape, box = body
        self.pen.fill(shape, fitted(pieces, box.width, box.height, 20, 11))

    def _add_picture(self, slide: Any, box: Box, png: bytes, finding: BriefFinding) -> float:
        """The page's part with a thin frame; returns where it ends."""
        shape = slide.shapes.add_picture(io.BytesIO(png), emu(box.left), emu(box.top), width=emu(box.width))
        most = box.height * 0.68
        if shape.height > emu(most):
            shape.width, shape.height = round(shape.width * emu(most) / shape.height), emu(most)
        shape.line.color.rgb = RULE
        shape.line.width = emu(0.75)
        # What a screen reader says in the picture's place.
        shape._element.nvPicPr.cNvPr.set("descr", printable(finding.quote.text)[:500])
        return box.top + float(shape.height) / 12700

    def _add_quote(self, slide: Any, box: Box, finding: BriefFinding, sizes: tuple[float, float]) -> None:
        text = shortened(printable(finding.quote.text), finding.language)
        bar = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(emu, (box.left, box.top, 3.5, box.height)))
        quote = Box(box.left + 16, box.top, box.width - 16, box.height)
        fit = self.pen.write(slide, quote, [Piece(text, flexible=True)], sizes, language=finding.language)
        _colour(bar, ACCENT)
        bar.height = emu(min(box.height, height_of(fit.pieces, fit.size, 0, quote.width)))

    def _facts(self, finding: BriefFinding) -> list[Piece]:
        language = self._language
        decision, importance = wording.judged_words(finding, language)
        graded = wording.grade(finding.importance, language) if finding.scored else ""
        weighed = say("between", language).join(filter(None, (graded, importance)))
        opinions = say("between", language).join(wording.opinion_words(finding, language))
        facts = [
            ("importance", weighed, False),
            ("decision", decision, False),
            ("opinions", opinions, True),
            ("comment", printable(finding.comment), True),
            ("owner-column", printable(finding.owner), False),
            ("due-column", finding.due, False),
        ]
        label = say("label", language, name="{name}")
        return [
            Piece(clipped(printable(text), 600), label.format(name=say(key, language)), flexible)
            for key, text, flexible in facts
            if text
        ]

    def _notes(self, finding: BriefFinding) -> list[str]:
        full = [printable(finding.quote.text), printable(finding.comment)]
        return [printable(phrase(finding, self._brief)), *filter(None, full)]


def _colour(shape: Any, colour: RGBColor) -> None:
    """Filled, without an edge, and without the shadow that a theme may give it."""
    shape.fill.solid()
    shape.fill.fore_color.rgb = colour
    shape.line.fill.background()
    shape.shadow.inherit = False


def _describe(deck: Any, brief: Brief) -> None:
    properties = deck.core_properties
    properties.title = printable(brief.title)[:255]
    properties.subject = printable(brief.purpose)[:255]
    properties.author = properties.last_modified_by = "Fusen"
    properties.comments = "\n".join(f"{label}: {value}" for label, value in reversed(wording.about_lines(brief)))[:255]
    properties.keywords = ""
    properties.language = brief.language
    properties.created = properties.modified = brief.created_at.replace(microsecond=0)
    properties.revision = 1
