"""All links of a document by rule: references, amendments, exceptions and definitions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from model.links.definitions import definition_links
from model.links.outline import outline_of
from model.links.phrases import Role
from model.links.references import references

LinkKind = Literal["reference", "definition", "amendment", "exception"]

MOST_REFERENCES = 20
"""Of one passage; a longer list ("Sections 1, 3, 4, … survive") belongs to everything and hence to nothing."""

_KINDS: dict[Role, tuple[LinkKind, bool]] = {
    "reference": ("reference", False),
    "amends": ("amendment", False),
    "excepts": ("exception", False),
    "excepted-by": ("exception", True),
}
"""The kind of link, and whether the passage with the reference is its target."""

_RANKS: dict[LinkKind, int] = {"reference": 1, "exception": 2, "amendment": 3}
"""The more telling kind is kept where two passages are linked in several ways."""


@dataclass(frozen=True, slots=True)
class TextLink:
    """Two passages, by index: `source` refers to, amends, is an exception to or uses a term of `target`.

    Mostly the words are in `source`. "Subject to Section 5", "except as provided in Section 5" and 第5条の場合を除き are in the
    rule, so there `source`, the exception, is Section 5, and `target` is the passage that says so.

    `weight` lies in (0, 1]: 1.0 where the very clause or a rare term is meant, less where only the clause around it was
    found or the term is common.
    """

    source: int
    target: int
    weight: float
    kind: LinkKind


def find_links(texts: Sequence[str], blocks: Sequence[int], block_types: Sequence[str] | None = None) -> list[TextLink]:
    """All links, sorted by source and target.

    A pair has at most one: an amendment before an exception, a reference and a definition. Neighbouring passages of one
    block are not linked by a reference. `texts` are all passages of one document in reading order, `blocks[i]` is the number
    of the block or paragraph in which passage i lies. `block_types`, by block number, are the types of `app.documents`
    ("heading", "paragraph", …); without them the text is taken for plain text. Time is linear in the text. Raises
    `ValueError` where `texts` and `blocks` differ in length.
    """
    outline = outline_of(texts, blocks, block_types)
    found: dict[tuple[int, int], tuple[int, float, LinkKind]] = {}
    for passage, text in enumerate(texts):
        for other, weight, role in list(references(text, passage, outline))[:MOST_REFERENCES]:
            if abs(other - passage) == 1 and blocks[other] == blocks[passage]:
                continue  # before the reader's eyes
            kind, turned = _KINDS[role]
            pair = (other, passage) if turned else (passage, other)
            found[pair] = max(found.get(pair, (0, 0.0, kind)), (_RANKS[kind], weight, kind))
    clauses = [outline.clause(passage) for passage in range(len(texts))]
    for source, target, weight in definition_links(texts, blocks, clauses, plain=block_types is None):
        if source not in outline.in_contents:
            found.setdefault((source, target), (0, weight, "definition"))
    return [TextLink(source, target, weight, kind) for (source, target), (_, weight, kind) in sorted(found.items())]
