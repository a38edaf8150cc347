"""Words for what findings are filtered by: decisions, where a finding comes from, tags."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.ui.filtering import Part
from app.ui.language import tag_name


def _tr(text: str) -> str:
    return QCoreApplication.translate("FilterBar", text)


def choice_words(part: Part, value: str) -> str:
    """What a chip says without its number."""
    known = {
        ("decision", "undecided"): _tr("Undecided"),
        ("decision", "accepted"): _tr("Accepted"),
        ("decision", "rejected"): _tr("Rejected"),
        ("decision", "skipped"): _tr("Skipped"),
        ("kind", "model"): _tr("From the model"),
        ("kind", "added"): _tr("Added"),
        ("kind", "edited"): _tr("Edited"),
        ("kind", "disputed"): _tr("Disagreement"),
    }
    return tag_name(value) if part == "tag" else known.get((part, value), value.capitalize())
