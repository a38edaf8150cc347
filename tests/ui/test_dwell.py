"""What counts as shown is what stood in view all the while for a second."""

from __future__ import annotations

from app.ui.dwell import Dwell


def test_a_page_counts_after_a_second() -> None:
    dwell = Dwell()
    dwell.look(0.0, (1, 3))
    assert dwell.held(0.9) is None
    assert dwell.held(1.0) == (1, 3)


def test_scrolling_on_counts_only_what_stayed() -> None:
    dwell = Dwell()
    dwell.look(0.0, (0, 100))
    dwell.look(0.5, (40, 140))
    assert dwell.held(1.0) == (40, 100)
    assert dwell.held(1.5) == (40, 140)
    assert not dwell.waits


def test_leafing_through_shows_nothing() -> None:
    dwell = Dwell()
    for page in range(20):
        dwell.look(page * 0.3, (page, page + 1))
        assert dwell.held(page * 0.3 + 0.2) is None


def test_what_goes_out_of_sight_begins_anew() -> None:
    dwell = Dwell()
    dwell.look(0.0, (1, 2))
    dwell.look(0.8, None)
    dwell.look(0.9, (1, 2))
    assert dwell.held(1.5) is None
    assert dwell.held(2.0) == (1, 2)
    dwell.look(2.1, (5, 5))  # nothing
    assert dwell.held(9.0) is None


def test_slow_reading_shows_all_of_a_text() -> None:
    dwell, seen = Dwell(), set()
    for step in range(60):
        now = step / 4
        dwell.look(now, (step * 5, step * 5 + 100))
        if (held := dwell.held(now)) is not None:
            seen.update(range(*held))
    assert seen >= set(range(20, 300))
