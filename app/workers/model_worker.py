"""The model worker: scores documents in a process of its own; a crash or a full memory ends only this process.

PyTorch is imported while the first calls already queue, the weights are read at the first call that needs them and kept.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Protocol

from app.errors import FusenError
from app.workers.limits import MODEL_MEMORY, limit_data
from app.workers.protocol import (
    AnalysisResult,
    Analyze,
    Answers,
    Ask,
    Body,
    Describe,
    Description,
    Explain,
    ExplanationResult,
    Value,
)
from app.workers.serving import CallContext, serve

if TYPE_CHECKING:
    from app.analysis.analysis import Analysis
    from app.analysis.analyzing import PassageScorer
    from app.analysis.asking import AskedScorer, Readings

    class DescribedScorer(PassageScorer, AskedScorer, Protocol):
        """A scorer that can be asked, and can say what it is."""

        def facts(self) -> list[tuple[str, str]]:
            """Name and value of each fact, for people."""
            ...


log = logging.getLogger(__name__)

MODEL_FOLDER = "model"

Load = Callable[[str], "DescribedScorer"]
"""A loaded scorer for a device (auto, cpu or cuda)."""


class ModelHandler:
    """Answers the requests of one worker process. `load` is called once for each device that is asked for."""

    def __init__(self, load: Load) -> None:
        self._load = load
        self._scorers: dict[str, DescribedScorer] = {}
        self._readings: Readings | None = None

    def __call__(self, body: Body, context: CallContext) -> Value:
        """Answer one request."""
        try:
            match body:
                case Analyze():
                    return self._analyze(body, context)
                case Explain():
                    return self._explain(body, context)
                case Ask():
                    return self._ask(body, context)
                case Describe():
                    return self._describe(context)
        except (RuntimeError, MemoryError) as error:
            explained = _explained(error)
            if explained is None:
                raise
            raise explained from error
        raise FusenError("internal", "The model worker was asked for what it does not do.", "Please report this fault.")

    def _analyze(self, body: Analyze, context: CallContext) -> AnalysisResult:
        from app.analysis.analyzing import analyze

        def report(stage: str, done: int, total: int) -> None:
            _report(context, stage, done, total)
            context.serve_urgent()  # a reader who asks does not wait for a long analysis

        def early(analysis: Analysis) -> None:
            context.check_cancelled()  # what nobody waits for any more need not be packed and sent
            context.preliminary(analysis)

        scorer = self._scorer(body.settings.device, context)
        return AnalysisResult(
            analyze(body.document, body.settings, scorer, report, early if body.preliminary else None)
        )

    def _explain(self, body: Explain, context: CallContext) -> ExplanationResult:
        from app.analysis.explaining import explain

        scorer = self._scorer(body.device, context)
        with single_thread():
            return ExplanationResult(explain(body.passages, body.index, body.kind, scorer, context.check_cancelled))

    def _ask(self, body: Ask, context: CallContext) -> Answers:
        from app.analysis.asking import Readings

        if self._readings is None:
            self._readings = Readings(self._scorer("auto", context))
        places, relevance = self._readings.relevance(body.document, body.query, partial(_report, context))
        return Answers(tuple((place.start, place.end) for place in places), tuple(relevance.tolist()))

    def _describe(self, context: CallContext) -> Description:
        from app.analysis.analyzing import LONGEST

        facts = self._scorer("auto", context).facts()
        threads = ("Threads of the model", str(available_cores()))
        return Description((*facts, threads, ("Longest document", f"{LONGEST:,} characters")))

    def _scorer(self, device: str, context: CallContext) -> DescribedScorer:
        if device not in self._scorers:
            context.progress("loading-model", 0, 1)
            loaded = self._load(device)
            # What "auto" came to need not be loaded again when it is asked for by name.
            self._scorers[device] = self._scorers.setdefault(loaded.device, loaded)
            context.progress("loading-model", 1, 1)
            context.check_cancelled()
        return self._scorers[device]


def _report(context: CallContext, stage: str, done: int, total: int) -> None:
    context.progress(stage, done, total)
    context.check_cancelled()


def load_scorer(device: str) -> DescribedScorer:
    """The weights that ship, on `device`. Raises `FusenError`."""
    import torch

    from model.scorer import Scorer

    if device == "cuda" and not torch.cuda.is_available():
        raise FusenError(
            "unsupported",
            "A GPU was asked for, and PyTorch finds none that it can use.",
            "Choose the device auto or cpu, or install a driver and a PyTorch that fit the GPU.",
        )
    try:
        with resources.as_file(resources.files("resources") / MODEL_FOLDER) as folder:
            return Scorer.load(folder, device)
    except (MemoryError, torch.OutOfMemoryError):
        raise
    except Exception as error:
        # A missing file, a wrong hash, a cut-off tensor, a manifest that is no JSON: all mean an installation that is not whole.
        log.exception("the weights cannot be loaded")
        raise FusenError(
            "internal",
            "The model's weights are missing or damaged.",
            "Install Fusen again; your documents and decisions are not affected.",
        ) from error


def _explained(error: RuntimeError | MemoryError) -> FusenError | None:
    """What to tell the user of a failed allocation, which PyTorch reports as a `RuntimeError`; None for other errors."""
    import torch

    if isinstance(error, torch.OutOfMemoryError):
        torch.cuda.empty_cache()
        return FusenError(
            "out-of-memory",
            "The GPU has not enough memory for this document.",
            "Choose the device cpu, or close other programs that use the GPU, and try again.",
        )
    if isinstance(error, MemoryError) or "can't allocate memory" in str(error):
        return FusenError(
            "out-of-memory",
            "There is not enough memory for this document.",
            "Close other documents or programs, or split the file, and try again.",
        )
    return None


def available_cores() -> int:
    """The cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def single_thread() -> Iterator[None]:
    """One thread meanwhile.

    Of a few sentences each step is so short that several threads, where other programs hold the cores, wait for each other
    many times as long as they work.
    """
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def prepare() -> None:
    """The slow imports, while calls already queue; one thread a core, for the window is idle while the model works."""
    import torch

    import app.analysis.analyzing  # noqa: F401

    torch.set_num_threads(available_cores())
    if wanted := memory_wanted(os.environ.get(MODEL_MEMORY, "")):
        if torch.cuda.is_available():  # what its driver maps would count, and the model lies elsewhere
            log.info("no limit of memory is set where there is a GPU")
        else:
            limit_data(wanted)


_LARGEST_MEMORY = 1e6  # gigabytes; no system takes a limit of any size


def memory_wanted(text: str) -> float:
    """Gigabytes that the model may take, from the environment; 0 where nothing sensible stands there."""
    try:
        wanted = float(text)
    except ValueError:
        return 0.0
    return wanted if 0 < wanted < _LARGEST_MEMORY else 0.0


if __name__ == "__main__":
    serve(ModelHandler(load_scorer), urgent=(Ask, Explain), prepare=prepare)
