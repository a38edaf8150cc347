"""`fusen audit`: is a workspace's audit log whole, what does it tell, whose key signs it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli_passphrase import PassphraseFile, WorkspaceArgument, opened
from app.console import DONE, SOME_FAILED, complain, examples, json_line, on_one_line, say

if TYPE_CHECKING:
    from app.review.audit import Entry
    from app.review.audit_words import Names, NotesOfEntry
    from app.workspace.verifying import Report

audit_commands = typer.Typer(
    help="The audit log: verify it, read it, and the key that signs it.", no_args_is_help=True, rich_markup_mode=None
)

AsJson = Annotated[bool, typer.Option("--json", help="JSON instead of words.")]


@audit_commands.command(
    "verify",
    short_help="Is the log whole? Exit 0 if so, 1 if not.",
    epilog=examples("fusen audit verify review.fusen", "fusen audit verify review.fusen --exported meeting/brief.docx"),
)
def _verify(
    workspace: WorkspaceArgument,
    head: Annotated[
        str, typer.Option("--head", metavar="HEX", help="A hash that an entry must have, as an export names it.")
    ] = "",
    exported: Annotated[
        list[Path] | None, typer.Option("--exported", metavar="FILE", help="A file that must be an unchanged export.")
    ] = None,
    signer: Annotated[
        list[str] | None,
        typer.Option("--signer", metavar="HEX", help="A signer's fingerprint; entries of others are a problem then."),
    ] = None,
    as_json: AsJson = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """Is the log whole, and does the workspace hold what it tells? Exit 0 if so, 1 if not; unknown keys are only told."""
    with opened(workspace, as_json=as_json) as store:
        found = store.verify(head, exported or (), [each.lower() for each in signer or ()])
        say(json_line(_report_json(workspace, found)) if as_json else _report_words(workspace, found))
    raise typer.Exit(DONE if found.is_whole else SOME_FAILED)


@audit_commands.command("show")
def _show(
    workspace: WorkspaceArgument,
    last: Annotated[int | None, typer.Option("--last", metavar="N", min=1, help="Only the last N entries.")] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="JSON lines, one entry each, with hash and signature.")
    ] = False,
    passphrase_file: PassphraseFile = None,
) -> None:
    """What the log tells, oldest first."""
    from app.review.audit_words import Names

    with opened(workspace, as_json=as_json) as store:
        names, head = Names(), store.audit.head()
        first = head.count - last + 1 if head is not None and last is not None else 1
        for sealed, entry, notes in store.audit.told():
            names.learn(notes)
            if sealed.number < first:
                continue
            if entry is None:
                complain(f"Entry {sealed.number} is not one that Fusen wrote.")
            elif as_json:
                say(json_line({**sealed_json(entry, sealed.hash, sealed.signature), "notes": notes}))
            else:
                say(_line(entry, notes, names))
    raise typer.Exit(DONE)


@audit_commands.command("acknowledge", short_help="Accept the log as it is now.")
def _acknowledge(workspace: WorkspaceArgument, passphrase_file: PassphraseFile = None) -> None:
    """Accept the log as it is now, with its signers, as after a backup was brought back; the log tells that you did."""
    with opened(workspace, as_json=False) as store:
        known = store.audit_acknowledged()
        for signer in known.strangers:
            say(f"Accepted the key {signer.fingerprint[:16]}{f' ({signer.by})' if signer.by else ''}.")
        say(f"Acknowledged. What was wrong is in the log's last entry ({len(known.problems)} in all).")
    raise typer.Exit(DONE)


@audit_commands.command("key", short_help="The key that signs on this machine.")
def _key(
    new: Annotated[
        bool, typer.Option("--new", help="Make a new key, which the old one endorses; the old one's secret is deleted.")
    ] = False,
) -> None:
    """The key that signs on this machine: its fingerprint and where its secret lies."""
    from app.workspace.signing import rotate, signing_key

    key = rotate() if new else signing_key()
    places = {
        "keyring": "in the system's keyring",
        "file": "in a file that only you can read",
        "nowhere": "nowhere: it ends with the program",
    }
    say(f"{key.signer.fingerprint}  {places[key.part.kept]}")
    raise typer.Exit(DONE)


def sealed_json(entry: Entry, digest: bytes, signature: bytes) -> dict[str, Any]:
    """The `fusen.audit-entry/1` object."""
    from dataclasses import asdict

    return {"schema": "fusen.audit-entry/1", **asdict(entry), "hash": digest.hex(), "signature": signature.hex()}


def _line(entry: Entry, notes: NotesOfEntry, names: Names) -> str:
    from app.review.audit_words import entry_words

    at = entry.at[:19].replace("T", " ")
    return on_one_line(f"{entry.number:>6}  {at}  {entry.by or '-':<12}  {entry_words(entry, notes, names)}")


def _report_words(path: Path, report: Report) -> str:
    from app.review.audit_words import problem_words, stranger_words

    lines = []
    if report.is_whole:
        count = report.head.count if report.head is not None else 0
        lines.append(f"The audit log of {path.name} is whole: {count} entries, and the workspace holds what they tell.")
    else:
        lines.append(f"The audit log of {path.name} is NOT whole, or the workspace does not hold what it tells.")
        lines += [f"  {problem_words(problem)}" for problem in report.problems[:_MOST_TOLD]]
        if (more := len(report.problems) - _MOST_TOLD) > 0:
            lines.append(f"  ... and {more} more.")
    lines += [stranger_words(signer) for signer in report.strangers]
    if report.head is not None:
        lines.append(f"Head: {report.head.hash}")
    for signer in report.signers:
        whose = "accepted by you" if signer.fingerprint in report.accepted else "not known to this machine"
        whose = "yours, on this machine" if signer.fingerprint in report.ours else whose
        whose = f"endorsed by {signer.follows[:16]}" if signer.follows else whose
        name = f" ({signer.by})" if signer.by else ""
        lines.append(f"Signer {signer.fingerprint[:16]}{name}, {whose}: from entry {signer.since} on.")
    if report.seen is None:
        lines.append(
            "This machine has not seen this log before: whether its end was cut off can only be told with --head."
        )
    if report.asked_head is not None:
        lines.append(f"The hash that you gave is that of entry {report.asked_head}.")
    lines += [f"{each.name} was exported at {each.at} (entry {each.entry}), unchanged." for each in report.exports]
    lines += [f"{file.name} names entry {number} as the head of the log." for file, number in report.named]
    return "\n".join(lines)


_MOST_TOLD = 20


def _report_json(path: Path, report: Report) -> dict[str, Any]:
    from app.review.audit_words import problem_words, stranger_words

    head = report.head
    return {
        "schema": "fusen.audit-report/1",
        "file": str(path),
        "whole": report.is_whole,
        "head": None if head is None else {"count": head.count, "hash": head.hash},
        "problems": [
            {"code": each.code, "entry": each.entry, "what": each.what, "message": problem_words(each)}
            for each in report.problems
        ],
        "warnings": [
            {"code": "unknown-key", "entry": each.since, "what": each.fingerprint, "message": stranger_words(each)}
            for each in report.strangers
        ],
        "signers": [
            {
                "fingerprint": each.fingerprint,
                "since": each.since,
                "by": each.by,
                "ours": each.fingerprint in report.ours,
                "known": each not in report.strangers,
                "follows": each.follows,
            }
            for each in report.signers
        ],
        "seen": None if report.seen is None else {"count": report.seen.count, "hash": report.seen.hash},
        "asked_head": report.asked_head,
        "exports": [{"entry": each.entry, "at": each.at, "name": each.name} for each in report.exports],
        "named": [{"file": str(file), "entry": number} for file, number in report.named],
    }
