"""What adaptive attention leaves to the earlier implementation, and says so; and which models it refuses, with what to do."""

from __future__ import annotations

import sys
import warnings
from typing import Any

import pytest
import torch
import transformers
from tiny_transformers import GROUPED, SIZES, shared, tiny
from torch import Tensor, nn
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from model.attention import AdaptiveAttentionConfig
from model.causal_lm import NEWEST_TRANSFORMERS, OLDEST_TRANSFORMERS, use_adaptive_attention

pytestmark = pytest.mark.usefixtures("one_thread")

SPARSE = AdaptiveAttentionConfig(coverage=0.3, block_size=16, dense_below=0, audit_rows=8)
MASK = "a mask that is neither plainly causal nor full, or none"
TOKENS = 70


def ids(batch: int = 2) -> Tensor:
    return torch.randint(3, 60, (batch, TOKENS), generator=torch.Generator().manual_seed(1))


def reasons_where_nothing_changes(model: Any, *given: Any, **options: Any) -> list[Any]:
    """The reasons that the report gives, after checking that the results are exactly those of before."""
    with torch.no_grad(), use_adaptive_attention(model, SPARSE) as handle:
        torch.manual_seed(3)
        after = model(*given, **options)[0]
        reasons = [layer.reason for layer in handle.report]
    with torch.no_grad():
        torch.manual_seed(3)
        before = model(*given, **options)[0]
    assert torch.equal(after, before)
    return reasons


def test_capped_scores():
    assert reasons_where_nothing_changes(shared("Gemma 2", "eager"), ids())[1] == "the scores are capped (softcap)"


def test_attention_sinks():
    assert reasons_where_nothing_changes(shared("gpt-oss", "eager"), ids())[1] == "attention sinks (s_aux)"


@pytest.mark.parametrize("kind", ["Llama", "BERT"])
def test_dropout_in_training(kind):
    name = "attention_dropout" if kind == "Llama" else "attention_probs_dropout_prob"
    model = tiny(kind, **{name: 0.1}).train()
    assert reasons_where_nothing_changes(model, ids()) == ["attention dropout, as in training"] * 2
    with use_adaptive_attention(model.eval(), SPARSE) as handle, torch.no_grad():
        model(ids())
    assert [layer.reason for layer in handle.report] == [None, None]


def test_attention_weights():
    model = shared("Qwen2", "eager")
    reasons = reasons_where_nothing_changes(model, ids(), output_attentions=True)
    assert reasons == ["the attention weights were asked for (output_attentions)"] * 2
    with use_adaptive_attention(model, SPARSE), torch.no_grad():
        weights = model(ids(), output_attentions=True).attentions
    assert [each.shape for each in weights] == [(2, 4, TOKENS, TOKENS)] * 2


@pytest.mark.parametrize("implementation", ["sdpa", "eager"])
def test_packed_texts(implementation):
    positions = torch.cat([torch.arange(30), torch.arange(TOKENS - 30)])[None].expand(2, -1)
    model = shared("Llama", implementation)
    assert reasons_where_nothing_changes(model, ids(), position_ids=positions, use_cache=False) == [MASK] * 2


@pytest.mark.parametrize("kind", ["Llama", "BERT"])
def test_masks_of_ones_own(kind):
    prefix = torch.ones(TOKENS, TOKENS, dtype=torch.bool).tril()
    prefix[:20, :20] = True
    mask = prefix.expand(2, 1, TOKENS, TOKENS)
    assert reasons_where_nothing_changes(shared(kind), ids(), attention_mask=mask) == [MASK] * 2


def test_a_mask_that_the_model_widens():
    model = tiny("Gemma 3", use_bidirectional_attention=True)
    assert reasons_where_nothing_changes(model, ids())[1] == MASK


def test_images_in_the_text():
    text = SIZES | GROUPED | {"num_hidden_layers": 1, "layer_types": ["full_attention"], "sliding_window": 16}
    vision = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = transformers.Gemma3Config(
        text_config=text,
        vision_config=vision | {"image_size": 28, "patch_size": 14},
        mm_tokens_per_image=4,
        image_token_index=60,
        boi_token_index=61,
        eoi_token_index=62,
    )
    torch.manual_seed(0)
    model = transformers.Gemma3ForConditionalGeneration(config).eval()
    tokens = ids(1)
    tokens[0, 10:14] = 60
    options = {"pixel_values": torch.zeros(1, 3, 28, 28), "token_type_ids": (tokens == 60).long()}
    assert reasons_where_nothing_changes(model, tokens, **options) == [MASK]
    with use_adaptive_attention(model, SPARSE) as handle, torch.no_grad():
        assert model.config.vision_config._attn_implementation == "sdpa", "only the text part is taken on"
        model(ids(1))
    assert [layer.reason for layer in handle.report] == [None]
    assert "language_model" in handle.report[0].name
    assert model.config.text_config._attn_implementation == "sdpa"


def test_cross_attention_is_not_taken_on():
    model = tiny("BERT", is_decoder=True, add_cross_attention=True)
    encoded = torch.randn(2, TOKENS, 32)
    with use_adaptive_attention(model, SPARSE, [0]) as handle, torch.no_grad():
        model(ids(), encoder_hidden_states=encoded)
    assert [(layer.layer, layer.reason) for layer in handle.report] == [(0, None), (1, "not among the chosen layers")]
    with use_adaptive_attention(model, AdaptiveAttentionConfig(coverage=1.0)), torch.no_grad():
        after = model(ids(), encoder_hidden_states=encoded)[0]
    with torch.no_grad():
        torch.testing.assert_close(after, model(ids(), encoder_hidden_states=encoded)[0], atol=5e-5, rtol=1e-4)


def test_a_position_bias():
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 64}
    model = transformers.T5EncoderModel(transformers.T5Config(**sizes)).eval()
    try:
        handle = use_adaptive_attention(model, SPARSE)
    except ValueError as error:  # transformers before 5.9 has it compute its attention itself
        assert "attention interface" in str(error)  # noqa: PT017
        return
    handle.remove()
    assert reasons_where_nothing_changes(model, ids()) == ["a position bias is added to the scores (position_bias)"]


def test_what_nobody_has_heard_of():
    reasons = reasons_where_nothing_changes(shared("Llama"), ids(), unheard_of=torch.ones(1))
    assert reasons == ["an option that adaptive attention does not know (unheard_of)"] * 2


@pytest.mark.parametrize("with_masks", [False, True])
def test_an_implementation_of_ones_own(with_masks):
    name = f"own_{with_masks}"
    given = []

    def own(module: Any, query: Tensor, key: Tensor, value: Tensor, attention_mask: Any, **options: Any) -> Any:
        given.append(attention_mask)
        return ALL_ATTENTION_FUNCTIONS["sdpa"](module, query, key, value, attention_mask, **options)

    transformers.AttentionInterface.register(name, own)
    if with_masks:
        transformers.AttentionMaskInterface.register(name, ALL_MASK_ATTENTION_FUNCTIONS["sdpa"])
    model = tiny("Gemma 3")
    model.set_attn_implementation(name)
    with use_adaptive_attention(model, SPARSE) as handle, torch.no_grad():
        model(ids(), attention_mask=torch.ones(2, TOKENS))
    assert [layer.kernel == name for layer in handle.report] == [True, False, True]
    assert [mask is not None for mask in given] == [with_masks] * 2
    assert model.config._attn_implementation == name


# Refused


def test_wrong_arguments():
    model = shared("Llama")
    with pytest.raises(TypeError, match=r"PreTrainedModel.*get_base_model"):
        use_adaptive_attention(nn.Linear(2, 2), SPARSE)
    with pytest.raises(TypeError, match="AdaptiveAttentionConfig"):
        use_adaptive_attention(model, {"coverage": 0.9})
    with pytest.raises(IndexError, match="no attention layer 2; the model has 0, 1"):
        use_adaptive_attention(model, SPARSE, [0, 2])
    with pytest.raises(IndexError, match="no attention layer -1"):
        use_adaptive_attention(model, SPARSE, [-1])
    with pytest.raises(ValueError, match="no layers are chosen"):
        use_adaptive_attention(model, SPARSE, [])
    assert model.config._attn_implementation == "sdpa"


def test_a_second_time():
    model = shared("Llama")
    with use_adaptive_attention(model, SPARSE, [0]), pytest.raises(ValueError, match=r"already uses .* remove\(\)"):
        use_adaptive_attention(model, SPARSE, [1])
    assert model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("kind", ["Bloom", "Mamba", "Falcon"])
def test_a_model_without_the_interface(kind):
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 32}
    model = getattr(transformers, f"{kind}ForCausalLM")(getattr(transformers, f"{kind}Config")(**sizes))
    with pytest.raises(ValueError, match=r"attention interface.*model\.attention\.adaptive_attention"):
        use_adaptive_attention(model, SPARSE)


def test_a_model_that_does_not_say_that_it_supports_others():
    class Quiet(type(tiny("Llama"))):  # type: ignore[misc]
        _supports_attention_backend = False
        _supports_sdpa = False

    with pytest.raises(ValueError, match="attention interface"):
        use_adaptive_attention(Quiet(tiny("Llama", "eager").config), SPARSE)


def test_an_encoder_decoder_model():
    sizes = {"d_model": 16, "d_kv": 8, "d_ff": 16, "num_layers": 1, "num_heads": 2, "vocab_size": 64}
    model = transformers.T5ForConditionalGeneration(transformers.T5Config(**sizes))
    with pytest.raises(ValueError, match="encoder-decoder"):
        use_adaptive_attention(model, SPARSE)


def test_an_implementation_that_it_does_not_work_beside():
    model = tiny("Llama")
    model.config._attn_implementation = "flex_attention"
    with pytest.raises(ValueError, match=r'set_attn_implementation\("sdpa"\) first'):
        use_adaptive_attention(model, SPARSE)


def test_attention_weights_by_configuration():
    with pytest.raises(ValueError, match="output_attentions"):
        use_adaptive_attention(tiny("Llama", "eager", output_attentions=True), SPARSE)


def test_scores_computed_in_a_way_of_its_own():
    model = tiny("GPT-2", "eager", reorder_and_upcast_attn=True)
    with pytest.raises(ValueError, match="reorder_and_upcast_attn"):
        use_adaptive_attention(model, SPARSE)


def test_a_layer_that_decides_by_the_name_of_its_implementation():
    attention = type(shared("Llama").model.layers[0].self_attn)

    class Own(attention):  # type: ignore[misc,valid-type]
        def masked(self) -> bool:
            return self.config._attn_implementation in ("eager", "sdpa")

    model = tiny("Llama")
    model.model.layers[0].self_attn = Own(model.config, 0)
    with pytest.raises(ValueError, match="sparse attention of its own"):
        use_adaptive_attention(model, SPARSE)


def test_versions(monkeypatch):
    model = shared("Llama")
    present = sys.modules["transformers"]  # which need not be the object that was imported above: it replaces itself
    monkeypatch.setattr(present, "__version__", "4.99.1")
    with pytest.raises(ImportError, match=r"4\.99\.1 is too old.*5\.0 to 5\.\d+: pip install 'fusen\[transformers\]'"):
        use_adaptive_attention(model, SPARSE)
    major, minor = NEWEST_TRANSFORMERS
    monkeypatch.setattr(present, "__version__", f"{major}.{minor + 1}.0.dev0")
    with pytest.warns(UserWarning, match="the newest tested"):
        use_adaptive_attention(model, SPARSE).remove()
    for version in ("{}.{}.3".format(*NEWEST_TRANSFORMERS), "{}.{}.0rc1".format(*OLDEST_TRANSFORMERS)):
        monkeypatch.setattr(present, "__version__", version)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            use_adaptive_attention(model, SPARSE).remove()
