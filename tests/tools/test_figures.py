"""The figures of every tool against the same figures counted another way."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from statistics import mean
from typing import Any

import pytest

from tests.tools.said import warnings
from tools.library import Library
from tools.result.result import ToolResult
from tools.result.tones import leaning

Call = Callable[..., Any]
Read = dict[str, dict[str, Any]]
SIDES = ("negative", "neutral", "positive")
LEGO = {"m01", "m02", "m03", "m04", "m06"}


def tones(posts: list[dict[str, Any]]) -> tuple[int, float, float, float]:
    labels = [label_of(post) for post in posts]
    return (len(posts), *(labels.count(side) / len(posts) for side in SIDES))  # type: ignore[return-value]


def label_of(post: dict[str, Any]) -> str:
    """The likeliest tone, as it is told."""
    return max(reversed(SIDES), key=lambda side: post[side])


def net(posts: list[dict[str, Any]]) -> float:
    """The share that is positive less the share that is negative."""
    _, negative, _, positive = tones(posts)
    return positive - negative


def read_toward(tones: list[tuple[float, ...]]) -> dict[str, Any]:
    """The mean of the tones toward a name that a post has several times."""
    return {side: mean(tone[place] for tone in tones) for place, side in enumerate(SIDES)}


def same(shares: Any, posts: list[dict[str, Any]]) -> None:
    count, *expected = tones(posts)
    assert shares.posts == count
    assert [shares.negative, shares.neutral, shares.positive] == pytest.approx(expected, abs=1e-5)
    assert shares.negative + shares.neutral + shares.positive == pytest.approx(1, abs=1e-3)
    assert shares.mean == pytest.approx(shares.positive - shares.negative)


def test_the_fixture_is_what_the_truths_below_say(read: Read, rows: list[dict[str, Any]]) -> None:
    assert len(read) == len(rows) > 150
    assert {id_ for id_, post in read.items() if re.search(r"\blegos?\b", post["text"], re.I)} == LEGO


def test_sentiment_of_a_person_by_every_group(call: Call, read: Read) -> None:
    own = [post for post in read.values() if post["author"] == "mintcondish"]
    for by, key in {
        "day": lambda post: post["created_at"].strftime("%Y-%m-%d"),
        "month": lambda post: post["created_at"].strftime("%Y-%m"),
        "year": lambda post: post["created_at"].strftime("%Y"),
        "community": lambda post: post["community"],
        "user": lambda post: "@" + post["author"],
    }.items():
        groups = defaultdict(list)
        for post in own:
            groups[key(post)].append(post)
        result = call("analyze_sentiment", user="@MintCondish", by=by)
        same(result.shares, own)
        names = list(result.groups)
        if by in ("day", "month", "year"):
            assert names == sorted(groups)[-12:]
        else:
            assert names == sorted(groups, key=lambda name: (-len(groups[name]), name))[:12]
        for name in names:
            same(result.groups[name], groups[name])


def test_weeks_begin_on_monday(call: Call) -> None:
    assert list(call("analyze_sentiment", user="signs", by="week").groups) == ["2024-12-30"]


def toward(library: Library, post: dict[str, Any], name: str) -> dict[str, Any]:
    """``post`` with the tone toward ``name`` where it is tagged in it, else with its own."""
    tones = library.facts.rows(
        "SELECT negative, neutral, positive FROM mentions WHERE post = $id AND canonical = $name",
        {"id": post["id"], "name": name},
    )
    return {**post, **{side: mean(row[i] for row in tones) for i, side in enumerate(SIDES)}} if tones else post


def test_sentiment_of_a_topic_is_the_tone_toward_it(call: Call, library: Library, read: Read) -> None:
    result = call("analyze_sentiment", topic="legos", user="brickfan")
    named = [toward(library, toward(library, {**read[id_], "id": id_}, "legos"), "lego") for id_ in ("m03", "m04")]
    same(result.shares, named)
    assert any(post["positive"] != read[id_]["positive"] for post, id_ in zip(named, ("m03", "m04"), strict=True))
    assert result.subject == "by @brickfan about legos"
    assert warnings(result) == ["Careful: this rests on only 2 posts."]
    assert {post.id for post in result.evidence} <= {"m03", "m04"}
    assert (result.label, result.mean) == (leaning(result.mean), pytest.approx(result.shares.mean))


def test_the_groups_of_a_topic_leave_out_posts_without_a_date(call: Call, read: Read) -> None:
    result = call("analyze_sentiment", topic="Lego", by="month")
    assert result.shares.posts >= len(LEGO)  # by meaning there may be more
    assert sum(group.posts for group in result.groups.values()) == result.shares.posts - (1 if "m06" in read else 0)


def test_the_trend(call: Call, read: Read) -> None:
    own = sorted(
        (post for post in read.values() if post["author"] == "bogle_bogle"),
        key=lambda post: (post["created_at"], post["id"]),
    )
    half = len(own) // 2
    earlier, later = net(own[:half]), net(own[half:])
    result = call("analyze_sentiment", user="bogle_bogle")
    assert result.trend == pytest.approx(later - earlier, abs=1e-5)
    assert call("analyze_sentiment", user="signs").trend is None  # too few posts
    told = [result, call("analyze_sentiment", since="2000")]
    assert {each.trend_sure for each in told} == {True, False}
    assert all(("which may be chance" in each.text) is not each.trend_sure for each in told)


def test_the_most_telling_posts_are_of_their_side(call: Call, read: Read) -> None:
    result = call("analyze_sentiment", user="gaz_l4")
    for side in ("positive", "negative"):
        own = [post for post in read.values() if post["author"] == "gaz_l4" and post["sentiment"] == side]
        best = max(round(post[side], 1) for post in own)
        assert round(read[next(post.id for post in result.evidence if post.sentiment == side)][side], 1) == best


def test_tone_of_a_text(call: Call) -> None:
    result = call("analyze_sentiment", text="I love this, it is wonderful!")
    assert (result.label, result.shares.posts, result.warnings) == ("positive", 1, [])
    assert call("analyze_sentiment", text="I hate this, it is awful!").label == "negative"


def test_a_profile(call: Call, read: Read) -> None:
    own = [post for post in read.values() if post["author"] == "mei.lin.q"]
    result = call("get_profile", user="mei.lin.q")
    assert (result.user, result.posts, result.handles) == ("mei.lin.q", len(own), ["mei.lin.q"])
    days = sorted(post["created_at"].strftime("%Y-%m-%d") for post in own)
    assert (result.first_post, result.last_post) == (days[0], days[-1])
    communities = Counter(post["community"] for post in own)
    assert result.communities == dict(sorted(communities.items(), key=lambda item: (-item[1], item[0]))[:5])
    assert result.hours == Counter(post["created_at"].hour for post in own)
    assert result.weekdays == Counter(post["created_at"].strftime("%A") for post in own)
    _, *shares = tones(own)
    assert [result.negative, result.neutral, result.positive] == pytest.approx(shares, abs=1e-5)
    assert result.likes == pytest.approx(mean(post["likes"] for post in own))
    liked = [post["likes"] for post in read.values() if post["likes"] is not None]
    assert result.everyone_likes == pytest.approx(mean(liked))
    assert [post.likes for post in result.evidence] == sorted((post["likes"] for post in own), reverse=True)[:5]
    means = {brand.name: brand.mean for brand in result.brands}
    assert all(means[name] > 0 for name in result.liked) and all(means[name] < 0 for name in result.disliked)


def test_a_name_said_twice_in_a_post_counts_once(call: Call, library: Library, read: Read) -> None:
    mentions = library.facts.rows("SELECT canonical, post, negative, neutral, positive FROM mentions")
    posts: dict[str, dict[str, list[tuple[float, ...]]]] = defaultdict(lambda: defaultdict(list))
    for name, post, *tone in mentions:
        posts[name][post].append(tuple(tone))
    result = call("extract_entities", community="rants", limit=100)
    surfaces = library.facts.rows("SELECT DISTINCT text, canonical FROM mentions")
    keys = defaultdict(set)
    for text, name in surfaces:
        keys[" ".join(text.split())].add(name)
    assert result.entities
    for entity in result.entities:
        wanted = [{id_: posts[key][id_] for id_ in posts[key] if read[id_]["community"] == "rants"}
                  for key in keys[entity.name]]  # fmt: skip
        assert any(
            entity.posts == len(found)
            and entity.people == len({read[id_]["author"] for id_ in found})
            and entity.mean == pytest.approx(net([read_toward(tones) for tones in found.values()]), abs=1e-4)
            and entity.positive - entity.negative == round(entity.mean * entity.posts)
            for found in wanted
            if found
        ), entity
    order = [(-entity.posts, -entity.people, entity.name) for entity in result.entities]
    assert order == sorted(order)
    assert result.posts == sum(post["community"] == "rants" for post in read.values())


def test_entities_of_one_type_and_of_a_text(call: Call) -> None:
    result = call("extract_entities", text="Tim Cook came to Berlin", type="location")
    assert [(entity.name, entity.type) for entity in result.entities] == [("Berlin", "location")]
    assert {entity.type for entity in call("extract_entities", user="gaz_l4", limit=50).entities} <= {
        "person", "organization", "product", "location", "group", "work",
    }  # fmt: skip
    nothing = call("extract_entities", text="nothing here", type="person")
    assert (nothing.entities, nothing.text) == ([], 'No person names stand in "nothing here".')


def test_entities_do_not_repeat_the_topic(call: Call) -> None:
    for topic in ("Nike", "nikes", "#NIKE"):
        names = {entity.name.casefold() for entity in call("extract_entities", topic=topic, limit=100).entities}
        assert not names & {"nike", "nikes", "#nike"}


def test_key_phrases(call: Call, library: Library, read: Read) -> None:
    result = call("extract_keywords", community="money", limit=8)
    here = {id_ for id_, post in read.items() if post["community"] == "money"}
    assert result.posts == len(here)
    carried = Counter(phrase for phrase, post in library.facts.rows("SELECT phrase, post FROM phrases") if post in here)
    assert [keyword.posts for keyword in result.keywords] == [carried[keyword.phrase] for keyword in result.keywords]
    weights = [keyword.weight for keyword in result.keywords]
    assert weights == sorted(weights, reverse=True) and weights[0] == 1 and min(weights) > 0
    words = [word for keyword in result.keywords for word in set(keyword.phrase.split())]
    assert len(words) == len(set(words))
    assert all(result.keywords[0].phrase in post.text.casefold() for post in result.evidence)


def test_key_phrases_of_a_text_do_not_repeat_words(call: Call) -> None:
    result = call(
        "extract_keywords", text="A lovely espresso machine in Berlin; the espresso machine is great", limit=10
    )
    words = [word for keyword in result.keywords for word in keyword.phrase.split()]
    assert len(words) == len(set(words))
    assert all(0 < keyword.weight <= 1 for keyword in result.keywords)
    assert call("extract_keywords", text="🙂").keywords == []


def test_search_with_all_filters(call: Call, read: Read) -> None:
    expected = {
        id_
        for id_, post in read.items()
        if (post["author"], post["community"], post["sentiment"]) == ("bogle_bogle", "money", "negative")
    }
    result = call(
        "search_posts", query="money market", user="bogle_bogle", community="money", sentiment="negative", limit=500
    )
    assert expected and result.considered == len(expected)
    assert {post.id for post in result.evidence} <= expected
    scores = [post.score for post in result.evidence]
    assert scores == sorted(scores, reverse=True)
    for post in result.evidence:
        assert (post.text, post.likes, post.sentiment) == tuple(
            read[post.id][key] for key in ("text", "likes", "sentiment")
        )


def test_search_finds_the_very_words_first(call: Call) -> None:
    assert call("search_posts", query="Legoland").evidence[0].id == "m05"
    found = {post.id for post in call("search_posts", query="Lego", limit=5).evidence}
    assert found <= LEGO | {"m05"} and len(found & LEGO) >= 4
    assert call("search_posts", query="c++").evidence[0].id == "m09"
    nothing = call("search_posts", query="quantum chromodynamics", user="brickfan")
    assert (nothing.evidence, nothing.considered, nothing.handles) == ([], 3, [])


def test_an_audience(call: Call, read: Read) -> None:
    result = call("find_audience", campaign="Nike", limit=500)
    people = {post["author"] for post in read.values()}
    assert {person.user for person in result.people} == people == set(result.handles)
    assert result.considered == len(people)
    chances = [person.probability for person in result.people]
    assert chances == sorted(chances, reverse=True) and all(0 <= chance <= 1 for chance in chances)
    assert result.expected_engaged == pytest.approx(sum(chances))
    assert warnings(result) == [f"Careful: only {len(people)} people could be ranked; under 150 a ranking is shaky."]
    for person in result.people:
        assert {read[id_]["author"] for id_ in person.evidence} <= {person.user}


def test_an_audience_within_a_community_and_time(call: Call, read: Read) -> None:
    expected = {post["author"] for post in read.values() if post["community"] == "toys"}
    assert set(call("find_audience", campaign="Lego", community="toys").handles) == expected == {"buildbot", "brickfan"}
    assert call("find_audience", campaign="Lego", community="toys", since="2024-02").handles == ["brickfan"]
    assert len(call("find_audience", campaign="Lego", limit=2).people) == 2
    given = call("find_audience", campaign="Lego", interests=["toys", " ", "castles"])
    assert (given.query.interests, given.query.interests_found) == (["toys", "castles"], False)


def test_a_profile_within_a_time_and_community(call: Call, read: Read) -> None:
    own = [post for post in read.values() if post["author"] == "signs" and post["community"] == "code"]
    result = call("get_profile", user="signs", community="code")
    assert (result.posts, result.communities, result.within) == (len(own), {"code": len(own)}, "in code")
    assert result.likes == pytest.approx(mean(post["likes"] for post in own))
    same_place = [post["likes"] for post in read.values() if post["community"] == "code"]
    assert result.everyone_likes == pytest.approx(mean(same_place))
    assert result.headline.text == f"@signs wrote {len(own)} posts in code, from 2024-12-31 to 2025-01-05."
    january = call("get_profile", user="signs", since="2025-01", community="code")
    assert (january.posts, january.first_post) == (len(own) - 1, "2025-01-01")


EVERY = [
    ("find_audience", {"campaign": "Nike"}),
    ("get_profile", {"user": "bogle_bogle"}),
    ("get_profile", {"user": "plainjane"}),
    ("get_profile", {"user": "signs"}),
    ("search_posts", {"query": "money"}),
    ("analyze_sentiment", {"topic": "Nike", "by": "community"}),
    ("analyze_sentiment", {"user": "signs", "by": "community"}),
    ("analyze_sentiment", {"user": "plainjane", "by": "month"}),
    ("extract_entities", {"topic": "Nike"}),
    ("extract_entities", {"user": "signs"}),
    ("extract_keywords", {"user": "gaz_l4"}),
    ("extract_keywords", {"community": "the\nbreak"}),
    ("get_profile", {"user": "signs", "since": "2025"}),
    ("compare_brands", {"brands": "Nike,Lego,iPhone"}),
    ("measure_engagement", {"by": "weekday"}),
    ("measure_engagement", {"user": "gaz_l4"}),
    ("describe_data", {}),
]


@pytest.mark.parametrize(("tool", "args"), EVERY)
def test_every_result_is_sound(call: Call, tool: str, args: dict[str, str]) -> None:
    import json

    result: ToolResult = call(tool, **args)
    data = result.to_dict()
    json.dumps(data, allow_nan=False)
    assert data["tool"] == tool == result.tool
    assert [data["headline"], *data["lines"], *data["warnings"]] == list(map(str, result.said))
    assert result.headline.text and all(each.role == "warning" for each in result.warnings)
    for line in map(str, result.said):
        assert line == line.strip() and line.splitlines() == [line] and line.isprintable()
    assert call(tool, **args).to_dict() == data  # the same on every run
    assert not any(handle.startswith("@") for handle in result.handles)


@pytest.mark.parametrize(("tool", "args"), EVERY)
def test_lines_say_nothing_that_the_data_do_not_hold(call: Call, tool: str, args: dict[str, str]) -> None:
    """Handles and figures of the lines, outside quotations, stand in the structured result as well."""
    from agent.suite.figures import ungrounded_figures

    result: ToolResult = call(tool, **args)
    data = {key: value for key, value in result.to_dict().items() if key not in ("headline", "lines", "warnings")}
    known = repr(data)
    data["counts"] = [len(value) for value in data.values() if isinstance(value, list)]
    data["tones"] = list(tones_in(data))
    for line in map(str, [result.headline, *result.lines]):
        bare = re.sub(r'"[^"]*"', "", line)
        assert all(handle in known for handle in re.findall(r"@([\w.]*\w)", bare)), line
        bare = re.sub(r"\d{4}-\d\d-\d\d|and \d\d:00", "", bare)
        assert ungrounded_figures(bare, [data]) == [], line


@pytest.mark.parametrize(("tool", "args"), EVERY)
def test_every_cell_shows_the_value_at_its_path(call: Call, tool: str, args: dict[str, str]) -> None:
    result: ToolResult = call(tool, **args)
    data, shown = result.to_dict(), 0
    for line in result.said:
        assert line.cells and "".join(cell.text for cell in line.cells).strip() in line.text
        for cell in line.cells:
            if cell.path:
                held = at_path(data, cell.path)
                held = round(held, 4) if isinstance(held, float) else held
                told = round(cell.value, 4) if isinstance(cell.value, float) else cell.value
                same = str(held)[:10] == str(told)[:10] if cell.format == "date" else held == told
                assert same or cell.format == "words", (line.text, cell)
                shown += 1
    assert shown


def tones_in(data: object) -> Iterator[int]:
    """How many posts have each tone, of all shares of tones in a result."""
    if isinstance(data, dict):
        if {"posts", *SIDES} <= data.keys():
            yield from (round(data["posts"] * data[tone]) for tone in SIDES)
        for value in data.values():
            yield from tones_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from tones_in(value)


def at_path(data: object, path: str) -> object:
    """The value at a path such as ``people.2.probability``; a full stop inside a key is written ``\\.``."""
    for part in re.split(r"(?<!\\)\.", path):
        key = part.replace("\\.", ".").replace("\\\\", "\\")
        data = data[int(key)] if isinstance(data, list) or key not in data else data[key]  # type: ignore[index]
    return data


def test_posts_without_community_date_and_likes(call: Call) -> None:
    result = call("get_profile", user="plainjane")
    assert (result.posts, result.first_post, result.last_post, result.likes) == (3, None, None, None)
    assert (result.communities, result.hours, result.weekdays) == ({}, {}, {})
    assert "None" not in result.text and "nan" not in result.text and "Best liked" not in result.text
    assert warnings(result) == ["Careful: this rests on only 3 posts."]
    found = call("search_posts", query="quoted tab", user="plainjane").evidence
    assert all((post.created_at, post.community, post.likes) == (None, None, None) for post in found)
    by_month = call("analyze_sentiment", user="plainjane", by="month")
    assert (by_month.groups, by_month.trend) == ({}, None)
    assert call("analyze_sentiment", user="plainjane", by="community").groups == {}
