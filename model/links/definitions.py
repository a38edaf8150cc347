"""Defined terms: where a term is defined and which passages use it, English and Japanese.

A term that a large part of the passages use (Agreement, Party, 本契約) says nothing about any of them and is left out; of
the others a passage is linked to the few rarest that it uses. Time is linear in the text: a term is looked up only where a
word begins that some term begins with.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

MOST_IN_A_PASSAGE = 2
MOST_COMMON_SHARE = 0.1
BEFORE_THE_EYES = 4
_ALWAYS_ALLOWED_USES = 8

_QUOTED = r"[“\"‘](?P<{0}>[A-Z0-9][^“”\"‘’]{{1,60}}?|[A-Z][^“”\"]{{1,60}}?)[”\"’]"
_MEANS = re.compile(
    _QUOTED.format("term")
    + r"(?:\s+(?:or|and)\s+[“\"‘](?P<other>[A-Z][^“”\"]{1,60}?)[”\"’])?\s*,?\s*(?:\([^()]{0,80}\)\s*)?"
    r"(?:as used (?:herein|in this \w+),?\s*)?(?:(?:shall|will|will also|shall also|also)\s+)?"
    r"(?:means?\b|refers?\s+to\b|is\s+defined\s+as\b|has\s+the\s+meaning\b|have\s+the\s+meanings?\b|includes?\b)"
)
_BRACKET = re.compile(r"(?<![\w\]>!])\((?P<inside>[^()]{0,120}?[“\"][^()]{2,160}?)\)")
_INTRODUCES = re.compile(
    r"\s*(?:(?:collectively|individually|together|jointly|each|hereinafter|hereafter|herein|as\s+amended\S*|referred\s+to|called|as"
    r"|with|and|or|such|the|this|a|an|any|all|its|their|in|of|being|also|to|be|are|is|individually\s+and\s+collectively)[\s,]+)*",
    re.IGNORECASE,
)
_IN_QUOTES = re.compile(_QUOTED.format("term"))
_POINTS_ON = re.compile(
    r"\s*(?:\w+\s+){0,4}(?:set\s+forth|given|ascribed|assigned|specified|stated|provided|defined|described)\b"
)
_LETTERS = re.compile(r"[A-Za-z]\W?[A-Za-z]|[A-Z]$")
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_STARTS = frozenset(
    ["The", "Each", "Any", "All", "No", "Such", "If", "This", "These", "Neither", "Either", "In", "Upon"]
)

_MEANS_JA = re.compile(
    r"[「『](?P<term>[^「」『』]{2,30})[」』](?:\s*(?:又は|または|及び|および)\s*[「『][^「」『』]{2,30}[」』])?\s*(?:とは|と[はい]、)"
)
_HEREAFTER_JA = re.compile(
    r"[（(](?P<inside>以下[^（）()]{0,40}[「『][^（）()]{2,120}?(?:と(?:いう|いいます|総称|呼|称|定義)|とする)[^（）()]{0,12})[）)]"
)
_IN_THIS_JA = re.compile(r"以下(?:この|本)([条項号編章節款])(及び次)?[^「」『』。]{0,40}[「『]$")
_DEPTHS_JA = {"条": 2, "項": 3, "号": 4}
"""So many outermost steps of a clause: the part, the article, the paragraph, the item."""
_HEADINGS_JA = {
    level: re.compile(rf"第[0-9０-９〇一二三四五六七八九十百]{{1,5}}[{level}{outer}](?:の|[\s　]|$)")
    for level, outer in {"編": "", "章": "編", "節": "編章", "款": "編章節"}.items()
}
_IN_THIS = re.compile(
    r"\b(?:[Ii]n|of)\s+this\s+(?:Section|Article|Clause|Paragraph|section|clause|paragraph)\b[^.;]{0,40}[“\"‘]$"
)
_IN_QUOTES_JA = re.compile(r"[「『](?P<term>[^「」『』]{2,30})[」』]")
_IS_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_KANJI_OR_KATAKANA = re.compile(r"[\u4e00-\u9fff\u30a0-\u30ff々]")
_MAY_FOLLOW = frozenset("上等内外中時前後毎又及並若甲乙丙")
_MAY_PRECEDE = frozenset("該又及並若各同甲乙丙")


Way = Literal["means", "called"]
"""“Term” means …, 「…」とは…をいう; or a name for what was just said: (the “Term”), （以下「…」という）."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A term that the text `start:end` of a passage defines. `points_on`: only by saying where it is defined."""

    term: str
    start: int
    end: int
    way: Way
    points_on: bool = False


def definition_links(
    texts: Sequence[str], blocks: Sequence[int], clauses: Sequence[tuple[str, ...]] = (), *, plain: bool = False
) -> Iterator[tuple[int, int, float]]:
    """(passage that uses a term, passage that defines it, weight), for the `texts` of all passages and their blocks.

    `clauses` says where each passage stands, outermost step first (`Outline.clause`): a term that is defined for "this
    Section" or 以下この条において is linked from there alone. The weight falls from 1 as the term grows common. A use in the
    block of the definition is before the reader's eyes, and makes no link; in `plain` text, whose paragraphs may be long,
    only one at most `BEFORE_THE_EYES` passages away is.
    """
    defined = definitions(texts)
    scopes = _scopes(texts, defined, clauses) if clauses else {}
    everywhere = range(len(texts))
    uses = _uses(texts, defined)
    counts = Counter(term for used in uses for term in used)
    limit = max(_ALWAYS_ALLOWED_USES, MOST_COMMON_SHARE * len(texts))
    scale = math.log(limit + 1)
    for index, used in enumerate(uses):
        telling = sorted((counts[term], term) for term in used if counts[term] <= limit)
        targets: set[int] = set()
        for count, term in telling:
            reaching = [p for p in defined[term] if index in scopes.get((p, term), everywhere)]
            if not reaching:
                continue
            target = _nearest(reaching, index)
            is_seen = blocks[target] == blocks[index] and (not plain or abs(target - index) <= BEFORE_THE_EYES)
            if is_seen or target in targets:
                continue
            targets.add(target)
            yield index, target, round(1.0 - 0.9 * math.log(count) / scale, 3)
            if len(targets) == MOST_IN_A_PASSAGE:
                break


def _scopes(
    texts: Sequence[str], defined: dict[str, list[int]], clauses: Sequence[tuple[str, ...]]
) -> dict[tuple[int, str], range]:
    """The passages that a definition is for by its own words, by (passage, term), for the definitions that are limited."""
    limited: dict[tuple[int, str], range] = {}
    for term, places in defined.items():
        for place in places:
            quoted = (texts[place].find(mark + term) for mark in '「『“"‘')
            written = max(0, *quoted) + 1
            before = texts[place][max(0, written - 80) : written]
            if (found := _IN_THIS_JA.search(before)) and found[1] in _DEPTHS_JA:
                limited[place, term] = _around(place, clauses, _DEPTHS_JA[found[1]], with_next=bool(found[2]))
            elif found:
                limited[place, term] = _chapter(place, texts, _HEADINGS_JA[found[1]])
            elif _IN_THIS.search(before):
                limited[place, term] = _around(place, clauses, 2)
            elif clauses[place][0].startswith("附則"):  # each has a 施行日 of its own
                limited[place, term] = _around(place, clauses, 1)
    return limited


def _around(place: int, clauses: Sequence[tuple[str, ...]], depth: int, *, with_next: bool = False) -> range:
    """The passages about `place` in the same clause, as far as its `depth` outermost steps say, and in the next one."""
    scope = clauses[place][:depth]
    start = end = place
    while start > 0 and clauses[start - 1][:depth] == scope:
        start -= 1
    while end < len(clauses) and clauses[end][:depth] == scope:
        end += 1
    if with_next and end < len(clauses):
        end = _around(end, clauses, depth).stop
    return range(start, end)


def _chapter(place: int, texts: Sequence[str], heading: re.Pattern[str]) -> range:
    start = next((i for i in range(place, -1, -1) if heading.match(texts[i])), 0)
    end = next((i for i in range(place + 1, len(texts)) if heading.match(texts[i])), len(texts))
    return range(start, end)


def definitions(texts: Sequence[str]) -> dict[str, list[int]]:
    """The passages that define each term, in order. One that only points on ("has the meaning set forth in") gives way."""
    firm: dict[str, list[int]] = defaultdict(list)
    pointing: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(texts):
        for definition in defined_in(text):
            places = (pointing if definition.points_on else firm)[definition.term]
            if index not in places[-1:]:
                places.append(index)
    return {**pointing, **firm}


def defined_in(text: str) -> Iterator[Definition]:
    """The terms that a passage defines, and where in it."""
    for found in _MEANS.finditer(text):
        points_on = "meaning" in found.group()[-12:] and _POINTS_ON.match(text, found.end()) is not None
        for group in ("term", "other"):
            if found[group] and _LETTERS.search(found[group]):
                yield _definition(found[group], found.start(group), "means", points_on)
    for bracket in _BRACKET.finditer(text):
        yield from _introduced(bracket["inside"], bracket.start("inside"))
    for found in _MEANS_JA.finditer(text):
        yield Definition(found["term"], *found.span("term"), "means")
    for bracket in _HEREAFTER_JA.finditer(text):
        for found in _IN_QUOTES_JA.finditer(bracket["inside"]):
            start = bracket.start("inside") + found.start("term")
            yield Definition(found["term"], start, start + len(found["term"]), "called")


def _definition(written: str, start: int, way: Way, points_on: bool = False) -> Definition:
    term = written.strip(" ,.")
    start += written.index(term)
    return Definition(term, start, start + len(term), way, points_on)


def _introduced(inside: str, start: int) -> Iterator[Definition]:
    """The terms of (the “Services”) or (each a “Party” and together the “Parties”); nothing of a bracket that says more."""
    position = 0
    for found in _IN_QUOTES.finditer(inside):
        if not _INTRODUCES.fullmatch(inside[position : found.start()].rstrip() + " "):
            return
        if _LETTERS.search(found["term"]):
            yield _definition(found["term"], start + found.start("term"), "called")
        position = found.end()


def _uses(texts: Sequence[str], defined: dict[str, list[int]]) -> list[set[str]]:
    """The terms that each passage uses without defining them."""
    english: dict[str, list[str]] = defaultdict(list)
    japanese: list[str] = []
    for term in sorted(defined, key=len, reverse=True):
        if _IS_JAPANESE.search(term):
            japanese.append(term)
        elif (first := _WORD.match(term)) and len(term) > 1:
            english[first.group()].append(term)
    pattern = re.compile("|".join(map(re.escape, japanese))) if japanese else None
    found = []
    for index, text in enumerate(texts):
        used = set(_english_uses(text, english))
        if pattern is not None and _IS_JAPANESE.search(text):
            used |= set(_japanese_uses(text, pattern))
        # A heading or cell that is hardly more than the term itself says nothing with it.
        found.append({t for t in used if index not in defined[t] and len(text) > 2 * len(t) + 4})
    return found


def _english_uses(text: str, terms: dict[str, list[str]]) -> Iterator[str]:
    """Terms in `text`, the longest at each place; a plural counts. Terms are written with capitals, and found by them."""
    words = list(_WORD.finditer(text))
    end = 0
    for position, word in enumerate(words):
        start = word.start()
        if start < end:
            continue
        candidates = [*terms.get(word.group(), ()), *terms.get(word.group().removesuffix("s"), ())]
        for term in sorted(candidates, key=len, reverse=True):
            if text.startswith(term, start) and (
                whole := re.compile(r"(?:s|es)?(?![\w-])").match(text, start + len(term))
            ):
                end = whole.end()
                if not _is_part_of_a_name(text, words[position - 1] if position else None, start, end):
                    yield term
                break


def _is_part_of_a_name(text: str, before: re.Match[str] | None, start: int, end: int) -> bool:
    """Whether a word with a capital stands beside it: Research in "the Collaborative Research Agreement" is another thing."""
    if re.match(r" [A-Z]", text[end : end + 2]):
        return True
    if before is None or text[before.end() : start] != " " or before.start() == 0:
        return False
    return before.group()[0].isupper() and before.group() not in _SENTENCE_STARTS


def _japanese_uses(text: str, terms: re.Pattern[str]) -> Iterator[str]:
    """Terms in `text` that are no part of a longer word: 本契約 is not in 基本契約, nor 本サービス in 本サービス利用料."""
    for found in terms.finditer(text):
        before, after = text[found.start() - 1 : found.start()], text[found.end() : found.end() + 1]
        grown = (
            _KANJI_OR_KATAKANA.match(before) and before not in _MAY_PRECEDE and _KANJI_OR_KATAKANA.match(found.group())
        )
        goes_on = (
            _KANJI_OR_KATAKANA.match(after) and after not in _MAY_FOLLOW and _KANJI_OR_KATAKANA.match(found.group()[-1])
        )
        if not grown and not goes_on:
            yield found.group()


def _nearest(places: Sequence[int], index: int) -> int:
    """The last definition before the use, else the first: an exhibit may define a term anew."""
    before = [place for place in places if place < index]
    return before[-1] if before else places[0]
