"""Runs the tests of adaptive attention in Hugging Face models with the oldest and the newest supported transformers.

Each is installed, with what it depends on, into a folder of its own in front of what is installed here; give a folder to keep
them for the next run.
Needs pip and a package index. Hands on the exit code of the first run that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(REPOSITORY))

from model.causal_lm import NEWEST_TRANSFORMERS, OLDEST_TRANSFORMERS  # noqa: E402


def main(folder: Path) -> int:
    """The exit code of the first run that fails, else 0."""
    tests = sorted(str(file) for file in (REPOSITORY / "tests" / "model").glob("test_causal_lm*.py"))
    for version in (OLDEST_TRANSFORMERS, NEWEST_TRANSFORMERS):
        name = ".".join(map(str, version))
        place = folder / f"transformers-{name}"
        if not place.exists():
            install = [sys.executable, "-m", "pip", "install", "--quiet", "--target", place, f"transformers=={name}.*"]
            subprocess.run(install, check=True)
        print(f"$ pytest with transformers {name}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", *tests],
            cwd=REPOSITORY,
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ, "PYTHONPATH": str(place)},
            check=False,
        )
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        sys.exit(main(Path(sys.argv[1]).resolve()))
    with tempfile.TemporaryDirectory() as temporary:
        sys.exit(main(Path(temporary)))
