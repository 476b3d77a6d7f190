"""Brands side by side as HTML: a column for each."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from agent.page.views.figures.tones import tone_count
from agent.page.views.html import part, render
from tools.compare_brands import CompareBrands
from tools.library import Library
from tools.result.tones import SIDES, SentimentShares
from tools.result.words import count, percent
from tools.selection.brand_posts import BrandFigures

Cell = Callable[[BrandFigures], str]


def brands_html(result: CompareBrands, library: Library | None) -> Markup:
    """What is counted of each brand, who names several, and what is said of one more than of the others."""
    brands = result.brands
    rows = [[name, *map(cell, brands)] for name, cell in _rows()]
    rows = [row for row in rows if any(each != "–" for each in row[1:])]
    rows.append(["Tone", *(part("tone_bar", [getattr(brand, side) for side in SIDES]) for brand in brands)])
    both = [
        [f"{pair.first} and {pair.second}", f"{pair.people:,}", *_parts(pair.people, pair.first, pair.second, brands)]
        for pair in result.overlaps
    ]
    talked = [(f"Said about {each.name} more than about the others", each.themes) for each in brands]
    talked += [(f"People who name only {each.name} talk more about", each.crowd) for each in brands]
    return render(
        "brands.html.j2", heads=["", *(brand.name for brand in brands)], rows=rows, both=both,
        talked=[(told, [each.phrase for each in phrases]) for told, phrases in talked if phrases],
        missing=result.missing,
        counted=f"{count(result.posts, 'post')} {'names' if result.posts == 1 else 'name'} one or more of them",
    )  # fmt: skip


def _rows() -> list[tuple[str, Cell]]:
    return [
        ("Posts that name it", lambda each: f"{each.posts:,}"),
        ("People who do", lambda each: f"{each.people:,}"),
        ("Share of all these mentions", lambda each: percent(each.voice)),
        *((f"{side.capitalize()} posts", _tone(side)) for side in SIDES),
        ("Likes a post, on average", lambda each: _number(each.likes_mean)),
        ("Half of the posts get at most (likes)", lambda each: _number(each.likes_median)),
        ("Replies a post, on average", lambda each: _number(each.replies_mean)),
        ("Half of the posts get at most (replies)", lambda each: _number(each.replies_median)),
        ("Share of mentions in the earlier half", lambda each: _share(each.earlier)),
        ("Share of mentions in the later half", lambda each: _share(each.later)),
    ]


def _tone(side: str) -> Cell:
    def cell(each: BrandFigures) -> str:
        return tone_count(SentimentShares(each.posts, each.negative, each.neutral, each.positive), side)

    return cell


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}".removesuffix(".0")


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _parts(both: int, first: str, second: str, brands: list[BrandFigures]) -> tuple[str, str]:
    people = {brand.name: brand.people for brand in brands}
    return (
        f"{both:,} of the {people[first]:,} who name {first}",
        f"{both:,} of the {people[second]:,} who name {second}",
    )
