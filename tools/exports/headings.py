"""Headings of tables that people read: what a column holds, in words. CSV and JSON keep the names of the fields."""

from __future__ import annotations

WORDS = {
    "handle": "Person", "user": "Person", "low": "Likely at least", "high": "Likely at most",
    "probability": "How likely", "reasons": "Why", "against": "Why not", "evidence": "Posts behind it (ids)",
    "quotes": "What they wrote", "of": "Of which", "value": "Figure", "voice": "Share of all mentions",
    "mean": "Positive less negative (share)", "margin": "Give or take", "tone margin": "Give or take",
    "tone": "Positive less negative (share)", "likes mean": "Likes a post, on average",
    "likes median": "Likes: half of the posts get at most", "replies mean": "Replies a post, on average",
    "replies median": "Replies: half of the posts get at most", "earlier": "Share of mentions, earlier half",
    "later": "Share of mentions, later half", "jaccard": "Share of all who name either",
    "share of first": "Share of those who name the first", "share of second": "Share of those who name the second",
    "lift": "Times as common", "z": "How sure (higher is surer)", "p": "How likely by chance alone",
    "sure": "More than chance",
    "typical": "On average (no single post decides)", "median": "Half of the posts get at most",
    "weight": "How much it sets these posts apart", "score": "How near to what was asked",
    "found": "Found in all", "nowhere": "Share in no theme", "others": "Share in smaller themes",
    "stability": "How alike the groups come out in other samples", "silhouette": "How well parted the groups are",
    "trials": "Numbers of groups that were tried", "trend": "Change of tone, later half less earlier half",
    "trend sure": "Change is more than chance",
    "shares positive": "Share positive", "shares negative": "Share negative",
    "shares neutral": "Share neutral", "shares mean": "Positive less negative (share)",
    "shares posts": "Posts read for tone",
    "drawn in": "Share of posts at each end that count no more than the next", "confidence": "In how many of 100 cases",
    "entities": "Names", "keywords": "Words that set these posts apart", "segments": "Groups", "type": "Kind",
    "encoder": "Read by", "ner": "Names found by", "heads": "Models that read the posts",
    "precision": "Numbers of the models",
    "sentiment": "Tone", "created at": "When", "text": "Words of the post", "id": "Post (id)",
    "lift curve": "Share that is reached",
    "people": "People", "considered": "People ranked", "calibrated on": "Checked on", "measured on": "Checked on",
    "expected engaged": "People who should engage", "needed": "Needed for the best 5 %", "accuracy": "How right it is",
    "criterion": "How the number of groups was chosen",
}  # fmt: skip


def heading(column: str) -> str:
    """What a column or a table is called where people read it: ``likes_mean`` is "Likes a post, on average"."""
    plain = column.replace("_", " ")
    if plain in WORDS:
        return WORDS[plain]
    for end in sorted(WORDS, key=len, reverse=True):  # a part of another record: ``everyone_typical``
        if len(end) > 2 and plain.endswith(f" {end}"):
            return f"{plain[: -len(end) - 1].capitalize()}, {WORDS[end][:1].lower()}{WORDS[end][1:]}"
    return plain[:1].upper() + plain[1:]
