"""A library of posts whose readings are written by hand: no encoder runs, and every figure can be counted on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any, cast

from index.entities.mentions import Mention, canonical
from index.manifest import Manifest
from index.phrases.keywords import Phrase
from index.posts.record import Post
from index.store.facts import Facts, FactWriter, tables_of
from index.store.people import write_profiles
from index.versions.nearness import Nearness
from tools.library import Library

OPTIONAL = ("community", "likes", "shares", "replies", "lang", "reposted", "visibility", "bot")
TONES = {"good": (0.1, 0.1, 0.8), "bad": (0.7, 0.2, 0.1), "plain": (0.1, 0.8, 0.1)}  # negative, neutral, positive


def post(id: str, author: str, text: str, **more: Any) -> dict[str, Any]:
    """``at`` is an ISO time, ``tone`` one of TONES, ``names`` are tagged as organizations (or ``type``),
    ``phrases`` its key phrases; ``toward`` is the tone toward the names, where it is another one.
    Further keys are fields of a Post.
    """
    return {"id": id, "author": author, "text": text, "tone": "plain", "names": (), "phrases": (), **more}


def make_library(folder: Path, rows: list[dict[str, Any]], **manifest: Any) -> Library:
    """A library without vectors: what it is asked must not need any."""
    writer = FactWriter(folder / "facts")
    posts, tones = [_post(row) for row in rows], [TONES[row["tone"]] for row in rows]
    mentions = [[_mention(row, name) for name in row["names"]] for row in rows]
    phrases = [[Phrase(phrase, 0.5) for phrase in row["phrases"]] for row in rows]
    writer.add(tables_of(posts, tones, mentions, phrases))
    writer.close()
    write_profiles(folder / "facts")
    figures: dict[str, Any] = {
        "posts": len(rows),
        "people": len({row["author"] for row in rows}),
        "communities": len({row["community"] for row in rows if row.get("community")}),
        "first_post": min((row["at"] for row in rows if row.get("at")), default=None),
        "last_post": max((row["at"] for row in rows if row.get("at")), default=None),
        "encoder": "all-MiniLM-L6-v2",
        "ner": "shipped",
        "heads": {},
        "rejected": 0,
        "duplicates": 0,
        "sources": ["posts.jsonl"],
        "built_at": "2025-06-01T08:00:00+00:00",
        "seconds": 2.5,
        "posts_per_second": 40.0,
        "peak_mb": 900.0,
        "precision": "fp32",
    }
    return Library(folder, Manifest(**{**figures, **manifest}), Facts(folder / "facts"), cast(Nearness, None))


def _post(row: dict[str, Any]) -> Post:
    fields = {key: row[key] for key in OPTIONAL if key in row}
    when = datetime.fromisoformat(row["at"]) if row.get("at") else None
    return Post(row["id"], row["author"], row["text"], created_at=when, **fields)


def _mention(row: dict[str, Any], name: str) -> Mention:
    start = row["text"].index(name)
    return Mention(
        start,
        start + len(name),
        name,
        row.get("type", "organization"),
        canonical(name),
        TONES[row.get("toward", row["tone"])],
    )
