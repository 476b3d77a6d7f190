"""Groups of posts that say alike things."""

from __future__ import annotations

import numpy as np

from tools.themes.grouping import NOWHERE, group_posts, steadiest
from tools.themes.reading import ReadPosts, plain_words

WORDS = ("bags lost belt", "delayed hours gate", "rude crew seat")


def read(posts: int, seed: int = 0, kinds: int = 3) -> tuple[ReadPosts, np.ndarray]:
    dice = np.random.default_rng(seed)
    kind = dice.integers(kinds, size=posts)
    middles = dice.normal(size=(kinds, 384))
    vectors = middles[kind] + dice.normal(size=(posts, 384))
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    texts = [" ".join(dice.permutation(WORDS[one].split())[:2]) for one in kind]
    names = [f"n{place}" for place in range(posts)]
    found = ReadPosts(names, names, texts, [None] * posts, np.zeros(posts), np.arange(posts), posts, vectors)
    return found, kind


def test_planted_groups_are_found_again_and_surely() -> None:
    from sklearn.metrics import adjusted_rand_score

    posts, kind = read(300)
    found = group_posts(posts)
    assert adjusted_rand_score(kind, group_posts(posts, number=3).labels) > 0.95
    assert 0.6 <= found.stability <= 1


def test_where_no_number_is_steady_two_groups_are_not_made_for_being_few() -> None:
    assert steadiest({2: 0.52, 3: 0.49, 4: 0.3, 5: 0.37, 6: 0.34, 7: 0.371}) == 7  # all posts of the sample, nearly
    assert steadiest({2: 0.3, 3: 0.2}) == 3  # too few posts for more


def test_posts_beyond_those_fitted_join_the_nearest() -> None:
    from sklearn.metrics import adjusted_rand_score

    posts, kind = read(600)
    assert adjusted_rand_score(kind[200:], group_posts(posts, fitted=200, number=3).labels[200:]) > 0.9


def test_five_posts_and_posts_without_a_word() -> None:
    posts, _ = read(5)
    assert len(group_posts(posts).labels) == 5
    bare = ReadPosts(posts.ids, posts.authors, ["🙂"] * 5, posts.at, posts.tones, posts.rows, 5, posts.all_vectors)
    assert set(group_posts(bare).labels.tolist()) == {NOWHERE}


def test_words_without_addresses() -> None:
    assert plain_words("@united Two HOURS late!! #fail https://t.co/x") == "two hours late fail"
