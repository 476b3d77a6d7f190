"""Words and pairs of words, and the communities they are typical of."""

from __future__ import annotations

import numpy as np
import pytest

from tools.targeting.terms import PAIR, Terms, no_terms, terms_of, words_of

TERMS = Terms(
    ["garmin", "trail", "trail run", "pokemon"],
    np.array([0, 2, 3, 4, 5]),
    np.array([0, 1, 2, 0, 3]),
    np.array([4.0, 2.0, 2.0, 6.0, 5.0]),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Pokémon's cards", ["pokemon", "card"]),
        ("Levi’s & Domino's", ["levi", "domino"]),
        ("H&M, #CocaCola!", ["h", "m", "cocacola"]),
        ("boss bus gas", ["boss", "bus", "gas"]),
        ("東京 マラソン", ["東京", "マラソン"]),
        ("🙂 ...", []),
    ],
)
def test_words_are_bare(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_terms_are_words_and_their_pairs_once() -> None:
    assert terms_of("run, Run trail") == ["run", "trail", "run run", "run trail"]
    assert terms_of("") == []


def test_one_term() -> None:
    assert TERMS.typical("a Garmin", 4).tolist() == [4, 2, 0, 0]


def test_telling_terms_count_most() -> None:
    # "trail" has lift 2 for community 2; the pair has lift 6 for community 0 and half as much weight again.
    pair = 6 * PAIR
    expected = np.array([6 * pair, 0, 2 * 2, 0]) / (2 + pair)
    assert np.allclose(TERMS.typical("trail runs", 4), expected)


def test_unknown_words_say_nothing() -> None:
    assert TERMS.typical("blorp", 4).tolist() == [0, 0, 0, 0] == no_terms().typical("garmin", 4).tolist()
    assert TERMS.known("the garmin") and not TERMS.known("blorp") and not TERMS.known("run")
