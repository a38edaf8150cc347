"""`fusen export`: what was decided, from a workspace to files for a meeting."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from app.console import Meter, complain, report, say, worker
from app.errors import FusenError

if TYPE_CHECKING:
    from app.documents.document import Language
    from app.export.arranging import Grouping, Order
    from app.export.brief import Brief, Opinion
    from app.export.formats import Format
    from app.workers.client import WorkerClient
    from app.workspace.store import StoredDocument, Workspace


@dataclass(frozen=True)
class Wanted:
    """What is to be exported, and how. `formats` are names of `app.export.formats.FORMATS`."""

    formats: tuple[str, ...]
    out: Path
    title: str | None = None
    purpose: str = ""
    language: Language | None = None
    order: Order = "place"
    grouping: Grouping = "none"
    template: Path | None = None
    password: str | None = None
    force: bool = False


def known_formats() -> tuple[str, ...]:
    """Their names, in the order in which they are told."""
    from app.export.formats import FORMATS

    return tuple(FORMATS)


def template_problem(template: Path, formats: Sequence[str]) -> str | None:
    """Why this template is of no use to any of the formats, in a sentence; None where one of them takes it."""
    from app.export.formats import FORMATS

    takers = {ending for name in formats for ending in FORMATS[name].templates}
    if template.suffix.lower() in takers:
        return "The template must be a file." if _is_special(template) else None
    if not takers:
        able = ", ".join(name for name, each in FORMATS.items() if each.templates)
        return f"--template is for formats with templates ({able}); none of those was asked for."
    return f"The template must end in {' or '.join(sorted(takers))}."


def _is_special(path: Path) -> bool:
    """A folder, or a pipe that would be waited for."""
    try:
        return path.exists() and not path.is_file()
    except OSError:
        return False  # reading it says why


def export(store: Workspace, wanted: Wanted) -> bool:
    """Write all files that were asked for; whether one of them failed. Raises FusenError where nothing can be written."""
    from app.export.formats import FORMATS

    formats = [each for name, each in FORMATS.items() if name in wanted.formats]
    briefs = [each for each in formats if each.renderer]
    copies = [each for each in formats if each.copies]
    failed = False
    taken: set[str] = set()
    if briefs:
        brief = _brief(store, wanted)
        for each in briefs:
            pictures = _pictures(store, brief, wanted) if each.pictures else {}
            failed |= _write_brief(store, brief, each, wanted, taken, pictures)
    if copies:
        failed |= _write_copies(store, copies, wanted, taken)
    return failed


def _brief(store: Workspace, wanted: Wanted) -> Brief:
    from app.analysis.structure.building import structure_of
    from app.export.arranging import arranged
    from app.workspace.briefing import brief_of

    brief = brief_of(
        store, title=wanted.title, purpose=wanted.purpose, language=wanted.language, read_structure=structure_of
    )
    return arranged(brief, order=wanted.order, grouping=wanted.grouping)


def _pictures(store: Workspace, brief: Brief, wanted: Wanted) -> dict[str, bytes]:
    from app.workers.picturing import pictures_of
    from app.workspace.at_hand import files_of

    with files_of(store, store.documents()) as files, worker("document_worker") as drawing:
        return pictures_of(brief, {sha256: (file, wanted.password) for sha256, file in files.items()}, drawing)


def _write_brief(
    store: Workspace,
    brief: Brief,
    kind: Format,
    wanted: Wanted,
    taken: set[str],
    pictures: dict[str, bytes],
) -> bool:
    from app.export.file_names import folded

    output = wanted.out / f"{kind.stem}{kind.ending}"
    template = wanted.template
    try:
        _refuse_existing(output, store, wanted)
        taken.add(folded(output.name))
        template = template if template and template.suffix.lower() in kind.templates else None
        kind.write(brief, output, template, pictures, new=not wanted.force)
        store.record_export([output], kind.name, [document.sha256 for document in brief.documents])
    except FusenError as error:
        report(output, error, as_json=False)
        return True
    say(str(output))
    return False


def _write_copies(store: Workspace, copies: Sequence[Format], wanted: Wanted, taken: set[str]) -> bool:
    failed = False
    opinions = _opinions(store)
    with worker("document_worker") as writer, Meter() as meter:
        for stored in store.documents():
            if not stored.analyzed:
                continue
            endings = [ending for each in copies if (ending := each.copy_ending(stored.file, stored.format))]
            try:
                if not endings:
                    raise _no_copy(copies)
                output = _free_name(wanted.out, Path(stored.file).stem, endings[0], taken)
                _refuse_existing(output, store, wanted)
                meter.begin(stored.file)
                _annotate(writer, store, stored, output, wanted, opinions, meter)
            except FusenError as error:
                report(Path(stored.file), error, as_json=False)
                failed = True
                continue
            meter.pause()
            say(str(output))
    return failed


def _annotate(
    writer: WorkerClient,
    store: Workspace,
    stored: StoredDocument,
    output: Path,
    wanted: Wanted,
    opinions: dict[str, tuple[Opinion, ...]],
    meter: Meter,
) -> None:
    from app.workers.protocol import AnnotateDocx, AnnotatePdf, Written
    from app.workspace.at_hand import file_of

    request = AnnotatePdf if stored.format == "pdf" else AnnotateDocx
    findings = store.findings(stored.sha256)
    with file_of(store, stored) as file:
        body = request(
            str(file),
            str(output.absolute()),
            findings,
            password=wanted.password,
            opinions=opinions,
            audit_head=store.audit_head(),
            new=not wanted.force,
        )
        written = writer.call(body, meter.report)
    meter.pause()
    for notice in written.notices if isinstance(written, Written) else ():
        complain(f"{output.name}: {notice.message}")
    store.record_export([output], "annotated", [stored.sha256])


def _opinions(store: Workspace) -> dict[str, tuple[Opinion, ...]]:
    """What each of several reviewers decided, by finding; of an analysis that cannot be read nothing is known."""
    from app.workspace.briefing import brief_of

    try:
        brief = brief_of(store)
    except FusenError:
        return {}
    return {each.id: each.opinions for each in (*brief.findings, *brief.undecided) if each.opinions}


def _no_copy(copies: Sequence[Format]) -> FusenError:
    formats = sorted({kind.upper() for each in copies for kind in each.copies})
    return FusenError(
        "unsupported",
        f"Only a {' or '.join(formats)} can be exported as an annotated {' or '.join(formats)}.",
        "Its findings are in the brief.",
    )


def _refuse_existing(output: Path, store: Workspace, wanted: Wanted) -> None:
    from app.export.writing import refuse_template

    store.originals.refuse(output)
    refuse_template(wanted.template, output)
    if not wanted.force and (output.exists() or output.is_symlink()):
        raise FusenError(
            "permission",
            f"{output.name} exists already and is not overwritten.",
            "Choose another folder, or add --force to replace it.",
        )


def _free_name(folder: Path, stem: str, ending: str, taken: set[str]) -> Path:
    """Two documents of the same name must not become one file, on whatever system."""
    from app.export.file_names import file_stem, folded

    stem, (mark, _, suffix) = file_stem(stem), ending.rpartition(".")
    output, number = folder / f"{stem}{ending}", 2
    while folded(output.name) in taken:
        output, number = folder / f"{stem}{mark}-{number}.{suffix}", number + 1
    taken.add(folded(output.name))
    return output


@contextlib.contextmanager
def folder_for(out: Path) -> Iterator[Path]:
    """The folder to write to, made where it is absent, and taken away again where nothing was written."""
    try:
        made = not out.exists()
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FusenError("permission", f"The folder {out} cannot be made.", "Choose another folder.") from error
    try:
        yield out
    finally:
        if made:
            with contextlib.suppress(OSError):
                out.rmdir()  # only an empty one
