"""Fixtures that all tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Before any Qt import: tests run without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled data and real documents beside the clone; tests that need it skip where it is absent."""
    if not (SHARED / "documents").is_dir():
        pytest.skip("needs the folder of shared documents beside the clone")
    return SHARED
