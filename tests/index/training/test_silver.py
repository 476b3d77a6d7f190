"""Names of lists in posts: which count, what is open, and what is known to be none."""

from __future__ import annotations

import json
from pathlib import Path

from index.training.data import LABELS, NO_NAME
from index.training.silver import GAZETTEER, Names, common_words, read_communities, read_gazetteer, read_silver

GIVEN = {"organization": ["Nike", "Nike Running"], "product": ["iPhone"], "location": ["Paris"], "none": ["TV"]}
CALLED = {"thewalkingdead": "work", "acadia": "location", "cello": "location", "bostonbruins": "group"}


def found(text: str, common: set[str] | None = None) -> list[tuple[str, str]]:
    names = Names(GIVEN, CALLED, common or set())
    return [(text[span.start : span.end], span.type) for span in names.spans(text)]


def test_names_count_in_their_own_spelling_inside_a_sentence() -> None:
    assert found("my old Nike Running shoes") == [("Nike Running", "organization")]
    assert found("Nike opens it") == []  # any word has a capital there
    assert found("the IPHONE, an iPhone, no an iPhones") == [("iPhone", "product")]
    assert found("we like Nike's shoes and (Paris)") == [("Nike", "organization"), ("Paris", "location")]


def test_a_name_beside_another_capital_may_be_part_of_a_longer_one() -> None:
    assert found("she saw Paris Hilton") == []
    assert found("a Chief Paris said") == []
    assert found("I saw Paris, Rome") == [("Paris", "location")]


def test_what_a_community_is_called_after_is_a_name() -> None:
    assert found("watching The Walking Dead again") == [("The Walking Dead", "work")]
    assert found("watching the walking dead again") == []
    assert found("the Boston Bruins won") == [("Boston Bruins", "group")]
    assert found("in Acadia today, a Cello", {"cello"}) == [("Acadia", "location")]
    assert found("go to ACADIA") == []


def test_communities_without_a_kind_and_of_peoples_are_left_out(tmp_path: Path) -> None:
    rows = [
        {"community": "The_Wire", "interests": ["Entertainment", "Television"]},
        {"community": "Dutch", "interests": ["Locations", "Europe"]},
        {"community": "Oslo", "interests": ["Locations", "Europe"]},
        {"community": "aww", "interests": ["General"]},
    ]
    path = tmp_path / "communities.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert read_communities(path) == {"thewire": "work", "oslo": "location"}


def test_silver_posts_hold_what_is_known_and_leave_the_rest_open(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    texts = ["a phone on my TV", *["the phone or google"] * 5, *["see Google"] * 2, "on my Nike phone/#phone"]
    posts.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    common = common_words(texts)
    assert common == {"phone", "or"}
    tagged = read_silver([posts], Names(GIVEN, CALLED, common))
    spans = {(t.text[s.start : s.end], s.type) for t in tagged for s in t.spans}
    assert spans == {("phone", NO_NAME), ("or", NO_NAME), ("TV", NO_NAME), ("Nike", "organization")}
    assert [t.text for t in read_silver([posts], Names(GIVEN, CALLED, common), plain=0)] == [texts[-1]]


def test_each_name_is_learned_a_few_times_and_from_near(tmp_path: Path) -> None:
    posts = tmp_path / "posts.jsonl"
    long = "far away " * 40 + "there is Nike " + "and so on " * 40
    texts = [long, "we like Nike", "we hate Nike", "we like Paris"]
    posts.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    first, second = read_silver([posts], Names(GIVEN, CALLED, set()), most=1, plain=0)
    assert len(first.text) < 220 and first.text[first.spans[0].start : first.spans[0].end] == "Nike"
    assert second.text == "we like Paris"


def test_the_gazetteer_is_sound() -> None:
    names = read_gazetteer(GAZETTEER)
    assert set(names) <= {*LABELS, NO_NAME}
    every = [name for kind in names.values() for name in kind]
    assert len(every) == len(set(every)) and all(isinstance(name, str) for name in every)
