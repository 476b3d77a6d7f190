"""What is known beforehand about who writes where, on three communities of three dimensions."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import tools.targeting.affinity
from index.encoding.trunk import WIDTH
from index.errors import AnalystError
from tests.tools.small_matrix import X, Y, Z, matrix_of, two_affinities
from tools.targeting.affinity import PULL, TYPICAL, CampaignEmbedding, background_of, community_affinity
from tools.targeting.terms import Terms

AT_X = two_affinities().embed_campaign(X, "")


def test_weights_of_communities_fall_with_distance_and_sum_to_one() -> None:
    weights = two_affinities().embed_campaign(X, "").weights(2.0)
    assert np.allclose(weights, np.array([np.e**2, 1, 1]) / (np.e**2 + 2))
    assert weights.sum() == pytest.approx(1)


def test_a_campaign_is_drawn_toward_the_nearest_community() -> None:
    campaign = np.array([0.8, 0.6, 0.0], dtype=np.float32)
    drawn = two_affinities().drawn(two_affinities().embed_campaign(campaign, ""))
    weight = 1 / (1 + np.exp(-40 * 0.2))  # of running against cooking, 0.8 against 0.6; gym counts for nothing
    pull = np.array([weight, 1 - weight, 0])
    by_hand = campaign + PULL * pull / np.linalg.norm(pull)
    assert np.allclose(drawn, by_hand / np.linalg.norm(by_hand), atol=1e-4)


def test_words_typical_of_a_community_bring_the_campaign_near_to_it() -> None:
    terms = Terms(["garmin"], np.array([0, 1]), np.array([2]), np.array([3.0]))
    known = replace(two_affinities(), terms=terms)
    assert np.allclose(known.embed_campaign(X, "Garmin watch").near, [1, 0, 3 * TYPICAL])
    assert np.allclose(known.embed_campaign(X, "watch").near, [1, 0, 0])
    assert isinstance(known.embed_campaign(X, ""), CampaignEmbedding)


def test_people_who_write_like_members_score_higher() -> None:
    scores = two_affinities().like_members(AT_X, np.array([X, 5 * X, Y, np.zeros(3)]))
    assert scores[0] == pytest.approx(scores[1])  # length says nothing, only direction
    assert scores[0] > 0.9 and abs(scores[2]) < 0.01 and scores[3] == 0


def test_a_visit_to_what_people_come_from_speaks_for_the_campaign() -> None:
    toward = two_affinities().visits_toward(AT_X, ["elsewhere", "cooking", "gym", "running"])
    assert toward[2] == pytest.approx(1, abs=1e-4)
    assert toward[[0, 1, 3]].tolist() == [0, 0, 0]


def test_no_community_in_common_says_nothing() -> None:
    assert two_affinities().visits_toward(AT_X, ["here", "there"]).tolist() == [0, 0]
    assert two_affinities().visits_toward(AT_X, []).shape == (0,)


def test_common_is_mean_and_spread_over_the_subjects() -> None:
    known = two_affinities()
    vectors = np.array([X, (X + Y + Z) / np.sqrt(3)], dtype=np.float32)
    mean, spread = known.background(vectors)
    cosines = vectors @ known.vectors.T
    assert np.allclose(mean, cosines.mean(1), atol=1e-6)
    assert np.allclose(spread, cosines.std(1, ddof=1), atol=1e-3)


def test_common_of_a_crowd_has_posts_and_places() -> None:
    both = background_of(matrix_of([("1", "ana", "running", X), ("2", "ben", None, Y)]), two_affinities())
    assert both.posts[0].shape == (2,) and both.places[0].shape == (1,)


def test_the_shipped_habits_fit_together() -> None:
    known = community_affinity()
    number = len(known.communities)
    assert number > 1000 and len(set(known.communities)) == number
    assert known.communities == [name.casefold() for name in known.communities]
    assert known.vectors.shape == known.directions.shape == (number, WIDTH)
    assert known.visits.shape == known.visitors.shape and len(known.visits) == number
    assert known.centre.shape == (WIDTH,)
    assert all(np.isfinite(part).all() for part in (known.vectors, known.directions, known.visits, known.visitors))


def test_missing_weights_are_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tools.targeting.affinity, "WEIGHTS", tmp_path / "none.safetensors")
    with pytest.raises(AnalystError, match="weights of targeting are missing"):
        community_affinity.__wrapped__()
