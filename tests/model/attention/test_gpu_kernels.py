"""The GPU kernels beside the plain reference: compiled where there is an NVIDIA GPU, by Triton's interpreter anywhere."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from made_cases import packed

from model.attention.config import AdaptiveAttentionConfig
from model.attention.dispatch import has_triton
from model.attention.estimators import Features
from model.attention.selection import Selection
from tests.model.attention.agreement import KINDS, run

needs_triton = pytest.mark.skipif(
    not has_triton(), reason="Triton is made for Linux on x86-64 alone, and not installed"
)


@pytest.mark.slow
@needs_triton
def test_the_interpreted_kernels_agree_with_the_reference():
    command = [sys.executable, "-m", "tests.model.attention.agreement", "--cases", "8", "--longest", "150"]
    done = subprocess.run(
        command, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 cases, 0 disagreements" in done.stdout


@needs_triton
def test_the_longest_rows_of_each_launch_come_first():
    from model.attention.gpu.hopper import longest_first

    generator = torch.Generator().manual_seed(0)
    layout = packed([50 * 16], 16)
    counts = torch.randint(1, 51, (100,), generator=generator)
    offsets = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
    selection = Selection((torch.zeros(int(offsets[-1]), dtype=torch.int32), offsets), torch.ones(2, 50), layout, False)
    order = longest_first(selection, 32).long()
    for first in range(0, 100, 32):
        launch = order[first : first + 32]
        assert launch.sort().values.tolist() == list(range(first, min(first + 32, 100)))
        assert (counts[launch].diff() <= 0).all()


@needs_triton
def test_documents_of_other_lengths_are_not_compiled_for_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Triton compiles again where a number that it specializes on becomes 1, or a multiple of 16, or no longer is one."""
    from model.attention.gpu import select_kernels, selecting

    compiled: list[tuple[object, ...]] = []

    class Recorder:
        def __init__(self, name: str) -> None:
            self._kernel = getattr(select_kernels, name)
            self._name = name

        def __getitem__(self, grid: object) -> Callable[..., None]:
            def launch(*given: object, **constants: object) -> None:
                free = {*self._kernel.do_not_specialize, *self._kernel.do_not_specialize_on_alignment}
                special = [
                    (name, value == 1, value % 16 == 0)
                    for name, value in zip(self._kernel.arg_names, given, strict=False)
                    if isinstance(value, int) and name not in free
                ]
                compiled.append((self._name, *special, *constants.items()))

            return launch

    for name in ("score", "choose", "write"):
        monkeypatch.setattr(selecting.select_kernels, name, Recorder(name))
    config = AdaptiveAttentionConfig(density=0.5, block_size=32, pool=16, dense_below=0)
    features = Features(torch.zeros(2, 400, 16), torch.zeros(2, 400, 16), torch.zeros(1, 400), 2, 2)
    for seed, blocks in enumerate([16, 17, 20, 23, 31, 32]):
        layout = packed([32 * blocks, 32 * blocks - 5], 32)
        selecting.select_on_gpu(features, 2, layout, replace(config, seed=seed), is_causal=False)
    assert len(compiled) == 6 * 2 * 3
    assert len(set(compiled)) == 3


@pytest.mark.slow
@needs_triton
def test_the_interpreted_selection_keeps_to_every_limit():
    command = [sys.executable, "-m", "tests.model.attention.selecting_agreement", "--cases", "2", "--longest", "10"]
    done = subprocess.run(
        command, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 cases, 0 disagreements" in done.stdout


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no NVIDIA GPU; CONTRIBUTING.md has the command for one"
)
def test_the_compiled_kernels_agree_with_the_reference():
    for kind in KINDS:
        count, faults = run(kind, 20, 0, 700, "cuda")
        assert count == 20
        assert faults == []
