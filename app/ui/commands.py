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


def _file(test: Callable[[OpenFile], bool]) -> Enabled:
    return lambda state: state.current is not None and not state.away and test(state.current)


def _has_finding(state: WindowState) -> bool:
    """One is selected, and its card shows."""
    file = None if state.away else state.current
    return file is not None and file.is_reviewable and file.findings.selected is not None and not _covers(state)


def _covers(state: WindowState) -> bool:
    """Whether something else shows where the list and the card are."""
    return state.summary or state.aside != ""


def _is_decided(state: WindowState) -> bool:
    finding = state.current.findings.selected if state.current is not None else None
    return _has_finding(state) and finding is not None and finding.decision != "undecided"


def _is_asked_again(state: WindowState) -> bool:
    file = state.current
    finding = file.findings.selected if file is not None else None
    asked = file.asked.get(finding.id) if file is not None and finding is not None else None
    return _has_finding(state) and asked is not None and asked.source.decision != "undecided"


def _can_edit_range(state: WindowState) -> bool:
    return _has_finding(state) and state.current is not None and state.current.document is not None


_is_missing = _file(lambda f: f.stand_in is not None or (f.opened is None and f.phase in ("failed", "ready")))
_has_findings = _file(lambda f: f.is_reviewable and f.findings.total() > 0)
_is_shown = _file(lambda f: f.opened is not None)
_is_read = _file(lambda f: f.opened is not None and f.document is not None)
_has_pages = _file(lambda f: f.opened is not None and len(f.opened.pages) > 0)
_has_marked = _file(lambda f: f.marked is not None)
_is_analysed = _file(lambda f: f.phase == "ready" and f.analysis is not None)

MENUS: dict[str, str] = {
    "file": QT_TRANSLATE_NOOP("Command", "&File"),
    "edit": QT_TRANSLATE_NOOP("Command", "&Edit"),
    "review": QT_TRANSLATE_NOOP("Command", "&Review"),
    "view": QT_TRANSLATE_NOOP("Command", "&View"),
    "help": QT_TRANSLATE_NOOP("Command", "&Help"),
}

COMMANDS: tuple[Command, ...] = (
    Command("open", QT_TRANSLATE_NOOP("Command", "&Open…"), "file", ("Ctrl+O",), "open"),
    Command("example", QT_TRANSLATE_NOOP("Command", "Open the &example"), "file"),
    Command(
        "export",
        QT_TRANSLATE_NOOP("Command", "&Export…"),
        "file",
        ("Ctrl+E",),
        "export",
        QT_TRANSLATE_NOOP("Command", "Look at the brief, choose what is in it and in which formats, and write it"),
        separator_before=True,
    ),
    Command(
        "export-pdf",
        QT_TRANSLATE_NOOP("Command", "Export annotated &PDF…"),
        "file",
        enabled=_file(lambda f: f.phase == "ready" and f.is_pdf),
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
        "print",
        QT_TRANSLATE_NOOP("Command", "P&rint…"),
        "file",
        ("Ctrl+P",),
        enabled=_is_shown,
        separator_before=True,
    ),
    Command("print-plain", QT_TRANSLATE_NOOP("Command", "Print without &highlights…"), "file", enabled=_is_shown),
    Command(
        "embed",
        QT_TRANSLATE_NOOP("Command", "Keep the file inside the wor&kspace"),
        "file",
        hint=QT_TRANSLATE_NOOP("Command", "So that it can be read also when the file itself is gone"),
        enabled=_file(lambda f: f.opened is not None and (f.is_embedded or f.stand_in is None)),
        checkable=True,
        separator_before=True,
    ),
    Command("look-for", QT_TRANSLATE_NOOP("Command", "Look for the missing file…"), "file", enabled=_is_missing),
    Command("show-where", QT_TRANSLATE_NOOP("Command", "Show where the file is…"), "file", enabled=_is_missing),
    Command(
        "recover",
        QT_TRANSLATE_NOOP("Command", "Recover the workspace"),
        "file",
        enabled=lambda state: state.is_damaged,
    ),
    Command("hand-over", QT_TRANSLATE_NOOP("Command", "&Hand over your review…"), "file", separator_before=True),
    Command("merge-review", QT_TRANSLATE_NOOP("Command", "&Merge a review…"), "file"),
    Command("audit-log", QT_TRANSLATE_NOOP("Command", "A&udit log"), "file", anywhere=True),
    Command("settings", QT_TRANSLATE_NOOP("Command", "&Settings"), "file", ("Ctrl+,",), separator_before=True),
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
        "copy",
        QT_TRANSLATE_NOOP("Command", "Copy"),
        "edit",
        ("Ctrl+C",),
        enabled=_has_marked,
    ),
    Command("select-all", QT_TRANSLATE_NOOP("Command", "Select all"), "edit", ("Ctrl+A",), enabled=_is_read),
    Command(
        "caret",
        QT_TRANSLATE_NOOP("Command", "Select text with the keyboard"),
        "edit",
        ("F7",),
        hint=QT_TRANSLATE_NOOP("Command", "Arrow keys move a caret on the pages, with Shift they select"),
        enabled=_is_read,
    ),
    Command(
        "find", QT_TRANSLATE_NOOP("Command", "Find…"), "edit", ("Ctrl+F",), enabled=_is_shown, separator_before=True
    ),
    Command("find-next", QT_TRANSLATE_NOOP("Command", "Next hit"), "edit", ("F3",), enabled=_is_shown),
    Command("find-previous", QT_TRANSLATE_NOOP("Command", "Previous hit"), "edit", ("Shift+F3",), enabled=_is_shown),
    Command("go-to-page", QT_TRANSLATE_NOOP("Command", "Go to page…"), "edit", ("Ctrl+G",), enabled=_has_pages),
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
    Command(
        "skip",
        QT_TRANSLATE_NOOP("Command", "Skip"),
        "review",
        ("K",),
        "next",
        QT_TRANSLATE_NOOP("Command", "Leave it undecided, remember that, and go on"),
        _has_finding,
    ),
    Command(
        "edit-range",
        QT_TRANSLATE_NOOP("Command", "Change where it begins and ends"),
        "review",
        ("E",),
        enabled=_can_edit_range,
        separator_before=True,
    ),
    Command("tags", QT_TRANSLATE_NOOP("Command", "Change tags"), "review", ("T",), enabled=_has_finding),
    Command(
        "add-finding",
        QT_TRANSLATE_NOOP("Command", "Add the marked text as a finding"),
        "review",
        ("I",),
        hint=QT_TRANSLATE_NOOP("Command", "Mark the words on the page first"),
        enabled=_file(lambda f: f.is_reviewable and f.document is not None and f.marked is not None),
    ),
    Command("raise", QT_TRANSLATE_NOOP("Command", "Raise in the meeting"), "review", ("M",), enabled=_has_finding),
    Command("owner", QT_TRANSLATE_NOOP("Command", "Owner"), "review", ("O",), enabled=_has_finding),
    Command("due", QT_TRANSLATE_NOOP("Command", "Due date"), "review", ("D",), enabled=_has_finding),
    Command(
        "why",
        QT_TRANSLATE_NOOP("Command", "Why this passage?"),
        "review",
        ("W",),
        hint=QT_TRANSLATE_NOOP("Command", "Shade the words that carried the model's estimate"),
        enabled=_has_finding,
        checkable=True,
    ),
    Command(
        "as-before",
        QT_TRANSLATE_NOOP("Command", "Decide as before"),
        "review",
        ("B",),
        hint=QT_TRANSLATE_NOOP("Command", "Of a passage that changed since: the decision on the version before"),
        enabled=_is_asked_again,
    ),
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
        ("P",),
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
        "follow-version",
        QT_TRANSLATE_NOOP("Command", "This is a new version of…"),
        "review",
        hint=QT_TRANSLATE_NOOP("Command", "Carries over what was decided, where the words are the same"),
        enabled=_file(lambda f: f.phase == "ready" and f.document is not None),
        separator_before=True,
    ),
    Command(
        "unfollow-version",
        QT_TRANSLATE_NOOP("Command", "Not a new version after all"),
        "review",
        enabled=_file(lambda f: f.phase == "ready" and bool(f.predecessor)),
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
        "sort-uncertainty",
        QT_TRANSLATE_NOOP("Command", "Sort by uncertainty"),
        "view",
        ("Ctrl+5",),
        hint=QT_TRANSLATE_NOOP("Command", "First those that could as well be on the other side of the threshold"),
        enabled=_has_findings,
        checkable=True,
    ),
    Command(
        "sort-tag",
        QT_TRANSLATE_NOOP("Command", "Sort by tag"),
        "view",
        ("Ctrl+6",),
        enabled=_has_findings,
        checkable=True,
    ),
    Command(
        "group",
        QT_TRANSLATE_NOOP("Command", "Group by section"),
        "view",
        ("G",),
        hint=QT_TRANSLATE_NOOP("Command", "Left and right close and open a section in the list"),
        enabled=_has_findings,
        checkable=True,
        separator_before=True,
    ),
    Command(
        "fold",
        QT_TRANSLATE_NOOP("Command", "Close or open all sections"),
        "view",
        ("Shift+G",),
        enabled=_file(lambda f: f.is_reviewable and f.findings.by_section),
    ),
    Command("filter", QT_TRANSLATE_NOOP("Command", "Filter the findings"), "view", ("/",), enabled=_has_findings),
    Command(
        "clear-filter",
        QT_TRANSLATE_NOOP("Command", "Show all findings"),
        "view",
        ("Ctrl+/",),
        enabled=_file(lambda f: f.is_reviewable and bool(f.findings.filter)),
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
        "ledger",
        QT_TRANSLATE_NOOP("Command", "What was looked at"),
        "view",
        ("L",),
        hint=QT_TRANSLATE_NOOP("Command", "Section by section: what was decided on and shown, and what is left"),
        enabled=_is_analysed,
        checkable=True,
    ),
    Command(
        "next-left",
        QT_TRANSLATE_NOOP("Command", "Go to what is left"),
        "view",
        ("Shift+L",),
        hint=QT_TRANSLATE_NOOP(
            "Command", "First every selected passage without a decision, then every page never shown"
        ),
        enabled=_is_analysed,
    ),
    Command(
        "second-look",
        QT_TRANSLATE_NOOP("Command", "Blind second look"),
        "view",
        ("V",),
        hint=QT_TRANSLATE_NOOP("Command", "Judge a few passages that were not selected, drawn at random"),
        enabled=_is_analysed,
        checkable=True,
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
        anywhere=True,
    ),
    Command(
        "search-all",
        QT_TRANSLATE_NOOP("Command", "Search all documents…"),
        "view",
        ("Ctrl+Shift+F",),
        anywhere=True,
    ),
    Command(
        "versions",
        QT_TRANSLATE_NOOP("Command", "Changes since the version before"),
        "view",
        ("Shift+W",),
        hint=QT_TRANSLATE_NOOP("Command", "Both versions side by side, what changed, and what was decided on it"),
        enabled=_file(lambda f: f.phase == "ready" and bool(f.predecessor)),
    ),
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
    Command("forward", QT_TRANSLATE_NOOP("Command", "Forward again"), "view", ("Alt+Right",), enabled=_is_shown),
    Command(
        "sidebar",
        QT_TRANSLATE_NOOP("Command", "Documents and contents"),
        "view",
        ("Ctrl+B",),
        "sidebar",
        hint=QT_TRANSLATE_NOOP("Command", "In a narrow window the list to the left makes room; this shows or hides it"),
        anywhere=True,
        enabled=_file(lambda f: True),
        separator_before=True,
    ),
    Command(
        "beside",
        QT_TRANSLATE_NOOP("Command", "Two documents side by side"),
        "view",
        ("Ctrl+\\",),
        hint=QT_TRANSLATE_NOOP("Command", "Shows another open document, or this one at another place, to the right"),
        enabled=_is_shown,
        checkable=True,
        separator_before=True,
    ),
    Command(
        "other-view",
        QT_TRANSLATE_NOOP("Command", "Go to the other document"),
        "view",
        ("F6",),
        enabled=lambda state: state.beside_key is not None,
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
    Command("fit-page", QT_TRANSLATE_NOOP("Command", "Fit page"), "view", ("Ctrl+9",), enabled=_is_shown),
    Command("keys", QT_TRANSLATE_NOOP("Command", "&Keys"), "help", ("F1", "?")),
    Command("about", QT_TRANSLATE_NOOP("Command", "&About Fusen"), "help"),
)
