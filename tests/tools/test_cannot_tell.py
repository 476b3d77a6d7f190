"""What is not told names what is missing and why, and offers a question that can be answered."""

from __future__ import annotations

from typing import get_args

import pytest

from tests.tools.conftest import Call
from tools.cannot_tell import Why


@pytest.mark.parametrize(
    ("args", "headline"),
    [
        (
            {"why": "not_in_posts", "what": "which age group"},
            "These posts do not say how old people are, and it is not guessed.",
        ),
        (
            {"why": "not_in_posts", "what": "how many clicked"},
            "These posts do not say what people clicked or saw, and it is not guessed.",
        ),
        ({"why": "not_in_posts", "what": "shoe sizes"}, "These posts do not say shoe sizes, and it is not guessed."),
        ({"why": "outside", "what": "the weather"}, "The weather is not a question about these posts."),
        (
            {"why": "action", "what": "send the email"},
            "Posts can be read here, and nothing else can be done, so this is up to you: send the email.",
        ),
    ],
)  # fmt: skip
def test_what_is_missing_is_named(call: Call, args: dict[str, str], headline: str) -> None:
    found = call("cannot_tell", **args)
    assert found.headline.text == headline
    assert found.instead.endswith(("?", ".")) and found.instead in found.text


def test_the_future_begins_with_the_last_post(call: Call) -> None:
    found = call("cannot_tell", why="future", what="next year", topic="Lego")
    assert "2025-01-05" in found.headline.text or "These posts end on 20" in found.headline.text
    assert "Lego" in found.instead


@pytest.mark.parametrize("why", get_args(Why))
def test_without_a_thing_the_reason_stands_alone(call: Call, why: str) -> None:
    found = call("cannot_tell", why=why)
    assert "{" not in found.text and found.what == "" and found.headline.text.endswith(".")


def test_the_users_words_are_said_back_short_and_on_one_line(call: Call) -> None:
    found = call("cannot_tell", why="outside", what="x\n" * 500)
    assert len(found.headline.text) < 200 and len(found.headline.text.splitlines()) == 1
