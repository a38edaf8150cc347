"""Labels to train links on: what is kept of the links that the rules find."""

from __future__ import annotations

from model.links import TextLink, find_links
from model.training.link_labels import labelled_links

TEXTS = [
    "4. LIABILITY",
    "4.1 “Excess” means what is above the cap.",
    "(a) Loss of profit is excluded.",
    "(b) Loss of data is excluded; see clause (a) for profit.",
    "5. TERM",
    "Under Section 4.1(a) and Section 4.1(z) the Excess is not due.",
]


def test_only_what_was_found_exactly_is_kept() -> None:
    blocks = range(len(TEXTS))
    found, kept = find_links(TEXTS, blocks), labelled_links(TEXTS, blocks)
    assert [(link.source, link.target) for link in found] == [(3, 2), (5, 1), (5, 2)]
    assert kept == [link for link in found if link != TextLink(5, 1, 0.7, "reference")]


def test_the_paragraph_before_in_japanese_is_kept() -> None:
    texts = ["第一条　甲は払う。", "２　前項の規定にかかわらず、猶予できる。"]
    assert labelled_links(texts, [0, 1]) == [TextLink(1, 0, 0.8, "exception")]
