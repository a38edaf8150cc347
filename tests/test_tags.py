"""Every tag that the model can give has words in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.tags import tag_name, tag_names
from model.tags import TAGS


@pytest.mark.parametrize("kind", ["contract", "report", "design"])
def test_every_tag_has_words_of_its_own_in_both_languages(kind: str) -> None:
    for tag in TAGS[kind]:
        names = tag_names()[tag]
        assert set(names) == {"en", "ja"}
        assert names["en"].isascii()
        assert not names["ja"].isascii()
    for language in ("en", "ja"):
        words = [names[language] for names in tag_names().values()]
        assert len(set(words)) == len(words)


def test_the_agreed_contract_tags_are_covered(shared: Path) -> None:
    agreed = json.loads((shared / "data" / "contract-tags.json").read_text(encoding="utf-8"))
    assert set(agreed) <= set(tag_names())


def test_words_of_a_known_and_of_an_unknown_tag() -> None:
    assert tag_name("cap-on-liability") == "Cap on liability"
    assert tag_name("cap-on-liability", "ja") == "責任の上限"
    assert tag_name("force-majeure", "ja") == "Force majeure"
