"""What the words around a reference make of it: that a clause amends the other one, or that one of them excepts the other.

"Notwithstanding Section 9" excepts the clause that says so from Section 9; "Subject to Section 9" says that Section 9 excepts
something from this one. Where the words are not plain, the reference stays a reference.
"""

from __future__ import annotations

import re
from typing import Literal

Role = Literal["reference", "amends", "excepts", "excepted-by"]
"""What the passage with the reference does: it amends the other, is an exception to it, or has its exception there."""

_WHOSE = (
    r"(?:the\s+)?(?:(?:any|other|applicable|foregoing|express|general|specific)\s+)*(?:provisions?|terms?|conditions?|limitations?"
    r"|restrictions?|requirements?|exceptions?|exclusions?|obligations?|rights?|limits?|liability\s+caps?)"
    r"(?:(?:,|,?\s+and|,?\s+or)\s+(?:provisions|conditions|limitations|restrictions|requirements|exceptions|exclusions|rights))*\s+"
    r"(?:(?:contained|set\s+forth|set\s+out|stated|provided|specified|described|granted)\s+)?(?:of|in|under|by)\s+"
)
_SAID = (
    r"(?:provided|set\s+forth|set\s+out|stated|specified|permitted|described|contemplated|required|allowed"
    r"|authori[sz]ed|agreed)"
)
_SO = r"(?:(?:otherwise|expressly|specifically|explicitly|may\s+be|is|are)\s+)*"
_EXCEPTS_BEFORE = re.compile(
    rf"\b(?:notwithstanding|not\s+(?:be\s+)?subject\s+to|regardless\s+of|irrespective\s+of|(?:by\s+way\s+of|as\s+an?|in)\s+(?:derogation|exception)\s+(?:of|from|to))"
    rf"\s+(?:(?:anything|any\s+(?:\w+\s+){{1,3}})?\s*(?:to\s+the\s+contrary\s+)?(?:(?:contained|set\s+forth|stated|provided)\s+)?"
    rf"(?:in|of|under)\s+|{_WHOSE})?$",
    re.IGNORECASE,
)
_EXCEPTED_BEFORE = re.compile(
    rf"\b(?:subject\s+(?:(?:always|only|in\s+all\s+\w+)\s+)?to\s+(?:{_WHOSE})?"
    rf"|(?:except|save|unless|other\s+than)\s+(?:and\s+\w+\s+)?(?:(?:as|if|where|to\s+the\s+extent|in\s+the\s+(?:case|manner|circumstances))\s+)?"
    rf"{_SO}(?:{_SAID}\s+)(?:for\s+)?(?:otherwise\s+)?(?:in|by|under|pursuant\s+to)\s+(?:{_WHOSE})?"
    rf"|(?:except|save|other\s+than)\s+(?:for\s+|as\s+|in\s+)?(?:pursuant\s+to|under|in\s+accordance\s+with)\s+(?:{_WHOSE})?)$",
    re.IGNORECASE,
)
_NOT_APPLIED = re.compile(
    r"(?:\s+(?:hereof|above|below|of\s+this\s+Agreement|of\s+the\s+Agreement))?,?\s+(?:shall|do|does|will)\s+not\s+(?:apply|be\s+applicable)\b"
)
_CHANGED = r"(?:amended|deleted|replaced|modified|restated|revised|supplemented|superseded|stricken)"
_AMENDS_AFTER = re.compile(
    r"(?:\s*\([^()]{0,80}\))?(?:,?\s+(?:entitled\s+)?[“\"][^”\"]{1,60}[”\"],?)?"
    r"(?:\s+(?:hereof|above|of\s+(?:this|the)\s+(?:[A-Z]\w+\s+){0,4}(?:Agreement|Contract|Lease)))?,?\s+"
    rf"(?:(?:is|are|shall\s+be)\s+hereby\s+(?:further\s+)?{_CHANGED}|(?:is|are)\s+(?:further\s+)?{_CHANGED}\s+(?:and|by|to|in|as|so)\b"
    rf"|shall\s+be\s+{_CHANGED}\s+(?:and\s+\w+\s+)?(?:to\s+read|in\s+its\s+entirety|as\s+follows)"
    r"|in\s+its\s+entirety\s+and\s+(?:to\s+)?(?:replace|substitut)\w*)"
)
_AMENDS_BEFORE = re.compile(
    r"\bhereby\s+(?:agree\s+to\s+)?(?:amend|delete|replace|modify|restate|remove|revise)s?\s+(?:and\s+\w+\s+)?"
    r"(?:the\s+\w+\s+(?:sentence|paragraph)\s+(?:of|in)\s+)?$",
    re.IGNORECASE,
)

_JA_REST = r"(?:まで)?(?:本文|ただし書|前段|後段|各号)?(?:（[^（）]{0,60}）)?"
_EXCEPTS_JA = re.compile(
    rf"{_JA_REST}(?:の(?:規定|定め|条項))?(?:に|にも|は)(?:かかわらず|拘わらず|拘らず|関わらず|関らず)"
    rf"|{_JA_REST}の規定は、(?:[^。、]{{0,40}}(?:ついては|には|ときは|場合は|場合には|関しては)、)?(?:これを)?適用しない"
)
_EXCEPTED_JA = re.compile(
    rf"{_JA_REST}(?:(?:に(?:規定する|定める|掲げる|該当する|別段の定めがある|定めがある)|の規定(?:による|により[^。、]{{0,25}}する))?(?:の?場合|もの|とき))?"
    r"(?:を除き(?!、?以下)|を除くほか|を除いて|を除いては)"
)
_AMENDS_JA = re.compile(
    rf"{_JA_REST}(?:の(?:見出し|規定|全文|一部))?(?:中、?「[^「」]{{1,200}}」を、?「[^「」]{{1,200}}」に、?(?:改め|改正|変更|修正)"
    r"|を、?(?:次|以下|下記)の(?:よう|とおり|通り)に?、?(?:改め|改正|変更|修正)|を(?:全部|すべて|全て)?(?:削る|削り|削除し|削除する|削除します))"
    r"(?!(?:する|る)?(?:場合|とき|こと|には|もの|改正規定|規定|部分))"
)


def english_role(text: str, start: int, end: int) -> Role:
    """The role that the words before `start` and after `end` give to an English reference, or a list of them, there."""
    before = text[max(0, start - 160) : start]
    if _AMENDS_AFTER.match(text, end) or _AMENDS_BEFORE.search(before):
        return "amends"
    if _EXCEPTS_BEFORE.search(before) or _NOT_APPLIED.match(text, end):
        return "excepts"
    return "excepted-by" if _EXCEPTED_BEFORE.search(before) else "reference"


def japanese_role(text: str, end: int) -> Role:
    """The role that the words after `end` give to a Japanese reference, or a list of them, that ends there."""
    if _AMENDS_JA.match(text, end):
        return "amends"
    if _EXCEPTS_JA.match(text, end):
        return "excepts"
    return "excepted-by" if _EXCEPTED_JA.match(text, end) else "reference"
