"""From network outputs to a reading."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import Any

import pytest

from agent.understanding.labels import CARRIED, CHOICES, CONTEXT, KINDS, MARKS, POINTERS, SMALL_TALK, TAGS, TOOLS
from agent.understanding.reader import decode, marks_of, question_pieces
from tools.registry import TOOLS as REGISTERED


def test_the_tools_are_those_that_exist() -> None:
    assert set(TOOLS) <= set(REGISTERED) and not set(TOOLS) & set(SMALL_TALK)


def test_pieces_of_a_word_are_one_and_the_question_before_is_left_out() -> None:
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, None, 1, None],
        word_ids=[None, 0, 0, 1, None, 0, None],
        offsets=[(0, 0), (0, 2), (2, 5), (6, 9), (0, 0), (0, 4), (0, 0)],
    )
    assert question_pieces(encoding) == [(1, 0, 5), (3, 6, 9)]


def outputs(pieces: int) -> dict[str, Any]:
    """Of a network that says nothing."""
    import torch

    closed = {name: torch.zeros(len(values)) for name, values in (CHOICES | POINTERS).items()}
    words = {"tags": torch.zeros(pieces, len(TAGS)), "starts": torch.zeros(pieces, 2)}
    return {"kind": torch.zeros(len(KINDS)), "carried": torch.zeros(len(CARRIED)), **words, **closed}


def test_outputs_become_a_reading() -> None:
    question = "do people love Nike Air?"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, 4, 5, None],
        offsets=[(0, 0), (0, 2), (3, 9), (10, 14), (15, 19), (20, 23), (23, 24), (0, 0)],
    )
    out = outputs(8)
    out["kind"][KINDS.index("search_posts")] = 5
    for piece, tag in ((4, "B-subject"), (5, "I-subject"), (6, "B-user")):  # a mark alone is no user
        out["tags"][piece][TAGS.index(tag)] = 1
    out["sentiment"][1] = out["carried"][CARRIED.index("limit")] = 1
    alone, follow = (decode(question, encoding, out, before) for before in (False, True))
    assert alone.kinds[0][0] == "search_posts" and sum(chance for _, chance in alone.kinds) == pytest.approx(1)
    assert alone.slots == {"subject": ["Nike Air"]}
    assert {name: value for name, value in alone.choices.items() if value} == {"sentiment": "positive"}
    assert set(alone.points.values()) == {""} and alone.parts == () and alone.text == question
    assert (alone.carried, follow.carried) == (frozenset(), {"limit"})


def test_a_question_is_parted_where_its_parts_begin() -> None:
    question = "compare tea and coffee, then who likes the winner"
    words = [match.span() for match in re.finditer(r"\w+|,", question)]
    encoding = SimpleNamespace(
        sequence_ids=[None, *[0] * len(words), None],
        word_ids=[None, *range(len(words)), None],
        offsets=[(0, 0), *words, (0, 0)],
    )
    out = outputs(len(words) + 2)
    assert decode(question, encoding, out, False).parts == ()
    out["starts"][6][1] = 1
    assert decode(question, encoding, out, False).parts == ("compare tea and coffee,", "then who likes the winner")


def test_a_name_before_the_word_community_is_one() -> None:
    question = "divide the trees community"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, None],
        offsets=[(0, 0), (0, 6), (7, 10), (11, 16), (17, 26), (0, 0)],
    )
    out = outputs(6)
    out["tags"][3][TAGS.index("B-subject")] = 1
    assert decode(question, encoding, out, False).slots == {"community": ["trees"]}


def test_marks_tell_letter_case_and_context() -> None:
    from index.encoding.tagging import HANDLE, LOWER, OTHER, TITLE

    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, None, 1, None],
        word_ids=[None, 0, 1, 2, 3, None, 0, None],
        offsets=[(0, 0), (0, 3), (4, 8), (9, 10), (10, 13), (0, 0), (0, 4), (0, 0)],
    )
    marks = marks_of("who Nike @ana", encoding)
    assert marks == [OTHER, LOWER, TITLE, OTHER, HANDLE, OTHER, CONTEXT, OTHER]
    assert max(marks) < MARKS
