"""Dates as a reviewer writes them by hand: 2026-03-31, 2026/3/31, 3-31 (the next one), +7 (days from today), +2w."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, timedelta

_FULL = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_SHORT = re.compile(r"(\d{1,2})[-月](\d{1,2})日?")
_LATER = re.compile(r"\+(\d{1,3})\s*([dw]?)")


def parse_due(text: str, today: date) -> str:
    """The date as YYYY-MM-DD, or an empty text where nothing is written. Raises ValueError for anything else."""
    text = "".join(unicodedata.normalize("NFKC", text).split()).lower()
    if not text:
        return ""
    if found := _FULL.fullmatch(text):
        year, month, day = map(int, found.groups())
        return date(year, month, day).isoformat()
    if found := _SHORT.fullmatch(text):
        return _next(int(found[1]), int(found[2]), today).isoformat()
    if found := _LATER.fullmatch(text):
        return (today + timedelta(days=int(found[1]) * (7 if found[2] == "w" else 1))).isoformat()
    raise ValueError(f"{text!r} is not a date")


def _next(month: int, day: int, today: date) -> date:
    """The first such day from today on; a 29 February waits for its year."""
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError(f"there is no day {month}-{day}")
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise ValueError(f"there is no day {month}-{day}")
