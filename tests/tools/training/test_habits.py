"""Habits learned from small crowds: what comes out must be what was put in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import tools.targeting.affinity
from tests.tools.small_matrix import Row, X, Y, Z, matrix_of
from tools.targeting.affinity import community_affinity
from tools.targeting.post_matrix import PostMatrix
from tools.training.habits import FEW, LEAST_MEMBERS, RIDGE, _elsewhere, _visits, learn, save
from tools.training.terms import read_corpus


@pytest.fixture
def matrix() -> PostMatrix:
    """Five runners and five cooks with five posts elsewhere, which for runners lean to z; three in ``small``."""
    rows: list[Row] = []
    for person in range(10):
        kind, vector = ("Running", X) if person < 5 else ("Cooking", Y)
        rows.append((f"{person}", f"u{person}", kind, vector))
        lean = Z if person < 5 else -Z
        rows += [(f"{person}.{i}", f"u{person}", "chat", (X + Y + lean) / np.sqrt(3)) for i in range(5)]
    rows += [(f"s{person}", f"u{person}", "small", Y) for person in range(LEAST_MEMBERS - 1)]
    return matrix_of(rows)


def test_small_communities_are_left_out_and_names_are_folded(matrix: PostMatrix) -> None:
    assert sorted(learn(matrix).communities) == ["chat", "cooking", "running"]


def test_what_a_community_is_about_has_unit_length(matrix: PostMatrix) -> None:
    found = learn(matrix)
    assert np.allclose(np.linalg.norm(found.vectors, axis=1), 1)
    assert np.allclose(found.vectors[found.communities.index("running")], X, atol=1e-6)


def test_a_catalogue_says_what_a_community_is_about(matrix: PostMatrix) -> None:
    found = learn(matrix, interests={"running": Z})
    expected = (X + Z) / np.sqrt(2)
    assert np.allclose(found.vectors[found.communities.index("running")], expected, atol=1e-6)
    assert np.allclose(found.vectors[found.communities.index("cooking")], Y, atol=1e-6)


def test_typical_words_are_learned_with_them_and_saved(
    matrix: PostMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = read_corpus(
        [("", "Running", "garmin café")] * 9 + [("", "Cooking", "pan")] * 9 + [("", "chat", "hello")] * 99
    )
    found = learn(matrix, corpus=corpus)
    running = found.communities.index("running")
    assert found.embed_campaign(Z, "my Garmin").near.argmax() == running
    path = tmp_path / "habits.safetensors"
    save(found, path)
    monkeypatch.setattr(tools.targeting.affinity, "WEIGHTS", path)
    read = community_affinity.__wrapped__()
    assert read.terms.names == found.terms.names and "garmin cafe" in read.terms.names
    number = len(found.communities)
    assert np.allclose(read.terms.typical("garmin", number), found.terms.typical("garmin", number), rtol=0.01)


def test_the_centre_is_the_mean_person(matrix: PostMatrix) -> None:
    assert np.allclose(learn(matrix).centre, matrix.centres.mean(0))


def test_directions_are_where_members_differ_elsewhere(matrix: PostMatrix) -> None:
    found = learn(matrix)
    running, cooking = (found.directions[found.communities.index(name)] for name in ("running", "cooking"))
    assert running[2] > 0 > cooking[2]
    assert FEW > 5  # five members are trusted by a fifth
    scores = found.like_members(found.embed_campaign(X, ""), matrix.centres)
    assert scores[:5].min() > scores[5:].max()


def test_posts_elsewhere_leave_the_community_out(matrix: PostMatrix) -> None:
    means = _elsewhere(matrix, matrix.communities.index("Cooking"))
    assert means.shape == (5, 3) and np.allclose(means, (X + Y - Z) / np.sqrt(3), atol=1e-6)
    assert _elsewhere(matrix, matrix.communities.index("chat")).shape == (0, 3)  # one or two posts are too few


def test_visits_by_hand() -> None:
    """EASE of two communities: B = −P / diag(P) with a diagonal of nought, P the inverse of the ridged Gram matrix."""
    visited = np.array([[1, 1]] * 30 + [[1, 0]] * 10 + [[0, 0]] * 10, dtype=np.float32)
    gram = np.array([[40 + RIDGE, 30], [30, 30 + RIDGE]])
    visits, visitors = _visits(visited)
    # Off the diagonal −P₁₂ / P₂₂ = G₁₂ / G₁₁.
    assert np.allclose(visits @ visitors.T, [[0, 30 / gram[0, 0]], [30 / gram[1, 1], 0]], atol=1e-5)


def test_who_visits_one_visits_the_other() -> None:
    rows: list[Row] = []
    for person in range(40):
        for place in ("gym", "running") if person % 2 else ("tea", "cooking"):
            rows.append((f"{person}{place}", f"u{person:02d}", place, {"running": X, "cooking": Y}.get(place, Z)))
    found = learn(matrix_of(rows))
    toward = found.visits_toward(found.embed_campaign(X, ""), ["gym", "tea"])
    assert toward[0] > 0.05 and toward[0] > 10 * abs(toward[1])


def test_what_is_saved_is_read_again(matrix: PostMatrix, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = learn(matrix)
    path = tmp_path / "weights" / "habits.safetensors"
    save(found, path)
    monkeypatch.setattr(tools.targeting.affinity, "WEIGHTS", path)
    read = community_affinity.__wrapped__()
    assert read.communities == found.communities
    for part in ("vectors", "directions", "visits", "visitors", "centre"):
        assert np.allclose(getattr(read, part), getattr(found, part), rtol=0.01, atol=0.01)  # bf16
