"""One vector for each community: what the words of its name mean."""

from __future__ import annotations

import re
from pathlib import Path

from index.encoder import Encoder
from index.facts import Facts
from index.vectors import Vectors

STEP = 2048


def name_words(community: str) -> str:
    """A community's name as words: ``MechanicalKeyboards`` → ``Mechanical Keyboards``."""
    parted = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\d]+", " ", community)
    return " ".join(parted.split()) or community


def store_communities(folder: Path, encoder: Encoder, vectors: Vectors) -> None:
    """The vector of each community's name into the collection ``communities``; ``folder`` is that of the facts."""
    facts = Facts(folder)
    rows = facts.rows("SELECT DISTINCT community FROM posts WHERE community IS NOT NULL ORDER BY 1")
    facts.close()
    names = [name for (name,) in rows]
    for start in range(0, len(names), STEP):
        part = names[start : start + STEP]
        vectors.add("communities", part, encoder.embed([name_words(name) for name in part]))
