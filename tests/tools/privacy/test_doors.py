"""Groups of people through every door: what is nobody's business is refused, posts about it are not."""

from __future__ import annotations

import pytest

from tests.tools.privacy.doors import CALLS, POSTS, groups, refusal, table
from tools.privacy.guard import SUBJECTS

SENSITIVE, HARMLESS = groups("groups"), groups("harmless")
# A little less than was measured (55 of 60; 7 of 69 through the worst door): a later change may not fall below it.
LEAST_REFUSED, MOST_REFUSED_WRONGLY = 0.9, 0.12


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


def test_every_argument_that_names_a_subject_has_a_door() -> None:
    used = {name for _, args in CALLS.values() for name, value in args.items() if "{group}" in str(value)}
    like = {"never_likes": "likes", "never_dislikes": "dislikes", "themes": "names", "brands": "names"}
    assert {like.get(name, name) for name in SUBJECTS} <= used
