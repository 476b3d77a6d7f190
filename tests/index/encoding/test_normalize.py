"""What the heads read in place of what people typed, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoding.normalize import hashtag_words, wording
from index.encoding.tagging import Span

PIECES = st.sampled_from(
    [
        "love",
        " ",
        "😂",
        "😂😂",
        "👍🏽",
        "#NikeAirMax",
        "#ilovelego",
        "&amp;",
        "\\u2019",
        "http://t.co/a1?b=2",
        "’",
        "é",
        "\n",
    ]
)


@pytest.mark.parametrize(
    ("post", "text"),
    [
        ("plain words, nothing else", "plain words, nothing else"),
        ("love😂😂😂 it", "love face with tears of joy    it"),
        ("ok 👍🏽", "ok  thumbs up "),
        ("Rui En\\u2019s boyfriend\\u002c framed", "Rui En’s boyfriend, framed"),
        ("you &amp; me &gt;&gt; &notanentity; AT&T;", "you & me >> &notanentity; AT&T;"),
        ("see https://t.co/a7z9FBL4 and www.nike.com/x.", "see http and http"),
        ("[the shop](https://nike.com/de) is open", "[the shop](http) is open"),
        ("new #NikeAirMax!", "new #Nike Air Max!"),
        ("a\\u0000b", "a\\u0000b"),
        ("", ""),
    ],
)
def test_what_is_no_word_is_written_out(post: str, text: str) -> None:
    assert wording(post).text == text


@pytest.mark.parametrize(
    ("tag", "words"),
    [
        ("NikeAirMax", "Nike Air Max"),
        ("new_balance", "new balance"),
        ("nikeairmax", "nike air max"),
        ("ilovelego", "i love lego"),
        ("iPhone15Pro", "iPhone 15 Pro"),
        ("NBAFinals", "NBA Finals"),
        ("throwbackthursday", "throw back thursday"),
        ("nike", "nike"),
        ("NASA", "NASA"),
        ("lotr", "lotr"),
        ("Café", "Café"),
        ("_", "_"),
    ],
)
def test_hashtags_as_words(tag: str, words: str) -> None:
    assert hashtag_words(tag) == words


def test_a_name_in_a_hashtag_is_found_in_the_post() -> None:
    post = "omg 😂 #ilovenike so"
    read = wording(post)
    start = read.text.index("nike")
    found = read.in_post(Span(start, start + 4, "organization"))
    assert post[found.start : found.end] == "nike"
    assert read.of_post(found) == Span(start, start + 4, "organization")


def test_what_stands_for_an_emoji_leads_back_to_the_whole_of_it() -> None:
    post = "ok 👍🏽 x"
    read = wording(post)
    found = read.in_post(Span(read.text.index("up"), read.text.index("up") + 2, ""))
    assert post[found.start : found.end] == "👍🏽"


def test_a_stretch_that_is_not_read_has_no_wording() -> None:
    assert wording("a #b_ c").of_post(Span(4, 5, "x")) == Span(0, 0, "x")


@given(st.one_of(st.text(), st.lists(PIECES).map("".join)))
def test_every_letter_of_a_wording_stands_in_the_post_and_in_order(post: str) -> None:
    read = wording(post)
    if read.places is None:
        assert read.text == post
        return
    assert len(read.places) == len(read.text)
    assert read.places == sorted(read.places)
    assert all(0 <= start < end <= len(post) for start, end in read.places)
