"""The comparing of what was read with what is true, on values made here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.corpus.comparing import (
    ASKS_PASSWORD,
    CLEAR_ERROR,
    FAULT,
    OPENS,
    WITH_WARNING,
    accepted,
    compare_labels,
    compare_pages,
    compare_truth,
    folded,
    glued_in_plain_text,
    inconsistencies,
    outcome_of,
)
from tests.corpus.judging import error_faults


def document(*pages: list[tuple[str, str]], **more: Any) -> dict[str, Any]:
    """A `fusen.document/1` of pages, each a list of (type, text)."""
    text, made, blocks = "", [], []
    for number, content in enumerate(pages, 1):
        start = len(text)
        for type_, words in content:
            blocks.append({"type": type_, "start": len(text), "end": len(text) + len(words), "page": number})
            text += words + "\n\n"
        made.append({"number": number, "width": 595.0, "height": 842.0, "start": start, "end": len(text)})
    return {
        "schema": "fusen.document/1",
        "file": "a.pdf",
        "sha256": "",
        "format": "pdf",
        "language": "en",
        "kind": "contract",
        "page_count": len(made),
        "text": text,
        "pages": made,
        "blocks": blocks,
        "warnings": [],
        **more,
    }


def paragraph(*texts: str) -> list[tuple[str, str]]:
    return [("paragraph", text) for text in texts]


def test_line_ends_ligatures_and_soft_hyphens_are_no_difference() -> None:
    assert folded("of\u00adﬁce\u200b\u00a0\nhours ｱ") == "officehoursア"


def test_texts_are_looked_for_on_their_page() -> None:
    read = document(paragraph("The fee is due."), paragraph("It is 900 euros."))
    truth = {
        "must_contain": [
            {"page": 1, "text": "The fee\nis due.", "note": "crosses a line break"},
            {"page": 1, "text": "It is 900 euros.", "note": "one line"},
            {"page": None, "text": "900 euros", "note": "one line"},
            {"page": None, "text": "a note", "note": "text box (seen in the XML only)"},
        ],
    }
    found = compare_truth(read, truth)
    assert found.plain == [2, 3]
    assert found.xml_only == [0, 1]
    assert len(found.missing) == 2
    assert "page 1" in found.missing[0]


def test_a_sentence_over_the_end_of_a_page_is_whole_without_running_lines() -> None:
    pages = (
        [("paragraph", "describes how the"), ("page-footer", "Page 1 of 2")],
        [("page-header", "Draft"), ("paragraph", "product is made.")],
    )
    truth = {
        "must_contain": [{"page": None, "text": "how the product", "note": "crosses the break of pages 1/2 (stretch)"}],
        "must_not_contain": [{"text": "how the Page 1 of 2 Draft product", "note": "glued"}],
    }
    apart = document(*pages)
    assert compare_truth(apart, truth).stretch == [1, 1]
    assert compare_truth(apart, truth).absent == [1, 1]
    assert glued_in_plain_text(apart, truth) == 1
    glued = document(*[[("paragraph", text) for _, text in page] for page in pages])
    found = compare_truth(glued, truth)
    assert (found.stretch, found.absent) == ([0, 1], [0, 1])
    assert len(found.missing) == 1, "a missing stretch text is told apart"
    assert len(found.missing_stretch) == 1


def test_pages_are_counted_and_scans_are_told_of() -> None:
    assert compare_pages(document(paragraph("a"), paragraph("b")), {"pages": 2}) == []
    assert compare_pages(document(paragraph("a")), {"pages": 2}) == ["1 pages instead of 2"]
    scan = document([], page_count=1)
    assert compare_pages(scan, {"pages": 1, "no_text_layer": True})
    warned = document([], warnings=[{"code": "no-text", "message": "Pictures."}])
    assert compare_pages(warned, {"pages": 1, "no_text_layer": True}) == []
    assert compare_pages(document(paragraph("a"), []), {"pages": 2, "pages_without_text": [2]})


def test_labels_differ_in_hyphens_and_quotation_marks() -> None:
    truth = {"labels": [{"tag": "parties", "text": 'the "third-party"'}, {"tag": "parties", "text": "nobody"}]}
    found = compare_labels(document(paragraph("the “third\u2010 party”")), truth)
    assert found.plain == [1, 2]
    assert compare_labels(document([]), {**truth, "scanned": True}).plain == [0, 0]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ({"schema": "fusen.document/1", "warnings": []}, OPENS),
        ({"schema": "fusen.document/1", "warnings": [{"code": "repaired"}]}, WITH_WARNING),
        ({"schema": "fusen.error/1", "code": "damaged"}, CLEAR_ERROR),
        ({"schema": "fusen.error/1", "code": "encrypted"}, ASKS_PASSWORD),
        ({"schema": "fusen.error/1", "code": "internal"}, FAULT),
        ({"schema": "fusen.error/1", "code": "made-up"}, FAULT),
        (None, FAULT),
    ],
)
def test_what_an_answer_amounts_to(answer: dict[str, Any] | None, outcome: str) -> None:
    assert outcome_of(answer) == outcome


def test_remarks_of_the_list_allow_more() -> None:
    assert accepted("opens", "") == {OPENS}
    assert accepted("opens", "", "x (a good application may open it with a warning)") == {OPENS, WITH_WARNING}
    assert accepted("clear error", "", "(opens for root)", root=True) == {CLEAR_ERROR, OPENS, WITH_WARNING}
    assert accepted("clear error", "", "(opens for root)") == {CLEAR_ERROR}


def test_a_document_that_agrees_with_itself() -> None:
    assert inconsistencies(document(paragraph("One.", "Two."), [], paragraph("Three."))) == []


@pytest.mark.parametrize(
    ("change", "word"),
    [
        (lambda d: d["pages"][1].update(start=0), "page 2"),
        (lambda d: d["pages"][0].update(number=7), "numbered"),
        (lambda d: d["pages"][0].update(width=float("nan")), "measures"),
        (lambda d: d.update(page_count=9), "numbered"),
        (lambda d: d.update(text=d["text"] + "more"), "the text at"),
        (lambda d: d.update(text="\ud800" + d["text"][1:]), "Unicode"),
        (lambda d: d.update(text="\x00" + d["text"][1:]), "NUL"),
        (lambda d: d["blocks"].pop(0), "no block holds"),
        (lambda d: d["blocks"][0].update(start=9), "block 0 is 9:"),
        (lambda d: d["blocks"][0].update(page=2), "not within its page"),
        (lambda d: d["blocks"][0].update(page=3), "on page 3"),
        (lambda d: d.pop("blocks"), "not a fusen.document/1"),
        (lambda d: d.pop("kind"), "no key kind"),
    ],
)
def test_contradictions_are_seen(change: Any, word: str) -> None:
    read = document(paragraph("One."), paragraph("Two."))
    change(read)
    assert any(word in fault for fault in inconsistencies(read)), inconsistencies(read)


def test_an_error_is_a_sentence_with_advice() -> None:
    good = {"code": "damaged", "message": "a.pdf is damaged.", "advice": "Ask for the file again."}
    assert error_faults(good) == []
    assert error_faults({**good, "code": "oops"})
    assert error_faults({**good, "advice": ""})
    assert error_faults({**good, "message": "ValueError: bad xref."})
