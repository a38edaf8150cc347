"""Confining the document worker before it opens anything: limits; on Linux also no network and no writing outside its scratch.

Landlock and seccomp hold for the thread that asks for them and for all that it starts later, so `confine` is called before
any other thread exists. Each part that the machine lacks is named, for `fusen doctor`, and the worker goes on without it:
it is still a process of its own that its client watches.

Reading stays allowed everywhere, since documents lie anywhere and the interpreter loads modules late. What a hostile file
could read by a fault in a parser, it can neither send nor leave behind.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.workers import limits

log = logging.getLogger(__name__)

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 -- where Linux keeps shared memory; the page images travel in it

# What reaches another machine or process, or changes files in ways that Landlock does not know. Unknown names are skipped:
# a kernel or libseccomp that does not know a call does not offer it either.
_NETWORK = ("socket", "socketpair", "connect", "bind", "listen", "accept", "accept4", "io_uring_setup")
_PROGRAMS = ("kill", "tkill", "pidfd_send_signal", "rt_sigqueueinfo", "execve", "execveat", "fork", "vfork")
_PRYING = (
    *(
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "pidfd_getfd",
        "kcmp",
        "bpf",
        "perf_event_open",
        "userfaultfd",
    ),
    *("mount", "umount2", "pivot_root", "chroot", "setns", "unshare", "move_mount", "open_tree", "fsopen"),
    *("keyctl", "add_key", "request_key", "init_module", "finit_module", "delete_module", "kexec_load", "reboot"),
)
_ATTRIBUTES = (
    *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
    *(
        "setxattr",
        "lsetxattr",
        "fsetxattr",
        "setxattrat",
        "removexattr",
        "lremovexattr",
        "fremovexattr",
        "removexattrat",
    ),
    *("utime", "utimes", "utimensat", "futimesat"),
)
_DENIED_CALLS = (*_NETWORK, *_PROGRAMS, *_PRYING, *_ATTRIBUTES)
# LibreOffice waits at a local socket for a second start of itself. It may have that one, and call at no other.
_DENIED_TO_PROGRAMS = ("connect", "io_uring_setup", *_PRYING, *_ATTRIBUTES)
_LOCAL_ONLY = ("socket", "socketpair")
_AF_UNIX = 1  # of <sys/socket.h>; what connects to networks is not imported anywhere


@dataclass(frozen=True, slots=True)
class Confinement:
    """Which parts are in force; an empty string, or else why not."""

    limits: str = ""
    files: str = ""
    network: str = ""

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is in force, for `fusen doctor`."""
        found = []
        if not self.limits:
            memory = f"{limits.ADDRESS_SPACE >> 30} GiB of memory, {limits.STEP_MEMORY >> 20} MiB of it a page"
            found.append(("Reading, limits", f"{memory}; {limits.CPU_SECONDS} s of CPU a step"))
        if not self.files:
            found.append(("Reading, files", "writes only in its own folder, starts no programs (Landlock)"))
        if not self.network:
            found.append(("Reading, network", "none (seccomp)"))
        return tuple(found)

    def missing(self) -> tuple[tuple[str, str], ...]:
        """What is not in force and why, for `fusen doctor`."""
        named = (("limits", self.limits), ("files", self.files), ("network", self.network))
        return tuple((f"Reading, {name}", f"not confined: {reason}") for name, reason in named if reason)


def confine(scratch: Path | None = None) -> Confinement:
    """Confine this process for good; `scratch` is the one folder that it may write in (None: nowhere but memory).

    Never raises: what cannot be had is named in what is returned.
    """
    # One thread reads; without this, numpy's linear algebra would start one for each core, each with memory of its own.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    if scratch is not None:
        tempfile.tempdir = str(scratch)
    limited = "" if limits.limit_process() else "this system does not limit memory from within a process"
    return Confinement(limited, *_walls(scratch))


def confine_program(scratch: Path) -> None:
    """As `confine`, for a process that is about to become another program, which may start further ones."""
    limits.limit_program()
    if sys.platform == "linux":
        _walls(scratch, programs=True)


if sys.platform == "linux":

    def _walls(scratch: Path | None, *, programs: bool = False) -> tuple[str, str]:
        """Why there is no Landlock, why there is no seccomp; empty strings where there are. With `programs`, they may start."""
        # Both libraries first look for others by starting programs, which either wall would not let them do.
        rules = _landlock_rules(scratch, programs=programs)
        calls = _seccomp_filter(_DENIED_TO_PROGRAMS, _LOCAL_ONLY) if programs else _seccomp_filter(_DENIED_CALLS)
        without_seccomp = calls if isinstance(calls, str) else _applied(calls.load)
        without_landlock = rules if isinstance(rules, str) else _applied(rules.apply)
        return without_landlock, without_seccomp

    def _applied(apply: Callable[[], None]) -> str:
        try:
            apply()
        except Exception as error:  # of two libraries with trees of their own; none may keep a document from being read
            return f"the kernel refuses it ({error})"
        return ""

    def _seccomp_filter(denied: Iterable[str], local_only: Iterable[str] = ()) -> Any:
        """The filter, or why there is none. The calls `local_only` are denied but for sockets within this machine."""
        try:
            import pyseccomp
        except (ImportError, OSError, RuntimeError) as error:  # the last when libseccomp is not there
            return f"libseccomp is not installed ({error})"
        calls = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in denied:
            try:
                calls.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
            except OSError:
                log.debug("no system call %s here", name)
        for name, at in (("access", 1), ("faccessat", 2), ("faccessat2", 2)):
            calls.add_rule(pyseccomp.ERRNO(errno.EACCES), name, pyseccomp.Arg(at, pyseccomp.EQ, os.W_OK))
        for name in local_only:
            calls.add_rule(pyseccomp.ERRNO(errno.EPERM), name, pyseccomp.Arg(0, pyseccomp.NE, _AF_UNIX))
        return calls

    def _landlock_rules(scratch: Path | None, *, programs: bool) -> Any:
        """The rules, or why there are none."""
        try:
            from py_landlock import AccessFs, Landlock, LandlockError
        except ImportError as error:
            return f"py-landlock is not installed ({error})"
        try:
            rules = Landlock(strict=False).allow_read("/")
            if scratch is not None:
                rules.allow_read_write(scratch)
            if programs and scratch is not None:
                rules.add_path_rule(scratch, access=AccessFs.MAKE_SOCK)
                rules.allow_execute("/").add_path_rule(os.devnull, access=AccessFs.WRITE_FILE)
            elif _SHARED_MEMORY.is_dir():
                # Into what the client has made there, and nothing new.
                rules.add_path_rule(_SHARED_MEMORY, access=AccessFs.WRITE_FILE)
        except (LandlockError, OSError) as error:
            return f"the kernel has no Landlock ({error})"
        return rules

else:

    def _walls(scratch: Path | None) -> tuple[str, str]:
        """Why there is no Landlock, why there is no seccomp."""
        return "only Linux has Landlock", "only Linux has seccomp"
