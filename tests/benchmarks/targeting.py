"""How well people are ranked: ``python tests/benchmarks/targeting.py --posts FILE --campaigns FILE.yaml [--out FILE]``.

The hidden-community test. Campaigns are YAML, ``campaign: [communities]``, compared without case. All posts of all
their communities are hidden, every author keeps twelve of the rest, those are indexed by the real pipeline, and the
real tool is asked who would engage with the campaign's name alone. An author counts as engaged who has a hidden post in
the campaign's communities. Simple rankers are asked on the same index, for the name and for the name with the
interests that our query found. Prints a table and one JSON object, all figures as fractions; figures are means over
campaigns. ``ece`` is over ten bins of equal count in each campaign, ``ece_pooled`` over all campaigns together.

With ``--work`` the posts kept and their index stay there, and are used again for the same posts and weights.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from audience_rivals import Ranker, rivals
from hidden_community import KEPT, Split, as_lines, distinct_posts, hide, identity, read_campaigns, unknown_communities
from machine import described, machine
from reports import check_out, end, note, tell

from app import hush_libraries
from index.errors import AnalystError
from index.posts.readers import read_posts
from tools.find_audience import find_audience
from tools.library import Library
from tools.targeting.propensity import model_for, odds_of
from tools.targeting.query import audience_query
from tools.targeting.signals import measure_signals
from tools.training.measures import calibration_error, figures

LEAST_ENGAGED = 5  # authors, for a campaign to be judged
CHECKED = 100  # people of the tool's answer that our whole ranking must begin with
DRAWS = 100  # of the random ranking
STEPS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)  # of probability, in the reliability table
SHOWN = {"auc": "AUC", "p_at_20": "P@20", "lift_at_5": "lift@5", "ece": "ECE"}
Figures = dict[str, Any]


@dataclass
class Judged:
    """What has been measured so far: by campaign, and for the reliability table over all campaigns."""

    campaigns: dict[str, Figures] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    said: list[np.ndarray] = field(default_factory=list)
    true: list[np.ndarray] = field(default_factory=list)


@contextmanager
def work_folder(chosen: Path | None) -> Iterator[Path]:
    """The folder given, or one that is gone afterwards."""
    if chosen is None:
        with tempfile.TemporaryDirectory(prefix="targeting-") as folder:
            yield Path(folder)
        return
    try:
        chosen.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AnalystError(
            f"This is no usable folder: {error.strerror}", where=str(chosen), todo="Choose another."
        ) from error
    yield chosen


def index_of(split: Split, work: Path) -> Path:
    """The index of the posts kept, built in ``work`` by the real pipeline unless it stands there already."""
    from agent.console import build_progress
    from index.build import build_index, total_bytes
    from index.encoding.network import WEIGHTS

    lines = as_lines(split.kept)
    digest, mark, index = identity(lines, WEIGHTS), work / "identity.txt", work / "index"
    if mark.is_file() and mark.read_text(encoding="utf-8") == digest and (index / "manifest.json").is_file():
        note(f"Using the index of the same posts in {work}.")
        return index
    mark.unlink(missing_ok=True)
    posts = work / "posts.jsonl"
    posts.write_text(lines, encoding="utf-8")
    note(f"Indexing {len(split.kept):,} posts of {len(split.authors):,} people …")
    with build_progress(total_bytes([str(posts)])) as watch:
        manifest, tally = build_index([str(posts)], index, watch=watch)
    if (manifest.posts, manifest.people) != (len(split.kept), len(split.authors)):
        raise AnalystError(
            f"The index holds {manifest.posts:,} posts of {manifest.people:,} people, not {len(split.kept):,} of "
            f"{len(split.authors):,}; {tally.rejected} were rejected",
            where=str(index / "rejects.jsonl"),
        )
    mark.write_text(digest, encoding="utf-8")
    return index


def our_ranking(library: Library, campaign: str) -> tuple[np.ndarray, list[str]]:
    """Everybody's probability in the order of ``library.matrix.authors``, and the interests found.

    The tool's answer has at most 500 people, so the whole ranking comes from what the tool is made of. Raises
    AnalystError if the tool's own first hundred are others.
    """
    query = audience_query(library, campaign, [])
    chances = odds_of(measure_signals(library, query), model_for(library.folder)).probability
    authors = library.matrix.authors
    shown = find_audience(library, campaign, limit=min(CHECKED, len(authors)))
    first = sorted(range(len(authors)), key=lambda row: (-chances[row], authors[row]))[: len(shown.people)]
    ours = [(authors[row], round(float(chances[row]), 4)) for row in first]
    if ours != [(person.user, person.probability) for person in shown.people] or shown.query != query:
        raise AnalystError(
            f"The tool's list for '{campaign}' is not the beginning of the ranking that is judged here",
            todo="find_audience has changed; let our_ranking follow it.",
        )
    return chances, query.interests


def judge(library: Library, split: Split, judged: Judged) -> None:
    """Every campaign by every ranker, into ``judged``."""
    rankers, _ = rivals(library)
    for place, (name, engaged) in enumerate(split.engaged.items(), 1):
        true = np.array([author in engaged for author in library.matrix.authors])
        if not LEAST_ENGAGED <= true.sum() < len(true):
            judged.left_out[name] = f"{true.sum()} of {len(true)} people engaged"
            note(f"{place}/{len(split.engaged)} {name}: left out, {judged.left_out[name]}.")
            continue
        chances, interests = our_ranking(library, name)
        ours = figures(chances, true) | {"ece": calibration_error(chances, true)}
        found: Figures = {"people": len(true), "engaged": int(true.sum()), "interests": interests, "ours": ours}
        judged.campaigns[name] = found | simple_figures(rankers, name, interests, true)
        judged.said.append(chances)
        judged.true.append(true)
        note(f"{place}/{len(split.engaged)} {name}: {int(true.sum())} engaged, AUC {ours['auc']:.3f}.")


def simple_figures(rankers: Mapping[str, Ranker], name: str, interests: list[str], true: np.ndarray) -> Figures:
    """The simple rankers' figures: for the name, and for the name with the interests."""
    found = {"random": random_figures(true)}
    for ranker, score in rankers.items():
        found[ranker] = figures(score(name), true)
        found[f"{ranker}_with_interests"] = figures(score(", ".join([name, *interests])), true)
    return found


def random_figures(true: np.ndarray) -> dict[str, float]:
    """The mean of many random rankings, always the same ones."""
    generator = np.random.default_rng(0)
    return mean_of([figures(generator.random(len(true)), true) for _ in range(DRAWS)])


def mean_of(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {key: float(np.mean([row[key] for row in rows])) for key in rows[0]}


def reliability_table(said: np.ndarray, true: np.ndarray, steps: Sequence[float] = STEPS) -> list[Figures]:
    """People by the probability that was said of them: how many, its mean, and the share who engaged.

    A row takes in its lower step, the last one its upper too; steps that nobody falls into are left out.
    """
    bins = np.clip(np.searchsorted(steps, said, side="right") - 1, 0, len(steps) - 2)
    return [
        {
            "from": steps[row],
            "to": steps[row + 1],
            "people": int((bins == row).sum()),
            "said": float(said[bins == row].mean()),
            "engaged": float(true[bins == row].mean()),
        }
        for row in np.unique(bins)
    ]


def report_of(judged: Judged) -> Figures:
    """Means over campaigns, each campaign, and the reliability table. Raises AnalystError without any campaign."""
    if not judged.campaigns:
        reasons = "; ".join(f"{name}: {why}" for name, why in judged.left_out.items())
        raise AnalystError(
            f"No campaign could be judged ({reasons})",
            todo=f"Give campaigns in which at least {LEAST_ENGAGED} people engage, or more posts.",
        )
    rows = list(judged.campaigns.values())
    rankers = [key for key, value in rows[0].items() if isinstance(value, dict)]
    mean = {ranker: mean_of([row[ranker] for row in rows]) for ranker in rankers}
    said, true = np.concatenate(judged.said), np.concatenate(judged.true)
    mean["ours"]["ece_pooled"] = calibration_error(said, true)
    return {
        "mean": mean,
        "campaigns": judged.campaigns,
        "left_out": judged.left_out,
        "reliability": reliability_table(said, true),
    }


def table(report: Figures) -> list[str]:
    """Rankers by mean, our figures for each campaign, and what came true of what was said."""
    head = "".join(f"{title:>8}" for title in SHOWN.values())
    lines = [f"{'ranker, mean over ' + str(len(report['campaigns'])) + ' campaigns':<36}{head}"]
    lines += [line(name.replace("_", " "), row) for name, row in report["mean"].items()]
    lines += ["", f"{'ours, by campaign':<36}{head} engaged"]
    lines += [f"{line(name, row['ours'])}{row['engaged']:>8}" for name, row in report["campaigns"].items()]
    lines += ["", f"{'probability said':<20}{'people':>10}{'mean said':>12}{'came true':>12}"]
    for row in report["reliability"]:
        said = f"{row['from']:.0%} to {row['to']:.0%}"
        lines.append(f"{said:<20}{row['people']:>10,}{row['said']:>12.1%}{row['engaged']:>12.1%}")
    pooled = report["mean"]["ours"]["ece_pooled"]
    return [*lines, "", f"ECE over all campaigns together {pooled:.4f}; {described(report['machine'])}"]


def line(name: str, row: Mapping[str, float]) -> str:
    shown = name if len(name) <= 35 else name[:34] + "…"
    return f"{shown:<36}" + "".join(f"{row[key]:>8.3f}" if key in row else f"{'–':>8}" for key in SHOWN)


def measure(posts: str, campaigns_file: Path, authors: int | None, work: Path) -> Figures:
    """The whole test; see the module."""
    campaigns = read_campaigns(campaigns_file)
    note("Reading the posts …")
    read = distinct_posts(read_posts([posts]))
    for sentence in unknown_communities(read, campaigns):
        note(sentence)
    split = hide(read, campaigns, authors)
    library = Library.open(index_of(split, work))
    judged = Judged()
    judge(library, split, judged)
    from index.encoding.encoder import query_encoder

    encoder = query_encoder()
    return report_of(judged) | {
        "people": len(split.authors),
        "posts_kept": len(split.kept),
        "posts_of_each": KEPT,
        "posts_hidden": split.hidden,
        "people_with_too_few_posts": split.too_few,
        "rankers": rivals(library)[1],
        "calibrated_on": model_for(library.folder).calibrated_on,
        "machine": machine() | {"device": str(encoder.device), "precision": library.manifest.precision},
    }


def run(arguments: Sequence[str] | None = None) -> Figures:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--posts", required=True, metavar="FILE", help="posts in any format that `analyst index` reads")
    parser.add_argument("--campaigns", required=True, type=Path, metavar="FILE.yaml")
    parser.add_argument("--authors", type=int, metavar="N", help="only so many people, drawn at random")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keeps the index for the next run")
    parser.add_argument("--out", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.authors is not None and options.authors < 1:
        parser.error("--authors is at least 1")
    check_out(options.out)
    hush_libraries()
    with work_folder(options.work) as work:
        report = measure(options.posts, options.campaigns, options.authors, work)
    tell(table(report), report, options.out)
    return report


if __name__ == "__main__":
    end(run)
