"""Make the sentiment head: ``python -m index.training.sentiment --data FOLDER``.

FOLDER holds ``semeval_train.jsonl.gz``, ``semeval_dev.jsonl.gz`` and ``targets_train.jsonl.gz``. Whole posts and
names in them are learned together, in the same layers. Every tenth text with a target is held out for the measurement.
Writes ``index/weights/sentiment.safetensors`` and the figures for its model card.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import zlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.encoding.network import (
    SENTIMENTS,
    TARGET_SHARE,
    LowerLayers,
    SentimentBranch,
    save_branch,
)
from index.encoding.normalize import wording
from index.encoding.tagging import Span
from index.training.augment import renamed
from index.training.command import head_options, made_ready, recipe_of
from index.training.data import NO_NAME, UNTOLD, Opinion, Tagged, read_sentiment, read_targets
from index.training.distil import SHARE, mean_said, read_untold
from index.training.loop import autocast, device, fit, lower_states
from index.training.measures import calibration_error, fit_temperature, macro_f1, macro_recall
from index.training.prune import prune
from index.training.silver import GAZETTEER, read_gazetteer

MAX_TOKENS = 96
UNKNOWN = -100  # in place of a class
HELD_OUT = 10  # one in so many texts with a target


class Texts:
    """Texts made ready: lower states, gold classes (``UNKNOWN`` where the label is None), the tokens of a target (none:
    the whole text is meant), and what deeper heads say, if they were asked.
    """

    soft: Tensor | None = None  # (texts, 3) probabilities

    def __init__(self, rows: Sequence[Opinion], tokenizer: Any, lower: LowerLayers) -> None:
        wordings = [wording(row.text) for row in rows]
        self.encodings = tokenizer.encode_batch([found.text for found in wordings])
        self.below = len(lower.layers)
        self.states = lower_states(lower, self.encodings)
        self.gold = torch.tensor([UNKNOWN if row.label is None else SENTIMENTS.index(row.label) for row in rows])
        self.targets = [
            None if row.target is None else target_tokens(encoding, found.of_post(row.target))
            for encoding, found, row in zip(self.encodings, wordings, rows, strict=True)
        ]
        self.aimed = torch.tensor([target is not None for target in self.targets])

    def through(self, lower: LowerLayers) -> Texts:
        """The same texts as ``lower`` reads them."""
        if len(lower.layers) == self.below:  # the trunk's own, whoever stands on them
            return self
        other = copy.copy(self)
        other.below = len(lower.layers)
        other.states = lower_states(lower, self.encodings)
        return other

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
    aimed = texts.aimed[group].to(states.device)
    toward = branch.toward(states, mask, marks.unsqueeze(1)).squeeze(1)
    return torch.where(aimed.unsqueeze(1), toward, branch.whole(states, mask))


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


def soft_labels(branch: SentimentBranch, texts: Texts) -> Tensor:
    """(texts, 3): the probabilities of a trained head."""
    temperature = torch.where(texts.aimed, branch.target_temperature.cpu(), branch.temperature.cpu())
    return (predict(branch, texts) / temperature.unsqueeze(1)).softmax(1)


def _said_of(texts: Texts) -> Callable[[SentimentBranch, LowerLayers], list[Tensor]]:
    return lambda branch, lower: list(soft_labels(branch, texts.through(lower)))


def loss_weights(texts: Texts) -> Tensor:
    """(2, 3) weights of the classes, of whole texts and of targets: macro-recall counts the classes alike, and the
    square root keeps the rare one from being overdone.
    """
    rows = []
    for aimed in (False, True):
        gold = texts.gold[(texts.aimed == aimed) & (texts.gold != UNKNOWN)]
        rows.append((len(gold) / (3 * torch.bincount(gold, minlength=3).clamp(min=1))).sqrt())
    return torch.stack(rows)


def loss_of(branch: SentimentBranch, texts: Texts, weights: Tensor, group: list[int]) -> Tensor:
    """Mean cross-entropy of a batch: with smoothed labels, and with the soft ones if there are any."""
    logits, gold = logits_of(branch, texts, group).float(), texts.gold[group].to(device())
    losses = nn.functional.cross_entropy(logits, gold, label_smoothing=0.05, reduction="none", ignore_index=UNKNOWN)
    losses = losses * weights[texts.aimed[group].long(), texts.gold[group].clamp(min=0)].to(device())
    if texts.soft is None:
        return losses.mean()
    soft = nn.functional.cross_entropy(logits, texts.soft[group].to(device()), reduction="none")
    return torch.where(gold == UNKNOWN, soft, SHARE * soft + (1 - SHARE) * losses).mean()


def held_out(opinion: Opinion) -> bool:
    return zlib.crc32(opinion.text.casefold().encode()) % HELD_OUT == 0


def main() -> None:
    parser = head_options(__doc__, "sentiment", 1.5e-4)
    parser.add_argument("--rows", type=int, help="at most so many training texts of each kind")
    parser.add_argument("--renamed", action="store_true", help="put other names in place of those in the texts")
    options = parser.parse_args()
    recipe = recipe_of(options)
    trunk, tokenizer, branch, lower = made_ready(SentimentBranch, options, MAX_TOKENS)
    untold = read_untold(options.untold, options.most)
    train, dev, aimed_dev = _read(options, tokenizer, lower, untold)
    if options.teachers:
        said = mean_said(options.teachers, SentimentBranch, trunk, _said_of(train))
        train.soft = torch.stack(said)
    weights = loss_weights(train)
    if options.inner:
        prune(branch, options.inner, len(train.states), lambda group: branch.states(*train.batch(group)[:2]))
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


def _read(
    options: argparse.Namespace, tokenizer: Any, lower: LowerLayers, untold: list[Tagged]
) -> tuple[Texts, Texts, Texts]:
    """Training texts of both kinds and ``untold`` ones, whole dev texts, held-out texts with targets."""
    data, most = options.data, options.rows
    dev, aimed_dev, told = by_use(data)
    aimed = _spread(told, most)
    # A held-out text with a target must not be learned as a whole text either.
    known = {_letters(row.text) for row in (*dev, *aimed_dev)}
    every = _spread(_whole(data / "semeval_train.jsonl.gz"), most)
    whole = [replace(row, text=_nameless(row.text)) for row in every if _letters(row.text) not in known]
    if options.renamed:
        whole, aimed = _renamed(whole, options.seed), _renamed(aimed, options.seed)
    further = [row for text in untold if _letters(text.text) not in known for row in _opinions(text)]
    train = [*whole, *aimed, *further]
    return Texts(train, tokenizer, lower), Texts(dev, tokenizer, lower), Texts(aimed_dev, tokenizer, lower)


def by_use(data: Path) -> tuple[list[Opinion], list[Opinion], list[Opinion]]:
    """Whole texts to measure by, texts with targets to measure by, and texts with targets to learn from."""
    dev = _whole(data / "semeval_dev.jsonl.gz")
    known = {_letters(row.text) for row in dev}
    opinions = [row for row in read_targets(data / "targets_train.jsonl.gz") if _letters(row.text) not in known]
    return dev, [row for row in opinions if held_out(row)], [row for row in opinions if not held_out(row)]


def _spread(rows: list[Opinion], most: int | None) -> list[Opinion]:
    """At most so many of ``rows``, drawn at random."""
    return random.Random(0).sample(rows, most) if most and most < len(rows) else rows


def _renamed(rows: list[Opinion], seed: int) -> list[Opinion]:
    """The texts with other names in them than those that the shipped head finds, targets too: what was felt about the
    people and things of some year says nothing about the tone of a text.
    """
    from index.encoding.encoder import shared_encoder

    found = shared_encoder().read_into(lambda text, reading: reading.entities, [row.text for row in rows])
    tagged = [Tagged(row.text, _with_target(row.target, spans), UNTOLD) for row, spans in zip(rows, found, strict=True)]
    changed = []
    for row, old, new in zip(rows, tagged, renamed(tagged, read_gazetteer(GAZETTEER), seed), strict=True):
        place = None if row.target is None else [span.start for span in old.spans].index(row.target.start)
        target = None if place is None else replace(new.spans[place], type="target")
        changed.append(replace(row, text=new.text, target=target))
    return changed


def _with_target(target: Span | None, names: list[Span]) -> list[Span]:
    """Names in order with the target among them: of the type of the name that it is, or as what no name is put for."""
    if target is None:
        return names
    over = [name for name in names if name.start < target.end and name.end > target.start]
    kind = over[0].type if over else NO_NAME
    return sorted([*(n for n in names if n not in over), replace(target, type=kind)], key=lambda span: span.start)


def _whole(path: Path) -> list[Opinion]:
    return [Opinion(text, None, label) for text, label in zip(*read_sentiment(path), strict=True)]


def _opinions(untold: Tagged) -> list[Opinion]:
    """What can be asked of a text without labels: its tone, and the tone toward the first name in it."""
    return [Opinion(untold.text, None, None), *(Opinion(untold.text, span, None) for span in untold.spans[:1])]


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
    """Set both temperatures on the dev texts; returns the figures of the model card. ``index.training.calibrate`` sets
    the first anew, on texts of several makes.
    """
    branch.temperature.fill_(fit_temperature(predict(branch, dev), dev.gold))
    branch.target_temperature.fill_(fit_temperature(predict(branch, aimed_dev), aimed_dev.gold))
    return measure(branch, dev, aimed_dev)


def measure(branch: SentimentBranch, dev: Texts, aimed_dev: Texts) -> dict[str, Any]:
    """The figures of the model card."""
    whole, aimed = predict(branch, dev), predict(branch, aimed_dev)
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
