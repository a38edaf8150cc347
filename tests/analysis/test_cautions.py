from __future__ import annotations

import pytest

from app.analysis.cautions import cautions
from app.documents.document import DocumentKind, Language


@pytest.mark.parametrize(
    ("kind", "language", "query", "codes"),
    [
        ("contract", "en", None, []),
        ("report", "en", None, ["few-reports"]),
        ("report", "ja", None, ["weak-in-japanese", "few-reports"]),
        ("report", "ja", "解除", ["weak-in-japanese", "query-unchecked"]),
        ("design", "en", "risk", ["query-unchecked"]),
    ],
)
def test_a_reader_is_told_what_the_model_is_weak_at(
    kind: DocumentKind, language: Language, query: str | None, codes: list[str]
) -> None:
    assert [notice.code for notice in cautions(kind, language, query)] == codes
