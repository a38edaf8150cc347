"""Real and hostile Word documents: what their makers say is in them is read, and none of the bad ones does harm."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
import unicodedata
from pathlib import Path

import pytest

from app.documents.document import Document
from app.documents.loading import load_document
from app.errors import FusenError

_NOTHING = re.compile(r"[\s\u00ad\u200b-\u200d\ufeff]")


def bare(text: str) -> str:
    """Without white space and other differences that do not matter."""
    return _NOTHING.sub("", unicodedata.normalize("NFKC", text))


def check_whole(document: Document) -> None:
    """All offsets lie in the text and agree with each other."""
    length = len(document.text)
    last = 0
    for block in document.blocks:
        assert last <= block.start < block.end <= length
        assert block.source is not None
        assert block.source.label <= block.end - block.start
        last = block.end
    for mark in (*document.revisions, *document.comments):
        assert 0 <= mark.start <= mark.end <= length
    for revision in document.revisions:
        assert (revision.kind == "deleted") == (revision.start == revision.end)
        assert (revision.kind == "deleted") == bool(revision.text)


def test_real_documents_hold_what_they_should(shared: Path) -> None:
    folder = shared / "documents" / "realistic"
    truths = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))
    names = [name for name in truths if name.endswith(".docx")]
    assert len(names) >= 16
    wrong = []
    for name in names:
        document = load_document(folder / name)
        check_whole(document)
        text = bare(document.text)
        wrong += [(name, item["text"]) for item in truths[name]["must_contain"] if bare(item["text"]) not in text]
        wrong += [(name, item["text"]) for item in truths[name]["must_not_contain"] if bare(item["text"]) in text]
    assert wrong == []


def test_clauses_have_the_numbers_that_other_clauses_refer_to(shared: Path) -> None:
    document = load_document(shared / "documents" / "realistic" / "cloud-service-agreement-ai.docx")
    shown = [document.text[block.start : block.end] for block in document.blocks]
    assert any(text.startswith("8.1 Liability Caps.") for text in shown)
    assert any(text.startswith("(a) Except as provided in Section 8.4 (Exceptions)") for text in shown)


def outcome(path: Path) -> str:
    try:
        document = load_document(path)
    except FusenError as error:
        if not (error.message.endswith(".") and error.advice.endswith(".")):
            return f"an error that is no sentence: {error}"
        return "asks password" if error.code == "encrypted" else "clear error"
    check_whole(document)
    return "opens with warning" if document.warnings else "opens"


def test_hostile_documents_do_no_harm(shared: Path) -> None:
    folder = shared / "documents" / "hostile"
    with (folder / "MANIFEST.tsv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter="\t") if row["format"] in ("docx", "docm")]
    tried, wrong = 0, []
    for row in rows:
        if not (folder / row["file"]).exists():
            continue  # made by the test below
        tried += 1
        started = time.process_time()
        found = outcome(folder / row["file"])
        if found not in (row["expect"], row["also_ok"]) or time.process_time() - started > 20:
            wrong.append((row["file"], row["special"], found))
    assert tried >= 28
    assert wrong == []


@pytest.mark.slow
def test_half_a_million_paragraphs_in_bounded_time_and_memory(shared: Path, tmp_path: Path) -> None:
    maker = shared / "documents" / "hostile" / "make_at_test_time.py"
    subprocess.run([sys.executable, maker, tmp_path, "many-paragraphs.docx"], check=True, stdout=subprocess.DEVNULL)
    started = time.process_time()
    document = load_document(tmp_path / "many-paragraphs.docx")
    assert time.process_time() - started < 20
    assert len(document.blocks) == 500_000
