"""What is chosen for an export, and the files that follow from it: no window, no worker."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest

from app.errors import FusenError
from app.export.brief import Brief
from app.export.file_names import file_stem
from app.ui.export_choice import Choice, at_most, brief_for, chosen_ids, offered, recalled, remembered
from app.ui.export_files import (
    Target,
    existing,
    folder_problem,
    keeping_both,
    originals_among,
    repeated,
    unlike,
)
from app.ui.export_preview import MOST, paper_html, preview_of
from app.ui.export_targets import offered_formats, targets
from app.ui.export_writing import Outcome, Share, Step, write_files
from app.ui.settings import Settings
from tests.export.made_briefs import document, full_brief


def made(findings: int = 4) -> Brief:
    """A brief whose places are in the order of its findings."""
    brief = full_brief("en", findings)
    (only,) = brief.documents

    def placed(number: int, one: object) -> dict[str, object]:
        return {"start": number * 100, "end": number * 100 + 50, "document": only.sha256}

    kept = tuple(replace(one, **placed(2 * n, one)) for n, one in enumerate(brief.findings))
    undecided = tuple(replace(one, **placed(2 * n + 1, one)) for n, one in enumerate(brief.undecided))
    return replace(brief, findings=kept, undecided=undecided)


# ---- which findings


def test_undecided_findings_stand_in_their_places_where_that_is_wished() -> None:
    brief = made()
    assert offered(brief, "accepted") == brief.findings
    assert offered(brief, "raised") == tuple(one for one in brief.findings if one.raised)
    both = offered(brief, "undecided")
    assert [one.start for one in both] == sorted(one.start for one in both)
    left_out = brief.undecided[1].id
    chosen = brief_for(brief, Choice(scope="undecided", left_out=frozenset({left_out})))
    assert left_out not in {one.id for one in chosen.findings}
    assert [one.id for one in chosen.undecided] == [left_out]  # what no one decided on is never silently gone
    assert len(chosen.findings) == len(both) - 1


def test_a_finding_that_is_left_out_is_counted_and_words_are_the_users() -> None:
    brief = made()
    choice = Choice(left_out=frozenset({brief.findings[0].id}), title="  Talks ", purpose="Price", language="ja")
    chosen = brief_for(brief, choice)
    assert (chosen.title, chosen.purpose, chosen.language, chosen.left_out) == ("Talks", "Price", "ja", 1)
    assert chosen_ids(brief, choice) == {one.id for one in brief.findings[1:]}
    assert brief_for(brief, Choice()).title == brief.title


def test_order_and_groups_reach_the_preview() -> None:
    brief = made(6)
    shown = preview_of(brief, Choice(order="importance", grouping="tag"))
    importances = [shown.brief.findings[n].importance for _, members in shown.brief.groups for n in members]
    assert len(importances) == 6
    assert all(f"<h3>{name}</h3>" in shown.wide for name, _ in shown.brief.groups)
    assert shown.cut == 0


def test_the_preview_of_a_long_brief_is_its_beginning_and_says_how_much_is_missing() -> None:
    brief = made(MOST + 30)
    shown = preview_of(brief, Choice(grouping="tag"))
    assert len(shown.brief.findings) == MOST + 30
    assert shown.cut == 30 + len(brief.undecided)
    beginning, _ = at_most(shown.brief, MOST)
    assert sorted(n for _, members in beginning.groups for n in members) == list(range(MOST))


def test_what_a_document_says_is_never_markup_on_the_paper() -> None:
    brief = made()
    evil = '<img src="file:///etc/passwd"><a href="http://x">y</a>'
    first = replace(brief.findings[0], quote=replace(brief.findings[0].quote, text=evil), comment=evil, owner=evil)
    for narrow in (False, True):
        html = paper_html(replace(brief, title=evil, findings=(first, *brief.findings[1:])), narrow=narrow)
        assert "<img" not in html
        assert "<a " not in html
        assert "&lt;img" in html


# ---- file names


@pytest.mark.parametrize(
    ("text", "stem"),
    [
        ("契約書 (最終)", "契約書 (最終)"),
        ('a/b\\c:d*e?"<>|', "a b c d e"),
        ("  . ", "_"),
        ("CON", "_CON"),
        ("line\nbreak\x00", "line break"),
        ("name. ", "name"),
    ],
)
def test_a_file_name_is_one_that_every_system_takes(text: str, stem: str) -> None:
    assert file_stem(text) == stem


def test_a_long_japanese_name_fits_the_file_system() -> None:
    assert len(file_stem("契約" * 200).encode()) <= 180


def test_names_follow_the_document_the_title_and_what_was_typed() -> None:
    brief = made()
    (only,) = brief.documents
    choice = Choice((only.sha256,), formats=("docx", "annotated"), folder="/out")
    brief_file, copy = targets(brief, choice, {})
    assert (brief_file.output, brief_file.sha256) == (Path("/out/services-agreement-brief.docx"), "")
    assert (copy.output, copy.sha256) == (Path("/out/services-agreement-annotated.pdf"), only.sha256)
    typed = {("docx", ""): "talks/of april.DOCX", ("annotated", only.sha256): " . "}
    named = targets(brief, choice, typed)
    assert [target.output.name for target in named] == ["talks of april.docx", copy.output.name]
    other = replace(document("ja"), sha256="cd" * 32)
    both = replace(brief, documents=(only, other))
    assert targets(both, choice, {})[0].output.name == "services-agreement+1-brief.docx"
    assert targets(both, replace(choice, title="Q3: talks"), {})[0].output.name == "Q3 talks-brief.docx"


def test_copies_of_documents_with_one_name_are_told_apart() -> None:
    brief = made()
    twin = replace(brief.documents[0], sha256="cd" * 32, file="SERVICES-agreement.pdf")
    note = replace(brief.documents[0], sha256="ef" * 32, file="note.md", format="markdown", page_count=None)
    brief = replace(brief, documents=(*brief.documents, twin, note))
    names = [target.output.name for target in targets(brief, Choice(formats=("annotated",), folder="/o"), {})]
    assert names == ["services-agreement-annotated.pdf", "SERVICES-agreement-annotated (2).pdf"]
    composed, apart = (normalize(form, "ガ.pdf") for form in ("NFC", "NFD"))
    assert unlike([composed, apart]) == [composed, apart.replace(".pdf", " (2).pdf")]
    assert len(repeated([Target("pdf", Path("/o", name)) for name in (composed, apart)])) == 2
    assert unlike(["a.pdf", "A.pdf", "a (2).pdf"]) == ["a.pdf", "A (2).pdf", "a (2) (2).pdf"]
    same = (Target("docx", Path("/o/A.docx")), Target("md", Path("/o/a.docx")))
    assert repeated((*same, Target("md", Path("/o/b.md")))) == set(same)


def test_of_two_formats_that_make_the_same_copies_one_is_offered() -> None:
    names = offered_formats()
    assert "annotated" in names
    assert "pdf" not in names
    assert {"docx", "xlsx", "md", "html", "json", "ics"} <= set(names)


# ---- conflicts


def test_a_document_is_known_by_whatever_path(tmp_path: Path) -> None:
    original = tmp_path / "contract.pdf"
    original.write_bytes(b"original")
    (tmp_path / "alias.pdf").symlink_to(original)
    (tmp_path / "sub").mkdir()
    around = Target("annotated", tmp_path / "sub" / ".." / "contract.pdf")
    alias, new = Target("annotated", tmp_path / "alias.pdf"), Target("annotated", tmp_path / "new.pdf")
    assert originals_among((around, alias, new), (original,)) == (around, alias)
    assert existing((alias, new)) == (alias,)


def test_keeping_both_numbers_past_files_and_other_targets(tmp_path: Path) -> None:
    for name in ("a.docx", "a (2).docx"):
        (tmp_path / name).write_bytes(b"x")
    there, other = Target("docx", tmp_path / "a.docx"), Target("md", tmp_path / "A (3).docx")
    both = keeping_both((there, other), {there})
    assert [target.output.name for target in both] == ["a (4).docx", "A (3).docx"]


def test_a_folder_that_is_no_good_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert folder_problem(str(tmp_path)) is None
    for bad in ("", "somewhere", str(tmp_path / "missing"), str(tmp_path / "file"), "/" + "x" * 5000, "/a\0b"):
        problem = folder_problem(bad)
        assert problem is not None, bad
        assert problem.advice


def test_a_folder_without_rights_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # who runs the tests may be allowed everything
    problem = folder_problem(str(tmp_path))
    assert problem is not None
    assert problem.code == "permission"


# ---- writing


def write(
    planned: tuple[Target, ...],
    stop: threading.Event,
    steps: list[Step],
    originals: tuple[Path, ...] = (),
    may_replace: frozenset[Target] = frozenset(),
) -> tuple[Outcome, ...]:
    """Write with a writer that cannot write `bad.*`, has a fault at `fault.*` and is stopped at `stop.*`."""

    def one(target: Target, share: Share) -> Sequence[str]:
        share(0.5)
        match target.output.stem:
            case "bad":
                raise FusenError("permission", "It cannot be written.", "Choose another name.")
            case "fault":
                raise ValueError("a bug")
            case "stop":
                stop.set()
        target.output.write_bytes(b"new")
        return ("A notice.",)

    return write_files(planned, one, originals=originals, may_replace=may_replace, stop=stop, tell=steps.append)


def codes(outcomes: tuple[Outcome, ...]) -> list[str | None]:
    return [outcome.error.code if outcome.error is not None else None for outcome in outcomes]


def test_one_format_that_fails_keeps_no_other_from_being_written(tmp_path: Path) -> None:
    planned = tuple(Target("docx", tmp_path / f"{name}.docx") for name in ("bad", "fault", "good"))
    steps: list[Step] = []
    outcomes = write(planned, threading.Event(), steps)
    assert codes(outcomes) == ["permission", "internal", None]
    assert [outcome.notices for outcome in outcomes] == [(), (), ("A notice.",)]
    assert (tmp_path / "good.docx").read_bytes() == b"new"
    assert [step.share for step in steps] == pytest.approx([0, 1 / 6, 1 / 3, 1 / 2, 2 / 3, 5 / 6])
    assert {step.number for step in steps} == {1, 2, 3}


def test_after_a_cancel_nothing_more_is_begun(tmp_path: Path) -> None:
    planned = tuple(Target("docx", tmp_path / f"{name}.docx") for name in ("stop", "good"))
    assert codes(write(planned, threading.Event(), [])) == [None, "cancelled"]
    assert not (tmp_path / "good.docx").exists()


def test_what_is_there_is_not_replaced_unasked_and_a_document_never(tmp_path: Path) -> None:
    original, old, asked = (Target("docx", tmp_path / f"{name}.docx") for name in ("original", "old", "asked"))
    for target in (original, old, asked):
        target.output.write_bytes(b"old")
    all_three = (original, old, asked)
    outcomes = write(
        all_three, threading.Event(), [], originals=(original.output,), may_replace=frozenset((original, asked))
    )
    assert codes(outcomes) == ["permission", "permission", None]
    assert [target.output.read_bytes() for target in all_three] == [b"old", b"old", b"new"]


# ---- from one time to the next


def test_how_one_exports_is_remembered_and_what_is_no_good_is_not_believed(tmp_path: Path) -> None:
    choice = Choice(("x",), "raised", order="tag", grouping="owner", formats=("md", "xlsx"), folder="/out", title="T")
    choice = choice.with_template("docx", "/t/house.dotx").with_template("pptx", "/t/a.potx").with_template("pptx", "")
    settings = Settings(tmp_path / "settings.json")
    settings.keep("export", remembered(choice))
    kept = Settings.load(tmp_path / "settings.json").kept("export")
    again = recalled(kept, offered_formats(), Choice())
    assert (again.order, again.grouping, again.folder) == ("tag", "owner", "/out")
    assert set(again.formats) == {"md", "xlsx"}
    assert (again.template("docx"), again.template("pptx")) == ("/t/house.dotx", "")
    assert (again.documents, again.scope, again.title) == ((), "accepted", "")
    for bad in (None, [], {"formats": ["fax"], "order": 3, "grouping": ["x"], "folder": 1, "templates": [2]}):
        assert recalled(bad, offered_formats(), Choice()) == Choice()
