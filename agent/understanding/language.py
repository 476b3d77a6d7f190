"""Whether a question is asked in another language than English, the only one that the question reader has read.

A question is told by the words that none does without. Names, handles and what is quoted or pasted say nothing: an
English question may be about La Roche-Posay, or hold a Spanish post.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = Path(__file__).parents[1] / "prompts" / "languages.yaml"
NAMES = re.compile(r"[\"“„«‘][^\"“”„«»’]*[\"”“»’]|(?<!\w)(?:@|#|/?r/|/?u/|https?://)\S+")
PASTED = re.compile(r"[:\n]\s*\S")
WORD = re.compile(r"[^\s.,;:!?¿¡()\[\]{}<>…—–/|*+&%$#@=~]+")  # \w would part words at the vowel signs of Hindi
OPENING = 4  # words; an English one among these makes a question English, whatever is pasted behind it


@dataclass(frozen=True)
class Language:
    """``asks`` and ``joins`` are words, ``parts`` pieces of words; ``answer`` says that only English is understood."""

    asks: frozenset[str]
    joins: frozenset[str]
    parts: tuple[str, ...]
    answer: str

    def counts(self, words: Sequence[str]) -> tuple[int, int]:
        """How many different ones of ``words`` ask, and how many ask or join."""
        asks = sum(word in self.asks or any(part in word for part in self.parts) for word in set(words))
        return asks, asks + sum(word in self.joins for word in set(words))


@dataclass(frozen=True)
class _Known:
    """The English words, those that others borrow, and the other languages without English words."""

    english: frozenset[str]
    borrowed: frozenset[str]
    languages: tuple[Language, ...]


def answer_to_foreign(question: str) -> str:
    """What to answer to a question that is not in English, in its own language; empty if it is, or may be, English."""
    known = _known()
    words = _words(question)
    if not words or any(word in known.english for word in words[:OPENING]):
        return ""
    english = sum(2 if word in known.english else word in known.borrowed or word.endswith("'s") for word in words)
    nearest = max(known.languages, key=lambda language: sum(language.counts(words)))
    asks, all_ = nearest.counts(words)
    enough = all_ >= english + 2 or (not english and _asks_plainly(question, words, nearest))
    return nearest.answer if asks and enough else ""


def answers() -> frozenset[str]:
    """Every answer that ``answer_to_foreign`` may give."""
    return frozenset(language.answer for language in _known().languages)


def _asks_plainly(question: str, words: Sequence[str], language: Language) -> bool:
    """Whether a single word is proof: it begins the question, or the question has signs of its own."""
    begins = len(words) > 2 and words[0] in language.asks
    return begins or "¿" in question or any(part in word for word in words for part in language.parts)


def _words(question: str) -> list[str]:
    """The words of the question itself in small letters, without names that are marked as such and pasted texts."""
    own = NAMES.sub(" ", question.strip())
    pasted = PASTED.search(own)
    return [word.replace("’", "'") for word in WORD.findall((own[: pasted.start()] if pasted else own).casefold())]


@cache
def _known() -> _Known:
    import yaml

    raw = yaml.safe_load(LANGUAGES.read_text(encoding="utf-8"))
    english = frozenset(raw["english"].split())
    languages = (
        Language(
            frozenset(entry.get("asks", "").split()) - english,
            frozenset(entry.get("joins", "").split()) - english,
            tuple(entry.get("parts", "").split()),
            entry["answer"],
        )
        for entry in raw["languages"].values()
    )
    return _Known(english, frozenset(raw["borrowed"].split()), tuple(languages))
