"""`fusen review`: hand a review over to another reviewer, merge hers, and see how far the reviewers agree."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli_audit import AsJson
from app.cli_passphrase import PassphraseFile, WorkspaceArgument, login_name, opened
from app.console import DONE, SOME_FAILED, examples, json_line, report, say, text_of, until_ctrl_c
from app.errors import FusenError

if TYPE_CHECKING:
    from app.review.agreement import Agreement, Kappa, TagAgreement
    from app.workspace.merging import Comparison

review_commands = typer.Typer(
    help="Several reviewers: hand over, merge, agreement.", no_args_is_help=True, rich_markup_mode=None
)

Reviewer = Annotated[
    str, typer.Option("--reviewer", metavar="NAME", help="How you call yourself.  [default: the login name]")
]


@review_commands.command(
    "hand-over",
    short_help="Write your decisions to a file.",
    epilog=examples("fusen review hand-over review.fusen --out sato.fusenreview"),
)
def _hand_over(
    workspace: WorkspaceArgument,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The file to write, *.fusenreview.")],
    reviewer: Reviewer = "",
    without_texts: Annotated[
        bool, typer.Option("--without-texts", help="Leave out the findings' words and the documents' titles.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Write your decisions to a file that another reviewer merges; one of before is replaced, and no other file."""
    from app.export.writing import write_whole
    from app.workspace.merging import hand_over, refuse_other

    with opened(workspace, as_json=False) as store:
        store.originals.refuse(out)
        refuse_other(out)
        store.reviewer = text_of("--reviewer", reviewer) or login_name()
        hand_over(store, texts=not without_texts, write=partial(write_whole, out))
        say(str(out))
    raise typer.Exit(DONE)


@review_commands.command(
    "merge",
    short_help="Keep others' decisions beside your own.",
    epilog=examples("fusen review merge review.fusen sato.fusenreview suzuki.fusenreview"),
)
def _merge(
    workspace: WorkspaceArgument,
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE", show_default=False, help="What others handed over, *.fusenreview.")
    ],
    reviewer: Reviewer = "",
    passphrase_file: PassphraseFile = None,
) -> None:
    """Keep what other reviewers decided beside your own decisions; the same file twice changes nothing."""
    from app.documents.files import check_readable
    from app.workspace.merging import merge, plan, read_file

    failed = False
    with opened(workspace, as_json=False) as store:
        store.reviewer = text_of("--reviewer", reviewer) or login_name()
        for file in until_ctrl_c(files):
            try:
                check_readable(file)  # a pipe would wait for ever
                review = read_file(file)
                made = plan(store, review)
                change = merge(store, review)
            except FusenError as error:
                failed |= report(file, error, as_json=False)
                continue
            say(_comparison_words(made.comparison))
            if not change.findings:
                say("All of it was merged before: nothing changed.")
    raise typer.Exit(SOME_FAILED if failed else DONE)


@review_commands.command("agreement", short_help="How far the reviewers agree.")
def _agreement(
    workspace: WorkspaceArgument,
    reviewer: Reviewer = "",
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """How far the reviewers agree: percentages and kappa, for each pair, all together, each tag."""
    from app.review.agreement import agreement

    with opened(workspace, as_json=as_json) as store:
        findings = [finding for stored in store.documents() for finding in store.findings(stored.sha256)]
        found = agreement(findings, text_of("--reviewer", reviewer) or login_name() or "you")
        value = {"schema": "fusen.agreement/1", "file": str(workspace), **asdict(found)}
        say(json_line(value) if as_json else _agreement_words(found))
    raise typer.Exit(DONE)


def _comparison_words(found: Comparison) -> str:
    words = (
        f"{found.reviewer} decided on {found.decided} passages: {found.same} as you, {found.otherwise} otherwise, "
        f"{found.undecided} that you have not decided."
    )
    if found.unknown:
        words += f" {found.unknown} passages are not known here and were left out."
    if found.other_documents:
        words += f" Not here, so not merged: {', '.join(found.other_documents)}."
    return words


def _agreement_words(found: Agreement) -> str:
    if not found.pairs:
        return "Only one reviewer has decided so far; merge what another one handed over."
    lines = [_kappa_words(kappa) for kappa in (*found.pairs, *([found.together] if found.together else []))]
    lines += [f"  {each.tag}: {each.agreed} of {each.passages} alike{_few_words(each)}" for each in found.tags]
    settled = f", settled since: {found.settled}" if found.settled else ""
    lines.append(f"Passages on which they disagree: {found.disagreements}{settled}")
    return "\n".join(lines)


def _kappa_words(kappa: Kappa) -> str:
    names = " and ".join(kappa.reviewers)
    if kappa.agreement is None:
        return f"{names}: there is no passage on which all of them decided."
    words = f"{names}: {kappa.agreement:.0%} alike on {kappa.passages} passages"
    if kappa.value is None:
        return f"{words}; all of it is one and the same answer, so kappa is not defined."
    interval = "" if kappa.interval is None else " (95 %: {:.2f} to {:.2f})".format(*kappa.interval)
    return f"{words}; kappa {kappa.value:.2f}{interval}{_few_words(kappa)}"


def _few_words(figure: Kappa | TagAgreement) -> str:
    return " - too few passages to tell much" if figure.is_of_few else ""
