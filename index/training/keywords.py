"""Make the scorer of key phrases: ``python -m index.training.keywords --data FOLDER [--posts FILE]``.

FOLDER holds ``*_dev.jsonl.gz`` with ``text`` and ``keyphrases`` (those of ``CORPORA``). With ``--posts`` (JSON Lines
with ``title`` and ``text``) the table of word rarity is counted anew first. Writes ``index/weights/phrases.json`` and
``choices.tsv.gz``, and prints what each half of the texts scores with weights and counts of the other half.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from index.encoding.encoder import Reading, shared_encoder
from index.encoding.tagging import words_of
from index.encoding.trunk import MAX_TOKENS, load_tokenizer
from index.phrases.candidates import FEATURES, Candidate, candidates, features, key_of, units_of
from index.phrases.keywords import WEIGHTS, Scorer, distinct
from index.phrases.phrase_prior import Choices, count_choices, save_choices
from index.phrases.rarity import RARITY
from index.training.data import read_rows
from index.training.phrase_measures import phrase_scores, stemmed, unique

# How much each counts. More for StackExchange finds more of its tags, and parts the terms of posts into single words.
CORPORA = {"inspec": 3.0, "stackexchange": 1.0}
MOST_TEXTS = 1023  # of each corpus, so that none outweighs the others
LEAN, SINGLE_LEAN, ONE = (FEATURES.index(name) for name in ("lean", "single lean", "single"))
LEAST_POSTS = 5  # a word in fewer posts counts as unknown


@dataclass(frozen=True)
class Example:
    """One text: its candidates, their features (how readily they are chosen left open), and which of them its editor
    chose.
    """

    text: str
    found: list[Candidate]
    rows: np.ndarray
    right: np.ndarray
    gold: list[str]

    def leaning(self, choices: Choices, *, counted: bool) -> Example:
        """With what ``choices`` say of the candidates; if this text was ``counted`` among them, without its own."""
        leans = [
            choices.lean(key_of(c.text), stood=counted, chosen=bool(counted and right))
            for c, right in zip(self.found, self.right, strict=True)
        ]
        rows = self.rows.copy()
        rows[:, LEAN] = leans
        rows[:, SINGLE_LEAN] = rows[:, LEAN] * rows[:, ONE]
        return replace(self, rows=rows)


def count_rarity(posts: Path, out: Path = RARITY) -> int:
    """Counts in how many posts each word stands; returns the number of words kept."""
    carriers: Counter[str] = Counter()
    total = 0
    for row in read_rows(posts):
        said = f"{row.get('title') or ''} {row.get('text') or ''}".lower()
        carriers.update(set(re.findall(r"[^\W_]+", said)))
        total += 1
    kept = sorted((word, n) for word, n in carriers.items() if n >= LEAST_POSTS and not word.isdigit())
    lines = "\n".join([str(total), *(f"{word}\t{n}" for word, n in kept)])
    out.write_bytes(gzip.compress(lines.encode(), 9, mtime=0))
    return len(kept)


def example(text: str, gold: list[str], reading: Reading) -> Example:
    """What the scorer sees of one text."""
    units = units_of(text, reading.words)
    found = candidates(text, units, reading.entities)
    true = set(unique(gold))
    right = np.array([stemmed(c.text) in true for c in found], dtype=bool)
    rows = np.zeros((0, len(FEATURES)), np.float32)
    if found:
        rows = features(units, found, reading.word_vectors, reading.embedding, lambda candidate: 0.0)
    return Example(text, found, rows, right, gold)


def choices_in(texts: Sequence[tuple[str, list[str]]]) -> Choices:
    """What was chosen in ``texts`` with their key phrases; no network is needed to see what could have been."""
    tokenizer = load_tokenizer().backend_tokenizer
    tokenizer.enable_truncation(MAX_TOKENS)
    counted = []
    for (text, gold), encoding in zip(texts, tokenizer.encode_batch([text for text, _ in texts]), strict=True):
        true = set(unique(gold))
        found = candidates(text, units_of(text, words_of(encoding)))
        right = {key_of(c.text) for c in found if stemmed(c.text) in true}
        counted.append(({key_of(c.text) for c in found}, right))
    return count_choices(counted)


def read_examples(path: Path, most: int = MOST_TEXTS) -> list[Example]:
    """The first ``most`` texts of a file, read by the encoder."""
    rows = [row for row, _ in zip(read_rows(path), range(most), strict=False)]
    readings = shared_encoder().read([row["text"] for row in rows])
    return [example(row["text"], row["keyphrases"], reading) for row, reading in zip(rows, readings, strict=True)]


def fit(corpora: Sequence[Sequence[Example]], counts: Sequence[float] | None = None) -> Scorer:
    """A logistic regression in which corpora count as ``counts`` says (alike without), whatever their size."""
    from sklearn.linear_model import LogisticRegression

    rows = [np.concatenate([e.rows for e in examples]) for examples in corpora]
    right = [np.concatenate([e.right for e in examples]) for examples in corpora]
    shares = counts or [1.0] * len(corpora)
    share = np.concatenate([np.full(len(r), much / len(r)) for r, much in zip(right, shares, strict=True)])
    every = np.concatenate(rows)
    # Scaled for the penalty's sake, and scaled back: the shipped weights are for the features as they are.
    centre, spread = every.mean(axis=0), every.std(axis=0) + 1e-6
    model = LogisticRegression(C=1.0, max_iter=1000)
    model.fit((every - centre) / spread, np.concatenate(right), sample_weight=share * len(share) / sum(shares))
    weights = model.coef_[0] / spread
    return Scorer(weights.astype(np.float32), float(model.intercept_[0] - weights @ centre))


def judge(scorer: Scorer, examples: Sequence[Example], most: int = 15) -> dict[str, float]:
    """Precision, recall and F1 of what ``scorer`` would choose."""
    said = [[e.found[i].text for i in distinct(e.found, scorer(e.rows), most)] if e.found else [] for e in examples]
    return phrase_scores(said, [e.gold for e in examples])


def two_fold(corpora: dict[str, list[Example]], texts: Sequence[tuple[str, list[str]]]) -> dict[str, dict[str, float]]:
    """For each corpus the mean of both halves, each scored with weights and counts of the other halves."""
    folds = []
    for half in (0, 1):
        judged = {name: examples[1 - half :: 2] for name, examples in corpora.items()}
        held = {e.text for examples in judged.values() for e in examples}
        choices = choices_in([(text, gold) for text, gold in texts if text not in held])
        scorer = learn({name: examples[half::2] for name, examples in corpora.items()}, choices)
        folds.append(
            {name: judge(scorer, [e.leaning(choices, counted=False) for e in found]) for name, found in judged.items()}
        )
    return {name: {key: (folds[0][name][key] + folds[1][name][key]) / 2 for key in folds[0][name]} for name in corpora}


def learn(corpora: dict[str, list[Example]], choices: Choices) -> Scorer:
    """The scorer of ``corpora``, whose texts are counted in ``choices``."""
    learned = [[e.leaning(choices, counted=True) for e in examples] for examples in corpora.values()]
    return fit(learned, [CORPORA[name] for name in corpora])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--posts", type=Path)
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    options = parser.parse_args()
    if options.posts:
        print(f"rarity: {count_rarity(options.posts):,} words")
    files = {name: options.data / f"{name}_dev.jsonl.gz" for name in CORPORA}
    corpora = {name: read_examples(path) for name, path in files.items()}
    texts = [(row["text"], row["keyphrases"]) for path in files.values() for row in read_rows(path)]
    figures = two_fold(corpora, texts)
    choices = choices_in(texts)
    save_choices(choices)
    scorer = learn(corpora, choices)
    report = {
        "weights": {name: round(float(weight), 5) for name, weight in zip(FEATURES, scorer.weights, strict=True)},
        "bias": round(scorer.bias, 5),
        "texts": {name: len(examples) for name, examples in corpora.items()},
        "two_fold": {name: {key: round(value, 4) for key, value in found.items()} for name, found in figures.items()},
    }
    options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report["two_fold"]))


if __name__ == "__main__":
    main()
