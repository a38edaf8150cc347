"""A contract in three versions, and what tests of versions say and check of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from samples import ENGLISH, make_analysis, make_document

from app.documents.document import Document
from app.review.findings import Finding
from app.workspace.across import Wish
from app.workspace.briefing import brief_of
from app.workspace.store import Workspace

INSURANCE = "The Supplier shall keep insurance cover against fire and theft of all stored goods."
NEW = (
    ENGLISH[0],
    INSURANCE,
    ENGLISH[2],
    "The Supplier's total liability shall not exceed\nthe fees paid in the twelve months before the claim.".replace(
        "\n", " "
    ),
    ENGLISH[3].replace("thirty", "ninety"),
    ENGLISH[4],
)
FIRST = make_document(file="/contracts/services v1.pdf")
SECOND = make_document(NEW, file="/contracts/services v2.pdf")
THIRD = make_document((*NEW[:-1], "The parties shall meet monthly."), file="/contracts/services v3.pdf")


def saved(workspace: Workspace, document: Document, selected: tuple[int, ...]) -> tuple[Finding, ...]:
    workspace.save_analysis(document, make_analysis(document, selected=selected))
    return workspace.findings(document.sha256)


def by_text(workspace: Workspace, document: Document) -> dict[str, Finding]:
    return {finding.proposed.text: finding for finding in workspace.findings(document.sha256)}


def agree(workspace: Workspace) -> None:
    """What the documents' own lists show is listed and counted wherever all documents are."""
    own = {document.sha256: workspace.findings(document.sha256) for document in workspace.documents()}
    counts = {name: (len(found), sum(f.decision != "undecided" for f in found)) for name, found in own.items()}
    assert {each.sha256: (each.total, each.decided) for each in workspace.library.shelf()} == counts
    for sha256, found in own.items():
        asked = workspace.versions.asked_ids(sha256)
        assert asked <= {f.id for f in found}
        brief = brief_of(workspace, sha256)
        assert {f.id for f in brief.undecided} == {f.id for f in found if f.decision == "undecided"}
        (shown,) = brief.documents
        assert shown.not_looked_at.undecided == len(brief.undecided)
    every = [f for found in own.values() for f in found]
    for decision in (None, "undecided", "accepted"):
        for order in ("document", "decision", "owner", "due"):
            listed = workspace.library.across(Wish(decision=decision), order)
            expected = {f.id for f in every if decision in (None, f.decision) and not _goes_on(workspace, f.id, own)}
            assert listed.total == len(listed.findings) == len(expected)
            assert {f.id for f in listed.findings} == expected
    assert workspace.library.occurring().tags == tuple(sorted({tag.tag for f in every for tag in f.tags}))


def _goes_on(workspace: Workspace, name: str, own: Mapping[str, Sequence[Finding]]) -> bool:
    """The plain reference: whether one of the findings that continue it is listed in its document."""
    rows = workspace._connection.execute("SELECT finding_id FROM carried WHERE source_id = ?", (name,)).fetchall()
    listed = {f.id for found in own.values() for f in found}
    return any(newer in listed or _goes_on(workspace, newer, own) for (newer,) in rows)
