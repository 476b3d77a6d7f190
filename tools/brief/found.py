"""What a brief holds: of each part the result of the tool that found it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tools.analyze_sentiment import AnalyzeSentiment
from tools.count import Count
from tools.extract_entities import ExtractEntities
from tools.extract_keywords import ExtractKeywords
from tools.find_audience import FindAudience, unknown_campaign
from tools.measure_engagement import MeasureEngagement
from tools.rank import Rank
from tools.result.result import ToolResult
from tools.selection.measures import Group
from tools.summarize_themes import SummarizeThemes


@dataclass(frozen=True, kw_only=True)
class WriteBrief(ToolResult):
    """A brief for ``campaign``; ``asked`` are the arguments beside it that were given.

    ``scope`` says in words which posts were looked at, empty for all. ``about`` counts those about the campaign,
    ``praise`` and ``complaints`` those of them that are positive and negative toward it; ``tone`` quotes the clearest.
    ``places`` ranks the communities of these posts; ``homes`` are those in which most people of ``audience`` write. A
    part is None where the posts do not hold enough, or where there is nothing to ask; ``missing`` has the sentence of a
    tool that could not find its part, by the name of the field.
    """

    campaign: str
    asked: dict[str, Any]
    scope: str
    audience: FindAudience
    about: Count | None = None
    praise: Count | None = None
    complaints: Count | None = None
    tone: AnalyzeSentiment | None = None
    praise_themes: SummarizeThemes | None = None
    complaint_themes: SummarizeThemes | None = None
    phrases: ExtractKeywords | None = None
    names: ExtractEntities | None = None
    places: Rank | None = None
    homes: list[Group] = field(default_factory=list)
    timing: MeasureEngagement | None = None
    missing: dict[str, str] = field(default_factory=dict)

    @property
    def posts(self) -> int:
        """How many posts are about the campaign."""
        return self.about.value if self.about is not None else 0

    @property
    def is_guess(self) -> bool:
        """Whether nothing in the data comes near to the campaign."""
        return unknown_campaign(self.audience.query) in self.audience.warnings
