"""Perplexity of long pieces of real text, dense beside adaptive, against the coverage asked for."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from model.attention import AdaptiveAttentionConfig
from model.evaluation.foreign_models import LanguageModel, Reading
from model.evaluation.output import bounds, number, progress, table
from model.evaluation.paired import bootstrapped_mean


@dataclass(frozen=True)
class Piece:
    """The beginning of one document. `ids` begin with the model's special tokens."""

    document: str
    language: str
    ids: tuple[int, ...]


@dataclass(frozen=True)
class Row:
    """All pieces of one language at one coverage; None is dense.

    `log_losses`: summed natural-logarithm loss of each piece; `ratio`: perplexity / dense perplexity, with its interval over
    pieces; `density`, `covered_mass`: mean over pieces and the layers that adaptive attention served.
    """

    language: str
    coverage: float | None
    pieces: int
    tokens: int
    density: float | None
    covered_mass: float | None
    log_losses: tuple[float, ...]
    perplexity: float
    ratio: float
    interval: tuple[float, float] | None
    kernels: tuple[str, ...]


def cut_pieces(
    model: LanguageModel, documents: Iterable[tuple[str, str]], language: str, tokens: int, wanted: int, seed: int
) -> list[Piece]:
    """The first `tokens` tokens, special ones included, of `wanted` documents (id, text) drawn among those long enough."""
    drawn = list(documents)
    random.Random(seed).shuffle(drawn)  # noqa: S311 (drawing examples, not secrets)
    pieces: list[Piece] = []
    for name, text in drawn:
        if len(pieces) == wanted:
            break
        ids = [*model.opening, *model.encode(text)]
        if len(ids) >= tokens:
            pieces.append(Piece(name, language, tuple(ids[:tokens])))
    return pieces


def measure(
    model: LanguageModel, pieces: Sequence[Piece], coverages: Sequence[float], config: AdaptiveAttentionConfig
) -> list[Row]:
    """Read pieces of one language densely and at each coverage, the other settings those of `config`."""
    ways = [None, *(replace(config, coverage=coverage) for coverage in coverages)]
    readings: list[list[Reading]] = [[] for _ in ways]
    for done, piece in enumerate(pieces):
        for index, way in enumerate(ways):
            progress(f"perplexity, {piece.language}", done * len(ways) + index, len(ways) * len(pieces))
            targets = range(max(1, len(model.opening)), len(piece.ids))
            readings[index].append(model.read(piece.ids, targets, way))
    progress("perplexity", len(pieces), len(pieces))
    return [
        _row(pieces[0].language, way.coverage if way else None, readings[0], read, config.seed)
        for way, read in zip(ways, readings, strict=True)
    ]


def described(rows: Sequence[Row]) -> str:
    """The table for people."""
    header = [
        "text",
        "coverage",
        "density",
        "covered mass",
        "perplexity",
        "/ dense",
        "95 %",
        "pieces × tokens",
        "kernels",
    ]
    return table(header, [_cells(row) for row in rows])


def _row(language: str, coverage: float | None, dense: Sequence[Reading], read: Sequence[Reading], seed: int) -> Row:
    counts = [len(reading.log_probabilities) for reading in read]
    losses = [-float(reading.log_probabilities.sum()) for reading in read]
    more = [loss + float(other.log_probabilities.sum()) for loss, other in zip(losses, dense, strict=True)]
    interval = bootstrapped_mean(more, counts, seed)
    layers = [layer for reading in read for layer in reading.layers]
    return Row(
        language,
        coverage,
        len(read),
        counts[0] + 1,
        _mean([layer.density for layer in layers]),
        _mean([layer.covered_mass for layer in layers if layer.covered_mass is not None]),
        tuple(losses),
        math.exp(sum(losses) / sum(counts)),
        math.exp(sum(more) / sum(counts)),
        (math.exp(interval[0]), math.exp(interval[1])) if interval else None,
        tuple(sorted({layer.kernel for layer in layers})),
    )


def _cells(row: Row) -> list[str]:
    return [
        row.language,
        "dense" if row.coverage is None else f"{row.coverage:g}",
        number(row.density),
        number(row.covered_mass, 4),
        number(row.perplexity),
        number(row.ratio, 4),
        "" if row.coverage is None else bounds(row.interval, 4),
        f"{row.pieces} × {row.tokens:,}",
        ", ".join(row.kernels),
    ]


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
