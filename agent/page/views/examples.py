"""Questions that an index can answer, to begin with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tools.privacy.tellable import tellable

if TYPE_CHECKING:
    from tools.library import Library

EXAMPLES = 9
LONGEST_NAME = 30  # characters; a longer name makes no good example
FEWEST = 3  # posts that must name a brand for it to be an example
# Of no subject of their own, or of one that makes no good example.
ABOUT_ANYTHING = frozenset({"random", "rants", "general", "all", "popular", "askreddit", "politics", "news"})


def example_questions(library: Library) -> list[str]:
    """Questions that this index can answer, about its own brands, communities and people."""
    brands, community, author = _brands(library), _community(library), _author(library)
    first, last = brands[:1], brands[-1:]
    questions = [f"Who would engage with {_an(brand)} ad?" for brand in first]
    questions += [f"Why would @{name} click on {_an(brand)} ad?" for brand in first for name in author]
    questions += [f"How do people feel about {brand}{_by(library)}?" for brand in brands[1:2]]
    questions += [f"What are the complaints about {brand}?" for brand in last]
    questions += [f"{brands[0]} vs {brands[1]}"] if len(brands) > 1 else []
    questions += [f"What is the {name} community talking about?" for name in community]
    questions += [f"Tell me about @{name}" for name in author if not brands]
    questions += [] if brands else [f"Show posts about {phrase}" for phrase in _phrases(library)]
    questions += ["What groups of people are there?", "When is the best time to post?"]
    questions += [f"Write a campaign brief for {brand}" for brand in first]
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
    return [name[:1].upper() + name[1:] for name in _askable(name for name, _ in rows)][:3]


def _community(library: Library) -> list[str]:
    rows = library.facts.rows(
        "SELECT community FROM posts WHERE community IS NOT NULL GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 20"
    )
    return _askable(name for (name,) in rows if name.casefold() not in ABOUT_ANYTHING)[:1]


def _author(library: Library) -> list[str]:
    rows = library.facts.rows("SELECT author FROM people ORDER BY posts DESC, author LIMIT 20")
    return [name for (name,) in rows if _is_plain(name)][:1]


def _phrases(library: Library) -> list[str]:
    rows = library.facts.rows("SELECT phrase FROM phrases GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 8")
    return _askable(phrase for (phrase,) in rows)[:2]


def _askable(names: Iterable[str]) -> list[str]:
    """Names that can stand in a question and suggest nothing that would be refused."""
    return [name for name in names if _is_plain(name) and tellable(name)]


def _is_plain(name: str) -> bool:
    """Whether a name of a stranger's making can stand in a question."""
    return bool(name) and len(name) <= LONGEST_NAME and all(sign.isalnum() or sign in " _-.&'" for sign in name)
