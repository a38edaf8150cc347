"""All links of a document by rule: a reference and its target, a term and its definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from model.links.definitions import definition_links
from model.links.outline import outline_of
from model.links.references import references

LinkKind = Literal["reference", "definition", "amendment", "exception"]

MOST_REFERENCES = 20
"""Of one passage; a longer list ("Sections 1, 3, 4, … survive") belongs to everything and hence to nothing."""


@dataclass(frozen=True, slots=True)
class TextLink:
    """Two passages, by index: `source` refers to, amends, is excepted from or uses a term of `target`.

    `weight` lies in (0, 1]: 1.0 where the very clause or a rare term is meant, less where only the clause around it was
    found or the term is common.
    """

    source: int
    target: int
    weight: float
    kind: LinkKind


def find_links(texts: Sequence[str], blocks: Sequence[int], block_types: Sequence[str] | None = None) -> list[TextLink]:
    """All links, sorted by source and target. Two passages have at most one: a reference, before a definition.

    `texts` are all passages of one document in reading order, `blocks[i]` is the number of the block or paragraph in which
    passage i lies. `block_types`, by block number, are the types of `app.documents` ("heading", "paragraph", …); without
    them the text is taken for plain text. Time is linear in the text. Raises `ValueError` where `texts` and `blocks` differ
    in length.
    """
    outline = outline_of(texts, blocks, block_types)
    found: dict[tuple[int, int], tuple[float, LinkKind]] = {}
    for source, text in enumerate(texts):
        for target, weight in list(references(text, source, outline))[:MOST_REFERENCES]:
            known = found.get((source, target), (0.0, "reference"))
            found[source, target] = max(known, (weight, "reference"))
    for source, target, weight in definition_links(texts, blocks):
        if source not in outline.in_contents:
            found.setdefault((source, target), (weight, "definition"))
    return [TextLink(source, target, weight, kind) for (source, target), (weight, kind) in sorted(found.items())]
