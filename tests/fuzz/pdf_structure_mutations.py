"""Ways to damage a PDF where its parts are held together: offsets, counts, depth, streams that end early, later versions."""

from __future__ import annotations

import random
import re
import zlib

from tests.fuzz import pdf_mutations as raw

_OFFSET = re.compile(rb"\b\d{10}(?= \d{5} [nf])")
_START = re.compile(rb"(?<=startxref)\s+\d+")
_COUNT = re.compile(
    rb"/(?:Count|Size|N|First|Width|Height|BitsPerComponent|Columns|Colors|Predictor|Prev|Rotate|EarlyChange"
    rb"|FirstChar|LastChar|Length1|DW|Ascent|K) -?\d+(?! \d+ R)"
)
_ARRAY = re.compile(rb"/(?:W|Index|MediaBox|CropBox|Widths|Decode|Matrix|BBox|Kids|Range)\s*\[[^\[\]]*\]")
_BODY = re.compile(rb"(?<=obj)\s.*?(?=endobj)", re.DOTALL)
_STREAM = re.compile(rb"(?<=stream\n).*?(?=\r?\nendstream)", re.DOTALL)
_OPENERS = (
    *((b"[", b"]"), (b"<<", b">>"), (b"<</A ", b">>"), (b"(", b")"), (b"<</Kids[", b"]>>")),
    *((b"q\n", b"Q\n"), (b"BT\n", b"ET\n"), (b"/P BMC\n", b"EMC\n"), (b"{", b"}")),
)


def shift_offsets(data: bytes, rng: random.Random) -> bytes:
    """The table of offsets points beside its objects, or is itself not where it is said to be."""
    by = rng.choice((-1, 1, 7, 1000, -len(data)))
    action = rng.randrange(3)
    if action == 0:
        return raw.replace_some(_OFFSET, data, rng, lambda found: b"%010d" % max(int(found[0]) + by, 0))
    if action == 1:
        return raw.replace_some(_START, data, rng, lambda found: b"\n%d" % (int(found[0]) + by))
    return rng.choice((b"\n", b"junk\n", b"%PDF-1.7\n", bytes(5000))) + data


def swap_objects(data: bytes, rng: random.Random) -> bytes:
    """Objects exchange their contents: a font where a page was."""
    bodies = list(_BODY.finditer(data))
    if len(bodies) < 2:
        return raw.flip_bits(data, rng)
    one, other = sorted(rng.sample(bodies, 2), key=lambda found: found.start())
    between = data[one.end() : other.start()]
    return data[: one.start()] + other[0] + between + one[0] + data[other.end() :]


def cut_streams(data: bytes, rng: random.Random) -> bytes:
    """Streams end early, are empty, or go on with noise, and their lengths do not say so."""

    def cut(found: re.Match[bytes]) -> bytes:
        content = found[0]
        return rng.choice((b"", content[: len(content) // 2], content[:-4], content + rng.randbytes(300)))

    return raw.replace_some(_STREAM, data, rng, cut)


def inflate_counts(data: bytes, rng: random.Random) -> bytes:
    """Counts, sizes of pictures and the like are huge, negative or nothing."""

    def other(found: re.Match[bytes]) -> bytes:
        return found[0].rpartition(b" ")[0] + b" " + rng.choice(raw.NUMBERS)

    return raw.replace_some(_COUNT, data, rng, other)


def change_arrays(data: bytes, rng: random.Random) -> bytes:
    """Boxes, widths and lists of pages are empty, too long, or hold huge numbers."""

    def other(found: re.Match[bytes]) -> bytes:
        name = found[0].partition(b"[")[0]
        count = rng.choice((0, 1, 3, 4, 5, 2000))
        return name + b"[" + b" ".join(rng.choice(raw.NUMBERS) for _ in range(count)) + b"]"

    return raw.replace_some(_ARRAY, data, rng, other)


def nest_deeply(data: bytes, rng: random.Random) -> bytes:
    """Arrays, dictionaries or saved states lie thousands deep, closed or not, in an object or a page's drawing."""
    opening, closing = rng.choice(_OPENERS)
    depth = rng.choice((10, 500, 20_000))
    deep = opening * depth + (closing * depth if rng.random() < 0.7 else b"")
    if rng.random() < 0.5:
        return raw.replace_some(_BODY, data, rng, lambda found: b"\n" + deep + b"\n" if depth > 10 else found[0] + deep)

    def drawn(found: re.Match[bytes]) -> bytes:
        try:
            return zlib.compress(deep + zlib.decompressobj().decompress(found[0], 1 << 22), 1)
        except zlib.error:
            return deep + found[0]

    return raw.replace_some(_STREAM, data, rng, drawn)


def add_update(data: bytes, rng: random.Random) -> bytes:
    """A later version of an object at the end of the file, with a table that points back, perhaps to itself."""
    objects = [int(number) for number in re.findall(rb"(\d+) 0 obj\b", data)] or [1]
    number, body = rng.choice(objects), rng.choice(_BODY.findall(data) or [b"null"])
    start = len(data) + 1
    table = start + len(b"%d 0 obj" % number) + len(body) + len(b"endobj\n")
    back = rng.choice((table, 0, start, len(data) * 2, -1))
    root = rng.choice((b"/Root %d 0 R" % rng.choice(objects), b""))
    return (
        (data + b"\n%d 0 obj" % number + body + b"endobj\n")
        + (b"xref\n%d 1\n%010d 00000 n \n" % (number, start))
        + (b"trailer\n<</Size %d/Prev %d%b>>\nstartxref\n%d\n%%%%EOF\n" % (number + 1, back, root, table))
    )


MUTATIONS: tuple[raw.Mutation, ...] = (
    shift_offsets,
    swap_objects,
    cut_streams,
    inflate_counts,
    change_arrays,
    nest_deeply,
    add_update,
)
