"""The drawing of pages through the window's client, on small files made here."""

from __future__ import annotations

import json
from pathlib import Path

import pymupdf
from rich.console import Console

from tests.corpus.cases import Case
from tests.corpus.drawing import draw_all, whole_file


def test_pages_are_drawn_or_refused_and_the_worker_goes_on(tmp_path: Path) -> None:
    whole = whole_file(tmp_path)
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7\nnothing follows")
    endless = tmp_path / "endless.pdf"
    with pymupdf.open() as pdf:
        pdf.new_page()
        page = pdf.new_page()
        page.insert_text((72, 100), "x")
        pdf.update_stream(page.get_contents()[0], b" " * (200 << 20), compress=True)
        pdf.save(endless)
    cases = [Case("hostile", path.name, path) for path in (broken, endless, whole)]
    code = draw_all(cases, Console(), pages=9, seconds=20, megabytes=1024, json_file=tmp_path / "drawn.json")
    drawn = json.loads((tmp_path / "drawn.json").read_text())
    assert [one["outcomes"] for one in drawn] == [{"damaged": 1}, {"drawn": 1, "too-large": 1}, {"drawn": 1}]
    assert [one["pages"] for one in drawn] == [0, 2, 1]
    assert [one["short"] for one in drawn] == [[], [], []]
    assert code == 0


def test_a_file_that_takes_too_long_falls_short(tmp_path: Path) -> None:
    whole = whole_file(tmp_path)
    json_file = tmp_path / "drawn.json"
    case = Case("hostile", whole.name, whole)
    assert draw_all([case], Console(), pages=1, seconds=0, megabytes=1024, json_file=json_file) == 1
    (one,) = json.loads(json_file.read_text())
    assert any("page 1 took" in short for short in one["short"])
    assert draw_all([], Console(), pages=1, seconds=1, megabytes=1024) == 1
