"""What posts are about: the main themes of those selected, each with its share, its tone and typical quotations."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated, Unpack

from index.errors import AnalystError
from tools.library import Library
from tools.result import cells
from tools.result.line import Line, Listing, Part, figure, joined, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.tones import ENOUGH
from tools.selection.intervals import margin, wilson
from tools.selection.own_words import told
from tools.selection.people import Filters, People, select
from tools.selection.posts import Selection, count_posts, evidence_posts
from tools.themes.grouping import STABLE, Groups, group_posts
from tools.themes.naming import ThemeTerms, name_themes
from tools.themes.quoting import typical_posts
from tools.themes.reading import LEAST_POSTS, ReadPosts, read_posts

MOST_SHOWN = 12
SMALL = 30  # posts under which themes are shaky
STEADY = 0.8  # adjusted Rand index from which other samples give nearly the same themes
HEADLINE = 3  # themes in the headline
IN_HEADLINE = 80  # characters of each post where they are too few to be grouped
QUOTED = 2  # quotations told of each theme


@dataclass(frozen=True)
class Theme:
    """``share`` of the posts read, from ``low`` to ``high`` (Wilson, 95 %), in ``posts`` posts by ``people``.

    ``positive`` and ``negative`` count posts by their tone toward the topic; ``mean`` is that tone from −1 to 1, with
    ``margin``, half of its 95 % interval (None: one person).
    ``quotes`` are ids of typical posts, the most typical first.
    """

    name: str
    phrases: list[str]
    posts: int
    people: int
    share: float
    low: float
    high: float
    mean: float
    positive: int
    negative: int
    margin: float | None
    quotes: list[str]


@dataclass(frozen=True, kw_only=True)
class SummarizeThemes(ToolResult):
    """The most telling ``themes`` of ``found`` ones; ``posts`` were read of ``total`` selected.

    ``nowhere`` is the share of posts that fit no theme, ``others`` that of themes that are not listed. ``stability``
    is the mean adjusted Rand index of bootstrap samples with these groups (1: always the same).
    """

    subject: str
    total: int
    posts: int
    found: int
    themes: list[Theme]
    nowhere: float
    others: float
    stability: float


def summarize_themes(
    library: Library,
    topic: Annotated[str | None, "a name or a subject that the posts are about"] = None,
    user: Annotated[str | None, "only posts of this person"] = None,
    count: Annotated[int, "how many themes are listed"] = 5,
    **filters: Unpack[Filters],
) -> SummarizeThemes:
    """The main themes, reasons or complaints in posts about a topic, of a person or community, or in all posts, with shares, tone and typical quotations; sentiment="negative" gives the complaints."""  # noqa: E501
    if not 1 <= count <= MOST_SHOWN:
        raise AnalystError(f"count is {count}", todo=f"Ask for 1 to {MOST_SHOWN} themes.")
    selection, people = select(library, topic=topic, user=user, **filters)
    if (few := count_posts(library, selection)) < LEAST_POSTS:
        return told(_quoted(library, selection, people, few), selection.not_counted)
    posts = read_posts(library, selection)
    groups = group_posts(posts)
    themes = themes_of(library, posts, groups, topic or "", of_people=selection.of_people)
    shown = themes[:count]
    result = SummarizeThemes(
        subject=selection.words,
        total=posts.total,
        posts=len(posts),
        found=len(themes),
        themes=shown,
        nowhere=1 - sum(theme.posts for theme in themes) / len(posts),
        others=sum(theme.posts for theme in themes[count:]) / len(posts),
        stability=groups.stability,
        listing=Listing("themes", tuple(theme.name for theme in shown)),
        evidence=evidence_posts(library, [id_ for theme in shown for id_ in theme.quotes[:QUOTED]], within=selection),
    )
    result = replace(
        result,
        headline=_headline(result, filters.get("sentiment") == "negative"),
        lines=_lines(result, selection, people),
        warnings=_warnings(result),
    )
    return told(result, selection.not_counted)


def _quoted(library: Library, selection: Selection, people: People, number: int) -> SummarizeThemes:
    """Posts that are too few to be grouped, themselves."""
    rows = library.facts.rows(
        f"SELECT p.id FROM {selection.posts} WHERE {selection.where} ORDER BY coalesce(p.likes, 0) DESC, p.id",
        selection.values,
    )
    shown = evidence_posts(library, [id_ for (id_,) in rows], within=selection)
    result = SummarizeThemes(
        subject=selection.words, total=number, posts=number, found=0, themes=[], nowhere=1.0, others=0.0, stability=0.0,
        listing=Listing("posts", tuple(post.id for post in shown)), evidence=shown,
    )  # fmt: skip
    posts = cells.count(number, "post", "posts")
    scope = f" {selection.words}" if selection.words else " here"
    said = listed([cells.handle(post.author, f"evidence.{place}.author"), ": ",
                   cells.quotation(post.text, f"evidence.{place}.text", length=IN_HEADLINE)]
                  for place, post in enumerate(shown))  # fmt: skip
    return replace(
        result,
        headline=lead("Only ", posts, f"{scope}, too few to group. ", said, "."),
        lines=[
            *(line("post", cells.said(post, f"evidence.{place}")) for place, post in enumerate(shown)),
            *(note(sentence) for sentence in people.told),
        ],
    )


def themes_of(
    library: Library, posts: ReadPosts, groups: Groups, topic: str, *, of_people: bool = False
) -> list[Theme]:
    """The groups as themes, the most telling first: large ones whose posts are near to each other. Groups of a single
    post, and such that no phrase sets apart, are none.
    """
    terms = name_themes(library, posts, groups, topic, of_people=of_people)
    found = []
    for group in range(groups.number):
        members = groups.labels == group
        if members.sum() >= 2 and terms[group].name:
            weight = float(members.sum() * groups.nearness[members].mean())
            found.append((-round(weight, 6), _theme(posts, groups, group, terms[group])))
    return [theme for _, theme in sorted(found, key=lambda item: (item[0], item[1].name))]


def _theme(posts: ReadPosts, groups: Groups, group: int, terms: ThemeTerms) -> Theme:
    import pandas as pd

    places = [place for place, label in enumerate(groups.labels) if label == group]
    tones, people = pd.Series(posts.tones[places]), pd.Series([posts.authors[place] for place in places])
    low, high = wilson(len(places), len(posts))
    return Theme(
        name=terms.name,
        phrases=terms.phrases,
        posts=len(places),
        people=people.nunique(),
        share=len(places) / len(posts),
        low=low,
        high=high,
        mean=float(tones.mean()),
        positive=int((tones > 0).sum()),
        negative=int((tones < 0).sum()),
        margin=margin(tones, people.to_numpy()),
        quotes=[posts.ids[place] for place in typical_posts(posts, groups, group, terms.phrases)],
    )


def _headline(result: SummarizeThemes, complaints: bool) -> Line:
    read = cells.count(result.posts, "post", "posts")
    scope = f" {result.subject}" if result.subject else ""
    if not result.themes:
        return lead("No theme stands out in ", read, f"{scope}.")
    what = "complaint" if complaints else "theme"
    first = [
        [
            cells.title(theme.name, f"themes.{place}.name"),
            " (",
            cells.percent(theme.share, f"themes.{place}.share"),
            ")",
        ]
        for place, theme in enumerate(result.themes[:HEADLINE])
    ]
    many = "s in " if len(first) > 1 else " in "
    verb = "are" if len(first) > 1 else "is"
    return lead(f"The main {what}{many}", read, f"{scope} {verb} ", listed(first), ".")


def _lines(result: SummarizeThemes, selection: Selection, people: People) -> list[Line]:
    place_of = {post.id: place for place, post in enumerate(result.evidence)}
    lines = []
    for place, theme in enumerate(result.themes):
        lines.append(figure(*_told(theme, f"themes.{place}"), place=place + 1))
        quoted = [place_of[id_] for id_ in theme.quotes[:QUOTED] if id_ in place_of]
        lines += [line("post", "Typical: ", cells.said(result.evidence[at], f"evidence.{at}")) for at in quoted]
    rest: list[Part] = []
    if result.others:
        rest.append([cells.percent(result.others, "others"), " are in smaller themes"])
    rest.append([cells.percent(result.nowhere, "nowhere"), " fit in none"])
    lines.append(note("Of the posts ", *joined(rest, " and "), "."))
    lines.append(note(f"Grouped anew from other samples of these posts, the themes come out {_again(result)}."))
    if selection.subject is not None:
        lines.append(note(f"Counted: {selection.subject.how}."))
    return [*lines, *(note(each) for each in people.told)]


def _told(theme: Theme, at: str) -> list[Part]:
    """``late flight: 31 % (27 % to 36 %), 120 posts by 97 people, 4 positive and 98 negative.``"""
    span: list[Part] = []
    if theme.posts >= ENOUGH:
        span = [" (", cells.percent(theme.low, f"{at}.low"), " to ", cells.percent(theme.high, f"{at}.high"), ")"]
    sides: list[Part] = []
    if theme.posts not in (theme.positive, theme.negative):  # else a tone was asked for
        good, bad = cells.number(theme.positive, f"{at}.positive"), cells.number(theme.negative, f"{at}.negative")
        sides = [", ", good, " positive and ", bad, " negative"]
    return [
        cells.title(theme.name, f"{at}.name"), ": ", cells.percent(theme.share, f"{at}.share"), span, ", ",
        cells.count(theme.posts, "post", f"{at}.posts"), " by ",
        cells.count(theme.people, "person", f"{at}.people", "people"), sides, ".",
    ]  # fmt: skip


def _again(result: SummarizeThemes) -> str:
    """How surely other samples give the same themes, in words."""
    if result.stability >= STEADY:
        return "nearly the same"
    return "much the same" if result.stability >= STABLE else "partly otherwise"


def _warnings(result: SummarizeThemes) -> list[Line]:
    found = []
    if result.posts < SMALL:
        read, least = cells.count(result.posts, "post", "posts"), cells.number(SMALL)
        found.append(warning("Careful: themes of only ", read, "; under ", least, " they are shaky."))
    elif result.stability < STABLE:
        found.append(warning("Careful: other samples of these posts would be grouped partly otherwise."))
    if result.total > result.posts:
        read, all_ = cells.number(result.posts, "posts"), cells.count(result.total, "post", "total")
        found.append(warning("Read were ", read, " of ", all_, ", drawn by chance."))
    return found
