"""Parsers are stopped after so much CPU time, and what they should have read is read otherwise."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import pytest

from app.documents import text
from app.documents.loading import load_document
from app.documents.time_limit import OverdueError, cpu_time

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no clock of a process's CPU time")


def work_without_end() -> None:
    while True:
        try:
            sum(range(1000))
        except Exception:  # noqa: S112 -- as in libraries that take every exception for one of their own
            continue


def test_what_takes_too_long_is_stopped_and_the_rest_goes_on() -> None:
    for _ in range(3):
        with pytest.raises(OverdueError), cpu_time(0.05):
            work_without_end()
    with cpu_time(0.05):
        pass
    assert sum(i * i for i in range(2_000_000)) > 0  # longer than the limit, which is not in force any more
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_other_errors_pass_through() -> None:
    with pytest.raises(KeyError), cpu_time(5):
        raise KeyError
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)


def test_in_other_threads_there_is_no_limit() -> None:
    done = threading.Event()

    def work() -> None:
        with cpu_time(0.01):
            sum(i * i for i in range(1_000_000))
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done.is_set()


@pytest.mark.parametrize(("name", "line"), [("a.md", "- *a* `b` [c](d)\n\n"), ("a.rst", "*a* ``b`` `c`_ |d|\n\n")])
def test_marks_that_take_too_long_are_read_as_plain_text(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    monkeypatch.setattr(text, "LONGEST_PARSING", 0.05)
    (tmp_path / name).write_text(line * 5000, encoding="utf-8")
    document = load_document(tmp_path / name)
    assert [warning.code for warning in document.warnings] == ["marks-not-understood"]
    assert len(document.blocks) == 5000


def test_a_page_of_too_many_tags_or_lines_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "MOST_TAGS", 100)
    (tmp_path / "a.html").write_text("<html>" + "<p>x</p>" * 60, encoding="utf-8")
    (tmp_path / "a.txt").write_text("<p>x</p>\n" * 60, encoding="utf-8")
    with pytest.raises(text.FusenError, match="more than 100 tags"):
        load_document(tmp_path / "a.html")
    assert load_document(tmp_path / "a.txt").text


@pytest.mark.parametrize(
    ("name", "before", "unit"),
    [
        ("a.html", "<p>a<style>", "/* "),
        ("a.html", "<p>a<!--", "x"),
        ("a.html", "<p>a", " "),
        ("a.html", "<p>a\n", "\n \n"),
        ("a.txt", "a well-\nknown line\n", "x"),
        ("a.txt", "", "a-"),
    ],
)
def test_no_pattern_looks_at_a_long_run_from_each_of_its_places(
    tmp_path: Path, name: str, before: str, unit: str
) -> None:
    (tmp_path / name).write_text(before + unit * (400_000 // len(unit)) + "!", encoding="utf-8")
    with cpu_time(5):
        assert load_document(tmp_path / name).text
