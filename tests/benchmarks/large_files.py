"""How large files end: `python -m tests.benchmarks.large_files [--match GLOB]`.

Texts of up to 200 MB, lines without end, a million lines, depth, wide tables, and a Word document of half a million paragraphs,
each made here and read by the command line in a process of its own. Each is to be opened, or refused as too large, within
20 seconds and a gigabyte. What counts is the CPU time of all processes, for other work may slow this machine; the time by the
clock stands beside it. Exit status 1: one is not.
"""

from __future__ import annotations

import argparse
import fnmatch
import io
import resource
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.corpus.process import Run, read_file

SECONDS, BYTES = 20.0, 1 << 30
ENDED_AT = 600.0  # by the clock
GOOD = ("opened", "too-large")
# Nothing of these is text that shows; quotes within a hundred thousand others are no text to their parser either.
WITHOUT_TEXT = {"noise": "unsupported"} | dict.fromkeys(
    ("deep-quotes.md", "references.md", "substitutions.rst", "targets.rst"), "empty"
)
LINE = "The Supplier shall indemnify the Customer against claims (第一条), see section 3.2.\n"
PLAIN = ("txt", "md", "html", "rst")


def main() -> int:
    """Make, read and print; the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--match", default="*", metavar="GLOB", help="only files with such names")
    wanted = parser.parse_args().match
    short = 0
    with tempfile.TemporaryDirectory(prefix="large-") as folder:
        for name, make in files().items():
            if fnmatch.fnmatch(name, wanted):
                path = Path(folder, name)
                path.write_bytes(make())
                size = path.stat().st_size
                before = _cpu_seconds()
                run = read_file(path, seconds=ENDED_AT, trace=False)
                cpu = _cpu_seconds() - before
                path.unlink()
                outcome = _outcome(run)
                good = outcome in GOOD or outcome == WITHOUT_TEXT.get(name, WITHOUT_TEXT.get(Path(name).stem))
                right = good and cpu <= SECONDS and run.peak_bytes <= BYTES
                short += not right
                taken = f"{cpu:5.1f} s CPU {run.seconds:5.1f} s {run.peak_bytes >> 20:5} MB"
                print(f"{name:26} {size / 1e6:7.1f} MB  {outcome:12} {taken}{'' if right else '  SHORT'}", flush=True)
    return 1 if short else 0


def _cpu_seconds() -> float:
    """Of all processes that have ended so far, their children included."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _outcome(run: Run) -> str:
    if run.ended or run.answer is None:
        return run.ended or "no answer"
    return str(run.answer.get("code") or "opened")


def files() -> dict[str, Callable[[], bytes]]:
    """A maker of each file, by its name."""
    made: dict[str, Callable[[], bytes]] = {}
    for suffix in PLAIN:
        for size in (1, 10, 30, 60, 200):
            made[f"{size}-megabytes.{suffix}"] = lambda s=size: LINE.encode() * (s * 1_000_000 // len(LINE.encode()))
        made[f"one-line.{suffix}"] = lambda: LINE.strip().encode() * (10_000_000 // len(LINE.encode()))
        made[f"one-word.{suffix}"] = lambda: b"x" * 10_000_000
        made[f"a-million-lines.{suffix}"] = lambda: b"".join(b"line %d\n" % i for i in range(999_999))
        made[f"a-million-paragraphs.{suffix}"] = lambda: b"".join(b"line %d\n\n" % i for i in range(999_999))
        made[f"empty-lines.{suffix}"] = lambda: b"a" + b"\n" * 3_000_000 + b"b"
        made[f"shift-jis.{suffix}"] = lambda: ("受託者は、契約の秘密を守る。\n" * 700_000).encode("cp932")
        made[f"noise.{suffix}"] = lambda: bytes(range(256)) * 40_000
    made |= _markdown() | _pages() | _restructured()
    made["half-a-million.docx"] = lambda: _word("<w:p><w:r><w:t>The Supplier shall pay.</w:t></w:r></w:p>" * 500_000)
    cell = "<w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc>"
    made["a-million-cells.docx"] = lambda: _word("<w:tbl>" + f"<w:tr>{cell * 100}</w:tr>" * 10_000 + "</w:tbl>")
    made["many-tables.docx"] = lambda: _word(f"<w:tbl><w:tr>{cell * 10}</w:tr></w:tbl>" * 50_000)
    made["one-paragraph.docx"] = lambda: _word("<w:p>" + "<w:r><w:t>word </w:t></w:r>" * 1_000_000 + "</w:p>")
    made["one-run.docx"] = lambda: _word("<w:p><w:r><w:t>" + "word " * 6_000_000 + "</w:t></w:r></w:p>")
    return made


def _markdown() -> dict[str, Callable[[], bytes]]:
    row = b"|" + b" cell |" * 100 + b"\n"
    return {
        "a-million-cells.md": lambda: row + b"|" + b"---|" * 100 + b"\n" + row * 10_000,
        "deep-quotes.md": lambda: b">" * 100_000 + b" deep\n",
        "deep-list.md": lambda: b"".join(b" " * (2 * i) + b"- item\n" for i in range(1500)),
        "brackets.md": lambda: b"[" * 500_000 + b"\n",
        "stars.md": lambda: b"**a *b " * 200_000,
        "ticks.md": lambda: b"".join(b"`" * (i % 900 + 1) + b" a " for i in range(4000)),
        "references.md": lambda: b"".join(b"[a%d]: http://x/%d\n" % (i, i) for i in range(60_000)),
        "headings.md": lambda: b"# heading\n" * 200_000,
    }


def _pages() -> dict[str, Callable[[], bytes]]:
    row = b"<tr>" + b"<td>cell</td>" * 100 + b"</tr>"
    return {
        "a-million-cells.html": lambda: b"<table>" + row * 10_000 + b"</table>",
        "deep.html": lambda: b"<div>" * 1_000_000 + b"deep",
        "deep-closed.html": lambda: b"<div>" * 300_000 + b"deep" + b"</div>" * 300_000,
        "deep-tables.html": lambda: b"<table><tr><td>" * 200_000 + b"deep",
        "deep-lists.html": lambda: b"<ul><li>x" * 200_000,
        "deep-inline.html": lambda: b"<b><i>" * 500_000 + b"deep",
        "paragraphs.html": lambda: b"<p>word" * 2_000_000,
        "spans.html": lambda: b"<p>" + b"<span>word</span> " * 1_000_000,
        "attributes.html": lambda: b"<p " + b"".join(b"a%d=1 " % i for i in range(500_000)) + b">x",
        "entities.html": lambda: b"&amp;&#x5951;&notin;" * 1_000_000,
        "comments.html": lambda: b"<!-- a -->x" * 1_000_000,
    }


def _restructured() -> dict[str, Callable[[], bytes]]:
    edge = b"+" + b"------+" * 100 + b"\n"
    return {
        "a-million-cells.rst": lambda: edge + (b"|" + b" cell |" * 100 + b"\n" + edge) * 10_000,
        "ten-thousand-cells.rst": lambda: edge + (b"|" + b" cell |" * 100 + b"\n" + edge) * 100,
        "simple-table.rst": lambda: b"=== ===\n" + b"one two\n" * 60_000 + b"=== ===\n",
        "deep-list.rst": lambda: b"".join(b" " * (2 * i) + b"- item\n\n" for i in range(600)),
        "deep-quotes.rst": lambda: b"".join(b" " * i + b"quote\n\n" for i in range(900)),
        "stars.rst": lambda: b"*a **b `c " * 40_000,
        "headings.rst": lambda: b"heading\n=======\n\n" * 25_000,
        "substitutions.rst": lambda: b"".join(
            b".. |a%d| replace:: |a%d| |a%d|\n" % (i, i - 1, i - 1) for i in range(5000)
        ),
        "footnotes.rst": lambda: b"".join(b"x [%d]_\n\n.. [%d] note\n\n" % (i, i) for i in range(12_000)),
        "targets.rst": lambda: b"".join(b".. _a%d: a%d_\n" % (i, i + 1) for i in range(15_000)),
    }


def _word(body: str) -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    package, office = (
        "http://schemas.openxmlformats.org/package/2006",
        "http://schemas.openxmlformats.org/officeDocument/2006",
    )
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="r" '
            f'Type="{office}/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        archive.writestr("word/document.xml", f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>')
    return target.getvalue()


if __name__ == "__main__":
    sys.exit(main())
