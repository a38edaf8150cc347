"""The way back: from a range of a DOCX's text to the elements that its characters were read from.

The text and its offsets come of the same reading that gave the document, so nothing is ever searched for.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, takewhile

from app.documents.collecting import without_collection
from app.documents.document import Block
from app.documents.docx.assembly import assemble
from app.documents.docx.names import W_P, Element
from app.documents.docx.package import BrokenPartError, Package, damaged
from app.documents.docx.paragraphs import Origin
from app.documents.docx.reading import Reading


@dataclass(frozen=True, slots=True)
class TracedBlock:
    """A block with the elements that its text came from; `base` is the text's offset of an origin's zero."""

    block: Block
    base: int
    origins: list[Origin]


@dataclass(frozen=True, slots=True)
class TracedDocx:
    """What `read_docx` gives of the text, and the trees of the parts (by their names) that it was read from."""

    package: Package
    text: str
    blocks: tuple[TracedBlock, ...]
    roots: dict[str, Element]

    def blocks_in(self, start: int, end: int) -> Iterator[TracedBlock]:
        """The blocks that share a character with the range."""
        first = bisect_right(self.blocks, start, key=lambda traced: traced.block.end)
        return takewhile(lambda traced: traced.block.start < end, islice(self.blocks, first, None))

    def paragraph_of(self, block: Block) -> Element:
        """The first paragraph of a block; None where the part has none."""
        source = block.source
        root = None if source is None else self.roots.get(source.part)
        if source is None or root is None:
            return None
        return next((p for index, p in enumerate(root.iter(W_P)) if index == source.paragraph), None)


def traced_docx(package: Package) -> TracedDocx:
    """Read the package's text so that one finds back. Raises `FusenError`: `damaged`, or `too-large` for one too long."""
    try:
        with without_collection():
            reading = Reading(package, traced=True)
            drafts = reading.drafts(None)
            assembled = assemble(drafts, (), reading.context.met.moves)
    except (BrokenPartError, RecursionError) as error:
        raise damaged(package.name) from error
    written = [draft for draft in drafts if draft.label or draft.text]
    blocks = [
        TracedBlock(block, block.start + len(draft.label) - draft.lead, draft.origins or [])
        for draft, block in zip(written, assembled.blocks, strict=True)
    ]
    return TracedDocx(package, assembled.text, tuple(blocks), reading.roots)
