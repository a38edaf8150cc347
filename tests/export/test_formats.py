"""The registry of formats."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from samples import ENGLISH, make_analysis, make_document

from app.export.brief import Brief, BriefSource, make_brief
from app.export.formats import FORMATS


def brief() -> Brief:
    source = BriefSource("/a.pdf", ENGLISH[0], "pdf", 2, make_analysis(make_document()), ())
    return make_brief([source], created_at=datetime(2026, 4, 1, tzinfo=UTC))


@pytest.mark.parametrize("name", FORMATS)
def test_each_has_words_and_either_a_renderer_or_copies(name: str) -> None:
    each = FORMATS[name]
    assert each.name == name
    for language in ("en", "ja"):
        assert each.title(language)
        assert each.purpose(language).endswith((".", "。"))
    assert bool(each.renderer) != bool(each.copies)


@pytest.mark.parametrize("name", [name for name, each in FORMATS.items() if each.renderer and name != "ics"])
def test_each_renders_the_same_bytes_twice(name: str, tmp_path: Path) -> None:
    each = FORMATS[name]
    output = tmp_path / f"{each.stem}{each.ending}"
    each.write(brief(), output)
    assert output.read_bytes() == each.render(brief())


def test_a_copy_ends_in_what_its_program_opens_it_under() -> None:
    copies = FORMATS["annotated"]
    endings = [copies.copy_ending(name, "docx") for name in ("a.docx", "b.DOCM", "c.dotx", "no ending")]
    assert endings == ["-annotated.docx", "-annotated.docm", "-annotated.dotx", "-annotated.docx"]
    assert copies.copy_ending("a.pdf", "pdf") == "-annotated.pdf"
    assert copies.copy_ending("a.md", "markdown") == ""
