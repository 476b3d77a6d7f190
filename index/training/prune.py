"""Narrower layers: of each feed-forward part only the inner values that matter most are kept.

What an inner value matters is its mean size over texts times the length of the weights that read it (structured pruning
by magnitude and activation, as in Sun et al., 2023, "Wanda", for whole columns). What is lost is learned again from the
head that was pruned (``--teachers``).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from index.encoding.network import UpperLayers, narrow

TEXTS = 2048  # that are read to see what matters
BATCH = 64


@torch.no_grad()
def prune(branch: UpperLayers, inner: int, texts: int, read: Callable[[list[int]], Any]) -> None:
    """Leave ``inner`` values in each layer of ``branch``, chosen by what they are in some of so many ``texts``.

    ``read`` takes the texts of a batch, by their places, through the branch.
    """
    sizes = [torch.zeros(layer.intermediate.dense.out_features) for layer in branch.layers]
    hooks = [
        layer.intermediate.register_forward_hook(_adding(total))
        for layer, total in zip(branch.layers, sizes, strict=True)
    ]
    branch.eval()
    places = random.Random(0).sample(range(texts), min(TEXTS, texts))
    for start in range(0, len(places), BATCH):
        read(places[start : start + BATCH])
    for hook in hooks:
        hook.remove()
    kept = []
    for layer, size in zip(branch.layers, sizes, strict=True):
        matters = size * layer.output.dense.weight.detach().float().norm(dim=0).cpu()
        kept.append(matters.topk(inner).indices.sort().values)
    weights = branch.state_dict()
    for place, chosen in enumerate(kept):
        layer = f"layers.{place}."
        for name in (layer + "intermediate.dense.weight", layer + "intermediate.dense.bias"):
            weights[name] = weights[name][chosen]
        weights[layer + "output.dense.weight"] = weights[layer + "output.dense.weight"][:, chosen]
    narrow(branch, inner)
    branch.load_state_dict(weights)


def _adding(total: Tensor) -> Callable[[nn.Module, Any, Tensor], None]:
    def add(layer: nn.Module, given: Any, inner: Tensor) -> None:
        total.add_(inner.detach().float().abs().flatten(0, -2).mean(0).cpu())

    return add
