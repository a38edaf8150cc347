"""What evaluations are told, print and write: lists as options, aligned tables in Markdown, JSON that says how it came about."""

from __future__ import annotations

import argparse
import json
import platform
import shlex
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose columns are aligned: the first to the left, the others, figures, to the right."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    rule = [":" + "-" * (widths[0] - 1), *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join(_line(cells, widths) for cells in (header, rule, *rows))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "| " + " | ".join([first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in others)]) + " |"


def number(value: float | None, digits: int = 3) -> str:
    """A figure for a table; a dash where it is not defined."""
    return "–" if value is None else f"{value:.{digits}f}"


def bounds(pair: tuple[float, float] | None, digits: int = 3) -> str:
    """An interval for a table; nothing where it is not defined."""
    return "" if pair is None else f"[{pair[0]:.{digits}f}, {pair[1]:.{digits}f}]"


def circumstances(module: str, arguments: Sequence[str]) -> dict[str, Any]:
    """The command that was given, and the machine and libraries that it ran on."""
    return {
        "command": f"python -m {module} {shlex.join(arguments)}".strip(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
    }


def write_json(path: Path, facts: dict[str, Any]) -> None:
    """Indented JSON. Raises `ValueError` at NaN, which JSON does not know."""
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False, allow_nan=False) + "\n", "utf-8")


def listed(allowed: Sequence[str], *, may_be_empty: bool = False) -> Callable[[str], list[str]]:
    """A parser of comma-separated words for an option; where it may be, `none` and nothing mean an empty list."""

    def parse(text: str) -> list[str]:
        words = [] if may_be_empty and text in ("", "none") else text.split(",")
        if unknown := set(words) - set(allowed):
            raise argparse.ArgumentTypeError(f"not one of {', '.join(allowed)}: {', '.join(sorted(unknown))}")
        return words

    return parse


def progress(stage: str, done: int, total: int) -> None:
    """One line on stderr that overwrites itself; nothing where stderr is no terminal."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{stage}: {done} of {total}", end="\n" if done == total else "", file=sys.stderr, flush=True)
