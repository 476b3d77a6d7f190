"""What the loaded index is: a line above the conversation, and the view "About this data"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from markupsafe import Markup

from agent.page.views.fields import Block, Table, blocks_of, with_bar
from agent.page.views.html import render
from index.errors import AnalystError
from tools.registry import TOOLS, call_tool
from tools.result.accuracy import plain_accuracy
from tools.result.words import capital, listed, percent

if TYPE_CHECKING:
    from agent.analyst import Analyst
    from index.manifest import Manifest
    from tools.library import Library
    from tools.result.result import ToolResult

SHIPPED = "shipped"  # the chat model that comes with the project, which goes without saying
# How the index was made: told apart from what is in it.
BUILT = frozenset({"built_at", "seconds", "posts_per_second", "encoder", "precision", "ner", "heads"})
LEFT_OVER = frozenset({"rejected", "duplicates", "reasons"})
SHOWN_COMMUNITIES = 12
WORDS = {"f1": "F1", "auc": "AUC", "ece": "ECE", "dev": "validation"}


def about_index(manifest: Manifest, model: str) -> str:
    """One line about what is loaded: posts, people, span, and a chat model that is not the shipped one."""
    first, last = manifest.first_post, manifest.last_post
    when = f", {first[:10]} to {last[:10]}" if first and last else ""
    by = "" if model == SHIPPED else f" · model {model}"
    return f"{manifest.posts:,} posts by {manifest.people:,} people{when}{by}"


def about_html(analyst: Analyst) -> Markup:
    """The view "About this data": what ``describe_data`` tells, or else what the index says of itself."""
    built = _built(analyst.manifest)
    if "describe_data" not in TOOLS:
        blocks = [_counts(analyst.manifest), *_communities(analyst.library)]
        return render("about.html.j2", heading=True, blocks=blocks, built=built)
    try:
        result = call_tool(analyst.library, "describe_data", {})
    except AnalystError as error:
        return render("about.html.j2", heading=True, fault=str(error))
    return render("about.html.j2", heading=True, **_described(result), built=built)


def described_html(result: ToolResult) -> Markup:
    """What ``describe_data`` found out, the accuracy of each analysis among it."""
    return render("about.html.j2", **_described(result))


def _described(result: ToolResult) -> dict[str, object]:
    accuracy: dict[str, dict[str, float]] = getattr(result, "accuracy", {})
    rows = [
        [f"{analysis.capitalize()}: {_measure(what)}", f"{figure:.3f}"]
        for analysis, found in accuracy.items()
        for what, figure in found.items()
    ]
    measured = Table(
        "For specialists: every measure by its name in the field", ["Analysis and measure", "Figure"], rows
    )
    told = [capital(each.words) for each in plain_accuracy(accuracy)]
    blocks = blocks_of(result, {"accuracy"} | BUILT | LEFT_OVER)
    return {"warnings": result.warnings, "blocks": blocks, "measured": measured if rows else None, "told": told}


def _measure(what: str) -> str:
    return " ".join(WORDS.get(word, word) for word in what.split())


def _counts(manifest: Manifest) -> Block:
    first, last = manifest.first_post, manifest.last_post
    span = f"{first[:10]} to {last[:10]}" if first and last else "the posts carry no dates"
    pairs = [("Posts", manifest.posts), ("People", manifest.people), ("Communities", manifest.communities)]
    return Block(facts=[*((name, f"{number:,}") for name, number in pairs), ("Span", span)])


def _communities(library: Library) -> list[Block]:
    rows = library.facts.rows(
        "SELECT community, count(*), count(DISTINCT author) FROM posts WHERE community IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN_COMMUNITIES}"
    )
    cells = [[name, with_bar(f"{posts:,}", posts, rows[0][1]), f"{people:,}"] for name, posts, people in rows]
    return [Block(table=Table("Largest communities", ["Community", "Posts", "People"], cells))] if rows else []


def _built(manifest: Manifest) -> list[tuple[str, str]]:
    """How it was read, and what was left out."""
    sources = listed([source.rpartition("/")[2] for source in manifest.sources[:5]])
    rejected = manifest.rejected / max(1, manifest.posts + manifest.rejected)
    return [
        ("Made from", sources or "–"),
        ("Rows left out", f"{manifest.rejected:,} ({percent(rejected)}), {manifest.duplicates:,} duplicates"),
        ("Read on", manifest.built_at[:10]),
        ("Read by", manifest.encoder.rpartition("/")[2]),
        ("Names found by", "the model that comes with it" if manifest.ner in ("shipped", "ours") else manifest.ner),
    ]
