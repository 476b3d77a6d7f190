"""Groups of people: how many, who is in which, what they are called."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np
import pytest

from index.errors import AnalystError
from tests.tools.said import warnings
from tools.library import Library
from tools.list_segments import grouping_of, list_segments
from tools.segments.grouping import Grouping, group_people
from tools.segments.naming import _apart, _log_odds

SIGNS = {"negative": -1, "neutral": 0, "positive": 1}
Call = Callable[..., Any]
Read = dict[str, dict[str, Any]]


class Made:
    """Stands where a library's people are read: ``people_vectors`` is all that grouping everyone needs."""

    def __init__(self, names: list[str], vectors: np.ndarray) -> None:
        unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        self.people_vectors = names, unit.astype(np.float32)
        self.groupings: dict[int | None, Grouping] = {}


def bundles(groups: int, people: int, spread: float = 0.02, seed: int = 1) -> tuple[list[str], np.ndarray, list[int]]:
    """``groups`` bundles of ``people`` vectors in directions of their own, in mixed order, and their true groups."""
    dice = np.random.default_rng(seed)
    truth = dice.permutation(np.repeat(np.arange(groups), people))
    vectors = np.eye(384)[truth * 7] + dice.normal(0, spread, (groups * people, 384))
    return [f"user{row:04d}" for row in range(len(truth))], vectors, truth.tolist()


def grouped(names: list[str], vectors: np.ndarray, groups: int | None = None) -> Grouping:
    return group_people(Made(names, vectors), None, groups)  # type: ignore[arg-type]


@pytest.mark.parametrize("groups", [2, 3, 5, 8])
def test_bundles_are_found_and_counted(groups: int) -> None:
    names, vectors, truth = bundles(groups, 24)
    found = grouped(names, vectors)
    assert found.chosen.groups == groups
    assert found.chosen.silhouette > 0.7 and found.chosen.stability == 1
    assert len(set(zip(truth, found.labels.tolist(), strict=True))) == groups


def test_everyone_is_grouped_once() -> None:
    names, vectors, _ = bundles(3, 20)
    library = Made(names, vectors)
    first = group_people(library, None)  # type: ignore[arg-type]
    assert group_people(library, None) is first  # type: ignore[arg-type]
    assert group_people(library, None, 2).chosen.groups == 2  # type: ignore[arg-type]


def test_the_order_of_the_store_does_not_matter() -> None:
    names, vectors, _ = bundles(4, 20, spread=0.2)
    first = grouped(names, vectors)
    order = np.random.default_rng(3).permutation(len(names))
    second = grouped([names[row] for row in order], vectors[order])
    assert second.people == first.people == names and second.trials == first.trials
    assert second.labels.tolist() == first.labels.tolist()


def test_the_largest_group_comes_first_and_of_equal_ones_that_with_the_first_name() -> None:
    names = list("abcdefghi")
    vectors = np.eye(384)[[0, 1, 2, 2, 2, 2, 1, 0, 0]]
    assert grouped(names, vectors, 3).labels.tolist() == [1, 2, 0, 0, 0, 0, 2, 1, 1]
    assert grouped(list("abcd"), np.eye(384)[[1, 0, 0, 1]], 2).labels.tolist() == [0, 1, 1, 0]


def test_the_number_taken_is_the_largest_of_the_best_among_the_steady() -> None:
    from tools.segments.grouping import Trial, _best

    trials = [Trial(2, 0.30, 0.9), Trial(3, 0.41, 0.7), Trial(4, 0.415, 0.6), Trial(5, 0.9, 0.49)]
    assert _best(trials) == trials[2]
    assert _best(trials[:2]) == trials[1]
    assert _best([Trial(2, 0.9, 0.1), Trial(3, 0.1, 0.3), Trial(4, 0.2, 0.3)]).groups == 3


def test_only_numbers_that_leave_groups_of_some_size_are_tried() -> None:
    names, vectors, _ = bundles(2, 20)
    assert [trial.groups for trial in grouped(names, vectors).trials] == [2, 3, 4]
    names, vectors, _ = bundles(2, 2)
    assert [trial.groups for trial in grouped(names, vectors).trials] == [2]
    names, vectors, _ = bundles(30, 10)
    assert [trial.groups for trial in grouped(names, vectors).trials] == list(range(2, 21))


@pytest.mark.parametrize(("people", "asked", "said"), [
    (0, None, "0 people are too few for groups; it takes 4."),
    (1, None, "1 person is too few"),
    (3, None, "3 people are too few"),
    (4, 3, "4 people cannot be told apart into 3 groups. Ask for 2 to 2."),
    (9, 5, "9 people cannot be told apart into 5 groups. Ask for 2 to 4."),
])  # fmt: skip
def test_too_few_people(people: int, asked: int | None, said: str) -> None:
    names, vectors, _ = bundles(1, people)
    with pytest.raises(AnalystError, match=re.escape(said)):
        grouped(names, vectors + np.eye(384)[:people], asked)


def test_people_who_write_the_same() -> None:
    with pytest.raises(AnalystError, match="write all the same"):
        grouped(list("abcdef"), np.ones((6, 384)))
    found = grouped(list("abcdef"), np.eye(384)[[0, 0, 0, 0, 1, 1]])
    assert found.labels.tolist() == [0, 0, 0, 0, 1, 1]
    with pytest.raises(AnalystError, match="Ask for 2 to 2"):
        grouped(list("abcdef"), np.eye(384)[[0, 0, 0, 0, 1, 1]], 3)


def test_log_odds() -> None:
    assert _log_odds(5, 10, 5, 10) == 0
    assert _log_odds(9, 10, 1, 10) == -_log_odds(1, 10, 9, 10) > 1.96
    assert _log_odds(90, 100, 10, 100) > _log_odds(9, 10, 1, 10)


def test_terms_share_no_word_whatever_its_ending() -> None:
    terms = ["dog", "dogs", "hot dogs", "run", "running", "r&b", "Café", "cafés", "dogma"]
    assert _apart(terms, set(), 9) == ["dog", "run", "r&b", "Café"]
    assert _apart(["espresso machine", "coffees", "mug"], {"coffee"}, 1) == ["espresso machine"]
    assert _apart(["coffees", "mug"], {"coffee"}, 5) == ["mug"]


def test_everyone_in_groups(call: Call, read: Read, library: Library) -> None:
    result = call("list_segments", count=3)
    authors = {post["author"] for post in read.values()}
    assert result.people == len(authors) == sum(segment.people for segment in result.segments)
    assert [segment.people for segment in result.segments] == sorted(
        (segment.people for segment in result.segments), reverse=True
    )
    grouping = grouping_of(library, result)
    for label, segment in enumerate(result.segments):
        members = {grouping.people[row] for row in grouping.members(label)}
        own = [post for post in read.values() if post["author"] in members]
        assert (segment.people, segment.posts) == (len(members), len(own))
        assert segment.share == pytest.approx(len(members) / len(authors))
        assert segment.mean == pytest.approx(mean(SIGNS[post["sentiment"]] for post in own), abs=1e-5)
        assert set(segment.typical_people) <= members and len(segment.typical_people) == min(5, len(members))
        assert {read[id_]["author"] for id_ in segment.typical_posts} <= members
        assert f"{label + 1}. {segment.name}: {len(members)} p" in result.text
    assert [post.id for post in result.evidence] == [segment.typical_posts[0] for segment in result.segments]
    assert result.criterion == "as many as asked for" and len(result.trials) == 1


def test_names_are_what_one_group_says_and_the_others_do_not(call: Call, read: Read, library: Library) -> None:
    result = call("list_segments", count=2)
    names = [part for segment in result.segments for part in re.split(", | and ", segment.name)]
    assert len({name.casefold() for name in names}) == len(names) >= 4
    grouping = grouping_of(library, result)
    for label, segment in enumerate(result.segments):
        members = {grouping.people[row] for row in grouping.members(label)}
        for place in segment.communities:
            inside, outside = (
                {post["author"] for post in read.values() if post["community"] == place and is_in(post["author"])}
                for is_in in (members.__contains__, lambda author, own=members: author not in own)
            )
            assert len(inside) / len(members) > len(outside) / (result.people - len(members))
        for phrase in segment.phrases:
            assert any(
                phrase.casefold() in " ".join(post["text"].casefold().split())
                for post in read.values()
                if post["author"] in members
            ), phrase


def test_the_same_again(call: Call) -> None:
    assert call("list_segments").to_dict() == call("list_segments").to_dict()


def test_a_community_is_grouped_by_its_own_posts_alone(call: Call, read: Read) -> None:
    by_community = Counter(post["community"] for post in read.values())
    place = max(
        (name for name in by_community if name),
        key=lambda name: len({post["author"] for post in read.values() if post["community"] == name}),
    )
    own = {id_: post for id_, post in read.items() if post["community"] == place}
    result = call("list_segments", community=place)
    assert result.people == len({post["author"] for post in own.values()}) >= 4
    assert sum(segment.posts for segment in result.segments) == len(own)
    assert {id_ for segment in result.segments for id_ in segment.typical_posts} <= set(own)
    assert result.subject == f"in {place}" and f"posts in {place}" in result.headline.text
    assert all(segment.communities == [] for segment in result.segments)  # all post in the same one


def test_a_topic_leaves_itself_out_of_the_names(call: Call, refuse: Callable[..., str]) -> None:
    assert "3 people with posts about Lego are too few for groups" in refuse("list_segments", topic="Lego")
    result = call("list_segments", topic="phone")
    assert result.people == 4 and [segment.people for segment in result.segments] == [3, 1]
    said = [word for segment in result.segments for phrase in segment.phrases for word in phrase.casefold().split()]
    assert said and not any(word.startswith("phone") for word in said)


def test_small_samples_warn(call: Call) -> None:
    result = call("list_segments")
    assert f"only {result.people} people could be grouped; under 150" in warnings(result)[0]
    assert any("loose" in warning for warning in warnings(result)) == (result.stability < 0.5)


@pytest.mark.parametrize("count", [1, 0, -3, 21, 1000])
def test_numbers_of_groups_that_are_refused(refuse: Callable[..., str], count: int) -> None:
    assert f"count is {count}. Ask for 2 to 20 groups." in refuse("list_segments", count=count)


def test_times_and_unknown_names_are_refused_as_everywhere(refuse: Callable[..., str]) -> None:
    assert "is no date" in refuse("list_segments", since="soon")
    assert "Did you mean toys?" in refuse("list_segments", community="toyss")
    assert "There are no posts" in refuse("list_segments", until="1990")


def test_six_people(tiny_index: Path) -> None:
    library = Library.open(tiny_index)
    result = list_segments(library)
    assert sorted(user for segment in result.segments for user in segment.typical_people) == [
        "ana", "ben", "cleo", "dan", "eve", "fay",
    ]  # fmt: skip
    assert len(result.segments) == 2 and all(segment.name for segment in result.segments)


def test_of_very_many_posts_everybodys_first_are_read(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    import tools.segments.grouping

    result = list_segments(library, min_posts=1)
    monkeypatch.setattr(tools.segments.grouping, "READ_POSTS", result.people)
    assert list_segments(library, min_posts=1).people == result.people
    monkeypatch.setattr(tools.segments.grouping, "READ_POSTS", 6)
    fewer = list_segments(library, min_posts=1)
    assert fewer.people == 6
    assert f"So many people wrote these posts that {result.people - 6} people are left out." in warnings(fewer)
