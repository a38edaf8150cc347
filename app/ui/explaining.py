"""Asks the model worker which words of a finding its importance hangs on: one question at a time, answers kept."""

from __future__ import annotations

from collections import OrderedDict
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.analysis.analysis import Analysis, Explanation
from app.errors import FusenError
from app.review.findings import Finding
from app.ui.hub import Courier
from app.ui.words import error_words
from app.workers.client import WorkerClient
from app.workers.protocol import Explain, ExplanationResult, Value

KEPT = 512
NEIGHBOURS = 2
_NEIGHBOUR_LENGTH = 160
_LONGEST = 1200
"""Characters of a passage that is asked about; a longer one is no sentence, and its reading would take too long."""

_LEAST_FALL, _SHARE = 0.15, 0.3

Key = tuple[str, int, int, str]


def heavy(explanation: Explanation) -> list[tuple[int, int, float]]:
    """Start and end in the passage, and weight from 0 to 1, of the phrases without which the estimate falls clearly."""
    most = max((weight.fall for weight in explanation.weights), default=0.0)
    least = max(_LEAST_FALL, _SHARE * most)
    return [(weight.start, weight.end, weight.fall / most) for weight in explanation.weights if weight.fall >= least]


def question(finding: Finding, analysis: Analysis) -> Explain:
    """The passage with the passages beside it."""
    before = [p.text for p in analysis.passages if p.end <= finding.start][-NEIGHBOURS:]
    after = [p.text for p in analysis.passages if p.start >= finding.end][:NEIGHBOURS]
    passages = (
        *(text[-_NEIGHBOUR_LENGTH:] for text in before),
        finding.text[:_LONGEST],
        *(text[:_NEIGHBOUR_LENGTH] for text in after),
    )
    return Explain(passages, len(before), analysis.kind, analysis.settings.device)


class Explainer(QObject):
    """`answered` says that `answer_for` or `problem` has something new."""

    answered = Signal()

    def __init__(self, model: WorkerClient, courier: Courier) -> None:
        super().__init__()
        self._model = model
        self._courier = courier
        self._known: OrderedDict[Key, Explanation] = OrderedDict()
        self._asked: tuple[Key, int] | None = None
        self.problem = ""

    def answer_for(self, finding: Finding, analysis: Analysis) -> Explanation | None:
        """What is known of a finding."""
        return self._known.get(_key(finding, analysis))

    def ask(self, finding: Finding, analysis: Analysis) -> None:
        """Ask about a finding; what was asked before and is not answered yet is asked no more."""
        key = _key(finding, analysis)
        if key in self._known or (self._asked is not None and self._asked[0] == key):
            return
        self.stop()
        call = self._model.submit(
            question(finding, analysis),
            on_result=lambda value: self._courier.post(partial(self._keep, key, value)),
            on_failure=lambda error: self._courier.post(partial(self._fail, key, error)),
        )
        self._asked = key, call

    def stop(self) -> None:
        """Nobody waits for an answer any more."""
        self.problem = ""
        if self._asked is not None:
            self._model.cancel(self._asked[1])
            self._asked = None

    def _keep(self, key: Key, value: Value) -> None:
        assert isinstance(value, ExplanationResult)  # noqa: S101 -- the worker's contract
        self._known[key] = value.explanation
        while len(self._known) > KEPT:
            self._known.popitem(last=False)
        if self._asked is not None and self._asked[0] == key:
            self._asked = None
            self.answered.emit()

    def _fail(self, key: Key, error: FusenError) -> None:
        if self._asked is not None and self._asked[0] == key:
            self._asked = None
            self.problem = " ".join(filter(None, error_words(error)))
            self.answered.emit()


def _key(finding: Finding, analysis: Analysis) -> Key:
    return finding.document_sha256, finding.start, finding.end, analysis.model.sha256
