"""Bytes of a text file -> its characters, whatever encoding they are in; what had to be guessed or mended is said.

In this order: a byte-order mark, UTF-16 and UTF-32 by their looks, ISO-2022-JP by its escapes, UTF-8, what the file says of
itself, Japanese encodings by their kana, others by charset-normalizer. Where two encodings meet in one file, or bytes are
broken, each line is read by itself.
"""

from __future__ import annotations

import codecs
import re

import charset_normalizer

from app.documents.document import Notice
from app.errors import FusenError

_SAMPLE = 1 << 20
_GUESSED_FROM = 1 << 17  # charset-normalizer reads the whole of what it gets many times
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Windows' Shift_JIS before the standard's, which lacks letters of many names; the later standards where neither fits.
_JAPANESE = ("cp932", "euc_jp", "shift_jis_2004", "euc_jis_2004")
_ISO_2022 = ("iso2022_jp_2", "iso2022_jp_3", "iso2022_jp_ext", "iso2022_kr")
_OTHERS = ["gb18030", "big5", "cp949", "cp932", "euc_jp", "cp1252", "cp1251"]
_NAMES = {
    "cp932": "Shift_JIS",
    "shift_jis_2004": "Shift_JIS",
    "euc_jp": "EUC-JP",
    "euc_jis_2004": "EUC-JP",
    "gb18030": "GB18030",
    "big5": "Big5",
    "cp949": "EUC-KR",
    "cp1251": "Windows-1251",
    "cp1252": "Windows-1252",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32-le": "UTF-32",
    "utf-32-be": "UTF-32",
}
# What a page may declare, as browsers understand the names (WHATWG Encoding Standard, section 4.2). Nothing else is looked
# up: Python also knows encodings that are not for text.
_DECLARED = {
    "shift_jis": "cp932", "shift-jis": "cp932", "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "ms_kanji": "cp932",
    "euc-jp": "euc_jp", "x-euc-jp": "euc_jp", "iso-2022-jp": "iso2022_jp_2",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "x-gbk": "gb18030", "big5": "big5", "big5-hkscs": "big5hkscs",
    "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "iso-8859-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252", "windows-1252": "cp1252", "iso-8859-15": "iso8859_15",
    "iso-8859-2": "iso8859_2", "windows-1250": "cp1250", "windows-1251": "cp1251", "koi8-r": "koi8_r", "iso-8859-5": "iso8859_5",
}  # fmt: skip

_ASCII = bytes(range(0x80))
_LONG_UTF8 = re.compile(
    rb"(?:\xe0[\xa0-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]|\xed[\x80-\x9f])[\x80-\xbf]"
    rb"|(?:\xf0[\x90-\xbf]|[\xf1-\xf3][\x80-\xbf]|\xf4[\x80-\x8f])[\x80-\xbf]{2}"
)
_ANY_UTF8 = re.compile(_LONG_UTF8.pattern + rb"|[\xc2-\xdf][\x80-\xbf]")
_STRAY_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x19\x1c-\x1f]")

_KANA = re.compile("[\u3041-\u30fe]")
_HALF_KANA = re.compile("[\uff61-\uff9f]")
_PLAIN = re.compile("[\t\n\r -~\u3000-\u30ff\uff01-\uff5e]")
_STRANGE = re.compile(
    "[^\t\n\r\f -~\xa0-\u024f\u0370-\u052f\u0590-\u06ff\u2000-\u206f\u2190-\u22ff\u2460-\u257f\u25a0-\u26ff"
    "\u3000-\u30ff\u3130-\u33ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uffe6\ufeff\U0001f300-\U0001faff]"
)

_NULS = re.compile("(?<=\\S)\x00+(?=\\S)")
_SPACED_BY_NULS = re.compile("(?:[ -~]\x00){4,}")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_MARKS_OF_ORDER = re.compile("[\u202a-\u202e\u2066-\u2069]")
_TAG_LETTERS = re.compile("[\ufeff\U000e0000-\U000e007f]")
_LINE_END = re.compile("\r\n|[\r\x0b\x85\u2028]")


def decode(data: bytes, name: str, declared: str | None = None) -> tuple[str, list[Notice]]:
    r"""The text with `\n` as its only line end (and `\f`, by itself on a line, where a page ends), and what was mended.

    `declared` is the encoding that the file itself names. Raises `FusenError` where `data` is no text; `name` is for its words.
    """
    notices: list[Notice] = []
    text = _decoded(data.rstrip(b"\x1a"), declared, notices)
    return cleaned(text, name, notices), notices


def cleaned(text: str, name: str, notices: list[Notice]) -> str:
    """One kind of line end, and no characters that are not text; adds to `notices`. Raises `FusenError` for binary data."""
    nuls = text.count("\x00")
    controls = len(_CONTROLS.findall(text)) - nuls
    broken = text.count("\ufffd")
    length = max(len(text) - nuls, 1)
    if controls > 0.1 * length or broken > 0.3 * length:
        raise FusenError(
            "unsupported", f"{name} is not text in an encoding that Fusen knows.", "Save it as UTF-8, PDF or DOCX."
        )
    if nuls:
        # Between words they part these, as in records; after each letter they are the remains of UTF-16.
        text = _SPACED_BY_NULS.sub(lambda run: run.group().replace("\x00", ""), text)
        text = _NULS.sub(" ", text)
    if nuls or controls:
        notices.append(Notice("characters-removed", "Control characters that are no text were left out."))
        text = _CONTROLS.sub("", text)
    if broken:
        notices.append(Notice("encoding-damaged", "Parts of the text are not in its encoding and appear as \ufffd."))
    if _MARKS_OF_ORDER.search(text):
        notices.append(
            Notice("reordered-text", "Invisible characters change the order of letters: the text may read otherwise.")
        )
    if (shorter := _TAG_LETTERS.sub("", text)) != text:
        if len(text) - len(shorter) > text.count("\ufeff"):
            notices.append(Notice("hidden-text", "The text held characters that no reader sees; they were left out."))
        text = shorter
    text = _LINE_END.sub("\n", text)
    return text.replace("\u2029", "\n\n").replace("\f", "\n\f\n")


def declared_encoding(head: bytes) -> str | None:
    """What an HTML or XML file says of its encoding in its first bytes: the name in lower case."""
    found = re.search(
        rb"<(?:meta\b[^>]{0,300}?\bcharset|\?xml\b[^>]{0,100}?\bencoding)\s*=\s*[\"']?\s*([\w.:-]+)", head, re.I
    )
    return found[1].decode("ascii", "replace").lower() if found else None


def _decoded(data: bytes, declared: str | None, notices: list[Notice]) -> str:
    for mark, marked in _BOMS:
        if data.startswith(mark):
            return data.decode(marked, "replace").removeprefix("\ufeff")
    whole = _as_utf8(data)
    if (whole is None or _STRAY_CONTROL.search(data, 0, _SAMPLE)) and (wide := _wide(data)) is not None:
        return data.decode(wide, "replace")
    if b"\x1b" in data and (escaped := _as_iso_2022(data)) is not None:
        return escaped
    if whole is not None:
        return whole
    if (named := _as_declared(data, declared)) is not None:
        return named
    share = _share_of_utf8(data)
    encoding, sure = _legacy(data) if share < 0.5 else (None, False)
    if share >= 0.1 and not (sure and encoding is not None and _fits(data, encoding)):
        return _by_lines(data, notices)
    if encoding is None:
        return data.decode("utf-8", "replace")
    if not sure:
        told = "The file does not say its encoding. It was read as {}, by its looks."
        notices.append(Notice("encoding-guessed", told.format(_NAMES.get(encoding, encoding))))
    return data.decode(encoding, "replace")


def _as_utf8(data: bytes) -> str | None:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _as_declared(data: bytes, declared: str | None) -> str | None:
    """The text in the encoding that the file names, unless that plainly does not fit."""
    encoding = _DECLARED.get((declared or "").strip().lower())
    if encoding is None:
        return None
    text = data.decode(encoding, "replace")
    if encoding == "euc_jp" and "\ufffd" in text:  # rows that Windows and JIS X 0213 add
        text = min(text, data.decode("euc_jis_2004", "replace"), key=lambda read: read.count("\ufffd"))
    return text if text.count("\ufffd") <= 0.02 * len(text) else None


def _as_iso_2022(data: bytes) -> str | None:
    """The text, where escapes change between sets of characters as in Japanese (or Korean) mail."""
    if not re.search(rb"\x1b(?:\$[@AB(]|\([BIJ]|\$\)C)", data):
        return None
    for encoding in _ISO_2022:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    text = data.decode(_ISO_2022[0], "replace")
    return text if text.count("\ufffd") <= 0.05 * len(text) else None


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark: read so, nearly all are usual characters, and a fair part is plain ones."""
    best: str | None = None
    most = 0.05
    for encoding, unit in (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2)):
        text = data[: _SAMPLE // 8 // unit * unit].decode(encoding, "replace")
        if len(data) < unit or len(_STRANGE.findall(text)) > 0.02 * len(text):
            continue
        plain = len(_PLAIN.findall(text)) / len(text)
        if plain > most:
            best, most = encoding, plain
    return best


def _legacy(data: bytes) -> tuple[str | None, bool]:
    """The encoding of text that is not Unicode, and whether that is sure: only Japanese gives kana."""
    sample = _whole_characters(data, _SAMPLE)
    found = [
        (errors, encoding) for encoding in _JAPANESE if (errors := _errors_as_japanese(sample, encoding)) is not None
    ]
    if found:
        return min(found, key=lambda pair: pair[0])[1], True
    guessed = charset_normalizer.from_bytes(_whole_characters(data, _GUESSED_FROM), cp_isolation=_OTHERS).best()
    return (guessed.encoding, False) if guessed is not None else (None, False)


def _whole_characters(data: bytes, size: int) -> bytes:
    """The beginning, cut after a line or, where there is none, after a byte that ends a character in all these encodings."""
    if len(data) <= size:
        return data
    cut = data.rfind(b"\n", 0, size) + 1
    if not cut:
        cut = next((i for i in range(size, max(size - 4096, 0), -1) if data[i - 1] < 0x30), size)
    return data[:cut]


def _errors_as_japanese(data: bytes, encoding: str) -> int | None:
    """How many places do not fit, or None where the result is not Japanese: too many of these, or too few kana."""
    text = data.decode(encoding, "replace")
    foreign = len(text) - len(text.encode("ascii", "ignore"))
    errors = text.count("\ufffd")
    full, half = len(_KANA.findall(text)), len(_HALF_KANA.findall(text))
    return errors if full > 4 * half and full * 10 > foreign and errors <= 0.02 * foreign else None


# ---- two encodings in one file


def _high(data: bytes) -> int:
    return len(data.translate(None, _ASCII))


def _share_of_utf8(data: bytes) -> float:
    """How much of what is not ASCII is in sequences of UTF-8: of three bytes or more, which hardly arise by chance."""
    if len(data) > 2 * _SAMPLE:  # looked at in sixteen places, for an encoding may change anywhere
        step = len(data) // 16
        data = b"\n".join(data[start : start + _SAMPLE // 8] for start in range(0, 16 * step, step))
    high = max(_high(data), 1)
    long = len(data) - len(_LONG_UTF8.sub(b"", data))
    any_ = len(data) - len(_ANY_UTF8.sub(b"", data))
    return any_ / high if any_ >= 0.8 * high else long / high


def _fits(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _by_lines(data: bytes, notices: list[Notice]) -> str:
    """UTF-8 line by line; lines that are not are read together in one other encoding, if they look like it."""
    parts: list[str | bytes] = []
    for line in data.split(b"\n"):
        parts.append("\n")
        parts += _readable_part(line)
    del parts[0]
    rest = [part for part in parts if isinstance(part, bytes)]
    encoding = _legacy(b"\n".join(rest))[0] if rest else None
    if encoding is None:
        return "".join(part if isinstance(part, str) else part.decode("utf-8", "replace") for part in parts)
    first = 1 + sum(
        part == "\n" for part in parts[: next(i for i, part in enumerate(parts) if isinstance(part, bytes))]
    )
    notices.append(
        Notice(
            "encoding-mixed",
            f"The file holds two encodings: {len(rest)} of its lines, from line {first} on, were read as "
            f"{_NAMES.get(encoding, encoding)}, the others as UTF-8. Check these lines.",
        )
    )
    return "".join(part if isinstance(part, str) else _from_middle(part, encoding) for part in parts)


def _readable_part(line: bytes) -> list[str | bytes]:
    """The line as UTF-8; of one that is not, what precedes the first wrong byte, if it shows UTF-8, and the rest."""
    try:
        return [line.decode("utf-8")]
    except UnicodeDecodeError as error:
        start = error.start
    rest = line[start:]
    if len(rest) - len(_LONG_UTF8.sub(b"", rest)) >= 0.6 * _high(rest):
        return [line.decode("utf-8", "replace")]
    return [line[:start].decode("utf-8"), rest] if _high(line[:start]) else [line]


def _from_middle(data: bytes, encoding: str) -> str:
    """Decoded; up to three bytes at the start may be the remains of a character in UTF-8."""
    for skipped in range(4):
        try:
            return "\ufffd" * bool(skipped) + data[skipped:].decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode(encoding, "replace")
