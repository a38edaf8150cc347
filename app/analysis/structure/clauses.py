"""The tree of numbered clauses and headings.

Where a number stands and what it is in one spelling is read by the rules of the links (`model.links.outline`), so that a
clause that a link points at is a clause here as well. Added are what those need not know: headings without numbers, chapters
(章), the words of each heading, and which clause lies in which.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from app.analysis.structure.contents import contents_passages
from app.analysis.structure.passages import Walked
from app.analysis.structure.values import Clause, ClauseKind
from app.documents.document import Block
from model.links.numbers import roman, steps
from model.links.outline import JA_NUMBER, JA_PARTS, PART_NUMBER, PART_WORDS, Label

_LONGEST_TITLE = 120
_LONGEST_RUN_IN = 80
_TIMES_OF_A_NOTICE = 3
_SAME_BEGINNING = 60
_SHORT_TITLE = 40
"""A short heading may well come again: Description, Recommendation."""
_DEEP = 90  # deeper than any heading that has a level

_WRITTEN = re.compile(
    rf"(?:(?i:article|section|clause)|§)\s*(?:\d[\d.]*(?:[A-Z]\b)?|[IVXLC]+)(?:\s?\(\w{{1,4}}\))*[.:]?"
    rf"|(?:{PART_WORDS})\s+(?:{PART_NUMBER})|第\s*{JA_NUMBER}\s*[条編章節款](?:の{JA_NUMBER})*"
    rf"|[【＜<（(]?(?:{JA_PARTS})\s*(?:第\s*)?(?:{JA_NUMBER}|[A-ZＡ-Ｚ])?[】＞>）)]?|附[\s　]*則"
    r"|\d{1,3}(?:\.\d{1,3})*(?:\.[A-Z]\b)?(?:\(\w{1,4}\))*[.)．、]*|[０-９]{1,2}[.)．、]?|[IVX]{1,5}\."
    r"|\(\w{1,5}\)|（\w{1,5}）|\w{1,4}[.)]|[一二三四五六七八九十]{1,4}|[①-⑳]"
)
_SKIPPED = re.compile(r"[-–—_*=\s]*")
_BETWEEN = re.compile(r"[\s　.:．：–—-]*")
_HEADING_NUMBER = re.compile(
    r"(?P<number>(?:\d{1,2}|[A-Z](?=\.\d))(?:\.\d{1,3})*|[A-Z](?=[.．]\s))[.)．]?(?=[\s　]*[^\W\d_]|[\s　]+[(（“\"「\\]|[\s　]*$)"
)
_NO_NUMBER = re.compile(
    r"\d{1,2}(?:st|nd|rd|th)?[\s,]+(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sep|Oct|Nov|Dec)[a-z]*\b|\d{1,2}\s*[年月日頁]|\d+\s+\d"
)
_PAGE = re.compile(r"\W*(?:page|p\.)?\s*\d{1,4}(?:\s*(?:/|of|／)\s*\d{1,4})?\W*", re.IGNORECASE)
_CHAPTER = re.compile(rf"第\s*{JA_NUMBER}\s*(?P<level>[編章節款])(?:の{JA_NUMBER})?(?=[\s　（(]|$)")
_CHAPTER_DEPTHS = {"編": 1, "章": 2, "節": 3, "款": 4}
_TITLE_IN_BRACKETS = re.compile(r"[（(【]([^（）()【】]{1,60})[）)】]")
_BRACKETED_BLOCK = re.compile(r"[（(]([^（）()。]{1,40})[）)]")
_RUN_IN = re.compile(r"[A-Z“\"][^.:;]{1,78}[.:](?=\s|$)")
_DEFINES = re.compile(r"[“\"]([^“”\"]{1,60})[”\"],?\s+(?:means?|shall\s+mean|has|have|is|includes?)\b")
_VERB = re.compile(r"\b(?:means?|shall|will|must|may|is|are|has|have|provided)\b")
_LONG_WORDS = re.compile(r"[A-Za-z]{4,}")
_CLOSING = ("）", ")", "】")
_SENTENCE_END = re.compile(r"[.;。、，,]$")
_JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Clauses:
    """The clauses; for each passage the innermost one that it stands in, or None; for each clause its part of the outline.

    `children` has the clauses right within each, and those within none.
    """

    found: tuple[Clause, ...]
    of_passage: tuple[int | None, ...]
    parts: tuple[int, ...]
    children: dict[int | None, list[int]]


@dataclass(frozen=True, slots=True)
class _Node:
    """A clause that begins at a passage, before it is known where it ends.

    `depth` ranks headings and chapters among their like; `is_heading`: the document says or shows that it is one.
    """

    clause: Clause
    part: int
    depth: int
    is_heading: bool


def find_clauses(walked: Walked) -> Clauses:
    """Walk the passages once. A table of contents has no clauses."""
    nodes: list[_Node] = []
    ends: list[int] = []
    innermost: list[int | None] = []
    open_: list[int] = []
    taken = contents_passages(walked) | _repeated(walked)
    for index, passage in enumerate(walked.passages):
        node = _begins(walked, index, taken)
        if node is not None:
            before = walked.passages[index - 1].end if index else 0
            around = _innermost_around(nodes, open_, node)
            if not _is_stray(walked, index, node, nodes, open_[:around]):
                while len(open_) > around:
                    ends[open_.pop()] = before
                parent = open_[-1] if open_ else None
                level = nodes[parent].clause.level + 1 if parent is not None else 1
                listed = parent is not None and _is_list_in(nodes[parent], node)
                kind: ClauseKind = "item" if listed else node.clause.kind
                nodes.append(replace(node, clause=replace(node.clause, kind=kind, level=level, parent=parent)))
                ends.append(passage.end)
                open_.append(len(nodes) - 1)
        innermost.append(open_[-1] if open_ else None)
    for number in open_:
        ends[number] = walked.passages[-1].end
    clauses = [replace(n.clause, end=max(end, n.clause.head[1])) for n, end in zip(nodes, ends, strict=True)]
    children: dict[int | None, list[int]] = defaultdict(list)
    for number, clause in enumerate(clauses):
        children[clause.parent].append(number)
    return Clauses(tuple(clauses), tuple(innermost), tuple(node.part for node in nodes), children)


def _repeated(walked: Walked) -> set[int]:
    """Headings without a number that say the same again and again, as a notice on each page does."""
    times = Counter(text[:_SAME_BEGINNING] for text in walked.texts)
    return {
        index
        for index, text in enumerate(walked.texts)
        if times[text[:_SAME_BEGINNING]] >= _TIMES_OF_A_NOTICE
        and len(text) > _SHORT_TITLE
        and walked.outline.labels[index] is None
    }


def _innermost_around(nodes: list[_Node], open_: list[int], node: _Node) -> int:
    """How many of the open clauses, from the outermost, hold `node`; the others end where it begins."""
    around = len(open_)
    while around and not _contains(nodes, open_[:around], node):
        around -= 1
    return around


def _contains(nodes: list[_Node], open_: list[int], inner: _Node) -> bool:
    """Whether the innermost of the open clauses holds `inner`."""
    outer = nodes[open_[-1]]
    if inner.clause.kind == "part" or outer.part != inner.part:
        return False
    match outer.clause.kind, inner.clause.kind:
        case "part", _:
            return True
        case "chapter", "chapter":
            return outer.depth < inner.depth
        case "chapter", _:
            return True
        case "heading", "chapter":
            return outer.clause.parent is None and outer.depth == 1
        case "heading", "heading":
            return outer.depth < inner.depth
        case "heading", _:
            ends = inner.is_heading and inner.depth <= outer.depth
            return not ends and not _goes_on_around(nodes, open_[:-1], inner)
        case _, "heading":
            return outer.is_heading and outer.depth < inner.depth
        case _, "chapter":
            return False
        case outer_kind, inner_kind:
            own, others = inner.clause.path, outer.clause.path
            flat = outer_kind == "article" and inner_kind == "section" and len(others) == len(own) == 1
            return flat or (len(others) < len(own) and own[: len(others)] == others) or _is_list_in(outer, inner)


def _is_list_in(outer: _Node, inner: _Node) -> bool:
    """Where clauses are headings, a plain "1." after clause 6 numbers a list in it."""
    own, others = inner.clause.path, outer.clause.path
    if not outer.is_heading or inner.is_heading or not len(own) == len(others) == 1:
        return False
    return own[0].isdigit() and others[0].isdigit() and int(own[0]) != int(others[0]) + 1


def _goes_on_around(nodes: list[_Node], outside: list[int], inner: _Node) -> bool:
    """Whether `inner` goes on with the numbers of a clause around a heading without one, and so ends that heading."""
    path = inner.clause.path
    for number in reversed(outside):
        clause = nodes[number].clause
        if clause.kind not in ("heading", "chapter", "part"):
            return len(clause.path) >= len(path) and clause.path[: len(path) - 1] == path[:-1]
    return False


def _is_stray(walked: Walked, index: int, node: _Node, nodes: list[_Node], around: list[int]) -> bool:
    """A number in a table is a clause's only where it goes on from the clause around it: 99.5 may be a percentage."""
    block = walked.document.blocks[walked.passages[index].block]
    if block.type != "table-cell" or node.clause.kind in ("part", "article", "chapter", "heading"):
        return False
    path = node.clause.path
    if len(path) < 2 or node.clause.number.isdigit():
        return True
    return not any(nodes[number].clause.path == path[:-1] for number in around)


def _begins(walked: Walked, index: int, taken: set[int]) -> _Node | None:
    """The clause that begins with this passage. `taken` collects passages that are the title of one before them."""
    outline, passage = walked.outline, walked.passages[index]
    if index in outline.in_contents or index in taken:
        return None
    block, text = walked.document.blocks[passage.block], walked.texts[index]
    first = index == 0 or walked.passages[index - 1].block != passage.block
    is_heading = first and block.type == "heading" and block.end - block.start < 2 * _LONGEST_TITLE
    depth = (block.level or 1) if is_heading else _DEEP
    part, label = outline.parts[index], outline.labels[index]
    if first and len(text) < _LONGEST_TITLE and (chapter := _CHAPTER.match(text)):
        return _Node(_chapter(walked, index, chapter), part, _CHAPTER_DEPTHS[chapter["level"]], is_heading)
    numbered = _HEADING_NUMBER.match(text) if is_heading else None
    if numbered and not _NO_NUMBER.match(text):
        path = steps(numbered["number"])
        label = Label("section", path, numbered.end() == len(text.rstrip()))
        return _Node(_numbered(walked, index, label, numbered.end(), taken), part, depth, is_heading)
    if label is not None and not _is_no_clause(text, label):
        written = _WRITTEN.match(text, _length(_SKIPPED, text, 0))
        end = written.end() if written else 0
        return _Node(_numbered(walked, index, label, end, taken), part, depth, is_heading)
    return _Node(_heading(walked, block), part, depth, is_heading) if is_heading else None


def _is_no_clause(text: str, label: Label) -> bool:
    """A page number, a date, or a word in brackets, which look like the number of a clause."""
    word = label.path[-1]
    is_word = word.isalpha() and word.isascii() and len(word) > 2 and roman(word) is None
    return bool(is_word or _PAGE.fullmatch(text) or _NO_NUMBER.match(text))


def _length(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where what `pattern` matches at `start` ends; it may match nothing."""
    found = pattern.match(text, start)
    return found.end() if found else start


def _numbered(walked: Walked, index: int, label: Label, end: int, taken: set[int]) -> Clause:
    """`end`: how many characters of the passage its number takes."""
    passage, text = walked.passages[index], walked.texts[index]
    start = passage.start
    begin = _length(_SKIPPED, text, 0)
    number = text[begin:end].rstrip(" .:．、　")
    kind = _kind(label, number)
    title_at = (start + end, start + end)
    block = walked.document.blocks[passage.block]
    if kind != "item" or block.type == "heading":
        title_at = _title(walked, index, end, block, taken)
    title = " ".join(walked.document.text[slice(*title_at)].split())
    if title and walked.document.text[title_at[1] : title_at[1] + 1] in _CLOSING:
        title_at = (title_at[0], title_at[1] + 1)
    head = (start + begin, max(start + end, title_at[1]) if title_at[0] >= start else start + end)
    return Clause(kind, number, label.path, title, head, head[0], head[1], 0, None)


def _kind(label: Label, number: str) -> ClauseKind:
    if label.kind == "part":
        return "part"
    if re.match(r"(?i:article)|第.*条", number):
        return "article"
    if re.match(r"(?i:section|clause)|§", number):
        return "section"
    last = label.path[-1]
    if number.startswith(("(", "（")) or last.startswith("#") or not last[-1:].isdigit():
        return "section" if re.fullmatch(r"[A-Z]", last) and len(label.path) == 1 else "item"
    if label.kind == "article":
        return "article" if len(label.path) == 1 else "item"
    return "section" if "." in number or len(label.path) == 1 else "item"


def _title(walked: Walked, index: int, end: int, block: Block, taken: set[int]) -> tuple[int, int]:
    """The range of the words that name a clause; empty where none do."""
    text, start = walked.texts[index], walked.passages[index].start
    first = start == block.start
    begin = _length(_BETWEEN, text, end)
    if (found := _TITLE_IN_BRACKETS.match(text, begin)) and _JAPANESE.search(found[1]):
        return start + found.start(1), start + found.end(1)
    rest = text[begin:].rstrip()
    if first and block.type == "heading":
        if rest:
            return start + begin, max(_heading_end(walked, block), start + begin)
        return _title_below(walked, index, block, taken) or (start + end, start + end)
    if not rest:
        return _title_below(walked, index, block, taken) or _title_above(walked, index) or (start + end, start + end)
    alone = first and start + len(text.rstrip()) >= block.end - 1
    if alone and len(rest) <= _LONGEST_RUN_IN and not _SENTENCE_END.search(rest) and _looks_like_title(rest):
        return start + begin, start + begin + len(rest)
    if found := _DEFINES.match(text, begin):
        return start + found.start(1), start + found.end(1)
    run_in = _RUN_IN.match(rest)
    if run_in and _looks_like_title(run_in.group()[:-1]):
        return start + begin, start + begin + run_in.end() - 1
    return _title_above(walked, index) or (start + end, start + end)


def _heading_end(walked: Walked, block: Block) -> int:
    text = walked.document.text[block.start : block.end]
    return block.start + len(text.rstrip(" .:　\n"))


def _looks_like_title(words: str) -> bool:
    """Most of its longer words begin with a capital; Japanese has none, and there a title is short and no sentence."""
    if _JAPANESE.search(words):
        return len(words) <= 30 and not words.endswith(("。", "る", "い", "た", "す", "、"))
    long_words = _LONG_WORDS.findall(words)
    if _VERB.search(words):
        return False
    small = sum(1 for word in long_words if word[0].islower())
    return len(words.split()) <= 12 and small * 3 <= max(len(long_words), 1)


def _title_below(walked: Walked, index: int, block: Block, taken: set[int]) -> tuple[int, int] | None:
    """A number in a line of its own has its title in the next one."""
    below = index + 1
    if below >= len(walked.passages) or walked.outline.labels[below] is not None:
        return None
    passage, text = walked.passages[below], walked.texts[below].strip()
    beside = walked.document.blocks[passage.block]
    if passage.block == walked.passages[index].block or not 0 < len(text) <= _LONGEST_RUN_IN:
        return None
    is_alone = passage.start == beside.start and passage.end >= beside.end - 1
    if not is_alone or _SENTENCE_END.search(text.rstrip(".")) or not _looks_like_title(text) or _CHAPTER.match(text):
        return None
    if block.type != beside.type and beside.type != "heading" and not text.isupper():
        return None
    taken.add(below)
    return passage.start, passage.start + len(text.rstrip(" .:"))


def _title_above(walked: Walked, index: int) -> tuple[int, int] | None:
    """Statutes have （目的） in a line of its own above 第一条."""
    if index == 0 or not walked.texts[index].startswith("第"):
        return None
    passage, text = walked.passages[index - 1], walked.texts[index - 1].strip()
    found = _BRACKETED_BLOCK.fullmatch(text)
    return (passage.start + 1, passage.start + len(text) - 1) if found else None


def _chapter(walked: Walked, index: int, found: re.Match[str]) -> Clause:
    start, text = walked.passages[index].start, walked.texts[index].rstrip()
    title = text[_length(_BETWEEN, text, found.end()) :]
    head = (start, start + len(text))
    return Clause("chapter", found.group(), (), title, head, start, start + len(text), 0, None)


def _heading(walked: Walked, block: Block) -> Clause:
    words = " ".join(walked.document.text[block.start : block.end].split())
    end = block.start + len(walked.document.text[block.start : block.end].rstrip())
    return Clause("heading", "", (), words, (block.start, end), block.start, end, 0, None)
