"""The model worker: its handler in this process, and as a real process with a stand-in for the weights."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from samples import make_document

from app.analysis.analysis import Analysis, AnalysisSettings
from app.documents.document import Document
from app.errors import FusenError
from app.workers.client import WorkerClient
from app.workers.model_worker import available_cores, load_scorer, memory_wanted
from app.workers.protocol import (
    AnalysisResult,
    Analyze,
    Answers,
    Ask,
    Describe,
    Description,
    Explain,
    ExplanationResult,
    OpenDocument,
    Progress,
)
from app.workers.starting import environment

MODULE = "tests.workers.stand_in_worker"
STAGES = ["loading-model", "scanning", "attending", "scoring", "linking"]


@pytest.fixture(scope="module")
def client() -> Iterator[WorkerClient]:
    """One worker for all tests: loading PyTorch takes some seconds, and a worker must survive what they do to it."""
    made = WorkerClient(MODULE, name="model worker")
    made.start()
    yield made
    made.close()


def saying(sentence: str) -> Document:
    return make_document((sentence, "The Supplier's liability is limited to the fees."))


def test_an_analysis_passes_through_the_stages(client: WorkerClient) -> None:
    steps: list[Progress] = []
    value = client.call(Analyze(make_document(), AnalysisSettings()), on_progress=steps.append)
    assert isinstance(value, AnalysisResult)
    assert value.analysis.passages[1].tags[0].tag == "cap-on-liability"
    assert value.analysis.passages[1].rank == 1
    assert set(STAGES) - {"loading-model"} <= {step.stage for step in steps} <= set(STAGES)


def test_the_weights_are_loaded_once_and_described(client: WorkerClient) -> None:
    client.call(Analyze(make_document(), AnalysisSettings()))
    client.call(Analyze(make_document(), AnalysisSettings(device="cpu")))
    steps: list[Progress] = []
    value = client.call(Describe(), on_progress=steps.append)
    assert isinstance(value, Description)
    facts = dict(value.facts)
    assert (facts["Model"], facts["Loads"]) == ("stand-in 0", "1")
    assert facts["PyTorch threads"] == facts["Threads of the model"] == str(available_cores())
    assert steps == []


@pytest.mark.parametrize(
    ("order", "code", "advice"),
    [
        ("Run out of GPU memory, please.", "out-of-memory", "cpu"),
        ("Run out of main memory, please.", "out-of-memory", "split"),
        ("Please fail.", "internal", "report"),
    ],
)
def test_failures_are_told_and_the_worker_lives_on(client: WorkerClient, order: str, code: str, advice: str) -> None:
    with pytest.raises(FusenError) as caught:
        client.call(Analyze(saying(order), AnalysisSettings()))
    assert caught.value.code == code
    assert advice in caught.value.advice
    assert isinstance(client.call(Analyze(make_document(), AnalysisSettings())), AnalysisResult)


def test_the_words_that_a_passage_hangs_on_are_told(client: WorkerClient) -> None:
    passages = ("Master Services Agreement", "The Supplier's liability is limited.", "The parties meet.")
    value = client.call(Explain(passages, 1, "contract"))
    assert isinstance(value, ExplanationResult)
    heaviest = max(value.explanation.weights, key=lambda weight: weight.fall)
    assert passages[1][heaviest.start : heaviest.end] == "liability"
    assert 0 < value.explanation.importance < 1


def test_what_cannot_be_analysed_is_a_user_error(client: WorkerClient) -> None:
    empty = replace(make_document(), text="", blocks=(), pages=())
    with pytest.raises(FusenError) as caught:
        client.call(Analyze(empty, AnalysisSettings()))
    assert caught.value.code == "empty"


def test_another_worker_s_request_is_refused(client: WorkerClient) -> None:
    with pytest.raises(FusenError) as caught:
        client.call(OpenDocument(path="a.pdf"))
    assert caught.value.code == "internal"


def test_cancelling_is_prompt(client: WorkerClient) -> None:
    ended: queue.Queue[FusenError] = queue.Queue()
    moving = threading.Event()

    def notice(progress: Progress) -> None:
        if progress.stage == "attending":
            moving.set()

    call = client.submit(
        Analyze(saying("Take your time."), AnalysisSettings()),
        on_progress=notice,
        on_result=lambda value: ended.put(FusenError("internal", "It was not cancelled.")),
        on_failure=ended.put,
    )
    assert moving.wait(60)
    cancelled = time.monotonic()
    client.cancel(call)
    assert ended.get(timeout=10).code == "cancelled"
    assert time.monotonic() - cancelled < 5.0  # at once, where nothing else runs


def test_a_question_is_answered_in_the_midst_of_an_analysis(client: WorkerClient) -> None:
    ended: queue.Queue[object] = queue.Queue()
    moving = threading.Event()
    call = client.submit(
        Analyze(saying("Take your time."), AnalysisSettings()),
        on_progress=lambda step: moving.set() if step.stage == "attending" else None,
        on_result=ended.put,
        on_failure=ended.put,
    )
    assert moving.wait(60)
    document = make_document()
    answers = client.call(Ask(document, "who may terminate?"))
    assert isinstance(answers, Answers)
    assert ended.empty()  # the analysis goes on
    texts = [document.text[start:end] for start, end in answers.places]
    best = max(range(len(texts)), key=lambda row: answers.relevance[row])
    assert "terminate" in texts[best]
    client.cancel(call)
    assert isinstance(ended.get(timeout=10), FusenError)


class Listening:
    """What becomes of an analysis, in the order in which it was told."""

    def __init__(self, client: WorkerClient, sentence: str, *, wanted: bool = True) -> None:
        self.first = threading.Event()
        self.told: queue.Queue[Analysis | AnalysisResult | FusenError] = queue.Queue()
        self.call = client.submit(
            Analyze(saying(sentence), AnalysisSettings(), preliminary=wanted),
            on_result=self.told.put,  # type: ignore[arg-type]
            on_failure=self.told.put,
            on_preliminary=self._note,
        )

    def _note(self, analysis: Analysis) -> None:
        self.told.put(analysis)
        self.first.set()

    def next(self) -> Analysis | AnalysisResult | FusenError:
        return self.told.get(timeout=60)


def test_first_findings_come_before_the_result(client: WorkerClient) -> None:
    listening = Listening(client, "The Supplier may terminate this Agreement.")
    first, result = listening.next(), listening.next()
    assert isinstance(first, Analysis)
    assert isinstance(result, AnalysisResult)
    assert (first.preliminary, result.analysis.preliminary) == (True, False)
    assert [p.importance for p in first.passages] == [0.65, 0.6]
    assert [p.importance for p in result.analysis.passages] == [0.8, 0.9]


def test_first_findings_are_not_sent_to_who_does_not_ask(client: WorkerClient) -> None:
    listening = Listening(client, "The Supplier may terminate this Agreement.", wanted=False)
    assert isinstance(listening.next(), AnalysisResult)
    assert not listening.first.is_set()


def test_cancelling_after_the_first_findings_is_prompt(client: WorkerClient) -> None:
    listening = Listening(client, "Take your time.")
    assert isinstance(listening.next(), Analysis)
    cancelled = time.monotonic()
    client.cancel(listening.call)
    error = listening.next()
    assert isinstance(error, FusenError)
    assert error.code == "cancelled"
    assert time.monotonic() - cancelled < 5.0  # at once, where nothing else runs
    assert isinstance(client.call(Analyze(make_document(), AnalysisSettings())), AnalysisResult)


def test_a_worker_that_dies_after_the_first_findings_is_reported_and_lives_again(client: WorkerClient) -> None:
    listening = Listening(client, "Please die.")
    assert isinstance(listening.next(), Analysis)
    error = listening.next()
    assert isinstance(error, FusenError)
    assert error.code == "internal"
    assert "stopped unexpectedly at services.pdf" in error.message
    assert isinstance(client.call(Analyze(make_document(), AnalysisSettings())), AnalysisResult)
    assert listening.told.empty()


def test_a_gpu_that_is_not_there_is_said_to_be_missing() -> None:
    import torch

    if torch.cuda.is_available():
        pytest.skip("this machine has a GPU")
    with pytest.raises(FusenError) as caught:
        load_scorer("cuda")
    assert caught.value.code == "unsupported"
    assert "cpu" in caught.value.advice


@pytest.mark.parametrize(
    "error", [FileNotFoundError("model.safetensors"), ValueError("header too large"), KeyError("version")]
)
def test_weights_that_are_not_whole_are_said_to_be(monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(folder: object, device: str) -> None:
        raise error

    monkeypatch.setattr("model.scorer.Scorer.load", fail)
    with pytest.raises(FusenError, match="missing or damaged") as caught:
        load_scorer("cpu")
    assert caught.value.code == "internal"
    assert "Install Fusen again" in caught.value.advice


@pytest.mark.parametrize(
    ("text", "wanted"), [("", 0), ("4", 4), ("2.5", 2.5), ("0", 0), ("-1", 0), ("much", 0), ("nan", 0), ("inf", 0)]
)
def test_the_memory_that_is_set_is_read(text: str, wanted: float) -> None:
    assert memory_wanted(text) == wanted


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts mapped memory as the process's own")
def test_memory_beyond_the_limit_is_refused_and_mapped_files_do_not_count(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(bytes(96 << 20))
    code = (
        "import mmap, sys\n"
        "from app.workers.limits import limit_data\n"
        "assert limit_data(64 / 1024)\n"
        "with open(sys.argv[1], 'rb') as file: mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)\n"
        "try: bytearray(96 << 20)\n"
        "except MemoryError: print('refused', len(mapped))\n"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "weights")]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=False)
    assert done.stdout.strip() == f"refused {96 << 20}", done.stderr
