"""What the card says of a finding whose words changed since it was decided: the decision, and the old words with differences.

What was taken out is struck through and what was put in is underlined, so that colour does not say it alone.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.review.findings import Decision
from app.ui.appearance import appearance
from app.ui.palette import Marks, marks_on
from app.ui.widgets import label

if TYPE_CHECKING:
    from app.workspace.versions import Asked

_MOST = 700
"""Characters of a passage that are shown with their differences."""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ChangedNote", text)


def decided_words(decision: Decision) -> str:
    """A decision in the midst of a sentence."""
    return {
        "undecided": _tr("not decided"),
        "accepted": _tr("accepted"),
        "rejected": _tr("rejected"),
        "edited": _tr("accepted with other ends"),
        "added": _tr("added by you"),
    }[decision]


class ChangedNote(QWidget):
    """Hidden while there is nothing to say."""

    def __init__(self) -> None:
        super().__init__()
        self.head = label("", "small", wrap=True)
        self.words = label("", "small", wrap=True)
        self.words.setTextFormat(Qt.TextFormat.RichText)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 2)
        column.setSpacing(2)
        column.addWidget(self.head)
        column.addWidget(self.words)
        self._asked: Asked | None = None
        self._text = ""
        appearance().changed.connect(self._dress)
        self.hide()

    def _dress(self) -> None:
        """The differences have other colours in another theme."""
        if self._asked is not None:
            self.words.setText(marked_words(self._asked.source.proposed.text, self._text))

    def show_asked(self, asked: Asked | None, text: str) -> None:
        """Say what was decided before on what is now `text`; nothing without it."""
        self._asked, self._text = asked, text
        self.setVisible(asked is not None)
        if asked is None:
            return
        date, decision = asked.decided_at[:10], decided_words(asked.source.decision)
        if asked.source.decision == "undecided":
            told = self.tr("Changed since you noted something on it.")
        elif date:
            told = self.tr("Changed since your decision of {date}: {decision}. Decide as before: B")
        else:
            told = self.tr("Changed since your decision: {decision}. Decide as before: B")
        self.head.setText(told.format(date=date, decision=decision))
        self._dress()


def marked_words(old: str, new: str) -> str:
    """Both texts in one, as markup: what is only in the old one struck through, what is only in the new one underlined."""
    from app.review.version_text import differences  # a library that the window's start needs not

    old, new = old[:_MOST], new[:_MOST]
    marks: Marks = marks_on(dark=appearance().theme.dark)
    out, at = [], 0
    for piece in differences(old, new):
        out.append(escape(new[at : piece.new[0]]))
        before, after = escape(old[slice(*piece.old)]), escape(new[slice(*piece.new)])
        if piece.kind == "equal":
            out.append(after)
        else:
            out.append(f'<s style="color:{marks.hit}">{before}</s>' if before else "")
            out.append(" " if before and after else "")
            out.append(f'<u style="color:{marks.amended}"><b>{after}</b></u>' if after else "")
        at = max(at, piece.new[1])
    return "".join([*out, escape(new[at:])])
