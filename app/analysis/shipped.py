"""Which weights come with the program, without loading them: what was analysed by them need not be analysed again."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources


@cache
def shipped_model_sha256() -> str:
    """The hash of the weights' file, as their manifest says it; empty where there is none."""
    try:
        manifest = json.loads((resources.files("resources") / "model" / "manifest.json").read_text("utf-8"))
        return str(manifest["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""  # an installation that is not whole, which the model worker explains
