"""Dates that say their day or month plainly, in one spelling, and what they are for where the words beside them say it.

A date such as 6/8/2010, which two countries read in two ways, is left out unless only one reading is a date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from app.analysis.structure.values import DatePlace, DatePurpose
from app.documents.document import Document
from model.links.numbers import digits

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)?|Apr(?:il|\.)?|May|June?\.?|July?\.?|Aug(?:ust|\.)?|Sept?(?:ember|\.)?"
    r"|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
)
_YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?!\d)"
_NUMBER_JA = r"[0-9０-９〇一二三四五六七八九十]{1,4}"
_ERAS = {"令和": (2019, 9999), "平成": (1989, 2019), "昭和": (1926, 1989), "大正": (1912, 1926), "明治": (1868, 1912)}
_GAP = r"[\s　]{0,8}"
_DAY_JA = rf"{_GAP}年{_GAP}(?P<month>{_NUMBER_JA}){_GAP}月(?:{_GAP}(?P<day>{_NUMBER_JA}){_GAP}日)?"

_Reading = Callable[[re.Match[str]], tuple[int, int, int | None] | None]


def _english(found: re.Match[str]) -> tuple[int, int, int | None]:
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    day = found.groupdict().get("day")
    return int(found["year"]), month, int(day) if day else None


def _plain(found: re.Match[str]) -> tuple[int, int, int | None]:
    return int(found["year"]), int(found["month"]), int(found["day"])


def _american_or_british(found: re.Match[str]) -> tuple[int, int, int | None] | None:
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    if first == second or second > 12 >= first:
        return year, first, second
    return (year, second, first) if first > 12 >= second else None


def _japanese(found: re.Match[str]) -> tuple[int, int, int | None] | None:
    era = found.groupdict().get("era")
    written = found["year"]
    year = 1 if era and written == "元" else int(digits(written))
    if era:
        first, last = _ERAS[era]
        year += first - 1
        if year > last:
            return None
    elif not 1800 <= year <= 2199:
        return None
    day = found["day"]
    return year, int(digits(found["month"])), int(digits(day)) if day else None


_FORMS: tuple[tuple[re.Pattern[str], _Reading], ...] = (
    (
        re.compile(
            rf"\b{_MONTH}\s{{1,8}}(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?:\s{{0,8}},\s{{0,8}}|\s{{1,8}}){_YEAR}",
            re.IGNORECASE,
        ),
        _english,
    ),
    (
        re.compile(
            rf"(?<![\d.,/])(?P<day>\d{{1,2}})(?:\s{{0,8}}(?:st|nd|rd|th))?(?:\s{{1,8}}day)?(?:\s{{1,8}}of)?\s{{1,8}}{_MONTH},?\s{{1,8}}{_YEAR}",
            re.IGNORECASE,
        ),
        _english,
    ),
    (re.compile(rf"\b{_MONTH}\s{{0,8}},?\s{{1,8}}(?:of\s{{1,8}})?{_YEAR}"), _english),
    (re.compile(rf"(?<![\w.-]){_YEAR}-(?P<month>\d\d)-(?P<day>\d\d)(?![\w-])"), _plain),
    (re.compile(rf"(?<![\w./]){_YEAR}(?P<dot>[/.])(?P<month>\d{{1,2}})(?P=dot)(?P<day>\d{{1,2}})(?![\w/])"), _plain),
    (re.compile(rf"(?<![\w./])(?P<first>\d{{1,2}})/(?P<second>\d{{1,2}})/{_YEAR}(?![\w/])"), _american_or_british),
    (re.compile(rf"(?P<era>令和|平成|昭和|大正|明治)[\s　]{{0,8}}(?P<year>{_NUMBER_JA}|元){_DAY_JA}"), _japanese),
    (
        re.compile(rf"(?<![0-9０-９〇一二三四五六七八九十])(?P<year>[0-9０-９〇一二三四五六七八九]{{4}}){_DAY_JA}"),
        _japanese,
    ),
)

_THIS_IS_DATED = (
    r"(?:\bthis\b[^.]{0,80}?|^\W*)\b(?:dated|entered\s+into|made|executed|signed|concluded)"
    r"(?:\s+(?:as\s+of|on|effective|this|the|and|is|by|between|in|day|to|be))*\s*$"
)
_IS = r"(?:\s+(?:date|of|is|as|on|from|this|the|means|shall|be))*[\s:]*$"
_AT = r"(?:\s+(?:date|is|as|of|on|the|automatically|close|business|midnight|and|including))*[\s:,]*$"
_IS_JA = r"[\s　:：」は、]*$"
_BEFORE: dict[DatePurpose, re.Pattern[str]] = {
    "effective": re.compile(
        r"\b(?:effective(?:\s+date)?|with\s+effect|in\s+(?:full\s+)?force|commencement\s+date"
        r"|(?:term|agreement)\b[^.]{0,60}\b(?:commenc\w+|starting|begins?|beginning))"
        rf"[”\"’):]*{_IS}|(?:発効日?|施行日?|適用日|効力発生日|開始日|有効期間は、?|契約期間は、?){_IS_JA}",
        re.IGNORECASE,
    ),
    "expiry": re.compile(
        rf"\b(?:expir\w+|terminat\w+){_AT}"
        rf"|\b(?:term|in\s+force|in\s+effect|continues?|remains?|valid)\b[^.]{{0,100}}\b(?:until|through|ends?|ending){_AT}"
        rf"|(?:満了日|終了日|有効期限|期限){_IS_JA}",
        re.IGNORECASE,
    ),
    "signature": re.compile(
        rf"{_THIS_IS_DATED}|(?<!\w[ ])\bDated?\s*:\s*$|(?:締結日|契約日|作成日|署名日|日付){_IS_JA}", re.IGNORECASE
    ),
}
_AFTER: dict[DatePurpose, re.Pattern[str]] = {
    "effective": re.compile(
        r"\s*\((?:the|this|hereinafter)?[^()]{0,20}[“\"][^()”\"]{0,20}(?:Effective|Commencement)\s+Date"
        r"|[\s　]*(?:から|より|付けで|付で|に|以降、?)(?:施行|発効|適用|効力を生|効力が生|有効)|[\s　]*(?:施行|発効)"
        r"|[\s　]*から[^。]{1,30}まで(?:の[^。]{0,8})?(?:とする|有効)",
        re.IGNORECASE,
    ),
    "expiry": re.compile(
        r"[\s　]*(?:まで(?:の(?!間)|と|を|、|有効|効力)|を?(?:もって|限り)[^。]{0,10}(?:終了|満了|失効)"
        r"|に(?:終了|満了|失効)する)"
    ),
    "signature": re.compile(r"[\s　]*(?:付(?:け)?で?(?:締結|の?契約)|に?(?:締結|調印|署名))"),
}
"""By the words right behind a date; before the words ahead of it."""


_SIGNING = re.compile(
    r"記名押印|署名捺印|記名捺印|署名(?:の上|し)|本書[^。]{0,20}作成|in\s+witness\s+whereof", re.IGNORECASE
)
"""In the block before a date that stands by itself."""


def find_dates(document: Document) -> tuple[DatePlace, ...]:
    """All dates, in the order of the text; where two forms overlap, the longer one."""
    found: list[DatePlace] = []
    signing = False
    for block in document.blocks:
        if block.type in ("page-header", "page-footer"):
            continue
        text = document.text[block.start : block.end]
        end = 0
        for start, stop, iso in sorted(_in_text(text), key=lambda place: (place[0], -place[1])):
            if start >= end:
                is_alone = signing and stop - start == len(text.strip())
                purpose = "signature" if is_alone else _purpose(text, start, stop)
                found.append(DatePlace(block.start + start, block.start + stop, iso, purpose))
                end = stop
        signing = _SIGNING.search(text) is not None
    return tuple(found)


def _in_text(text: str) -> Iterator[tuple[int, int, str]]:
    if not _HAS_NUMBER.search(text):
        return
    for pattern, read in _FORMS:
        for found in pattern.finditer(text):
            parts = read(found)
            if parts is not None and (iso := _iso(*parts)) is not None:
                yield *found.span(), iso


_HAS_NUMBER = re.compile(r"\d{4}|[年]")


def _iso(year: int, month: int, day: int | None) -> str | None:
    try:
        whole = date(year, month, day or 1).isoformat()
    except ValueError:
        return None  # the 31st of June
    return whole if day else whole[:7]


def _purpose(text: str, start: int, end: int) -> DatePurpose | None:
    """By the words right behind the date, then by those right before it."""
    before = unicodedata.normalize("NFC", text[max(0, start - 200) : start])
    for purpose, pattern in _AFTER.items():
        if pattern.match(text, end):
            return purpose
    return next((purpose for purpose, pattern in _BEFORE.items() if pattern.search(before)), None)
