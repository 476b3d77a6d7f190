"""Key phrases of a post, from the same pass that made its embedding.

Candidates are runs of content words; a candidate's vector is the mean of its words' contextual states, its score the
cosine to the post's embedding (the idea of KeyBERT, Grootendorst 2020, without a second encoding), and maximal marginal
relevance (Carbonell and Goldstein, 1998) keeps the chosen ones apart.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.encoder import Reading
from index.spans import Word

LONGEST = 3  # words in a phrase
DIVERSITY = 0.4  # 0 takes the best scores only, 1 only what differs most
# Words that carry nothing in social posts, beyond spaCy's stop words.
CHATTER = frozenset(
    """
    like actually really having got getting gets going gonna wanna bc lol lmao im dont didnt doesnt cant isnt wont
    thats youre ive hes shes mean means guess think thought know knew want wanted said says say thing things stuff lot
    yeah yes nope ok okay pretty maybe definitely basically literally probably way kinda sort hey oh omg tbh imo idk
    u ur ya haha right sure let need needs went come came look looks looking read people
    """.split()  # noqa: SIM905
)
_NOISE = re.compile(r"https?://\S+|www\.\S+|[@]\w[\w.-]*|\b[\w.-]+\.(?:com|org|net|io)\S*")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key phrase in lower case and its cosine to the whole post."""

    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class _Candidate:
    text: str
    first: int
    last: int  # inclusive, index into the post's words


def key_phrases(text: str, reading: Reading, limit: int = 5) -> list[Phrase]:
    """The ``limit`` phrases that say most of a post, best first."""
    candidates = _candidates(text, reading.words)
    if not candidates:
        return []
    sums = np.vstack([np.zeros_like(reading.word_vectors[:1]), np.cumsum(reading.word_vectors, axis=0)])
    vectors = np.stack([sums[c.last + 1] - sums[c.first] for c in candidates])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    scores = vectors @ reading.embedding
    return [Phrase(candidates[i].text, float(scores[i])) for i in diverse(scores, vectors, limit)]


def diverse(scores: np.ndarray, vectors: np.ndarray, limit: int) -> list[int]:
    """Maximal marginal relevance: indices of ``limit`` rows of ``vectors`` (n, width), best first."""
    chosen: list[int] = []
    nearest = np.full(len(scores), -1.0)
    left = np.ones(len(scores), dtype=bool)
    while left.any() and len(chosen) < limit:
        gain = (1 - DIVERSITY) * scores - DIVERSITY * np.maximum(nearest, 0)
        best = int(np.where(left, gain, -np.inf).argmax())
        chosen.append(best)
        left[best] = False
        nearest = np.maximum(nearest, vectors @ vectors[best])
    return chosen


def _candidates(text: str, words: Sequence[Word]) -> list[_Candidate]:
    noise = [match.span() for match in _NOISE.finditer(text)]
    runs: list[list[int]] = [[]]
    for place, word in enumerate(words):
        if not _is_content(text, word) or any(start <= word.start < end for start, end in noise):
            runs.append([])
            continue
        if runs[-1] and text[words[runs[-1][-1]].end : word.start].strip(" \t-"):
            runs.append([])
        runs[-1].append(place)
    found: dict[str, _Candidate] = {}
    for run in runs:
        for i in range(len(run)):
            for j in range(i, min(i + LONGEST, len(run))):
                phrase = " ".join(text[words[run[i]].start : words[run[j]].end].lower().split())
                found.setdefault(phrase, _Candidate(phrase, run[i], run[j]))
    return list(found.values())


def _is_content(text: str, word: Word) -> bool:
    from spacy.lang.en.stop_words import STOP_WORDS

    surface = text[word.start : word.end].lower()
    # "t" and "didn" of "didn't" and "s" of "it's" are words to the tokenizer.
    contracted = text[max(0, word.start - 1) : word.start] in ("'", "’") or text[word.end : word.end + 2] in (
        "'t",
        "’t",
    )
    stop = surface in STOP_WORDS or surface in CHATTER
    return len(surface) > 1 and not stop and not contracted and any(c.isalpha() for c in surface)
