"""One profile per author: a row of figures and a vector, made from the author's posts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from index.encoding.trunk import WIDTH
from index.store.facts import Facts

# Figures of a person; what they talk about is aggregated from mentions and phrases when it is asked for.
PROFILES = """
SELECT author,
       count(*)                                    AS posts,
       min(created_at)                             AS first_post,
       max(created_at)                             AS last_post,
       count(DISTINCT community)                   AS communities,
       avg(negative)                               AS negative,
       avg(neutral)                                AS neutral,
       avg(positive)                               AS positive,
       avg(likes)                                  AS likes,
       avg(shares)                                 AS shares,
       avg(replies)                                AS replies,
       {community}                                 AS main_community,
       {hour}                                      AS main_hour,
       count(reposted)                             AS reposts,
       {lang}                                      AS lang,
       {bot}                                       AS bot
FROM posts GROUP BY author ORDER BY author
"""


def commonest(of: str) -> str:
    """SQL of the commonest value of ``of``, of several the first in their order: ``mode`` takes any, as threads run."""
    pair = "lambda each: struct_pack(n := -each.value::BIGINT, v := each.key)"
    return f"list_sort(list_transform(map_entries(histogram({of})), {pair}))[1].v"


# Why an account is hardly a person, NULL where it may be one. Behaviour: ten long posts of which half or more have been
# said word for word before, or a hundred that begin alike at all hours of the day. People say "thanks" often, so only
# texts from LONG characters on count, and only an account's own words.
_LONG = 20
_OWN = f"reposted IS NULL AND length(text) >= {_LONG}"
BOT = f"""
CASE WHEN bool_or(bot) THEN 'says so'
     WHEN count(*) FILTER (WHERE {_OWN}) >= 10
          AND count(DISTINCT hash(text)) FILTER (WHERE {_OWN}) * 2 <= count(*) FILTER (WHERE {_OWN})
     THEN 'the same texts again and again'
     WHEN count(*) FILTER (WHERE {_OWN}) >= 100 AND count(DISTINCT hour(created_at AT TIME ZONE 'UTC')) = 24
          AND count(DISTINCT left(text, 16)) FILTER (WHERE {_OWN}) * 3 <= count(*) FILTER (WHERE {_OWN})
     THEN 'texts that begin alike at all hours'
END"""


class PeopleVectors:
    """Sums the vectors of each author's posts while they stream by; memory grows with people, not posts."""

    def __init__(self) -> None:
        self._sums: dict[str, np.ndarray] = {}

    def add(self, author: str, vector: np.ndarray) -> None:
        if author in self._sums:
            self._sums[author] += vector
        else:
            self._sums[author] = vector.astype(np.float32)

    def means(self) -> tuple[list[str], np.ndarray]:
        """All authors, sorted, and the mean direction of each (people, 384), of unit length."""
        authors = sorted(self._sums)
        matrix = np.zeros((len(authors), WIDTH), dtype=np.float32)
        for row, author in enumerate(authors):
            matrix[row] = self._sums[author]
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True) + 1e-9
        return authors, matrix

    def __len__(self) -> int:
        return len(self._sums)


def write_profiles(folder: Path) -> None:
    """Make ``people.parquet`` from ``posts.parquet`` in the facts folder; it is there when it is whole."""
    facts = Facts(folder)
    frame = facts.frame(
        PROFILES.format(
            bot=BOT,
            community=commonest("community"),
            hour=commonest("hour(created_at AT TIME ZONE 'UTC')"),
            lang=commonest("lang"),
        )
    )
    facts.close()
    import pyarrow as pa

    path = folder / "people.parquet"
    partial = path.with_suffix(".partial")
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), partial, compression="zstd")
    partial.replace(path)
