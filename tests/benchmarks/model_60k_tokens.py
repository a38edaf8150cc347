"""From tokens to findings: seconds to the first and to the last, memory, and how time grows, of the model alone.

    python tests/benchmarks/model_60k_tokens.py --weights resources/model --tokens 60000

Reads a contract made of the example agreement as `long_contract.py` makes it, in a process of its own for each length, so
that memory is that of one reading. Also twice as long. Tokenizing is not counted, nor is loading.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil

sys.path[:0] = map(str, (Path(__file__).resolve().parents[2], Path(__file__).resolve().parent))


def passages_of(tokens: int, tokenizer: object) -> tuple[list[str], list[int]]:
    """Passages and their paragraphs, of about so many tokens."""
    from long_contract import SEED, long_contract

    from model.training.corpora import spans_and_blocks

    texts: list[str] = []
    blocks: list[int] = []
    seed, count = SEED, 0
    while count < tokens:
        seed += 1
        text = long_contract(seed)
        spans, numbers = spans_and_blocks(text)
        added = [text[start:end] for start, end in spans]
        blocks += [number + len(texts) for number in numbers]
        texts += added
        count += len(tokenizer.encode(added)[0])
    bounds = tokenizer.encode(texts)[1]
    last = int((bounds <= tokens).sum()) - 1
    return texts[:last], blocks[:last]


def read(arguments: argparse.Namespace) -> None:
    """In the process of its own: read once to warm up, then measure."""
    import torch

    from model.scorer import Attending, Scorer
    from model.structure import structure_of

    scorer = Scorer(arguments.weights, arguments.device)
    texts, blocks = passages_of(arguments.tokens, scorer.tokenizer)
    structure = structure_of(texts, blocks)
    attending = Attending(whole=arguments.whole)
    scorer.score(texts[:40], attending=attending)
    ids, bounds = scorer.tokenizer.encode(texts)
    scorer.tokenizer.encode = lambda passages: (ids, bounds)
    begun = [psutil.Process().memory_info().rss]
    peak, stop = [0], threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            peak[0] = max(peak[0], psutil.Process().memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(arguments.readings):
        started = time.perf_counter()
        heard: list[float] = []
        scores = scorer.score(
            texts,
            attending=attending,
            structure=structure,
            early=lambda _, heard=heard: heard.append(time.perf_counter()),
        )
        seconds = time.perf_counter() - started
    stop.set()
    watcher.join()
    print(
        json.dumps(
            {
                "tokens": scores.tokens,
                "passages": len(texts),
                "first_seconds": heard[0] - started if heard else None,
                "seconds": seconds,
                "peak_gb": peak[0] / 1e9,
                "before_gb": begun[0] / 1e9,
                "read_deeply": 1.0 if scores.deep is None else float(scores.deep.mean()),
                "density": scores.density,
                "covered_mass": scores.covered_mass.estimate,
                "threads": torch.get_num_threads(),
            }
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--weights", type=Path, default=Path("resources/model"))
    parser.add_argument("--tokens", type=int, default=60_000)
    parser.add_argument("--device", default="cpu")
    parser.add_argument(
        "--readings", type=int, default=1, help="read so often and time the last: a GPU's kernels are built first"
    )
    parser.add_argument("--whole", action="store_true", help="read everything deeply")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        read(arguments)
        return
    found = []
    for tokens in (arguments.tokens, 2 * arguments.tokens):
        given = ["--weights", arguments.weights, "--tokens", tokens, "--device", arguments.device]
        given += ["--readings", arguments.readings, "--child", *(["--whole"] if arguments.whole else [])]
        command = [sys.executable, __file__, *map(str, given)]
        found.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
        print(json.dumps(found[-1]), flush=True)
    print(f"time(2N) / time(N): {found[1]['seconds'] / found[0]['seconds']:.2f}")


if __name__ == "__main__":
    main()
