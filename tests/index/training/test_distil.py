"""Soft labels of deeper heads, and how heads with fewer layers learn from them."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Encoding, Tokenizer, models, pre_tokenizers

from index.encoding.network import SENTIMENTS, TAGS, EntityBranch, LowerLayers, SentimentBranch, save_branch
from index.encoding.tagging import Span
from index.training import entities, sentiment
from index.training.data import UNTOLD, Opinion, Tagged
from index.training.distil import LETTERS, mean_said, read_untold
from index.training.loop import Recipe, fit

WORDS = ["[PAD]", "[UNK]", "good", "bad", "the", "phone", "nike"]


@pytest.fixture(scope="module")
def trunk() -> Any:
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 4, "num_attention_heads": 2, "intermediate_size": 32}
    config = BertConfig(vocab_size=len(WORDS), max_position_embeddings=16, **shape)
    return BertModel(config, add_pooling_layer=False).eval()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    made = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def test_the_mean_of_two_heads_is_what_is_learned(trunk: Any, tmp_path: Path) -> None:
    for shared in (1, 2):
        save_branch(SentimentBranch(trunk, shared), tmp_path / f"{shared}.safetensors")
    seen = []

    def say(head: SentimentBranch, lower: LowerLayers) -> list[torch.Tensor]:
        seen.append((len(head.layers), len(lower.layers)))
        return [torch.full((3,), float(head.shared)), torch.zeros(3)]

    said = mean_said([tmp_path / "1.safetensors", tmp_path / "2.safetensors"], SentimentBranch, trunk, say)
    assert seen == [(3, 1), (2, 2)]
    assert [row.tolist() for row in said] == [[1.5] * 3, [0.0] * 3]


def test_texts_without_labels_keep_the_places_of_names_only(tmp_path: Path) -> None:
    posts, tagged = tmp_path / "posts.jsonl", tmp_path / "wnut17_train.jsonl"
    texts = ["", "a  b\nc", "long " * 100, *map(str, range(8))]
    posts.write_text("".join(json.dumps({"text": text, "label": "positive"}) + "\n" for text in texts))
    tagged.write_text(json.dumps({"tokens": ["Nike", "runs"], "tags": ["B-corporation", "O"]}) + "\n")
    found = read_untold([posts, tagged], 5)
    assert [row.text for row in found] == ["a b c", "0", "2", "4", "6", "Nike runs"]
    assert found[-1] == Tagged("Nike runs", [Span(0, 4, UNTOLD)], UNTOLD)
    assert all(len(row.text) <= LETTERS for row in read_untold([posts], 50))


def last_epoch() -> Callable[[], float]:
    """A figure by which the last epoch is the best."""
    number = itertools.count()
    return lambda: float(next(number))


def tone_rows() -> list[Opinion]:
    told = [Opinion("good phone", None, "positive"), Opinion("bad phone", None, "negative")] * 8
    return [*told, *[Opinion("the good nike", Span(9, 13, UNTOLD), None), Opinion("the bad nike", None, None)] * 8]


def test_a_head_learns_tones_that_only_its_teacher_tells(trunk: Any, tokenizer: Encoding, tmp_path: Path) -> None:
    texts = sentiment.Texts(tone_rows(), tokenizer, LowerLayers(trunk, 3))
    assert texts.gold[[0, 1, 16, 17]].tolist() == [2, 0, sentiment.UNKNOWN, sentiment.UNKNOWN]
    assert texts.aimed[[15, 16, 17]].tolist() == [False, True, False]
    said = torch.tensor([[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]).repeat(16, 1)
    texts.soft = said
    head = SentimentBranch(trunk, 3)
    weights = sentiment.loss_weights(texts)
    fit(
        head,
        [len(states) for states in texts.states],
        lambda group: sentiment.loss_of(head, texts, weights, group),
        last_epoch(),
        Recipe(epochs=12, batch=8, learning_rate=2e-2, averaging=0.0),
        tmp_path,
    )
    found = sentiment.predict(head, texts).softmax(1)
    assert [SENTIMENTS[row] for row in found[16:18].argmax(1)] == ["negative", "neutral"]
    torch.testing.assert_close(found[16:18], said[16:18], atol=0.2, rtol=0)


def test_a_head_finds_names_that_only_its_teacher_tells(trunk: Any, tokenizer: Encoding, tmp_path: Path) -> None:
    rows = [Tagged("the nike phone", [], UNTOLD), Tagged("good phone", [], UNTOLD)] * 8
    examples = entities.Examples(rows, tokenizer, LowerLayers(trunk, 3))
    assert all(bool(allowed.all()) for allowed in examples.allowed)  # anything goes where nobody told
    said = []
    for row in rows:
        tags = torch.zeros(len(row.text.split()), len(TAGS))
        for place, word in enumerate(row.text.split()):
            tags[place, TAGS.index("B-product") if word == "nike" else 0] = 1
        said.append(tags)
    examples.soft = said
    head = EntityBranch(trunk, 3)
    fit(
        head,
        [len(states) for states in examples.states],
        lambda group: entities.loss_of(head, examples, group),
        last_epoch(),
        Recipe(epochs=12, batch=4, learning_rate=2e-2, averaging=0.0),
        tmp_path,
    )
    assert entities.predict(head, examples)[:2] == [[Span(4, 8, "product")], []]
