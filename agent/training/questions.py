"""Make the question reader: ``python -m agent.training.questions --data FOLDER``.

Questions come from the same conversations as those of the chat model; every twentieth phrasing is held out for the
measurement.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from agent.numbers import as_number
from agent.question_network import SHARED_LAYERS, QuestionNetwork
from agent.question_reader import (
    CARRIED,
    CHOICES,
    KINDS,
    TAGS,
    TOOLS,
    WEIGHTS,
    decode,
    encode,
    proposals,
    question_pieces,
    question_tokenizer,
)
from agent.training.conversations import Conversations, Turn
from agent.training.evaluate import plain
from index.network import LowerLayers, save_branch
from index.training.loop import Recipe, autocast, device, fit, lower_states
from index.training.sentiment import pad
from index.trunk import load_trunk

SUBJECTS = ("campaign", "topic", "query")
NUMBERS = ("limit", "count")


@dataclass(frozen=True)
class Question:
    """A question with what it means; ``previous`` is the call before it."""

    text: str
    before: str
    kind: str
    args: dict[str, Any]
    previous: dict[str, Any]


def questions(turns: list[Turn]) -> list[Question]:
    """Every question of a conversation."""
    found: list[Question] = []
    before = ""
    previous: dict[str, Any] = {}
    for asked, said in pairwise(turns):
        if asked.role != "user":
            continue
        kind, args = said.call or (said.kind, {})
        found.append(Question(asked.content, before, kind, args, previous))
        if said.call:
            before, previous = asked.content, args
    return found


def labels(question: Question) -> tuple[list[tuple[str, int, int]], set[str]]:
    """Spans of the question by slot, and the arguments carried over from the call before."""
    spans: list[tuple[str, int, int]] = []
    carried: set[str] = set()
    args = dict(question.args)
    if args.get("since") is not None and args.get("since") == args.get("until"):
        args["during"] = args.pop("since")
        args.pop("until")
    for name, value in sorted(args.items(), key=lambda pair: pair[0] in NUMBERS):  # a number may stand in a date
        if name in CHOICES:
            carried |= {name} if question.previous.get(name) == value else set()
            continue
        slot = "subject" if name in SUBJECTS else name
        for item in value if isinstance(value, list) else [value]:
            if place := _place(question.text, name, item, spans) or _place(question.text, name, item, []):
                spans.append((slot, *place))
            else:
                carried |= _sources(name, slot, item, question.previous)
    return spans, carried & set(CARRIED)


def _sources(name: str, slot: str, item: Any, previous: dict[str, Any]) -> set[str]:
    """What is carried over where ``item`` is not said; a brand may have been the subject before."""
    if name == "brands":
        return {"brands"} if item in previous.get("brands", []) else {"subject"}
    return {"since", "until"} if name == "during" else {slot}


def _place(text: str, name: str, value: Any, taken: list[tuple[str, int, int]]) -> tuple[int, int] | None:
    """Where a value stands in the question outside what is ``taken``; a number by its value."""

    def free(found: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
        spans = [match.span() for match in found]
        return [(start, end) for start, end in spans if not any(a < end and start < b for _, a, b in taken)]

    if name in NUMBERS:
        ways = (r"\b(?:a |two |half a )?[\w-]+\b", r"\b[\w-]+\b")
        words = [match for way in ways for match in re.finditer(way, text, re.IGNORECASE)]
        return next(iter(free(match for match in words if as_number(match[0]) == value)), None)
    # Not by casefold(), under which "ß" is two letters and every place behind it wrong; "Ale" is not found in "sale".
    said = re.escape(str(value))
    forms = [(rf"(?<!\w){said}(?!\w)", 0), (rf"(?<!\w){said}(?!\w)", re.IGNORECASE), (said, re.IGNORECASE)]
    return next((found[-1] for form, flags in forms if (found := free(re.finditer(form, text, flags)))), None)


class Examples:
    """Questions made ready: lower states and targets."""

    def __init__(self, found: list[Question], lower: LowerLayers, tokenizer: Any) -> None:
        self.questions = found
        self.encodings = [encode(tokenizer, q.text, q.before) for q in found]
        self.states = lower_states(lower, self.encodings)
        self.kinds = torch.tensor([KINDS.index(q.kind) for q in found])
        self.tags, carried, choices = [], [], []
        for question, encoding in zip(found, self.encodings, strict=True):
            spans, kept = labels(question)
            tags = torch.full((len(encoding.ids),), -100)
            for piece, start, end in question_pieces(encoding):
                hit = next((s for s in spans if s[1] <= start and end <= s[2]), None)
                name = "O" if hit is None else ("B-" if start == hit[1] else "I-") + hit[0]
                tags[piece] = TAGS.index(name)
            self.tags.append(tags)
            carried.append([float(name in kept) for name in CARRIED])
            choices.append([values.index(question.args.get(name, "")) for name, values in CHOICES.items()])
        self.carried, self.choices = torch.tensor(carried), torch.tensor(choices)


def loss_of(network: QuestionNetwork, examples: Examples, group: list[int]) -> Tensor:
    """Sum of the outputs' losses; carried arguments count only where there was a call before."""
    out = {name: value.float() for name, value in network.outputs(*pad([examples.states[i] for i in group])).items()}
    where = device()
    cross = nn.functional.cross_entropy
    tags = nn.utils.rnn.pad_sequence([examples.tags[i] for i in group], batch_first=True, padding_value=-100).to(where)
    loss = cross(out["kind"], examples.kinds[group].to(where)) + 2 * cross(out["tags"].flatten(0, 1), tags.flatten())
    for column, name in enumerate(CHOICES):
        loss = loss + cross(out[name], examples.choices[group, column].to(where))
    follow = torch.tensor([bool(examples.questions[i].before) for i in group])
    if follow.any():
        wanted = examples.carried[group][follow].to(where)
        loss = loss + 2 * nn.functional.binary_cross_entropy_with_logits(out["carried"][follow.to(where)], wanted)
    return loss


@torch.no_grad()
def score(network: QuestionNetwork, examples: Examples, *, errors: int = 0) -> dict[str, float]:
    """Shares: right tool, right call (also of follow-ups), good questions declined, and others kept from the tools."""
    counts = dict.fromkeys(("calls", "tool", "call", "declined", "quiet", "kept", "follow", "follow_right"), 0)
    for i, question in enumerate(examples.questions):
        with autocast():
            out = network.outputs(*pad([examples.states[i]]))
        reading = decode(
            question.text, examples.encodings[i], {k: v[0].float().cpu() for k, v in out.items()}, bool(question.before)
        )
        offered = proposals(reading, question.previous)
        if question.kind in TOOLS:
            right = bool(offered) and offered[0][0] == question.kind and plain(offered[0][1]) == plain(question.args)
            counts["calls"] += 1
            counts["declined"] += not offered
            counts["tool"] += bool(offered) and offered[0][0] == question.kind
            counts["call"] += right
            counts["follow"] += bool(question.before)
            counts["follow_right"] += bool(question.before) and right
            if not right and errors > 0:
                errors -= 1
                row = [question.text, question.before, question.kind, question.args, offered[:1]]
                print(json.dumps(row, ensure_ascii=False))
        else:
            counts["quiet"] += 1
            counts["kept"] += not offered
    return {
        "right_tool": counts["tool"] / max(1, counts["calls"]),
        "right_call": counts["call"] / max(1, counts["calls"]),
        "right_follow_up": counts["follow_right"] / max(1, counts["follow"]),
        "good_questions_declined": counts["declined"] / max(1, counts["calls"]),
        "declined": counts["kept"] / max(1, counts["quiet"]),
    }


def draw(conversations: Conversations, number: int) -> list[Question]:
    found: list[Question] = []
    while len(found) < number:
        found += questions(conversations.draw())
    return found[:number]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=Path("work/results.jsonl"))
    parser.add_argument("--work", type=Path, default=Path("work/questions"))
    parser.add_argument("--number", type=int, default=30_000)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    recipe = Recipe(epochs=options.epochs, batch=32, learning_rate=3e-4)
    trunk, tokenizer = load_trunk(), question_tokenizer()
    torch.manual_seed(recipe.seed)
    network, lower = QuestionNetwork(trunk).to(device()), LowerLayers(trunk, SHARED_LAYERS)
    train = Examples(draw(Conversations(options.data, options.results, 7), options.number), lower, tokenizer)
    dev = Examples(draw(Conversations(options.data, options.results, 99, held_out=True), 600), lower, tokenizer)
    fit(
        network,
        [len(states) for states in train.states],
        lambda group: loss_of(network, train, group),
        lambda: score(network, dev)["right_call"],
        recipe,
        options.work,
    )
    save_branch(network, WEIGHTS)
    held_out = score(network, dev, errors=options.errors)
    report = {"recipe": asdict(recipe), "questions": options.number, "held_out": held_out}
    WEIGHTS.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
