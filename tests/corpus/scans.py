"""How well pictures of pages are recognised: character error rate and time, for scans at hand and for pages made into scans.

A real scan has a truth where TRUTH.json says what a person reads on it, or where the document that it shows is at hand as
text. Made scans are pages of text PDFs: drawn, turned a little, blurred, with noise, as a JPEG, each from a seed; their truth
is the text of the same pages of the PDF, read alone. The rate is the edit distance over the letters of the truth, white space
aside (NFKC, as the README of the documents says), so that it also counts letters that come in another order.
"""

from __future__ import annotations

import json
import os
import re
import sys
import tempfile
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import pymupdf
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from app.documents.loading import load_document
from app.documents.recognition.pages import PageRecognition
from app.documents.recognition.recogniser import find
from app.errors import FusenError
from tests.corpus.cases import Case
from tests.made_scans import Scan, as_scan

PAGES = 2
"""Of each text PDF, from its second page where it has so many: first ones are often titles."""

# A text PDF whose pages a scan of the collection shows.
SHOWN_BY = {"mdn-plus-privacy-scan-ja.pdf": "mdn-plus-privacy-ja.pdf"}
MADE_OF = (
    "distributor-agreement.pdf",
    "fleet-maintenance-agreement.pdf",
    "zlib-security-review.pdf",
    "mdn-plus-terms-ja.pdf",
    "mdn-plus-privacy-ja.pdf",
    "platex-about-ja.pdf",
)
SCANS = (Scan(dpi=200), Scan(dpi=300), Scan(dpi=200, angle=1.5, noise=20, blur=1.0, quality=50, seed=2))


@dataclass(slots=True)
class Recognition:
    """One file: `letters` of its truth and `errors` among them; or, without a whole truth, phrases looked for and `found`.

    Times are of the whole reading: `seconds` by the clock, `cpu` of all threads.
    """

    name: str
    language: str
    made: str = ""  # how the scan was made; empty for a real one
    pages: int = 0
    letters: int = 0
    errors: int = 0
    phrases: int = 0
    phrase_errors: list[float] = field(default_factory=list)
    confidence: float = 0.0
    seconds: float = 0.0
    cpu: float = 0.0

    @property
    def rate(self) -> float | None:
        """Character error rate; None without a truth."""
        if self.phrase_errors:
            return sum(self.phrase_errors) / len(self.phrase_errors)
        return self.errors / self.letters if self.letters else None


def check_all(cases: Sequence[Case], console: Console, *, json_file: Path | None, markdown: Path | None) -> int:
    """Recognise all scans among the cases and those made of them. Exit status 1: one cannot be read; 2: no recogniser."""
    if find() is None:
        console.print("The extra ocr is not installed.", style="bold")
        return 2
    results: list[Recognition] = []
    failed = False
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    with tempfile.TemporaryDirectory(prefix="scans-") as folder:
        for path, truth, result in _scans(cases, Path(folder)):
            try:
                _judge(path, truth, result)
            except FusenError as error:
                console.print(f"{result.name}: {error}")
                failed = True
                continue
            results.append(result)
            rate = "no truth" if result.rate is None else f"{result.rate:.2%}"
            print(f"{rate:>8} {result.seconds:6.1f} s  {result.name} {result.made}", file=sys.stderr, flush=True)
    _print(results, console)
    if json_file is not None:
        entries = [{**asdict(result), "rate": result.rate} for result in results]
        json_file.write_text(json.dumps(entries, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if markdown is not None:
        markdown.write_text(as_markdown(results, load), encoding="utf-8")
    return 1 if failed else 0


_Truth = str | list[str]


def _scans(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Path, _Truth, Recognition]]:
    """File, its truth (the whole text, or phrases of it) and an empty result."""
    paths = {case.name: case.path for case in cases if case.room == "realistic" and case.path is not None}
    for case in cases:
        if case.path is None or not case.truth.get("no_text_layer"):
            continue
        result = Recognition(case.name, case.language)
        shown = case.path.parent / SHOWN_BY.get(case.name, "")
        if shown.is_file():
            document = load_document(shown)
            last = document.pages[pymupdf.open(case.path).page_count - 1]
            yield case.path, document.text[: last.end], result
        else:
            yield case.path, list(case.truth["visible_text"]), result
    for name in MADE_OF:
        if name in paths:
            yield from _made(paths[name], folder)


def _made(path: Path, folder: Path) -> Iterator[tuple[Path, _Truth, Recognition]]:
    # The truth is read from the same pages alone, so that the same lines are seen to run over all pages.
    pages = folder / f"{path.stem}-pages.pdf"
    with pymupdf.open(path) as whole, pymupdf.open() as some:
        first = min(2, whole.page_count)
        last = min(first + PAGES - 1, whole.page_count)
        some.insert_pdf(whole, from_page=first - 1, to_page=last - 1)
        some.save(pages)
    shown = load_document(pages)
    for number, scan in enumerate(SCANS):
        target = folder / f"{path.stem}-{number}.pdf"
        as_scan(path, target, scan, range(first, last + 1))
        yield target, shown.text, Recognition(path.name, shown.language, scan.words())


def _judge(path: Path, truth: _Truth, result: Recognition) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    document = load_document(path, recognition=PageRecognition("auto"))
    result.seconds, result.cpu = time.perf_counter() - began, time.process_time() - cpu
    result.pages = document.page_count
    sure = [page.recognised.confidence for page in document.pages if page.recognised is not None]
    result.confidence = min(sure, default=0.0)
    if isinstance(truth, str):
        expected = normal(truth)
        result.letters = len(expected)
        result.errors = Levenshtein.distance(expected, normal(document.text))
        return
    for page in document.pages:
        text = normal(document.text[page.start : page.end])
        result.phrases += len(truth)
        result.phrase_errors += [_nearest(normal(phrase), text) for phrase in truth]


def _nearest(phrase: str, text: str) -> float:
    """The error rate of a phrase at the place of the text that is most like it."""
    place = fuzz.partial_ratio_alignment(phrase, text)
    found = "" if place is None else text[place.dest_start : place.dest_end]
    return min(Levenshtein.distance(phrase, found) / len(phrase), 1.0)


def normal(text: str) -> str:
    """What counts as a letter: NFKC, without white space and marks of no width."""
    return re.sub("[\\s\u00ad\u200b-\u200d\ufeff]+", "", unicodedata.normalize("NFKC", text))


# ---- reporting

_HEADS = ("file", "made", "language", "pages", "truth", "error rate", "least confidence", "CPU s a page", "s a page")


def _row(result: Recognition) -> tuple[str, ...]:
    pages = max(result.pages, 1)
    truth = f"{result.letters:,} letters" if result.letters else f"{result.phrases} phrases"
    return (
        result.name,
        result.made or "no: a scan",
        result.language,
        str(result.pages),
        truth,
        "" if result.rate is None else f"{result.rate:.2%}".replace("%", " %"),
        f"{result.confidence:.1%}".replace("%", " %"),
        f"{result.cpu / pages:.1f}",
        f"{result.seconds / pages:.1f}",
    )


def _print(results: Sequence[Recognition], console: Console) -> None:
    table = Table(*_HEADS)
    for result in results:
        table.add_row(*_row(result))
    console.print(table)
    for words in _summary(results):
        console.print(words)


def _summary(results: Sequence[Recognition]) -> list[str]:
    found = []
    for language in sorted({result.language for result in results}):
        for made in sorted({result.made for result in results if result.letters}):
            those = [r for r in results if (r.language, r.made) == (language, made) and r.letters]
            if those:
                rate = sum(r.errors for r in those) / sum(r.letters for r in those)
                pages = sum(r.pages for r in those)
                cpu = sum(r.cpu for r in those) / pages
                how = made or "real scans"
                found.append(
                    f"{language}, {how}: {rate:.2%} of letters wrong, {cpu:.1f} s of CPU a page ({pages} pages)"
                )
    return found


def as_markdown(results: Sequence[Recognition], load: float) -> str:
    """The page for the documentation."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    recogniser = find()
    lines = [
        "# Recognition of pages that are pictures",
        "",
        "Written by `python -m tests.corpus --only scans --markdown docs/recognition.md`, with",
        f"{recogniser.name if recogniser else ''}, on {cores} cores; the machine's load was {load:.1f} when it began.",
        "",
        "The error rate is the edit distance over the letters of the truth, white space aside. Of real scans without a whole",
        "truth, phrases are looked for at the place that is most like them. Made scans are pages of text PDFs, drawn, turned,",
        "blurred, with noise and as a JPEG, from fixed seeds; their truth is the text of the same pages as Fusen reads it",
        "from the PDF, so that a block in another order counts as errors too. Seconds by the clock depend on what else the",
        "machine does; seconds of CPU, over the number of cores, say what an idle one would take.",
        "",
        *(f"- {words}" for words in _summary(results)),
        "",
        "| " + " | ".join(_HEADS) + " |",
        "|" + " --- |" * len(_HEADS),
        *("| " + " | ".join(_row(result)) + " |" for result in results),
    ]
    return "\n".join(lines) + "\n"
