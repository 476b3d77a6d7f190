"""Attention of the reading network, faster than the fused kernel where posts are read in bf16 on a CPU.

Heads of 32 values over posts of a few dozen tokens are too small for the fused kernel: two batched products and a
softmax take a third less of the time there (6 % of the whole pass). Elsewhere the fused kernel is as good or better.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

NAME = "posts"


def attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    *,
    scaling: float,
    **options: Any,
) -> tuple[Tensor, None]:
    """Queries, keys and values (batch, heads, length, width) and an additive bias (batch, 1, 1, length) → (batch,
    length, heads, width).
    """
    if module.training or query.dtype != torch.bfloat16 or query.device.type != "cpu":
        return sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling, **options)
    batch, heads, length, width = query.shape
    query, key, value = (part.reshape(batch * heads, length, width) for part in (query, key, value))
    bias = attention_mask.expand(batch, heads, length, length).reshape(batch * heads, length, length)
    scores = torch.baddbmm(bias, query, key.transpose(1, 2), alpha=scaling)
    found = torch.bmm(scores.softmax(-1), value)
    return found.view(batch, heads, length, width).transpose(1, 2), None


AttentionInterface.register(NAME, attend)
