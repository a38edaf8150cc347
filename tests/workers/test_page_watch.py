"""What a hang or a death costs a reading: that page, and the unread ones when it has cost enough."""

from __future__ import annotations

from pathlib import Path

from app.workers.page_watch import LATER_PAGE_SECONDS, PAGE_SECONDS, RECOGNITION_SECONDS, LostDrawings, PageWatch
from app.workers.protocol import RenderPage


def test_a_hanging_page_is_left_out_and_the_next_ones_have_less_time() -> None:
    watch = PageWatch()
    assert watch.seconds() is None
    watch.begin(7, 100, now=0)
    assert watch.seconds() == PAGE_SECONDS
    assert watch.give_up_page("timeout", now=8)
    assert watch.left_out == {7: "timeout"}
    watch.begin(8, 100, now=9)
    assert watch.seconds() == LATER_PAGE_SECONDS


def test_a_page_is_tried_again_after_one_death_and_left_out_after_two() -> None:
    watch = PageWatch()
    watch.begin(3, 5, now=0)
    assert watch.give_up_page("crash", now=0.1)
    assert watch.left_out == {}
    watch.begin(3, 5, now=1)
    assert watch.give_up_page("crash", now=1.1)
    assert watch.left_out == {3: "crash"}


def test_a_death_at_no_page_fails_the_reading() -> None:
    watch = PageWatch()
    assert not watch.give_up_page("crash", now=0)
    watch.begin(1, 5, now=0)
    assert watch.advance(1)
    assert not watch.give_up_page("timeout", now=60)


def test_a_short_file_of_hanging_pages_ends_in_about_twenty_seconds() -> None:
    watch, now = PageWatch(), 0.0
    for page in range(1, 11):
        if page in watch.left_out:
            continue
        watch.begin(page, 10, now)
        now += watch.seconds() or 0
        assert watch.give_up_page("timeout", now)
    assert set(watch.left_out) == set(range(1, 11))
    assert now < 18


def test_a_long_file_with_a_few_heavy_pages_keeps_the_rest() -> None:
    watch = PageWatch()
    for page in (10, 20, 30, 40, 50, 60):
        watch.begin(page, 500, now=0)
        assert watch.give_up_page("timeout", now=watch.seconds() or 0)
    assert sorted(watch.left_out) == [10, 20, 30, 40, 50, 60]


def test_recognition_has_more_time_and_a_page_of_it_lost_does_not_cost_the_rest() -> None:
    watch = PageWatch()
    watch.begin(1, 3, now=0)
    watch.begin(1, 3, now=2, recognising=True)
    assert watch.seconds() == RECOGNITION_SECONDS
    assert watch.give_up_page("timeout", now=2 + RECOGNITION_SECONDS)
    assert watch.left_out == {1: "timeout"}
    watch.begin(2, 3, now=70)
    assert watch.seconds() == LATER_PAGE_SECONDS


def test_progress_is_told_once() -> None:
    watch = PageWatch()
    assert [watch.advance(done) for done in (1, 2, 1, 2, 3)] == [True, True, False, False, True]


def test_a_drawing_that_hung_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    lost = LostDrawings()
    page = RenderPage(path=str(path), page=1, scale=1, memory="m")
    assert page not in lost
    lost.add(page)
    assert RenderPage(path=str(path), page=1, scale=2, memory="n") in lost
    assert RenderPage(path=str(path), page=2, scale=1, memory="m") not in lost
    path.write_bytes(b"another")
    assert page not in lost


def test_a_death_between_pages_is_forgiven_once() -> None:
    watch = PageWatch()
    watch.begin(1, 5, now=0)
    assert watch.advance(1)
    assert watch.give_up_page("crash", now=0.1)
    assert watch.left_out == {}
    watch.begin(1, 5, now=1)
    assert not watch.advance(1)  # told before
    assert not watch.give_up_page("crash", now=1.1)
