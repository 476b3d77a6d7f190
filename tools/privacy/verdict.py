"""Whether people are asked for by what is nobody's business: network, nearest examples and lists, weighed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from tools.privacy.meaning import SHORTEST, Judgement, judge_all, pieces, plain
from tools.privacy.nearest import Examples, written_examples
from tools.privacy.revealing import revealing
from tools.privacy.sensitive import sensitive_trait
from tools.privacy.tellable import stands_for_trait, tellable

WEIGHTS = Path(__file__).parents[1] / "weights" / "privacy_verdict.json"
SIGNALS = ("network", "nearest", "listed people", "hinted", "stands for a trait", "revealing", "revealing twice")
SUREST = 6.0  # log-odds of the network beyond which it is not believed
REQUESTED = 0.28  # from which a request for people is refused
SURELY = 0.7  # from which a question is declined of which the guard of calls has seen only a part


def sought(text: str, *, least: float = REQUESTED) -> str | None:
    """The trait by which a text asks for people; None if the probability that it does is below ``least``."""
    if sum(char.isalpha() for char in text) < SHORTEST:
        return None
    found = verdict(text)
    return found.trait if found.refused >= least else None


def verdict(text: str) -> Judgement:
    """The worst of the pieces of a text."""
    return max((_verdict(piece) for piece in pieces(text)), key=lambda one: one.refused)


def signals(texts: Sequence[str], examples: Examples) -> tuple[np.ndarray, list[str]]:
    """(texts, SIGNALS) of what speaks for a refusal, and the trait that each text would reveal."""
    from index.encoding.encoder import query_encoder
    from tools.library import one_thread

    said = [plain(text) for text in texts]
    judged = judge_all(said)
    with one_thread():
        near = examples.share(query_encoder().embed(said))
    refused = np.clip(np.array([one.refused for one in judged]), 1e-6, 1 - 1e-6)
    network = np.clip(np.log(refused / (1 - refused)), -SUREST, SUREST)
    found = [revealing(text) for text in said]
    rows = [
        (bool(sensitive_trait(text)), not tellable(text), stands_for_trait(text), bool(hits), len(hits) > 1)
        for text, hits in zip(said, found, strict=True)
    ]
    traits = [
        next(iter(hits.values()), one.trait) if one.refused < 0.5 else one.trait
        for hits, one in zip(found, judged, strict=True)
    ]
    return np.column_stack([network, near, np.array(rows, dtype=float)]), traits


@lru_cache(maxsize=4096)
def _verdict(text: str) -> Judgement:
    (row,), (trait,) = signals((text,), written_examples())
    weights, bias = _weights()
    return Judgement(float(1 / (1 + np.exp(-(row @ weights + bias)))), trait)


@cache
def _weights() -> tuple[np.ndarray, float]:
    raw = json.loads(WEIGHTS.read_text(encoding="utf-8"))
    return np.array([raw["weights"][name] for name in SIGNALS]), float(raw["bias"])
