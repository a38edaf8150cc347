"""What changed between two versions in the workspace: as a list, and as notes for the brief."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from app.errors import FusenError
from app.export.brief import ChangeKind, ChangeNote, Quote
from app.review.version_changes import PassageChange, changes, further_findings
from app.workspace.store import StoredDocument, Workspace


def changes_between(workspace: Workspace, old: str, new: str) -> tuple[PassageChange, ...]:
    """All changes between two analysed documents, by their hashes. Raises FusenError `empty` where one was not analysed."""
    before, after = workspace.analysis(old), workspace.analysis(new)
    if before is None or after is None:
        raise FusenError("empty", "Only analysed documents can be compared.", "Analyse both documents first.")
    findings = workspace.findings(old)
    found = changes(before, after, findings, workspace.findings(new))
    return (*found, *further_findings(before, findings, found))


def change_notes(workspace: Workspace, documents: Iterable[str]) -> tuple[ChangeNote, ...]:
    """What a meeting must hear of the changes since the version before: those that are about findings, document by document.

    Of documents (hashes) that are not known to be new versions there are none; nor are there of what only moved.
    """
    stored = {document.sha256: document for document in workspace.documents(removed=True)}
    notes = []
    for sha256 in documents:
        lineage = workspace.versions.lineage(sha256)
        if lineage is None or lineage.predecessor not in stored or sha256 not in stored:
            continue
        found = changes_between(workspace, lineage.predecessor, sha256)
        told = (change for change in found if change.concerns and change.sort in _KINDS)
        notes += [_note(change, stored[lineage.predecessor], stored[sha256]) for change in told]
    return tuple(notes)


_KINDS: dict[str, ChangeKind] = {"changed": "changed", "new": "added", "gone": "removed"}


def _note(change: PassageChange, old: StoredDocument, new: StoredDocument) -> ChangeNote:
    before = _quote(old, change.old[0].page, change.old_text) if change.old else None
    after = _quote(new, change.new[0].page, change.new_text) if change.new else None
    quote = after or before
    if quote is None:
        raise ValueError("a change is in one of the versions")
    return ChangeNote(
        kind=_KINDS[change.sort],
        quote=quote,
        before=change.old_text,
        finding=change.after.id if change.after else "",
        place_before=before,
        decision_before=change.before.decision if change.before else "undecided",
        decision=change.after.decision if change.after else "undecided",
    )


def _quote(document: StoredDocument, page: int, text: str) -> Quote:
    name = Path(document.file).name
    if document.format != "pdf":
        return Quote(name, None, text)
    label = document.page_labels[page - 1] if 1 <= page <= len(document.page_labels) else ""
    return Quote(name, page, text, label or str(page))
