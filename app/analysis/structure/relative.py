"""References that say where the reader is, or count from there: "this Section", 本項, 前2項, 前各号, 同条第2項."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from app.analysis.structure.clauses import Clauses
from app.analysis.structure.values import Clause, ClauseKind, Range, ReferenceState
from model.links.numbers import digits, roman, steps
from model.links.outline import JA_NUMBER

_THIS = re.compile(
    r"\b(?:[Tt]his|THIS)\s+(?P<word>(?i:section|article|clause|paragraph|sub-?section|sub-?clause|exhibit|schedule|annex|appendix))\b"
    r"(?:\s+(?P<number>\d{1,3}(?:\.\d{1,3})*|[IVXLC]{1,6}|[A-Z])(?P<inner>(?:\s?\(\w{1,4}\))*)(?![\w.]\w))?"
)
_PART: tuple[ClauseKind, ...] = ("part",)
_KINDS: dict[str, tuple[ClauseKind, ...]] = {
    "article": ("article",),
    "exhibit": _PART,
    "schedule": _PART,
    "annex": _PART,
    "appendix": _PART,
    "section": ("section", "article", "heading"),
}
_SAME = re.compile(
    rf"同(?P<level>[条項号])(?:第\s*(?P<paragraph>{JA_NUMBER})\s*項)?(?:第\s*(?P<item>{JA_NUMBER})\s*号)?"
)
_BEFORE = re.compile(r"前(?P<count>[2-9２-９二三四五六七八九]|各)(?P<level>[条項号])")
_OWN = re.compile(
    rf"(?P<which>[前次本])(?P<level>[項号])(?:第\s*(?P<item>{JA_NUMBER})\s*号)?|(?P<items>次の各号)|本(?P<article>条)(?!例)"
)
_ITEMS_OF = re.compile(r"各号")
_PARAGRAPH = re.compile(rf"第\s*{JA_NUMBER}\s*項")
_BRANCHES = re.compile(rf"(?:の{JA_NUMBER})+")
_LISTED = re.compile(
    r"(?:各号|[イロハニホヘトチリヌルヲワカヨ]|から|まで|本文|ただし書|前段|後段|の規定|（[^（）]{0,60}）)*[、，\s]*"
    r"(?:及び|および|並びに|又は|または|若しくは|もしくは|から|ないし|と)?[、，\s]*"
)
_LONGEST_BARE = 6000
"""A clause of more characters probably holds others whose numbers were not read."""
_MOST = 60
"""So many clauses at most are the targets of one reference."""


@dataclass(frozen=True, slots=True)
class Named:
    """A reference by offsets into its passage; `whole`: it takes the place of those that it covers."""

    start: int
    end: int
    state: ReferenceState
    path: tuple[str, ...]
    targets: tuple[int, ...] = ()
    places: tuple[Range, ...] = ()
    document: str = ""
    kind: str = ""
    whole: bool = False


def own_clauses(clauses: Clauses, index: int, text: str, *, bare: bool) -> Iterator[Named]:
    """Where "this Section 9" stands, the clause around it with that number.

    With `bare` also "this Section": the innermost around it of that kind.
    """
    for found in _THIS.finditer(text):
        if not (bare or found["number"]):
            continue
        around = list(_around(clauses, clauses.of_passage[index]))
        number = _this(clauses, around, found["word"].lower(), _path(found["number"] or "", found["inner"]))
        if number is not None:
            yield to_clauses(clauses, *found.span(), clauses.found[number].path, (number,))
        elif found["number"]:
            yield to_clauses(clauses, *found.span(), _path(found["number"], found["inner"]), ())


def _path(written: str, inner: str) -> tuple[str, ...]:
    value = roman(written) if written else None
    return ((str(value),) if value is not None else steps(written)) + steps("", inner or "")


def _around(clauses: Clauses, number: int | None) -> Iterator[int]:
    """The clause and those around it, the innermost first."""
    while number is not None:
        yield number
        number = clauses.found[number].parent


def _this(clauses: Clauses, around: Sequence[int], word: str, path: tuple[str, ...]) -> int | None:
    if path:  # as written, or where only the clause around it has a number of its own
        fixed = sum(step.isdecimal() for step in path)
        for length in range(len(path), max(fixed, 1) - 1, -1):
            for number in around:
                if clauses.found[number].path[-length:] == path[:length]:
                    return number
        return None
    kinds = _KINDS.get(word, ("item", "section"))
    found = next((clauses.found[n] for kind in kinds for n in around if clauses.found[n].kind == kind), None)
    if found is None or (found.kind != "part" and found.end - found.start > _LONGEST_BARE):
        return None
    return next(n for n in around if clauses.found[n] is found)


def relative_japanese(clauses: Clauses, index: int, text: str, named: Sequence[Named]) -> Iterator[Named]:
    """What counts from the clause of the passage, or from the last one that was named before in it."""
    if "条" not in text and "項" not in text and "号" not in text:
        return
    own = clauses.of_passage[index]
    for found in _BEFORE.finditer(text):
        yield _counted(clauses, own, found)
    for found in _OWN.finditer(text):
        if found["items"]:
            yield _items(clauses, own, found.start(), found.end())
        elif (number := _beside(clauses, own, found)) is not None:
            yield _within(clauses, number, found.start(), found.end(), found["item"])
    for found in _ITEMS_OF.finditer(text):
        ahead = next((one for one in named if one.end == found.start() and one.targets), None)
        if ahead is not None:
            yield _items(clauses, ahead.targets[0], ahead.start, found.end())
    for found in _SAME.finditer(text):
        before = [one for one in named if one.end <= found.start() and one.kind == "article"]
        if before:
            yield _same(clauses, before[-1], found)


def of_named_article(
    by_path: Mapping[tuple[str, ...], list[int]], clauses: Clauses, text: str, named: list[Named]
) -> list[Named]:
    """In 第十一条第二項及び第四項, 第四項 is that of 第十一条, not that of the article around the words; so is it after a law."""
    told: list[Named] = []
    for one in named:
        before = told[-1] if told else None
        if before is None or before.kind != "article" or not _PARAGRAPH.match(text, one.start):
            told.append(one)
        elif _BRANCHES.fullmatch(text, before.end, one.start):  # 第二十四条の六の五第一項
            state: ReferenceState = "elsewhere" if before.state == "elsewhere" else "missing"
            told[-1] = Named(before.start, one.end, state, before.path, document=before.document, kind="article")
        elif _LISTED.fullmatch(text, before.end, one.start) and text.find("条", before.start, before.end) >= 0:
            told.append(_beside_article(by_path, clauses, before, one))
        elif _LISTED.fullmatch(text, before.end, one.start) and before.state == "elsewhere":
            told.append(replace(one, state="elsewhere", targets=(), places=(), document=before.document))
        else:
            told.append(one)
    return told


def _beside_article(by_path: Mapping[tuple[str, ...], list[int]], clauses: Clauses, before: Named, one: Named) -> Named:
    if before.state == "elsewhere":
        return replace(one, state="elsewhere", targets=(), places=(), document=before.document)
    inner = next((n for n, step in enumerate(one.path) if step.startswith("#")), len(one.path))
    path = (*before.path[:1], *one.path[max(inner - 1, 0) :])
    target = before.targets[0] if before.targets else None
    while target is not None and len(clauses.found[target].path) > 1:
        target = clauses.found[target].parent
    same = [n for n in by_path.get(path, ()) if target is not None and target < n]
    if same and target is not None and clauses.found[same[0]].start < clauses.found[target].end:
        return to_clauses(clauses, one.start, one.end, path, (same[0],))
    return to_clauses(clauses, one.start, one.end, path, (target,) if target is not None else ())


def to_clauses(
    clauses: Clauses, start: int, end: int, path: tuple[str, ...], targets: tuple[int, ...], kind: str = "article"
) -> Named:
    """A reference to whole clauses; to none, it is one to a clause that is missing."""
    places = tuple((clauses.found[number].start, clauses.found[number].end) for number in targets)
    return Named(start, end, "found" if targets else "missing", path, targets, places, kind=kind)


def _depth(clauses: Clauses, own: int | None, level: str) -> int | None:
    """The 条, 項 or 号 around the words."""
    wanted = {"条": 1, "項": 2, "号": 3}[level]
    for number in _around(clauses, own):
        path, is_item = clauses.found[number].path, _is_item(clauses, number)
        if (level == "号" and is_item) or (level != "号" and not is_item and len(path) == wanted):
            return number
    return None


def _before(clauses: Clauses, number: int, most: int) -> list[int]:
    """At most so many clauses of one kind with `number` that stand right before it in the clause around them."""
    clause = clauses.found[number]
    beside = clauses.children[clause.parent]
    place = bisect_left(beside, number)
    return [other for other in beside[max(place - most, 0) : place] if _is_like(clauses.found[other], clause)]


def _is_like(one: Clause, other: Clause) -> bool:
    return (
        one.kind == other.kind
        and len(one.path) == len(other.path)
        and one.path[-1:] != ()
        and one.path[-1].startswith("#") == other.path[-1].startswith("#")
    )


def neighbours(clauses: Clauses, own: int | None, target: int) -> bool:
    """Whether 前条 or 次条 can mean `target`: a law that is printed in part goes from 第一条 to 第四条."""
    here = _depth(clauses, own, "条")
    if here is None:
        return True
    numbers = [clauses.found[number].path[0] for number in (here, target) if clauses.found[number].path]
    plain = [int(number) for number in numbers if number.isdecimal()]
    return len(plain) < 2 or abs(plain[0] - plain[1]) == 1


def _counted(clauses: Clauses, own: int | None, found: re.Match[str]) -> Named:
    """前2項, 前各号."""
    number = _depth(clauses, own, found["level"])
    if number is None:
        return to_clauses(clauses, found.start(), found.end(), (), ())
    count = _MOST if found["count"] == "各" else int(digits(found["count"]))
    before = _before(clauses, number, count)
    if found["count"] != "各" and len(before) < count:
        before = []
    path = clauses.found[before[0]].path if before else ()
    return to_clauses(clauses, found.start(), found.end(), path, tuple(before))


def _items(clauses: Clauses, own: int | None, start: int, end: int) -> Named:
    """次の各号, 第3条第1項各号: the items of the paragraph that is meant."""
    around = next((number for number in _around(clauses, own) if not _is_item(clauses, number)), None)
    if around is None:
        return to_clauses(clauses, start, end, (), ())
    inner = clauses.children.get(around, [])[: 2 * _MOST]
    items = [number for number in inner if _is_item(clauses, number)][:_MOST]
    found = to_clauses(clauses, start, end, clauses.found[around].path, tuple(items))
    return replace(found, whole=True) if items else found


def _is_item(clauses: Clauses, number: int) -> bool:
    path = clauses.found[number].path
    return bool(path) and path[-1].startswith("#")


def _beside(clauses: Clauses, own: int | None, found: re.Match[str]) -> int | None:
    """前号, 次項, 本項, 本条."""
    number = _depth(clauses, own, found["level"] or found["article"])
    if number is None or found["article"] or found["which"] == "本":
        return number
    if found["which"] == "前":
        return next(iter(_before(clauses, number, 1)), None)
    beside = clauses.children[clauses.found[number].parent]
    place = bisect_left(beside, number) + 1
    return beside[place] if place < len(beside) else None


def _within(clauses: Clauses, number: int, start: int, end: int, item: str | None) -> Named:
    """The clause, or its item with that number."""
    path = clauses.found[number].path
    if item is None:
        return to_clauses(clauses, start, end, path, (number,))
    return _inner(clauses, number, start, end, (*path, "#" + digits(item)))


def _inner(clauses: Clauses, number: int, start: int, end: int, path: tuple[str, ...]) -> Named:
    """The clause with that path within clause `number`; that one itself where its first paragraph has no number."""
    other: int | None = number
    own = clauses.found[number].path
    for length in range(len(own) + 1, len(path) + 1):
        if other is not None:
            children = clauses.children.get(other, [])
            other = next((n for n in children[: 2 * _MOST] if clauses.found[n].path == path[:length]), None)
    if other is not None and clauses.found[other].path == path:
        return to_clauses(clauses, start, end, path, (other,))
    if path[len(own) :] == ("1",):
        return to_clauses(clauses, start, end, path, (number,))
    return to_clauses(clauses, start, end, path, ())


def _same(clauses: Clauses, before: Named, found: re.Match[str]) -> Named:
    """同条第2項 after 第5条 is 第5条第2項; after a law it is that law's."""
    length = {"条": 1, "項": 2, "号": 3}[found["level"]]
    path = before.path[:length]
    if found["paragraph"]:
        path = (*path, digits(found["paragraph"]))
    if found["item"]:
        path = (*path, "#" + digits(found["item"]))
    if before.state != "found":
        return Named(found.start(), found.end(), before.state, path, document=before.document, kind="article")
    number = before.targets[0]
    while (parent := clauses.found[number].parent) is not None and len(clauses.found[number].path) > min(
        length, len(path)
    ):
        number = parent
    return _inner(clauses, number, found.start(), found.end(), path)
