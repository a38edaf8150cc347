"""Who makes a contract: the names at its beginning, or in Japanese wherever 甲 and 乙 are said to be, and what they are called.

A party is named before the bracket that gives her a role: X, a Delaware corporation (“Supplier”);
株式会社X（以下「甲」という。）.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from app.analysis.structure.values import Definition, Party
from app.documents.document import Document

_OPENING = 30_000
"""So many characters may hold the names; what comes later with such words names others."""
_LONGEST = 1500
_FARTHEST = 500
"""So many characters after her name stand a party's address and role at most."""
_MOST_BLOCKS = 16
_MOST_TRIED = 12
_RECITALS = re.compile(
    r"(?:WHEREAS|RECITALS?|Recitals|BACKGROUND|Background|W\s?I\s?T\s?N\s?E\s?S|NOW,?\s+THEREFORE"
    r"|Table\s+of|TABLE\s+OF|EFFECTIVE DATE)\b"
)
_NAMED = re.compile(r"\([^()]{0,60}[“\"‘'][^()]{2,60}\)")

_BETWEEN = re.compile(
    r"\b(?:by\s+and\s+(?:between|among)|between\s+and\s+among|between|among|is\s+made\s+by|entered\s+into\s+(?:by|with))\b[\s,:]*(?:\(\d\)\s*)?(?:the\s+(?:undersigned|following)[^:]{0,40}:\s*)?",
    re.IGNORECASE,
)
_NO_ROLE = re.compile(
    r"(?:this\s+)?(?:[\w&]+\s+){0,3}(?:Agreement|Contract|Date|Parties|Party|Amendment|Lease|Term|Terms|Schedule|Plan|Act|NDA|DPA|Addendum|Program|Project|Products?|Services?|Effective\s+Time|Closing|Territory|Business|Property|Premises|Forms?|Attachments?|System|Polic(?:y|ies)|Statement|Website|Site|Brand|Marks?|Work|Software)",
)
_SUFFIX = (
    r"(?i:Inc|Incorporated|Corp|Corporation|Company|Co|Ltd|Limited|LLC|L\.L\.C|LLP|L\.L\.P|LP|L\.P|PLC|plc|N\.A|N\.V|B\.V|S\.A|S\.p\.A"
    r"|AG|GmbH|SE|Pty|K\.K|Trust|Bank|University|Foundation|Association|S\.r\.l|S\.A\.R\.L|SRL|AB|A/S|Oy|Pte|Sdn|Bhd)"
)
_PLACE = r"\s\([A-Z][A-Za-z]{1,20}\)(?=\s(?:Co|Ltd|Inc|Limited|Corp|Company)\b)"
_NAME_END = re.compile(
    rf",?\s+(?:an?\s+(?!\w+\s+of\s+[A-Z])|having\b|with\s+(?:its|an?|offices?|principal)\b|whose\b|located\b|organized\b|incorporated\s+(?:in|under|and)\b|existing\b|formed\b"
    rf"|residing\b|acting\b|of\s+(?=\d)|on\s+behalf\b|together\b|as\s+(?!of\s+[A-Z])|for\s+itself\b|and\s+its\b|duly\b|a\s+|company\s+(?:number|no)|through\b|at\s+(?=\d))"
    rf"|,\s+(?!(?:{_SUFFIX})\b)|(?!{_PLACE})\s*[(\[]|;|\s+d/b/a\b",
)
_LEADING = re.compile(
    r"(?:\s|,|;|:|\band\b|\bor\b|\bbetween\b|\bamong\b|\bby\b|\bthe\s+following\b|\((?:\d|[ivx]{1,4}|[a-z])\)|\b\d\.|\d\)|on\s+the\s+one\s+hand|on\s+the\s+other\s+hand)*",
    re.IGNORECASE,
)
_AND = re.compile(
    rf"(?:[,;]\s+and|\bAND:?|\bAnd)\s+(?=[A-Z\[])|\band\s+(?=(?:[A-Z][\w&.'’-]{{0,30}},?\s+){{1,6}}{_SUFFIX}\b)"
)
_SAME = re.compile(r",?\s*(?:and\s+)?(?:as|in\s+(?:its|such))\s")
"""“as servicer (the “Servicer”)” goes on about the same party."""
_WORD = r"(?:plc\b|[A-Z]|[a-z][A-Z]|\d[\w-]*[A-Za-z])[\w&.'’/-]*"
_NAME = re.compile(
    rf"(?:the\s+|The\s+)?{_WORD}(?:,?\s+(?:(?:of|and|the|for|de|do|da|du|la|le|van|der|von|y|in|on|&)\s+){{0,2}}(?:(?!Address\b|Unified\b|Attention\b|Date\b){_WORD}|&)|{_PLACE})*"
    r"|\[[^\[\]]{1,60}\]|_{3,}"
)
_NO_NAME = re.compile(
    r"the|an?|sections?|articles?|exhibits?|schedules?|names?|mail|[A-Z]|(?:the\s+)?administrator|WHEREAS.*|INTRODUCTION|RECITALS?|Address|Attention|(?:[Tt]he\s+)?(?:part(?:y|ies)|undersigned|following|licensors?|licensees?|companies|company|consultants?|customers?|guarant(?:y|or)|employ(?:ee|er)|buyers?|sellers?|purchasers?)",
    re.IGNORECASE,
)
_TWO = re.compile(
    rf"(?P<first>{_NAME.pattern})(?:,?\s+an?\s[^,;()]{{1,80}})?,?\s+(?:and|AND|&)\s+(?P<second>{_NAME.pattern})"
)

_FULL_STOP = re.compile(r"(?<=\w{3})(?<!Inc)(?<!INC)(?<!Ltd)(?<!LTD)(?<!Corp)(?<!CORP)(?<!\WCo)(?<!\.\w)\.$")
_LETTERED = re.compile(rf"\bParty\s+(?P<letter>[A-C])\s*[:：]\s*(?P<name>{_NAME.pattern})")

_COMPANY_JA = (
    r"(?:株式会社|有限会社|合同会社|合資会社|合名会社|（株）|\(株\)|㈱|(?:一般|公益|特定非営利活動)?(?:社団|財団)法人"
    r"|独立行政法人|国立大学法人|学校法人|医療法人|協同組合)"
)
_NAME_JA = r"[^\s　、。，．（）()「」『』：:]{1,30}"
_CALLED_JA = re.compile(
    r"[（(]以下、?(?:総称して)?[「『]?(?P<role>[^「」『』（）()、。]{1,16}?)[」』]?"
    r"と(?:いう|い[いう]ます|称する|称します|称す|呼ぶ|呼びます|する|します)。?[）)]"
)
_BEFORE_JA = re.compile(
    rf"(?:(?<=[）)])(?:と|及び|および|並びに|又は))?(?P<name>(?:{_COMPANY_JA}[\s　]?)?{_NAME_JA}(?:[\s　]?{_COMPANY_JA})?)"
    r"(?:[（(][^（）()以]{1,80}[）)])?[\s　]*$"
)
_ROLE_JA = re.compile(
    r"[甲乙丙丁戊己]|委託者|受託者|委任者|受任者|売主|買主|貸主|借主|賃貸人|賃借人|注文者|請負者|請負人|発注者|受注者|開示者|受領者"
    r"|当社|弊社|甲方|乙方|使用者|労働者|ライセンサー|ライセンシー|債権者|債務者|連帯保証人|譲渡人|譲受人|派遣元|派遣先"
)
_SIGNED_JA = re.compile(
    rf"(?P<role>[甲乙丙丁])[\s　:：（(）)]+(?:住所|所在地)?"
    rf"(?P<name>(?:{_COMPANY_JA}[^\s　、。（）()]{{1,25}}|[^\s　、。（）()]{{1,25}}{_COMPANY_JA}))"
)


def find_parties(document: Document, definitions: Sequence[Definition]) -> tuple[Party, ...]:
    """The parties, in the order of the text; one that is named twice is there once, with all her roles."""
    found = list(_japanese(document.text)) if document.language == "ja" else []
    if not found:
        found = _english(document, definitions)
    together: dict[str, Party] = {}
    for party in sorted(found, key=lambda one: one.start):
        key = _key(party.name)
        known = together.get(key)
        roles = (*known.roles, *(role for role in party.roles if role not in known.roles)) if known else party.roles
        together[key] = replace(known or party, roles=roles)
    return tuple(together.values())


def _key(name: str) -> str:
    return re.sub(r"\W", "", name).casefold()


# ---- English


def _english(document: Document, definitions: Sequence[Definition]) -> list[Party]:
    """The names that follow "between", where most of them are given roles: the title may name them as well."""
    text, best = document.text[:_OPENING], list[Party]()
    starts = [block.start for block in document.blocks]
    for between in list(_BETWEEN.finditer(text))[:_MOST_TRIED]:
        block = max(bisect_right(starts, between.end()) - 1, 0)
        end = _preamble_end(document, text, between.end(), block)
        named = _with_roles(text, between.end(), end, definitions)
        if not named and between.group().lower().strip(" :,").endswith(("between", "among")):
            named = list(_two(text, between.end(), min(document.blocks[block].end, end)))
        if _worth(named) > _worth(best):
            best = named
    return best or [
        Party(" ".join(found["name"].split()), *found.span("name"), (f"Party {found['letter']}",))
        for found in _LETTERED.finditer(text)
        if not _NO_NAME.fullmatch(found["name"])
    ]


def _worth(named: Sequence[Party]) -> tuple[int, int]:
    """Two parties with roles are enough; a single name without one may be anything."""
    called = sum(1 for party in named if party.roles)
    return min(called, 2), min(len(named), 2) if len(named) > 1 else 0


def _preamble_end(document: Document, text: str, start: int, block: int) -> int:
    """The words that name the parties end with the sentence in which two are named, and before the recitals."""
    limit = min(start + _LONGEST, len(text))
    end = start
    for part in document.blocks[block : block + _MOST_BLOCKS]:
        if part.start > start and _RECITALS.match(text, part.start):
            break
        end = min(part.end, limit)
        named = len(_NAMED.findall(text, start, end)) > 1 or end - start > _LONGEST // 2
        if end == limit or (named and text[start:end].rstrip().endswith(".")):
            break
    return end


def _with_roles(text: str, start: int, end: int, definitions: Sequence[Definition]) -> list[Party]:
    named: list[Party] = []
    roles = [d for d in definitions if start <= d.start < end and d.way == "called"]
    position = start
    for role in roles:
        bracket = text.rfind("(", position, role.start)
        if bracket < 0:
            if named and not _NO_ROLE.fullmatch(role.term):  # another role in the same bracket
                named[-1] = replace(named[-1], roles=(*named[-1].roles, role.term))
            continue
        begins = _beginnings(text, position, bracket)
        goes_on = named and _SAME.match(text, position, bracket)
        position = _behind(text, role.end, end)
        if _NO_ROLE.fullmatch(role.term):
            continue
        for begin, stop in pairwise([*begins, bracket]):
            if (place := _name_in(text, begin, stop)) is not None:
                called = (role.term,) if stop == bracket else ()
                named.append(Party(" ".join(text[slice(*place)].split()), *place, called))
        if not begins and goes_on:
            named[-1] = replace(named[-1], roles=(*named[-1].roles, role.term))
    return named


def _beginnings(text: str, start: int, end: int) -> list[int]:
    """Where names begin before a role: mostly one, and others after "and" whose own role is not said."""
    first = _name_in(text, start, end)
    begins = [start] if first is not None else []
    after = (found.end() for found in _AND.finditer(text, first[1] if first is not None else start, end))
    return begins + [begin for begin in after if _name_in(text, begin, end) is not None]


def _behind(text: str, start: int, end: int) -> int:
    """Where the bracket that `start` lies in ends."""
    closed = text.find(")", start, end)
    return closed + 1 if closed >= 0 else start


def _name_in(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The name at the beginning of what stands before a role; None where it begins with none."""
    leading = _LEADING.match(text, start, end)
    begin = leading.end() if leading else start
    found = _NAME_END.search(text, begin + 1, end)
    stop = found.start() if found else end
    name = _NAME.match(text, begin, stop)
    if name is None or not 2 <= name.end() - begin <= 120 or end - name.end() > _FARTHEST:
        return None
    if _NO_NAME.fullmatch(name.group()):
        return None
    return begin, begin + len(_FULL_STOP.sub("", name.group().rstrip(" ,")))


def _two(text: str, start: int, end: int) -> Iterator[Party]:
    """Two names without roles: "between X, Inc. and Y, Inc."."""
    found = _TWO.match(text, start, end)
    if found and all(re.search(rf"\b{_SUFFIX}\b", found[group]) for group in ("first", "second")):
        for group in ("first", "second"):
            name = _FULL_STOP.sub("", found[group].rstrip(" ,"))
            yield Party(" ".join(name.split()), found.start(group), found.start(group) + len(name))


# ---- Japanese


def _japanese(text: str) -> Iterator[Party]:
    opening = text[:_OPENING]
    for called in _CALLED_JA.finditer(opening):
        line = opening[max(opening.rfind("\n", 0, called.start()) + 1, called.start() - 120) : called.start()]
        name = _BEFORE_JA.search(line)
        is_role = _ROLE_JA.fullmatch(called["role"]) is not None
        if name is None or not (is_role or re.search(_COMPANY_JA, name["name"])):
            continue
        written = name["name"].strip(" 　")
        start = called.start() - len(line) + name.start("name") + name["name"].index(written)
        if written and _is_name(written):
            yield Party(written, start, start + len(written), (called["role"],))
    for signed in _SIGNED_JA.finditer(text):
        yield Party(signed["name"], *signed.span("name"), (signed["role"],))


def _is_name(written: str) -> bool:
    return not re.fullmatch(r"(?:契約|業務|本[^\s]{1,8}|各当事者|両者|当事者|次の者|者)", written)
