"""Make the question reader: ``python -m agent.training.questions --data FOLDER``.

Questions come from the same conversations as those of the chat model; every twentieth phrasing and thread and every
tenth follow-up is held out for the measurement (``agent.training.measure``).
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from agent.training.conversations import Conversations, Turn, rows_of, split
from agent.training.feeding import fed
from agent.training.loop import IGNORED, Schedule, train
from agent.understanding.context import CallContext, place_of
from agent.understanding.labels import CARRIED, CHOICES, KINDS, NUMBERS, POINTERS, TAGS
from agent.understanding.network import OWN_LAYERS, QuestionNetwork
from agent.understanding.reader import WEIGHTS, encode, marks_of, question_pieces, question_tokenizer
from index.encoding.network import save_branch
from index.encoding.trunk import load_trunk
from tools.selection.numbers import as_number

SUBJECTS = ("campaign", "topic", "query")
NUMBER_WAYS = (
    re.compile(r"\b(?:a couple(?: of)?|a few|a half|half a|a|one|two|three|four|five) [\w-]+\b", re.IGNORECASE),
    re.compile(r"\b[\w-]+\b"),
)
MIX = {"talk": 66, "clause": 20, "edit": 20, "nowhere": 2}  # what share of draws is of which kind
CLOSED = CHOICES | POINTERS
HEADS = ("kind", "tags", "starts", "carried", *CLOSED)
PLACE_NAMES = {0: "first", 1: "second", 2: "third", -1: "last"}
POOL = 50  # batches that are drawn together
SMOOTHING = 0.05  # of the labels of kinds and constants


@dataclass(frozen=True)
class Question:
    """A question with what it means, after the call ``earlier``.

    ``nth`` are its words that point into the list before, ``follows`` is the kind of follow-up, ``also`` are other
    right tools. ``points`` and ``edit`` are those of ``Turn``; ``starts`` are where its second part begins and those
    behind it. Only the outputs ``heads`` are learned from it; None for all.
    """

    text: str
    kind: str
    args: dict[str, Any]
    earlier: CallContext = field(default_factory=CallContext)
    nth: str = ""
    follows: str = ""
    also: tuple[str, ...] = ()
    points: Mapping[str, str] = field(default_factory=dict)
    edit: str = ""
    starts: tuple[int, ...] = ()
    heads: frozenset[str] | None = None


def questions(turns: list[Turn]) -> list[Question]:
    """Every question of a conversation."""
    found: list[Question] = []
    earlier = CallContext()
    for asked, said in pairwise(turns):
        if asked.role == "tool" and "user" not in earlier.args:
            earlier = CallContext(earlier.question, earlier.tool, earlier.args, asked.people or earlier.listed)
        if asked.role != "user":
            continue
        kind, args = said.call or (said.kind, {})
        follows = (asked.kind or "thread") if earlier.tool else ""
        # Whether "only in March" changes a list that stood further back cannot be told.
        heads = frozenset(HEADS) - {"edit"} if follows in ("narrow", "thread") else None
        found.append(Question(asked.content, kind, args, earlier, asked.nth, follows, said.also, heads=heads))
        if said.call:
            earlier = CallContext(asked.content, kind, args, earlier.listed)
    return found


def labels(question: Question) -> tuple[list[tuple[str, int, int]], set[str]]:
    """Spans of the question by slot, and the arguments carried over from the call before."""
    spans: list[tuple[str, int, int]] = []
    carried: set[str] = set()
    previous = question.earlier.args
    args = dict(question.args)
    if question.nth:
        place = re.search(rf"(?<!\w){re.escape(question.nth)}(?!\w)", question.text, re.IGNORECASE)
        assert place is not None, question
        spans.append(("nth", *place.span()))
        if not question.points:
            args.pop("user")
    if args.get("since") is not None and args.get("since") == args.get("until"):
        args["during"] = args.pop("since")
        args.pop("until")
    for name, value in sorted(args.items(), key=lambda pair: pair[0] in NUMBERS):  # a number may stand in a date
        if name in CHOICES:
            carried |= {name} if previous.get(name) == value else set()
            continue
        slot = "subject" if name in SUBJECTS else name
        pointed = name in question.points
        if pointed and not isinstance(value, list):
            continue
        for item in value if isinstance(value, list) else [value]:
            place_in = _place(question.text, name, item, spans) or _place(question.text, name, item, [])
            if place_in and not (pointed and item in question.earlier.listed):
                spans.append((slot, *place_in))
            elif not pointed or item in (previous.get(name) or ()):
                carried |= _sources(name, slot, item, previous)
    return spans, carried & set(CARRIED)


def pointer(question: Question) -> dict[str, str]:
    """What the question points at, for which argument, and how it changes the list before."""
    name, refers = next(iter(question.points.items()), ("", ""))
    if question.nth and not refers:
        name, refers = "user", PLACE_NAMES.get(place_of(question.nth) or 0, "")
    role = "subject" if name in SUBJECTS else name
    return {"refers": refers, "role": role, "edit": question.edit}


def _sources(name: str, slot: str, item: Any, previous: Any) -> set[str]:
    """What is carried over where ``item`` is not said; a brand may have been the subject before."""
    if name == "brands":
        return {"brands"} if item in previous.get("brands", []) else {"subject"}
    if name == "during":
        return {"since", "until"} if "since" in previous or "until" in previous else {"after"}
    return {slot}


def _place(text: str, name: str, value: Any, taken: list[tuple[str, int, int]]) -> tuple[int, int] | None:
    """Where a value stands in the question outside what is ``taken``; a number by its value."""

    def free(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
        return [(start, end) for start, end in spans if not any(a < end and start < b for _, a, b in taken)]

    if name in NUMBERS:
        words = [match for way in NUMBER_WAYS for match in way.finditer(text)]
        return next(iter(free(match.span() for match in words if as_number(match[0]) == value)), None)
    # "Ale" is not found in "sale" if it stands alone somewhere. The last one: a name may be said before it is meant.
    said = str(value)
    ways = (_stretches(text, said), _stretches(text.lower(), said.lower()) if len(text.lower()) == len(text) else [])
    whole = [[span for span in spans if _is_whole(text, *span)] for spans in ways]
    return next((found[-1] for spans in (*whole, ways[1]) if (found := free(spans))), None)


def _stretches(text: str, said: str) -> list[tuple[int, int]]:
    """Every place of ``said`` in ``text``."""
    places: list[tuple[int, int]] = []
    start = text.find(said)
    while said and start >= 0:
        places.append((start, start + len(said)))
        start = text.find(said, start + len(said))
    return places


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no word goes on before or behind the stretch."""
    return not any(char.isalnum() or char == "_" for char in text[max(0, start - 1) : start] + text[end : end + 1])


def possible(earlier: CallContext) -> set[str]:
    """Arguments of the call before that a question could carry over."""
    names = {"subject" if name in SUBJECTS else name for name in earlier.args}
    return names | ({"user"} if earlier.people else set())


@dataclass(frozen=True)
class Examples:
    """Questions of one batch made ready, padded: inputs and targets, ``IGNORED`` where nothing is to be learned.

    ``choices`` (batch, constants and pointers) has a column for each of ``CLOSED``, ``carried`` (batch, arguments) is
    what is carried over and ``could`` what the call before had, ``starts`` (batch, length) is where a part begins.
    """

    ids: Tensor
    mask: Tensor
    marks: Tensor
    tags: Tensor
    starts: Tensor
    kinds: Tensor
    choices: Tensor
    carried: Tensor
    could: Tensor

    @classmethod
    def of(cls, found: Sequence[Question], tokenizer: Any) -> Examples:
        ids, marks, tags, starts, kinds, choices, carried, could = [], [], [], [], [], [], [], []
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
            pad(tags, batch_first=True, padding_value=IGNORED),
            pad(starts, batch_first=True, padding_value=IGNORED),
            *map(torch.tensor, (kinds, choices, carried, could)),
        )
        return cls(*rows)


def loss_of(network: QuestionNetwork, batch: Examples) -> Tensor:
    """Sum of the outputs' losses; of the carried arguments those count that the call before had."""
    out = {name: value.float() for name, value in network(batch.ids, batch.mask, batch.marks).items()}
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


def batches(
    conversations: Conversations,
    tokenizer: Any,
    step: int,
    *,
    size: int,
    seed: int,
    worker: int = 0,
    workers: int = 1,
) -> Iterator[Examples]:
    """Batches from ``step`` on: questions are drawn ``POOL`` batches at a time and parted by length.

    Each of several ``workers`` makes pools of its own.
    """
    for pool in count(step // POOL):
        if pool % workers != worker:
            continue
        conversations.random.seed(seed * 100_000 + pool)
        found = sorted(draw(conversations, size * POOL), key=lambda q: len(q.text) + len(q.earlier.text))
        groups = [found[i : i + size] for i in range(0, len(found), size)]
        conversations.random.shuffle(groups)
        for group in groups[max(0, step - pool * POOL) :]:
            yield Examples.of(group, tokenizer)


def draw(conversations: Conversations, number: int) -> list[Question]:
    """So many questions, of all kinds."""
    from agent.training.clauses import Clauses
    from agent.training.edits import Edits

    clauses, edits = Clauses(conversations), Edits(conversations)
    nowhere = split(rows_of("pointers_nowhere"), conversations.held_out)
    found: list[Question] = []
    while len(found) < number:
        kind = conversations.random.choices(list(MIX), list(MIX.values()))[0]
        if kind == "talk":
            found += questions(conversations.draw())
        elif kind == "nowhere":
            found.append(Question(conversations.said(conversations.random.choice(nowhere), {})[0], kind, {}))
        else:
            found += (clauses if kind == "clause" else edits).draw()
    return found[:number]


def begin_from(network: QuestionNetwork, path: Path) -> None:
    """Take over the weights of an earlier reader, of whose outputs those that are still there by the same size."""
    old, own = load_file(path), network.state_dict()
    network.load_state_dict(
        {name: value.float() for name, value in old.items() if value.shape == own[name].shape}, strict=False
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work/questions"))
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument("--start", type=Path, help="weights to go on from, instead of the trunk's")
    parser.add_argument("--layers", type=int, default=OWN_LAYERS)
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--workers", type=int, default=0, help="processes that make questions beside the training")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=math.inf, help="end in this time, with fewer steps")
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    tokenizer = question_tokenizer()
    network = QuestionNetwork(load_trunk(), options.layers)
    if options.start:
        begin_from(network, options.start)
    source = Conversations(options.data, None, options.seed)
    train(
        network,
        lambda step: fed(
            partial(batches, source, tokenizer, step, size=options.batch, seed=options.seed), options.workers
        ),
        Schedule(options.steps, options.rate, 200, decay=0.9, weight_decay=0.01, averaging=0.999, seed=options.seed),
        options.work,
        every=500,
        seconds=options.seconds,
        loss_of=loss_of,
    )
    save_branch(network, options.out)


if __name__ == "__main__":
    main()
