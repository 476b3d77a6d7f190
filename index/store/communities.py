"""One vector for each community: what the words of its name mean."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.encoding.encoder import Encoder
from index.encoding.trunk import WIDTH

STEP = 2048


def name_words(community: str) -> str:
    """A community's name as words: ``MechanicalKeyboards`` → ``Mechanical Keyboards``."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\d]+", " ", community)
    return " ".join(parted.split()) or community


def community_vectors(communities: Sequence[str], encoder: Encoder) -> np.ndarray:
    """(communities, 384) fp32: the vector of each one's name."""
    parts = [np.zeros((0, WIDTH), dtype=np.float32)]
    for start in range(0, len(communities), STEP):
        parts.append(encoder.embed([name_words(name) for name in communities[start : start + STEP]]))
    return np.concatenate(parts)
