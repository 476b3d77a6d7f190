"""Names of languages as exports write them, and what the identifier says of short posts."""

from __future__ import annotations

import pytest

from index.posts.language import code_of, identify


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("English", "en"),
        ("en-GB", "en"),
        ("eng", "en"),
        ("zh_Hant", "zh"),
        ("Deutsch", "de"),
        ("und", None),
        ("qme", None),
        ("in", "id"),
        (" FR ", "fr"),
    ],
)
def test_names_of_languages(name: str, code: str | None) -> None:
    assert code_of(name) == code


def test_short_posts_are_told_and_shorter_ones_are_not() -> None:
    told = {
        "Ich hasse die neue App, absolute Katastrophe": "de",
        "me encanta, son lo mejor del mundo": "es",
        "c'est nul, plus jamais": "fr",
        "這雙鞋太棒了": "zh",
        "ужасный сервис, больше не приду": "ru",
        "Costco rotisserie chicken remains undefeated": "en",
        "never going back to that phone shop": "en",
    }
    assert identify(list(told)) == list(told.values())
    assert identify(["lol", "🙂🙂", "https://x.example/abc @ana #nike", "", "ok"]) == [None] * 5
