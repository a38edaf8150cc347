"""Which sentences of a comment ask something, English or Japanese."""

from __future__ import annotations

import re

_BETWEEN = re.compile(
    r"\n+|(?:(?<=[.!?])|(?<=[.!?][)”\"']))\s+(?=[^\sa-z0-9])|(?<=[。．！？])(?![。．！？」』）)”\"'])"
)
"""Between two sentences; a number or a small letter after a full stop ("approx. 5 days") goes on with the same one."""
_ASKS = re.compile(
    r"[?？]+[」』）)”\"']*$"  # says so itself
    r"|(?:です|ます|でしょう|ません|した|のだろう|だろう|べき|ある|ない|よい|いい|可能|必要)か[。．]?$"  # …ですか。
    r"|(?:要確認|要検討|要相談|確認要)[。．]?$"
)


def asked_in(comment: str) -> tuple[str, ...]:
    """The sentences that ask, each on one line, in their order."""
    sentences = (" ".join(found.split()) for found in _BETWEEN.split(comment))
    return tuple(sentence for sentence in sentences if _ASKS.search(sentence) and len(sentence) > 1)
