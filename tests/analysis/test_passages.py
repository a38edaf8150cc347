"""Passages: from the blocks that a reader decides on, never across two of them, each on its page."""

from __future__ import annotations

from dataclasses import replace

from made import made_document

from app.analysis.passages import document_passages, ranges_on_page
from app.documents.document import Block, Page


def test_blocks_of_all_kinds_but_running_lines_are_passages() -> None:
    document = made_document(
        [
            ("page-header", "Confidential. Draft of May."),
            ("heading", "5. Liability"),
            "The Supplier is liable. The Customer is not.",
            ("list-item", "(a) for loss;"),
            ("table-cell", "Cap"),
            ("footnote", "1 Excluding VAT."),
            ("page-footer", "Page 1"),
            "- 12 -",
            ("table-cell", "12"),
        ]
    )
    found = document_passages(document)
    assert [document.text[p.start : p.end] for p in found] == [
        "5. Liability",
        "The Supplier is liable.",
        "The Customer is not.",
        "(a) for loss;",
        "Cap",
        "1 Excluding VAT.",
        "12",
    ]
    assert [document.blocks[p.block].type for p in found[:3]] == ["heading", "paragraph", "paragraph"]


def test_a_sentence_that_two_blocks_share_is_two_passages() -> None:
    document = made_document(["The Supplier shall"], ["deliver the goods."], language="en")
    assert [(p.page, document.text[p.start : p.end]) for p in document_passages(document)] == [
        (1, "The Supplier shall"),
        (2, "deliver the goods."),
    ]


def test_pages_without_text_take_no_passage() -> None:
    document = made_document([], ["甲は支払う。乙は納入する。"], [], ["以上。"], [], language="ja")
    assert [p.page for p in document_passages(document)] == [2, 2, 4]


def test_a_block_that_runs_over_a_page_end_is_cut_for_its_quads_only() -> None:
    document = made_document(["One sentence over two pages. And another one."])
    document = replace(
        document,
        pages=(Page(1, 595, 842, 0, 12), Page(2, 595, 842, 12, len(document.text))),
        blocks=(Block("paragraph", 0, len(document.text), 1),),
    )
    found = document_passages(document)
    assert [(p.start, p.end, p.page) for p in found] == [(0, 28, 1), (29, 45, 2)]
    assert ranges_on_page(document, found) == [(0, 12), (29, 45)]
