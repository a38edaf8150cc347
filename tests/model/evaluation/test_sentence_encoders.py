"""Sentence encoders: batching beside one text at a time on a tiny encoder; what each says of real text, where it is installed."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
import torch

from model.evaluation.sentence_encoders import ENCODERS, Source, TransformerEncoder, package_folder

TOPIC = [
    "The licensee shall pay royalties every quarter.",
    "Royalties are due from the licensee each three months.",
    "Whales sing in the winter ocean.",
]
JAPANESE_TOPIC = [
    "契約を解除するときは、書面で通知する。",
    "解約の通知は書面によるものとする。",
    "鯨は冬の海で歌う。",
]


def tiny_encoder() -> TransformerEncoder:
    transformers = pytest.importorskip("transformers", reason="needs the extra transformers")
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=300,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
    )
    model = transformers.BertModel(config, add_pooling_layer=False)
    return TransformerEncoder(model, lambda text: [1, *text.encode()[:62], 2], "cpu")


def test_a_batch_says_of_a_text_what_the_text_alone_says() -> None:
    encoder = tiny_encoder()
    generator = np.random.default_rng(0)
    texts = ["".join(map(chr, generator.integers(97, 123, size))) for size in generator.integers(0, 80, 75)]
    together = encoder(texts)
    assert together.shape == (75, 16)
    assert together.dtype == np.float32
    alone = np.concatenate([encoder([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)
    assert encoder([]).shape == (0, 16)


def test_the_mean_is_over_the_tokens_of_the_text() -> None:
    encoder = tiny_encoder()
    with torch.inference_mode():
        states = encoder._model(input_ids=torch.tensor([[1, *b"abc", 2]])).last_hidden_state[0]
    expected = torch.nn.functional.normalize(states.mean(0), dim=-1).numpy()
    np.testing.assert_allclose(encoder(["abc", "a much longer text beside it"])[0], expected, atol=1e-5)


def test_what_is_not_installed_is_known_without_importing_it() -> None:
    absent = Source("some-package", "a_module_that_is_not_there", lambda device: lambda texts: np.zeros((0, 0)))
    assert not absent.installed
    assert Source("numpy", "numpy", absent.load).installed
    with pytest.raises(ModuleNotFoundError, match="a_module_that_is_not_there"):
        package_folder("a_module_that_is_not_there")


@pytest.mark.slow
@pytest.mark.parametrize("name", ENCODERS)
def test_an_encoder_tells_topics_apart(name: str) -> None:
    source = ENCODERS[name]
    if find_spec(source.module) is None:
        pytest.skip(f"needs the package {source.package} of the extra evaluation")
    encode = source.load("cpu")
    # MiniLM knows no Japanese.
    for texts in [TOPIC] if name == "MiniLM-L6" else [TOPIC, JAPANESE_TOPIC]:
        vectors = encode([*texts, texts[0] + " " + " ".join(texts) * 60])  # the last one is cut
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)
        cosines = vectors @ vectors.T
        assert cosines[0, 1] > max(cosines[0, 2], cosines[1, 2])
        np.testing.assert_allclose(encode(texts)[:3], vectors[:3], atol=1e-4)
