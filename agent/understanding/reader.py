"""What a question plausibly means: a small bidirectional encoder that narrows what the shipped chat model may say.

A decoder of a few million parameters learns late to pick the right tool, and later still to copy the right words; an
encoder that has read much more does both from few examples. It names the tools a question can mean, the words that fill
their arguments, and what is carried over from the call before (joint intent and slot tagging, Chen et al., 2019). The
chat model chooses among these proposals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from agent.understanding.context import pointer_in
from agent.understanding.labels import CARRIED, CHOICES, CONTEXT, KINDS, KNOWN, POINTERS
from agent.understanding.tags import joined, likeliest_tags, quoted, spans, to_its_end, trimmed
from agent.understanding.wording import Said, slots_of

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).parents[1] / "weights" / "question_reader.safetensors"
SURE_OF_NO_TERM = 0.9  # below, a question about a method is about the likeliest term
MAX_TOKENS, CONTEXT_CHARACTERS = 192, 240
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class QuestionReading:
    """``kinds`` with probabilities, likeliest first; ``slots`` in the user's own words; ``carried`` argument names;
    ``points`` by the names of ``labels.POINTERS``; the ``text`` that was read, and its ``parts`` if it has several.
    """

    kinds: list[tuple[str, float]]
    slots: dict[str, list[str]]
    choices: dict[str, str]
    carried: frozenset[str] = frozenset()
    points: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    parts: tuple[str, ...] = ()


@dataclass
class QuestionReader:
    """The encoder with its heads; safe to share between threads."""

    network: Any
    tokenizer: Any = field(repr=False)

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> QuestionReader:
        """Raises AnalystError if the weights are missing."""
        from agent.understanding.network import load_question_network

        return cls(load_question_network(path), question_tokenizer())

    def read(self, question: str, context: str = "", known: Mapping[str, str] = NOTHING) -> QuestionReading:
        """``context`` is the call before in words (``CallContext.text``), if there was one; ``known`` is what the index
        knows of the question's words (``Vocabulary.known_in``).
        """
        import torch

        encoding = encode(self.tokenizer, question, context)
        ids, marks = torch.tensor([encoding.ids]), torch.tensor([marks_of(question, encoding)])
        names = torch.tensor([known_of(question, encoding, known)])
        with torch.inference_mode():
            out = self.network(ids, torch.ones_like(ids), marks, names)
        return decode(question, encoding, {name: value[0].float() for name, value in out.items()}, bool(context))


def question_tokenizer() -> Any:
    """The trunk's tokenizer, cut at ``MAX_TOKENS``."""
    from index.encoding.trunk import load_tokenizer

    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


def encode(tokenizer: Any, question: str, context: str) -> Any:
    """The question first, since what is too long is cut at the end; then what came before it."""
    return tokenizer.encode(question, context[:CONTEXT_CHARACTERS]) if context else tokenizer.encode(question)


def marks_of(question: str, encoding: Any) -> list[int]:
    """For each token the letter-case shape of its word, or ``CONTEXT``."""
    from index.encoding.tagging import OTHER, shape_of

    marks = [OTHER if sequence == 0 or sequence is None else CONTEXT for sequence in encoding.sequence_ids]
    for first, last, start, end in question_words(encoding):
        marks[first : last + 1] = [shape_of(question, start, end)] * (last + 1 - first)
    return marks


def known_of(question: str, encoding: Any, known: Mapping[str, str]) -> list[int]:
    """For each token what the index knows its word as, by place in ``labels.KNOWN``."""
    row = [0] * len(encoding.ids)
    places = places_of(question, known)
    for first, last, start, end in question_words(encoding):
        if kind := next((kind for begin, behind, kind in places if begin <= start and end <= behind), ""):
            row[first : last + 1] = [KNOWN.index(kind)] * (last + 1 - first)
    return row


def places_of(question: str, known: Mapping[str, str]) -> list[tuple[int, int, str]]:
    """Where each of the ``known`` stands in ``question``, from which character to which, and its kind."""
    return [
        (*match.span(), kind)
        for said, kind in known.items()
        for match in re.finditer(rf"(?<!\w){re.escape(said)}(?!\w)", question)
    ]


def question_words(encoding: Any) -> list[tuple[int, int, int, int]]:
    """(first piece, last piece, start, end) of each written word of the question."""
    words: list[tuple[int, int, int, int]] = []
    last = None
    for piece, (sequence, word, (start, end)) in enumerate(
        zip(encoding.sequence_ids, encoding.word_ids, encoding.offsets, strict=True)
    ):
        if sequence != 0 or word is None:
            last = None
        elif word == last:
            words[-1] = (words[-1][0], piece, words[-1][2], end)
        else:
            words.append((piece, piece, start, end))
            last = word
    return words


def question_pieces(encoding: Any) -> list[tuple[int, int, int]]:
    """(piece, start, end) of each written word of the question: its first piece and its characters."""
    return [(first, start, end) for first, _, start, end in question_words(encoding)]


def decode(question: str, encoding: Any, out: dict[str, Tensor], has_previous: bool) -> QuestionReading:
    """Network outputs of one question → its reading."""
    chances = out["kind"].softmax(-1).tolist()
    kinds = sorted(zip(KINDS, chances, strict=True), key=lambda pair: -pair[1])
    words = question_pieces(encoding)
    tags = likeliest_tags(out["tags"][[piece for piece, _, _ in words]]) if words else []
    found = spans(words, tags)
    stretches = found if kinds[0][0] == "compare_brands" else joined(found, words)
    slots = slots_of(question, [_said(question, *stretch) for stretch in stretches])
    if has_previous and not {"nth", "user"} & slots.keys() and (pointer := pointer_in(question)):
        slots["nth"] = [pointer]
    choices = {name: values[int(out[name].argmax())] for name, values in CHOICES.items()}
    if kinds[0][0] == "explain_method" and not choices["term"] and out["term"].softmax(-1)[0] < SURE_OF_NO_TERM:
        choices["term"] = CHOICES["term"][1 + int(out["term"][1:].argmax())]
    points = {name: values[int(out[name].argmax())] for name, values in POINTERS.items()}
    kept = {name for name, logit in zip(CARRIED, out["carried"].tolist(), strict=True) if logit > 0}
    starts = [start for piece, start, _ in words if out["starts"][piece][1] > out["starts"][piece][0]]
    carried = frozenset(kept if has_previous else ())
    return QuestionReading(kinds, slots, choices, carried, points, question, parted(question, starts))


def _said(question: str, slot: str, start: int, end: int) -> Said:
    """A tagged stretch as people write it: a pasted text whole, words whole and without marks at the ends."""
    whole = quoted(question, start, end) if slot in ("subject", "text") else (start, end)
    words = trimmed(question, *whole, keep_marks=slot == "text")
    return Said(slot, *whole, to_its_end(words) if slot == "subject" and whole == (start, end) else words)


def parted(question: str, starts: list[int]) -> tuple[str, ...]:
    """``question`` in its parts, which begin at ``starts`` and at its beginning; empty if that is one part."""
    edges = [0, *(start for start in starts if start > 0), len(question)]
    parts = tuple(part for start, end in pairwise(edges) if (part := question[start:end].strip()))
    return parts if len(parts) > 1 else ()
