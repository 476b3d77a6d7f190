"""What the words of a question leave no doubt of."""

from __future__ import annotations

import pytest

from agent.understanding.plainly import plainly
from agent.understanding.reader import QuestionReading


def read(text: str, kind: str, **slots: list[str]) -> QuestionReading:
    return QuestionReading([(kind, 0.9)], slots, {}, text=text)


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("what is the single most liked post in coffee", {"of": "post", "by": "likes", "order": ""}),
        ("the least shared post", {"of": "post", "by": "shares", "order": "least"}),
        ("which post has the most replies", None),
        ("the post with the fewest replies", {"of": "post", "by": "replies", "order": "least"}),
        ("the most replied-to posts about Nike", {"of": "post", "by": "replies", "order": ""}),
        ("when do people post most", None),
        ("posts most liked by dog owners", None),
    ],
)
def test_a_superlative_of_a_post_is_a_ranking_of_posts(text: str, choices: dict[str, str] | None) -> None:
    before = read(text, "measure_engagement")
    found = plainly(before, {})
    if choices is None:
        assert found is before
    else:
        assert found.kinds[0][0] == "rank" and found.choices == choices
    assert plainly(read(text, "search_posts"), {}).kinds[0][0] == "search_posts"


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("neg share rants vs dogs?", "negative"),
        ("is the mood better in dogs than in rants", "tone"),
        ("rants or dogs, where do posts get more replies", "replies"),
        ("dogs versus rants", "posts"),
        ("posts in rants and dogs", None),
    ],
)
def test_two_communities_side_by_side_are_ranked(text: str, by: str | None) -> None:
    known = {"rants": "community", "dogs": "community"}
    found = plainly(read(text, "measure_engagement", community=["dogs"], subject=["rants"]), known)
    assert (found.kinds[0][0] == "rank") is (by is not None)
    if by:
        assert found.choices["of"] == "community" and found.choices["by"] == by
        assert set(found.slots["community"][0].split(" or ")) == {"rants", "dogs"} and "subject" not in found.slots


@pytest.mark.parametrize(
    ("text", "kind", "ranked"),
    [
        ("Avg likes per post: baking vs cooking vs eats, highest first", "compare_brands", True),
        ("which one out of baking, cooking and eats gets the most likes on average", "rank", True),
        ("who posts in baking, cooking and eats", "rank", False),
        ("posts in baking, cooking and eats", "search_posts", False),
    ],
)
def test_several_communities_are_ranked_where_one_is_sought(text: str, kind: str, ranked: bool) -> None:
    known = dict.fromkeys(("baking", "cooking", "eats"), "community")
    before = read(text, kind, active_in=["baking", "cooking", "eats"])
    found = plainly(before, known)
    assert (found is not before) is ranked
    if ranked:
        assert found.choices == {"of": "community", "by": "likes", "order": ""}
        assert found.slots == {"community": ["baking or cooking or eats"]}


def test_a_subject_beside_the_communities_is_not_lost() -> None:
    known = {"rants": "community", "dogs": "community"}
    before = read("Nike in rants vs dogs", "analyze_sentiment", community=["rants"], subject=["Nike"])
    assert plainly(before, known) is before


def test_how_likely_somebody_is_to_click_is_a_match() -> None:
    known = {"ana": "person"}
    before = read("how likly is ana to click on Nike", "measure_engagement", subject=["Nike"])
    found = plainly(before, known)
    assert found.kinds[0][0] == "explain_match" and found.slots == {"subject": ["Nike"], "user": ["ana"]}
    assert plainly(before, {}) is before


def test_brands_that_are_also_communities_stay_brands() -> None:
    known = {"Xbox": "community", "PlayStation": "community"}
    for text in ("Xbox vs PlayStation", "Xbox vs PlayStation, avg likes per post"):
        before = read(text, "compare_brands", brands=["Xbox", "PlayStation"])
        assert plainly(before, known) is before
    before = read("xbox vs playstation", "compare_brands", brands=["xbox", "playstation"])
    assert plainly(before, {"xbox": "community", "playstation": "community"}) is before
