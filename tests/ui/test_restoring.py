"""What is stored of the window, without a window."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ui.restoring import Shown, ShownFile, from_json, to_json

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
places = st.tuples(
    st.integers(0, 9999), st.one_of(finite, st.tuples(st.integers(0, 10**6), finite)), st.none() | finite
)
files = st.builds(
    ShownFile,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.none() | st.text(max_size=8),
    st.sampled_from(["importance", "place"]),
    st.booleans(),
    st.none() | places,
)


@given(st.lists(files, max_size=4).map(tuple), st.data())
def test_what_is_written_is_read(shown: tuple[ShownFile, ...], data: st.DataObject) -> None:
    current = data.draw(st.none() | st.integers(0, len(shown) - 1)) if shown else None
    assert from_json(to_json(Shown(shown, current))) == Shown(shown, current)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"files": 3}', '{"files": null}', '{"current": 1}'])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert from_json(text) == Shown()


def test_what_is_not_understood_is_left_out() -> None:
    entries = [3, {"path": 4}, {"path": "/a.pdf", "order": "colour", "selected": 7, "place": ["x"], "later": True}]
    assert from_json(json.dumps({"files": entries, "current": 2})) == Shown((ShownFile("/a.pdf"),), 0)
    assert from_json(json.dumps({"files": entries, "current": 1})) == Shown((ShownFile("/a.pdf"),), None)
