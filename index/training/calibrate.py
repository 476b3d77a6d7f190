"""Calibrate the tone on texts of several makes: ``python -m index.training.calibrate --texts FILE …``.

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

import torch
from torch import Tensor

from index.encoding.network import SENTIMENTS, WEIGHTS, LowerLayers, SentimentBranch, load_head, save_branch
from index.encoding.trunk import load_tokenizer, load_trunk
from index.training.data import Opinion, read_sentiment
from index.training.measures import calibration_error, macro_recall
from index.training.sentiment import MAX_TOKENS, Texts, predict

OFFSETS = tuple(step / 10 for step in range(-8, 3))  # of negative and of positive; neutral stays
TEMPERATURES = tuple(0.8 + step / 20 for step in range(33))
Kinds = Mapping[str, tuple[Tensor, Tensor]]  # name: logits (texts, 3) and gold classes


def offsets_for(kinds: Kinds) -> Tensor:
    """(3,) what is added to the logits so that the macro-recall of no kind is far below the best that offsets can give
    it: the largest loss of a kind is the smallest possible.
    """
    tried = [torch.tensor([a, 0.0, b]) for a, b in itertools.product(OFFSETS, OFFSETS)]
    found = torch.tensor(
        [[macro_recall((logits + offset).argmax(1), gold) for logits, gold in kinds.values()] for offset in tried]
    )
    losses = (found.max(0).values - found).max(1).values
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
    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    kinds = {}
    for path in paths:
        rows = [Opinion(text, None, label) for text, label in zip(*read_sentiment(path), strict=True)]
        rows = random.Random(0).sample(rows, most) if len(rows) > most else rows
        texts = Texts(rows, tokenizer, LowerLayers(trunk, head.shared))
        kinds[path.name.split(".")[0]] = (predict(head, texts), texts.gold)
    return kinds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=Path, nargs="+", required=True, help="files with text and label, of any make")
    parser.add_argument("--head", type=Path, default=WEIGHTS / "sentiment.safetensors")
    parser.add_argument("--most", type=int, default=4000, help="texts of each file")
    parser.add_argument("--out", type=Path, help="default: the head itself")
    options = parser.parse_args()
    trunk = load_trunk()
    head = load_head(SentimentBranch, trunk, options.head)
    kinds = read_kinds(options.texts, options.most, head, trunk)
    before = figures(kinds, torch.zeros(3), float(head.temperature))
    offsets = offsets_for(kinds)
    temperature = temperature_for({name: (logits + offsets, gold) for name, (logits, gold) in kinds.items()})
    with torch.no_grad():
        head.output.bias.add_(offsets)
    head.temperature.fill_(temperature)
    save_branch(head, options.out or options.head)
    after = figures(kinds, offsets, temperature)
    print(json.dumps({"offsets": offsets.tolist(), "temperature": temperature, "before": before, "after": after}))


if __name__ == "__main__":
    main()
