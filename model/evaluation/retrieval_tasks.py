"""Retrieval tasks that a base language model can do: made from real text, many questions to a text, scored by teacher forcing.

Every question has its answer earlier in the text, in what is called the evidence, and asks for it in the evidence's own words;
a model that completes text answers it without having been taught to follow instructions. Tasks:
- key: "The pass key of Osaka is 71432." stands in the text; later "The pass key of Osaka is" is to be completed.
- passage: a passage of the text is followed by its number; later the passage's ending is repeated, and its number to be named.
- continuation: a stretch of the text is repeated word for word; after its first tokens the next ones are to be named.

A question counts as answered where each token of the answer is the likeliest one given all before it. That is the same as that
greedy decoding would write the answer, so one pass over a text scores all its questions. The right answers to earlier questions
stand in the text, but each question asks for another answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

Ids = list[int]
Encode = Callable[[str], Ids]

TASKS = ("key", "passage", "continuation")

PITCH = 384
"""Tokens from one piece of evidence to the next where distances are fixed.

No power of two from 128 on is within 128 of a multiple of it, so that evidence and questions of fewer than 128 tokens never meet.
"""

_QUESTION = 96
"""Tokens from one question to the next where they stand together at the end of a text."""

_GIVEN, _ASKED = 16, 4
"""Tokens of repeated text that are given, and that are asked for."""

_MARGIN = 64
"""Tokens that are left for what leads up to an answer."""

_NAMES = {
    "en": "Osaka Tokyo Kyoto Paris London Berlin Madrid Rome Vienna Lisbon Athens Cairo Lima Oslo Dublin Prague Warsaw Zurich "
    "Boston Chicago Denver Seattle Toronto Sydney",
    "ja": "大阪 東京 京都 神戸 奈良 札幌 仙台 横浜 名古屋 金沢 広島 福岡 "
    "長崎 熊本 鹿児島 那覇 青森 秋田 新潟 静岡 岡山 高松 松山 高知",
}
_KEY = {"en": ("\nThe pass key of {} is", " {}", ".\n"), "ja": ("\n{}の暗証番号は", "{}", "です。\n")}
_PASSAGE = {"en": (" (passage no.", " {}", ")\n"), "ja": ("(段落番号:", "{}", ")\n")}


@dataclass(frozen=True)
class Probe:
    """One question: the answer is `ids[start:end]` of its context, and stands `distance` tokens earlier as well.

    `evidence` (first, last + 1): the places in `ids` that tell the answer.
    """

    start: int
    end: int
    distance: int
    evidence: tuple[int, int]


@dataclass(frozen=True)
class Context:
    """A text with questions in it."""

    ids: tuple[int, ...]
    probes: tuple[Probe, ...]

    def targets(self) -> list[int]:
        """The places of all answers, one question after the other."""
        return [place for probe in self.probes for place in range(probe.start, probe.end)]

    def answered(self, greedy: Sequence[bool]) -> list[bool]:
        """Which questions are answered, from whether each of `targets()` is the likeliest token."""
        ends = list(accumulate(probe.end - probe.start for probe in self.probes))
        return [all(greedy[start:end]) for start, end in pairwise([0, *ends])]

    def without_evidence(self) -> Context:
        """The same questions in a text that does not tell the answers, to see what can be guessed."""
        dropped = {place for probe in self.probes for place in range(*probe.evidence)}
        kept = [place for place in range(len(self.ids)) if place not in dropped]
        moved = {place: new for new, place in enumerate(kept)}
        ids = tuple(self.ids[place] for place in kept)
        return Context(ids, tuple(Probe(moved[p.start], moved[p.end - 1] + 1, p.distance, (0, 0)) for p in self.probes))


@dataclass(frozen=True)
class _Fact:
    """What leads up to an answer, the answer, what follows; the evidence and the question each have theirs before it."""

    evidence: Ids
    question: Ids
    answer: Ids
    after: Ids


class Maker:
    """Makes contexts out of real text. `filler`: token ids of documents laid end to end, read round and round."""

    def __init__(self, encode: Encode, opening: Ids, filler: Ids, language: str, seed: int) -> None:
        self._encode, self._opening, self._filler, self._language = encode, opening, filler, language
        self._draw = random.Random(seed)  # noqa: S311 (drawing examples, not secrets)

    def at_distance(self, task: str, distance: int, questions: int) -> Context:
        """Every question `distance` tokens after its evidence, a power of two from 128 on: about that many tokens and 6,000."""
        first = len(self._opening) + 2 * _MARGIN
        evidence = [first + i * PITCH for i in range(questions)]
        return self._context(task, evidence, [place + distance for place in evidence])

    def at_the_end(self, task: str, length: int, questions: int) -> Context:
        """A text of at most `length` tokens: evidence all over it, all questions together at its end, in another order.

        Raises `ValueError` where they do not fit.
        """
        last = length - questions * _QUESTION
        pitch = (last - 2 * _MARGIN) // questions
        evidence = [2 * _MARGIN + i * pitch + self._draw.randrange(max(1, pitch - _QUESTION)) for i in range(questions)]
        self._draw.shuffle(evidence)
        return self._context(task, evidence, [last + _MARGIN + i * _QUESTION for i in range(questions)])

    def _context(self, task: str, evidence: list[int], questions: list[int]) -> Context:
        """`evidence`, `questions`: the places in the finished text at which the answers begin."""
        facts = self._facts(task, len(evidence))
        parts = []
        for fact, told, asked in zip(facts, evidence, questions, strict=True):
            parts += [(told, fact.evidence, fact), (asked, fact.question, fact)]
        ids = list(self._opening)
        at = self._draw.randrange(len(self._filler))
        for place, before, fact in sorted(parts, key=lambda part: part[0]):
            missing = place - len(before) - len(ids)
            if missing < 0:
                raise ValueError(
                    f"evidence and questions overlap at {place}: fewer questions or a longer text are needed"
                )
            ids += [self._filler[(at + i) % len(self._filler)] for i in range(missing)]
            at += missing
            ids += [*before, *fact.answer, *fact.after]
        probes = [
            Probe(
                asked,
                asked + len(fact.answer),
                asked - told,
                (told - len(fact.evidence), told + len(fact.answer) + len(fact.after)),
            )
            for fact, told, asked in zip(facts, evidence, questions, strict=True)
        ]
        return Context(tuple(ids), tuple(probes))

    def _facts(self, task: str, count: int) -> list[_Fact]:
        if task == "continuation":
            return [self._stretch() for _ in range(count)]
        numbers = self._draw.sample(range(10_000, 100_000), count)
        if task == "passage":
            return [self._numbered_passage(number) for number in numbers]
        names = self._draw.sample(_NAMES[self._language].split(), count)
        return [self._key(name, number) for name, number in zip(names, numbers, strict=True)]

    def _key(self, name: str, number: int) -> _Fact:
        before, answer, after = _KEY[self._language]
        lead, asked = self._split(before.format(name), answer.format(number))
        return _Fact(lead, lead, asked, self._encode(after))

    def _numbered_passage(self, number: int) -> _Fact:
        before, answer, after = _PASSAGE[self._language]
        lead, asked = self._split(before, answer.format(number))
        passage = self._passage(2 * _GIVEN)
        return _Fact([*passage, *lead], [*self._encode("\n"), *passage[-_GIVEN:], *lead], asked, self._encode(after))

    def _stretch(self) -> _Fact:
        passage, line = self._passage(_GIVEN + _ASKED), self._encode("\n")
        lead = [*line, *passage[:_GIVEN]]
        return _Fact(lead, lead, passage[_GIVEN:], line)

    def _passage(self, tokens: int) -> Ids:
        at = self._draw.randrange(len(self._filler) - tokens)
        return self._filler[at : at + tokens]

    def _split(self, before: str, answer: str) -> tuple[Ids, Ids]:
        """Tokens of `before` + `answer` as they stand in a text, parted where the answer begins to show."""
        whole, lead = self._encode(before + answer), self._encode(before)
        same = next(
            (i for i, (a, b) in enumerate(zip(whole, lead, strict=False)) if a != b), min(len(whole), len(lead))
        )
        return whole[:same], whole[same:]
