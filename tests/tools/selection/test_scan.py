"""One pass over the words finds what looking for each name by itself finds."""

from __future__ import annotations

import pytest

from tools.selection.scan import Names, Texts, scan
from tools.selection.spelling import spelling

NAMES = [
    "Nike", "Vans", "Candy", "Levis", "Apple", "AT&T", "Coca-Cola", "New York City", "PlayStation", "X", "S", "Pokémon",
    "Pokemon", "Rode", "U.S.", "C++", "Xbox 360", "Windows", "I", "Box", "Straße", "😀",
]  # fmt: skip
TEXTS = [
    "Nike runs. Nike, again!", "my nike and Nikes, NIKE's", "#nike @Nike @nike_sb http://nike.com/nike", "@foo Nike",
    'He said: "Nike?" (Nike) *nike*', "- Nike", "         Nike", "a        Nike", "…Nike", "xnike nikeb _nike_",
    "van Vans VANS van's", "candies and candy's Candies", "levis Levi's levi’s Levi", "apple Apples apple’s",
    "AT&T at&t AT and T, at and t's", "coca cola CocaCola coca-cola's #cocacola @coca_cola @CocaCola", "coca. cola",
    "new york city NewYork City new-yorkcity", "play station PlayStation", "x X Xs x's xs", "S s's S's 's", "",
    "Pokémon pokemon POKÉMONS Poke\u0301mon", "røde Rode rodé", "U.S. us U.S.A. u.s", "C C++ c++", "xbox360 Xbox 360s",
    "I'm. I am i", "boxes Box box's", "strasse Straße STRASSE", "😀 nike", "me@nike.com nike.com/nike Nike",
    "u/Nike Nike", "www.nike Nike", "@Nike", "@Nike is it",
    "and/or Nike 1/2", "window windows Windows", "K\u0131ndle n\u0131ke",
]  # fmt: skip


@pytest.mark.parametrize("plural", [True, False])
def test_a_word_is_a_form_of_a_name_just_where_the_name_is_found(plural: bool) -> None:
    words = [word for text in TEXTS for word in text.split() if word.isascii() and word.isalnum()]
    for name in NAMES:
        each = spelling(name, plural=plural)
        for word in words if each.forms else ():
            assert (word.lower() in each.forms) == (each.named.fullmatch(word) is not None), (name, word)
    assert sum(bool(spelling(name, plural=plural).forms) for name in NAMES) >= 7


@pytest.mark.parametrize("plural", [True, False])
def test_names_are_found_where_each_by_itself_is(plural: bool) -> None:
    spelled = [spelling(name, plural=plural) for name in NAMES]
    found = scan(Texts.of(TEXTS), Names(NAMES, spelled))
    rows = zip(found.name.tolist(), found.post.tolist(), found.written.tolist(), found.small.tolist(), strict=True)
    plain = {(name, post): how for name, post, *how in rows}
    for name, each in enumerate(spelled):
        for post, text in enumerate(TEXTS):
            by_itself = each.find(text)
            if each.forms:
                how = by_itself and [by_itself.written, by_itself.small]
                assert plain.get((name, post)) == how, (NAMES[name], text)
            elif by_itself and NAMES[name] != "😀":  # what has no word is found only where it is marked
                assert post in found.perhaps[name], (NAMES[name], text)


def test_words_that_stand_apart_are_no_name() -> None:
    found = scan(Texts.of(["New York", "city new", "york"]), Names(["New York City"], [spelling("New York City")]))
    assert not found.perhaps


def test_what_is_read_at_once_makes_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names(NAMES, [spelling(name) for name in NAMES])
    whole = scan(Texts.of(TEXTS), names)
    monkeypatch.setattr("tools.selection.scan.AT_ONCE", 3)
    parts = scan(Texts.of(TEXTS), names)
    for column in ("name", "post", "written", "small"):
        assert getattr(whole, column).tolist() == getattr(parts, column).tolist()
    assert {name: posts.tolist() for name, posts in whole.perhaps.items()} == {
        name: posts.tolist() for name, posts in parts.perhaps.items()
    }


def test_without_texts_nothing_stands_anywhere() -> None:
    assert not len(scan(Texts.of([]), Names(["Nike"], [spelling("Nike")])).post)
