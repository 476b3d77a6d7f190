"""Entities as a spaCy pipeline: ``doc.ents`` from our own head, or from any installed spaCy pipeline."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from index.encoder import Encoder, Reading, shared_encoder
from index.errors import AnalystError
from index.mentions import OURS, Mention, canonical
from index.spans import Span as NameSpan
from index.wording import hashtag_words

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
_HASHTAG = re.compile(r"(?<![\w&])#\w+")


@Language.factory("post_reader")
class PostReader:
    """spaCy component that reads posts with the encoder: sets ``doc.ents``, each with ``ent._.tone`` (probabilities of
    a negative, neutral, positive tone toward it), and ``doc._.reading``.
    """

    def __init__(self, nlp: Language, name: str, encoder: Encoder | None = None) -> None:
        self._encoder = encoder

    def __call__(self, doc: Doc) -> Doc:
        return next(self.pipe([doc]))

    def pipe(self, docs: Iterable[Doc], batch_size: int = BLOCK) -> Iterator[Doc]:
        """Reads ``batch_size`` posts at a time; the encoder sorts them by length."""
        encoder = self._encoder or shared_encoder()
        for batch in spacy.util.minibatch(docs, batch_size):
            for doc, reading in zip(batch, encoder.read([doc.text for doc in batch]), strict=True):
                doc._.reading = reading
                found = []
                for name, tone in zip(reading.entities, reading.tones, strict=True):
                    span = doc.char_span(name.start, name.end, label=name.type, alignment_mode="expand")
                    if span is not None:
                        span._.tone = tuple(tone.tolist())
                        found.append(span)
                doc.set_ents(filter_spans(found))
                yield doc


if not Doc.has_extension("reading"):
    Doc.set_extension("reading", default=None)
    Span.set_extension("tone", default=None)


def reading_pipeline(encoder: Encoder | None = None) -> Language:
    """A blank English pipeline whose only component is our reader."""
    nlp = spacy.blank("en")
    nlp.add_pipe("post_reader")
    if encoder is not None:
        nlp.get_pipe("post_reader")._encoder = encoder  # type: ignore[attr-defined]
    return nlp


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
    """Texts → docs with ``doc.ents`` in our six types and ``doc._.reading``."""

    def __init__(self, *, ner: str = OURS, encoder: Encoder | None = None) -> None:
        self.ner = ner
        self._encoder = encoder
        self._nlp = reading_pipeline(encoder)
        self._foreign = None if ner == OURS else foreign_pipeline(ner)

    def read(self, texts: list[str]) -> Iterator[tuple[Reading, list[Mention]]]:
        """One reading and its mentions for each text, in order."""
        docs = self._nlp.pipe(texts, batch_size=BLOCK)
        if self._foreign is None:
            for doc in docs:  # not from ``doc.ents``, whose tokens keep a hashtag whole
                found = doc._.reading
                yield found, _mentions(doc.text, zip(found.entities, found.tones.tolist(), strict=True))
            return
        encoder = self._encoder or shared_encoder()
        with self._foreign.memory_zone():
            others = list(self._foreign.pipe(texts))
            spans = [
                [NameSpan(e.start_char, e.end_char, FOREIGN_TYPES.get(e.label_, e.label_)) for e in other.ents]
                for other in others
            ]
            for doc, names, tones in zip(docs, spans, encoder.tones(texts, spans), strict=True):
                yield doc._.reading, _mentions(doc.text, zip(names, tones.tolist(), strict=True))


def _mentions(post: str, names: Iterable[tuple[NameSpan, Sequence[float]]]) -> list[Mention]:
    """Those of ``names`` (with their tones) that name something."""
    hashtags = [match.span() for match in _HASHTAG.finditer(post)]
    mentions = []
    for span, tone in names:
        surface = post[span.start : span.end]
        name = canonical(surface)
        # "@ana" is somebody being spoken to, not spoken of; "@Nike" is both, and found as an organization.
        addressed = span.type == "person" and "@" in post[max(0, span.start - 1) : span.start + 1]
        if span.type in FOREIGN_TYPES.values() and _is_name(name) and not addressed:
            tagged = any(start <= span.start < end for start, end in hashtags)
            text = hashtag_words(surface.lstrip("#")) if tagged else surface
            negative, neutral, positive = tone
            mentions.append(Mention(span.start, span.end, text, span.type, name, (negative, neutral, positive)))
    return mentions


def _is_name(name: str) -> bool:
    from spacy.lang.en.stop_words import STOP_WORDS

    return len(name) > 1 and any(letter.isalpha() for letter in name) and name not in STOP_WORDS
