"""`fusen versions`: what changed between two analysed documents of a workspace, as a list or as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents.files import check_readable, sha256_of
from app.errors import FusenError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from app.analysis.analysis import ScoredPassage
    from app.review.version_changes import PassageChange
    from app.workspace.store import StoredDocument, Workspace

_SHORTEST_HASH = 6


def chosen_document(workspace: Workspace, name: str) -> StoredDocument:
    """The document that is called so: a file, the name of one, or the beginning of its SHA-256.

    Raises FusenError: `not-found` where there is none, `unsupported` where there are several.
    """
    documents = workspace.documents()
    path = Path(name)
    found = [document for document in documents if Path(document.file) == path.absolute()]
    if not found and (sha256 := _sha256_of(path)):
        found = [document for document in documents if document.sha256 == sha256]
    found = found or [document for document in documents if Path(document.file).name == name]
    if not found and len(name) >= _SHORTEST_HASH:
        found = [document for document in documents if document.sha256.startswith(name.lower())]
    if not found:
        raise FusenError(
            "not-found", f"{workspace.path.name} holds no document {name}.", "fusen analyze --workspace adds it."
        )
    if len(found) > 1:
        raise FusenError(
            "unsupported",
            f"{workspace.path.name} holds several documents {name}.",
            "Name the file with its folder, or the beginning of its SHA-256.",
        )
    return found[0]


def _sha256_of(path: Path) -> str:
    """Of the file's bytes; empty where there is no document that may be read."""
    try:
        check_readable(path)
        return sha256_of(path)
    except (FusenError, OSError):
        return ""


def listed(found: Sequence[PassageChange], old: StoredDocument, new: StoredDocument) -> Iterator[str]:
    """The changes as lines: a head with the counts, then each with its place, its words and what was decided."""
    from app.review.version_changes import counts

    numbers = ", ".join(f"{count} {sort}" for sort, count in counts(found).items() if count) or "nothing changed"
    yield f"{Path(old.file).name} -> {Path(new.file).name}: {numbers}"
    for change in found:
        decided = change.before.decision if change.before and change.before.decision != "undecided" else ""
        yield f"\n{change.sort}{_places(change, old, new)}{f', was {decided}' if decided else ''}"
        yield f"  {_marked(change)}"


def as_json(found: Sequence[PassageChange], old: StoredDocument, new: StoredDocument) -> dict[str, Any]:
    """The `fusen.versions/1` object."""
    from app.review.version_changes import counts

    return {
        "schema": "fusen.versions/1",
        "old": {"file": old.file, "sha256": old.sha256},
        "new": {"file": new.file, "sha256": new.sha256},
        "counts": counts(found),
        "changes": [_change_json(change) for change in found],
    }


def _change_json(change: PassageChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "sort": change.sort,
        "old": [_passage_json(passage) for passage in change.old],
        "new": [_passage_json(passage) for passage in change.new],
        "differences": [
            {"kind": piece.kind, "old": list(piece.old), "new": list(piece.new)} for piece in change.pieces()
        ],
        "decision_before": change.before.decision if change.before else None,
        "decision": change.after.decision if change.after else None,
        "comment": change.before.comment if change.before else "",
    }


def _passage_json(passage: ScoredPassage) -> dict[str, Any]:
    return {"start": passage.start, "end": passage.end, "page": passage.page, "text": passage.text}


def _places(change: PassageChange, old: StoredDocument, new: StoredDocument) -> str:
    sides = ((change.old, old), (change.new, new))
    pages = [f"p. {passages[0].page}" for passages, document in sides if passages and document.format == "pdf"]
    return f" {' -> '.join(dict.fromkeys(pages))}" if pages else ""


def _marked(change: PassageChange) -> str:
    """The words, with [-what is gone-] and {+what is new+}."""
    if not change.old or not change.new or change.sort != "changed":
        return " ".join((change.new_text or change.old_text).split())
    from app.review.version_text import differences

    old, new, out, at = change.old_text, change.new_text, [], 0
    for piece in differences(old, new):
        before, after = old[slice(*piece.old)], new[slice(*piece.new)]
        out.append(new[at : piece.new[0]])
        if piece.kind == "equal":
            out.append(after)
        else:
            out += [f"[-{before}-]" if before else "", f"{{+{after}+}}" if after else ""]
        at = max(at, piece.new[1])
    return " ".join("".join([*out, new[at:]]).split())
