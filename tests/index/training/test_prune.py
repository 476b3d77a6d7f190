"""Narrower layers: what matters little is left out, and a narrow head is read back as it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from index.encoding.network import SentimentBranch, load_head, save_branch, shape_in
from index.training.adapt import start_from
from index.training.prune import prune


@pytest.fixture
def trunk() -> Any:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
    return BertModel(BertConfig(vocab_size=20, max_position_embeddings=32, **shape), add_pooling_layer=False).eval()


def test_values_that_nothing_reads_are_left_out(trunk: Any, tmp_path: Path) -> None:
    head = SentimentBranch(trunk, 2).eval()
    read_on = [torch.arange(0, 16, 2), torch.arange(4, 12)]  # in each of the two layers
    for layer, chosen in zip(head.layers, read_on, strict=True):
        others = torch.ones(16, dtype=torch.bool)
        others[chosen] = False
        layer.output.dense.weight.data[:, others] = 0
    states, mask = torch.randn(5, 6, 8), torch.ones(5, 6)
    expected = head(states, mask)
    read: list[int] = []

    def take(group: list[int]) -> None:
        read.extend(group)
        head.states(states[group], mask[group])

    prune(head, 8, 5, take)
    assert sorted(read) == list(range(5))
    torch.testing.assert_close(head(states, mask), expected)
    assert [layer.intermediate.dense.out_features for layer in head.layers] == [8, 8]

    save_branch(head, tmp_path / "narrow.safetensors")
    assert shape_in(tmp_path / "narrow.safetensors") == (2, 8)
    again = load_head(SentimentBranch, trunk, tmp_path / "narrow.safetensors")
    torch.testing.assert_close(again(states, mask), expected, atol=0.02, rtol=0.02)
    started = SentimentBranch(trunk, 2).eval()
    start_from(started, tmp_path / "narrow.safetensors")
    torch.testing.assert_close(started(states, mask), again(states, mask))


def test_values_that_are_never_large_are_left_out(trunk: Any) -> None:
    head = SentimentBranch(trunk, 3)
    inner = head.layers[0].intermediate.dense
    inner.weight.data.zero_()
    inner.bias.data = torch.tensor([0.0] * 12 + [3.0] * 4)
    prune(head, 4, 3, lambda group: head.states(torch.randn(len(group), 6, 8), torch.ones(len(group), 6)))
    assert head.layers[0].intermediate.dense.bias.tolist() == [3.0] * 4
