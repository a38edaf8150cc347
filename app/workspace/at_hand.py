"""A document's file for who needs it without a window: where it was, where it moved to near by, or as the workspace keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from app.workspace import embedding, originals
from app.workspace.store import StoredDocument, Workspace


@contextmanager
def file_of(workspace: Workspace, stored: StoredDocument) -> Iterator[Path]:
    """The file of a document; a copy that was taken out of the workspace goes at the end.

    Where there is none, it is the place where it was: whoever opens that says that it is gone. Raises FusenError as
    `Embedding.take_out`.
    """
    place = Path(stored.file)
    wanted, size = workspace.originals.of(stored.sha256), originals.size_of(place)
    if wanted is None or (
        size and wanted.size in (0, size)
    ):  # of another size it is another document, under the same name
        yield place
        return
    found = originals.find(wanted, workspace.originals.folders())
    if found is not None:
        workspace.originals.moved(stored.sha256, found)
        yield found
    elif workspace.embedding.holds(stored.sha256):
        copy = workspace.embedding.take_out(stored.sha256, place.name)
        try:
            yield copy
        finally:
            embedding.discard(copy)
    else:
        yield place


@contextmanager
def files_of(workspace: Workspace, documents: Iterable[StoredDocument]) -> Iterator[dict[str, Path]]:
    """The files of several documents, by their hashes: see `file_of`."""
    with ExitStack() as stack:
        yield {stored.sha256: stack.enter_context(file_of(workspace, stored)) for stored in documents}
