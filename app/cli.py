"""The command line: the window, and the same jobs without it. Results go to stdout, everything else to stderr.

Only the standard library, Typer and plain values are imported here; workers, workspace and window when they are needed, so
that `fusen --help` answers at once.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import logging
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from app import cli_workspace, faults
from app.analysis.analysis import Analysis, AnalysisSettings
from app.cli_audit import audit_commands
from app.cli_passphrase import PassphraseFile, WorkspaceArgument, check_place, open_workspace, opened, require, unlock
from app.cli_review import review_commands
from app.console import (
    DONE,
    SOME_FAILED,
    Meter,
    complain,
    examples,
    json_line,
    listen_for_ctrl_c,
    orderly,
    password_of,
    report,
    say,
    text_of,
    until_ctrl_c,
    worker,
    wrong_usage,
)
from app.documents.document import OcrMode
from app.errors import FusenError

if TYPE_CHECKING:
    from app.documents.document import Document
    from app.workers.client import WorkerClient
    from app.workers.protocol import ReadDocument, ReadResult
    from app.workspace.store import Workspace


class _Commands(TyperGroup):
    """`fusen contract.pdf` opens the window; `fusen read contract.pdf` is a command."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; what Typer says by itself, such as help, may also find the disk full."""
        with orderly():
            return super().main(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        """Run a command; in here, because Typer has words of its own for Ctrl-C."""
        with orderly():
            return super().invoke(ctx)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        first = args[0] if args else ""
        if first not in self.commands and first not in ("--help", "-h", "--version"):
            if _is_word(first) and not os.path.lexists(first):
                names = [name for name in self.commands if name != "window"]
                close = difflib.get_close_matches(first, names, n=1, cutoff=0.75)
                advice = f"Did you mean {close[0]}?" if close else "fusen --help lists the commands."
                ctx.fail(f"There is neither a file nor a command named {first}. {advice}")
            args = ["window", *args]
        return super().parse_args(ctx, args)


def _is_word(argument: str) -> bool:
    """Whether an argument looks like a command: neither an option, nor with an ending or a folder as a file has."""
    return not argument.startswith("-") and Path(argument).parts == (argument,) and not Path(argument).suffix


app = typer.Typer(
    cls=_Commands,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    subcommand_metavar="[FILE]... | COMMAND",
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audit_commands, name="audit")
app.add_typer(cli_workspace.commands, name="workspace")
app.add_typer(review_commands, name="review")

Files = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE", show_default=False, help="PDF, DOCX, HTML, Markdown, reStructuredText or plain text."
    ),
]
PasswordFile = Annotated[
    Path | None,
    typer.Option("--password-file", metavar="FILE", help="A file that holds the password of the documents."),
]
WorkspaceFile = Annotated[
    Path | None, typer.Option("--workspace", metavar="FILE", help="The workspace that keeps analyses and decisions.")
]
Ocr = Annotated[
    OcrMode, typer.Option("--ocr", help="Which PDF pages to recognise: none, pictures, or also those with poor text.")
]
AsJson = Annotated[bool, typer.Option("--json", help="JSON lines, one object a file.")]


def main() -> None:
    """The entry point `fusen`."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed; what is written there must not go to the other one
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 -- open as long as the program runs
        elif isinstance(stream, io.TextIOWrapper):
            # Whatever the locale; a file name that is no valid text must not end the program either.
            stream.reconfigure(encoding="utf-8", errors="replace")
    # What a dying worker wrote is for developers; the user hears of it as a FusenError.
    logging.getLogger("app").setLevel(logging.ERROR)
    faults.install()
    listen_for_ctrl_c()
    typer.main.get_command(app)()  # not app(): that would have a word of its own on exceptions


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            number = version("fusen")
        except PackageNotFoundError:  # run from a clone that is not installed
            number = "(not installed)"
        say(f"fusen {number}")
        raise typer.Exit(DONE)


@app.callback(
    epilog=examples(
        "fusen contract.pdf",
        "fusen analyze contract.pdf --workspace review.fusen",
        "fusen export review.fusen --to docx,xlsx --out meeting",
    )
)
def _program(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Read long documents on this machine and flag the passages that a person must read.

    With files or a workspace alone, or with nothing, the window opens.

    Results go to standard output, everything else to standard error. Exit status: 0 done, 1 some of it failed, 2 wrong usage,
    130 stopped by Ctrl-C.
    """


@app.command("window", hidden=True)
def _window(files: Annotated[list[Path] | None, typer.Argument()] = None, workspace: WorkspaceFile = None) -> None:
    """Open the window with these documents, or with a workspace."""
    if workspace is None and files and files[0].suffix == ".fusen":
        workspace, *files = files
    from app.ui.availability import why_no_window

    reason = why_no_window()
    if reason is None:
        from app.ui.application import run
        from app.workspace.store import default_workspace

        raise typer.Exit(run([str(file) for file in files or []], workspace or default_workspace()))
    complain(reason)
    if not files:
        complain("Name documents to analyse them here: fusen analyze FILE...")
        raise typer.Exit(SOME_FAILED)
    complain("The analysis is printed here instead.")
    raise typer.Exit(_analyze_files(files, AnalysisSettings(), as_json=False, workspace=workspace, password=None))


@app.command(
    "read", short_help="Read documents, without a model.", epilog=examples("fusen read contract.pdf --json | jq .text")
)
def _read(files: Files, as_json: AsJson = False, ocr: Ocr = "auto", password_file: PasswordFile = None) -> None:
    """Read documents, without a model: their text, or with --json everything that was read."""
    from app.workers.protocol import ReadDocument

    password = password_of(password_file)
    failed = False
    with worker("document_worker") as reader, Meter() as meter:
        for file in until_ctrl_c(files):
            try:
                read = _read_file(reader, ReadDocument(str(file), password, ocr=ocr, structure=as_json), meter)
            except FusenError as error:
                failed |= report(file, error, as_json)
                continue
            meter.pause()
            document, structure = read.document, read.structure
            say(json_line({**document.to_json(), "structure": structure.to_json()}) if as_json else document.text)
    raise typer.Exit(SOME_FAILED if failed else DONE)


@app.command(
    "analyze",
    short_help="Flag the passages that a person must read.",
    epilog=examples(
        "fusen analyze contract.pdf",
        'fusen analyze contract.pdf --share 0.1 --query "who bears the cost of recall?"',
        "fusen analyze *.pdf --json --workspace review.fusen > analyses.jsonl",
    ),
)
def _analyze(
    files: Files,
    as_json: AsJson = False,
    kind: Annotated[
        Literal["auto", "contract", "report", "design"], typer.Option(help="What kind of document it is.")
    ] = "auto",
    query: Annotated[str | None, typer.Option(metavar="TEXT", help="What the reader looks for.")] = None,
    attention: Annotated[Literal["adaptive", "dense"], typer.Option(help="How the model attends.")] = "adaptive",
    coverage: Annotated[float, typer.Option(help="Share of the attention mass to compute.")] = 0.95,
    device: Annotated[Literal["auto", "cpu", "cuda"], typer.Option(help="Where the model runs.")] = "auto",
    recall: Annotated[
        float | None, typer.Option(help="Share of the important passages to select.  [default: 0.9]")
    ] = None,
    share: Annotated[float | None, typer.Option(help="Share of the text to select, instead of --recall.")] = None,
    ocr: Ocr = "auto",
    workspace: WorkspaceFile = None,
    password_file: PasswordFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Flag the passages that a person must read: a readable list, or JSON lines."""
    if recall is not None and share is not None:
        wrong_usage("Give --recall or --share, not both.")
    for name, value in (("--recall", recall), ("--share", share), ("--coverage", coverage)):
        if value is not None and not 0 < value <= 1:
            wrong_usage(f"{name} must be above 0 and at most 1.")
    settings = AnalysisSettings(
        kind=kind,
        query=text_of("--query", query) or None,
        attention=attention,
        coverage=coverage,
        device=device,
        recall=recall or 0.9,
        share=share,
    )
    password = password_of(password_file)
    raise typer.Exit(_analyze_files(files, settings, as_json=as_json, workspace=workspace, password=password, ocr=ocr))


def _analyze_files(
    files: Sequence[Path],
    settings: AnalysisSettings,
    *,
    as_json: bool,
    workspace: Path | None,
    password: str | None,
    ocr: OcrMode = "auto",
) -> int:
    from app.workers.protocol import ReadDocument

    failed = False
    with contextlib.ExitStack() as stack:
        store = None
        if workspace is not None:
            try:
                store = stack.enter_context(open_workspace(workspace))
            except FusenError as error:
                report(workspace, error, as_json)
                return SOME_FAILED
        reader = stack.enter_context(worker("document_worker"))
        analyst = stack.enter_context(worker("model_worker"))
        analyst.start()  # loads its libraries while the first document is read
        meter = stack.enter_context(Meter())
        for file in until_ctrl_c(files):
            try:
                wanted = ReadDocument(str(file), password, ocr=ocr, structure=False)
                document = _read_file(reader, wanted, meter).document
                analysis = _stored_analysis(store, document, settings)
                if analysis is None:
                    analysis = _analyze_document(analyst, document, settings, meter)
                    if store is not None:
                        store.save_analysis(document, analysis)
            except FusenError as error:
                failed |= report(file, error, as_json)
                continue
            meter.pause()
            if as_json:
                say(json_line(analysis.to_json()))
            else:
                from app.export.listing import analysis_listing

                width = shutil.get_terminal_size((100, 24)).columns if sys.stdout.isatty() else 100
                labels = [page.label or str(page.number) for page in document.pages]
                say(analysis_listing(analysis, labels if document.format == "pdf" else None, width=width))
    return SOME_FAILED if failed else DONE


@app.command(
    "recover", short_help="Save what can be read of a damaged workspace.", epilog=examples("fusen recover review.fusen")
)
def _recover(
    workspace: WorkspaceArgument,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="The new workspace.  [default: beside the damaged one]")
    ] = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Save all that can be read of a damaged workspace, and of the copies beside it, to a new one. It changes none of them."""
    from app.workspace.backups import backups_of
    from app.workspace.database import own_place
    from app.workspace.leftovers import recovered_name
    from app.workspace.salvage import salvage

    try:
        require(workspace)
        unlock(workspace)
        output = out or recovered_name(workspace)
        check_place(output)
        saved = salvage(workspace, output, backups_of(own_place(workspace)))
    except FusenError as error:
        report(workspace, error, as_json=False)
        raise typer.Exit(SOME_FAILED) from None
    complain(f"{saved.documents} documents and {saved.decisions} decisions were saved.")
    if saved.damaged:
        complain(f"Not everything could be read of: {', '.join(saved.damaged)}.")
    if copied := sum(saved.from_copies.values()):
        complain(f"{copied} entries come from copies that were made before updates.")
    say(str(output))


@app.command(
    "export",
    short_help="Export the decided findings, for a meeting.",
    epilog=examples(
        "fusen export review.fusen --to docx --template company.dotx --out meeting",
        "fusen export review.fusen --to xlsx,ics,annotated --order due --out meeting --force",
    ),
)
def _export(
    workspace: WorkspaceArgument,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="FORMATS", help="Of docx, pptx, xlsx, md, html, json, ics, pdf, annotated; with commas."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="The folder to write to; made if absent.")],
    title: Annotated[str | None, typer.Option(metavar="TEXT", help="Instead of the documents' titles.")] = None,
    purpose: Annotated[str, typer.Option(metavar="TEXT", help="What the meeting is for.")] = "",
    template: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A company's template: .docx or .dotx for docx, .pptx or .potx for pptx."),
    ] = None,
    language: Annotated[Literal["en", "ja"] | None, typer.Option(help="Instead of that of the documents.")] = None,
    order: Annotated[
        Literal["place", "importance", "tag", "decision", "owner", "due"], typer.Option(help="Order of the findings.")
    ] = "place",
    group: Annotated[
        Literal["none", "document", "section", "tag", "owner"], typer.Option(help="Headings that they stand under.")
    ] = "none",
    force: Annotated[bool, typer.Option("--force", help="Replace files of earlier exports.")] = False,
    password_file: PasswordFile = None,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Export the decided findings: a brief for the meeting, an issues list, a calendar, annotated copies of the documents."""
    from app.exporting import Wanted, export, folder_for, known_formats, template_problem

    known = known_formats()
    formats = tuple(name.strip() for name in to.split(",") if name.strip())
    unknown = [name for name in formats if name not in known]
    if unknown or not formats:
        wrong_usage(f"--to does not know {', '.join(unknown) or 'what to write'}. It writes {', '.join(known)}.")
    if template is not None and (problem := template_problem(template, formats)) is not None:
        wrong_usage(problem)
    password = password_of(password_file)
    title, purpose = text_of("--title", title) or None, text_of("--purpose", purpose)
    wanted = Wanted(formats, out, title, purpose, language, order, group, template, password, force)
    with opened(workspace, as_json=False) as store, folder_for(out):
        failed = export(store, wanted)
    raise typer.Exit(SOME_FAILED if failed else DONE)


@app.command(
    "versions",
    short_help="Say what changed between two versions.",
    epilog=examples("fusen versions review.fusen draft-1.pdf draft-2.docx"),
)
def _versions(
    workspace: WorkspaceArgument,
    old: Annotated[str, typer.Argument(metavar="OLD", show_default=False, help="A file, its name, or its SHA-256.")],
    new: Annotated[str, typer.Argument(metavar="NEW", show_default=False, help="The same of the newer version.")],
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Say what changed between two analysed documents of a workspace, and what was decided on it before."""
    from app.comparing import as_json as written
    from app.comparing import chosen_document, listed
    from app.workspace.changes import changes_between

    with opened(workspace, as_json=as_json) as store:
        one, other = chosen_document(store, old), chosen_document(store, new)
        found = changes_between(store, one.sha256, other.sha256)
    for line in [json_line(written(found, one, other))] if as_json else listed(found, one, other):
        say(line)


@app.command("doctor", short_help="Say what this machine has and what is wrong.")
def _doctor() -> None:
    """Say what this machine has, what will be used, and what is wrong."""
    from app.doctor import examine

    checks = examine()
    width = max(len(check.name) for check in checks)
    for check in checks:
        say(f"{'ok ' if check.ok else 'NO ' if check.essential else '-- '} {check.name:<{width}}  {check.finding}")
        if check.advice:
            say(f"    {'':<{width}}  {check.advice}")
    raise typer.Exit(SOME_FAILED if any(check.essential and not check.ok for check in checks) else DONE)


# ---- the workers


def _read_file(reader: WorkerClient, wanted: ReadDocument, meter: Meter) -> ReadResult:
    from app.workers.protocol import ReadResult

    meter.begin(wanted.path)
    value = reader.call(wanted, meter.report)
    assert isinstance(value, ReadResult)  # noqa: S101 -- what this call answers with
    return value


def _analyze_document(analyst: WorkerClient, document: Document, settings: AnalysisSettings, meter: Meter) -> Analysis:
    from app.workers.protocol import AnalysisResult, Analyze

    value = analyst.call(Analyze(document, settings), meter.report)
    assert isinstance(value, AnalysisResult)  # noqa: S101 -- what this call answers with
    return value.analysis


def _stored_analysis(store: Workspace | None, document: Document, settings: AnalysisSettings) -> Analysis | None:
    """What the workspace holds of this text, by the weights that are installed, under the same settings."""
    if store is None:
        return None
    from app.analysis.shipped import shipped_model_sha256

    analysis = store.take_analysis(document, shipped_model_sha256(), settings)
    return None if analysis is None else replace(analysis, file=document.file)


if __name__ == "__main__":
    main()
