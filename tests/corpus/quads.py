"""Do highlights lie on their words? The areas of passages beside the characters' own boxes and the ink of the drawn page.

The boxes and the picture come from PyMuPDF directly, not through the reader that is checked. A passage passes when each of
its characters stands where its quad is, all its ink lies under its quads, and hardly any ink of other characters does.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.analysis.geometry import passage_quads
from app.analysis.passages import Passage, document_passages, ranges_on_page
from app.documents.document import Document
from app.documents.loading import load_document
from app.errors import FusenError
from tests.corpus.cases import Case

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

SCALE = 2.0  # pixels a point
_FLAGS = pymupdf.TEXT_PRESERVE_LIGATURES | pymupdf.TEXT_MEDIABOX_CLIP
_INK = 64  # of 255, away from the background
_COVERED = 0.95  # of the passage's own ink
_FOREIGN = 0.05  # of the ink under the quads
_DRAWN_UPON = 0.5  # of another character's ink box
_LEAST_SIZE = 0.1  # points
_FOREIGN_CHARACTER = 0.5  # of another character's ink box
_TURNED = ("distributor-agreement.pdf", "mdn-plus-terms-ja.pdf", "haru-to-shura-ja.pdf", "multicolumn.pdf")


@dataclass(slots=True)
class PageInk:
    """A page as displayed. Boxes are (n, 4) as x0, y0, x1, y1 in points: `boxes` of fonts, `ink` of the glyphs themselves.

    `image` holds the page in grey, `SCALE` pixels a point.
    """

    characters: list[str]
    boxes: Floats
    ink: Floats
    image: NDArray[np.uint8]


@dataclass(slots=True)
class FileQuads:
    """The passages of one file: how many were looked at, pass, or have no ink of their own; examples of each failure."""

    name: str
    pages: int = 0
    passages: int = 0
    passed: int = 0
    inkless: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    seconds: float = 0.0
    error: str = ""

    @property
    def share(self) -> float:
        """Of the passages with ink, those that pass."""
        return self.passed / max(self.passages - self.inkless, 1)


def check_all(cases: Sequence[Case], console: Console, *, pages: int, json_file: Path | None) -> int:
    """Check the PDFs among the true cases, and turned copies of a few; prints a table. Exit status 1: a passage fails."""
    results: list[FileQuads] = []
    with tempfile.TemporaryDirectory(prefix="quads-") as folder:
        for path in _files(cases, Path(folder)):
            began = time.perf_counter()
            result = check_file(path, pages)
            result.seconds = time.perf_counter() - began
            results.append(result)
            print(f"{result.share:7.2%} of {result.passages:6}  {result.name}", file=sys.stderr, flush=True)
    _print(results, console)
    if json_file is not None:
        # `asdict` cannot copy a `Counter`.
        entries = [
            {**asdict(replace(r, reasons=Counter())), "reasons": dict(r.reasons), "share": r.share} for r in results
        ]
        json_file.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if any(r.error or r.reasons for r in results) else 0


def _files(cases: Sequence[Case], folder: Path) -> Iterator[Path]:
    for case in cases:
        if case.room == "hostile" or case.path is None or case.path.suffix.lower() != ".pdf":
            continue
        yield case.path
        if case.name in _TURNED:
            for angle in (90, 180, 270):
                yield _turned(case.path, angle, folder)


def _turned(path: Path, angle: int, folder: Path) -> Path:
    """A copy of the first pages, displayed turned."""
    target = folder / f"{path.stem} turned by {angle}.pdf"
    with pymupdf.open(path) as pdf, pymupdf.open() as copy:
        copy.insert_pdf(pdf, to_page=min(2, pdf.page_count - 1))
        for page in copy:
            page.set_rotation((page.rotation + angle) % 360)
        copy.save(target)
    return target


def check_file(path: Path, pages: int) -> FileQuads:
    """The passages of up to `pages` pages of a PDF, spread evenly."""
    result = FileQuads(path.name)
    try:
        document = load_document(path)
    except FusenError as error:
        result.error = str(error)
        return result
    found = document_passages(document)
    numbers = sorted({passage.page for passage in found})
    chosen = (
        {numbers[i] for i in np.linspace(0, len(numbers) - 1, min(pages, len(numbers))).astype(int)}
        if numbers
        else set()
    )
    with pymupdf.open(path) as pdf:
        for number in sorted(chosen):
            result.pages += 1
            page = page_ink(pdf[number - 1])
            _check_page(document, [p for p in found if p.page == number], page, result)
    return result


def page_ink(page: Any) -> PageInk:
    """The characters and the picture of a PyMuPDF page."""
    matrix = page.rotation_matrix
    glyphs: dict[tuple[str, int, int], Any] = {}
    for char in _characters(page, _FLAGS | pymupdf.TEXT_ACCURATE_BBOXES):
        glyphs.setdefault(_key(char), pymupdf.Rect(char["bbox"]) * matrix)
    characters: list[str] = []
    boxes: list[tuple[float, ...]] = []
    ink: list[tuple[float, ...]] = []
    for char in _characters(page, _FLAGS):
        box = pymupdf.Rect(char["bbox"]) * matrix
        characters.append(char["c"])
        boxes.append(tuple(box))
        ink.append(tuple(glyphs.get(_key(char), box)))
    pixmap = page.get_pixmap(matrix=pymupdf.Matrix(SCALE, SCALE), colorspace=pymupdf.csGRAY, alpha=False)
    image = np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.stride)[:, : pixmap.width]
    return PageInk(characters, np.array(boxes).reshape(-1, 4), np.array(ink).reshape(-1, 4), image)


def _characters(page: Any, flags: int) -> list[Any]:
    raw = page.get_text("rawdict", flags=flags)
    spans = [span for block in raw["blocks"] for line in block.get("lines", ()) for span in line["spans"]]
    return [char for span in spans for char in span["chars"] if _has_ink(char["c"])]


def _key(char: Any) -> tuple[str, int, int]:
    return char["c"], round(char["origin"][0] * 10), round(char["origin"][1] * 10)


def _check_page(document: Document, found: list[Passage], page: PageInk, result: FileQuads) -> None:
    assert document.quads is not None
    ranges = ranges_on_page(document, found)
    for (start, end), quads in zip(ranges, passage_quads(document.quads, ranges), strict=True):
        text = document.text[start:end]
        result.passages += 1
        reason = check_passage(
            text, document.quads[start:end].astype(np.float64), np.array(quads).reshape(-1, 4, 2), page
        )
        if reason == "":
            result.passed += 1
        elif reason == "no ink":
            result.inkless += 1
        else:
            kind = reason.split(":")[0]
            result.reasons[kind] += 1
            examples = result.examples.setdefault(kind, [])
            if len(examples) < 5:
                examples.append(f"page {found[0].page}: {reason}: {text[:80]!r}")


def check_passage(text: str, of_characters: Floats, quads: Floats, page: PageInk) -> str:
    """Why a passage fails; empty where it passes, "no ink" where nothing of it is drawn.

    `of_characters` is (len(text), 8), `quads` is (areas, 4 corners, xy); both in points of the displayed page.
    """
    own, strays = _own_characters(text, of_characters, page)
    if strays:
        return f"misplaced: {''.join(strays[:20])}"
    if not own.any():
        return "no ink"
    corner, size = _crop(quads, page.ink[own], page.image.shape)
    under = _areas_mask(quads, corner, size)
    image = page.image[corner[1] : corner[1] + size[1], corner[0] : corner[0] + size[0]].astype(int)
    if not under.any():
        return "off page: no pixel of the page lies under its quads"
    ink = np.abs(image - int(np.median(image[under]))) > _INK
    # The second letter of a ligature has a box without width: its ink is the first one's.
    near = _overlaps(page.ink, corner, size) & ~own & (page.ink[:, 2:] - page.ink[:, :2] > _LEAST_SIZE).all(axis=1)
    mine, others = _boxes_mask(page.ink[own], corner, size), _boxes_mask(page.ink[near], corner, size)
    own_ink = ink & mine & ~others
    if own_ink.sum() < 3:
        return "no ink"
    covered = (own_ink & under).sum() / own_ink.sum()
    if covered < _COVERED:
        return f"uncovered: {1 - covered:.0%} of its ink"
    buried = [
        page.characters[i]
        for i in np.flatnonzero(near)
        if _share_under(page.ink[i], ink, mine, under, corner, size) > _FOREIGN_CHARACTER
    ]
    if buried:
        return f"covers others: {''.join(buried[:20])}"
    foreign = (ink & others & ~mine & under).sum() / max((ink & under).sum(), 1)
    return f"foreign ink: {foreign:.0%}" if foreign > _FOREIGN else ""


def _own_characters(text: str, of_characters: Floats, page: PageInk) -> tuple[Mask, list[str]]:
    """Which of the page's characters are the passage's, and those of the passage that do not stand at their quads."""
    own = np.zeros(len(page.characters), dtype=bool)
    strays: list[str] = []
    x, y = of_characters[:, 0::2].mean(axis=1), of_characters[:, 1::2].mean(axis=1)
    for i, character in enumerate(text):
        if not _has_ink(character) or not of_characters[i].any():
            continue
        # A font's box may end above a glyph that hangs down from its baseline, as an integral sign does.
        b = np.concatenate([np.minimum(page.boxes, page.ink)[:, :2], np.maximum(page.boxes, page.ink)[:, 2:]], axis=1)
        inside = (
            (b[:, 0] - 0.01 <= x[i]) & (x[i] <= b[:, 2] + 0.01) & (b[:, 1] - 0.01 <= y[i]) & (y[i] <= b[:, 3] + 0.01)
        )
        # A letter of a ligature stands within its glyph; letters drawn twice for boldness stand in each other.
        same = [j for j in np.flatnonzero(inside) if _is_of(character, page.characters[j])]
        own[same] = True
        if not same:
            strays.append(character)
    return own, strays


def _has_ink(character: str) -> bool:
    """Not white space nor a mark without width; what is between two words belongs to neither."""
    return bool(character.strip()) and unicodedata.category(character) != "Cf"


def _is_of(character: str, drawn: str) -> bool:
    return character == drawn or unicodedata.normalize("NFKC", character) in unicodedata.normalize("NFKC", drawn)


# ---- masks of a part of the page, (height, width) in pixels; `corner` and `size` are (x, y)

_Pair = tuple[int, int]


def _crop(quads: Floats, ink: Floats, shape: tuple[int, ...]) -> tuple[_Pair, _Pair]:
    x = np.concatenate([quads[..., 0].ravel(), ink[:, 0], ink[:, 2]]) * SCALE
    y = np.concatenate([quads[..., 1].ravel(), ink[:, 1], ink[:, 3]]) * SCALE
    left, top = max(int(x.min()) - 4, 0), max(int(y.min()) - 4, 0)
    right, bottom = min(int(x.max()) + 5, shape[1]), min(int(y.max()) + 5, shape[0])
    return (left, top), (max(right - left, 0), max(bottom - top, 0))


def _areas_mask(quads: Floats, corner: _Pair, size: _Pair) -> Mask:
    """Pixels whose middle lies within one of the convex areas, or no more than half a pixel beside."""
    mask = np.zeros((size[1], size[0]), dtype=bool)
    for quad in quads * SCALE - np.array(corner):
        x0, y0 = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 1, 0)
        x1, y1 = np.minimum(np.ceil(quad.max(axis=0)).astype(int) + 2, size)
        if x0 >= x1 or y0 >= y1:
            continue
        grid_y, grid_x = np.mgrid[y0:y1, x0:x1] + 0.5
        sides = np.roll(quad, -1, axis=0) - quad
        inside = np.ones(grid_x.shape, dtype=bool)
        for (ax, ay), (dx, dy) in zip(quad, sides, strict=True):
            length = float(np.hypot(dx, dy)) or 1.0
            inside &= (dx * (grid_y - ay) - dy * (grid_x - ax)) / length > -0.5
        mask[y0:y1, x0:x1] |= inside
    return mask


def _boxes_mask(boxes: Floats, corner: _Pair, size: _Pair) -> Mask:
    """Pixels whose middle lies within one of the boxes, or no more than half a pixel beside, as for areas."""
    mask = np.zeros((size[1], size[0]), dtype=bool)
    scaled = boxes * SCALE - np.array([*corner, *corner])
    low, high = np.ceil(scaled[:, :2] - 1), np.floor(scaled[:, 2:]) + 1
    edges = np.concatenate([np.clip(low, 0, size), np.clip(high, 0, size)], axis=1).astype(np.int64)
    for x0, y0, x1, y1 in edges.tolist():
        mask[y0:y1, x0:x1] = True
    return mask


def _overlaps(boxes: Floats, corner: _Pair, size: _Pair) -> Mask:
    low, high = np.array(corner) / SCALE, (np.array(corner) + np.array(size)) / SCALE
    return (boxes[:, 0] < high[0]) & (boxes[:, 2] > low[0]) & (boxes[:, 1] < high[1]) & (boxes[:, 3] > low[1])


def _share_under(box: Floats, ink: Mask, mine: Mask, under: Mask, corner: _Pair, size: _Pair) -> float:
    """How much of another character lies under the areas: of its ink where that is told from the passage's, else of its box.

    `mine` are the pixels in boxes of the passage's characters. Full-width punctuation has ink in one half of its box only, so
    its box alone would say too much. What lies outside the part that is looked at counts as not covered. A character most of
    which the passage's own are drawn upon cannot be told from them by any area.
    """
    x0, y0, x1, y1 = _pixels(box[None], corner, size, 0)[0]
    if x0 >= x1 or y0 >= y1:
        return 0.0
    own, covered = mine[y0:y1, x0:x1], under[y0:y1, x0:x1]
    if own.mean() > _DRAWN_UPON:
        return 0.0
    free = ink[y0:y1, x0:x1] & ~own
    if free.sum() >= 3:
        return float((free & covered).sum() / free.sum())
    area = max((box[2] - box[0]) * (box[3] - box[1]) * SCALE**2, 1.0)
    return float(covered.sum() / area)


def _pixels(boxes: Floats, corner: _Pair, size: _Pair, margin: float) -> NDArray[np.int64]:
    scaled = boxes * SCALE - np.array([*corner, *corner])
    low, high = np.floor(scaled[:, :2] - margin), np.ceil(scaled[:, 2:] + margin)
    return np.concatenate([np.clip(low, 0, size), np.clip(high, 0, size)], axis=1).astype(np.int64)


def _print(results: Sequence[FileQuads], console: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("file", "pages", "passages", "no ink", "pass", "what fails"):
        table.add_column(name, justify="left" if name in ("file", "what fails") else "right", overflow="fold")
    for r in results:
        fails = r.error or ", ".join(f"{count} {reason}" for reason, count in r.reasons.most_common())
        table.add_row(*map(Text, (r.name, str(r.pages), str(r.passages), str(r.inkless), f"{r.share:.1%}", fails)))
    console.print(table)
    for r in results:
        for example in (one for examples in r.examples.values() for one in examples[:2]):
            console.print(Text(f"{r.name}: {example}"))
    passages, inkless, passed = (sum(getattr(r, name) for r in results) for name in ("passages", "inkless", "passed"))
    console.print(
        Text(f"\n{passed} of {passages - inkless} passages with ink pass; {inkless} have no ink of their own")
    )
