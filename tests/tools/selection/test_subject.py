"""What a question is about: names, plain words that are also names, and themes."""

from __future__ import annotations

import gc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import AnalystError
from tests.tools.hand_made import make_library, post
from tools.library import Library
from tools.selection.brand_posts import brands_within
from tools.selection.posts import count_posts, select_posts
from tools.selection.spelling import spelling
from tools.selection.subject import names_like, spelling_here, subject_of, subjects_of_names, table_of


@pytest.mark.parametrize(
    "text",
    [
        "thanks @sonos_so_close for the tip", "mail sonos@example.org", "see https://example.org/sonos today",
        "www.sonos.example", "example.org/sonos/one", "u/sonos said so", "ask @sonos.support", "@the-sonos-fan hello",
    ],
)  # fmt: skip
def test_words_inside_addresses_name_nothing(text: str) -> None:
    assert spelling("Sonos").find(text) is None


@pytest.mark.parametrize(
    "text", ["thanks @Sonos", "#sonos", "@sonos: hello", "@SONOS's app", "r/sonos", "sonos.com", "my @sonos, and more"]
)
def test_a_handle_that_is_the_name_names_it(text: str) -> None:
    assert spelling("Sonos").find(text) is not None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Pokemon", "a Pokémon card"), ("Pokémon", "pokemon go"), ("Barnes & Noble", "barnes and noble"),
        ("Levis", "my Levi's"), ("Levi's", "levis"), ("candy", "candies"), ("candies", "some candy"),
        ("coca cola", "@coca_cola"), ("watches", "a watch"),
    ],
)  # fmt: skip
def test_aliases(name: str, text: str) -> None:
    assert spelling(name).find(text) is not None


@pytest.mark.parametrize(
    ("text", "written", "small"),
    [
        ("Target is near", False, False),
        ("I like it. Target is near", False, False),
        ("I went to Target", True, False),
        ("my target", False, True),
        ("#target", True, False),
        ("“Target” is near", False, False),
        ("at Target my target", True, True),
    ],
)
def test_how_a_word_is_written(text: str, written: bool, small: bool) -> None:
    found = spelling("target").find(text)
    assert found is not None
    assert (found.written, found.small) == (written, small)


def shop_and_aim(folder: Path, plain: int = 30) -> Library:
    rows = [post(f"a{n:02}", f"p{n}", f"went to Target today {n}", names=["Target"]) for n in range(3)]
    rows += [post("b01", "q", "we love Target here"), post("b02", "r", "Target audience is wide")]
    rows += [post(f"c{n:02}", f"s{n}", f"my target is {n}") for n in range(plain)]
    return make_library(folder, rows)


@pytest.mark.parametrize("said", ["Target", "target", " #Target "])
def test_a_plain_word_counts_where_it_is_tagged_or_written_as_a_name(tmp_path: Path, said: str) -> None:
    found = subject_of(shop_and_aim(tmp_path), said)
    assert found.kind == "name"
    assert list(found.posts.id) == ["a00", "a01", "a02", "b01"]
    assert found.plain_posts == 31
    assert "without 31 posts in which it is only a word" in found.how


def test_a_word_that_is_hardly_ever_a_name_is_a_theme(tmp_path: Path) -> None:
    rows = [post(f"c{n:02}", f"s{n}", f"more coffee number {n}") for n in range(60)]
    rows += [post("d1", "t", "the Blue Coffee house", names=["Blue Coffee"])]
    found = subject_of(make_library(tmp_path, rows), "coffee", by_meaning=False)
    assert found.kind == "theme"
    assert len(found.posts) == 61


def test_a_capital_in_the_question_makes_a_rare_name_one(tmp_path: Path) -> None:
    rows = [post(f"a{n}", f"p{n}", "refuelled at Shell today", names=["Shell"]) for n in range(2)]
    rows += [post(f"c{n:02}", f"s{n}", f"a shell script number {n}") for n in range(60)]
    library = make_library(tmp_path, rows)
    assert list(subject_of(library, "Shell").posts.id) == ["a0", "a1"]
    assert subject_of(library, "shell", by_meaning=False).kind == "theme"


def test_the_decision_is_of_the_whole_index_so_that_parts_add_up(tmp_path: Path) -> None:
    from tools.selection.posts import count_posts, select_posts

    library = shop_and_aim(tmp_path)
    whole = count_posts(library, select_posts(library, topic="Target"))
    parts = [count_posts(library, select_posts(library, topic="Target", user=user)) for user in ("p0", "p1", "p2", "q")]
    assert sum(parts) == whole == 4
    with pytest.raises(AnalystError, match="no posts by @s1 about Target"):
        select_posts(library, topic="Target", user="s1")


def test_a_name_keeps_the_s_that_it_is_tagged_with(tmp_path: Path) -> None:
    rows = [post(f"a{n}", "p", "new Vans today", names=["Vans"]) for n in range(3)]
    rows += [post("b", "q", "a Van", names=["Van"]), post("c", "r", "my van is old")]
    rows += [post(f"d{n}", "s", "my Nike pair", names=["Nike"]) for n in range(3)]
    library = make_library(tmp_path, rows)
    assert list(subject_of(library, "Vans").posts.id) == ["a0", "a1", "a2"]
    assert spelling_here(library, "Nikes").find("a nike shoe") is not None
    assert spelling_here(library, "dogs").find("a dog") is not None


def test_tone_is_toward_the_name_where_it_is_tagged(tmp_path: Path) -> None:
    rows = [post("a", "p", "love Nike", names=["Nike"], tone="good"), post("b", "q", "nike again", tone="bad")]
    library = make_library(tmp_path, rows)
    found = subject_of(library, "Nike")
    assert found.posts.positive[0] == pytest.approx(0.8)
    assert found.posts.tagged.tolist() == [True, False]
    table = table_of(library, found)
    assert library.facts.rows(f"SELECT id FROM {table} ORDER BY id") == [("a",), ("b",)]
    assert table_of(library, subject_of(library, "Nike")) == table  # remembered


def test_many_names_at_once_are_those_one_by_one(tmp_path: Path) -> None:
    rows = [
        post("a", "p", "my Nike Air Max", names=["Nike Air Max"]),
        post("b", "q", "nike and Adidas", names=["Adidas"]),
        post("c", "r", "#NikeAirMax"),
    ]
    names = ["Nike", "Nike Air Max", "Adidas", "Puma", "nike"]
    together = subjects_of_names(make_library(tmp_path / "a", rows), names)
    alone = make_library(tmp_path / "b", rows)
    assert [list(each.posts.id) for each in together] == [
        list(subject_of(alone, name, by_meaning=False).posts.id) for name in names
    ]
    assert [len(each.posts) for each in together] == [2, 2, 1, 0, 2]


def test_what_names_nothing_is_refused(tmp_path: Path) -> None:
    library = shop_and_aim(tmp_path)
    for empty in ("", "  "):
        with pytest.raises(AnalystError, match="topic is empty"):
            subject_of(library, empty)
    with pytest.raises(AnalystError, match="names nothing"):
        subject_of(library, "?!")
    assert names_like(library, "Targett") == ["Target"]


def test_a_name_that_nobody_writes_as_one_has_no_posts(tmp_path: Path) -> None:
    rows = [post(f"c{n:02}", f"s{n}", f"a shell script number {n}") for n in range(60)]
    found = subject_of(make_library(tmp_path, rows), "Shell")
    assert (found.kind, len(found.posts), found.plain_posts) == ("name", 0, 60)


@pytest.mark.parametrize("said", ["Zune", "zunnex"])
def test_a_word_of_no_language_is_a_name_even_where_nobody_says_it(tmp_path: Path, said: str) -> None:
    found = subject_of(shop_and_aim(tmp_path), said)
    assert (found.kind, found.ids) == ("name", [])


@pytest.fixture
def crowded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    """A library with more names than are remembered."""
    monkeypatch.setattr("tools.selection.subject.REMEMBERED", 2)
    return make_library(tmp_path, [post(f"a{n}", "p", f"Nike or Brand{n}x", names=["Nike"]) for n in range(8)])


def kept(library: Library) -> int:
    return len(library.facts.rows("SELECT 1 FROM duckdb_tables() WHERE table_name LIKE 'kept_%'"))


def test_a_selection_outlives_what_is_remembered(crowded: Library) -> None:
    about = select_posts(crowded, topic="Nike", without=["Brand0x"])
    again = replace(about, where=f"{about.where} AND true")
    del about
    subjects_of_names(crowded, [f"Brand{n}x" for n in range(1, 8)])
    gc.collect()
    assert count_posts(crowded, again) == 7


def test_tables_that_nobody_needs_are_dropped(crowded: Library) -> None:
    for n in range(8):
        table_of(crowded, subject_of(crowded, f"Brand{n}x"))
    gc.collect()
    assert kept(crowded) == 2


def test_many_threads_ask_about_more_names_than_are_remembered(crowded: Library) -> None:
    def ask(n: int) -> int:
        name = f"Brand{n % 8}x"
        within = select_posts(crowded, topic="Nike", without=[name])
        found = brands_within(crowded, [name, f"Brand{(n + 1) % 8}x"], within)
        return count_posts(crowded, within) + sum(len(each.posts) for each in found)

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(200))) == {8}


def test_a_product_in_the_plural_counts_as_in_the_singular(tmp_path: Path) -> None:
    rows = [post(f"a{n}", "p", "my new Hokas", names=["Hokas"], type="product") for n in range(2)]
    rows += [post("b", "q", "a hoka shoe"), post("c", "q", "my Vans", names=["Vans"], type="product")]
    rows += [post("d", "r", "a big van"), post("e", "r", "at Adams", names=["Adams"]), post("f", "r", "adam said")]
    library = make_library(tmp_path, rows)
    assert [len(each.posts) for each in subjects_of_names(library, ["Hokas", "Hoka", "Vans", "Adams"])] == [3, 3, 1, 1]
