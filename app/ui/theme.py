"""Colours and measures of the window, light and dark: warm paper, ink, one accent (the amber of a sticky flag). Knows no Qt."""

from __future__ import annotations

from dataclasses import asdict, dataclass

STEP = 8
"""The grid: distances are multiples of this many pixels, or half of it."""


@dataclass(frozen=True)
class Theme:
    """Colours as `#rrggbb`. `desk` lies under the pages, `panel` under lists, `raised` under fields and cards.

    `paper` and `page_shade` are of pages that come as pictures, `sheet` is under text that the window sets itself, `grid`
    around the cells of its tables; the last three are of tracked changes in it.
    """

    name: str
    desk: str
    panel: str
    raised: str
    hover: str
    line: str
    text: str
    muted: str
    flag: str
    flag_text: str
    flag_wash: str
    accepted: str
    accepted_wash: str
    rejected: str
    primary: str
    primary_text: str
    danger: str
    danger_wash: str
    paper: str
    page_shade: int
    sheet: str
    grid: str
    inserted: str
    deleted: str
    moved: str

    @property
    def dark(self) -> bool:
        """Whether light text stands on dark ground."""
        return self.name == "dark"


LIGHT = Theme(
    name="light",
    desk="#e9e4da",
    panel="#f8f5ef",
    raised="#fffdf9",
    hover="#f0ebe1",
    line="#ddd5c7",
    text="#29241d",
    muted="#6d6456",
    flag="#e5a11a",
    flag_text="#7a4f00",
    flag_wash="#fbefd2",
    accepted="#009e73",
    accepted_wash="#dfeee5",
    rejected="#8b8478",
    primary="#2f2a22",
    primary_text="#fdfaf4",
    danger="#a63a22",
    danger_wash="#f8e4dc",
    paper="#ffffff",
    page_shade=0,
    sheet="#fffefb",
    grid="#d6cdbd",
    inserted="#1d5c8a",
    deleted="#a63a22",
    moved="#6a4a93",
)

DARK = Theme(
    name="dark",
    desk="#171512",
    panel="#211e1a",
    raised="#2b2722",
    hover="#2e2a24",
    line="#3b362e",
    text="#ece5d8",
    muted="#a69d8d",
    flag="#edb13c",
    flag_text="#f3c671",
    flag_wash="#3a3020",
    accepted="#35d0a5",
    accepted_wash="#24352c",
    rejected="#8f877a",
    primary="#ece5d8",
    primary_text="#221e19",
    danger="#ef9478",
    danger_wash="#42271f",
    paper="#ffffff",
    page_shade=34,
    sheet="#25221d",
    grid="#4f493e",
    inserted="#86bce6",
    deleted="#ef9478",
    moved="#c4a7e7",
)

TEXT_ON: dict[str, tuple[str, ...]] = {
    "text": ("desk", "panel", "raised", "hover", "flag_wash", "accepted_wash", "danger_wash", "sheet"),
    "muted": ("desk", "panel", "raised", "hover", "flag_wash", "accepted_wash", "danger_wash", "sheet"),
    "flag_text": ("panel", "raised", "flag_wash", "accepted_wash", "danger_wash"),
    "danger": ("panel", "hover", "flag_wash"),
    "primary_text": ("primary",),
    "inserted": ("sheet",),
    "deleted": ("sheet",),
    "moved": ("sheet",),
}
"""Which colours words have, and the grounds that they stand on. What is switched off (`rejected`) is not among them."""

SELECTED_TEXT = "#221a08"
"""On `flag`, in either theme."""

_STYLE = """
* {{ outline: 0; }}
QMainWindow, QWidget#sidebar, QWidget#findings {{ background: {panel}; }}
QWidget {{ color: {text}; }}
QWidget#sidebar {{ border-right: 1px solid {line}; }}
QWidget#findings {{ border-left: 1px solid {line}; }}
QWidget#toolbar {{ background: {panel}; border-bottom: 1px solid {line}; }}
QWidget#start, QWidget#statePanel, QWidget#documentView {{ background: {desk}; }}
QAbstractScrollArea#sheets {{ background: {desk}; border: 0; }}
QWidget#dropZone {{ background: {panel}; border: 2px dashed {line}; border-radius: 12px; }}
QWidget#dropZone[active="true"] {{ border-color: {flag}; background: {flag_wash}; }}
QWidget#stateCard {{ background: {panel}; border: 1px solid {line}; border-radius: 12px; }}
QWidget#card {{ background: {raised}; border-top: 1px solid {line}; }}
QWidget#progressCard, QWidget#firstFindings {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; }}
QWidget#firstFindings[kind="note"] {{ background: {flag_wash}; }}
QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[role="brand"] {{ font-size: {brand}px; font-weight: 600; }}
QLabel[role="head"] {{ font-weight: 600; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="small"] {{ color: {muted}; font-size: {small}px; }}
QLabel[role="key"] {{ color: {muted}; border: 1px solid {line}; border-radius: 4px; padding: 0 6px; background: {raised}; }}
QListView, QTreeView, QTableView {{ background: {panel}; border: 0; }}
QTreeView::item {{ padding: 3px 4px; }}
QTreeView::item:hover {{ background: {hover}; }}
QTreeView::item:selected {{ background: {flag_wash}; color: {text}; }}
QPushButton {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; padding: 6px 12px;
  min-height: {line_height}px; qproperty-autoDefault: true; /* Enter presses the one that has the keys */ }}
QPushButton:hover {{ background: {hover}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:focus {{ border-color: {flag}; }}
QPushButton:disabled {{ color: {rejected}; background: {panel}; }}
QPushButton[role="primary"] {{ background: {primary}; color: {primary_text}; border-color: {primary}; font-weight: 600; }}
QPushButton[role="primary"]:hover {{ background: {text}; }}
QPushButton[role="primary"]:focus {{ border-color: {flag}; }}
QPushButton[role="primary"]:disabled {{ background: {line}; border-color: {line}; color: {muted}; }}
QPushButton[role="link"] {{ background: transparent; border: 0; padding: 2px 0; color: {flag_text}; text-align: left; }}
QPushButton[role="link"]:hover, QPushButton[role="link"]:focus {{ text-decoration: underline; }}
QPushButton[role="recent"] {{ background: transparent; border: 0; border-radius: 6px; padding: 6px 8px; text-align: left; }}
QPushButton[role="recent"]:hover, QPushButton[role="recent"]:focus {{ background: {hover}; }}
QPushButton[role="passage"] {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; padding: 0; min-height: 0; }}
QPushButton[role="passage"][chosen="false"] {{ border-style: dashed; }}
QPushButton[role="passage"]:hover {{ background: {hover}; }}
QPushButton[role="passage"]:focus {{ border-color: {flag}; }}
QPushButton[role="fact"] {{ background: transparent; border: 0; border-radius: 6px; padding: 0; min-height: 0; }}
QPushButton[role="fact"]:hover, QPushButton[role="fact"]:focus {{ background: {hover}; }}
QPushButton[role="accepted"] {{ background: {accepted_wash}; border-color: {accepted}; }}
QPushButton[role="rejected"] {{ background: {hover}; border-color: {rejected}; }}
QToolButton {{ background: transparent; border: 1px solid transparent; border-radius: 6px; padding: 5px 7px; }}
QToolButton:hover {{ background: {hover}; }}
QToolButton:pressed {{ background: {line}; }}
QToolButton:focus {{ border-color: {flag}; }}
QToolButton:disabled {{ color: {rejected}; }}
QToolButton::menu-indicator {{ image: none; width: 0; }}
QToolButton[role="segment"] {{ border-radius: 5px; padding: 3px 10px; color: {muted}; }}
QToolButton[role="segment"]:checked {{ background: {raised}; border-color: {line}; color: {text}; font-weight: 600; }}
QToolButton[role="segment"]:disabled {{ color: {rejected}; background: transparent; border-color: transparent; }}
QToolButton[role="toggle"] {{ border: 1px solid {line}; padding: 3px 10px; background: {raised}; }}
QToolButton[role="toggle"]:hover {{ background: {hover}; }}
QToolButton[role="toggle"]:checked {{ background: {flag_wash}; border-color: {flag}; }}
QToolButton[role="toggle"]:focus {{ border-color: {flag}; }}
QWidget#card QToolButton[role="toggle"] {{ padding: 3px 6px; }}
QWidget#segments {{ background: {hover}; border-radius: 6px; }}
QLineEdit, QPlainTextEdit {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; padding: 5px 8px;
  selection-background-color: {flag}; selection-color: #221a08; }}
QLineEdit:focus, QPlainTextEdit:focus {{ border-color: {flag}; }}
QProgressBar {{ background: {line}; border: 0; border-radius: 2px; max-height: 4px; min-height: 4px; }}
QProgressBar::chunk {{ background: {flag}; border-radius: 2px; }}
QSlider {{ min-height: 20px; }}
QSlider::groove:horizontal {{ background: {line}; height: 4px; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {flag}; height: 4px; border-radius: 2px; }}
QSlider::handle:horizontal {{ background: {raised}; border: 1px solid {muted}; width: 12px; margin: -5px 0; border-radius: 7px; }}
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ border-color: {flag}; background: {flag_wash}; }}
QScrollArea#overview, QWidget#overviewContent {{ background: {panel}; }}
QDialog {{ background: {panel}; }}
QWidget#message {{ background: {flag_wash}; border-bottom: 1px solid {line}; }}
QWidget#message[kind="error"] {{ background: {danger_wash}; }}
QWidget#message[kind="success"] {{ background: {accepted_wash}; }}
QMenuBar {{ background: {panel}; border-bottom: 1px solid {line}; padding: 2px 4px; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {hover}; }}
QMenu {{ background: {raised}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 16px; border-radius: 4px; }}
QMenu::item:selected {{ background: {hover}; }}
QMenu::item:disabled {{ color: {rejected}; }}
QMenu::separator {{ height: 1px; background: {line}; margin: 4px 8px; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 6px; }}
QSplitter::handle {{ background: {line}; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {scroll}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""


_HOUSE = """
QWidget#housePage, QWidget#houseContent, QScrollArea#houseArea {{ background: {panel}; }}
QWidget#keyMap {{ background: rgba(20, 16, 10, 0.55); }}
QWidget#keyCard {{ background: {panel}; border: 1px solid {line}; border-radius: 12px; }}
QLabel[role="warning"] {{ color: {danger}; }}
QPushButton[role="primary"]:focus {{ border: 2px solid {primary_focus}; padding: 5px 11px; }}
QPushButton[role="recent"]:focus, QPushButton[role="fact"]:focus {{ border: 1px solid {focus}; }}
QToolButton[role="segment"]:focus {{ border-color: {focus}; }}
QCheckBox {{ padding: 3px; border: 1px solid transparent; border-radius: 6px; }}
QCheckBox:focus {{ border-color: {focus}; }}
QCheckBox:disabled {{ color: {muted}; }}
QComboBox, QAbstractSpinBox {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; padding: 3px 8px;
  min-height: {field_height}px; selection-background-color: {flag}; selection-color: {selected}; }}
QComboBox:hover {{ background: {hover}; }}
QComboBox[chosen="true"] {{ background: {flag_wash}; border-color: {flag}; }}
QComboBox:focus, QAbstractSpinBox:focus {{ border-color: {focus}; }}
QComboBox::drop-down {{ border: 0; width: 24px; }}
QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{ image: url("{icons}/arrow-down.svg"); width: 12px; height: 12px; }}
QAbstractSpinBox QLineEdit {{ background: transparent; border: 0; padding: 0; }}
QAbstractSpinBox::up-arrow {{ image: url("{icons}/arrow-up.svg"); width: 12px; height: 12px; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ border: 0; background: transparent; width: 22px; }}
QAbstractSpinBox::up-button:hover, QAbstractSpinBox::down-button:hover {{ background: {hover}; }}
QComboBox QAbstractItemView {{ background: {raised}; border: 1px solid {line}; selection-background-color: {hover};
  selection-color: {text}; }}
QTabBar::tab {{ background: transparent; color: {muted}; padding: 6px 12px; border-bottom: 2px solid transparent; }}
QTabBar::tab:selected {{ color: {text}; border-bottom-color: {flag}; }}
QTabBar:focus {{ border: 1px solid {focus}; border-radius: 6px; }}
"""
"""Of pages of the window's own, fields to choose in, and where the focus shows."""


_DESK = """
QWidget#findBar {{ background: {raised}; border-bottom: 1px solid {line}; }}
QLabel[role="wrong"], QLabel[role="warning"] {{ color: {danger}; }}
QLabel[role="caution"] {{ color: {danger}; font-size: {small}px; }}
QLabel[role="section"] {{ font-weight: 600; color: {muted}; }}
QPushButton[role="place"] {{ background: transparent; border: 1px solid transparent; padding: 3px 6px; color: {muted};
  text-align: left; }}
QPushButton[role="place"]:hover {{ background: {hover}; }}
QPushButton[role="place"]:focus {{ border-color: {flag}; }}
QWidget#paneHead {{ background: {panel}; border-top: 2px solid {line}; border-bottom: 1px solid {line}; }}
QWidget#paneHead[active="true"] {{ background: {raised}; border-top-color: {flag}; }}
QWidget#paneHead[active="true"] QPushButton {{ color: {text}; font-weight: 600; }}
QToolButton[role="chip"] {{ border: 1px solid {line}; border-radius: 11px; padding: 1px 9px; background: {raised}; }}
QToolButton[role="chip"]:hover {{ background: {hover}; }}
QToolButton[role="chip"]:checked {{ background: {flag_wash}; border-color: {flag}; }}
QToolButton[role="chip"]:focus {{ border-color: {flag}; }}
QScrollArea#chipScroll, QWidget#chips {{ background: {panel}; }}
QScrollArea#drawn {{ background: {raised}; border: 1px solid {line}; border-radius: 8px; padding: 2px; }}
QWidget#drawnPassage {{ background: transparent; }}
QWidget#tour {{ background: {flag_wash}; border-bottom: 1px solid {line}; }}
QWidget#segments QToolButton {{ padding: 3px 6px; font-size: {small}px; }}
QLineEdit[kind="wrong"] {{ border-color: {danger}; }}
QFrame#tagPicker {{ background: {panel}; border: 1px solid {line}; border-radius: 6px; }}
QFrame#tagPicker QListView::indicator {{ width: 12px; height: 12px; border: 1px solid {muted}; border-radius: 3px; }}
QFrame#tagPicker QListView::indicator:checked {{ background: {flag}; border-color: {flag_text}; }}
QFrame#tagPicker QListView::item {{ padding: 4px 4px; border-radius: 4px; }}
QFrame#tagPicker QListView::item:hover {{ background: {hover}; }}
QFrame#tagPicker QListView::item:selected {{ background: {flag_wash}; color: {text}; }}
QScrollArea#squeezed, QWidget#squeezedContent {{ background: transparent; border: 0; }}
QPushButton[role="quiet"] {{ background: transparent; border: 0; padding: 2px 0; color: {muted}; text-align: left; }}
QPushButton[role="quiet"]:hover, QPushButton[role="quiet"]:focus {{ text-decoration: underline; }}
QWidget#matrix, QWidget#allFindings, QTableView {{ background: {panel}; border: 0; }}
QLabel#listFoot {{ border-top: 1px solid {line}; }}
QHeaderView {{ background: {panel}; border: 0; }}
QHeaderView::section {{ background: {panel}; color: {text}; border: 0; border-right: 1px solid {line};
  border-bottom: 1px solid {line}; padding: 8px 10px; font-weight: 600; }}
QHeaderView::section:vertical {{ font-weight: 400; }}
QHeaderView::section:hover {{ background: {hover}; }}
QTableCornerButton::section {{ background: {panel}; border: 0; border-right: 1px solid {line}; border-bottom: 1px solid {line}; }}
"""
"""Of what stands around the pages: finding, filters, tags, views beside each other, the matrix."""


_EXPORT = """
QTextBrowser#paper {{ background: {desk}; border: 0; }}
QListView#checkList {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; }}
QListView#checkList:focus {{ border-color: {focus}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {muted}; border-radius: 4px; background: {raised}; }}
QCheckBox::indicator:checked {{ border-color: {flag_text}; background: {flag}; image: url("{icons}/tick.svg"); }}
QLabel[role="done"] {{ color: {accepted}; }}
QLabel[role="failed"] {{ color: {danger}; font-size: {small}px; }}
"""
"""Of the export page, and boxes to check."""


def stylesheet(theme: Theme, font_pixels: int, icons: str) -> str:
    """The Qt style sheet for a base font of `font_pixels`; `icons` is their folder, with slashes."""
    scroll = "#c4bbab" if not theme.dark else "#4b453b"
    # The flag's amber marks what is chosen; where the focus is, it is too faint on paper.
    rules = (_STYLE + _HOUSE + _DESK + _EXPORT).replace(
        ":focus {{ border-color: {flag};", ":focus {{ border-color: {focus};"
    )
    return rules.format(
        **asdict(theme),
        scroll=scroll,
        icons=icons,
        selected=SELECTED_TEXT,
        focus=theme.flag_text,
        primary_focus="#7a4f00" if theme.dark else theme.flag,
        title=round(font_pixels * 1.25),
        brand=round(font_pixels * 2.2),
        small=round(font_pixels * 0.9),
        line_height=max(20, round(font_pixels * 1.45)),
        field_height=max(24, round(font_pixels * 1.45)),
    )


def wash(importance: float) -> float:
    """Opacity of a highlight: faint for what barely passed, strong for what matters most."""
    return 0.10 + 0.56 * min(max(importance, 0.0), 1.0)
