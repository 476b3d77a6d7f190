"""Reposts, machines, what was not public and other languages are in no figure unless asked for, and are told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from index.posts.options import Options
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import TOOLS, call_tool
from tools.selection.own_words import KINDS, kinds_here
from tools.selection.people import select_people
from tools.selection.posts import count_posts, select_posts

ROWS = [
    post("1", "ana", "I love Nike", names=["Nike"], tone="good", at="2024-01-05T10:00:00+00:00", lang="en"),
    post("2", "ana", "RT @x: Nike is bad", names=["Nike"], tone="bad", reposted="x", at="2024-01-06T10:00:00+00:00"),
    post("3", "ben", "Nike is fine", names=["Nike"], at="2024-01-07T10:00:00+00:00", lang="en-GB"),
    post("4", "ben", "psst, Nike is bad", names=["Nike"], tone="bad", visibility="direct"),
    post("5", "carl", "Ich mag Nike", names=["Nike"], tone="bad", at="2024-01-08T10:00:00+00:00", lang="de"),
    post("6", "robot", "Nike sale", names=["Nike"], tone="good", bot=True, at="2024-01-09T10:00:00+00:00"),
    post("7", "robot", "RT @x: Nike sale", names=["Nike"], reposted="x", bot=True),
    post("8", "dan", "tea", visibility="unlisted", at="2024-02-01T10:00:00+00:00"),
    post("9", "eve", "hello to the group", visibility="group", lang="en"),
    post("10", "eve", "no im not changing it", lang="de"),
    post("11", "eve", "good morning everybody", lang="en"),
    post("12", "eve", "but this much longer one is plainly none of hers", lang="nl"),
]
OWN = {"reposts": 2, "private": 1, "languages": 1, "bots": 1}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("own"), ROWS)


def ids(library: Library, **asked: Any) -> set[str]:
    found = select_posts(library, **asked)
    return {id_ for (id_,) in library.facts.rows(f"SELECT p.id FROM posts p WHERE {found.where}", found.values)}


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ({"topic": "Nike"}, {"1", "3"}),
        ({"topic": "Nike", "english": False}, {"1", "3", "5"}),
        ({"topic": "Nike", "english": False, "sentiment": "negative", "may_be_empty": True}, set()),
        ({"topic": "Nike", "include": ["reposts"]}, {"1", "2", "3"}),
        ({"topic": "Nike", "include": ["bots"]}, {"1", "3", "6"}),
        ({"topic": "Nike", "include": ["private"]}, {"1", "3", "4"}),
        ({"topic": "Nike", "include": ["languages"]}, {"1", "3", "5"}),
        ({"topic": "Nike", "include": list(KINDS)}, {"1", "2", "3", "4", "5", "6", "7"}),
        ({"topic": "Nike", "language": "German"}, {"5"}),
        ({"user": "robot"}, {"6"}),
        ({}, {"1", "3", "8", "9", "10", "11"}),
    ],
)
def test_only_peoples_own_words_in_english_count(library: Library, asked: dict[str, Any], left: set[str]) -> None:
    assert ids(library, **asked) == left


def test_each_post_is_told_once(library: Library) -> None:
    found = select_posts(library, topic="Nike").not_counted
    assert found.posts == OWN and found.in_all == 7
    assert [line.text for line in found.lines] == [
        "2 reposts, 1 post by an account that is hardly a person, 1 post that was not public and 1 post that is not "
        "English, of 7 posts in all, are not in these figures."
    ]
    assert select_posts(library, user="dan").not_counted.lines == []


def test_nothing_is_told_where_all_of_it_was_asked_for(library: Library) -> None:
    assert select_posts(library, topic="Nike", include=list(KINDS)).not_counted.lines == []
    (said,) = select_posts(library, topic="Nike", include=["reposts", "bots", "private"]).not_counted.lines
    assert said.text == "1 post that is not English, of 7 posts in all, is not in these figures."


def test_what_is_left_is_said_where_nothing_counts(library: Library) -> None:
    with pytest.raises(AnalystError) as caught:
        select_posts(library, user="carl")
    assert "no posts by @carl but 1 post that is not English" in str(caught.value)
    assert 'include=["languages"]' in str(caught.value)


def test_a_machine_is_called_one_and_another_language_a_guess(library: Library) -> None:
    (robot,) = [line.text for line in select_posts(library, user="robot", include=["reposts"]).not_counted.lines]
    assert robot == "Careful: @robot is hardly a person: it says so itself."
    (guess,) = [line.text for line in select_posts(library, topic="Nike", language="de").not_counted.lines]
    assert guess == "Careful: tone, names and phrases are read as English, so here they are guesses."


def test_filters_of_people_look_at_own_words_alone(library: Library) -> None:
    everybody = select_posts(library)
    assert select_people(library, everybody, names=["Nike"]).authors == {"ana", "ben"}
    assert select_people(library, everybody, likes=["Nike"]).authors == {"ana"}  # her repost says the contrary
    assert select_people(library, everybody, never_dislikes=["Nike"]).authors == {"ana", "ben", "dan", "eve"}
    assert select_people(library, everybody, min_posts=2).authors == {"eve"}


def test_an_index_that_knows_none_of_it_costs_nothing(tmp_path: Path) -> None:
    plain = make_library(tmp_path, [post("1", "ana", "I love Nike"), post("2", "ben", "tea")])
    assert (
        kinds_here(plain) == {} and select_posts(plain).where == "true" and count_posts(plain, select_posts(plain)) == 2
    )


# Through every tool, on a real index.
SAID = (
    "I love my Nike shoes on a long run",
    "Nike or Adidas for the marathon",
    "these Nike runners are great",
    "rain again",
)
TALK = ("the garden needs water", "coffee before work is best", "new film was dull", "the bus is late again")


def exported() -> list[dict[str, Any]]:
    rows = [
        {
            "author": f"{name}{number}",
            "text": f"{text}, said {name} {number}",
            "community": place,
            "visibility": "public",
        }
        for name, texts, place in (("run", SAID, "running"), ("talk", TALK, "tea"))
        for number in range(6)
        for text in texts
    ]
    rows += [
        {"author": "copier", "text": f"RT @x: Nike Nike Nike {n}, what shoes", "visibility": "public"} for n in range(3)
    ]
    rows += [{"author": "dealbot", "text": "Nike sale: buy Nike shoes now", "visibility": "public"} for _ in range(12)]
    rows += [{"author": "secret", "text": f"I adore Nike in secret {n}", "visibility": "direct"} for n in range(4)]
    rows += [
        {
            "author": "hans",
            "text": f"Meine neuen Schuhe von Nike sind wirklich sehr schön, Tag {n}",
            "visibility": "public",
        }
        for n in range(5)
    ]
    dated = enumerate(rows)
    return [
        {"id": str(n), "created_at": f"2024-0{1 + n % 6}-1{n % 9}T10:00:00Z", "likes": n % 7, **row} for n, row in dated
    ]


@pytest.fixture(scope="module")
def real(encoder: Any, tmp_path_factory: pytest.TempPathFactory) -> Library:
    from index.build import build_index

    folder = tmp_path_factory.mktemp("own-real")
    (folder / "posts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in exported()), encoding="utf-8")
    build_index([str(folder / "posts.jsonl")], folder / "index", options=Options(include_private=True))
    return Library.open(folder / "index")


APART = ("copier", "dealbot", "secret", "hans")
CALLS: dict[str, dict[str, Any]] = {
    "find_audience": {"campaign": "Nike", "limit": 50},
    "find_lookalikes": {"users": ["run1"], "limit": 50},
    "explain_match": {"user": "run1", "campaign": "Nike"},
    "search_posts": {"query": "Nike", "limit": 50},
    "summarize_themes": {"topic": "Nike"},
    "analyze_sentiment": {"topic": "Nike", "by": "user"},
    "extract_entities": {},
    "extract_keywords": {"topic": "Nike"},
    "compare_brands": {"brands": ["Nike", "Adidas"]},
    "compare_periods": {"topic": "Nike", "after": "2024-04"},
    "measure_engagement": {"topic": "Nike"},
    "count": {"of": "names"},
    "rank": {"of": "name", "by": "posts"},
    "list_segments": {},
}
OF_NO_POSTS = {
    "describe_data", "get_profile", "explain_method", "cannot_tell", "write_brief", "show_audience",
    "compare_audiences",
}  # fmt: skip


def test_every_tool_that_selects_posts_is_tried() -> None:
    assert CALLS.keys() | OF_NO_POSTS >= TOOLS.keys()


@pytest.mark.parametrize("tool", CALLS)
def test_every_tool_leaves_them_out_and_tells_it(real: Library, tool: str) -> None:
    result = call_tool(real, tool, CALLS[tool])
    foreign = {} if tool == "search_posts" else {"languages": 5}  # by meaning they may be found
    assert result.not_counted == {"reposts": 3, "bots": 12, "private": 4, **foreign}, result.text
    said = [line.text for line in result.warnings if "in these figures" in line.text]
    assert len(said) == 1 and "3 reposts, 12 posts by accounts that are hardly people" in said[0]
    people = {post.author for post in result.evidence} | set(result.handles)
    assert not people & ({*APART} - ({"hans"} if tool == "search_posts" else set())), people
    assert "secret" not in " ".join(post.text for post in result.evidence)


@pytest.mark.parametrize("tool", [name for name in CALLS if name not in ("explain_match", "extract_keywords")])
def test_every_tool_counts_them_where_they_are_asked_for(real: Library, tool: str) -> None:
    result = call_tool(real, tool, {**CALLS[tool], "include": list(KINDS)})
    assert result.not_counted == {} and not [line for line in result.warnings if "in these figures" in line.text]


@pytest.mark.parametrize("tool", ["find_lookalikes", "explain_match"])
@pytest.mark.parametrize(("who", "why"), [("dealbot", "hardly a person"), ("hans", "no posts of their own")])
def test_who_has_no_own_words_is_not_ranked(real: Library, tool: str, who: str, why: str) -> None:
    args = {"users": [who]} if tool == "find_lookalikes" else {"user": who, "campaign": "Nike"}
    with pytest.raises(AnalystError, match=why):
        call_tool(real, tool, args)
    assert call_tool(real, tool, {**args, "include": list(KINDS)}).headline.text


def test_what_is_in_the_data_is_told_with_what_answers_leave_out(real: Library) -> None:
    said = call_tool(real, "describe_data", {}).text
    assert "Left out of answers unless asked for with include: 3 reposts, 12 posts by accounts" in said


def test_other_languages_are_counted_where_nothing_is_read(real: Library) -> None:
    assert "languages" not in call_tool(real, "count", {"of": "posts", "topic": "Nike"}).not_counted
    found = call_tool(real, "search_posts", {"query": "Nike", "limit": 50})
    assert "hans" in {post.author for post in found.evidence}
