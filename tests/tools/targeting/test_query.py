"""The audience query: what a campaign is once the words around it are gone, and which posts name it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from tests.tools.hand_made import make_library, post
from tools.targeting.query import audience_query, naming, plain_campaign

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a Nike ad", "Nike"),
        ("an ad for Dyson", "Dyson"),
        ("our promo by Oatly", "Oatly"),
        ("New Balance", "New Balance"),
        ("The North Face", "The North Face"),
        ("A24", "A24"),
        ("ad", "ad"),
        ("Run farther. Our lightest trail shoe yet, an ad", "Run farther. Our lightest trail shoe yet, an ad"),
    ],
)
def test_words_around_a_name_are_left_out(said: str, meant: str) -> None:
    assert plain_campaign(said) == meant


def test_posts_that_name_it_by_id_whatever_their_order(tmp_path: Path) -> None:
    rows = [
        post("c", "ana", "NIKE's shoes"),
        post("a", "ben", "my Nikes"),
        post("b", "ben", "nikeland"),
        post("d", "cem", "#nike"),
    ]
    assert list(naming(make_library(tmp_path, rows), "Nike").posts.id) == ["a", "c", "d"]


def test_ad_copy_is_named_by_nobody(tmp_path: Path) -> None:
    copy = "the best shoes for every run"
    assert naming(make_library(tmp_path, [post("a", "ana", copy)]), copy) is None


def test_interests_found_are_several_people_s_and_close(tmp_path: Path, encoder: Encoder) -> None:
    """Few posts name Nike: what one person says twice there is no interest of an audience, nor what is far from it."""
    rows = [
        post("1", "ana", "my Nikes hurt", phrases=["footwear"]),
        post("2", "ana", "Nike again", phrases=["footwear"]),
        post("3", "ben", "new pair", phrases=["sneakers"]),
        post("4", "cem", "old pair", phrases=["sneakers"]),
        post("5", "ben", "flat again", phrases=["battery"]),
        post("6", "cem", "flat too", phrases=["battery"]),
        *(post(str(n), "dan", "tea") for n in range(7, 40)),
    ]
    library = make_library(tmp_path, rows)
    library.__dict__["matrix"] = SimpleNamespace(nearest=lambda vector, count: [row["id"] for row in rows])
    assert audience_query(library, "Nike", []).interests == ["sneakers"]
