"""Adaptive sparse attention in existing Hugging Face models, causal language models and encoders, without retraining.

Nothing of the model is replaced: an attention and a mask function are registered with transformers' own interface
(`model.attention_interface`), and the model's configuration names them. They take the layers that were chosen, where all
tokens are read at once under a plainly causal or full mask. Everything else (other layers, decoding with a cache, sliding
windows, what adaptive attention does not know) goes on to the implementation that the model had before, and the report says so.

transformers is optional: this module is imported without it.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from dataclasses import replace
from importlib import import_module
from types import TracebackType
from typing import Any

from torch import nn

from model.attention import AdaptiveAttentionConfig
from model.attention_interface import LAYERS, PREFIX, Layer, LayerReport, forward_of, register

OLDEST_TRANSFORMERS = (5, 0)
"""Before, encoders did not pass their attention and masks through the interface."""

NEWEST_TRANSFORMERS = (5, 24)
"""The newest that `tests/transformers_versions.py` was run with. Newer ones are tried, with a warning."""

_UNTRIED = ("flash", "flex", "paged", "/")
"""In the names of attention implementations with masks of other kinds, which were not tried; a / is in those from the Hub."""


class AdaptiveAttentionHandle:
    """What `use_adaptive_attention` did to a model: reports, and the way back. As a context manager it goes back at the end."""

    def __init__(self, layers: dict[nn.Module, Layer], configs: list[Any], earlier: str) -> None:
        self.earlier = earlier
        """The attention implementation that the model had, and has again after `remove`."""
        self._layers = layers
        self._configs = configs

    @property
    def layers(self) -> tuple[int, ...]:
        """The layers that were chosen."""
        return tuple(layer.index for layer in self._layers.values() if layer.config is not None)

    @property
    def report(self) -> tuple[LayerReport, ...]:
        """What each attention layer, chosen or not, did in the latest forward pass; empty before the first."""
        return tuple(layer.latest for layer in self._layers.values() if layer.latest is not None)

    @property
    def latest_adaptive(self) -> tuple[LayerReport, ...]:
        """Each layer's latest adaptive run, where it had one: after `generate` the prompt, while `report` has the last token."""
        return tuple(layer.latest_adaptive for layer in self._layers.values() if layer.latest_adaptive is not None)

    def remove(self) -> None:
        """Give the model back the attention implementation that it had. A second call does nothing."""
        for module, layer in self._layers.items():
            if LAYERS.get(module) is layer:
                del LAYERS[module]
        for config in self._configs:
            shared = any(getattr(module, "config", None) is config for module in LAYERS)
            if config._attn_implementation == PREFIX + self.earlier and not shared:
                _set_implementation(config, self.earlier)
        self._configs = []

    def __enter__(self) -> AdaptiveAttentionHandle:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.remove()


def use_adaptive_attention(
    hf_model: Any, config: AdaptiveAttentionConfig, layers: Iterable[int] | None = None
) -> AdaptiveAttentionHandle:
    """Let attention layers of a Hugging Face model compute adaptive sparse attention: those in `layers`, or all.

    `hf_model` is a `transformers.PreTrainedModel`, encoder or causal language model; of a model that also sees or hears, its
    text part is taken. `layers` are indexes of its attention layers, from 0. Layer i selects under `config.seed` + i, so
    that the layers explore and audit different places. Weights stay as they are, also in what `save_pretrained` writes.

    At `config.coverage` 1.0 the results are those of the model before, within rounding. The earlier implementation goes on
    doing what adaptive attention does not: decoding with a cache and every other call where queries and keys differ in
    number, sliding windows and chunks, packed texts and masks of one's own, dropout, capped scores, sinks, compiled models.

    Raises `ImportError` without transformers of a supported version, `TypeError` for a model or config of another type,
    `IndexError` for a layer that is not there, and `ValueError` for a model that cannot be taken on, with what to do instead.

    Source: "Attention Interface" in the documentation of transformers.
    """
    transformers = _transformers()
    if not isinstance(hf_model, transformers.PreTrainedModel):
        raise TypeError(
            f"expected a transformers.PreTrainedModel, not {type(hf_model).__name__}; of a wrapper give the model inside, "
            "with PEFT get_base_model()"
        )
    if not isinstance(config, AdaptiveAttentionConfig):
        raise TypeError(f"config must be an AdaptiveAttentionConfig, not {type(config).__name__}")
    text = hf_model.config.get_text_config()
    found = _attention_layers(hf_model, text)
    earlier = _earlier_implementation(hf_model, text, list(found))
    chosen = _chosen(layers, [index for index, _ in found.values()])
    entries = {
        module: Layer(index, name, replace(config, seed=config.seed + index) if index in chosen else None)
        for module, (index, name) in found.items()
    }
    configs = _configs(hf_model, text, found)
    implementation = register(transformers, import_module("transformers.masking_utils"), earlier)
    LAYERS.update(entries)
    for each in configs:
        _set_implementation(each, implementation)
    return AdaptiveAttentionHandle(entries, configs, earlier)


def _transformers() -> Any:
    # By name, and so as Any: few of its types are whole, and a type checker reads them for a minute.
    oldest, newest = (".".join(map(str, version)) for version in (OLDEST_TRANSFORMERS, NEWEST_TRANSFORMERS))
    advice = f"Adaptive attention needs transformers {oldest} to {newest}: pip install 'fusen[transformers]'"
    try:
        transformers = import_module("transformers")
    except ModuleNotFoundError as error:
        raise ImportError(f"Hugging Face transformers is not installed. {advice}") from error
    version = tuple(int(part) for part in transformers.__version__.split(".")[:2])
    if version < OLDEST_TRANSFORMERS:
        raise ImportError(f"transformers {transformers.__version__} is too old. {advice}")
    if version > NEWEST_TRANSFORMERS:
        warnings.warn(
            f"transformers {transformers.__version__} is newer than {newest}, the newest tested with adaptive attention",
            stacklevel=3,
        )
    return transformers


def _attention_layers(hf_model: Any, text: Any) -> dict[nn.Module, tuple[int, str]]:
    """(index, path) of the text's self-attention layers: those whose forward looks the implementation up."""
    kind = type(hf_model).__name__
    if getattr(text, "is_encoder_decoder", False):
        raise ValueError(
            f"{kind} is an encoder-decoder model; adaptive attention takes on encoders and causal language models"
        )
    found = {
        module: name
        for name, module in hf_model.named_modules()
        if "ALL_ATTENTION_FUNCTIONS" in forward_of(module).__code__.co_names
        and type(getattr(module, "config", None)) is type(text)
        and not _is_cross_attention(name, module)
    }
    if not found or not (hf_model._supports_attention_backend or hf_model._supports_sdpa):
        raise ValueError(
            f"{kind} does not look its attention up in transformers' attention interface, so none can be given to it from "
            "outside. A newer transformers may have changed that; else call model.attention.adaptive_attention in the "
            "model's own code"
        )
    if any(_decides_by_name(module) for module in found):
        raise ValueError(
            f"{kind} has a sparse attention of its own, and computes it by the name of the attention implementation; "
            "adaptive attention cannot be combined with it"
        )
    if any(module in LAYERS for module in found):
        raise ValueError(f"{kind} already uses adaptive attention; call remove() of its handle first")
    indexes: list[Any] = [getattr(module, "layer_idx", None) for module in found]
    if None in indexes or len(set(indexes)) < len(indexes):
        indexes = list(range(len(found)))
    return {module: (int(index), name) for index, (module, name) in zip(indexes, found.items(), strict=True)}


def _is_cross_attention(name: str, module: nn.Module) -> bool:
    path = f"{name}.{type(module).__name__}".lower()
    return bool(getattr(module, "is_cross_attention", False)) or "cross" in path or "encoder_attn" in path


def _decides_by_name(module: nn.Module) -> bool:
    """Whether the layer does something else where its implementation is not called sdpa."""
    codes = [method.__code__ for method in vars(type(module)).values() if inspect.isfunction(method)]
    constants = [constant for code in codes if "_attn_implementation" in code.co_names for constant in code.co_consts]
    return any(constant == "sdpa" or (isinstance(constant, tuple) and "sdpa" in constant) for constant in constants)


def _earlier_implementation(hf_model: Any, text: Any, found: list[nn.Module]) -> str:
    kind = type(hf_model).__name__
    earlier = str(text._attn_implementation).removeprefix(
        PREFIX
    )  # the copy of a model that was taken on keeps the name
    if any(part in earlier for part in _UNTRIED):
        raise ValueError(
            f"{kind} uses the attention implementation {earlier}, beside which adaptive attention was not tried. "
            'Call set_attn_implementation("sdpa") first'
        )
    if earlier == "eager" and not all("eager_attention_forward" in forward_of(module).__globals__ for module in found):
        raise ValueError(f'the eager attention of {kind} is not to be found; load it with attn_implementation="sdpa"')
    if earlier == "eager" and any(getattr(module, "reorder_and_upcast_attn", False) for module in found):
        raise ValueError(f"{kind} computes its scores in a way of its own; load it without reorder_and_upcast_attn")
    if getattr(text, "output_attentions", False):
        raise ValueError(f"{kind} is configured to return attention weights; switch its config.output_attentions off")
    return earlier


def _chosen(layers: Iterable[int] | None, present: list[int]) -> set[int]:
    if layers is None:
        return set(present)
    chosen = set(layers)
    if not chosen:
        raise ValueError("no layers are chosen; without layers, all are")
    if missing := sorted(chosen - set(present)):
        raise IndexError(f"there is no attention layer {missing[0]}; the model has {', '.join(map(str, present))}")
    return chosen


def _configs(hf_model: Any, text: Any, found: Iterable[nn.Module]) -> list[Any]:
    """The configuration objects, each once, from which masks are made and implementations looked up."""
    owned = [module.config for module in (*hf_model.modules(), *found) if hasattr(module, "config")]
    return list({id(config): config for config in (text, *owned) if type(config) is type(text)}.values())


def _set_implementation(config: Any, name: str) -> None:
    # As a dict it leaves the configurations of sub-models alone.
    config._attn_implementation = {"": name} if config.sub_configs else name
