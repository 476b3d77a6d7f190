"""A tiny chat model (Qwen2's architecture, random weights) in one GGUF file, as llama.cpp's converter writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.agent.tiny_models import FAMILIES, build_tokenizer

WIDTH, HEADS, LAYERS, INNER, CONTEXT = 32, 2, 2, 64, 4096
CONTROL = 3  # the kind of a token that steers a conversation; 1 is an ordinary one


def save_tiny_gguf(path: Path) -> Path:
    """Write the model; its weights are 8 bit where that is usual (blocks of 32)."""
    import gguf
    import numpy as np

    tokenizer = build_tokenizer(FAMILIES[0])
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: entry[1])
    merges = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("tiny")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list([token for token, _ in vocabulary])
    added = set(tokenizer.added_tokens_encoder)
    writer.add_token_types([CONTROL if token in added else 1 for token, _ in vocabulary])
    writer.add_token_merges([" ".join(pair) if isinstance(pair, list) else pair for pair in merges])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_chat_template(str(tokenizer.chat_template))
    random = np.random.default_rng(0)

    def add(name: str, *shape: int) -> None:
        weight = (random.standard_normal(shape) * 0.2).astype(np.float32)
        if len(shape) == 1:
            writer.add_tensor(name, np.ones(shape, np.float32) if name.endswith("norm.weight") else weight)
        else:
            packed: Any = gguf.quants.quantize(weight, gguf.GGMLQuantizationType.Q8_0)
            writer.add_tensor(name, packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)

    add("token_embd.weight", len(vocabulary), WIDTH)
    add("output.weight", len(vocabulary), WIDTH)
    add("output_norm.weight", WIDTH)
    for layer in range(LAYERS):
        for part in ("attn_q", "attn_k", "attn_v"):
            add(f"blk.{layer}.{part}.weight", WIDTH, WIDTH)
            add(f"blk.{layer}.{part}.bias", WIDTH)
        add(f"blk.{layer}.attn_output.weight", WIDTH, WIDTH)
        add(f"blk.{layer}.attn_norm.weight", WIDTH)
        add(f"blk.{layer}.ffn_norm.weight", WIDTH)
        add(f"blk.{layer}.ffn_gate.weight", INNER, WIDTH)
        add(f"blk.{layer}.ffn_up.weight", INNER, WIDTH)
        add(f"blk.{layer}.ffn_down.weight", WIDTH, INNER)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
