"""A model's own words tell of nobody what is nobody's business, though the names are a tool's."""

from __future__ import annotations

import pytest

from agent.grounding.check import trace
from agent.grounding.values import Told
from tools.result import cells
from tools.result.line import line, note

POST = line("post", cells.handle("ana", "a"), ": ", cells.quotation("mosque", "text"))
POSTS = Told(0, "search_posts", [note("@ana and @ben wrote 2 posts."), POST])
PEOPLE = Told(1, "find_audience", [line("person", cells.handle("ana", "b"), ", 31 %")])


def withheld(answer: str) -> list[str]:
    return trace(answer, [POSTS, PEOPLE])[1]


@pytest.mark.parametrize(
    "answer",
    [
        "@ana goes to mosque.",
        "@ana is a Muslim.",
        "ana, it seems, is Muslim",
        "These people are Muslims:\n@ana\n@ben",
        "@ana and @ben.\nBoth have depression.",
        "Here are the diabetics:\n@ana, 31 %",
        "@ana, 31 %\nThey vote Republican.",
        "@ana takes Zolo\u200bft.",
        "@ana is а Мuslim",
    ],
)
def test_a_trait_beside_a_person_is_withheld(answer: str) -> None:
    assert withheld(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "@ana and @ben wrote 2 posts.",
        "@ana posts in running and likes coffee.",
        "I never sort people by religion.",
        "Some posts are about the mosque.",
        '@ana wrote "mosque".',
        '@ana: "mosque"',
    ],
)
def test_all_else_is_said(answer: str) -> None:
    assert withheld(answer) == []
