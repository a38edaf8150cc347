"""The blind second look: passages that were not selected, drawn at random, judged without their importance.

What is found among them says how much is missed among all the others that were not selected.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from dataclasses import dataclass

from app.analysis.analysis import Analysis, ScoredPassage
from app.review.estimates import Estimate, share_of_sample
from app.review.selection import Place

DRAW = 5
"""So many passages are drawn at once: a few minutes of reading."""


@dataclass(frozen=True, slots=True)
class Look:
    """A passage of a draw (from 0), with the reviewer's answer. `model` is the SHA-256 of the weights that had scored it.

    `cut` is how many passages were selected then: later answers hold for a selection only if it leaves out no more than what
    was drawn from.
    """

    place: Place
    matters: bool
    cut: int
    model: str
    draw: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """`hits` of `drawn` passages matter; `missed` is how many of the `rest` (not selected, nor drawn) are to be expected."""

    drawn: int
    hits: int
    rest: int
    missed: Estimate


def draw(analysis: Analysis, known: Container[Place], number: int, count: int = DRAW) -> tuple[ScoredPassage, ...]:
    """The passages of draw `number` (from 0), each of those that are neither selected nor `known` with the same probability.

    `known` holds what was drawn or decided on before. Every passage has a place in the order of a draw that depends on nothing
    else, so that a draw goes on where it was interrupted, whatever was decided in between.
    """
    pool = [p for p in analysis.passages if not p.selected and (p.start, p.end) not in known]
    return tuple(sorted(pool, key=lambda passage: _lot(analysis.sha256, number, passage))[:count])


def _lot(sha256: str, number: int, passage: ScoredPassage) -> bytes:
    return hashlib.sha256(f"{sha256}:{number}:{passage.start}:{passage.end}".encode()).digest()


def outcome(analysis: Analysis, looks: Iterable[Look], decided: Container[Place] = ()) -> Outcome:
    """What the answers say of the present selection. Raises nothing: without answers everything is possible.

    Answers count that were drawn from all that is left out now: by the same model, from a selection that was no larger.
    """
    selected = sum(1 for passage in analysis.passages if passage.selected)
    left_out = {(p.start, p.end) for p in analysis.passages if not p.selected}
    counted = {
        look.place: look.matters
        for look in looks
        if look.place in left_out and look.model == analysis.model.sha256 and look.cut <= selected
    }
    rest = sum(1 for place in left_out if place not in counted and place not in decided)
    hits = sum(counted.values())
    share = share_of_sample(hits, len(counted))
    return Outcome(
        len(counted), hits, rest, Estimate(share.value * rest, share.low * rest, min(share.high * rest, float(rest)))
    )
