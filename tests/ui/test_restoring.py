"""What is stored of the window, without a window."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.tags import tag_names
from app.ui.filtering import KINDS, Filter
from app.ui.finding_list import UNDECIDED
from app.ui.list_state import DECISIONS
from app.ui.restoring import Shown, ShownFile, from_json, to_json

finite = st.floats(allow_nan=False, allow_infinity=False, width=32)
places = st.tuples(
    st.integers(0, 9999), st.one_of(finite, st.tuples(st.integers(0, 10**6), finite)), st.none() | finite
)
filters = st.builds(
    Filter,
    st.frozensets(st.sampled_from(sorted(tag_names())), max_size=3),
    st.frozensets(st.sampled_from(sorted(DECISIONS))),
    st.frozensets(st.sampled_from(KINDS)),
    st.none() | st.tuples(st.integers(1, 9), st.integers(9, 99)),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
)
files = st.builds(
    ShownFile,
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.none() | st.text(max_size=8),
    st.sampled_from(["importance", "place"]),
    st.booleans(),
    st.none() | places,
    filters,
    st.booleans(),
    st.frozensets(st.integers(0, 10**6), max_size=4),
)


@given(st.lists(files, max_size=4).map(tuple), st.data())
def test_what_is_written_is_read(shown: tuple[ShownFile, ...], data: st.DataObject) -> None:
    current = data.draw(st.none() | st.integers(0, len(shown) - 1)) if shown else None
    hidden = data.draw(st.frozensets(st.text(st.characters(exclude_categories=["Cs"])), max_size=3))
    assert from_json(to_json(Shown(shown, current, hidden))) == Shown(shown, current, hidden)


def test_what_an_earlier_version_wrote_is_read() -> None:
    entry = {"path": "/a.pdf", "selected": "f", "order": "place", "only_undecided": True, "place": [0, 3.5, None]}
    file = ShownFile("/a.pdf", "f", "place", True, (0, 3.5, None), Filter(decisions=UNDECIDED))
    assert from_json(json.dumps({"files": [entry], "current": 0})) == Shown((file,), 0)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"files": 3}', '{"files": null}', '{"current": 1}'])
def test_what_cannot_be_read_is_nothing(text: str) -> None:
    assert from_json(text) == Shown()


def test_what_is_not_understood_is_left_out() -> None:
    entries: list[Any] = [
        3,
        {"path": 4},
        {"path": "/a.pdf", "order": "colour", "selected": 7, "place": ["x"], "later": True},
    ]
    entries[2] |= {"filter": {"tags": ["no such tag", 3], "decisions": ["later"], "pages": [0, "x"], "text": 4}}
    entries[2] |= {"by_section": "yes", "collapsed": [True, "a"]}
    assert from_json(json.dumps({"files": entries, "current": 2})) == Shown((ShownFile("/a.pdf"),), 0)
    assert from_json(json.dumps({"files": entries, "current": 1})) == Shown((ShownFile("/a.pdf"),), None)
