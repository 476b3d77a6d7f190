"""Who is told by how they speak of what was talked of before."""

from __future__ import annotations

import pytest

from agent.understanding.reader import QuestionReading
from agent.understanding.said.attitudes import with_attitudes


def read(text: str, **slots: list[str]) -> QuestionReading:
    return QuestionReading([("find_audience", 0.9)], slots, {}, text=text)


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("and nobody who has slagged it off", {"never_dislikes": ["it"]}),
        ("ok but not the ones who moan about it", {"never_dislikes": ["it"]}),
        ("Nobody who has bad things to say about Garmin, though.", {"never_dislikes": ["Garmin"]}),
        ("no haters please", {"never_dislikes": ["it"]}),
        ("exclude anyone negative about it", {"never_dislikes": ["it"]}),
        ("nobody who's already mentioned it", {"never_names": ["it"]}),
        ("leave out those who love it", {"never_likes": ["it"]}),
        ("only those who love it", {"likes": ["it"]}),
        ("without people who complain about the price", {}),
        ("who hates it", {}),
        ("is it getting worse", {}),
    ],
)
def test_how_they_speak_of_it(text: str, slots: dict[str, list[str]]) -> None:
    assert with_attitudes(read(text), {"Garmin": "name"}).slots == slots


def test_what_the_reader_tagged_stays() -> None:
    reading = read("nobody who moans about it", never_names=["Garmin"])
    assert with_attitudes(reading, {}) is reading
    several = read("posts that do not name Kindle or Audible", without=["Kindle", "Audible"])
    assert with_attitudes(several, {"Kindle": "name"}) is several
