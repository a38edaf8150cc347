"""Putting a document's text together from blocks, so that offsets, pages and quads agree by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from app.documents.document import Block, BlockType, Cell, Page, Recognised

_CLOSE = ("list-item", "table-cell", "page-header", "page-footer")


class TextBuilder:
    """Takes pages and their blocks in order. A line break separates cells and list items, an empty line all else."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._quads: list[NDArray[np.float32] | int] = []  # an int: so many characters without a quad
        self._has_quads = False
        self._position = 0
        self._last: BlockType | None = None
        self.pages: list[Page] = []
        self.blocks: list[Block] = []

    def begin_page(self, width: float, height: float, recognised: Recognised | None = None) -> None:
        """What is added from now on lies on a further page."""
        if self._last is not None:
            self._separate("\n\n")
            self._last = None
        self._close_page()
        self.pages.append(
            Page(len(self.pages) + 1, width, height, self._position, self._position, recognised=recognised)
        )

    def add(
        self,
        type_: BlockType,
        text: str,
        level: int | None = None,
        quads: NDArray[np.float32] | None = None,
        *,
        cell: Cell | None = None,
        preformatted: bool = False,
        bullet: bool = False,
    ) -> None:
        """One block; `quads` has shape (len(text), 8), or is None for formats without pages."""
        if not text:
            return
        if self._last is not None:
            self._separate("\n" if type_ == self._last and type_ in _CLOSE else "\n\n")
        self._last = type_
        start = self._position
        self._append(text, quads)
        self.blocks.append(
            Block(type_, start, self._position, len(self.pages), level, None, cell, preformatted, bullet)
        )

    def finish(self) -> tuple[str, tuple[Page, ...], tuple[Block, ...], NDArray[np.float32]]:
        """Text, pages, blocks and quads (zeros where none were given; read-only where no block has any)."""
        self._close_page()
        if self._has_quads:
            quads = np.concatenate(
                [np.zeros((q, 8), dtype=np.float32) if isinstance(q, int) else q for q in self._quads]
            )
        else:
            # One zero, shown everywhere: 32 bytes a character would be gigabytes for a long text.
            quads = np.broadcast_to(np.zeros((1, 8), dtype=np.float32), (self._position, 8))
        return "".join(self._parts), tuple(self.pages), tuple(self.blocks), quads

    def _close_page(self) -> None:
        if self.pages:
            self.pages[-1] = replace(self.pages[-1], end=self._position)

    def _separate(self, separator: str) -> None:
        self._append(separator, None)

    def _append(self, text: str, quads: NDArray[np.float32] | None) -> None:
        self._parts.append(text)
        self._quads.append(len(text) if quads is None else quads)
        self._has_quads = self._has_quads or quads is not None
        self._position += len(text)
