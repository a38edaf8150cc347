"""Handing a review over, and merging one that was handed over: what another reviewer decided stands beside one's own decisions.

Nothing of one's own is overwritten. Where one has not decided, what all others agree on is taken, in their name; where they
disagree the passage stays undecided. It does not matter in which order files are merged, or how often.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from app.errors import FusenError
from app.review import operations
from app.review.findings import Finding, Opinion
from app.review.handover import (
    HandedDocument,
    HandedFinding,
    HandedSpan,
    Review,
    finding_of,
    handed,
    is_own,
    matters,
    opinion_of,
    read_review,
    taken_from,
    write_review,
)
from app.review.operations import Change, Single
from app.workspace.sharing import ChangedMeanwhileError
from app.workspace.signing import signing_key
from app.workspace.store import Workspace
from app.workspace.texts import KeptText

_TAKEN = ("comment", "owner", "due", "raised")


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a review says beside one's own: of `decided` passages so many `same`, `otherwise`, and `undecided` by oneself.

    `unknown`: passages that are not known here and came without words, or with words that do not stand there.
    """

    reviewer: str
    decided: int = 0
    same: int = 0
    otherwise: int = 0
    undecided: int = 0
    unknown: int = 0
    documents: tuple[str, ...] = ()
    other_documents: tuple[str, ...] = ()


@dataclass
class Plan:
    """A review as it would be merged: what changes, and the findings that are added for it."""

    comparison: Comparison
    signer: str
    operations: list[Single] = field(default_factory=list)
    added: list[Finding] = field(default_factory=list)


def hand_over(
    workspace: Workspace,
    documents: Sequence[str] | None = None,
    *,
    texts: bool = True,
    write: Callable[[bytes], None] = lambda _content: None,
) -> bytes:
    """The file of one's own decisions on these documents, by hash, or on all; the audit log tells of it once it is written.

    Raises FusenError `empty` where nothing was decided.
    """
    reviews = []
    for stored in workspace.documents():
        if documents is not None and stored.sha256 not in documents:
            continue
        found = [handed(finding, texts=texts) for finding in workspace.findings(stored.sha256)]
        touched = tuple(each for each in found if each is not None)
        if touched:
            analysis = workspace.analysis(stored.sha256)
            reviews.append(
                HandedDocument(
                    sha256=stored.sha256,
                    title=stored.title if texts else "",
                    model=None if analysis is None else analysis.model,
                    settings=None if analysis is None else replace(analysis.settings, query=None),
                    findings=touched,
                )
            )
    if not reviews:
        raise FusenError("empty", "Nothing was decided yet that could be handed over.", "Decide on findings first.")
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    key = signing_key()
    name = workspace.reviewer or _unnamed(key.signer.fingerprint)
    content = write_review(Review(reviewer=name, at=at, documents=tuple(reviews)), key.signer)
    write(content)
    counts = {review.sha256: len(review.findings) for review in reviews}
    workspace.audit.record("handed-over", {"documents": counts, "count": sum(counts.values()), "texts": texts})
    return content


def read_file(file: Path) -> Review:
    """The review in a file. Raises FusenError as `read_review`, and `not-found` or `permission`."""
    try:
        with file.open("rb") as stream:
            content = stream.read((1 << 26) + 1)
    except FileNotFoundError as error:
        raise FusenError("not-found", f"There is no file {file}.", "Check its name and folder.") from error
    except OSError as error:
        raise FusenError("permission", f"The file {file} cannot be read.", "Check its rights.") from error
    return read_review(content, file.name)


def refuse_other(output: Path) -> None:
    """Raise FusenError `permission` where there is a file already that holds no review: it is somebody's, and of another kind."""
    if not output.exists() and not output.is_symlink():
        return
    try:
        if output.is_file():
            read_file(output)
            return
    except FusenError:
        pass
    raise FusenError(
        "permission", f"{output.name} exists already and is no review that was handed over.", "Choose another name."
    )


def plan(workspace: Workspace, review: Review) -> Plan:
    """What merging would do. Raises FusenError `unsupported` for one's own review, and where no document is here."""
    name = _name_here(workspace, review)
    here = {stored.sha256: stored for stored in workspace.documents()}
    there = [document for document in review.documents if document.sha256 in here]
    others = tuple(
        document.title or document.sha256[:12] for document in review.documents if document.sha256 not in here
    )
    if not there:
        raise FusenError(
            "unsupported",
            f"{name} reviewed other documents, or other versions of them: {', '.join(others) or 'none'}.",
            "Open the very same files first; decisions on another version cannot be merged.",
        )
    made = Plan(Comparison(name), review.signer)
    counts = {"decided": 0, "same": 0, "otherwise": 0, "undecided": 0, "unknown": 0}
    for document in there:
        _plan_document(workspace, review, document, made, counts)
    titles = tuple(here[document.sha256].title for document in there)
    made.comparison = Comparison(name, **counts, documents=titles, other_documents=others)
    return made


def merge(workspace: Workspace, review: Review) -> Change:
    """Merge it, in one step that can be undone; nothing where all of it is known already. Raises FusenError as `plan`."""
    while True:
        seen = workspace.changes
        made = plan(workspace, review)  # anew: something may have been decided since a plan was shown, or is now
        if not made.operations:
            return Change()
        details = {"reviewer": made.comparison.reviewer, "reviewer_key": made.signer, "handed_at": review.at}
        operation = operations.Together(tuple(made.operations))
        with suppress(ChangedMeanwhileError):
            return workspace.apply(operation, *made.added, told="merged", details=details, seen=seen)


def _plan_document(
    workspace: Workspace, review: Review, document: HandedDocument, made: Plan, counts: dict[str, int]
) -> None:
    name = made.comparison.reviewer
    ids = [found.id for found in document.findings]
    ours = {finding.id: finding for finding in workspace.stored_findings(document.sha256)}
    text = workspace.library.text(document.sha256)
    for handed_finding in document.findings:
        found = msgspec.structs.replace(handed_finding, span=_as_it_stands(handed_finding.span, text))
        finding = ours.get(found.id)
        if finding is None:
            finding = _new(found, document.sha256, text)
            if finding is None:
                counts["unknown"] += 1
                continue
            made.added.append(finding)
        _count(finding, found, counts)
        made.operations += _changes(finding, opinion_of(found, name, review), workspace)
    for finding in ours.values():
        before = next((opinion for opinion in finding.opinions if opinion.reviewer == name), None)
        if before is not None and finding.id not in ids and before.handed_at < review.at:
            made.operations += _changes(finding, None, workspace, withdrawn=name)


def _new(found: HandedFinding, sha256: str, text: KeptText | None) -> Finding | None:
    """A finding that only the sender has, if its words stand where they are said to stand."""
    proposed = _as_it_stands(found.proposed, text)
    return None if proposed is None else finding_of(msgspec.structs.replace(found, proposed=proposed), sha256)


def _as_it_stands(span: HandedSpan | None, text: KeptText | None) -> HandedSpan | None:
    """A range with the words of the document that is here; None where it has others, or lies on pages that are not there.

    Where the document's text is not known, what the file says is believed.
    """
    if span is None or text is None:
        return span if span is not None and span.text else None
    words, pages = text.text[span.start : span.end], {page.number for page in text.pages}
    placed = not pages or {span.page, *(piece.page for piece in span.more)} <= pages
    stands = words.split() == span.text.split() if span.text else bool(words.strip())
    return msgspec.structs.replace(span, text=words) if stands and placed else None


def _count(finding: Finding, found: HandedFinding, counts: dict[str, int]) -> None:
    said = matters(found.decision)
    if said is None:
        return
    counts["decided"] += 1
    own = matters(finding.decision) if is_own(finding) else None
    counts["undecided" if own is None else "same" if own == said else "otherwise"] += 1


def _changes(finding: Finding, opinion: Opinion | None, workspace: Workspace, withdrawn: str = "") -> Iterable[Single]:
    """What a new opinion changes of a finding: itself, and what is taken from the opinions where one has none oneself."""
    name = opinion.reviewer if opinion is not None else withdrawn
    before = next((each for each in finding.opinions if each.reviewer == name), None)
    known = None if before is None else replace(before, settled=None)
    if known == opinion or (before is not None and opinion is not None and before.handed_at > opinion.handed_at):
        return
    yield operations.SetOpinion(finding.id, name, opinion)
    if is_own(finding):
        return
    others = [each for each in finding.opinions if each.reviewer != name]
    yield from _taken(finding, [*others, opinion] if opinion is not None else others)


def _taken(finding: Finding, opinions: Sequence[Opinion]) -> Iterable[Single]:
    """Let the finding be what these opinions agree on, in the name of the one who decided last; else undecided."""
    said = {matters(each.decision) for each in opinions} - {None}
    decided = [each for each in opinions if each.decision != "undecided"]
    chosen = max(decided, key=lambda each: (each.at, each.reviewer)) if len(said) == 1 else None
    source, taken = taken_from(finding), chosen or Opinion("", "undecided")
    at = (taken.at or "-") if chosen is not None else "-"
    span = None if taken.span == finding.proposed else taken.span
    if span != (finding.span if finding.proposal is not None else None):
        yield operations.SetRange(finding.id, span, taken.decision, taken.reviewer, at)
    yield operations.SetDecision(finding.id, taken.decision, taken.reviewer, at)
    if source is not None or taken.tags is not None:
        yield operations.SetTags(finding.id, taken.tags)
    for name in _TAKEN:
        own = getattr(finding, name)
        if not own or (source is not None and own == getattr(source, name)):
            yield _SETTERS[name](finding.id, getattr(taken, name))


_SETTERS: dict[str, Any] = {
    "comment": operations.SetComment,
    "owner": operations.SetOwner,
    "due": operations.SetDue,
    "raised": operations.SetRaised,
}


def _name_here(workspace: Workspace, review: Review) -> str:
    """What the reviewer is called in this workspace: by her name, with her key where another bears the same name."""
    ours = signing_key().signer.fingerprint
    name, own = " ".join(review.reviewer.split()) or _unnamed(review.signer), workspace.reviewer or _unnamed(ours)
    if (name, review.signer) == (own, ours):
        raise FusenError(
            "unsupported",
            "These are your own decisions, which you have handed over yourself.",
            "Choose a file that another reviewer handed over.",
        )
    known = {
        opinion.reviewer: opinion.signer
        for stored in workspace.documents()
        for finding in workspace.stored_findings(stored.sha256)
        for opinion in finding.opinions
    } | {own: ours}
    # The beginning of a fingerprint can be made to measure: as much of it as tells them apart.
    names = (name, *(f"{name} ({review.signer[:length]})" for length in (6, 16, 64)))
    return next((each for each in names if known.get(each, review.signer) == review.signer), names[-1])


def _unnamed(signer: str) -> str:
    return f"Reviewer {signer[:6]}"
