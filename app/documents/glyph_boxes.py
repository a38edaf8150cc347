"""How high the areas of characters are: as high as glyphs need, and no higher than the neighbouring lines allow.

A font's own box says little: it may be twice as high as any glyph, and then a highlight lies on the lines above and below as
well. Here a character's area reaches from its baseline as far as letters of the line's size usually do, over all of its own
ink, and to the middle between its line's ink and a neighbouring line's at most.

Everything is computed for all characters of a page at once, on arrays. `Across` is the direction across a line: y for one that
runs from left to right, x for one that runs up or down the page.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

# How far usual letters reach above and below the baseline, in multiples of the size.
_ASCENT, _DESCENT = 0.8, 0.22
# No glyph reaches further from the baseline, not even a tall bracket; a box that says so is the font's, not the glyph's.
_FURTHEST = 4.0
_NO_ADVANCE = 0.01  # points
# Parts of one line share more of their ink's height than neighbouring lines do.
_SAME_LINE = 0.5
# Lines whose neighbours are looked for at a time, so that a page of very many lines needs little memory.
_AT_A_TIME = 256
_MOST_PAIRS = 1_000_000


@dataclass(slots=True, eq=False)
class PageCharacters:
    """The characters of a page's upright lines, in order; per character unless said otherwise.

    `boxes` (characters, 4) are as long as the advance and as high as the ink; `base` is the baseline's place across the line;
    `inked` says what is more than white space; `sizes` are the font's. Per line: `first`, the number of its first character;
    `usual`, the size of most of its characters; `axis`, 1 for a line along x and 0 for one along y; `low_is_up`, whether
    letters reach further to the low side of the baseline (upwards, or to the left).
    """

    boxes: Floats
    base: Floats
    inked: Mask
    sizes: Floats
    first: NDArray[np.intp]
    usual: Floats
    axis: NDArray[np.intp]
    low_is_up: Mask


def high_as_needed(page: PageCharacters) -> Floats:
    """The boxes (characters, 4) with the height that their highlight is to have."""
    if not len(page.first):
        return page.boxes
    count = len(page.boxes)
    line = np.repeat(np.arange(len(page.first)), np.diff(np.append(page.first, count)))
    row, axis = np.arange(count), page.axis[line]
    furthest = _FURTHEST * page.sizes
    glyph_low = np.clip(page.boxes[row, axis], page.base - furthest, page.base + furthest)
    glyph_high = np.clip(page.boxes[row, axis + 2], page.base - furthest, page.base + furthest)
    advance = page.boxes[row, 3 - axis] - page.boxes[row, 1 - axis]
    # A further letter of a ligature has no glyph of its own: what is said to be its ink is the font's box.
    inked = page.inked & ~((advance < _NO_ADVANCE) & (glyph_high - glyph_low > page.sizes))
    inked |= ~np.logical_or.reduceat(inked, page.first)[line]
    glyph_low, glyph_high = np.where(inked, glyph_low, page.base), np.where(inked, glyph_high, page.base)
    # A bullet or a space may be set in a much larger size than the words: what is not inked there is not covered.
    size = np.minimum(page.sizes, page.usual[line])
    low = np.minimum(page.base - size * np.where(page.low_is_up, _ASCENT, _DESCENT)[line], glyph_low)
    high = np.maximum(page.base + size * np.where(page.low_is_up, _DESCENT, _ASCENT)[line], glyph_high)
    # White space takes no more height than the words beside it.
    least, most = _least(np.where(inked, low, np.inf), page.first), _most(np.where(inked, high, -np.inf), page.first)
    low, high = np.clip(low, least[line], most[line]), np.clip(high, least[line], most[line])
    lines = _Lines(
        ink=np.stack(
            [
                _least(np.where(inked, glyph_low, np.inf), page.first),
                _most(np.where(inked, glyph_high, -np.inf), page.first),
            ],
            axis=1,
        ),
        reach=np.stack([least, most], axis=1),
        along=np.stack(
            [_least(page.boxes[row, 1 - axis], page.first), _most(page.boxes[row, 3 - axis], page.first)], axis=1
        ),
    )
    limits = np.empty((len(page.first), 2))
    for direction in (0, 1):
        chosen = np.flatnonzero(page.axis == direction)
        limits[chosen] = _limits(_Lines(lines.ink[chosen], lines.reach[chosen], lines.along[chosen]))
    boxes = page.boxes.copy()
    boxes[row, axis] = np.maximum(low, np.minimum(limits[line, 0], glyph_low))
    boxes[row, axis + 2] = np.minimum(high, np.maximum(limits[line, 1], glyph_high))
    return boxes


def _least(values: Floats, first: NDArray[np.intp]) -> Floats:
    return np.asarray(np.minimum.reduceat(values, first))


def _most(values: Floats, first: NDArray[np.intp]) -> Floats:
    return np.asarray(np.maximum.reduceat(values, first))


@dataclass(slots=True, eq=False)
class _Lines:
    """Lines in one direction, each (lines, 2) from low to high: their ink and their areas across, their ends along."""

    ink: Floats
    reach: Floats
    along: Floats


def _limits(lines: _Lines) -> Floats:
    """How far each line may reach to the low and to the high side, (lines, 2)."""
    count = len(lines.ink)
    found = np.empty((count, 2))
    found[:, 0], found[:, 1] = -np.inf, np.inf
    if count < 2:
        return found
    order = np.argsort(lines.ink.sum(axis=1), kind="stable")
    ink, reach, along = lines.ink[order], lines.reach[order], lines.along[order]
    # Where even the furthest reach of the lines before ends, so that only lines nearby are compared.
    furthest, nearest = np.maximum.accumulate(reach[:, 1]), np.minimum.accumulate(reach[::-1, 0])[::-1]
    for start in range(0, count, _AT_A_TIME):
        chunk = slice(start, min(start + _AT_A_TIME, count))
        begin = int(np.searchsorted(furthest, reach[chunk, 0].min()))
        end = int(np.searchsorted(nearest, reach[chunk, 1].max(), side="right"))
        if (chunk.stop - start) * (end - begin) <= _MOST_PAIRS:  # more lines in one place are no text that anyone reads
            found[order[chunk]] = _limits_of(ink[chunk], along[chunk], ink[begin:end], along[begin:end])
    return found


def _limits_of(ink: Floats, along: Floats, other_ink: Floats, other_along: Floats) -> Floats:
    """How far each line may reach, (lines, 2): to the middle of the gap to the nearest of the others on either side."""
    own, other = ink[:, None], other_ink[None]
    near = (along[:, None, 0] < other_along[None, :, 1]) & (along[:, None, 1] > other_along[None, :, 0])
    shared = np.minimum(own[..., 1], other[..., 1]) - np.maximum(own[..., 0], other[..., 0])
    near &= shared <= _SAME_LINE * np.minimum(own[..., 1] - own[..., 0], other[..., 1] - other[..., 0])
    middle, other_middle = own.sum(axis=2), other.sum(axis=2)
    low = np.where(near & (other_middle < middle), own[..., 0] + other[..., 1], -np.inf).max(axis=1) / 2
    high = np.where(near & (other_middle > middle), own[..., 1] + other[..., 0], np.inf).min(axis=1) / 2
    return np.stack([low, high], axis=1)


def slanted_quads(boxes: Floats, origins: Floats, size: float, direction: tuple[float, float]) -> Floats:
    """The quads (characters, 8) of a line that runs in any direction, out of the upright boxes around its glyphs.

    `origins` (characters, 2) are their points on the baseline. A box around a turned rectangle of advance A, height U above
    the baseline and depth D below it has four sides, each of them a sum of A, U and D with the direction's sine and cosine;
    that gives the three.
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
    x, y = origins[:, 0], origins[:, 1]
    measured = np.stack([boxes[:, 2] - x, x - boxes[:, 0], boxes[:, 3] - y, y - boxes[:, 1]])
    usual = np.array([[0.0], [_ASCENT * size], [_DESCENT * size]])
    advance, up, down = np.maximum(np.linalg.pinv(sides) @ measured, usual)
    ahead, above = np.array([c, s]), np.array([s, -c])
    left, right = origins, origins + advance[:, None] * ahead
    top, bottom = up[:, None] * above, down[:, None] * above
    return np.concatenate([left + top, right + top, right - bottom, left - bottom], axis=1)
