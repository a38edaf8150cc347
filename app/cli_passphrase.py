"""Opening a workspace on the command line; its passphrase from the system's keyring, a file, or asked for on the terminal.

Never from an argument or the environment, which other programs of the machine can read.
"""

from __future__ import annotations

import contextlib
import getpass
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.console import SOME_FAILED, report, secret_in
from app.documents.files import translated
from app.errors import FusenError

if TYPE_CHECKING:
    from app.workspace.store import Workspace

_ATTEMPTS = 3
_given: list[Path] = []


def _keep(file: Path | None) -> Path | None:
    _given[:] = [] if file is None else [file]
    return file


WorkspaceArgument = Annotated[
    Path, typer.Argument(metavar="WORKSPACE", show_default=False, help="The file that holds analyses and decisions.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option(
        "--passphrase-file", metavar="FILE", callback=_keep, help="A file that holds the passphrase of the workspace."
    ),
]
"""An option of every command that opens a workspace; the command need not look at it: `open_workspace` does."""


def open_workspace(path: Path) -> Workspace:
    """Open a workspace, unlocked where it is encrypted, for the one who is logged in.

    Raises FusenError as `Workspace.open`, `check_place` and `unlock`.
    """
    from app.workspace.store import Workspace

    check_place(path)
    unlock(path)
    workspace = Workspace.open(path)
    workspace.reviewer = login_name()
    return workspace


@contextlib.contextmanager
def opened(path: Path, *, as_json: bool) -> Iterator[Workspace]:
    """An existing workspace. Errors, from the opening to its use, are told and end the program with 1."""
    try:
        with existing_workspace(path) as store:
            yield store
    except FusenError as error:
        report(path, error, as_json)
        raise typer.Exit(SOME_FAILED) from None


def existing_workspace(path: Path) -> Workspace:
    """As `open_workspace`, of one that is there. Raises FusenError `not-found` and `empty` besides."""
    require(path)
    if not path.stat().st_size:
        raise FusenError(
            "empty", f"{path} is empty, so there is no workspace in it.", "Open a copy of it, if there is one."
        )
    return open_workspace(path)


def require(path: Path) -> None:
    """Raise FusenError `not-found` where there is no file at `path`, and as `check_place`."""
    check_place(path)
    if not path.is_file():
        raise FusenError(
            "not-found", f"There is no workspace {path}.", "Check the name; fusen analyze --workspace makes one."
        )


def check_place(path: Path) -> None:
    """Raise FusenError where there cannot be a workspace at `path`: a name that is too long, a folder, a pipe."""
    try:
        free = path.is_file() or not path.exists()
    except OSError as error:
        raise translated(error, path) from error
    if not free:
        raise FusenError("unsupported", f"{path} is not an ordinary file.", "Choose another name for the workspace.")


def login_name() -> str:
    """By which the command line's user is known; empty where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def unlock(path: Path) -> None:
    """Give this process the key of an encrypted workspace; nothing for any other file. Raises FusenError `wrong-password`."""
    from app.workspace import encryption, key_store, rewriting

    if not path.is_file() or not encryption.is_locked(path):
        return
    if _given:
        encryption.unlock(path, from_file(_given[0]))
    elif not key_store.unlock_remembered(path):
        if not sys.stdin.isatty():
            encryption.key_of(path)  # says that it is encrypted, and what to do
        _ask_until_it_opens(path)
    rewriting.finish(path)


def _ask_until_it_opens(path: Path) -> None:
    from app.workspace import encryption

    for left in reversed(range(_ATTEMPTS)):
        try:
            encryption.unlock(path, ask(f"Passphrase of {path.name}: "))
        except FusenError as error:
            if left == 0 or error.code != "wrong-password":
                raise
            print(error, file=sys.stderr)
        else:
            return


def ask(words: str) -> str:
    """Ask on the terminal without showing what is typed. Raises FusenError `encrypted` where there is none."""
    if not sys.stdin.isatty():
        raise FusenError(
            "encrypted", "There is no terminal to ask for the passphrase on.", "Give it with --passphrase-file."
        )
    try:
        return getpass.getpass(words, stream=sys.stderr)
    except EOFError:
        raise KeyboardInterrupt from None


def ask_new(words: str) -> str:
    """Ask twice. Raises FusenError `wrong-password` where the two differ."""
    first = ask(words)
    if ask("The same once more: ") != first:
        raise FusenError("wrong-password", "The two passphrases differ; nothing was changed.", "Try again.")
    return first


def from_file(file: Path) -> str:
    """The passphrase that a file holds. Raises FusenError `permission`."""
    try:
        return secret_in(file)
    except (OSError, ValueError):
        raise FusenError(
            "permission",
            f"The passphrase file {file} cannot be read as UTF-8 text.",
            "Check its name, its rights and that it is a text file.",
        ) from None
