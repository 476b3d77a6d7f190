"""What a person's posts have most of."""

from __future__ import annotations

import duckdb

from index.store.people import commonest


def test_of_several_that_are_as_common_the_first_is_taken() -> None:
    facts = duckdb.connect()
    facts.execute("SET threads = 4")
    facts.execute("CREATE TABLE posts AS SELECT * FROM (VALUES ('ana', 'tea'), ('ana', 'ale'), ('ben', NULL)) v(a, x)")
    rows = facts.execute(f"SELECT a, {commonest('x')} FROM posts GROUP BY a ORDER BY a").fetchall()
    assert rows == [("ana", "ale"), ("ben", None)]
    facts.execute("INSERT INTO posts VALUES ('ana', 'tea')")
    assert facts.execute(f"SELECT {commonest('x')} FROM posts WHERE a = 'ana'").fetchone() == ("tea",)
