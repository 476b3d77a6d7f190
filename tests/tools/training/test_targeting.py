"""The hidden-community test: what is hidden, who stays, and that the fit finds what was put in."""

from __future__ import annotations

import numpy as np
import pytest

from tests.tools.small_matrix import Row, X, Y, matrix_of, two_affinities
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.propensity import shipped_model
from tools.targeting.signals import NAMES
from tools.training.targeting import BLOCKS, BY_HAND, KEPT, Case, fit, hide, left_out, measure, spread_of


def _crowd(posts: dict[str, list[str | None]]) -> PostMatrix:
    rows: list[Row] = [
        (f"{author}{place}", author, community, Y)
        for author, communities in posts.items()
        for place, community in enumerate(communities)
    ]
    return matrix_of(rows)


@pytest.fixture
def matrix() -> PostMatrix:
    """ana runs and has many posts left, ben runs and has too few, cem has exactly enough, dan is of the other third."""
    return _crowd(
        {
            "ana": ["Running"] * 3 + ["tea"] * 20 + [None] * 5,
            "ben": ["Running"] * 20 + ["tea"] * (KEPT - 1),
            "cem": ["tea"] * KEPT,
            "dan": ["Running", *["tea"] * 30],
        }
    )


def test_what_is_hidden_and_how_much_stays(matrix: PostMatrix) -> None:
    kept, away = hide(matrix, {"running"}, np.array([0, 1, 2]))
    authors = [matrix.authors[i] for i in matrix.author[kept]]
    assert {name: authors.count(name) for name in set(authors)} == {"ana": KEPT, "cem": KEPT}
    running = matrix.communities.index("Running")
    assert not (matrix.community[kept] == running).any()
    assert matrix.ids[away].tolist() == ["ana0", "ana1", "ana2"]  # ben is left out, so his hidden posts are too


def test_the_draw_is_the_same_each_time_and_other_with_another_seed(matrix: PostMatrix) -> None:
    everyone = np.arange(4)
    first, again, other = (hide(matrix, {"running"}, everyone, seed=seed)[0] for seed in (7, 7, 8))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_posts_without_a_community_are_never_hidden(matrix: PostMatrix) -> None:
    kept, away = hide(matrix, {"running", "tea"}, np.arange(4))
    assert len(kept) == 0 and len(away) == 0  # ana has only five left


class _Library:
    """Stands for an index: a matrix of posts, and the names of campaigns as vectors."""

    def __init__(self, matrix: PostMatrix) -> None:
        self.matrix = matrix

    def embed(self, text: str) -> np.ndarray:
        return X if text == "running" else Y


def test_who_lost_posts_counts_as_engaged(monkeypatch: pytest.MonkeyPatch) -> None:
    import tools.training.targeting as training

    monkeypatch.setattr(training, "_tones", lambda library, name: {})
    people = {f"r{i}": ["running", *["tea"] * KEPT] for i in range(6)} | {f"t{i}": ["tea"] * 20 for i in range(8)}
    matrix = _crowd(people)  # type: ignore[arg-type]
    library = _Library(matrix)
    (case,) = measure(library, two_affinities(), {"running": {"running"}}, np.arange(14))  # type: ignore[arg-type]
    assert case.engaged.tolist() == [True] * 6 + [False] * 8
    assert case.values.shape == (14, len(NAMES)) and np.isfinite(case.values).all()
    # All are alike but for what was hidden: nothing may tell who lost posts.
    assert np.abs(case.values[:6].mean(0) - case.values[6:].mean(0)).max() < 1e-3


def test_campaigns_with_too_few_engaged_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    matrix = _crowd({"ana": ["running", *["tea"] * 20], "ben": ["tea"] * 20})  # type: ignore[list-item]
    assert measure(_Library(matrix), two_affinities(), {"running": {"running"}}, np.arange(2)) == []  # type: ignore[arg-type]


def _cases(weight: float, offsets: float = 0.0, campaigns: int = 10, people: int = 3000) -> list[Case]:
    draw = np.random.default_rng(0)
    cases = []
    for campaign in range(campaigns):
        values = draw.normal(size=(people, 2))
        logit = -2 + draw.normal(0, offsets) + weight * values[:, 0]
        engaged = draw.random(people) < 1 / (1 + np.exp(-logit))
        cases.append(Case(str(campaign), campaign % BLOCKS, values, engaged))
    return cases


def test_the_fit_finds_the_weights() -> None:
    model = fit(_cases(1.0))
    assert model.coef_[0] == pytest.approx([1.0, 0.0], abs=0.05)
    assert model.intercept_[0] == pytest.approx(-2, abs=0.05)


def test_figures_are_of_campaigns_left_out() -> None:
    cases = _cases(1.0)
    both, chances = left_out(cases, [0, 1])
    noise, _ = left_out(cases, [1])
    assert both["auc"] > 0.7 and noise["auc"] == pytest.approx(0.5, abs=0.03)
    assert both["lift_at_5"] > 2 > noise["lift_at_5"] and both["ece"] < 0.02
    assert len(chances) == len(cases) and all(len(chance) == 3000 for chance in chances)


def test_the_spread_between_campaigns_is_found() -> None:
    wide, narrow = (_cases(1.0, offsets, campaigns=40) for offsets in (0.8, 0.0))
    # Offs are logarithms of shares, a little less than log-odds.
    assert 0.5 < spread_of(wide, left_out(wide, [0])[1]) < 1.0
    assert spread_of(narrow, left_out(narrow, [0])[1]) < 0.1


def test_what_ships_has_these_signals() -> None:
    assert set(BY_HAND) < set(NAMES)
    assert {name: shipped_model().weights[name] for name in BY_HAND} == BY_HAND
