"""The audience query: what a campaign is once the words around it are gone."""

from __future__ import annotations

import numpy as np
import pytest

from tools.targeting import _standardised, plain_campaign


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


def test_standardised_signals_are_cut_so_that_none_gives_certainty() -> None:
    column = np.zeros(1000)
    column[0] = 50.0
    assert _standardised(column).max() == 4.0
    assert np.isfinite(_standardised(np.ones(5))).all()
