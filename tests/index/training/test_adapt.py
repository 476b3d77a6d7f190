"""Masked words, and the layers that come of guessing them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from index.encoding.network import SentimentBranch, UpperLayers, save_branch
from index.training.adapt import IGNORED, MaskedWords, Texts, masked, share_guessed, start_from
from index.training.loop import Recipe, fit


@pytest.fixture
def trunk() -> Any:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
    return BertModel(BertConfig(vocab_size=1200, max_position_embeddings=32, **shape), add_pooling_layer=False).eval()


def test_some_words_are_hidden_and_no_mark_is() -> None:
    torch.manual_seed(1)
    ids = torch.randint(1000, 1200, (40, 30))
    ids[:, 0], ids[:, -1] = 101, 0
    shown, labels = masked(ids, torch.tensor([0, 101]), 103, 1200)
    wanted = labels != IGNORED
    assert not wanted[:, 0].any() and not wanted[:, -1].any()
    assert wanted.float().mean() == pytest.approx(0.15, abs=0.03)
    assert torch.equal(labels[wanted], ids[wanted]) and torch.equal(shown[~wanted], ids[~wanted])
    assert (shown[wanted] == 103).float().mean() == pytest.approx(0.8, abs=0.1)


def test_only_the_upper_layers_learn(trunk: Any) -> None:
    network = MaskedWords(trunk, shared=2)
    ids = torch.randint(1000, 1200, (2, 6))
    wanted = torch.zeros(2, 6, dtype=torch.bool)
    wanted[0, 2] = wanted[1, 4] = True
    logits = network(ids, torch.ones_like(ids), wanted)
    assert logits.shape == (2, 1200)
    logits.sum().backward()
    assert all(p.grad is None for p in network.lower.parameters())
    assert all(p.grad is not None for p in network.upper.layers.parameters())


@pytest.mark.parametrize("shared", [0, 2])
def test_a_head_starts_from_the_adapted_layers(trunk: Any, tmp_path: Path, shared: int) -> None:
    adapted = UpperLayers(trunk, shared=2)
    for weight in adapted.layers.parameters():
        torch.nn.init.constant_(weight, 0.5)
    save_branch(adapted, tmp_path / "adapted.safetensors")
    head = SentimentBranch(trunk, shared)
    start_from(head, tmp_path / "adapted.safetensors")
    changed = [all(float(w.detach().min()) == 0.5 for w in layer.parameters()) for layer in head.layers]
    assert changed == [False] * (2 - shared) + [True, True]


def test_a_head_starts_from_the_topmost_layers_of_a_deeper_one_and_its_outputs(trunk: Any, tmp_path: Path) -> None:
    torch.manual_seed(5)
    deeper = SentimentBranch(trunk, 1)
    for weight in deeper.layers[1].parameters():
        torch.nn.init.constant_(weight, 0.5)
    save_branch(deeper, tmp_path / "deeper.safetensors")
    head = SentimentBranch(trunk, 2)
    start_from(head, tmp_path / "deeper.safetensors")
    assert all(float(weight.detach().min()) == 0.5 for weight in head.layers[0].parameters())
    torch.testing.assert_close(head.output.weight, deeper.output.weight, atol=0.01, rtol=0.01)


class Tokens:
    all_special_ids = (0, 101)
    mask_token_id = 103

    def __len__(self) -> int:
        return 1200


def test_hidden_words_are_guessed_better_after_a_run(trunk: Any, tmp_path: Path) -> None:
    texts = Texts([torch.tensor([101, *[1100 + place % 2] * 12]) for place in range(64)], Tokens())
    network = MaskedWords(trunk, shared=2).eval()
    before = share_guessed(network, texts, 16)
    recipe = Recipe(epochs=3, batch=8, learning_rate=1e-2, averaging=0.0)
    lengths = [len(ids) for ids in texts.ids]
    best = fit(
        network,
        lengths,
        lambda group: texts.loss(network, group),
        lambda: share_guessed(network, texts, 16),
        recipe,
        tmp_path,
    )
    assert 0 < before < best <= 1
    assert share_guessed(network, texts, 16) == pytest.approx(best, rel=0.02)
