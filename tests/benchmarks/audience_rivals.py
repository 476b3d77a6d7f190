"""Simple rankers of people, beside which ours must stand: each gives every author of an index a score for a text.

The text is the campaign's name, or the name and its interests with commas between.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from tools.library import Library
from tools.targeting.post_matrix import PostMatrix

BEST = 3  # posts of an author, and communities, that count
K1, B = 1.5, 0.75  # of BM25; the defaults of bm25s
Ranker = Callable[[str], np.ndarray]  # text → (authors,)


def rivals(library: Library) -> tuple[dict[str, Ranker], dict[str, str]]:
    """The rankers by name, in the order of ``library.matrix.authors``, and notes on how each is made."""
    matrix = library.matrix
    bm25, how = bm25_ranker(documents(library))
    near_communities = communities(matrix)
    return {
        "bm25": bm25,
        "best_three": lambda text: best_three(matrix, library.embed(text)),
        "centroid": lambda text: centroid(matrix, library.embed(text)),
        "communities": lambda text: near_communities(library.embed(text)),
    }, {
        "bm25": how,
        "best_three": "mean cosine of the author's three posts nearest to the text",
        "centroid": "cosine of the mean of the author's posts to the text",
        "communities": "mean cosine of the three communities of the author whose centroids are nearest to the text",
    }


def documents(library: Library) -> list[str]:
    """All posts of each author as one text."""
    rows = library.facts.rows("SELECT author, string_agg(text, '\n' ORDER BY id) FROM posts GROUP BY author")
    found = dict(rows)
    return [found[author] for author in library.matrix.authors]


def best_three(matrix: PostMatrix, vector: np.ndarray) -> np.ndarray:
    """(authors,) mean of each author's three highest cosines."""
    cosines = matrix.cosines(vector)
    order = np.lexsort((-cosines, matrix.author))
    place = np.arange(len(order)) - np.repeat(np.cumsum(matrix.posts) - matrix.posts, matrix.posts)
    first = order[place < BEST]
    total = np.bincount(matrix.author[first], weights=cosines[first], minlength=len(matrix.authors))
    return total / np.clip(matrix.posts, 1, BEST)


def centroid(matrix: PostMatrix, vector: np.ndarray) -> np.ndarray:
    """(authors,) cosine of each author's mean post."""
    return unit(matrix.centres) @ vector


def communities(matrix: PostMatrix) -> Callable[[np.ndarray], np.ndarray]:
    """vector → (authors,) mean cosine of the three nearest of each author's communities; −1 for who has none.

    A community's centroid is the mean of its posts in the index.
    """
    known = np.flatnonzero(matrix.community >= 0)
    centroids = np.zeros((len(matrix.communities), matrix.vectors.shape[1]))
    np.add.at(centroids, matrix.community[known], matrix.vectors[known])
    centroids = unit(centroids)
    pairs = np.unique(np.stack([matrix.author[known], matrix.community[known]], axis=1), axis=0)
    author, community = pairs[:, 0], pairs[:, 1]
    of_each = np.bincount(author, minlength=len(matrix.authors))
    rank = np.arange(len(pairs)) - np.repeat(np.cumsum(of_each) - of_each, of_each)

    def score(vector: np.ndarray) -> np.ndarray:
        cosines = (centroids @ vector)[community]
        nearest = np.lexsort((-cosines, author))[rank < BEST]
        total = np.bincount(author[nearest], weights=cosines[nearest], minlength=len(matrix.authors))
        return np.where(of_each > 0, total / np.clip(of_each, 1, BEST), -1.0)

    return score


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)


def bm25_ranker(texts: Sequence[str]) -> tuple[Ranker, str]:
    """BM25 over ``texts``, by bm25s where it is installed, and a sentence that says by what."""
    try:
        import bm25s
    except ImportError:
        return _plain_bm25(texts), "BM25 over each author's posts as one text, by scikit-learn (bm25s is not installed)"
    split = partial(bm25s.tokenize, stopwords="en", return_ids=False, show_progress=False)
    model = bm25s.BM25(k1=K1, b=B)
    model.index(split(list(texts)), show_progress=False)

    def score(text: str) -> np.ndarray:
        words = [word for word in split([text])[0] if word in model.vocab_dict]
        return np.asarray(model.get_scores(words)) if words else np.zeros(len(texts))

    return score, f"BM25 over each author's posts as one text, by bm25s {bm25s.__version__}"


def _plain_bm25(texts: Sequence[str]) -> Ranker:
    """BM25 as Lucene has it (Robertson & Zaragoza, 2009), without English stop words."""
    from scipy.sparse import csr_matrix
    from sklearn.feature_extraction.text import CountVectorizer

    vectorizer = CountVectorizer(stop_words="english")
    counts = vectorizer.fit_transform(texts).tocsr().astype(np.float64)
    length = np.asarray(counts.sum(1)).ravel()
    having = np.bincount(counts.indices, minlength=counts.shape[1])
    rarity = np.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
    norm = K1 * (1 - B + B * length / length.mean())
    rows = np.repeat(np.arange(len(texts)), np.diff(counts.indptr))
    weights = rarity[counts.indices] * counts.data / (counts.data + norm[rows])
    matrix = csr_matrix((weights, counts.indices, counts.indptr), shape=counts.shape)
    return lambda text: np.asarray(matrix @ vectorizer.transform([text]).toarray()[0])
