"""Whether this machine can show a window, and what to install when it cannot. Imports no Qt until it is asked."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from pathlib import Path

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
    "libX11-xcb": ("libx11-xcb1", "libX11-xcb"),
    "libxcb": ("libxcb1", "libxcb"),
    "libxcb-cursor": ("libxcb-cursor0", "xcb-util-cursor"),
    "libxcb-icccm": ("libxcb-icccm4", "xcb-util-wm"),
    "libxcb-image": ("libxcb-image0", "xcb-util-image"),
    "libxcb-keysyms": ("libxcb-keysyms1", "xcb-util-keysyms"),
    "libxcb-randr": ("libxcb-randr0", "libxcb"),
    "libxcb-render-util": ("libxcb-render-util0", "xcb-util-renderutil"),
    "libxcb-render": ("libxcb-render0", "libxcb"),
    "libxcb-shape": ("libxcb-shape0", "libxcb"),
    "libxcb-shm": ("libxcb-shm0", "libxcb"),
    "libxcb-sync": ("libxcb-sync1", "libxcb"),
    "libxcb-util": ("libxcb-util1", "xcb-util"),
    "libxcb-xfixes": ("libxcb-xfixes0", "libxcb"),
    "libxcb-xkb": ("libxcb-xkb1", "libxcb"),
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
    return _why_no_x11() if sys.platform.startswith("linux") and _will_use_x11() else None


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
    return _needs_no_screen() or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _needs_no_screen() -> bool:
    wanted = os.environ.get("QT_QPA_PLATFORM", "")
    return bool(wanted) and not wanted.startswith(("xcb", "wayland"))


def _will_use_x11() -> bool:
    wayland = Path(os.environ.get("XDG_RUNTIME_DIR", "/nowhere"), os.environ.get("WAYLAND_DISPLAY") or "wayland-0")
    return not _needs_no_screen() and bool(os.environ.get("DISPLAY")) and not wayland.exists()


def _why_no_x11() -> str | None:
    """Qt ends the whole process where its part for X11 cannot be loaded or the screen does not answer: ask before it does."""
    from PySide6.QtCore import QLibraryInfo

    part = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.PluginsPath), "platforms", "libqxcb.so")
    try:
        ctypes.CDLL(str(part))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return explain(str(error)) if part.exists() else None
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    if not refused:
        return None
    return f"The screen {os.environ['DISPLAY']} (DISPLAY) does not answer, so no window can be shown."
