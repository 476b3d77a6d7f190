"""Words, shapes, and BIO tags there and back."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.encoding.tagging import (
    DIGIT,
    HANDLE,
    LOWER,
    MIXED,
    OTHER,
    TITLE,
    UPPER,
    Span,
    Word,
    shape_of,
    shapes_of,
    spans_from_tags,
    tags_from_spans,
    whole_words,
    words_of,
)  # fmt: skip

WORDS = [Word(i, i, 3 * i, 3 * i + 2) for i in range(12)]
KINDS = ["person", "product"]


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Spans over WORDS that begin and end with words and do not overlap."""
    cuts = sorted(draw(st.sets(st.integers(0, len(WORDS)))))
    pairs = [pair for pair in itertools.pairwise(cuts) if draw(st.booleans())]
    return [Span(WORDS[a].start, WORDS[b - 1].end, draw(st.sampled_from(KINDS))) for a, b in pairs]


@given(spans())
def test_spans_survive_the_way_through_tags(found: list[Span]) -> None:
    assert spans_from_tags(WORDS, tags_from_spans(WORDS, found)) == found


@given(st.lists(st.sampled_from(["O", "B-person", "I-person", "B-product", "I-product"]), min_size=12, max_size=12))
def test_any_tags_make_spans_that_stand(tags: list[str]) -> None:
    found = spans_from_tags(WORDS, tags)
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
    assert spans_from_tags(WORDS, tags_from_spans(WORDS, found)) == found


def test_an_inside_without_beginning_starts_a_span() -> None:
    tags = ["O", "I-person", "I-person", "I-product", *["O"] * 8]
    assert spans_from_tags(WORDS, tags) == [Span(3, 8, "person"), Span(9, 11, "product")]


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("nike", LOWER), ("Nike", TITLE), ("I", TITLE), ("NIKE", UPPER), ("iPhone", MIXED), ("15", DIGIT),
        ("gpt4", DIGIT),
        ("!", OTHER),
    ],
)  # fmt: skip
def test_shapes(text: str, shape: int) -> None:
    assert shape_of(text, 0, len(text)) == shape


def test_handles_show_by_what_stands_before() -> None:
    assert shape_of("@nike", 1, 5) == HANDLE
    assert shape_of("#nike", 1, 5) == LOWER


def test_words_of_a_tokenised_post_share_shapes_among_their_pieces() -> None:
    from index.encoding.trunk import load_tokenizer

    text = "Timothée loves #nike"
    encoding = load_tokenizer().backend_tokenizer.encode(text)
    words = words_of(encoding)
    assert [text[word.start : word.end] for word in words] == ["Timothée", "loves", "#", "nike"]
    shapes = shapes_of(text, words, len(encoding.ids))
    assert len(shapes) == len(encoding.ids)
    for word, shape in zip(words, [TITLE, LOWER, OTHER, LOWER], strict=True):
        assert set(shapes[word.piece : word.last + 1]) == {shape}
    assert shapes[0] == shapes[-1] == OTHER


def test_signs_before_a_name_are_no_part_of_it() -> None:
    assert whole_words("so #Nike Air", [Span(3, 12, "product")]) == [Span(4, 12, "product")]
    assert whole_words('"Dune"', [Span(0, 5, "work")]) == [Span(1, 5, "work")]
