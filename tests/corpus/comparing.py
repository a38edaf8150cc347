"""What a good reader returns, compared with what was read: truths, outcomes, and a document's agreement with itself.

Pure functions over values that came from JSON; nothing here opens a file.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.errors import ERROR_CODES

OPENS, WITH_WARNING, CLEAR_ERROR, ASKS_PASSWORD = "opens", "opens with warning", "clear error", "asks password"
FAULT = "fault"

STRETCH = "(stretch)"
XML_ONLY = "(seen in the XML only)"

# White space, soft hyphens and zero-width marks are no difference; so says the README of the realistic files.
_NO_DIFFERENCE = re.compile("[\\s\u00ad\u200b-\u200d\ufeff]+")
_RUNNING = ("page-header", "page-footer")
# A clear error is about the file. These two are about the program: a fault of its own, and a code nobody is to see.
_NO_CLEAR_ERROR = ("internal", "cancelled")
_WITHOUT_TEXT = ("no-text", "pages-without-text")


@dataclass(slots=True)
class Truths:
    """How many texts were looked for and found; `stretch` and `xml_only` are counted apart from `plain`.

    `absent` counts texts that must not be there and are not. Each entry of `missing` says in words what falls short.
    """

    plain: list[int] = field(default_factory=lambda: [0, 0])  # held, looked for
    stretch: list[int] = field(default_factory=lambda: [0, 0])
    xml_only: list[int] = field(default_factory=lambda: [0, 0])
    absent: list[int] = field(default_factory=lambda: [0, 0])
    missing: list[str] = field(default_factory=list)
    missing_stretch: list[str] = field(default_factory=list)


def folded(text: str) -> str:
    """The text as it is compared: Unicode NFKC without what makes no difference."""
    return _NO_DIFFERENCE.sub("", unicodedata.normalize("NFKC", text))


def page_text(document: Mapping[str, Any], number: int | None) -> str:
    """The text of a page (from 1), or of the whole document for None; empty for a page that is not there."""
    if number is None:
        return str(document["text"])
    for page in document["pages"]:
        if page["number"] == number:
            return str(document["text"][page["start"] : page["end"]])
    return ""


def body_text(document: Mapping[str, Any]) -> str:
    """The text of all blocks but page headers and footers, in order."""
    text = document["text"]
    return "\n".join(text[b["start"] : b["end"]] for b in document["blocks"] if b["type"] not in _RUNNING)


def compare_truth(document: Mapping[str, Any], truth: Mapping[str, Any]) -> Truths:
    """What of `truth` (an entry of the realistic files' TRUTH.json) the document holds.

    Texts are looked for page by page. Stretch texts are looked for in the text without running headers and footers: where
    the reader has told them apart, the sentence over the page's end is whole there.
    """
    result = Truths()
    body = folded(body_text(document))
    cache: dict[int | None, str] = {}
    for item in truth.get("must_contain", ()):
        page, note = item.get("page"), item.get("note") or ""
        if page not in cache:
            cache[page] = folded(page_text(document, page))
        wanted = folded(item["text"])
        held = wanted in cache[page]
        count, missing = result.plain, result.missing
        if STRETCH in note:
            count, missing, held = result.stretch, result.missing_stretch, held or wanted in body
        elif XML_ONLY in note:
            count = result.xml_only
        _count(count, held)
        if not held:
            missing.append(f"missing ({note}), page {page or 'any'}: {_short(item['text'])}")
    # A running line that is told apart is no part of a sentence, so what is judged is the text without them.
    for item in truth.get("must_not_contain", ()):
        absent = folded(item["text"]) not in body
        _count(result.absent, absent)
        if not absent:
            result.missing.append(f"must not be there ({item.get('note')}): {_short(item['text'])}")
    return result


def glued_in_plain_text(document: Mapping[str, Any], truth: Mapping[str, Any]) -> int:
    """How many unwanted texts a reader meets who takes `text` alone and does not look at the blocks."""
    whole = folded(document["text"])
    return sum(folded(item["text"]) in whole for item in truth.get("must_not_contain", ()))


def compare_pages(document: Mapping[str, Any], truth: Mapping[str, Any]) -> list[str]:
    """Where the number of pages, or what is said of pages without text, differs from the truth."""
    short: list[str] = []
    codes = {warning["code"] for warning in document["warnings"]}
    if truth.get("pages") and document["format"] == "pdf" and document["page_count"] != truth["pages"]:
        short.append(f"{document['page_count']} pages instead of {truth['pages']}")
    scanned = truth.get("no_text_layer") or truth.get("scanned")
    if scanned and not document["text"].strip() and not codes.intersection(_WITHOUT_TEXT):
        short.append("a scan without text opens without a word about it")
    silent = [n for n in truth.get("pages_without_text") or () if not page_text(document, n).strip()]
    if silent and not codes.intersection(_WITHOUT_TEXT):
        short.append(f"pages without text are not told of: {silent[:10]}")
    return short


def compare_labels(document: Mapping[str, Any], truth: Mapping[str, Any]) -> Truths:
    """What of the labelled clauses of a contract is in its text, with or without its running lines.

    The labels were made on another text of the same contract, so hyphens and the shape of quotation marks are no difference.
    """
    result = Truths()
    if truth.get("scanned"):
        return result
    whole, body = _labelled(document["text"]), _labelled(body_text(document))
    for label in truth["labels"]:
        wanted = _labelled(label["text"])
        held = wanted in whole or wanted in body
        _count(result.plain, held)
        if not held:
            result.missing.append(f"missing ({label['tag']}): {_short(label['text'])}")
    return result


def _labelled(text: str) -> str:
    quotes = str.maketrans("“”‘’–—‐", "\"\"''---")
    return re.sub("[-\ufffd]+", "", folded(text).translate(quotes))


def outcome_of(answer: Mapping[str, Any] | None) -> str:
    """Which of the manifest's words fits what the command said; `fault` where none does."""
    if answer is None:
        return FAULT
    if answer.get("schema") == "fusen.document/1":
        return WITH_WARNING if answer.get("warnings") else OPENS
    code = answer.get("code")
    if code in ("encrypted", "wrong-password"):
        return ASKS_PASSWORD
    return CLEAR_ERROR if code in ERROR_CODES and code not in _NO_CLEAR_ERROR else FAULT


def accepted(expect: str, also_ok: str, special: str = "", *, root: bool = False) -> set[str]:
    """The outcomes that the manifest calls good, with what its remarks allow."""
    good = {word for word in (expect, also_ok) if word}
    if "may open it with a warning" in special:
        good.add(WITH_WARNING)
    if root and "opens for root" in special:
        good |= {OPENS, WITH_WARNING}
    return good


def inconsistencies(document: Mapping[str, Any]) -> list[str]:
    """Where a `fusen.document/1` contradicts itself: its offsets, its pages and blocks, its text."""
    try:
        text, pages, blocks = document["text"], document["pages"], document["blocks"]
        wrong = [
            f"no key {key}"
            for key in ("file", "sha256", "format", "language", "kind", "warnings")
            if key not in document
        ]
        if document["page_count"] != len(pages) or [p["number"] for p in pages] != list(range(1, len(pages) + 1)):
            wrong.append("pages are not numbered as they are counted")
        return wrong + _text_faults(text) + _page_faults(text, pages) + _block_faults(text, pages, blocks)
    except (KeyError, TypeError, IndexError) as error:
        return [f"not a fusen.document/1: {type(error).__name__} {error}"]


def _text_faults(text: str) -> list[str]:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return [f"the text is not valid Unicode at {error.start}"]
    return ["the text holds NUL"] if "\x00" in text else []


def _page_faults(text: str, pages: list[Mapping[str, Any]]) -> list[str]:
    wrong: list[str] = []
    at = 0
    for page in pages:
        if page["start"] != at or not page["start"] <= page["end"] <= len(text):
            wrong.append(f"page {page['number']} is {page['start']}:{page['end']}, not from {at}")
        if not (0 <= page["width"] < 1e6 and 0 <= page["height"] < 1e6):
            wrong.append(f"page {page['number']} measures {page['width']} x {page['height']}")
        at = page["end"]
    if at != len(text):
        wrong.append(f"the pages end at {at}, the text at {len(text)}")
    return wrong[:5]


def _block_faults(text: str, pages: list[Mapping[str, Any]], blocks: list[Mapping[str, Any]]) -> list[str]:
    wrong: list[str] = []
    at = 0
    for number, block in enumerate(blocks):
        start, end = block["start"], block["end"]
        if not at <= start <= end <= len(text):
            wrong.append(f"block {number} is {start}:{end}, after {at}")
            continue
        if not 1 <= block["page"] <= len(pages):
            wrong.append(f"block {number} is on page {block['page']}")
        elif not pages[block["page"] - 1]["start"] <= start <= end <= pages[block["page"] - 1]["end"]:
            wrong.append(f"block {number} is not within its page {block['page']}")
        if text[at:start].strip():
            wrong.append(f"no block holds {_short(text[at:start])}")
        at = end
    if text[at:].strip():
        wrong.append(f"no block holds {_short(text[at:])}")
    return wrong[:5]


def _count(count: list[int], held: bool) -> None:
    count[0] += held
    count[1] += 1


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 90 else text[:87] + "..."
