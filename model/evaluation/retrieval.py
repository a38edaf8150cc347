"""Retrieval by language models, dense beside adaptive on the same questions: by task, and by distance of the evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from model.attention import AdaptiveAttentionConfig
from model.evaluation.foreign_models import LanguageModel, Layer
from model.evaluation.output import number, progress, table
from model.evaluation.paired import paired_difference
from model.evaluation.retrieval_tasks import TASKS, Context, Maker

UNSOLVED = 0.2
"""A dense accuracy below this says that the model cannot do the task, so that nothing can be lost."""


@dataclass(frozen=True)
class Result:
    """One task at one length. `distance` is None where the evidence lies all over the text.

    `dense`, `adaptive`: share of questions answered; `guessed`: the same, dense, without the evidence, in the
    first context; `points`: adaptive - dense
    in percentage points with its 95 % interval; `lost`, `gained`: questions that only dense or only adaptive attention answers.
    """

    task: str
    language: str
    distance: int | None
    tokens: int
    questions: int
    dense: float
    adaptive: float
    guessed: float
    points: float
    interval: tuple[float, float]
    lost: int
    gained: int
    density: float
    covered_mass: float | None
    kernels: tuple[str, ...]

    @property
    def name(self) -> str:
        """Task, language and place for people."""
        where = f"at {self.tokens:,} tokens" if self.distance is None else f"{self.distance:,} tokens apart"
        return f"{self.task} ({self.language}) {where}"


@dataclass(frozen=True)
class Plan:
    """What to ask: so many contexts of each task at each length or distance, so many questions in each."""

    contexts: int
    questions: int
    tasks: Sequence[str] = TASKS


def measure_lengths(
    model: LanguageModel,
    maker: Maker,
    language: str,
    lengths: Sequence[int],
    plan: Plan,
    config: AdaptiveAttentionConfig,
) -> list[Result]:
    """Evidence all over texts of these lengths, the questions at their end."""
    results = []
    for length in lengths:
        for task in plan.tasks:
            contexts = [maker.at_the_end(task, length, plan.questions) for _ in range(plan.contexts)]
            results.append(_measure(model, contexts, task, language, None, config))
    return results


def measure_distances(
    model: LanguageModel,
    maker: Maker,
    language: str,
    distances: Sequence[int],
    plan: Plan,
    config: AdaptiveAttentionConfig,
) -> list[Result]:
    """Every question at one distance from its evidence, in a text that is hardly longer than that."""
    results = []
    for distance in distances:
        for task in plan.tasks:
            contexts = [maker.at_distance(task, distance, plan.questions) for _ in range(plan.contexts)]
            results.append(_measure(model, contexts, task, language, distance, config))
    return results


def worst(results: Sequence[Result]) -> Result | None:
    """The task that adaptive attention loses most on, among those that the model can do densely; None where it can do none."""
    solved = [result for result in results if result.dense >= UNSOLVED]
    return min(solved, key=lambda result: result.points) if solved else None


def described(results: Sequence[Result]) -> str:
    """The table for people, and what is lost at worst."""
    header = [
        "task",
        "questions",
        "guessed %",
        "dense %",
        "adaptive %",
        "points",
        "95 %",
        "density",
        "covered mass",
        "kernels",
    ]
    lowest = worst(results)
    last = f"no task that dense attention solves in {UNSOLVED:.0%} of its questions"
    if lowest is not None:
        last = f"worst: {lowest.name}, {lowest.points:+.2f} points {_bounds(lowest)}"
    return f"{table(header, [_cells(result) for result in results])}\n\n{last}"


def _measure(
    model: LanguageModel,
    contexts: Sequence[Context],
    task: str,
    language: str,
    distance: int | None,
    config: AdaptiveAttentionConfig,
) -> Result:
    dense: list[bool] = []
    adaptive: list[bool] = []
    layers: list[Layer] = []
    for done, context in enumerate(contexts):
        progress(f"{task}, {language}, {len(context.ids):,} tokens", done, len(contexts))
        targets = context.targets()
        dense += context.answered(model.read(context.ids, targets, None).greedy.tolist())
        reading = model.read(context.ids, targets, config)
        adaptive += context.answered(reading.greedy.tolist())
        layers += reading.layers
    progress(task, len(contexts), len(contexts))
    bare = contexts[0].without_evidence()
    guessed = bare.answered(model.read(bare.ids, bare.targets(), None).greedy.tolist())
    difference, low, high = paired_difference(dense, adaptive)
    masses = [layer.covered_mass for layer in layers if layer.covered_mass is not None]
    return Result(
        task,
        language,
        distance,
        max(len(context.ids) for context in contexts),
        len(dense),
        _share(dense),
        _share(adaptive),
        _share(guessed),
        100 * difference,
        (100 * low, 100 * high),
        sum(a and not b for a, b in zip(dense, adaptive, strict=True)),
        sum(b and not a for a, b in zip(dense, adaptive, strict=True)),
        sum(layer.density for layer in layers) / len(layers),
        sum(masses) / len(masses) if masses else None,
        tuple(sorted({layer.kernel for layer in layers})),
    )


def _cells(result: Result) -> list[str]:
    return [
        result.name,
        str(result.questions),
        number(100 * result.guessed, 1),
        number(100 * result.dense, 1),
        number(100 * result.adaptive, 1),
        f"{result.points:+.2f}",
        _bounds(result),
        number(result.density),
        number(result.covered_mass, 4),
        ", ".join(result.kernels),
    ]


def _bounds(result: Result) -> str:
    return f"[{result.interval[0]:+.2f}, {result.interval[1]:+.2f}]"


def _share(answered: Sequence[bool]) -> float:
    return sum(answered) / len(answered)
