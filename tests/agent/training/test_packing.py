"""Rows of conversations that share a prefix: what a token may see, and what is learned."""

from __future__ import annotations

from itertools import islice
from typing import Any

import pytest

from agent.training.conversations import Conversations
from agent.training.loop import IGNORED, Schedule, attention_mask


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from agent.training.tokenizer import train_tokenizer

    return train_tokenizer(["who would like Nike? 62 % @ana_7\n"] * 4)


def test_a_conversation_sees_the_prefix_and_itself() -> None:
    import torch

    mask = attention_mask(torch.tensor([[0, 0, 1, 1, 2, 2]]))[0, 0]
    assert mask[3].tolist() == [True, True, True, True, False, False]
    assert mask[5].tolist() == [True, True, False, False, True, True]
    assert mask[1].tolist() == [True, True, False, False, False, False]


def test_rows_hold_whole_conversations(
    tokenizer: Any, conversations: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    from agent.training import finetune

    prefix = finetune.prefix_ids(tokenizer)
    monkeypatch.setattr(finetune, "LENGTH", len(prefix) + 700)
    for batch in islice(finetune.packed(tokenizer, iter(conversations), 2), 2):
        assert batch.ids.shape == batch.labels.shape == (2, len(prefix) + 700)
        assert batch.segments is not None and batch.positions is not None
        for row in range(2):
            ids, labels = batch.ids[row].tolist(), batch.labels[row].tolist()
            assert ids[: len(prefix)] == prefix
            assert set(labels[: len(prefix)]) == {IGNORED}
            assert any(label != IGNORED for label in labels)
            assert all(label in (IGNORED, token) for token, label in zip(ids, labels, strict=True))
            segments, positions = batch.segments[row].tolist(), batch.positions[row].tolist()
            assert segments == sorted(segments)
            for segment in set(segments[len(prefix) :]) - {segments[-1]}:
                first = segments.index(segment)
                assert positions[first] == len(prefix)


def test_the_schedule_warms_up_and_decays() -> None:
    schedule = Schedule(steps=1000, learning_rate=1.0, warmup=100, decay=0.5)
    assert schedule.rate(0) == pytest.approx(0.01)
    assert schedule.rate(99) == schedule.rate(400) == pytest.approx(1.0)
    assert schedule.rate(750) == pytest.approx(0.5)
    assert schedule.rate(2000) == pytest.approx(0.02)
