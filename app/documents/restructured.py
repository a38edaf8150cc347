"""reStructuredText -> pieces, through docutils' parser with every directive disabled that reads a file or passes markup through.

Only the parser is used. What docutils does afterwards (replacing, numbering, contents) is not: hostile replacements grow without
end. Directives and roles that docutils does not know, such as those of Sphinx, are read for their words.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, cast

from docutils import nodes
from docutils.frontend import get_default_settings
from docutils.parsers.rst import Parser
from docutils.parsers.rst.states import Inliner
from docutils.utils import new_document

from app.documents.document import BlockType, Cell, Notice
from app.documents.pieces import Piece, Pieces, TooManyMarksError, join_lines
from app.documents.tables import TableGrid
from app.documents.web_page import comments_notice, read_page, roman

LONGEST_RESTRUCTURED = 512 << 10
LONGEST_LINE = 10_000
"""In characters. What is longer is read as plain text: docutils reads some 50,000 characters a second."""

# Marks that nothing closes make docutils look ahead to the paragraph's end from each. Ordinary documents stay far below this
# sum of marks times characters, which is spent after seconds.
_MOST_LOOKING_AHEAD = 60_000_000
_MARKS = re.compile(r"[*`|_\[]")

_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 5,
    "halt_level": 6,
    "line_length_limit": LONGEST_LINE,
    "syntax_highlight": "none",
    "smart_quotes": False,
    "record_dependencies": None,
    "pep_references": False,
    "rfc_references": False,
}
_READS = re.compile(
    r"^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?(?:include|literalinclude|raw|toctree|auto\w+)::|^[ \t]+:(?:file|url):[ \t]*\S",
    re.MULTILINE,
)
_ROLE = re.compile(r":[\w:.+-]+:`([^`<]*?)\s*(?:<[^>`]*>)?`|`([^`]*)`:[\w:.+-]+:")
_DIRECTIVE = re.compile(r"\s*\.\.\s+(?:\|[^|]+\|\s+)?[\w:.+-]+::[ \t]*(.*)")
_RAW_HTML = re.compile(r"\s*\.\.\s+raw::\s*html")
_OPTION = re.compile(r"\s*:[\w -]+:(?:\s|$)")
_DROPPED = (nodes.target, nodes.substitution_definition, nodes.pending, nodes.raw, nodes.Invisible, nodes.colspec)
_ADMONITIONS = (
    nodes.attention,
    nodes.caution,
    nodes.danger,
    nodes.error,
    nodes.hint,
    nodes.important,
    nodes.note,
    nodes.tip,
)


def read_restructured(text: str) -> Pieces:
    """The pieces of a document of at most `LONGEST_RESTRUCTURED` characters, with no line beyond `LONGEST_LINE`.

    Raises `RecursionError` where it is nested too deeply, `TooManyMarksError` where understanding it would take too long.
    """
    text = text.replace("\f", "")
    # The settings of docutils' own command line are not ours, and none is read from the user's or the document's folder.
    settings = get_default_settings(cast(Any, Parser))
    for name, value in _SETTINGS.items():
        setattr(settings, name, value)
    settings.warning_stream = io.StringIO()
    document = new_document("document", settings)
    Parser(inliner=_giving_up_in_time()).parse(text, document)
    reader = _Reader(document)
    pieces = list(reader.blocks(document, 0))
    notices = [comments_notice(reader.comments)] if reader.comments else []
    if _READS.search(text):
        told = "The document asks to take in other files; none was read."
        notices.append(Notice("remote-content", told))
    return Pieces(pieces, notices)


def _giving_up_in_time() -> Inliner:
    """Docutils' reader of marks within paragraphs, which raises `TooManyMarksError`; of a subclass it would miss attributes."""
    inliner = Inliner()
    own, spent = inliner.parse, 0

    def parse(text: str, lineno: int, memo: Any, parent: Any) -> Any:
        nonlocal spent
        spent += len(_MARKS.findall(text)) * len(text)
        if spent > _MOST_LOOKING_AHEAD:
            raise TooManyMarksError
        return own(text, lineno, memo, parent)

    inliner.parse = parse  # type: ignore[method-assign] # for the reason above
    return inliner


class _Reader:
    """Walks through docutils' nodes in the order of the text."""

    def __init__(self, document: nodes.document) -> None:
        self.comments = 0
        self._table_count = 0
        self._substitutions = document.substitution_defs

    def blocks(
        self, parent: nodes.Element, depth: int, type_: BlockType = "paragraph", level: int | None = None
    ) -> Iterator[Piece]:
        """The pieces below a node. `depth` counts sections, `type_` and `level` are for the paragraphs directly below."""
        for node in parent.children:
            if isinstance(node, nodes.title | nodes.subtitle):
                is_section = isinstance(parent, nodes.section | nodes.document)
                yield Piece(
                    "heading" if is_section else "paragraph", self.words(node), max(depth, 1) if is_section else None
                )
            elif isinstance(node, nodes.section):
                yield from self.blocks(node, min(depth + 1, 6))
            elif isinstance(node, nodes.comment):
                self.comments += 1
                for part in re.split(r"\n\s*\n", node.astext()):
                    yield Piece("footnote", join_lines(part.split("\n")))
            elif isinstance(node, nodes.system_message):
                yield from _unknown(node)
            elif isinstance(node, nodes.bullet_list | nodes.enumerated_list):
                yield from self._list(node, depth, (level or 0) + 1 if type_ == "list-item" else 1)
            elif isinstance(node, nodes.table):
                yield from self._table(node)
            elif isinstance(node, nodes.footnote | nodes.citation):
                yield from self._note(node)
            elif isinstance(node, nodes.field):
                yield from self._field(node, depth)
            elif isinstance(node, nodes.image):
                yield Piece(type_, str(node.get("alt", "")), level)
            elif isinstance(node, _DROPPED):
                continue
            elif isinstance(node, nodes.FixedTextElement):
                yield Piece(type_, node.astext(), level, preformatted=True)
            elif isinstance(node, nodes.line_block):
                yield Piece(type_, "\n".join(self._lines(node)), level)
            elif isinstance(node, nodes.TextElement):
                yield Piece(type_, self.words(node), level)
            elif isinstance(node, nodes.Element):
                if isinstance(node, (*_ADMONITIONS, nodes.warning)):
                    yield Piece(type_, f"{type(node).__name__.capitalize()}:", level)
                yield from self.blocks(node, depth, type_, level)

    def words(self, node: nodes.Element) -> str:
        """The text of one paragraph, its lines joined."""
        return join_lines("".join(self._inline(node)).split("\n"))

    def _inline(self, node: nodes.Element) -> Iterator[str]:
        for child in node.children:
            if isinstance(child, nodes.Text):
                yield child.astext()
            elif isinstance(child, nodes.substitution_reference):
                meant = self._substitutions.get(str(child.get("refname", "")))
                alone = meant is not None and not any(meant.findall(nodes.substitution_reference))
                yield meant.astext() if meant is not None and alone and len(meant.astext()) <= 200 else child.astext()
            elif isinstance(child, nodes.problematic):
                yield _ROLE.sub(lambda found: found[1] or found[2] or "", child.astext())
            elif isinstance(child, nodes.image):
                yield str(child.get("alt", ""))
            elif isinstance(child, nodes.footnote_reference | nodes.citation_reference):
                yield f"[{child.astext() or child.get('refname', '#')}]"
            elif isinstance(child, nodes.Element) and not isinstance(child, nodes.Invisible | nodes.raw):
                yield from self._inline(child)

    def _list(self, node: nodes.Element, depth: int, level: int) -> Iterator[Piece]:
        number = int(node.get("start", 1))
        for item in node.children:
            mark = str(node.get("bullet", "-"))
            if isinstance(node, nodes.enumerated_list):
                mark = f"{node.get('prefix', '')}{_numeral(number, str(node.get('enumtype')))}{node.get('suffix', '.')}"
                number += 1
            for piece in self.blocks(cast(nodes.Element, item), depth, "list-item", level):
                if mark and piece.type == "list-item":
                    piece, mark = Piece(piece.type, f"{mark} {piece.text}", piece.level), ""
                yield piece

    def _table(self, node: nodes.table) -> Iterator[Piece]:
        for title in node.children:
            if isinstance(title, nodes.title):
                yield Piece("paragraph", self.words(title))
        places = {id(entry): cell for table in node.findall(nodes.table) for entry, cell in self._places(table)}
        for entry in node.findall(nodes.entry):
            # What stands in a cell is one block, also where it is a list; a table within one comes by itself.
            if not any(entry.findall(nodes.table)):
                text = "\n".join(piece.text for piece in self.blocks(entry, 0) if piece.text)
                yield Piece("table-cell", text, cell=places.get(id(entry)))

    def _places(self, table: nodes.table) -> Iterator[tuple[nodes.entry, Cell]]:
        """The cells of a table, without those of a table in one of them."""
        grid = TableGrid(self._table_count)
        self._table_count += 1
        groups = [group for group in table.children if isinstance(group, nodes.tgroup)]
        for part in (part for group in groups for part in group.children):
            for row in part.children if isinstance(part, nodes.thead | nodes.tbody) else ():
                grid.begin_row()
                for entry in cast(nodes.Element, row).children:
                    if isinstance(entry, nodes.entry):
                        rows, columns = (int(entry.get(name, 0)) + 1 for name in ("morerows", "morecols"))
                        yield entry, grid.place(rows, columns)

    def _note(self, node: nodes.Element) -> Iterator[Piece]:
        label = ""
        for child in node.children:
            if isinstance(child, nodes.label):
                label = f"[{child.astext()}] "
        body = [child for child in node.children if not isinstance(child, nodes.label)]
        holder = nodes.container()
        holder.children = body
        for piece in self.blocks(holder, 0, "footnote"):
            yield Piece(piece.type, label + piece.text, piece.level)
            label = ""

    def _field(self, node: nodes.field, depth: int) -> Iterator[Piece]:
        name, body = (cast(nodes.Element, child) for child in node.children)
        label = f"{self.words(name)}: "
        for piece in self.blocks(body, depth):
            yield Piece(piece.type, label + piece.text, piece.level)
            label = ""
        if label:
            yield Piece("paragraph", label.strip())

    def _lines(self, node: nodes.Element) -> Iterator[str]:
        for child in node.children:
            if isinstance(child, nodes.line):
                yield self.words(child)
            elif isinstance(child, nodes.Element):
                yield from self._lines(child)


def _unknown(message: nodes.system_message) -> Iterator[Piece]:
    """The words of a directive that is unknown or disabled; other messages are about marks, and hold no text."""
    for block in message.findall(nodes.literal_block):
        lines = block.astext().split("\n")
        first = _DIRECTIVE.match(lines[0])
        if first is None:
            continue
        rest = [line for line in lines[1:] if not _OPTION.match(line)]
        if _RAW_HTML.match(lines[0]):
            yield from read_page("\n".join(rest)).pieces
            continue
        for part in re.split(r"\n\s*\n", "\n".join([first[1], *rest])):
            yield Piece("paragraph", _ROLE.sub(lambda found: found[1] or found[2] or "", join_lines(part.split("\n"))))


def _numeral(number: int, kind: str) -> str:
    if kind in ("loweralpha", "upperalpha") and 1 <= number <= 26:
        return chr(number + (96 if kind == "loweralpha" else 64))
    if kind in ("lowerroman", "upperroman") and 1 <= number < 4000:
        return roman(number) if kind == "upperroman" else roman(number).lower()
    return str(number)
