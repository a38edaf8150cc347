"""Foreign language models for the evaluation: loading them, and reading texts of 128k tokens with and without the plug-in.

Two things that a long text needs and that a model as published does not bring:
- nothing of the size (tokens, tokens): layers with a sliding window are attended to in bands here, so that no mask is built
  (at 131,072 tokens the mask that transformers 5.17 makes for them takes 17 GB);
- nothing of the size (tokens, vocabulary): logits are made for the wanted places only, some hundred at a time.

Models come from a folder as Hugging Face publishes them or from a GGUF file (github.com/ggml-org/ggml, docs/gguf.md), which
needs the packages `gguf` and `accelerate` besides `transformers`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import sentencepiece
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from sentencepiece import sentencepiece_model_pb2
from torch import Tensor

from model.attention import AdaptiveAttentionConfig
from model.attention.dense import repeat_heads
from model.causal_lm import use_adaptive_attention

proto: Any = sentencepiece_model_pb2  # its classes are made at run time, which type checkers cannot see

BANDED = "banded"
"""The name under which transformers finds `banded_attention`."""

_LOGITS_BYTES = 1 << 28
"""At most so many bytes of logits are held at once."""


@dataclass(frozen=True)
class Layer:
    """What adaptive attention reported of one layer that it serves; `covered_mass` is None where nothing was audited."""

    density: float
    covered_mass: float | None
    kernel: str


@dataclass(frozen=True)
class Reading:
    """What a model made of a text at the wanted places, `log_probabilities` and `greedy` both (targets,).

    `log_probabilities`: natural logarithm of the probability of the token that stands there, given all before it; `greedy`:
    whether it is the likeliest. `layers`: those that adaptive attention served, none for dense.
    """

    log_probabilities: NDArray[np.float64]
    greedy: NDArray[np.bool_]
    layers: tuple[Layer, ...] = ()


class LanguageModel(Protocol):
    """What the tasks ask of a model."""

    @property
    def opening(self) -> list[int]:
        """The special tokens that a text begins with."""

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens."""

    def read(self, ids: Sequence[int], targets: Sequence[int], config: AdaptiveAttentionConfig | None) -> Reading:
        """Read `ids` once, densely where `config` is None. `targets`: places in `ids`, each at least 1, to be predicted."""


class ForeignModel:
    """A Hugging Face causal language model and its tokenizer. Sets the model's attention to `banded_attention`.

    `layers`: those that adaptive attention serves, all that look at everything unless given.
    """

    def __init__(
        self, model: Any, encode: Callable[[str], list[int]], opening: list[int], layers: Sequence[int] | None = None
    ) -> None:
        self._model = _with_bands(model)
        self._layers = layers
        self._encode = encode
        self._opening = opening

    @property
    def opening(self) -> list[int]:
        """The special tokens that a text begins with."""
        return self._opening

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, without special tokens."""
        return self._encode(text)

    @torch.inference_mode()
    def read(self, ids: Sequence[int], targets: Sequence[int], config: AdaptiveAttentionConfig | None) -> Reading:
        """See `LanguageModel.read`. Raises `ValueError` where the plug-in serves no layer of the model."""
        tokens = torch.tensor(ids, device=self._model.device)
        layers: tuple[Layer, ...] = ()
        if config is None:
            states = self._states(tokens)
        else:
            handle = use_adaptive_attention(self._model, config, self._layers)
            try:
                states = self._states(tokens)
                layers = served_layers(handle)
            finally:
                handle.remove()
        logs, greedy = self._predict(states, tokens, torch.tensor(targets, device=tokens.device))
        return Reading(logs.cpu().numpy(), greedy.cpu().numpy(), layers)

    def _states(self, tokens: Tensor) -> Tensor:
        states: Tensor = self._model.get_decoder()(input_ids=tokens[None], use_cache=False).last_hidden_state
        return states[0]  # (tokens, width)

    def _predict(self, states: Tensor, tokens: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
        head = self._model.get_output_embeddings()
        cap = getattr(self._model.config, "final_logit_softcapping", None)
        logs, greedy = [], []
        for part in torch.split(targets, max(1, _LOGITS_BYTES // (4 * head.weight.shape[0]))):
            logits = head(states[part - 1]).float()  # (places, vocabulary)
            logits = torch.tanh(logits / cap) * cap if cap else logits
            logs.append(-F.cross_entropy(logits, tokens[part], reduction="none").double())
            greedy.append(logits.argmax(-1) == tokens[part])
        return torch.cat(logs), torch.cat(greedy)


def served_layers(handle: Any) -> tuple[Layer, ...]:
    """The layers that a handle of `use_adaptive_attention` served at the last reading. Raises `ValueError` for none."""
    layers = tuple(
        Layer(entry.density, entry.covered_mass.estimate if entry.covered_mass else None, entry.kernel)
        for entry in handle.report
        if entry.density is not None
    )
    if not layers:
        raise ValueError(f"adaptive attention served no layer of this model: {handle.report}")
    return layers


def load_language_model(
    path: Path, device: str, dtype: torch.dtype, layers: Sequence[int] | None = None
) -> ForeignModel:
    """A causal language model from a folder or a GGUF file; `layers` as in `ForeignModel`."""
    transformers = import_module("transformers")  # by name: few of its types are whole
    if path.is_file():
        model = transformers.AutoModelForCausalLM.from_pretrained(path.parent, gguf_file=path.name, dtype=dtype)
        encode, opening = _sentencepiece(gguf_vocabulary(path))
    else:
        model = transformers.AutoModelForCausalLM.from_pretrained(path, dtype=dtype)
        encode, opening = _folder_tokenizer(path)
    return ForeignModel(model.to(device).eval(), encode, opening, layers)


def gguf_vocabulary(path: Path) -> bytes:
    """The SentencePiece model of a GGUF file whose `tokenizer.ggml.model` is "llama", serialized.

    Built from pieces and scores: what transformers 5.17 makes of them cuts "pass key" into "p", "ass", "k", "ey".
    Raises `ValueError` for another kind of tokenizer.
    """
    fields = import_module("gguf").GGUFReader(path).fields

    def get(name: str, default: Any = None) -> Any:
        field = fields.get(f"tokenizer.ggml.{name}")
        return default if field is None else field.contents()

    if get("model") != "llama":
        raise ValueError(f"{path.name} has a tokenizer of the kind {get('model')!r}; only SentencePiece can be read")
    model = proto.ModelProto()
    for piece, score, kind in zip(get("tokens"), get("scores"), get("token_type"), strict=True):
        model.pieces.add(piece=piece, score=score, type=kind)
    trainer = model.trainer_spec
    trainer.model_type, trainer.byte_fallback = proto.TrainerSpec.BPE, True
    # SentencePiece finds special pieces by what they are called.
    for kind, name in (("unk", "unknown"), ("bos", "bos"), ("eos", "eos"), ("pad", "padding")):
        index = get(f"{name}_token_id", -1)
        setattr(trainer, f"{kind}_id", index)
        if index >= 0:
            setattr(trainer, f"{kind}_piece", model.pieces[index].piece)
    # Before 0.2.3 it knows the unknown piece by its type alone.
    model.pieces[trainer.unk_id].type = proto.ModelProto.SentencePiece.UNKNOWN
    model.normalizer_spec.name = "identity"
    model.normalizer_spec.add_dummy_prefix = get("add_space_prefix", True)
    model.normalizer_spec.remove_extra_whitespaces = False
    return bytes(model.SerializeToString())


def _sentencepiece(model: bytes) -> tuple[Callable[[str], list[int]], list[int]]:
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    begin = processor.bos_id()
    return processor.encode, [begin] if begin >= 0 else []


def _folder_tokenizer(path: Path) -> tuple[Callable[[str], list[int]], list[int]]:
    if not (path / "tokenizer.json").is_file() and (path / "tokenizer.model").is_file():
        return _sentencepiece((path / "tokenizer.model").read_bytes())
    tokenizer = import_module("transformers").AutoTokenizer.from_pretrained(path)

    def encode(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, add_special_tokens=False, verbose=False).input_ids
        return ids

    begin = tokenizer.bos_token_id
    return encode, [] if begin is None else [begin]


def _with_bands(model: Any) -> Any:
    # A name that the table of masks does not know makes transformers build none.
    import_module("transformers").AttentionInterface.register(BANDED, banded_attention)
    model.set_attn_implementation(BANDED)
    return model


def banded_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """Causal attention of a whole text without a mask, as transformers calls it; sliding windows in bands.

    `query` (batch, query heads, tokens, head_dim), `key`, `value` (batch, key heads, tokens, head_dim). A token sees itself and
    the `sliding_window` - 1 tokens before it. Returns (batch, tokens, query heads, head_dim). Raises `ValueError` where a mask
    is given or the text is read in parts.
    """
    if attention_mask is not None or query.shape[2] != key.shape[2]:
        raise ValueError("banded attention reads one whole text at a time, without padding")
    key, value = repeat_heads(key, query.shape[1]), repeat_heads(value, query.shape[1])
    if sliding_window is None or sliding_window >= query.shape[2]:
        output = F.scaled_dot_product_attention(query, key, value, is_causal=True, scale=scaling)
    else:
        output = _in_bands(query, key, value, sliding_window, scaling)
    return output.transpose(1, 2).contiguous(), None


def _in_bands(query: Tensor, key: Tensor, value: Tensor, window: int, scale: float | None) -> Tensor:
    batch, heads, tokens, width = query.shape
    missing = -tokens % window  # what is appended comes after all tokens, so no token sees it

    def bands(tensor: Tensor) -> Tensor:  # (bands, batch · heads, window, head_dim)
        padded = F.pad(tensor, (0, 0, 0, missing)).reshape(batch * heads, -1, window, width)
        return padded.transpose(0, 1)

    queries, keys, values = bands(query), bands(key), bands(value)
    first = F.scaled_dot_product_attention(queries[:1], keys[:1], values[:1], is_causal=True, scale=scale)
    place = torch.arange(window, device=query.device)
    # A band sees, of the band before it, what is less than a window away, and its own past.
    seen = torch.cat([place[None, :] > place[:, None], place[None, :] <= place[:, None]], dim=1)
    rest = F.scaled_dot_product_attention(
        queries[1:],
        torch.cat([keys[:-1], keys[1:]], dim=2),
        torch.cat([values[:-1], values[1:]], dim=2),
        attn_mask=seen,
        scale=scale,
    )
    output = torch.cat([first, rest]).transpose(0, 1).reshape(batch, heads, -1, width)
    return output[:, :, :tokens]
