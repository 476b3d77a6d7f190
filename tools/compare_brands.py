"""Brands side by side: volume, tone, engagement, shared audience, and what each crowd says that the others do not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Unpack

from index.entities.mentions import canonical
from index.errors import AnalystError
from index.inflection import singular
from tools.library import Library
from tools.privacy.tellable import tellable_names
from tools.result import cells
from tools.result.evidence import Evidence
from tools.result.line import GAP, Cell, Line, Listing, Part, figure, lead, line, listed, note, warning
from tools.result.result import ToolResult
from tools.result.samples import SMALL_POSTS
from tools.result.tones import SentimentShares, shares_of, sides_told
from tools.result.words import count
from tools.result.words import listed as listed_words
from tools.selection.brand_posts import (
    BrandFigures,
    Named,
    Overlap,
    Period,
    brands_not_counted,
    brands_within,
)
from tools.selection.contrast import LIKELY, Contrast, contrast
from tools.selection.intervals import margin
from tools.selection.own_words import told
from tools.selection.people import ContentFiltersAmong, select_posts_among
from tools.selection.posts import Selection, evidence_posts
from tools.selection.subject import names_like

if TYPE_CHECKING:
    import pandas as pd

FEWEST, MOST = 2, 10
PHRASES = 5
CROWD_SURE = 3.0  # z of a phrase: people talk of many things besides
TREND_POSTS = 20  # from so many dated posts on a trend is told
MONTHS = 24  # a longer time is told in years


@dataclass(frozen=True, kw_only=True)
class CompareBrands(ToolResult):
    """The brands that are named here, the most named first. ``missing`` are named by nobody."""

    brands: list[BrandFigures]
    overlaps: list[Overlap]
    missing: list[str]
    posts: int
    subject: str


def compare_brands(
    library: Library,
    brands: list[str],
    **filters: Unpack[ContentFiltersAmong],
) -> CompareBrands:
    """Two to ten brands side by side: how much and how warmly people talk of each, engagement, shared audience and what sets each crowd apart."""  # noqa: E501
    asked = _asked(brands)
    within = select_posts_among(library, **filters)
    named = brands_within(library, asked, within)
    present = sorted((each for each in named if len(each.posts)), key=lambda each: (-len(each.posts), each.name))
    missing = {each.name: names_like(library, each.name) for each in named if not len(each.posts)}
    if not present:
        near = listed_words(list(dict.fromkeys(name for names in missing.values() for name in names)))
        raise AnalystError(
            f"Nobody names {_or(list(missing))} in {_posts_here(within)}",
            todo=f"Names like these that do occur: {near}." if near else "Try another spelling or a wider choice.",
        )
    figures = _figures(library, present, within)
    overlaps = [_overlap(first, second) for first, second in combinations(present, 2)]
    telling = {each.name: _telling(library, each, present) for each in present}
    total = len({id_ for each in present for id_ in each.posts.id})
    result = CompareBrands(
        warnings=_warnings(present, missing, within),
        listing=Listing("names", tuple(brand.name for brand in figures)),
        evidence=list({post.id: post for posts in telling.values() for post in posts.values()}.values()),
        brands=figures,
        overlaps=overlaps,
        missing=list(missing),
        posts=total,
        subject=within.words,
    )
    lines = [*_lines(result), *_telling_lines(telling, result.evidence)]
    return told(replace(result, headline=_headline(result), lines=lines), brands_not_counted(library, asked, within))


def _asked(brands: list[str]) -> list[str]:
    """The brands, each once. Raises AnalystError unless there are two to ten that name something."""
    asked = {canonical(brand): brand for brand in reversed(brands) if canonical(brand)}
    if not FEWEST <= len(asked) <= MOST:
        raise AnalystError(
            f"A comparison needs {FEWEST} to {MOST} brands, and {count(len(asked), 'brand was', 'brands were')} named",
            todo='Name them apart, for example brands=["Nike", "Adidas"].',
        )
    return list(reversed(asked.values()))


def _figures(library: Library, present: list[Named], within: Selection) -> list[BrandFigures]:
    import pandas as pd

    namings = pd.concat([each.posts.assign(brand=each.name) for each in present], ignore_index=True)
    halves = _voice_by_half(namings)
    words = {word for each in present for word in canonical(each.name).split()}
    words |= {form for word in words for form in (word + "s", singular(word))}
    ids = {each.name: list(each.posts.id) for each in present}
    people = {each.name: set(each.posts.author) for each in present}
    found = []
    for each in present:
        name, posts = each.name, each.posts
        shares, net = shares_of(posts.sentiment), _net(posts)
        rest = [id_ for other in present if other is not each for id_ in ids[other.name]]
        own = people[name].difference(*(people[other] for other in people if other != name))
        strangers = {author for other in people if other != name for author in people[other]} - people[name]
        found.append(
            BrandFigures(
                name=name,
                posts=len(posts),
                people=len(people[name]),
                voice=len(posts) / len(namings),
                negative=shares.negative,
                neutral=shares.neutral,
                positive=shares.positive,
                mean=shares.mean,
                margin=margin(net, posts.author),
                likes_mean=_known(posts.likes.mean()),
                likes_median=_known(posts.likes.median()),
                replies_mean=_known(posts.replies.mean()),
                replies_median=_known(posts.replies.median()),
                earlier=halves.get((name, "earlier")),
                later=halves.get((name, "later")),
                over_time=_over_time(posts, namings),
                themes=contrast(
                    library, _these(ids[name]), _these(rest, "rest"), PHRASES, sure=LIKELY, leave_out=words
                ),
                crowd=_crowd(library, own, strangers, list(namings.id), within, words),
            )
        )
    return found


def _these(ids: list[str], name: str = "ids") -> Selection:
    return Selection(f"p.id IN (SELECT unnest(${name}))", {name: ids}, "")


def _crowd(
    library: Library, own: set[str], strangers: set[str], named: list[str], within: Selection, words: set[str]
) -> list[Contrast]:
    """What people of one crowd alone write of when they name none of the brands, against the other crowds."""
    besides = f"{within.where} AND p.id NOT IN (SELECT unnest($named)) AND p.author IN (SELECT unnest(${{}}))"
    values = {**within.values, "named": named}
    here = Selection(besides.format("own"), {**values, "own": sorted(own)}, "")
    others = Selection(besides.format("strangers"), {**values, "strangers": sorted(strangers)}, "")
    found = contrast(library, here, others, PHRASES, sure=CROWD_SURE, leave_out=words)
    kept = set(tellable_names([each.phrase for each in found]))
    return [each for each in found if each.phrase in kept]


def _voice_by_half(namings: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Share of voice of each brand in the earlier and the later half of the dated posts; empty for few posts."""
    dated = namings[namings["at"].notna()].sort_values(["at", "id"], kind="stable")
    if len(dated) < TREND_POSTS:
        return {}
    half = len(dated) // 2
    shares: dict[tuple[str, str], float] = {}
    for side, part in (("earlier", dated[:half]), ("later", dated[half:])):
        voice = part.brand.value_counts(normalize=True)
        shares |= {(name, side): float(voice.get(name, 0.0)) for name in namings.brand.unique()}
    return shares


def _over_time(posts: pd.DataFrame, namings: pd.DataFrame) -> dict[str, Period]:
    """Months in order, or years if the time compared is long; periods without a post are left out."""
    dated = posts[posts["at"].notna()]
    if dated.empty:
        return {}
    span = namings["at"].max().to_period("M") - namings["at"].min().to_period("M")
    groups = dated.groupby(dated["at"].dt.strftime("%Y-%m" if span.n < MONTHS else "%Y"))
    return {str(period): Period(len(part), float(_net(part).mean())) for period, part in groups}


def _net(posts: pd.DataFrame) -> pd.Series[float]:
    """(posts,) 1 for a positive one, −1 for a negative one."""
    return (posts.sentiment == "positive").astype(float) - (posts.sentiment == "negative").astype(float)


def _overlap(first: Named, second: Named) -> Overlap:
    one, two = set(first.posts.author), set(second.posts.author)
    both = len(one & two)
    return Overlap(first.name, second.name, both, both / len(one | two), both / len(one), both / len(two))


def _telling(library: Library, each: Named, present: list[Named]) -> dict[str, Evidence]:
    """The warmest and the coldest post on a brand; first those whose quotation names it, and it alone."""
    shared = {id_ for other in present if other is not each for id_ in other.posts.id}
    posts = each.posts.assign(alone=~each.posts.id.isin(shared), popular=each.posts.likes.fillna(0))
    posts["plain"] = posts.tagged & posts.shown
    found = {}
    for word, side in (("Warmest", "positive"), ("Coldest", "negative")):
        clear = posts[posts[side] > posts[["negative", "neutral", "positive"]].drop(columns=side).max(axis=1)]
        if len(clear):
            order = clear.assign(clear=clear[side].round(1)).sort_values(
                ["plain", "alone", "clear", "popular", "id"], ascending=[False, False, False, False, True]
            )
            found[word] = evidence_posts(library, [order.id.iloc[0]])[0]
    return found


def _headline(result: CompareBrands) -> Line:
    where, total = f" {result.subject}" if result.subject else "", cells.count(result.posts, "post", "posts")
    if len(result.brands) == 1:
        return lead(cells.name(result.brands[0].name, "brands.0.name"), " stands alone: ", total, f"{where} name it.")
    shares = [
        [cells.name(brand.name, f"brands.{place}.name"), " ", cells.percent(brand.voice, f"brands.{place}.voice")]
        for place, brand in enumerate(result.brands)
    ]
    mentions = sum(brand.posts for brand in result.brands)  # a post that names two is a mention of each
    counted = [total] if mentions == result.posts else [cells.count(mentions, "mention"), " in ", total]
    return lead("Share of voice in ", counted, f"{where}: ", listed(shares), ".", _warmest(result.brands))


def _warmest(brands: list[BrandFigures]) -> list[Part]:
    """Of which one people speak best and of which worst, with the posts behind; nothing where all are level."""
    warm, cold = _warm_and_cold(brands)
    if brands[warm].mean == brands[cold].mean:
        return [" The tone is level."]

    def told_of(place: int) -> list[Part]:
        at, brand = f"brands.{place}", brands[place]
        posts = cells.count(brand.posts, "post", f"{at}.posts")
        return [cells.name(brand.name, f"{at}.name"), " (", sides_told(_shares(brand), at), " of ", posts, ")"]

    return [" Warmest tone: ", told_of(warm), "; coldest: ", told_of(cold), "."]


def _warm_and_cold(brands: list[BrandFigures]) -> tuple[int, int]:
    """The places of the warmest and the coldest."""
    warm, cold = (choose(range(len(brands)), key=lambda place: brands[place].mean) for choose in (max, min))
    return warm, cold


def _shares(brand: BrandFigures) -> SentimentShares:
    return SentimentShares(brand.posts, brand.negative, brand.neutral, brand.positive)


def _lines(result: CompareBrands) -> list[Line]:
    brands = result.brands
    lines = [_brand_line(brand, f"brands.{place}") for place, brand in enumerate(brands)]
    if len(brands) > 1:
        lines.append(_verdict(brands))
    lines += [_overlap_line(pair, f"overlaps.{place}") for place, pair in enumerate(result.overlaps)]
    others = "the others" if len(brands) > 2 else "the other"
    for place, brand in enumerate(brands):
        name, at = cells.name(brand.name, f"brands.{place}.name"), f"brands.{place}"
        if brand.themes:
            said = _phrases(brand.themes, f"{at}.themes")
            lines.append(note("Said about ", name, f" more than about {others}: ", said, "."))
        if brand.crowd:
            said = _phrases(brand.crowd, f"{at}.crowd")
            lines.append(note("People who name only ", name, f" talk more than {others} about ", said, "."))
    if len(brands) > 1 and not any(brand.themes or brand.crowd for brand in brands):
        lines.append(note("These posts are too few to tell what sets the crowds apart."))
    return [*lines, *_moves(brands)]


def _moves(brands: list[BrandFigures]) -> list[Line]:
    """How the share of voice moved, where there are posts enough to tell."""
    moves: list[Part] = [
        [
            cells.name(brand.name, f"brands.{place}.name"),
            " from ",
            cells.percent(brand.earlier, f"brands.{place}.earlier"),
            " to ",
            cells.percent(brand.later, f"brands.{place}.later"),
        ]
        for place, brand in enumerate(brands)
        if brand.earlier is not None and brand.later is not None
    ]
    if len(moves) < 2:
        return []
    return [note("Share of voice from the earlier half of these posts to the later half: ", listed(moves), ".")]


def _brand_line(brand: BrandFigures, at: str) -> Line:
    parts: list[Part] = [
        cells.name(brand.name, f"{at}.name"),
        ": ",
        cells.count(brand.posts, "post", f"{at}.posts"),
        " by ",
        cells.count(brand.people, "person", f"{at}.people", "people"),
        GAP,
        sides_told(_shares(brand), at),
    ]
    for what in ("likes", "replies"):
        mean, median = getattr(brand, f"{what}_mean"), getattr(brand, f"{what}_median")
        if mean is not None:
            per = "likes a post" if what == "likes" else "replies a post"
            parts += [GAP, cells.number(mean, f"{at}.{what}_mean"), f" {per} (half get "]
            parts += [cells.number(median, f"{at}.{what}_median"), " or fewer)"]
    return figure(parts, ".")


def _verdict(brands: list[BrandFigures]) -> Line:
    """Whether the warmest and the coldest differ by more than chance."""
    warm, cold = _warm_and_cold(brands)

    def named(place: int) -> Cell:
        return cells.name(brands[place].name, f"brands.{place}.name")

    first, last = brands[warm].margin, brands[cold].margin
    if first is None or last is None:
        return note("Too few people name them to tell the tone toward ", named(warm), " and ", named(cold), " apart.")
    if brands[warm].mean - brands[cold].mean <= (first**2 + last**2) ** 0.5:
        return note("That people speak otherwise of ", named(warm), " than of ", named(cold), " may be chance.")
    return note("People speak more warmly of ", named(warm), " than of ", named(cold), ".")


def _overlap_line(pair: Overlap, at: str) -> Line:
    first, second = cells.name(pair.first, f"{at}.first"), cells.name(pair.second, f"{at}.second")
    if not pair.people:
        return note("Nobody names both ", first, " and ", second, ".")
    return note(
        cells.count(pair.people, "person names", f"{at}.people", "people name"),
        " both ",
        [first, " and ", second, ": ", cells.percent(pair.share_of_first, f"{at}.share_of_first")],
        [" of those who name ", first, ", ", cells.percent(pair.share_of_second, f"{at}.share_of_second")],
        [" of those who name ", second, "."],
    )


def _phrases(found: list[Contrast], at: str) -> list[Part]:
    return listed(cells.name(each.phrase, f"{at}.{place}.phrase") for place, each in enumerate(found))


def _telling_lines(telling: dict[str, dict[str, Evidence]], evidence: list[Evidence]) -> list[Line]:
    places = {post.id: place for place, post in enumerate(evidence)}
    return [
        line("post", f"{word} on ", cells.name(name), ": ", cells.said(post, f"evidence.{places[post.id]}"))
        for name, posts in telling.items()
        for word, post in posts.items()
    ]


def _warnings(present: list[Named], missing: dict[str, list[str]], within: Selection) -> list[Line]:
    warnings = []
    for name, near in missing.items():
        like: list[Part] = ["; names like it that do occur: ", listed(map(cells.name, near))] if near else []
        warnings.append(warning("Careful: nobody names ", cells.name(name), f" in {_posts_here(within)}", like, "."))
    for each in present:
        if len(each.posts) < SMALL_POSTS:
            few = cells.count(len(each.posts), "post names", many="posts name")
            warnings.append(warning("Careful: only ", few, " ", cells.name(each.name), "."))
        if each.left_out:
            plain = cells.count(each.left_out, "post uses", many="posts use")
            warnings.append(
                warning("Careful: ", plain, " ", cells.name(each.name), " as a plain word and did not count.")
            )
    return warnings


def _posts_here(within: Selection) -> str:
    return f"posts {within.words}" if within.words else "these posts"


def _or(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _known(value: float) -> float | None:
    """None for what pandas counts as missing."""
    return None if value != value else float(value)
