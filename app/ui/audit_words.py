"""The audit log in the window's language: what `app.review.audit_words` says, known to the translations.

A test holds the two beside each other.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.review.audit import Entry, KnownSigner, Problem
from app.review.audit_words import PROBLEMS, Names, NotesOfEntry, template, values
from app.ui.command import QT_TRANSLATE_NOOP

TEMPLATES: tuple[str, ...] = (
    QT_TRANSLATE_NOOP("Audit", "The log is empty, although it was begun: all of it was removed."),
    QT_TRANSLATE_NOOP(
        "Audit",
        "The log was lost or removed before this entry, and begun anew from what the workspace held then.",
    ),
    QT_TRANSLATE_NOOP("Audit", "What keeps the log from being changed is missing from the file ({what})."),
    QT_TRANSLATE_NOOP("Audit", "Entries {what} before it are missing."),
    QT_TRANSLATE_NOOP("Audit", "The entry was changed: it does not have the hash that it was stored with."),
    QT_TRANSLATE_NOOP("Audit", "The entry is not one that Fusen wrote."),
    QT_TRANSLATE_NOOP("Audit", "The entry says that it is number {what}."),
    QT_TRANSLATE_NOOP(
        "Audit",
        "The entry does not follow the one before it: one was changed, removed, added or moved.",
    ),
    QT_TRANSLATE_NOOP("Audit", "The log does not begin as a log does, or begins twice."),
    QT_TRANSLATE_NOOP("Audit", "The entry is signed by a key that the log does not introduce ({what})."),
    QT_TRANSLATE_NOOP("Audit", "The signature is not that of its signer: the entry was changed or forged."),
    QT_TRANSLATE_NOOP("Audit", "From this entry on there are entries of a signer who was not named: {what}."),
    QT_TRANSLATE_NOOP("Audit", "This is the log of another workspace than the one that lay here ({what})."),
    QT_TRANSLATE_NOOP(
        "Audit",
        "This machine has seen {what} entries, and there are fewer: the end was cut off, or the file is an earlier copy.",
    ),
    QT_TRANSLATE_NOOP(
        "Audit",
        "This machine has seen another entry in this place: the log was written anew, or another copy went on.",
    ),
    QT_TRANSLATE_NOOP("Audit", "What this machine kept of the log's end was changed or is damaged."),
    QT_TRANSLATE_NOOP("Audit", "No entry has the hash {what}."),
    QT_TRANSLATE_NOOP("Audit", "{what} is not a file that was exported from this workspace, or was changed since."),
    QT_TRANSLATE_NOOP("Audit", "What lies beside this entry was changed, added or removed (document {what})."),
    QT_TRANSLATE_NOOP("Audit", "What document {what} is called or where it lies was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "The finding {what} is not as this entry left it: it was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "The finding {what}, of which this entry tells, was removed past the log."),
    QT_TRANSLATE_NOOP("Audit", "The finding {what} bears a decision or a remark that the log does not tell of."),
    QT_TRANSLATE_NOOP("Audit", "The finding {what} has other words or another place than those it was made of."),
    QT_TRANSLATE_NOOP("Audit", "What the model found in document {what} was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "Step {what} of what can be undone was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "An analysis of document {what} was changed, added or removed past the log."),
    QT_TRANSLATE_NOOP("Audit", "How much of document {what} is selected was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "What was shown of document {what} was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "The second looks at document {what} were changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "Document {what} was added, removed or put back past the log."),
    QT_TRANSLATE_NOOP("Audit", "Which document {what} is a new version of was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "What document {what} took over from the version before it was changed past the log."),
    QT_TRANSLATE_NOOP("Audit", "Workspace made"),
    QT_TRANSLATE_NOOP("Audit", "Log begun for what the workspace held: {count} documents"),
    QT_TRANSLATE_NOOP("Audit", "Another signer: {signer}"),
    QT_TRANSLATE_NOOP("Audit", "Took stock of what an earlier version of Fusen did not log: {count} documents"),
    QT_TRANSLATE_NOOP("Audit", "Opened {file}"),
    QT_TRANSLATE_NOOP("Audit", "Found {file} at another place"),
    QT_TRANSLATE_NOOP("Audit", "Took {file} off the shelf"),
    QT_TRANSLATE_NOOP("Audit", "Put {file} back on the shelf"),
    QT_TRANSLATE_NOOP("Audit", "Forgot everything about {file}"),
    QT_TRANSLATE_NOOP("Audit", "Analysed {file} with {model}: {count} findings"),
    QT_TRANSLATE_NOOP("Audit", "Chose how much of {file} is selected: {share}"),
    QT_TRANSLATE_NOOP("Audit", "Made {file} the new version of another document"),
    QT_TRANSLATE_NOOP("Audit", "Took over what was said since of the version before {file}"),
    QT_TRANSLATE_NOOP("Audit", "Said that {file} is no new version after all"),
    QT_TRANSLATE_NOOP("Audit", "Looked at {places} of {file}"),
    QT_TRANSLATE_NOOP("Audit", "Took a second look at a passage of {file}"),
    QT_TRANSLATE_NOOP("Audit", "Decided in {file}: {changes}"),
    QT_TRANSLATE_NOOP("Audit", "Exported {names}"),
    QT_TRANSLATE_NOOP("Audit", "Handed over the review of {file}: {count} findings"),
    QT_TRANSLATE_NOOP("Audit", "Merged the review of {reviewer} into {file}: {count} findings"),
    QT_TRANSLATE_NOOP("Audit", "Encrypted the workspace"),
    QT_TRANSLATE_NOOP("Audit", "Took the encryption off the workspace"),
    QT_TRANSLATE_NOOP("Audit", "Changed a setting: {setting}"),
    QT_TRANSLATE_NOOP("Audit", "Acknowledged what was wrong with the log"),
    QT_TRANSLATE_NOOP("Audit", "Took back in {file}: {changes}"),
    QT_TRANSLATE_NOOP("Audit", "Did again in {file}: {changes}"),
)


INNER = (
    QT_TRANSLATE_NOOP("AuditWord", "accepted"),
    QT_TRANSLATE_NOOP("AuditWord", "rejected"),
    QT_TRANSLATE_NOOP("AuditWord", "edited"),
    QT_TRANSLATE_NOOP("AuditWord", "added"),
    QT_TRANSLATE_NOOP("AuditWord", "undecided"),
    QT_TRANSLATE_NOOP("AuditWord", "comment"),
    QT_TRANSLATE_NOOP("AuditWord", "range"),
    QT_TRANSLATE_NOOP("AuditWord", "tags"),
    QT_TRANSLATE_NOOP("AuditWord", "owner"),
    QT_TRANSLATE_NOOP("AuditWord", "due"),
    QT_TRANSLATE_NOOP("AuditWord", "raised"),
    QT_TRANSLATE_NOOP("AuditWord", "skipped"),
    QT_TRANSLATE_NOOP("AuditWord", "opinion"),
    QT_TRANSLATE_NOOP("AuditWord", "disagreement settled"),
    QT_TRANSLATE_NOOP("AuditWord", "page"),
    QT_TRANSLATE_NOOP("AuditWord", "characters"),
    QT_TRANSLATE_NOOP("AuditWord", "{count} {word}"),
)
"""Those of `WORDS`."""


def _said(word: str) -> str:
    return QCoreApplication.translate("AuditWord", word)


def entry_text(entry: Entry, notes: NotesOfEntry, names: Names) -> str:
    """What an entry tells, on one line."""
    words = QCoreApplication.translate("Audit", template(entry)).format(**values(entry, notes, names, _said))
    return words or entry.kind


STRANGER = QT_TRANSLATE_NOOP(
    "Audit",
    "Careful: from entry {number} on there are entries signed by a key that this machine does not know ({signer}, {name}). "
    "Compare it with what “fusen audit key” prints on that person's machine. “fusen audit acknowledge” accepts it.",
)


def stranger_text(signer: KnownSigner) -> str:
    """That somebody must ask whose key this is."""
    words = QCoreApplication.translate("Audit", STRANGER)
    return words.format(number=signer.since, signer=signer.fingerprint[:16], name=signer.by or "-")


def problem_text(problem: Problem) -> str:
    """What is wrong, with the entry's number where it is at one."""
    words = QCoreApplication.translate("Audit", PROBLEMS[problem.code]).format(what=problem.what)
    return words if problem.entry is None else numbered(problem.entry, words)


def numbered(number: int, words: str) -> str:
    """What is said of an entry."""
    return QCoreApplication.translate("Audit", "Entry {number}: {words}").format(number=number, words=words)
