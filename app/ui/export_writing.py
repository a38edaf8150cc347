"""Writes the files of an export one after the other: what fails does not keep the others from being written. Knows no Qt."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import FusenError
from app.ui.export_files import Target, existing, originals_among

log = logging.getLogger(__name__)

Share = Callable[[float], None]
"""Is told how much of one file is done, from 0 to 1."""
Write = Callable[[Target, Share], Sequence[str]]
"""Writes one file, whole or not at all, and returns what the user must know of it, in sentences; raises FusenError."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far an export is: it is at the file `number` (from 1) of `total`; `share` is of them all."""

    target: Target
    number: int
    total: int
    share: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: written where `error` is None; `cancelled` among the errors was the user's wish.

    `notices` are sentences on what was written.
    """

    target: Target
    error: FusenError | None = None
    notices: tuple[str, ...] = ()


def write_files(
    targets: Sequence[Target],
    write: Write,
    *,
    originals: Collection[Path],
    may_replace: Collection[Target],
    stop: threading.Event,
    tell: Callable[[Step], object],
) -> tuple[Outcome, ...]:
    """Write every target; one that would overwrite a document, or a file that nobody was asked about, fails.

    After `stop` is set nothing more is begun, and what was not written ends as `cancelled`.
    """
    outcomes = []
    for number, target in enumerate(targets, start=1):

        def report(share: float, number: int = number, target: Target = target) -> None:
            whole = (number - 1 + min(max(share, 0.0), 1.0)) / len(targets)
            tell(Step(target, number, len(targets), whole))

        report(0.0)
        outcomes.append(_outcome(target, write, report, originals, may_replace, stop))
    return tuple(outcomes)


def _outcome(
    target: Target,
    write: Write,
    report: Share,
    originals: Collection[Path],
    may_replace: Collection[Target],
    stop: threading.Event,
) -> Outcome:
    try:
        if stop.is_set():
            raise FusenError("cancelled", "The export was cancelled.")
        refuse(target, originals, may_replace)
        return Outcome(target, None, tuple(write(target, report)))
    except FusenError as error:
        return Outcome(target, error)
    except Exception as problem:
        log.exception("writing %s failed", target.format)
        told = FusenError("internal", f"Something went wrong: {problem}", "Please report this as a bug.")
        return Outcome(target, told)


def refuse(target: Target, originals: Collection[Path], may_replace: Collection[Target]) -> None:
    """Raise FusenError `permission` where writing `target` would destroy what nobody gave up."""
    if originals_among((target,), originals):
        raise FusenError("permission", "The export would overwrite the document itself.", "Choose another name.")
    if target not in may_replace and existing((target,)):
        name = target.output.name
        raise FusenError("permission", f"A file {name} has come into the folder meanwhile.", "Write once more.")
