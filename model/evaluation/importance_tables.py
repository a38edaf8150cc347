"""What `model.evaluation.importance` prints: one corpus in tables, and the calibration of all."""

from __future__ import annotations

from collections.abc import Sequence

from model.evaluation import comparison, rouge
from model.evaluation.comparison import Row
from model.evaluation.importance_figures import CorpusFigures
from model.evaluation.output import bounds, number, table

_WITH_INTERVAL = "0.2"
"""The share of the text whose recall is shown with its interval; the others' are in the JSON."""


def described(result: CorpusFigures) -> str:
    """The corpus, the table of methods, the kinds in it, and what adaptive attention did, for people."""
    heading = (
        f"\n{result.corpus}, {result.split}: {result.documents} documents; importance labelled in {result.judged}, "
        f"{result.with_important} of them with an important passage; {result.passages:,} passages, "
        f"{result.share:.1%} important; {result.summaries} with a summary\n"
    )
    lines = [heading, table(_header(result), [_cells(each, bool(result.summaries)) for each in result.rows]), ""]
    if result.kinds:
        lines += [_by_kind(result), ""]
    lines += [
        f"{each.method}: density {each.density:.3f}, covered mass {each.covered_mass.estimate:.4f} "
        f"{bounds((each.covered_mass.low, each.covered_mass.high), 4)}, "
        f"{each.read_densely} of {each.documents} documents densely, {each.read_deeply:.1%} of the passages deeply"
        + ("" if each.missed is None else f", {each.missed:.1f} important ones expected among the others")
        for each in result.attention
    ]
    lines += [
        f"selected for a recall of {each.target:.0%}: recall {number(each.recall)}, {each.share:.1%} of the text"
        for each in result.selection
    ]
    for difference in result.differences:
        first, second = difference.methods
        lines.append(
            f"{first} − {second}: AP {number(difference.average_precision, 4)} "
            f"{bounds(difference.interval, 4)}, largest difference of importance "
            f"{difference.largest_importance:.4f}, rank correlation {number(difference.rank_correlation)}"
        )
    return "\n".join(lines)


def calibration(results: Sequence[CorpusFigures]) -> str:
    """ECE of each way of the model, a line a language, kind and split; empty where nothing gave probabilities."""
    lines = [(result.split, each) for result in results for each in result.reliability]
    if not lines:
        return ""
    methods = list(dict.fromkeys(each.method for _, each in lines))
    places = dict.fromkeys((each.language, each.kind, split, each.documents, each.passages) for split, each in lines)
    errors = {(each.language, each.kind, split, each.method): each.calibration_error for split, each in lines}
    rows = [
        [
            f"{language}, {kind}, {split}",
            f"{documents:,}",
            f"{passages:,}",
            *(number(errors.get((language, kind, split, method)), 4) for method in methods),
        ]
        for language, kind, split, documents, passages in places
    ]
    header = ["calibration", "documents", "passages", *(f"ECE {method}" for method in methods)]
    return "\n" + table(header, rows)


def _header(result: CorpusFigures) -> list[str]:
    header = ["method", "AP", "95 %", "AP by document"]
    for share in comparison.SHARES:
        header += [f"recall@{share:.0%}".rstrip("%"), *(["95 %"] if str(share) == _WITH_INTERVAL else [])]
    return [*header, "tag mAP", "95 %", "ECE", *(rouge.MEASURES if result.summaries else ()), "seconds"]


def _cells(each: Row, summaries: bool) -> list[str]:
    cells = [
        each.method,
        number(each.average_precision),
        bounds(each.average_precision_interval),
        number(each.average_precision_by_document),
    ]
    for share, value in each.recall.items():
        cells += [number(value), *([bounds(each.recall_interval[share])] if share == _WITH_INTERVAL else [])]
    return [
        *cells,
        number(each.tag_mean_average_precision),
        bounds(each.tag_mean_average_precision_interval),
        number(each.calibration_error, 4),
        *(number(each.rouge[name] if each.rouge else None) for name in rouge.MEASURES if summaries),
        number(each.seconds, 1),
    ]


def _by_kind(result: CorpusFigures) -> str:
    """AP and AP by document of every method on each kind alone."""
    header = ["method", *(name for each in result.kinds for name in (f"AP {each.kind}", "by document"))]
    rows = [
        [
            method,
            *(number(value) for row in rows for value in (row.average_precision, row.average_precision_by_document)),
        ]
        for method, rows in (
            (whole.method, [each.rows[place] for each in result.kinds]) for place, whole in enumerate(result.rows)
        )
    ]
    sizes = "; ".join(
        f"{each.kind} {each.documents} documents, {each.passages:,} passages, {each.share:.1%} important"
        for each in result.kinds
    )
    return f"{sizes}\n\n{table(header, rows)}"
