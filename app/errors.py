"""What can go wrong in words a user understands: one error type, a fixed set of codes, and what to do about each."""

from __future__ import annotations

from typing import Literal, get_args

ErrorCode = Literal[
    "not-found",
    "permission",
    "unsupported",
    "damaged",
    "encrypted",
    "wrong-password",
    "empty",
    "too-large",
    "timeout",
    "out-of-memory",
    "cancelled",
    "internal",
]
ERROR_CODES: tuple[str, ...] = get_args(ErrorCode)


class FusenError(Exception):
    """A failure that is explained to the user.

    `message` says what happened, `advice` what the user can do; both are complete sentences without a traceback.
    `code` is stable and part of the `fusen.error/1` interface (`cancelled` never leaves the process: it is no failure).
    """

    def __init__(self, code: ErrorCode, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.code: ErrorCode = code
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message} {self.advice}".strip()
