"""Results as pictures, each with the table behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tools.analyze_sentiment import AnalyzeSentiment
from tools.brief.found import WriteBrief
from tools.changes.found import ComparePeriods
from tools.charts.audience import lift_chart, probability_chart
from tools.charts.brands import brand_chart, brand_time_chart
from tools.charts.brief import (
    brief_audience_chart,
    brief_complaint_chart,
    brief_lift_chart,
    brief_praise_chart,
    brief_tone_chart,
    brief_week_chart,
)
from tools.charts.canvas import Chart
from tools.charts.engagement import engagement_chart, week_chart
from tools.charts.periods import period_chart
from tools.charts.phrases import entity_chart, keyword_chart
from tools.charts.ranks import lookalike_chart, rank_chart
from tools.charts.segments import segment_chart
from tools.charts.sentiment import sentiment_chart
from tools.charts.themes import theme_chart
from tools.compare_brands import CompareBrands
from tools.exports.asked import CONDITIONS, asked_words
from tools.extract_entities import ExtractEntities
from tools.extract_keywords import ExtractKeywords
from tools.find_audience import FindAudience
from tools.find_lookalikes import FindLookalikes
from tools.library import Library
from tools.list_segments import ListSegments
from tools.measure_engagement import MeasureEngagement
from tools.rank import Rank
from tools.result.result import ToolResult
from tools.result.words import count
from tools.summarize_themes import SummarizeThemes

__all__ = ["Chart", "chart", "charts"]

# Each takes the library and the result, and gives None where there is nothing to draw.
MAKERS: dict[type[ToolResult], tuple[Callable[[Library, Any], Chart | None], ...]] = {
    FindAudience: (probability_chart, lift_chart),
    FindLookalikes: (lookalike_chart,),
    Rank: (rank_chart,),
    AnalyzeSentiment: (sentiment_chart,),
    MeasureEngagement: (engagement_chart, week_chart),
    CompareBrands: (brand_chart, brand_time_chart),
    ComparePeriods: (period_chart,),
    ListSegments: (segment_chart,),
    WriteBrief: (
        brief_audience_chart,
        brief_lift_chart,
        brief_tone_chart,
        brief_praise_chart,
        brief_complaint_chart,
        brief_week_chart,
    ),
    SummarizeThemes: (theme_chart,),
    ExtractKeywords: (keyword_chart,),
    ExtractEntities: (entity_chart,),
}


def chart(library: Library, result: ToolResult) -> Chart | None:
    """The picture that says most of a result; None where a picture would say nothing."""
    return next(iter(charts(library, result)), None)


def charts(library: Library, result: ToolResult, given: Mapping[str, Any] | None = None) -> list[Chart]:
    """Every picture of a result, the one that says most first; below it stand the conditions of the call that was
    ``given``.
    """
    made = (make(library, result) for make in MAKERS.get(type(result), ()))
    return [replace(found, source=_source(library, given or {})) for found in made if found is not None]


def _source(library: Library, given: Mapping[str, Any]) -> str:
    """Of which posts a picture is made, and what narrowed them."""
    conditions = asked_words({key: value for key, value in given.items() if key in CONDITIONS})
    narrowed = "".join(f"{name}: {value}. " for name, value in conditions)
    held = library.manifest
    span = f", {held.first_post[:10]} to {held.last_post[:10]}" if held.first_post and held.last_post else ""
    return f"{narrowed}Made of {count(held.posts, 'post')} in {library.path.resolve().name}{span}"
