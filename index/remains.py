"""Whether anything is left of what was asked to be removed: all places of an index that could hold it are looked at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from index.audiences import NAME as AUDIENCES
from index.audiences import read_audiences
from index.removals import Removals, standing_removals
from index.store.facts import Facts

MENTION = re.compile(r"[^\s,;:()\[\]{}\"'“”<>|]+")


def remains(index: Path, folder: Path, asked: Removals) -> Iterator[tuple[str, str]]:
    """By file what is left of it in a version in ``folder``, and in the audiences of ``index``.

    That mentions, phrases, vectors and Chroma hold nothing but what belongs to the posts and people of the facts is
    another check (``index.check``).
    """
    if not asked:
        return
    facts = Facts(folder / "facts")
    posts = facts.rows("SELECT id, author, text, created_at FROM posts")
    people = [author for (author,) in facts.rows("SELECT author FROM people")]
    facts.close()
    if left := sum(asked.ask_for(*row) for row in posts):
        yield "facts/posts.parquet", f"holds {left:,} posts whose removal was asked for"
    if left := sum(map(asked.has_author, people)):
        yield "facts/people.parquet", f"has {left:,} people whose removal was asked for"
    with (folder / "rejects.jsonl").open(encoding="utf-8") as rejects:
        if left := sum(bool(json.loads(line).get("raw")) for line in rejects):
            yield "rejects.jsonl", f"quotes {left:,} rows, which may be of people whose removal was asked for"
    for each in read_audiences(index).values():
        if left := sum(map(asked.has_author, each.people)) or named_in([each.origin], asked):
            yield AUDIENCES, f"has {left:,} people in {each.name} whose removal was asked for"


def forgotten_in(index: Path, conversations: Sequence[Sequence[str]]) -> int:
    """In how many conversations, given by their texts, somebody is named whose removal from an index was asked for."""
    asked = standing_removals(index)
    return sum(named_in(texts, asked) > 0 for texts in conversations) if asked.authors else 0


def named_in(texts: Iterable[str], asked: Removals) -> int:
    """How many of the ``texts`` name a person whose removal was asked for, by words that could be a handle."""
    return sum(any(asked.has_author(word.strip(".!?*_`")) or asked.has_author(word) for word in MENTION.findall(text))
               for text in texts)  # fmt: skip
