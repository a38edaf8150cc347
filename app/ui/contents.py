"""Below the list of documents: who makes the contract in view and when, and its clauses and headings to go to."""

from __future__ import annotations

from bisect import bisect_right

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from app.analysis.structure.values import Clause, DatePurpose, Structure
from app.ui.state import OpenFile
from app.ui.widgets import PassageButton, clear, label, put_before, tooltip

_MOST_PARTIES = 4
_MOST_OPEN = 32
"""So many clauses at most show from the beginning; levels below that are closed."""
_LONGEST_SNIPPET = 60
_START, _END = Qt.ItemDataRole.UserRole + 1, Qt.ItemDataRole.UserRole + 2


def shown_clauses(structure: Structure) -> list[int]:
    """The clauses that are listed: all but the items of lists, which are too many to look through."""
    return [number for number, clause in enumerate(structure.clauses) if clause.kind != "item"]


def facts(structure: Structure) -> list[tuple[str, str, int, int]]:
    """Parties and the first date of each purpose: what it is, the words, their range."""
    names: dict[DatePurpose, str] = {
        "signature": QCoreApplication.translate("Contents", "Signed"),
        "effective": QCoreApplication.translate("Contents", "Effective"),
        "expiry": QCoreApplication.translate("Contents", "Expires"),
    }
    party = QCoreApplication.translate("Contents", "Party")
    found = [(" / ".join(one.roles) or party, one.name, one.start, one.end) for one in structure.parties]
    found = found[:_MOST_PARTIES]
    for purpose, name in names.items():
        first = next((date for date in structure.dates if date.purpose == purpose), None)
        if first is not None and structure.parties:
            found.append((name, first.iso, first.start, first.end))
    return found


class ContentsPanel(QWidget):
    """Shows the structure of one file; `chosen` carries the range to go to."""

    chosen = Signal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self._structure: Structure | None = None
        self._items: dict[int, QTreeWidgetItem] = {}
        self._starts: list[int] = []
        self._numbers: list[int] = []
        self._facts = QVBoxLayout()
        self._facts.setContentsMargins(8, 0, 8, 8)
        self._facts.setSpacing(0)
        self.tree = QTreeWidget()
        self.tree.setHeaderHidden(True)
        self.tree.setIndentation(14)
        self.tree.setUniformRowHeights(True)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setAccessibleName(QCoreApplication.translate("Contents", "Contents"))
        self.tree.itemClicked.connect(self._choose)
        self.tree.itemActivated.connect(self._choose)
        self.title = label(QCoreApplication.translate("Contents", "Contents"), "title")
        self.title.setContentsMargins(16, 12, 16, 8)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.title)
        layout.addLayout(self._facts)
        layout.addWidget(self.tree, 1)
        self.hide()

    def show_file(self, file: OpenFile | None) -> None:
        """Show another file, or what has become known of it."""
        structure = file.structure if file is not None and file.document is not None else None
        if structure is not self._structure:
            self._structure = structure
            self._fill(structure or Structure())
        self.setVisible(bool(self._items) or self._facts.count() > 0)

    def show_place(self, offset: int) -> None:
        """Mark the clause that is being read, as far as the tree is open."""
        place = bisect_right(self._starts, offset) - 1
        if place < 0:
            return
        item = self._items[self._numbers[place]]
        while (parent := item.parent()) is not None and not parent.isExpanded():
            item = parent
        if item is not self.tree.currentItem():
            self.tree.setCurrentItem(item)

    def _fill(self, structure: Structure) -> None:
        clear(self._facts)
        entries = []
        for name, words, start, end in facts(structure):
            entry = PassageButton(name, words, "", most=1)
            entry.setProperty("role", "fact")
            entry.clicked.connect(lambda _checked=False, place=(start, end): self.chosen.emit(*place))
            self._facts.addWidget(entry)
            entries.append(entry)
        put_before(self.tree, entries)
        self.tree.clear()
        self._items = {}
        self._numbers = shown_clauses(structure)
        self._starts = [structure.clauses[number].start for number in self._numbers]
        outermost = []
        for number in self._numbers:
            clause = structure.clauses[number]
            item = self._item(clause)
            parent = self._around(structure, clause)
            if parent is None:
                outermost.append(item)
            else:
                parent.addChild(item)
            self._items[number] = item
        self.tree.addTopLevelItems(outermost)
        self._open_levels(outermost)

    def _open_levels(self, level: list[QTreeWidgetItem]) -> None:
        """Open level by level as long as all that shows is easily looked over."""
        shown = len(level)
        while level:
            children = (item.child(row) for item in level for row in range(item.childCount()))
            below = [child for child in children if child is not None]
            shown += len(below)
            if shown > _MOST_OPEN:
                return
            for item in level:
                item.setExpanded(True)
            level = below

    def _around(self, structure: Structure, clause: Clause) -> QTreeWidgetItem | None:
        parent = clause.parent
        while parent is not None and parent not in self._items:
            parent = structure.clauses[parent].parent
        return self._items[parent] if parent is not None else None

    def _item(self, clause: Clause) -> QTreeWidgetItem:
        words = "  ".join(filter(None, (clause.number, clause.title[:_LONGEST_SNIPPET])))
        item = QTreeWidgetItem([words])
        item.setData(0, _START, clause.head[0])
        item.setData(0, _END, clause.head[1])
        item.setToolTip(0, tooltip("  ".join(filter(None, (clause.number, clause.title)))))
        return item

    def _choose(self, item: QTreeWidgetItem) -> None:
        self.chosen.emit(item.data(0, _START), item.data(0, _END))
