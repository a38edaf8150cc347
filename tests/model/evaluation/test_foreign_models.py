"""Foreign language models read as transformers reads them, without masks over all pairs; adaptively through the plug-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from made_language_models import byte_vocabulary

from model.attention import AdaptiveAttentionConfig
from model.attention.dense import reference_attention

transformers = pytest.importorskip("transformers")

from model.evaluation.foreign_models import (  # noqa: E402 (what it reads models with may be missing)
    ForeignModel,
    banded_attention,
    gguf_vocabulary,
    load_language_model,
)

pytestmark = pytest.mark.usefixtures("one_thread")

WINDOW = 16
SIZES = {
    "vocab_size": 259,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "layer_types": ["sliding_attention", "full_attention", "sliding_attention"],
    "sliding_window": WINDOW,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
}
EVERYTHING = AdaptiveAttentionConfig(coverage=1.0, dense_below=0)


def made(kind: str = "Gemma3TextConfig", model: str = "Gemma3ForCausalLM", **options: Any) -> Any:
    torch.manual_seed(0)
    built = getattr(transformers, model)(getattr(transformers, kind)(**(SIZES | options))).eval()
    with torch.no_grad():
        for parameter in built.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.3)
    return built


def token_ids(tokens: int) -> list[int]:
    return torch.randint(3, 259, (tokens,), generator=torch.Generator().manual_seed(1)).tolist()


@torch.no_grad()
def as_published(model: Any, ids: list[int]) -> tuple[np.ndarray, np.ndarray]:
    logits = model(torch.tensor([ids])).logits[0, :-1]
    wanted = torch.tensor(ids[1:])
    logs = F.log_softmax(logits, -1).gather(1, wanted[:, None])[:, 0]
    return logs.numpy(), (logits.argmax(-1) == wanted).numpy()


@pytest.mark.parametrize("tokens", [5, WINDOW, 3 * WINDOW, 100])
@pytest.mark.parametrize("kind", ["Gemma3", "Gemma2"])
def test_it_reads_as_transformers_does(kind: str, tokens: int) -> None:
    config, name = (
        ("Gemma3TextConfig", "Gemma3ForCausalLM") if kind == "Gemma3" else ("Gemma2Config", "Gemma2ForCausalLM")
    )
    model = made(config, name, **({} if kind == "Gemma3" else {"attn_logit_softcapping": None}))
    ids = token_ids(tokens)
    logs, greedy = as_published(model, ids)
    reading = ForeignModel(model, list, []).read(ids, range(1, tokens), None)
    np.testing.assert_allclose(reading.log_probabilities, logs, atol=1e-4)
    assert (reading.greedy == greedy).all()
    assert reading.layers == ()


def test_only_the_wanted_places_are_predicted() -> None:
    model, ids = made(), token_ids(60)
    logs, _ = as_published(model, ids)
    reading = ForeignModel(model, list, []).read(ids, [40, 7], None)
    np.testing.assert_allclose(reading.log_probabilities, logs[[39, 6]], atol=1e-4)


def test_adaptive_attention_serves_the_full_layer_and_goes_away_again() -> None:
    model = ForeignModel(made(), list, [])
    ids = token_ids(200)
    dense = model.read(ids, range(1, 200), None)
    everything = model.read(ids, range(1, 200), EVERYTHING)
    np.testing.assert_allclose(everything.log_probabilities, dense.log_probabilities, atol=1e-4)
    assert [layer.density for layer in everything.layers] == [1.0]
    little = AdaptiveAttentionConfig(coverage=0.2, block_size=16, floor=1, explored=0, dense_below=0)
    adaptive = model.read(ids, range(1, 200), little)
    (layer,) = adaptive.layers
    assert 0 < layer.density < 1
    assert 0 < layer.covered_mass < 1
    assert np.abs(adaptive.log_probabilities - dense.log_probabilities).max() > 1e-3
    again = model.read(ids, range(1, 200), None)
    np.testing.assert_array_equal(again.log_probabilities, dense.log_probabilities)


def test_only_the_layers_that_are_named_are_served() -> None:
    model = ForeignModel(made(layer_types=["full_attention"] * 3), list, [], layers=[0, 2])
    assert len(model.read(token_ids(100), [10], EVERYTHING).layers) == 2


def test_a_model_without_a_full_layer_cannot_be_compared() -> None:
    model = ForeignModel(made(layer_types=["sliding_attention"] * 3), list, [])
    with pytest.raises(ValueError, match="served no layer"):
        model.read(token_ids(50), [10], EVERYTHING)


def test_bands_are_the_sliding_window_written_out() -> None:
    generator = torch.Generator().manual_seed(0)
    query = torch.randn(2, 4, 37, 8, generator=generator)
    key, value = torch.randn(2, 2, 2, 37, 8, generator=generator).unbind(0)
    place = torch.arange(37)
    back = place[:, None] - place[None, :]
    for window in (1, 5, 8, 36, 37, 50):
        output, _ = banded_attention(None, query, key, value, None, scaling=0.3, sliding_window=window)
        expected, _ = reference_attention(query, key, value, (back >= 0) & (back < window), 0.3)
        torch.testing.assert_close(output, expected.transpose(1, 2).float(), atol=1e-5, rtol=1e-5)


def test_bands_do_not_take_a_mask() -> None:
    states = torch.zeros(1, 1, 4, 8)
    with pytest.raises(ValueError, match="without padding"):
        banded_attention(None, states, states, states, torch.ones(1, 1, 4, 4))


def test_a_folder_is_read(tmp_path: Path) -> None:
    published = made()
    published.save_pretrained(tmp_path)
    (tmp_path / "tokenizer.model").write_bytes(byte_vocabulary())
    model = load_language_model(tmp_path, "cpu", torch.float32)
    assert model.opening == [1]
    ids = [*model.opening, *model.encode("Für甲")]
    assert ids == [1, *(3 + byte for byte in "Für甲".encode())]
    logs, _ = as_published(published, ids)
    reading = model.read(ids, range(1, len(ids)), None)
    np.testing.assert_allclose(reading.log_probabilities, logs, atol=1e-4)


def test_the_vocabulary_of_a_gguf_file_cuts_words_as_its_scores_say(tmp_path: Path) -> None:
    gguf = pytest.importorskip("gguf")
    words = byte_vocabulary(["▁pass", "▁key"])
    from made_language_models import proto

    model = proto.ModelProto.FromString(words)
    writer = gguf.GGUFWriter(tmp_path / "made.gguf", "gemma3")
    writer.add_tokenizer_model("llama")
    renamed = {"<s>": "<bos>", "</s>": "<eos>"}
    writer.add_token_list([renamed.get(piece.piece, piece.piece) for piece in model.pieces])
    writer.add_token_scores([piece.score for piece in model.pieces])
    writer.add_token_types([piece.type for piece in model.pieces])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    writer.add_add_space_prefix(False)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    import sentencepiece

    processor = sentencepiece.SentencePieceProcessor(model_proto=gguf_vocabulary(tmp_path / "made.gguf"))
    assert processor.encode(" pass key é", out_type=str) == ["▁pass", "▁key", "▁", "<0xC3>", "<0xA9>"]
    assert (processor.bos_id(), processor.eos_id(), processor.unk_id(), processor.pad_id()) == (1, 2, 0, -1)
