"""DOCX -> Document: the parts in the order in which they are read, joined to one text with its blocks and what hangs on it."""

from __future__ import annotations

from pathlib import Path
from typing import IO

from app.documents.collecting import without_collection
from app.documents.document import Document, Page
from app.documents.docx.assembly import assemble
from app.documents.docx.comments import read_comments
from app.documents.docx.names import W_BODY, W_ID, W_P, W_TYPE, Element, is_on, w
from app.documents.docx.notices import notices_of
from app.documents.docx.numbering import Numbering
from app.documents.docx.package import (
    LARGEST_MAIN_PART,
    BrokenPartError,
    Package,
    Progress,
    Relation,
    children_of,
    damaged,
    open_package,
)
from app.documents.docx.story import Context, Draft, Story
from app.documents.docx.styles import Ground, Styles
from app.documents.files import sha256_of
from app.documents.guessing import guess_kind, guess_language

_NOTE_TYPES = (None, "normal")
_BEHIND_TEXT = b'behindDoc="1"'


def read_docx(path: Path, content: IO[bytes] | None = None, progress: Progress | None = None) -> Document:
    """The document as one page without size. Raises `FusenError`.

    `content` is read in the file's place, as after decryption. `progress(done, total)` is called as the body is read, in
    bytes of its XML; what it raises ends the reading.
    """
    if content is not None:
        return _read(path, content, progress)
    with path.open("rb") as file:
        return _read(path, file, progress)


def _read(path: Path, file: IO[bytes], progress: Progress | None) -> Document:
    package = open_package(file, path.name)
    with package.archive:
        try:
            with without_collection():
                reading = Reading(package)
                assembled = assemble(reading.drafts(progress), reading.comments(), reading.context.met.moves)
        except (BrokenPartError, RecursionError) as error:
            raise damaged(path.name) from error
        notices = notices_of(package, reading.context.met, assembled, reading.missing)
    text = assembled.text
    return Document(
        file=str(path),
        sha256=sha256_of(path),
        format="docx",
        language=guess_language(text),
        kind=guess_kind(text),
        page_count=1,
        text=text,
        pages=(Page(1, 0.0, 0.0, 0, len(text)),),
        blocks=assembled.blocks,
        warnings=notices,
        revisions=assembled.revisions,
        comments=assembled.comments,
    )


class Reading:
    """One document on its way: what its parts say of each other, and which of them were not there.

    Where it is `traced`, drafts keep where their text came from, and `roots` the trees of the parts by their names. That takes
    memory: a document may be read that is too long to be traced.
    """

    def __init__(self, package: Package, *, traced: bool = False) -> None:
        self._package = package
        self._traced = traced
        self.roots: dict[str, Element] = {}
        self._relations = package.relations(package.main)
        self.missing: list[str] = []
        styles = Styles(self._related("styles"))
        self.context = Context(styles, Numbering(self._related("numbering"), styles.numbering_of), traced=traced)

    def drafts(self, progress: Progress | None) -> list[Draft]:
        """Page headers, body, footnotes, endnotes, page footers. Raises `BrokenPartError` for the body only."""
        body = self._body(progress)
        notes = [*self._notes("footnotes"), *self._notes("endnotes")]
        running = self._running()
        headers = [draft for draft in running if draft.type == "page-header"]
        footers = [draft for draft in running if draft.type != "page-header"]
        return [*headers, *body, *notes, *footers]

    def comments(self) -> list[tuple[str, str, str, str]]:
        """Id, author, date and text of each comment."""
        return read_comments(self._related("comments"))

    def _body(self, progress: Progress | None) -> list[Draft]:
        main = self._package.main
        data = self._package.data(main, LARGEST_MAIN_PART)
        # White letters on a picture that lies behind the text are seen; on which letters it lies is not known here.
        ground: Ground = "unknown" if _BEHIND_TEXT in data or b":background " in data else None
        story = Story(self.context, main, ground=ground)
        if self._traced:
            root = self.roots[main] = self._package.xml(main)
            story.read(list(next(root.iter(W_BODY), ())))
        else:
            story.read(children_of(data, W_BODY, self._package.name, progress))
        story.finish()
        return story.drafts

    def _notes(self, kind: str) -> list[Draft]:
        """The notes that the text refers to, in the order of the references."""
        wanted = [id_ for note, id_ in self.context.met.notes if note == kind]
        relation = self._of_kind(kind)
        root = self._related(kind) if wanted else None
        if root is None or relation is None:
            return []
        notes = {note.get(W_ID): note for note in root if note.get(W_TYPE) in _NOTE_TYPES}
        indices = {paragraph: index for index, paragraph in enumerate(root.iter(W_P))}
        story = Story(self.context, relation.target, "footnote")
        for id_ in wanted:
            if id_ in notes:
                story.read_chosen(notes[id_], indices)
        return story.drafts

    def _running(self) -> list[Draft]:
        """Headers and footers, each once: sections often repeat the words of others in parts of their own."""
        settings = self._related("settings")
        evens = settings is not None and bool(is_on(settings.find(w("evenAndOddHeaders"))))
        found: list[Draft] = []
        parts: set[str] = set()
        seen: set[tuple[str, ...]] = set()
        for header in self.context.headers:
            relation = self._relations.get(header.relation)
            if relation is None or relation.external or relation.target in parts or (header.even and not evens):
                continue
            parts.add(relation.target)
            root = self._xml(relation)
            if root is None:
                continue
            story = Story(self.context, relation.target, header.type)
            story.read(root)
            story.finish()
            words = (header.type, *(draft.text for draft in story.drafts))
            if words not in seen:
                seen.add(words)
                found += story.drafts
        return found

    def _of_kind(self, kind: str) -> Relation | None:
        return next((r for r in self._relations.values() if r.kind == kind and not r.external), None)

    def _related(self, kind: str) -> Element:
        """The root of the part of this kind; None where there is none, or where it is broken (which is noted)."""
        relation = self._of_kind(kind)
        return None if relation is None else self._xml(relation)

    def _xml(self, relation: Relation) -> Element:
        try:
            root = self._package.xml(relation.target)
            if self._traced:
                self.roots[relation.target] = root
            return root
        except BrokenPartError:
            if relation.target not in self.missing:
                self.missing.append(relation.target)
            return None
