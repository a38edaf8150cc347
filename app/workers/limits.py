"""Limits that a worker sets on itself, where the system has them (POSIX): memory, CPU time, open and written files.

The hard limits last as long as the process. The soft ones move with the work: each step may take so much more memory and
CPU time than the process has taken already, so that a file that unpacks without end meets a failed allocation at its page.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

ADDRESS_SPACE = 4 << 30
"""Bytes of the whole process: what the longest documents need to be put together."""

STEP_MEMORY = 768 << 20
"""Bytes that one page may take beyond what the process has already; ordinary pages take less than ten megabytes."""

RECOGNITION_MEMORY = 2 << 30
"""Bytes beyond what the process has for a page that is recognised: models and threads, which take them from no hostile file."""

CPU_SECONDS = 120
"""CPU time of one step. The client's deadlines are shorter; this holds when the client itself does not watch."""

OPEN_FILES = 128
WRITTEN_BYTES = 4 << 30

MODEL_MEMORY = "FUSEN_MODEL_MEMORY_GB"
"""The variable of the environment in which the window tells the model worker how much memory it may take; unset: no limit."""

if sys.platform == "win32":

    def limit_data(gigabytes: float) -> bool:
        """Nothing, see `limit_process`."""
        return False

    def limit_process() -> bool:
        """Windows limits a process from outside only; the client's deadlines still hold."""
        return False

    def limit_step(memory: int | None = None) -> None:
        """Nothing, see `limit_process`."""

    def limit_program() -> bool:
        """Nothing, see `limit_process`."""
        return False

else:
    import resource

    def limit_data(gigabytes: float) -> bool:
        """Let this process take so much memory of its own; whether that is in force. Mapped files do not count."""
        return _lower(resource.RLIMIT_DATA, int(gigabytes * (1 << 30)))

    def limit_program() -> bool:
        """The limits of a process that becomes another program, each as long as it lives; whether all are in force."""
        return limit_process() and _lower(resource.RLIMIT_CPU, CPU_SECONDS)

    def limit_process() -> bool:
        """Set the limits that last; whether all of them are in force."""
        limits = (
            (resource.RLIMIT_AS, ADDRESS_SPACE),
            (resource.RLIMIT_NOFILE, OPEN_FILES),
            (resource.RLIMIT_FSIZE, WRITTEN_BYTES),
            (resource.RLIMIT_CORE, 0),  # a core dump would be a copy of somebody's contract
        )
        in_force = [_lower(kind, limit) for kind, limit in limits]  # all are set, also after one that cannot be
        return all(in_force)

    def limit_step(memory: int | None = None) -> None:
        """Let the coming step take `memory` bytes beyond what is taken now (None: all that the process may) and CPU time."""
        taken = _address_space()
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        if hard != resource.RLIM_INFINITY:
            soft = hard if memory is None or taken is None else min(hard, taken + memory)
            _set_soft(resource.RLIMIT_AS, soft, hard)
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        seconds = int(time.process_time()) + CPU_SECONDS
        _set_soft(resource.RLIMIT_CPU, seconds if hard == resource.RLIM_INFINITY else min(seconds, hard), hard)

    def _lower(kind: int, limit: int) -> bool:
        _, hard = resource.getrlimit(kind)
        limit = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
        return _set_soft(kind, limit, limit)

    def _set_soft(kind: int, soft: int, hard: int) -> bool:
        try:
            resource.setrlimit(kind, (soft, hard))
        except (OSError, ValueError):  # macOS takes no limit on the address space
            return False
        return True

    def _address_space() -> int | None:
        """Bytes of this process's address space; None where the system does not tell."""
        try:
            pages = int(Path("/proc/self/statm").read_bytes().split()[0])
        except OSError:
            return None
        return pages * os.sysconf("SC_PAGE_SIZE")
