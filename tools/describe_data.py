"""What is in the data, how the index was built, and how accurate its analyses were measured to be."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

from index.encoding.measured import head_accuracy, head_digests, measured
from index.entities.mentions import OURS
from tools.extract_entities import Entity, named_most
from tools.library import Library
from tools.result import cells
from tools.result.accuracy import plain_accuracy
from tools.result.line import Line, Listing, Part, escaped, joined, lead, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import SMALL_PEOPLE, few_posts
from tools.result.words import listed as listed_words
from tools.result.words import short
from tools.selection.measures import BRAND
from tools.selection.own_words import count_apart, kinds_here
from tools.selection.posts import select_posts
from tools.targeting.propensity import WEIGHTS as TARGETING

READER = Path(__file__).parent.parent / "agent" / "weights" / "question_reader.json"
SHOWN = 8
PARTS = ("likes", "replies", "shares")


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
        reasons=_reasons(library.folder / "rejects.jsonl") if manifest.rejected else {},
        built_at=manifest.built_at,
        seconds=manifest.seconds,
        posts_per_second=manifest.posts_per_second,
        encoder=manifest.encoder,
        precision=manifest.precision,
        ner=manifest.ner,
        heads=manifest.heads,
        accuracy=accuracy,
    )
    apart = count_apart(library, "true", {}, kinds_here(library))
    left_out = [note("Left out of answers unless asked for with include: ", apart.said, ".")] if apart else []
    return replace(
        result,
        headline=_headline(result),
        lines=[*_lines(result), *left_out],
        not_counted=apart.by_kind,
        listing=Listing("communities", tuple(result.top_communities)),
    )


def _communities(library: Library) -> dict[str, int]:
    rows = library.facts.rows(
        f"SELECT community, count(*) FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN}"
    )
    return dict(rows)  # type: ignore[arg-type]


def _brands(library: Library) -> list[Entity]:
    """Organizations and products by the number of posts that name them."""
    return named_most(library, select_posts(library, may_be_empty=True), BRAND, SHOWN)


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


def _warnings(library: Library) -> list[Line]:
    manifest = library.manifest
    warnings = few_posts(manifest.posts, "posts")
    if manifest.people < SMALL_PEOPLE:
        people, limit = cells.count(manifest.people, "person is", "people", "people are"), cells.number(SMALL_PEOPLE)
        warnings.append(warning("Careful: only ", people, " in these data; under ", limit, " an audience is shaky."))
    installed = head_digests()
    if other := sorted(name for name, digest in manifest.heads.items() if installed.get(name) != digest):
        warnings.append(
            warning(
                f"Careful: these posts were read with other weights for {listed_words(other)} than are installed now, "
                "so the accuracy given is not theirs; build the index again with `analyst index`."
            )
        )
    return warnings


def _headline(data: DescribeData) -> Line:
    posts, people = cells.count(data.posts, "post", "posts"), cells.count(data.people, "person", "people", "people")
    parts: list[Part] = ["These data hold ", posts, " by ", people]
    if data.communities:
        parts += [" in ", cells.count(data.communities, "community", "communities", "communities")]
    if data.first_post and data.last_post:
        first, last = cells.date(data.first_post, "first_post"), cells.date(data.last_post, "last_post")
        parts += [", from ", first, " to ", last]
    else:
        parts.append(", without dates")
    return lead(parts, ".")


def _lines(data: DescribeData) -> list[Line]:
    lines = []
    if data.top_communities:
        sizes = [
            [cells.name(name), " (", cells.number(posts, f"top_communities.{escaped(name)}"), ")"]
            for name, posts in data.top_communities.items()
        ]
        lines.append(note("Largest communities by posts: ", listed(sizes), "."))
    if data.top_brands:
        named = [
            [
                cells.name(brand.name, f"top_brands.{place}.name"),
                " (",
                cells.number(brand.posts, f"top_brands.{place}.posts"),
                ")",
            ]
            for place, brand in enumerate(data.top_brands)
        ]
        lines.append(note("Most named companies and products by posts: ", listed(named), "."))
    if data.languages:
        shares = [
            [cells.name(name), " ", cells.percent(share, f"languages.{escaped(name)}")]
            for name, share in data.languages.items()
        ]
        lines.append(note("Languages: ", listed(shares), "."))
    return [*lines, _engagement_line(data.known), _rejected_line(data), _built_line(data), *_accuracy_lines(data)]


def _engagement_line(known: dict[str, float]) -> Line:
    there = [[f"{part} of ", cells.percent(share, f"known.{part}")] for part, share in known.items() if share]
    missing = [part for part, share in known.items() if not share]
    if not there:
        return note("No post has likes, replies or shares, so engagement cannot be measured.")
    end = f"; {listed_words(missing)} are not known." if missing else "."
    return note("Known are ", listed(there), " of the posts", end)


def _rejected_line(data: DescribeData) -> Line:
    reasons = [
        [f"{short(kind)}: ", cells.number(rows, f"reasons.{escaped(kind)}")] for kind, rows in data.reasons.items()
    ]
    why: list[Part] = [" (", listed(reasons), ")"] if reasons else []
    rejected = cells.count(data.rejected, "row was", "rejected", "rows were")
    duplicates = cells.count(data.duplicates, "was a duplicate", "duplicates", "were duplicates")
    return note(rejected, " rejected", why, " and ", duplicates, ".")


def _built_line(data: DescribeData) -> Line:
    names = "the model that comes with it" if data.ner == OURS else short(data.ner)
    return note(
        "Indexed on ",
        cells.date(data.built_at, "built_at"),
        " in ",
        cells.number(data.seconds, "seconds"),
        " s (",
        cells.number(data.posts_per_second, "posts_per_second"),
        f" posts/s) with {data.encoder} in {data.precision}; names are found by {names}.",
    )


def _accuracy_lines(data: DescribeData) -> list[Line]:
    """The figures that say most, in words; ``accuracy`` has them all."""
    lines = []
    told: list[Part] = [
        [each.before, cells.percent(each.share, f"accuracy.{each.analysis}.{escaped(each.measure)}"), each.after]
        for each in plain_accuracy(data.accuracy)
    ]
    if told:
        apart = "How right this is, measured on posts and questions kept apart for it: "
        lines.append(note(apart, joined(told, "; "), "."))
    if data.ner != OURS:
        lines.append(note(f"The accuracy of the names that {short(data.ner)} finds was not measured here."))
    return lines
