"""How right the analyses were measured to be, in sentences that need no statistics."""

from __future__ import annotations

from dataclasses import dataclass

# Of an analysis the figure that says most, and its sentence: what is meant by "so many of 100".
TOLD: dict[tuple[str, str], str] = {
    ("sentiment", "validation macro recall"): "the tone of {} in 100 posts is what people said it is",
    ("entities", "validation btc precision"): "of 100 names that are found in posts, {} are names",
    ("entities", "validation btc recall"): "of 100 names that stand in posts, {} are found",
    ("phrases", "two fold inspec precision at 5"): "of 100 key phrases, {} are ones that people chose as well",
    ("targeting", "left out AUC"): "of 100 pairs of a person who engages and one who does not, {} are ranked right",
    ("questions", "held out right tool"): "of 100 questions as people ask them, {} reach the right tool",
}  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A figure of ``accuracy[analysis][measure]``: ``before`` and ``after`` are the words around ``hundredths``."""

    analysis: str
    measure: str
    before: str
    hundredths: int
    after: str

    @property
    def words(self) -> str:
        return f"{self.before}{self.hundredths}{self.after}"


def plain_accuracy(accuracy: dict[str, dict[str, float]]) -> list[Told]:
    """What was measured, in words, where it was."""
    found = []
    for (analysis, measure), sentence in TOLD.items():
        key = next((name for name in accuracy.get(analysis, {}) if name.casefold() == measure.casefold()), None)
        if key is not None:
            before, _, after = sentence.partition("{}")
            found.append(Told(analysis, key, before, round(100 * accuracy[analysis][key]), after))
    return found
