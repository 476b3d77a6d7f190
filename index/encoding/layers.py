"""The network's layers as posts are read, made from those of transformers as they are trained.

They compute the same with fewer and larger products: queries, keys and values are one, and in bf16 on a CPU the
weights are laid out once as its matrix kernels want them, with GELU and the residual sum done inside the product.
Together a quarter to a third of the reading time with AMX, the matrix unit of newer Intel processors.
"""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

# Of packed products up to a batch's tokens: for each new number of rows oneDNN spends 8 ms on making a kernel.
SIZES = 12
LANES = 16  # fp32 values in a vector of AVX-512: attention over a multiple of so many keys needs no odd ends


@cache
def has_matrix_unit() -> bool:
    """Whether this processor multiplies matrices of bf16 by itself (AMX)."""
    return bool(torch.cpu.get_capabilities().get("amx_bf16"))


@cache
def _has_packed_products() -> bool:
    there = torch.backends.mkldnn.is_available() and hasattr(torch.ops.mkldnn, "_reorder_linear_weight")
    return there and bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Product(nn.Module):
    """A linear layer, with what is done to its result."""

    def __init__(self, *parts: nn.Linear) -> None:
        """``parts`` read the same values, and their results stand side by side."""
        super().__init__()
        self.weight = nn.Parameter(torch.cat([part.weight for part in parts]), requires_grad=False)
        self.bias = nn.Parameter(torch.cat([part.bias for part in parts]), requires_grad=False)
        self.packed: Tensor | None = None

    def is_packable(self) -> bool:
        """Whether its weights are bf16 on a CPU for which oneDNN has products of bf16."""
        return self.weight.dtype == torch.bfloat16 and self.weight.device.type == "cpu" and _has_packed_products()

    def pack(self, rows: int) -> None:
        """Lay the weights out for products with about ``rows`` rows."""
        self.packed = torch.ops.mkldnn._reorder_linear_weight(self.weight.detach().contiguous(), rows)
        self.weight = nn.Parameter(torch.empty(0), requires_grad=False)  # its memory is free

    def forward(self, values: Tensor) -> Tensor:
        """(…, inputs) → (…, outputs)."""
        if self.packed is None:
            return functional.linear(values, self.weight, self.bias)
        return torch.ops.mkldnn._linear_pointwise(values, self.packed, self.bias, "none", [], "")

    def gelu(self, values: Tensor) -> Tensor:
        """The same, through GELU."""
        if self.packed is None:
            return functional.gelu(functional.linear(values, self.weight, self.bias))
        return torch.ops.mkldnn._linear_pointwise(values, self.packed, self.bias, "gelu", [], "none")

    def plus(self, values: Tensor, residual: Tensor) -> Tensor:
        """The same, and ``residual`` (…, outputs) added."""
        if self.packed is None:
            return functional.linear(values, self.weight, self.bias) + residual
        return torch.ops.mkldnn._linear_pointwise.binary(values, residual, self.packed, self.bias, "add")


class ReadingLayer(nn.Module):
    """A transformer layer that only reads."""

    def __init__(self, layer: Any) -> None:
        """``layer`` is one of transformers' BERT layers; its weights are copied."""
        super().__init__()
        self.step = 1  # products have a multiple of so many rows
        asked, said = layer.attention.self, layer.attention.output
        self.heads = asked.num_attention_heads
        self.attention = Product(asked.query, asked.key, asked.value)
        self.said = Product(said.dense)
        self.said_norm = copy.deepcopy(said.LayerNorm)
        self.inner = Product(layer.intermediate.dense)
        self.outer = Product(layer.output.dense)
        self.outer_norm = copy.deepcopy(layer.output.LayerNorm)

    def forward(self, states: Tensor, bias: Tensor) -> Tensor:
        """States (batch, length, width) and an additive bias (batch, 1, 1, length) → states."""
        batch, length, width = states.shape
        tokens = batch * length
        spare = -length % LANES
        rows = _rows(states, tokens + spare, self.step)
        parts = self.attention(rows)
        parts[tokens : tokens + spare] = 0  # it may be anything, and 0 × NaN is NaN
        query, key, value = _views(parts, batch, length, self.heads, spare)
        bias = functional.pad(bias, (0, spare), value=torch.finfo(bias.dtype).min)
        heard = torch.empty_like(rows)
        heard[:tokens].view(batch, length, self.heads, -1).copy_(attend(query, key, value, bias))
        rows = self.said_norm(self.said.plus(heard, rows))
        rows = self.outer_norm(self.outer.plus(self.inner.gelu(rows), rows))
        return rows[:tokens].view(batch, length, width)


def _rows(states: Tensor, least: int, step: int) -> Tensor:
    """States (batch, length, width) as rows (tokens, width), and behind them others: at least ``least`` rows together,
    a multiple of ``step``. Rows know nothing of each other, and nobody listens to those behind.

    Where the states already lie in so many rows, as those of the layer before do, nothing is copied.
    """
    width = states.shape[-1]
    tokens = states.numel() // width
    number = -(-least // step) * step
    there = states.untyped_storage().nbytes() // states.element_size() - states.storage_offset()
    if states.is_contiguous() and there >= number * width:
        return states.as_strided((number, width), (width, 1))
    return functional.pad(states.reshape(tokens, width), (0, 0, 0, number - tokens))


def _views(parts: Tensor, batch: int, length: int, heads: int, spare: int) -> list[Tensor]:
    """Rows of queries, keys and values side by side → these three (batch, heads, length, width), keys and values with
    ``spare`` tokens more.

    What they have more is the beginning of the next post, where it stands; the bias must hide it. Attention takes up
    to half as long if keys come in whole vectors of the processor, and nothing is copied for it.
    """
    width = parts.shape[1] // (3 * heads)
    strides = (length * parts.shape[1], width, parts.shape[1], 1)
    lengths = (length, length + spare, length + spare)
    return [
        parts.as_strided((batch, heads, long, width), strides, parts.storage_offset() + place * heads * width)
        for place, long in enumerate(lengths)
    ]


def attend(query: Tensor, key: Tensor, value: Tensor, bias: Tensor) -> Tensor:
    """Queries (batch, heads, length, width), keys and values (batch, heads, keys, width) and an additive bias (batch,
    1, 1, keys) → (batch, length, heads, width).

    Heads of 32 values over posts of a few dozen tokens are too small for the fused kernel on CPUs without a matrix
    unit: two batched products and a softmax in bf16 take a third less of the time there. Elsewhere the kernel is best.
    """
    if query.dtype != torch.bfloat16 or query.device.type != "cpu" or has_matrix_unit():
        return functional.scaled_dot_product_attention(query, key, value, attn_mask=bias).transpose(1, 2)
    batch, heads, length, width = query.shape
    keys = key.shape[2]
    query, key, value = (part.reshape(batch * heads, -1, width) for part in (query, key, value))
    biases = bias.expand(batch, heads, length, keys).reshape(batch * heads, length, keys)
    scores = torch.baddbmm(biases, query, key.transpose(1, 2), alpha=width**-0.5)
    return torch.bmm(scores.softmax(-1), value).view(batch, heads, length, width).transpose(1, 2)


def for_reading(*parts: nn.Module) -> None:
    """Let each of ``parts`` of the network read with layers like these."""
    for part in parts:
        part.layers = nn.ModuleList(ReadingLayer(layer) for layer in part.layers)  # type: ignore[union-attr]


def pack(part: nn.Module, tokens: int) -> None:
    """Lay out the weights of the layers of ``part`` for batches of about so many ``tokens``, where they can be."""
    for module in part.modules():
        if isinstance(module, ReadingLayer) and module.inner.is_packable():
            module.step = tokens // SIZES
            for product in (module.attention, module.said, module.inner, module.outer):
                product.pack(tokens)
