"""From what the model answers to what is listed: the passages most likely to answer a question. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.workers.protocol import Answers

MOST = 20
CLEAR_FROM = 0.1
"""A passage that is as likely as one in ten to answer is told to do so; where none is, the nearest ones are shown as such."""
_WORTH_SHOWING = 0.01


@dataclass(frozen=True, slots=True)
class Answer:
    """A range of the text with the probability that it answers."""

    start: int
    end: int
    relevance: float


def ranked(answers: Answers, most: int = MOST) -> tuple[Answer, ...]:
    """The most relevant passages, the best first."""
    pairs = zip(answers.places, answers.relevance, strict=True)
    found = sorted((Answer(start, end, value) for (start, end), value in pairs), key=lambda a: (-a.relevance, a.start))
    return tuple(answer for answer in found[:most] if answer.relevance >= _WORTH_SHOWING)


def clear(answers: tuple[Answer, ...]) -> int:
    """How many of them are likely enough to be told as answers."""
    return sum(answer.relevance >= CLEAR_FROM for answer in answers)
