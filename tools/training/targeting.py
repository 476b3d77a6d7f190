"""Fit the targeting weights: ``python -m tools.training.targeting --posts FILE --work DIR``.

The hidden-community test: all posts in the campaigns' communities are hidden, every author keeps twelve of the rest,
drawn at random, and an author counts as engaged with a campaign if a hidden post of theirs lies in its communities. The
equal number matters: the number of posts left would tell who lost some. A logistic regression over the signals of
``tools.targeting`` learns weights and a base rate; figures come from campaigns left out, in five folds.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from index.build import build_index
from index.posts import Post
from index.readers import read_posts
from tools.library import Library
from tools.targeting import NAMES, WEIGHTS, audience_query, measure_signals

KEPT = 12
LEARNED = NAMES[:3]
# Hiding a campaign's own communities hides nearly every post that names it, so the test cannot tell what naming it is
# worth: that weight is set by hand.
MENTIONS = 1.0
FOLDS = 5
HERE = Path(__file__).parent


def hide(
    posts: list[Post], hidden: set[str], seed: int = 7, most: int | None = None
) -> tuple[list[Post], dict[str, set[str]]]:
    """Posts that stay (of ``most`` authors), and the hidden communities of each author (casefolded)."""
    left: dict[str, list[Post]] = {}
    engaged: dict[str, set[str]] = {}
    for post in posts:
        community = (post.community or "").casefold()
        if community in hidden:
            engaged.setdefault(post.author, set()).add(community)
        else:
            left.setdefault(post.author, []).append(post)
    generator = random.Random(seed)
    kept = [
        post
        for author in [name for name in sorted(left) if len(left[name]) >= KEPT][:most]
        for post in generator.sample(sorted(left[author], key=lambda post: post.id), KEPT)
    ]
    return kept, engaged


def write_posts(posts: list[Post], path: Path) -> None:
    """As JSON Lines, for the real pipeline to read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        for post in posts:
            row = {name: getattr(post, name) for name in ("id", "author", "text", "community", "likes", "replies")}
            row["created_at"] = post.created_at and post.created_at.isoformat()
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def fit(features: np.ndarray, engaged: np.ndarray) -> Any:
    """A logistic regression; figures are probabilities, so the classes are not reweighted."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=1.0, max_iter=1000).fit(features, engaged)


def figures(scores: np.ndarray, engaged: np.ndarray) -> dict[str, float]:
    """AUC, precision among the first 20, lift in the top 5 %."""
    from sklearn.metrics import roc_auc_score

    order = np.argsort(-scores, kind="stable")
    top = max(1, len(order) // 20)
    rate = engaged.mean()
    return {
        "auc": float(roc_auc_score(engaged, scores)),
        "p_at_20": float(engaged[order[:20]].mean()),
        "lift_at_5": float(engaged[order[:top]].mean() / rate),
    }


def calibration_error(probability: np.ndarray, engaged: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error over bins of equal count."""
    order = np.argsort(probability)
    parts = np.array_split(order, bins)
    return float(sum(len(p) * abs(probability[p].mean() - engaged[p].mean()) for p in parts) / len(order))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", required=True)
    parser.add_argument("--campaigns", type=Path, default=HERE / "campaigns.yaml")
    parser.add_argument("--authors", type=int, help="at most so many authors")
    parser.add_argument("--work", type=Path, default=Path("work/targeting"))
    options = parser.parse_args()
    campaigns = {
        name: {c.casefold() for c in communities}
        for name, communities in yaml.safe_load(options.campaigns.read_text(encoding="utf-8")).items()
    }
    posts = [post for post in read_posts([options.posts]) if isinstance(post, Post)]
    kept, engaged_in = hide(posts, set().union(*campaigns.values()), most=options.authors)
    index = options.work / "index"
    if not index.exists():  # a run that goes on
        write_posts(kept, options.work / "kept.jsonl")
        build_index([str(options.work / "kept.jsonl")], index)
    library = Library.open(index)
    features, labels, groups, fold = [], [], [], []
    for number, (campaign, communities) in enumerate(campaigns.items()):
        signals = measure_signals(library, audience_query(library, campaign, []))
        label = np.array([bool(engaged_in.get(author, set()) & communities) for author in signals.authors])
        if label.sum() < 8:
            print(f"{campaign}: only {label.sum()} engaged, left out")
            continue
        features.append(signals.values[:, : len(LEARNED)])
        labels.append(label)
        groups += [number] * len(label)
        fold += [hash_of(author) % FOLDS for author in signals.authors]
    x, y, group, folds = np.concatenate(features), np.concatenate(labels), np.array(groups), np.array(fold)
    rows: dict[int, list[dict[str, float]]] = {}
    outside = np.zeros(len(y))
    for part in range(FOLDS):
        # Neither the campaigns nor the authors of a fold are seen in its training.
        model = fit(x[(group % FOLDS != part) & (folds != part)], y[(group % FOLDS != part) & (folds != part)])
        chosen = group % FOLDS == part
        outside[chosen] = model.predict_proba(x[chosen])[:, 1]
    for number in sorted(set(groups)):
        rows[number] = [figures(outside[group == number], y[group == number])]
        print(list(campaigns)[number], {k: round(v, 3) for k, v in rows[number][0].items()}, flush=True)
    mean = {key: float(np.mean([row[0][key] for row in rows.values()])) for key in ("auc", "p_at_20", "lift_at_5")}
    mean["ece"] = calibration_error(outside, y)
    alone = {
        name: float(np.mean([figures(x[group == n, i], y[group == n])["auc"] for n in rows]))
        for i, name in enumerate(LEARNED)
    }
    model = fit(x, y)
    weights = {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(w), 4) for name, w in zip(LEARNED, model.coef_[0], strict=True)}
        | {"mentions": MENTIONS},
        "set_by_hand": ["mentions"],
        "calibrated_on": f"{len(rows)} campaigns, {len(y) // len(rows):,} Reddit authors with {KEPT} posts each, "
        f"base rate {y.mean():.3f}",
        "left_out": {key: round(value, 4) for key, value in mean.items()},
        "auc_of_each_signal": {name: round(value, 4) for name, value in alone.items()},
    }
    WEIGHTS.write_text(json.dumps(weights, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(weights, indent=1))


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    import zlib

    return zlib.crc32(text.encode())


if __name__ == "__main__":
    main()
