"""How many of the links that the rules find are right, by a sample that a person read.

    python -m model.evaluation.link_precision --data ../shared/data
    python -m model.evaluation.link_precision --data ../shared/data --draw 60 --seed 1

The first prints precision by kind and corpus, with 95 % intervals (Wilson 1927, Probable inference, the law of succession,
and statistical inference, Journal of the American Statistical Association 22): of each sample as it was drawn, and of those
of its links that the rules still find. The second figure flatters rules that were mended after the sample was read; only the
first is a fair one, of the rules before that.

The second command prints the lines of a new sample without links that were read before, verdicts empty, to be read and added.
Documents are those of the validation split; no text is stored, only ids and offsets.
"""

from __future__ import annotations

import argparse
import csv
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from model.evaluation.output import bounds, number, table
from model.links import LinkKind, TextLink, find_links
from model.segmentation import paragraphs, passages
from model.training.corpora import Span, read_lines
from model.training.link_labels import is_sure

VERDICTS = Path("tests/corpus/links/verdicts.tsv")
FIELDS = (
    "sample", "corpus", "document", "kind", "source_start", "source_end", "target_start", "target_end", "sure", "verdict", "note",
)  # fmt: skip
MOST_OF_A_DOCUMENT = 2
"""Links of one kind; a sample of one long contract would say nothing of others."""

CORPORA: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "contracts": ("contracts.jsonl.xz", lambda line: True),
    "designs": ("design.jsonl.xz", lambda line: True),
    "japanese": (
        "japanese.jsonl.xz", lambda line: line["kind"] == "contract" or line["source"] == "ledmonster/japanese-law",
    ),
}  # fmt: skip
"""File, and which of its lines: of the Japanese documents the contracts and the statutes."""


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link as the table names it: by its document and the offsets of its passages in that document's text."""

    corpus: str
    document: str
    kind: LinkKind
    source: Span
    target: Span


def links_of(corpus: str, document: str, text: str) -> dict[FoundLink, bool]:
    """The links of one plain text, and whether each is one to train on."""
    spans = [(n, span) for n, (start, end) in enumerate(paragraphs(text)) for span in passages(text, start, end)]
    found = find_links([text[start:end] for _, (start, end) in spans], [n for n, _ in spans])

    def named(link: TextLink) -> FoundLink:
        return FoundLink(corpus, document, link.kind, spans[link.source][1], spans[link.target][1])

    return {named(link): is_sure(link) for link in found}


def documents(data: Path, wanted: set[tuple[str, str]] | None = None) -> Iterator[tuple[str, str, str]]:
    """(corpus, id, text) of the documents of the validation split, or of the `wanted` ones among them."""
    for corpus, (name, belongs) in CORPORA.items():
        for line in read_lines(data / name):
            if line["split"] == "validation" and belongs(line) and (wanted is None or (corpus, line["id"]) in wanted):
                yield corpus, line["id"], line["text"]


def draw(links: Iterable[FoundLink], count: int, seed: int) -> list[FoundLink]:
    """A sample that is spread evenly over corpora and kinds and, within them, over documents."""
    chance = random.Random(seed)  # noqa: S311 (drawing examples, not secrets)
    shuffled = sorted(links, key=lambda link: (link.corpus, link.document, link.kind, link.source, link.target))
    chance.shuffle(shuffled)
    taken: Counter[tuple[str, str]] = Counter()
    strata: dict[tuple[str, str], list[FoundLink]] = defaultdict(list)
    for link in shuffled:
        if taken[link.document, link.kind] < MOST_OF_A_DOCUMENT:
            taken[link.document, link.kind] += 1
            strata[link.corpus, link.kind].append(link)
    for stratum in sorted(strata):
        chance.shuffle(strata[stratum])  # long documents, which have many links, came first
    sample: list[FoundLink] = []
    while len(sample) < count and any(strata.values()):
        for stratum in sorted(strata):
            if strata[stratum] and len(sample) < count:
                sample.append(strata[stratum].pop())
    return sorted(sample, key=lambda link: (link.corpus, link.kind, link.document, link.source, link.target))


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a link was found right, whether it was one to train on when it was drawn, and the sample: the seed."""

    right: bool
    sure: bool
    sample: str = ""


def read_verdicts(path: Path) -> dict[FoundLink, Verdict]:
    """The table's links. Raises `ValueError` for a verdict that is neither right nor wrong."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    if bad := {row["verdict"] for row in rows} - {"right", "wrong"}:
        raise ValueError(f"verdicts must be right or wrong, not {sorted(bad)}")
    return {_link_of(row): Verdict(row["verdict"] == "right", row["sure"] == "yes", row["sample"]) for row in rows}


def _link_of(row: dict[str, Any]) -> FoundLink:
    source, target = (
        (int(row["source_start"]), int(row["source_end"])),
        (int(row["target_start"]), int(row["target_end"])),
    )
    return FoundLink(row["corpus"], row["document"], row["kind"], source, target)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    interval = binomtest(right, of).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def precision(verdicts: Mapping[FoundLink, Verdict], found: Mapping[FoundLink, bool]) -> list[list[str]]:
    """Rows of a table: group, then right of read, precision and its interval as drawn, then right of read still found.

    Groups are kinds, kinds by corpus, and the links to train on. `found` says of each link that the rules find now whether
    it is one to train on.
    """
    drawn: dict[str, list[bool]] = defaultdict(list)
    still: dict[str, list[bool]] = defaultdict(list)
    for link, verdict in verdicts.items():
        groups = ["all", link.kind, f"{link.kind}, {link.corpus}"]
        for group in [*groups, *(["to train on"] if verdict.sure else [])]:
            drawn[group].append(verdict.right)
        if link in found:
            for group in [*groups, *(["to train on"] if found[link] else [])]:
                still[group].append(verdict.right)
    return [_row(group, rights, still[group]) for group, rights in sorted(drawn.items())]


def _row(group: str, drawn: list[bool], still: list[bool]) -> list[str]:
    share = number(sum(drawn) / len(drawn), 2)
    return [group, _of(drawn), share, bounds(wilson(sum(drawn), len(drawn)), 2), _of(still)]


def _of(rights: list[bool]) -> str:
    return f"{sum(rights)} of {len(rights)}"


def main() -> None:
    """The command; see the module."""
    parser = argparse.ArgumentParser(description="Precision of the links that the rules find.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--verdicts", type=Path, default=VERDICTS)
    parser.add_argument("--draw", type=int, help="print a new sample of so many links instead")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    verdicts = read_verdicts(arguments.verdicts) if arguments.verdicts.exists() else {}
    wanted = None if arguments.draw else {(link.corpus, link.document) for link in verdicts}
    found: dict[FoundLink, bool] = {}
    for document in documents(arguments.data, wanted):
        found |= links_of(*document)
    if arguments.draw:
        lines = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
        lines.writerow(FIELDS)
        for link in draw(found.keys() - verdicts.keys(), arguments.draw, arguments.seed):
            sure = "yes" if found[link] else "no"
            lines.writerow(
                [arguments.seed, link.corpus, link.document, link.kind, *link.source, *link.target, sure, "", ""]
            )
        return
    for sample in sorted({verdict.sample for verdict in verdicts.values()}):
        rows = precision({link: verdict for link, verdict in verdicts.items() if verdict.sample == sample}, found)
        print(table([f"sample {sample}", "right as drawn", "precision", "95 %", "right, still found"], rows) + "\n")


if __name__ == "__main__":
    main()
