"""Rows that come in parts and out of order."""

from __future__ import annotations

import torch
from torch import Tensor


class Gathered:
    """Rows put into their places: in one tensor from the start, or, where gradients are kept, at the end."""

    def __init__(self, rows: int) -> None:
        self.done = 0
        self._count = rows
        self._parts: list[tuple[slice | Tensor, Tensor]] = []
        self._whole: Tensor | None = None

    def put(self, places: slice | Tensor, part: Tensor) -> None:
        """`part` (some, ...) belongs to `places`, which say where in (rows,)."""
        self.done += len(part)
        if torch.is_grad_enabled():
            self._parts.append((places, part))
            return
        if self._whole is None:
            self._whole = part.new_empty(self._count, *part.shape[1:])
        self._whole[places] = part

    def rows(self) -> Tensor:
        """All of them, (rows, ...)."""
        if self._whole is not None:
            return self._whole
        parts = torch.cat([part for _, part in self._parts])
        places = [place for place, _ in self._parts if isinstance(place, Tensor)]
        if not places:
            return parts
        order = torch.empty(self._count, dtype=torch.long, device=parts.device)
        order[torch.cat(places)] = torch.arange(self._count, device=parts.device)
        return parts.index_select(0, order)
