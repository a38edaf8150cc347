"""How high a line's areas are: as high as its glyphs need, and no higher than its neighbours allow.

A font's own box says little: it may be twice as high as any glyph, and then a highlight lies on the lines above and below as
well. Here a character's area reaches from its baseline as far as letters of the line's size usually do, over all of its own
ink, and to the middle between its line's ink and a neighbouring line's at most. Plain arrays, no parser.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# How far usual letters reach above and below the baseline, in multiples of the size.
_ASCENT, _DESCENT = 0.8, 0.22
# No glyph reaches further from the baseline, not even a tall bracket; a box that says so is the font's, not the glyph's.
_FURTHEST = 4.0
_NO_ADVANCE = 0.01  # points
# Lines share more of their ink's height than neighbours do.
_SAME_LINE = 0.5
# Lines whose neighbours are looked for at a time, so that a page of very many lines needs little memory.
_AT_A_TIME = 256
_MOST_PAIRS = 1_000_000


@dataclass(slots=True, eq=False)
class Band:
    """Where the characters of a line along the x or y axis lie across it: on `axis` 1 (y) for a level line, 0 for a turned one.

    `low` and `high` (characters,) are the edges of the areas, `ink_low` and `ink_high` those of all the line's glyphs,
    `begin` and `end` those of the line on the other axis.
    """

    axis: int
    low: Floats
    high: Floats
    glyph_low: Floats
    glyph_high: Floats
    begin: float
    end: float
    ink_low: float
    ink_high: float


def band_of(
    boxes: Floats, origins: Floats, inked: NDArray[np.bool_], size: float, sizes: Floats, direction: tuple[float, float]
) -> Band:
    """The band of a line in one of the four upright directions.

    `boxes` (characters, 4) hold the glyphs' ink across the line and their advance along it, `origins` (characters, 2) the
    points on the baseline; `inked` says which characters are more than white space, `sizes` (characters,) how large each
    is and `size` how large most are.
    """
    axis = 1 if direction[1] == 0 else 0
    upwards_is_low = direction in ((1, 0), (0, -1))
    base = origins[:, axis]
    glyph_low = np.clip(boxes[:, axis], base - _FURTHEST * sizes, base + _FURTHEST * sizes)
    glyph_high = np.clip(boxes[:, axis + 2], base - _FURTHEST * sizes, base + _FURTHEST * sizes)
    # A bullet or a space may be set in a much larger size than the words: what is not inked there is not covered.
    usual = np.minimum(sizes, size)
    # A further letter of a ligature has no glyph of its own: what is said to be its ink is the font's box.
    inked = inked & ~((boxes[:, 3 - axis] - boxes[:, 1 - axis] < _NO_ADVANCE) & (glyph_high - glyph_low > sizes))
    up, down = (_ASCENT, _DESCENT) if upwards_is_low else (_DESCENT, _ASCENT)
    chosen = inked if inked.any() else np.ones_like(inked)
    low, high = base - up * usual, base + down * usual
    low[chosen], high[chosen] = np.minimum(low, glyph_low)[chosen], np.maximum(high, glyph_high)[chosen]
    # White space takes no more height than the words beside it.
    low[~chosen] = np.clip(low[~chosen], low[chosen].min(), high[chosen].max())
    high[~chosen] = np.clip(high[~chosen], low[~chosen], high[chosen].max())
    glyph_low, glyph_high = np.where(chosen, glyph_low, base), np.where(chosen, glyph_high, base)
    return Band(
        axis,
        low,
        high,
        glyph_low,
        glyph_high,
        float(boxes[:, 1 - axis].min()),
        float(boxes[:, 3 - axis].max()),
        float(glyph_low[chosen].min()),
        float(glyph_high[chosen].max()),
    )


def make_room(bands: Sequence[Band]) -> None:
    """Take from each line's areas what lies beyond the middle between its ink and that of a line above or below."""
    for axis in (0, 1):
        _make_room([band for band in bands if band.axis == axis])


def _make_room(bands: Sequence[Band]) -> None:
    bands = sorted(bands, key=lambda band: band.ink_low + band.ink_high)
    ink = np.array([(b.ink_low, b.ink_high) for b in bands], dtype=np.float64).reshape(-1, 2)
    reach = np.array([(b.low.min(), b.high.max()) for b in bands], dtype=np.float64).reshape(-1, 2)
    along = np.array([(b.begin, b.end) for b in bands], dtype=np.float64).reshape(-1, 2)
    # Where even the furthest reach of the lines before ends, so that only lines nearby are compared.
    furthest = np.maximum.accumulate(reach[:, 1]) if len(bands) else reach[:, 1]
    nearest = np.minimum.accumulate(reach[::-1, 0])[::-1] if len(bands) else reach[:, 0]
    for first in range(0, len(bands), _AT_A_TIME):
        chunk = slice(first, min(first + _AT_A_TIME, len(bands)))
        begin = int(np.searchsorted(furthest, reach[chunk, 0].min()))
        end = int(np.searchsorted(nearest, reach[chunk, 1].max(), side="right"))
        if (chunk.stop - first) * (end - begin) > _MOST_PAIRS:
            continue  # so many lines in one place are no text that anyone reads
        low, high = _limits(ink[chunk], along[chunk], ink[begin:end], along[begin:end])
        for band, least, most in zip(bands[chunk], low.tolist(), high.tolist(), strict=True):
            if least > band.low.min():
                band.low = np.maximum(band.low, np.minimum(least, band.glyph_low))
            if most < band.high.max():
                band.high = np.minimum(band.high, np.maximum(most, band.glyph_high))


def _limits(ink: Floats, along: Floats, other_ink: Floats, other_along: Floats) -> tuple[Floats, Floats]:
    """How far each line may reach to either side, (lines,) each: to the middle of the gap to the nearest other line."""
    overlaps = (along[:, None, 0] < other_along[None, :, 1]) & (along[:, None, 1] > other_along[None, :, 0])
    # Parts of one and the same line, as a superscript and its word, are no neighbours.
    shared = np.minimum(ink[:, None, 1], other_ink[None, :, 1]) - np.maximum(ink[:, None, 0], other_ink[None, :, 0])
    height = ink[:, 1] - ink[:, 0]
    overlaps &= shared <= _SAME_LINE * np.minimum(height[:, None], (other_ink[:, 1] - other_ink[:, 0])[None])
    middle, other_middle = ink.mean(axis=1)[:, None], other_ink.mean(axis=1)[None]
    gap_above = (ink[:, None, 0] + other_ink[None, :, 1]) / 2
    gap_below = (ink[:, None, 1] + other_ink[None, :, 0]) / 2
    low = np.where(overlaps & (other_middle < middle), gap_above, -np.inf).max(axis=1, initial=-np.inf)
    high = np.where(overlaps & (other_middle > middle), gap_below, np.inf).min(axis=1, initial=np.inf)
    return low, high


def slanted_quads(boxes: Floats, origins: Floats, size: float, direction: tuple[float, float]) -> Floats:
    """The quads (characters, 8) of a line that runs in any direction, out of the upright boxes around its glyphs.

    A glyph's box around a turned rectangle of advance A, height U above the baseline and depth D below it has four sides,
    each of them a sum of A, U and D with the direction's sine and cosine; that gives the three.
    """
    c, s = direction
    # x = t c + u s and y = t s - u c, with t from 0 to A and u from -D to U.
    sides = np.array(
        [
            [max(c, 0), max(s, 0), max(-s, 0)],  # right end
            [max(-c, 0), max(-s, 0), max(s, 0)],  # left end
            [max(s, 0), max(-c, 0), max(c, 0)],  # lower end
            [max(-s, 0), max(c, 0), max(-c, 0)],  # upper end
        ]
    )
    measured = np.stack(
        [
            boxes[:, 2] - origins[:, 0],
            origins[:, 0] - boxes[:, 0],
            boxes[:, 3] - origins[:, 1],
            origins[:, 1] - boxes[:, 1],
        ]
    )
    advance, up, down = np.maximum(np.linalg.pinv(sides) @ measured, [[0.0], [_ASCENT * size], [_DESCENT * size]])
    ahead, above = np.array([c, s]), np.array([s, -c])
    left, right = origins, origins + advance[:, None] * ahead
    up, down = up[:, None] * above, down[:, None] * above
    return np.concatenate([left + up, right + up, right - down, left - down], axis=1)
