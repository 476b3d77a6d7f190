"""The shapes of published chat models, from their config.json files; nothing is downloaded."""

from __future__ import annotations

from typing import Any


def configs() -> dict[str, Any]:
    """Configs by hub id."""
    from transformers import LlamaConfig, Qwen3Config, SmolLM3Config

    qwen = {"vocab_size": 151936, "num_key_value_heads": 8, "head_dim": 128, "tie_word_embeddings": True}
    llama = {"vocab_size": 128256, "num_key_value_heads": 8, "tie_word_embeddings": True, "intermediate_size": 8192}
    return {
        "Qwen/Qwen3-0.6B": Qwen3Config(
            **qwen, hidden_size=1024, num_hidden_layers=28, num_attention_heads=16, intermediate_size=3072
        ),
        "Qwen/Qwen3-1.7B": Qwen3Config(
            **qwen, hidden_size=2048, num_hidden_layers=28, num_attention_heads=16, intermediate_size=6144
        ),
        "Qwen/Qwen3-4B": Qwen3Config(
            **qwen, hidden_size=2560, num_hidden_layers=36, num_attention_heads=32, intermediate_size=9728
        ),
        "HuggingFaceTB/SmolLM3-3B": SmolLM3Config(
            vocab_size=128256, hidden_size=2048, num_hidden_layers=36, num_attention_heads=16, num_key_value_heads=4,
            intermediate_size=11008, tie_word_embeddings=True,
        ),
        "meta-llama/Llama-3.2-1B-Instruct": LlamaConfig(
            **llama, hidden_size=2048, num_hidden_layers=16, num_attention_heads=32, head_dim=64
        ),
        "meta-llama/Llama-3.2-3B-Instruct": LlamaConfig(
            **llama, hidden_size=3072, num_hidden_layers=28, num_attention_heads=24, head_dim=128
        ),
    }  # fmt: skip
