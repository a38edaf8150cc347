"""How much memory this process has needed so far."""

from __future__ import annotations

import sys


def peak_resident_bytes() -> int:
    """The largest resident size since the process began; 0 on Windows, whose Python does not say."""
    if sys.platform == "win32":
        return 0
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # kibibytes but for macOS
