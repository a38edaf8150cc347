"""Which files there are and what is expected of each, out of the lists that lie beside them."""

from __future__ import annotations

import csv
import fnmatch
import importlib.util
import io
import json
import os
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

ROOMS = ("realistic", "contracts", "hostile")


@dataclass(frozen=True, slots=True)
class Case:
    """One file to read. `room` is the folder it is from; `make`, where given, makes the file in a folder and returns it."""

    room: str
    name: str
    path: Path | None
    kind: str = ""
    language: str = ""
    truth: dict[str, Any] = field(default_factory=dict)
    expect: str = ""
    also_ok: str = ""
    special: str = ""
    password: str | None = None
    make: Callable[[Path], Path] | None = None
    meanwhile: Callable[[Path], None] | None = None


def find_cases(documents: Path, rooms: tuple[str, ...], match: str = "*") -> list[Case]:
    """The cases of the folder `documents`, or of one of its rooms given itself. Raises `FileNotFoundError`."""
    if not documents.is_dir():
        raise FileNotFoundError(f"There is no folder {documents}.")
    found: list[Case] = []
    for room in rooms:
        folder = documents / room
        if folder.is_dir():
            found += _hostile_cases(folder) if room == "hostile" else _true_cases(folder, room)
    return [case for case in found if fnmatch.fnmatch(case.name.lower(), match.lower())]


def _true_cases(folder: Path, room: str) -> Iterator[Case]:
    truths = json.loads((folder / "TRUTH.json").read_text(encoding="utf-8"))
    rows = {row["file"]: row for row in _rows(folder / "MANIFEST.tsv")}
    for name in sorted({*truths, *rows}):
        row = rows.get(name, {})
        kind, language = (row.get("kind", ""), row.get("lang", "")) if rows else ("contract", "en")
        yield Case(
            room,
            name,
            folder / name,
            kind,
            language,
            truths.get(name, {}),
            row.get("expect") or "opens",
            "opens with warning",
        )


def _hostile_cases(folder: Path) -> Iterator[Case]:
    passwords = _passwords(folder / "PASSWORDS.txt")
    made = _makers(folder / "make_at_test_time.py")
    for row in _rows(folder / "MANIFEST.tsv"):
        name = row["file"]
        stored = folder / name
        if not os.path.lexists(stored) and name not in made:
            continue
        yield Case(
            "hostile",
            name,
            stored if os.path.lexists(stored) else None,
            row["kind"],
            row["lang"],
            {},
            row["expect"],
            row["also_ok"] or "",
            row["special"],
            passwords.get(name),
            made.get(name),
            _append if name.startswith("growing") else None,
        )


def _rows(path: Path) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def _passwords(path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            if line and not line.startswith("#"):
                name, password = line.split("\t", 1)
                found[name] = json.loads(password)
    return found


def _makers(script: Path) -> dict[str, Callable[[Path], Path]]:
    """For each case that the script makes: a function that makes it alone in a folder."""
    if not script.exists():
        return {}
    spec = importlib.util.spec_from_file_location("make_at_test_time", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return {name: _Maker(module, name) for name in module.CASES}


@dataclass(frozen=True, slots=True)
class _Maker:
    script: ModuleType
    name: str

    def __call__(self, folder: Path) -> Path:
        """The file to open; raises `OSError` where this file system cannot hold it."""
        told = io.StringIO()
        with redirect_stdout(told):
            self.script.main([str(folder), self.name])
        if "\tskipped\t" in told.getvalue():
            raise OSError(told.getvalue().strip())
        if os.path.lexists(folder / self.name):
            return folder / self.name
        # A name that does not fit in a list stands for the only file that was made.
        (only,) = folder.iterdir()
        return only


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"Line of the log.\n" * 50)
