"""Learn all that targeting ships: ``python -m tools.training.targeting --index DIR --data DIR``.

The index holds many people's posts with communities; the data are what ``tools.training.sources`` reads. Writes
``tools/weights/targeting.json`` and ``habits.safetensors``. The hidden-community test: the posts in a campaign's
communities are hidden, every author keeps twelve of the rest, drawn at random, and an author counts as engaged if a
hidden post of theirs lies in the campaign's communities. The equal number matters: the number of posts left would tell
who lost some. Campaigns are dealt into blocks of twenty that are hidden together.

Habits are learned from one half of the authors at a time, signals are measured for the other half; the model is
judged on campaigns left out. What naming a campaign is worth cannot be learned so, since the posts that name it are
mostly hidden: that weight is set by hand.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tools.library import Library
from tools.targeting.affinity import WEIGHTS as HABITS
from tools.targeting.affinity import CommunityAffinity, background_of
from tools.targeting.post_matrix import PostMatrix
from tools.targeting.propensity import WEIGHTS
from tools.targeting.query import AudienceQuery, naming, query_vector
from tools.targeting.signals import NAMES, signals_of
from tools.training.habits import learn, save
from tools.training.measures import calibration_error, figures
from tools.training.sources import asked_for, catalogued, written
from tools.training.terms import Corpus, read_corpus

KEPT = 12
BLOCKS = 5
PARTS = 2
BY_HAND = {"mentions": 1.0}
LARGER = 0.015  # share engaged of campaigns whose figures are also told by themselves: the bars are set on such
LEAST_ENGAGED = 5  # authors, for a campaign to be judged


@dataclass(frozen=True)
class Case:
    """One campaign: signals (people, signals) and who engaged (people,)."""

    campaign: str
    block: int
    values: np.ndarray
    engaged: np.ndarray


def hide(matrix: PostMatrix, hidden: set[str], authors: np.ndarray, seed: int = 7) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the posts that stay, ``KEPT`` for each of ``authors`` that has so many, and rows of those hidden."""
    closed = np.array([name.casefold() in hidden for name in matrix.communities] + [False])  # −1 has no community
    mine = np.isin(matrix.author, authors)
    away = mine & closed[matrix.community]
    order = np.random.default_rng(seed).permutation(np.flatnonzero(mine & ~away))
    order = order[np.argsort(matrix.author[order], kind="stable")]
    counts = np.bincount(matrix.author[order], minlength=len(matrix.authors))
    place = np.arange(len(order)) - np.repeat(np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    kept = order[(place < KEPT) & (counts[matrix.author[order]] >= KEPT)]
    return np.sort(kept), np.flatnonzero(away & np.isin(matrix.author, matrix.author[kept]))


def measure(
    library: Library, known: CommunityAffinity, campaigns: dict[str, set[str]], authors: np.ndarray
) -> list[Case]:
    """Every campaign's signals for ``authors``, in blocks of campaigns that are hidden together."""
    names = sorted(campaigns, key=lambda name: zlib.crc32(name.encode()))
    cases = []
    for block in range(BLOCKS):
        mine = names[block::BLOCKS]
        kept, away = hide(library.matrix, set().union(*(campaigns[name] for name in mine)), authors)
        matrix = library.matrix.subset(kept)
        background = background_of(matrix, known)
        community = np.array([name.casefold() for name in library.matrix.communities])
        for name in mine:
            there = away[np.isin(community[library.matrix.community[away]], list(campaigns[name]))]
            lost = {library.matrix.authors[i] for i in library.matrix.author[there]}
            engaged = np.array([author in lost for author in matrix.authors])
            if engaged.sum() < LEAST_ENGAGED:
                print(f"{name}: only {engaged.sum()} engaged, left out", flush=True)
                continue
            # The name alone: interests read from this index would come from hidden posts too.
            query = AudienceQuery(name, [], True)
            embedded = known.embed_campaign(query_vector(library, query), query.words)
            signals = signals_of(matrix, known, background, embedded, _tones(library, name))
            cases.append(Case(name, block, signals.values, engaged))
    return cases


def _tones(library: Library, campaign: str) -> dict[str, float]:
    named = naming(library, campaign)
    rows = library.facts.rows(
        "SELECT id, positive - negative FROM posts WHERE id IN (SELECT unnest($ids))",
        {"ids": list(named.posts.id) if named else []},
    )
    return dict(rows)  # type: ignore[arg-type]


def fit(cases: list[Case]) -> Any:
    """A logistic regression; its figures are probabilities, so the classes are not reweighted."""
    from sklearn.linear_model import LogisticRegression

    features, engaged = np.concatenate([c.values for c in cases]), np.concatenate([c.engaged for c in cases])
    return LogisticRegression(C=1.0, max_iter=1000).fit(features, engaged)


def left_out(cases: list[Case], columns: list[int], least: float = 0.0) -> tuple[dict[str, float], list[np.ndarray]]:
    """Mean figures of campaigns that the model did not see, and their probabilities.

    The means are over campaigns with which at least a share of ``least`` engages.
    """
    rows, chances = [], []
    for block in range(BLOCKS):
        train = [replace(case, values=case.values[:, columns]) for case in cases if case.block != block]
        model = fit(train)
        for case in (c for c in cases if c.block == block):
            chance = model.predict_proba(case.values[:, columns])[:, 1]
            if case.engaged.mean() >= least:
                rows.append(figures(chance, case.engaged) | {"rate": float(case.engaged.mean())})
            chances.append(chance)
    mean = {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}
    ordered = [c for block in range(BLOCKS) for c in cases if c.block == block]
    mean["ece"] = calibration_error(np.concatenate(chances), np.concatenate([c.engaged for c in ordered]))
    return mean, chances


def spread_of(cases: list[Case], chances: list[np.ndarray]) -> float:
    """Standard deviation between campaigns of the log-odds by which engagement was off, beyond chance."""
    ordered = [c for block in range(BLOCKS) for c in cases if c.block == block]
    offs, noises = [], []
    for case, chance in zip(ordered, chances, strict=True):
        found, expected = case.engaged.sum(), chance.sum()
        offs.append(np.log(found / expected))
        noises.append(1 / found)
    return float(np.sqrt(max(0.0, np.var(offs) - np.mean(noises))))


def cases_of(
    library: Library, campaigns: dict[str, set[str]], interests: dict[str, np.ndarray], corpus: Corpus
) -> list[Case]:
    """Every campaign's signals for every part of the authors, with the habits of the others."""
    matrix = library.matrix
    part = np.array([part_of(author) for author in matrix.authors])
    cases = []
    for out in range(PARTS):
        posts = np.array([not author or part_of(author) != out for author in corpus.authors])
        taught = learn(matrix.subset(np.flatnonzero(part[matrix.author] != out)), interests, corpus.only(posts))
        cases += measure(library, taught, campaigns, np.flatnonzero(part == out))
    return cases


def part_of(author: str) -> int:
    return zlib.crc32(author.encode()) % PARTS


def main() -> None:
    library, data, campaigns = asked_for(__doc__)
    interests, corpus = catalogued(library, data), read_corpus(written(data))
    cases = cases_of(library, campaigns, interests, corpus)
    learned = [place for place, name in enumerate(NAMES) if name not in BY_HAND]
    mean, chances = left_out(cases, learned)
    model = fit([replace(case, values=case.values[:, learned]) for case in cases])
    weights = {NAMES[i]: round(float(w), 4) for i, w in zip(learned, model.coef_[0], strict=True)}
    people = sum(len(case.engaged) for case in cases) / len({case.campaign for case in cases})
    rate = float(np.mean([case.engaged.mean() for case in cases]))
    report = {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": weights | BY_HAND,
        "set_by_hand": list(BY_HAND),
        "spread": round(spread_of(cases, chances), 3),
        "calibrated_on": f"{len({case.campaign for case in cases})} campaigns and {people:,.0f} Reddit authors with "
        f"{KEPT} posts each, of whom {100 * rate:.1f} % engage",
        "left_out": _rounded(mean),
        f"left_out_from_{LARGER:.1%}": _rounded(left_out(cases, learned, LARGER)[0]),
        "without": {NAMES[out]: _rounded(left_out(cases, [i for i in learned if i != out])[0]) for out in learned},
        "alone": {NAMES[only]: _rounded(left_out(cases, [only])[0]) for only in learned},
    }
    save(learn(library.matrix, interests, corpus), HABITS)
    WEIGHTS.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(report, indent=1))


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) for key, value in row.items()}


if __name__ == "__main__":
    main()
