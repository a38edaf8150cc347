"""The summary by section: which sentence stands for which section, how it is cited."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import make_analysis, make_document

from app.analysis.structure.values import Clause, Structure
from app.export.summary_text import summary_html, summary_text
from app.review.section_summary import ClauseNames, by_section, cited
from app.review.sections import cut

SENTENCES = (
    "Master Services Agreement between the parties.",
    "1. The Supplier's total liability shall not exceed the fees paid in the twelve months before the claim.",
    "2. This Agreement is governed by the laws of Japan & <England>, wherever it is performed.",
    "3. Either party may terminate this Agreement for convenience by giving thirty days' notice.",
    "4. The parties shall meet quarterly to discuss the progress of the services.",
)
DOCUMENT = make_document(SENTENCES)


def clauses(numbers: tuple[str, ...]) -> Structure:
    """Each sentence but the first is an article."""
    found, start = [], len(SENTENCES[0]) + 1
    for number, sentence in zip(numbers, SENTENCES[1:], strict=True):
        end = start + len(sentence)
        found.append(Clause("section", number, (number,), f"About {number}", (start, start + 2), start, end, 1, None))
        start = end + 1
    return Structure(clauses=tuple(found))


STRUCTURE = clauses(("1.", "Section 2", "第3条", "ARTICLE IV"))
ANALYSIS = replace(make_analysis(DOCUMENT, selected=(1, 3)), summary=(2,))


def test_a_section_without_a_sentence_of_the_summary_shows_its_most_important_one_if_that_is_selected() -> None:
    found = by_section(ANALYSIS, STRUCTURE, cut(STRUCTURE, len(DOCUMENT.text)), lambda page: "ix" if page == 2 else "")
    told = [
        (each.section.number, [(e.passage.text[:8], e.chosen, e.clause, e.page) for e in each.entries])
        for each in found
    ]
    assert told == [
        ("1.", [("1. The S", False, "§ 1", "")]),
        ("Section 2", [("2. This ", True, "§ 2", "")]),
        ("第3条", [("3. Eithe", False, "第3条", "ix")]),
    ]


def test_a_document_without_clauses_is_one_section() -> None:
    found = by_section(ANALYSIS, Structure(), cut(Structure(), len(DOCUMENT.text)), str)
    (only,) = found
    assert [entry.passage.text for entry in only.entries] == [SENTENCES[2]]
    assert (only.section.name, only.entries[0].clause) == ("", "")


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("7.2", "§ 7.2"),
        ("7.2.", "§ 7.2"),
        ("SECTION 7", "§ 7"),
        ("第7条", "第7条"),
        ("Article  V", "Article V"),
        ("(a)", "(a)"),
    ],
)
def test_a_number_is_cited_as_lawyers_do(number: str, expected: str) -> None:
    assert cited(number) == expected


def test_an_item_of_a_list_is_cited_by_the_clause_around_it() -> None:
    inner = Clause("item", "(a)", ("1", "a"), "", (50, 52), 50, 60, 2, 0)
    names = ClauseNames(Structure(clauses=(replace(STRUCTURE.clauses[0], start=40, end=90), inner)))
    assert [names.at(offset) for offset in (10, 45, 55, 95)] == ["", "§ 1", "§ 1", ""]


def test_it_is_copied_with_citations_in_the_language_of_the_document() -> None:
    found = by_section(ANALYSIS, STRUCTURE, cut(STRUCTURE, len(DOCUMENT.text)), str)
    text = summary_text("a.pdf", found, "en")
    assert f"- {SENTENCES[2]} (§ 2, p. 1)\n" in text
    assert text.startswith("a.pdf\n\n1. About 1.\n- ")
    assert "（§ 2、1 ページ）" in summary_text("a.pdf", found, "ja")
    assert "&amp; &lt;England&gt;" in summary_html("a<b>.pdf", found, "en")
    assert "a&lt;b&gt;.pdf" in summary_html("a<b>.pdf", found, "en")
