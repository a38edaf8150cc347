"""The command line: what it prints, where, with which exit code, for good and for bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from samples import make_analysis, make_document
from typer.testing import CliRunner, Result

import app.cli
from app.analysis.analysis import Analysis, ScoredPassage, TagScore
from app.documents.document import Document
from app.review.operations import SetDecision
from app.workspace.store import Workspace

PIPES = ["pipe"] if hasattr(os, "mkfifo") else []
ROOT = Path(__file__).resolve().parents[1]
ENGLISH = ROOT / "resources" / "examples" / "services-agreement.pdf"
JAPANESE = ROOT / "resources" / "examples" / "outsourcing-agreement-ja.pdf"


def fusen(*arguments: object) -> Result:
    return CliRunner().invoke(app.cli.app, [str(argument) for argument in arguments])


def analysis_of(document: Document) -> Analysis:
    """Every paragraph a passage, the first three selected: what the model would say, without a model."""
    blocks = [block for block in document.blocks if block.type == "paragraph"]
    assert document.quads is not None
    passages = tuple(
        ScoredPassage(
            start=block.start,
            end=block.end,
            page=block.page,
            text=document.text[block.start : block.end],
            quads=(tuple(map(float, document.quads[block.start])),),  # type: ignore[arg-type]
            importance=0.9 - 0.001 * rank,
            interval=(0.8, 0.95),
            tags=(TagScore("cap-on-liability", 0.9),),
            selected=rank <= 3,
            rank=rank,
        )
        for rank, block in enumerate(blocks, start=1)
    )
    like = make_analysis(make_document())
    return replace(
        like,
        file=document.file,
        sha256=document.sha256,
        language=document.language,
        passages=passages,
        summary=(0,),
        links=(),
    )


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> None:
    class Idle:
        def start(self) -> None: ...

    real = app.cli.worker

    def worker(module: str) -> Any:
        from contextlib import nullcontext

        return nullcontext(Idle()) if module == "model_worker" else real(module)

    monkeypatch.setattr(app.cli, "worker", worker)
    monkeypatch.setattr(app.cli, "_analyze_document", lambda analyst, document, settings, meter: analysis_of(document))


def bad_file(folder: Path, name: str) -> Path:
    import pymupdf

    path = folder / f"{name}.pdf"
    if name == "empty":
        path.touch()
    elif name == "damaged":
        path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 20)
    elif name == "unsupported":
        path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    elif name in ("encrypted", "wrong-password"):
        with pymupdf.open() as pdf:
            pdf.new_page().insert_text((72, 72), "A secret clause.")
            pdf.save(path, encryption=pymupdf.PDF_ENCRYPT_AES_256, owner_pw="owner", user_pw=" 秘密\n")
    return path


@pytest.mark.parametrize("code", ["not-found", "empty", "damaged", "unsupported", "encrypted", "wrong-password"])
def test_a_bad_file_has_its_code_and_the_others_are_read(tmp_path: Path, code: str) -> None:
    path = bad_file(tmp_path, code)
    (tmp_path / "password").write_text("not it")
    password = ("--password-file", tmp_path / "password") if code == "wrong-password" else ()
    result = fusen("read", path, ENGLISH, "--json", *password)
    assert result.exit_code == 1
    error, document = map(json.loads, result.stdout.splitlines())
    assert set(error) == {"schema", "file", "code", "message", "advice"}
    assert (error["schema"], error["file"], error["code"]) == ("fusen.error/1", str(path), code)
    assert error["message"]
    assert error["advice"]
    assert document["schema"] == "fusen.document/1"


def test_without_json_the_error_goes_to_stderr_in_plain_words(tmp_path: Path) -> None:
    result = fusen("read", bad_file(tmp_path, "empty"))
    assert (result.exit_code, result.stdout) == (1, "")
    assert "empty" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_password_is_taken_verbatim_but_for_one_line_end(tmp_path: Path) -> None:
    path = bad_file(tmp_path, "encrypted")
    (tmp_path / "password").write_bytes(" 秘密\n\r\n".encode())
    result = fusen("read", path, "--json", "--password-file", tmp_path / "password")
    assert result.exit_code == 0
    assert "A secret clause." in json.loads(result.stdout)["text"]


def test_read_prints_the_text() -> None:
    result = fusen("read", JAPANESE)
    assert result.exit_code == 0
    assert "契約" in result.stdout


def test_pictures_are_not_recognised_where_that_is_switched_off(tmp_path: Path) -> None:
    pixels = pymupdf.Pixmap(pymupdf.csGRAY, pymupdf.IRect(0, 0, 200, 100))
    pixels.clear_with(255)
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_image(page.rect, pixmap=pixels)
        pdf.save(tmp_path / "scan.pdf")
    result = fusen("read", tmp_path / "scan.pdf", "--json", "--ocr", "off")
    assert result.exit_code == 0
    (warning,) = json.loads(result.stdout)["warnings"]
    assert warning["code"] == "no-text"
    assert "switched off" in warning["message"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "a.pdf", "--recall", "0.9", "--share", "0.1"),
        ("analyze", "a.pdf", "--recall", "0"),
        ("analyze", "a.pdf", "--share", "1.1"),
        ("analyze", "a.pdf", "--coverage", "-1"),
        ("analyze", "a.pdf", "--kind", "novel"),
        ("analyze",),
        ("analyse", "a.pdf"),
        ("adapt", "w.fusen"),
        ("analyze", "a.pdf", "--query", "\udcff"),
        ("export", "w.fusen", "--to", "docx,novel", "--out", "x"),
        ("export", "w.fusen", "--to", "md", "--template", "t.docx", "--out", "x"),
        ("export", "w.fusen", "--to", "docx", "--template", "t.txt", "--out", "x"),
        ("export", "w.fusen", "--to", "md", "--order", "colour", "--out", "x"),
        ("export", "w.fusen", "--to", "", "--out", "x"),
        ("read", "a.pdf", "--password-file", "/nowhere/password"),
        ("read", "a.pdf", "--password-file", ENGLISH),
        ("read", "a.pdf", "--ocr", "perhaps"),
    ],
)
def test_wrong_usage_is_said_and_ends_with_2(arguments: tuple[str, ...]) -> None:
    result = fusen(*arguments)
    assert result.exit_code == 2
    assert result.stderr.strip()
    assert result.stdout == ""


@pytest.mark.usefixtures("model")
def test_analyze_prints_what_was_selected() -> None:
    result = fusen("analyze", JAPANESE)
    assert result.exit_code == 0
    assert "責任の上限" in result.stdout
    assert "3 of" in result.stdout
    assert "covered mass 96.1%" in result.stdout


@pytest.mark.usefixtures("model")
def test_from_analysis_over_decisions_to_the_exported_files(tmp_path: Path) -> None:
    path, out = tmp_path / "w.fusen", tmp_path / "出力"
    result = fusen("analyze", ENGLISH, JAPANESE, "--json", "--workspace", path)
    assert result.exit_code == 0
    analyses = [json.loads(line) for line in result.stdout.splitlines()]
    assert [a["schema"] for a in analyses] == ["fusen.analysis/1"] * 2
    with Workspace.open(path) as workspace:
        for analysis in analyses:
            finding = workspace.findings(analysis["sha256"])[0]
            workspace.apply(SetDecision(finding.id, "accepted"))
    result = fusen("export", path, "--to", "docx,md,json,annotated", "--out", out)
    assert result.exit_code == 0, result.output
    written = {
        "brief.docx",
        "brief.md",
        "brief.json",
        f"{ENGLISH.stem}-annotated.pdf",
        f"{JAPANESE.stem}-annotated.pdf",
    }
    assert {file.name for file in out.iterdir()} == written
    brief = json.loads((out / "brief.json").read_text(encoding="utf-8"))
    assert (brief["schema"], len(brief["findings"]), len(brief["undecided"])) == ("fusen.brief/1", 2, 4)
    copy = out / f"{ENGLISH.stem}-annotated.pdf"
    verified = json.loads(fusen("audit", "verify", path, "--json", "--exported", copy).stdout)
    exported = verified["exports"][0]["entry"]
    assert [each["entry"] for each in verified["named"]] == [exported - 1]


def test_exporting_a_missing_workspace_makes_none(tmp_path: Path) -> None:
    result = fusen("export", tmp_path / "w.fusen", "--to", "md", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["n" * 300, "folder", "nothing", "line\n\x1b[31m", *PIPES])
def test_what_cannot_be_a_workspace_is_refused_on_one_line(tmp_path: Path, name: str) -> None:
    path, whole = tmp_path / name, tmp_path / "w.fusen"
    if name in ("folder", "pipe"):
        (os.mkdir if name == "folder" else os.mkfifo)(path)
    elif name == "nothing":
        path.touch()
    Workspace.open(whole).close()
    commands: list[tuple[object, ...]] = [
        ("audit", "verify", path),
        ("export", path, "--to", "md", "--out", tmp_path / "out"),
        ("workspace", "decrypt", path),
        ("versions", whole, path, path),
        ("recover", path),
    ]
    if name == "pipe":
        commands.append(("review", "merge", whole, path))
    if name in ("folder", "pipe", "n" * 300):
        commands += [("analyze", ENGLISH, "--workspace", path), ("recover", whole, "--out", path)]
    if name == "n" * 300:
        commands.append(("export", whole, "--to", "md", "--out", path))
    for command in commands:
        result = fusen(*command)
        assert (result.exit_code, result.stdout) == (1, ""), command
        assert len(result.stderr.splitlines()) == 1
        assert "\x1b" not in result.stderr
    assert not (tmp_path / "out").exists()
    assert name != "nothing" or path.stat().st_size == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no disk that is always full")
def test_a_full_disk_is_told_and_what_is_closed_stays_so() -> None:
    program = f"exec {sys.executable} -m app.cli"
    full = subprocess.run(["sh", "-c", f"{program} --version >/dev/full"], cwd=ROOT, capture_output=True, text=True)
    assert full.returncode == 1
    assert full.stderr == "There is no space left for the output. Free some space and try again.\n"
    closed = subprocess.run(["sh", "-c", f"{program} audit verify none 2>&-"], cwd=ROOT, capture_output=True, text=True)
    assert (closed.returncode, closed.stdout) == (1, "")


def test_a_bare_file_opens_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    monkeypatch.setattr("app.ui.availability.why_no_window", lambda: "There is no screen here.")
    monkeypatch.setattr(app.cli, "_analyze_files", lambda files, *_, **__: seen.append(files) or 0)
    result = fusen("contract.pdf", "契約.pdf")
    assert result.exit_code == 0
    assert seen == [[Path("contract.pdf"), Path("契約.pdf")]]
    assert fusen("review.fusen").exit_code == 1, "a workspace, and so there is nothing to analyse"
    assert "There is no screen here." in result.stderr


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    process = run("read", *[ENGLISH] * 5, "--json")
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    assert process.wait(30) == 0


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_ends_promptly_with_130() -> None:
    process = run("read", *[ENGLISH] * 3000, "--json")
    assert process.stdout is not None
    process.stdout.readline()
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130
    assert time.monotonic() - started < 5
    assert b"Traceback" not in errors


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_that_came_in_a_finalizer_ends_after_the_file() -> None:
    code = """
import signal
from app import console

class Gone:
    def __del__(self):
        signal.raise_signal(signal.SIGINT)

console.listen_for_ctrl_c()
try:
    for number in console.until_ctrl_c(range(5)):
        print(number)
        if number == 1:
            Gone()
            print("Python went on")
except KeyboardInterrupt:
    print("Stopped.")
"""
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert output.split("\n") == ["0", "1", "Python went on", "Stopped.", ""]


def test_output_is_utf8_whatever_the_locale() -> None:
    process = run("read", JAPANESE, environment={"LC_ALL": "C", "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "契約" in output.decode("utf-8")


def test_importing_the_command_line_is_light() -> None:
    code = "import app.cli, sys; print([m for m in ('torch', 'pymupdf', 'PySide6', 'docx', 'sqlite3') if m in sys.modules])"
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert output.stdout.strip() == "[]"


def run(*arguments: object, environment: dict[str, str] | None = None) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
