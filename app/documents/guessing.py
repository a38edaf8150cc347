"""Cheap guesses that the user can correct: the language by its letters, the kind of document by its usual words."""

from __future__ import annotations

import re

from app.documents.document import DocumentKind, Language

_KANA_OR_KANJI = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
_LETTER = re.compile(r"[^\W\d_]")
_SAMPLE = 40_000

_SIGNS: dict[DocumentKind, re.Pattern[str]] = {
    "contract": re.compile(
        r"\b(?:agreements?|hereto|hereby|herein|hereunder|thereof|party|parties|indemnif\w+|licens(?:ee|or)|covenants?|"
        r"governing law|terminat\w+|shall|warrant(?:y|ies))\b|契約|甲|乙|本規約|利用規約|当事者|損害賠償|解除|準拠法|条項",
        re.IGNORECASE,
    ),
    "report": re.compile(
        r"\b(?:findings?|recommendations?|audit(?:ed|ors?)?|assessments?|reviewed|investigat\w+|results?|conclusions?|report|"
        r"survey|vulnerabilit\w+|severity|observed)\b|報告|調査|結果|監査|考察|所見|提言|評価|分析",
        re.IGNORECASE,
    ),
    "design": re.compile(
        r"\b(?:design|architecture|requirements?|api|interfaces?|implement\w*|components?|proposals?|rationale|trade-?offs?|"
        r"alternatives|protocol|schema|modules?)\b|設計|仕様|実装|要件|構成|機能|モジュール|インターフェース|コマンド",
        re.IGNORECASE,
    ),
}


def guess_language(text: str) -> Language:
    """Japanese where more than a tenth of the letters are kana or kanji, else English."""
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    return "ja" if letters and len(_KANA_OR_KANJI.findall(sample)) > 0.1 * letters else "en"


def guess_kind(text: str) -> DocumentKind:
    """The kind whose usual words are the most frequent at the document's beginning; a contract where none is."""
    sample = text[:_SAMPLE]
    counts = {kind: len(pattern.findall(sample)) for kind, pattern in _SIGNS.items()}
    return max(counts, key=lambda kind: counts[kind])
