"""How readily people choose a phrase, counted over texts."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from index.phrases import phrase_prior as choices_module
from index.phrases.phrase_prior import count_choices, save_choices, shipped_choices

TEXTS = [({"rye", "oat", "rye bread"}, {"rye"})] * 3 + [({"rye", "oat"}, {"oat"})] * 1


def test_leans_are_shrunk_logs_of_how_much_more_often() -> None:
    choices = count_choices(TEXTS)
    assert choices.counts == {"rye": (4, 3), "oat": (4, 1), "rye bread": (3, 0)}
    assert choices.rates == (4 / 8, 1 / 3)
    assert choices.lean("rye") == pytest.approx(math.log((3 + 10 * 0.5) / 14 / 0.5))
    assert choices.lean("rye", stood=1, chosen=1) == pytest.approx(math.log((2 + 10 * 0.5) / 13 / 0.5))
    assert choices.lean("rye bread") < 0
    assert choices.lean("never seen") == choices.lean("never seen", stood=1, chosen=1) == 0


def test_counts_survive_the_way_through_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "choices.tsv.gz"
    save_choices(count_choices(TEXTS), path)
    monkeypatch.setattr(choices_module, "CHOICES", path)
    shipped_choices.cache_clear()
    try:
        found = shipped_choices()
    finally:
        shipped_choices.cache_clear()
    assert found.counts == {"rye": (4, 3), "oat": (4, 1), "rye bread": (3, 0)}
    assert found.rates == pytest.approx((0.5, 1 / 3), abs=1e-5)


def test_the_shipped_counts_know_what_people_ask_about() -> None:
    assert shipped_choices().lean("python") > 0.5 > 0 > shipped_choices().lean("problem")
