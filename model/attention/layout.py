"""Where the token blocks lie: each document of a batch is cut into runs of `block_size` tokens from its own start.

A document is a run of tokens in one row of the batch: a whole row, what padding leaves of it, or one of several packed end to
end. Nothing attends across documents. The token blocks of all documents are numbered through, document after document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor


@dataclass(frozen=True)
class Document:
    """`tokens` tokens from `start` on in row `row` of the batch; its token blocks are `first` up to, without, `last`."""

    row: int
    start: int
    tokens: int
    first: int
    last: int

    @property
    def blocks(self) -> int:
        """How many token blocks it has; the last may be partial."""
        return self.last - self.first


@dataclass(frozen=True)
class Layout:
    """The documents of tensors of shape (batch, heads, tokens, head_dim)."""

    documents: tuple[Document, ...]
    batch: int
    tokens: int
    block_size: int
    device: torch.device

    @property
    def blocks(self) -> int:
        """Token blocks of all documents."""
        return self.documents[-1].last if self.documents else 0

    def pairs(self, document: Document, *, is_causal: bool) -> int:
        """Pairs of token blocks of a document, of its causal triangle where causal."""
        count = document.blocks
        return count * (count + 1) // 2 if is_causal else count * count

    @cached_property
    def table(self) -> Tensor:
        """(blocks, 5) int32 on the device: row, first token, tokens, and first and last + 1 block of the document."""
        places = [(d.row, d.start, d.tokens, d.first, d.last) for d in self.documents]
        of = torch.tensor(places, dtype=torch.int64).reshape(-1, 5)
        row, start, tokens, first, last = of.repeat_interleave(of[:, 4] - of[:, 3], 0).unbind(1)
        offset = (torch.arange(self.blocks) - first) * self.block_size
        length = (tokens - offset).clamp_max(self.block_size)
        return torch.stack([row, start + offset, length, first, last], 1).to(self.device, torch.int32)

    @cached_property
    def lengths(self) -> Tensor:
        """(blocks,) tokens of each token block."""
        return self.table[:, 2]

    @property
    def regular(self) -> bool:
        """Whether the documents are whole rows, one each."""
        return len(self.documents) == self.batch and all(d.tokens == self.tokens for d in self.documents)

    @property
    def complete(self) -> bool:
        """Whether no token is padding."""
        return sum(d.tokens for d in self.documents) == self.batch * self.tokens

    def to_blocks(self, tensor: Tensor) -> Tensor:
        """(batch, heads, tokens, width) -> (heads, blocks, block_size, width), zeros beyond a document's end.

        A view where one document fills the only row and the block size divides it.
        """
        if self.regular:
            missing = -self.tokens % self.block_size
            # Padding copies even where nothing is missing.
            padded = F.pad(tensor, (0, 0, 0, missing)) if missing else tensor
            batch, heads, _, width = padded.shape
            cut = padded.reshape(batch, heads, -1, self.block_size, width)
            return cut[0] if batch == 1 else cut.transpose(0, 1).flatten(1, 2)
        row, token, inside = self._places()
        taken = tensor[row[:, None], :, token]  # (blocks, block_size, heads, width)
        # Not a product: what lies beyond the end may be infinite.
        return taken.masked_fill(~inside[..., None, None], 0).permute(2, 0, 1, 3)

    def from_blocks(self, blocks: Tensor) -> Tensor:
        """The way back: (heads, blocks, block_size, width) -> (batch, heads, tokens, width), zeros at padding."""
        heads, _, _, width = blocks.shape
        if self.regular:
            rows = blocks.view(heads, self.batch, -1, width).transpose(0, 1)
            return rows[:, :, : self.tokens]
        row, token, inside = self._places()
        whole = blocks.new_zeros(self.batch, self.tokens, heads, width)
        place = (row[:, None] * self.tokens + token)[inside]
        return (
            whole.flatten(0, 1).index_copy(0, place, blocks.permute(1, 2, 0, 3)[inside]).view_as(whole).transpose(1, 2)
        )

    def _places(self) -> tuple[Tensor, Tensor, Tensor]:
        # Row (blocks,), token (blocks, block_size) and whether it lies inside, for each place of the token blocks.
        offset = torch.arange(self.block_size, device=self.device)
        inside = offset < self.lengths[:, None]
        token = (self.table[:, 1:2] + offset).clamp_max(self.tokens - 1)
        return self.table[:, 0].long(), token.long(), inside


def make_layout(
    batch: int,
    tokens: int,
    block_size: int,
    device: torch.device,
    *,
    key_padding_mask: Tensor | None = None,
    bounds: Sequence[int] | None = None,
) -> Layout:
    """The layout of whole rows, of what `key_padding_mask` (batch, tokens) leaves of them, or of documents packed in one row.

    `bounds`: document d is the tokens `bounds[d]:bounds[d + 1]` of the only row. Padding may lie on either side of a row's
    text, not inside it: raises `ValueError` then (`compact` first).
    """
    if bounds is not None:
        runs = [(0, a, b - a) for a, b in pairwise(bounds)]
    elif key_padding_mask is not None:
        runs = _unpadded(key_padding_mask)
    else:
        runs = [(row, 0, tokens) for row in range(batch)]
    return _layout(tuple(runs), batch, tokens, block_size, device)


@lru_cache(maxsize=32)
def _layout(
    runs: tuple[tuple[int, int, int], ...], batch: int, tokens: int, block_size: int, device: torch.device
) -> Layout:
    # Kept, so that the layers of a model that read the same batch make its table once.
    documents, first = [], 0
    for row, start, length in runs:
        if length:
            last = first - (-length // block_size)
            documents.append(Document(row, start, length, first, last))
            first = last
    return Layout(tuple(documents), batch, tokens, block_size, device)


def is_contiguous(key_padding_mask: Tensor) -> bool:
    """Whether the text of each row is one run."""
    valid = F.pad(~key_padding_mask, (1, 0), value=False)
    begins = valid[:, 1:] & ~valid[:, :-1]
    return bool((begins.sum(1) <= 1).all())


def _unpadded(key_padding_mask: Tensor) -> list[tuple[int, int, int]]:
    if not is_contiguous(key_padding_mask):
        raise ValueError("padding lies inside a row's text")
    valid = (~key_padding_mask).to(torch.int8)
    both = torch.stack([valid.argmax(1), valid.sum(1)], 1).tolist()
    return [(row, start, length) for row, (start, length) in enumerate(both)]
