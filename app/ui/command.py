"""What a command of the window is, and when one can be used, as functions of the window's state. Knows no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.ui.state import OpenFile, WindowState


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 -- the name that Qt's lupdate looks for
    """Mark a text for translation where it is data."""
    return text


Enabled = Callable[[WindowState], bool]


@dataclass(frozen=True)
class Command:
    """`menu` is one of the keys of `MENUS`; `keys` are Qt key sequences, the first is the one that is shown.

    `anywhere`: also where a page of the window's own stands in place of the document.
    """

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    hint: str = ""
    enabled: Enabled = lambda state: True
    checkable: bool = False
    separator_before: bool = False
    anywhere: bool = False


def about_file(test: Callable[[OpenFile], bool]) -> Enabled:
    """For commands that need a file in view of which this holds."""
    return lambda state: state.current is not None and not state.away and test(state.current)


def has_workspace(state: WindowState) -> bool:
    """There is something to look at and to write."""
    return state.has_workspace


def has_finding(state: WindowState) -> bool:
    """One is selected, and its card shows."""
    file = None if state.away else state.current
    return file is not None and file.is_reviewable and file.findings.selected is not None and not covers(state)


def covers(state: WindowState) -> bool:
    """Whether something else shows where the list and the card are."""
    return state.summary or state.aside != ""


def is_decided(state: WindowState) -> bool:
    """The finding whose card shows is decided on."""
    finding = state.current.findings.selected if state.current is not None else None
    return has_finding(state) and finding is not None and finding.decision != "undecided"


def is_asked_again(state: WindowState) -> bool:
    """Its words changed since something was decided on it in the version before."""
    file = state.current
    finding = file.findings.selected if file is not None else None
    asked = file.asked.get(finding.id) if file is not None and finding is not None else None
    return has_finding(state) and asked is not None and asked.source.decision != "undecided"


def can_edit_range(state: WindowState) -> bool:
    """Its ends can be moved: the text is known."""
    return has_finding(state) and state.current is not None and state.current.document is not None


is_missing = about_file(lambda f: f.stand_in is not None or (f.opened is None and f.phase in ("failed", "ready")))
has_findings = about_file(lambda f: f.is_reviewable and f.findings.total() > 0)
is_shown = about_file(lambda f: f.opened is not None)
is_read = about_file(lambda f: f.opened is not None and f.document is not None)
has_pages = about_file(lambda f: f.opened is not None and len(f.opened.pages) > 0)
has_marked = about_file(lambda f: f.marked is not None)
is_analysed = about_file(lambda f: f.phase == "ready" and f.analysis is not None)
