"""The network that judges what membership of a group would reveal: shared lower layers, fine-tuned upper ones."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from index.encoding.network import UpperLayers, mean_pool

TRAITS = (
    "none",
    "religion",
    "ethnicity",
    "health",
    "sexuality",
    "politics",
    "minor",
    "immigration",
    "criminal",
    "address",
)
SHARED = 3  # lower layers that are the trunk's own and are not saved with the weights


class RevealingNetwork(UpperLayers):
    """Whether a text asks for people by what is nobody's business, and by which trait."""

    def __init__(self, trunk: Any, shared: int = SHARED) -> None:
        super().__init__(trunk, shared=shared)
        self.verdict = nn.Linear(2 * trunk.config.hidden_size, 1 + len(TRAITS))

    def forward(self, lower: Tensor, mask: Tensor) -> Tensor:
        """States (batch, length, width) after the shared layers and mask (batch, length) → logits (batch, 1 + traits).

        The first is that of being refused, the others are those of ``TRAITS``.
        """
        states = self.states(lower, mask).float()
        # The first token gathers the whole, the mean keeps every word in sight.
        with torch.autocast("cpu", enabled=False):
            pooled = torch.cat([states[:, 0], mean_pool(states, mask)], dim=-1)
            return self.verdict(self.dropout(pooled))  # type: ignore[no-any-return]
