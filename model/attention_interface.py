"""What is registered with transformers' attention interface: a mask function, an attention function, and what layers report.

A mask over all pairs of 128k tokens would fill 16 GB. So the mask function hands out the padding alone, (batch, keys), which
also knows how to make the mask of the earlier implementation, should a layer turn out to need it. The attention function
takes what adaptive attention can do and hands everything else on to the earlier implementation, with the reason.

Imported without transformers; `model.causal_lm` decides which layers come here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from weakref import WeakKeyDictionary

import torch
from torch import Tensor, nn

from model.attention import AdaptiveAttentionConfig, CoveredMass, adaptive_attention

PREFIX = "fusen_adaptive_over_"
"""Before the name of the earlier implementation, the name under which these functions are registered."""

HARMLESS = frozenset(
    {
        "cache_position",
        "deterministic",
        "is_causal",
        "logits_to_keep",
        "num_items_in_batch",
        "output_hidden_states",
        "output_router_logits",
        "position_ids",
        "return_dict",
        "scaling",
        "shift_labels",
        "use_cache",
    }
)
"""Options of an attention layer that change nothing of its result, or are taken into account."""

UNSUPPORTED = {
    "dropout": "attention dropout, as in training",
    "output_attentions": "the attention weights were asked for (output_attentions)",
    "position_bias": "a position bias is added to the scores (position_bias)",
    "s_aux": "attention sinks (s_aux)",
    "sliding_window": "the layer looks through a sliding window",
    "softcap": "the scores are capped (softcap)",
}
"""Options that only the earlier implementation knows, and what to say of them."""


@dataclass(frozen=True, slots=True)
class LayerReport:
    """What one attention layer did when it last ran.

    `layer` is its index, as in `use_adaptive_attention`'s `layers`, `name` its path in the model. `tokens` queries were
    attended to `keys` keys by `kernel`. `reason` says why the earlier implementation did it; it is None where adaptive
    attention did, and only then are there a `density` and, with an audit, a `covered_mass`.
    """

    layer: int
    name: str
    tokens: int
    keys: int
    kernel: str
    density: float | None = None
    covered_mass: CoveredMass | None = None
    reason: str | None = None


@dataclass(slots=True)
class Layer:
    """An attention layer of a model that was taken on; without a `config` where it is not among those chosen."""

    index: int
    name: str
    config: AdaptiveAttentionConfig | None
    latest: LayerReport | None = None
    latest_adaptive: LayerReport | None = None


LAYERS: WeakKeyDictionary[nn.Module, Layer] = WeakKeyDictionary()
"""The attention layers of all models that were taken on. Modules that are not in it (a copy's) get the earlier implementation."""


def register(transformers: Any, masks: Any, earlier: str) -> str:
    """Register both functions beside the implementation `earlier`; returns their name. `masks`: `transformers.masking_utils`."""
    transformers.AttentionInterface.register(PREFIX + earlier, partial(_attention, earlier))
    transformers.AttentionMaskInterface.register(PREFIX + earlier, partial(_mask, earlier, masks))
    return PREFIX + earlier


def forward_of(module: nn.Module) -> Any:
    """The function in the modeling file that computes the layer, without its decorators."""
    return inspect.unwrap(type(module).forward)


# The mask function


@dataclass(slots=True)
class _MaskRequest:
    """A mask that the model asked for and nobody has made yet."""

    is_causal: bool
    padding: Tensor | None  # (batch, keys), True where a key is padding
    make: Callable[[], Tensor | None]
    made: list[Tensor | None] = field(default_factory=list)

    def mask(self) -> Tensor | None:
        """The mask of the earlier implementation, made once for all layers."""
        if not self.made:
            self.made.append(self.make())
        return self.made[0]


class _LinearMask(Tensor):
    """(batch, keys), True where a key is not padding; stands for the mask over all pairs that was asked for in `request`."""

    request: _MaskRequest

    @classmethod
    def __torch_function__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        # What is computed from it is a plain tensor. Moved to another device it stays what it is. A model that makes a mask
        # over pairs of it would take padding for the whole mask: better an error than wrong results.
        with torch._C.DisableTorchFunctionSubclass():
            try:
                result = func(*args, **(kwargs or {}))
            except IndexError as error:
                raise RuntimeError(_CHANGED) from error
            if isinstance(result, Tensor) and (result.ndim > 2 or result.is_floating_point()):
                raise RuntimeError(_CHANGED)
            if func is Tensor.to and not isinstance(result, _LinearMask):
                result = result.as_subclass(_LinearMask)
                result.request = args[0].request
        return result


_CHANGED = (
    "the model computes with its attention mask, so it cannot use adaptive attention; call remove() of its handle"
)


def _mask(earlier: str, masks: Any, **request: Any) -> Tensor | None:
    """What transformers calls for each kind of mask that a forward pass needs."""
    attention_mask = request.get("attention_mask")
    if isinstance(attention_mask, _LinearMask):  # `generate` may have asked before
        request["attention_mask"] = attention_mask = attention_mask.as_subclass(Tensor)
    # Without a mask function of its own the earlier implementation is given no masks.
    make = partial(masks.ALL_MASK_ATTENTION_FUNCTIONS.get(earlier, _no_mask), **request)
    if torch.compiler.is_compiling() or not _is_plain(request, masks):
        return make()  # type: ignore[no-any-return]
    if attention_mask is None:
        shape = (request["batch_size"], request["kv_length"])
        attention_mask = torch.ones(shape, dtype=torch.bool, device=_device(request))
    padding = None if bool(attention_mask.all()) else ~attention_mask
    linear = attention_mask.as_subclass(_LinearMask)
    linear.request = _MaskRequest(request["mask_function"] is masks.causal_mask_function, padding, make)
    return linear


def _no_mask(**_: Any) -> None:
    return None


def _is_plain(request: dict[str, Any], masks: Any) -> bool:
    """Causal or full over as many keys as queries, but for padding; and not wanted as a mask over all pairs by the model."""
    if request["mask_function"] is masks.causal_mask_function:
        may_skip = request.get("allow_is_causal_skip", False)
    elif request["mask_function"] is masks.bidirectional_mask_function:
        may_skip = request.get("allow_is_bidirectional_skip", False)
    else:
        return False
    positions = request.get("cache_position")  # what older versions have in place of a length and an offset
    queries = request["q_length"] if positions is None else len(positions)
    keys, attention_mask = request["kv_length"], request.get("attention_mask")
    fits = attention_mask is None or attention_mask.shape == (request["batch_size"], keys)
    if not (may_skip and fits and queries == keys):
        return False
    before = request.get("q_offset", 0) if positions is None else positions[0]
    return not int(before) and not request.get("kv_offset", 0)


def _device(request: dict[str, Any]) -> Any:
    return request["device"] if "device" in request else request["cache_position"].device


# The attention function


def _attention(
    earlier: str,
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None = None,
    **options: Any,
) -> tuple[Tensor, Tensor | None]:
    """What transformers calls in every attention layer.

    `query` (batch, query heads, queries, head_dim); `key`, `value` (batch, key heads, keys, head_dim). Returns the output,
    (batch, queries, query heads, head_dim), and the attention weights where the earlier implementation has them.
    """
    layer = None if torch.compiler.is_compiling() else LAYERS.get(module)
    if layer is not None:
        reason = _why_earlier(layer, module, query, key, value, attention_mask, options)
        sizes = (layer.index, layer.name, query.shape[2], key.shape[2])
        if reason is None and isinstance(attention_mask, _LinearMask):
            padding = attention_mask.request.padding
            result = adaptive_attention(
                query,
                key,
                value,
                config=layer.config,
                is_causal=attention_mask.request.is_causal,
                key_padding_mask=None if padding is None else padding.to(query.device),
                scale=options.get("scaling"),
            )
            layer.latest = LayerReport(*sizes, result.kernel, result.density, result.covered_mass)
            layer.latest_adaptive = layer.latest
            return result.output.transpose(1, 2).contiguous(), None
        layer.latest = LayerReport(*sizes, earlier, reason=reason)
    if isinstance(attention_mask, _LinearMask):
        mask = attention_mask.request.mask()
        attention_mask = mask if mask is None else mask.to(query.device)
    elif attention_mask is not None and attention_mask.ndim == 2 and earlier in ("sdpa", "eager"):
        raise RuntimeError(_CHANGED)
    names = forward_of(module).__globals__
    dense = names["eager_attention_forward"] if earlier == "eager" else names["ALL_ATTENTION_FUNCTIONS"][earlier]
    return dense(module, query, key, value, attention_mask, **options)  # type: ignore[no-any-return]


def _why_earlier(
    layer: Layer,
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    options: dict[str, Any],
) -> str | None:
    """Why adaptive attention does not take this call; None where it does."""
    batch, _, queries, _ = query.shape
    keys = key.shape[2]
    if layer.config is None:
        return "not among the chosen layers"
    if queries != keys:
        return f"{queries} queries for {keys} keys: reading on from a cache, or into one of fixed length"
    for name, given in options.items():
        if name not in HARMLESS and not _is_off(given):
            return UNSUPPORTED.get(name, f"an option that adaptive attention does not know ({name})")
    if not isinstance(attention_mask, _LinearMask) or attention_mask.shape != (batch, keys):
        return "a mask that is neither plainly causal nor full, or none"
    is_causal = options.get("is_causal")
    if (getattr(module, "is_causal", True) if is_causal is None else is_causal) != attention_mask.request.is_causal:
        return "the mask and the layer disagree on whether it is causal"
    if key.shape != value.shape:
        return "values are of another width than keys"
    return None


def _is_off(given: Any) -> bool:
    return given is None or (isinstance(given, bool | int | float) and not given)
