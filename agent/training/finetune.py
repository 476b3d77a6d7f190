"""Then the work: ``python -m agent.training.finetune --data FOLDER --results work/results.jsonl``.

Conversations are packed into rows that share the system prompt and the tools: each sees that prefix and itself, so
the prefix is paid for
once in a dozen conversations. Goes on from ``--base`` and from its own checkpoint; writes ``--out`` (default
``agent/weights``).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch

from agent.models.shipped import ShippedPolicy, trained_tools
from agent.training.conversations import Conversations, Turn, rendered
from agent.training.feeding import fed
from agent.training.loop import IGNORED, Batch, Schedule, device, train
from agent.training.pretrain import new_model

LENGTH = 1024


def tool_schemas() -> list[dict[str, Any]]:
    """The tools as the prompt of the shipped model shows them."""
    return [dict(tool) for tool in trained_tools()]


def prefix_ids(tokenizer: Any) -> list[int]:
    """What stands before the first question: the system prompt and the tools."""
    system = [{"role": "system", "content": ShippedPolicy().system}]
    return tokenizer.apply_chat_template(system, tools=tool_schemas(), tokenize=True, return_dict=False)


def encode(tokenizer: Any, turns: list[Turn]) -> tuple[list[int], list[int]]:
    """Ids and labels of a conversation without its prefix."""
    ids: list[int] = []
    labels: list[int] = []
    for text, learned in rendered(turns):
        piece = tokenizer(text, add_special_tokens=False)["input_ids"]
        ids += piece
        labels += piece if learned else [IGNORED] * len(piece)
    return ids, labels


class Row:
    """One row being packed: the prefix, then conversations, each starting at the position after the prefix."""

    def __init__(self, prefix: list[int]) -> None:
        self.prefix = prefix
        self.ids, self.labels = list(prefix), [IGNORED] * len(prefix)
        self.positions, self.segments = list(range(len(prefix))), [0] * len(prefix)
        self.conversations = 0

    def add(self, ids: list[int], labels: list[int]) -> None:
        self.conversations += 1
        self.ids += ids
        self.labels += labels
        self.positions += range(len(self.prefix), len(self.prefix) + len(ids))
        self.segments += [self.conversations] * len(ids)

    def padded(self, pad: int) -> tuple[list[int], list[int], list[int], list[int]]:
        gap = LENGTH - len(self.ids)
        return (
            self.ids + [pad] * gap,
            self.labels + [IGNORED] * gap,
            self.positions + [0] * gap,
            self.segments + [self.conversations + 1] * gap,
        )


def packed(tokenizer: Any, conversations: Iterator[list[Turn]], size: int) -> Iterator[Batch]:
    """Rows of ``LENGTH`` tokens, ``size`` a batch."""
    prefix = prefix_ids(tokenizer)
    rows: list[Row] = []
    row = Row(prefix)
    for turns in conversations:
        ids, labels = encode(tokenizer, turns)
        if len(ids) > LENGTH - len(prefix):
            continue
        if len(row.ids) + len(ids) > LENGTH:
            rows.append(row)
            row = Row(prefix)
        row.add(ids, labels)
        if len(rows) == size:
            columns = zip(*(done.padded(tokenizer.pad_token_id) for done in rows), strict=True)
            yield Batch(*(torch.tensor(column) for column in columns))
            rows = []


def save(model: Any, tokenizer: Any, out: Path) -> None:
    """The model in bf16 safetensors with what LocalChatModel needs to know."""
    out.mkdir(parents=True, exist_ok=True)
    # The output layer is the word vectors themselves.
    half = {n: value.to(torch.bfloat16) for n, value in model.state_dict().items() if n != "lm_head.weight"}
    model.config.reply_policy = "shipped"
    model.config.dtype = "bfloat16"
    model.save_pretrained(out, state_dict=half)
    tokenizer.save_pretrained(out)


def main() -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--results", type=Path, default=Path("work/results.jsonl"))
    parser.add_argument("--base", type=Path, default=Path("work/pretrain"))
    parser.add_argument("--work", type=Path, default=Path("work/finetune"))
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1] / "weights")
    parser.add_argument("--steps", type=int, default=2500)
    parser.add_argument("--rows", type=int, default=4, help="rows of a batch")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--workers", type=int, default=0, help="processes that write conversations beside the training")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--decay", type=float, default=0.6, help="share of the run in which the learning rate falls")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(options.base)
    if (options.base / "model").is_dir():
        model: Any = AutoModelForCausalLM.from_pretrained(options.base / "model", dtype=torch.float32)
    else:  # a tokenizer alone: word vectors from MiniLM, the rest from scratch
        model = new_model(tokenizer)
    model.to(device()).model.compile(dynamic=False)
    conversations = Conversations(options.data, options.results, options.seed)
    schedule = Schedule(options.steps, options.rate, decay=options.decay, averaging=0.99, seed=options.seed)

    def batches(worker: int, workers: int, *, step: int) -> Iterator[Batch]:
        conversations.random.seed((options.seed * 1_000_003 + step) * 1000 + worker)
        return packed(tokenizer, iter(conversations), options.rows)

    train(
        model,
        lambda step: fed(partial(batches, step=step), options.workers),
        schedule,
        options.work,
        every=100,
        seconds=options.seconds,
    )
    save(model, tokenizer, options.out)
    print(json.dumps({"saved": str(options.out)}))


if __name__ == "__main__":
    main()
