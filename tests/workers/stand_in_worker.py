"""A model worker with a stand-in for the weights: what a test asks for stands in the document's text."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable

from app.workers.model_worker import ModelHandler, prepare
from app.workers.protocol import Ask
from app.workers.serving import serve
from model.scorer import PassageScores
from tests.analysis.made import StandInScorer


class ObedientScorer(StandInScorer):
    """Does what the first passage says: runs out of memory, fails, takes its time or dies, the last two after first scores."""

    def score(self, passages, **asked):  # type: ignore[no-untyped-def]
        import torch

        order = passages[0]
        if "GPU memory" in order:
            raise torch.OutOfMemoryError("CUDA out of memory.")
        if "main memory" in order:
            raise RuntimeError("[enforce fail at alloc_cpu.cpp:117] DefaultCPUAllocator: can't allocate memory")
        if "fail" in order:
            raise RuntimeError("a fault")
        slow, die = "time" in order, "die" in order

        def early(scores: PassageScores) -> None:
            asked["early"](scores)
            if die:
                os._exit(9)
            if slow:
                take_time(asked["report"])

        if asked.get("early") is not None:
            return super().score(passages, **(asked | {"early": early}))
        if slow:
            take_time(asked["report"])
        return super().score(passages, **asked)

    def facts(self) -> list[tuple[str, str]]:
        import torch

        return [*super().facts(), ("Loads", str(len(LOADED))), ("PyTorch threads", str(torch.get_num_threads()))]


def take_time(report: Callable[[str, int, int], None]) -> None:
    for step in range(500):
        report("attending", step, 500)
        time.sleep(0.02)


LOADED: list[str] = []


def load(device: str) -> ObedientScorer:
    LOADED.append(device)
    logging.getLogger("stand-in").warning("loaded for %s", device)
    return ObedientScorer()


if __name__ == "__main__":
    serve(ModelHandler(load), urgent=(Ask,), prepare=prepare)
