from __future__ import annotations

import itertools
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.version_order import common, in_order
from app.review.version_text import words
from app.review.versions import Match, Matching, compare
from tests.review.version_truth import judged, made_version, passages_of

OLD = (
    "Services Agreement",
    "1. Term. This agreement lasts thirty days from the date of signing.",
    "2. Fees. The fee is US$1,000 a month, payable in advance.",
    "3. The Supplier shall keep the information safe; it shall not disclose it to anyone else.",
    "4. Law. This agreement is governed by the law of Japan and the courts of Tokyo.",
)
NEW = (
    "Services Agreement",
    "1. Insurance. The Supplier takes out cover against fire and theft of what it stores.",
    "2. Term. This agreement lasts sixty days from the date of signing.",
    "3. Law. This agreement is governed by the law of Japan and the courts of Tokyo.",
    "4. Fees. The fee is US$1,000 a month,\npayable in advance.",
    "5. The Supplier shall keep the information safe;",
    "it shall not disclose it to anyone else.",
)
OLD_JA = (
    "業務委託契約書",
    "第1条（目的）",
    "甲は、乙に対し、本業務を委託し、乙はこれを受託する。",
    "第2条（支払）",
    "甲は、請求書を受領した日から三十日以内に委託料を支払う。",
    "乙は、甲の承諾なく本業務を第三者に再委託することができる。",
)
NEW_JA = (
    "業務委託契約書",
    "第１条（目的）",
    "甲は、乙に対し、\n本業務を委託し、乙はこれを受託する。",
    "第2条（秘密保持）",
    "乙は、知り得た情報を第三者に開示してはならない。",
    "第3条（支払）",
    "甲は、請求書を受領した日から六十日以内に委託料を支払う。",
    "乙は、甲の承諾なく本業務を第三者に再委託することができない。",
)


def _kinds(matching: Matching) -> list[tuple[str, tuple[int, ...], tuple[int, ...]]]:
    return [(match.kind, match.old, match.new) for match in matching.matches]


def test_each_kind_of_change_is_found() -> None:
    assert _kinds(compare(OLD, NEW)) == [
        ("same", (0,), (0,)),
        ("new", (), (1,)),
        ("changed", (1,), (2,)),
        ("moved", (4,), (3,)),
        ("moved", (2,), (4,)),
        ("split", (3,), (5, 6)),
    ]
    turned = {match.old: (match.kind, match.in_order) for match in compare(OLD, NEW).matches}
    assert turned[4,] == ("moved", False)
    assert turned[2,] == ("moved", True)  # it has another number, and its place


def test_japanese_contracts_are_matched() -> None:
    matching = compare(OLD_JA, NEW_JA)
    kinds = {match.new: match.kind for match in matching.matches}
    assert kinds[1,] == kinds[2,] == "same"
    assert kinds[5,] == "moved"
    assert kinds[6,] == kinds[7,] == "changed"
    assert kinds[4,] == "new"


def test_a_number_that_runs_into_its_article_is_one_where_the_other_version_shows_it() -> None:
    old, new = "第4条（準拠法）本契約は日本法に準拠する。", "第5条（準拠法） 本契約は日本法に準拠する。"
    assert _kinds(compare((old,), (new,))) == [("moved", (0,), (0,))]
    assert _kinds(compare((new,), (old,))) == [("moved", (0,), (0,))]
    assert _kinds(compare((old,), (old.replace("4", "5"),))) == [("changed", (0,), (0,))]  # it may be a reference


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        (("Cap", "100,000", "Bolt", "5"), ("Cap", "250,000", "Bolt", "5"), [(1, 1)]),
        (("Bolt", "10", "5", "Nut", "20", "7"), ("Bolt", "20", "5", "Nut", "10", "7"), [(1, 1), (4, 4)]),
        (("Bolt", "10", "Nut", "20"), ("Bolt", "10", "Screw", "15", "Nut", "20"), []),  # a row was added
        (("上限", "十万円", "納期", "三十日"), ("上限", "二十万円", "納期", "十日"), [(1, 1), (3, 3)]),
    ],
)
def test_a_cell_of_a_table_is_known_by_what_stands_around_it(
    old: tuple[str, ...], new: tuple[str, ...], changed: list[tuple[int, int]]
) -> None:
    found = compare(old, new)
    assert [(m.old[0], m.new[0]) for m in found.matches if m.kind == "changed"] == changed
    assert not any(match.kind == "gone" for match in found.matches)
    assert all(match.in_order for match in found.matches)


def test_what_was_there_and_is_gone_stands_where_it_stood() -> None:
    matching = compare(OLD, (*OLD[:2], *OLD[3:]))
    assert [match.kind for match in matching.matches] == ["same", "same", "gone", "same", "same"]


def test_slight_words_are_not_known_again_elsewhere() -> None:
    fill = tuple(f"The party number {n} provides service {n * 7} under schedule {n * 3}." for n in range(20))
    matching = compare(("Yes", *fill, "10%"), ("10%", *fill, "Yes"))
    assert {match.kind for match in matching.matches if not (match.old and match.new)} == {"gone", "new"}
    assert not [match for match in matching.matches if match.kind == "moved"]


TEXTS = st.lists(st.sampled_from([*OLD, *NEW, *OLD_JA, *NEW_JA, "", "Yes", "(a)", "10%", "20%"]), max_size=12)


@settings(max_examples=60, deadline=None)
@given(TEXTS, TEXTS)
def test_every_passage_is_accounted_for_once_and_both_directions_agree(old: list[str], new: list[str]) -> None:
    matching = compare(old, new)
    assert sorted(index for match in matching.matches for index in match.old) == list(range(len(old)))
    assert sorted(index for match in matching.matches for index in match.new) == list(range(len(new)))
    back = {"split": "merged", "merged": "split", "new": "gone", "gone": "new"}
    turned = {(back.get(m.kind, m.kind), m.new, m.old, m.in_order) for m in matching.matches}
    assert turned == {(m.kind, m.old, m.new, m.in_order) for m in compare(new, old).matches}
    for match in matching.matches:
        assert 0 <= match.likeness <= 1
        if match.kind == "same":
            assert words(old[match.old[0]]) == words(new[match.new[0]])


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from([OLD, OLD_JA]))
def test_a_version_equals_itself_in_another_layout(random_: random.Random, texts: tuple[str, ...]) -> None:
    other = [
        "".join("\n " if c == " " and random_.random() < 0.3 else c for c in text).translate(
            {code: code + 0xFEE0 for code in map(ord, "0123456789()")} if random_.random() < 0.5 else {}
        )
        for text in texts
    ]
    assert {match.kind for match in compare(texts, other).matches} == {"same"}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_known_edits_are_found(seed: int) -> None:
    random_ = random.Random(seed)
    old = [
        f"{n % 9 + 1}. {sentence}" if random_.random() < 0.5 else sentence for n, sentence in enumerate(_long(random_))
    ]
    truth = made_version(old, _long(random_), random_)
    matching = compare(old, [text for _, _, texts in truth for text in texts])
    right, found, true, wrong = judged(old, truth, matching)
    assert wrong == 0
    assert right["same"] >= 0.97 * true["same"]
    assert right["same"] >= 0.97 * found["same"]
    assert right["moved"] >= true["moved"] - 2


def _long(random_: random.Random) -> list[str]:
    """Sixty sentences with words in common, as a contract's are."""
    names = ["Supplier", "Customer", "Affiliate", "Trustee", "Licensor", "Lender", "Agent", "Buyer"]
    deeds = ["deliver", "inspect", "insure", "license", "transfer", "indemnify", "audit", "destroy"]
    things = ["goods", "software", "records", "premises", "trademarks", "deposits", "materials", "invoices"]
    choose = random_.choice
    return [
        f"The {choose(names)} shall {choose(deeds)} the {choose(things)} of the {choose(names)} within "
        f"{random_.randint(2, 90)} days after {choose(deeds)}ing {choose(things)} worth US${random_.randint(1, 900)},000."
        for _ in range(60)
    ]


def test_contracts_edited_at_random_are_matched(shared: Path) -> None:
    random_ = random.Random(5)
    text = (shared / "documents" / "realistic" / "github-terms-of-service.md").read_text(encoding="utf-8")
    old = passages_of(text)
    truth = made_version(old, passages_of("\n\n".join(OLD)), random_)
    matching = compare(old, [new for _, _, texts in truth for new in texts])
    right, found, true, wrong = judged(old, truth, matching)
    assert wrong == 0
    assert right["same"] / true["same"] > 0.98
    assert right["same"] / found["same"] > 0.98
    assert right["changed"] / true["changed"] > 0.9


@pytest.mark.parametrize("repeated", ["The parties agree to what is set out in the schedule above.", "契約の当事者"])
def test_thousands_of_equal_passages_take_no_longer_than_others(repeated: str) -> None:
    old = [repeated] * 20_000
    began = time.process_time()
    matching = compare(old, [repeated] * 15_000)
    assert time.process_time() - began < 5
    assert sum(match.kind == "same" for match in matching.matches) == 15_000


def test_boilerplate_with_other_numbers_stays_within_bounds() -> None:
    old = [f"Schedule {n}: the parties agree to the terms of the order as of this day" for n in range(3000)]
    new = [f"Schedule {n + 7}: the parties agree to the terms of the order as of this day" for n in range(3000)]
    began = time.process_time()
    matching = compare(old, new)
    assert time.process_time() - began < 5
    assert sum(match.kind == "same" for match in matching.matches) == 2993


ORDER = st.lists(st.integers(0, 6), max_size=9)


@given(ORDER, ORDER)
def test_common_entries_keep_their_order(old: list[int], new: list[int]) -> None:
    pairs = common(old, new, [1] * len(old))
    assert all(old[i] == new[j] for i, j in pairs)
    assert all(a < c and b < d for (a, b), (c, d) in itertools.pairwise(pairs))


@given(st.permutations(range(7)), st.lists(st.integers(1, 9), min_size=7, max_size=7))
def test_the_heaviest_ascending_part_is_found(order: list[int], weight: list[int]) -> None:
    pairs = list(enumerate(order))
    found = in_order(pairs, weight)
    best = max(
        sum(weight[i] for i in range(7) if chosen >> i & 1)
        for chosen in range(128)
        if [order[i] for i in range(7) if chosen >> i & 1] == sorted(order[i] for i in range(7) if chosen >> i & 1)
    )
    assert sum(weight[first] for first, _ in found) == best


def test_an_empty_version_is_all_new_or_all_gone() -> None:
    assert compare((), ()).matches == ()
    assert compare((), ("a",)).matches == (Match("new", (), (0,), likeness=0.0),)
    assert compare(("a",), ()).matches == (Match("gone", (0,), (), likeness=0.0),)
