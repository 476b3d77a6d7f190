"""Measures of the heads, and the readers of what they are trained on."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from index.encoding.network import ENTITY_TYPES, TAGS
from index.encoding.normalize import Wording
from index.encoding.tagging import Span, Word
from index.training.data import (
    LABELS,
    UNLABELLED,
    Tagged,
    read_entities,
    read_sentiment,
    read_targets,
)
from index.training.entities import allowed_tags, in_corpus_terms
from index.training.measures import calibration_error, fit_temperature, macro_f1, macro_recall, span_f1


def test_macro_recall_weighs_classes_alike() -> None:
    gold, predicted = torch.tensor([0, 0, 0, 0, 1, 2]), torch.tensor([0, 0, 0, 1, 1, 0])
    assert macro_recall(predicted, gold) == pytest.approx((0.75 + 1 + 0) / 3)


def test_calibration_error() -> None:
    sure = torch.tensor([[1.0, 0.0]] * 4)
    assert calibration_error(sure, torch.tensor([0, 0, 0, 0])) == pytest.approx(0)
    assert calibration_error(sure, torch.tensor([0, 0, 1, 1])) == pytest.approx(0.5)
    assert calibration_error(torch.tensor([[0.75, 0.25]] * 4), torch.tensor([0, 0, 0, 1])) == pytest.approx(0, abs=1e-6)


def test_temperature_undoes_scaling() -> None:
    torch.manual_seed(0)
    logits = torch.randn(4000, 3)
    gold = torch.distributions.Categorical(logits=logits).sample()
    assert fit_temperature(logits * 2, gold) == pytest.approx(2, abs=0.2)


def test_span_f1_needs_limits_and_type() -> None:
    a, b, c = Span(0, 4, "person"), Span(0, 4, "product"), Span(5, 9, "person")
    assert span_f1([[a]], [[a]]) == {"precision": 1, "recall": 1, "f1": pytest.approx(1)}
    assert span_f1([[b, c]], [[a, c]])["f1"] == pytest.approx(0.5)
    assert span_f1([[a], []], [[], [a]])["f1"] == 0
    assert span_f1([[]], [[]])["f1"] == 0


def test_every_label_maps_to_our_types() -> None:
    ours = {kind for kinds in LABELS.values() for kind in kinds}
    assert ours == set(ENTITY_TYPES)
    assert all(set(kinds) <= ours for kinds in UNLABELLED.values())


def test_read_entities(tmp_path: Path) -> None:
    rows = [
        {"tokens": ["I", "met", "Tim", "Cook", "at", "Apple"], "tags": ["O", "O", "B-PER", "I-PER", "O", "I-ORG"]},
        {"tokens": ["A", "B"], "tags": ["B-PER", "B-PER"]},
    ]
    path = tmp_path / "btc_train.jsonl.gz"
    path.write_bytes(gzip.compress("".join(json.dumps(row) + "\n" for row in rows).encode()))
    assert read_entities(path) == [
        Tagged("I met Tim Cook at Apple", [Span(6, 14, "PER"), Span(18, 23, "ORG")], "btc"),
        Tagged("A B", [Span(0, 1, "PER"), Span(2, 3, "PER")], "btc"),
    ]


def test_read_sentiment_takes_the_escapes_of_old_dumps_away(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    rows = [{"text": '\\"no\\"', "label": 2}, {"text": "C:\\users", "label": 0}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_sentiment(path) == (['"no"', "C:\\users"], [2, 0])


def names(row: torch.Tensor) -> set[str]:
    return {tag for tag, allowed in zip(TAGS, row.tolist(), strict=True) if allowed}


def allowed(text: str, spans: list[Span], corpus: str) -> list[set[str]]:
    """The tag names that each word of ``text`` (parted by blanks, and "@" a word of its own) may have."""
    words = [Word(0, 0, *match.span()) for match in re.finditer(r"@|[^\s@]+", text)]
    return [names(row) for row in allowed_tags(Tagged(text, spans, corpus), Wording(text), words)]


def test_allowed_tags_of_a_coarse_corpus() -> None:
    outside, misc, org = allowed("so iPad Nike", [Span(3, 7, "MISC"), Span(8, 12, "ORG")], "btc")
    assert outside == {"O", "B-product", "I-product", "B-work", "I-work", "B-group", "I-group"}
    assert misc == {"B-product", "B-work", "B-group"}
    assert org == {"B-organization", "B-group"}  # teams and bands are groups elsewhere
    assert allowed("so", [], "wnut17") == [{"O"}]


def test_handles_are_learned_only_where_they_are_tagged() -> None:
    at, name = allowed("@espn", [Span(0, 1, "ORG"), Span(1, 5, "ORG")], "btc")
    assert at == set(TAGS)
    assert name == {"B-organization", "B-group"}
    assert allowed("@espn hi", [], "wnut17") == [set(TAGS), set(TAGS), {"O"}]


def test_handles_are_scored_as_their_corpus_tags_them(tmp_path: Path) -> None:
    path = tmp_path / "btc_dev.jsonl"
    rows = [
        {"tokens": ["RT", "@", "espn", ":", "@me", "hi"], "tags": ["O", "B-ORG", "B-ORG", "O", "O", "O"]},
        {"tokens": ["a", "@", "8", "pm"], "tags": ["O", "O", "O", "O"]},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    example, other = read_entities(path)
    assert (example.text, other.text) == ("RT @espn : @me hi", "a @8 pm")
    read = [Span(4, 8, "organization"), Span(12, 14, "person")]
    assert in_corpus_terms(example, read, {"organization": "ORG", "person": "PER"}) == example.spans
    assert in_corpus_terms(replace(example, corpus="wnut17"), read, {"organization": "ORG", "person": "PER"}) == []


def test_macro_f1_by_hand() -> None:
    predicted, gold = torch.tensor([0, 0, 1, 2]), torch.tensor([0, 1, 1, 2])
    assert macro_f1(predicted, gold) == pytest.approx((2 / 3 + 2 / 3 + 1) / 3)


def test_read_targets_finds_the_name_as_a_word(tmp_path: Path) -> None:
    path = tmp_path / "targets.jsonl"
    rows = [
        {"text": "the ships of hp are fine", "target": "hp", "label": "positive"},
        {"text": "my #HewlettPackard died", "target": "hewlett packard", "label": "negative"},
        {"text": "no such name", "target": "nike", "label": "neutral"},
        {"text": "no target", "target": None, "label": "neutral"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert [(o.text[o.target.start : o.target.end], o.label) for o in read_targets(path)] == [
        ("hp", "positive"),
        ("HewlettPackard", "negative"),
    ]


def test_the_sign_of_a_hashtag_counts_as_the_corpora_count_it() -> None:
    text = "at #MetLife and # dallas"
    spans = [Span(4, 11, "organization"), Span(18, 24, "location")]
    found = in_corpus_terms(Tagged(text, [], "wnut17"), spans, {"organization": "corporation", "location": "location"})
    assert found == [Span(3, 11, "corporation"), Span(16, 24, "location")]
