"""Agreement between reviewers: kappa as scikit-learn has it, and the cases in which there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from app.review.agreement import cohen, fleiss

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


@given(ANSWERS)
def test_kappa_is_that_of_scikit_learn(pairs: list[tuple[bool, bool]]) -> None:
    found = cohen("a", "b", [{"a": one, "b": other} for one, other in pairs])
    assert found.passages == len(pairs)
    assert found.agreement == pytest.approx(sum(one == other for one, other in pairs) / len(pairs))
    if found.value is None:
        assert found.undefined == "one-answer"
        assert len({answer for pair in pairs for answer in pair}) == 1
        return
    assert found.value == pytest.approx(cohen_kappa_score(*zip(*pairs, strict=True)))
    assert found.low is not None
    assert found.high is not None
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_the_standard_error_is_that_of_a_published_table() -> None:
    # 100 passages: both yes 40, both no 40, ten each way. kappa 0.6, standard error sqrt(0.0064) by the asymptotic formula.
    tables = [{"a": True, "b": True}] * 40 + [{"a": False, "b": False}] * 40
    tables += [{"a": True, "b": False}] * 10 + [{"a": False, "b": True}] * 10
    found = cohen("a", "b", tables)
    assert found.value == pytest.approx(0.6)
    assert found.low == pytest.approx(0.6 - 1.96 * 0.08)
    assert found.high == pytest.approx(0.6 + 1.96 * 0.08)
    assert found.interval == (found.low, found.high)
    one_sided = [{"a": True, "b": n > 5} for n in range(20)]
    alike = [{"a": n > 5, "b": n > 5} for n in range(20)]
    assert [cohen("a", "b", each).interval for each in (one_sided, alike, tables[38:42])] == [None] * 3


def test_what_only_one_decided_on_does_not_count() -> None:
    found = cohen("a", "b", [{"a": True}, {"b": False}, {"c": True}])
    assert (found.passages, found.agreement, found.value, found.undefined) == (0, None, None, "none")


def test_fleiss_kappa_of_a_small_table() -> None:
    # Three raters, four passages: yes from 3, 2, 1 and 0 of them. Pe = 1/2; Po = (1 + 1/3 + 1/3 + 1) / 4 = 2/3.
    tables = [{name: index < yes for index, name in enumerate("abc")} for yes in (3, 2, 1, 0)]
    found = fleiss("abc", tables)
    assert found.value == pytest.approx((2 / 3 - 1 / 2) / (1 / 2))
    assert found.agreement == pytest.approx(0.5)
    assert fleiss("abc", [{"a": True, "b": True, "c": True}]).undefined == "one-answer"
    assert fleiss("abc", [{"a": True, "b": True}]).undefined == "none"
