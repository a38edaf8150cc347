"""Defined terms: where each is defined, in which sentence, and what other names the same words give it.

The definitions that make links (`model.links.definitions`) are all here. Added are forms that are plain to a reader but would
be wrong too often for links that no one looks at: a glossary's entry without quotation marks, 以下「甲」という outside of
brackets, an item of a Japanese list of definitions.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.analysis.structure.clauses import Clauses
from app.analysis.structure.passages import Walked
from app.analysis.structure.values import Definition
from model.links import definitions as by_rule

_MARK = r"(?:[\d.]{1,8}|\(\w{1,4}\)|\w\.)?\s*"
_ENTRY = re.compile(
    rf"{_MARK}(?:The\s+term\s+)?(?P<term>[A-Z][\w-]{{1,30}}(?:\s+(?:[A-Z][\w-]{{0,30}}|of|and|or|the|to|for)){{0,5}}?)\s+"
    r"(?:means|shall\s+mean|has\s+the\s+meaning)\b"
)
_NO_TERM = frozenset(["This", "That", "It", "Which", "There", "What", "Such", "These", "Nothing"])
_QUOTED_ENTRY = re.compile(rf"{_MARK}“(?P<term>[A-Z][^“”]{{1,60}})”\s*(?::|–|—|-)\s")
_OR = re.compile(r"[,.]?[”\"’」』]\s*[,、]?\s*(?:or|又は|または|もしくは|若しくは)?\s*(?:the\s+)?[“\"‘「『]")
_SHORTEST = 6
_CALLED_JA = re.compile(
    r"以下、?(?:(?:総称して|あわせて|併せて|単に|それぞれ|これらを)、?)*[「『](?P<term>[^「」『』]{1,30})[」』](?:と(?:いう|い[いう]|称|呼|する|し)|、)"
)
_UNQUOTED_JA = re.compile(
    r"[（(]以下、?(?:単に)?(?P<term>[^「」『』（）()、。\s]{1,20}?)と(?:いう|いいます|称する|称します|呼ぶ|呼びます|する)。?[）)]"
)
_ITEM_JA = re.compile(
    r"(?:[(（]?[0-9０-９一二三四五六七八九十]{1,3}[)）]?|[①-⑳ア-ン])[\s　.．]+(?P<term>[^\s　、。「」]{2,24})"
    r"[\s　]+[^。]{4,400}をいう。?$"
)
_MEANS_JA = re.compile(
    r"[「『](?P<term>[^「」『』]{1,30})[」』](?:[（(][^（）()]{0,40}[）)])?"
    r"[\s　]*(?:とは|[:：]|[\s　][^。]{2,400}をい(?:う|います)。?$)"
)
_LIST = re.compile(
    r"(?P<terms>(?:[“\"][A-Z][^“”\"]{1,40}[”\"],?\s+(?:(?:and|or)\s+)?){2,8})(?:(?:shall|will)\s+)?(?:(?:each|all)\s+)?"
    r"(?:means?|refers?\s+to)\b"
)
_SINGLE = re.compile(r"\((?:(?:the|an?|each|hereinafter|this)\s+){0,2}‘(?P<term>[A-Z][^‘’()]{1,40})’\)")
_CAPACITY = re.compile(r"\(in\s+(?:such|its)\s+capacity[^()“”\"]{0,40}\s[“\"](?P<term>[A-Z][^“”\"()]{1,40})[”\"]\)")
_LISTED = re.compile(r"[“\"](?P<term>[A-Z][^“”\"]{1,40}?),?[”\"]")
_EMPTY = re.compile(r"[●○〇＿_\s・*＊]*")


def find_definitions(walked: Walked, clauses: Clauses) -> tuple[Definition, ...]:
    """All definitions, in the order of the text. Where a term is defined twice, both are there."""
    found: list[Definition] = []
    for index, passage in enumerate(walked.passages):
        text = walked.texts[index]
        if index in walked.outline.in_contents or len(text) < _SHORTEST:
            continue
        here = _in_passage(text)
        for place, term in enumerate(here):
            found.append(
                Definition(
                    term.term,
                    passage.start + term.start,
                    passage.start + term.end,
                    (passage.start, passage.end),
                    "points-on" if term.points_on else term.way,
                    tuple(dict.fromkeys(other.term for other in _same_words(text, here, place))),
                    clauses.of_passage[index],
                )
            )
    return tuple(found)


def _in_passage(text: str) -> list[by_rule.Definition]:
    """In order; where two rules find one term, the first that did."""
    found: dict[tuple[int, int], by_rule.Definition] = {}
    for definition in (*by_rule.defined_in(text), *_more(text)):
        is_known = any(known.start < definition.end and definition.start < known.end for known in found.values())
        if not is_known and not _EMPTY.fullmatch(definition.term):
            found[definition.start, definition.end] = definition
    return [found[place] for place in sorted(found)]


def _more(text: str) -> Iterator[by_rule.Definition]:
    if (entry := _ENTRY.match(text)) and entry["term"].split()[0] not in _NO_TERM:
        yield by_rule.Definition(entry["term"], *entry.span("term"), "means")
    for pattern in (_QUOTED_ENTRY, _ITEM_JA, _MEANS_JA):
        if entry := pattern.match(text):
            yield by_rule.Definition(entry["term"], *entry.span("term"), "means")
    for listed in _LIST.finditer(text):
        for found in _LISTED.finditer(text, *listed.span("terms")):
            yield by_rule.Definition(found["term"], *found.span("term"), "means")
    for pattern in (_SINGLE, _CAPACITY, _CALLED_JA, _UNQUOTED_JA):
        for found in pattern.finditer(text):
            yield by_rule.Definition(found["term"], *found.span("term"), "called")


def _same_words(text: str, here: list[by_rule.Definition], place: int) -> Iterator[by_rule.Definition]:
    """The definitions beside this one that only "or" parts from it: “Affiliate” or “Related Company”."""
    for step in (-1, 1):
        other = place + step
        while 0 <= other < len(here):
            before, after = sorted((here[other - step], here[other]), key=lambda definition: definition.start)
            if not _OR.fullmatch(text, before.end, after.start):
                break
            yield here[other]
            other += step
