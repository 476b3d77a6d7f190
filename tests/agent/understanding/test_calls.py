"""The calls that a reading can mean, with what is said and what is carried over; and the shipped reader."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.calls import SUBJECT, SURE, WHOLE, constants
from agent.understanding.calls import arguments as arguments_after
from agent.understanding.calls import proposals as proposals_after
from agent.understanding.context import CallContext
from agent.understanding.labels import CARRIED, CHOICES, SAID_AS, SLOTS, SMALL_TALK, TOOLS
from agent.understanding.reader import QuestionReader, QuestionReading
from tools.registry import arguments_model


def arguments(tool: str, reading: QuestionReading, args: dict[str, Any]) -> dict[str, Any] | None:
    """After a call with ``args`` whose result listed nobody."""
    return arguments_after(tool, reading, CallContext(args=args))


def proposals(reading: QuestionReading, args: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return proposals_after(reading, CallContext(args=args))


def reading(
    kind: str = "find_audience",
    chance: float = 0.9,
    *,
    second: str = "search_posts",
    carried: Iterable[str] = (),
    choices: dict[str, str] | None = None,
    **slots: list[str],
) -> QuestionReading:
    return QuestionReading([(kind, chance), (second, 1 - chance)], slots, choices or {}, frozenset(carried))


NOT_READ = {"what", "seen", "average", "include", "kind"}  # filled with the question itself, or with nothing


def test_every_argument_of_a_tool_can_be_read() -> None:
    """By a slot, as a constant that the head knows, or as the subject."""
    known = {*SLOTS, *SAID_AS, *CHOICES, *SUBJECT.values()}
    for tool in TOOLS:
        fields = arguments_model(tool).model_fields
        assert set(fields) - NOT_READ <= known, tool
        for name in CHOICES.keys() & fields.keys():
            assert constants(fields[name].annotation) - {"relevance"} <= set(CHOICES[name]), (tool, name)
    assert {"since", "until"} <= set(CARRIED) and set(CARRIED) <= {*SLOTS, *CHOICES}


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        ("find_audience", "campaign"),
        ("search_posts", "query"),
        *[(tool, "topic") for tool in ("analyze_sentiment", "extract_entities", "extract_keywords")],
        *[(tool, "topic") for tool in ("measure_engagement", "list_segments")],
    ],
)
def test_the_subject_has_the_name_that_the_tool_gives_it(tool: str, name: str) -> None:
    assert arguments(tool, reading(subject=["Nike"]), {}) == {name: "Nike"}


def test_arguments_are_those_of_the_tool_in_its_order() -> None:
    said = reading(
        during=["2023"], community=["r/Coffee"], limit=["a dozen"], user=["@ana"], interests=["tea"], subject=["cups"]
    )
    said.choices.update(sentiment="positive", by="", type="person")
    dates = {"since": "2023", "until": "2023"}
    place = {"community": "r/Coffee", **dates}
    searched = {"query": "cups", "user": "ana", "limit": 12, **place, "sentiment": "positive"}
    found = arguments("search_posts", said, {})
    assert found == searched and list(found) == list(searched)
    audience = {"campaign": "cups", "interests": ["tea"], "limit": 12, **dates, "community": "r/Coffee"}
    assert arguments("find_audience", said, {}) == audience
    assert arguments("get_profile", said, {}) == {"user": "ana", **dates, "community": "r/Coffee"}


@pytest.mark.parametrize("tool", ["describe_data", "list_segments", "measure_engagement"])
def test_a_tool_may_be_called_with_nothing(tool: str) -> None:
    assert arguments(tool, reading(tool), {}) == {}
    assert proposals(reading(tool), {}) == [(tool, {})]
    before = {"topic": "Nike", "user": "ana", "community": "Coffee", "limit": 3, "brands": ["Nike", "Puma"]}
    assert arguments(tool, reading(tool), before) == {}  # "what gets likes overall?" is not about Nike
    about = arguments(tool, reading(tool, carried=["subject"]), before)
    assert about == ({} if tool == "describe_data" else {"topic": "Nike"})


@pytest.mark.parametrize(("said", "count"), [("5", 5), ("twelve", 12), ("20", 20)])
def test_a_count_is_a_number(said: str, count: int) -> None:
    assert arguments("list_segments", reading(count=[said]), {}) == {"count": count}
    assert arguments("list_segments", reading(limit=[said], subject=["tea"]), {}) == {"count": count, "topic": "tea"}
    assert arguments("find_audience", reading(count=[said], subject=["tea"]), {}) == {"campaign": "tea", "limit": count}


def test_a_count_is_carried_over() -> None:
    before = {"count": 5, "topic": "tea"}
    assert arguments("list_segments", reading(carried=["count"], subject=["yoga"]), before) == {
        "count": 5,
        "topic": "yoga",
    }
    assert arguments("list_segments", reading(carried=["subject"], count=["six"]), before) == {
        "count": 6,
        "topic": "tea",
    }
    assert arguments("search_posts", reading(carried=["count", "subject"]), before) == {"query": "tea"}


@pytest.mark.parametrize(
    ("tool", "choice", "taken"),
    [
        *[("measure_engagement", by, True) for by in ("hour", "weekday", "month", "year", "community")],
        *[("measure_engagement", by, False) for by in ("user", "day", "week")],
        *[("analyze_sentiment", by, True) for by in ("day", "week", "month", "year", "community", "user")],
        *[("analyze_sentiment", by, False) for by in ("hour", "weekday")],
    ],
)
def test_a_constant_that_the_tool_does_not_know_is_dropped(tool: str, choice: str, taken: bool) -> None:
    expected = {"topic": "tea", "by": choice} if taken else {"topic": "tea"}
    assert arguments(tool, reading(subject=["tea"], choices={"by": choice}), {}) == expected
    assert arguments(tool, reading(carried=["subject", "by"]), {"topic": "tea", "by": choice}) == expected


@pytest.mark.parametrize(
    ("said", "carried", "before", "brands"),
    [
        (["Nike", "Puma", "Hoka"], [], {}, ["Nike", "Puma", "Hoka"]),
        (["Hoka"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma", "Hoka"]),
        (["Hoka", "Asics"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma", "Hoka", "Asics"]),
        ([], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "Puma"]),
        (["Hoka", "Asics"], [], {"brands": ["Nike", "Puma"]}, ["Hoka", "Asics"]),
        (["Puma"], ["subject"], {"topic": "Nike"}, ["Nike", "Puma"]),
        (["Puma", "Hoka"], ["subject"], {"campaign": "Nike"}, ["Nike", "Puma", "Hoka"]),
        (["Puma"], ["subject"], {"query": "Nike", "user": "ana"}, ["Nike", "Puma"]),
        (["Puma"], [], {"topic": "Nike"}, ["Nike", "Puma"]),  # one alone is compared with what was talked of
        (["Puma", "Hoka"], [], {"topic": "Nike"}, ["Puma", "Hoka"]),
        (["puma", "Hoka"], ["brands"], {"brands": ["Nike", "Puma"]}, ["Nike", "puma", "Hoka"]),
        (["Puma"], [], {}, ["Puma"]),  # the tool says that it needs two
    ],
)
def test_brands_to_compare(said: list[str], carried: list[str], before: dict[str, Any], brands: list[str]) -> None:
    slots = {"brands": said} if said else {}
    assert arguments("compare_brands", reading(carried=carried, **slots), before) == {"brands": brands}


def test_brands_with_a_time_and_a_place() -> None:
    follow = reading(carried=["brands", "community"], since=["May"])
    before = {"brands": ["Nike", "Puma"], "community": "Coffee", "until": "June"}
    assert arguments("compare_brands", follow, before) == {
        **{"brands": ["Nike", "Puma"], "since": "May", "community": "Coffee"}
    }
    assert arguments("compare_brands", reading(since=["May"]), {}) is None


def test_brands_and_subjects_stand_for_each_other() -> None:
    assert arguments("compare_brands", reading(subject=["Nike"], brands=["Puma"]), {}) == {"brands": ["Nike", "Puma"]}
    assert arguments("analyze_sentiment", reading(brands=["Nike"]), {}) == {"topic": "Nike"}
    assert arguments("find_audience", reading(subject=["tea"], brands=["Nike"]), {}) == {"campaign": "tea"}
    assert arguments("get_profile", reading(user=["ana"], brands=["Nike"]), {}) == {"user": "ana"}


def test_a_match_needs_a_person_and_a_campaign() -> None:
    said = reading(user=["@j.doe_88"], subject=["Nike"])
    assert arguments("explain_match", said, {}) == {"user": "j.doe_88", "campaign": "Nike"}
    assert arguments("explain_match", reading(user=["ana"]), {}) is None
    assert arguments("explain_match", reading(subject=["Nike"]), {}) is None


@pytest.mark.parametrize("carried", [[], ["subject"]])
@pytest.mark.parametrize("name", ["campaign", "query", "topic"])
def test_why_a_person_is_asked_of_the_campaign_before(name: str, carried: list[str]) -> None:
    before = {name: "Nike", "limit": 5}
    follow = reading(user=["@ana"], carried=carried)
    assert arguments("explain_match", follow, before) == {"user": "ana", "campaign": "Nike"}


@pytest.mark.parametrize("carried", [[], ["user"]])
def test_another_campaign_is_asked_of_the_person_before(carried: list[str]) -> None:
    before = {"user": "ana", "campaign": "Nike"}
    follow = reading(subject=["Puma"], carried=carried)
    assert arguments("explain_match", follow, before) == {"user": "ana", "campaign": "Puma"}
    assert arguments("explain_match", reading(), before) == before


def test_engagement_of_a_person_is_not_about_the_topic_before() -> None:
    follow, before = reading(user=["@ben"], carried=["by"]), {"topic": "Nike", "by": "hour"}
    assert arguments("measure_engagement", follow, before) == {"user": "ben", "by": "hour"}


def test_a_pasted_text_can_be_a_campaign() -> None:
    before = {"text": "Run farther."}
    assert arguments("find_audience", reading(), before) == {"campaign": "Run farther."}
    assert arguments("get_profile", reading(), before) is None
    assert arguments("analyze_sentiment", reading(), before) == before


def test_a_number_that_is_none_is_left_out() -> None:
    assert arguments("find_audience", reading(subject=["Nike"], limit=["lots"]), {}) == {"campaign": "Nike"}


def test_interests_alone_are_the_campaign() -> None:
    assert arguments("find_audience", reading(interests=["tea", "yoga"]), {}) == {"campaign": "tea and yoga"}


def test_interests_narrow_the_campaign_that_is_carried_over() -> None:
    follow = reading(interests=["yoga"], carried=["subject"])
    assert arguments("find_audience", follow, {"campaign": "Nike"}) == {"campaign": "Nike", "interests": ["yoga"]}


def test_a_pasted_text_stands_alone() -> None:
    said = reading(text=["@nike is great."], subject=["Nike"], during=["2023"], carried=["community", "limit"])
    before = {"community": "Coffee", "limit": 3}
    assert arguments("analyze_sentiment", said, before) == {"text": "@nike is great."}
    said.choices["type"] = "person"
    assert arguments("extract_entities", said, before) == {"text": "@nike is great.", "type": "person"}


def test_a_carried_text_stands_alone_and_gives_way() -> None:
    before = {"text": "I love it.", "topic": "x"}
    kept = reading(carried=["text"], choices={"type": "work", "by": "day"})
    assert arguments("extract_entities", kept, before) == {"text": "I love it.", "type": "work"}
    assert arguments("analyze_sentiment", reading(carried=["text"], user=["ben"]), before) == {"user": "ben"}


@pytest.mark.parametrize("name", ["campaign", "topic", "query"])
def test_a_carried_subject_takes_the_name_that_the_tool_has_for_it(name: str) -> None:
    follow, before = reading(carried=["subject", "limit"], community=["Coffee"]), {name: "Nike", "limit": 5}
    assert arguments("find_audience", follow, before) == {"campaign": "Nike", "limit": 5, "community": "Coffee"}
    assert arguments("search_posts", follow, before) == {"query": "Nike", "limit": 5, "community": "Coffee"}
    assert arguments("analyze_sentiment", follow, before) == {"topic": "Nike", "community": "Coffee"}


def test_what_is_said_replaces_what_is_carried() -> None:
    follow = reading(carried=["subject", "since", "until"], subject=["Adidas"], since=["May"])
    before = {"topic": "Nike", "since": "2022", "until": "2023"}
    assert arguments("extract_keywords", follow, before) == {"topic": "Adidas", "since": "May", "until": "2023"}


def test_another_person_is_not_asked_about_the_subject_before() -> None:
    assert arguments("analyze_sentiment", reading(user=["@ben"]), {"topic": "Nike"}) == {"user": "ben"}
    both = reading(carried=["subject"], user=["@ben"])
    assert arguments("analyze_sentiment", both, {"topic": "Nike"}) == {"topic": "Nike", "user": "ben"}


def test_a_follow_up_without_a_subject_takes_that_of_the_call_before() -> None:
    assert arguments("search_posts", reading(), {"topic": "iPhone"}) == {"query": "iPhone"}
    monthly = reading(choices={"by": "month"})
    assert arguments("analyze_sentiment", monthly, {"campaign": "Nike"}) == {"topic": "Nike", "by": "month"}
    assert arguments("get_profile", reading(), {"user": "ana", "query": "tea"}) == {"user": "ana"}
    assert arguments("extract_keywords", reading(community=["Coffee"]), {"topic": "x"}) == {"community": "Coffee"}


@pytest.mark.parametrize("tool", ["find_audience", "search_posts", "get_profile"])
def test_without_a_required_argument_there_is_no_call(tool: str) -> None:
    assert arguments(tool, reading(tool, limit=["5"]), {}) is None
    assert arguments(tool, reading(tool, user=["@"], subject=["@"]), {}) is None
    assert proposals(reading(tool, limit=["5"]), {}) == []


def test_one_tool_when_sure_and_two_when_not() -> None:
    first, second = ("find_audience", {"campaign": "Nike"}), ("search_posts", {"query": "Nike"})
    assert proposals(reading(chance=SURE, subject=["Nike"]), {}) == [first]
    assert proposals(reading(chance=SURE - 0.01, subject=["Nike"]), {}) == [first, second]
    assert proposals(reading(chance=0.5, second="get_profile", subject=["Nike"]), {}) == [first]
    assert proposals(reading(chance=0.5, second="greet", subject=["Nike"]), {}) == [first]


@pytest.mark.parametrize("kind", SMALL_TALK)
def test_small_talk_is_no_call(kind: str) -> None:
    assert proposals(reading(kind, 0.5, second="find_audience", subject=["Nike"]), {"topic": "Nike"}) == []


SAID = st.text(min_size=1, max_size=8)


BEFORE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("campaign", "topic", "query", "user", "text", "community", "since"), SAID),
        "brands": st.lists(SAID, min_size=2, max_size=3),
        "count": st.integers(2, 20),
        "by": st.sampled_from(CHOICES["by"][1:]),
    },
)


@given(
    st.sampled_from(TOOLS),
    st.dictionaries(st.sampled_from(SLOTS), st.lists(SAID, min_size=1, max_size=3)),
    st.frozensets(st.sampled_from(CARRIED)),
    BEFORE,
    st.sampled_from(CHOICES["by"]),
)
def test_whatever_was_read_the_arguments_fit_the_tool(
    tool: str, slots: dict[str, list[str]], carried: frozenset[str], before: dict[str, Any], by: str
) -> None:
    args = arguments(tool, QuestionReading([(tool, 1.0)], slots, {"sentiment": "neutral", "by": by}, carried), before)
    fields = arguments_model(tool).model_fields
    if args is None:
        assert any(field.is_required() for field in fields.values()) or tool not in WHOLE
    elif 1 <= args.get("limit", 1) <= 500:
        arguments_model(tool).model_validate(args)
        assert not ("text" in args and {"topic", "user"} & args.keys())


def test_shipped_reader() -> None:
    reader = QuestionReader.load()
    audience = proposals(reader.read("who would engage with a Nike ad?"), {})
    feeling = proposals(reader.read("how do people feel about the iPhone?"), {})
    assert audience[0] == ("find_audience", {"campaign": "Nike"})
    assert feeling[0][0] == "analyze_sentiment" and feeling[0][1]["topic"].removeprefix("the ") == "iPhone"
    assert reader.read("hello").kinds[0][0] == "greet" and proposals(reader.read("hello"), {}) == []


PEOPLE = CallContext("Nike?", "find_audience", {"campaign": "Nike"}, ("ana", "ben.b", "cy_3"))


@pytest.mark.parametrize(
    ("said", "user"),
    [
        ("second", "ben.b"),
        ("2nd", "ben.b"),
        ("#3", "cy_3"),
        ("last", "cy_3"),
        ("first", "ana"),
        ("number two", "ben.b"),
    ],
)
def test_a_place_in_the_list_is_a_person(said: str, user: str) -> None:
    pointing = reading("explain_match", nth=[said], carried=["subject"])
    assert arguments_after("explain_match", pointing, PEOPLE) == {"user": user, "campaign": "Nike"}
    assert arguments_after("get_profile", reading("get_profile", nth=[said]), PEOPLE) == {"user": user}


def test_a_place_that_the_list_has_not_is_nobody() -> None:
    assert arguments_after("get_profile", reading("get_profile", nth=["fourth"]), PEOPLE) is None
    assert arguments_after("get_profile", reading("get_profile", nth=["second"]), CallContext()) is None


def test_she_is_the_person_before_or_the_first_of_the_list() -> None:
    her = reading("get_profile", carried=["user"])
    assert arguments_after("get_profile", her, PEOPLE) == {"user": "ana"}
    asked = CallContext("and ben?", "explain_match", {"user": "ben.b", "campaign": "Nike"}, PEOPLE.listed)
    assert arguments_after("get_profile", her, asked) == {"user": "ben.b"}
    assert (
        arguments_after("get_profile", her, CallContext("brands?", "extract_entities", {}, ("Nike",), "names")) is None
    )


def test_a_place_among_names_is_a_subject() -> None:
    names = CallContext("brands?", "extract_entities", {"topic": "shoes"}, ("Nike", "Puma"), "names")
    pointing = reading("analyze_sentiment", nth=["second"])
    assert arguments_after("analyze_sentiment", pointing, names) == {"topic": "Puma"}
    assert arguments_after("find_audience", pointing, names) == {"campaign": "Puma"}


def test_a_place_among_posts_is_the_author_where_the_tool_takes_a_person() -> None:
    posts = CallContext("posts?", "search_posts", {"query": "tea"}, ("ana", "ben.b"), "posts")
    pointing = reading("get_profile", nth=["second"], carried=["subject"])
    assert proposals_after(pointing, posts) == [("get_profile", {"user": "ben.b"})]
    liking = reading("find_audience", nth=["second"], carried=["subject"])
    assert proposals_after(liking, posts) == [("find_audience", {"campaign": "tea"})]


@pytest.mark.parametrize("carried", [["since"], ["until"], ["since", "until"]])
def test_one_period_is_carried_over_as_a_whole(carried: list[str]) -> None:
    before = {"topic": "tea", "since": "2023", "until": "2023"}
    monthly = reading(carried=["subject", *carried], choices={"by": "month"})
    assert arguments("analyze_sentiment", monthly, before) == {
        **{"topic": "tea", "by": "month", "since": "2023", "until": "2023"}
    }
    later = reading(carried=["subject", *carried], since=["May"])
    assert arguments("analyze_sentiment", later, before) == {"topic": "tea", "since": "May"}
    assert arguments("analyze_sentiment", reading(carried=["subject"]), before) == {"topic": "tea"}


def test_a_person_whom_the_tool_does_not_take_is_looked_at() -> None:
    first = reading("find_audience", nth=["first"], carried=["subject"])
    assert proposals_after(first, PEOPLE) == [("get_profile", {"user": "ana"})]
    unsure = reading("find_audience", 0.5, second="get_profile", nth=["last"], carried=["subject"])
    assert proposals_after(unsure, PEOPLE) == [("get_profile", {"user": "cy_3"})]
    assert proposals_after(first, CallContext("x", "find_audience", {"campaign": "x"})) == [
        ("find_audience", {"campaign": "x"})
    ]


def test_others_like_the_person_before() -> None:
    assert proposals(reading("find_lookalikes"), {"user": "ana"}) == [("find_lookalikes", {"users": ["ana"]})]
    assert proposals(reading("find_lookalikes"), {"topic": "tea"}) == []


def test_several_communities_are_any_of_them() -> None:
    found = proposals(reading("count", community=["r/dogs", "cats"], choices={"of": "posts"}), {})
    assert found == [("count", {"of": "posts", "community": "dogs or cats"})]
