"""In which language passages are written."""

from __future__ import annotations

import re
from collections.abc import Sequence

_KANA = re.compile(r"[\u3041-\u30ff]")
_MOST = 20_000


def is_japanese(texts: Sequence[str]) -> bool:
    """Is a tenth of the characters or more kana? English text has none, Japanese prose about half.

    The first 20,000 characters decide.
    """
    sample = "".join(texts)[:_MOST]
    return 10 * len(_KANA.findall(sample)) >= len(sample) > 0
