"""Layers that read give what those of transformers give, however they are packed and padded."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from transformers import BertConfig
from transformers.models.bert.modeling_bert import BertLayer

from index.encoding import layers
from index.encoding.layers import Product, ReadingLayer, attend, pack
from index.encoding.network import attention_bias

WIDTH = 64
TOKENS = 512


def _layer() -> BertLayer:
    torch.manual_seed(5)
    config = BertConfig(hidden_size=WIDTH, num_attention_heads=2, intermediate_size=96, attn_implementation="sdpa")
    return BertLayer(config).eval()


def _batch(posts: int = 3, length: int = 7) -> tuple[Tensor, Tensor]:
    """States and a mask; the second post has four tokens, the third one."""
    states = torch.randn(posts, length, WIDTH, generator=torch.Generator().manual_seed(6))
    mask = torch.ones(posts, length, dtype=torch.long)
    mask[1, 4:] = mask[2, 1:] = 0
    return states, mask


@torch.inference_mode()
def test_a_layer_reads_as_the_one_that_it_is_made_from() -> None:
    layer, (states, mask) = _layer(), _batch()
    bias = attention_bias(mask, torch.float32)
    torch.testing.assert_close(ReadingLayer(layer)(states, bias), layer(states, bias), atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("matrix_unit", [False, True])
@torch.inference_mode()
def test_packed_layers_stay_close_for_any_number_of_tokens(monkeypatch: pytest.MonkeyPatch, matrix_unit: bool) -> None:
    monkeypatch.setattr(layers, "has_matrix_unit", lambda: matrix_unit)
    layer = _layer()
    stack = torch.nn.ModuleList([ReadingLayer(layer), ReadingLayer(layer)]).to(torch.bfloat16)
    pack(stack, TOKENS)  # where the processor can; else they are read as they are
    products = [module for module in stack.modules() if isinstance(module, Product)]
    assert len(products) == 8
    packed = [product.packed is not None and product.weight.numel() == 0 for product in products]
    assert packed == [layers._has_packed_products()] * 8
    for length in (7, 100):  # fewer and more rows than one step
        states, mask = _batch(length=length)
        exact = layer(layer(states, attention_bias(mask, torch.float32)), attention_bias(mask, torch.float32))
        found = states.to(torch.bfloat16)
        for reading in stack:
            found = reading(found, attention_bias(mask, torch.bfloat16))
        assert found.shape == states.shape and found.dtype == torch.bfloat16
        seen = mask.bool()
        assert torch.nn.functional.cosine_similarity(found[seen].float(), exact[seen], dim=-1).min() > 0.999


@torch.inference_mode()
def test_a_part_of_a_batch_goes_on_as_if_it_were_alone() -> None:
    """What stands behind it in the same memory is heard by nobody."""
    reading = ReadingLayer(_layer()).to(torch.bfloat16)
    pack(reading, TOKENS)
    states, mask = (part[:2] for part in _batch())
    bias = attention_bias(mask, torch.bfloat16)
    alone = reading(states.to(torch.bfloat16), bias)
    for rest in (0.0, 1e3, float("nan")):
        together = torch.cat([states, torch.full((40, 7, WIDTH), rest)]).to(torch.bfloat16)
        torch.testing.assert_close(reading(together[:2], bias), alone, atol=0, rtol=0)


@pytest.mark.parametrize("matrix_unit", [False, True])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_attention_does_not_see_padding(monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype, matrix_unit: bool) -> None:
    monkeypatch.setattr(layers, "has_matrix_unit", lambda: matrix_unit)
    generator = torch.Generator().manual_seed(4)
    query, key, value = (torch.randn(3, 2, 7, 32, generator=generator).to(dtype) for _ in range(3))
    mask = _batch()[1]
    found = attend(query, key, value, attention_bias(mask, dtype))
    exact = [part.float() for part in (query, key, value)]
    scores = exact[0] @ exact[1].transpose(2, 3) * 32**-0.5 + attention_bias(mask, torch.float32)
    expected = (scores.softmax(-1) @ exact[2]).transpose(1, 2)
    assert found.shape == (3, 7, 2, 32) and found.dtype == dtype
    torch.testing.assert_close(found.float(), expected, atol=0.03 if dtype == torch.bfloat16 else 1e-5, rtol=0.02)
    torch.testing.assert_close(found[2], value[2, :, :1].transpose(0, 1).expand(7, 2, 32))  # one token is all it sees
