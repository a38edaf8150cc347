"""From the workspace to the brief: the one call that the window and the command line make before they export."""

from __future__ import annotations

from collections.abc import Sequence

from app.documents.document import Language
from app.errors import FusenError
from app.export.brief import Brief, BriefSource, make_brief
from app.workspace.store import Workspace


def brief_of(
    workspace: Workspace,
    documents: Sequence[str] | str | None = None,
    *,
    title: str | None = None,
    purpose: str = "",
    language: Language | None = None,
) -> Brief:
    """The brief of the documents with these hashes (one or several), or of all that were analysed.

    Raises FusenError `empty` when none of them was analysed, `damaged` when an analysis cannot be read.
    """
    wanted = (documents,) if isinstance(documents, str) else documents
    sources = []
    for stored in workspace.documents():
        if wanted is not None and stored.sha256 not in wanted:
            continue
        analysis = workspace.analysis(stored.sha256)
        if analysis is not None:
            findings = workspace.findings(stored.sha256)
            known = (stored.file, stored.title, stored.format, stored.page_count)
            sources.append(BriefSource(*known, analysis, findings, stored.page_labels))
    if not sources:
        raise FusenError("empty", f"{workspace.path.name} holds no analysed document.", "Analyse a document first.")
    return make_brief(sources, title=title, purpose=purpose, language=language)
