"""Brands side by side, against figures counted by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tests.tools.said import lines, warnings
from tools.compare_brands import CompareBrands, compare_brands
from tools.library import Library
from tools.registry import BadArguments, call_tool

ROWS = [
    post("1", "ana", "I love Nike", tone="good", at="2024-01-05T10:00:00+00:00", likes=10, replies=1, names=["Nike"],
         community="shoes"),
    post("2", "ana", "Nike again", tone="good", at="2024-02-05T10:00:00+00:00", likes=30, replies=3, names=["Nike"],
         community="shoes"),
    post("3", "ben", "nike shoes fell apart", tone="bad", at="2024-02-09T10:00:00+00:00", likes=2, names=["nike"],
         community="rants"),
    post("4", "ben", "Adidas it is", tone="good", at="2024-03-01T10:00:00+00:00", likes=5, names=["Adidas"]),
    post("5", "cleo", "Adidas or Nike?", at="2024-03-09T10:00:00+00:00", names=["Adidas", "Nike"]),
    post("6", "dan", "Nikon makes cameras", names=["Nikon"]),
    post("7", "dan", "Nikon once more", names=["Nikon"]),
    post("8", "eve", "I adore H&M", tone="good", names=["H&M"]),
]  # fmt: skip


@pytest.fixture(scope="module")
def hand_made(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return make_library(tmp_path_factory.mktemp("brands"), ROWS)


@pytest.fixture(scope="module")
def both(hand_made: Library) -> CompareBrands:
    return compare_brands(hand_made, ["adidas", "Nike"])


def test_volume_tone_and_engagement(both: CompareBrands) -> None:
    nike, adidas = both.brands
    assert (nike.name, nike.posts, nike.people) == ("Nike", 4, 3)
    assert (adidas.name, adidas.posts, adidas.people) == ("Adidas", 2, 2)  # "adidas" as it is written here
    assert (nike.voice, adidas.voice) == pytest.approx((4 / 6, 2 / 6))
    assert both.posts == 5  # one post names both
    assert nike.mean == pytest.approx((1 + 1 - 1 + 0) / 4)
    assert (nike.negative, nike.neutral, nike.positive) == pytest.approx((1 / 4, 1 / 4, 2 / 4))
    assert (nike.likes_mean, nike.likes_median) == pytest.approx((14, 10))  # of the three whose likes are known
    assert (nike.replies_mean, nike.replies_median) == pytest.approx((2, 2))
    assert (adidas.likes_mean, adidas.replies_mean) == (5, None)
    assert nike.margin is not None and nike.margin > 0
    share, _, tone = lines(both)[0].partition(". ")
    assert share == "Share of voice in 6 mentions in 5 posts: Nike 67 % and Adidas 33 %"
    assert tone.startswith("Warmest tone: ") and "; coldest: " in tone
    assert "Nike: 4 posts by 3 people; 2 positive and 1 negative;" in both.text
    assert "None" not in both.text and "nan" not in both.text


def test_the_shared_audience(both: CompareBrands) -> None:
    (pair,) = both.overlaps
    assert (pair.first, pair.second, pair.people) == ("Nike", "Adidas", 2)  # ben and cleo
    assert (pair.jaccard, pair.share_of_first, pair.share_of_second) == pytest.approx((2 / 3, 2 / 3, 1))


def test_months_of_a_short_time_and_years_of_a_long_one(both: CompareBrands, tmp_path: Path) -> None:
    nike = both.brands[0].over_time
    assert [(month, period.posts) for month, period in nike.items()] == [("2024-01", 1), ("2024-02", 2), ("2024-03", 1)]
    assert nike["2024-02"].mean == pytest.approx(0)
    assert both.brands[0].earlier is None  # too few posts for a trend
    rows = [
        post(str(n), f"p{n}", "Nike" if n < 20 else "Adidas", at=f"20{10 + n // 2}-03-01T00:00:00+00:00")
        for n in range(24)
    ]
    long = compare_brands(make_library(tmp_path, rows), ["Nike", "Adidas"]).brands
    assert list(long[1].over_time) == ["2020", "2021"]
    assert (long[0].earlier, long[0].later, long[1].later) == pytest.approx((1, 8 / 12, 4 / 12))


def test_the_telling_posts(both: CompareBrands) -> None:
    """The warmest post on Nike alone is the better liked of two; neither side's post is made up where there is none."""
    assert {p.id for p in both.evidence} == {"2", "3", "4"}
    warm = [line for line in lines(both) if line.startswith("Warmest on")]
    assert len(warm) == 2 and '"Nike again"' in warm[0]
    assert [line.partition(":")[0] for line in lines(both) if line.startswith("Coldest")] == ["Coldest on Nike"]


def test_time_and_community(hand_made: Library) -> None:
    spring = compare_brands(hand_made, ["Nike", "Adidas"], since="2024-03")
    assert {brand.name: brand.posts for brand in spring.brands} == {"Nike": 1, "Adidas": 2}
    assert spring.subject == "since 2024-03" and "since 2024-03" in lines(spring)[0]
    shoes = compare_brands(hand_made, ["Nike", "Adidas"], community="shoes")
    assert (shoes.missing, [brand.posts for brand in shoes.brands]) == (["Adidas"], [2])
    assert lines(shoes)[0] == "Nike stands alone: 2 posts in shoes name it."
    assert "Careful: nobody names Adidas in posts in shoes" in shoes.text


def test_a_brand_that_nobody_names(hand_made: Library) -> None:
    result = compare_brands(hand_made, ["Nike", "Nikonn", "H&M"])
    assert [brand.name for brand in result.brands] == ["Nike", "H&M"] and result.missing == ["Nikonn"]
    assert "Careful: nobody names Nikonn in these posts; names like it that do occur: Nikon" in result.text
    assert "Careful: only 1 post names H&M." in warnings(result)
    assert "Nobody names both Nike and H&M." in lines(result)
    assert "Too few people name them to tell" in result.text
    with pytest.raises(AnalystError, match=r"Nobody names Nikonn or Zzz in these posts\. .*Nikon"):
        compare_brands(hand_made, ["Nikonn", "Zzz"])
    with pytest.raises(AnalystError, match="Try another spelling"):
        compare_brands(hand_made, ["Qqqqq", "Zzz"])


def test_two_to_ten_different_brands(hand_made: Library) -> None:
    for brands in ([], ["Nike"], ["Nike", "nike", " NIKE "], ["Nike", "", "!!!"], [f"b{n}" for n in range(11)]):
        with pytest.raises(AnalystError, match="needs 2 to 10 brands"):
            compare_brands(hand_made, brands)
    assert call_tool(hand_made, "compare_brands", {"brands": "Nike, Adidas"}).to_dict()["posts"] == 5
    with pytest.raises(BadArguments, match="brands"):
        call_tool(hand_made, "compare_brands", {"brands": 7})


def test_a_brand_that_is_also_a_plain_word(tmp_path: Path) -> None:
    rows = [post(f"w{n}", f"p{n}", "the target is missed") for n in range(8)]
    rows += [post("t1", "ana", "shopping at Target", names=["Target"]), post("n1", "ben", "Nike", names=["Nike"])]
    result = compare_brands(make_library(tmp_path / "word", rows), ["Target", "Nike"])
    assert {brand.name: brand.posts for brand in result.brands} == {"Target": 1, "Nike": 1}
    assert "Careful: 8 posts use Target as a plain word and did not count." in warnings(result)
    subjects = [post(f"c{n}", f"p{n}", "more coffee") for n in range(5)] + [post("t", "ana", "tea")]
    result = compare_brands(make_library(tmp_path / "subject", subjects), ["coffee", "tea"])
    assert {brand.name: brand.posts for brand in result.brands} == {"coffee": 5, "tea": 1}


def test_a_name_that_is_no_plain_word_counts_in_small_letters(tmp_path: Path) -> None:
    rows = [post(f"s{n}", f"p{n}", "closed my strava") for n in range(8)]
    rows += [post("t1", "ana", "on Strava", names=["Strava"]), post("n1", "ben", "Nike", names=["Nike"])]
    result = compare_brands(make_library(tmp_path, rows), ["Strava", "Nike"])
    assert {brand.name: brand.posts for brand in result.brands} == {"Strava": 9, "Nike": 1}
    assert not any("plain word" in warning for warning in warnings(result))


def test_what_sets_posts_and_crowds_apart(tmp_path: Path) -> None:
    rows = []
    for brand, theme, hobby in (("Nike", "air max", "marathon"), ("Lego", "castle", "train set")):
        for n in range(12):
            who = f"{brand}{n}"
            rows.append(post(f"{who}a", who, f"my {brand}", phrases=[theme, f"my {brand}".lower(), "shop"]))
            rows.append(post(f"{who}b", who, "weekend", phrases=[hobby, "weekend"]))
    result = compare_brands(make_library(tmp_path, rows), ["Nike", "Lego"])
    found = {b.name: ([c.phrase for c in b.themes], [c.phrase for c in b.crowd]) for b in result.brands}
    assert found == {"Nike": (["air max"], ["marathon"]), "Lego": (["castle"], ["train set"])}
    assert "Said about Nike more than about the other: air max." in lines(result)
    assert "People who name only Lego talk more than the other about train set." in lines(result)


def test_a_difference_beyond_chance(tmp_path: Path) -> None:
    rows = [post(f"n{n}", f"n{n}", "Nike", tone="good") for n in range(6)]
    rows += [post(f"a{n}", f"a{n}", "Adidas", tone="bad") for n in range(6)]
    clear = compare_brands(make_library(tmp_path / "clear", rows), ["Nike", "Adidas"])
    assert "People speak more warmly of Nike than of Adidas." in lines(clear)
    rows = [post(f"{b}{n}", f"{b}{n}", b, tone=["good", "bad"][(n + (b == "Nike")) % 2]) for b in ("Nike", "Adidas")
            for n in range(5)]  # fmt: skip
    assert "may be chance" in compare_brands(make_library(tmp_path / "not", rows), ["Nike", "Adidas"]).text


def test_names_of_any_writing(tmp_path: Path) -> None:
    rows = [post("1", "zoë 🙂", "Häagen-Dazs ist gut"), post("2", "x", "häagen dazs"), post("3", "y", "東京 Straße")]
    result = compare_brands(make_library(tmp_path, rows), ["häagen dazs", "Straße"])
    assert [(brand.name, brand.posts) for brand in result.brands] == [("Häagen-Dazs", 2), ("Straße", 1)]
    assert result.brands[0].over_time == {} and result.brands[0].likes_mean is None


def test_a_hashtag_names_the_brand_though_it_is_written_small(tmp_path: Path) -> None:
    rows = [
        post("1", "ana", "a Lego castle", names=["Lego"]),
        post("2", "ben", "#lego sale today"),
        post("3", "cleo", "stepped on a lego"),  # as a plain word
    ]
    result = compare_brands(make_library(tmp_path, rows), ["Lego", "Nike"])
    assert (result.brands[0].posts, result.brands[0].people) == (2, 2)
    assert "Careful: 1 post uses Lego as a plain word and did not count." in warnings(result)


def test_on_indexed_posts(call: Callable[..., Any]) -> None:
    result = call("compare_brands", brands=["Lego", "Nike"])
    lego = next(brand for brand in result.brands if brand.name == "Lego")
    assert (lego.posts, lego.people) == (5, 3)
