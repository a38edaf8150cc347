"""The fuzzing itself, on small files made here: the same case is the same file, and none ends badly."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import docx
import pymupdf
import pytest

from app.errors import FusenError
from tests.fuzz import pdf_mutations
from tests.fuzz.__main__ import main
from tests.fuzz.driving import drive, fault_of
from tests.fuzz.made_texts import RESTRUCTURED
from tests.fuzz.making import MUTATIONS, PLAIN, Source, damaged, find_sources

ENGLISH = "The Supplier shall indemnify the Customer against all third-party claims that arise from the Services."
JAPANESE = "受託者は、本業務の遂行に関して知り得た委託者の秘密情報を第三者に開示してはならない。"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PDF of two pages and a DOCX with a table."""
    folder = tmp_path_factory.mktemp("sources")
    with pymupdf.open() as pdf:
        for _ in range(2):
            page = pdf.new_page()
            page.insert_text((72, 100), ENGLISH, fontname="helv")
            page.insert_text((72, 130), JAPANESE, fontname="japan")
        pdf.save(folder / "a.pdf", deflate=True)
    document = docx.Document()
    document.add_heading("契約書")
    document.add_paragraph(ENGLISH)
    document.add_table(2, 2).cell(0, 0).text = JAPANESE
    document.save(str(folder / "b.docx"))
    return folder


@pytest.fixture(scope="module")
def sources(folder: Path) -> list[Source]:
    return find_sources(folder)


def test_a_case_is_the_same_file_each_time(sources: list[Source]) -> None:
    for case in range(20):
        first, second = damaged(sources, 7, case), damaged(sources, 7, case)
        assert (first.data, first.how) == (second.data, second.how)
    assert damaged(sources, 7, 0).data != damaged(sources, 8, 0).data


def test_both_formats_take_turns(sources: list[Source]) -> None:
    assert [damaged(sources, 1, case).source.suffix for case in range(4)] == [".pdf", ".docx"] * 2


@pytest.mark.parametrize("mutation", MUTATIONS[".pdf"], ids=lambda m: m.__name__)
def test_each_way_changes_a_pdf(sources: list[Source], mutation: pdf_mutations.Mutation) -> None:
    whole = sources[0].data
    assert sum(mutation(whole, random.Random(i)) != whole for i in range(8)) >= 4


@pytest.mark.parametrize("mutation", MUTATIONS[".docx"], ids=lambda m: m.__name__)
def test_each_way_changes_a_docx(sources: list[Source], mutation: pdf_mutations.Mutation) -> None:
    whole = sources[1].data
    assert sum(_parts(mutation(whole, random.Random(i))) != _parts(whole) for i in range(8)) >= 4


@pytest.mark.parametrize("mutation", MUTATIONS[".rst"], ids=lambda m: m.__name__)
def test_each_way_changes_a_text(mutation: pdf_mutations.Mutation) -> None:
    whole = RESTRUCTURED.encode()
    assert sum(mutation(whole, random.Random(i)) != whole for i in range(8)) >= 4


def _parts(package: bytes) -> object:
    """What is in a package, whatever the compression; the bytes themselves where it cannot be opened."""
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as parts:
            return [(name, parts.read(name)) for name in parts.namelist()]
    except Exception:
        return package


def test_what_is_no_good_end() -> None:
    assert fault_of(FusenError("damaged", "a.pdf is damaged.", "Ask for it again.")) == ""
    assert fault_of(FusenError("timeout", "a.pdf made no progress.", "Open a copy.")) == ""
    assert "stopped" in fault_of(
        FusenError("internal", "The document worker stopped unexpectedly.", "It starts again.")
    )
    assert "code" in fault_of(FusenError("cancelled", "The work was stopped.", "Nothing."))
    assert "advice" in fault_of(FusenError("damaged", "a.pdf is damaged."))


def test_forty_cases_leave_the_worker_alive(sources: list[Source], tmp_path: Path) -> None:
    summary = drive((damaged(sources, 1, case) for case in range(40)), tmp_path, saved=tmp_path / "saved")
    assert [(one.case, one.how, end.fault) for one, end in summary.faults] == []
    assert summary.outcomes.total() == 40
    assert summary.outcomes["opened"] > 0
    assert summary.workers == 1
    assert list(tmp_path.glob("case-*")) == []


def test_forty_texts_leave_the_worker_alive(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"\*\.md or \*\.txt"):
        find_sources(folder, PLAIN)
    (tmp_path / "sources").mkdir()
    for suffix in (".md", ".txt"):
        (tmp_path / "sources" / f"a{suffix}").write_text(f"# Terms\n\n- {ENGLISH}\n- {JAPANESE}\n", encoding="utf-8")
    sources = find_sources(tmp_path / "sources", PLAIN)
    summary = drive((damaged(sources, 1, case) for case in range(40)), tmp_path)
    assert [(one.case, one.how, end.fault) for one, end in summary.faults] == []
    assert summary.outcomes["opened"] > 20
    assert summary.workers == 1


def test_the_command_repeats_one_case(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--seed", "3", "--case", "12"]) == 0
    told = capsys.readouterr()
    assert "case 12:" in told.err
    assert "1 cases of seed 3" in told.out
    assert main([str(folder / "missing")]) == 2
