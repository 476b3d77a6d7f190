"""Between tokens and text: the words of a tokenised post, their shapes, and tags as character spans."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# What people write as one word: letters and digits with single joints between them ("Chick-fil-A", "H&M",
# "McDonald's").
_WRITTEN_WORD = re.compile(r"\w+(?:[-'’&.+]\w+)*\+?")
LOWER, TITLE, UPPER, MIXED, DIGIT, OTHER, HANDLE = range(7)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text: characters ``start`` to ``end`` (exclusive) and what it names."""

    start: int
    end: int
    type: str


@dataclass(frozen=True, slots=True)
class Word:
    """One pre-token (letters, or one punctuation mark): its pieces ``piece`` to ``last`` and its characters."""

    piece: int
    last: int
    start: int
    end: int


def words_of(encoding: Any) -> list[Word]:
    """The words of one ``tokenizers.Encoding``, in order, special tokens left out."""
    words: list[Word] = []
    previous = None
    for piece, (word_id, (start, end)) in enumerate(zip(encoding.word_ids, encoding.offsets, strict=True)):
        if word_id is not None and word_id == previous:
            words[-1] = Word(words[-1].piece, piece, words[-1].start, end)
        elif word_id is not None:
            words.append(Word(piece, piece, start, end))
        previous = word_id
    return words


def shape_of(text: str, start: int, end: int) -> int:
    """The letter-case shape of a word: the uncased trunk cannot see it."""
    if start and text[start - 1] == "@":
        return HANDLE
    word = text[start:end]
    if any(letter.isdigit() for letter in word):
        return DIGIT
    if not any(letter.isalpha() for letter in word):
        return OTHER
    if word.islower():
        return LOWER
    if word.isupper():
        return UPPER if len(word) > 1 else TITLE
    return TITLE if word[0].isupper() and word[1:].islower() else MIXED


def shapes_of(text: str, words: Sequence[Word], pieces: int) -> list[int]:
    """One shape for each of ``pieces`` tokens; the pieces of a word share it."""
    shapes = [OTHER] * pieces
    for word in words:
        shape = shape_of(text, word.start, word.end)
        shapes[word.piece : word.last + 1] = [shape] * (word.last + 1 - word.piece)
    return shapes


def spans_from_tags(words: Sequence[Word], tags: Sequence[str]) -> list[Span]:
    """BIO tags of words → character spans. An I- tag with no beginning starts a span of its own."""
    spans: list[Span] = []
    inside = ""
    for word, tag in zip(words, tags, strict=True):
        prefix, _, kind = tag.partition("-")
        if prefix == "O":
            inside = ""
        elif prefix == "I" and kind == inside:
            spans[-1] = Span(spans[-1].start, word.end, kind)
        else:
            spans.append(Span(word.start, word.end, kind))
            inside = kind
    return spans


def tags_from_spans(words: Sequence[Word], spans: Sequence[Span]) -> list[str]:
    """Character spans → a BIO tag for each word that they cover."""
    tags = []
    for word in words:
        cover = next((span for span in spans if span.start <= word.start and word.end <= span.end), None)
        tags.append("O" if cover is None else ("B-" if cover.start == word.start else "I-") + cover.type)
    return tags


def whole_words(text: str, spans: Sequence[Span]) -> list[Span]:
    """``spans`` widened to words as people write them, since the tokenizer parts "Chick-fil-A" into five; overlaps
    become one.
    """
    limits = [match.span() for match in _WRITTEN_WORD.finditer(text)]
    widened: list[Span] = []
    for span in spans:
        touched = [(start, end) for start, end in limits if start < span.end and end > span.start]
        if not touched:
            continue  # punctuation names nothing
        start, end = touched[0][0], max(span.end, touched[-1][1])  # the "#" of a hashtag is no part of the name
        end -= 2 if text[start:end].endswith(("'s", "’s")) and span.end <= end - 2 else 0
        if widened and start < widened[-1].end:
            widened[-1] = Span(widened[-1].start, max(end, widened[-1].end), widened[-1].type)
        else:
            widened.append(Span(start, end, span.type))
    return widened
