"""The ledger and the second look in sentences, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.review.ledger import Entry, Ledger
from app.review.second_look import Outcome
from app.ui.state import OpenFile


def _tr(text: str) -> str:
    return QCoreApplication.translate("Ledger", text)


def head_words(ledger: Ledger) -> str:
    """What is left, in a line."""
    if ledger.is_done:
        return _tr("Everything that was selected is decided, and everything was shown.")
    waiting = len(ledger.undecided)
    one, many = _tr("1 selected passage undecided"), _tr("{n:,} selected passages undecided")
    decisions = (one if waiting == 1 else many).format(n=waiting) if waiting else _tr("nothing left to decide")
    joined = _tr("{decisions}, {unseen}").format(decisions=decisions, unseen=_unseen(ledger))
    return joined[:1].upper() + joined[1:]


def _unseen(ledger: Ledger) -> str:
    if not ledger.never_shown:
        return _tr("everything was shown")
    if not ledger.paged:
        return _tr("{share:.0%} of the text never shown").format(share=max(ledger.unseen / max(ledger.size, 1), 0.01))
    one, many = _tr("1 page never shown"), _tr("{n:,} pages never shown")
    return (one if ledger.unseen == 1 else many).format(n=ledger.unseen)


def entry_name(entry: Entry) -> str:
    """The section's number and title."""
    return entry.section.name or _tr("Before the first heading")


def pages_words(entry: Entry, file: OpenFile) -> str:
    """On which pages the section stands, by their labels."""
    if entry.pages == (0, 0):
        return ""
    first, last = entry.pages[0], entry.pages[1] - 1
    names = [file.page_words(page) for page in (first, last)]
    return _tr("p. {page}").format(page=names[0] if first == last else "–".join(names))


def entry_words(entry: Entry) -> tuple[str, str]:
    """What was decided and what was shown of a section."""
    if entry.decided + entry.undecided:
        total = entry.decided + entry.undecided
        decided = _tr("{done:,} of {n:,} decided").format(done=entry.decided, n=total)
    else:
        one, many = _tr("1 passage, none selected"), _tr("{n:,} passages, none selected")
        decided = (one if entry.passages == 1 else many).format(n=entry.passages)
    if entry.shown >= entry.size:
        return decided, _tr("shown")
    if entry.shown == 0:
        return decided, _tr("never shown")
    if entry.pages == (0, 0):
        return decided, _tr("{share:.0%} shown").format(share=min(entry.shown / max(entry.size, 1), 0.99))
    return decided, _tr("{shown} of {n} pages shown").format(shown=entry.shown, n=entry.size)


def outcome_words(outcome: Outcome | None) -> str:
    """What the second looks say of what is missed."""
    if outcome is None:
        return _tr("No second look was taken yet: how much is missed is only the model's estimate.")
    if outcome.drawn == 0:
        return _tr(
            "The second looks so far were taken of a larger selection and say nothing of what this one leaves out."
        )
    about, low, high = outcome.missed.rounded
    words = _tr("Drawn at random from what is not selected: {drawn:,}, of which {hits:,} important.")
    drawn = words.format(drawn=outcome.drawn, hits=outcome.hits)
    if outcome.rest == 0:
        return drawn + " " + _tr("None is left unread.")
    rest = _tr("Among the other {rest:,}, about {n:,} may matter ({low:,} to {high:,}).")
    return drawn + " " + rest.format(rest=outcome.rest, n=about, low=low, high=high)
