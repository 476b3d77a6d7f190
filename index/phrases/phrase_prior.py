"""How readily people choose a phrase as a topic, whatever its place in a text: the shipped counts of choices."""

from __future__ import annotations

import gzip
import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CHOICES = Path(__file__).parents[1] / "weights" / "choices.tsv.gz"
SHRINKAGE = 10.0  # texts in which a phrase is taken to have been chosen as often as any, before its own are counted
LEAST_TEXTS = 3


@dataclass(frozen=True)
class Choices:
    """For each phrase in how many texts it stood and for how many of them it was chosen; and ``rates``, the share of
    all single words and of all longer phrases that were.
    """

    counts: dict[str, tuple[int, int]]
    rates: tuple[float, float]

    def lean(self, phrase: str, *, stood: int = 0, chosen: int = 0) -> float:
        """Log of how much more often than others ``phrase`` is chosen, shrunk towards 0 where it is rare.

        ``stood`` and ``chosen`` are taken from its counts: a text that is learned from must not vote for itself.
        """
        seen, taken = self.counts.get(phrase, (0, 0))
        seen, taken = max(0, seen - stood), max(0, taken - chosen)
        rate = self.rates[" " in phrase]
        return math.log((taken + SHRINKAGE * rate) / (seen + SHRINKAGE) / rate)


def count_choices(texts: Iterable[tuple[set[str], set[str]]]) -> Choices:
    """From each text's candidates and those of them that were chosen."""
    seen: Counter[str] = Counter()
    taken: Counter[str] = Counter()
    for candidates, chosen in texts:
        seen.update(candidates)
        taken.update(candidates & chosen)
    rates = [
        max(1, sum(n for phrase, n in taken.items() if (" " in phrase) == longer))
        / max(1, sum(n for phrase, n in seen.items() if (" " in phrase) == longer))
        for longer in (False, True)
    ]
    return Choices({phrase: (n, taken[phrase]) for phrase, n in seen.items()}, (rates[0], rates[1]))


def save_choices(choices: Choices, path: Path = CHOICES) -> None:
    """Phrases that stood in ``LEAST_TEXTS`` texts, one a line."""
    kept = sorted((phrase, n) for phrase, n in choices.counts.items() if n[0] >= LEAST_TEXTS)
    lines = ["\t".join(f"{rate:.6g}" for rate in choices.rates)]
    lines += [f"{phrase}\t{stood}\t{chosen}" for phrase, (stood, chosen) in kept]
    path.write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))


@cache
def shipped_choices() -> Choices:
    """The counts that ship with the project."""
    first, *rows = gzip.decompress(CHOICES.read_bytes()).decode("utf-8").split("\n")
    single, longer = map(float, first.split("\t"))
    counts = {phrase: (int(stood), int(chosen)) for phrase, stood, chosen in (row.split("\t") for row in rows)}
    return Choices(counts, (single, longer))
