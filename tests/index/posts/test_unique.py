"""Duplicates, and different posts that share an id."""

from __future__ import annotations

from index.posts.record import Post
from index.posts.report import Report
from index.posts.unique import Unique


def test_ids_that_are_unique_in_their_place_only_drop_no_post() -> None:
    report = Report(posts=8)
    unique = Unique(report)
    posts = [
        Post("1", "ana", "hello", community="a"),
        Post("1", "ana", "hello", community="a"),
        Post("1", "ana", "edited", community="a"),
        Post("1", "ana", "hello", community="b"),
        Post("1", "ben", "hi"),
        Post("170000000000000000", "ana", "one"),
        Post("170000000000000000", "ana", "two"),
        Post("at://x/post/1", "ana", "x"),
    ]
    kept = [post for post in map(unique.admit, posts) if post is not None]
    assert [post.text for post in kept] == ["hello", "hello", "hi", "one", "two", "x"]
    assert len({post.id for post in kept}) == 6
    assert (report.posts, report.duplicates, report.renamed) == (6, 2, 3)
