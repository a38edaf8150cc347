"""What the card says, without a window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_analysis, make_document

from app.analysis.analysis import Explanation, TagScore, Weight
from app.analysis.structure.values import Clause, Definition, Structure
from app.review.findings import Finding
from app.ui.card_words import heading, link_title, place_line, shaded_words, weight_line
from app.ui.explaining import heavy, question
from app.ui.places import section_path
from app.ui.state import OpenFile
from app.workspace.packing import finding_of

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)
PASSAGES = ANALYSIS.passages
SECOND, THIRD = PASSAGES[1], PASSAGES[2]
STRUCTURE = Structure(
    clauses=(
        Clause("article", "7.", ("7",), "Indemnity", (0, 9), 0, len(DOCUMENT.text), 1, None),
        Clause("section", "7.2", ("7", "2"), "", (SECOND.start, SECOND.start + 3), SECOND.start, THIRD.start, 2, 0),
    ),
    definitions=(Definition("Affiliate", THIRD.start, THIRD.start + 4, (THIRD.start, THIRD.end), "means"),),
)


@pytest.fixture
def file() -> OpenFile:
    pages = (replace(DOCUMENT.pages[0], label="iv"), DOCUMENT.pages[1])
    file = OpenFile(1, Path("a.pdf"), phase="ready", structure=STRUCTURE, analysis=ANALYSIS)
    file.document = replace(DOCUMENT, pages=pages)
    return file


def finding(number: int = 1) -> Finding:
    return finding_of(DOCUMENT.sha256, PASSAGES[number])


def test_a_page_is_called_as_the_file_calls_it_and_the_section_stands_beside_it(file: OpenFile) -> None:
    assert place_line(file, finding(1)) == "p. iv  ·  7 Indemnity › 7.2"
    assert place_line(file, finding(3)) == "p. 2  ·  7 Indemnity"
    assert section_path(Structure(), 5) == []


def test_the_weight_is_said_in_plain_words(file: OpenFile) -> None:
    assert weight_line(file, finding(1)) == (
        "Very important: of 100 passages like this one, about 93 (88 to 98) must be read  ·  rank 1 of 5"
    )
    assert "did not weigh" in weight_line(file, replace(finding(1), rank=0, decision="added"))
    assert "added by you" in weight_line(file, replace(finding(1), rank=0, decision="added"))
    own = replace(finding(1), decision="added", tags=(), selected=False)
    assert heading(own) == "Added by you"
    assert "you" not in weight_line(file, own), "once is enough"
    assert "not selected" not in weight_line(file, own)
    assert "skipped" in weight_line(file, replace(finding(1), skipped=True))


def test_tags_have_their_probability_unless_the_reviewer_gave_them() -> None:
    own = replace(finding(1), tags=(*finding(1).tags, TagScore("insurance", 1.0)), proposed_tags=finding(1).tags)
    assert heading(own) == "Cap on liability 80%  ·  Insurance"


def test_a_link_is_called_by_what_it_leads_to(file: OpenFile) -> None:
    assert link_title(file, PASSAGES[2]) == "Definition of Affiliate"
    assert link_title(file, PASSAGES[0]) == "7 Indemnity"
    assert link_title(file, PASSAGES[3]) == PASSAGES[3].text


def test_only_what_stands_out_is_shaded_and_it_is_said_in_words() -> None:
    text = finding(1).text
    place = text.index("liability")
    told = Explanation(0.93, (Weight(place, place + 9, 2.0), Weight(0, 3, 0.1), Weight(4, 8, -1.0)))
    weights = heavy(told)
    assert weights == [(place, place + 9, 1.0)]
    assert "“liability”" in shaded_words(text, told, weights)
    assert "93%" in shaded_words(text, told, weights)
    assert heavy(Explanation(0.1, (Weight(0, 3, 0.01),))) == []
    assert "as a whole" in shaded_words(text, told, [])


def test_the_model_is_asked_with_the_neighbours() -> None:
    asked = question(finding(1), ANALYSIS)
    assert asked.passages[asked.index] == PASSAGES[1].text
    assert asked.passages == tuple(p.text for p in PASSAGES[:4])
