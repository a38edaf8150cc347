"""The words that a reviewer would search a document for, in English and Japanese: the baseline that everyone has.

The lists were written from what the tags are about and from general practice, once, before any figure was seen; they are not
tuned. A word matches at the start of a word and may go on (`terminat` finds terminate and termination).
"""

from __future__ import annotations

import re
from functools import cache

from model.tags import Kind

_WORDS: dict[Kind, tuple[str, ...]] = {
    "contract": (
        "terminat",
        "liab",
        "indemnif",
        "exclusiv",
        "assign",
        "renew",
        "expir",
        "governing law",
        "governed by",
        "damages",
        "warrant",
        "insurance",
        "audit",
        "royalt",
        "minimum",
        "compet",
        "solicit",
        "change of control",
        "first refusal",
        "intellectual property",
        "license",
        "licence",
        "perpetual",
        "irrevocabl",
        "transferable",
        "consent",
        "penalt",
        "escrow",
        "most favored",
        "sue",
        "third party beneficiar",
        "third-party beneficiar",
        "disparag",
        "surviv",
    ),
    "design": (
        "must",
        "shall",
        "propos",
        "decid",
        "decision",
        "risk",
        "trade-off",
        "tradeoff",
        "alternative",
        "drawback",
        "open question",
        "unresolved",
        "goal",
        "compatib",
        "breaking",
        "deprecat",
        "migrat",
        "security",
        "require",
        "limitation",
    ),
    "report": (
        "recommend",
        "finding",
        "risk",
        "root cause",
        "impact",
        "action",
        "must",
        "shall",
        "should",
        "critical",
        "severe",
        "failed",
        "failure",
        "outage",
        "vulnerab",
        "limitation",
        "conclu",
        "lesson",
        "mitigat",
    ),
}
_JAPANESE: dict[Kind, tuple[str, ...]] = {
    "contract": (
        "解除",
        "解約",
        "終了",
        "責任",
        "損害",
        "賠償",
        "補償",
        "独占",
        "譲渡",
        "更新",
        "準拠法",
        "管轄",
        "保証",
        "保険",
        "監査",
        "競業",
        "勧誘",
        "知的財産",
        "著作権",
        "許諾",
        "承諾",
        "違約",
        "禁止",
        "存続",
    ),
    "design": (
        "必要",
        "必須",
        "しなければならない",
        "提案",
        "決定",
        "リスク",
        "トレードオフ",
        "代替",
        "欠点",
        "未解決",
        "目的",
        "目標",
        "互換",
        "非推奨",
        "廃止",
        "移行",
        "セキュリティ",
        "要件",
        "制限",
    ),
    "report": (
        "推奨",
        "提言",
        "課題",
        "問題",
        "リスク",
        "原因",
        "影響",
        "対策",
        "必要",
        "べき",
        "重大",
        "障害",
        "失敗",
        "脆弱性",
        "制限",
        "結論",
        "結果",
        "教訓",
    ),
}


def occurring_words(text: str, kind: Kind) -> frozenset[str]:
    """The different search words of a kind that `text` holds, in lower case."""
    return frozenset(match.lower() for match in _pattern(kind).findall(text))


@cache
def _pattern(kind: Kind) -> re.Pattern[str]:
    # Japanese has no word boundaries to begin at.
    english = r"\b(?:" + "|".join(map(re.escape, _WORDS[kind])) + ")"
    japanese = "|".join(map(re.escape, _JAPANESE[kind]))
    return re.compile(f"{english}|{japanese}", re.IGNORECASE)
