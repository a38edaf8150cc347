"""Finding words: folding with its way back to the text, line ends, pages, whole words, and what it costs."""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import JAPANESE, make_document

from app.documents.document import Block, BlockType, Document, Page
from app.documents.loading import load_document
from app.ui.finding_text import TextSearch, fold, hit_from
from app.ui.going_on import goes_on, joined_text


def document(*blocks: tuple[BlockType, str, int]) -> Document:
    """Blocks of a type and a page, with an empty line between them as the readers leave it."""
    found, at = [], 0
    for type_, text, page in blocks:
        found.append(Block(type_, at, at + len(text), page))
        at += len(text) + 2
    text = "\n\n".join(text for _, text, _ in blocks)
    number = max(page for _, _, page in blocks)
    starts = [next(b.start for b in found if b.page >= page) for page in range(1, number + 1)] + [len(text)]
    pages = tuple(Page(n + 1, 595, 842, a, b) for n, (a, b) in enumerate(pairwise(starts)))
    return Document("/a.pdf", "s", "pdf", "en", "contract", number, text, pages, tuple(found))


def one(text: str) -> Document:
    return document(("paragraph", text, 1))


def found(document: Document, words: str, *, match_case: bool = False, whole_words: bool = False) -> list[str]:
    search = TextSearch(document)
    search.look_for(words, match_case=match_case, whole_words=whole_words)
    return [document.text[start:end] for start, end in search.finish()]


@pytest.mark.parametrize(
    ("text", "words", "there"),
    [
        ("The Supplier shall", "SUPPLIER", ["Supplier"]),
        ("ＡＢＣ１２３ and abc123", "abc123", ["ＡＢＣ１２３", "abc123"]),
        ("ｶﾞｲｼｬへの通知", "ガイシャ", ["ｶﾞｲｼｬ"]),
        ("ガイシャへの通知", "ｶﾞｲｼｬ", ["ガイシャ"]),
        ("㈱付箋", "株", ["㈱"]),
        ("the ﬁrst oﬃce", "office", ["oﬃce"]),
        ("the e\u0301lan", "élan", ["e\u0301lan"]),
        ("“don’t”", "don't", ["don’t"]),
        ("第 1 条　責任", "第1条責任", ["第 1 条　責任"]),
        ("two  spaces\u00a0here", "two spaces here", ["two  spaces\u00a0here"]),
        ("co-operation of pre- and post-sale", "cooperation", ["co-operation"]),
        ("pages 1-2 and 12", "12", ["12"]),
        ("in\u00advi\u200bsible", "invisible", ["in\u00advi\u200bsible"]),
        ("ΟΔΟΣ ΣΟΦΙΑΣ", "οδος", ["ΟΔΟΣ"]),
        ("İstanbul", "istanbul", ["İstanbul"]),
        ("葛\U000e0100飾区", "葛飾区", ["葛\U000e0100飾区"]),
        ("⼈事", "人事", ["⼈事"]),
        ("nothing", "   ", []),
        ("aaaa", "aa", ["aa", "aa"]),
        ("a.c abc", "a.c", ["a.c"]),
    ],
)
def test_words_are_found_however_they_are_written(text: str, words: str, there: list[str]) -> None:
    assert found(one(text), words) == there


def test_case_and_whole_words_count_where_asked() -> None:
    text = one("Term, term, Terms and long-term; the terminal")
    assert len(found(text, "term")) == 5
    assert found(text, "Term", match_case=True) == ["Term", "Term"]
    assert len(found(text, "term", whole_words=True)) == 3
    japanese = one("本契約と契約書、契約を解除する")
    assert len(found(japanese, "契約")) == 3
    assert len(found(japanese, "契約", whole_words=True)) == 1


def test_words_run_over_a_page_end_but_not_from_cell_to_cell() -> None:
    english = document(
        ("paragraph", "notice of termi-", 1), ("paragraph", "nation shall be", 2), ("paragraph", "given.", 3)
    )
    assert found(english, "termination shall be given") == ["termi-\n\nnation shall be\n\ngiven"]
    japanese = document(("paragraph", "当事者は本契約を解", 1), ("paragraph", "除することができる。", 2))
    assert found(japanese, "契約を解除") == ["契約を解\n\n除"]
    for kind in ("heading", "table-cell"):
        apart = document((kind, "損害", 1), ("paragraph", "賠償", 2))  # type: ignore[arg-type]  # both are block types
        assert found(apart, "損害賠償") == []
    assert found(document(("paragraph", "It ends.", 1), ("paragraph", "Here", 1)), "ends. here") == []


def test_what_goes_on_is_copied_as_one() -> None:
    japanese = document(("paragraph", "本契約を解", 1), ("paragraph", "除する。", 2), ("paragraph", "第二条", 2))
    assert goes_on(japanese, *japanese.blocks[:2])
    assert joined_text(japanese, 2, len(japanese.text)) == "約を解除する。\n\n第二条"
    english = document(("paragraph", "the supplier", 1), ("paragraph", "delivers", 2))
    assert joined_text(english, 4, 18) == "supplier deli"
    assert joined_text(english, 14, 22) == "delivers"
    assert joined_text(english, 3, 3) == ""


def test_japanese_samples_are_found_with_the_offsets_of_the_text() -> None:
    text = make_document(JAPANESE)
    search = TextSearch(text)
    search.look_for("本契約")
    assert [text.text[a:b] for a, b in search.finish()] == ["本契約", "本契約"]
    search.look_for("十二ケ月")
    assert search.finish() == []


def test_the_next_hit_is_counted_from_a_place() -> None:
    hits = [(3, 5), (10, 12), (20, 22)]
    assert [hit_from(hits, at) for at in (0, 3, 4, 5, 12, 22)] == [0, 0, 0, 1, 2, 0]
    assert hit_from([], 3) is None


@given(st.text(alphabet="aBé\u0301 \n\u3000-カｶﾞ株㈱ﬁ\u00ad、Ａ.", max_size=60), st.integers(0, 60), st.integers(1, 12))
def test_each_part_of_a_text_is_found_where_it_stands(text: str, start: int, length: int) -> None:
    text = text.replace("\n", " ")
    words = text[start : start + length]
    search = TextSearch(one(text))
    search.look_for(words)
    hits = search.finish()
    folded = _bare(fold(" ".join(words.split())).plain)
    assert all(0 <= a < b <= len(text) for a, b in hits)
    assert all(folded in _bare(fold(text[a:b]).plain) for a, b in hits)
    # What joins the letter before it is part of that letter, and hyphens and spaces depend on what is beside them.
    edges = words[:1] + words[-1:] + text[start - 1 : start] + text[start + length : start + length + 1]
    if folded and not any(unicodedata.combining(c) or c.isspace() or c in "-ﾞ\u00ad" for c in edges):
        assert any(a < start + length and b > start for a, b in hits)


def _bare(plain: str) -> str:
    return plain.replace("-", "").replace(" ", "").lower()


@given(st.text(alphabet="aB \n株カｶﾞ-é\u0301", max_size=200))
def test_folding_says_where_each_character_comes_from(text: str) -> None:
    folded = fold(text)
    assert len(folded.plain) == len(folded.starts) == len(folded.ends)
    assert all(0 <= a < b <= len(text) for a, b in zip(folded.starts.tolist(), folded.ends.tolist(), strict=True))
    assert (folded.starts[1:] >= folded.starts[:-1]).all()


def test_a_million_characters_are_searched_in_small_steps_and_as_in_one() -> None:
    unit = "受託者の責任は、十二か月間に支払われた委託料の総額（１００万円）を上限とする。The Supplier’s ﬁrst re-\u00admedy. "
    text = (unit * (1_000_000 // len(unit) + 1))[:1_000_000]
    search = TextSearch(one(text))
    search.look_for("委託料の総額(100万円)")
    steps = 0
    while search.work():
        steps += 1
    assert steps > 50
    assert len(search.hits) == text.count("（１００万円）")
    assert all(text[a:b] == "委託料の総額（１００万円）" for a, b in search.hits)
    assert search._folded is not None
    assert search._folded.plain == fold(text).plain
    assert (search._folded.starts == fold(text).starts).all()


def test_other_words_begin_anew_while_a_search_goes_on() -> None:
    search = TextSearch(one("alpha beta " * 5000))
    search.look_for("alpha")
    search.work()
    search.look_for("beta")
    assert len(search.finish()) == 5000
    search.look_for("")
    assert search.is_done
    assert search.hits == []


@pytest.mark.parametrize("name", ["mdn-plus-terms-ja.pdf", "haru-to-shura-ja.pdf", "mdn-plus-privacy-ja.pdf"])
def test_phrases_of_real_japanese_files_are_found_over_line_ends(shared: Path, name: str) -> None:
    text = load_document(shared / "documents" / "realistic" / name)
    assert text.quads is not None
    search, crossed = TextSearch(text), 0
    ys = text.quads[:, 1::2].mean(axis=1)
    for block in text.blocks:
        for at in range(block.start + 4, block.end - 4):
            piece = text.text[at - 4 : at + 4]
            # A line ends where the next character stands lower and further left.
            ends = ys[at] > ys[at - 1] + 4 and text.quads[at, 0] < text.quads[at - 1, 0]
            if ends and piece.isalpha() and not piece.isascii():
                search.look_for(piece)
                assert (at - 4, at + 4) in search.finish()
                crossed += 1
    assert crossed >= 5 or name.startswith("haru")
    if name.startswith("haru"):
        search.look_for("わたくしといふ現象は假定された有機交流電燈のひとつの青い照明です")  # three lines of verse
        assert len(search.finish()) == 1
