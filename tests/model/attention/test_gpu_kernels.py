"""The GPU kernels beside the plain reference: compiled where there is an NVIDIA GPU, by Triton's interpreter anywhere."""

import os
import subprocess
import sys

import pytest
import torch
from made_cases import packed

from model.attention.dispatch import has_triton
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
def test_query_blocks_with_similar_rows_come_together():
    """Rows of five groups, each with nine of ten key blocks in common, in any order."""
    from model.attention.gpu.hopper import similar_rows_together

    generator = torch.Generator().manual_seed(0)
    layout = packed([100 * 16], 16)
    group = torch.randint(5, (2, 100), generator=generator)
    shared = torch.stack([torch.randperm(100, generator=generator)[:9] for _ in range(5)])
    mask = torch.zeros(2, 100, 100).scatter_(2, shared[group], 1.0)
    mask.scatter_(2, torch.randint(100, (2, 100, 1), generator=generator), 1.0)
    rows = mask.flatten(0, 1)
    offsets = torch.nn.functional.pad(rows.sum(1).long().cumsum(0), (1, 0))
    selection = Selection((rows.nonzero()[:, 1].int(), offsets), torch.ones(2, 100), layout, False)
    order = similar_rows_together(selection)
    assert torch.equal(order.sort(1).values, torch.arange(100, dtype=torch.int32).expand(2, -1))
    taken = group.gather(1, order.long())
    changes = int((taken.diff(dim=1) != 0).sum())
    assert changes < 60 < int((group.diff(dim=1) != 0).sum())


@pytest.mark.slow
@needs_triton
def test_the_interpreted_selection_keeps_to_every_limit():
    command = [sys.executable, "-m", "tests.model.attention.selecting_agreement", "--cases", "2"]
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
