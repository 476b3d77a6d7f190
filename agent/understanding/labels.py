"""What the question reader can tell apart: the classes of its outputs, by which its weights are ordered.

The order of every tuple is part of the weights: appending is a new training, reordering breaks the shipped ones.
"""

from __future__ import annotations

TOOLS = (
    "find_audience", "explain_match", "get_profile", "search_posts", "analyze_sentiment", "extract_entities",
    "extract_keywords", "compare_brands", "measure_engagement", "list_segments", "describe_data",
    "find_lookalikes", "summarize_themes", "compare_periods", "count", "rank", "write_brief", "explain_method",
    "cannot_tell",
)  # fmt: skip
# "nowhere": what the question points at ("why her?") was never said.
SMALL_TALK = ("greet", "thanks", "help", "goodbye", "off_topic", "injection", "gibberish", "nowhere")
KINDS = TOOLS + SMALL_TALK
LISTS = (
    "interests", "brands", "users", "also", "likes", "dislikes", "names", "never_names", "never_dislikes", "active_in",
    "exclude", "among", "without", "never_likes", "never_active_in",
)  # fmt: skip
NUMBERS = ("limit", "count", "min_posts", "min_likes", "at_least")
SLOTS = (
    "subject", "user", "text", "community", "since", "until", "during", "before", "after", "language", "nth",
    *LISTS, *NUMBERS,
)  # fmt: skip
# Arguments that are said in the words of another, whose tag they have: the words around it tell them apart
# (``bounds``, ``wording``). They are carried over together, times that do not count with other things left out.
SAID_AS = {
    "max_likes": "min_likes", "max_posts": "min_posts", "min_replies": "min_likes", "max_replies": "min_likes",
    "not_in": "never_active_in", "not_during": "during",
}  # fmt: skip
KEPT_AS = SAID_AS | {"not_during": "without"}
SEVERAL = (*LISTS, "not_in", "not_during")
AMOUNTS = (*NUMBERS, "max_likes", "max_posts", "min_replies", "max_replies")
TAGS = ("O", *(f"{prefix}-{slot}" for slot in SLOTS for prefix in "BI"))
SPANS_OF_TIME = ("hour", "weekday", "day", "week", "month", "year")
CHOICES: dict[str, tuple[str, ...]] = {
    "sentiment": ("", "positive", "neutral", "negative"),
    "by": (
        "", *SPANS_OF_TIME, "community", "user", "posts", "people", "likes", "replies", "shares", "engagement",
        "positive", "negative", "tone", "growth",
    ),
    "type": ("", "person", "organization", "product", "location", "group", "work", "brand"),
    "of": ("", "posts", "people", "communities", "names", "post", "person", "community", "name", "phrase",
           *SPANS_OF_TIME),
    "order": ("", "most", "least", "likes", "newest", "oldest"),
    "why": ("", "sensitive", "not_in_posts", "future", "action", "outside"),
    "term": (
        "", "Probability of engaging", "Interval", "Expected engaged", "Lift", "Tone", "Share of voice",
        "Posts about a name", "Names that come up", "Key phrases", "Themes", "Engagement", "Segments", "Lookalikes",
        "Growth", "Overlap", "Small samples", "Accuracy", "Where the data goes", "What is never inferred",
        "What posts do not say", "The model",
    ),
}  # fmt: skip
# What a question points at without naming it: an entry of the list before, all of it, the person or subject last
# spoken of, or what only the next part of the same question names.
REFERS = ("", "first", "second", "third", "last", "all", "person", "subject", "next")
# The argument that the thing pointed at fills.
ROLES = (
    "", "subject", "user", "community", "during", "brands", "users", "exclude", "among", "likes", "dislikes", "names",
)  # fmt: skip
# How a question changes the list before: by what it says ("edit"), in length, or by taking the last change back.
EDITS = ("", "edit", "more", "fewer", "double", "half", "undo")
POINTERS: dict[str, tuple[str, ...]] = {"refers": REFERS, "role": ROLES, "edit": EDITS}
CARRIED = (
    "subject", "user", "text", "community", "since", "until", "before", "after", "language", "sentiment", "by", "type",
    "of", "order", *LISTS, *NUMBERS,
)  # fmt: skip
# What the index knows a word as, by the order of the embeddings: nothing, or one of these.
KNOWN = ("", "community", "person", "name")
MARKS = 9  # letter-case shapes of the question's words, and one mark for the context
CONTEXT = MARKS - 1
