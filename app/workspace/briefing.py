"""From the workspace to the brief: the one call that the window and the command line make before they export."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from app.analysis.analysis import Analysis
from app.analysis.structure.values import Structure
from app.documents.document import Document, Language
from app.errors import FusenError
from app.export.brief import Brief, BriefSource, ChangeNote, Opinion, make_brief
from app.review.findings import Finding
from app.review.handover import is_own
from app.review.headings import headings_alone
from app.review.ledger import Ledger, make_ledger
from app.review.sections import cut
from app.review.settling import decided_alone
from app.workspace.changes import change_notes
from app.workspace.store import StoredDocument, Workspace
from app.workspace.texts import document_of

ReadStructure = Callable[[Document], Structure]
"""What the text of a document says of its structure. The document has what is stored of it: no sizes of pages, no quads."""


def brief_of(
    workspace: Workspace,
    documents: Sequence[str] | str | None = None,
    *,
    title: str | None = None,
    purpose: str = "",
    language: Language | None = None,
    read_structure: ReadStructure = headings_alone,
    changes: Sequence[ChangeNote] = (),
) -> Brief:
    """The brief of the documents with these hashes (one or several), or of all that were analysed.

    Without `changes` they are those since the version before, of documents of which one is known. `read_structure` finds
    the headings and clauses above each finding; the window gives what it knows of open documents.
    Raises FusenError `empty` when none of them was analysed, `damaged` when an analysis cannot be read.
    """
    wanted = (documents,) if isinstance(documents, str) else documents
    sources = []
    for stored in workspace.documents():
        if wanted is not None and stored.sha256 not in wanted:
            continue
        analysis = workspace.analysis(stored.sha256)
        if analysis is not None:
            sources.append(_source(workspace, stored, analysis, read_structure))
    if not sources:
        raise FusenError("empty", f"{workspace.path.name} holds no analysed document.", "Analyse a document first.")
    head = workspace.audit_head()
    notes = changes or change_notes(workspace, (source.analysis.sha256 for source in sources))
    return make_brief(sources, title=title, purpose=purpose, language=language, audit_head=head, changes=notes)


def _source(
    workspace: Workspace, stored: StoredDocument, analysis: Analysis, read_structure: ReadStructure
) -> BriefSource:
    findings = workspace.findings(stored.sha256)
    text = workspace.library.text(stored.sha256)
    structure = ledger = None
    if text is not None:
        document = document_of(text, analysis, stored.file, stored.format, stored.page_count)
        structure = read_structure(document)
        ledger = _ledger(workspace, document, structure, analysis, findings)
    known = (stored.file, stored.title, stored.format, stored.page_count)
    opinions = {finding.id: _opinions(finding, workspace.reviewer) for finding in findings if finding.opinions}
    named = {finding.decided_by for finding in findings if is_own(finding)} - {""}
    reviewer = workspace.reviewer or (named.pop() if len(named) == 1 else "")
    labels, version = stored.page_labels, len(workspace.versions.history(stored.sha256))
    return BriefSource(
        *known,
        analysis,
        findings,
        labels,
        structure,
        ledger,
        version=str(version) if version > 1 else "",
        reviewer=reviewer,
        opinions=opinions or None,
    )


def _opinions(finding: Finding, reviewer: str) -> tuple[Opinion, ...]:
    """What each reviewer decided on a finding on her own, the workspace's own one first."""
    said = [Opinion(each.reviewer, each.decision, each.comment) for each in finding.opinions]
    alone, by = decided_alone(finding)
    name = by or reviewer
    return (*([Opinion(name, alone, finding.comment)] if alone != "undecided" and name else []), *said)


def _ledger(
    workspace: Workspace,
    document: Document,
    structure: Structure,
    analysis: Analysis,
    findings: Sequence[Finding],
) -> Ledger:
    paged = document.format == "pdf"
    return make_ledger(
        cut(structure, len(document.text)),
        document.pages if paged else (),
        ((passage.start, passage.end) for passage in analysis.passages),
        findings,
        workspace.looks.shown(document.sha256, "page" if paged else "character"),
        paged=paged,
        asked=workspace.versions.asked_ids(document.sha256),
    )
