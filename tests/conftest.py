"""Fixtures that all tests share."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from pathlib import Path

import pytest

# Before any Qt import: tests run without a screen.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The audit log's key is the tests' own, here and in the processes that they start, and no keyring is asked for it.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="fusen-tests-")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)

# Who starts tests in the background may have switched Ctrl-C off, for the programs that they start as well.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).resolve().parents[2] / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of labelled data and real documents beside the clone; tests that need it skip where it is absent."""
    if not (SHARED / "documents").is_dir():
        pytest.skip("needs the folder of shared documents beside the clone")
    return SHARED
