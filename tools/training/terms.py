"""Which communities a word or a pair of words speaks for, counted in many posts."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from tools.targeting.terms import Terms, words_of

LEAST = 4  # posts with a term that is learned
LEAST_THERE = 2  # of these in a community
PRIOR = 20  # posts of no community in particular that each community is thought to have
LEAST_LIFT = 1.5  # log of how much commoner a term is there than elsewhere
SHOWN = 10  # communities of a term


@dataclass(frozen=True)
class Corpus:
    """Posts cut into words: ``word`` (tokens,) are places in ``words``, ``post`` (tokens,) says whose they are;
    ``communities`` (posts,), casefolded, and ``authors`` (posts,), "" where unknown.
    """

    words: list[str]
    word: np.ndarray
    post: np.ndarray
    communities: np.ndarray
    authors: np.ndarray

    def only(self, kept: np.ndarray) -> Corpus:
        """The posts ``kept`` (posts,)."""
        there = kept[self.post]
        place = np.cumsum(kept) - 1
        return Corpus(self.words, self.word[there], place[self.post[there]], self.communities[kept], self.authors[kept])


def read_corpus(posts: Iterable[tuple[str, str, str]]) -> Corpus:
    """From author, community and text of each post."""
    number: dict[str, int] = {}
    tokens, lengths = array("i"), array("i")
    communities, authors = [], []
    for author, community, text in posts:
        words = words_of(text)
        tokens.extend(number.setdefault(word, len(number)) for word in words)
        lengths.append(len(words))
        communities.append(community.casefold())
        authors.append(author)
    post = np.repeat(np.arange(len(lengths)), np.array(lengths, dtype=np.int64))
    word = np.array(tokens, dtype=np.int64)
    return Corpus(list(number), word, post, np.array(communities, dtype=object), np.array(authors, dtype=object))


def learn_terms(corpus: Corpus, known: list[str]) -> Terms:
    """Terms typical of the communities ``known``."""
    import pandas as pd

    community = np.asarray(pd.Index(known).get_indexer(pd.Index(corpus.communities)))
    word, post = corpus.word, corpus.post
    width = max(1, len(corpus.words))
    ones = _typical(word, post, community)
    beside = post[1:] == post[:-1]
    twos = _typical((word[:-1] * width + word[1:])[beside], post[1:][beside], community)
    names = corpus.words
    found = [names[i] for i in ones[0]] + [f"{names[i // width]} {names[i % width]}" for i in twos[0]]
    counts, places, lifts = (np.concatenate(parts) for parts in zip(ones[1:], twos[1:], strict=True))
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return Terms(found, starts, places.astype(np.int16), lifts.astype(np.float32))


def _typical(term: np.ndarray, post: np.ndarray, community: np.ndarray) -> tuple[np.ndarray, ...]:
    """Terms that are typical of some community, of how many, and one after the other these and the log of the lift.

    A lift is drawn toward none by ``PRIOR`` posts.
    """
    posts, width = max(1, len(community)), int(community.max(initial=0)) + 1
    pairs = np.unique(term * posts + post)
    _, inverse, having = np.unique(pairs // posts, return_inverse=True, return_counts=True)
    there = community[pairs % posts]
    kept = (there >= 0) & (having[inverse] >= LEAST)
    keys, counts = np.unique(inverse[kept] * width + there[kept], return_counts=True)
    row, place = keys // width, keys % width
    share = having[row] / posts
    size = np.bincount(community[community >= 0], minlength=width)
    lift = np.log((counts + PRIOR * share) / ((size[place] + PRIOR) * share))
    telling = np.flatnonzero((counts >= LEAST_THERE) & (lift >= LEAST_LIFT))
    telling = telling[np.lexsort((-lift[telling], row[telling]))]
    row, place, lift = row[telling], place[telling], lift[telling]
    first = np.arange(len(row)) - np.searchsorted(row, row) < SHOWN
    row, place, lift = row[first], place[first], lift[first]
    rows, number = np.unique(row, return_counts=True)
    return np.unique(pairs // posts)[rows], number, place, lift
