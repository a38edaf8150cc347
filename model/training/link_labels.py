"""Links as labels to train on: only those of `model.links` that a reader found to be nearly always right.

Left out are references of which only the clause around the one that is written was found, and those that rest on the place
of the passage alone, such as "(b)". `model.evaluation.link_precision` measures what is kept. The words that tell a rule of a
link ("Section 9.2", 第5条, the defined term) stand in the text; how to hide them from a model is left to who trains.
"""

from __future__ import annotations

from collections.abc import Sequence

from model.links import TextLink, find_links

_SURE = 0.8
"""The weight of a link whose very clause was found: 1.0, and 0.8 for 前項 and the like."""


def labelled_links(texts: Sequence[str], blocks: Sequence[int]) -> list[TextLink]:
    """The links of a document's passages that are good enough to learn from, sorted by source and target.

    `texts` and `blocks` as `model.links.find_links` takes them for plain text; indices are those of the passages.
    """
    return [link for link in find_links(texts, blocks) if is_sure(link)]


def is_sure(link: TextLink) -> bool:
    """Whether a link is one to learn from."""
    return link.kind == "definition" or link.weight >= _SURE
