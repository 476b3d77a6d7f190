"""Make the sentiment head: ``python -m index.training.sentiment --data FOLDER``.

FOLDER holds ``semeval_train.jsonl.gz`` and ``semeval_dev.jsonl.gz``. Writes ``index/weights/sentiment.safetensors``
and the figures
for its model card.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

import torch
from torch import Tensor, nn

from index.network import SENTIMENTS, WEIGHTS, LowerLayers, SentimentBranch, save_branch
from index.training.data import read_sentiment
from index.training.loop import Recipe, autocast, device, fit, lower_states
from index.training.measures import calibration_error, fit_temperature, macro_recall
from index.trunk import load_tokenizer, load_trunk

MAX_TOKENS = 96


def pad(states: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Lower states of a batch → (batch, length, width) fp32 and mask (batch, length)."""
    padded = nn.utils.rnn.pad_sequence(states, batch_first=True).float()
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(s)) for s in states], batch_first=True)
    return padded.to(device()), mask.to(device())


@torch.no_grad()
def predict(branch: SentimentBranch, states: list[Tensor]) -> Tensor:
    """Logits (texts, 3)."""
    order = sorted(range(len(states)), key=lambda i: len(states[i]))
    logits = torch.zeros(len(states), len(SENTIMENTS))
    for start in range(0, len(order), 128):
        chosen = order[start : start + 128]
        with autocast():
            logits[chosen] = branch(*pad([states[i] for i in chosen])).float().cpu()
    return logits


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work/sentiment"))
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--out", type=Path, default=WEIGHTS / "sentiment.safetensors")
    options = parser.parse_args()
    recipe = Recipe(epochs=options.epochs, learning_rate=1.5e-4)
    trunk, tokenizer = load_trunk(), load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    torch.manual_seed(recipe.seed)
    branch, lower = SentimentBranch(trunk).to(device()), LowerLayers(trunk)
    texts, labels = read_sentiment(options.data / "semeval_train.jsonl.gz")
    dev_texts, dev_labels = read_sentiment(options.data / "semeval_dev.jsonl.gz")
    states = lower_states(lower, tokenizer.encode_batch(texts))
    dev_states = lower_states(lower, tokenizer.encode_batch(dev_texts))
    gold = torch.tensor([SENTIMENTS.index(label) for label in labels])
    dev_gold = torch.tensor([SENTIMENTS.index(label) for label in dev_labels])
    # Macro-recall counts the classes alike; the square root keeps the rare class from being overdone.
    weights = (len(gold) / (3 * torch.bincount(gold, minlength=3))).sqrt().to(device())
    loss = nn.CrossEntropyLoss(weight=weights, label_smoothing=0.05)
    best = fit(
        branch,
        [len(s) for s in states],
        lambda group: loss(branch(*pad([states[i] for i in group])), gold[group].to(device())),
        lambda: macro_recall(predict(branch, dev_states).argmax(1), dev_gold),
        recipe,
        options.work,
    )
    logits = predict(branch, dev_states)
    branch.temperature.fill_(fit_temperature(logits, dev_gold))
    save_branch(branch, options.out)
    report = {
        "recipe": asdict(recipe),
        "dev_macro_recall": best,
        "dev_ece": calibration_error((logits / branch.temperature.cpu()).softmax(1), dev_gold),
        "temperature": float(branch.temperature),
    }
    options.out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


if __name__ == "__main__":
    main()
