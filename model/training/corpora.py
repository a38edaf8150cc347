"""Labelled documents as arrays: tokens, passages, importance, tags, ready to be packed and carried to a GPU."""

from __future__ import annotations

import hashlib
import json
import lzma
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.segmentation import paragraphs, passages
from model.tags import DESCRIPTIVE_TAGS, KINDS, TAGS, tag_slice
from model.tokenizer import Tokenizer

UNLABELLED = -1
"""Importance of a passage in a document without importance labels."""

Span = tuple[int, int]

Split = Literal["train", "validation", "test"]

PARALLEL_BLOCK = 64
"""Consecutive pairs of one source that are held out together."""

_GOOD_RATING = 3
_WORTH_FINDING = 60
_TEST_SHARE, _VALIDATION_SHARE = 0.10, 0.05


@dataclass(frozen=True)
class LabelledDocument:
    """One document with its passages. `group` names the tag group; `important` is None where nobody labelled importance."""

    id: str
    split: str
    group: str
    kind: str
    text: str
    spans: tuple[Span, ...]
    important: NDArray[np.bool_] | None
    tags: NDArray[np.int32]  # (pairs, 2): passage, index within the group
    summary: str = ""
    """The author's own, which is no part of `text`; empty where there is none."""


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of an xz-compressed file of JSON lines."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def document_spans(text: str) -> tuple[Span, ...]:
    """Passages of a plain text whose blocks are parted by blank lines."""
    return tuple(span for start, end in paragraphs(text) for span in passages(text, start, end))


def covered(spans: tuple[Span, ...], label: Span) -> list[int]:
    """Passages that lie half in the label or hold half of it."""
    start, end = label
    hits = []
    first = bisect_right(spans, start, key=lambda span: span[1])
    for index in range(first, len(spans)):
        a, b = spans[index]
        if a >= end:
            break
        overlap = min(b, end) - max(a, start)
        if 2 * overlap >= b - a or 2 * overlap >= end - start:
            hits.append(index)
    return hits


def read_contracts(data: Path) -> Iterator[LabelledDocument]:
    """CUAD contracts: importance is every label but the descriptive ones."""
    for line in read_lines(data / "contracts.jsonl.xz"):
        yield _labelled(line, "contract", "contract", lambda tag: tag not in DESCRIPTIVE_TAGS)


def read_confidentiality_agreements(data: Path) -> Iterator[LabelledDocument]:
    """ContractNLI's non-disclosure agreements: tags only."""
    for line in read_lines(data / "contracts-nda.jsonl.xz"):
        yield _labelled(line, "confidentiality", "contract", None)


def read_reports(data: Path) -> Iterator[LabelledDocument]:
    """Reports with distant labels."""
    for line in read_lines(data / "reports.jsonl.xz"):
        has_summary = line["summary_kind"] != "none"
        yield _labelled(line, "report", "report", _is_important if has_summary else None)


def read_designs(data: Path) -> Iterator[LabelledDocument]:
    """Design documents with distant labels."""
    for line in read_lines(data / "design.jsonl.xz"):
        has_summary = line["summary_kind"] != "none"
        yield _labelled(line, "design", "design", _is_important if has_summary else None)


def read_japanese(data: Path) -> Iterator[LabelledDocument]:
    """Japanese documents without labels but for their kind; statutes and manuals (`other`) are left out."""
    for line in read_lines(data / "japanese.jsonl.xz"):
        if line["kind"] in KINDS:
            yield _labelled({**line, "labels": []}, "none", line["kind"], None)


def read_japanese_labelled(data: Path) -> Iterator[LabelledDocument]:
    """Twelve Japanese documents whose every label means importance. For evaluation; `validation` may be tuned on."""
    for line in read_lines(data / "japanese-labelled.jsonl.xz"):
        yield _labelled(line, "none", line["kind"], lambda tag: True)


@dataclass(frozen=True)
class ParallelBlock:
    """Up to `PARALLEL_BLOCK` consecutive pairs of one source, (English, Japanese) each: the grain of parallel text's split."""

    source: str
    index: int
    pairs: tuple[tuple[str, str], ...]


def parallel_split(index_of_block: int, source: str) -> Split:
    """Which split a block of parallel text belongs to: a tenth is test, a twentieth validation, by a hash of place and source.

    Whole blocks are held out and not single pairs, since neighbours come from one page and say like things.
    """
    digest = hashlib.sha256(f"{source}\n{index_of_block}".encode()).digest()
    share = int.from_bytes(digest[:8], "big") / 2**64
    return "test" if share < _TEST_SHARE else "validation" if share < _TEST_SHARE + _VALIDATION_SHARE else "train"


def read_parallel(data: Path, split: Split | None = None) -> Iterator[tuple[str, str]]:
    """English and Japanese sentences with the same meaning, in the order of the file; with `split` only those of that split."""
    for source, index, pair in _placed_pairs(data):
        if split in (None, parallel_split(index, source)):
            yield pair


def read_parallel_blocks(data: Path, split: Split | None = None) -> list[ParallelBlock]:
    """The same pairs in their blocks, which stand for documents; in the order in which the blocks begin."""
    blocks: defaultdict[tuple[str, int], list[tuple[str, str]]] = defaultdict(list)
    for source, index, pair in _placed_pairs(data):
        if split in (None, parallel_split(index, source)):
            blocks[source, index].append(pair)
    return [ParallelBlock(source, index, tuple(pairs)) for (source, index), pairs in blocks.items()]


def _placed_pairs(data: Path) -> Iterator[tuple[str, int, tuple[str, str]]]:
    """(source, index of the block within the source, pair) in the order of the file."""
    # Counted for each source by itself: a source may be interleaved with another, and more text of one moves no other.
    seen: Counter[str] = Counter()
    for line in read_lines(data / "parallel-ja.jsonl.xz"):
        source = line.get("source", "")
        yield source, seen[source] // PARALLEL_BLOCK, (line["en"], line["ja"])
        seen[source] += 1


def read_queries(data: Path, split: str) -> Iterator[tuple[str, str]]:
    """Questions and passages that answer them: QMSum's turns of meetings, ACORD's clauses rated 3 and 4 of 4."""
    for line in read_lines(data / "meetings.jsonl.xz"):
        if line["split"] == split:
            for query in line["queries"]:
                yield from ((query["query"], passage) for passage in _longest_passages(line["text"], query["spans"]))
    for line in read_lines(data / "contract-clauses.jsonl.xz"):
        if line["split"] == split:
            good = [label for label in line["labels"] if label["score"] >= _GOOD_RATING]
            yield from (
                (label["query"], text) for label in good for text in _longest_passages(line["text"], [(0, None)])
            )


def _longest_passages(text: str, spans: Iterable[tuple[int, int | None]], most: int = 3) -> list[str]:
    # Short ones ("Yes.", "Okay.") answer nothing by themselves.
    found = [text[a:b] for start, end in spans for a, b in _within(text, start, end)]
    return sorted((passage for passage in found if len(passage) >= _WORTH_FINDING), key=len)[-most:]


def _within(text: str, start: int, end: int | None) -> list[Span]:
    part = text[start:end]
    return [(start + a, start + b) for a, b in document_spans(part)]


def _is_important(tag: str) -> bool:
    return tag == "important"


def _labelled(line: dict[str, Any], group: str, kind: str, is_important: Any) -> LabelledDocument:
    spans = document_spans(line["text"])
    names = {tag: i for i, tag in enumerate(TAGS.get(group, ()))}
    important = None if is_important is None else np.zeros(len(spans), dtype=np.bool_)
    pairs: set[tuple[int, int]] = set()
    for label in line["labels"]:
        hits = covered(spans, (label["start"], label["end"]))
        if label["tag"] in names:
            pairs.update((hit, names[label["tag"]]) for hit in hits)
        if important is not None and is_important(label["tag"]):
            important[hits] = True
    tags = np.array(sorted(pairs), dtype=np.int32).reshape(-1, 2)
    summary = line.get("summary", "")
    return LabelledDocument(line["id"], line["split"], group, kind, line["text"], spans, important, tags, summary)


def pack(documents: Iterable[LabelledDocument], tokenizer: Tokenizer) -> dict[str, NDArray[Any]]:
    """Flat arrays of many documents.

    `tokens` uint16 (tokens,); `passage_bounds` int32 (passages + 1,) into tokens; `document_bounds` int32 (documents + 1,)
    into passages; `kind` and `group` int8 (documents,), group -1 for none; `importance` int8 (passages,); `tags` int32
    (pairs, 2): passage and tag output.
    """
    tokens: list[NDArray[np.uint16]] = []
    bounds: list[NDArray[np.int64]] = [np.zeros(1, np.int64)]
    document_bounds, kinds, groups = [0], [], []
    importance: list[NDArray[np.int8]] = []
    tags: list[NDArray[np.int32]] = []
    group_names = list(TAGS)
    token_count = 0
    for document in documents:
        if not document.spans:
            continue
        ids, inner = tokenizer.encode([document.text[a:b] for a, b in document.spans])
        tokens.append(ids.astype(np.uint16))
        bounds.append(inner[1:] + token_count)
        token_count += len(ids)
        kinds.append(KINDS.index(document.kind))
        known = document.group in TAGS
        groups.append(group_names.index(document.group) if known else -1)
        unlabelled = np.full(len(document.spans), UNLABELLED, np.int8)
        importance.append(unlabelled if document.important is None else document.important.astype(np.int8))
        if known and len(document.tags):
            tags.append(document.tags + np.array([document_bounds[-1], tag_slice(document.group).start], np.int32))
        document_bounds.append(document_bounds[-1] + len(document.spans))
    return {
        "tokens": np.concatenate(tokens),
        "passage_bounds": np.concatenate(bounds).astype(np.int32),
        "document_bounds": np.array(document_bounds, np.int32),
        "kind": np.array(kinds, np.int8),
        "group": np.array(groups, np.int8),
        "importance": np.concatenate(importance),
        "tags": np.concatenate(tags) if tags else np.zeros((0, 2), np.int32),
    }


def pack_pairs(pairs: Iterable[tuple[str, str]], tokenizer: Tokenizer, longest: int = 160) -> dict[str, NDArray[Any]]:
    """Parallel text as `en`/`ja` uint16 tokens with `en_bounds`/`ja_bounds` int32; no side longer than `longest`."""
    english, japanese = map(list, zip(*pairs, strict=True))
    en, en_bounds = tokenizer.encode(english)
    ja, ja_bounds = tokenizer.encode(japanese)
    fits = (np.diff(en_bounds) <= longest) & (np.diff(ja_bounds) <= longest)
    packed: dict[str, NDArray[Any]] = {}
    for name, ids, bounds in (("en", en, en_bounds), ("ja", ja, ja_bounds)):
        keep = np.repeat(fits, np.diff(bounds))
        packed[name] = ids[keep].astype(np.uint16)
        packed[f"{name}_bounds"] = np.concatenate([[0], np.cumsum(np.diff(bounds)[fits])]).astype(np.int32)
    return packed
