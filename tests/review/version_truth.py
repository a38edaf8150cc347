"""How well the passages of two versions are matched: versions made of real contracts by known edits, judged against the edits.

`python -m tests.review.version_truth --seed 1 --contracts 20` prints precision and recall of each kind of match, and how many
passages with other figures or negations were taken for the same, which must be none. The suite runs a small sample of it.
"""

from __future__ import annotations

import argparse
import json
import lzma
import random
import re
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.review.version_text import label_end, tokens, words
from app.review.versions import Matching, compare
from model.segmentation import paragraphs, passages

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
Truth = list[tuple[str, tuple[int, ...], list[str]]]
"""In the order of the new version: the kind of edit, the old passages and the new ones."""


@dataclass(frozen=True)
class Rates:
    """How often each edit is made, a passage."""

    changed: float = 0.12
    gone: float = 0.03
    new: float = 0.04
    split: float = 0.01
    merged: float = 0.01
    moved: float = 0.01
    renumbered: float = 0.05
    relaid: float = 0.5


def made_version(
    old: Sequence[str], donors: Sequence[str], random_: random.Random, rates: Rates | None = None
) -> Truth:
    """The passages of a new version, each with what was done to it."""
    rates = rates or Rates()
    truth: Truth = []
    index = 0
    while index < len(old):
        kind, taken = _edit(old, index, random_, rates)
        mine = tuple(range(index, index + taken))
        texts = _EDITS[kind](" ".join(old[i] for i in mine), random_, donors)
        done = "same" if texts == [old[index]] else "moved" if kind == "renumbered" else kind
        truth.append((done, mine, texts))
        if random_.random() < rates.new and len(donors) > 0:
            truth.append(("new", (), [random_.choice(donors)]))
        index += taken
    _move(truth, old, random_, rates)
    return [(kind, mine, [_relaid(text, random_, rates.relaid) for text in texts]) for kind, mine, texts in truth]


def _edit(old: Sequence[str], index: int, random_: random.Random, rates: Rates) -> tuple[str, int]:
    length = len(tokens(old[index]))
    draw = random_.random()
    for kind in ("changed", "gone", "split", "merged", "renumbered"):
        draw -= getattr(rates, kind)
        if draw < 0:
            long = length >= (16 if kind == "split" else 6)
            follows = index + 1 < len(old) and len(tokens(old[index + 1])) >= 6
            if not long or (kind == "merged" and not follows):
                return "same", 1
            return kind, 2 if kind == "merged" else 1
    return "same", 1


def _changed(text: str, random_: random.Random, donors: Sequence[str]) -> list[str]:
    """Other numbers, a negation, other words, fewer, more: up to a third of the words."""
    for _ in range(20):
        found = tokens(text)
        most = max(1, len(found) // 3)
        count = random_.randint(1, min(most, 12))
        at = random_.randrange(len(found) - count + 1)
        start, end = found[at].start, found[at + count - 1].end
        source = random_.choice(donors) if donors else text
        other = tokens(source)[: random_.randint(1, count)]
        written = source[other[0].start : other[-1].end] if other else "x"
        match random_.randrange(4):
            case 0:
                done = text[:start] + text[end:]
            case 1:
                done = text[:end] + " " + written + text[end:]
            case 2:
                done = _other_number(text, random_)
            case _:
                done = text[:start] + written + text[end:]
        if _body(done) != _body(text) and done.strip():
            return [done] if random_.random() < 0.6 else _changed(done, random_, donors)
    return [text + " not"]


def _body(text: str) -> tuple[str, ...]:
    return words(text[label_end(text) :])


def _renumbered(text: str, random_: random.Random, _: Sequence[str]) -> list[str]:
    """The same clause with another number before it, which counts as moved."""
    numbers = [token for token in tokens(text[: label_end(text)]) if token.word.isdigit()]
    if not numbers:
        return [text]
    last = numbers[-1]
    done = text[: last.start] + str(int(last.word) % 80 + random_.randint(1, 9)) + text[last.end :]
    return [done if _body(done) == _body(text) else text]


def _other_number(text: str, random_: random.Random) -> str:
    numbers = [token for token in tokens(text) if token.word.isdigit() and token.start >= label_end(text)]
    if numbers:
        chosen = random_.choice(numbers)
        return text[: chosen.start] + str(int(chosen.word) + random_.randint(1, 9)) + text[chosen.end :]
    for word, negated in (("shall", "shall not"), ("may", "may not"), ("する", "しない"), ("できる", "できない")):
        if word in text:
            return text.replace(word, negated, 1)
    return text


def _split(text: str, random_: random.Random, _: Sequence[str]) -> list[str]:
    found = tokens(text)
    at = found[random_.randint(len(found) // 3, 2 * len(found) // 3)].start
    return [text[:at].rstrip(), text[at:]] if text[:at].strip() else [text]


_EDITS = {
    "same": lambda text, *_: [text],
    "changed": _changed,
    "gone": lambda *_: [],
    "renumbered": _renumbered,
    "split": _split,
    "merged": lambda text, *_: [text],
}


def _move(truth: Truth, old: Sequence[str], random_: random.Random, rates: Rates) -> None:
    """Runs of up to three unchanged passages to a place at least a tenth of the document further."""
    for _ in range(round(len(old) * rates.moved)):
        length = random_.randint(1, 3)
        at = random_.randrange(max(len(truth) - length, 1))
        run = truth[at : at + length]
        if any(kind != "same" or len(words(texts[0])) < 8 for kind, _, texts in run):
            continue
        to = (at + random_.randint(len(truth) // 10 + 4, len(truth) // 2 + 4)) % len(truth)
        del truth[at : at + length]
        truth[to:to] = [("moved", mine, texts) for _, mine, texts in run]


def _relaid(text: str, random_: random.Random, share: float) -> str:
    """The same words set otherwise: line breaks, widths, quotation marks."""
    if random_.random() >= share:
        return text
    text = text.replace("“", '"').replace("”", '"').replace("’", "'")
    text = "".join("\n" if c == " " and random_.random() < 0.1 else c for c in text)
    if random_.random() < 0.5:
        text = text.translate({code: code + 0xFEE0 for code in map(ord, "0123456789()%")})
    return text


# ---- judging


def judged(
    old: Sequence[str], truth: Truth, matching: Matching
) -> tuple[Counter[str], Counter[str], Counter[str], int]:
    """Right, found and true pairs of each kind, by their words, and how many changed ones were called the same."""
    new = [text for _, _, texts in truth for text in texts]
    true: Counter[tuple[str, object, object]] = Counter()
    index = 0
    for kind, mine, texts in truth:
        theirs = tuple(range(index, index + len(texts)))
        true[kind, _said(old, mine), _said(new, theirs)] += 1
        index += len(texts)
    found = Counter((match.kind, _said(old, match.old), _said(new, match.new)) for match in matching.matches)
    right: Counter[str] = Counter()
    for key, count in found.items():
        right[key[0]] += min(count, true[key])
    # By another way than the matching's own: figures and negations of what is called the same.
    wrong = sum(
        _figures(old[match.old[0]]) != _figures(new[match.new[0]]) for match in matching.matches if match.kind == "same"
    )
    return right, _kinds(found), _kinds(true), wrong


def _figures(text: str) -> list[str]:
    return re.findall(r"\d+|[一二三四五六七八九十百千万]|\bnot\b|ない", unicodedata.normalize("NFKC", text))


def _said(texts: Sequence[str], indices: Sequence[int]) -> tuple[tuple[str, ...], ...]:
    return tuple(words(texts[index]) for index in indices)


def _kinds(counts: Counter[tuple[str, object, object]]) -> Counter[str]:
    kinds: Counter[str] = Counter()
    for key, count in counts.items():
        kinds[key[0]] += count
    return kinds


def contracts(name: str, language: str) -> Iterator[list[str]]:
    """Passages of the contracts of a data file."""
    with lzma.open(DATA / name, "rt", encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            if record.get("kind") == "contract" and record.get("lang") == language:
                yield passages_of(record["text"])


def passages_of(text: str) -> list[str]:
    """The passages of plain text."""
    return [text[a:b] for start, end in paragraphs(text) for a, b in passages(text, start, end)]


def main() -> None:
    """Print the figures of both languages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--contracts", type=int, default=20)
    arguments = parser.parse_args()
    for name, language in (("contracts.jsonl.xz", "en"), ("japanese.jsonl.xz", "ja")):
        random_ = random.Random(arguments.seed)
        texts = [found for found in contracts(name, language) if len(found) >= 40]
        chosen = random_.sample(texts, min(arguments.contracts, len(texts)))
        _report(language, chosen, random_)


def _report(language: str, chosen: Sequence[list[str]], random_: random.Random) -> None:
    right, found, true, wrong, seconds = Counter[str](), Counter[str](), Counter[str](), 0, 0.0
    for number, old in enumerate(chosen):
        truth = made_version(old, chosen[number - 1], random_)
        new = [text for _, _, texts in truth for text in texts]
        begin = time.process_time()
        matching = compare(old, new)
        seconds += time.process_time() - begin
        for total, more in zip((right, found, true), judged(old, truth, matching)[:3], strict=True):
            total.update(more)
        wrong += judged(old, truth, matching)[3]
    print(f"{language}: {len(chosen)} contracts, {sum(map(len, chosen))} passages, {seconds:.2f} s of processor time")
    for kind in ("same", "moved", "changed", "split", "merged", "new", "gone"):
        precision, recall = right[kind] / max(found[kind], 1), right[kind] / max(true[kind], 1)
        print(f"  {kind:8} precision {precision:6.1%}  recall {recall:6.1%}  of {true[kind]}")
    print(f"  called the same with other figures or negations: {wrong}")


if __name__ == "__main__":
    main()
