"""Learn how the signals of the guard are weighed: ``python -m tools.training.privacy_verdict [--figures]``.

Writes the vectors of all written examples (``privacy_examples.safetensors``) and the weights of a logistic regression
over ``tools.privacy.verdict.SIGNALS`` (``privacy_verdict.json``). It is fitted on the later writers, of whom the
network has learned nothing; each has only the others' examples as neighbours. ``--figures`` keeps each of them back
instead.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from tools.privacy.nearest import VECTORS, Examples
from tools.privacy.verdict import REQUESTED, SIGNALS, WEIGHTS, signals
from tools.training.privacy import LATER
from tools.training.privacy_examples import Example, written

AT_ONCE = 64  # texts
STRENGTH = 1.0  # inverse of the penalty


def embedded(examples: Sequence[Example]) -> Examples:
    """The examples as neighbours."""
    from index.encoding.encoder import query_encoder
    from tools.privacy.meaning import plain

    encoder = query_encoder()
    parts = [
        encoder.embed([plain(each.text) for each in examples[start : start + AT_ONCE]])
        for start in range(0, len(examples), AT_ONCE)
    ]
    return Examples(np.concatenate(parts), np.array([each.refused for each in examples]))


def table(examples: Sequence[Example], known: Examples) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signals (rows, SIGNALS), refused (rows,) and writer (rows,) of the later writers' examples, each with the others
    as neighbours.
    """
    rows, writers = list[np.ndarray](), np.array([each.writer for each in examples])
    for writer in LATER:
        others = Examples(known.vectors[writers != writer], known.refused[writers != writer])
        own = [each.text for each in examples if each.writer == writer]
        rows += [signals(own[start : start + AT_ONCE], others)[0] for start in range(0, len(own), AT_ONCE)]
    places = np.concatenate([np.flatnonzero(writers == writer) for writer in LATER])
    return np.concatenate(rows), known.refused[places], writers[places]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figures", action="store_true", help="keep each writer back instead of writing weights")
    wanted = parser.parse_args()
    examples = written()
    known = embedded(examples)
    found, refused, writers = table(examples, known)
    if wanted.figures:
        for writer in LATER:
            kept = writers == writer
            model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(found[~kept], refused[~kept])
            hits = model.predict_proba(found[kept])[:, 1] >= REQUESTED
            missed, wrong = 1 - hits[refused[kept]].mean(), hits[~refused[kept]].mean()
            print(json.dumps({"kept_back": writer, "missed": round(missed, 4), "wrong": round(wrong, 4)}))
        return
    model = LogisticRegression(C=STRENGTH, max_iter=1000).fit(found, refused)
    weights = dict(zip(SIGNALS, np.round(model.coef_[0], 3).tolist(), strict=True))
    WEIGHTS.write_text(json.dumps({"weights": weights, "bias": round(float(model.intercept_[0]), 3)}, indent=1) + "\n")
    known.save(VECTORS)


if __name__ == "__main__":
    main()
