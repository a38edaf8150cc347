"""The blocks of one part in reading order: paragraphs, tables, content controls, and the text boxes anchored in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from app.documents.document import BlockType
from app.documents.docx.names import (
    ALTERNATE,
    R_ID,
    W_DEL,
    W_INS,
    W_MOVE_FROM,
    W_MOVE_TO,
    W_P,
    W_PPR,
    W_RPR,
    W_SDT,
    W_SDT_CONTENT,
    W_SECTION,
    W_TBL,
    W_TBLPR,
    W_TC,
    W_TCPR,
    W_TR,
    W_TRPR,
    W_TYPE,
    W_VAL,
    Element,
    chosen,
    is_on,
    number_of,
    properties_of,
    value_of,
    w,
)
from app.documents.docx.numbering import Label, Numbering
from app.documents.docx.paragraphs import Change, Line, MarkKind, Met, Origin, ParagraphReader, Span
from app.documents.docx.styles import Ground, Style, Styles, heading_of, numbering_of, shade_of
from app.documents.tables import GrowingCell, TableGrid

_CHANGED = {W_INS, W_DEL, W_MOVE_FROM, W_MOVE_TO}
_WRAPPERS = {W_SDT, W_SDT_CONTENT, w("customXml"), w("smartTag"), *_CHANGED}
_W_STYLE, _W_SHADE, _W_ALT_CHUNK = w("pStyle"), w("shd"), w("altChunk")
_HEADERS: dict[str, BlockType] = {w("headerReference"): "page-header", w("footerReference"): "page-footer"}


@dataclass(slots=True)
class Draft:
    """A block before its offsets are known; without text it only holds the place of what was deleted or commented there.

    `origins` says where the text came from, in offsets that count `lead` characters of white space before it.
    """

    type: BlockType
    level: int | None
    label: str
    text: str
    part: str
    first: int
    last: int
    spans: list[Span]
    marks: list[tuple[str, MarkKind, int]]
    cell: GrowingCell | None = None
    bullet: bool = False
    origins: list[Origin] | None = None
    lead: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """A reference from a section to a header or footer that its pages show."""

    type: BlockType
    relation: str
    even: bool


@dataclass(slots=True)
class Context:
    """What all stories of a document share; `traced`: whether drafts keep where their text came from."""

    styles: Styles
    numbering: Numbering
    met: Met = field(default_factory=Met)
    tables: int = 0
    headers: list[Header] = field(default_factory=list)
    traced: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a block stands."""

    type: BlockType | None = None
    ground: Ground = None
    change: Change | None = None
    cell: GrowingCell | None = None


@dataclass(slots=True)
class _Table:
    """A table that is being read: its grid, and the cell that may go on below in each column."""

    grid: TableGrid
    above: dict[int, GrowingCell] = field(default_factory=dict)


class Story:
    """Reads the blocks of one part. `drafts` grows; `finish` must follow the last block."""

    def __init__(self, context: Context, part: str, type_: BlockType | None = None, ground: Ground = None) -> None:
        self._context = context
        self._part = part
        self._place = Place(type_, ground)
        self._reader = ParagraphReader(context.styles, context.met)
        self._line: Line | None = None
        self._properties: Element = None
        self._style = Style()
        self._count = 0
        self._indices: dict[Element, int] = {}
        self.drafts: list[Draft] = []

    def read(self, blocks: Iterable[Element]) -> None:
        """Blocks at the part's top level, all of them and in their order, as paragraphs are counted."""
        for block in blocks:
            if block.tag == W_P and next(block.iterdescendants(W_P), None) is None:
                self._indices = {block: self._count}
            else:
                self._indices = {element: self._count + i for i, element in enumerate(block.iter(W_P))}
            self._count += len(self._indices)
            self._block(block, self._place)

    def read_chosen(self, blocks: Iterable[Element], indices: dict[Element, int]) -> None:
        """Blocks of a part whose paragraphs were counted before."""
        self._indices = indices
        for block in blocks:
            self._block(block, self._place)
        self.finish()

    def finish(self) -> None:
        """End the last paragraph, whose mark may have been deleted."""
        self._end_line(self._place)

    def _blocks(self, parent: Element, place: Place) -> None:
        for child in parent:
            self._block(child, place)

    def _block(self, child: Element, place: Place) -> None:
        tag = child.tag
        if tag == W_P:
            self._paragraph(child, place)
        elif tag == W_TBL:
            self._end_line(place)
            self._table(child, place)
        elif tag in _CHANGED:
            self._blocks(child, replace(place, change=self._reader.change_of(child, place.change)))
        elif tag in _WRAPPERS:
            self._blocks(child, place)
        elif tag == ALTERNATE:
            branch = chosen(child)
            if branch is not None:
                self._blocks(branch, place)
        elif tag == W_SECTION:
            self._section(child)
        elif tag == _W_ALT_CHUNK:
            self._context.met.embedded = True
        else:
            self._mark(child)

    def _mark(self, element: Element) -> None:
        """Comments may begin and end between blocks; their mark then holds a place of its own."""
        line = self._line or Line()
        if self._reader.mark(element, line) and self._line is None and line.marks:
            self.drafts.append(Draft("paragraph", None, "", "", self._part, 0, 0, [], line.marks))

    def _paragraph(self, element: Element, place: Place) -> None:
        properties = properties_of(element, W_PPR)
        index = self._indices.get(element, 0)
        line = self._line
        if line is None:
            line = self._line = Line(first=index, origins=[] if self._context.traced else None)
        line.last = index
        ground = place.ground
        style_id = None
        if properties is not None:
            style_id = value_of(properties, _W_STYLE)
            ground = shade_of(properties.find(_W_SHADE)) or ground
            section = properties.find(W_SECTION)
            if section is not None:
                self._section(section)
        style = self._style = self._context.styles.paragraph(style_id)
        self._reader.read(element, line, style.look.over(self._context.styles.base), ground, place.change)
        self._properties = properties
        if _mark_is_gone(properties, place.change):
            line.end_taken_away()
        else:
            self._end_line(place)

    def _end_line(self, place: Place) -> None:
        line, properties, style = self._line, self._properties, self._style
        if line is None:
            return
        self._line = self._properties = None
        written = "".join(line.pieces)
        text = written.strip()
        lead = len(written) - len(written.lstrip()) if text else 0
        label = None
        if text or not (_mark_is_gone(properties, place.change) or _mark_is_hidden(properties)):
            label = self._number(properties, style)
        type_, level = self._kind(properties, style, label, place)
        shown = ""
        if label is not None:
            shown = label.text + label.space if text else label.text if type_ == "table-cell" else ""
        if line.spans or line.marks:
            _shift(line, -lead, len(text))
        if text or shown or line.spans or line.marks:
            bullet = label is not None and label.is_bullet and bool(text)
            at = (self._part, line.first, line.last)
            draft = Draft(type_, level, shown, text, *at, line.spans, line.marks, place.cell, bullet)
            draft.origins, draft.lead = line.origins, lead
            self.drafts.append(draft)
        for box, ground in line.boxes:
            self._box(box, replace(place, ground=ground or place.ground))

    def _box(self, box: Element, place: Place) -> None:
        fields = self._reader.pause()
        self._blocks(box, place)
        self._end_line(place)
        self._reader.resume(fields)

    def _number(self, properties: Element, style: Style) -> Label | None:
        """What Word writes before the paragraph, counted on; None where it is in no list."""
        num_id, level = (None, None) if properties is None else numbering_of(properties)
        numbering = self._context.numbering
        if num_id is None:
            num_id = style.num_id
            if num_id is not None and level is None and numbering.has(num_id):
                linked = numbering.level_of_style(num_id, style.numbered_by)
                level = style.level if linked is None else linked
        elif level is None:
            level = style.level if style.num_id == num_id else None
        if num_id is None or not numbering.has(num_id):
            return None
        return numbering.next(num_id, level or 0)

    def _kind(
        self, properties: Element, style: Style, numbered: Label | None, place: Place
    ) -> tuple[BlockType, int | None]:
        if place.type is not None:
            return place.type, None
        stated = None if properties is None else heading_of(properties)
        heading = style.heading if stated is None else stated
        if heading:
            return "heading", heading
        if numbered is not None:
            return "list-item", numbered.level + 1
        return ("list-item", 1) if style.is_list else ("paragraph", None)

    def _table(self, table: Element, place: Place) -> None:
        properties = table.find(W_TBLPR)
        ground = place.ground
        if properties is not None:
            style = self._context.styles.named(value_of(properties, w("tblStyle")) or "")
            own = shade_of(properties.find(_W_SHADE))
            ground = own or ("unknown" if style.shaded else ground)
        grid = TableGrid(self._context.tables)
        self._context.tables += 1
        self._rows(table, replace(place, ground=ground), _Table(grid))

    def _rows(self, parent: Element, place: Place, table: _Table) -> None:
        for child in parent:
            if child.tag == W_TR:
                table.grid.begin_row()
                table.grid.skip(number_of(value_of(child.find(W_TRPR), w("gridBefore"))) or 0)
                self._cells(child, replace(place, change=self._row_change(child, place)), table)
            elif child.tag in _WRAPPERS:
                self._rows(child, self._wrapped(child, place), table)
            else:
                self._mark(child)

    def _cells(self, parent: Element, place: Place, table: _Table) -> None:
        for child in parent:
            if child.tag == W_TC:
                self._cell(child, place, table)
            elif child.tag in _WRAPPERS:
                self._cells(child, self._wrapped(child, place), table)
            else:
                self._mark(child)

    def _cell(self, cell: Element, place: Place, table: _Table) -> None:
        """The continuation of a cell merged downwards shows nothing of its own."""
        properties = cell.find(W_TCPR)
        at = table.grid.place(columns=number_of(value_of(properties, w("gridSpan"))) or 1)
        # Notes, headers and footers stay what they are, in a table too.
        inner = replace(place, type=place.type or "table-cell", cell=GrowingCell(at))
        if properties is not None:
            merge = properties.find(w("vMerge"))
            if merge is not None and merge.get(W_VAL) != "restart":
                if at.column in table.above:
                    table.above[at.column].goes_on(at.row)
                return
            removed = properties.find(w("cellDel"))
            change = place.change
            if removed is not None and (change is None or change.kind not in ("deleted", "moved-away")):
                change = Change("deleted", removed.get(w("author")) or "", removed.get(w("date")) or "")
            inner = replace(inner, ground=shade_of(properties.find(_W_SHADE)) or place.ground, change=change)
        if inner.cell is not None:
            table.above[at.column] = inner.cell
        self._blocks(cell, inner)
        self._end_line(inner)

    def _row_change(self, row: Element, place: Place) -> Change | None:
        removed = row.find(f"{W_TRPR}/{W_DEL}")
        return place.change if removed is None else self._reader.change_of(removed, place.change)

    def _wrapped(self, child: Element, place: Place) -> Place:
        if child.tag not in _CHANGED:
            return place
        return replace(place, change=self._reader.change_of(child, place.change))

    def _section(self, section: Element) -> None:
        """Note the headers and footers that the section's pages show; the first page's only where it has its own."""
        first_differs = bool(is_on(section.find(w("titlePg"))))
        for tag, type_ in _HEADERS.items():
            for reference in section.iterchildren(tag):
                kind = reference.get(W_TYPE)
                if kind != "first" or first_differs:
                    self._context.headers.append(Header(type_, reference.get(R_ID) or "", kind == "even"))


def _mark_is_gone(properties: Element, change: Change | None) -> bool:
    """Whether the paragraph's end was deleted or moved away, so that the next one goes on where this stops."""
    if change is not None and change.kind in ("deleted", "moved-away"):
        return True
    marks = None if properties is None else properties.find(W_RPR)
    return marks is not None and (marks.find(W_DEL) is not None or marks.find(W_MOVE_FROM) is not None)


def _mark_is_hidden(properties: Element) -> bool:
    marks = None if properties is None else properties.find(W_RPR)
    return marks is not None and bool(is_on(marks.find(w("vanish"))))


def _shift(line: Line, by: int, length: int) -> None:
    """Move what is attached to the line, as white space at both its ends falls away."""

    def moved(offset: int) -> int:
        return min(max(offset + by, 0), length)

    for span in line.spans:
        span.start, span.end = moved(span.start), moved(span.end)
    line.marks = [(id_, kind, moved(offset)) for id_, kind, offset in line.marks]
