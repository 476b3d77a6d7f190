"""Soft labels: what trained heads hold likely, so that a head with fewer layers learns from deeper ones.

The mean over several heads is better than each of them, and they also label texts that nobody labelled (Hinton et al.,
2015, "Distilling the Knowledge in a Neural Network"; Bucila et al., 2006, "Model Compression").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from index.encoding.network import Head, LowerLayers, load_head
from index.encoding.tagging import Span
from index.training.data import UNTOLD, Tagged, read_entities, read_rows, text_of
from index.training.loop import device

SHARE = 0.7  # of the soft labels in the loss of a text that has a label too
LETTERS = 300  # of an unlabelled text; what follows teaches little more


def mean_said(
    teachers: Sequence[Path],
    kind: Callable[[Any, int], Head],
    trunk: Any,
    say: Callable[[Head, LowerLayers], Sequence[Tensor]],
) -> list[Tensor]:
    """For each text the mean of the probabilities that ``say`` draws from each of ``teachers`` (weights of heads).

    ``say`` gets the head and the lower layers below it. Raises AnalystError if weights are missing.
    """
    mean: list[Tensor] = []
    for path in teachers:
        head = load_head(kind, trunk, path)
        said = say(head.to(device()), LowerLayers(trunk, head.shared))
        parts = [tensor / len(teachers) for tensor in said]
        mean = [before + part for before, part in zip(mean, parts, strict=True)] if mean else parts
    return mean


def read_untold(paths: Sequence[Path], most: int) -> list[Tagged]:
    """Texts whose labels are not read, of each file at most ``most``, spread over it. Names tagged in them are kept as
    places of names.
    """
    found: list[Tagged] = []
    for path in paths:
        rows = list(_texts(path))
        found += rows[:: max(1, -(-len(rows) // most))]
    return found


def _texts(path: Path) -> list[Tagged]:
    if "tokens" in next(read_rows(path)):
        tagged = read_entities(path)
        return [Tagged(row.text, [Span(s.start, s.end, UNTOLD) for s in row.spans], UNTOLD) for row in tagged]
    texts = (" ".join(text_of(row).split())[:LETTERS] for row in read_rows(path))
    return [Tagged(text, [], UNTOLD) for text in texts if text]
