"""Which bound a number sets is told by the words around it, and by a negation in front of them."""

from __future__ import annotations

import pytest

from agent.understanding.bounds import bound
from agent.understanding.wording import with_thresholds


@pytest.mark.parametrize(
    ("question", "slot", "found"),
    [
        ("posts with more than 20 likes", "min_likes", ("min_likes", "21")),
        ("at least 20 posts", "min_posts", ("min_posts", "20")),
        ("no fewer than 20 posts", "min_posts", ("min_posts", "20")),
        ("who is below 20 posts in total", "min_posts", ("max_posts", "19")),
        ("fewer than a total of 20 posts", "min_posts", ("max_posts", "19")),
        ("not more than 20 posts", "min_posts", ("max_posts", "20")),
        ("up to 20 likes", "min_likes", ("max_likes", "20")),
        ("20 posts or fewer", "min_posts", ("max_posts", "20")),
        ("20 likes tops", "min_likes", ("max_likes", "20")),
        ("without those which have less than 20 posts", "min_posts", ("min_posts", "20")),
        ("drop anyone with fewer than 20 posts", "min_posts", ("min_posts", "20")),
        ("nobody with more than 20 posts", "min_posts", ("max_posts", "20")),
        ("who hasn't posted more than 20 posts", "min_posts", ("max_posts", "20")),
        ("who is not in coffee with more than 20 posts", "min_posts", ("min_posts", "21")),
        ("does not mention Nike and has over 20 posts", "min_posts", ("min_posts", "21")),
        ("brands named fewer than 20 times", "at_least", ("at_least", "20")),
        ("the 20 likeliest", "limit", ("limit", "20")),
    ],
)
def test_a_bound_is_read_from_the_words_around_it(question: str, slot: str, found: tuple[str, str]) -> None:
    place = question.index("20")
    assert bound(slot, "20", question[:place], question[place + 2 :]) == found


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("posts w/ zero replies", {"max_replies": ["0"]}),
        ("which posts went unanswered?", {"max_replies": ["0"]}),
        ("posts nobody answered in tea", {"max_replies": ["0"]}),
        ("posts without any likes", {"max_likes": ["0"]}),
        ("posts with more than 5 replies", {"min_replies": ["6"]}),
        ("fewer than three comments", {"max_replies": ["2"]}),
        ("what replies say about Nike", {}),
    ],
)
def test_replies_are_counted_as_likes_are(question: str, slots: dict[str, list[str]]) -> None:
    assert with_thresholds(question, {}) == slots


def test_a_number_of_replies_is_none_of_likes() -> None:
    assert with_thresholds("more than 5 replies", {"min_likes": ["6"]}) == {"min_replies": ["6"]}
