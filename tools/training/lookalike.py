"""Learn how lookalikes are weighed: ``python -m tools.training.lookalike --index DIR --data DIR``.

The hidden-community test: the posts in a campaign's communities are hidden, every author keeps twelve of the rest. Of
those who have a hidden post some are drawn at random as seeds, the others are to be found. The knowledge of communities
is learned from one half of the authors at a time and used for the other. Writes ``tools/weights/lookalike.json``: for
each number of seeds a logistic regression over the scores, and its figures on campaigns left out.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tools.library import Library
from tools.targeting.affinity import CommunityAffinity
from tools.targeting.lookalike import SIGNALS, WEIGHTS, Profiles, scores_of
from tools.training.habits import learn
from tools.training.measures import calibration_error, figures
from tools.training.sources import asked_for, catalogued, written
from tools.training.targeting import PARTS, hide, part_of
from tools.training.terms import read_corpus

SEEDS = (5, 20, 100)
DRAWS = 2
BLOCKS = 5
LEAST_CAMPAIGNS = 10


@dataclass(frozen=True)
class Case:
    """One list of seeds of a ``campaign``: the scores of everybody else, and who of them engaged."""

    campaign: str
    scores: np.ndarray
    engaged: np.ndarray


def cases_of(
    library: Library, known: CommunityAffinity, campaigns: dict[str, set[str]], authors: np.ndarray, seeds: int
) -> Iterator[Case]:
    """Lists of so many seeds for every campaign with at least twice as many engaged."""
    matrix = library.matrix
    community = np.array([name.casefold() for name in matrix.communities])
    for name in sorted(campaigns):
        kept, away = hide(matrix, campaigns[name], authors)
        there = away[np.isin(community[matrix.community[away]], list(campaigns[name]))]
        lost = {matrix.authors[i] for i in matrix.author[there]}
        small = matrix.subset(kept)
        engaged = np.array([author in lost for author in small.authors])
        if engaged.sum() < 2 * seeds:
            continue
        profiles = Profiles.of(small, known)
        for draw in range(DRAWS):
            dice = np.random.default_rng(zlib.crc32(f"{name} {seeds} {draw}".encode()))
            chosen = dice.choice(np.flatnonzero(engaged), seeds, replace=False)
            rest = np.setdiff1d(np.arange(len(engaged)), chosen)
            yield Case(name, scores_of(profiles, chosen)[rest], engaged[rest])


def fit(cases: list[Case]) -> Any:
    from sklearn.linear_model import LogisticRegression

    scores, engaged = np.concatenate([case.scores for case in cases]), np.concatenate([case.engaged for case in cases])
    return LogisticRegression(C=1.0, max_iter=1000).fit(scores, engaged)


def left_out(cases: list[Case]) -> dict[str, Any]:
    """Mean figures over campaigns that the weights were not fitted to, of the whole and of each score alone."""
    rows: list[dict[str, float]] = []
    alone: dict[str, list[float]] = {name: [] for name in SIGNALS}
    chances, truth, offs, noises = [], [], [], []
    for block in range(BLOCKS):
        train = [case for case in cases if zlib.crc32(case.campaign.encode()) % BLOCKS != block]
        model = fit(train)
        for case in (case for case in cases if zlib.crc32(case.campaign.encode()) % BLOCKS == block):
            chance = model.predict_proba(case.scores)[:, 1]
            rows.append(figures(chance, case.engaged))
            for place, name in enumerate(SIGNALS):
                alone[name].append(figures(case.scores[:, place], case.engaged)["auc"])
            chances.append(chance)
            truth.append(case.engaged)
            offs.append(np.log(case.engaged.sum() / chance.sum()))
            noises.append(1 / case.engaged.sum())
    mean: dict[str, Any] = {key: round(float(np.mean([row[key] for row in rows])), 4) for key in rows[0]}
    mean["ece"] = round(calibration_error(np.concatenate(chances), np.concatenate(truth)), 4)
    mean["alone"] = {name: round(float(np.mean(values)), 4) for name, values in alone.items()}
    return {"left_out": mean, "spread": round(float(np.sqrt(max(0.01, np.var(offs) - np.mean(noises)))), 3)}


def main() -> None:
    library, data, campaigns = asked_for(__doc__)
    matrix = library.matrix
    part = np.array([part_of(author) for author in matrix.authors])
    interests, corpus = catalogued(library, data), read_corpus(written(data))
    taught = []
    for out in range(PARTS):
        posts = np.array([not author or part_of(author) != out for author in corpus.authors])
        taught.append(learn(matrix.subset(np.flatnonzero(part[matrix.author] != out)), interests, corpus.only(posts)))
    report: dict[str, Any] = {"by_seeds": {}}
    for seeds in SEEDS:
        cases = [
            case
            for out in range(PARTS)
            for case in cases_of(library, taught[out], campaigns, np.flatnonzero(part == out), seeds)
        ]
        if len({case.campaign for case in cases}) < LEAST_CAMPAIGNS:
            print(f"{seeds} seeds: too few campaigns have so many engaged, left out", flush=True)
            continue
        model, found = fit(cases), left_out(cases)
        report["by_seeds"][str(seeds)] = {
            "bias": round(float(model.intercept_[0]), 4),
            "weights": {name: round(float(w), 4) for name, w in zip(SIGNALS, model.coef_[0], strict=True)},
            "lists": len(cases),
            "campaigns": len({case.campaign for case in cases}),
            **found,
        }
        print(seeds, json.dumps(report["by_seeds"][str(seeds)]), flush=True)
    report["measured_on"] = "lists drawn from Reddit authors with 12 posts each, campaigns and people left out"
    WEIGHTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
