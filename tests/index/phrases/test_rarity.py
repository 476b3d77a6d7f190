"""Rarity of words, and which names are also words of the language."""

from __future__ import annotations

import pytest

from index.phrases.rarity import is_plain_word, rarities


def test_rare_words_are_rarer() -> None:
    known, unknown = rarities()
    assert 0 < known["the"] < known["espresso"] < unknown


@pytest.mark.parametrize("name", ["apple", "Target", "ring", "chase", "galaxy", "vans", "United", "Blue Bottle"])
def test_words_that_are_seen_with_endings_are_plain(name: str) -> None:
    assert is_plain_word(name)


@pytest.mark.parametrize(
    "name", ["nike", "Strava", "dunkin", "Starbucks", "netflix", "CeraVe", "zzyzx", "Trader Joe's"]
)
def test_what_only_names_is_no_plain_word(name: str) -> None:
    assert not is_plain_word(name)
