"""The banks of phrasings as rows: which there are, what is held out of training, and what their constants mean."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PHRASINGS = Path(__file__).parent / "phrasings"
LANGUAGES = {  # how a language is said, by the code that the phrasings have for it
    "en": (r"\benglish\b", r"\ben\b"), "de": (r"\bgerman\b",), "fr": (r"\bfrench\b",), "es": (r"\bspanish\b",),
    "pt": (r"\bportuguese\b",), "it": (r"\bitalian\b",),
}  # fmt: skip
TERMS = {  # the glossary's titles, by the word that the phrasings have for them
    "privacy": "Where the data goes", "accuracy": "Accuracy", "never_inferred": "What is never inferred",
    "ranking": "Probability of engaging", "probability": "Probability of engaging", "interval": "Interval",
    "model": "The model", "small_sample": "Small samples", "tone": "Tone", "sentiment": "Tone", "theme": "Themes",
    "segments": "Segments", "segment": "Segments", "engagement": "Engagement", "lift": "Lift",
    "share_of_voice": "Share of voice", "similarity": "Lookalikes", "growth": "Growth", "mention": "Posts about a name",
    "reach": "Expected engaged", "match": "Probability of engaging", "score": "Probability of engaging",
    "percentage": "Probability of engaging", "hour": "Engagement",
}  # fmt: skip


def rows_of(name: str) -> list[str]:
    """The rows of ``phrasings/NAME.txt``."""
    return _lines(PHRASINGS / f"{name}.txt")


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def phrasings_of(tool: str) -> list[str]:
    """Its phrasings, those with conditions last."""
    conditions = PHRASINGS / "conditions" / f"{tool}.txt"
    return rows_of(tool) + (_lines(conditions) if conditions.is_file() else [])


def split(items: list[Any], held_out: bool, every: int = 20) -> list[Any]:
    """Every twentieth item, or ``every`` such, is held out."""
    return [item for i, item in enumerate(items) if (i % every == every - 1) == held_out] or items


def constants_of(words: str, constants: str) -> dict[str, Any]:
    """``by=month language=en`` as arguments; a language in the words in which it is said."""
    args: dict[str, Any] = dict(pair.split("=", 1) for pair in constants.split())
    if code := args.pop("language", None):
        said = next((found[0] for name in LANGUAGES[code] if (found := re.search(name, words, re.IGNORECASE))), None)
        args |= {"language": said} if said else {}
    if "term" in args:
        args |= {"term": TERMS.get(args.pop("term"), "")}
    return {name: value for name, value in args.items() if value}
