"""How well themes fit reasons that readers gave: ``python tests/benchmarks/themes.py FILE [--out FILE] [--index
FOLDER]``.

FILE is JSON Lines, plain or .gz: ``text, brand, reason``. The texts are indexed (or taken from ``--index``, built by
an earlier run) and grouped, all of them and those of each brand alone, by ``summarize_themes``' own grouping and by
two rivals on the same vectors: k-means, with our number of groups and with the number of reasons, and BERTopic's
recipe (Grootendorst, 2022): reduced vectors, HDBSCAN, class TF-IDF; here PCA stands for UMAP. Measured is the
V-measure (Rosenberg and Hirschberg, 2007), posts that fit nowhere being one group of their own, and for each method
the mean adjusted Rand index of its groups in bootstrap samples with its groups of all posts. Prints a table and one
JSON object; all figures are fractions.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from machine import described, machine
from reports import check_out, end, note, tell

from app import hush_libraries
from index.build import build_index
from index.errors import AnalystError
from index.training.data import read_rows
from tools.library import Library
from tools.selection.posts import Selection
from tools.themes.grouping import group_posts
from tools.themes.naming import name_themes
from tools.themes.reading import ReadPosts, read_posts

SMALLEST = 200  # posts of a brand, from which it is measured alone
RESAMPLES = 5
PARTS = 15  # dimensions to which vectors are reduced for HDBSCAN; UMAP's 5 keep too little with PCA
Labels = np.ndarray
Method = Callable[[ReadPosts], Labels]


@dataclass(frozen=True)
class Score:
    """``v`` over all posts, ``within`` the mean over brands; ``stability`` the mean adjusted Rand index."""

    v: float
    within: float
    brands: dict[str, float]
    stability: float
    groups: int
    nowhere: float
    seconds: float


def ours(posts: ReadPosts) -> Labels:
    """The grouping of ``summarize_themes``."""
    return group_posts(posts).labels


def k_means(groups: Callable[[ReadPosts], int]) -> Method:
    """k-means on the posts' vectors, the best of ten starts."""

    def fit(posts: ReadPosts) -> Labels:
        from sklearn.cluster import KMeans

        return np.asarray(KMeans(groups(posts), n_init=10, random_state=0).fit_predict(posts.vectors))

    return fit


def bertopic(posts: ReadPosts) -> Labels:
    """HDBSCAN (at least ten posts a topic, BERTopic's default) on the vectors reduced by PCA."""
    from sklearn.cluster import HDBSCAN
    from sklearn.decomposition import PCA

    reduced = PCA(min(PARTS, len(posts) - 1), svd_solver="covariance_eigh").fit_transform(posts.vectors)
    return np.asarray(HDBSCAN(min_cluster_size=10, copy=True).fit_predict(reduced))


def class_terms(posts: ReadPosts, labels: Labels, limit: int = 4) -> dict[int, list[str]]:
    """BERTopic's names: words by class TF-IDF."""
    from sklearn.feature_extraction.text import CountVectorizer

    groups = sorted(set(labels.tolist()) - {-1})
    joined = [" ".join(posts.words[row] for row in np.flatnonzero(labels == group)) for group in groups]
    if not joined:
        return {}
    vectorizer = CountVectorizer(stop_words="english")
    counts = vectorizer.fit_transform(joined).toarray().astype(float)
    words = vectorizer.get_feature_names_out()
    weights = counts / counts.sum(1, keepdims=True) * np.log(1 + counts.sum() / len(groups) / counts.sum(0))
    return {
        group: [str(words[i]) for i in np.argsort(-row)[:limit]] for group, row in zip(groups, weights, strict=True)
    }


def resampled(posts: ReadPosts, dice: np.random.Generator) -> tuple[ReadPosts, np.ndarray]:
    """A bootstrap sample (each post once) and the rows it has of ``posts``."""
    rows = np.unique(dice.integers(len(posts), size=len(posts)))
    rows = rows[dice.permutation(len(rows))]
    part = replace(
        posts,
        ids=[posts.ids[row] for row in rows],
        authors=[posts.authors[row] for row in rows],
        texts=[posts.texts[row] for row in rows],
        at=[posts.at[row] for row in rows],
        tones=posts.tones[rows],
        rows=posts.rows[rows],
    )
    return part, rows


def score(method: Method, everyone: ReadPosts, brands: dict[str, ReadPosts], reason: dict[str, str]) -> Score:
    """One method's figures."""
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    def v(posts: ReadPosts, labels: Labels) -> float:
        return float(v_measure_score([reason[id_] for id_ in posts.ids], labels))

    start = time.perf_counter()
    labels = method(everyone)
    seconds = time.perf_counter() - start
    within = {brand: v(posts, method(posts)) for brand, posts in brands.items()}
    dice, again = np.random.default_rng(0), []
    for _ in range(RESAMPLES):
        part, rows = resampled(everyone, dice)
        again.append(adjusted_rand_score(labels[rows], method(part)))
    groups, nowhere = len(set(labels.tolist()) - {-1}), float((labels < 0).mean())
    mean = float(np.mean(list(within.values()))) if within else float("nan")
    return Score(v(everyone, labels), mean, within, float(np.mean(again)), groups, nowhere, seconds)


def majority_names(library: Library, posts: ReadPosts, reason: dict[str, str]) -> list[dict[str, Any]]:
    """Each theme's name beside the reason that most of its posts have, for readers to judge."""
    groups = group_posts(posts)
    told = []
    for group, terms in enumerate(name_themes(library, posts, groups)):
        rows = np.flatnonzero(groups.labels == group)
        reasons = Counter(reason[posts.ids[row]] for row in rows)
        if reasons:
            (most, times) = reasons.most_common(1)[0]
            told.append({"name": terms.name, "posts": len(rows), "reason": most, "share": times / len(rows)})
    return sorted(told, key=lambda item: -item["posts"])


def indexed(rows: Sequence[dict[str, Any]], folder: Path) -> Library:
    """An index of the labelled texts, built in ``folder`` if it holds none."""
    if not (folder / "index" / "manifest.json").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        source = folder / "posts.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for number, row in enumerate(rows):
                post = {"id": f"r{number}", "author": f"w{number}", "text": row["text"], "community": row["brand"]}
                file.write(json.dumps(post) + "\n")
        note(f"Indexing {len(rows):,} texts …")
        build_index([str(source)], folder / "index")
    return Library.open(folder / "index")


def run(arguments: argparse.Namespace) -> None:
    """Measure, print and save. Raises AnalystError if the file has not the fields."""
    check_out(arguments.out)
    rows = list(read_rows(arguments.file))
    if not rows or any(name not in row for row in rows for name in ("text", "brand", "reason")):
        raise AnalystError("Themes need rows of text, brand and reason", where=str(arguments.file))
    with tempfile.TemporaryDirectory() as scratch:
        library = indexed(rows, arguments.index or Path(scratch))
        report = measured(library, rows)
    table = [
        f"{'':34}{'V all':>8}{'V within':>10}{'stability':>11}{'groups':>8}{'nowhere':>9}{'s':>7}",
        *(
            f"{name:34}{one['v']:8.3f}{one['within']:10.3f}{one['stability']:11.2f}{one['groups']:8}{one['nowhere']:9.2f}"
            f"{one['seconds']:7.1f}"
            for name, one in report["methods"].items()
        ),
        *(f"{item['posts']:6} {item['name']}: {item['reason']} ({item['share']:.0%})" for item in report["names"]),
        described(report["machine"]),
    ]
    tell(table, report, arguments.out)


def measured(library: Library, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All methods on the same posts."""
    reason = {f"r{number}": str(row["reason"]) for number, row in enumerate(rows)}
    everyone = read_posts(library, Selection("true", {}, ""))
    sizes = Counter(str(row["brand"]) for row in rows)
    brands = {
        brand: read_posts(library, Selection("p.community = $brand", {"brand": brand}, ""))
        for brand, size in sorted(sizes.items())
        if size >= SMALLEST
    }
    reasons = len(set(reason.values()))
    methods: dict[str, Method] = {
        "summarize_themes": ours,
        "k-means, our number of groups": k_means(lambda posts: group_posts(posts).number),
        "k-means, the number of reasons": k_means(lambda posts: reasons),
        "BERTopic's recipe": bertopic,
    }
    scores = {}
    for name, method in methods.items():
        note(f"{name} …")
        scores[name] = vars(score(method, everyone, brands, reason))
    recipe = class_terms(everyone, bertopic(everyone))
    return {
        "benchmark": "themes",
        "posts": len(everyone),
        "reasons": reasons,
        "methods": scores,
        "names": majority_names(library, everyone, reason),
        "bertopic_names": [", ".join(words) for words in list(recipe.values())[:12]],
        "machine": machine(),
    }


if __name__ == "__main__":
    hush_libraries()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=Path)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--index", type=Path, help="a folder in which the index of the texts is kept")
    given = parser.parse_args()
    end(lambda: run(given))
