"""Every place that names a clause, with the clause that it names, the other document that it means, or neither.

What makes links (`model.links.references`) is all here, with its exact range and its very subclause. Added is what makes no
link because the reader is there already ("this Section", 本条), because it is a range ("Articles 4 through 6"), or because it
only makes sense after what was named before it (同条第2項, 前2項, 前各号).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from app.analysis.structure.clauses import Clauses
from app.analysis.structure.passages import Walked
from app.analysis.structure.relative import (
    Named,
    neighbours,
    of_named_article,
    own_clauses,
    relative_japanese,
    to_clauses,
)
from app.analysis.structure.values import Range, Reference
from model.links import references as by_rule
from model.links.numbers import roman

_THROUGH = re.compile(r"\s*(?:through|to|[-–—]|thru)\s*|[\s　]*(?:から|ないし|乃至|～|〜|－)[\s　]*")
_UNTIL_JA = re.compile(r"まで|(?=[はのをに])")
_LONGEST_RANGE = 60
_LONGEST_JOINT = 12
_MORE_PARTS = re.compile(
    r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|&)\s+)(?P<number>[A-Z](?:-\d{1,2})?|\d{1,2}|[IVX]{1,5})(?![\w.]\w|\w)"
)
_MARK_BEFORE = r"(?:^|[\s;:,.(（、。])"

_DOCUMENT = re.compile(
    r",?\s*\(?(?:of|in|to|under|from|pursuant\s+to)\s+(?:the|that|such|its|their|any|each|an?)?\s*(?:certain\s+)?[“\"]?"
    r"(?P<name>(?:[A-Z]|\d{1,2}\s+[A-Z]\.)[\w&.'’-]*(?:\s+(?:of|and|on|for|the|to|&|in|\d{4}|[A-Z(][\w&.'’)-]*)){0,9})"
)
_LAW_BEFORE = re.compile(
    r"(?P<name>\d{1,2}\s+(?:U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?)"
    r"|(?:[A-Z][\w&.'’-]*\s+){0,5}(?:Act|Code|Law|Rules?|Regulations?|Directive|Treaty|Constitution|GDPR|CCPA|UCC|ERISA|HIPAA))"
    r"[,.)]?\s*(?:\([^()]*\)\s*)?,?\s*§*\s*$"
)
_LAW_BEFORE_JA = re.compile(
    r"(?P<name>[^\s　、。，．（）()「」『』・はがをにので]{1,30}?(?:法律?|令|規則|規程|条例|条約|協定|憲法|約款|契約書?|規約|指令"
    r"|ガイドライン|附則))[」』]?(?:[（(][^（）()]*[）)])?の?\s*$"
)
_OF_LAW = re.compile(r"(?:法律|法|令|規則)附則[\s　]*$")
_OF_CLAUSE = re.compile(
    r"\s*,?\s+(?:of|in)\s+(?:(?:this|the)\s+)?(?=(?i:sections?|articles?|clauses?|paragraphs?|sub-?sections?)\s)"
)
_CITED = re.compile(
    r"(?:(?:clauses?|paragraphs?|items?|sub-?\w+|sections?)\s*|\)\s*(?:,|or|and|through|to|and/or|-|–)\s*)$",
    re.IGNORECASE,
)
"""Before a mark that is only named, not set."""
_LONGEST_CLAUSE = 20_000
_NEXT_ROMAN, _NEXT_LETTER = (
    re.compile(rf"[;,.:](?=\s+(?:(?:and|or)\s+)?\({style}\)\s)|(?=\n\n)") for style in ("[ivx]{1,5}", r"\w{1,3}")
)
_TRAILING = re.compile(
    r"(?:\s+and\s+(?:Sections?|Articles?|Exhibits?)\b.*)?(?:\s+(?:of|and|on|for|the|to|in|&|\d{4}))+$"
)


@dataclass(frozen=True)
class _Finder:
    """What is looked up again and again: the clauses of each path in order, also by part; and `items` found in their midst.

    `has_sections`: it is known where the section around a passage begins, also where that has no number.
    """

    walked: Walked
    clauses: Clauses
    by_path: dict[tuple[str, ...], list[int]]
    by_part: dict[tuple[int, tuple[str, ...]], list[int]]
    has_sections: bool
    items: dict[tuple[int, str], Range | None] = field(default_factory=dict)


def find_references(walked: Walked, clauses: Clauses) -> tuple[Reference, ...]:
    """All references, in the order of the text; none overlaps another."""
    found: list[Reference] = []
    by_path: dict[tuple[str, ...], list[int]] = defaultdict(list)
    by_part: dict[tuple[int, tuple[str, ...]], list[int]] = defaultdict(list)
    for number, clause in enumerate(clauses.found):
        by_path[clause.path].append(number)
        by_part[clauses.parts[number], clause.path].append(number)
    has_headings = any(block.type == "heading" for block in walked.document.blocks)
    finder = _Finder(walked, clauses, by_path, by_part, has_headings or walked.document.kind == "contract")
    for index, text in enumerate(walked.texts):
        if index in walked.outline.in_contents:
            continue
        found += _in_passage(finder, index, text)
    return tuple(found)


def _in_passage(finder: _Finder, index: int, text: str) -> list[Reference]:
    """Where two rules find references at one place, "this Section 9" goes before what names clauses elsewhere."""
    offset = finder.walked.passages[index].start
    found = list(own_clauses(finder.clauses, index, text, bare=finder.has_sections))
    named = [one for one in _named(finder, index, text) if not _overlaps(one, found)]
    named = of_named_article(finder.by_path, finder.clauses, text, list(_of_clauses(finder, index, text, named)))
    named = _with_documents(text, [*_joined(finder, text, named), *_more_parts(finder, index, text, named)])
    found += named
    for one in relative_japanese(finder.clauses, index, text, named):
        if one.whole:  # 第3条第1項各号 stands for what names 第3条第1項
            found = [known for known in found if not (one.start <= known.start and known.end <= one.end)]
        if not _overlaps(one, found):
            found.append(one)
    return [
        Reference(offset + one.start, offset + one.end, one.state, one.path, one.targets, one.places, one.document)
        for one in sorted(found, key=lambda one: one.start)
    ]


def _overlaps(one: Named, found: list[Named]) -> bool:
    return any(known.start < one.end and one.start < known.end for known in found)


def _with_documents(text: str, named: list[Named]) -> list[Named]:
    """In a list of references to another document, its name stands beside one of them."""
    named = sorted(named, key=lambda one: one.start)
    pairs = [*range(1, len(named)), *(-number for number in range(len(named) - 1, 0, -1))]
    for number in pairs:
        here, there = (number, number - 1) if number > 0 else (-number - 1, -number)
        first, second = named[min(here, there)], named[max(here, there)]
        listed = second.start - first.end <= _LONGEST_JOINT and not set(text[first.end : second.start]) & set(".;。")
        if listed and named[here].state == named[there].state == "elsewhere" and not named[here].document:
            named[here] = replace(named[here], document=named[there].document)
    return named


def _more_parts(finder: _Finder, index: int, text: str, named: list[Named]) -> Iterator[Named]:
    """The rest of "Exhibits A, B and C"."""
    for one in named:
        if one.kind != "part" or not re.match(r"[A-Za-z]+[sS]\s", text[one.start : one.end]):
            continue
        end = one.end
        while more := _MORE_PARTS.match(text, end):
            path = (one.path[0], more["number"])
            target = finder.walked.outline.part(path, index)
            clause = finder.clauses.of_passage[target] if target is not None else None
            yield to_clauses(finder.clauses, *more.span("number"), path, () if clause is None else (clause,), "part")
            end = more.end()


def _named(finder: _Finder, index: int, text: str) -> Iterator[Named]:
    """The references of the links' rules, each with its clause."""
    outline = finder.walked.outline
    for reference, resolved in by_rule.located_references(text, index, outline):
        one = Named(reference.start, reference.end, "missing", reference.path, kind=reference.kind)
        clause = finder.clauses.of_passage[resolved[0]] if resolved is not None else None
        if clause is not None:
            clause = _innermost(finder, clause, reference.path)
        if clause is not None and _is_meant(finder, index, text, clause, reference):
            yield _found(finder, one, clause)
        elif reference.other_document and not (_OF_CLAUSE.match(text, reference.end) and reference.relative):
            yield replace(one, state="elsewhere", document=_other_document(text, reference.start, reference.end))
        elif (only := _only(finder, index, reference)) is not None:
            yield _found(finder, one, only)
        else:
            yield one


def _is_meant(finder: _Finder, index: int, text: str, clause: int, reference: by_rule.Reference) -> bool:
    """Whether the clause is the one that is named, or one around it that a reader would turn to."""
    path, named = finder.clauses.found[clause].path, reference.path
    if reference.kind == "part":
        return True
    if _OF_LAW.search(text, max(reference.start - 20, 0), reference.start):
        return False
    for wanted in (named, _without_first_paragraph(named)):
        if not reference.relative and path[: len(wanted)] == wanted[: len(path)]:
            return True
        if reference.relative and path[-len(wanted) :] == wanted:
            word = text[reference.start : reference.start + 2]
            counts = word in ("前条", "次条")
            return not counts or neighbours(finder.clauses, finder.clauses.of_passage[index], clause)
    return False


def _without_first_paragraph(path: tuple[str, ...]) -> tuple[str, ...]:
    """The first paragraph of a Japanese article has mostly no number: 第3条第1項第2号 is the second item right in 第3条."""
    return (path[0], *path[2:]) if len(path) > 2 - (path[-1:] == ("1",)) and path[1:2] == ("1",) else path


def _found(finder: _Finder, one: Named, clause: int) -> Named:
    place = _place(finder, clause, one.path, one.kind)
    return replace(one, state="found", targets=(clause,), places=(place,))


def _only(finder: _Finder, index: int, reference: by_rule.Reference) -> int | None:
    """The one clause with this number, where the rules of the links saw it twice because a table of contents has it as well."""
    part = finder.walked.outline.parts[index]
    if reference.relative or reference.kind == "part" or reference.whose != "own":
        return None
    for place in dict.fromkeys((part, finder.walked.outline.mains[part])):
        same = finder.by_part.get((place, reference.path), [])
        if len(same) == 1:
            return same[0]
    return None


def _of_clauses(finder: _Finder, index: int, text: str, named: list[Named]) -> Iterator[Named]:
    """Find what has only a letter: "clause (b) of Section 7.4"; a lone "clause (b)" in the midst of the clause around it."""
    for number, one in enumerate(named):
        is_item = one.kind == "section" and one.state == "missing" and len(one.path) == 1 and one.path[0].isalnum()
        if not is_item or not text[one.start : one.end].rstrip().endswith(")"):
            yield one
            continue
        following = next((other for other in named[number + 1 :] if other.targets), None)
        joint = _OF_CLAUSE.match(text, one.end)
        if following is not None and joint is not None and joint.end() == following.start:
            whole = replace(one, path=following.path + one.path)
            yield _found(finder, whole, _innermost(finder, following.targets[0], whole.path))
            continue
        offset = finder.walked.passages[index].start
        yield _item_around(finder, finder.clauses.of_passage[index], one, offset)


def _item_around(finder: _Finder, clause: int | None, one: Named, offset: int) -> Named:
    """The item within the nearest of the clauses around that has one with this mark."""
    while clause is not None:
        around = finder.clauses.found[clause]
        place = _item_in(finder, clause, one.path[-1])
        if place is not None and not place[0] <= offset + one.start < place[0] + 8:
            path = around.path + one.path
            inner = _innermost(finder, clause, path)
            return replace(one, state="found", targets=(inner,), places=(place,), path=path)
        clause = around.parent
    return one


def _innermost(finder: _Finder, clause: int, path: tuple[str, ...]) -> int:
    """The clause with this very path within the one that the rules of the links found."""
    same = finder.by_path.get(path, [])
    following = bisect_right(same, clause)
    is_within = following < len(same) and finder.clauses.found[same[following]].start < finder.clauses.found[clause].end
    return same[following] if is_within else clause


def _place(finder: _Finder, clause: int, path: tuple[str, ...], kind: str) -> Range:
    """What of the text is meant: the whole clause, or the item within it that begins no clause of its own."""
    target = finder.clauses.found[clause]
    is_lettered = kind == "section" and len(path) > 1 and (path[-1].isalpha() or len(path) > 2)
    if is_lettered and target.path[-1:] != path[-1:]:
        inner = _item_in(finder, clause, path[-1])
        if inner is not None:
            return inner
    return target.start, target.end


def _item_in(finder: _Finder, clause: int, mark: str) -> Range | None:
    """Where "(b)" stands in the midst of a clause, as far as the next such mark; None where it stands there twice."""
    if (clause, mark) not in finder.items:
        target = finder.clauses.found[clause]
        end = min(target.end, target.start + _LONGEST_CLAUSE)
        finder.items[clause, mark] = _item(finder.walked.document.text, target.start, end, mark)
    return finder.items[clause, mark]


def _item(text: str, start: int, end: int, mark: str) -> Range | None:
    form = re.compile(rf"{_MARK_BEFORE}(\({re.escape(mark)}\)|{re.escape(mark)}\))\s", re.MULTILINE)
    marks = (one.start(1) for one in form.finditer(text, start, end))
    set_here = [place for place in marks if not _CITED.search(text, max(place - 20, 0), place)]
    if len(set_here) != 1:
        return None
    is_roman = roman(mark) is not None and (len(mark) > 1 or mark in "ivx")
    following = _NEXT_ROMAN if is_roman else _NEXT_LETTER
    after = following.search(text, set_here[0] + len(mark), end)
    return set_here[0], after.end() if after else end


def _joined(finder: _Finder, text: str, named: list[Named]) -> Iterator[Named]:
    """Make one reference, to three clauses, of "Sections 4 through 6"."""
    position = 0
    while position < len(named):
        first = named[position]
        second = named[position + 1] if position + 1 < len(named) else None
        if second is not None and _is_range(text, first, second):
            yield _range(finder, text, first, second)
            position += 2
        else:
            yield first
            position += 1


def _is_range(text: str, first: Named, second: Named) -> bool:
    between = _THROUGH.fullmatch(text, first.end, second.start)
    if between is None or len(first.path) != len(second.path) or first.path[:-1] != second.path[:-1]:
        return False
    japanese = not between.group().isascii() and "から" in between.group()
    return not japanese or _UNTIL_JA.match(text, second.end) is not None


def _range(finder: _Finder, text: str, first: Named, second: Named) -> Named:
    """Every clause from the first to the second that stands beside them."""
    until = _UNTIL_JA.match(text, second.end)
    whole = replace(first, end=until.end() if until and not text[first.start].isascii() else second.end)
    if not (first.targets and second.targets):
        return whole if first.targets or second.state != "found" else replace(second, start=first.start)
    clauses = finder.clauses.found
    low, high = first.targets[0], second.targets[0]
    level, parent = clauses[low].level, clauses[low].parent
    between = [
        number
        for number in range(low, min(high, low + 40 * _LONGEST_RANGE) + 1)
        if clauses[number].level == level and clauses[number].parent == parent
    ]
    targets = tuple(between[:_LONGEST_RANGE]) if high in between else (low, high)
    places = tuple((clauses[number].start, clauses[number].end) for number in targets)
    return replace(whole, targets=targets, places=places)


def _other_document(text: str, start: int, end: int) -> str:
    """The name of the other document where it stands beside the reference, else nothing."""
    if found := _DOCUMENT.match(text, end):
        return _TRAILING.sub("", found["name"]).rstrip(" .,")
    before = text[max(0, start - 80) : start]
    if found := _LAW_BEFORE_JA.search(before) or _LAW_BEFORE.search(before):
        return found["name"].strip(" .,")
    return ""
