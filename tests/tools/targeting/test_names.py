"""What well-known names are about."""

from __future__ import annotations

import pytest
import yaml

from tools.privacy.sensitive import is_sensitive
from tools.targeting.names import NAMES, subjects_of


@pytest.mark.parametrize("campaign", ["Strava", "strava", "our Strava premium", "Strava's app"])
def test_a_name_is_found_however_it_is_written(campaign: str) -> None:
    assert subjects_of(campaign) == ["running", "cycling"]


def test_accents_and_marks_do_not_matter() -> None:
    assert subjects_of("Pokemon") == subjects_of("Pokémon") != []
    assert subjects_of("H&M") == ["fashion and clothes"] and subjects_of("McDonalds") == subjects_of("McDonald's") != []


def test_the_longest_name_counts() -> None:
    assert subjects_of("Apple Watch") == ["iPhone and Apple", "watches"]
    assert subjects_of("GameStop stock") == ["investing and stocks"]


def test_plain_words_are_no_names() -> None:
    assert subjects_of("a gap in the fence") == [] and subjects_of("gap") == ["fashion and clothes"]
    assert subjects_of("blorp") == [] == subjects_of("") == subjects_of("🙂 !!!")


def test_the_list_is_clean() -> None:
    raw = yaml.safe_load(NAMES.read_text(encoding="utf-8"))
    assert all(isinstance(name, str) for names in raw.values() for name in names)
    assert all(len(names) == len(set(names)) for names in raw.values())
    assert not any(is_sensitive(subject) for subject in raw)
