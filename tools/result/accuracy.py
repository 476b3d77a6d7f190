"""How right the analyses were measured to be, in sentences that need no statistics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tools.result.words import percent

# Of an analysis the figure that says most, and its sentence.
TOLD: dict[tuple[str, str], str] = {
    ("sentiment", "dev macro recall"): "of the tones of posts, {} are what people said they are",
    ("entities", "dev btc precision"): "of the names that are found, {} are names",
    ("entities", "dev btc recall"): "of the names that stand in posts, {} are found",
    ("phrases", "two fold inspec precision at 5"): "of the key phrases, {} are ones that people chose as well",
    ("targeting", "left out auc"): "of pairs of a person who engages and one who does not, {} are ranked right",
    ("questions", "held out right tool"): "of questions as people ask them, {} reach the right tool",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A figure of ``accuracy[analysis][measure]``, a ``share``; ``before`` and ``after`` are the words around it."""

    analysis: str
    measure: str
    before: str
    share: float
    after: str

    @property
    def words(self) -> str:
        return f"{self.before}{percent(self.share)}{self.after}"


def plain_accuracy(accuracy: Mapping[str, Mapping[str, float]]) -> list[Told]:
    """What was measured, in words, where it was."""
    found = []
    for (analysis, measure), sentence in TOLD.items():
        figures = accuracy.get(analysis, {})
        key = next((name for name in figures if name.casefold() == measure), None)
        if key is not None:
            before, _, after = sentence.partition("{}")
            found.append(Told(analysis, key, before, figures[key], after))
    return found
