"""Themes as HTML: each with its posts counted, the words that set it apart, and typical posts."""

from __future__ import annotations

from markupsafe import Markup

from agent.page.views.html import mentions_of, render
from tools.library import Library
from tools.result.tones import ENOUGH
from tools.result.words import count, percent
from tools.selection.posts import evidence_posts
from tools.summarize_themes import SummarizeThemes, Theme

QUOTED = 2  # posts of each theme
TOLD = 0.005  # share under which nothing is told


def themes_html(result: SummarizeThemes, library: Library | None) -> Markup:
    """How many posts were read, and a card for each theme."""
    pairs = [("Posts", f"{result.posts:,}" + (f" of {result.total:,}" if result.total > result.posts else ""))]
    if result.themes:
        pairs.append(
            ("Themes", f"{len(result.themes)}" + (f" of {result.found}" if result.found > len(result.themes) else ""))
        )
    for name, share in (("In smaller themes", result.others), ("In no theme", result.nowhere)):
        if result.themes and share >= TOLD:
            pairs.append((name, _of(round(share * result.posts), result.posts)))
    known = {post.id: post for post in result.evidence}
    missing = [id_ for theme in result.themes for id_ in theme.quotes[:QUOTED] if id_ not in known]
    if library is not None and missing:
        known |= {post.id: post for post in evidence_posts(library, missing)}
    cards = [
        (theme, _told(theme, result.posts), [known[id_] for id_ in theme.quotes[:QUOTED] if id_ in known])
        for theme in result.themes
    ]
    alone = [] if result.themes else result.evidence
    spans = mentions_of(library, list(known.values()))
    return render("themes.html.j2", pairs=pairs, cards=cards, alone=alone, spans=spans)


def _told(theme: Theme, posts: int) -> str:
    by = count(theme.people, "person", "people")
    return f"{_of(theme.posts, posts)} by {by}: {theme.positive:,} positive, {theme.negative:,} negative"


def _of(some: int, posts: int) -> str:
    """``3 of 7 posts``; of enough posts with the share."""
    share = f" ({percent(some / posts)})" if posts >= ENOUGH else ""
    return f"{some:,} of {count(posts, 'post')}{share}"
