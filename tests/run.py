"""Everything that a change must pass, in order: format, lint, types, contracts between the rooms, tests.

Stops at the first that fails, with its output, and hands on its exit code. Extra arguments go to pytest, which runs two files
of tests at a time, each with one thread for its products of matrices: more would wait for each other.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
PROGRAMS = Path(sys.executable).parent

CHECKS = (
    ("ruff", "format", "--check", "--quiet"),
    ("ruff", "check", "--quiet"),
    ("mypy", "--no-error-summary"),
    ("lint-imports", "--no-logo"),
)


def main(arguments: list[str]) -> int:
    """The exit code of the first check that fails, or of the tests."""
    environment = {"QT_QPA_PLATFORM": "offscreen", "OMP_NUM_THREADS": "1", "MYPY_NUM_WORKERS": "2", **os.environ}
    # Hundreds of short programs are started, which would compile every module anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    for program, *options in CHECKS:
        print("$", program, *options, flush=True)
        done = subprocess.run([PROGRAMS / program, *options], cwd=REPOSITORY, env=environment, check=False)
        if done.returncode:
            return done.returncode
    tests = ["pytest", "-n", "2", "--dist", "loadfile", "--max-worker-restart", "1", *arguments]
    print("$", *tests, flush=True)
    return subprocess.run([sys.executable, "-m", *tests], cwd=REPOSITORY, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
