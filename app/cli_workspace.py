"""`fusen workspace …`: encrypt a workspace, decrypt it, change its passphrase, forget a document. Composed into the program."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app import cli_passphrase as passphrases
from app.cli_passphrase import PassphraseFile, WorkspaceArgument, login_name
from app.console import INTERRUPTED, SOME_FAILED, complain
from app.errors import FusenError

if TYPE_CHECKING:
    from app.workspace.rewriting import Outcome, Progress

commands = typer.Typer(help="Protect a workspace, or forget a document of it.", no_args_is_help=True)

NewPassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--new-passphrase-file", metavar="FILE", help="A file that holds the new passphrase; else it is asked for."
    ),
]
Remember = Annotated[
    bool, typer.Option("--remember", help="Keep the key in the keyring of this system, so that nothing is asked here.")
]
_HEAD_BYTES = 100  # SQLite's header, with its count of changes
LOST = "Without the passphrase nobody can open the workspace, Fusen neither: keep it in a safe place."


@commands.command("encrypt", short_help="Encrypt a workspace with a passphrase.")
def _encrypt(workspace: WorkspaceArgument, passphrase_file: PassphraseFile = None, remember: Remember = False) -> None:
    """Encrypt a workspace with a passphrase, which is asked for, or read from --passphrase-file.

    Without the passphrase nobody can open the workspace again.
    """
    from app.workspace import rewriting

    with _reported(workspace):
        complain(LOST)
        passphrase = (
            passphrases.ask_new(f"New passphrase for {workspace.name}: ")
            if passphrase_file is None
            else passphrases.from_file(passphrase_file)
        )
        with _bar("Encrypting") as progress:
            outcome = rewriting.encrypt(workspace, passphrase, progress, reviewer=login_name())
        _tell(outcome, f"{workspace.name} is encrypted.")
        _remember(workspace, remember)


@commands.command("decrypt")
def _decrypt(workspace: WorkspaceArgument, passphrase_file: PassphraseFile = None) -> None:
    """Make an encrypted workspace a plain file again."""
    from app.workspace import encryption, key_store, rewriting

    with _reported(workspace):
        _unlock(workspace)
        key = encryption.key_of(workspace)
        with _bar("Decrypting") as progress:
            outcome = rewriting.decrypt(workspace, progress, reviewer=login_name())
        if key is not None:
            key_store.forget(key)
        _tell(outcome, f"{workspace.name} is not encrypted any more: whoever can read the file can read it all.")


@commands.command("passphrase", short_help="Give it another passphrase.")
def _passphrase(
    workspace: WorkspaceArgument,
    passphrase_file: PassphraseFile = None,
    new_passphrase_file: NewPassphraseFile = None,
    remember: Remember = False,
) -> None:
    """Give an encrypted workspace another passphrase. The old one opens it no more."""
    from app.workspace import encryption, key_store, rewriting

    with _reported(workspace):
        _unlock(workspace)
        key = encryption.key_of(workspace)
        passphrase = (
            passphrases.ask_new(f"New passphrase for {workspace.name}: ")
            if new_passphrase_file is None
            else passphrases.from_file(new_passphrase_file)
        )
        with _bar("Encrypting anew") as progress:
            outcome = rewriting.change_passphrase(workspace, passphrase, progress, reviewer=login_name())
        if key is not None:
            key_store.forget(key)
        _tell(outcome, f"{workspace.name} has the new passphrase; the old one opens it no more.")
        _remember(workspace, remember)


@commands.command("forget", short_help="Forget a document for good.")
def _forget(
    workspace: WorkspaceArgument,
    document: Annotated[str, typer.Argument(metavar="FILE|SHA256", show_default=False)],
    passphrase_file: PassphraseFile = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Forget a document for good: its analyses, findings, decisions and history. Cannot be undone."""
    from app.workspace import encryption, forgetting, rewriting
    from app.workspace.audit_log import AuditLog

    with _reported(workspace):
        _unlock(workspace)
        path, key = workspace.resolve(), encryption.key_of(workspace)
        # On a network drive nobody else may come while the user is asked.
        with rewriting.alone_here(path), rewriting.sole_access(path, key) as connection:
            found = forgetting.find(connection, workspace, document)
            if found is None:
                raise FusenError(
                    "not-found", f"{workspace.name} holds no document {document}.", "Give its path or its SHA-256."
                )
            sha256, file = found
            if not yes:
                _ask_whether(file)
            log = AuditLog(workspace, connection, login_name)
            outcome = forgetting.forget(connection, path, sha256, log.forgetting(sha256))
        complain(f"Forgotten: {file} ({sha256}). The file itself and what was exported from it are where they were.")
        _say_copies(outcome.backups, "were cleaned of it", outcome.removed)


def _ask_whether(file: str) -> None:
    if not sys.stdin.isatty():
        raise FusenError("permission", "Forgetting cannot be undone, so it is asked for.", "Say --yes to confirm it.")
    complain(
        f"All that is stored of {file} will be gone: analyses, decisions, comments, history. This cannot be undone."
    )
    print("Forget it? Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() != "yes":
        raise KeyboardInterrupt


def _unlock(workspace: Path) -> None:
    passphrases.existing_workspace(workspace).close()


def _remember(workspace: Path, wanted: bool) -> None:
    from app.workspace import encryption, key_store

    key = encryption.key_of(workspace)
    if wanted and key is not None:
        key_store.remember(key)
        complain("The key is kept in the keyring of this system.")


def _tell(outcome: Outcome, words: str) -> None:
    complain(words)
    _say_copies(outcome.backups, "went the same way", outcome.removed)
    for name in outcome.left:
        complain(f"The copy {name} could not be written anew and stays as it was.")


def _say_copies(count: int, what: str, removed: tuple[str, ...]) -> None:
    if count:
        complain(f"Copies from before updates that {what}: {count}.")
    for name in removed:
        complain(f"The copy {name} could not be read and was removed.")


@contextlib.contextmanager
def _bar(words: str) -> Iterator[Progress]:
    """Progress on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        complain(f"{words}…")
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns: tuple[Any, ...] = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(words, total=1.0)
        yield lambda share: bar.update(task, completed=share)


@contextlib.contextmanager
def _reported(workspace: Path) -> Iterator[None]:
    """A failure is told on stderr and ends with 1, Ctrl-C with 130; the workspace is whole after either."""
    before = b""
    try:
        passphrases.require(workspace)  # nobody waits for a pipe to be read
        before = _beginning(workspace)
        yield
    except FusenError as error:
        complain(f"{workspace}: {error}")
        raise typer.Exit(SOME_FAILED) from None
    except KeyboardInterrupt:
        if _beginning(workspace) == before:
            complain("Stopped; the workspace is as it was.")
        else:
            complain(f"Stopped when {workspace.name} was done already; copies beside it may still be as they were.")
        raise typer.Exit(INTERRUPTED) from None


def _beginning(workspace: Path) -> bytes:
    """What changes whenever the file is written anew: a plain one's count of changes, an encrypted one's salt."""
    with contextlib.suppress(OSError), workspace.open("rb") as stream:
        return stream.read(_HEAD_BYTES)
    return b""
