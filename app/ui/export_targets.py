"""From what was chosen on the export page to the files that will be written. Knows no Qt."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.export.brief import Brief
from app.export.file_names import file_stem
from app.export.formats import FORMATS, Format
from app.ui.export_choice import Choice
from app.ui.export_files import Target, default_stem, unlike

Typed = Mapping[tuple[str, str], str]
"""Names that the user typed, by format and document (empty: of them all)."""


def offered_formats() -> tuple[str, ...]:
    """The formats to choose from; of two that make the same copies of documents only the one that makes more."""
    copying = {name: form.copies.items() for name, form in FORMATS.items() if form.copies}
    return tuple(
        name
        for name in FORMATS
        if not any(
            copying[name] < made or (copying[name] == made and other != name and not FORMATS[other].ending)
            for other, made in copying.items()
            if name in copying
        )
    )


def targets(brief: Brief, choice: Choice, typed: Typed) -> tuple[Target, ...]:
    """Every file of the export, in the order of the formats; copies in the order of the documents."""
    folder = Path(choice.folder).expanduser()
    made: list[tuple[str, str, str]] = []  # format, document, name
    for name in choice.formats:
        form = FORMATS[name]
        made += _copies(form, brief) if form.copies else [(name, "", _brief_name(form, brief, choice))]
    names = unlike(name for _, _, name in made)  # of two documents with one name the copies are told apart
    return tuple(
        Target(form, folder / _typed(typed, form, document, name), document)
        for (form, document, _), name in zip(made, names, strict=True)
    )


def _copies(form: Format, brief: Brief) -> list[tuple[str, str, str]]:
    return [
        (form.name, document.sha256, file_stem(Path(document.file).stem) + ending)
        for document in brief.documents
        if (ending := form.copy_ending(document.file, document.format))
    ]


def _brief_name(form: Format, brief: Brief, choice: Choice) -> str:
    stems = [Path(document.file).stem for document in brief.documents]
    return default_stem(stems, choice.title, form.stem) + form.ending


def _typed(typed: Typed, form: str, document: str, name: str) -> str:
    """What was typed, made a name that every system takes; nothing gives the name that it had."""
    given = typed.get((form, document), "").strip()
    ending = Path(name).suffix
    stem = given[: -len(ending)] if given.casefold().endswith(ending.casefold()) else given
    return file_stem(stem) + ending if stem.strip(" .") else name
