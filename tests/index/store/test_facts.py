"""Facts: what is written comes back, wherever the folder lies."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.entities.mentions import Mention
from index.phrases.keywords import Phrase
from index.posts.record import Post
from index.store.facts import Facts, FactWriter, tables_of
from index.store.people import write_profiles

NOON = datetime(2024, 3, 1, 12, tzinfo=UTC)
POSTS = [
    Post("1", "o'ana", "it's; DROP TABLE posts", NOON, "nike", 5, 1, 0, "en", "https://x.example"),
    Post("2", "ben", 'a "quoted"\ntext 🙂'),
]


def stored(folder: Path) -> Facts:
    writer = FactWriter(folder)
    mentions = [[Mention(0, 4, "Nike", "organization", "nike", (0.1, 0.2, 0.7))], []]
    writer.add(tables_of(POSTS, [[0.1, 0.2, 0.7], [0.6, 0.3, 0.1]], mentions, [[], [Phrase("a text", 0.5)]]))
    writer.add(tables_of([Post("3", "ben", "later")], [[0.3, 0.4, 0.3]], [[]], [[]]))
    writer.close()
    write_profiles(folder)
    return Facts(folder)


@pytest.mark.parametrize("name", ["plain", "it's", "a b", "ünï 🙂", 'double"', "posts[1]", "what?[a-b]*"])
def test_round_trip(tmp_path: Path, name: str) -> None:
    facts = stored(tmp_path / name)
    assert facts.rows("SELECT id, author, text, community, likes FROM posts ORDER BY id") == [
        ("1", "o'ana", POSTS[0].text, "nike", 5), ("2", "ben", POSTS[1].text, None, None), ("3", "ben",
        "later", None, None),
    ]  # fmt: skip
    assert facts.rows("SELECT sentiment FROM posts ORDER BY id") == [("positive",), ("negative",), ("neutral",)]
    (mention,) = facts.rows("SELECT * FROM mentions")
    assert mention[:6] == ("1", 0, 4, "Nike", "organization", "nike")
    assert mention[6:] == pytest.approx((0.1, 0.2, 0.7))
    assert facts.rows("SELECT post, phrase FROM phrases") == [("2", "a text")]
    assert facts.rows("SELECT author, posts, main_hour FROM people") == [("ben", 2, None), ("o'ana", 1, 12)]
    facts.close()


def test_values_are_parameters(tmp_path: Path) -> None:
    facts = stored(tmp_path)
    assert facts.rows("SELECT id FROM posts WHERE author = ?", ["o'ana"]) == [("1",)]
    assert facts.rows("SELECT id FROM posts WHERE author = $who", {"who": "o'ana"}) == [("1",)]
    assert facts.frame("SELECT count(*) AS n FROM posts")["n"].tolist() == [3]
    ((moment,),) = facts.rows("SELECT created_at FROM posts WHERE id = '1'")
    assert moment.astimezone(UTC) == NOON


def test_threads_share_facts(tmp_path: Path) -> None:
    facts = stored(tmp_path)
    seen: list[object] = []
    threads = [
        threading.Thread(target=lambda i=i: seen.extend(facts.rows("SELECT ?::INT", [i])))  # type: ignore[misc]
        for i in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == [(i,) for i in range(16)]  # type: ignore[type-var]


def test_people_of_posts_without_community_or_date(tmp_path: Path) -> None:
    writer = FactWriter(tmp_path)
    writer.add(tables_of(POSTS[1:], [[0.1, 0.2, 0.7]], [[]], [[]]))
    writer.close()
    write_profiles(tmp_path)
    facts = Facts(tmp_path)
    assert facts.rows("SELECT likes, first_post FROM people") == [(None, None)]
    assert facts.rows("SELECT author FROM people WHERE main_community IS NULL") == [("ben",)]
    assert facts.rows("SELECT author FROM people WHERE main_community = 'nike'") == []
    facts.close()
