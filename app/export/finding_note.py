"""What stands on a finding in a copy of the document itself: the words of its note, who is heard on it, and from which file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from app.documents.document import Language
from app.errors import FusenError
from app.export.brief import KEPT, Opinion
from app.export.wording import decision_words, grade, importance_words, printable, say, tag_words, task_words
from app.review.findings import Finding

AUDIT_HEAD = "FusenAuditHead"
"""The property of a copy that holds the hash of the audit log's last entry."""


def shown_findings(findings: Iterable[Finding], *, undecided: bool) -> list[Finding]:
    """Those that a copy shows, by their place: accepted, edited and added ones; with `undecided` also these."""
    shown = KEPT | {"undecided"} if undecided else KEPT
    return sorted((f for f in findings if f.decision in shown), key=lambda finding: (finding.start, finding.end))


def check_same_file(path: Path, findings: Iterable[Finding]) -> None:
    """Raise FusenError `unsupported` where the findings are of another version of the file: they would mark other words."""
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    if any(finding.document_sha256 != sha256 for finding in findings):
        raise changed_since(path)


def changed_since(path: Path) -> FusenError:
    """The places of the findings are not those of this file."""
    return FusenError(
        "unsupported",
        f"{path.name} has changed since it was analysed.",
        "Analyse it again, or restore the version that was analysed.",
    )


def note_language(finding: Finding) -> Language:
    """The language to speak of a finding in: its own."""
    return "ja" if any("\u3040" <= character <= "\u30ff" for character in finding.text) else "en"


def note_tags(finding: Finding) -> str:
    """The tags in words."""
    return tag_words(tuple(tag.tag for tag in finding.tags), note_language(finding))


def note_lines(finding: Finding) -> list[str]:
    """Tags, importance in words and percent, decision, what is to be done: each a line, none empty."""
    language = note_language(finding)
    importance = importance_words(finding.importance, finding.interval, language)
    lines = [
        note_tags(finding),
        say("colon", language).join((grade(finding.importance, language), importance))
        if finding.rank > 0
        else say("not-scored", language),
        decision_words(finding.decision, language),
        say("between", language).join(task_words(finding, language)),
    ]
    return [line for line in lines if line]


def comment_lines(comment: str) -> list[str]:
    """The reviewer's own words, a line each."""
    return [line for line in map(printable, comment.splitlines()) if line]


def opinion_lines(opinion: Opinion, language: Language) -> list[str]:
    """What one of several reviewers decided and said."""
    return [decision_words(opinion.decision, language), *comment_lines(opinion.comment)]
