"""The language of each block."""

from __future__ import annotations

import pytest

from app.analysis.structure.languages import block_languages
from tests.analysis.made import made_document


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The fees are due.", "en"),
        ("委託料を支払う。", "ja"),
        ("Firefox Relay は、メールを転送するサービスです。", "ja"),
        ("本契約は英語を正文とする。The English version of this agreement shall prevail.", "mixed"),
        ("Настоящий договор", "other"),
        ("12.5 %", "none"),
    ],
)
def test_by_its_letters(text: str, language: str) -> None:
    assert block_languages(made_document([text, "かな"]))[0] == language


def test_kanji_without_kana_are_another_language() -> None:
    assert block_languages(made_document(["本协议由以下双方签订"])) == ("other",)
    assert block_languages(made_document(["業務委託契約書", "次のとおり"])) == ("ja", "ja")
