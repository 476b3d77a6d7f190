"""Communities by what their people are called."""

from __future__ import annotations

import pytest

from agent.understanding.said.places import community_of, is_of_people, with_places

HERE = {
    name: name for name in ("running", "gaming", "cycling", "dogs", "pcbuilds", "baking", "sneakers", "travel", "devs")
}


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("runners", "running"), ("gamers", "gaming"), ("cyclists", "cycling"), ("pc builders", "pcbuilds"),
        ("dog", "dogs"), ("dog people", "dogs"), ("the baking crowd", None), ("baking crowd", "baking"),
        ("travellers", "travel"), ("sneakers", "sneakers"), ("r/running", "running"),
        ("users", None), ("number", None), ("others", None), ("developers", None),
    ],
)  # fmt: skip
def test_communities(said: str, name: str | None) -> None:
    assert community_of(HERE, said) == name


def test_people_of_a_community_are_not_its_name() -> None:
    assert is_of_people(HERE, "runners") and not is_of_people(HERE, "sneakers") and not is_of_people(HERE, "dog")


def test_of_two_communities_none_is_sure() -> None:
    assert community_of({"baking": "baking", "bakes": "bakes"}, "bakers") is None


def test_arguments() -> None:
    args = {"community": "gamers or pc builders", "never_active_in": ["dog"], "active_in": ["piano"], "limit": 3}
    wanted = {"community": "gaming or pcbuilds", "never_active_in": ["dogs"], "active_in": ["piano"], "limit": 3}
    assert with_places(HERE, args) == wanted
    assert with_places(HERE, {"community": "gamers or piano"}) == {"community": "gamers or piano"}
