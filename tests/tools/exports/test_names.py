"""Names of results and of their files."""

from __future__ import annotations

from typing import Any

import pytest

from tools.exports.names import LONGEST_FILE_NAME, export_name, file_name, title
from tools.registry import TOOLS


@pytest.mark.parametrize(
    ("words", "name"),
    [("Audience for Nike", "audience-for-nike.csv"), ("../../etc/<é>", "etc.csv"), ("…", "result.csv")],
)
def test_file_names_are_tame(words: str, name: str) -> None:
    assert file_name(words, "csv") == name


@pytest.mark.parametrize(
    ("tool", "args", "name"),
    [
        ("find_audience", {"campaign": "Nike", "limit": 3}, "audience-for-nike.xlsx"),
        (
            "find_audience",
            {"community": "running", "campaign": "Nike", "since": "2026"},
            "audience-for-nike-since-2026-running.xlsx",
        ),
        ("find_audience", {"campaign": "Nike", "exclude": ["ana", "ben"]}, "audience-for-nike-exclude-ana-ben.xlsx"),
        ("analyze_sentiment", {"topic": "Nike", "by": "community"}, "tone-of-nike-by-community.xlsx"),
        ("analyze_sentiment", {"community": "running", "topic": "Nike"}, "tone-of-nike-running.xlsx"),
        ("count", {"of": "people", "topic": "tea"}, "how-many-people-tea.xlsx"),
        ("rank", {"of": "person", "by": "posts", "since": None}, "people-ranked-by-posts.xlsx"),
        ("extract_keywords", {"text": "Long pasted text"}, "words-that-set-the-pasted-text-apart.xlsx"),
        ("a_new_tool", {"topic": "tea"}, "a-new-tool-tea.xlsx"),
        ("search_posts", {"query": "../../=cmd()"}, "posts-about-cmd.xlsx"),
    ],
)
def test_a_name_tells_what_was_asked(tool: str, args: dict[str, Any], name: str) -> None:
    assert export_name(tool, args, "xlsx") == name


def test_names_that_lose_letters_still_differ() -> None:
    long = [export_name("search_posts", {"query": "y" * 20_000 + end}, "csv") for end in "ab"]
    foreign = [export_name("search_posts", {"query": query}, "csv") for query in ("кофе", "чай", "שלום")]
    assert len(set(long + foreign)) == 5 and all(len(name) < LONGEST_FILE_NAME + 20 for name in long)
    for name in long + foreign:
        assert (
            name.startswith("posts-about")
            and name.isascii()
            and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        )


def test_every_tool_has_a_title_even_without_arguments() -> None:
    assert title("compare_brands", {"brands": ["Nike", "Adidas"]}) == "Nike and Adidas side by side"
    for tool in TOOLS:
        assert title(tool, {}) and export_name(tool, {}, "md").endswith(".md")
