"""The most and the least: who leads, ties, floors, and what cannot be ranked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool

ROWS = [
    *[
        post(
            f"a{n}",
            "ana",
            "I love Nike",
            names=["Nike"],
            tone="good",
            likes=10 + n,
            community="run",
            at=f"2025-01-0{n + 1}T08:00:00+00:00",
        )
        for n in range(6)
    ],
    *[
        post(
            f"b{n}",
            "ben",
            "Adidas again",
            names=["Adidas"],
            tone="bad",
            likes=2,
            community="tea",
            at=f"2025-02-0{n + 1}T09:00:00+00:00",
        )
        for n in range(6)
    ],
    post("c1", "cleo", "plain tea", likes=100, community="tea", at="2025-02-02T09:00:00+00:00"),
]


@pytest.fixture(scope="module")
def ranked(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    library: Library = make_library(tmp_path_factory.mktemp("rank"), ROWS)
    return lambda **args: call_tool(library, "rank", args)


@pytest.mark.parametrize(
    ("args", "start"),
    [
        ({"of": "person"}, "A tie among 3 people: @ana and @ben each posted the most: 6 posts."),
        ({"of": "person", "order": "least"}, "Of 3 people @cleo posted the least: 1 post."),
        ({"of": "person", "by": "likes"}, "Of 3 people @cleo gets the most likes: 100 likes in 1 post."),
        ({"of": "person", "by": "likes", "at_least": 5}, "Of 2 people @ana gets the most likes: 75 likes in 6 posts."),
        ({"of": "person", "by": "likes", "average": True}, "Of 2 people @ana gets the most likes a post: 12.5 ("),
        ({"of": "person", "exclude": ["ana"]}, "Of 2 people @ben posted the most: 6 posts."),
        (
            {"of": "post", "by": "likes"},
            'The post with the most likes: @cleo in tea on 2025-02-02 (100 likes): "plain tea"',
        ),
        (
            {"of": "name", "by": "negative", "type": "brand"},
            "Adidas has the most negative posts: 6 of 6 posts.",
        ),
        ({"of": "name", "by": "tone"}, "Nike has the warmest tone: 6 posts by 1 person, 6 positive and 0 negative."),
        (
            {"of": "name", "by": "tone", "order": "least"},
            "Adidas has the coldest tone: 6 posts by 1 person, 0 positive and 6 negative.",
        ),
        ({"of": "community", "by": "people"}, "tea has posts by the most people: 2 people in 7 posts."),
        ({"of": "month"}, "2025-02 has the most posts: 7 posts by 2 people."),
        ({"of": "month", "topic": "Nike"}, "2025-01 has the most posts about Nike: 6 posts by 1 person."),
        ({"of": "hour", "min_likes": 10}, "08:00 UTC has the most posts with at least 10 likes: 6 posts by 1 person."),
    ],
)
def test_headlines(ranked: Callable[..., Any], args: dict[str, Any], start: str) -> None:
    assert ranked(**args).headline.text.startswith(start)


def test_the_list_can_be_pointed_at(ranked: Callable[..., Any]) -> None:
    found = ranked(of="person", by="likes")
    assert found.listing.kind == "people"
    assert found.listing.names == ("cleo", "ana", "ben")
    assert [line.place for line in found.lines if line.role == "figure"] == [1, 2, 3]
    assert found.evidence[0].author == "cleo"


def test_a_mean_needs_a_floor_and_says_so(ranked: Callable[..., Any]) -> None:
    found = ranked(of="person", by="tone")
    assert found.at_least == 5
    assert [group.name for group in found.groups] == ["ana", "ben"]
    assert "Left out for fewer than 5 posts: 1." in found.text


def test_every_figure_has_its_field(ranked: Callable[..., Any]) -> None:
    found = ranked(of="name", by="negative")
    data = found.to_dict()
    for line in [found.headline, *found.lines]:
        for cell in line.cells:
            if not cell.path or cell.format in ("quotation", "date"):
                continue
            value: Any = data
            for part in cell.path.split("."):
                value = value[int(part)] if isinstance(value, list) else value[part]
            held = pytest.approx(cell.value, abs=1e-4) if isinstance(cell.value, float) else cell.value
            assert value == held


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        ({"of": "post"}, "Posts cannot be ranked by posts"),
        ({"of": "person", "by": "shares"}, "No post here says how many shares it has"),
        ({"of": "person", "at_least": 100}, "No person has 100 posts: at_least leaves none of 3"),
        ({"of": "person", "topic": "depression"}, "never inferred"),
        ({"of": "phrase"}, "None of the posts has a phrase"),
        ({"of": "person", "min_posts": 9}, "The filter min_posts leaves nobody"),
        ({"of": "person", "type": "brand"}, "Only names have a type"),
    ],
)
def test_what_cannot_be_ranked(ranked: Callable[..., Any], args: dict[str, Any], sentence: str) -> None:
    with pytest.raises(AnalystError, match=sentence):
        ranked(**args)


TIED = [
    post("a1", "ana", "one", likes=3),
    post("a2", "ana", "two", likes=3, tone="bad"),
    post("b1", "ben", "three", likes=1, tone="bad"),
    post("c1", "cleo", "four", likes=1, tone="bad"),
    post("c2", "cleo", "five", likes=1),
]


@pytest.mark.parametrize(
    ("args", "start"),
    [
        (
            {"of": "person", "by": "negative"},
            "A tie among 3 people: @ana, @cleo and @ben each has the most negative posts: 1 post.",
        ),
        ({"of": "person", "limit": 1}, "A tie among 3 people: @ana and 1 more each posted the most: 2 posts."),
        (
            {"of": "person", "by": "negative", "average": True, "at_least": 2},
            "A tie among 2 people: @ana and @cleo each has the largest share of negative posts: 50 %.",
        ),
        (
            {"of": "post", "by": "likes", "limit": 1},
            "A tie: 2 posts have the most likes (3 likes), one of them by @ana",
        ),
        (
            {"of": "post", "by": "negative"},
            "A tie: 3 posts have the most negative tone (70 % negative), one of them by ",
        ),
        ({"of": "person", "by": "likes"}, "Of 3 people @ana gets the most likes: 6 likes in 2 posts."),
    ],
)
def test_a_tie_tells_only_what_all_share(tmp_path: Path, args: dict[str, Any], start: str) -> None:
    assert call_tool(make_library(tmp_path, TIED), "rank", args).headline.text.startswith(start)


def test_of_the_negative_posts_the_most_negative_leads(ranked: Callable[..., Any]) -> None:
    found = ranked(of="post", by="negative", limit=1)
    assert found.evidence[0].author == "ben"
    assert found.groups[0].value == pytest.approx(0.7)


def test_who_has_no_such_post_has_not_the_most(tmp_path: Path) -> None:
    rows = [post("a", "ana", "one", tone="bad"), post("b", "ben", "two")]
    library = make_library(tmp_path, rows)
    found = call_tool(library, "rank", {"of": "person", "by": "negative"}).to_dict()
    assert [group["name"] for group in found["groups"]] == ["ana"]
    with pytest.raises(AnalystError, match="No person has a positive post"):
        call_tool(library, "rank", {"of": "person", "by": "positive"})
    fewest = call_tool(library, "rank", {"of": "person", "by": "negative", "order": "least"}).to_dict()
    assert fewest["groups"][0]["name"] == "ben"


def test_whoever_asks_for_fewer_posts_than_the_floor_gets_them(ranked: Callable[..., Any]) -> None:
    found = ranked(of="person", by="likes", average=True, min_posts=1)
    assert [group.name for group in found.groups] == ["cleo", "ana", "ben"]
    assert [group.name for group in ranked(of="person", by="likes", average=True).groups] == ["ana", "ben"]


def test_only_brands_of_a_kind(ranked: Callable[..., Any]) -> None:
    found = ranked(of="name", by="negative", kind="shoe brands")
    assert [group.name for group in found.groups] == ["Adidas"] and found.headline.text.startswith(
        "Adidas has the most"
    )
    assert {group.name for group in ranked(of="name", kind="sportswear brand").groups} == {"Adidas", "Nike"}
    with pytest.raises(AnalystError, match="None of the posts has a name of that kind"):
        ranked(of="name", kind="airlines")
    with pytest.raises(AnalystError, match="'wibbles' is no kind of brands that is known"):
        ranked(of="name", kind="wibbles")
    with pytest.raises(AnalystError, match="Only names are of a kind"):
        ranked(of="person", kind="airlines")
