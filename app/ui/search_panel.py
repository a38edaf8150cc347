"""The search over the texts of all documents of the workspace; documents with hits come as they are found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer, Signal

from app.errors import FusenError
from app.ui.archive import Archive, Cancel
from app.ui.place_list import PlaceRow
from app.ui.side_panel import SidePanel
from app.ui.words import error_words
from app.workspace.library import DocumentHits

_PAUSE = 300
"""Milliseconds without typing after which is searched."""
MOST_ROWS = 5000


@dataclass(frozen=True, slots=True)
class Target:
    """A place in a document that need not be open."""

    sha256: str
    file: str
    start: int
    end: int
    page: int


def hit_rows(found: DocumentHits) -> list[PlaceRow]:
    """A document with its places; of those beyond the ones that are listed, how many there are."""
    if found.total > len(found.hits):
        count = QCoreApplication.translate("Places", "{shown} of {n} places")
    elif found.total == 1:
        count = QCoreApplication.translate("Places", "1 place")
    else:
        count = QCoreApplication.translate("Places", "{n} places")
    count = count.format(shown=len(found.hits), n=found.total)
    rows = [PlaceRow(Path(found.file).name, count, head=True)]
    for hit in found.hits:
        place = QCoreApplication.translate("Places", "p. {page}").format(page=hit.label) if found.paged else ""
        target = Target(found.sha256, found.file, hit.start, hit.end, hit.page)
        rows.append(PlaceRow(hit.excerpt, place, target, hit.marked))
    return rows


class SearchPanel(SidePanel):
    """`followed` carries the `Target` of a place."""

    followed = Signal(object)

    def __init__(self, archive: Archive) -> None:
        title = QCoreApplication.translate("Search", "Search all documents")
        super().__init__(title, QCoreApplication.translate("Search", "Words in any document of the workspace"), 2)
        self._archive = archive
        self._cancel: Cancel | None = None
        self._searched = ""
        self._documents = self._places = 0
        self._pause = QTimer(self, interval=_PAUSE, singleShot=True)
        self._pause.timeout.connect(self.search)
        self.field.textEdited.connect(lambda _text: self._pause.start())
        self.field.returnPressed.connect(self._enter)
        self.list.followed.connect(self.followed)

    def search(self) -> None:
        """Search for what stands in the field."""
        self._pause.stop()
        self.cancel()
        self._searched = " ".join(self.field.text().split())
        self._documents = self._places = 0
        self.list.show_rows([])
        if self._searched:
            self.show_working(working=True)
            self._cancel = self._archive.search(self._searched, self._found, self._done, self._failed)

    def cancel(self) -> None:
        """Search no further."""
        if self._cancel is not None:
            self._cancel()
            self._cancel = None
        self.show_working(working=False)
        self.tell("")

    def _enter(self) -> None:
        if self._searched == " ".join(self.field.text().split()) and self.list.rows:
            self.list.enter()
        else:
            self.search()

    def _found(self, hits: DocumentHits) -> None:
        self._documents += 1
        self._places += hits.total
        if len(self.list.rows) < MOST_ROWS:
            self.list.add_rows(hit_rows(hits))
        self.tell(self._told())

    def _done(self) -> None:
        self._cancel = None
        self.show_working(working=False)
        self.tell(self._told())

    def _failed(self, error: FusenError) -> None:
        self._cancel = None
        self.show_working(working=False)
        self.tell(" ".join(error_words(error)).strip())

    def _told(self) -> str:
        if not self._documents:
            return self.tr("No document of the workspace holds these words.")
        places = self.tr("1 place") if self._places == 1 else self.tr("{n:,} places").format(n=self._places)
        documents = (
            self.tr("1 document") if self._documents == 1 else self.tr("{n:,} documents").format(n=self._documents)
        )
        return self.tr("{places} in {documents}").format(places=places, documents=documents)
