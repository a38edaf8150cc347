"""The settings as data: each with its key, kind, default and words; and the readable file that they are kept in. Knows no Qt.

The file is JSON in the user's folder for settings. What it holds that is not known here stays in it (another version of
Fusen may know it); a value that is no good is told, and the default serves until another is chosen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from platformdirs import user_config_path

from app.analysis.analysis import AnalysisSettings
from app.export.writing import put_aside, write_private
from app.ui.command import QT_TRANSLATE_NOOP
from app.ui.commands import COMMANDS

Value = str | int | float | bool
Kind = Literal["choice", "number", "text", "switch"]


@dataclass(frozen=True)
class Setting:
    """`choices` are values with their words. A number lies between `low` and `high` and goes in steps of `step`.

    `unit` stands behind it; `%` says that the number is a share and shown as one.
    `none`: words for its lowest value. `later`: takes effect at the next start.
    """

    key: str
    section: str
    kind: Kind
    default: Value
    words: str
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    low: float = 0.0
    high: float = 0.0
    step: float = 1.0
    unit: str = ""
    none: str = ""
    later: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether `value` can be the setting's."""
        match self.kind:
            case "choice":
                return isinstance(value, str) and any(value == known for known, _ in self.choices)
            case "number":
                return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high
            case "switch":
                return isinstance(value, bool)
            case "text":
                return isinstance(value, str) and len(value) <= LONGEST_TEXT and value.isprintable()


LONGEST_TEXT = 200

SECTIONS: dict[str, str] = {
    "look": QT_TRANSLATE_NOOP("Settings", "Language and appearance"),
    "model": QT_TRANSLATE_NOOP("Settings", "Model"),
    "review": QT_TRANSLATE_NOOP("Settings", "Review"),
    "keep": QT_TRANSLATE_NOOP("Settings", "What is kept"),
}

SETTINGS: tuple[Setting, ...] = (
    Setting(
        "language",
        "look",
        "choice",
        "system",
        QT_TRANSLATE_NOOP("Settings", "Language"),
        QT_TRANSLATE_NOOP("Settings", "Of menus and messages. Documents stay in theirs."),
        (("system", QT_TRANSLATE_NOOP("Settings", "As the system")), ("en", "English"), ("ja", "日本語")),
        later=True,
    ),
    Setting(
        "theme",
        "look",
        "choice",
        "system",
        QT_TRANSLATE_NOOP("Settings", "Colours"),
        choices=(
            ("system", QT_TRANSLATE_NOOP("Settings", "As the system")),
            ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
            ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
        ),
    ),
    Setting(
        "text-size",
        "look",
        "number",
        1.0,
        QT_TRANSLATE_NOOP("Settings", "Text size"),
        QT_TRANSLATE_NOOP(
            "Settings", "Of menus, lists and messages, beside the system's. Pages have a zoom of their own."
        ),
        low=0.8,
        high=1.6,
        step=0.1,
        unit="%",
    ),
    Setting(
        "device",
        "model",
        "choice",
        "auto",
        QT_TRANSLATE_NOOP("Settings", "Where the model computes"),
        QT_TRANSLATE_NOOP("Settings", "Counts from the next analysis."),
        (
            ("auto", QT_TRANSLATE_NOOP("Settings", "On the GPU where there is one")),
            ("cpu", QT_TRANSLATE_NOOP("Settings", "On the processor (cpu)")),
            ("cuda", QT_TRANSLATE_NOOP("Settings", "On the GPU (cuda)")),
        ),
    ),
    Setting(
        "model-memory",
        "model",
        "number",
        0,
        QT_TRANSLATE_NOOP("Settings", "Memory for the model"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "An analysis that needs more ends with a message. On Linux, where there is no GPU.",
        ),
        high=1024,
        unit="GB",
        none=QT_TRANSLATE_NOOP("Settings", "No limit"),
        later=True,
    ),
    Setting(
        "recall",
        "model",
        "number",
        0.9,
        QT_TRANSLATE_NOOP("Settings", "Share of what matters that the model aims to find"),
        QT_TRANSLATE_NOOP("Settings", "Higher selects more of the text. Counts from the next analysis."),
        low=0.5,
        high=0.99,
        step=0.01,
        unit="%",
    ),
    Setting(
        "reviewer",
        "review",
        "text",
        "",
        QT_TRANSLATE_NOOP("Settings", "Reviewer's name"),
        QT_TRANSLATE_NOOP("Settings", "Stands in annotated copies as the author of comments. Empty: Fusen."),
    ),
    Setting(
        "audit-text",
        "review",
        "switch",
        False,
        QT_TRANSLATE_NOOP("Settings", "Keep words in the audit log"),
        QT_TRANSLATE_NOOP(
            "Settings",
            "Passages and comments as they were when you decided; without it the log holds only hashes of them.",
        ),
    ),
    Setting(
        "restore-documents",
        "keep",
        "switch",
        True,
        QT_TRANSLATE_NOOP("Settings", "Open the documents of the last time again"),
        later=True,
    ),
    Setting(
        "restore-layout",
        "keep",
        "switch",
        True,
        QT_TRANSLATE_NOOP("Settings", "Remember the window's size and the width of its parts"),
        later=True,
    ),
    Setting(
        "show-recent",
        "keep",
        "switch",
        True,
        QT_TRANSLATE_NOOP("Settings", "List documents that were read before on the start page"),
    ),
)
BY_KEY = {setting.key: setting for setting in SETTINGS}
AUDITED = frozenset({"recall", "device", "audit-text"})
"""Settings that results, or the log itself, depend on: the audit log tells when they change."""
KEYS = "keys"
"""The entry of the file that holds changed keys, by command."""


def default_file() -> Path:
    """Where the settings lie."""
    return user_config_path("fusen", appauthor=False) / "settings.json"


@dataclass(frozen=True)
class Problem:
    """A value of the file that is no good: `key` names it, `value` is what stands there. An empty key: the whole file."""

    key: str
    value: str


class Settings:
    """The settings in force. Without a file they last as long as the window."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._raw: dict[str, Any] = {}
        self._unwritten: set[str] = set()
        self._listeners: list[Callable[[str], object]] = []
        self.problems: tuple[Problem, ...] = ()

    @classmethod
    def load(cls, file: Path) -> Settings:
        """What `file` holds, as far as it is good; `problems` says what is not."""
        settings = cls(file)
        try:
            settings._raw = _read(file) or {}
        except (OSError, ValueError):
            settings.problems = (Problem("", str(file)),)
            return settings
        found = []
        for key, value in settings._raw.items():
            if key in BY_KEY and not BY_KEY[key].accepts(value):
                found.append(Problem(key, str(value)[:80]))
        settings.problems = (*found, *(Problem(f"{KEYS}.{one}", "") for one in settings._bad_keys()))
        return settings

    def __getitem__(self, key: str) -> Any:
        """The value in force."""
        setting = BY_KEY[key]
        value = self._raw.get(key, setting.default)
        return value if setting.accepts(value) else setting.default

    def choose(self, key: str, value: Value) -> None:
        """Change a setting and keep it. Raises ValueError for a value that cannot be its, `OSError` where it cannot be kept."""
        if not BY_KEY[key].accepts(value):
            raise ValueError(f"{value!r} cannot be {key}")
        if value == BY_KEY[key].default:
            self._raw.pop(key, None)
        else:
            self._raw[key] = value
        self._changed(key)

    def kept(self, name: str) -> Any:
        """What a page keeps from one time to the next under a name of its own; None where there is nothing."""
        return self._raw.get(name)

    def keep(self, name: str, value: Mapping[str, Any]) -> None:
        """Keep that. Raises `OSError` where it cannot be kept."""
        if self._raw.get(name) != value:
            self._raw[name] = value
            self._write(name)

    def listen(self, listener: Callable[[str], object]) -> None:
        """Have `listener` called with the key of each setting that changes."""
        self._listeners.append(listener)

    def analysis(self) -> AnalysisSettings:
        """What an analysis is asked for from now on."""
        return AnalysisSettings(device=self["device"], recall=float(self["recall"]))

    # ---- keys of commands

    def keys(self) -> dict[str, tuple[str, ...]]:
        """The keys of every command."""
        return {command.id: self.changed_keys().get(command.id, command.keys) for command in COMMANDS}

    def changed_keys(self) -> dict[str, tuple[str, ...]]:
        """Only those that are not the commands' own."""
        held = self._raw.get(KEYS)
        known = {command.id for command in COMMANDS}
        if not isinstance(held, dict):
            return {}
        return {one: tuple(keys) for one, keys in held.items() if one in known and _are_keys(keys)}

    def _bad_keys(self) -> list[str]:
        held = self._raw.get(KEYS, {})
        return [one for one, keys in held.items() if not _are_keys(keys)] if isinstance(held, dict) else [KEYS]

    def choose_keys(self, command: str, keys: Iterable[str] | None) -> None:
        """Give a command other keys and keep that; None gives it its own again. Raises `OSError` where it cannot be kept."""
        # Another window may have chosen other commands' keys since, or this one could not read them when it began.
        held = self._raw.get(KEYS) if KEYS in self._unwritten else self._held().get(KEYS)
        entry = dict(held) if isinstance(held, dict) else {}
        own = next(one.keys for one in COMMANDS if one.id == command)
        if keys is None or tuple(keys) == own:
            entry.pop(command, None)
        else:
            entry[command] = list(keys)
        self._raw[KEYS] = entry
        if not entry:
            del self._raw[KEYS]
        self._changed(KEYS)

    # ---- the file

    def _changed(self, key: str) -> None:
        for listener in self._listeners:
            listener(key)
        self._write(key)

    def _write(self, name: str) -> None:
        """Write what changed and leave all else as it is: another window, or an editor, may have written since."""
        if self._file is None:
            return
        self._unwritten.add(name)
        held = self._held()
        for each in self._unwritten:
            held.pop(each, None)
        write_json(self._file, held | {each: self._raw[each] for each in self._unwritten if each in self._raw})
        self._unwritten.clear()

    def _held(self) -> dict[str, Any]:
        """What the file holds now; what is in force where it holds nothing. Damage is put aside. Raises `OSError`."""
        held: dict[str, Any] | None = None
        try:
            held = _read(self._file) if self._file is not None else None
        except ValueError:
            if self._file is not None:
                put_aside(self._file)
        return dict(self._raw) if held is None else held


def _read(file: Path) -> dict[str, Any] | None:
    """What the file holds; None where there is none. Raises `OSError`, and ValueError for what is no JSON object."""
    try:
        held = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except RecursionError as error:
        raise ValueError("too deep") from error
    if not isinstance(held, dict):
        raise ValueError("no object")
    return held


def _are_keys(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(key, str) and key for key in value)


def collisions(keys: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Keys that more than one command has, with those commands."""
    by_key: dict[str, list[str]] = {}
    for command, its in keys.items():
        for key in its:
            by_key.setdefault(key, []).append(command)
    return {key: tuple(commands) for key, commands in by_key.items() if len(commands) > 1}


def write_json(file: Path, value: object) -> None:
    """Write `value` so that after a kill or a power failure the file is the old one or the new one. Raises `OSError`."""
    write_private(file, json.dumps(value, ensure_ascii=False, indent=2).encode() + b"\n")
