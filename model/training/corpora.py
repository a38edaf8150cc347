"""The labelled data as documents: passages with their importance and tags, questions, parallel text, and their splits."""

from __future__ import annotations

import hashlib
import json
import lzma
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.segmentation import paragraphs, passages
from model.structure import Structure, structure_of
from model.tags import DESCRIPTIVE_TAGS, KINDS, TAGS
from model.training.japanese_labels import weak_importance

MEETING = "meeting"
"""The group of transcripts of meetings: nothing labelled but the questions asked of them."""

Span = tuple[int, int]

Split = Literal["train", "validation", "test"]

PARALLEL_BLOCK = 64
"""Consecutive pairs of one source that are held out together."""

_GOOD_RATING = 3
_WORTH_FINDING = 60
_TEST_SHARE, _VALIDATION_SHARE = 0.10, 0.05


@dataclass(frozen=True)
class LabelledDocument:
    """One document with its passages. `group` names the tag group; `important` is None where nobody labelled importance.

    `blocks`: the number of each passage's paragraph. `structure`: what else is known of the passages. `queries`: questions
    and which passages answer each, (passages,) bool.
    """

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
    blocks: tuple[int, ...] = ()
    structure: Structure | None = None
    queries: tuple[tuple[str, NDArray[np.bool_]], ...] = field(default=())
    weak: NDArray[np.float64] | None = None

    def texts(self) -> list[str]:
        """The passages."""
        return [self.text[start:end] for start, end in self.spans]


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of an xz-compressed file of JSON lines."""
    with lzma.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def document_spans(text: str) -> tuple[Span, ...]:
    """Passages of a plain text whose blocks are parted by blank lines."""
    return spans_and_blocks(text)[0]


def spans_and_blocks(text: str) -> tuple[tuple[Span, ...], tuple[int, ...]]:
    """The same, and the number of the paragraph that each lies in."""
    found = [
        (span, block) for block, (start, end) in enumerate(paragraphs(text)) for span in passages(text, start, end)
    ]
    return tuple(span for span, _ in found), tuple(block for _, block in found)


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


def read_contracts(data: Path, split: str = "split") -> Iterator[LabelledDocument]:
    """CUAD contracts: importance is every label but the descriptive ones.

    `split` names the split that the documents get: `split`, or `cuad_split`, the one that CUAD published, of whose `train`
    the documents in our `validation` are set apart as validation.
    """
    for line in read_lines(data / "contracts.jsonl.xz"):
        chosen = line[split]
        if split != "split" and chosen == "train" and line["split"] == "validation":
            chosen = "validation"
        yield _labelled({**line, "split": chosen}, "contract", "contract", lambda tag: tag not in DESCRIPTIVE_TAGS)


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
    """Japanese documents, labelled by their kind and by rule alone; statutes and manuals (`other`) are left out."""
    for line in read_lines(data / "japanese.jsonl.xz"):
        if line["kind"] in KINDS:
            document = _labelled({**line, "labels": []}, "none", line["kind"], None)
            if document.structure is not None:
                yield replace(document, weak=weak_importance(document.texts(), document.structure))


def read_japanese_labelled(data: Path) -> Iterator[LabelledDocument]:
    """Twelve Japanese documents whose every label means importance. For evaluation; `validation` may be tuned on."""
    for line in read_lines(data / "japanese-labelled.jsonl.xz"):
        yield _labelled(line, "none", line["kind"], lambda tag: True)


def read_meetings(data: Path) -> Iterator[LabelledDocument]:
    """QMSum's meetings with the questions that have answers in them."""
    for line in read_lines(data / "meetings.jsonl.xz"):
        document = _labelled({**line, "labels": []}, MEETING, "", None)
        queries = []
        for query in line["queries"]:
            answers = np.zeros(len(document.spans), np.bool_)
            for start, end in query["spans"]:
                answers[covered(document.spans, (start, end))] = True
            if answers.any():
                queries.append((query["query"], answers))
        yield replace(document, queries=tuple(queries))


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


def read_queries(data: Path, split: str, *, in_cuad: bool = True) -> Iterator[tuple[str, str]]:
    """Questions and passages that answer them: QMSum's turns of meetings, ACORD's clauses rated 3 and 4 of 4.

    Without `in_cuad` clauses whose wording stands in a CUAD contract are left out.
    """
    for line in read_lines(data / "meetings.jsonl.xz"):
        if line["split"] == split:
            for query in line["queries"]:
                yield from ((query["query"], passage) for passage in _longest_passages(line["text"], query["spans"]))
    for line in read_lines(data / "contract-clauses.jsonl.xz"):
        if line["split"] == split and (in_cuad or not line["in_cuad"]):
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


def _block_types(line: dict[str, Any], spans: Sequence[Span]) -> tuple[list[str], list[int]] | tuple[None, None]:
    """What is known of the passages' blocks: headings and their levels, tables and code where the data names them."""
    if "sections" not in line:
        return None, None
    types, levels = [""] * len(spans), [0] * len(spans)
    headings = {section["start"]: section["level"] for section in line["sections"]}
    for i, (start, _) in enumerate(spans):
        if start in headings:
            types[i], levels[i] = "heading", headings[start]
    names = {"code": "code", "table": "table-cell"}
    for region in line["regions"]:
        if region["type"] in names:
            for i in covered(tuple(spans), (region["start"], region["end"])):
                types[i] = names[region["type"]]
    return types, levels


def _labelled(line: dict[str, Any], group: str, kind: str, is_important: Any) -> LabelledDocument:
    spans, blocks = spans_and_blocks(line["text"])
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
    texts = [line["text"][start:end] for start, end in spans]
    structure = structure_of(texts, blocks, *_block_types(line, spans))
    return LabelledDocument(
        line["id"],
        line["split"],
        group,
        kind,
        line["text"],
        spans,
        important,
        tags,
        line.get("summary", ""),
        blocks,
        structure,
    )
