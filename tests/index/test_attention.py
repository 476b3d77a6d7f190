"""Attention as two products gives what the fused kernel gives."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from index.attention import attend
from index.network import attention_bias


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_posts_of_a_batch_do_not_see_padding_and_are_read_as_by_the_fused_kernel(dtype: torch.dtype) -> None:
    generator = torch.Generator().manual_seed(4)
    query, key, value = (torch.randn(3, 2, 7, 32, generator=generator).to(dtype) for _ in range(3))
    mask = torch.ones(3, 7)
    mask[1, 4:] = mask[2, 1:] = 0
    layer: Any = SimpleNamespace(training=False, is_causal=False)
    bias = attention_bias(mask, dtype)
    found, _ = attend(layer, query, key, value, bias, scaling=32**-0.5)
    exact = [part.float() for part in (query, key, value, attention_bias(mask, torch.float32))]
    expected, _ = sdpa_attention_forward(layer, *exact, scaling=32**-0.5)
    assert found.shape == (3, 7, 2, 32) and found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=0.03 if dtype == torch.bfloat16 else 1e-5, rtol=0.02)
    torch.testing.assert_close(found[2], value[2, :, :1].transpose(0, 1).expand(7, 2, 32))  # one token is all it sees
