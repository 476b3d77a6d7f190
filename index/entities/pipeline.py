"""Entities and spaCy: our head as a component of any pipeline, and any installed pipeline in place of our head."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from index.encoding.analysis import Analysis, analysis_of, mentions_in
from index.encoding.encoder import Encoder, shared_encoder
from index.encoding.tagging import Span as NameSpan
from index.entities.mentions import OURS
from index.errors import AnalystError

BLOCK = 1024  # posts that are sorted by length together: the more, the less is padded
# What the entity types of common spaCy pipelines are called here; others are left out.
FOREIGN_TYPES = {
    "PERSON": "person",
    "PER": "person",
    "ORG": "organization",
    "PRODUCT": "product",
    "GPE": "location",
    "LOC": "location",
    "FAC": "location",
    "NORP": "group",
    "WORK_OF_ART": "work",
}


@Language.factory("post_reader")
class PostReader:
    """spaCy component that reads posts with the encoder: sets ``doc._.analysis``, and ``doc.ents`` to its mentions,
    each with ``ent._.tone`` (probabilities of a negative, neutral, positive tone toward it). Any pipeline takes it:
    ``nlp.add_pipe("post_reader")``.
    """

    def __init__(self, nlp: Language, name: str, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = BLOCK) -> Iterator[Doc]:
        """Reads ``batch_size`` posts at a time; the encoder sorts them by length."""
        encoder = self._encoder or shared_encoder()
        for batch in spacy.util.minibatch(docs, batch_size):
            found = encoder.read_into(analysis_of, [doc.text for doc in batch])
            for doc, analysis in zip(batch, found, strict=True):
                doc._.analysis = analysis
                spans = []
                for mention in analysis.mentions:
                    span = doc.char_span(mention.start, mention.end, label=mention.type, alignment_mode="expand")
                    if span is not None:
                        span._.tone = mention.tone
                        spans.append(span)
                doc.set_ents(filter_spans(spans))
                yield doc


if not Doc.has_extension("analysis"):
    Doc.set_extension("analysis", default=None)
    Span.set_extension("tone", default=None)


def foreign_pipeline(name: str) -> Language:
    """An installed spaCy pipeline, or a folder that holds one."""
    try:
        return spacy.load(name)
    except (OSError, ValueError) as error:
        raise AnalystError(
            f"spaCy has no pipeline named {name!r}",
            todo=f"Install one (for example `pip install {name}`), or leave --ner out to use the shipped recogniser.",
        ) from error


class Reader:
    """Texts → what the index keeps of them, with names in our six types from the recogniser that was chosen."""

    def __init__(self, *, ner: str = OURS, encoder: Encoder | None = None) -> None:
        self.ner = ner
        self._encoder = encoder
        self._foreign = None if ner == OURS else foreign_pipeline(ner)

    def read(self, texts: Sequence[str]) -> list[Analysis]:
        """One analysis for each text, in order. Our own recogniser needs no docs for it, whose tokens keep a hashtag
        whole and whose vocabulary grows with every new word.
        """
        encoder = self._encoder or shared_encoder()
        found = encoder.read_into(analysis_of, texts)
        if self._foreign is None:
            return found
        with self._foreign.memory_zone():
            spans = [_names_in(doc) for doc in self._foreign.pipe(texts)]
        mentions = [
            mentions_in(text, zip(names, tones.tolist(), strict=True))
            for text, names, tones in zip(texts, spans, encoder.tones(texts, spans), strict=True)
        ]
        return [replace(analysis, mentions=named) for analysis, named in zip(found, mentions, strict=True)]


def _names_in(doc: Doc) -> list[NameSpan]:
    """The names of a foreign pipeline that have one of our types."""
    named = [(ent.start_char, ent.end_char, FOREIGN_TYPES.get(ent.label_, ent.label_)) for ent in doc.ents]
    return [NameSpan(*name) for name in named if name[2] in FOREIGN_TYPES.values()]
