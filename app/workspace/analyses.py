"""The analyses that a workspace keeps of each document, by model and settings: who goes back to earlier settings does not wait.

As `Workspace`, of which it is a part, `Analyses` belongs to the thread that opened the workspace.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from app.analysis.analysis import Analysis, AnalysisSettings
from app.documents.document import Document
from app.errors import FusenError
from app.workspace import packing
from app.workspace.database import explained

if TYPE_CHECKING:
    from app.workspace.store import Workspace

KEPT = 6
"""Analyses of one document, those that were current last. Each takes up to a megabyte for a few hundred pages, and who compares
settings goes between two or three; a later model replaces them all in time."""


class Analyses:
    """Made by `Workspace.analyses`."""

    def __init__(self, workspace: Workspace, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._path = workspace.path

    def of(self, document: Document, model_sha256: str, settings: AnalysisSettings) -> Analysis | None:
        """The stored analysis of this text by this model under these settings; None where there is none.

        One of a text that was read otherwise, as before pages were recognised, is not of this text: its offsets would lie.
        One that cannot be read counts as none.
        """
        with explained(self._path):
            row = self._connection.execute(
                "SELECT content FROM analyses WHERE document_sha256 = ? AND model_sha256 = ? AND settings = ?",
                (document.sha256, model_sha256, packing.pack_settings(settings)),
            ).fetchone()
        if row is None:
            return None
        try:
            analysis = packing.unpack_analysis(row[0], self._path)
        except FusenError:
            return None
        text = document.text
        return analysis if all(text[p.start : p.end] == p.text for p in analysis.passages) else None

    def make_current(self, analysis: Analysis) -> None:
        """Give a stored analysis the highest number, within the caller's transaction."""
        self._connection.execute(
            "UPDATE analyses SET number = (SELECT max(number) + 1 FROM analyses)"
            " WHERE document_sha256 = ? AND model_sha256 = ? AND settings = ?",
            (analysis.sha256, analysis.model.sha256, packing.pack_settings(analysis.settings)),
        )

    def forget_oldest(self, sha256: str) -> None:
        """Keep the latest `KEPT` of a document, within the caller's transaction."""
        self._connection.execute(
            "DELETE FROM analyses WHERE document_sha256 = ? AND number NOT IN"
            " (SELECT number FROM analyses WHERE document_sha256 = ? ORDER BY number DESC LIMIT ?)",
            (sha256, sha256, KEPT),
        )
