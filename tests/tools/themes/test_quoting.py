"""Quotations that are typical of a group."""

from __future__ import annotations

import numpy as np

from tools.themes.grouping import Groups
from tools.themes.quoting import typical_posts
from tools.themes.reading import ReadPosts

SAID = [
    ("ana", "My bag was lost somewhere between Denver and Boston"),
    ("ben", "My bag was lost somewhere between Denver and Boston!"),  # says the same
    ("ana", "Nobody at the desk knows where my lost bag has gone"),  # ana again
    ("cem", "They told me the lost bag would come on Tuesday"),
    ("dia", "lost bag"),  # too short to say anything
    ("eve", "The belt turned for an hour without any of our things"),  # near, but does not say why it is here
]


def test_each_by_another_person_nothing_twice_and_with_the_words_of_the_theme() -> None:
    authors, texts = (list(each) for each in zip(*SAID, strict=True))
    number = len(SAID)
    vectors = np.tile(np.eye(384, dtype=np.float32)[:1], (number, 1))
    ids = [f"n{place}" for place in range(number)]
    posts = ReadPosts(ids, authors, texts, [None] * number, np.zeros(number), np.arange(number), number, vectors)
    nearness = np.linspace(0.9, 0.8, number)
    groups = Groups(np.zeros(number, dtype=int), nearness, 1, 1.0)
    assert typical_posts(posts, groups, 0, ["lost bag"]) == [0, 3, 5]
    assert typical_posts(posts, groups, 0, ["lost bag"], number=1) == [0]


def test_the_words_of_the_name_are_not_enough_where_a_post_is_about_something_else() -> None:
    number = 60
    vectors = np.tile(np.eye(384, dtype=np.float32)[:1], (number, 1))
    texts = [f"The battery {' '.join(f'word{place}x{n}' for n in range(8))}" for place in range(number)]
    texts[0] = "Laid off by video call today, the camera was not working at all"
    vectors[0] = np.eye(384, dtype=np.float32)[1]  # means something else
    texts[1] = "The camera and the battery of this phone are what one can ask for"
    ids = [f"n{place}" for place in range(number)]
    posts = ReadPosts(ids, ids, texts, [None] * number, np.zeros(number), np.arange(number), number, vectors)
    groups = Groups(np.zeros(number, dtype=int), np.full(number, 0.9), 1, 1.0)
    shown = typical_posts(posts, groups, 0, ["camera", "battery"], number=number)
    assert shown[0] == 1  # both phrases
    assert 0 not in shown[:10]
