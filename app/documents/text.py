"""Plain text and Markdown -> Document: the encoding by content, paragraphs by empty lines, Markdown's marks by their meaning."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

import charset_normalizer

from app.documents.building import TextBuilder
from app.documents.document import Document, DocumentFormat, Notice
from app.documents.files import sha256_of
from app.documents.guessing import guess_kind, guess_language
from app.errors import FusenError

LARGEST_TEXT = 64 << 20
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_CANDIDATES = ["shift_jis_2004", "cp932", "euc_jp", "euc_jis_2004", "gb18030", "cp1252"]
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\ufeff\ud800-\udfff]")
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_CJK_EDGE = re.compile("[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_ITEM = re.compile(r"(\s*)(?:[-*+•・]|\d{1,3}[.)])\s+(.*)")
_RULE = re.compile(r"\s*(?:[-*_]\s*){3,}$|\s*=+\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)\s]*(?:\s+\"[^\"]*\")?\)")
_MARKS = re.compile(r"(\*\*|__|\*|`+|~~)(?=\S)(.+?)(?<=\S)\1")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")


def read_text(path: Path, *, markdown: bool) -> Document:
    """The file as one page without size. Raises `FusenError`."""
    if path.stat().st_size > LARGEST_TEXT:
        raise FusenError("too-large", f"{path.name} is longer than 64 MiB of text.", "Split it and open the parts.")
    content, notices = decode(path.read_bytes(), path)
    builder = TextBuilder()
    builder.begin_page(0.0, 0.0)
    if markdown:
        _add_markdown(builder, content)
    else:
        _add_paragraphs(builder, content)
    text, pages, blocks, _ = builder.finish()
    format_: DocumentFormat = "markdown" if markdown else "text"
    if not text:
        raise FusenError("empty", f"{path.name} holds no text.", "Ask for the file again.")
    return Document(
        file=str(path),
        sha256=sha256_of(path),
        format=format_,
        language=guess_language(text),
        kind=guess_kind(text),
        page_count=1,
        text=text,
        pages=pages,
        blocks=blocks,
        warnings=tuple(notices),
    )


def decode(data: bytes, path: Path) -> tuple[str, list[Notice]]:
    """The text with line feeds as its only line ends, and what had to be mended. Raises `FusenError` for what is no text."""
    notices: list[Notice] = []
    text = _decoded(data, path, notices)
    cleaned = _CONTROLS.sub("", _LINE_END.sub("\n", text))
    if _CONTROLS.search(text.removeprefix("\ufeff")):
        notices.append(Notice("characters-removed", "Control characters that are no text were left out."))
    return cleaned, notices


def _decoded(data: bytes, path: Path, notices: list[Notice]) -> str:
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    if b"\x1b$" in data and (text := _as_japanese(data, "iso2022_jp_2")) is not None:
        return text
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        mostly_utf8 = error.start > 200 and any(byte > 0x7F for byte in data[: error.start])
    if not mostly_utf8:
        for encoding in _CANDIDATES[:4]:
            if (text := _as_japanese(data, encoding)) is not None:
                return text
        best = charset_normalizer.from_bytes(data, cp_isolation=_CANDIDATES).best()
        if best is not None:
            notices.append(Notice("encoding-guessed", f"The text was read as {best.encoding}, by its looks."))
            return str(best)
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") > 0.3 * len(text):
        raise FusenError(
            "unsupported", f"{path.name} is not text in an encoding that Fusen knows.", "Save it as UTF-8."
        )
    notices.append(Notice("encoding-damaged", "Parts of the text are not in its encoding and appear as \ufffd."))
    return text


def _as_japanese(data: bytes, encoding: str) -> str | None:
    """The text, where this encoding fits without an error and gives kana, which no other encoding does by chance."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    full = len(re.findall("[\u3041-\u30fe]", text))
    half = len(re.findall("[\uff61-\uff9f]", text))
    return text if full > 4 * half and full * 10 > sum(ord(c) > 127 for c in text) else None


def _join(lines: list[str]) -> str:
    """Lines of one paragraph: by a space, or by nothing where either side is Japanese."""
    joined = ""
    for line in (line.strip() for line in lines):
        glue = "" if not joined or _CJK_EDGE.match(joined[-1:]) or _CJK_EDGE.match(line) else " "
        joined += glue + line
    return joined


def _add_paragraphs(builder: TextBuilder, content: str) -> None:
    """Empty lines part paragraphs; so do a list mark and a deeper indent at a line's start."""
    waiting: list[str] = []

    def flush() -> None:
        builder.add("paragraph", _join(waiting))
        waiting.clear()

    for line in content.split("\n"):
        item = _ITEM.match(line)
        if not line.strip() or item or (waiting and len(waiting[-1]) < 30) or line.startswith(("\u3000", "\t")):
            flush()
        if item:
            builder.add("list-item", line.strip(), 1)
        elif line.strip() and not _RULE.match(line):
            waiting.append(line)
    flush()


def _add_markdown(builder: TextBuilder, content: str) -> None:
    """Headings, list items, table cells, code and paragraphs, without the marks that only style them."""
    waiting: list[str] = []
    item_level: int | None = None
    fenced = False

    def flush() -> None:
        nonlocal item_level
        text = "\n".join(waiting) if fenced else _plain(_join(waiting))
        builder.add("paragraph" if item_level is None else "list-item", text.strip("\n"), item_level)
        waiting.clear()
        item_level = None

    for line in _COMMENT.sub("", content).split("\n"):
        if _FENCE.match(line):
            flush()
            fenced = not fenced
        elif fenced:
            waiting.append(line)
        elif not line.strip() or _TABLE_RULE.match(line) or _RULE.match(line):
            flush()
        elif heading := _HEADING.match(line):
            flush()
            builder.add("heading", _plain(heading[2]), len(heading[1]))
        elif item := _ITEM.match(line):
            flush()
            item_level = len(item[1].expandtabs(4)) // 2 + 1
            waiting.append(item[2])
        elif line.lstrip().startswith("|"):
            flush()
            for cell in line.strip().strip("|").split("|"):
                builder.add("table-cell", _plain(cell.strip()))
        else:
            waiting.append(line.lstrip("> "))
    flush()


def _plain(text: str) -> str:
    """The words of a line of Markdown, without emphasis, link targets and tags."""
    return _MARKS.sub(r"\2", _TAG.sub("", _LINK.sub(r"\1", text))).strip()
