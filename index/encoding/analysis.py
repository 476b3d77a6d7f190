"""All that the index keeps of a post, made of what the encoder read in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from spacy.lang.en.stop_words import STOP_WORDS

from index.encoding.encoder import Reading
from index.encoding.normalize import hashtag_words
from index.encoding.tagging import Span
from index.entities.mentions import Mention, canonical
from index.phrases.keywords import Phrase, key_phrases

_HASHTAG = re.compile(r"(?<![\w&])#\w+")


@dataclass(frozen=True, slots=True)
class Analysis:
    """``embedding`` (384,) is fp32 of length 1; ``sentiment`` (3,) are the probabilities of negative, neutral,
    positive; ``phrases`` are the key phrases, best first.
    """

    embedding: np.ndarray
    sentiment: np.ndarray
    mentions: list[Mention]
    phrases: list[Phrase]


def analysis_of(post: str, reading: Reading) -> Analysis:
    """The analysis of a ``post``."""
    mentions = mentions_in(post, zip(reading.entities, reading.tones.tolist(), strict=True))
    return Analysis(reading.embedding, reading.sentiment, mentions, key_phrases(post, reading))


def mentions_in(post: str, names: Iterable[tuple[Span, Sequence[float]]]) -> list[Mention]:
    """Those of ``names`` in a ``post``, each with the tone toward it, that name something."""
    hashtags = [match.span() for match in _HASHTAG.finditer(post)]
    mentions = []
    for span, tone in names:
        surface = post[span.start : span.end]
        name = canonical(surface)
        # "@ana" is somebody being spoken to, not spoken of; "@Nike" is both, and found as an organization.
        addressed = span.type == "person" and "@" in post[max(0, span.start - 1) : span.start + 1]
        if _is_name(name) and not addressed:
            tagged = any(start <= span.start < end for start, end in hashtags)
            text = hashtag_words(surface.lstrip("#")) if tagged else surface
            negative, neutral, positive = tone
            mentions.append(Mention(span.start, span.end, text, span.type, name, (negative, neutral, positive)))
    return mentions


def _is_name(name: str) -> bool:
    return len(name) > 1 and any(letter.isalpha() for letter in name) and name not in STOP_WORDS
