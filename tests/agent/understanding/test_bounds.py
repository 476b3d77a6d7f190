"""Which bound a number sets is told by the words around it, and by a negation in front of them."""

from __future__ import annotations

import pytest

from agent.understanding.bounds import bound


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
