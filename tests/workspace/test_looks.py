"""What was shown and judged is there after a restart."""

from __future__ import annotations

from pathlib import Path

import pytest
from samples import make_analysis, make_document

from app.review.second_look import Look
from app.workspace.store import Workspace

DOCUMENT = make_document()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Workspace.open(tmp_path / "w.fusen") as workspace:
        workspace.save_analysis(DOCUMENT, make_analysis(DOCUMENT))
    return tmp_path / "w.fusen"


def test_what_was_shown_is_joined_and_survives(path: Path) -> None:
    with Workspace.open(path) as workspace:
        assert workspace.looks.shown(DOCUMENT.sha256, "page") == ()
        assert workspace.looks.add_shown(DOCUMENT.sha256, "page", (1, 2)) == ((1, 2),)
        workspace.looks.add_shown(DOCUMENT.sha256, "page", (4, 6))
        assert workspace.looks.add_shown(DOCUMENT.sha256, "page", (2, 3)) == ((1, 3), (4, 6))
        workspace.looks.add_shown(DOCUMENT.sha256, "character", (0, 500))
    with Workspace.open(path) as workspace:
        assert workspace.looks.shown(DOCUMENT.sha256, "page") == ((1, 3), (4, 6))
        assert workspace.looks.shown(DOCUMENT.sha256, "character") == ((0, 500),)


def test_two_windows_do_not_take_each_others_looks_away(path: Path) -> None:
    with Workspace.open(path) as one, Workspace.open(path) as other:
        one.looks.add_shown(DOCUMENT.sha256, "page", (1, 2))
        assert other.looks.add_shown(DOCUMENT.sha256, "page", (3, 4)) == ((1, 2), (3, 4))


def test_of_an_unknown_document_nothing_is_kept(path: Path) -> None:
    with Workspace.open(path) as workspace:
        assert workspace.looks.add_shown("f" * 64, "page", (1, 2)) == ()


def test_second_looks_are_kept_in_their_order(path: Path) -> None:
    looks = [Look((30, 40), True, 3, "m", 0), Look((10, 20), False, 3, "m", 1)]
    with Workspace.open(path) as workspace:
        for look in looks:
            workspace.looks.add_second_look(DOCUMENT.sha256, look)
    with Workspace.open(path) as workspace:
        assert workspace.looks.second_looks(DOCUMENT.sha256) == tuple(looks)
        changed = Look((30, 40), False, 3, "m", 0)
        workspace.looks.add_second_look(DOCUMENT.sha256, changed)
        assert set(workspace.looks.second_looks(DOCUMENT.sha256)) == {changed, looks[1]}
