"""Make the sentiment head: ``python -m index.training.sentiment --data FOLDER``.

FOLDER holds ``semeval_train.jsonl.gz``, ``semeval_dev.jsonl.gz`` and ``targets_train.jsonl.gz``. Whole posts and
names in them are learned together, in the same layers. Every tenth text with a target is held out for the measurement.
Writes ``index/weights/sentiment.safetensors`` and the figures for its model card.
"""

from __future__ import annotations

import argparse
import json
import re
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.network import (
    SENTIMENTS,
    SHARED_LAYERS,
    TARGET_SHARE,
    WEIGHTS,
    LowerLayers,
    SentimentBranch,
    save_branch,
)
from index.spans import Span
from index.training.adapt import start_from
from index.training.data import Opinion, read_sentiment, read_targets
from index.training.loop import Recipe, autocast, device, fit, lower_states
from index.training.measures import calibration_error, fit_temperature, macro_f1, macro_recall
from index.trunk import load_tokenizer, load_trunk
from index.wording import wording

MAX_TOKENS = 96
HELD_OUT = 10  # one in so many texts with a target


class Texts:
    """Texts made ready: lower states, gold classes, and the tokens of a target (none: the whole text is meant)."""

    def __init__(
        self, texts: list[str], labels: list[str], targets: list[Any], tokenizer: Any, lower: LowerLayers
    ) -> None:
        wordings = [wording(text) for text in texts]
        encodings = tokenizer.encode_batch([found.text for found in wordings])
        self.states = lower_states(lower, encodings)
        self.gold = torch.tensor([SENTIMENTS.index(label) for label in labels])
        self.targets = [
            None if target is None else target_tokens(encoding, found.of_post(target))
            for encoding, found, target in zip(encodings, wordings, targets, strict=True)
        ]

    def batch(self, group: list[int]) -> tuple[Tensor, Tensor, Tensor]:
        """Lower states, mask and target marks of the texts ``group``, padded."""
        states, mask = pad([self.states[i] for i in group])
        marks = torch.zeros_like(mask)
        for row, i in enumerate(group):
            if (target := self.targets[i]) is not None:
                marks[row, : len(target)] = target.to(marks)
        return states, mask, marks


def target_tokens(encoding: Any, target: Span) -> Tensor:
    """(tokens,) of 0/1: the tokens that lie in ``target``."""
    return torch.tensor([float(a < target.end and b > target.start and b > a) for a, b in encoding.offsets])


def pad(states: list[Tensor]) -> tuple[Tensor, Tensor]:
    """Lower states of a batch → (batch, length, width) fp32 and mask (batch, length)."""
    padded = nn.utils.rnn.pad_sequence(states, batch_first=True).float()
    mask = nn.utils.rnn.pad_sequence([torch.ones(len(s)) for s in states], batch_first=True)
    return padded.to(device()), mask.to(device())


def logits_of(branch: SentimentBranch, texts: Texts, group: list[int]) -> Tensor:
    """Logits (texts, 3): toward the target where there is one, else of the whole text."""
    lower, mask, marks = texts.batch(group)
    states = branch.states(lower, mask)
    aimed = torch.tensor([texts.targets[i] is not None for i in group], device=states.device)
    return torch.where(aimed.unsqueeze(1), branch.toward(states, mask, marks), branch.whole(states, mask))


@torch.no_grad()
def predict(branch: SentimentBranch, texts: Texts, *, whole: bool = False) -> Tensor:
    """Logits (texts, 3); with ``whole`` the targets are not looked at."""
    order = sorted(range(len(texts.states)), key=lambda i: len(texts.states[i]))
    logits = torch.zeros(len(order), len(SENTIMENTS))
    for start in range(0, len(order), 128):
        chosen = order[start : start + 128]
        with autocast():
            found = branch(*texts.batch(chosen)[:2]) if whole else logits_of(branch, texts, chosen)
        logits[chosen] = found.float().cpu()
    return logits


def loss_weights(texts: Texts) -> Tensor:
    """(2, 3) weights of the classes, of whole texts and of targets: macro-recall counts the classes alike, and the
    square root keeps the rare one from being overdone.
    """
    rows = []
    for aimed in (False, True):
        gold = texts.gold[[i for i, target in enumerate(texts.targets) if (target is not None) == aimed]]
        rows.append((len(gold) / (3 * torch.bincount(gold, minlength=3).clamp(min=1))).sqrt())
    return torch.stack(rows)


def loss_of(branch: SentimentBranch, texts: Texts, weights: Tensor, group: list[int]) -> Tensor:
    """Mean cross-entropy of a batch, with smoothed labels."""
    gold = texts.gold[group].to(device())
    losses = nn.functional.cross_entropy(
        logits_of(branch, texts, group).float(), gold, label_smoothing=0.05, reduction="none"
    )
    aimed = torch.tensor([int(texts.targets[i] is not None) for i in group])
    return (losses * weights[aimed, texts.gold[group]].to(device())).mean()


def held_out(opinion: Opinion) -> bool:
    return zlib.crc32(opinion.text.casefold().encode()) % HELD_OUT == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, default=Path("work/sentiment"))
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=Recipe.batch)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--shared", type=int, default=SHARED_LAYERS, help="lower layers that stay the trunk's")
    parser.add_argument("--start", type=Path, help="layers made by index.training.adapt")
    parser.add_argument("--rows", type=int, help="at most so many training texts of each kind, for a trial")
    parser.add_argument("--out", type=Path, default=WEIGHTS / "sentiment.safetensors")
    options = parser.parse_args()
    recipe = Recipe(options.epochs, options.batch, options.rate, seed=options.seed)
    trunk, tokenizer = load_trunk(), load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()
    torch.manual_seed(recipe.seed)
    branch, lower = SentimentBranch(trunk, options.shared), LowerLayers(trunk, options.shared)
    start_from(branch, options.start)
    branch.to(device())
    train, dev, aimed_dev = _read(options.data, tokenizer, lower, options.rows)
    weights = loss_weights(train)
    best = fit(
        branch,
        [len(states) for states in train.states],
        lambda group: loss_of(branch, train, weights, group),
        lambda: _figure(branch, dev, aimed_dev),
        recipe,
        options.work,
    )
    report = {"recipe": asdict(recipe), "dev_mean": best} | calibrate(branch, dev, aimed_dev)
    save_branch(branch, options.out)
    options.out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


def _read(data: Path, tokenizer: Any, lower: LowerLayers, rows: int | None) -> tuple[Texts, Texts, Texts]:
    """Training texts of both kinds, whole dev texts, held-out texts with targets."""
    dev_texts, dev_labels = read_sentiment(data / "semeval_dev.jsonl.gz")
    known = {_letters(text) for text in dev_texts}
    texts, labels = read_sentiment(data / "semeval_train.jsonl.gz")
    texts, labels = texts[:rows], labels[:rows]
    opinions = [o for o in read_targets(data / "targets_train.jsonl.gz") if _letters(o.text) not in known]
    aimed_dev = [opinion for opinion in opinions if held_out(opinion)]
    aimed = [opinion for opinion in opinions if not held_out(opinion)][:rows]
    # A held-out text with a target must not be learned as a whole text either.
    unseen = {_letters(opinion.text) for opinion in aimed_dev}
    pairs = [(text, label) for text, label in zip(texts, labels, strict=True) if _letters(text) not in unseen]
    return (
        Texts(
            [_nameless(text) for text, _ in pairs] + [o.text for o in aimed],
            [label for _, label in pairs] + [o.label for o in aimed],
            [None] * len(pairs) + [o.target for o in aimed],
            tokenizer,
            lower,
        ),
        Texts(dev_texts, dev_labels, [None] * len(dev_texts), tokenizer, lower),
        Texts(
            [o.text for o in aimed_dev], [o.label for o in aimed_dev], [o.target for o in aimed_dev], tokenizer, lower
        ),
    )


def _nameless(text: str) -> str:
    """Half of the texts with "@user" for every handle, as the public benchmarks have them and no export does."""
    return re.sub(r"@\w+", "@user", text) if zlib.crc32(text.encode()) % 2 else text


def _letters(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def _figure(branch: SentimentBranch, dev: Texts, aimed_dev: Texts) -> float:
    whole = macro_recall(predict(branch, dev).argmax(1), dev.gold)
    aimed = macro_f1(predict(branch, aimed_dev).argmax(1), aimed_dev.gold)
    print(json.dumps({"macro_recall": whole, "target_macro_f1": aimed}), flush=True)
    return (whole + aimed) / 2


def calibrate(branch: SentimentBranch, dev: Texts, aimed_dev: Texts) -> dict[str, Any]:
    """Set both temperatures on the dev texts; returns the figures of the model card."""
    whole, aimed = predict(branch, dev), predict(branch, aimed_dev)
    branch.temperature.fill_(fit_temperature(whole, dev.gold))
    branch.target_temperature.fill_(fit_temperature(aimed, aimed_dev.gold))
    as_whole = predict(branch, aimed_dev, whole=True)
    aimed = aimed / branch.target_temperature.cpu()
    blended = TARGET_SHARE * aimed + (1 - TARGET_SHARE) * as_whole / branch.temperature.cpu()
    return {
        "dev_macro_recall": macro_recall(whole.argmax(1), dev.gold),
        "dev_ece": calibration_error((whole / branch.temperature.cpu()).softmax(1), dev.gold),
        "target_macro_f1": macro_f1(blended.argmax(1), aimed_dev.gold),
        "target_macro_f1_unblended": macro_f1(aimed.argmax(1), aimed_dev.gold),
        "target_macro_f1_of_whole_post": macro_f1(as_whole.argmax(1), aimed_dev.gold),
        "target_ece": calibration_error(blended.softmax(1), aimed_dev.gold),
        "targets_held_out": len(aimed_dev.gold),
        "temperature": float(branch.temperature),
        "target_temperature": float(branch.target_temperature),
    }


if __name__ == "__main__":
    main()
