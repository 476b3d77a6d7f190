"""Offsets and temperature, chosen for the kind of text that fares worst."""

from __future__ import annotations

import pytest
import torch

from index.training.calibrate import GIVEN_UP, figures, offsets_for, temperature_for
from index.training.measures import macro_recall


def kind(shift: list[float], seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that are right but for a shift, and what is true."""
    torch.manual_seed(seed)
    logits = torch.randn(4000, 3) * 1.5
    gold = torch.distributions.Categorical(logits=logits).sample()
    return logits + torch.tensor(shift), gold


def test_offsets_lie_between_kinds_that_want_different_ones() -> None:
    plain, felt = kind([0.0, 0.0, 0.0], 0), kind([0.8, 0.0, 0.8], 1)
    had = macro_recall(plain[0].argmax(1), plain[1])
    alone = offsets_for({"felt": felt})
    both = offsets_for({"plain": plain, "felt": felt})
    assert alone[0] == pytest.approx(-0.8, abs=0.25) and alone[1] == 0
    assert -0.7 <= both[0] <= -0.1 and -0.7 <= both[2] <= -0.1
    assert macro_recall((plain[0] + both).argmax(1), plain[1]) >= had - GIVEN_UP
    logits, gold = felt
    assert macro_recall((logits + both).argmax(1), gold) > macro_recall(logits.argmax(1), gold)


def test_the_temperature_helps_the_worst_kind() -> None:
    right, sure = kind([0.0, 0.0, 0.0], 0), kind([0.0, 0.0, 0.0], 1)
    kinds = {"right": right, "sure": (sure[0] * 2, sure[1])}
    assert 1.1 < temperature_for(kinds) < 2
    found = figures(kinds, torch.zeros(3), 1.0)
    assert found["sure"]["ece"] > 0.08 > found["right"]["ece"]
    assert found["right"]["macro_recall"] == pytest.approx(
        sum(found["right"][tone] for tone in ("negative", "neutral", "positive")) / 3
    )
