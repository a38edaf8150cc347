"""`fusen export`: which files there are, what is in them, what is left alone, with which exit code."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from samples import JAPANESE, make_analysis, make_document
from test_cli import fusen

from app.exporting import Wanted, _free_name
from app.review.operations import SetDecision, SetDue, SetOwner
from app.workspace.store import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """Two documents with two accepted findings each; one has an owner and a date."""
    path = tmp_path / "w.fusen"
    with Workspace.open(path) as store:
        for document in (make_document(), make_document(JAPANESE, file="/契約/委託.pdf")):
            store.save_analysis(document, make_analysis(document))
            first, second, _ = store.findings(document.sha256)
            for finding in (first, second):
                store.apply(SetDecision(finding.id, "accepted"))
        store.apply(SetOwner(second.id, "佐藤"))
        store.apply(SetDue(second.id, "2026-04-30"))
    return path


def exported(path: Path) -> Any:
    return json.loads((path / "brief.json").read_text(encoding="utf-8"))


def test_all_formats_of_the_brief_are_written_and_told(workspace: Path, tmp_path: Path) -> None:
    result = fusen("export", workspace, "--to", "docx,xlsx,md,html,json,ics", "--out", tmp_path / "out")
    assert (result.exit_code, result.stderr) == (0, "")
    names = ["brief.docx", "issues.xlsx", "brief.md", "brief.html", "brief.json", "due-dates.ics"]
    assert sorted(map(Path, result.stdout.splitlines())) == sorted(tmp_path / "out" / name for name in names)
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == sorted(names)


def test_title_purpose_language_order_and_groups(workspace: Path, tmp_path: Path) -> None:
    arguments = (
        "--title",
        "取締役会",
        "--purpose",
        "4月2日",
        "--language",
        "ja",
        "--order",
        "importance",
        "--group",
        "owner",
    )
    result = fusen("export", workspace, "--to", "json", "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 0
    brief = exported(tmp_path / "out")
    assert (brief["title"], brief["purpose"], brief["language"]) == ("取締役会", "4月2日", "ja")
    assert brief["groups"] == [["佐藤", [0]], ["担当未定", [1, 2, 3]]]
    rest = [finding["importance"] for finding in brief["findings"][1:]]
    assert rest == sorted(rest, reverse=True)
    assert brief["findings"][0]["section"] == [JAPANESE[0]]
    assert brief["documents"][0]["not_looked_at"]["never_shown"] == [[1, 3]]


def test_a_file_that_exists_is_replaced_only_where_that_is_wanted(workspace: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "brief.md").write_text("my own notes")
    result = fusen("export", workspace, "--to", "md,json", "--out", out)
    assert result.exit_code == 1
    assert "brief.md exists already" in result.stderr
    assert "--force" in result.stderr
    assert (out / "brief.md").read_text() == "my own notes"
    assert (out / "brief.json").exists(), "the others are written"
    assert fusen("export", workspace, "--to", "md,json", "--out", out, "--force").exit_code == 0
    assert (out / "brief.md").read_text().startswith("# ")


def test_without_dates_the_calendar_fails_and_the_others_are_written(tmp_path: Path) -> None:
    document = make_document()
    with Workspace.open(tmp_path / "w.fusen") as store:
        store.save_analysis(document, make_analysis(document))
    result = fusen("export", tmp_path / "w.fusen", "--to", "ics,md", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "No finding has a due date" in result.stderr
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["brief.md"]


def test_a_bad_template_is_explained_and_the_formats_without_one_are_written(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "house.dotx").write_text("not a template")
    arguments = ("--template", tmp_path / "house.dotx", "--to", "docx,md", "--out", tmp_path / "out")
    result = fusen("export", workspace, *arguments)
    assert result.exit_code == 1
    assert "house.dotx cannot be opened as a Word document" in result.stderr
    assert "Traceback" not in result.stderr
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["brief.md"]


def test_where_nothing_can_be_written_no_folder_is_left(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "w.fusen"):
        pass
    result = fusen("export", tmp_path / "w.fusen", "--to", "md", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "no analysed document" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_file_that_is_gone_is_said_of_and_nothing_is_made(workspace: Path, tmp_path: Path) -> None:
    result = fusen("export", workspace, "--to", "annotated", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert result.stderr.count("委託.pdf") >= 1
    assert not (tmp_path / "out").exists()


def test_neither_the_workspace_nor_a_document_nor_the_template_is_written_over(tmp_path: Path) -> None:
    original, template = tmp_path / "brief.md", tmp_path / "brief.docx"
    original.write_text("the original")
    Document().save(str(template))
    with Workspace.open(tmp_path / "brief.json") as store:
        document = make_document(file=str(original))
        store.save_analysis(document, make_analysis(document))
        store.apply(SetDecision(store.findings(document.sha256)[0].id, "accepted"))
    (tmp_path / "link").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "brief.md").hardlink_to(original)
    before = {file: file.read_bytes() for file in (original, template)}
    for out in (tmp_path, tmp_path / "link", tmp_path / "out"):
        arguments = ("--to", "json,md,docx", "--out", out, "--force", "--template", template)
        result = fusen("export", tmp_path / "brief.json", *arguments)
        assert result.exit_code == 1
        assert "brief.md is the original and is not overwritten." in result.stderr
        if out != tmp_path / "out":
            assert "brief.json is the workspace and is not overwritten." in result.stderr
            assert "brief.docx is the template and is not overwritten." in result.stderr
    assert {file: file.read_bytes() for file in before} == before
    assert (tmp_path / "brief.json").read_bytes().startswith(b"SQLite")


def test_names_do_not_collide_where_capitals_or_composed_marks_are_not_told_apart(tmp_path: Path) -> None:
    taken: set[str] = set()
    names = [_free_name(tmp_path, stem, "-annotated.pdf", taken).name for stem in ("A", "a", "a", "b")]
    assert names == ["A-annotated.pdf", "a-annotated-2.pdf", "a-annotated-3.pdf", "b-annotated.pdf"]
    composed, apart = (unicodedata.normalize(form, "ガ") for form in ("NFC", "NFD"))
    names = [_free_name(tmp_path, stem, "-annotated.pdf", taken).name for stem in (composed, apart)]
    assert names == [f"{composed}-annotated.pdf", f"{apart}-annotated-2.pdf"]
    assert _free_name(tmp_path, "契" * 80, "-annotated.pdf", taken).name == f"{'契' * 60}-annotated.pdf"


def test_what_is_wanted_is_the_whole_by_default(tmp_path: Path) -> None:
    wanted = Wanted(("md",), tmp_path)
    assert (wanted.order, wanted.grouping, wanted.force) == ("place", "none", False)
