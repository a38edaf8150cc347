"""Where an export writes: the names of its files, what is wrong with them, what is there already. Knows no Qt."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import FusenError
from app.export.file_names import file_stem, folded
from app.workspace.originals import is_same_file


@dataclass(frozen=True, slots=True)
class Target:
    """One file to be written. `sha256` names the document that it is a copy of; empty for what is of them all."""

    format: str
    output: Path
    sha256: str = ""


def default_stem(stems: Sequence[str], title: str, word: str) -> str:
    """What a file is called before anybody names it: after its one document, else after the title, else after the first."""
    if len(stems) == 1:
        return file_stem(f"{stems[0]}-{word}")
    if title.strip():
        return file_stem(f"{title}-{word}")
    return file_stem(f"{stems[0]}+{len(stems) - 1}-{word}" if stems else word)


def unlike(names: Iterable[str]) -> list[str]:
    """The same names, each that came before with a number: two files of one folder must not become one."""
    taken: set[str] = set()
    result = []
    for name in names:
        result.append(_numbered(name, lambda one: folded(one) in taken))
        taken.add(folded(result[-1]))
    return result


def _numbered(name: str, is_taken: Callable[[str], bool]) -> str:
    """`name`, or the first of `name (2)`, `name (3)` and so on that is not taken."""
    path, number, result = Path(name), 2, name
    while is_taken(result):
        result, number = f"{path.stem} ({number}){path.suffix}", number + 1
    return result


def repeated(targets: Sequence[Target]) -> frozenset[Target]:
    """Those whose file is another one's as well, on whatever system."""
    seen: dict[str, list[Target]] = {}
    for target in targets:
        seen.setdefault(folded(str(target.output)), []).append(target)
    return frozenset(target for group in seen.values() if len(group) > 1 for target in group)


def originals_among(targets: Iterable[Target], originals: Iterable[Path]) -> tuple[Target, ...]:
    """Those that would overwrite a document, by whatever path it is reached."""
    documents = tuple(originals)
    return tuple(target for target in targets if any(is_same_file(target.output, one) for one in documents))


def folder_problem(folder: str) -> FusenError | None:
    """Why files cannot be written there, as far as that shows without trying."""
    path = Path(folder).expanduser()
    if not folder.strip() or not path.is_absolute():
        return FusenError("not-found", "No folder is chosen.", "Choose one, or enter its whole path.")
    try:
        if not path.exists():
            return FusenError("not-found", f"The folder {path} does not exist.", "Choose a folder that exists.")
        if not path.is_dir():
            return FusenError("not-found", f"{path} is a file.", "Choose a folder.")
        if not os.access(path, os.W_OK | os.X_OK):
            return FusenError("permission", f"Nothing may be written in the folder {path}.", "Choose another folder.")
    except (OSError, ValueError):  # such as a name that is too long
        return FusenError("not-found", f"The folder {path} does not exist.", "Choose a folder that exists.")
    return None


def existing(targets: Iterable[Target]) -> tuple[Target, ...]:
    """Those whose file is there already."""
    return tuple(target for target in targets if _is_there(target.output))


def _is_there(path: Path) -> bool:
    try:
        return path.exists() or path.is_symlink()
    except OSError:  # such as a name that is too long: writing will say so
        return False


def keeping_both(targets: Sequence[Target], replaced: Collection[Target]) -> tuple[Target, ...]:
    """The same targets, those in `replaced` under a numbered name that neither a file nor another target has."""
    taken = {folded(str(target.output)) for target in targets}
    result = []
    for target in targets:
        if target in replaced:
            folder = target.output.parent

            def is_taken(name: str, folder: Path = folder) -> bool:
                return folded(str(folder / name)) in taken or _is_there(folder / name)

            target = replace(target, output=folder / _numbered(target.output.name, is_taken))
            taken.add(folded(str(target.output)))
        result.append(target)
    return tuple(result)
