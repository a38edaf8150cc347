"""Ways to damage a PDF: bits, lengths, tokens and whole objects. Each takes the bytes and a seeded generator, and returns bytes.

Most keep the file a PDF for the most part, so that the damage is met deep inside the reader and not at its door.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Callable

Mutation = Callable[[bytes, random.Random], bytes]

_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_NAME = re.compile(rb"/[A-Za-z][A-Za-z0-9]*")
_OBJECT = re.compile(rb"\d+ \d+ obj\b.*?\bendobj", re.DOTALL)
_REFERENCE = re.compile(rb"\b\d+ \d+ R\b")
_LENGTH = re.compile(rb"/Length \d+(?! \d+ R)")
_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"255",
    b"65536",
    b"2147483647",
    b"-2147483648",
    b"4294967296",
    b"99999999999999999999",
    b"1e308",
    b"0.0000001",
)
_TOKENS = (
    b"<<",
    b">>",
    b"[",
    b"]",
    b"null",
    b"true",
    b"(",
    b")",
    b"<",
    b"R",
    b"endobj",
    b"endstream",
    b"stream",
    b"xref",
    b"trailer",
    b"%%EOF",
)
_NAMES = (
    *(
        b"/Type",
        b"/Page",
        b"/Pages",
        b"/Kids",
        b"/Parent",
        b"/Font",
        b"/Encoding",
        b"/ToUnicode",
        b"/XObject",
        b"/Length",
    ),
    *(b"/FlateDecode", b"/LZWDecode", b"/DCTDecode", b"/JBIG2Decode", b"/JPXDecode", b"/Crypt"),
    *(b"/Type0", b"/Type3", b"/CIDFontType2", b"/Identity-V"),
)


def flip_bits(data: bytes, rng: random.Random) -> bytes:
    """A few bits anywhere, as by a bad disk."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 10, 60, 300))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def truncate(data: bytes, rng: random.Random) -> bytes:
    """The end is missing, as after a broken transfer."""
    return data[: rng.randrange(len(data))]


def remove_chunk(data: bytes, rng: random.Random) -> bytes:
    """A run of bytes is missing."""
    start, length = _run(data, rng)
    return data[:start] + data[start + length :]


def repeat_chunk(data: bytes, rng: random.Random) -> bytes:
    """A run of bytes stands there several times, or elsewhere as well."""
    start, length = _run(data, rng)
    at = rng.choice((start, rng.randrange(len(data))))
    return data[:at] + data[start : start + length] * rng.choice((1, 2, 50)) + data[at:]


def overwrite_chunk(data: bytes, rng: random.Random) -> bytes:
    """A run of bytes is zeros, noise, or belongs to another place of the file."""
    start, length = _run(data, rng)
    other = rng.randrange(len(data))
    filling = rng.choice((bytes(length), rng.randbytes(length), data[other : other + length], b"\xff" * length))
    return data[:start] + filling[:length] + data[start + length :]


def change_numbers(data: bytes, rng: random.Random) -> bytes:
    """Sizes, offsets, counts and references become extreme or slightly wrong."""

    def other(found: re.Match[bytes]) -> bytes:
        if rng.random() < 0.5 and b"." not in found[0]:
            return b"%d" % (int(found[0]) + rng.choice((-1, 1, 10)))
        return rng.choice(NUMBERS)

    return replace_some(_NUMBER, data, rng, other)


def change_tokens(data: bytes, rng: random.Random) -> bytes:
    """Names and brackets become others."""
    if rng.random() < 0.6:
        return replace_some(_NAME, data, rng, lambda _: rng.choice(_NAMES))
    changed = data
    for _ in range(rng.randint(1, 5)):
        token = rng.choice(_TOKENS)
        places = [found.start() for found in re.finditer(re.escape(token), changed)]
        if places:
            at = rng.choice(places)
            changed = changed[:at] + rng.choice(_TOKENS) + changed[at + len(token) :]
    return changed


def change_references(data: bytes, rng: random.Random) -> bytes:
    """References point to other objects of the file: loops, and things in the place of others."""
    references = [found[0] for found in _REFERENCE.finditer(data)]
    return replace_some(_REFERENCE, data, rng, lambda _: rng.choice(references)) if references else flip_bits(data, rng)


def change_objects(data: bytes, rng: random.Random) -> bytes:
    """Whole objects are missing, twice there, or in each other's place; the table of offsets is not told."""
    objects = list(_OBJECT.finditer(data))
    if not objects:
        return remove_chunk(data, rng)
    one, other = rng.choice(objects), rng.choice(objects)
    filling = rng.choice((b"", one[0] * 2, other[0], b"<<" * rng.choice((10, 5000))))
    return data[: one.start()] + filling + data[one.end() :]


def lie_about_lengths(data: bytes, rng: random.Random) -> bytes:
    """Streams say that they are longer or shorter than they are."""
    return replace_some(_LENGTH, data, rng, lambda _: b"/Length " + rng.choice(NUMBERS))


def change_inside_streams(data: bytes, rng: random.Random) -> bytes:
    """Compressed streams are unpacked, damaged and packed again, so that what reads their content meets the damage."""
    streams = list(_STREAM.finditer(data))
    changed = data
    for found in sorted(rng.sample(streams, min(len(streams), rng.randint(1, 4))), key=lambda f: -f.start()):
        try:
            content = zlib.decompressobj().decompress(found[1], 1 << 22)
        except zlib.error:
            continue
        if content:
            damage = rng.choice((flip_bits, change_numbers, remove_chunk, repeat_chunk, change_tokens))
            packed = zlib.compress(damage(content, rng)[: 1 << 23], 1)
            changed = changed[: found.start(1)] + packed + changed[found.end(1) :]
    return changed if changed != data else flip_bits(data, rng)


def _run(data: bytes, rng: random.Random) -> tuple[int, int]:
    """Start and length of a run of bytes, mostly a short one."""
    start = rng.randrange(len(data))
    return start, min(rng.choice((1, 7, 64, 1000, 20_000)), len(data) - start)


def replace_some(
    pattern: re.Pattern[bytes], data: bytes, rng: random.Random, other: Callable[[re.Match[bytes]], bytes]
) -> bytes:
    """A few matches of the pattern, replaced."""
    places = list(pattern.finditer(data))
    chosen = rng.sample(places, min(len(places), rng.choice((1, 2, 5, 30))))
    parts: list[bytes] = []
    at = 0
    for found in sorted(chosen, key=lambda f: f.start()):
        parts += [data[at : found.start()], other(found)]
        at = found.end()
    return b"".join([*parts, data[at:]])


MUTATIONS: tuple[Mutation, ...] = (
    flip_bits,
    truncate,
    remove_chunk,
    repeat_chunk,
    overwrite_chunk,
    change_numbers,
    change_tokens,
    change_references,
    change_objects,
    lie_about_lengths,
    change_inside_streams,
)
