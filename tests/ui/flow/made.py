"""Documents made for the tests of the flowing page, plain ones and random ones."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from app.documents.document import Block, BlockType, Cell, Comment, Document, Language, Page, Revision

LETTERS = "ab é漢字。あ🙂𠮷\n\t\u202e\u05d0\u0301\u200d\ufffc\u2029\x07-1."
TYPES: tuple[BlockType, ...] = (
    "paragraph", "heading", "list-item", "table-cell", "footnote", "page-header", "page-footer",
)  # fmt: skip


def document_of(
    blocks: Sequence[tuple[BlockType, str]],
    cells: Sequence[Cell | None] = (),
    revisions: tuple[Revision, ...] = (),
    comments: tuple[Comment, ...] = (),
    language: Language = "en",
) -> Document:
    """A document of these blocks, an empty line between them."""
    made, position = [], 0
    for number, (type_, text) in enumerate(blocks):
        cell = cells[number] if cells else None
        level = 2 if type_ in ("heading", "list-item") else None
        made.append(Block(type_, position, position + len(text), 1, level, None, cell))
        position += len(text) + 2
    text = "\n\n".join(text for _, text in blocks)
    return Document(
        "a.docx", "0" * 64, "docx", language, "contract", 1, text, (Page(1, 0, 0, 0, len(text)),), tuple(made),
        revisions=revisions, comments=comments,
    )  # fmt: skip


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Any blocks, tables with any cells, changes and comments anywhere."""
    texts = draw(st.lists(st.tuples(st.sampled_from(TYPES), st.text(LETTERS, min_size=1, max_size=30)), max_size=12))
    number = st.integers(0, 3)
    cell = st.builds(Cell, st.integers(0, 1), number, number, st.integers(1, 3), st.integers(1, 3))
    cells = [draw(st.none() | cell) for _ in texts]
    length = sum(len(text) + 2 for _, text in texts)
    places = st.tuples(st.integers(0, length), st.integers(0, length)).map(sorted)
    words = st.text(LETTERS, max_size=10)
    revisions = []
    for kind in draw(st.lists(st.sampled_from(["inserted", "moved", "deleted"]), max_size=6)):
        start, end = draw(places)
        gone = kind == "deleted"
        apart = gone and draw(st.booleans())
        revisions.append(
            Revision(
                kind, "A", "2026-01-02T03:04:05Z", start, start if gone else end, draw(words) if gone else "", apart
            )
        )
    comments = [Comment("B", "", draw(words), *draw(places)) for _ in range(draw(st.integers(0, 3)))]
    return document_of(texts, cells, tuple(revisions), tuple(comments), draw(st.sampled_from(["en", "ja"])))
