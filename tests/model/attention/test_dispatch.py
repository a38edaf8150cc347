"""Which kernel is chosen, and the reason that is given."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from made_cases import CPU

from model.attention import AdaptiveAttentionConfig, AttentionResult, adaptive_attention, dense_attention
from model.attention.dispatch import DENSE_ABOVE, DENSE_BELOW, dense_below, first_choice, has_triton, triton_obstacle
from model.attention.layout import make_layout

pytestmark = pytest.mark.usefixtures("one_thread")

FOCUSED = AdaptiveAttentionConfig(block_size=16, pool=8, floor=1, audit_rows=16)


def attended(
    config: AdaptiveAttentionConfig, tokens: int = 640, spread: float = 3.0, **given_: object
) -> AttentionResult:
    """Attention of a text whose queries each look at few keys, the fewer the larger `spread` is."""
    generator = torch.Generator().manual_seed(0)
    key = torch.randn(1, 2, tokens, 16, generator=generator).view(1, 2, -1, 16, 16)
    key = (key[:, :, :, :1] + 0.1 * key).flatten(2, 3)  # the tokens of a block are alike
    query = spread * key.roll(200, 2)
    return adaptive_attention(query, key, key, config=config, **given_)


def test_every_pair_is_dense():
    result = attended(replace(FOCUSED, coverage=1.0, dense_below=0))
    assert (result.kernel, result.reason, result.density) == ("dense", "every pair is wanted", 1.0)
    assert result.selection.everything


@pytest.mark.parametrize("settings_", [{"density": 0.1}, {"threshold": 0.1}])
def test_density_and_threshold_go_before_coverage(settings_):
    result = attended(replace(FOCUSED, coverage=1.0, dense_below=0, **settings_))
    assert result.kernel == "gathered"
    assert result.density < 0.5


def test_short_texts_are_dense_and_say_so():
    result = attended(FOCUSED)
    assert (result.kernel, result.density) == ("dense", 1.0)
    assert result.reason == f"every document is shorter than {DENSE_BELOW['cpu']} tokens"
    query = torch.randn(1, 2, 100, 16)
    torch.testing.assert_close(
        adaptive_attention(query, query, query).output, dense_attention(query, query, query), atol=1e-6, rtol=1e-5
    )


def test_the_break_even_length_is_that_of_the_device_or_of_the_settings():
    assert dense_below(FOCUSED, CPU) == DENSE_BELOW["cpu"]
    assert dense_below(FOCUSED, torch.device("cuda")) == DENSE_BELOW["cuda"]
    assert dense_below(FOCUSED, torch.device("mps")) == DENSE_BELOW["cpu"]
    assert dense_below(replace(FOCUSED, dense_below=7), torch.device("cuda")) == 7
    assert attended(replace(FOCUSED, dense_below=641)).kernel == "dense"
    assert attended(replace(FOCUSED, dense_below=640)).kernel == "gathered"


def test_one_long_document_is_enough_and_short_ones_beside_it_take_every_pair():
    config = replace(FOCUSED, dense_below=200, coverage=0.6)
    result = attended(config, bounds=[0, 150, 640])
    assert result.kernel == "gathered"
    assert result.selection.mask(0).all()
    assert not result.selection.mask(1).all()
    assert attended(config, bounds=[0, 150, 300, 490, 640]).kernel == "dense"


@pytest.mark.parametrize("is_causal", [False, True])
def test_where_nearly_everything_would_be_selected_attention_is_dense(is_causal):
    config = replace(FOCUSED, dense_below=1)
    diffuse = attended(config, spread=0.0, is_causal=is_causal)
    assert (diffuse.kernel, diffuse.density) == ("dense", 1.0)
    assert diffuse.reason.endswith("of the pairs would be selected")
    assert diffuse.covered_mass.estimate == 1.0
    assert attended(config, is_causal=is_causal).kernel == "gathered"


def test_what_a_look_beforehand_does_not_see_is_seen_afterwards():
    """A floor that the density of the probes does not tell of, as without a pilot the always-kept ones are left out of it."""
    result = attended(replace(FOCUSED, dense_below=1, neighbours=30, pilot_rows=0))
    assert result.kernel == "dense"
    assert result.reason.endswith("of the pairs were selected")


@pytest.mark.parametrize("is_causal", [False, True])
@pytest.mark.parametrize("spread", [0.0, 3.0])
@pytest.mark.parametrize("settings_", [{}, {"density": 0.95}, {"threshold": 1e-6}, {"neighbours": 50}])
def test_never_dense_where_zero_tokens_are_the_break_even(settings_, spread, is_causal):
    result = attended(replace(FOCUSED, dense_below=0, **settings_), spread=spread, is_causal=is_causal)
    assert (result.kernel, result.reason) == ("gathered", "no NVIDIA GPU")


@pytest.mark.parametrize(("density", "kernel"), [(0.3, "gathered"), (0.9, "dense")])
def test_a_fixed_density_is_believed(density, kernel):
    result = attended(replace(FOCUSED, dense_below=1, density=density))
    assert result.kernel == kernel
    assert DENSE_ABOVE["gathered"] < 0.9


def test_a_threshold_is_probed_too():
    assert attended(replace(FOCUSED, dense_below=1, threshold=1e-9), spread=0.0).kernel == "dense"
    assert attended(replace(FOCUSED, dense_below=1, threshold=0.2)).kernel == "gathered"


def test_the_obstacles_to_the_kernels_are_named(monkeypatch):
    query = torch.zeros(1, 1, 4096, 64)
    assert triton_obstacle(query, 64) == "no NVIDIA GPU"

    class OnGpu:
        """A stand-in: what is asked of a tensor that lies on a GPU."""

        def __init__(self, dtype: torch.dtype = torch.float16, width: int = 64) -> None:
            self.device, self.dtype, self.shape = torch.device("cuda"), dtype, (1, 1, 1 << 16, width)

    monkeypatch.setattr("model.attention.dispatch.has_triton", lambda: False)
    assert triton_obstacle(OnGpu(), 64) == "Triton is not installed"
    monkeypatch.setattr("model.attention.dispatch.has_triton", lambda: True)
    assert triton_obstacle(OnGpu(), 64) is None
    assert "float64" in triton_obstacle(OnGpu(torch.float64), 64)
    assert "head size 80" in triton_obstacle(OnGpu(width=80), 64)
    assert "token blocks of 48" in triton_obstacle(OnGpu(), 48)
    layout = make_layout(1, 1 << 16, 64, CPU)
    config = AdaptiveAttentionConfig()
    assert first_choice(OnGpu(), layout, config).kernel == "triton"
    assert first_choice(OnGpu(width=80), layout, config).kernel == "gathered"
    assert isinstance(has_triton(), bool)
