"""The words of the export page for what can be chosen there, in the user's language."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from app.export.arranging import Grouping, Order
from app.export.brief import BriefFinding
from app.review.findings import Decision
from app.ui.check_list import Item
from app.ui.export_choice import Scope
from app.ui.export_files import Target
from app.ui.export_writing import Outcome, Step


def _tr(text: str, number: int = -1) -> str:
    return QCoreApplication.translate("ExportPage", text, "", number)


def scope_words(scope: Scope) -> str:
    """Which findings."""
    return {"accepted": _tr("Accepted"), "raised": _tr("Raised"), "undecided": _tr("With undecided")}[scope]


def scope_hint(scope: Scope) -> str:
    """What that means."""
    return {
        "accepted": _tr("What you accepted, edited or added"),
        "raised": _tr("Of what you accepted, only what is to be raised in the meeting"),
        "undecided": _tr("What you accepted, and what you have not decided on yet"),
    }[scope]


def order_words(order: Order) -> str:
    """In which order findings stand."""
    return {
        "place": _tr("As in the document"),
        "importance": _tr("Most important first"),
        "tag": _tr("By tag"),
        "decision": _tr("By decision"),
        "owner": _tr("By owner"),
        "due": _tr("By due date"),
    }[order]


def grouping_words(grouping: Grouping) -> str:
    """Under which headings findings stand."""
    return {
        "none": _tr("No groups"),
        "document": _tr("Document"),
        "section": _tr("Section"),
        "tag": _tr("Tag"),
        "owner": _tr("Owner"),
    }[grouping]


def decision_words(decision: Decision) -> str:
    """What was decided."""
    return {
        "accepted": _tr("Accepted"),
        "edited": _tr("Edited"),
        "added": _tr("Added"),
        "undecided": _tr("Undecided"),
        "rejected": _tr("Rejected"),
    }[decision]


def finding_item(finding: BriefFinding, *, several: bool) -> Item:
    """A finding in the list; its document is named where there are `several`."""
    quote = finding.quote
    page = "" if quote.page is None else _tr("p. {page}").format(page=quote.label or quote.page)
    raised = _tr("to be raised") if finding.raised else ""
    file = quote.file if several else ""
    note = "  ·  ".join(filter(None, (decision_words(finding.decision), raised, page, file)))
    return Item(" ".join(quote.text.split()), note)


def files_words(count: int) -> str:
    """What the button does."""
    return _tr("Write %n file(s)", count)


def progress_words(step: Step) -> str:
    """What is being written."""
    told = _tr("Writing {name} ({n} of {total})")
    return told.format(name=step.target.output.name, n=step.number, total=step.total)


def written_words(outcomes: Sequence[Outcome]) -> str:
    """How it went, all in all."""
    written = sum(outcome.error is None for outcome in outcomes)
    if written == len(outcomes):
        return _tr("%n file(s) written.", written)
    if any(outcome.error is not None and outcome.error.code == "cancelled" for outcome in outcomes):
        return _tr("Cancelled. {done} of {total} files were written.").format(done=written, total=len(outcomes))
    return _tr("{done} of {total} files were written.").format(done=written, total=len(outcomes))


def question_words(existing: tuple[Target, ...]) -> str:
    """Files that are there already, by name."""
    names = [target.output.name for target in existing[:3]]
    if len(existing) == 1:
        return _tr("{name} is in this folder already.").format(name=names[0])
    listed = _tr(", ").join(names)
    if len(existing) > len(names):
        return _tr("{names} and {n} more are in this folder already.").format(
            names=listed, n=len(existing) - len(names)
        )
    return _tr("{names} are in this folder already.").format(names=listed)
