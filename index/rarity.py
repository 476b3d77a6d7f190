"""How rare words are in social posts: the shipped table of counts."""

from __future__ import annotations

import gzip
import math
from functools import cache
from pathlib import Path

RARITY = Path(__file__).parent / "weights" / "rarity.tsv.gz"


@cache
def rarities() -> tuple[dict[str, float], float]:
    """Rarity of each known word, and of unknown ones: log of all posts / posts with the word, from 0 to about 12."""
    rows = gzip.decompress(RARITY.read_bytes()).decode("utf-8").split("\n")
    posts = int(rows[0])
    known = (row.split("\t") for row in rows[1:] if row)
    return {word: math.log(posts / int(carriers)) for word, carriers in known}, math.log(posts)
