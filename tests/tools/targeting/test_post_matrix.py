"""Posts, authors and communities as arrays, counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tools.small_matrix import X, Y, Z, matrix_of
from tools.targeting.post_matrix import NAME_WEIGHT, PostMatrix


@pytest.fixture
def matrix() -> PostMatrix:
    """ana: three posts, two in running; ben: one in cooking; cem: one without a community."""
    return matrix_of(
        [
            ("1", "ana", "running", X),
            ("2", "ben", "cooking", Y),
            ("3", "ana", "running", X),
            ("4", "ana", None, Z),
            ("5", "cem", None, Y),
        ],
        {"running": Z},
    )


def test_posts_are_counted_by_author(matrix: PostMatrix) -> None:
    assert matrix.authors == ["ana", "ben", "cem"] and matrix.posts.tolist() == [3, 1, 1]


def test_a_centre_is_the_mean_of_the_posts(matrix: PostMatrix) -> None:
    assert np.allclose(matrix.centres, [[2 / 3, 0, 1 / 3], [0, 1, 0], [0, 1, 0]])


def test_a_place_is_its_posts_and_its_name(matrix: PostMatrix) -> None:
    running = np.array([2, 0, NAME_WEIGHT]) / np.hypot(2, NAME_WEIGHT)
    assert matrix.communities == ["cooking", "running"]
    assert np.allclose(matrix.places, [[0, 1, 0], running], atol=1e-6)


def test_habit_is_the_share_of_all_posts(matrix: PostMatrix) -> None:
    assert np.allclose(matrix.habit.toarray(), [[0, 2 / 3], [1, 0], [0, 0]])


def test_without_any_community_there_is_no_place() -> None:
    matrix = matrix_of([("1", "ana", None, X)])
    assert matrix.places.shape == (0, 3) and matrix.habit.shape == (1, 0)


def test_best_is_the_mean_of_the_highest_share_of_the_scores(matrix: PostMatrix) -> None:
    scores = np.array([0.1, 0.7, 0.5, 0.3, -0.2])
    assert np.allclose(matrix.best(scores, 1), [0.3, 0.7, -0.2])
    assert np.allclose(matrix.best(scores, 2 / 3), [0.4, 0.7, -0.2])
    assert np.allclose(matrix.best(scores, 1 / 3), [0.5, 0.7, -0.2])
    assert np.allclose(matrix.best(scores, 0.01), [0.5, 0.7, -0.2])  # a part of one post is that post


def test_a_post_may_count_in_part(matrix: PostMatrix) -> None:
    # Half of three posts: the first, and half of the second.
    assert matrix.best(np.array([0.1, 0, 0.5, 0.3, 0]), 0.5)[0] == pytest.approx((0.5 + 0.3 / 2) / 1.5)


def test_equal_scores_count_each(matrix: PostMatrix) -> None:
    assert matrix.best(np.array([0.6, 0, 0.6, 0.6, 0]), 2 / 3)[0] == pytest.approx(0.6)
    assert matrix.best(np.array([0.6, 0, 0.6, 0.0, 0]), 1)[0] == pytest.approx(0.4)


def test_best_is_what_sorting_by_hand_gives() -> None:
    draw = np.random.default_rng(3)
    author = np.arange(240) % 20  # twelve posts each, of which three are a quarter
    scores = draw.integers(0, 9, 240) / 8  # many equals
    matrix = matrix_of([(str(i), f"{a:02d}", None, X) for i, a in enumerate(author)])
    by_hand = [np.sort(scores[author == a])[::-1][:3].mean() for a in range(20)]
    assert np.allclose(matrix.best(scores, 0.25), by_hand)


def test_saying_everything_twice_changes_nothing(matrix: PostMatrix) -> None:
    scores = np.array([0.1, 0.7, 0.5, 0.3, -0.2])
    rows = [(f"{place}{n}", matrix.authors[matrix.author[place]], None, X) for n in (1, 2) for place in range(5)]
    assert np.allclose(matrix_of(rows).best(np.tile(scores, 2), 0.25), matrix.best(scores, 0.25))


def test_nearest_posts_of_all_with_equals_in_the_order_of_the_file(matrix: PostMatrix) -> None:
    assert matrix.nearest(X, 2) == ["1", "3"]
    assert matrix.nearest(Y, 3)[:2] == ["2", "5"]
    assert len(matrix.nearest(X, 99)) == 5


def test_rows_are_found_by_id(matrix: PostMatrix) -> None:
    assert matrix.rows_of(["5", "nobody's", "1"]).tolist() == [4, -1, 0]
    assert matrix.rows_of([]).tolist() == []


def test_a_subset_leaves_out_who_has_no_posts_in_it(matrix: PostMatrix) -> None:
    part = matrix.subset(np.array([1, 3]))
    assert part.authors == ["ana", "ben"] and part.ids.tolist() == ["2", "4"]
    assert part.author.tolist() == [1, 0] and part.community.tolist() == [0, -1]
    assert part.communities == matrix.communities
