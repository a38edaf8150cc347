"""Adaptive attention in models of transformers: the same results where everything is selected, step by step, and the way back."""

from __future__ import annotations

import copy
import gc
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from tiny_transformers import KINDS, full_layers, shared, tiny
from torch import Tensor
from transformers import AutoModelForCausalLM

from model import attention_interface
from model.attention import AdaptiveAttentionConfig, adaptive_attention
from model.attention_interface import LAYERS, PREFIX
from model.causal_lm import use_adaptive_attention

pytestmark = pytest.mark.usefixtures("one_thread")

DENSE = AdaptiveAttentionConfig(coverage=1.0, block_size=16, audit_rows=8)
EVERYTHING = AdaptiveAttentionConfig(coverage=0.999999, block_size=16, dense_below=0, audit_rows=8)
"""Goes the sparse way, and selects every pair, since attention in the tiny models is spread over all token blocks."""
SPARSE = AdaptiveAttentionConfig(coverage=0.3, block_size=16, dense_below=0, audit_rows=8)

TOKENS = 70
LENGTHS = (70, 41, 18)


def text(padding: str | None = None) -> tuple[Tensor, Tensor | None]:
    """Token ids (3, TOKENS) and their attention mask, 1 where a token is not padding."""
    ids = torch.randint(3, 64, (len(LENGTHS), TOKENS), generator=torch.Generator().manual_seed(1))
    if padding is None:
        return ids, None
    mask = torch.zeros_like(ids)
    for row, length in enumerate(LENGTHS):
        mask[row, : length if padding == "right" else None][-length:] = 1
    return ids * mask, mask


@torch.no_grad()
def result(model: Any, ids: Tensor, mask: Tensor | None = None, **options: Any) -> Tensor:
    """Logits or hidden states, (batch, tokens, width), of what is not padding."""
    output: Tensor = model(ids, attention_mask=mask, **options)[0]
    return output if mask is None else output[mask.bool()]


def adaptive(report: Any) -> list[int]:
    return [layer.layer for layer in report if layer.reason is None]


@pytest.mark.parametrize("padding", [None, "left", "right"])
@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@pytest.mark.parametrize("kind", [kind for kind in KINDS if full_layers(kind)])
def test_nothing_changes_where_everything_is_selected(kind, implementation, padding):
    model = shared(kind, implementation)
    ids, mask = text(padding)
    before = result(model, ids, mask)
    for config in (DENSE, EVERYTHING):
        with use_adaptive_attention(model, config) as handle:
            torch.testing.assert_close(result(model, ids, mask), before, atol=5e-5, rtol=1e-4)
            assert adaptive(handle.report) == full_layers(kind)
            layer = handle.report[full_layers(kind)[0]]
            assert (layer.kernel == "dense") == (config is DENSE)
            assert (layer.tokens, layer.keys) == (TOKENS, TOKENS)
            if padding is None:
                assert layer.density == 1.0
            assert layer.covered_mass.estimate == pytest.approx(1.0)
    assert torch.equal(result(model, ids, mask), before)


@pytest.mark.parametrize("kind", ["BERT", "Llama", "Gemma 3"])
def test_less_is_computed_where_less_is_selected(kind):
    model = shared(kind)
    ids = torch.randint(3, 64, (2, 250), generator=torch.Generator().manual_seed(2))
    before = result(model, ids)
    with use_adaptive_attention(model, SPARSE) as handle:
        after = result(model, ids)
    for layer in handle.report:
        if layer.reason is None:
            assert layer.density < 0.9
            assert 0.1 < layer.covered_mass.estimate < 0.9
            assert layer.covered_mass.low < layer.covered_mass.estimate < layer.covered_mass.high
    assert after.isfinite().all()
    assert not torch.allclose(after, before, atol=1e-2)


@pytest.mark.parametrize("kind", ["Mistral with a window", "Gemma 3", "Gemma 2"])
@pytest.mark.parametrize("padding", [None, "left"])
def test_sliding_layers_stay_as_they_are(kind, padding):
    model = shared(kind, "eager")
    ids, mask = text(padding)
    before = result(model, ids, mask)
    sliding = [i for i in range(model.config.num_hidden_layers) if i not in full_layers(kind)]
    with use_adaptive_attention(model, SPARSE, sliding) as handle:
        assert torch.equal(result(model, ids, mask), before)
    assert adaptive(handle.report) == []
    assert "sliding window" in handle.report[0].reason


@pytest.mark.skipif(
    "ModernBERT" not in KINDS, reason="this transformers does not pass ModernBERT through the interface"
)
def test_local_layers_of_an_encoder_stay_as_they_are():
    model = shared("ModernBERT")
    ids, mask = text("right")
    before = result(model, ids, mask)
    with use_adaptive_attention(model, SPARSE, [1, 2]) as handle:
        assert torch.equal(result(model, ids, mask), before)
    assert [layer.reason for layer in handle.report] == [
        "not among the chosen layers",
        "the layer looks through a sliding window",
        "the layer looks through a sliding window",
        "not among the chosen layers",
    ]


# Step by step


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
@pytest.mark.parametrize("padding", [None, "left", "right"])
@pytest.mark.parametrize("kind", ["BERT", "Llama"])
def test_only_chosen_layers_change(kind, implementation, padding):
    model = shared(kind, implementation)
    ids, mask = text(padding)
    kept = slice(None) if mask is None else mask.bool()
    with torch.no_grad():
        before = model(ids, attention_mask=mask, output_hidden_states=True).hidden_states
        with use_adaptive_attention(model, SPARSE, layers=[1]) as handle:
            after = model(ids, attention_mask=mask, output_hidden_states=True).hidden_states
    assert torch.equal(after[1][kept], before[1][kept])
    assert not torch.allclose(after[2][kept], before[2][kept], atol=1e-3)
    assert handle.layers == (1,)
    assert adaptive(handle.report) == [1]
    assert handle.report[0].reason == "not among the chosen layers"
    assert handle.report[0].kernel == handle.earlier == implementation
    assert "layer" in handle.report[1].name


def test_each_layer_has_a_seed_of_its_own(monkeypatch):
    seeds = []

    def record(*tensors: Tensor, config: AdaptiveAttentionConfig, **options: Any) -> Any:
        seeds.append(config.seed)
        return adaptive_attention(*tensors, config=config, **options)

    monkeypatch.setattr(attention_interface, "adaptive_attention", record)
    model = shared("Llama")
    with use_adaptive_attention(model, replace(SPARSE, seed=7)):
        result(model, text()[0])
    assert seeds == [7, 8]


@pytest.mark.parametrize(("implementation", "layers"), [("sdpa", None), ("eager", None), ("sdpa", [1])])
@pytest.mark.parametrize("kind", ["XLM-RoBERTa", "Qwen3"])
def test_no_mask_over_all_pairs_is_made_for_adaptive_layers(kind, implementation, layers):
    model = shared(kind, implementation)
    given: list[Any] = []
    with use_adaptive_attention(model, SPARSE, layers) as handle:
        hooks = [
            module.register_forward_pre_hook(
                lambda _, args, options: given.extend([*args, *options.values()]), with_kwargs=True
            )
            for module in LAYERS
        ]
        result(model, *text("right"))
        for hook in hooks:
            hook.remove()
    masks = [value for value in given if isinstance(value, Tensor) and value.dtype == torch.bool]
    assert [mask.shape for mask in masks] == [(3, TOKENS)] * model.config.num_hidden_layers
    made = {bool(mask.request.made) for mask in masks}
    assert made == {layers is not None}, "only for the sake of a layer that was not chosen"
    assert len(adaptive(handle.report)) == len(handle.layers)


def test_the_mask_can_be_moved_but_not_computed_with():
    model = shared("Llama")
    given: list[Any] = []
    with use_adaptive_attention(model, SPARSE):
        hook = model.model.layers[0].register_forward_pre_hook(
            lambda _, args, options: given.append(options["attention_mask"]), with_kwargs=True
        )
        ids, padding = text("right")
        result(model, ids[1:2], padding[1:2])
        hook.remove()
    (mask,) = given
    assert mask.to(torch.bool) is mask
    assert mask.to("meta").request is mask.request
    assert type(mask[:, :4]) is Tensor
    assert mask.sum() == LENGTHS[1]
    for compute in (
        lambda: mask[:, None, None, :],
        lambda: mask[:, :, :, :4],
        lambda: mask + torch.zeros(1, 4, TOKENS, TOKENS),
        lambda: torch.where(mask, 0.0, -1e9),
    ):
        with pytest.raises(RuntimeError, match="computes with its attention mask"):
            compute()


def test_training_goes_through_adaptive_layers():
    model = tiny("Llama")
    ids, mask = text("right")
    gradients = []
    for config in (None, EVERYTHING):
        handle = config and use_adaptive_attention(model, config)
        model.zero_grad()
        model.train()(ids, attention_mask=mask, labels=ids.masked_fill(mask == 0, -100)).loss.backward()
        gradients.append([parameter.grad.clone() for parameter in model.parameters()])
    assert adaptive(handle.report) == [0, 1]
    torch.testing.assert_close(gradients[1], gradients[0], atol=1e-4, rtol=1e-3)


def test_half_precision_works():
    model = copy.deepcopy(shared("Qwen3")).to(torch.bfloat16)
    ids, mask = text("left")
    before = result(model, ids, mask)
    with use_adaptive_attention(model, EVERYTHING) as handle:
        after = result(model, ids, mask)
    assert adaptive(handle.report) == [0, 1]
    assert after.dtype == torch.bfloat16
    assert (after - before).float().abs().mean() < 0.1


# Generating


@pytest.mark.parametrize("config", [DENSE, EVERYTHING], ids=["dense", "everything"])
@pytest.mark.parametrize("kind", ["Llama", "Gemma 3", "GPT-NeoX", "Phi"])
def test_generating_gives_the_same_tokens(kind, config):
    model = shared(kind)
    ids, mask = text("left")
    options = {"attention_mask": mask, "max_new_tokens": 6, "do_sample": False}
    before = model.generate(ids, **options)
    with use_adaptive_attention(model, config) as handle:
        assert torch.equal(model.generate(ids, **options), before)
        assert torch.equal(model.generate(ids, use_cache=False, **options), before)
        model.generate(ids, **options)
    assert adaptive(handle.latest_adaptive) == full_layers(kind)
    last = handle.report[full_layers(kind)[0]]
    assert (last.tokens, last.keys, last.kernel) == (1, TOKENS + 5, "sdpa")
    assert last.reason.startswith(f"1 queries for {TOKENS + 5} keys")


def test_the_prompt_is_read_sparsely_and_decoding_is_dense():
    model = shared("Llama")
    ids, _ = text()
    with use_adaptive_attention(model, SPARSE) as handle, torch.no_grad():
        prompt = model(ids, use_cache=True)
        assert adaptive(handle.report) == [0, 1]
        model(ids[:, :1], past_key_values=prompt.past_key_values)
    assert adaptive(handle.report) == []
    assert [(layer.tokens, layer.keys) for layer in handle.latest_adaptive] == [(TOKENS, TOKENS)] * 2
    assert all(layer.density < 1.0 for layer in handle.latest_adaptive)


@pytest.mark.parametrize("new", [1, 6])
def test_a_cache_of_fixed_length_is_read_by_the_earlier_implementation(new):
    # With one new token the cache is as long as the prompt, so that it is read adaptively; `generate` makes the mask itself.
    model = shared("Llama")
    ids, mask = text("left")
    options = {"attention_mask": mask, "max_new_tokens": new, "do_sample": False, "cache_implementation": "static"}
    before = model.generate(ids, **options)
    with use_adaptive_attention(model, EVERYTHING) as handle:
        assert torch.equal(model.generate(ids, **options), before)
    if new > 1:
        assert adaptive(handle.latest_adaptive) == []
        assert "one of fixed length" in handle.report[0].reason


def test_a_prompt_in_parts_is_read_on_by_the_earlier_implementation():
    model = shared("Llama")
    ids, _ = text()
    before = result(model, ids)
    with use_adaptive_attention(model, EVERYTHING) as handle, torch.no_grad():
        first = model(ids[:, :40], use_cache=True)
        assert adaptive(handle.report) == [0, 1]
        second = model(ids[:, 40:], past_key_values=first.past_key_values)
    assert handle.report[0].reason.startswith(f"{TOKENS - 40} queries for {TOKENS} keys")
    torch.testing.assert_close(second.logits, before[:, 40:], atol=5e-5, rtol=1e-4)


# The way back, and what is kept


def test_removing_restores_what_was_there():
    model = tiny("Gemma 3", "eager")
    ids, mask = text("right")
    before = result(model, ids, mask)
    handle = use_adaptive_attention(model, SPARSE)
    assert handle.report == ()
    assert model.config._attn_implementation == PREFIX + "eager"
    assert not torch.equal(result(model, ids, mask), before)
    handle.remove()
    handle.remove()
    assert model.config._attn_implementation == "eager"
    assert torch.equal(result(model, ids, mask), before)
    assert not any(module in LAYERS for module in model.modules())
    use_adaptive_attention(model, SPARSE).remove()


def test_removing_leaves_what_was_set_since():
    model = tiny("Llama")
    handle = use_adaptive_attention(model, SPARSE)
    model.set_attn_implementation("eager")
    handle.remove()
    assert model.config._attn_implementation == "eager"


def test_models_that_share_a_configuration_are_told_apart():
    one = tiny("Llama")
    other = type(one)(one.config).eval()
    ids, _ = text()
    before = result(other, ids)
    first = use_adaptive_attention(one, SPARSE)
    assert torch.equal(result(other, ids), before), "it was not taken on"
    second = use_adaptive_attention(other, SPARSE)
    first.remove()
    assert not torch.equal(result(other, ids), before)
    second.remove()
    assert one.config._attn_implementation == "sdpa"
    assert torch.equal(result(other, ids), before)


def test_a_copy_computes_as_before_until_it_is_taken_on():
    model = tiny("Llama")
    ids, _ = text()
    before = result(model, ids)
    with use_adaptive_attention(model, SPARSE):
        twin = copy.deepcopy(model)
        assert torch.equal(result(twin, ids), before)
        with use_adaptive_attention(twin, SPARSE) as handle:
            assert handle.earlier == "sdpa"
            assert not torch.equal(result(twin, ids), before)
    assert twin.config._attn_implementation == "sdpa"


def test_a_dropped_model_is_not_kept_alive():
    count = len(LAYERS)
    use_adaptive_attention(tiny("Llama"), SPARSE)
    gc.collect()
    assert len(LAYERS) == count


def test_saving_writes_nothing_of_it(tmp_path):
    model = tiny("Llama")
    ids, _ = text()
    before = result(model, ids)
    with use_adaptive_attention(model, SPARSE):
        model.save_pretrained(tmp_path)
    written = "".join(file.read_text(encoding="utf-8") for file in tmp_path.glob("*.json"))
    assert json.loads((tmp_path / "config.json").read_text(encoding="utf-8"))["model_type"] == "llama"
    assert "fusen" not in written
    assert "adaptive" not in written
    assert torch.equal(result(AutoModelForCausalLM.from_pretrained(tmp_path).eval(), ids), before)


def test_a_compiled_model_computes_as_before():
    model = tiny("Llama", num_hidden_layers=1)
    ids, mask = text("left")
    before = result(model, ids, mask)
    with use_adaptive_attention(model, SPARSE) as handle:
        compiled = torch.compile(model, backend="eager")
        torch.testing.assert_close(result(compiled, ids, mask, use_cache=False), before, atol=5e-5, rtol=1e-4)
        assert handle.report == ()
    torch._dynamo.reset()


# The document


def test_the_documents_example_runs(capsys):
    page = Path(__file__).resolve().parents[2] / "docs" / "adopting-attention.md"
    (example,) = [block.partition("```")[0] for block in page.read_text(encoding="utf-8").split("```python\n")[1:]]
    names: dict[str, Any] = {}
    exec(compile(example, str(page), "exec"), names)  # noqa: S102
    printed = capsys.readouterr().out.splitlines()
    assert len(printed) == 4
    assert "not among the chosen layers" in printed[0]
    assert names["llama"].config._attn_implementation == "sdpa"
    assert [layer.density < 1.0 for layer in names["handle"].latest_adaptive] == [True, True]


def test_it_is_imported_without_transformers():
    code = """
import sys
sys.modules["transformers"] = None
from model.attention import AdaptiveAttentionConfig
from model.causal_lm import use_adaptive_attention
try:
    use_adaptive_attention(None, AdaptiveAttentionConfig())
except ImportError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'fusen[transformers]'" in done.stdout
