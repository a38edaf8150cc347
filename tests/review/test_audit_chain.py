"""The audit log's entries: canonical JSON, the chain, signatures; and that random tampering is noticed."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.review.audit import BEFORE_THE_FIRST, Chain, Entry, Sealed, Signer, _parsed, canonical, fingerprint, read, seal
from app.review.audit_state import salted
from app.review.audit_words import ENTRIES, PROBLEMS, Names, entry_words
from tests.review.tampering import Target, kinds

ONE, OTHER = Signer(bytes(32)), Signer(bytes(31) + b"\1")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def chain_of(*details: dict[str, object], signer: Signer = ONE) -> list[Sealed]:
    entries: list[Sealed] = []
    for number, each in enumerate(details, 1):
        previous = entries[-1].hash.hex() if entries else BEFORE_THE_FIRST
        first = {"public_key": signer.public.hex()} if number == 1 else {}
        kind = "workspace-made" if number == 1 else "decided"
        entry = Entry(number, previous, "2026-01-01T00:00:00", kind, "Sato", signer.fingerprint, {**each, **first})
        entries.append(seal(entry, signer))
    return entries


def problems(entries: list[Sealed]) -> list[str]:
    chain = Chain()
    for entry in entries:
        chain.take(entry)
    return [problem.code for problem in chain.problems]


@given(VALUES)
def test_canonical_json_is_json_and_has_one_form(value: object) -> None:
    written = canonical({"value": value})
    assert canonical(json.loads(written)) == written
    assert b"\n" not in written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"価格": 1.0, "€": "é\u2028"}, '{"€":"é\u2028","価格":1}'),
        ("\ud800.pdf", '"\\\\ud800.pdf"'),
        ((0.1, 1e21), "[0.1,1e+21]"),
    ],
)
def test_canonical_json_of_known_values(value: object, written: str) -> None:
    assert canonical(value).decode() == written


@given(st.dictionaries(st.text(), VALUES | st.integers(2**53, 2**70), max_size=4), st.data())
def test_what_is_told_quickly_of_json_is_what_canonical_json_tells(
    value: dict[str, object], data: st.DataObject
) -> None:
    plain = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    content = bytearray(plain.encode("utf-8", "surrogatepass"))
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        found = _parsed(bytes(content))
    except ValueError:
        return
    if found is not None:
        assert canonical(found) == content
        assert json.loads(content) == found
    elif _is_common(value):
        assert canonical(value) != content


def _is_common(value: object) -> bool:
    """What the log nearly always holds: no float, no large number, no character that has four bytes."""
    if isinstance(value, dict | list):
        return all(_is_common(each) for each in ([*value, *value.values()] if isinstance(value, dict) else value))
    if isinstance(value, str):
        return all(each < "\ud800" for each in value)
    return not isinstance(value, float) and (not isinstance(value, int) or abs(value) < 10**15)


@given(st.lists(st.dictionaries(st.text(), VALUES, max_size=3), min_size=1, max_size=5), st.data())
@settings(max_examples=40)
def test_a_chain_is_whole_until_any_bit_of_it_changes(details: list[dict[str, object]], data: st.DataObject) -> None:
    entries = chain_of(*({"value": each} for each in details))
    assert problems(entries) == []
    place = data.draw(st.integers(0, len(entries) - 1))
    name = data.draw(st.sampled_from(("content", "hash", "signature")))
    content = bytearray(getattr(entries[place], name))
    bit = data.draw(st.integers(0, 8 * len(content) - 1))
    content[bit // 8] ^= 1 << bit % 8
    entries[place] = replace(entries[place], **{name: bytes(content)})
    assert problems(entries) != []


def test_what_was_removed_moved_or_signed_by_another_is_named() -> None:
    entries = chain_of({}, {"n": 2}, {"n": 3}, {"n": 4})
    assert problems([entries[0], *entries[2:]]) == ["missing-entries", "broken-chain"]
    swapped = [entries[0], replace(entries[2], number=2), replace(entries[1], number=3), entries[3]]
    assert problems(swapped)[:2] == ["wrong-number", "broken-chain"]
    forged = chain_of({}, {"n": 2}, signer=OTHER)
    assert problems([entries[0], forged[1]]) == ["broken-chain", "unknown-signer"]
    assert problems(entries[:2]) == []  # a cut-off end does not show in the chain
    assert problems(forged) == []  # nor does a chain that was made anew: a head that was kept elsewhere tells


def test_a_second_signer_is_introduced_and_may_be_endorsed() -> None:
    entries = chain_of({}, {"n": 2})
    for follows, endorsement, named in (
        (ONE.fingerprint, ONE.endorse(OTHER.public).hex(), ONE.fingerprint),
        (ONE.fingerprint, OTHER.endorse(OTHER.public).hex(), ""),
        ("", "", ""),
    ):
        details = {"public_key": OTHER.public.hex(), "follows": follows, "endorsement": endorsement}
        entry = Entry(3, entries[-1].hash.hex(), "2026", "signer-added", "", OTHER.fingerprint, details)
        chain = Chain()
        for each in (*entries, seal(entry, OTHER)):
            chain.take(each)
        assert chain.problems == []
        assert [(s.fingerprint, s.since) for s in chain.signers.values()] == [
            (ONE.fingerprint, 1),
            (OTHER.fingerprint, 3),
        ]
        assert chain.signers[OTHER.fingerprint].follows == named


@given(st.binary(max_size=200))
def test_anything_that_is_no_entry_is_none(content: bytes) -> None:
    assert read(Sealed(1, "x", content, b"", b"")) is None


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000, b'{"number":1,"number":1}', b'{"a":NaN}', json.dumps({"number": True}).encode(), b"\xff"],
)
def test_hostile_entries_are_none(content: bytes) -> None:
    assert read(Sealed(1, "x", content, b"", b"")) is None


def test_a_salted_hash_tells_nothing_without_its_salt() -> None:
    assert salted(b"a" * 32, b"no") != salted(b"b" * 32, b"no")
    assert fingerprint(ONE.public) == ONE.fingerprint


@given(
    st.sampled_from(sorted(ENTRIES)),
    st.dictionaries(st.sampled_from(("document", "changes", "share", "files")), VALUES),
)
def test_an_entry_of_any_shape_has_words(kind: str, details: dict[str, object]) -> None:
    assert entry_words(Entry(1, "", "", kind, "", "", details), {}, Names())


def test_every_problem_has_words_with_its_place_only() -> None:
    for words in PROBLEMS.values():
        assert words.format(what="WHAT")


def test_random_tampering_is_noticed(tmp_path: Path) -> None:
    target = Target(tmp_path)
    assert target.verify().problems == ()
    chance = random.Random(20261127)
    missed = [kind for kind in islice(kinds(), 63) if not target.is_noticed(kind, chance)]
    assert missed == []
    target.path.write_bytes(target.whole)
    assert target.verify().is_whole
