"""Wall seconds and peak resident memory of `fusen analyze` on a contract of about 100 pages and 60,000 tokens.

    python tests/benchmarks/analyze_100_pages.py [FILE] [--attention adaptive|dense]

Without FILE the contract is the example agreement, repeated with other parties, numbers and dates, so that no two
sections are the same text. Memory is the sum over the program and its workers, sampled ten times a second.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from io import BytesIO
from pathlib import Path

import psutil
import pymupdf

sys.path.insert(0, str(Path(__file__).resolve().parent))

from long_contract import long_contract


def write_pdf(text: str, output: Path) -> int:
    """Set the text plainly; returns the number of pages."""
    lines = [re.sub(r"^#+ ", "", chunk.replace("\n", " ")) for chunk in re.split(r"\n{2,}", text) if chunk != "---"]
    story = pymupdf.Story("".join(f"<p>{line.replace('<', '&lt;')}</p>" for line in lines))
    paper = pymupdf.paper_rect("letter")
    area = pymupdf.Rect(72, 72, paper.x1 - 72, paper.y1 - 72)
    buffer = BytesIO()
    writer = pymupdf.DocumentWriter(buffer)
    more = True
    while more:
        device = writer.begin_page(paper)
        more, _ = story.place(area)
        story.draw(device)
        writer.end_page()
    writer.close()
    output.write_bytes(buffer.getvalue())
    with pymupdf.open(output) as document:
        return int(document.page_count)


def watch_memory(root: psutil.Process, stop: threading.Event, peak: list[int]) -> None:
    """Keep in `peak` the largest sum of resident bytes of `root` and everything that it started."""
    while not stop.wait(0.1):
        total = 0
        try:
            for process in (root, *root.children(recursive=True)):
                total += process.memory_info().rss
        except psutil.NoSuchProcess:
            continue
        peak[0] = max(peak[0], total)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path, nargs="?")
    parser.add_argument("--attention", choices=("adaptive", "dense"), default="adaptive")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = arguments.file
        if file is None:
            file = Path(folder) / "long-contract.pdf"
            print(f"contract of {write_pdf(long_contract(), file)} pages")
        program = [str(Path(sys.executable).parent / "fusen"), "analyze", str(file), "--json"]
        begin = time.perf_counter()
        process = subprocess.Popen([*program, "--attention", arguments.attention], stdout=subprocess.PIPE)
        stop, peak = threading.Event(), [0]
        watcher = threading.Thread(target=watch_memory, args=(psutil.Process(process.pid), stop, peak))
        watcher.start()
        output, _ = process.communicate()
        seconds = time.perf_counter() - begin
        stop.set()
        watcher.join()
    print(f"exit {process.returncode}, {seconds:.1f} s, peak {peak[0] / 1e9:.2f} GB resident")
    if process.returncode:
        sys.exit(process.returncode)
    analysis = json.loads(output)
    print(f"{len(analysis['passages'])} passages; cost: {json.dumps(analysis['cost'])}")


if __name__ == "__main__":
    main()
