"""Where the numbered clauses of a document stand: what "Section 9.2(b)", "Exhibit A" or 第5条第2項 points at.

The passages are walked in order. A heading such as "Section 9.2", "ARTICLE IV" or 第5条 opens a clause; "(a)", "ii." or
2　 at a passage's start goes one step deeper, up, or on, as the marks before it say. Each exhibit, schedule or 別紙 opens
a part in which numbers start anew; so does a second "Article I", for a file may hold several contracts. A number that
stands in two places of one part points nowhere: no link is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from model.links.numbers import digits, number, roman, steps

LabelKind = Literal["article", "section", "part"]
Path = tuple[str, ...]

PART_WORDS = r"Exhibit|EXHIBIT|Schedule|SCHEDULE|Annex|ANNEX|Appendix|APPENDIX|Attachment|ATTACHMENT"
PART_NUMBER = r"[A-Z](?:-\d{1,2})?|\d{1,2}(?:-\d{1,2}|[A-Z])?|[IVX]{1,5}|(?i:one|two|three|four|five|six)"
JA_NUMBER = r"[0-9０-９〇一二三四五六七八九十百]{1,5}"
JA_PARTS = r"別紙|別表|別添|付属書|附属書"
_SUPPLEMENT_JA = re.compile(r"附[\s　]*則(?=[\s　（(]|$)")

_RUBBISH = re.compile(r"[-–—_*=\s]*")
_HEADING = re.compile(
    r"(?P<word>Article|ARTICLE|Section|SECTION|Clause|CLAUSE|§)\s*"
    r"(?P<number>\d{1,3}(?:\.\d{1,3})*(?:\.[A-Z](?!\w))?|[IVXLC]{1,6})(?P<inner>(?:\s?\(\w{1,4}\))*)(?![\w(])"
)
_DOTTED = re.compile(
    r"(?P<number>\d{1,2}(?:\.\d{1,3})*\.[A-Z](?=[.)\s])|\d{1,2}(?:\.\d{1,3})+|(?!0)\d{1,2}(?=[.)]|\s+[A-Z“\"]))(?P<inner>(?:\(\w{1,4}\))*)[.)]*(?!\w)"
)
_ROMAN_HEADING = re.compile(r"(?P<number>[IVX]{1,5})\.(?=\s+[A-Z])")
_PART = re.compile(rf"(?:{PART_WORDS})\s+(?P<number>{PART_NUMBER})(?![\w.])")
_ARTICLE_JA = re.compile(rf"第\s*(?P<number>{JA_NUMBER})\s*条(?:の(?P<branch>{JA_NUMBER}))?(?=[\s（(【]|$)")
_PART_JA = re.compile(
    rf"[【＜<（(]?(?:{JA_PARTS})\s*(?:第\s*)?(?P<number>{JA_NUMBER}|[A-ZＡ-Ｚ])?(?=[\s　】＞>）):：]|$)"
)
_ITEM = re.compile(r"(?:\((\w{1,5})\)|（(\w{1,5})）|([a-z]|[ivx]{2,4})[.)](?=\s)|([①-⑳]))")
_ITEM_JA = re.compile(r"([一二三四五六七八九十]{1,4})[\s　]+(?=\S)")
_PARAGRAPH_JA = re.compile(r"([0-9０-９]{1,2})(?:[.．、]\s*|[\s　]+)(?=\S)")
_TITLE = re.compile(r"[.:)\s　]*+(?:[^a-z]|$)")
_CONTENTS = re.compile(r"(?:[.．…‥・]\s?){4,}\s*\S{0,6}$|[^\W\d_].*\s\d{1,3}$")

_AMENDING = re.compile(
    r"\b(?:AMENDMENT|ADDENDUM)\b(?!\s+AND\s+RESTATEMENT)|\bAmendment\s+(?:No\b|Number|[Tt]o\b|#|\d)|\bAddendum\s+(?:to|No)\b|変更(?:契約|覚書|合意)"
)
_AMENDMENT_TITLE = re.compile(r"(?:(?!THIS\b)[A-Z]+\s+)?(?:AMENDMENT\s+(?:NO\b|NUMBER|TO\b|#|\d|AGREEMENT)|ADDENDUM\b)")
_AMENDS_ANOTHER_JA = re.compile(r"の一部を[^。]{0,12}(?:改正|変更|改定|改め)")

_NUMBERS = re.compile(
    r"(?:\d[\d.]*|[a-z]\))(?:\s+(?:\d[\d.]*|[a-z]\)))+"
)  # the numbers of clauses, apart from their texts
_FOOTER = re.compile(r"Source:\s+\S.*\d{1,2}/\d{1,2}/\d{4}$")  # as services add it to each page of a filing
_LONGEST_PART_TITLE = 120
_LONGEST_CLAUSE = 60
_OPENING = 6
"""So many passages before the first number of a part may hold the title of its contract."""


@dataclass(frozen=True, slots=True)
class Label:
    """The number that a passage begins with, and whether the passage holds nothing else."""

    kind: LabelKind
    path: Path
    bare: bool


@dataclass
class Outline:
    """For each passage: its part, its own label, the clause that it stands in.

    `mains` has the main part of each part: that of the contract to which an exhibit belongs. `supplements` are the parts
    called 附則, and whether each is that of a later law, whose own clauses the document does not have. Of the sets,
    `in_contents` are the passages of tables of contents and lists of exhibits, which are neither targets nor refer to
    anything of interest; `about_another` those of an amendment, whose numbers are mostly those of the contract that it
    amends; `provisos` those that begin with ただし.
    """

    mains: list[int] = field(default_factory=lambda: [0])
    parts: list[int] = field(default_factory=list)
    labels: list[Label | None] = field(default_factory=list)
    contexts: list[tuple[LabelKind, Path]] = field(default_factory=list)
    in_contents: set[int] = field(default_factory=set)
    about_another: set[int] = field(default_factory=set)
    provisos: set[int] = field(default_factory=set)
    texts: Sequence[str] = ()
    supplements: dict[int, bool] = field(default_factory=dict)
    _places: dict[tuple[int, LabelKind, Path], list[int]] = field(default_factory=dict)
    _part_numbers: dict[Path, list[int]] = field(default_factory=dict)

    def find(self, part: int, kind: LabelKind, path: Path) -> int | None:
        """The passage that begins with this number in this part, or None where none or several do."""
        other: LabelKind = "section" if kind == "article" else "article"
        for wanted in (kind, other):
            places = self._places.get((part, wanted, path), [])
            if places:
                return self._with_text(places[0]) if len(places) == 1 and not self._is_empty(places[0]) else None
        return None

    def part(self, path: Path, near: int) -> int | None:
        """The passage that begins the exhibit (a word such as EXHIBIT and a number) of the contract in which `near` lies."""
        main = self.mains[self.parts[near]]
        places = [i for i in self._part_numbers.get(path, []) if self.mains[self.parts[i]] == main]
        return self._with_text(places[0]) if len(places) == 1 else None

    def earlier(self, main: int, amends: bool) -> tuple[int, ...]:
        """The main parts before `main`, the nearest first, where that one `amends` another; else none."""
        return tuple(sorted({part for part in self.mains if part < main}, reverse=True)) if amends else ()

    def clause(self, index: int) -> Path:
        """Where a passage stands: its part, and the numbers of the clause around it, outermost first."""
        part = self.parts[index]
        return (f"{'附則' if part in self.supplements else ''}{part}", *self.contexts[index][1])

    def proviso(self, index: int) -> int:
        """The passage that begins with ただし in the clause that `index` begins, else `index` itself."""
        following = range(index + 1, min(index + 4, len(self.labels)))
        own = [i for i in following if all(self.labels[j] is None for j in range(index + 1, i + 1))]
        return next((i for i in own if i in self.provisos), index)

    def articles(self, part: int) -> list[Path]:
        """The articles of a part in order."""
        return [path for (where, kind, path) in self._places if (where, kind, len(path)) == (part, "article", 1)]

    def inside(self, index: int, step: str) -> int:
        """The passage in which "(e)" stands in the clause that `index` begins, else `index`: not all begin a passage."""
        clause = self.labels[index]
        for i in range(index, min(index + _LONGEST_CLAUSE, len(self.texts)) if clause else index):
            label = self.labels[i]
            if i > index and clause and label is not None and label.path[: len(clause.path)] != clause.path:
                break
            if re.search(rf"[.:;,]\s+(?:\({step}\)|{step}[.)])\s", self.texts[i]):
                return i
        return index

    def _is_empty(self, index: int) -> bool:
        """Whether the number of a clause within another stands there by itself, and the next number of its kind follows."""
        label, following = self.labels[index], self.labels[index + 1 : index + 2]
        if label is None or not label.bare or len(label.path) < 2 or not following or following[0] is None:
            return False
        return following[0].path[: len(label.path)] != label.path

    def _with_text(self, index: int) -> int:
        """A number that is laid out as a block of its own stands for the passage that follows."""
        label = self.labels[index]
        follows = index + 1 < len(self.labels) and self.labels[index + 1] is None
        return (
            index + 1 if label is not None and label.bare and follows and index + 1 not in self.in_contents else index
        )


def outline_of(texts: Sequence[str], blocks: Sequence[int], block_types: Sequence[str] | None = None) -> Outline:
    """Walk the passages once: their texts, the number of the block of each, and by that number the blocks' types."""
    return _Walk(texts, blocks, block_types).outline


@dataclass(frozen=True, slots=True)
class _Begun:
    """What a passage begins: how many characters it has, whether it is known to be a heading, or only a sentence."""

    length: int
    heading: bool = False
    sentence: bool = False


def _begun(texts: Sequence[str], blocks: Sequence[int], types: Sequence[str] | None) -> list[_Begun | None]:
    """For each passage the block that it begins, or None where it goes on with one.

    A paragraph of plain text often holds several clauses; there, each sentence may begin one.
    """
    lengths: dict[int, int] = {}
    for text, block in zip(texts, blocks, strict=True):
        lengths[block] = lengths.get(block, -1) + len(text) + 1
    goes_on = None if types is not None else _Begun(_LONGEST_PART_TITLE * 2, sentence=True)
    return [
        goes_on
        if index and blocks[index - 1] == block
        else _Begun(lengths[block], heading=types is not None and types[block] == "heading")
        for index, block in enumerate(blocks)
    ]


class _Walk:
    """The state of the walk: the part, the open clause, and the marks open within it, outermost first."""

    def __init__(self, texts: Sequence[str], blocks: Sequence[int], types: Sequence[str] | None) -> None:
        self.outline = Outline(texts=texts)
        self._part = 0
        self._kind: LabelKind = "section"
        self._clause: Path = ()
        self._marks: list[tuple[str, str]] = []  # style, mark
        self._japanese = False
        self._amending = False  # in a part that the title of an amendment began
        self._last: dict[LabelKind, int] = {}  # the outermost number reached in this part
        lists = _lists_of_parts(texts)
        for index, begun in enumerate(_begun(texts, blocks, types)):
            self._visit(index, texts[index], begun, index in lists)
        self._find_amendments(texts)

    def _find_amendments(self, texts: Sequence[str]) -> None:
        """Parts that are called an amendment near their beginning; in Japanese, clauses that say so of themselves."""
        parts = self.outline.parts
        amending = False
        for index, text in enumerate(texts):
            if index == 0 or parts[index] != parts[index - 1]:
                opening = texts[:_OPENING] if index == 0 else texts[max(0, index - _OPENING) : index + 1]
                amending = any(_AMENDING.search(one[:300]) for one in opening)
            if _AMENDS_ANOTHER_JA.search(text):
                amending = True
            if amending:
                self.outline.about_another.add(index)

    def _visit(self, index: int, text: str, begun: _Begun | None, listed: bool) -> None:
        """`begun` is the block that the passage begins, if it does."""
        label = None
        short = begun is not None and begun.length < 200
        is_rubbish = _NUMBERS.fullmatch(text) or (begun is not None and _FOOTER.match(text))
        if listed or is_rubbish or (short and _CONTENTS.search(text) and not _PART.fullmatch(text)):
            self.outline.in_contents.add(index)
        else:
            skipped = _RUBBISH.match(text)
            rest = text[skipped.end() :] if skipped else text
            label = (self._clause_label(rest, begun, index) if begun else None) or self._item_label(rest)
        if text.startswith(("ただし", "但し", "但、")):
            self.outline.provisos.add(index)
        self.outline.parts.append(self._part)
        self.outline.labels.append(label)
        self.outline.contexts.append((self._kind, self._path()))
        nowhere = not self._clause and label is not None and not label.path[0].isalpha()  # a list in no clause
        if label is not None and label.kind != "part" and not nowhere:
            self.outline._places.setdefault((self._part, label.kind, label.path), []).append(index)

    def _path(self) -> Path:
        return self._clause + tuple(mark for _, mark in self._marks)

    def _clause_label(self, text: str, block: _Begun, index: int) -> Label | None:
        if not block.sentence and (found := _SUPPLEMENT_JA.match(text)):
            self._begin_part(self.outline.mains[self._part])
            self.outline.supplements[self._part] = bool(re.match(r"[\s　]*[（(][^）)]*第?\S*号", text[found.end() :]))
            return Label("part", ("附則",), False)
        short = block.length < _LONGEST_PART_TITLE
        if short and (found := _PART.match(text) or _PART_JA.match(text)):
            return self._open_part(text, found, index)
        if short and index > 2 and not self._amending and _AMENDMENT_TITLE.match(text):
            self._begin_part(len(self.outline.mains))
            self._amending = True
            return None
        if found := _ARTICLE_JA.match(text):
            branch = f"-{digits(found['branch'])}" if found["branch"] else ""
            return self._open(text, found, "article", (digits(found["number"]) + branch,), japanese=True)
        if self._japanese and (found := _PARAGRAPH_JA.match(text)):
            self._marks = [("paragraph", digits(found[1]))]
            return Label(self._kind, self._path(), found.end() == len(text))
        found = _HEADING.match(text) or _DOTTED.match(text) or _ROMAN_HEADING.match(text)
        if found is None:
            return None
        near = "." in found["number"] and found["number"].split(".")[0] in self._clause[:1]
        if not near and not _TITLE.match(text, found.end()):
            return None  # "Section 2 provides" is a sentence; "2.7.3 monthly reports" within clause 2 is a clause
        groups = found.groupdict(default="")
        value = roman(found["number"])
        if value is None and not found["number"][0].isdigit():
            return None  # IIX
        outer = (str(value),) if value is not None else steps(found["number"])
        alone = "word" not in groups and value is None and len(outer) == 1
        if alone and not (self._follows(outer) or (outer == ("1",) and block.heading)):
            return self._mark("digit", outer[0], found.end() == len(text))
        is_article = value is not None or groups.get("word", "").lower() == "article"
        return self._open(
            text, found, "article" if is_article else "section", outer + steps("", groups.get("inner", ""))
        )

    def _follows(self, path: Path) -> bool:
        """Whether a lone number goes on with the document's clauses, rather than numbering a list within one of them."""
        listed = [mark for style, mark in self._marks if style == "digit"]
        if listed and int(path[0]) == int(listed[-1]) + 1:
            return False
        last = int(self._clause[0]) if self._clause and self._clause[0].isdigit() else 0
        return int(path[0]) == last + 1

    def _open(self, text: str, found: re.Match[str], kind: LabelKind, path: Path, *, japanese: bool = False) -> Label:
        outermost = int(path[0]) if len(path) == 1 and path[0].isdigit() else 0
        starts_anew = (
            outermost == 1 and self._last.get(kind, 0) > 1 and (kind == "article" or "article" not in self._last)
        )
        if starts_anew:
            self._begin_part(len(self.outline.mains))
        if outermost:
            self._last[kind] = outermost
        self._kind, self._clause, self._marks, self._japanese = kind, path, [], japanese
        return Label(kind, path, not text[found.end() :].strip(" .:\u3000"))

    def _open_part(self, text: str, found: re.Match[str], index: int) -> Label:
        word = re.match(r"\W*([A-Za-z]+|[^\W\d_]{2,3}?(?=\W|\d|$|第))", text)
        path = part_path(word[1] if word else "", found["number"] or "")
        if index > 2:  # the name of the file's own exhibit, as filings have it, opens nothing
            self._begin_part(self.outline.mains[self._part])
        self.outline._part_numbers.setdefault(path, []).append(index)
        return Label("part", path, False)

    def _begin_part(self, main: int) -> None:
        self._part += 1
        self.outline.mains.append(main)
        self._kind, self._clause, self._marks, self._japanese = "section", (), [], False
        self._last, self._amending = {}, False

    def _item_label(self, text: str) -> Label | None:
        if self._japanese and (found := _ITEM_JA.match(text)):
            return self._mark("kanji", "#" + digits(found[1]), False)
        found = _ITEM.match(text)
        if found is None:
            return None
        bracketed = found[1] or found[2]
        bare = found.end() == len(text)
        if found[4]:
            return self._mark("circled", str(ord(found[4]) - ord("①") + 1), bare)
        if bracketed and re.fullmatch(JA_NUMBER, bracketed):
            # 号 are told apart from 項, which have plain numbers.
            is_item = self._japanese and "kanji" not in (style for style, _ in self._marks)
            return self._mark("bracketed", ("#" if is_item else "") + digits(bracketed), bare)
        mark = bracketed or found[3]
        return self._mark(self._style(mark), mark, bare) if mark.isascii() and mark.isalpha() else None

    def _style(self, mark: str) -> str:
        """Letters or Roman numbers: i follows h in one list, and begins another."""
        case = "upper" if mark.isupper() else "lower"
        if roman(mark) is None:
            return f"{case} letter"
        letters = [last for style, last in self._marks if style == f"{case} letter"]
        goes_on = bool(letters) and len(mark) == 1 and ord(mark) == ord(letters[-1][-1]) + 1
        return f"{case} letter" if goes_on or (mark.lower() in "cdlm" and len(mark) == 1) else f"{case} roman"

    def _mark(self, style: str, mark: str, bare: bool) -> Label:
        styles = [open_style for open_style, _ in self._marks]
        if style in styles:
            del self._marks[styles.index(style) :]
        self._marks.append((style, mark))
        return Label(self._kind, self._path(), bare)


def _lists_of_parts(texts: Sequence[str]) -> set[int]:
    """Passages such as "Exhibit A Form of Notice" that follow each other: a list of exhibits, not their titles."""
    found = [_PART.match(text) if len(text) < _LONGEST_PART_TITLE else None for text in texts]
    listed: set[int] = set()
    for index, (first, second) in enumerate(pairwise(found)):
        if first and second and first.group() != second.group():
            listed |= {index, index + 1}
    return listed


def part_path(word: str, name: str) -> Path:
    """The key of an exhibit: what it is called, and its number in one spelling. 別紙 without a number has an empty one."""
    if re.fullmatch(JA_NUMBER, name):
        return word.upper(), digits(name)
    return word.upper(), number(name)
