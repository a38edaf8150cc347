"""What the client says of a call that ends without an answer of the worker."""

from __future__ import annotations

from pathlib import Path

from app.errors import FusenError
from app.workers.pending import Pending
from app.workers.protocol import Body, ReadResult, RenderPage, Value, file_of

_DAMAGED = "The file may be damaged or very complicated. Open a copy that was saved anew by another program."


def cancelled() -> FusenError:
    """The caller wanted it so, or the client is closing."""
    return FusenError("cancelled", "The work was stopped at your request.")


def timeout(body: Body, seconds: float) -> FusenError:
    """The worker was ended `seconds` after the last sign of progress."""
    if isinstance(body, RenderPage):
        return FusenError("timeout", f"Page {body.page} took too long to be drawn and was left out.", _DAMAGED)
    return FusenError(
        "timeout", f"{file_of(body) or 'The work'} made no progress for {seconds:g} seconds and was stopped.", _DAMAGED
    )


def stopped(name: str, pending: Pending) -> FusenError:
    """The worker called `name` ended by itself at this call, or with it."""
    if pending.cancelled:
        return cancelled()
    file = file_of(pending.body)
    return FusenError(
        "internal",
        f"The {name} stopped unexpectedly" + (f" at {Path(file).name}." if file else "."),
        "It starts again by itself, and other documents are not affected. The file may be damaged, or too large for "
        "this machine's memory.",
    )


def unspeakable(body: Body) -> FusenError:
    """The request cannot be written as UTF-8: a file name holds bytes that are no text."""
    name = (file_of(body) or "").encode("utf-8", "replace").decode("utf-8")
    return FusenError("unsupported", f"The name of {name} is not valid text.", "Rename the file and open it again.")


def no_scratch() -> FusenError:
    """There is no folder that the worker may write in."""
    return FusenError(
        "permission",
        "No file can be written in the system's folder for temporary files.",
        "Free some space and try again.",
    )


def ran_out_of_memory(outcome: Value | FusenError) -> bool:
    """Whether a worker that answers so has met its limit, after which its memory is in pieces."""
    if isinstance(outcome, FusenError):
        return outcome.code == "out-of-memory"
    return isinstance(outcome, ReadResult) and any(
        notice.code == "page-out-of-memory" for notice in outcome.document.warnings
    )
