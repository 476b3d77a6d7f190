"""First the language: ``python -m agent.training.pretrain --text reddit_2013.jsonl.gz --phrasings
agent/training/phrasings``.

Makes the tokenizer and a model that has read posts. One document in four repeats a stretch of itself word for word,
because copying is
what the model will do most and learns last.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import torch

from agent.training.feeding import fed
from agent.training.loop import Batch, Schedule, device, train
from agent.training.tokenizer import END, START, starting_embeddings, train_tokenizer
from index.training.data import read_rows

LENGTH = 512
CONFIG: dict[str, Any] = {
    "hidden_size": 384,
    "num_hidden_layers": 8,
    "num_attention_heads": 6,
    "num_key_value_heads": 6,
    "head_dim": 64,
    "intermediate_size": 1024,
    "max_position_embeddings": 4096,
    "rope_theta": 10000.0,
    "tie_word_embeddings": True,
    "attention_dropout": 0.0,
}


def new_model(tokenizer: Any) -> Any:
    """A Qwen3 decoder of about 17 M parameters, word vectors from MiniLM."""
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(7)
    config = Qwen3Config(
        vocab_size=len(tokenizer),
        bos_token_id=None,
        eos_token_id=tokenizer.convert_tokens_to_ids(END),
        pad_token_id=tokenizer.pad_token_id,
        **CONFIG,
    )
    model: Any = Qwen3ForCausalLM(config)
    model.get_input_embeddings().weight.data.copy_(starting_embeddings(tokenizer))
    return model


def documents(path: Path, generator: random.Random) -> Iterator[str]:
    """Posts as text; one in four with a stretch repeated."""
    for row in read_rows(path):
        text = "\n".join(part for part in (row.get("title"), row.get("text")) if part)[:3000]
        words = text.split()
        if generator.random() < 0.25 and len(words) > 12:
            size = generator.randint(1, min(30, len(words) // 2))
            start = generator.randrange(len(words) - size)
            again = " ".join(words[start : start + size])
            form = generator.choice(["{t}\n> {a}", '{t}\n{{"query": "{a}"}}', '{t}\n"{a}"', "{t}\n- {a}"])
            head = " ".join(words[max(0, start - 60) : start + size + 60])
            text = form.format(t=head, a=again)
        yield text


def token_stream(
    path: Path, tokenizer: Any, seed: int, *, rows: int, worker: int = 0, workers: int = 1
) -> Iterator[Batch]:
    """Documents end to end, cut into rows of ``LENGTH``, ``rows`` a batch; again from the start when all are read.

    Each of several ``workers`` reads documents of its own.
    """
    generator = random.Random(seed * workers + worker)
    end = tokenizer.convert_tokens_to_ids(START)
    pool: list[int] = []
    while True:
        mine = islice(documents(path, generator), worker, None, workers)
        while texts := list(islice(mine, 2000)):
            generator.shuffle(texts)
            for ids in tokenizer(texts, add_special_tokens=False)["input_ids"]:
                pool += [*ids, end]
            while len(pool) >= rows * LENGTH:
                batch = torch.tensor(pool[: rows * LENGTH]).view(rows, LENGTH)
                pool = pool[rows * LENGTH :]
                yield Batch(batch, batch)


def tokenizer_texts(text: Path, phrasings: Path) -> Iterator[str]:
    for number, row in enumerate(read_rows(text)):
        if number == 40_000:
            break
        yield "\n".join(part for part in (row.get("title"), row.get("text")) if part)[:1500]
    for path in sorted(path for path in phrasings.rglob("*.*") if path.is_file()):
        for _ in range(20):  # our own words should be single tokens
            yield path.read_text(encoding="utf-8")


def main() -> None:
    from transformers import AutoTokenizer

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--phrasings", type=Path, default=Path(__file__).parent / "phrasings")
    parser.add_argument("--work", type=Path, default=Path("work/pretrain"))
    parser.add_argument("--steps", type=int, default=1200)
    parser.add_argument("--rows", type=int, default=16, help="rows of a batch")
    parser.add_argument("--workers", type=int, default=0, help="processes that read beside the training")
    parser.add_argument("--seconds", type=float, default=float("inf"))
    options = parser.parse_args()
    options.work.mkdir(parents=True, exist_ok=True)
    if (options.work / "tokenizer.json").is_file():  # a run that goes on
        tokenizer = AutoTokenizer.from_pretrained(options.work)
    else:
        tokenizer = train_tokenizer(tokenizer_texts(options.text, options.phrasings))
        tokenizer.save_pretrained(options.work)
    model = new_model(tokenizer).to(device())
    print(f"{sum(p.numel() for p in model.parameters()) / 1e6:.1f} M parameters", flush=True)
    model.model.compile(dynamic=False)
    schedule = Schedule(steps=options.steps, learning_rate=2e-3, decay=0.3)
    train(
        model,
        lambda step: fed(partial(token_stream, options.text, tokenizer, step, rows=options.rows), options.workers),
        schedule,
        options.work,
        every=50,
        seconds=options.seconds,
    )
    model.save_pretrained(options.work / "model")


if __name__ == "__main__":
    main()
