"""Which posts a question is about: spellings of names, dates, and names that are not there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.registry import call_tool
from tools.selection.posts import as_evidence, count_posts, select_posts
from tools.selection.spelling import spelling
from tools.selection.subject import subject_of

Refuse = Callable[..., str]


def says(name: str, text: str) -> bool:
    """Whether the pattern of ``name`` finds it in ``text``."""
    spelled = spelling(name)
    found = duckdb.execute("SELECT regexp_matches($text, $rough)", {"text": text, "rough": spelled.rough}).fetchall()
    assert found[0][0] or spelled.find(text) is None  # the quick pattern lets nothing through
    return spelled.find(text) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *[("Nike", text) for text in ("nike", "NIKE!", "#Nike", "@nike", "(Nike)", "Nike's", "Nike’s", "Nikes")],
        ("Nike", "my_nike"),
        *[("Nike Air Max", text) for text in ("nike air max", "#NikeAirMax", "nike_air-max", "Nike  Air\nMaxes")],
        ("#nike", "Nike"), ("@Nike", "nike"), ("Nike's", "nike"), ("Nike’s ", "nike"), (" nikes ", "a Nike shoe"),
        ("NIKES", "nike"), ("“Nike”?", "nike"), ("iPhones", "my iPhone"), ("C++", "I write C++."), ("C++", "c++"),
        ("AT&T", "at&t"), ("AT&T", "AT & T"), ("H&M", "#h&m"), ("Disney+", "Disney+ again"), ("Disney", "Disney+"),
        ("Yahoo!", "yahoo mail"), ("Coca-Cola", "coca cola"),
        ("Coca-Cola", "#CocaCola"), ("coca cola", "Coca-Cola"),
        ("Dr. Pepper", "dr pepper"), ("McDonald's", "mcdonalds"),
        ("mcdonalds", "McDonald’s"), ("L'Oréal", "L’ORÉAL"),
        ("Node.js", "node.js"), ("U.S.", "the U.S. team"), ("P!nk", "p!nk"), ("7-Eleven", "7 eleven"),
        ("🔥", "so 🔥🔥"),        ("Straße", "die Straße"), ("Größe", "GRÖSSE GRÖßE"),
        ("news", "no news"), ("Boss", "the boss"),
        ("$TSLA", "buy $tsla"), ("a.b*c", "see a.b*c"), ("[x]", "an [x] mark"), (r"\d", r"a \d here"),
    ],
)  # fmt: skip
def test_a_name_is_found(name: str, text: str) -> None:
    assert says(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Nike", "Niker"), ("Nike", "unnike"), ("Nike", "Nikon"), ("nike", "nike2"), ("C++", "C"), ("C++", "C#"),
        ("C++", "vitamin c"), ("AT&T", "at t"), ("AT&T", "att"), ("H&M", "hm"), ("Disney+", "Disney"),
        ("U.S.", "tell us"),        ("Node.js", "nodejs"),
        ("news", "something new"), ("Boss", "bos"), ("gas", "ga"), (".*", "anything"),
        ("a.b", "axb"),        ("a|b", "b"), ("(?i)x", "x"),
        ("x{2}", "xx"), (r"\d", "7"), ("^", "x"), ("$", "x"), ("#", "x #y"), ("@", "@x"),
        ("", "x"), ("   ", "x"), ("!!!", "wow!!!"), ("’", "x’"), (".NET", "the net"),
    ],
)  # fmt: skip
def test_another_word_is_not(name: str, text: str) -> None:
    assert not says(name, text)


@given(st.text(max_size=60))
def test_any_text_makes_a_pattern(name: str) -> None:
    says(name, "some text")


@pytest.mark.parametrize("name", ["a" * 4000, "word " * 800, "( " * 2000, "\\" * 4000])
def test_long_names_make_a_pattern(name: str) -> None:
    says(name, "some text")


def ids(library: Library, **conditions: str) -> set[str]:
    selection = select_posts(library, **conditions)
    return {id_ for (id_,) in library.facts.rows(f"SELECT p.id FROM posts p WHERE {selection.where}", selection.values)}


def test_times_are_inclusive_and_in_utc(library: Library, rows: list[dict[str, Any]]) -> None:
    for since, until in (("2024-08", "2024-09"), ("2024-12-31", "2024-12-31"), ("2025", "2025")):
        expected = {
            row["id"]
            for row in rows
            if "created_at" in row
            and since <= row["created_at"][: len(since)]
            and row["created_at"][: len(until)] <= until
        }
        assert expected
        assert ids(library, since=since, until=until) == expected
    assert ids(library, user="signs", until="2024") == {"m09"}  # half an hour before the year ends
    assert ids(library, user="signs", since="2025-01-04") == {"m13", "m14"}


def test_the_machine_s_own_zone_changes_nothing(library: Library) -> None:
    library.facts._connection.execute("SET TimeZone = 'Asia/Tokyo'")
    try:
        assert ids(library, user="signs", until="2024") == {"m09"}
        ((row),) = library.facts.rows(
            "SELECT id, author, text, created_at, community, likes, sentiment FROM posts WHERE id = 'm09'"
        )
        assert as_evidence(row).created_at == "2024-12-31T23:30:00+00:00"
    finally:
        library.facts._connection.execute("SET TimeZone = 'UTC'")


@pytest.mark.parametrize("user", ["mei.lin.q", "@mei.lin.q", "u/mei.lin.q", "/u/mei.lin.q", " @MEI.LIN.Q "])
def test_spellings_of_a_person(library: Library, user: str) -> None:
    assert library.author(user) == "mei.lin.q"


@pytest.mark.parametrize("name", ["toys", "r/toys", "/r/toys", "#toys", " TOYS ", "toys community"])
def test_spellings_of_a_community(library: Library, name: str) -> None:
    assert library.community(name) == "toys"


def test_names_that_differ_in_case_only_are_told_apart(library: Library) -> None:
    assert (library.author("Signs"), library.author("signs"), library.author("SIGNS")) == ("Signs", "signs", "signs")
    assert (library.community("Code"), library.community("code"), library.community("CODE")) == ("Code", "code", "code")


def test_unknown_names_get_the_nearest(refuse: Refuse) -> None:
    assert (
        refuse("get_profile", user="mintcondishh")
        == "Nobody named @mintcondishh has posted here. Did you mean @mintcondish?"
    )
    assert "Check the spelling." in refuse("get_profile", user="zzzzzzzz")
    assert "Did you mean toys?" in refuse("search_posts", query="x", community="toyz")
    said = refuse("analyze_sentiment", topic="Niike")
    assert "There are no posts about Niike" in said and "ike" in said.split("do occur:")[-1]
    assert len(refuse("get_profile", user="y" * 4000)) < 200
    assert len(refuse("search_posts", query="x", community="y" * 4000)) < 200


def test_a_right_name_with_too_many_conditions_is_not_called_misspelt(refuse: Refuse) -> None:
    said = refuse("analyze_sentiment", topic="Nike", user="signs")
    assert said == 'There are no posts by @signs about Nike. Leave out "by @signs": 7 posts would be left.'


def test_empty_conditions_are_refused(refuse: Refuse) -> None:
    assert "The user is empty" in refuse("get_profile", user="")
    assert "The user is empty" in refuse("search_posts", query="x", user=" @ ")
    assert "The community is empty" in refuse("search_posts", query="x", community="r/")
    assert "The community is empty" in refuse("find_audience", campaign="x", community="")
    assert "The topic is empty" in refuse("analyze_sentiment", topic="  ")
    assert "names nothing" in refuse("extract_keywords", topic="#")
    assert "names nothing" in refuse("analyze_sentiment", topic="?!")
    assert "is no date" in refuse("find_audience", campaign="x", since="")
    assert "Put the earlier date first" in refuse("search_posts", query="x", since="2025", until="2024")
    assert "There are no posts since 2090" in refuse("extract_keywords", since="2090")


@pytest.mark.parametrize(("name", "counted"), [("Apple", 4), ("Strava", 12)])
def test_small_letters_count_only_for_what_is_no_plain_word(tmp_path: Path, name: str, counted: int) -> None:
    rows = [post(f"t{n}", f"p{n}", f"on {name}", names=[name]) for n in range(4)]
    rows += [post(f"s{n}", f"p{n}", f"my {name.lower()}") for n in range(8)]
    library = make_library(tmp_path, rows)
    assert count_posts(library, select_posts(library, topic=name.lower())) == counted


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("extract_keywords", {"topic": "Nike"}),
        ("measure_engagement", {"topic": "Nike"}),
        ("rank", {"topic": "Nike", "of": "post", "by": "likes"}),
        ("rank", {"topic": "Nike", "of": "person"}),
        ("summarize_themes", {"topic": "Nike"}),
    ],
)
def test_posts_that_are_shown_have_the_tone_toward_the_topic(tmp_path: Path, tool: str, args: dict[str, Any]) -> None:
    more: dict[str, Any] = {"names": ["Nike"], "tone": "bad", "toward": "good", "phrases": ["a day"], "likes": 1}
    library = make_library(tmp_path, [post(f"a{n}", f"p{n}", "Nike, what a day", **more) for n in range(4)])
    shown = call_tool(library, tool, args).evidence
    assert shown and {each.sentiment for each in shown} == {"positive"}


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Library:
    rows = [
        post("1", "ana", "tea", community="tea", likes=1, at="2024-12-31T23:59:00+00:00"),
        post("2", "ben", "tea", community="running", likes=5, at="2025-01-01T00:00:00+00:00"),
        post("3", "cy", "tea", likes=9, at="2025-02-01T00:00:00+00:00"),
        post("4", "cy", "tea"),
    ]
    return make_library(tmp_path_factory.mktemp("few"), rows)


@pytest.mark.parametrize(
    ("filters", "ids", "words"),
    [
        ({"max_likes": 5}, "12", "with at most 5 likes"),
        ({"min_likes": 2, "max_likes": 5}, "2", "with at least 2 likes with at most 5 likes"),
        ({"not_in": ["r/tea"]}, "234", "not in tea"),
        ({"not_in": ["tea", "running"]}, "34", "not in tea not in running"),
        ({"not_during": ["2024"]}, "234", "not in 2024"),
        ({"not_during": ["January 2025", "since 2025-02"]}, "14", "not in January 2025 not since 2025-02"),
        ({"since": "2024", "not_during": ["2025-01"]}, "13", "since 2024 not in January 2025"),
    ],
)
def test_what_does_not_count(few: Library, filters: dict[str, Any], ids: str, words: str) -> None:
    found = select_posts(few, **filters)
    rows = few.facts.rows(f"SELECT p.id FROM posts p WHERE {found.where} ORDER BY 1", found.values)
    assert "".join(id_ for (id_,) in rows) == ids
    assert found.words == words


def test_the_people_of_posts_are_chosen_and_told(few: Library) -> None:
    found = call_tool(few, "search_posts", {"among": ["ana", "ben"], "exclude": ["BEN", "zoe"]})
    assert [each.id for each in found.evidence] == ["1"]
    assert "1 person left out: excluded by name." in found.text and "Not in these posts: @zoe." in found.text
    with pytest.raises(AnalystError, match="has posted here"):
        call_tool(few, "search_posts", {"among": ["zoe"]})


def test_places_and_times_that_do_not_count_must_be_some(few: Library) -> None:
    with pytest.raises(AnalystError, match="no community"):
        select_posts(few, not_in=["cars"])
    with pytest.raises(AnalystError, match="is no date"):
        select_posts(few, not_during=["whenever"])


def test_without_a_query_the_newest_posts_that_pass_are_shown(few: Library) -> None:
    found = call_tool(few, "search_posts", {"user": "cy", "limit": 1})
    assert [each.id for each in found.evidence] == ["3"]
    assert found.text.splitlines()[0] == "1 of 2 posts by @cy, the newest first:"
    whole = call_tool(few, "search_posts", {"user": "cy"})
    assert whole.text.splitlines()[0] == "2 posts by @cy, the newest first:"


def test_one_of_several_names(tmp_path: Path) -> None:
    rows = [
        post("1", "ana", "Nike", names=["Nike"], tone="bad", toward="good"),
        post("2", "ben", "Adidas", names=["Adidas"]),
        post("3", "cy", "Nike and Adidas", names=["Nike", "Adidas"]),
        post("4", "dan", "Puma", names=["Puma"]),
        post("5", "eve", "tea or nothing"),
    ]
    library = make_library(tmp_path, rows)

    def counted(topic: str) -> str:
        return call_tool(library, "count", {"topic": topic}).text.splitlines()[0]

    assert counted("Nike or Adidas").startswith("3 posts mention Nike or Adidas")
    assert counted("Nike, Adidas, or Puma").startswith("4 posts mention Nike or Adidas or Puma")
    assert counted("Nike or Nobody").startswith("0 posts")
    shown = call_tool(library, "rank", {"of": "person", "by": "positive", "topic": "Nike or Adidas"})
    assert shown.text.startswith("@ana has the most positive posts")


def test_all_of_several_names(tmp_path: Path) -> None:
    rows = [
        post("1", "ana", "Nike", names=["Nike"]),
        post("2", "ben", "Adidas", names=["Adidas"]),
        post("3", "cy", "Adidas are no Nike", names=["Nike", "Adidas"]),
        post("4", "dan", "Marks and Spencer", names=["Marks and Spencer"]),
        post("5", "eve", "Marks of Spencer", names=["Marks", "Spencer"]),
    ]
    library = make_library(tmp_path, rows)
    assert subject_of(library, "Nike and Adidas").ids == ["3"]
    assert subject_of(library, "Nike & Adidas").how == "posts that name both Nike and Adidas"
    assert subject_of(library, "Marks and Spencer").ids == ["4"]
