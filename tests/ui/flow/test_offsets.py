"""Offsets and positions, both ways."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.ui.flow.offsets import OffsetMap, units

LETTERS = st.text(st.sampled_from("aé漢🙂𠮷 \n"), min_size=1, max_size=12)
RUNS = st.lists(st.tuples(st.integers(0, 3), LETTERS, LETTERS | st.just("")), min_size=1, max_size=8)


def plain(runs: list[tuple[int, str, str]]) -> tuple[OffsetMap, list[int], list[str]]:
    """The map, and beside it in the slowest way: the position of each offset, and each unit of the set text."""
    offsets, positions, shown = OffsetMap(), [], []
    for gap, text, without_offsets in runs:
        positions += [len(shown)] * gap  # separators: they stand nowhere, and count as the end of what is before them
        offsets.add(len(positions), text, len(shown))
        for letter in text:
            positions.append(len(shown))
            shown += [letter] * units(letter)
        shown += [""] * units(without_offsets)
    return offsets, positions, shown


@given(RUNS)
def test_every_offset_has_its_position_and_back(runs: list[tuple[int, str, str]]) -> None:
    offsets, positions, shown = plain(runs)
    text = ""
    for gap, run, _ in runs:
        text += "\0" * gap + run
    for offset, letter in enumerate(text):
        if letter != "\0":
            position = offsets.position(offset)
            assert (position, shown[position]) == (positions[offset], letter)
            assert {offsets.offset(position + unit) for unit in range(units(letter))} == {offset}


@given(RUNS, st.integers(0, 80), st.integers(0, 80))
def test_ranges_hold_the_text_and_nothing_else(runs: list[tuple[int, str, str]], start: int, length: int) -> None:
    offsets, _, shown = plain(runs)
    text = "".join("\0" * gap + run for gap, run, _ in runs)
    found = offsets.ranges(start, start + length)
    letters = [shown[position] for first, last in found for position in range(first, last)]
    expected = [letter for letter in text[start : start + length] if letter != "\0" for _ in range(units(letter))]
    assert letters == expected


def test_cells_may_come_in_another_order_than_their_offsets() -> None:
    offsets = OffsetMap()
    offsets.add(10, "second", 0)
    offsets.add(0, "first", 7)
    assert [offsets.position(12), offsets.position(2)] == [2, 9]
    assert [offsets.offset(2), offsets.offset(9)] == [12, 2]
    assert offsets.ranges(3, 12) == [(10, 12), (0, 2)]


def test_an_empty_map_answers() -> None:
    assert (OffsetMap().position(3), OffsetMap().offset(3), OffsetMap().ranges(0, 9)) == (0, 0, [])
