"""Blended heads, and thresholds per type that are kept in the weights."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from index.encoding.network import TAGS, EntityBranch
from index.errors import AnalystError
from index.training.blend import add_offsets, blended


def head(seed: int, layers: int = 2) -> EntityBranch:
    from transformers import BertConfig, BertModel

    torch.manual_seed(seed)
    shape: dict[str, Any] = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 32}
    return EntityBranch(BertModel(BertConfig(vocab_size=8, num_hidden_layers=layers, **shape)), 1)


def test_a_share_of_the_way_to_the_other_head() -> None:
    first, second = head(0), head(1)
    old, new = first.output.weight.clone(), second.output.weight.clone()
    torch.testing.assert_close(blended(first, second, 0.25).output.weight, 0.75 * old + 0.25 * new)


def test_heads_of_other_shapes_are_refused() -> None:
    with pytest.raises(AnalystError, match="differ in shape"):
        blended(head(0), head(1, 3), 0.5)


def test_offsets_move_both_tags_of_a_type() -> None:
    first = head(0)
    before = first.output.bias.detach().clone()
    add_offsets(first, {"product": 0.5, "O": 0.25})
    steps = first.output.bias.detach() - before
    moved = {tag: round(float(step), 4) for tag, step in zip(TAGS, steps, strict=True) if step}
    assert moved == {"O": 0.25, "B-product": 0.5, "I-product": 0.5}
    with pytest.raises(AnalystError, match="'brand'"):
        add_offsets(first, {"brand": 1.0})
