"""Names and their plurals: "Tesla" and "Teslas" are one maker where posts speak of the one more than of the many."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from index.inflection import singular
from index.store.facts import MENTIONS

MADE = ("organization", "product")  # what is made is counted in pieces; the Eagles are no bird


def merge_plurals(facts: Path) -> int:
    """Gives plural mentions the canonical name of their singular; returns how many names were merged.

    Only of what is mostly organization or product, and only where the singular is at least as common: Windows stays
    apart from a window, and Vans from a van.
    """
    path = facts / "mentions.parquet"
    singulars = _singulars(path)
    if not singulars:
        return 0
    partial = path.with_suffix(".partial")
    with pq.ParquetFile(path) as mentions, pq.ParquetWriter(partial, MENTIONS, compression="zstd") as merged:
        for group in range(mentions.num_row_groups):  # one at a time: memory stays flat
            rows = mentions.read_row_group(group)
            names = [singulars.get(name, name) for name in rows.column("canonical").to_pylist()]
            place = rows.schema.get_field_index("canonical")
            merged.write_table(rows.set_column(place, MENTIONS.field("canonical"), pa.array(names, pa.string())))
    partial.replace(path)
    return len(singulars)


def _singulars(path: Path) -> dict[str, str]:
    """Plural canonical names that mean the same as a singular one, and that one."""
    named = pq.read_table(path, columns=["canonical", "type"])
    made = pc.is_in(named.column("type"), pa.array(MADE)).cast(pa.float32())
    seen = named.append_column("made", made).group_by("canonical").aggregate([("made", "count"), ("made", "mean")])
    times = {row["canonical"]: (row["made_count"], row["made_mean"]) for row in seen.to_pylist()}
    return {
        name: singular(name)
        for name, (count, share) in times.items()
        if singular(name) != name
        and (one := times.get(singular(name))) is not None
        and min(share, one[1]) > 0.5
        and one[0] >= count
    }
