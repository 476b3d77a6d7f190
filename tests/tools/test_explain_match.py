"""One person and one campaign: it agrees with the audience, and says what would have to be different."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.tools.said import lines
from tools.explain_match import GOALS
from tools.targeting.signals import NAMES

Call = Callable[..., Any]


@pytest.mark.parametrize("campaign", ["Lego", "coffee", "Playmobil", "Build anything you like with a thousand bricks"])
def test_it_agrees_with_the_audience(call: Call, campaign: str) -> None:
    audience = call("find_audience", campaign=campaign, limit=500)
    for place in (1, 4, audience.considered):
        person = audience.people[place - 1]
        found = call("explain_match", user=person.user, campaign=campaign)
        assert (found.user, found.place, found.considered) == (person.user, place, audience.considered)
        assert (found.probability, found.low, found.high) == (person.probability, person.low, person.high)
        assert {reason.signal: reason.weight for reason in found.reasons} == person.signals
        assert [post.id for post in found.supporting] == person.evidence
        assert [post.id for post in found.opposing] == person.opposing


def test_the_first_needs_no_change_and_the_last_does(call: Call) -> None:
    audience = call("find_audience", campaign="Lego", limit=500)
    first, last = (call("explain_match", user=audience.handles[i], campaign="Lego") for i in (0, -1))
    assert first.changes == [] and first.needed <= first.probability
    assert last.changes and set(last.changes) <= set(GOALS.values())
    assert last.needed == first.probability  # of twelve people the best 5 % are one
    assert any(f"@{last.user} would have to" in line for line in lines(last))


def test_every_signal_has_a_goal_and_a_reason(call: Call) -> None:
    assert set(GOALS) == set(NAMES)
    assert {reason.signal for reason in call("explain_match", user="signs", campaign="Lego").reasons} == set(NAMES)


def test_lines_tell_the_figures(call: Call) -> None:
    found = call("explain_match", user="plainjane", campaign="Lego")
    assert f"place {found.place} of {found.considered}" in lines(found)[0]
    assert any(line.startswith("Against: ") and " in 1 post" in line for line in lines(found))
    assert 'Speaks against it: "Lego is overpriced rubbish"' in lines(found)
    assert found.handles == ["plainjane"]


def test_few_posts_are_warned_of(call: Call) -> None:
    warnings = list(map(str, call("explain_match", user="Signs", campaign="Lego").warnings))
    assert "only 1 post by @Signs" in warnings[0] and "could be ranked" in warnings[1]


def test_a_place_within_a_community_counts_the_person_in(call: Call) -> None:
    found = call("explain_match", user="signs", campaign="Lego", community="toys")
    assert found.considered == 3  # buildbot, brickfan and signs, who never posted there


def test_unknown_people_are_told_with_the_nearest(refuse: Callable[..., str]) -> None:
    assert "Did you mean @brickfan" in refuse("explain_match", user="brickfam", campaign="Lego")
    assert "campaign is empty" in refuse("explain_match", user="signs", campaign=" ")


def test_the_same_call_twice_gives_identical_results(call: Call) -> None:
    args = {"user": "brickfan", "campaign": "Lego"}
    assert call("explain_match", **args).to_dict() == call("explain_match", **args).to_dict()
