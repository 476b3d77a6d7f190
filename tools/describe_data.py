"""What is in the data, how the index was built, and how accurate its analyses were measured to be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from index.encoding.measured import head_accuracy, head_digests, measured
from index.entities.mentions import OURS
from tools.extract_entities import NAMED, Entity
from tools.library import Library
from tools.result.result import SMALL_PEOPLE, ToolResult, one_line
from tools.result.words import count, listed, percent, short, small_sample
from tools.targeting.propensity import WEIGHTS as TARGETING

READER = Path(__file__).parent.parent / "agent" / "weights" / "question_reader.json"
SHOWN = 8
PARTS = ("likes", "replies", "shares")
WORDS = {"f1": "F1", "auc": "AUC", "ece": "ECE", "dev": "validation"}


@dataclass(frozen=True, kw_only=True)
class DescribeData(ToolResult):
    """What the index holds. ``languages`` and ``known`` (likes, replies, shares) are shares of all posts.

    ``accuracy`` has for each analysis the figures that were measured when it was trained, by name.
    """

    posts: int
    people: int
    communities: int
    first_post: str | None
    last_post: str | None
    top_communities: dict[str, int]
    top_brands: list[Entity]
    languages: dict[str, float]
    known: dict[str, float]
    rejected: int
    duplicates: int
    reasons: dict[str, int]
    built_at: str
    seconds: float
    posts_per_second: float
    encoder: str
    precision: str
    ner: str
    heads: dict[str, str]
    accuracy: dict[str, dict[str, float]]


def describe_data(library: Library) -> DescribeData:
    """What data there is: posts, people, communities, time span and most named brands, how it was indexed, and how accurate each analysis is."""  # noqa: E501
    manifest = library.manifest
    accuracy = _accuracy(manifest.ner)
    result = DescribeData(
        lines=[],
        warnings=_warnings(library),
        posts=manifest.posts,
        people=manifest.people,
        communities=manifest.communities,
        first_post=manifest.first_post and manifest.first_post[:10],
        last_post=manifest.last_post and manifest.last_post[:10],
        top_communities=_communities(library),
        top_brands=_brands(library),
        languages=_languages(library),
        known=_known(library),
        rejected=manifest.rejected,
        duplicates=manifest.duplicates,
        reasons=_reasons(library.path / "rejects.jsonl") if manifest.rejected else {},
        built_at=manifest.built_at,
        seconds=manifest.seconds,
        posts_per_second=manifest.posts_per_second,
        encoder=manifest.encoder,
        precision=manifest.precision,
        ner=manifest.ner,
        heads=manifest.heads,
        accuracy=accuracy,
    )
    return replace(result, lines=_lines(result))


def _communities(library: Library) -> dict[str, int]:
    rows = library.facts.rows(
        f"SELECT community, count(*) FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN}"
    )
    return dict(rows)  # type: ignore[arg-type]


def _brands(library: Library) -> list[Entity]:
    """Organizations and products by the number of posts that name them."""
    rows = library.facts.rows(
        f"{NAMED} WHERE m.type IN ('organization', 'product')) GROUP BY canonical "
        f"ORDER BY posts DESC, people DESC, name LIMIT {SHOWN}"
    )
    return [Entity(one_line(name), *row) for name, *row in rows]


def _languages(library: Library) -> dict[str, float]:
    rows = library.facts.rows(
        "SELECT lang, count(*) / (SELECT count(*) FROM posts) FROM posts WHERE lang IS NOT NULL GROUP BY 1 "
        f"ORDER BY 2 DESC, 1 LIMIT {SHOWN}"
    )
    return dict(rows)  # type: ignore[arg-type]


def _known(library: Library) -> dict[str, float]:
    (counts,) = library.facts.rows(f"SELECT count(*), {', '.join(f'count({part})' for part in PARTS)} FROM posts")
    return {part: known / counts[0] for part, known in zip(PARTS, counts[1:], strict=True)}


def _reasons(rejects: Path) -> dict[str, int]:
    """Why rows were rejected, the commonest first."""
    kinds: Counter[str] = Counter()
    if rejects.is_file():
        with rejects.open(encoding="utf-8") as file:
            kinds.update(str(json.loads(line)["reason"]).partition(":")[0] for line in file)
    kinds.pop("duplicate id", None)
    return dict(kinds.most_common(SHOWN))


def _accuracy(ner: str) -> dict[str, dict[str, float]]:
    """Figures of the heads, of the targeting and of the reader of questions, where they were measured."""
    found = head_accuracy() | {"targeting": measured(TARGETING), "questions": measured(READER)}
    if ner != OURS:
        found.pop("entities", None)  # another pipeline found the names
    return {name: figures for name, figures in found.items() if figures}


def _warnings(library: Library) -> list[str]:
    manifest = library.manifest
    warnings = small_sample(manifest.posts)
    if manifest.people < SMALL_PEOPLE:
        people = count(manifest.people, "person is", "people are")
        warnings.append(f"Careful: only {people} in these data; under {SMALL_PEOPLE} an audience is shaky.")
    installed = head_digests()
    if other := sorted(name for name, digest in manifest.heads.items() if installed.get(name) != digest):
        warnings.append(
            f"Careful: these posts were read with other weights for {listed(other)} than are installed now, so the "
            "accuracy given is not theirs; build the index again with `analyst index`."
        )
    return warnings


def _lines(data: DescribeData) -> list[str]:
    span = f", from {data.first_post} to {data.last_post}" if data.first_post else ", without dates"
    where = f" in {count(data.communities, 'community', 'communities')}" if data.communities else ""
    lines = [f"These data hold {count(data.posts, 'post')} by {count(data.people, 'person', 'people')}{where}{span}."]
    if data.top_communities:
        sizes = [f"{short(name)} ({posts:,})" for name, posts in data.top_communities.items()]
        lines.append(f"Largest communities by posts: {listed(sizes)}.")
    if data.top_brands:
        named = [f"{short(brand.name)} ({brand.posts:,})" for brand in data.top_brands]
        lines.append(f"Most named companies and products by posts: {listed(named)}.")
    if data.languages:
        lines.append(
            f"Languages: {listed([f'{short(name)} {percent(part)}' for name, part in data.languages.items()])}."
        )
    return [*lines, _engagement_line(data.known), _rejected_line(data), _built_line(data), *_accuracy_lines(data)]


def _engagement_line(known: dict[str, float]) -> str:
    there = [f"{part} of {percent(share)}" for part, share in known.items() if share]
    missing = [part for part, share in known.items() if not share]
    if not there:
        return "No post has likes, replies or shares, so engagement cannot be measured."
    return f"Known are {listed(there)} of the posts" + (f"; {listed(missing)} are not known." if missing else ".")


def _rejected_line(data: DescribeData) -> str:
    why = (
        f" ({listed([f'{short(kind)}: {number:,}' for kind, number in data.reasons.items()])})" if data.reasons else ""
    )
    return (
        f"{count(data.rejected, 'row was', 'rows were')} rejected{why} and "
        f"{count(data.duplicates, 'was a duplicate', 'were duplicates')}."
    )


def _built_line(data: DescribeData) -> str:
    names = "the shipped head" if data.ner == OURS else short(data.ner)
    return (
        f"Indexed on {data.built_at[:10]} in {data.seconds:,.1f} s ({data.posts_per_second:,.1f} posts/s) with "
        f"{data.encoder} in {data.precision}; names are found by {names}."
    )


def _accuracy_lines(data: DescribeData) -> list[str]:
    lines = []
    for name, figures in data.accuracy.items():
        said = [
            f"{' '.join(WORDS.get(word, word) for word in what.split())} {value:.3f}" for what, value in figures.items()
        ]
        lines.append(f"Accuracy of {name}, measured on data kept out of training: {listed(said)}.")
    if data.ner != OURS:
        lines.append(f"The accuracy of the names that {short(data.ner)} finds was not measured here.")
    return lines
