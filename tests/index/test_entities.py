"""One spelling for all spellings of a name, and entities as spaCy gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.entities import Reader
from index.errors import AnalystError
from index.mentions import canonical
from index.wording import hashtag_words

if TYPE_CHECKING:
    from index.encoder import Encoder

TYPES = {"person", "organization", "product", "location", "group", "work"}


@pytest.mark.parametrize(
    "surface", ["nike", "Nike", "NIKE", "#nike", "@Nike", "Nike's", "Nike’s", " Nike, ", "“Nike”", "(Nike)", "#Nike's"]
)
def test_spellings_of_one_name(surface: str) -> None:
    assert canonical(surface) == "nike"


@pytest.mark.parametrize("surface", ["#NikeAirMax", "Nike Air Max", "nike  air\nmax", "#nike_air_max", "@Nike_AirMax"])
def test_spellings_of_a_long_name(surface: str) -> None:
    assert canonical(surface) == "nikeairmax"


@pytest.mark.parametrize("name", ["iPhone", "YouTube", "PlayStation", "TikTok"])
def test_brands_in_camel_case_are_one_name_with_and_without_hash(name: str) -> None:
    assert canonical(f"#{name}") == canonical(name)


@pytest.mark.parametrize("surface", ["", "#", "@", "...", "  "])
def test_no_name(surface: str) -> None:
    assert canonical(surface) == ""


@given(st.text())
def test_any_surface_becomes_one_line_in_lower_case(surface: str) -> None:
    name = canonical(surface)
    assert name == " ".join(name.split())
    assert not any(letter.isascii() and letter.isupper() for letter in name)


def test_an_unknown_pipeline_is_named_with_what_to_do() -> None:
    with pytest.raises(AnalystError, match=r"xx_no_such_pipeline.*pip install xx_no_such_pipeline"):
        Reader(ner="xx_no_such_pipeline")


def test_mentions_stand_where_they_say(encoder: Encoder) -> None:
    texts = ["I saw Tim Cook at the Apple store in Berlin", "", "🙂", "Nike's #NikeAirMax"]
    read = list(Reader(encoder=encoder).read(texts))
    assert len(read) == len(texts)
    for text, (reading, mentions) in zip(texts, read, strict=True):
        assert reading.sentiment.sum() == pytest.approx(1, abs=1e-4)
        for mention in mentions:
            surface = text[mention.start : mention.end]
            assert not surface.startswith("#")
            assert mention.text == (hashtag_words(surface) if text[mention.start - 1] == "#" else surface)
            assert sum(mention.tone) == pytest.approx(1, abs=1e-4)
            assert mention.type in TYPES
            assert mention.canonical
