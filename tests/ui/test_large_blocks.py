"""Dropped pictures leave the process, measured in one of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

CODE = """
import os, sys
from pathlib import Path
from PySide6.QtGui import QImage
from app.ui.large_blocks import give_back_large_blocks

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")

if not give_back_large_blocks():
    sys.exit("no such allocator")
def picture():
    image = QImage(512, 512, QImage.Format.Format_RGB32)
    image.fill(7)
    return image
before = resident()
many = [picture() for _ in range(100)]
full = resident()
kept = many[::10]
many.clear()
print(full - before, resident() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there is the allocator told")
def test_what_is_dropped_goes_back_to_the_system() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    if "no such allocator" in done.stderr:
        pytest.skip("the C library has no allocator of this kind")
    assert done.returncode == 0, done.stderr
    full, left = map(int, done.stdout.split())
    assert full > 90 << 20
    assert left < 20 << 20  # ten pictures are kept
