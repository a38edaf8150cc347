"""Seconds from starting the process to the window's first paint, offscreen, with a warm cache.

    python tests/benchmarks/window_start.py [--times 5]

One start before the counted ones warms the cache, that of Python's byte code included, which an installed application has
whatever the environment says. The end of the process counts too, so the true figure is a little lower.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time


def start_once(byte_code: str) -> float:
    """One start, first paint and end of the window; Python keeps its byte code in the folder `byte_code`."""
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": byte_code}
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "app.ui", "--quit-when-shown"],
        env={"QT_QPA_PLATFORM": "offscreen", **os.environ, **kept},
        check=True,
        timeout=60,
    )
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=5)
    times = parser.parse_args().times
    with tempfile.TemporaryDirectory() as byte_code:
        start_once(byte_code)
        seconds = sorted(start_once(byte_code) for _ in range(times))
    print(f"window up: median {statistics.median(seconds):.2f} s, worst {seconds[-1]:.2f} s, {times} starts")


if __name__ == "__main__":
    main()
