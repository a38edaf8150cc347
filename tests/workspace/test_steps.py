"""A sample of `python -m tests.workspace.steps`: whatever is interrupted at whatever step, nothing is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.workspace import encryption
from app.workspace.encryption import Cost
from tests.workspace import steps


@pytest.mark.parametrize("work", ["change", "recover"])
def test_whenever_it_is_killed_there_is_one_whole_workspace(
    work: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(encryption, "COST", Cost(1, 64, 1))
    monkeypatch.setattr(encryption, "_known", encryption._Keyring())
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert steps.run([work], tmp_path)[work] > 10


@pytest.mark.parametrize(
    ("work", "failures"), [("settings-damaged", (0,)), ("settings", steps.FAILURES), ("take-out", (0,))]
)
def test_what_lies_beside_it_is_as_safe(
    work: str, failures: tuple[int, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert steps.run([work], tmp_path, failures)[work] > 4
