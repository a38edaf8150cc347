"""Labelled documents as flat arrays, small enough to be carried to a GPU."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from model.structure import COLUMNS
from model.tags import KINDS, TAGS, tag_slice
from model.tokenizer import Tokenizer
from model.training.corpora import MEETING, LabelledDocument
from model.training.link_labels import labelled_links

UNLABELLED = -1
"""Importance of a passage in a document without importance labels."""

PACKED_ARRAYS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "tokens": (np.uint16, ()),
    "passage_bounds": (np.int32, ()),
    "document_bounds": (np.int32, ()),
    "kind": (np.int8, ()),
    "group": (np.int8, ()),
    "importance": (np.int8, ()),
    "weak": (np.int8, ()),
    "structure": (np.int16, (COLUMNS,)),
    "tags": (np.int32, (2,)),
    "links": (np.int32, (2,)),
    "query_tokens": (np.uint16, ()),
    "query_bounds": (np.int32, ()),
    "query_document": (np.int32, ()),
    "answers": (np.int32, (2,)),
}
"""Type and inner shape of what `pack` gives."""


def pack(documents: Iterable[LabelledDocument], tokenizer: Tokenizer) -> dict[str, NDArray[Any]]:
    """Flat arrays of many documents.

    `tokens` uint16 (tokens,); `passage_bounds` int32 (passages + 1,) into tokens; `document_bounds` int32 (documents + 1,)
    into passages; `kind` and `group` int8 (documents,), kind -1 for none, group as in `group_number`; `importance` int8
    (passages,); `structure` int16 (passages, columns); `tags` int32 (pairs, 2): passage and tag output; `links` int32
    (links, 2): passage and the passage that it refers to; `query_tokens`, `query_bounds` as for passages, `query_document`
    int32 (queries,), `answers` int32 (pairs, 2): query and passage.
    """
    parts: dict[str, list[Any]] = {name: [] for name in PACKED_ARRAYS}
    parts["passage_bounds"].append(np.zeros(1, np.int64))
    passages, documents_done, token_count = 0, 0, 0
    queries: list[str] = []
    document_bounds = [0]
    for document in documents:
        if not document.spans:
            continue
        texts = document.texts()
        ids, inner = tokenizer.encode(texts)
        parts["tokens"].append(ids.astype(np.uint16))
        parts["passage_bounds"].append(inner[1:] + token_count)
        token_count += len(ids)
        parts["kind"].append([KINDS.index(document.kind) if document.kind in KINDS else -1])
        parts["group"].append([group_number(document.group)])
        unlabelled = np.full(len(texts), UNLABELLED, np.int8)
        parts["importance"].append(unlabelled if document.important is None else document.important)
        parts["weak"].append(unlabelled if document.weak is None else np.round(100 * document.weak))
        parts["structure"].append(document.structure)
        if document.group in TAGS:
            parts["tags"].append(document.tags + np.array([passages, tag_slice(document.group).start]))
        links = [(link.source, link.target) for link in labelled_links(texts, document.blocks)]
        parts["links"].append(np.array(links, np.int32).reshape(-1, 2) + passages)
        for query, answers in document.queries:
            hits = np.flatnonzero(answers) + passages
            parts["answers"].append(np.stack([np.full(len(hits), len(queries)), hits], axis=1))
            parts["query_document"].append([documents_done])
            queries.append(query)
        passages += len(texts)
        documents_done += 1
        document_bounds.append(passages)
    query_ids, query_bounds = tokenizer.encode(queries)
    parts |= {"document_bounds": [document_bounds], "query_tokens": [query_ids], "query_bounds": [query_bounds]}
    return {
        name: np.concatenate(
            [np.asarray(part, dtype).reshape(-1, *shape) for part in parts[name]] or [np.zeros((0, *shape), dtype)]
        )
        for name, (dtype, shape) in PACKED_ARRAYS.items()
    }


def group_number(group: str) -> int:
    """How packed documents name their group: the place among `TAGS`, -1 for none, -2 for meetings."""
    return list(TAGS).index(group) if group in TAGS else -2 if group == MEETING else -1


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
