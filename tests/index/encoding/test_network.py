"""Decoding of tags, and the sentiment branch's two outputs."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
import torch

from index.encoding.network import (
    TAGS,
    EntityBranch,
    LowerLayers,
    SentimentBranch,
    likeliest_tags,
    load_head,
    save_branch,
)
from index.errors import AnalystError


def valid(path: tuple[int, ...]) -> bool:
    tags = ["O", *(TAGS[tag] for tag in path)]
    return all(not b.startswith("I-") or a[2:] == b[2:] for a, b in itertools.pairwise(tags))


def test_likeliest_tags_is_the_best_of_all_valid_sequences() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(5, 3, len(TAGS), generator=generator) * 3
    scores = logits.log_softmax(-1)
    for row, found in zip(scores, likeliest_tags(logits), strict=True):
        sequences = [path for path in itertools.product(range(len(TAGS)), repeat=3) if valid(path)]
        best = max(sequences, key=lambda path: sum(float(row[i, tag]) for i, tag in enumerate(path)))
        assert tuple(found.tolist()) == best


@pytest.fixture(scope="module")
def branch() -> SentimentBranch:
    from transformers import BertConfig, BertModel

    torch.manual_seed(1)
    config = BertConfig(hidden_size=24, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32, vocab_size=50)
    return SentimentBranch(BertModel(config, add_pooling_layer=False)).eval()


def test_tone_toward_a_target_depends_on_the_target_and_not_on_padding(branch: SentimentBranch) -> None:
    states = torch.randn(1, 6, 24, generator=torch.Generator().manual_seed(2))
    mask = torch.ones(1, 6)
    marks = torch.tensor([[[0, 1, 0, 0, 0, 0.0], [0, 0, 0, 0, 1, 1.0]]])
    both = branch.toward(states, mask, marks)
    assert both.shape == (1, 2, 3)
    assert not torch.allclose(both[:, 0], both[:, 1])
    torch.testing.assert_close(branch.toward(states, mask, marks[:, 1:]), both[:, 1:])
    padded = torch.cat([states, torch.full((1, 3, 24), 9.0)], dim=1)
    longer = [torch.nn.functional.pad(part, (0, 3)) for part in (mask, marks)]
    torch.testing.assert_close(branch.toward(padded, longer[0], longer[1]), both)


def test_a_head_leaves_the_trunk_where_it_was_trained_to(tmp_path: Path) -> None:
    from transformers import BertConfig, BertModel

    shape = {"hidden_size": 8, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 16}
    trunk = BertModel(BertConfig(vocab_size=50, max_position_embeddings=32, **shape), add_pooling_layer=False).eval()
    save_branch(EntityBranch(trunk, shared=3), tmp_path / "entities.safetensors")
    head = load_head(EntityBranch, trunk, tmp_path / "entities.safetensors")
    assert head.shared == 3 and len(head.layers) == 1
    ids = torch.tensor([[4, 7, 9]])
    lower = LowerLayers(trunk, 3)
    for shared, states in enumerate(lower.each(ids, torch.ones_like(ids))):
        torch.testing.assert_close(states, LowerLayers(trunk, shared)(ids, torch.ones_like(ids)))
    with pytest.raises(AnalystError, match="missing"):
        load_head(EntityBranch, trunk, tmp_path / "none.safetensors")
