"""Text put together from pieces, out of markup, with its letters mended."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.posts.text import mended, plain_of, text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('a<br><a href="https://y.example/watch?t=183">3:03</a> <b>really</b>', "a\n3:03 really"),
        ("<p>one</p><p>two &lt;3</p>", "one\ntwo &lt;3"),
        ('see <a href="https://shop.example/1">this</a>', "see this https://shop.example/1"),
        ('<a href="https://x.example/a"><span class="invisible">https://</span>x.example/a</a>', "https://x.example/a"),
        ('<a href="https://m.example/@nia">@<span>nia</span></a> hi', "@nia hi"),
        ("I <3 you and <html> stays", "I <3 you and <html> stays"),
        ("a<script>alert(1)</script>b<style>p{}</style>", "ab"),
        ("x <img src=x onerror=alert(1)> y", "x  y"),
        ("no markup at all", "no markup at all"),
    ],
)
def test_html_becomes_text_with_its_links_and_breaks(markup: str, text: str) -> None:
    assert plain_of(markup) == text


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a",
        "<a href=",
        "</p",
        "<!--",
        "<br<",
        "<a href='",
        "</a>",
        "</a>w",
        "<a href='http://x.example'>w</a></a>",
    ],
)
def test_a_million_tags_take_a_moment(unit: str) -> None:
    begun = time.process_time()
    plain_of((unit * 600_000)[:600_000])
    assert time.process_time() - begun < 2


@given(st.text(alphabet="<>/ab\"'=! -", max_size=300))
def test_any_markup_is_text(markup: str) -> None:
    assert len(plain_of(markup)) <= 2 * len(markup)


@pytest.mark.parametrize(
    ("spoilt", "meant"),
    [
        ("ZoÃ«", "Zoë"),
        ("crÃ¨me â\x80\x93 ð\x9f\x98\x8d", "crème – 😍"),
        ("itâ€™s", "it’s"),
        ("Zoë", "Zoë"),
        ("日本", "日本"),
    ],
)
def test_letters_are_mended(spoilt: str, meant: str) -> None:
    assert mended(spoilt) == meant


def test_text_is_put_together_from_its_pieces() -> None:
    styled = [
        "Nike ",
        {"type": "bold", "text": "sizing"},
        " is ",
        {"type": "text_link", "text": "here", "href": "https://x.example"},
    ]
    assert text_of(styled) == "Nike sizing is here https://x.example"
    assert text_of([{"text": ["a", {"text": "b"}]}, 7, None]) == "ab"
    assert text_of(5) == text_of({"x": 1}) == ""
    deep: object = "x"
    for _ in range(5000):
        deep = [deep]
    assert text_of(deep) == ""
