"""Words in the findings of all documents: what is kept of them answers as looking at each finding would."""

from __future__ import annotations

import random
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import get_args

import lz4.block
import msgspec
import pytest
from samples import make_analysis, make_document

from app.errors import FusenError
from app.review.findings import Finding, finding_id
from app.review.operations import SetComment, SetDecision, SetOwner, SetRange
from app.workspace import across as acrosses
from app.workspace import folded_findings
from app.workspace.across import Order, Wish
from app.workspace.store import Workspace

PIECES = (
    "The ﬁrst oﬃce", "liability", "１０％", "ｶﾞｲﾄﾞ", "か\u3099い", "e\u0301te\u0301", "損害賠償", "の上限", "Große", "İstanbul",
    "\u1100\u1161\u11a8", "㌔", "…", "\u3000", "a\0b", "\u0301", "ﾞ", "𠮷野", "x\u00a0y", "ÿ", "%", "ſ", "\ufb03\u0301",
)  # fmt: skip
COMMENTS = ("", "署名前に確認", "ASK Tokyo ﬁrst", "\u0301", "ｶﾗ", "liability")
QUERIES = (
    "first", "OFFICE liability", "10%", "ガイド", "がい", "été", "ete", "損害", "害の", "の 損害", "grosse", "istanbul", "각",
    "ᄀ", "キロ", "...", "\u3000", "b", "a\0b", "\u0301", "゙", "𠮷", "x y", "\ud800", "署名前 損害", "tokyo", "から", "ß", "ÿ",
    "%", "S", "ffi", "nowhere", "の の",
)  # fmt: skip
WISHES = (
    Wish(),
    Wish(decision="kept"),
    Wish(decision="undecided"),
    Wish(owner=""),
    Wish(owner="佐藤"),
    Wish(not_rejected=True),
)
ORDERS: tuple[Order, ...] = get_args(Order)


def holds(finding: Finding, words: str) -> bool:
    """The plain reference: each word stands in the passage, as the reviewer moved its ends, or in its comment."""

    def folded(text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold()

    shown = folded(f"{finding.text}\n{finding.comment}")
    return all(word in shown for word in folded(words).split())


def is_as_wished(finding: Finding, wish: Wish) -> bool:
    kept = ("accepted", "edited", "added") if wish.decision == "kept" else (wish.decision,)
    return (
        (wish.decision is None or finding.decision in kept)
        and (wish.owner is None or wish.owner == finding.owner)
        and not (wish.not_rejected and finding.decision == "rejected")
    )


def listed(workspace: Workspace) -> list[Finding]:
    return [f for document in workspace.documents() for f in workspace.findings(document.sha256)]


def make_random(path: Path, chance: random.Random) -> Workspace:
    workspace = Workspace.open(path)
    for number in range(6):
        sentences = tuple("".join(chance.choices(PIECES, k=5)).replace("\n", "") + f" {row}" for row in range(8))
        document = make_document(sentences, file=f"/contracts/{number}.pdf")
        workspace.save_analysis(document, make_analysis(document, selected=(1, 2, 3, 5, 6)))
    return workspace


def change(workspace: Workspace, chance: random.Random) -> None:
    finding = chance.choice(listed(workspace))
    match chance.randrange(8):
        case 0:
            workspace.apply(SetDecision(finding.id, chance.choice(("accepted", "rejected", "undecided"))))
        case 1:
            workspace.apply(SetComment(finding.id, chance.choice(COMMENTS)))
        case 2:
            span = replace(finding.span, end=finding.end + 3, text="".join(chance.choices(PIECES, k=3)))
            workspace.apply(SetRange(finding.id, span, "edited"))
        case 3:
            start, text = finding.start + 1, "".join(chance.choices(PIECES, k=2))
            name = finding_id(finding.document_sha256, start, finding.end, text)
            own = replace(finding, id=name, start=start, text=text, decision="undecided", comment="", owner="")
            own = replace(own, proposal=None, opinions=())
            workspace.apply(SetDecision(own.id, "added"), own)
        case 4:
            workspace.apply(SetOwner(finding.id, chance.choice(("", "佐藤"))))
        case 5:
            workspace.choose_share(finding.document_sha256, chance.choice((None, 0.3, 0.8)))
        case 6:
            workspace.undo() if chance.random() < 0.7 else workspace.redo()
        case _:
            shelf = [document.sha256 for document in workspace.documents()]
            if len(shelf) > 3:
                workspace.library.remove(finding.document_sha256)
            else:
                workspace.library.restore(chance.choice(workspace_documents(workspace)))


def workspace_documents(workspace: Workspace) -> list[str]:
    with closing(sqlite3.connect(workspace.path)) as other:
        return [sha256 for (sha256,) in other.execute("SELECT sha256 FROM documents ORDER BY rowid")]


@pytest.mark.parametrize("at_once", [folded_findings.MOST_AT_ONCE, 0])
@pytest.mark.parametrize("seed", range(2))
def test_words_are_found_where_looking_at_each_finding_finds_them(
    tmp_path: Path, seed: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(folded_findings, "MOST_AT_ONCE", at_once)  # with every change, or when it is asked for
    chance = random.Random(seed)
    with make_random(tmp_path / "w.fusen", chance) as workspace:
        for _ in range(16):
            for _ in range(3):
                change(workspace, chance)
            whole = listed(workspace)
            for query in chance.sample(QUERIES, 12):
                wish = replace(chance.choice(WISHES), words=query)
                expected = {f.id for f in whole if is_as_wished(f, wish) and holds(f, query)}
                found = workspace.library.across(wish)
                assert {f.id for f in found.findings} == expected, wish
                assert found.total == len(expected) == len(found.findings)


@pytest.mark.parametrize("descending", [False, True])
def test_of_many_with_words_the_first_are_listed_in_the_same_order(
    tmp_path: Path, descending: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(7)
    with make_random(tmp_path / "w.fusen", chance) as workspace:
        for _ in range(40):
            change(workspace, chance)
        for order in ORDERS:
            for wish in WISHES:
                asked = replace(wish, words=" ")
                every = workspace.library.across(asked, order, descending=descending)
                assert every.total == sum(is_as_wished(f, wish) for f in listed(workspace))
                asked = replace(wish, words="の")
                whole = workspace.library.across(asked, order, descending=descending)
                with monkeypatch.context() as patch:
                    patch.setattr(acrosses, "MOST", 1)
                    first = workspace.library.across(asked, order, descending=descending)
                assert (first.total, first.findings) == (whole.total, whole.findings[:1])


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_random(tmp_path / "w.fusen", random.Random(5)) as workspace:
        yield workspace


def changed_by_another(workspace: Workspace, change: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(workspace.path)) as other:
        change(other)
        other.commit()


def test_rows_that_got_other_numbers_are_found_all_the_same(workspace: Workspace) -> None:
    expected = workspace.library.across(Wish(words="の")).findings
    assert expected

    def renumber(other: sqlite3.Connection) -> None:
        revisions = other.execute("SELECT revision, sha256 FROM documents").fetchall()
        other.execute("UPDATE findings SET rowid = rowid + 1000")
        other.executemany("UPDATE documents SET revision = ? WHERE sha256 = ?", revisions)

    changed_by_another(workspace, renumber)
    assert workspace.library.across(Wish(words="の")).findings == expected


def test_what_cannot_be_stored_is_told_all_the_same(workspace: Workspace) -> None:
    expected = workspace.library.across(Wish(words="の"))
    with closing(sqlite3.connect(workspace.path, isolation_level=None)) as other:
        other.execute("DELETE FROM folded_findings")
        other.execute("BEGIN IMMEDIATE")
        workspace._connection.execute("PRAGMA busy_timeout = 1")
        assert workspace.library.across(Wish(words="の")) == expected
        assert other.execute("SELECT count(*) FROM folded_findings").fetchone() == (0,)


@pytest.mark.parametrize(
    "content",
    [
        b"\0",
        msgspec.msgpack.encode(([], b"\0")),
        msgspec.msgpack.encode(([], b"\xff\xff\xff\x7f\0")),  # as if it were of two gigabytes
        msgspec.msgpack.encode(([], lz4.block.compress("の損害".encode() + b"\xff"))),  # of a row without a number
        msgspec.msgpack.encode(([1], lz4.block.compress("の損害".encode()))),  # without an end
    ],
)
def test_what_is_damaged_is_told(workspace: Workspace, content: bytes) -> None:
    changed_by_another(workspace, lambda other: other.execute("UPDATE folded_findings SET content = ?", (content,)))
    for words in ("の", "の 損害"):
        with pytest.raises(FusenError) as caught:
            workspace.library.across(Wish(words=words))
        assert caught.value.code == "damaged"


def test_what_words_are_looked_for_in_is_ready_after_each_change(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    current = (
        "SELECT count(*) FROM documents JOIN folded_findings f ON sha256 = document_sha256"
        " WHERE documents.revision = f.revision"
    )
    documents, chance = len(workspace.documents()), random.Random(1)
    for _ in range(12):
        change(workspace, chance)
        assert workspace._rows(current) == [(documents,)]
    monkeypatch.setattr(folded_findings, "MOST_AT_ONCE", 0)  # as if it took long
    workspace.apply(SetComment(listed(workspace)[0].id, "Later"))
    assert workspace._rows(current) == [(documents - 1,)]


def test_a_range_that_cannot_be_read_refuses_no_decision_and_is_told(workspace: Workspace) -> None:
    finding, other = listed(workspace)[:2]
    changed_by_another(
        workspace, lambda file: file.execute("UPDATE findings SET edited = X'00' WHERE id = ?", (finding.id,))
    )
    workspace.apply(SetDecision(other.id, "accepted"))
    with pytest.raises(FusenError) as caught:
        workspace.library.across(Wish(words="の"))
    assert caught.value.code == "damaged"
