"""Whether this machine can show a window, and what to install when it cannot. Imports no Qt until it is asked."""

from __future__ import annotations

import os
import re
import sys

# What a bare Linux lacks most often, by the start of the library's file name: Debian's package, Fedora's package.
PACKAGES: dict[str, tuple[str, str]] = {
    "libEGL": ("libegl1", "libglvnd-egl"),
    "libGL": ("libgl1", "libglvnd-glx"),
    "libxkbcommon-x11": ("libxkbcommon-x11-0", "libxkbcommon-x11"),
    "libxkbcommon": ("libxkbcommon0", "libxkbcommon"),
    "libdbus-1": ("libdbus-1-3", "dbus-libs"),
    "libfontconfig": ("libfontconfig1", "fontconfig"),
    "libfreetype": ("libfreetype6", "freetype"),
    "libglib-2": ("libglib2.0-0", "glib2"),
    "libgthread-2": ("libglib2.0-0", "glib2"),
    "libX11": ("libx11-6", "libX11"),
    "libxcb-cursor": ("libxcb-cursor0", "xcb-util-cursor"),
}


def why_no_window() -> str | None:
    """A sentence that says what is missing for a window, or None where one can be shown."""
    if sys.platform.startswith("linux") and not _has_screen():
        return "There is no screen here (neither DISPLAY nor WAYLAND_DISPLAY is set), so no window can be shown."
    try:
        import PySide6.QtSvg
        import PySide6.QtWidgets  # noqa: F401 -- only whether it can be loaded
    except ImportError as error:
        return explain(str(error))
    return None


def explain(problem: str) -> str:
    """What to install, from the words of the failed import."""
    library = re.search(r"lib[\w.+-]+?\.so[.\d]*", problem)
    if library is None:
        return f"The window's library cannot be loaded: {problem}."
    name = library.group(0)
    for start in sorted(PACKAGES, key=len, reverse=True):
        if name.startswith((start + ".", start + "-")):
            debian, fedora = PACKAGES[start]
            return (
                f"The window needs the system library {name}, which is not installed. "
                f"On Debian or Ubuntu: apt install {debian}. On Fedora: dnf install {fedora}."
            )
    return f"The window needs the system library {name}, which is not installed. Install the package that holds it."


def _has_screen() -> bool:
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    if wanted and not wanted.startswith(("xcb", "wayland")):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
