"""The tree of numbered clauses and headings."""

from __future__ import annotations

from pathlib import Path

from app.documents.loading import load_document
from tests.analysis.made import Made
from tests.analysis.structure.written import checked, label, tree, written


def test_articles_sections_and_items() -> None:
    assert tree(
        ("heading", "ARTICLE IV"),
        ("heading", "LIABILITY"),
        "Section 4.1 Cap. The cap is the fees paid.",
        "(a) Loss of profit is excluded;",
        "(i) whether foreseen or not;",
        "(ii) whether large or small;",
        "(b) Loss of data is excluded.",
        "Section 4.2 “Losses” means damages and costs.",
        ("heading", "ARTICLE V TERM"),
        "Section 5.1 The term is a year.",
        ("heading", "Exhibit A – Fees"),
        "1. Setup fee",
    ) == [
        "ARTICLE IV LIABILITY",
        "  Section 4.1 Cap",
        "    (a)",
        "      (i)",
        "      (ii)",
        "    (b)",
        "  Section 4.2 Losses",
        "ARTICLE V TERM",
        "  Section 5.1",
        "Exhibit A Fees",
        "  1 Setup fee",
    ]


def test_a_clause_reaches_as_far_as_the_next_of_its_level() -> None:
    document, structure = written("1. Fees.", "1.1 Fees are due.", "Late fees too.", "2. Term.", "It is a year.")
    ranges = {clause.number: document.text[clause.start : clause.end] for clause in structure.clauses}
    assert ranges["1"] == "1. Fees.\n\n1.1 Fees are due.\n\nLate fees too."
    assert ranges["1.1"] == "1.1 Fees are due.\n\nLate fees too."
    assert ranges["2"] == "2. Term.\n\nIt is a year."
    assert [clause.path for clause in structure.clauses] == [("1",), ("1", "1"), ("2",)]


def test_chapters_articles_paragraphs_and_items_in_japanese() -> None:
    assert tree(
        "業務委託契約書",
        ("heading", "第1章 総則"),
        ("heading", "第1条（目的）"),
        "本契約は、委託の条件を定める。",
        ("heading", "第2条（委託料）"),
        "1　甲は、委託料を支払う。",
        "2　期限は次のとおりとする。",
        ("list-item", "(1) 着手金は契約の日"),
        ("list-item", "(2) 残金は検収の日"),
        ("heading", "第2章 雑則"),
        ("heading", "第三条の二（協議）"),
        "甲乙は協議する。",
        "附則",
        "この契約は公布の日から効力を有する。",
        ("heading", "別紙1 料金"),
        "単価は一万円とする。",
        language="ja",
    ) == [
        "第1章 総則",
        "  第1条 目的",
        "  第2条 委託料",
        "    1",
        "    2",
        "      (1)",
        "      (2)",
        "第2章 雑則",
        "  第三条の二 協議",
        "附則",
        "別紙1 料金",
    ]


def test_the_heading_of_a_statute_stands_above_the_number() -> None:
    assert tree(
        "（目的）", "第一条　この法律は、目的を定める。", "（定義）", "第二条　用語を定める。", language="ja"
    ) == [
        "第一条 目的",
        "第二条 定義",
    ]


def test_headings_without_numbers_nest_by_level() -> None:
    _, structure = written(("heading", "Background"), "Text.", ("heading", "1.2 Scope"), "Text.")
    assert [(clause.kind, label(clause)) for clause in structure.clauses] == [
        ("heading", "Background"),
        ("section", "1.2 Scope"),
    ]
    assert structure.clauses[1].path == ("1", "2")


def test_numbers_that_are_no_clauses() -> None:
    assert tree(
        ("heading", "29 July 2026"),
        ("heading", "1. Availability"),
        ("table-cell", "99.5"),
        ("table-cell", "1"),
        "The service is available.",
        "7",
        "(End) of the list.",
    ) == ["29 July 2026", "1 Availability"]


def test_a_table_of_contents_has_no_clauses() -> None:
    assert tree(
        ("heading", "Contents"),
        "1 Introduction 3",
        ("heading", "4 1.1 Terms"),
        "2 Requirements 9",
        ("heading", "1 Introduction"),
        "Text.",
        ("heading", "2 Requirements"),
    ) == ["1 Introduction", "2 Requirements"]


def test_a_notice_on_each_page_is_no_heading() -> None:
    notice: Made = ("heading", "Portions of this document were omitted and filed with the Commission.")
    assert tree(
        ("heading", "ARTICLE I FEES"),
        notice,
        "Section 1.1 Due.",
        notice,
        "Section 1.2 Late.",
        notice,
        "Section 1.3 Paid.",
    ) == ["ARTICLE I FEES", "  Section 1.1 Due", "  Section 1.2 Late", "  Section 1.3 Paid"]


def test_a_list_within_a_section_that_is_a_heading_is_in_it() -> None:
    lines = tree(("heading", "6 Paging"), "1. First do this.", "2. Then do that.", ("heading", "7 Styles"))
    assert lines == ["6 Paging", "  1", "  2", "7 Styles"]


def test_real_files_are_consistent(shared: Path) -> None:
    names = ("cloud-services-terms-ja.docx", "data-processing-agreement.docx", "mdn-plus-terms-ja.pdf")
    for name in names:
        structure = checked(load_document(shared / "documents" / "realistic" / name))
        assert len(structure.clauses) > 5
    (file,) = (shared / "documents" / "contracts").glob("KINGPHARM*.PDF")
    structure = checked(load_document(file))
    articles = [clause for clause in structure.clauses if clause.kind == "article"]
    assert [clause.path for clause in articles] == [(str(number),) for number in range(1, len(articles) + 1)]
    assert {party.roles for party in structure.parties} == {("Depomed",), ("King",)}
