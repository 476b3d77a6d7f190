"""Questions as tensors, and what the network loses on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from agent.training.loop import IGNORED
from agent.training.reader.question import CLOSED, HEADS, Question, labels, pointer, possible
from agent.understanding.labels import CARRIED, KINDS, TAGS
from agent.understanding.network import QuestionNetwork
from agent.understanding.reader import encode, known_of, marks_of, question_pieces

SMOOTHING = 0.05  # of the labels of kinds and constants


@dataclass(frozen=True)
class Examples:
    """Questions of one batch made ready, padded: inputs and targets, ``IGNORED`` where nothing is to be learned.

    ``choices`` (batch, constants and pointers) has a column for each of ``CLOSED``, ``carried`` (batch, arguments) is
    what is carried over and ``could`` what the call before had, ``starts`` (batch, length) is where a part begins.
    """

    ids: Tensor
    mask: Tensor
    marks: Tensor
    known: Tensor
    tags: Tensor
    starts: Tensor
    kinds: Tensor
    choices: Tensor
    carried: Tensor
    could: Tensor

    @classmethod
    def of(cls, found: Sequence[Question], tokenizer: Any) -> Examples:
        ids, marks, known, tags, starts, kinds, choices, carried, could = [], [], [], [], [], [], [], [], []
        for question in found:
            heads = frozenset(HEADS) if question.heads is None else question.heads
            encoding = encode(tokenizer, question.text, question.earlier.text)
            spans, kept = labels(question) if "tags" in heads else ([], set())
            row, begins = [IGNORED] * len(encoding.ids), [IGNORED] * len(encoding.ids)
            for piece, start, end in question_pieces(encoding):
                hit = next((s for s in spans if s[1] <= start and end <= s[2]), None)
                if "tags" in heads:
                    row[piece] = TAGS.index("O" if hit is None else ("B-" if start == hit[1] else "I-") + hit[0])
                if "starts" in heads:
                    begins[piece] = int(start in question.starts)
            tags.append(torch.tensor(row))
            starts.append(torch.tensor(begins))
            ids.append(torch.tensor(encoding.ids))
            marks.append(torch.tensor(marks_of(question.text, encoding)))
            known.append(torch.tensor(known_of(question.text, encoding, question.known)))
            kinds.append(KINDS.index(question.kind) if "kind" in heads else IGNORED)
            said = question.args | pointer(question)
            if "why" in said and not said["why"]:
                heads -= {"why"}
            choices.append(
                [values.index(said.get(name, "")) if name in heads else IGNORED for name, values in CLOSED.items()]
            )
            carried.append([float(name in kept) for name in CARRIED])
            before = possible(question.earlier) if "carried" in heads else set()
            could.append([float(name in before) for name in CARRIED])
        pad = nn.utils.rnn.pad_sequence
        padded = pad(ids, batch_first=True)
        rows = (
            padded,
            (padded != 0).long(),
            pad(marks, batch_first=True),
            pad(known, batch_first=True),
            pad(tags, batch_first=True, padding_value=IGNORED),
            pad(starts, batch_first=True, padding_value=IGNORED),
            *map(torch.tensor, (kinds, choices, carried, could)),
        )
        return cls(*rows)


def loss_of(network: QuestionNetwork, batch: Examples) -> Tensor:
    """Sum of the outputs' losses; of the carried arguments those count that the call before had."""
    out = {name: value.float() for name, value in network(batch.ids, batch.mask, batch.marks, batch.known).items()}
    loss = _cross(out["kind"], batch.kinds, SMOOTHING)
    loss = loss + 2 * _cross(out["tags"].flatten(0, 1), batch.tags.flatten())
    loss = loss + _cross(out["starts"].flatten(0, 1), batch.starts.flatten())
    for column, name in enumerate(CLOSED):
        loss = loss + _cross(out[name], batch.choices[:, column], SMOOTHING)
    if batch.could.any():
        kept = nn.functional.binary_cross_entropy_with_logits(out["carried"], batch.carried, reduction="none")
        loss = loss + 2 * (kept * batch.could).sum() / batch.could.sum()
    return loss


def _cross(logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
    """Mean cross-entropy; 0 where nothing is to be learned."""
    if not (targets != IGNORED).any():
        return logits.sum() * 0.0
    return nn.functional.cross_entropy(logits, targets, label_smoothing=smoothing)
