"""Check the reading of all documents at hand and print what falls short: `python -m tests.corpus`.

Each file goes through the real command line in a process of its own, with a limit of time and memory. The files are in a
folder of three rooms: `realistic` and `contracts` with a TRUTH.json, `hostile` with a MANIFEST.tsv. `--only quads` draws the
pages of the PDFs instead and compares the areas of passages with the ink on them; `--only drawing` draws them as the window
does, hostile ones too; `--only scans` recognises pages that are pictures and compares letters. Exit status 1: something falls
short.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console

from tests.corpus.cases import ROOMS, Case, find_cases
from tests.corpus.judging import Limits, Verdict, judge
from tests.corpus.reporting import as_json, as_markdown, print_table

DOCUMENTS = Path(__file__).resolve().parents[3] / "shared" / "documents"


def main(arguments: Sequence[str]) -> int:
    """The exit status."""
    options = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    rooms = (options.only,) if options.only in ROOMS else ROOMS
    try:
        cases = find_cases(options.documents, rooms, options.match)
    except FileNotFoundError as error:
        console.print(str(error), style="bold")
        return 2
    if options.only == "quads":
        from tests.corpus.quads import check_all

        return check_all(cases, console, pages=options.pages, json_file=options.json)
    if options.only == "drawing":
        from tests.corpus.drawing import draw_all

        bounds = {"pages": options.pages, "seconds": options.seconds, "megabytes": options.megabytes}
        return draw_all(cases, console, **bounds, json_file=options.json)
    if options.only == "scans":
        from tests.corpus import scans

        return scans.check_all(cases, console, json_file=options.json, markdown=options.markdown)
    limits = Limits(options.seconds, options.megabytes << 20, not options.no_trace)
    verdicts = _judge_all(cases, limits, options.jobs)
    print_table(verdicts, console)
    if options.json is not None:
        options.json.write_text(json.dumps(as_json(verdicts), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    if options.markdown is not None:
        options.markdown.write_text(as_markdown(verdicts), encoding="utf-8")
    return 1 if any(verdict.short for verdict in verdicts) or not verdicts else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__.split("\n")[0])
    parser.add_argument("documents", type=Path, nargs="?", default=DOCUMENTS, help="the folder of the rooms")
    parser.add_argument(
        "--only",
        choices=[*ROOMS, "quads", "drawing", "scans"],
        help="one room, or areas of passages, pictures of pages, scans",
    )
    parser.add_argument("--match", default="*", metavar="GLOB", help="only files with such names")
    parser.add_argument("--jobs", type=int, default=1, help="files read at a time")
    parser.add_argument("--seconds", type=float, default=20.0, help="limit of time for one file")
    parser.add_argument("--megabytes", type=int, default=1024, help="limit of memory for one file")
    parser.add_argument(
        "--no-trace", action="store_true", help="do not watch system calls, even where strace is at hand"
    )
    parser.add_argument(
        "--pages",
        type=int,
        default=40,
        help="with --only quads: pages of each file, spread evenly; with drawing: the first",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all that is known")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write tables for the documentation")
    return parser


def _judge_all(cases: Sequence[Case], limits: Limits, jobs: int) -> list[Verdict]:
    verdicts: list[Verdict] = []
    with ThreadPoolExecutor(max(jobs, 1)) as pool:
        for verdict in pool.map(lambda case: judge(case, limits), cases):
            verdicts.append(verdict)
            mark = "SHORT" if verdict.short else "ok"
            print(
                f"{len(verdicts)}/{len(cases)} {mark:5} {verdict.seconds:5.1f} s  {verdict.name!r}",
                file=sys.stderr,
                flush=True,
            )
    return verdicts


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
