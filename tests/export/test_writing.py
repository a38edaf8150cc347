"""A file is written whole or not at all, whatever fails on the way; nothing is replaced that nobody gave up."""

from __future__ import annotations

import os
import stat
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from app.errors import FusenError
from app.export import writing
from app.export.writing import write_whole


def contents(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir()}


@pytest.mark.parametrize("number", [28, 13, 5])
@pytest.mark.parametrize("call", ["open", "fsync", "link", "chmod", "replace"])
@pytest.mark.parametrize("new", [False, True])
def test_whatever_fails_there_is_the_old_file_or_none(
    new: bool, call: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "brief.md"
    if not new:
        output.write_bytes(b"the older one")
    before, reached = contents(tmp_path), []

    def fail(*_: Any, **__: Any) -> None:
        reached.append(call)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, call, fail)
    failed = ""
    try:
        write_whole(output, b"the newer one", new=new)
    except FusenError as error:
        failed = error.code
    monkeypatch.undo()
    # A drive without second names has a way of its own, and one without rights needs none.
    assert failed == ("permission" if reached and call not in ("link", "chmod") else "")
    assert contents(tmp_path) == (before if failed else {output.name: b"the newer one"})


@pytest.mark.parametrize("has_links", [True, False])
def test_what_came_meanwhile_is_not_replaced(has_links: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    output = tmp_path / "brief.md"

    def write_slowly() -> None:
        with writing.replacing(output, new=True) as part:
            part.write_bytes(b"the slower one")
            write_whole(output, b"another program's", new=True)
            if not has_links:
                monkeypatch.setattr(os, "link", refuse)

    def refuse(*_: Any) -> None:
        raise OSError(1, "no links here")

    with pytest.raises(FusenError, match="has come into the folder meanwhile"):
        write_slowly()
    assert contents(tmp_path) == {output.name: b"another program's"}


@pytest.mark.skipif(sys.platform == "win32", reason="rights are others there")
def test_who_could_not_read_the_file_before_cannot_read_the_new_one(tmp_path: Path) -> None:
    output = tmp_path / "brief.md"
    for rights in (0o600, 0o640, 0o444):
        output.write_bytes(b"the older one")
        output.chmod(rights)
        with writing.replacing(output) as part:
            assert stat.S_IMODE(part.stat().st_mode) == rights | stat.S_IWUSR
            part.write_bytes(b"the newer one")
        assert (stat.S_IMODE(output.stat().st_mode), output.read_bytes()) == (rights, b"the newer one")
        output.unlink()


def test_the_clock_of_the_drive_says_what_was_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    running, left = (tmp_path / f".fusen-{digit * 12}.part" for digit in "ab")
    for part, age in ((running, 60), (left, 7200)):
        part.write_bytes(b"half")
        then = time.time() - age
        os.utime(part, (then, then))
    real = time.time()
    monkeypatch.setattr(time, "time", lambda: real + 86_400)  # this computer's is a day ahead
    write_whole(tmp_path / "brief.md", b"whole")
    assert sorted(contents(tmp_path)) == [running.name, "brief.md"]
