"""What fills the slots, and how questions are made rough."""

from __future__ import annotations

import random
import re
from datetime import date
from itertools import combinations
from pathlib import Path

import pytest

from agent.models.held_words import HeldWords, split
from agent.training.fillers import SLOT, Fillers, names_in, roughen, within
from tools.selection.period import resolve_dates


@pytest.fixture
def fillers(data: Path) -> Fillers:
    return Fillers(data, random.Random(2))


SLOTS = ("campaign", "topic", "query", "user", "community", "text", "since", "until", "during", "brand")


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


def test_a_count_is_a_number_from_two_to_twenty_however_it_is_said(fillers: Fillers) -> None:
    counts = {fillers.fill("{count}").values["count"] for _ in range(400)}
    assert counts == set(range(2, 21))
    said = {fillers.fill("{count}", {}).text for _ in range(400)}
    assert {"7", "seven", "twenty", "2"} <= said


def test_a_list_of_brands_is_said_whole_and_in_order(fillers: Fillers) -> None:
    sizes = set()
    for _ in range(300):
        filled = fillers.fill("compare {brands}")
        brands = filled.values["brands"]
        places = [filled.text.index(name) for name in brands]
        assert places == sorted(places)
        joints = re.split("|".join(map(re.escape, sorted(brands, key=len, reverse=True))), filled.text)
        assert joints[0] == "compare " and joints[-1] == ""
        assert set(joints[1:-1]) <= {*fillers.words["joints"], *fillers.words["last_joints"]}
        sizes.add(len(brands))
    assert sizes == {2, 3, 4, 5}


def test_no_brand_is_part_of_another_or_of_what_was_said_before(fillers: Fillers) -> None:
    for _ in range(300):
        filled = fillers.fill("{topic}: {brands}, {brands2}", taken=["Apple", "Coca-Cola ads"])
        listed = [*filled.values["brands"], *filled.values["brands2"]]
        others = ["Apple", "Coca-Cola ads", filled.values["topic"]]
        assert not any(within(a, b) or within(b, a) for a, b in combinations(listed, 2))
        assert not any(within(a, b) or within(b, a) for a in listed for b in others)


def test_single_brands_differ_and_are_names(fillers: Fillers) -> None:
    seen = set()
    for _ in range(3000):  # so many that each of 2,600 brands is likely to be drawn
        filled = fillers.fill("{brand} {brand2} {brand3} {brand4} {brand5} {brand}")
        assert list(filled.values) == ["brand", "brand2", "brand3", "brand4", "brand5"]
        assert len(set(filled.values.values())) == 5
        seen |= set(filled.values.values())
    assert seen <= {*fillers.words["brands"], *fillers.words["products"], *fillers.names}
    assert {"Dogtopia", "Nike"} <= seen and not {"Weichert, Realtors", "76", "Häagen-Dazs"} & seen


def test_fixed_brands_are_said(fillers: Fillers) -> None:
    filled = fillers.fill("{brands}?", {"brands": ["Nike", "Puma", "Hoka"]})
    assert re.fullmatch(r"Nike\W(.*\W)?Puma\W(.*\W)?Hoka\?", filled.text)
    assert fillers.fill("{brand2} or {brand}", {"brand": "Nike", "brand2": "Puma"}).text == "Puma or Nike"


def test_an_article_in_a_name_stays_and_one_in_front_of_it_goes(fillers: Fillers) -> None:
    filled = fillers.fill("our {brand} ads, the {brands}", {"brand": "The North Face", "brands": ["The Gap", "Olay"]})
    assert re.match(r"The North Face ads, The Gap\W", filled.text)


def test_values_come_in_order_of_appearance(fillers: Fillers) -> None:
    assert list(fillers.fill("{user2} {topic} {user}", {"user": "zoe"}).values) == ["user2", "topic", "user"]


@pytest.mark.parametrize("form", [r"[a-z]\.[a-z]+_\d+", r"[a-z]+\.[a-z]", r"[a-z]+\.[a-z]{2,}", r"[a-z]+\d+"])
def test_handles_have_dots_underscores_and_digits(fillers: Fillers, form: str) -> None:
    handles = {fillers._handle() for _ in range(2000)}
    assert any(re.fullmatch(form, name) for name in handles)


def test_a_handle_is_a_span_that_can_be_held(fillers: Fillers) -> None:
    for _ in range(200):
        filled = fillers.fill("who is {user}?")
        assert filled.values["user"] in "".join(HeldWords.of([filled.text]).chunks)
        assert split(filled.text)[-1] == "?"


@pytest.mark.parametrize(
    ("phrasing", "until"),
    [
        ("posts before {until}", "before June"),
        ("Before {until}, what was said?", "Before June"),
        ("posts prior to {until}", "prior to June"),
        ("Prior to {until}: posts", "Prior to June"),
        ("posts earlier than {until}", "earlier than June"),
        ("posts up to {until}", "June"),
        ("beforehand {until}", "June"),
    ],
)
def test_before_a_time_leaves_out_the_time_itself(fillers: Fillers, phrasing: str, until: str) -> None:
    filled = fillers.fill(phrasing, {"until": "June"})
    assert filled.values["until"] == until
    ends = resolve_dates({"until": until}, today=date(2026, 11, 22))["until"]
    assert ends == ("2026-06-30" if until == "June" else "2026-05-31")


@pytest.mark.parametrize("phrasing", ["{brands}", "{count} groups", "top {limit}", "before {until}, {brand}", "{user}"])
def test_slips_never_touch_a_value(fillers: Fillers, phrasing: str) -> None:
    """The text around is one long word, in which there is always room for a slip."""
    generator = random.Random(5)
    slips = 0
    for _ in range(300):
        filled = fillers.fill("compare and " + phrasing + " respectively")
        rough = roughen(filled.text, filled.spared, generator)
        assert all(words in rough for words in filled.spared), (filled, rough)
        slips += "compare and " not in rough or " respectively" not in rough
    assert slips > 5


def test_number_words_are_spared(fillers: Fillers) -> None:
    filled = fillers.fill("{limit} and {count}")
    assert filled.spared[:2] == filled.text.split(" and ")


def test_texts_among_values() -> None:
    assert names_in({"brands": ["a", "b"], "limit": 5, "topic": "", "user": "zoe"}) == ["a", "b", "zoe"]
