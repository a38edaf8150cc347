"""Layers as CUDA graphs: a small model's step is mostly the launching of kernels, of which a graph needs one for all.

A graph has fixed shapes. What is read is padded to the next of a few sizes, and the padding is sequences of its own, so that
nothing attends to it. A graph keeps what its backward pass needs until that has run, so between `release`s it serves once;
what comes second, or fits no size, goes through the layers themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model.encoder import one_after_another
from model.layers import upload

_SMALL = (1024,)
_LARGE = tuple(range(4096, 24_577, 4096))
"""Places that graphs are made for. Those of one row share their memory: only one of them is in use at a time."""


@dataclass
class _Stack:
    """The graphs of layers that follow each other, by size, and the sizes of those that wait for their backward pass."""

    longest: int
    sequences: int
    graphs: dict[int, Callable[[Tensor, Tensor], Tensor]] = field(default_factory=dict)
    busy: set[tuple[int, ...]] = field(default_factory=set)

    def limits(self, limits: Tensor, rows: int, size: int) -> Tensor:
        """`limits` with sequences of padding from `rows` to `size`, then empty ones: (sequences + 1,) always."""
        count = self.sequences + 1 - len(limits)
        tail = np.minimum(rows + self.longest * np.arange(1, count + 1), size).astype(np.int32)
        return torch.cat([limits, upload(tail, limits.device)])


class LayerGraphs:
    """A `model.encoder.Run` that replays graphs. Make all of them (`capture`) before other threads use the GPU."""

    def __init__(self) -> None:
        self._stacks: dict[int, _Stack] = {}

    def capture(self, layers: Sequence[nn.Module], width: int, longest: int, sequences: int) -> None:
        """Graphs for layers that follow each other: for at most so many `sequences`, none longer than `longest`."""
        stack = self._stacks[id(layers[0])] = _Stack(longest, sequences)
        device = next(layers[0].parameters()).device
        for sizes in (_SMALL, _LARGE):
            pool = torch.cuda.graph_pool_handle()
            for size in reversed(sizes):
                x = torch.zeros(size, width, device=device, requires_grad=True)
                limits = stack.limits(torch.zeros(1, dtype=torch.int32, device=device), 0, size)
                # A graph must cast the weights anew each time: what autocast remembers is of another step.
                with torch.autocast("cuda", torch.bfloat16, cache_enabled=False):
                    graph = torch.cuda.make_graphed_callables(_Layers(layers, longest), (x, limits), pool=pool)
                stack.graphs[size] = cast(Callable[[Tensor, Tensor], Tensor], graph)

    def release(self) -> None:
        """Backward passes have run: all graphs may serve again."""
        for stack in self._stacks.values():
            stack.busy.clear()

    def __call__(self, layers: Sequence[nn.Module], x: Tensor, limits: Tensor, longest: int) -> Tensor:
        """See `model.encoder.Run`."""
        stack, row = self._stacks.get(id(layers[0])), _SMALL if len(x) <= _SMALL[-1] else _LARGE
        if stack is None or row in stack.busy or len(x) > row[-1] or not torch.is_grad_enabled():
            return one_after_another(layers, x, limits, longest)
        size = next(size for size in row if size >= len(x))
        padding = -(-(size - len(x)) // stack.longest)
        if longest > stack.longest or len(limits) - 1 + padding > stack.sequences:
            return one_after_another(layers, x, limits, longest)
        stack.busy.add(row)
        padded = F.pad(x.float(), (0, 0, 0, size - len(x)))
        return stack.graphs[size](padded, stack.limits(limits, len(x), size))[: len(x)]


class _Layers(nn.Module):
    def __init__(self, layers: Sequence[nn.Module], longest: int) -> None:
        super().__init__()
        self.layers, self.longest = nn.ModuleList(layers), longest

    def forward(self, x: Tensor, limits: Tensor) -> Tensor:
        return one_after_another(list(self.layers), x, limits, self.longest)
