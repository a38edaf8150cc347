"""The page of the settings: a row for each that `settings.py` declares, the keys below them, and a field to search both."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.ui.appearance import TextWide
from app.ui.house_page import HousePage
from app.ui.key_rows import KeyRows
from app.ui.language import current
from app.ui.settings import BY_KEY, SECTIONS, SETTINGS, Problem, Setting, Settings, Value
from app.ui.widgets import label, leave_wheel, put_before

CONTROL_WIDTH = 240


def _tr(text: str) -> str:
    return QCoreApplication.translate("SettingsPage", text)


def words(text: str) -> str:
    """A setting's text in the user's language."""
    return QCoreApplication.translate("Settings", text) if text else ""


class SettingsPage(HousePage):
    """Changes take effect and are kept at once. `telling` is called with a sentence where keeping fails.

    `restarting` begins anew with what takes effect from the next start.
    """

    def __init__(
        self, settings: Settings, telling: Callable[[str], object], restarting: Callable[[], object] = lambda: None
    ) -> None:
        super().__init__(QCoreApplication.translate("SettingsPage", "Settings"))
        self._settings = settings
        self._telling = telling
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the settings"))
        self.search.setAccessibleName(self.tr("Search the settings"))
        self.search.setClearButtonEnabled(True)
        self.search.setMinimumWidth(120)
        TextWide(self.search, CONTROL_WIDTH, at_most=True)
        self.search.textChanged.connect(self._filter)
        self.head.insertWidget(2, self.search, 100)
        self.problems = label("", "warning", wrap=True)
        self.column.addWidget(self.problems)
        self.rows: dict[str, SettingRow] = {}
        self._heads: dict[str, QWidget] = {}
        for section, title in SECTIONS.items():
            self._heads[section] = self._head(words(title))
            for setting in SETTINGS:
                if setting.section == section:
                    self.rows[setting.key] = SettingRow(setting, settings[setting.key], partial(self._choose, setting))
                    self.rows[setting.key].again.clicked.connect(lambda: restarting())
                    self.column.addWidget(self.rows[setting.key])
        self._parts: dict[str, tuple[QWidget, str]] = {}
        self._parts_end = self.column.count()
        self.keys = KeyRows(settings, self._keep)
        self._heads["keys"] = self._head(self.tr("Keys"))
        self.column.addWidget(self.keys)
        self._none = label(self.tr("No setting has these words."), "muted")
        self._none.hide()
        self.column.addWidget(self._none)
        self.column.addStretch(1)
        self.show_problems(settings.problems)

    def add_part(self, name: str, title: str, part: QWidget, searched: str) -> None:
        """A section of another kind than rows, above the keys; `searched` are the words by which it is found."""
        head = self._heads[name] = self._head(title)
        self.column.insertWidget(self._parts_end, head)
        self.column.insertWidget(self._parts_end + 1, part)
        self._parts_end += 2
        self._parts[name] = part, f"{title} {searched}".casefold()
        controls = [one for one in part.findChildren(QWidget) if one.focusPolicy() & Qt.FocusPolicy.TabFocus]
        put_before(next(iter(self.keys.rows.values())).field, controls)  # or Tab went through all the keys first

    def _head(self, title: str) -> QWidget:
        head = label(title, "title")
        head.setContentsMargins(0, 16, 0, 0)
        self.column.addWidget(head)
        return head

    def begin(self) -> None:
        """See `HousePage`."""
        self.search.setFocus()

    def show_part(self, name: str) -> None:
        """See `HousePage`: a section, or `keys`."""
        self.search.clear()
        if name == "keys":
            next(iter(self.keys.rows.values())).field.setFocus()
        if (layout := self.layout()) is not None:
            layout.activate()
        self.area.verticalScrollBar().setValue(self._heads[name].y())

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """Say which values of the file are no good."""
        self.problems.setText("\n".join(problem_words(problem) for problem in problems))
        self.problems.setVisible(bool(problems))

    def _choose(self, setting: Setting, value: Value) -> None:
        self._keep(lambda: self._settings.choose(setting.key, value))

    def _keep(self, change: Callable[[], object]) -> None:
        try:
            change()
        except OSError as error:
            told = self.tr("The settings could not be kept: {reason}. They hold until Fusen is closed.")
            self._telling(told.format(reason=error.strerror or error))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        sections = dict.fromkeys(self._heads, False)
        for key, row in self.rows.items():
            shows = all(word in row.searched for word in wanted)
            row.setVisible(shows)
            sections[BY_KEY[key].section] |= shows
        for name, (part, searched) in self._parts.items():
            sections[name] = all(word in searched for word in wanted)
            part.setVisible(sections[name])
        sections["keys"] = self.keys.filter(wanted)
        for section, head in self._heads.items():
            head.setVisible(sections[section])
        self._none.setVisible(not any(sections.values()))


class SettingRow(QWidget):
    """Words on the left, the control on the right, the hint below the words."""

    def __init__(self, setting: Setting, value: Value, choose: Callable[[Value], object]) -> None:
        super().__init__()
        self.setting = setting
        self._first, self._choose = value, choose
        name = words(setting.words)
        parts = (words(setting.hint), self.tr("From the next start.") if setting.later else "")
        hint = ("" if current() == "ja" else " ").join(filter(None, parts))
        self.control = _control(setting, value, self._change)
        self.control.setAccessibleName(name)
        self.control.setAccessibleDescription(hint)
        choices = " ".join(words(text) for _, text in setting.choices)
        self.searched = " ".join((name, hint, choices, setting.key)).casefold()
        text = QVBoxLayout()
        text.setSpacing(0)
        title = label(name, wrap=True)
        title.setBuddy(self.control)
        text.addWidget(title)
        if hint:
            text.addWidget(label(hint, "small", wrap=True))
        self.again = QPushButton(self.tr("Restart now"))
        self.again.setToolTip(self.tr("Open documents, places and everything to undo come back"))
        self.again.setProperty("role", "link")
        self.again.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.again.hide()
        text.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 4, 0, 4)
        row.setSpacing(24)
        row.addLayout(text, 1)
        row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignTop)
        self.setTabOrder(self.control, self.again)  # first the choice, then what follows from it

    def _change(self, value: Value) -> None:
        """Keep another value; where it waits for the next start, that can be now."""
        self._choose(value)
        self.again.setVisible(self.setting.later and value != self._first)


def _control(setting: Setting, value: Value, choose: Callable[[Value], object]) -> QWidget:
    control: QWidget
    match setting.kind:
        case "choice":
            box = control = QComboBox()
            for choice, text in setting.choices:
                box.addItem(words(text), choice)
            _show(box, setting, value)
            box.currentIndexChanged.connect(lambda index: choose(box.itemData(index)))
        case "number":
            control = _number(setting, value, choose)
        case "text":
            line = control = QLineEdit()
            _show(line, setting, value)
            line.editingFinished.connect(lambda: choose(line.text().strip()))
        case "switch":
            switch = control = QCheckBox()
            _show(switch, setting, value)
            switch.toggled.connect(choose)
    if setting.kind != "switch":
        TextWide(control, CONTROL_WIDTH)
    if setting.kind == "number" and (inner := control.findChild(QLineEdit)) is not None:
        inner.setTextMargins(6, 0, 0, 0)  # the style sheet's padding does not reach it
    leave_wheel(control)
    return control


def _number(setting: Setting, value: Value, choose: Callable[[Value], object]) -> QWidget:
    if setting.unit == "%":
        share = QSpinBox()
        share.setRange(round(setting.low * 100), round(setting.high * 100))
        share.setSingleStep(round(setting.step * 100))
        share.setSuffix(" %")
        _show(share, setting, value)
        share.valueChanged.connect(lambda percent: choose(percent / 100))
        return share
    number = QDoubleSpinBox()
    number.setDecimals(0)
    number.setRange(setting.low, setting.high)
    number.setSingleStep(setting.step)
    number.setSuffix(f" {setting.unit}" if setting.unit else "")
    if setting.none:
        number.setSpecialValueText(words(setting.none))
    _show(number, setting, value)
    number.valueChanged.connect(lambda chosen: choose(round(chosen)))
    return number


def _show(control: QWidget, setting: Setting, value: Value) -> None:
    if isinstance(control, QComboBox):
        control.setCurrentIndex(control.findData(value))
    elif isinstance(control, QSpinBox):
        control.setValue(round(float(value) * 100))
    elif isinstance(control, QDoubleSpinBox):
        control.setValue(float(value))
    elif isinstance(control, QLineEdit):
        control.setText(str(value))
    elif isinstance(control, QCheckBox):
        control.setChecked(bool(value))


def problem_words(problem: Problem) -> str:
    """What is wrong in the file of settings."""
    if not problem.key:
        return _tr("The settings in {file} cannot be read. The defaults are used until you change one.").format(
            file=problem.value
        )
    setting = BY_KEY.get(problem.key)
    if setting is None:
        return _tr("The keys of {command} in the file of settings are no keys. Its own are used.").format(
            command=problem.key.partition(".")[2]
        )
    told = _tr("“{value}” cannot be the value of “{setting}”. Its default is used.")
    return told.format(value=problem.value, setting=words(setting.words))
