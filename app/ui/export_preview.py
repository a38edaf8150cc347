"""How the brief will look, made apart from the window: the brief as chosen, and its text for the sheet of paper. Knows no Qt."""

from __future__ import annotations

from dataclasses import dataclass

from app.export.brief import Brief
from app.export.markdown import brief_markdown
from app.ui.export_choice import Choice, at_most, brief_for

MOST = 120
"""Findings that the preview shows: setting more of them would hold up the window for longer than a blink."""


@dataclass(frozen=True, slots=True)
class Preview:
    """`brief` is what will be written, `text` what shows of it; `cut` findings at its end are in the one and not in the other."""

    brief: Brief
    text: str
    cut: int


def preview_of(brief: Brief, choice: Choice) -> Preview:
    """Arrange the whole brief as chosen and set it."""
    chosen = brief_for(brief, choice)
    shown, cut = at_most(chosen, MOST)
    return Preview(chosen, brief_markdown(shown), cut)
