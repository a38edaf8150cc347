"""Contents or Pages: a switch over the contents of the document in view and the small pictures of its pages."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QCoreApplication, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.ui.contents import ContentsPanel
from app.ui.page_images import PageImages
from app.ui.state import OpenFile
from app.ui.thumbnails import ThumbnailsPanel

Shown = Literal["contents", "pages"]


class Outline(QWidget):
    """Holds a `ContentsPanel` and, once `add_pages` was called, a `ThumbnailsPanel`; `chosen_page` carries a page from 1."""

    chosen_page = Signal(int)

    def __init__(self, contents: ContentsPanel) -> None:
        super().__init__()
        self._contents = contents
        self._file: OpenFile | None = None
        self._wanted: Shown = "contents"
        self.pages: ThumbnailsPanel | None = None
        self.switch = QWidget()
        self.switch.setObjectName("segments")
        row = QHBoxLayout(self.switch)
        row.setContentsMargins(2, 2, 2, 2)
        row.setSpacing(0)
        group = QButtonGroup(self)
        words: dict[Shown, str] = {
            "contents": QCoreApplication.translate("Outline", "Contents"),
            "pages": QCoreApplication.translate("Outline", "Pages"),
        }
        self.buttons: dict[Shown, QToolButton] = {}
        for name, text in words.items():
            button = QToolButton()
            button.setText(text)
            button.setCheckable(True)
            button.setProperty("role", "segment")
            button.clicked.connect(lambda _checked=False, name=name: self.show_part(name))
            group.addButton(button)
            row.addWidget(button)
            self.buttons[name] = button
        row.addStretch(1)
        self._head = QWidget()
        head = QHBoxLayout(self._head)
        head.setContentsMargins(16, 12, 16, 8)
        head.addWidget(self.switch)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self._head)
        self._column.addWidget(contents, 1)
        self._column.addStretch(0)  # while neither shows, the switch keeps its height

    def add_pages(self, images: PageImages) -> None:
        """Have thumbnails, from these pictures."""
        self.pages = ThumbnailsPanel(images)
        self.pages.chosen.connect(self.chosen_page)
        self._column.addWidget(self.pages, 1)

    def show_part(self, part: Shown) -> None:
        """Show the contents or the pages, where the document has both."""
        self._wanted = part
        self.show_file(self._file)

    def show_file(self, file: OpenFile | None) -> bool:
        """Show another file, or what has become known of it; says whether there is anything to show."""
        self._file = file
        self._contents.show_file(file)
        has_contents = not self._contents.isHidden()
        has_pages = self.pages is not None and file is not None and file.opened is not None and bool(file.opened.pages)
        # Contents come once the text is read: until then their place stays free, rather than to show pages for a moment.
        no_contents = file is not None and file.document is not None and not has_contents
        part: Shown = "pages" if has_pages and (self._wanted == "pages" or no_contents) else "contents"
        self.buttons[part].setChecked(True)
        self.buttons["contents"].setEnabled(not no_contents)
        self._head.setVisible(has_pages)
        self._contents.title.setHidden(has_pages)
        self._contents.setVisible(has_contents and part == "contents")
        if self.pages is not None:
            self.pages.show_file(file if has_pages else None)
            self.pages.setVisible(part == "pages")
        self.setVisible(has_contents or has_pages)
        return has_contents or has_pages

    def show_page(self, page: int) -> None:
        """Mark the page (from 1) that is being read."""
        if self.pages is not None:
            self.pages.show_place(page)
