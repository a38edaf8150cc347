"""The contracts between the rooms bite: each of these imports, put into a copy of the code, breaks the one that forbids it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]

VIOLATIONS = [
    ("model/attention/intruder.py", "import app.errors", "The model knows nothing of the application"),
    ("app/export/intruder.py", "import model.attention", "Only the analysis and the workers import the model"),
    ("app/review/intruder.py", "def f():\n    import app.workspace", "One direction"),
    ("app/documents/intruder.py", "from app.analysis.analysis import Analysis", "One direction"),
    ("app/settings_elsewhere.py", "X = 1", "One direction"),
    ("app/review/intruder.py", "import sqlite3", "State is stored in the workspace only"),
    ("app/export/intruder.py", "from PySide6.QtGui import QColor", "Only the window imports Qt"),
    ("app/ui/intruder.py", "from app.documents.loading import load_document", "The window loads neither"),
    ("app/ui/intruder.py", "def f():\n    import torch", "The window loads neither"),
    ("app/ui/intruder.py", "import pymupdf", "PyMuPDF stays behind its adapter"),
    ("app/cli.py", "import fitz", "PyMuPDF stays behind its adapter"),
    ("app/review/intruder.py", "import torch", "Reading, review and export work without"),
]


@pytest.fixture(scope="module")
def code(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("rooms")
    for package in ("app", "model"):
        shutil.copytree(REPOSITORY / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "*.json"))
    shutil.copy(REPOSITORY / "pyproject.toml", copy)
    return copy


def lint(code: Path) -> str:
    """The report of the contracts that are kept and broken, without line breaks."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-logo"], cwd=code, capture_output=True, text=True, check=False, timeout=120
    )
    return " ".join((done.stdout + done.stderr).split())


def test_the_copy_keeps_every_contract(code: Path) -> None:
    report = lint(code)
    assert "0 broken" in report, report


@pytest.mark.parametrize(("file", "line", "contract"), VIOLATIONS)
def test_a_violation_is_found(code: Path, file: str, line: str, contract: str) -> None:
    target = code / file
    before = target.read_text(encoding="utf-8") if target.exists() else None
    target.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        report = lint(code)
    finally:
        if before is None:
            target.unlink()
        else:
            target.write_text(before, encoding="utf-8")
    broken = [part for part in report.split("KEPT") if "BROKEN" in part]
    assert broken, report
    assert f"{contract}" in report.split("Broken contracts")[-1], report
