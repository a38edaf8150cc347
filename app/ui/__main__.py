"""`python -m app.ui`: the window alone; with `--quit-when-shown` it ends after the first paint, to measure the start."""

from __future__ import annotations

import sys

from app.ui.application import run

if __name__ == "__main__":
    arguments = sys.argv[1:]
    quit_when_shown = "--quit-when-shown" in arguments
    sys.exit(run([a for a in arguments if not a.startswith("--")], quit_when_shown=quit_when_shown))
