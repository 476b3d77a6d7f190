"""Calibrate the tone on texts of several makes: ``python -m index.training.calibrate --data FOLDER …``.

A head learns how often people are neutral from the texts of one make, and elsewhere that is wrong: on texts of
another make it finds feelings in plain statements. So each class gets an offset (logit adjustment; Menon et al., 2021,
"Long-tail Learning via Logit Adjustment") and all a temperature, chosen for the kind of text that fares worst, not for
the mean of the kinds. Both are written into the weights; nothing is computed at run time.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from index.encoding.network import SENTIMENTS, WEIGHTS, LowerLayers, SentimentBranch, load_head, save_branch
from index.encoding.trunk import load_tokenizer, load_trunk
from index.training.data import Opinion, read_sentiment
from index.training.measures import calibration_error, macro_recall
from index.training.sentiment import MAX_TOKENS, Texts, by_use, measure, predict

OFFSETS = tuple(step / 10 for step in range(-8, 3))  # of negative and of positive; neutral stays
TEMPERATURES = tuple(0.8 + step / 20 for step in range(33))
GIVEN_UP = 0.005  # of its macro-recall
Kinds = Mapping[str, tuple[Tensor, Tensor]]  # name: logits (texts, 3) and gold classes


def offsets_for(kinds: Kinds) -> Tensor:
    """(3,) what is added to the logits so that the macro-recall of no kind is far below the best that offsets can give
    it: the largest loss of a kind is the smallest possible, and none loses more than ``GIVEN_UP`` of what it had.
    """
    tried = [torch.tensor([a, 0.0, b]) for a, b in itertools.product(OFFSETS, OFFSETS)]
    found = torch.tensor(
        [[macro_recall((logits + offset).argmax(1), gold) for logits, gold in kinds.values()] for offset in tried]
    )
    had = torch.tensor([macro_recall(logits.argmax(1), gold) for logits, gold in kinds.values()])
    losses = (found.max(0).values - found).max(1).values
    losses[(had - found).max(1).values > GIVEN_UP] = torch.inf
    return tried[int(losses.argmin())]


def temperature_for(kinds: Kinds) -> float:
    """The temperature at which the largest calibration error of a kind is the smallest possible."""
    worst = [
        max(calibration_error((logits / t).softmax(1), gold) for logits, gold in kinds.values()) for t in TEMPERATURES
    ]
    return TEMPERATURES[worst.index(min(worst))]


def figures(kinds: Kinds, offsets: Tensor, temperature: float) -> dict[str, dict[str, float]]:
    """Macro-recall, recall of each class and calibration error of each kind."""
    found = {}
    for name, (logits, gold) in kinds.items():
        said = ((logits + offsets) / temperature).softmax(1)
        recalls = {tone: float((said.argmax(1)[gold == c] == c).float().mean()) for c, tone in enumerate(SENTIMENTS)}
        found[name] = {
            "macro_recall": macro_recall(said.argmax(1), gold),
            **recalls,
            "ece": calibration_error(said, gold),
        }
    return found


def read_kinds(paths: Sequence[Path], most: int, head: SentimentBranch, trunk: object) -> Kinds:
    """What ``head`` says of at most ``most`` texts of each file, and what is true."""
    tokenizer = _tokenizer()
    kinds = {}
    for path in paths:
        rows = [Opinion(text, None, label) for text, label in zip(*read_sentiment(path), strict=True)]
        rows = random.Random(0).sample(rows, most) if len(rows) > most else rows
        texts = Texts(rows, tokenizer, LowerLayers(trunk, head.shared))
        kinds[path.name.split(".")[0]] = (predict(head, texts), texts.gold)
    return kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder that the head was trained with")
    parser.add_argument(
        "--texts", type=Path, nargs="+", required=True, help="files with text and label, of other makes"
    )
    parser.add_argument("--head", type=Path, default=WEIGHTS / "sentiment.safetensors")
    parser.add_argument("--most", type=int, default=4000, help="texts of each file")
    parser.add_argument("--out", type=Path, help="default: the head itself")
    options = parser.parse_args()
    trunk = load_trunk()
    head = load_head(SentimentBranch, trunk, options.head)
    paths = [options.data / "semeval_dev.jsonl.gz", *options.texts]
    kinds = read_kinds(paths, options.most, head, trunk)
    before = figures(kinds, torch.zeros(3), float(head.temperature))
    offsets = offsets_for(kinds)
    temperature = temperature_for({name: (logits + offsets, gold) for name, (logits, gold) in kinds.items()})
    with torch.no_grad():
        head.output.bias.add_(offsets)
    head.temperature.fill_(temperature)
    out = options.out or options.head
    save_branch(head, out)
    tokenizer, lower = _tokenizer(), LowerLayers(trunk, head.shared)
    dev, aimed_dev, _ = by_use(options.data)
    card = options.head.with_suffix(".json")
    report = json.loads(card.read_text("utf-8")) if card.is_file() else {}
    report.pop("dev_mean", None)  # of the weights as they were trained
    report |= measure(head, Texts(dev, tokenizer, lower), Texts(aimed_dev, tokenizer, lower))
    report |= {"recipe": report.get("recipe", {}) | {"offsets": [round(offset, 2) for offset in offsets.tolist()]}}
    report |= {"kinds": figures(kinds, offsets, temperature), "kinds_before": before}
    out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


def _tokenizer() -> Any:
    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    return tokenizer


if __name__ == "__main__":
    main()
