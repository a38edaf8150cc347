"""Put evaluated weights where the application finds them, with their figures in the manifest.

python -m model.training.release --model build/model --figures build/importance.json --out resources/model
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

from model.scorer import MANIFEST, TOKENIZER, WEIGHTS

LARGEST = 32 << 20
"""Bytes that weights and tokenizer may have together."""


def main() -> None:
    """Copy weights, tokenizer and manifest. Refuses figures of other weights, and weights that are too large."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--figures", type=Path, nargs="*", default=[], help="JSON of model.evaluation.importance")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    manifest = json.loads((options.model / MANIFEST).read_text("utf-8"))
    figures = [json.loads(path.read_text("utf-8")) for path in options.figures]
    for path, each in zip(options.figures, figures, strict=True):
        if each["weights_sha256"] != manifest["sha256"]:
            parser.error(f"{path} holds the figures of other weights")
    size = sum((options.model / name).stat().st_size for name in (WEIGHTS, TOKENIZER))
    if size > LARGEST:
        parser.error(f"weights and tokenizer have {size:,} bytes together; {LARGEST:,} are allowed")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in (WEIGHTS, TOKENIZER):
        shutil.copyfile(options.model / name, options.out / name)
    manifest["figures"] = figures
    (options.out / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", "utf-8")


if __name__ == "__main__":
    main()
