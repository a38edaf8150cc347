"""The doctor says what is there, what is missing and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import app.cli
from app import doctor
from app.doctor import Check


def test_a_damaged_workspace_is_named_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "workspace.fusen"
    path.write_bytes(b"no database at all")
    monkeypatch.setattr("app.workspace.store.default_workspace", lambda: path)
    check = doctor._workspace()
    assert (check.ok, check.essential) == (False, True)
    assert check.advice


def test_a_workspace_is_not_made_by_looking_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.workspace.store.default_workspace", lambda: tmp_path / "new" / "workspace.fusen")
    assert doctor._workspace().ok
    assert list(tmp_path.iterdir()) == []


def test_missing_fonts_come_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr("platform.system", lambda: "Linux")
    check = doctor._japanese_fonts()
    assert not check.ok
    assert "fonts-noto-cjk" in check.advice


def test_recognition_that_is_not_installed_comes_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.doctor.is_installed", lambda: False)
    (check,) = doctor._recognition()
    assert (check.ok, check.essential) == (False, False)
    assert "fusen[ocr]" in check.advice
    monkeypatch.setattr("app.doctor.is_installed", lambda: True)
    assert doctor._recognition() == []


@pytest.mark.parametrize(("essential", "code"), [(True, 1), (False, 0)])
def test_only_what_is_essential_makes_it_fail(monkeypatch: pytest.MonkeyPatch, essential: bool, code: int) -> None:
    checks = [Check("Python", "3.12"), Check("Thing", "missing", ok=False, essential=essential, advice="Install it.")]
    monkeypatch.setattr("app.doctor.examine", lambda: checks)
    result = CliRunner().invoke(app.cli.app, ["doctor"])
    assert result.exit_code == code
    assert "Install it." in result.stdout
