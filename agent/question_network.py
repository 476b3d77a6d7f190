"""The question reader's network: the trunk's lower layers, a fine-tuned copy of its upper ones, and its outputs."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from agent.question_reader import CARRIED, CHOICES, KINDS, TAGS
from index.network import LowerLayers, UpperLayers, mean_pool

SHARED_LAYERS = 3  # of the trunk, which are not learned anew


class QuestionNetwork(nn.Module):
    """Kind of question, slot tags, chosen constants and carried arguments, from one pass."""

    def __init__(self, trunk: Any) -> None:
        super().__init__()
        self.upper = UpperLayers(trunk, shared=SHARED_LAYERS)
        width = trunk.config.hidden_size
        sizes = {"kind": len(KINDS), "tags": len(TAGS), "carried": len(CARRIED)}
        sizes |= {name: len(values) for name, values in CHOICES.items()}
        # "type" is a name that torch keeps for itself.
        self.heads = nn.ModuleDict(
            {f"{name}_head": nn.Linear(width if name == "tags" else 2 * width, size) for name, size in sizes.items()}
        )
        self.dropout = nn.Dropout(0.1)
        # The lower layers are the trunk's own and are not saved with the reader.
        self._lower = [LowerLayers(trunk, SHARED_LAYERS).eval()]

    def forward(self, ids: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """(batch, length) ids and mask → logits: ``tags`` (batch, length, tags), the others (batch, classes)."""
        with torch.no_grad():
            lower = self._lower[0](ids, mask)
        return self.outputs(lower, mask)

    def outputs(self, lower: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """From the lower layers' states (batch, length, width)."""
        states = self.dropout(self.upper.states(lower, mask))
        # The first token gathers the whole, the mean keeps every word in sight.
        pooled = torch.cat([states[:, 0], mean_pool(states, mask)], dim=-1)
        heads = {name.removesuffix("_head"): head for name, head in self.heads.items()}
        return {name: head(states if name == "tags" else pooled) for name, head in heads.items()}
