"""One spelling for all spellings of a name, and entities as spaCy gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st

from index.encoding.analysis import Analysis
from index.encoding.normalize import hashtag_words
from index.entities.mentions import Mention, canonical
from index.entities.pipeline import Reader
from index.errors import AnalystError

if TYPE_CHECKING:
    from pathlib import Path

    from index.encoding.encoder import Encoder

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
    read = Reader(encoder=encoder).read(texts)
    assert len(read) == len(texts)
    for text, found in zip(texts, read, strict=True):
        assert found.sentiment.sum() == pytest.approx(1, abs=1e-4)
        for mention in found.mentions:
            surface = text[mention.start : mention.end]
            assert not surface.startswith("#")
            assert mention.text == (hashtag_words(surface) if text[mention.start - 1] == "#" else surface)
            assert sum(mention.tone) == pytest.approx(1, abs=1e-4)
            assert mention.type in TYPES
            assert mention.canonical


def test_any_spacy_pipeline_takes_our_reader(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    name = Mention(6, 10, "Nike", "organization", "nike", (0.1, 0.2, 0.7))
    tag = Mention(14, 24, "Nike Air Max", "product", "nikeairmax", (0.2, 0.6, 0.2))
    made = Analysis(np.zeros(384), np.array([0.1, 0.2, 0.7]), [name, tag], [])
    monkeypatch.setattr("index.entities.pipeline.analysis_of", lambda text, reading: made if "Nike" in text else None)
    nlp = spacy.blank("en")
    nlp.add_pipe("post_reader")
    assert nlp.has_pipe("post_reader")
    (doc,) = nlp.pipe(["I buy Nike: a #NikeAirMax"])
    assert doc._.analysis is made
    assert [(ent.text, ent.label_) for ent in doc.ents] == [("Nike", "organization"), ("#NikeAirMax", "product")]
    assert doc.ents[0]._.tone == (0.1, 0.2, 0.7)


def test_a_foreign_pipeline_names_and_our_reader_does_the_rest(encoder: Encoder, tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    named = {"ORG": "Nike", "MONEY": "euros", "FAC": "The"}
    ruler.add_patterns([{"label": label, "pattern": word} for label, word in named.items()])  # type: ignore[attr-defined]
    nlp.to_disk(tmp_path / "theirs")
    ours, theirs = Reader(encoder=encoder), Reader(ner=str(tmp_path / "theirs"), encoder=encoder)
    texts = ["Nike wants fifty euros", "The rest names nobody", ""]
    read = theirs.read(texts)
    assert [[(m.text, m.type) for m in analysis.mentions] for analysis in read] == [[("Nike", "organization")], [], []]
    assert sum(read[0].mentions[0].tone) == pytest.approx(1, abs=1e-4)
    for found, own in zip(read, ours.read(texts), strict=True):
        np.testing.assert_allclose(found.embedding, own.embedding, atol=1e-5)
        assert found.phrases == own.phrases
