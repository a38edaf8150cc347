"""Damage real files in thousands of ways and read each: `python -m tests.fuzz`.

The files of the folder `realistic` (or another that is named) are damaged by seed and number, so every case can be made
again: `--case N` reads one alone and says how it ends. Of a PDF that opens, the first page is drawn as well. Good ends are a
document that agrees with itself and an error that a user understands. Cases that end otherwise are kept in `--save`. Exit
status 1: there are such.
"""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.fuzz.driving import DEADLINE, End, Summary, drive
from tests.fuzz.making import LARGEST_SOURCE, PACKED, PLAIN, Damaged, Source, damaged, find_sources

REALISTIC = Path(__file__).resolve().parents[3] / "shared" / "documents" / "realistic"


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    options = _parser().parse_args(arguments)
    try:
        sources = find_sources(options.folder, PLAIN if options.texts else PACKED, options.largest)
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 2
    numbers = [options.case] if options.case is not None else range(options.start, options.start + options.cases)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        cases = _until(began + options.time_limit, _made(sources, options.seed, numbers))
        tell = _tell_each if options.case is not None or options.verbose else _tell_some
        summary = drive(cases, Path(folder), deadline=options.deadline, saved=options.save, on_end=tell)
    _print(summary, time.perf_counter() - began, options.seed)
    return 1 if summary.faults else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?", default=REALISTIC, help="whole files")
    parser.add_argument(
        "--texts", action="store_true", help="HTML, Markdown, reStructuredText and text, not PDF and DOCX"
    )
    parser.add_argument(
        "--largest", type=int, default=LARGEST_SOURCE, metavar="BYTES", help="leave out larger files, which take longer"
    )
    parser.add_argument("--cases", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, metavar="N", help="number of the first case")
    parser.add_argument("--case", type=int, metavar="N", help="this case alone")
    parser.add_argument("--time-limit", type=float, default=float("inf"), metavar="SECONDS", help="begin no case later")
    parser.add_argument("--deadline", type=float, default=DEADLINE, help="seconds a file may take without progress")
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="keep the files that end badly or slowly")
    parser.add_argument("--verbose", action="store_true", help="a line a case")
    return parser


def _made(sources: Sequence[Source], seed: int, numbers: Sequence[int]) -> Iterator[Damaged]:
    for number in numbers:
        yield damaged(sources, seed, number)


def _until(end: float, cases: Iterator[Damaged]) -> Iterator[Damaged]:
    return itertools.takewhile(lambda _: time.perf_counter() < end, cases)


def _words(one: Damaged, end: End) -> str:
    return f"case {one.case}: {end.outcome} in {end.seconds:.1f} s: {one.source.path.name}: {one.how}" + (
        f"\n    {end.fault}" if end.fault else ""
    )


def _tell_each(one: Damaged, end: End) -> None:
    print(_words(one, end), file=sys.stderr, flush=True)


def _tell_some(one: Damaged, end: End) -> None:
    if end.fault or end.outcome in ("timeout", "out-of-memory") or end.seconds > 5:
        _tell_each(one, end)
    elif one.case % 250 == 249:
        print(f"... case {one.case}", file=sys.stderr, flush=True)


def _print(summary: Summary, seconds: float, seed: int) -> None:
    total = summary.outcomes.total()
    print(f"{total} cases of seed {seed} in {seconds:.0f} s")
    print(f"{summary.workers} worker(s), each at most {summary.peak_bytes >> 20} MB")
    for outcome, count in summary.outcomes.most_common():
        print(f"  {count:6} {outcome}")
    if summary.longest is not None:
        print(f"the longest was case {summary.longest.case}: {summary.longest.seconds:.1f} s")
    if summary.slow:
        print(
            f"{len(summary.slow)} were stopped for time or memory: {', '.join(str(one.case) for one, _ in summary.slow)}"
        )
    print(f"{len(summary.faults)} ended badly")
    for one, end in summary.faults:
        print(_words(one, end))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
