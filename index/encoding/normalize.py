"""A post as the sentiment and entity heads read it: what is no word of English is written out in words.

The trunk knows no emoji ("love😂" would be one unknown word), and cuts "#ilovemyairmax" and links into scraps. The
search embedding still reads the post as it stands, so that it is exactly what sentence-transformers gives.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from index.encoding.tagging import Span
from index.phrases.rarity import rarities
from index.posts.escapes import ESCAPE, letter_of

LINK = "http"
_FIRST_EMOJI = "\u203c"  # in Unicode; © and ® stand before it, and are no loss
_WRITTEN_OUT = re.compile(
    r"(?P<link>(?:https?://|www\.)[^\s<>()\[\]\"]+)"
    r"|(?P<code>\\u[0-9a-fA-F]{4})"
    rf"|(?P<escape>{ESCAPE})"
    r"|(?<![\w&])#(?P<tag>\w+)"
)
_PARTS = re.compile(r"(?<![A-Za-z])[a-z][A-Z][a-z]+|[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+|[^\W\d_]")  # iPhone first
_LONGEST_WORD = 20
_LONGEST_TAG = 140  # characters; what is longer is not said in words, and would fill the memory of tags
_UNKNOWN_LETTER = 4.0  # nats that each letter of an unknown word costs


@dataclass(frozen=True, slots=True)
class Wording:
    """``text`` as the heads read it; ``places`` holds for each of its characters where it stood in the post: from, to.
    None: the post is read as it is.
    """

    text: str
    places: list[tuple[int, int]] | None = None

    def in_post(self, span: Span) -> Span:
        """A stretch of the wording as the stretch of the post that it stands for."""
        if self.places is None or span.end <= span.start:
            return span
        covered = self.places[span.start : span.end]
        return Span(covered[0][0], covered[-1][1], span.type)

    def of_post(self, span: Span) -> Span:
        """A stretch of the post as the stretch of the wording that stands for it; empty if none does."""
        if self.places is None:
            return span
        touched = [i for i, (start, end) in enumerate(self.places) if start < span.end and end > span.start]
        return Span(touched[0], touched[-1] + 1, span.type) if touched else Span(0, 0, span.type)


def wording(post: str) -> Wording:
    """Escapes as the letters they mean, emoji by their names, links as "http", hashtags as separate words."""
    pieces = sorted([*_written_out(post), *_emoji(post)])
    if not pieces:
        return Wording(post)
    text: list[str] = []
    places: list[tuple[int, int]] = []
    at = 0
    for start, end, words in pieces:
        if start < at:  # an emoji inside a link
            continue
        text.append(post[at:start])
        places.extend((i, i + 1) for i in range(at, start))
        text.append(words)
        if words.replace(" ", "") == post[start:end].replace("_", ""):  # a hashtag: each letter has its own place
            letters = (i for i in range(start, end) if post[i] != "_")
            here = start
            for letter in words:
                here = here if letter == " " else next(letters)
                places.append((here, here + 1))
        else:
            places.extend([(start, end)] * len(words))
        at = end
    text.append(post[at:])
    places.extend((i, i + 1) for i in range(at, len(post)))
    return Wording("".join(text), places)


def _written_out(post: str) -> Iterator[tuple[int, int, str]]:
    if not any(sign in post for sign in "#&\\/w"):
        return
    for match in _WRITTEN_OUT.finditer(post):
        found = match[0]
        if match["link"]:
            yield *match.span(), LINK
        elif match["code"]:
            letter = chr(int(found[2:], 16))
            if letter.isprintable():
                yield *match.span(), letter
        elif match["escape"]:
            if (letter := letter_of(found)) != found:
                yield *match.span(), letter
        elif (words := hashtag_words(match["tag"])) != match["tag"]:
            yield *match.span("tag"), words


def _emoji(post: str) -> Iterator[tuple[int, int, str]]:
    """Each run of one emoji, by its name between blanks, the tone of its skin left out."""
    if max(post, default="") < _FIRST_EMOJI:
        return
    import emoji

    end, last = -1, ""
    for found in emoji.emoji_list(post):
        start = found["match_start"]
        repeated = start == end and found["emoji"] == last
        name = re.sub(r"_(?:medium-)?(?:light|medium|dark)_skin_tone", "", emoji.demojize(found["emoji"]))
        end, last = found["match_end"], found["emoji"]
        yield start, end, " " if repeated else f" {name.strip(':').replace('_', ' ')} "


def hashtag_words(tag: str) -> str:
    """A hashtag's words: ``NikeAirMax`` → ``Nike Air Max``, ``new_balance`` → ``new balance``, ``ilovelego`` → ``i love
    lego``.
    """
    return _words_of_tag(tag) if len(tag) <= _LONGEST_TAG else tag


@lru_cache(maxsize=50_000)
def _words_of_tag(tag: str) -> str:
    parts = _PARTS.findall(tag)
    words = [word for part in parts for word in (_split(part) if len(part) > 3 and part[1:].islower() else [part])]
    return " ".join(words) or tag


def _split(run: str) -> list[str]:
    """The likeliest words that ``run`` was made of, as unigrams (Norvig, Natural Language Corpus Data, 2009)."""
    lower = run.lower()
    if len(lower) != len(run):
        return [run]
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(run) + 1):
        starts = range(max(0, end - _LONGEST_WORD), end)
        best.append(min((best[start][0] + _cost(lower[start:end]), start) for start in starts))
    words, end = [], len(run)
    while end:
        start = best[end][1]
        words.append(run[start:end])
        end = start
    return words[::-1]


def _cost(word: str) -> float:
    """Nats of a word: the logarithm of how rare it is; of an unknown one by its letters."""
    known, unknown = rarities()
    if word in known and (len(word) > 1 or word in "ai"):
        return known[word]
    return unknown + _UNKNOWN_LETTER * len(word)
