"""Make the question reader: ``python -m agent.training.reader.train --data FOLDER``.

Questions come from the same conversations as those of the chat model, from questions of several parts and from changes
of lists; every twentieth phrasing and thread and every tenth follow-up is held out for the measurement
(``agent.training.reader.measure``).
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from agent.training.banks import rows_of, split
from agent.training.conversations import Conversations
from agent.training.feeding import fed
from agent.training.loop import Schedule, train
from agent.training.reader.clauses import Clauses
from agent.training.reader.edits import Edits
from agent.training.reader.examples import Examples, loss_of
from agent.training.reader.known import with_known
from agent.training.reader.question import Question, questions
from agent.understanding.network import OWN_LAYERS, QuestionNetwork
from agent.understanding.reader import WEIGHTS, encode, question_tokenizer
from index.encoding.network import save_branch
from index.encoding.trunk import load_trunk

MIX = {"talk": 66, "clause": 20, "edit": 20, "nowhere": 2}  # what share of draws is of which kind
POOL = 50  # batches that are drawn together


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
    """Batches from ``step`` on: questions are drawn ``POOL`` batches at a time and parted by length in tokens.

    Each of several ``workers`` makes pools of its own.
    """
    for pool in count(step // POOL):
        if pool % workers != worker:
            continue
        conversations.random.seed(seed * 100_000 + pool)
        found = sorted(
            draw(conversations, size * POOL), key=lambda q: len(encode(tokenizer, q.text, q.earlier.text).ids)
        )
        groups = [found[i : i + size] for i in range(0, len(found), size)]
        conversations.random.shuffle(groups)
        for group in groups[max(0, step - pool * POOL) :]:
            yield Examples.of(group, tokenizer)


def draw(conversations: Conversations, number: int) -> list[Question]:
    """So many questions, of all kinds."""
    clauses, edits = Clauses(conversations), Edits(conversations)
    nowhere = split(rows_of("pointers_nowhere"), conversations.held_out)
    found: list[Question] = []
    while len(found) < number:
        kind = conversations.random.choices(list(MIX), list(MIX.values()))[0]
        if kind == "talk":
            drawn = questions(conversations.draw())
        elif kind == "nowhere":
            drawn = [Question(conversations.said(conversations.random.choice(nowhere), {})[0], kind, {})]
        else:
            drawn = (clauses if kind == "clause" else edits).draw()
        found += with_known(drawn, conversations.fillers)
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
        every=200,
        seconds=options.seconds,
        loss_of=loss_of,
    )
    save_branch(network, options.out)


if __name__ == "__main__":
    main()
