"""Groups of people through every door: what is nobody's business is refused, posts about it are not."""

from __future__ import annotations

import pytest

from tests.tools.privacy.doors import CALLS, POSTS, groups, refusal, table
from tools.privacy.guard import SUBJECTS

SENSITIVE, HARMLESS = groups("groups"), groups("harmless")
# What was measured when the weights were made, less a little: a later change may not fall below it.
LEAST_REFUSED, MOST_REFUSED_WRONGLY = 0.93, 0.06


def share(kinds: dict[str, list[str]], door: str) -> float:
    found = table(kinds, {door: lambda group: bool(refusal(door, group))})[door]
    return sum(found.values()) / sum(map(len, kinds.values()))


@pytest.mark.parametrize("door", CALLS)
def test_groups_of_people_are_refused_through_every_door(door: str) -> None:
    assert share(SENSITIVE, door) >= LEAST_REFUSED


@pytest.mark.parametrize("door", CALLS)
def test_what_is_harmless_passes_through_every_door(door: str) -> None:
    assert share(HARMLESS, door) <= MOST_REFUSED_WRONGLY


@pytest.mark.parametrize("door", POSTS)
def test_posts_about_any_of_it_may_be_searched_and_counted(door: str) -> None:
    assert share(SENSITIVE, door) == share(HARMLESS, door) == 0


@pytest.mark.parametrize("door", CALLS)
def test_the_sentence_says_what_was_left_out_and_what_can_be_asked(door: str) -> None:
    for group in ("practising Hindus", "people with epilepsy", "lifelong Tories"):
        said = refusal(door, group)
        assert group in said and "never inferred or filtered on" in said and "can be searched and counted" in said


def test_every_argument_that_names_a_subject_has_a_door() -> None:
    used = {name for _, args in CALLS.values() for name, value in args.items() if "{group}" in str(value)}
    like = {"never_likes": "likes", "never_dislikes": "dislikes", "themes": "names", "brands": "names"}
    assert {like.get(name, name) for name in SUBJECTS} <= used
