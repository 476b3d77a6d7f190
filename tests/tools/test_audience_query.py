"""The audience query: what a campaign is once the words around it are gone, and which posts name it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tools.hand_made import make_library, post
from tools.audience_query import plain_campaign, posts_naming


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
    assert posts_naming(make_library(tmp_path, rows), "Nike") == ["a", "c", "d"]


def test_ad_copy_is_named_by_nobody(tmp_path: Path) -> None:
    copy = "the best shoes for every run"
    assert posts_naming(make_library(tmp_path, [post("a", "ana", copy)]), copy) == []
