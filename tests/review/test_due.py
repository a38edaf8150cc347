"""Dates as they are written by hand."""

from __future__ import annotations

from datetime import date

import pytest

from app.review.due import parse_due

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("", ""),
        ("2026-12-01", "2026-12-01"),
        ("2027/1/5", "2027-01-05"),
        ("2026年12月1日", "2026-12-01"),
        ("２０２７／１／５", "2027-01-05"),
        ("＋７", "2026-12-04"),
        ("12-24", "2026-12-24"),
        ("3月31日", "2027-03-31"),
        ("2-29", "2028-02-29"),
        ("+7", "2026-12-04"),
        (" +2 w", "2026-12-11"),
    ],
)
def test_a_date_is_read(written: str, kept: str) -> None:
    assert parse_due(written, TODAY) == kept


@pytest.mark.parametrize("written", ["soon", "2026-13-01", "31-3", "2026-02-30", "2-30", "7"])
def test_what_is_no_date_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_due(written, TODAY)
