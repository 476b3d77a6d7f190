"""What fills the slots, and how questions are made rough."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agent.training.fillers import SLOT, Fillers, roughen


@pytest.fixture
def fillers(data: Path) -> Fillers:
    return Fillers(data, random.Random(2))


SLOTS = ("campaign", "topic", "query", "user", "community", "text", "since", "until", "during")


@pytest.mark.parametrize("slot", SLOTS)
def test_a_value_stands_in_the_question(fillers: Fillers, slot: str) -> None:
    for _ in range(100):
        filled = fillers.fill("posts: {" + slot + "}")
        assert filled.text.strip() == filled.text
        assert str(filled.values[slot]) in filled.text
        assert filled.values[slot]


def test_a_limit_is_a_number_however_it_is_said(fillers: Fillers) -> None:
    for _ in range(50):
        filled = fillers.fill("top {limit}")
        assert fillers.words["numbers"][filled.text.removeprefix("top ")] == filled.values["limit"]


def test_slots_with_numbers_are_values_of_their_own(fillers: Fillers) -> None:
    filled = fillers.fill("{user} {user2} {user}")
    assert set(filled.values) == {"user", "user2"}
    first, _, third = filled.text.split()
    assert first == third


def test_fixed_values_are_used(fillers: Fillers) -> None:
    assert fillers.fill("who is {user}?", {"user": "zoe"}).text == "who is zoe?"


def test_a_name_is_never_glued_to_a_letter(fillers: Fillers) -> None:
    assert fillers.fill("{user}s mood", {"user": "zoe_1"}).text == "zoe_1's mood"


def test_all_slots_are_found() -> None:
    assert SLOT.findall("{query} by {user2}, {limit}") == [("query", ""), ("user", "2"), ("limit", "")]


def test_rough_questions_stay_questions() -> None:
    generator = random.Random(3)
    rough = {roughen("who would like tea?", ["tea"], generator) for _ in range(300)}
    assert len(rough) > 20
    assert "who would like tea?" in rough
    assert "who would like tea" in rough
    assert all("tea" in text for text in rough)
