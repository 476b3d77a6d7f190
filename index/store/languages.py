"""Languages of stored posts: one that is too short to tell is in its author's."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from index.store.facts import POSTS, Facts

UNTOLD = "?"  # in counts: neither the export nor the identifier nor the author's other posts tell
_MAJORITY = """
SELECT author, mode(lang) FROM posts WHERE lang IS NOT NULL AND author IN (SELECT author FROM posts WHERE lang IS NULL)
GROUP BY author
"""


def settle_languages(folder: Path) -> dict[str, int]:
    """Give posts without a language that of most of their author's, in ``posts.parquet`` of the facts folder; the order
    of the posts stays. Returns how many posts are in each language.
    """
    facts = Facts(folder)
    whose = dict(facts.rows(_MAJORITY))
    if whose:
        _fill(folder / "posts.parquet", whose)
        facts.close()
        facts = Facts(folder)
    counts = facts.rows("SELECT coalesce(lang, ?), count(*) FROM posts GROUP BY 1 ORDER BY 2 DESC, 1", [UNTOLD])
    facts.close()
    return dict(counts)


def _fill(path: Path, whose: dict[str, str]) -> None:
    file, partial = pq.ParquetFile(path), path.with_suffix(".partial")
    place = POSTS.get_field_index("lang")
    with pq.ParquetWriter(partial, POSTS, compression="zstd") as writer:
        for group in range(file.num_row_groups):
            table = file.read_row_group(group)
            authors, langs = table.column("author").to_pylist(), table.column("lang").to_pylist()
            settled = [whose.get(author) if lang is None else lang for author, lang in zip(authors, langs, strict=True)]
            writer.write_table(table.set_column(place, POSTS.field(place), pa.array(settled, pa.string())))
    file.close()
    partial.replace(path)
