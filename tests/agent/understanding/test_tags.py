"""From tags to words: sequences of tags, their spans, and where these begin and end."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.labels import TAGS
from agent.understanding.reader import question_pieces
from agent.understanding.tags import joined, likeliest_tags, quoted, spans, trimmed


def cut(question: str, said: str, *, keep_marks: bool = False) -> str:
    """``said`` as ``trimmed`` cuts it out of ``question``."""
    start = question.index(said)
    return trimmed(question, start, start + len(said), keep_marks=keep_marks)


def words_of(question: str) -> list[tuple[int, int, int]]:
    """As ``question_pieces`` gives them: words without spaces, marks on their own."""
    encoding = SimpleNamespace(sequence_ids=[], word_ids=[], offsets=[])
    place = 0
    for number, word in enumerate(question.split()):
        start = question.index(word, place)
        place = start + len(word)
        encoding.sequence_ids.append(0)
        encoding.word_ids.append(number)
        encoding.offsets.append((start, place))
    return question_pieces(encoding)


@pytest.mark.parametrize(
    ("question", "said", "trim"),
    [
        ("What is Nike's mood?", "Nike", "Nike"),
        ("who would eat at McDonald's?", "McDonald's", "McDonald's"),
        ("who likes “Air Max”?", "“Air Max”", "Air Max"),
        ("who likes 'Air Max' ads", "'Air Max'", "Air Max"),
        ('is "Dune" worth the hype', '"Dune"', "Dune"),
        ("themes in r/Coffee?", "r/Coffee?", "r/Coffee"),
        ("themes in r/Coffee?", "Coffee", "Coffee"),
        ("who is @jo.van-dyk?", "@jo.van-dyk?", "@jo.van-dyk"),
        ("who is @olive_7", "@olive", "@olive_7"),
        ("visit the Café Müller, please", "Café Müller,", "Café Müller"),
        ("visit the Café Müller", "af", "Café"),
        ("posts about 寿司!", "寿司!", "寿司"),
        ("a  coffee \n shop", "coffee \n shop", "coffee shop"),
        ("C++ or C#?", "C++", "C++"),
        ("really?!", "?!", ""),
        ("is Metro (Australia) ok", "Metro (Australia)", "Metro (Australia)"),
        ("who likes Metro (Australia)?", "Metro (Australia)?", "Metro (Australia)"),
        ("mood of [this](http://a.b/c)", "[this](http://a.b/c)", "[this](http://a.b/c)"),
        ("who (likes Nike)?", "Nike)?", "Nike"),
        ("who likes [Wednesday] talk", "[Wednesday] talk", "[Wednesday] talk"),
        ("mood of @j.doe_88?", "@j.doe_88?", "@j.doe_88"),
        ("tomasz.hikes!", "tomasz.hikes!", "tomasz.hikes"),
    ],
)
def test_words_are_whole_and_without_marks(question: str, said: str, trim: str) -> None:
    assert cut(question, said) == trim


@pytest.mark.parametrize(
    ("said", "kept"), [('"I hate it."', "I hate it."), ("(so good!)", "so good!"), ("It's Ana's", "It's Ana's")]
)
def test_a_text_keeps_its_end(said: str, kept: str) -> None:
    assert cut(f"Is {said} positive?", said, keep_marks=True) == kept


def test_tags_become_spans() -> None:
    words = words_of("show ten Nike Air posts by ana ben")
    tags = ["O", "B-limit", "B-subject", "I-subject", "O", "O", "B-user", "B-user"]
    assert spans(words, tags) == [("limit", 5, 8), ("subject", 9, 17), ("user", 27, 30), ("user", 31, 34)]


def test_an_inside_without_a_beginning_begins() -> None:
    words = words_of("a b c d")
    assert spans(words, ["I-user", "I-text", "O", "I-text"]) == [("user", 0, 1), ("text", 2, 3), ("text", 6, 7)]


@given(st.text(max_size=60), st.data())
def test_spans_stay_within_the_question(question: str, data: st.DataObject) -> None:
    words = words_of(question)
    tags = data.draw(st.lists(st.sampled_from(TAGS), min_size=len(words), max_size=len(words)))
    last = 0
    for slot, start, end in spans(words, tags):
        assert last <= start < end <= len(question)
        last = end
        for keep in (False, True):
            said = trimmed(question, start, end, keep_marks=keep)
            assert said in " ".join(question.split()) and said == said.strip() and slot


def test_a_pasted_text_in_quotation_marks_is_taken_whole() -> None:
    question = 'who likes this ad: "Slow mornings, one good cup." and why'
    start, end = quoted(question, question.index("mornings"), question.index(", one"))
    assert question[start:end] == "Slow mornings, one good cup."


def test_a_quoted_name_stays_as_it_was_tagged() -> None:
    question = 'posts about "Blue Bottle" please'
    place = question.index("Bottle")
    assert quoted(question, place, place + 6) == (place, place + 6)


def test_tags_that_follow_no_beginning_are_not_taken() -> None:
    import torch

    logits = torch.zeros(3, len(TAGS))
    logits[0, TAGS.index("B-subject")] = logits[0, TAGS.index("B-user")] = 3
    logits[1, TAGS.index("I-user")] = 2  # wins with the beginning that belongs to it
    logits[2, TAGS.index("I-text")] = 1
    assert likeliest_tags(logits) == ["B-user", "I-user", "O"] or likeliest_tags(logits)[:2] == ["B-user", "I-user"]
    assert likeliest_tags(logits)[2] != "I-text"


def test_the_pieces_of_a_long_text_are_one_and_two_names_stay_two() -> None:
    words = words_of("who likes We made boots you not make tracks now in tea or cake")
    question = "who likes We made boots you not make tracks now in tea or cake"

    def span(said: str, slot: str = "subject") -> tuple[str, int, int]:
        return slot, question.index(said), question.index(said) + len(said)

    parted = [span("We made boots you"), span("make tracks now")]
    assert joined(parted, words) == [span("We made boots you not make tracks now")]
    assert joined([span("tea"), span("cake")], words) == [span("tea"), span("cake")]
    assert joined([span("We made boots"), span("tea", "user"), span("cake")], words)[0] == span("We made boots")
