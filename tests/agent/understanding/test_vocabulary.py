"""What an index knows of the words of a question, and how the reader is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.understanding.labels import KNOWN
from agent.understanding.reader import encode, known_of, places_of, question_tokenizer
from agent.understanding.vocabulary import Vocabulary
from tests.tools.hand_made import make_library, post


@pytest.fixture(scope="module")
def vocabulary(tmp_path_factory: pytest.TempPathFactory) -> Vocabulary:
    rows = [post(f"a{n}", "binsgoblin", "New Balance and Apple", names=["New Balance", "Apple"]) for n in range(2)]
    rows += [post("b", "tomasz.hikes", "Zune once", names=["Zune"], community="watching"), post("c", "ana", "x")]
    return Vocabulary.of(make_library(tmp_path_factory.mktemp("words"), rows))


@pytest.mark.parametrize(
    ("question", "known"),
    [
        ("what do they post in watching?", {"watching": "community"}),
        ("lowdown on binsgoblin pls", {"binsgoblin": "person"}),
        ("and @tomasz.hikes?", {"tomasz.hikes": "person"}),
        ("@watching is nobody", {}),
        ("love for new balance", {"new balance": "name"}),
        ("New Balances", {"New Balances": "name"}),
        ("is Zune dead", {}),  # named once
        ("Apple fans", {"Apple": "name"}),
        ("apple pie", {}),  # an everyday word unless it is written as a name
    ],
)
def test_what_is_known(vocabulary: Vocabulary, question: str, known: dict[str, str]) -> None:
    assert vocabulary.known_in(question) == known


def test_it_is_made_once_for_an_index(tmp_path: Path) -> None:
    library = make_library(tmp_path, [post("a", "ana", "text")])
    assert Vocabulary.of(library) is Vocabulary.of(library)


def test_the_pieces_of_a_known_word_are_marked() -> None:
    question, known = "binsgoblin in watching, rewatching", {"binsgoblin": "person", "watching": "community"}
    encoding = encode(question_tokenizer(), question, "count; community watching | how many?")
    marks = known_of(question, encoding, known)
    said = {
        KNOWN[mark]: "".join(t for t, m in zip(encoding.tokens, marks, strict=True) if m == mark) for mark in {*marks}
    }
    assert said["person"].replace("##", "") == "binsgoblin" and said["community"] == "watching"
    assert places_of(question, known) == [(0, 10, "person"), (14, 22, "community")]
