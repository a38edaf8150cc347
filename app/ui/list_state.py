"""A list's filter as JSON and back, for what is stored of the window. What a reader does not know it leaves out. Knows no Qt."""

from __future__ import annotations

from typing import Any

from app.tags import tag_names
from app.ui.filtering import KINDS, Filter

DECISIONS = frozenset({"undecided", "skipped", "accepted", "rejected"})
"""What findings are filtered by; see `decisions_of`."""


def filter_to_json(chosen: Filter) -> dict[str, Any]:
    """Plain values, in an order that does not change from one writing to the next."""
    return {
        "tags": sorted(chosen.tags),
        "decisions": sorted(chosen.decisions),
        "kinds": sorted(chosen.kinds),
        "pages": list(chosen.pages) if chosen.pages is not None else None,
        "text": chosen.text,
        "shown_pages": chosen.shown_pages,
    }


def filter_from(value: Any) -> Filter:
    """What `filter_to_json` wrote. A choice that nobody could take away any more, since its name is unknown, is not made."""
    if not isinstance(value, dict):
        return Filter()
    pages = _pages_from(value.get("pages"))
    text, shown = value.get("text"), value.get("shown_pages")
    return Filter(
        words_from(value.get("tags")) & frozenset(tag_names()),
        words_from(value.get("decisions")) & DECISIONS,
        words_from(value.get("kinds")) & frozenset(KINDS),
        pages,
        text if isinstance(text, str) else "",
        shown if isinstance(shown, str) else "",
    )


def _pages_from(value: Any) -> tuple[int, int] | None:
    match value:
        case [int(first), int(last)] if 1 <= first <= last:
            return first, last
    return None


def words_from(value: Any) -> frozenset[str]:
    """The strings of a list."""
    return frozenset(each for each in value if isinstance(each, str)) if isinstance(value, list) else frozenset()


def numbers_from(value: Any) -> frozenset[int]:
    """The whole numbers of a list."""
    if not isinstance(value, list):
        return frozenset()
    return frozenset(each for each in value if isinstance(each, int) and not isinstance(each, bool))
