"""The recogniser of the extra: how many letters are wrong on made scans, where its words lie, and that it never downloads."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pymupdf
import pytest
from rapidfuzz.distance import Levenshtein

from app.documents.document import Document
from app.documents.loading import load_document
from app.documents.recognition.pages import PageRecognition
from app.documents.recognition.recogniser import SAMPLE, find, is_installed, try_out
from tests.corpus.scans import normal
from tests.made_scans import Scan, as_scan

pytestmark = pytest.mark.skipif(not is_installed(), reason="the extra ocr is not installed")

ENGLISH = (
    "7. Limitation of liability",
    "Neither party is liable for loss of profit, except where it acted with intent or gross",
    "negligence. The Supplier's liability for each claim is limited to EUR 250,000 and to the",
    "fees that the Customer paid in the twelve months before it (Section 4.2).",
)
JAPANESE = (
    "第七条（秘密保持）",
    "受託者は、本業務の遂行に関して知り得た委託者の秘密情報を、",
    "事前の書面による承諾なく第三者に開示してはならない。",
    "データの保管については、別紙の一般条件を適用する。",
)


def text_pdf(path: Path, lines: tuple[str, ...], font: str) -> Path:
    with pymupdf.open() as pdf:
        page = pdf.new_page(width=595, height=300)
        for i, line in enumerate(lines):
            page.insert_text((60, 60 + 18 * i), line, fontsize=12, fontname=font)
        pdf.save(path)
    return path


def recognised(path: Path) -> Document:
    return load_document(path, recognition=PageRecognition("auto"))


@pytest.mark.parametrize(("lines", "font"), [(ENGLISH, "tiro"), (JAPANESE, "japan")], ids=["en", "ja"])
def test_few_letters_are_wrong_and_words_are_where_they_stand(
    tmp_path: Path, lines: tuple[str, ...], font: str
) -> None:
    source = text_pdf(tmp_path / "text.pdf", lines, font)
    written = load_document(source)
    document = recognised(as_scan(source, tmp_path / "scan.pdf", Scan(angle=0.5)))
    expected, found = normal(written.text), normal(document.text)
    assert Levenshtein.distance(expected, found) <= 0.03 * len(expected)
    page = document.pages[0]
    assert page.recognised is not None
    assert page.recognised.confidence > 0.9
    # Words that occur once in both: their middles are no further apart than a letter, with what half a degree turns away.
    assert written.quads is not None
    assert document.quads is not None
    words = [w for w in re.findall(r"[A-Za-z]{5,}|[\u4e00-\u9fff]{3,}", written.text) if written.text.count(w) == 1]
    common = [w for w in words if document.text.count(w) == 1]
    assert len(common) >= 0.8 * len(words) > 3
    for word in common:
        middles = [_middle(text.text, text.quads, word) for text in (written, document)]
        assert np.hypot(*(middles[0] - middles[1])) < 9, word


def _middle(text: str, quads: np.ndarray | None, word: str) -> np.ndarray:
    assert quads is not None
    start = text.index(word)
    return quads[start : start + len(word)].reshape(-1, 2).mean(axis=0)


def test_a_page_upside_down_and_one_on_its_side_are_read(tmp_path: Path) -> None:
    source = text_pdf(tmp_path / "text.pdf", ENGLISH, "helv")
    for turned in (1, 2):
        document = recognised(as_scan(source, tmp_path / f"{turned}.pdf", Scan(turned=turned)))
        assert "limited to EUR 250,000" in document.text


def test_it_reads_its_test_picture() -> None:
    recogniser = find()
    assert recogniser is not None
    assert try_out(recogniser) == SAMPLE


@pytest.mark.slow
def test_real_scans_are_read_as_a_person_reads_them(shared: Path, tmp_path: Path) -> None:
    """A page askew that the file also turns, and a Japanese one whose text is at hand."""
    folder = shared / "documents" / "realistic"
    truths = json.loads((folder / "TRUTH.json").read_text("utf-8"))
    askew = normal(recognised(folder / "linn-scan-skewed.pdf").text)
    for phrase in truths["linn-scan-skewed.pdf"]["visible_text"]:
        assert normal(phrase) in askew
    text = load_document(folder / "mdn-plus-privacy-ja.pdf")
    expected = normal(text.text[: text.pages[0].end])
    with pymupdf.open(folder / "mdn-plus-privacy-scan-ja.pdf") as scan:
        scan.select([0])
        scan.save(tmp_path / "first.pdf")
    found = normal(recognised(tmp_path / "first.pdf").text)
    assert Levenshtein.distance(expected, found) <= 0.03 * len(expected)


def test_without_its_package_there_is_no_recogniser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rapidocr", None)
    monkeypatch.delitem(sys.modules, "app.documents.recognition.rapid", raising=False)
    assert not is_installed()
    assert find.__wrapped__() is None


GUARDED = """
import logging, sys
def guard(event, arguments):
    if event.startswith("socket."):
        raise SystemExit(f"NETWORK {event} {arguments}")
sys.addaudithook(guard)
from app.documents.recognition import rapid
from app.documents.recognition.recogniser import SAMPLE, try_out
assert try_out(rapid.RapidRecogniser(1)) == SAMPLE
assert "requests" not in sys.modules
from rapidocr.utils import download_file
try:
    wanted = download_file.DownloadFileInput("https://localhost/model", sys.argv[1], logging.getLogger("nowhere"))
    download_file.DownloadFile.run(wanted)
except Exception as error:
    print("REFUSED", type(error).__name__)
rapid._RECOGNITION = rapid._MODELS / "absent.onnx"
try:
    rapid.RapidRecogniser(1)
except FileNotFoundError as error:
    print("MISSING", error)
"""


def test_it_opens_no_socket_and_could_not_download(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", GUARDED, str(tmp_path / "model.onnx")],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[3])},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[0].startswith("REFUSED")
    assert "absent.onnx" in done.stdout.splitlines()[1]
    assert list(tmp_path.iterdir()) == []
