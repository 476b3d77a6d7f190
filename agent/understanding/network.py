"""The question reader's network: the trunk's word embeddings, a fine-tuned copy of its layers, and its outputs."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from agent.understanding.labels import CARRIED, CHOICES, KINDS, KNOWN, MARKS, POINTERS, TAGS
from index.encoding.network import attention_bias, load_branch, mean_pool, shape_in
from index.encoding.trunk import load_trunk

OF_WORDS = ("tags", "starts")  # outputs for each word; the others are for the whole question
OWN_LAYERS = 6  # of the trunk's layers, how many of the upper ones are the reader's own


class QuestionNetwork(nn.Module):
    """Kind of question, slot tags, where parts begin, chosen constants, pointers and carried arguments, from one
    pass.
    """

    def __init__(self, trunk: Any, layers: int = OWN_LAYERS) -> None:
        super().__init__()
        self.layers = copy.deepcopy(trunk.encoder.layer[-layers:])
        width = trunk.config.hidden_size
        # The trunk is uncased and was never shown two texts: letter case and what is context come as marks.
        self.marks = nn.Embedding(MARKS, width)
        nn.init.normal_(self.marks.weight, std=0.02)
        # Nor has it seen the index: what that knows by name comes as marks, too, which say nothing at first.
        self.known = nn.Embedding(len(KNOWN), width)
        nn.init.zeros_(self.known.weight)
        sizes = {"kind": len(KINDS), "tags": len(TAGS), "starts": 2, "carried": len(CARRIED)}
        sizes |= {name: len(values) for name, values in (CHOICES | POINTERS).items()}
        # "type" is a name that torch keeps for itself.
        self.heads = nn.ModuleDict(
            {f"{name}_head": nn.Linear(width if name in OF_WORDS else 2 * width, size) for name, size in sizes.items()}
        )
        self.dropout = nn.Dropout(0.1)
        # What is below the reader's own layers is the trunk's and is not saved with it.
        self._below = [trunk.embeddings.eval(), *trunk.encoder.layer[:-layers].eval()]

    def _apply(self, fn: Callable[..., Any], recurse: bool = True) -> QuestionNetwork:
        for module in self._below:  # goes where the network goes
            module._apply(fn, recurse)
        return super()._apply(fn, recurse)

    def forward(self, ids: Tensor, mask: Tensor, marks: Tensor, known: Tensor) -> dict[str, Tensor]:
        """(batch, length) ids, mask, marks and known → logits: ``tags`` (batch, length, tags) and ``starts``
        (batch, length, 2: no or yes), the others (batch, classes)."""
        embeddings, *below = self._below
        with torch.no_grad():
            states = embeddings(input_ids=ids)
            bias = attention_bias(mask, states.dtype)
            for layer in below:
                states = layer(states, bias)
        states = states + self.marks(marks) + self.known(known)
        for layer in self.layers:
            states = layer(states, bias)
        states = self.dropout(states)
        # The first token gathers the whole, the mean keeps every word in sight.
        pooled = torch.cat([states[:, 0], mean_pool(states, mask)], dim=-1)
        heads = {name.removesuffix("_head"): head for name, head in self.heads.items()}
        return {name: head(states if name in OF_WORDS else pooled) for name, head in heads.items()}


def load_question_network(path: Path) -> QuestionNetwork:
    """The network whose weights are in ``path``, with as many layers of its own as these have; evaluation mode.

    Raises AnalystError if the file is missing.
    """
    return load_branch(QuestionNetwork(load_trunk(), shape_in(path)[0]), path)
