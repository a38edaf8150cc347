"""References to clauses of the same document: what is written, how it is resolved, and when it means another document.

"Section 5 of the Securities Act" or 民法第415条 point elsewhere and make no link; nor does a number that the document does
not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from model.links.numbers import digits, roman, steps
from model.links.outline import JA_NUMBER, JA_PARTS, PART_NUMBER, PART_WORDS, LabelKind, Outline, Path, part_path
from model.links.phrases import Role, english_role, japanese_role

EXACT, ENCLOSING, RELATIVE = 1.0, 0.7, 0.8

_NUMBER = (
    r"\d{1,3}(?:\.\d{1,3})*(?:\.[A-Za-z](?!\w)(?:\.(?=\s+of\b))?)?(?:\.?\s?\(\w{1,4}\))*"
    r"|(?:[IVXLC]{1,6})(?![\w.]\w)(?:\(\w{1,4}\))*|(?:\(\w{1,4}\))+"
)
_CLAUSE = re.compile(
    rf"(?<!\w)(?P<word>(?i:articles?|sections?|clauses?|paragraphs?|sub-?sections?|sub-?clauses?)|§§?)\s+(?P<number>{_NUMBER})(?!\w|\.\d)"
)
_PART = re.compile(rf"\b(?P<word>{PART_WORDS})(?:s|es|S)?\s+(?P<number>{PART_NUMBER})(?![\w.]\w|\w)")
_MORE = re.compile(
    rf"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|to|through|&)\s+|\s*[-–]\s*)(?P<number>{_NUMBER})(?!\w)"
    r"(?!\s*(?:%|percent|days?|months?|years?|hours?|business|calendar|consecutive))"
)
_JOINED = re.compile(r"\s*,?\s*(?:and|or|through|to)?(?:/or)?\s*(?:in|under|of|by)?\s*")
_LISTED = re.compile(r"\s*,?\s*(?:and|or|and/or|&|through|to)\s+(?:(?:in|under|of|by|with|to)\s+)?")
_LAW = (
    r"U\.?\s?S\.?\s?C\.?|C\.?\s?F\.?\s?R\.?|Code|Act|Acts|Regulations?|Law|Laws|Rules?|Directive|Treaty|Constitution|Statutes?"
    r"|GDPR|CCPA|CPRA|UCC|ERISA|HIPAA|BGB|HGB|TFEU|Title\s\d+"
)
_LAW_BEFORE = re.compile(rf"\b(?:{_LAW})[,.)]?(?:\s[(\d/)]+)?\s*(?:\([^()]*\)\s*)?,?\s*$")
_AFTER_OWN = re.compile(
    r",?\s*(?:of|in|to|under|from)\s+(?:this\b|these\b|the\s+(?:present\s+)?(?P<main>Agreement|Contract|Lease|Terms)\b(?!\s+(?:and\s+)?[A-Z]))"
)
_AFTER_PART = re.compile(rf",?\s*(?:of|in|to)\s+(?:the\s+)?(?P<word>{PART_WORDS})\s+(?P<number>{PART_NUMBER})(?!\w)")
_AFTER_OTHER = re.compile(
    rf",?\s*\(?(?:of\s+(?!which\b)(?:the|that|such|its|their|any|each|an?|[A-Z\d“\"])"
    rf"|(?:in|to|under|from|pursuant\s+to)\s+(?:the|that|such)\s+(?:[A-Z][\w&'’.-]*\s+){{0,5}}(?:{_LAW}|Agreement|Lease|Plan|Contract)\b"
    rf"|thereof\b|therein\b|thereto\b|(?:{_LAW})(?!\w))"
)

_JA = re.compile(
    rf"(?P<relative>前条|次条|本条|前項|次項)|第\s*(?P<article>{JA_NUMBER})\s*条(?:の(?P<branch>{JA_NUMBER}))?"
    rf"|第\s*(?P<alone>{JA_NUMBER})\s*項"
)
_JA_PARAGRAPH = re.compile(rf"第\s*({JA_NUMBER})\s*項")
_JA_ITEM = re.compile(rf"第\s*({JA_NUMBER})\s*号")
_JA_PART = re.compile(rf"(?P<word>{JA_PARTS})\s*(?:第\s*)?(?P<number>{JA_NUMBER}|[A-ZＡ-Ｚ](?![a-z]))?")
_JA_JOINED = re.compile(
    r"[、，,・\s]*(?:及び|および|並びに|ならびに|又は|または|若しくは|もしくは|から|ないし|乃至|と|まで)?[、，,\s]*"
)
_JA_LISTED = re.compile(
    r"(?:本文|ただし書)?(?:の規定)?[、，,・\s]*(?:及び|および|並びに|ならびに|又は|または|若しくは|もしくは|から|ないし|乃至|と)?[、，,\s]*"
)
_JA_LAW_BEFORE = re.compile(
    r"(?:法|法律|政令|省令|府令|令|規則|附則|規程|条例|条約|協定|憲法|約款|契約|契約書|規約|指令|ガイドライン|GDPR|同)[」』]?"
    r"(?:（[^（）]*）|\([^()]*\))?\s*の?\s*$"
)
_JA_PROVISO = re.compile(r"(?:ただし|但し?)書")
_JA_OWN_SUPPLEMENT = re.compile(r"(?<![法令則程例約同])附則\s*の?\s*$")
_JA_ORIGINAL = re.compile(r"原契約書?[」』]?\s*の?\s*$")
_JA_OWN_BEFORE = re.compile(r"(?<![\u4e00-\u9fff])(?:本|この)(?:[^\s、。（）()「」]{0,8})[」』]?\s*の?\s*$")


Whose = Literal["own", "main", "amended"]


@dataclass(frozen=True, slots=True)
class Reference:
    """A place in a passage that names a clause.

    `fixed`: so many outer steps must be found; where the inner ones are not, the clause around them is the target. `whose`
    says whose clause it is: of the passage's own part, of the main part, of the contract that is amended, or of the part
    with that number.
    """

    start: int
    end: int
    kind: LabelKind
    path: Path
    fixed: int = 1
    relative: bool = False
    other_document: bool = False
    whose: int | Whose = "own"
    role: Role = "reference"


def references(text: str, index: int, outline: Outline) -> Iterator[tuple[int, float, Role]]:
    """The passages that passage `index` with this `text` refers to, each with a weight in (0, 1] and what it does to them."""
    for reference, resolved in located_references(text, index, outline):
        if resolved is not None and resolved[0] != index:
            target = outline.proviso(resolved[0]) if _JA_PROVISO.match(text, reference.end) else resolved[0]
            yield target, resolved[1], reference.role


def located_references(text: str, index: int, outline: Outline) -> Iterator[tuple[Reference, tuple[int, float] | None]]:
    """Every reference in passage `index` with the passage that it names and a weight, in the order of the text.

    None stands for what names a clause of another document or one that this document does not have. The number that a
    passage begins with is no reference; a passage of a table of contents has none.
    """
    found = sorted([*_english(text, index, outline), *_japanese(text, index, outline)], key=lambda r: r.start)
    own = outline.labels[index]
    if not found or index in outline.in_contents or not _says_something(text, found):
        return
    for reference in _with_roles(text, _told_apart(text, found)):
        is_own_number = reference.start < 3 and own is not None and own.path == reference.path
        amends = reference.role == "amends"
        if is_own_number:
            continue
        if reference.other_document and not amends:
            yield reference, None
            continue
        yield reference, (_resolve_amended if amends else _resolve)(reference, index, outline)


# ---- English


def _english(text: str, index: int, outline: Outline) -> Iterator[Reference]:
    for found in _CLAUSE.finditer(text):
        word = found["word"].lower()
        kind: LabelKind = "article" if word.startswith("article") else "section"
        if re.search(r"\b(?i:this)\s+$", text[max(0, found.start() - 8) : found.start()]):
            continue  # "this Section 3" is where the reader is
        if found["number"].isdigit() and re.match(r"\s?[-–]\s?\d", text[found.end() :][:3]) and not word.endswith("s"):
            continue  # "Section 8-102" is numbered as statutes are
        reference = _clause(found.start(), found.end(), kind, found["number"])
        listed = [reference]
        while more := _MORE.match(text, listed[-1].end):
            before = text[listed[-1].start : listed[-1].end].split()[-1]
            one_number = more["number"].isdigit() and not word.endswith("s") and word != "§§"
            other_list = more["number"].startswith("(") and not text[: listed[-1].end].endswith(")")
            other_style = more["number"][0].isalpha() != before[0].isalpha()  # "5, I l and 13" is 11 badly read
            if one_number or other_list or (other_style and not more["number"].startswith("(")):
                break
            listed.append(_continued(listed[-1], more.start("number"), more.end(), more["number"]))
        yield from _placed(text, index, listed, outline)
    for found in _PART.finditer(text):
        path = part_path(found["word"], found["number"])
        elsewhere = _AFTER_OTHER.match(text, found.end()) and not _AFTER_OWN.match(text, found.end())
        yield Reference(found.start(), found.end(), "part", path, other_document=bool(elsewhere))


def _clause(start: int, end: int, kind: LabelKind, written: str) -> Reference:
    outer = re.match(r"[\w.]*", written)
    first = outer.group() if outer else ""
    value = roman(first)
    path = (str(value),) if first and value is not None else steps(first if first[:1].isdigit() else "")
    inner = steps("", written[len(first) :])
    fixed = sum(step.isdecimal() for step in path)  # 3.1.B stands in 3.1, as 3.1(b) does
    return Reference(start, end, kind, path + inner, fixed=fixed or len(inner), relative=not first)


def _continued(before: Reference, start: int, end: int, written: str) -> Reference:
    """One more of a list: in "Sections 2(a), (b) and 3" the (b) belongs to 2."""
    reference = _clause(start, end, before.kind, written)
    if reference.relative:
        return replace(reference, path=before.path[:-1] + reference.path, fixed=before.fixed, relative=before.relative)
    return reference


def _placed(text: str, index: int, listed: list[Reference], outline: Outline) -> Iterator[Reference]:
    """What follows a list says whose clauses these are."""
    start, end = listed[0].start, listed[-1].end
    whose: int | Whose = "own"
    elsewhere = bool(_LAW_BEFORE.search(text[max(0, start - 60) : start]))
    if own := _AFTER_OWN.match(text, end):
        whose = "own" if not own["main"] else "amended" if index in outline.about_another else "main"
    elif exhibit := _AFTER_PART.match(text, end):
        target = outline.part(part_path(exhibit["word"], exhibit["number"]), index)
        whose, elsewhere = ("own", True) if target is None else (outline.parts[target], elsewhere)
    elif _AFTER_OTHER.match(text, end):
        elsewhere = True
    for reference in listed:
        yield replace(reference, other_document=elsewhere, whose=whose)


# ---- Japanese


def _japanese(text: str, index: int, outline: Outline) -> Iterator[Reference]:
    kind, context = outline.contexts[index]
    if kind != "article":
        context = ()
    article, paragraph = context[:1], tuple(step for step in context[1:2] if step.isdigit())
    read = 0
    for found in _JA.finditer(text):
        path: Path | None
        if found.start() < read:
            continue  # the rest of 第5条の2第2項
        if found["article"]:
            path = (digits(found["article"]) + (f"-{digits(found['branch'])}" if found["branch"] else ""),)
        elif found["alone"]:
            if found.start() and text[found.start() - 1] in "条項":
                continue  # the rest of 同条第2項
            path = (*article, digits(found["alone"])) if article else None
        else:
            path = _neighbour(found["relative"], article, paragraph, outline.articles(outline.parts[index]))
        inner, read = _inner(text, found.end(), ())
        if path is None:
            continue
        path, end = path + inner, read
        before = text[max(0, found.start() - 60) : found.start()]
        elsewhere = bool(_JA_LAW_BEFORE.search(before)) and not _JA_OWN_BEFORE.search(before)
        relative = found["article"] is None
        elsewhere = elsewhere and not found["relative"]
        whose: int | Whose = "own"
        if found["article"] and outline.parts[index] in outline.supplements:
            whose, elsewhere = _in_supplement(before, elsewhere, outline.parts[index], outline)
        yield Reference(found.start(), end, "article", path, relative=relative, other_document=elsewhere, whose=whose)
    for found in _JA_PART.finditer(text):
        yield Reference(found.start(), found.end(), "part", part_path(found["word"], found["number"] or ""))


def _in_supplement(before: str, elsewhere: bool, part: int, outline: Outline) -> tuple[int, bool]:
    """Within 附則, 附則第5条 is its own, and 第5条 is one of the main part, or of the later law that the supplement is of."""
    if _JA_OWN_SUPPLEMENT.search(before):
        return part, False
    return outline.mains[part], elsewhere or outline.supplements[part]


def _neighbour(word: str, article: Path, paragraph: Path, articles: list[Path]) -> Path | None:
    """The article or paragraph beside the one that the passage stands in."""
    step = {"前": -1, "本": 0, "次": 1}[word[0]]
    if not article:
        return None
    if word[1] == "項":
        number_ = int(paragraph[0]) + step if paragraph else 0
        return (*article, str(number_)) if number_ > 0 else None
    place = articles.index(article) + step if article in articles else -1
    return articles[place] if 0 <= place < len(articles) else None


def _inner(text: str, end: int, path: Path) -> tuple[Path, int]:
    """The paragraph (項) and item (号) that follow an article."""
    if found := _JA_PARAGRAPH.match(text, end):
        path, end = (*path, digits(found[1])), found.end()
    if found := _JA_ITEM.match(text, end):
        path, end = (*path, "#" + digits(found[1])), found.end()
    return path, end


# ---- both


def _says_something(text: str, found: list[Reference]) -> bool:
    """A line of a table of contents may hold nothing but numbers."""
    for reference in reversed(found):
        text = text[: reference.start] + text[reference.end :]
    return bool(re.search(r"[^\W\d_]{2}", text))


def _told_apart(text: str, found: list[Reference]) -> list[Reference]:
    """What "and" joins to a reference to another document is of that document too: what precedes, in Japanese what follows."""
    told = list(found)
    for i in range(len(told) - 1, 0, -1):
        between = text[told[i - 1].end : told[i].start]
        if told[i].other_document and told[i].kind != "part" and between.strip() and _JOINED.fullmatch(between):
            told[i - 1] = replace(told[i - 1], other_document=True)
    for i in range(1, len(told)):
        between = text[told[i - 1].end : told[i].start]
        if told[i - 1].other_document and told[i].kind == "article" and _JA_JOINED.fullmatch(between):
            told[i] = replace(told[i], other_document=True)
        elif isinstance(told[i - 1].whose, int) and not told[i].relative and _JA_LISTED.fullmatch(between):
            told[i] = replace(told[i], whose=told[i - 1].whose, other_document=told[i - 1].other_document)
    return told


def _with_roles(text: str, found: list[Reference]) -> list[Reference]:
    """What is said of a list ("Notwithstanding Sections 3 and 4", 第3条及び前項の規定にかかわらず) is said of each in it."""
    told: list[Reference] = []
    first = 0
    for i, reference in enumerate(found):
        if i + 1 < len(found) and _same_list(text, reference, found[i + 1]):
            continue
        listed = found[first : i + 1]
        role = english_role(text, listed[0].start, reference.end)
        if role == "reference":
            role = japanese_role(text, reference.end)
            if role == "amends" and listed[0].other_document and not _JA_ORIGINAL.search(text[: listed[0].start]):
                role = "reference"
        told += [replace(one, role=role) for one in listed]
        first = i + 1
    return told


def _same_list(text: str, one: Reference, other: Reference) -> bool:
    between = text[one.end : other.start]
    if _LISTED.fullmatch(between) or (between.strip() and _JA_LISTED.fullmatch(between)):
        return True
    has_word = text[other.start : other.start + 1].isalpha() and text[other.start : other.end][1:4].isalpha()
    return not has_word and bool(_JOINED.fullmatch(between.replace(",", "", 1)))


def _resolve(reference: Reference, index: int, outline: Outline) -> tuple[int, float] | None:
    own = outline.parts[index]
    if reference.kind == "part":
        target = outline.part(reference.path, index)
        return None if target is None or outline.parts[target] == own != outline.mains[own] else (target, EXACT)
    if reference.relative and reference.kind == "section":
        return _resolve_relative(reference, index, outline)
    main = outline.mains[own]
    amended = outline.earlier(main, index in outline.about_another)
    places: dict[str | int, tuple[int, ...]] = {"own": (own, main, *amended), "main": (main,), "amended": amended}
    for part in dict.fromkeys(places.get(reference.whose, (reference.whose,))):
        for path, weight in _readings(reference):
            target = outline.find(int(part), reference.kind, path)
            if target is not None:
                missing = reference.path[len(path) :]
                if weight == ENCLOSING and missing[0].isalpha():
                    target = outline.inside(target, missing[0])
                return target, weight * (RELATIVE if reference.relative else 1.0)
    return None


def _resolve_amended(reference: Reference, index: int, outline: Outline) -> tuple[int, float] | None:
    """A clause is amended where it stood before: in the contract around an exhibit, or in one that the file has before.

    The numbers of an amendment that stands by itself are those of a contract that the file does not have.
    """
    own = outline.parts[index]
    main = outline.mains[own]
    if own in outline.supplements:
        return None  # what 附則 amends is another law
    another = reference.other_document or index in outline.about_another
    around = [] if another and own == main else [main]
    for part in [*([] if another else [own]), *around, *outline.earlier(main, another)]:
        resolved = _resolve(replace(reference, whose=part), index, outline)
        if resolved is not None and resolved[0] < index:
            return resolved
    return None


def _readings(reference: Reference) -> Iterator[tuple[Path, float]]:
    """The clause itself, else the one around it; an article's first paragraph (第1項) is often not numbered."""
    path = reference.path
    yield path, EXACT
    if reference.kind == "article" and len(path) == 2 and path[1] == "1" and reference.fixed == 1:
        yield path[:1], EXACT
    if len(path) > 2 and path[1] == "1":
        yield (path[0], *path[2:]), EXACT
    for length in range(len(path) - 1, reference.fixed - 1, -1):
        yield path[:length], ENCLOSING


def _resolve_relative(reference: Reference, index: int, outline: Outline) -> tuple[int, float] | None:
    """A lone (b) belongs to the innermost clause around the passage that has a (b)."""
    kind, context = outline.contexts[index]
    for length in range(len(context), -1, -1):
        target = outline.find(outline.parts[index], kind, context[:length] + reference.path)
        if target is not None:
            return target, RELATIVE
    return None
