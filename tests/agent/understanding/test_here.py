"""Calls in the names of an index: its communities and people, as a question says them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.understanding.here import as_here, spoken
from tests.tools.hand_made import make_library, post
from tools.library import Library

LISTED = ("bsidebenny", "mira_in_lavender", "DanHollisElevate", "priya_snatches", "walter_at_dawn")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    places = ("gigs", "lifting", "running", "coffee")
    rows = [post(f"{n}", who, "text", community=places[n % 4]) for n, who in enumerate((*LISTED, "henrik_kaffe"))]
    return make_library(tmp_path_factory.mktemp("here"), rows)


@pytest.mark.parametrize(
    ("question", "tool", "args", "found"),
    [
        ("what's the most liked gigs post", "rank", {"of": "post"}, {"of": "post", "community": "gigs"}),
        ("when do most gig posts go up", "rank", {"of": "hour", "topic": "gig"}, {"of": "hour", "community": "gigs"}),
        ("and lifting?", "count", {"community": "running"}, {"community": "lifting"}),
        ("and lifting?", "count", {"topic": "lifting", "community": "running"}, {"community": "lifting"}),
        ("posts about running", "count", {"topic": "running"}, {"topic": "running"}),
        ("people interested in coffee", "find_audience", {"campaign": "coffee"}, {"campaign": "coffee"}),
        ("ads in coffee", "find_audience", {"campaign": "mugs"}, {"campaign": "mugs", "community": "coffee"}),
        ("happiest community in gigs", "rank", {"of": "community"}, {"of": "community"}),
        ("posts in gigs and in coffee", "count", {}, {}),
        ("posts not in running", "count", {}, {}),
        ("how many in gigs and coffee", "count", {"community": "gigs or coffee"}, {"community": "gigs or coffee"}),
        ("gigs or lift or tea", "count", {"community": "gig or tea"}, {"community": "gigs"}),
        ("not henrik_kaffe", "find_audience", {"campaign": "mugs", "never_names": ["henrik_kaffe"]},
         {"campaign": "mugs", "exclude": ["henrik_kaffe"]}),
        ("who posts in both gigs and coffee", "rank", {"of": "person", "community": "gigs"},
         {"of": "person", "active_in": ["gigs", "coffee"]}),
        ("who likes both gigs and Nike", "rank", {"of": "person"}, {"of": "person"}),
        ("who mentions Nike", "rank", {"of": "person", "names": ["Nike"]}, {"of": "person", "topic": "Nike"}),
        ("who mentions Nike or Puma", "rank", {"names": ["Nike", "Puma"]}, {"topic": "Nike or Puma"}),
        ("who mentions Nike and Puma", "rank", {"names": ["Nike", "Puma"]}, {"names": ["Nike", "Puma"]}),
        ("posts that mention both Nike and Puma", "count", {"of": "posts", "names": ["Nike", "Puma"]},
         {"of": "posts", "topic": "Nike and Puma"}),
        ("spotfy complains what", "summarize_themes", {"community": "spotfy"}, {"topic": "spotfy"}),
        ("how is r/piano doing", "analyze_sentiment", {"community": "piano"}, {"community": "piano"}),
        ("only CY2025", "count", {"community": "CY2025"}, {"since": "CY2025", "until": "CY2025"}),
        ("the piano forum", "count", {"community": "piano"}, {"community": "piano"}),
    ],
)  # fmt: skip
def test_places(library: Library, question: str, tool: str, args: dict[str, Any], found: dict[str, Any]) -> None:
    assert as_here(library, question, tool, args) == found


def test_a_name_with_a_slip_of_the_finger(tmp_path: Path) -> None:
    library = make_library(tmp_path, [post(f"{n}", "ana", "on Spotify", names=["Spotify"]) for n in range(3)])
    for said, meant in (("spotfy", "Spotify"), ("Spotify", "Spotify"), ("zpotify", "zpotify"), ("tea", "tea")):
        assert as_here(library, "", "count", {"topic": said}) == {"topic": meant}
    assert as_here(library, "", "compare_brands", {"brands": ["sptoify", "tea"]}) == {"brands": ["Spotify", "tea"]}


@pytest.mark.parametrize(
    ("question", "args", "found"),
    [
        ("not mira, she's booked", {}, {"exclude": ["mira_in_lavender"]}),
        ("drop dan hollis his stuff", {"without": ["dan hollis his stuff"]}, {"exclude": ["DanHollisElevate"]}),
        ("not bsidebenny, please", {"never_active_in": ["bsidebenny"]}, {"exclude": ["bsidebenny"]}),
        ("without priya snatches", {"exclude": ["priya snatches"]}, {"exclude": ["priya_snatches"]}),
        ("take walter off", {"exclude": ["bsidebenny"]}, {"exclude": ["bsidebenny", "walter_at_dawn"]}),
        ("put mira back", {"exclude": ["mira_in_lavender", "bsidebenny"]}, {"exclude": ["bsidebenny"]}),
        ("bring benny back", {"exclude": ["mira_in_lavender"]}, {"exclude": ["mira_in_lavender"]}),
        ("only henrik", {"among": ["henrik"]}, {"among": ["henrik_kaffe"]}),
        ("not without Nike", {"likes": ["Nike"]}, {"likes": ["Nike"]}),
        ("only @mira", {"among": ["mira"]}, {"among": ["mira"]}),
    ],
)
def test_people(library: Library, question: str, args: dict[str, Any], found: dict[str, Any]) -> None:
    assert as_here(library, question, "rank", {"of": "person", **args}, LISTED) == {"of": "person", **found}


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ("mira", "mira_in_lavender"),
        ("dan hollis", "DanHollisElevate"),
        ("hollis", "DanHollisElevate"),
        ("ben", None),
        ("a", None),
        ("nobody", None),
    ],
)
def test_a_part_of_a_handle_names_one_person_or_none(said: str, who: str | None) -> None:
    assert spoken(said, (*LISTED, "ben_a", "ben_b")) == who


@pytest.mark.parametrize(
    ("question", "tool", "args", "found"),
    [
        ("drop gigs, that's all shirts", "rank", {"of": "community"}, {"of": "community", "not_in": ["gigs"]}),
        ("minus the running lot", "rank", {"of": "community"}, {"of": "community", "not_in": ["running"]}),
        ("without running please", "rank", {"of": "person"}, {"of": "person", "never_active_in": ["running"]}),
        ("hiking, not running shoes", "find_audience", {"campaign": "boots"}, {"campaign": "boots"}),
        (
            "let gigs back in",
            "count",
            {"of": "posts", "not_in": ["gigs", "coffee"]},
            {"of": "posts", "not_in": ["coffee"]},
        ),
        ("without coffee", "count", {"of": "posts", "not_in": ["coffee"]}, {"of": "posts", "not_in": ["coffee"]}),
    ],
)
def test_places_that_go_and_come_back(
    library: Library, question: str, tool: str, args: dict[str, Any], found: dict[str, Any]
) -> None:
    assert as_here(library, question, tool, args) == found


def test_what_would_be_the_same_call_is_about_the_place_it_names(library: Library) -> None:
    args = {"query": "streaming"}
    assert as_here(library, "coffee only", "search_posts", args) == args
    again = as_here(library, "coffee only", "search_posts", args, before=("search_posts", args))
    assert again == {"query": "streaming", "community": "coffee"}


@pytest.mark.parametrize(
    ("question", "tool", "args", "found"),
    [
        ("gigs, how many heads", "count", {"of": "people"}, {"of": "people", "community": "gigs"}),
        ("pull lifting from May", "search_posts", {"query": "lifting"}, {"community": "lifting"}),
        ("tally gigs", "count", {"of": "posts", "topic": "tally gigs"}, {"of": "posts", "community": "gigs"}),
        ("what is said about coffee", "count", {"topic": "coffee"}, {"topic": "coffee"}),
        ("who would buy coffee", "find_audience", {"campaign": "coffee"}, {"campaign": "coffee"}),
        ("which communities like gigs", "rank", {"of": "community"}, {"of": "community"}),
        ("gigs or coffee, how many", "count", {"of": "posts"}, {"of": "posts"}),
    ],
)
def test_a_community_where_the_subject_would_stand(
    library: Library, question: str, tool: str, args: dict[str, Any], found: dict[str, Any]
) -> None:
    assert as_here(library, question, tool, args) == found


def test_communities_that_are_called_like_brands_or_everyday_words(tmp_path: Path) -> None:
    rows = [post(f"{n}", "ana", "Spotify again", names=["Spotify"], community="Spotify") for n in range(3)]
    rows += [post("p", "ben", "hello", community="place"), post("b", "ben", "hello", community="bys")]
    library = make_library(tmp_path, rows)
    for question, tool, args in (
        ("Spotify: loved or loathed?", "analyze_sentiment", {"topic": "Spotify"}),
        ("how do Spotify posts do", "measure_engagement", {"topic": "Spotify"}),
        ("Spotify mood by year", "analyze_sentiment", {"topic": "Spotify", "by": "year"}),
        ("places named there", "extract_entities", {"type": "location"}),
    ):
        assert as_here(library, question, tool, args) == args
    assert as_here(library, "posts in Spotify", "count", {}) == {"community": "Spotify"}
