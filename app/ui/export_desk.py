"""Puts the export page into the window: it hears what changed, leads to findings, and its end is told where it is not seen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from app.export.brief import BriefFinding
from app.ui.export_page import ExportPage
from app.ui.export_words import written_words
from app.ui.export_writing import Outcome
from app.ui.hub import Message
from app.ui.whole import Place

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.session import Session


def make_export_page(window: MainWindow, session: Session) -> ExportPage:
    """The page of this window."""
    page = ExportPage(session.archive, session.exporter, session.settings, session.state)
    hub = session.hub

    def go(finding: BriefFinding) -> None:
        file = next((entry.file for entry in session.archive.shelf() if entry.sha256 == finding.document), None)
        page.left.emit()
        if file is not None:  # it may have been forgotten since
            window.whole.go_to(finding.document, file, Place(finding.start, finding.end))

    def tell(outcomes: Sequence[Outcome]) -> None:
        written = [outcome.target for outcome in outcomes if outcome.error is None]
        file = session.state.current
        hub.announced.emit(
            file.key if file is not None else 0,
            Message(
                "success" if len(written) == len(outcomes) else "error",
                written_words(outcomes),
                folder=str(written[0].output.parent) if written else None,
            ),
        )

    page.wanted.connect(go)
    page.ended.connect(tell)
    hub.findings.connect(lambda *_: page.follow() if page.isVisible() else None)
    return page
