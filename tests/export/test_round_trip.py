"""A small sample of `python -m tests.export.round_trip`, on made documents; and that its judges see what is missing."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.export.formats import FORMATS
from app.workers.client import WorkerClient
from tests.documents.made_docx import paragraph, write_docx
from tests.export import reading_back
from tests.export.made_briefs import full_brief
from tests.export.round_trip import _CHECKS, round_trip
from tests.export.test_annotated_pdf import make_pdf

SENTENCES = (
    "The Supplier shall indemnify the Customer.",
    "Liability is capped at <b>100%</b> of the fees & costs.",
    "受託者の賠償責任は委託料を上限とする。",
    "Either party may terminate by giving 30 days' notice.",
    "本契約は日本法に準拠する。",
)


@pytest.fixture(scope="module")
def documents() -> Iterator[WorkerClient]:
    client = WorkerClient("app.workers.document_worker", name="document worker")
    yield client
    client.close()


@pytest.mark.parametrize("ending", ["pdf", "docx"])
def test_every_accepted_finding_is_in_every_format(documents: WorkerClient, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"契約 1.{ending}"
    if ending == "pdf":
        make_pdf(path)
    else:
        write_docx(path, "".join(map(paragraph, SENTENCES)))
    out = tmp_path / "out"
    out.mkdir()
    outcome, brief, files = round_trip(path, out, documents, random.Random(3), 5)
    assert brief.findings
    assert outcome.missing.keys() >= {"docx", "pptx", "xlsx", "md", "html", "json", "annotated"}
    assert outcome.is_whole, outcome.missing
    assert ending != "pdf" or outcome.missing["pictures"] == []
    assert set(files) >= {"docx", "pptx", "annotated"}


def test_the_judges_miss_what_is_not_there() -> None:
    brief = full_brief("ja", 3)
    other = replace(
        brief.findings[0], quote=replace(brief.findings[0].quote, text="ほかの文である。"), raised=True, start=9
    )
    more = replace(brief, findings=(*brief.findings, replace(other, due="2031-01-01")))
    for name, check in _CHECKS.items():
        data = FORMATS[name].render(brief)
        assert check(data, brief) == [], name
        assert check(data, more) != [], name
    assert reading_back.bare("a\u00ad b\n") == "ab"
