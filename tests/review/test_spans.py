"""Sets of ranges, against sets of their numbers."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.review.spans import Range, gaps, holds, union, within

ranges = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8)
one = st.tuples(st.integers(0, 30), st.integers(0, 30))


def numbers(of: list[Range] | tuple[Range, ...]) -> set[int]:
    return {number for start, end in of for number in range(start, end)}


@given(ranges, one)
def test_ranges_are_sets_of_numbers(some: list[Range], wanted: Range) -> None:
    joined = union(some)
    assert numbers(joined) == numbers(some)
    assert all(before[1] < after[0] for before, after in pairwise(joined))
    asked = numbers([wanted])
    assert holds(joined, wanted) == (asked <= numbers(some))
    assert within(joined, wanted) == len(asked & numbers(some))
    assert numbers(gaps(joined, wanted)) == asked - numbers(some)
