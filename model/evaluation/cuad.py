"""CUAD's own measures on the test contracts that CUAD published, beside the figures of its authors.

    python -m model.evaluation.cuad --data ../shared/data --weights resources/model --json build/cuad.json

`model.evaluation.cuad_figures` defines the measures, `model.evaluation.cuad_spans` turns passages into spans. Weights that were
trained on another split have read some of these contracts; they are refused unless `--anyway` is given, and then the figures
are marked as not comparable. `--choose` compares rules for spans on contracts that CUAD published for training and that
lie in `validation`; the one in use was chosen there, with weights that were not trained on them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from model.evaluation import cuad_figures
from model.evaluation.comparison import DocumentScorer
from model.evaluation.cuad_figures import Counted, Floats, Tally
from model.evaluation.cuad_spans import TRIMMED, Rule, candidates
from model.evaluation.figures import interval
from model.evaluation.output import bounds, circumstances, number, progress, table, write_json
from model.scorer import MANIFEST, Attending, Scorer
from model.structure import structure_of
from model.tags import CONTRACT_TAGS
from model.training.corpora import Span, covered, read_lines, spans_and_blocks

Load = Callable[[Path, str], DocumentScorer]
"""(folder of the weights, device) -> the model."""

PUBLISHED = {"RoBERTa-base": (0.426, 0.311), "RoBERTa-large": (0.482, 0.381), "DeBERTa-xlarge": (0.478, 0.440)}
"""AUPR and precision at 80 % recall as the data set's authors publish them, on all 102 test contracts."""

PUBLISHED_TEST = 102
RESAMPLES = 1000
RULES = (
    *(Rule(2.0, 0.0, trim) for trim in (False, True)),
    *(Rule(join_from, alone) for alone in (0.0, 0.3, 0.5, 0.7) for join_from in (0.3, 0.5, 0.6, 0.7, 0.8)),
)
OURS, PERFECT = "Fusen", "perfect tags of passages"


@dataclass(frozen=True)
class Contract:
    """One contract: its passages, and the labelled texts of each tag that it has."""

    text: str
    spans: tuple[Span, ...]
    blocks: tuple[int, ...]
    answers: Mapping[str, tuple[str, ...]]
    labels: tuple[tuple[Span, str], ...]


@dataclass(frozen=True)
class Figures:
    """Measures of one method; intervals are 95 % over resampled contracts.

    `every_threshold` holds AUPR and precision at 80 % recall where each probability is a threshold and not only the 101 of the
    published script; `recall` is the highest that is reached.
    """

    method: str
    aupr: float | None
    aupr_interval: tuple[float, float] | None
    precision: float | None
    precision_interval: tuple[float, float] | None
    recall: float | None
    every_threshold: tuple[float | None, float | None]


@dataclass(frozen=True)
class CategoryFigures:
    """One category: its answers, and the measures over its questions alone; `perfect` are those of `PERFECT`."""

    tag: str
    answers: int
    aupr: float | None
    precision: float | None
    perfect_precision: float | None
    perfect_recall: float | None


Questions = list[dict[str, Counted]]
"""For each contract, its question of each tag."""


def main(arguments: Sequence[str] | None = None, load: Load = Scorer.load) -> int:
    """Evaluate, print tables, write JSON; `load` stands in for the real model in tests. Returns the exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = _parser()
    options = parser.parse_args(given)
    comparable = trained_on_published_split(options.weights)
    if not (comparable or options.anyway or options.choose):
        parser.error(
            f"the manifest in {options.weights} does not say that these weights were trained on the split that CUAD published "
            '(training.recipe.contract_split is not "cuad_split"): they may have read its test contracts. '
            "--anyway measures them all the same, and marks the figures as not comparable"
        )
    wanted = ("train", "validation") if options.choose else (options.split, None)
    contracts = list(read_published(options.data, *wanted))
    if not contracts:
        parser.error(f"no contract of the published split {wanted[0]} in {options.data}")
    at_hand = len(contracts)
    contracts = _drawn(contracts, options.limit, options.seed)
    try:
        scorer = load(options.weights, options.device)
    except (FileNotFoundError, ValueError) as error:
        parser.error(str(error))
    said = tag_probabilities(scorer, contracts, options.seed)
    facts = {
        **circumstances("model.evaluation.cuad", given),
        "weights_sha256": scorer.name.sha256,
        "split": f"published {wanted[0]}" + (f", {wanted[1]}" if wanted[1] else ""),
        "seed": options.seed,
        "contracts": len(contracts),
        "contracts_at_hand": at_hand,
    }
    if options.choose:
        facts["rules"] = _compare_rules(contracts, said)
    else:
        differences = setting(options.split, at_hand, len(contracts), comparable)
        facts |= _evaluate(contracts, said, options.seed, comparable and options.split == "test", differences)
    if options.json:
        write_json(options.json, facts)
    return 0


def trained_on_published_split(folder: Path) -> bool:
    """Does the manifest say that the weights were trained on the split that CUAD published? False without a manifest."""
    # Read as plain JSON: the question is older than any particular architecture.
    path = folder / MANIFEST
    if not path.is_file():
        return False
    recipe = json.loads(path.read_text("utf-8")).get("training", {}).get("recipe", {})
    return bool(recipe.get("contract_split") == "cuad_split")


def read_published(data: Path, published: str, split: str | None = None) -> Iterator[Contract]:
    """Contracts of a published split (train, test); with `split` only those that also lie in that one of ours."""
    for line in read_lines(data / "contracts.jsonl.xz"):
        if line["cuad_split"] != published or split not in (None, line["split"]):
            continue
        answers: defaultdict[str, list[str]] = defaultdict(list)
        for label in line["labels"]:
            answers[label["tag"]].append(line["text"][label["start"] : label["end"]])
        spans, blocks = spans_and_blocks(line["text"])
        yield Contract(
            line["text"],
            spans,
            blocks,
            {tag: tuple(texts) for tag, texts in answers.items()},
            tuple(((label["start"], label["end"]), label["tag"]) for label in line["labels"]),
        )


def tag_probabilities(scorer: DocumentScorer, contracts: Sequence[Contract], seed: int) -> list[Floats]:
    """For each contract (passages, tags in the order of `CONTRACT_TAGS`). Raises `ValueError` where the model has other tags."""
    found = []
    for done, contract in enumerate(contracts, 1):
        passages = [contract.text[start:end] for start, end in contract.spans]
        structure = structure_of(passages, contract.blocks)
        scores = scorer.score(passages, kind="contract", attending=Attending(seed=seed), structure=structure)
        if scores.tag_names != CONTRACT_TAGS:
            raise ValueError(f"the model's tags are not those of contracts: {scores.tag_names}")
        found.append(scores.tags)
        progress("contracts", done, len(contracts))
    return found


def perfect_probabilities(contract: Contract) -> Floats:
    """(passages, tags): 1 where a label of the tag covers the passage, else 0. What no choice of passages can improve on."""
    perfect = np.zeros((len(contract.spans), len(CONTRACT_TAGS)))
    for span, tag in contract.labels:
        perfect[covered(contract.spans, span), CONTRACT_TAGS.index(tag)] = 1.0
    return perfect


def asked(contracts: Sequence[Contract], said: Sequence[Floats], rule: Rule) -> Questions:
    """Every contract and tag as a question, also where the contract has no answer."""
    return [
        {
            tag: cuad_figures.count(
                tag,
                candidates(tag, contract.text, contract.spans, probabilities[:, column], rule),
                contract.answers.get(tag, ()),
            )
            for column, tag in enumerate(CONTRACT_TAGS)
        }
        for contract, probabilities in zip(contracts, said, strict=True)
    ]


def pooled_figures(method: str, questions: Questions, seed: int) -> Figures:
    """The measures over all questions of all tags."""
    everything = [counted for contract in questions for counted in contract.values()]
    points = cuad_figures.curve(cuad_figures.tally(everything))
    fine = cuad_figures.curve(cuad_figures.tally(everything, cuad_figures.every_threshold(everything)))
    by_contract = [cuad_figures.tally(list(contract.values())) for contract in questions]
    areas, precisions = cuad_figures.bootstrap(by_contract, RESAMPLES, seed)
    return Figures(
        method,
        cuad_figures.area(points),
        interval(areas),
        cuad_figures.precision_at(points),
        interval(precisions),
        None if np.isnan(points.recall[-1]) else float(points.recall[-1]),
        (cuad_figures.area(fine), cuad_figures.precision_at(fine)),
    )


def category_figures(questions: Questions, perfect: Questions) -> list[CategoryFigures]:
    """The measures of each tag over its own questions, in the order of `CONTRACT_TAGS`."""
    found = []
    for tag in CONTRACT_TAGS:
        counts: Tally = cuad_figures.tally([contract[tag] for contract in questions])
        points = cuad_figures.curve(counts)
        ceiling = cuad_figures.curve(cuad_figures.tally([contract[tag] for contract in perfect]))
        found.append(
            CategoryFigures(
                tag,
                int(counts.answers),
                cuad_figures.area(points),
                cuad_figures.precision_at(points),
                cuad_figures.precision_at(ceiling),
                float(ceiling.recall[-1]) if counts.answers else None,
            )
        )
    return found


def setting(split: str, at_hand: int, measured: int, comparable: bool) -> list[str]:
    """In what these figures' setting differs from that of the published ones, a sentence each."""
    trimmed = ", ".join(TRIMMED)
    measured_on = f"{measured} of {at_hand} contracts at hand of the published {split} split were measured"
    published_on = f"the published figures are of all {PUBLISHED_TEST} test contracts, of which some are held out here"
    units = "the published models answer a question in words with spans of any length, Fusen tags passages"
    differences = [
        f"{measured_on}; {published_on}",
        f"{units}, which one fixed rule joins or, for {trimmed}, trims",
        "answers come from CUAD's table of clauses, found word for word in the same texts, not from its JSON",
    ]
    if split != "test":
        differences.append("these are not the contracts that the published models were tested on")
    if not comparable:
        differences.append(
            "NOT COMPARABLE: the weights were not trained on the published split and may have read contracts that are tested here"
        )
    return differences


def _evaluate(
    contracts: Sequence[Contract], said: Sequence[Floats], seed: int, comparable: bool, differences: Sequence[str]
) -> dict[str, Any]:
    questions = asked(contracts, said, Rule())
    perfect = asked(contracts, [perfect_probabilities(contract) for contract in contracts], Rule())
    rows = [pooled_figures(OURS, questions, seed), pooled_figures(PERFECT, perfect, seed)]
    categories = category_figures(questions, perfect)
    print(described(rows, categories, comparable, differences))
    return {
        "comparable": comparable,
        "differences": list(differences),
        "rule": asdict(Rule()),
        "resamples": RESAMPLES,
        "pooled": [asdict(row) for row in rows],
        "published": {name: {"aupr": pair[0], "precision": pair[1]} for name, pair in PUBLISHED.items()},
        "categories": [asdict(each) for each in categories],
    }


def described(
    rows: Sequence[Figures], categories: Sequence[CategoryFigures], comparable: bool, differences: Sequence[str]
) -> str:
    """Both tables and what differs from the published setting, for people."""
    mark = "" if comparable else " (not comparable)"
    header = ["all categories", "AUPR", "95 %", "precision at 80 % recall", "95 %", "highest recall"]
    published = [[f"{name}, published", number(aupr), "", number(at), "", ""] for name, (aupr, at) in PUBLISHED.items()]
    every = rows[0].every_threshold
    by_tag = ["category", "answers", "AUPR", "precision at 80 %", "perfect tags", "their recall"]
    return "\n".join(
        [
            table(header, [_cells(rows[0], mark), *(_cells(row) for row in rows[1:]), *published]),
            f"\n{rows[0].method} with every probability as a threshold: AUPR {number(every[0])}, precision {number(every[1])}\n",
            table(by_tag, [_category_cells(each) for each in categories]),
            "\nWhat differs from the published setting:",
            *(f"- {difference}" for difference in differences),
        ]
    )


def _cells(row: Figures, mark: str = "") -> list[str]:
    return [
        f"{row.method}{mark}",
        number(row.aupr),
        bounds(row.aupr_interval),
        number(row.precision),
        bounds(row.precision_interval),
        number(row.recall),
    ]


def _category_cells(each: CategoryFigures) -> list[str]:
    measures = (each.aupr, each.precision, each.perfect_precision, each.perfect_recall)
    return [each.tag, str(each.answers), *(number(value) for value in measures)]


def _compare_rules(contracts: Sequence[Contract], said: Sequence[Floats]) -> list[dict[str, Any]]:
    rows = []
    for done, rule in enumerate(RULES, 1):
        everything = [counted for contract in asked(contracts, said, rule) for counted in contract.values()]
        points = cuad_figures.curve(cuad_figures.tally(everything))
        rows.append({**asdict(rule), "aupr": cuad_figures.area(points), "precision": cuad_figures.precision_at(points)})
        progress("rules", done, len(RULES))
    cells = [
        [
            f"joined from {row['join_from']:g}, alone {row['alone']:g}, {'trimmed' if row['trim'] else 'whole passages'}",
            number(row["aupr"]),
            number(row["precision"]),
        ]
        for row in rows
    ]
    print(table([f"rule, {len(contracts)} contracts", "AUPR", "precision at 80 % recall"], cells))
    return rows


def _drawn(contracts: list[Contract], limit: int | None, seed: int) -> list[Contract]:
    """`limit` contracts drawn with the seed, in their order; all without a limit."""
    if limit is None or limit >= len(contracts):
        return contracts
    chosen = np.random.default_rng(seed).permutation(len(contracts))[:limit]
    return [contracts[index] for index in sorted(chosen.tolist())]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m model.evaluation.cuad",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled documents")
    parser.add_argument("--split", choices=["train", "test"], default="test", help="of the split that CUAD published")
    parser.add_argument("--weights", type=Path, default=Path("resources/model"), help="folder of weights and manifest")
    parser.add_argument("--device", choices=["auto", "cpu", "cuda"], default="auto")
    parser.add_argument("--limit", type=int, help="only so many contracts, drawn with the seed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, help="where to write all figures")
    parser.add_argument("--anyway", action="store_true", help="also weights that were trained on another split")
    parser.add_argument("--choose", action="store_true", help="compare rules for spans on contracts not tested on")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
