"""What the words of a question say for sure."""

from __future__ import annotations

import pytest

from agent.understanding.wording import NOT_THERE, Said, slots_of


def said(question: str, slot: str, words: str) -> Said:
    start = question.index(words)
    return Said(slot, start, start + len(words), words)


@pytest.mark.parametrize(
    ("lead", "not_wanted"),
    [
        ("drop anyone who posts in ", True),
        ("nobody from r/", True),
        ("without the people who are active in the ", True),
        ("people who posted in ", False),
        ("not there, in ", False),
        ("only in r/", False),
    ],
)
def test_a_place_whose_people_are_not_wanted(lead: str, not_wanted: bool) -> None:
    assert bool(NOT_THERE.search(lead)) is not_wanted


def test_all_places_of_a_list_are_not_wanted() -> None:
    question = "drop anyone who posts in devs or phones, for Nike"
    tagged = [
        said(question, "active_in", "devs"),
        said(question, "never_names", "phones"),
        said(question, "subject", "Nike"),
    ]
    assert slots_of(question, tagged) == {"never_active_in": ["devs", "phones"], "subject": ["Nike"]}
    away = "without anyone from coffee"
    assert slots_of(away, [said(away, "never_names", "coffee")]) == {"never_active_in": ["coffee"]}
    named = "leave out who mentions Apple"
    assert slots_of(named, [said(named, "never_names", "Apple")]) == {"never_names": ["Apple"]}


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("How many posts have more than 100 likes?", {"min_likes": ["101"]}),
        ("people with at least five posts", {"min_posts": ["five"]}),
        ("20+ posts only", {"min_posts": ["20"]}),
        ("only those with 20 posts or more", {"min_posts": ["20"]}),
        ("over 1k likes", {"min_likes": ["1001"]}),
        ("more posts than likes", {}),
        ("the top 20 posts", {}),
        ("posts with fewer than 20 likes", {"max_likes": ["19"]}),
        ("no more than 5 likes", {"max_likes": ["5"]}),
        ("not those with less than 18 posts", {"min_posts": ["18"]}),
    ],
)
def test_a_threshold_is_read_from_its_words(question: str, slots: dict[str, list[str]]) -> None:
    assert slots_of(question, []) == slots


def test_a_threshold_is_no_length_of_a_list() -> None:
    question = "only people with at least 25 posts"
    assert slots_of(question, [said(question, "limit", "25")]) == {"min_posts": ["25"]}
    asked = "who gets the most likes (at least 10 posts)"
    assert slots_of(asked, [said(asked, "at_least", "10")]) == {"at_least": ["10"]}


def test_all_is_no_subject() -> None:
    question = "which brand gets the most negative mentions of all?"
    assert slots_of(question, [said(question, "subject", "all")]) == {}


def test_a_place_that_is_called_one() -> None:
    assert slots_of("any complaints in the rants section", []) == {"community": ["rants"]}
    assert slots_of("any complaints in the last month", []) == {}


@pytest.mark.parametrize(
    ("question", "time", "slot"),
    [
        ("the most liked post that is not from 2024", "2024", "not_during"),
        ("best weekday, leaving out December", "December", "not_during"),
        ("posts from 2024", "2024", "during"),
        ("not only in 2024", "2024", "during"),
    ],
)
def test_a_time_that_does_not_count(question: str, time: str, slot: str) -> None:
    assert slots_of(question, [said(question, "during", time)]) == {slot: [time]}


def test_of_names_with_or_between_them_one_will_do() -> None:
    question = "people who like vinyl or the cassettes and Nike"
    tagged = [said(question, "likes", words) for words in ("vinyl", "cassettes", "Nike")]
    assert slots_of(question, tagged) == {"likes": ["vinyl or cassettes", "Nike"]}
    none = "who never names Nike or Puma"
    assert slots_of(none, [said(none, "never_names", words) for words in ("Nike", "Puma")]) == {
        "never_names": ["Nike", "Puma"]
    }
