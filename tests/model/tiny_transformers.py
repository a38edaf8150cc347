"""Hugging Face models with random weights, small enough to compare thousands of numbers in a moment. Nothing is downloaded."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
import transformers

VERSION = tuple(int(part) for part in transformers.__version__.split(".")[:2])

SIZES = {
    "vocab_size": 64,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": None,
}
GROUPED = {"num_key_value_heads": 2, "head_dim": 8}
ALTERNATING = {"num_hidden_layers": 3, "layer_types": ["sliding_attention", "full_attention", "sliding_attention"]}

# name: (configuration, model, options beside SIZES, layers that look at everything)
KINDS: dict[str, tuple[str, str, dict[str, Any], list[int]]] = {
    "BERT": ("BertConfig", "BertModel", {}, [0, 1]),
    "RoBERTa": ("RobertaConfig", "RobertaModel", {}, [0, 1]),
    "XLM-RoBERTa": ("XLMRobertaConfig", "XLMRobertaModel", {}, [0, 1]),
    "ModernBERT": (
        "ModernBertConfig",
        "ModernBertModel",
        {"num_hidden_layers": 4, "local_attention": 16, "cls_token_id": 1, "sep_token_id": 2},
        [0, 3],
    ),
    "Llama": ("LlamaConfig", "LlamaForCausalLM", GROUPED, [0, 1]),
    "Mistral": ("MistralConfig", "MistralForCausalLM", GROUPED | {"sliding_window": None}, [0, 1]),
    "Mistral with a window": ("MistralConfig", "MistralForCausalLM", GROUPED | {"sliding_window": 16}, []),
    "Qwen2": ("Qwen2Config", "Qwen2ForCausalLM", {"num_key_value_heads": 2}, [0, 1]),
    "Qwen3": ("Qwen3Config", "Qwen3ForCausalLM", GROUPED, [0, 1]),
    "Gemma 2": ("Gemma2Config", "Gemma2ForCausalLM", GROUPED | ALTERNATING | {"sliding_window": 16}, []),
    "Gemma 3": ("Gemma3TextConfig", "Gemma3ForCausalLM", GROUPED | ALTERNATING | {"sliding_window": 16}, [1]),
    "Phi": ("PhiConfig", "PhiForCausalLM", {"num_key_value_heads": 2}, [0, 1]),
    "Phi-3": ("Phi3Config", "Phi3ForCausalLM", {"num_key_value_heads": 2}, [0, 1]),
    "GPT-NeoX": ("GPTNeoXConfig", "GPTNeoXForCausalLM", {}, [0, 1]),
    "GPT-2": ("GPT2Config", "GPT2LMHeadModel", {"n_positions": 256}, [0, 1]),
    "gpt-oss": (
        "GptOssConfig",
        "GptOssForCausalLM",
        GROUPED | {"num_local_experts": 2, "num_experts_per_tok": 1, "sliding_window": 16},
        [],
    ),
}
if VERSION < (5, 1):
    del KINDS["ModernBERT"]  # not yet through the attention interface


def tiny(kind: str, implementation: str = "sdpa", seed: int = 0, **options: Any) -> Any:
    """A model of the kind, the same for the same seed, not training. `options` go to its configuration."""
    configuration, model, own, _ = KINDS[kind]
    config = getattr(transformers, configuration)(**(SIZES | own | options))
    config._attn_implementation = implementation
    torch.manual_seed(seed)
    made = getattr(transformers, model)(config)
    with torch.no_grad():
        for parameter in made.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0.0, 0.3)  # transformers starts so small that attention is all but uniform
    return made.eval()


@cache
def shared(kind: str, implementation: str = "sdpa") -> Any:
    """`tiny`, made once, for tests that leave it as it was."""
    return tiny(kind, implementation)


def full_layers(kind: str) -> list[int]:
    """The layers that look at everything, and so can be adaptive."""
    return KINDS[kind][3]
