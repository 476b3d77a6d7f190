"""Phrases that set posts apart."""

from __future__ import annotations

import pytest

from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.selection.contrast import contrast
from tools.selection.posts import Selection

COFFEE, TEA, NOBODY = (Selection(f"p.community = '{name}'", {}, "") for name in ("coffee", "tea", "none"))


@pytest.fixture(scope="module")
def hand_made(tmp_path_factory: pytest.TempPathFactory) -> Library:
    rows = [
        post(f"c{n}", f"ana{n}", "x", community="coffee", phrases=["espresso machine", "morning"]) for n in range(10)
    ]
    rows += [post(f"t{n}", f"ben{n}", "x", community="tea", phrases=["oolong", "morning"]) for n in range(10)]
    rows += [post(f"m{n}", "mad", "x", community="coffee", phrases=["latte art", "espresso"]) for n in range(30)]
    return make_library(tmp_path_factory.mktemp("contrast"), rows)


def test_what_one_side_says_and_the_other_does_not(hand_made: Library) -> None:
    (found,) = contrast(hand_made, COFFEE, TEA, 5)
    assert (found.phrase, found.posts, found.people) == ("espresso machine", 10, 10)
    assert found.lift > 2 and found.z >= 1.96
    assert [each.phrase for each in contrast(hand_made, TEA, COFFEE, 5)] == ["oolong"]


def test_one_person_does_not_make_a_crowd(hand_made: Library) -> None:
    """Thirty posts of one person are one voice of eleven, and need two people to count at all."""
    assert "latte art" not in {each.phrase for each in contrast(hand_made, COFFEE, TEA, 9)}
    assert "latte art" not in {each.phrase for each in contrast(hand_made, COFFEE, TEA, 9, unit="posts")}
    by_posts = contrast(hand_made, COFFEE, TEA, 9, unit="posts", least_people=1)
    assert next(each for each in by_posts if each.phrase == "latte art").posts == 30


def test_words_that_were_said_and_words_left_out(hand_made: Library) -> None:
    found = [each.phrase for each in contrast(hand_made, COFFEE, TEA, 9, unit="posts", least_people=1)]
    words = [word for phrase in found for word in phrase.split()]
    assert len(words) == len(set(words))
    assert contrast(hand_made, COFFEE, TEA, 9, leave_out={"machine"}) == []
    assert len(contrast(hand_made, COFFEE, TEA, 1, unit="posts", least_people=1)) == 1


def test_nothing_to_hold_against_each_other(hand_made: Library) -> None:
    assert contrast(hand_made, COFFEE, NOBODY, 5) == [] and contrast(hand_made, NOBODY, TEA, 5) == []
    assert contrast(hand_made, COFFEE, COFFEE, 5) == []
