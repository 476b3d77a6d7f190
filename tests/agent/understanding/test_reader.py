"""What the words of a question are tagged as: from network outputs to a reading."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.understanding.labels import CARRIED, CHOICES, CONTEXT, KINDS, MARKS, SMALL_TALK, TAGS, TOOLS
from agent.understanding.reader import decode, marks_of, question_pieces
from agent.understanding.tags import joined, likeliest_tags, quoted, spans, trimmed
from tools.registry import TOOLS as REGISTERED


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


def test_the_tools_are_those_that_exist() -> None:
    assert tuple(REGISTERED) == TOOLS and not set(TOOLS) & set(SMALL_TALK)


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


def test_pieces_of_a_word_are_one_and_the_question_before_is_left_out() -> None:
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, None, 1, None],
        word_ids=[None, 0, 0, 1, None, 0, None],
        offsets=[(0, 0), (0, 2), (2, 5), (6, 9), (0, 0), (0, 4), (0, 0)],
    )
    assert question_pieces(encoding) == [(1, 0, 5), (3, 6, 9)]


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


def test_outputs_become_a_reading() -> None:
    import torch

    question = "do people love Nike Air?"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, 4, 5, None],
        offsets=[(0, 0), (0, 2), (3, 9), (10, 14), (15, 19), (20, 23), (23, 24), (0, 0)],
    )
    out = {"kind": torch.zeros(len(KINDS)), "tags": torch.zeros(8, len(TAGS)), "carried": torch.zeros(len(CARRIED))}
    out |= {name: torch.zeros(len(values)) for name, values in CHOICES.items()}
    out["kind"][KINDS.index("search_posts")] = 5
    for piece, tag in ((4, "B-subject"), (5, "I-subject"), (6, "B-user")):  # a mark alone is no user
        out["tags"][piece][TAGS.index(tag)] = 1
    out["sentiment"][1] = out["carried"][CARRIED.index("limit")] = 1
    alone, follow = (decode(question, encoding, out, before) for before in (False, True))
    assert alone.kinds[0][0] == "search_posts" and sum(chance for _, chance in alone.kinds) == pytest.approx(1)
    assert alone.slots == {"subject": ["Nike Air"]}
    assert alone.choices == {"sentiment": "positive", "by": "", "type": ""}
    assert (alone.carried, follow.carried) == (frozenset(), {"limit"})


def test_a_name_before_the_word_community_is_one() -> None:
    import torch

    question = "divide the trees community"
    encoding = SimpleNamespace(
        sequence_ids=[None, 0, 0, 0, 0, None],
        word_ids=[None, 0, 1, 2, 3, None],
        offsets=[(0, 0), (0, 6), (7, 10), (11, 16), (17, 26), (0, 0)],
    )
    out = {"kind": torch.zeros(len(KINDS)), "tags": torch.zeros(6, len(TAGS)), "carried": torch.zeros(len(CARRIED))}
    out |= {name: torch.zeros(len(values)) for name, values in CHOICES.items()}
    out["tags"][3][TAGS.index("B-subject")] = 1
    assert decode(question, encoding, out, False).slots == {"community": ["trees"]}


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


def test_the_pieces_of_a_long_text_are_one_and_two_names_stay_two() -> None:
    words = words_of("who likes We made boots you not make tracks now in tea or cake")
    question = "who likes We made boots you not make tracks now in tea or cake"

    def span(said: str, slot: str = "subject") -> tuple[str, int, int]:
        return slot, question.index(said), question.index(said) + len(said)

    parted = [span("We made boots you"), span("make tracks now")]
    assert joined(parted, words) == [span("We made boots you not make tracks now")]
    assert joined([span("tea"), span("cake")], words) == [span("tea"), span("cake")]
    assert joined([span("We made boots"), span("tea", "user"), span("cake")], words)[0] == span("We made boots")
