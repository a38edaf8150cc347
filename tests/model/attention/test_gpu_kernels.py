"""The GPU kernels beside the plain reference: compiled where there is an NVIDIA GPU, by Triton's interpreter anywhere."""

import os
import subprocess
import sys

import pytest
import torch

from model.attention.dispatch import has_triton
from tests.model.attention.agreement import KINDS, run


@pytest.mark.slow
@pytest.mark.skipif(not has_triton(), reason="Triton is not installed on this system")
def test_the_interpreted_kernels_agree_with_the_reference():
    command = [sys.executable, "-m", "tests.model.attention.agreement", "--cases", "8", "--longest", "150"]
    done = subprocess.run(
        command, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "8 cases, 0 disagreements" in done.stdout


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="there is no NVIDIA GPU; CONTRIBUTING.md has the command for one"
)
def test_the_compiled_kernels_agree_with_the_reference():
    for kind in KINDS:
        count, faults = run(kind, 20, 0, 700, "cuda")
        assert count == 20
        assert faults == []
