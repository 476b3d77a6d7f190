"""Nobody is looked for by ethnicity, religion, health, sexuality or political views; products stay allowed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.errors import AnalystError
from tools.privacy.sensitive import hints_at_trait, is_sensitive, refuse_sensitive, sensitive_subjects

REFUSED = {
    "ethnicity": ["black women", "White people", "African-American moms", "young Latino men", "Asian Americans"],
    "religion": ["Muslims", "Jewish families", "people who are Catholic", "Islam", "devout Hindu households"],
    "health": [
        "people with depression",
        "pregnant women",
        "expectant mothers",
        "diabetics",
        "people who have type 2 diabetes",
        "folks suffering from severe anxiety",
        "cancer patients",
        "the disabled",
        "depression",
        "users who are probably pregnant",
    ],
    "sexuality": [
        "gay men",
        "LGBTQ+ community",
        "an ad for gay couples",
        "who’s gay",
        "lesbians",
        "Gay,  trans people",
    ],
    "political views": ["Trump voters", "Republicans", "conservative voters", "right-wing people", "Trump"],
}
ALLOWED = [
    "kosher salt",
    "Bible app",
    "halal meat",
    "black coffee",
    "Black Friday",
    "white wine",
    "All Blacks",
    "Asian food",
    "Christian Dior",
    "straight razor",
    "straight leg jeans",
    "gay pride parade tickets",
    "maternity jeans",
    "pregnancy test",
    "diabetes test strips",
    "depression glass",
    "autism awareness walk",
    "black men's boots",
    "black kids shoes",
    "Blind Melon",
    "Progressive Insurance",
    "Arsenal supporters",
    "people",
    "a Nike ad",
    "Run farther than ever. Our lightest trail shoe, in black and white.",
    "",
]


@pytest.mark.parametrize(("trait", "text"), [(trait, text) for trait, texts in REFUSED.items() for text in texts])
def test_people_by_a_trait_are_refused_with_what_can_be_asked(trait: str, text: str) -> None:
    with pytest.raises(AnalystError, match=rf"people by their {trait}.*never inferred.*Ask for a brand") as caught:
        refuse_sensitive("shoes", text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ALLOWED)
def test_products_and_subjects_are_allowed(text: str) -> None:
    refuse_sensitive(text)
    assert not is_sensitive(text)


def test_people_inside_ad_copy_are_found() -> None:
    with pytest.raises(AnalystError, match="'Muslim families'"):
        refuse_sensitive("A new bank account. We built it for Muslim families, with no fees and no fine print.")


def test_nothing_given_is_nothing_wanted() -> None:
    refuse_sensitive(None, "")


@pytest.mark.parametrize(
    ("tool", "args"),
    [
        ("find_audience", {"campaign": "gay men"}),
        ("find_audience", {"campaign": "Lego", "interests": ["toys", "people with depression"]}),
        ("explain_match", {"user": "brickfan", "campaign": "Trump voters"}),
        ("explain_match", {"user": "brickfan", "campaign": "Lego", "interests": ["Muslims"]}),
        ("list_segments", {"topic": "pregnant women"}),
    ],
)
def test_every_tool_that_targets_people_refuses(refuse: Callable[..., str], tool: str, args: dict[str, str]) -> None:
    assert "never inferred or filtered on" in refuse(tool, **args)


def test_no_group_is_named_after_a_sensitive_trait() -> None:
    from tools.segments.naming import SAYS_LITTLE, _apart

    own = set(SAYS_LITTLE) | sensitive_subjects()
    terms = ["worldnews", "politics", "mental health", "Christians", "kitchen"]
    assert _apart(terms, own, 5) == ["worldnews", "kitchen"]


@pytest.mark.parametrize(
    "community",
    [
        "depression",
        "Christianity",
        "askgaybros",
        "asktransgender",
        "The_Donald",
        "BlackPeopleTwitter",
        "BabyBumps",
        "ADHD",
    ],
)
def test_communities_that_hint_at_a_trait(community: str) -> None:
    assert hints_at_trait(community)


@pytest.mark.parametrize(
    "community",
    [
        "running",
        "Coffee",
        "eggs",
        "BlackDesertOnline",
        "transit",
        "Gaming",
        "asianfood",
        "godot",
        "AnarchyChess",
        "MakeupAddiction",
        "Rainbow6",
    ],
)
def test_communities_that_do_not(community: str) -> None:
    assert not hints_at_trait(community)
