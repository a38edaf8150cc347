"""Ranges that a reviewer chooses: their place, the finding made of one, moving an end by a word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import JAPANESE, make_analysis, make_document

from app.analysis.analysis import TagScore
from app.documents.document import Page
from app.review import operations
from app.review.findings import Span, page_by_page
from app.review.operations import SetRange
from app.review.ranges import (
    added_finding,
    chosen_tags,
    nearest_end,
    nearest_start,
    next_end,
    next_start,
    span_of,
    trimmed,
)
from app.workspace.packing import finding_of

DOCUMENT = make_document()
ANALYSIS = make_analysis(DOCUMENT)
TEXT = DOCUMENT.text


def test_a_range_loses_white_space_at_its_ends() -> None:
    start = TEXT.index(" total")
    assert trimmed(TEXT, start, start + 7) == (start + 1, start + 6)
    assert trimmed("a \n b", 1, 4) == (1, 1)
    with pytest.raises(ValueError, match="no passage"):
        span_of(DOCUMENT, start, start + 1)


def test_a_range_has_the_page_and_the_quads_of_its_characters() -> None:
    quads = np.zeros((len(TEXT), 8), np.float32)
    for offset in range(len(TEXT)):
        quads[offset] = (offset, 10, offset + 1, 10, offset + 1, 20, offset, 20)
    start = ANALYSIS.passages[3].start
    span = span_of(replace(DOCUMENT, quads=quads), start, start + 12)
    assert (span.page, span.text) == (2, TEXT[start : start + 12])
    assert span.quads == ((start, 10.0, start + 12, 10.0, start + 12, 20.0, start, 20.0),)


def test_a_range_over_a_page_end_is_marked_on_every_page() -> None:
    text = "one two three four five six"
    pages = tuple(Page(n, 100, 100, start, end) for n, (start, end) in enumerate([(0, 8), (8, 14), (14, 27)], start=1))
    quads = np.zeros((len(text), 8), np.float32)
    for offset, letter in enumerate(text):
        if letter != " ":
            quads[offset] = (offset, 10, offset + 1, 10, offset + 1, 20, offset, 20)
    document = replace(DOCUMENT, text=text, pages=pages, quads=quads)
    span = span_of(document, 4, 18)
    assert (span.page, span.text) == (1, "two three four")
    assert [(min(piece.quads[0][::2]), max(piece.quads[0][::2])) for piece in (span, *span.more)] == [
        (4, 7),
        (8, 13),
        (14, 18),
    ]
    assert [piece.page for piece in span.more] == [2, 3]
    assert span_of(document, 4, 8).more == ()
    added = added_finding(document, None, 4, 18)
    assert added.span == span
    assert [(part.page, part.quads, part.more) for part in page_by_page(added)] == [
        (piece.page, piece.quads, ()) for piece in (span, *span.more)
    ]
    back = operations.inverse({added.id: added}, SetRange(added.id, span_of(document, 14, 18)))
    moved = operations.apply({added.id: added}, SetRange(added.id, span_of(document, 14, 18))).findings[0]
    assert (moved.page, moved.more) == (3, ())
    assert operations.apply({added.id: moved}, back).findings[0] == added
    for operation in (SetRange(added.id, span), SetRange(added.id, span_of(document, 14, 18))):
        assert operations.from_json(operations.to_json(operation)) == operation
    old = '{"operation": "set-range", "finding_id": "f", "span": {"start": 1, "end": 2, "page": 1, "text": "n", "quads": []}}'
    assert operations.from_json(old) == SetRange("f", Span(1, 2, 1, "n", ()))


def test_an_added_finding_takes_importance_and_tags_from_what_it_overlaps() -> None:
    liability, law = ANALYSIS.passages[1:3]
    finding = added_finding(DOCUMENT, ANALYSIS, liability.end - 10, law.start + 10)
    assert (finding.importance, finding.interval, finding.rank) == (
        liability.importance,
        liability.interval,
        liability.rank,
    )
    assert {tag.tag for tag in finding.tags} == {"cap-on-liability", "governing-law"}
    assert finding.decision == "undecided"
    assert not finding.selected


def test_where_the_model_weighed_nothing_it_has_no_say() -> None:
    finding = added_finding(DOCUMENT, None, 0, 10)
    assert (finding.rank, finding.interval, finding.tags) == (0, (0.0, 1.0), ())


def test_tags_that_the_model_knows_keep_their_probability() -> None:
    finding = finding_of(DOCUMENT.sha256, ANALYSIS.passages[3])
    assert chosen_tags(finding, ["insurance", "notice-period"]) == (
        TagScore("notice-period", 0.8),
        TagScore("insurance", 1.0),
    )


@pytest.mark.parametrize(
    ("text", "start", "end", "longer", "shorter"),
    [
        ("not exceed the fees paid", 4, 10, "exceed the", "exceed"),
        ("not exceed the fees paid", 4, 14, "exceed the fees", "exceed"),
        ("Supplier's own-name, it", 0, 19, "Supplier's own-name,", "Supplier's"),
        ("賠償責任は委託料を上限とする", 0, 4, "賠償責任は", "賠償責任"),
    ],
)
def test_the_end_moves_by_a_word(text: str, start: int, end: int, longer: str, shorter: str) -> None:
    assert text[start : next_end(text, start, end, 1)] == longer
    assert text[start : next_end(text, start, end, -1)] == shorter


def test_the_start_moves_by_a_word() -> None:
    text = "shall not exceed the fees"
    assert text[next_start(text, 6, 16, 1) : 16] == "exceed"
    assert text[next_start(text, 6, 16, -1) : 16] == "shall not exceed"
    assert next_start(text, 10, 16, 1) == 10
    assert next_start(text, 0, 5, -1) == 0


@given(st.sampled_from([TEXT, "\n".join(JAPANESE)]), st.data())
def test_moving_an_end_leaves_a_range(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 2))
    end = data.draw(st.integers(start + 1, len(text)))
    offset = data.draw(st.integers(0, len(text) - 1))
    for step in (1, -1):
        assert start < next_end(text, start, end, step) <= len(text)
        assert 0 <= next_start(text, start, end, step) < end
    assert next_end(text, start, end, 1) >= end >= next_end(text, start, end, -1)
    assert next_start(text, start, end, -1) <= start <= next_start(text, start, end, 1)
    assert start < nearest_end(text, start, offset) <= len(text)
    assert 0 <= nearest_start(text, end, offset) < end
