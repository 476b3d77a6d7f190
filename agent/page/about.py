"""What the loaded index is: the page "About this data", and example questions that suit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.page.html import bar, esc, facts, notice, table
from agent.page.result import generic_html
from index.errors import AnalystError
from tools.registry import TOOLS, call_tool
from tools.result.words import listed, percent

if TYPE_CHECKING:
    from agent.analyst import Analyst
    from index.manifest import Manifest
    from tools.library import Library
    from tools.result.result import ToolResult

EXAMPLES = 5
SHIPPED = "shipped"  # the chat model that comes with the project, which goes without saying
# How the index was made: told apart from what is in it.
BUILT = frozenset({"built_at", "seconds", "posts_per_second", "encoder", "precision", "ner", "heads"})
LEFT_OVER = frozenset({"rejected", "duplicates", "reasons"})
LONGEST_NAME = 30  # characters; a longer name makes no good example
FEWEST = 3  # posts that must name a brand for it to be an example
SHOWN_COMMUNITIES = 12
# Of no subject of their own, or of one that makes no good example.
ABOUT_ANYTHING = frozenset({"random", "rants", "general", "all", "popular", "askreddit", "politics", "news"})


def about_index(manifest: Manifest, model: str) -> str:
    """One line about what is loaded: posts, people, span, and a chat model that is not the shipped one."""
    first, last = manifest.first_post, manifest.last_post
    when = f", {first[:10]} to {last[:10]}" if first and last else ""
    by = "" if model == SHIPPED else f" · model {model}"
    return f"{manifest.posts:,} posts by {manifest.people:,} people{when}{by}"


def example_questions(library: Library) -> list[str]:
    """Questions that this index can answer, about its own brands, communities and people."""
    brands, community, author = _brands(library), _community(library), _author(library)
    questions = [f"Who would engage with {_an(brand)} ad?" for brand in brands[:1]]
    questions += [f"How do people feel about {brand}{_by(library)}?" for brand in brands[1:2]]
    questions += [f"What do people complain about with {brand}?" for brand in brands[2:3]]
    questions += [f"What is the {name} community talking about?" for name in community]
    questions += [f"Tell me about @{name}" for name in author]
    questions += [] if brands else [f"Show posts about {phrase}" for phrase in _phrases(library)]
    return questions[:EXAMPLES]


def _an(name: str) -> str:
    return f"an {name}" if name[0].lower() in "aeio" else f"a {name}"


def _by(library: Library) -> str:
    """Months for a short span, years for a long one."""
    first, last = library.manifest.first_post, library.manifest.last_post
    if not first or not last or first[:7] == last[:7]:
        return ""
    return ", by year" if int(last[:4]) - int(first[:4]) > 1 else ", by month"


def _brands(library: Library) -> list[str]:
    rows = library.facts.rows(
        "SELECT mode(text ORDER BY text), count(DISTINCT post) AS posts FROM mentions "
        "WHERE type IN ('organization', 'product') GROUP BY canonical HAVING posts >= $fewest "
        "ORDER BY posts DESC, 1 LIMIT 20",
        {"fewest": FEWEST},
    )
    return [name[:1].upper() + name[1:] for name, _ in rows if _is_plain(name)][:3]


def _community(library: Library) -> list[str]:
    rows = library.facts.rows(
        "SELECT community FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20"
    )
    return [name for (name,) in rows if _is_plain(name) and name.casefold() not in ABOUT_ANYTHING][:1]


def _author(library: Library) -> list[str]:
    rows = library.facts.rows("SELECT author FROM people ORDER BY posts DESC, author LIMIT 20")
    return [name for (name,) in rows if _is_plain(name)][:1]


def _phrases(library: Library) -> list[str]:
    rows = library.facts.rows("SELECT phrase FROM phrases GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 2")
    return [phrase for (phrase,) in rows if _is_plain(phrase)]


def _is_plain(name: str) -> bool:
    """Whether a name of a stranger's making can stand in a question."""
    return bool(name) and len(name) <= LONGEST_NAME and all(sign.isalnum() or sign in " _-.&'" for sign in name)


def about_html(analyst: Analyst) -> str:
    """The page "About this data": what ``describe_data`` tells, or else what the index says of itself."""
    heading = "<h3>About this data</h3>"
    if "describe_data" in TOOLS:
        try:
            result = call_tool(analyst.library, "describe_data", {})
        except AnalystError as error:
            return heading + notice(str(error), "error")
        return heading + described_html(result) + _built(analyst.manifest)
    return heading + _counts(analyst.manifest) + _communities(analyst.library) + _built(analyst.manifest)


def described_html(result: ToolResult) -> str:
    """What ``describe_data`` found out, the accuracy of each analysis among it."""
    warnings = "".join(notice(warning, "warning") for warning in map(str, result.warnings))
    accuracy: dict[str, dict[str, float]] = getattr(result, "accuracy", {})
    rows = [
        [esc(f"{analysis.capitalize()}: {_measure(what)}"), f"{figure:.3f}"]
        for analysis, found in accuracy.items()
        for what, figure in found.items()
    ]
    caption = "Accuracy, measured on data kept out of training"
    measured = table(caption, ["Analysis and measure", "Figure"], rows) if rows else ""
    return warnings + generic_html(result, leave_out={"accuracy"} | BUILT | LEFT_OVER) + measured


def _measure(what: str) -> str:
    from tools.describe_data import WORDS

    return " ".join(WORDS.get(word, word) for word in what.split())


def _counts(manifest: Manifest) -> str:
    first, last = manifest.first_post, manifest.last_post
    span = f"{first[:10]} to {last[:10]}" if first and last else "the posts carry no dates"
    pairs = [("Posts", manifest.posts), ("People", manifest.people), ("Communities", manifest.communities)]
    return facts([*((name, f"{number:,}") for name, number in pairs), ("Span", esc(span))])


def _communities(library: Library) -> str:
    rows = library.facts.rows(
        "SELECT community, count(*), count(DISTINCT author) FROM posts WHERE community IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN_COMMUNITIES}"
    )
    if not rows:
        return '<p class="quiet">The posts name no communities.</p>'
    cells = [[esc(name), f"{posts:,}{bar(posts, top=rows[0][1])}", f"{people:,}"] for name, posts, people in rows]
    return table("Largest communities", ["Community", "Posts", "People"], cells)


def _built(manifest: Manifest) -> str:
    """How it was read, and what was left out."""
    sources = listed([source.rpartition("/")[2] for source in manifest.sources[:5]])
    rejected = manifest.rejected / max(1, manifest.posts + manifest.rejected)
    pairs = [
        ("Made from", esc(sources or "–")),
        ("Rows left out", f"{manifest.rejected:,} ({percent(rejected)}), {manifest.duplicates:,} duplicates"),
        ("Read on", esc(manifest.built_at[:10])),
        ("Encoder", esc(manifest.encoder.rpartition("/")[2])),
        ("Names found by", esc("the shipped head" if manifest.ner in ("shipped", "ours") else manifest.ner)),
    ]
    return f"<details><summary>How it was read</summary>{facts(pairs)}</details>"
