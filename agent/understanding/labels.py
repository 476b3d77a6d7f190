"""What the question reader can tell apart: the classes of its outputs, by which its weights are ordered.

The order of every tuple is part of the weights: appending is a new training, reordering breaks the shipped ones.
"""

from __future__ import annotations

TOOLS = (
    "find_audience", "explain_match", "get_profile", "search_posts", "analyze_sentiment", "extract_entities",
    "extract_keywords", "compare_brands", "measure_engagement", "list_segments", "describe_data",
)  # fmt: skip
SMALL_TALK = ("greet", "thanks", "help", "goodbye", "off_topic", "out_of_reach", "sensitive", "injection", "gibberish")
KINDS = TOOLS + SMALL_TALK
SLOTS = (
    "subject", "interests", "user", "text", "community", "limit", "since", "until", "during", "brands", "count", "nth",
)  # fmt: skip
TAGS = ("O", *(f"{prefix}-{slot}" for slot in SLOTS for prefix in "BI"))
CHOICES: dict[str, tuple[str, ...]] = {
    "sentiment": ("", "positive", "neutral", "negative"),
    "by": ("", "day", "week", "month", "year", "community", "user", "hour", "weekday"),
    "type": ("", "person", "organization", "product", "location", "group", "work"),
}
CARRIED = (
    "subject", "user", "text", "community", "since", "until", "limit", "sentiment", "by", "type", "interests", "brands",
    "count",
)  # fmt: skip
MARKS = 9  # letter-case shapes of the question's words, and one mark for the context
CONTEXT = MARKS - 1
