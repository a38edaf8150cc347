"""The running of the command and the reading of lists, on small files made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.corpus.__main__ import main
from tests.corpus.cases import find_cases
from tests.corpus.judging import Limits, judge
from tests.corpus.process import read_file, seen_calls

HEAD = "file\tkind\tlang\tformat\tpages\tsource\tlicence\tspecial\texpect\talso_ok\tlibrary_outcome\n"
MAKER = """
import os, sys
def long(folder):
    with open(os.path.join(folder, 'two\\nlines.txt'), 'w') as f: f.write('Agreement.')
def never(folder):
    raise OSError('not here')
CASES = {'odd-name': (long, 'opens', ''), 'never': (never, 'opens', '')}
def main(argv):
    try:
        CASES[argv[1]][0](argv[0])
        print(argv[1], 'opens', '', sep='\\t')
    except OSError as e:
        print(argv[1], 'skipped', e, sep='\\t')
"""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A small folder of the same kind as the real one."""
    realistic, hostile = tmp_path / "realistic", tmp_path / "hostile"
    realistic.mkdir()
    hostile.mkdir()
    (realistic / "a.md").write_text("# Fees\n\nThe fee is due in thirty days.\n")
    truth = {"a.md": {"pages": None, "must_contain": [{"page": None, "text": "The fee is due", "note": "one line"}]}}
    (realistic / "TRUTH.json").write_text(json.dumps(truth))
    (realistic / "MANIFEST.tsv").write_text(HEAD + "a.md\tcontract\ten\tmd\t\t\t\t\topens\t\t\n")
    (hostile / "empty.pdf").write_bytes(b"")
    (hostile / "make_at_test_time.py").write_text(MAKER)
    rows = [
        "empty.pdf\thostile\ten\tpdf\t\t\t\tnothing\tclear error\t\t\n",
        "odd-name\thostile\t\t\t\t\t\tline feed\topens\topens with warning\t\n",
        "never\thostile\t\t\t\t\t\tcannot be made\topens\t\t\n",
        "absent.pdf\thostile\t\t\t\t\t\tnot in the folder\topens\t\t\n",
    ]
    (hostile / "MANIFEST.tsv").write_text(HEAD + "".join(rows))
    return tmp_path


def test_cases_come_from_the_lists(documents: Path) -> None:
    assert [case.name for case in find_cases(documents, ("realistic", "contracts", "hostile"))] == [
        "a.md",
        "empty.pdf",
        "odd-name",
        "never",
    ]
    assert [case.name for case in find_cases(documents, ("hostile",), "*.pdf")] == ["empty.pdf"]
    with pytest.raises(FileNotFoundError):
        find_cases(documents / "missing", ("hostile",))


def test_the_command_judges_every_case(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, table = documents / "out.json", documents / "out.md"
    status = main([str(documents), "--json", str(target), "--markdown", str(table)])
    result = json.loads(target.read_text())
    assert status == 0, result
    cases = {case["name"]: case for case in result["cases"]}
    assert (cases["a.md"]["truths"]["plain"], cases["a.md"]["outcome"]) == ([1, 1], "opens")
    assert cases["empty.pdf"]["code"] == "empty"
    assert cases["odd-name"]["outcome"] == "opens"
    assert "not here" in cases["never"]["notes"][0]
    assert cases["a.md"]["peak_bytes"] > 1 << 20
    assert "| a.md | contract | en | 1 | 1/1 |" in table.read_text()
    assert "4 of 4 cases" in capsys.readouterr().out


def test_what_takes_too_long_is_ended(documents: Path) -> None:
    (case,) = find_cases(documents, ("realistic",))
    verdict = judge(case, Limits(seconds=0.05, trace=False))
    assert any("still running" in one for one in verdict.short)
    assert verdict.seconds < 10


def test_a_wrong_outcome_and_a_missing_text_fall_short(documents: Path) -> None:
    realistic = documents / "realistic"
    (realistic / "a.md").write_text("Nothing of it.")
    (case,) = find_cases(documents, ("realistic",))
    assert any("missing" in one for one in judge(case, Limits(trace=False)).short)
    (realistic / "a.md").unlink()
    verdict = judge(case, Limits(trace=False))
    assert any(one.startswith("clear error: not-found instead of opens") for one in verdict.short), verdict.short


def test_a_run_tells_of_itself(documents: Path) -> None:
    run = read_file(documents / "realistic" / "a.md", seconds=60)
    assert run.status == 0
    assert run.answer is not None
    assert run.answer["schema"] == "fusen.document/1"
    assert run.written == []
    assert run.connected == []


def test_system_calls_are_understood() -> None:
    log = """12 openat(AT_FDCWD, "/usr/lib/x.so", O_RDONLY|O_CLOEXEC) = 3
12 openat(AT_FDCWD, "/scratch/tmp/a", O_WRONLY|O_CREAT, 0666) = 3
12 openat(AT_FDCWD, "/dev/null", O_RDWR) = 3
12 openat(AT_FDCWD, "/elsewhere/b", O_WRONLY|O_CREAT, 0666) = 3
12 openat(AT_FDCWD, "/elsewhere/refused", O_RDWR) = -1 EACCES (Permission denied)
12 mkdir("/elsewhere/c", 0777) = 0
12 connect(5, {sa_family=AF_INET, sin_port=htons(80), sin_addr=inet_addr("127.0.0.1")}, 16) = -1 ECONNREFUSED
12 sendto(5, "\\0", 1, 0, NULL, 0) = 1
"""
    connected, written = seen_calls(log, Path("/scratch"))
    assert written == ["written: /elsewhere/b", "written: /elsewhere/c"]
    assert len(connected) == 1
