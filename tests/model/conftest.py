"""What the model's tests share: the shipped weights, and one thread for the many small tensors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

WEIGHTS = Path(__file__).resolve().parents[2] / "resources" / "model"


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tensors this small are slower with several threads, much slower where the processors are busy."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def weights() -> Path:
    """The folder of the shipped weights."""
    return WEIGHTS
