"""Which passages are whole sentences, that can stand by themselves."""

from __future__ import annotations

import re

_SHORTEST, _SHORTEST_JA = 40, 18
_JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
_SENTENCE_END = re.compile(r"[.;:!?。；！？][\"'”’)\]」』）]*$")


def is_sentence(text: str) -> bool:
    """A sentence, rather than a heading, a number, a cell or the beginning of an enumeration."""
    shortest = _SHORTEST_JA if _JAPANESE.search(text) else _SHORTEST
    return len(text) >= shortest and not text.isupper() and bool(_SENTENCE_END.search(text)) and not text.endswith(":")
