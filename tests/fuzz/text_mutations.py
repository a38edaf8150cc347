"""Ways to damage a text, a web page, Markdown or reStructuredText: bytes, encodings, marks, depth, length."""

from __future__ import annotations

import random
import re

from tests.fuzz import pdf_mutations as raw

_MARKS = (
    *(b"<div>", b"</div>", b"<table>", b"<tr><td>", b"</td>", b"<!--", b"-->", b"<script>", b"<![CDATA[", b"&#xD800;"),
    *(
        b"<svg><title>",
        b"<select>",
        b"<plaintext>",
        b"<template>",
        b"<p hidden>",
        b"&#99999999;",
        b"&undefined;",
        b"<?",
    ),
    *(
        b"```",
        b"> ",
        b"- ",
        b"1. ",
        b"999999999. ",
        b"| a | b |\n|---|---|\n",
        b"[^1]",
        b"[a]: <",
        b"![x](",
        b"**",
        b"`",
    ),
    *(b".. note::\n\n   ", b".. |a| replace:: |a|\n", b"`a`_", b".. _a: a_\n", b"+---+\n", b"=== ===\n", b"::\n\n  "),
    *(b".. include:: /etc/hostname\n", b".. raw:: html\n\n   <b>", b".. role:: a(a)\n", b":ref:`", b".. csv-table::\n"),
    *(
        b"\x00",
        b"\xff\xfe",
        b"\r",
        b"\x1b$B",
        b"\xe2\x80\xae",
        b"\xed\xa0\x80",
        b"\x0c",
        b"\xe2\x80\xa8",
        b"\xef\xbb\xbf",
    ),
)
_ENCODINGS = ("utf-16", "utf-16-be", "utf-32", "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "cp1252", "utf-7")
_LINE = re.compile(rb"[^\n]*\n")
_SPACES = re.compile(rb"(?m)^[ \t]*")


def insert_marks(data: bytes, rng: random.Random) -> bytes:
    """Marks of all the formats, anywhere."""
    for _ in range(rng.choice((1, 5, 50))):
        at = rng.randrange(len(data) + 1)
        data = data[:at] + rng.choice(_MARKS) + data[at:]
    return data


def nest_marks(data: bytes, rng: random.Random) -> bytes:
    """One mark many times over."""
    at = rng.choice((0, rng.randrange(len(data) + 1)))
    return data[:at] + rng.choice(_MARKS) * rng.choice((20, 500, 20_000)) + data[at:]


def shift_lines(data: bytes, rng: random.Random) -> bytes:
    """Lines stand further in than they did, each in its own way, or step by step."""
    steps = rng.choice((0, 1))
    count = 0

    def other(_: re.Match[bytes]) -> bytes:
        nonlocal count
        count += steps
        return rng.choice((b" ", b"\t")) * (count if steps else rng.randrange(12)) + rng.choice((b"", b"> ", b"- "))

    return raw.replace_some(_SPACES, data, rng, other)


def repeat_lines(data: bytes, rng: random.Random) -> bytes:
    """Lines stand there many times."""
    times = rng.choice((2, 50, 2000))
    return raw.replace_some(_LINE, data, rng, lambda found: found[0][:2000] * times)


def join_lines(data: bytes, rng: random.Random) -> bytes:
    """Line ends are missing or of other kinds."""
    return data.replace(b"\n", rng.choice((b"", b"\r", b"\n\r", b" ", b"\x0b", b"\n\n\n")))


def recode(data: bytes, rng: random.Random) -> bytes:
    """Another encoding, for all of the text or from some place on."""
    at = rng.choice((0, rng.randrange(len(data) + 1)))
    return data[:at] + data[at:].decode("utf-8", "replace").encode(rng.choice(_ENCODINGS), "replace")


MUTATIONS: tuple[raw.Mutation, ...] = (
    raw.flip_bits,
    raw.truncate,
    raw.remove_chunk,
    raw.repeat_chunk,
    raw.overwrite_chunk,
    raw.change_numbers,
    insert_marks,
    nest_marks,
    shift_lines,
    repeat_lines,
    join_lines,
    recode,
)
