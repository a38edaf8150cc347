"""Thousands of Qt calls that return nothing must not end the process (they did, with PySide6 6.12 on Python 3.11)."""

from __future__ import annotations

import subprocess
import sys

from tests.ui.conftest import EXAMPLE

CALLS = """
import app.ui
from PySide6.QtGui import QColor
colour = QColor("#ff0000")
for _ in range(200_000):
    colour.setAlphaF(0.5)
print("alive")
"""


def test_many_calls_do_not_use_up_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CALLS], cwd=EXAMPLE.parents[2], capture_output=True, text=True, check=True
    )
    assert done.stdout == "alive\n"
