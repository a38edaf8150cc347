"""Every command of the window as data: its words, keys, menu, icon, and when it can be used. Knows no Qt.

`actions.py` makes a QAction of each; menus, toolbar and finding card take them from there, so that a command has one name,
one key and one enabled state wherever it shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from app.ui.state import BUSY, OpenFile, WindowState


def QT_TRANSLATE_NOOP(context: str, text: str) -> str:  # noqa: N802 -- the name that Qt's lupdate looks for
    """Mark a text for translation where it is data."""
    return text


Enabled = Callable[[WindowState], bool]


@dataclass(frozen=True)
class Command:
    """`menu` is one of the keys of `MENUS`; `keys` are Qt key sequences, the first is the one that is shown."""

    id: str
    text: str
    menu: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    hint: str = ""
    enabled: Enabled = lambda state: True
    checkable: bool = False
    separator_before: bool = False


def _file(test: Callable[[OpenFile], bool]) -> Enabled:
    return lambda state: state.current is not None and not state.away and test(state.current)


def _has_finding(state: WindowState) -> bool:
    """One is selected, and its card shows."""
    file = None if state.away else state.current
    return file is not None and file.is_reviewable and file.findings.selected is not None and not state.summary


def _is_decided(state: WindowState) -> bool:
    finding = state.current.findings.selected if state.current is not None else None
    return _has_finding(state) and finding is not None and finding.decision != "undecided"


_has_findings = _file(lambda f: f.is_reviewable and len(f.findings) > 0)
_is_shown = _file(lambda f: f.opened is not None)
_is_analysed = _file(lambda f: f.phase == "ready" and f.analysis is not None)

MENUS: dict[str, str] = {
    "file": QT_TRANSLATE_NOOP("Command", "&File"),
    "review": QT_TRANSLATE_NOOP("Command", "&Review"),
    "view": QT_TRANSLATE_NOOP("Command", "&View"),
    "help": QT_TRANSLATE_NOOP("Command", "&Help"),
}

COMMANDS: tuple[Command, ...] = (
    Command("open", QT_TRANSLATE_NOOP("Command", "&Open…"), "file", ("Ctrl+O",), "open"),
    Command("example", QT_TRANSLATE_NOOP("Command", "Open the &example"), "file"),
    Command(
        "export-pdf",
        QT_TRANSLATE_NOOP("Command", "Export annotated &PDF…"),
        "file",
        ("Ctrl+E",),
        enabled=_file(lambda f: f.phase == "ready" and f.is_pdf),
        separator_before=True,
    ),
    Command(
        "export-docx",
        QT_TRANSLATE_NOOP("Command", "Export brief for &Word…"),
        "file",
        ("Ctrl+Shift+E",),
        enabled=_is_analysed,
    ),
    Command(
        "export-markdown", QT_TRANSLATE_NOOP("Command", "Export brief as &Markdown…"), "file", enabled=_is_analysed
    ),
    Command("export-json", QT_TRANSLATE_NOOP("Command", "Export as &JSON…"), "file", enabled=_is_analysed),
    Command(
        "close",
        QT_TRANSLATE_NOOP("Command", "&Close document"),
        "file",
        ("Ctrl+W",),
        enabled=_file(lambda f: True),
        separator_before=True,
    ),
    Command("quit", QT_TRANSLATE_NOOP("Command", "&Quit"), "file", ("Ctrl+Q",)),
    Command(
        "accept",
        QT_TRANSLATE_NOOP("Command", "Accept"),
        "review",
        ("A",),
        "accept",
        QT_TRANSLATE_NOOP("Command", "Goes into the brief"),
        _has_finding,
    ),
    Command(
        "reject",
        QT_TRANSLATE_NOOP("Command", "Reject"),
        "review",
        ("R",),
        "reject",
        QT_TRANSLATE_NOOP("Command", "Stays out of the brief"),
        _has_finding,
    ),
    Command("clear", QT_TRANSLATE_NOOP("Command", "Back to undecided"), "review", ("Backspace",), enabled=_is_decided),
    Command("comment", QT_TRANSLATE_NOOP("Command", "Comment"), "review", ("C",), "comment", enabled=_has_finding),
    Command(
        "next",
        QT_TRANSLATE_NOOP("Command", "Next finding"),
        "review",
        ("N", "J"),
        "next",
        QT_TRANSLATE_NOOP("Command", "Leave it undecided and go on"),
        _has_findings,
        separator_before=True,
    ),
    Command(
        "previous",
        QT_TRANSLATE_NOOP("Command", "Previous finding"),
        "review",
        ("K",),
        "previous",
        enabled=_has_findings,
    ),
    Command(
        "undo",
        QT_TRANSLATE_NOOP("Command", "Undo"),
        "review",
        ("Ctrl+Z", "U"),
        "undo",
        enabled=lambda state: state.can_undo,
        separator_before=True,
    ),
    Command(
        "redo",
        QT_TRANSLATE_NOOP("Command", "Redo"),
        "review",
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        "redo",
        enabled=lambda state: state.can_redo,
    ),
    Command(
        "analyse",
        QT_TRANSLATE_NOOP("Command", "Analyse again"),
        "review",
        ("F5",),
        enabled=_file(lambda f: f.opened is not None and f.phase not in BUSY),
        separator_before=True,
    ),
    Command(
        "recognise",
        QT_TRANSLATE_NOOP("Command", "Recognise again"),
        "review",
        hint=QT_TRANSLATE_NOOP("Command", "Read the words of pages with poor text in their pictures, and analyse anew"),
        enabled=_file(lambda f: f.has_poor_text and f.phase not in BUSY),
    ),
    Command(
        "cancel",
        QT_TRANSLATE_NOOP("Command", "Cancel analysis"),
        "review",
        ("Esc",),
        enabled=_file(lambda f: f.phase in BUSY),
    ),
    Command(
        "sort-importance",
        QT_TRANSLATE_NOOP("Command", "Sort by importance"),
        "view",
        ("Ctrl+1",),
        enabled=_has_findings,
        checkable=True,
    ),
    Command(
        "sort-place",
        QT_TRANSLATE_NOOP("Command", "Sort by place"),
        "view",
        ("Ctrl+2",),
        enabled=_has_findings,
        checkable=True,
    ),
    Command(
        "only-undecided",
        QT_TRANSLATE_NOOP("Command", "Show only undecided"),
        "view",
        ("Ctrl+3",),
        enabled=_has_findings,
        checkable=True,
    ),
    Command(
        "less",
        QT_TRANSLATE_NOOP("Command", "Select less of the text"),
        "view",
        ("[",),
        enabled=_is_analysed,
        separator_before=True,
    ),
    Command("more", QT_TRANSLATE_NOOP("Command", "Select more of the text"), "view", ("]",), enabled=_is_analysed),
    Command(
        "model-selection",
        QT_TRANSLATE_NOOP("Command", "Back to what the model selected"),
        "view",
        enabled=_file(
            lambda f: f.phase == "ready" and f.analysis is not None and f.analysis.settings.share is not None
        ),
    ),
    Command(
        "summary",
        QT_TRANSLATE_NOOP("Command", "Summary and figures"),
        "view",
        ("S",),
        enabled=_is_analysed,
        checkable=True,
        separator_before=True,
    ),
    Command(
        "ask",
        QT_TRANSLATE_NOOP("Command", "Ask…"),
        "view",
        ("Q",),
        hint=QT_TRANSLATE_NOOP("Command", "Finds the passages that answer a question about this document"),
        enabled=_is_shown,
        separator_before=True,
    ),
    Command(
        "matrix",
        QT_TRANSLATE_NOOP("Command", "Documents by tag"),
        "view",
        ("X",),
        hint=QT_TRANSLATE_NOOP(
            "Command", "All documents of the workspace beside each other: governing law, caps, terms"
        ),
        checkable=True,
    ),
    Command("search-all", QT_TRANSLATE_NOOP("Command", "Search all documents…"), "view", ("Ctrl+Shift+F",)),
    Command(
        "show-changes",
        QT_TRANSLATE_NOOP("Command", "Show changes"),
        "view",
        ("Ctrl+4",),
        hint=QT_TRANSLATE_NOOP("Command", "Tracked changes of a Word document: what was inserted, deleted and moved"),
        enabled=_file(lambda f: f.opened is not None and f.has_changes),
        checkable=True,
        separator_before=True,
    ),
    Command(
        "back",
        QT_TRANSLATE_NOOP("Command", "Back to the place before"),
        "view",
        ("Alt+Left",),
        enabled=_is_shown,
        separator_before=True,
    ),
    Command(
        "zoom-in",
        QT_TRANSLATE_NOOP("Command", "Zoom in"),
        "view",
        ("Ctrl++", "Ctrl+="),
        "zoom-in",
        enabled=_is_shown,
        separator_before=True,
    ),
    Command("zoom-out", QT_TRANSLATE_NOOP("Command", "Zoom out"), "view", ("Ctrl+-",), "zoom-out", enabled=_is_shown),
    Command(
        "fit-width", QT_TRANSLATE_NOOP("Command", "Fit width"), "view", ("Ctrl+0",), "fit-width", enabled=_is_shown
    ),
    Command("keys", QT_TRANSLATE_NOOP("Command", "&Keys"), "help", ("F1",)),
    Command("about", QT_TRANSLATE_NOOP("Command", "&About Fusen"), "help"),
)
