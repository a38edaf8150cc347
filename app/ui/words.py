"""Sentences about states, stages and times, in the user's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.errors import FusenError
from app.ui.language import told
from app.ui.progress import ProgressMeter
from app.ui.relations import Way
from app.ui.state import OpenFile
from app.workspace.library import ShelfEntry


def _tr(text: str) -> str:
    return QCoreApplication.translate("Words", text)


def error_words(error: FusenError) -> tuple[str, str]:
    """What happened and what to do about it."""
    return told(error.message), told(error.advice) if error.advice else ""


def stage_words(stage: str) -> str:
    """What a worker is doing."""
    known = {
        "reading": _tr("Reading the pages"),
        "recognising": _tr("Recognising the words of pictures"),
        "waiting": _tr("Waiting for the document before it"),
        "loading-model": _tr("Loading the model"),
        "scanning": _tr("Scanning the whole document"),
        "deepening": _tr("Reading closely where it matters"),
        "attending": _tr("Reading the document as a whole"),
        "scoring": _tr("Weighing every passage"),
        "linking": _tr("Linking passages"),
        "writing": _tr("Writing"),
    }
    return known.get(stage, stage)


def way_words(way: Way) -> str:
    """What a linked passage is to the finding."""
    return {
        "refers-to": _tr("Refers to"),
        "referred-to-by": _tr("Referred to by"),
        "defined-in": _tr("Defined in"),
        "defines": _tr("Defines for"),
        "amends": _tr("Amends"),
        "amended-by": _tr("Amended by"),
        "exception-to": _tr("Exception to"),
        "exception-in": _tr("Exception in"),
        "read-together": _tr("Read together with"),
    }[way]


def time_left(seconds: float | None) -> str:
    """A rounded time, or nothing."""
    if seconds is None:
        return ""
    if seconds < 55:
        return _tr("about {n} s left").format(n=max(5, round(seconds / 5) * 5))
    return _tr("about {n} min left").format(n=max(1, round(seconds / 60)))


def progress_words(meter: ProgressMeter | None) -> str:
    """How much of the work is done and the time that is left, as far as they are known."""
    parts = [f"{meter.share:.0%}", time_left(meter.seconds_left())] if meter else []
    return "  ·  ".join(part for part in parts if part)


def state_words(file: OpenFile) -> str:
    """The second line of a file in the sidebar."""
    if file.phase == "ready":
        counts = file.findings.counts()
        if counts.total == 0:
            return _tr("Nothing selected")
        return _tr("{done} of {total} decided").format(done=counts.decided, total=counts.total)
    share = file.meter.share if file.meter else 0.0
    return {
        "opening": _tr("Opening…"),
        "locked": _tr("Needs a password"),
        "failed": _tr("Could not be opened"),
        "reading": _tr("Reading {share:.0%}").format(share=share),
        "analysing": _tr("Analysing {share:.0%}").format(share=share),
        "stopped": _tr("First findings only") if file.has_first_findings else _tr("Not analysed"),
    }[file.phase]


def entry_words(entry: ShelfEntry | None) -> str:
    """The second line of a document of the workspace that is not open."""
    if entry is None or not entry.analyzed:
        return _tr("Not analysed")
    if entry.total == 0:
        return _tr("Nothing selected")
    return _tr("{done} of {total} decided").format(done=entry.decided, total=entry.total)


def counts_words(file: OpenFile) -> tuple[str, str]:
    """The head of the findings: how many there are, and how far the reviewer is."""
    counts = file.findings.counts()
    one, many = _tr("1 finding"), _tr("{n} findings")
    if file.has_first_findings:
        one, many = _tr("1 first finding"), _tr("{n} first findings")
    title = one if counts.total == 1 else many.format(n=counts.total)
    passages = len(file.analysis.passages) if file.analysis else counts.total
    read = _tr("of 1 passage") if passages == 1 else _tr("of {n:,} passages").format(n=passages)
    done = _tr("{accepted} accepted, {rejected} rejected, {open} open").format(
        accepted=counts.accepted, rejected=counts.rejected, open=counts.total - counts.decided
    )
    return title, f"{read}  ·  {done}"
