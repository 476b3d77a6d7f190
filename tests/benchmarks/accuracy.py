"""How right the analyses are: ``python tests/benchmarks/accuracy.py --sentiment FILE --keywords FILE … [--out FILE]``.

Files are JSON Lines, plain or .gz: ``--sentiment`` has ``text, label``; ``--targets`` has ``text, target, label``, the
label being the tone toward the target; ``--entities`` has ``tokens, tags`` (BIO, in the labels of WNUT-17, of the Broad
Twitter Corpus or of Tweebank, or in ours); ``--keywords`` has ``text, keyphrases``. Each may be given several files.
Prints a table and one JSON object, all figures as fractions. With several files of a kind, best of different makes
(tweets, complaints, comments), its figures are means over the files, ``files`` holds each file's own, and ``worst`` is
the file on which the kind's leading figure is lowest: a head is as good as there.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import entity_scores
import numpy as np
from keyword_rivals import INSTALL, MOST, RIVALS
from machine import machine

from app import hush_libraries
from index.errors import AnalystError
from index.training.data import place_of, read_rows

TONES = ("negative", "neutral", "positive")
Rows = list[dict[str, Any]]
Figures = dict[str, Any]


def read_some(path: Path, limit: int | None, seed: int) -> Rows:
    """The rows of a file, or ``limit`` of them drawn at random. Raises AnalystError if it cannot be read."""
    try:
        rows = list(read_rows(path))
    except (OSError, ValueError, EOFError) as error:
        raise AnalystError(
            f"The file cannot be read as JSON Lines: {error}", where=str(path), todo="Give one JSON object a line."
        ) from error
    if not rows:
        raise AnalystError("The file is empty", where=str(path), todo="Give a file with at least one row.")
    return rows if limit is None or limit >= len(rows) else random.Random(seed).sample(rows, limit)


def column(rows: Rows, name: str) -> list[Any]:
    """One field of every row. Raises AnalystError naming the first row without it."""
    for number, row in enumerate(rows, 1):
        if name not in row:
            raise AnalystError(
                f"Row {number} has no field '{name}'", where=", ".join(row), todo="See --help for what each kind needs."
            )
    return [row[name] for row in rows]


def tones_of(labels: Sequence[Any]) -> np.ndarray:
    """Labels as places in ``TONES``; TweetEval's own 0, 1, 2 are the same places."""
    known: dict[Any, int] = {name: place for place, name in enumerate(TONES)} | {0: 0, 1: 1, 2: 2}
    unknown = sorted({str(label) for label in labels if label not in known})
    if unknown:
        raise AnalystError(f"'{unknown[0]}' is no tone", todo=f"Labels are {', '.join(TONES)}.")
    return np.array([known[label] for label in labels])


def class_scores(predicted: np.ndarray, gold: np.ndarray) -> dict[str, dict[str, float]]:
    """Recall, precision, F1 and number of texts of each tone that occurs."""
    scores = {}
    for place, name in enumerate(TONES):
        said, true = predicted == place, gold == place
        hits = int((said & true).sum())
        recall, precision = hits / max(1, int(true.sum())), hits / max(1, int(said.sum()))
        f1 = 2 * recall * precision / max(1e-9, recall + precision)
        if true.any():
            scores[name] = {"recall": recall, "precision": precision, "f1": f1, "texts": int(true.sum())}
    return scores


def tone_figures(probabilities: np.ndarray, gold: np.ndarray) -> Figures:
    """Macro-recall (TweetEval's measure), macro-F1 and calibration error of probabilities (texts, 3)."""
    import torch

    from index.training.measures import calibration_error

    per_class = class_scores(probabilities.argmax(1), gold)
    return {
        "macro_recall": float(np.mean([found["recall"] for found in per_class.values()])),
        "macro_f1": float(np.mean([found["f1"] for found in per_class.values()])),
        "ece": calibration_error(torch.from_numpy(probabilities), torch.from_numpy(gold)),
        "per_class": per_class,
        "texts": len(gold),
    }


def sentiment(rows: Rows) -> Figures:
    """The tone of whole texts, by the encoder that builds indexes."""
    from index.encoding.encoder import shared_encoder

    gold = tones_of(column(rows, "label"))
    readings = shared_encoder().read(column(rows, "text"))
    return tone_figures(np.stack([reading.sentiment for reading in readings]), gold)


def target_sentiment(rows: Rows) -> Figures:
    """The tone toward a target beside the tone of the whole text, on the same rows."""
    from index.encoding.encoder import shared_encoder
    from index.encoding.tagging import Span

    texts = column(rows, "text")
    places = [place_of(target or "", text) for target, text in zip(column(rows, "target"), texts, strict=True)]
    aimed = {i: Span(*place, "target") for i, place in enumerate(places) if place is not None}
    if not aimed:
        raise AnalystError("No text holds its target", todo="Give the target as it is spelled in the text.")
    gold = tones_of(column(rows, "label"))[list(aimed)]
    texts = [texts[i] for i in aimed]
    toward = np.concatenate(shared_encoder().tones(texts, [[span] for span in aimed.values()]))
    whole = np.stack([reading.sentiment for reading in shared_encoder().read(texts)])
    return {
        **tone_figures(toward, gold),
        "whole_post": tone_figures(whole, gold),
        "targets_not_found": len(rows) - len(aimed),
    }


def entities(rows: Rows) -> Figures:
    """Exact entities through the reader that builds indexes."""
    return entity_scores.figures(column(rows, "tokens"), column(rows, "tags"))


def keywords(rows: Rows) -> Figures:
    """Key phrases by stemmed exact match, ours and the rivals' on the same texts."""
    from index.training.phrase_measures import phrase_scores

    texts, gold = column(rows, "text"), column(rows, "keyphrases")
    found: Figures = {"ours": phrase_scores(our_phrases(texts), gold)}
    for name, rival in RIVALS.items():
        try:
            found[name] = phrase_scores(rival(texts), gold)
        except ImportError as error:
            note = f"left out: the package {error.name} is missing; {INSTALL}"
            print(f"{name} is {note}", file=sys.stderr)
            found[name] = {"note": note}
    return found


def our_phrases(texts: Sequence[str]) -> list[list[str]]:
    """The product's own key phrases."""
    from index.encoding.encoder import shared_encoder
    from index.phrases.keywords import key_phrases

    readings = shared_encoder().read(texts)
    return [
        [phrase.text for phrase in key_phrases(text, reading, MOST)]
        for text, reading in zip(texts, readings, strict=True)
    ]


LEADING = {"sentiment": "macro_recall", "targets": "macro_f1", "entities": "f1"}
KINDS: dict[str, tuple[str, Callable[[Rows], Figures]]] = {
    "sentiment": ("sentiment", sentiment),
    "targets": ("target_sentiment", target_sentiment),
    "entities": ("entities", entities),
    "keywords": ("keywords", keywords),
}


def mean_of(files: Sequence[Mapping[str, Any]]) -> Figures:
    """The mean over files of every figure that all of them have; counts are added up."""
    found: Figures = {}
    for key, first in files[0].items():
        values = [entry.get(key) for entry in files]
        if all(isinstance(value, Mapping) for value in values):
            found[key] = mean_of([value for value in values if isinstance(value, Mapping)])
        elif all(isinstance(value, float) for value in values):
            found[key] = float(np.mean(values))  # type: ignore[arg-type]
        elif all(isinstance(value, int) for value in values):
            found[key] = sum(value for value in values if isinstance(value, int))
        elif all(value == first for value in values):
            found[key] = first
    return found


def measure(kind: str, paths: Sequence[Path], limit: int | None, seed: int) -> Figures:
    """The figures of one kind of analysis over its files."""
    _, work = KINDS[kind]
    each = {path.name.split(".")[0]: work(read_some(path, limit, seed)) for path in paths}
    if len(each) < len(paths):
        raise AnalystError("Two files have one name", todo="Rename one: figures are listed by file name.")
    if len(each) == 1:
        return next(iter(each.values()))
    found: Figures = {**mean_of(list(each.values())), "files": each}
    if leading := LEADING.get(kind):
        name = min(each, key=lambda name: each[name][leading])
        found["worst"] = {"file": name, leading: each[name][leading]}
    return found


def table(report: Mapping[str, Any]) -> list[str]:
    """One line a figure, indented as the report is nested."""
    lines: list[str] = []

    def add(name: str, value: Any, depth: int) -> None:
        if isinstance(value, Mapping):
            figures = {key: v for key, v in value.items() if isinstance(v, float)}
            said = "  ".join(f"{key.replace('_at_', '@').replace('_', ' ')} {v:.3f}" for key, v in figures.items())
            rest = [f"{key} {v}" for key, v in value.items() if isinstance(v, (int, str)) and depth]
            lines.append(
                "  " * depth + "  ".join([f"{name.replace('_', ' '):<{24 - 2 * depth}}", said, *rest]).rstrip()
            )
            for key, inner in value.items():
                add(key, inner, depth + 1)

    for name, value in report.items():
        if name != "machine":
            add(name, value, 0)
    return lines


def reading_machine() -> Figures:
    """The machine, and how the encoder runs on it."""
    from index.encoding.encoder import shared_encoder

    encoder = shared_encoder()
    return {**machine(), "device": str(encoder.device), "precision": encoder.precision}


def run(arguments: Sequence[str] | None = None) -> Figures:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for kind in KINDS:
        parser.add_argument(f"--{kind}", type=Path, nargs="+", action="extend", default=[], metavar="FILE")
    parser.add_argument("--limit", type=int, help="rows of each file, drawn at random")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args(arguments)
    chosen = {kind: getattr(options, kind) for kind in KINDS if getattr(options, kind)}
    if not chosen or (options.limit is not None and options.limit < 1):
        parser.error("give at least one of --" + ", --".join(KINDS) + "; --limit is at least 1")
    hush_libraries()
    report = {KINDS[kind][0]: measure(kind, paths, options.limit, options.seed) for kind, paths in chosen.items()}
    report["machine"] = reading_machine()
    print("\n".join(table(report)))
    print(json.dumps(report))
    if options.out:
        options.out.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return report


if __name__ == "__main__":
    try:
        run()
    except AnalystError as error:
        sys.exit(str(error))
