"""Make the entity head: ``python -m index.training.entities --data FOLDER``.

FOLDER holds ``{wnut17,btc,tweebank}_{train,dev}.jsonl.gz``. The three corpora label differently, so each word's loss
is the log of the
summed probability of every tag that its label allows (partial-label learning, Cour et al., 2011). Writes
``index/weights/entities.safetensors`` and the figures for its model card.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from index.encoding.network import TAGS, EntityBranch, LowerLayers, likeliest_tags, save_branch
from index.encoding.normalize import Wording, wording
from index.encoding.tagging import (
    LOWER,
    TITLE,
    UPPER,
    Span,
    Word,
    shapes_of,
    spans_from_tags,
    tags_from_spans,
    whole_words,
    words_of,
)
from index.training.augment import with_other_names
from index.training.command import head_options, made_ready, recipe_of
from index.training.data import LABELS, NO_NAME, UNLABELLED, Tagged, read_entities
from index.training.distil import SHARE, mean_said, read_untold
from index.training.loop import Recipe, autocast, device, fit, lower_states
from index.training.measures import span_f1
from index.training.prune import prune
from index.training.sentiment import pad
from index.training.silver import GAZETTEER, names_of, read_gazetteer, read_silver

MAX_TOKENS = 160
CORPORA = ("wnut17", "btc", "tweebank")
DROP_CASE = 0.25  # share of training texts shown as if typed in lower case


class Examples:
    """Tagged texts made ready: lower states, shapes, word pieces, the tags that each word may have, and what deeper
    heads say, if they were asked.
    """

    soft: list[Tensor] | None = None  # (words, tags) probabilities of each text

    def __init__(self, tagged: list[Tagged], tokenizer: Any, lower: LowerLayers) -> None:
        self.tagged = tagged
        self.wordings = [wording(example.text) for example in tagged]
        self.encodings = tokenizer.encode_batch([found.text for found in self.wordings])
        self.words = [words_of(encoding) for encoding in self.encodings]
        self.shapes = [
            torch.tensor(shapes_of(found.text, words, len(encoding.ids)))
            for found, words, encoding in zip(self.wordings, self.words, self.encodings, strict=True)
        ]
        self.below = len(lower.layers)
        self.states = lower_states(lower, self.encodings)
        self.allowed = [
            allowed_tags(example, found, words)
            for example, found, words in zip(tagged, self.wordings, self.words, strict=True)
        ]

    def through(self, lower: LowerLayers) -> Examples:
        """The same texts as ``lower`` reads them."""
        if len(lower.layers) == self.below:  # the trunk's own, whoever stands on them
            return self
        other = copy.copy(self)
        other.below = len(lower.layers)
        other.states = lower_states(lower, self.encodings)
        return other

    def batch(self, group: list[int], *, drop_case: float = 0.0) -> tuple[Tensor, Tensor, Tensor]:
        """Lower states, mask and shapes of the texts ``group``, padded."""
        states, mask = pad([self.states[i] for i in group])
        shapes = [_lowered(self.shapes[i]) if random.random() < drop_case else self.shapes[i] for i in group]
        return states, mask, nn.utils.rnn.pad_sequence(shapes, batch_first=True).to(device())


def _lowered(shapes: Tensor) -> Tensor:
    return torch.where((shapes == TITLE) | (shapes == UPPER), LOWER, shapes)


def allowed_tags(example: Tagged, found: Wording, words: list[Word]) -> Tensor:
    """(words, tags) of bool: what each word of the wording ``found`` may be, given the corpus' own tag for it.

    Only parts of one corpus tag handles, and there the "@" too: an untagged handle is left open, and so is every "@".
    """
    allowed = torch.zeros(len(words), len(TAGS), dtype=torch.bool)
    spans = [found.of_post(span) for span in example.spans]
    for row, (word, tag) in enumerate(zip(words, tags_from_spans(words, spans), strict=True)):
        prefix, _, kind = tag.partition("-")
        at = found.text[max(0, word.start - 1) : word.end]
        if at.endswith("@") or (prefix == "O" and at.startswith("@")):
            allowed[row] = True
        elif kind == NO_NAME:
            allowed[row, 0] = True
        elif prefix == "O":
            allowed[row, 0] = True
            for hidden in UNLABELLED[example.corpus]:
                allowed[row, TAGS.index(f"B-{hidden}")] = allowed[row, TAGS.index(f"I-{hidden}")] = True
        else:
            for ours in LABELS[kind]:
                allowed[row, TAGS.index(f"{prefix}-{ours}")] = True
    return allowed


def loss_of(branch: EntityBranch, examples: Examples, group: list[int]) -> Tensor:
    """Mean over words of the partial-label loss, and of the cross-entropy with the soft labels if there are any.

    Where any tag is allowed, as in texts without labels, the former is naught. Where a label leaves a choice between
    types the soft labels are not asked: teachers that learned it more strictly would make the choice.
    """
    logits = branch(*examples.batch(group, drop_case=DROP_CASE)).float().log_softmax(-1)
    losses = []
    for row, i in enumerate(group):
        if examples.words[i]:
            at_words = logits[row, [word.piece for word in examples.words[i]]]
            allowed = examples.allowed[i].to(at_words.device)
            told = -at_words.masked_fill(~allowed, -1e9).logsumexp(-1)
            if examples.soft is None:
                losses.append(told)
            else:
                soft = -(examples.soft[i].to(at_words) * at_words).sum(-1)
                choice = ~allowed[:, 0] & (allowed.sum(-1) > 1)
                losses.append(torch.where(choice, told, SHARE * soft + (1 - SHARE) * told))
    return torch.cat(losses).mean()


@torch.no_grad()
def word_logits(branch: EntityBranch, examples: Examples) -> list[Tensor]:
    """For each text (words, tags), read at each word's first piece."""
    order = sorted(range(len(examples.states)), key=lambda i: len(examples.states[i]))
    found = [torch.empty(0, len(TAGS))] * len(order)
    for start in range(0, len(order), 128):
        group = order[start : start + 128]
        with autocast():
            logits = branch(*examples.batch(group)).float().cpu()
        for row, i in enumerate(group):
            found[i] = logits[row, [word.piece for word in examples.words[i]]]
    return found


def predict(branch: EntityBranch, examples: Examples) -> list[list[Span]]:
    """Spans in our own types for each text."""
    spans: list[list[Span]] = []
    for words, found, logits in zip(examples.words, examples.wordings, word_logits(branch, examples), strict=True):
        if not words:
            spans.append([])
            continue
        tags = [TAGS[tag] for tag in likeliest_tags(logits.unsqueeze(0))[0].tolist()]
        named = whole_words(found.text, spans_from_tags(words, tags))
        spans.append([found.in_post(span) for span in named])
    return spans


def _said_of(examples: Examples) -> Callable[[EntityBranch, LowerLayers], list[Tensor]]:
    return lambda branch, lower: [found.softmax(-1) for found in word_logits(branch, examples.through(lower))]


def score(branch: EntityBranch, examples: Examples) -> dict[str, float]:
    """Span F1 in the corpus' own labels: a predicted type counts as the first label that allows it, a group else as
    ORG.
    """
    back: dict[str, str] = {}
    for label in sorted({span.type for example in examples.tagged for span in example.spans}):
        for ours in LABELS[label]:
            back.setdefault(ours, label)
    if "ORG" in back.values():
        back["group"] = "ORG"  # teams and bands
    predicted = [
        in_corpus_terms(example, spans, back)
        for example, spans in zip(examples.tagged, predict(branch, examples), strict=True)
    ]
    return span_f1(predicted, [example.spans for example in examples.tagged])


def in_corpus_terms(example: Tagged, spans: list[Span], labels: dict[str, str]) -> list[Span]:
    """``spans`` as the corpus would tag them: its own ``labels``, and its own way with handles."""
    found = []
    for span in spans:
        handle = example.text[max(0, span.start - 1) : span.start] == "@"
        # Handles are tagged in the Broad Twitter Corpus only, and there where "@" is parted from the name: both are.
        spoken_of = example.corpus == "btc" and span.start - 1 in example.parted
        if span.type not in labels or (handle and not spoken_of):
            continue
        if handle:
            found.append(Span(span.start - 1, span.start, labels[span.type]))
        sign = re.search("# ?$", example.text[: span.start])  # the corpora count it in
        found.append(Span(sign.start() if sign else span.start, span.end, labels[span.type]))
    return found


def main() -> None:
    parser = head_options(__doc__, "entities", Recipe.learning_rate)
    parser.add_argument("--posts", type=Path, nargs="*", default=[], help="posts whose known names are learned too")
    parser.add_argument("--lists", type=Path, help="folder of interests/communities.jsonl.gz, needed with --posts")
    parser.add_argument("--without", choices=CORPORA, help="a corpus that is left out, to be judged by it")
    parser.add_argument("--copies", type=int, default=1, help="copies of the training texts with other names")
    options = parser.parse_args()
    recipe = recipe_of(options)
    trunk, tokenizer, branch, lower = made_ready(EntityBranch, options, MAX_TOKENS)
    train = Examples([*_told(options), *read_untold(options.untold, options.most)], tokenizer, lower)
    if options.teachers:
        train.soft = mean_said(options.teachers, EntityBranch, trunk, _said_of(train))
    dev = {c: Examples(read_entities(options.data / f"{c}_dev.jsonl.gz"), tokenizer, lower) for c in CORPORA}
    if options.inner:
        prune(branch, options.inner, len(train.states), lambda group: branch(*train.batch(group)))
    best = fit(
        branch,
        [len(states) for states in train.states],
        lambda group: loss_of(branch, train, group),
        lambda: (score(branch, dev["wnut17"])["f1"] + score(branch, dev["btc"])["f1"]) / 2,
        recipe,
        options.work,
    )
    save_branch(branch, options.out)
    report = {
        "recipe": asdict(recipe),
        "dev_mean_f1": best,
        "dev": {corpus: score(branch, examples) for corpus, examples in dev.items()},
    }
    options.out.with_suffix(".json").write_text(json.dumps(report, indent=1) + "\n")
    print(json.dumps(report))


def _told(options: argparse.Namespace) -> list[Tagged]:
    """The training texts of the corpora, copies of them with other names, and posts whose names are in lists."""
    used = [corpus for corpus in CORPORA if corpus != options.without]
    rows = [row for corpus in used for row in read_entities(options.data / f"{corpus}_train.jsonl.gz")]
    known = read_gazetteer(GAZETTEER)
    copies = [with_other_names(rows, known, options.seed + copy) for copy in range(options.copies)]
    rows += [row for copy in copies for row in copy]
    if options.posts:
        rows += read_silver(options.posts, names_of(options.lists, GAZETTEER, options.posts))
    return rows


if __name__ == "__main__":
    main()
