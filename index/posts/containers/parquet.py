"""Parquet as rows, a piece at a time: what unpacks to far more than it holds, or lies out of bounds, stops nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from index.errors import AnalystError
from index.posts.containers.documents import Section
from index.posts.containers.streams import Content, OnBytes, check_ratio, undamaged

_ROWS = 4096  # read at once
_PIECE = 1 << 25  # bytes of which Python's objects are made at once
_TEXTS = ("STRING", "JSON", "ENUM")
_POINTER = 8  # bytes that Python needs at least for an item of a list
_BEYOND = math.inf  # stands for a moment beyond the years that Python knows, and is no date


def parquet_of(content: Content, on_bytes: OnBytes) -> Section:
    """The rows of a Parquet file. Raises AnalystError if it cannot be read."""
    return Section(_rows(content, on_bytes))


def _rows(content: Content, on_bytes: OnBytes) -> Iterator[Any]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    source = content.source
    plain = not content.packing and not source.container.startswith("zip") and Path(source.name).is_file()
    with undamaged(source.name):
        packed = b""
        if not plain:
            with content.open() as stream:
                packed = stream.read()
    try:
        place = Path(source.name) if plain else pa.BufferReader(packed)
        file = pq.ParquetFile(place)
        # A text that a million rows share stands in the file once; read as a dictionary it does so in memory too.
        texts = [column.path for column in _columns(file.schema) if column.logical_type.type in _TEXTS]
        file = pq.ParquetFile(place, metadata=file.metadata, read_dictionary=texts)
        groups = max(1, file.metadata.num_row_groups)
        check_ratio(_cells(file.metadata), source.size, source.name)
        counted = unpacked = 0
        for batch in file.iter_batches(batch_size=_ROWS):
            step = min(source.size - counted, source.size // (groups + 1) // 8)
            counted += step
            on_bytes(step)
            size = sum(map(_size, batch.columns))
            unpacked += size
            check_ratio(unpacked, source.size, source.name)
            rows = max(1, batch.num_rows * _PIECE // max(size, _PIECE))
            for start in range(0, batch.num_rows, rows):
                yield from _dicts(batch.slice(start, rows))
        on_bytes(source.size - counted)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise AnalystError("The Parquet file cannot be read", where=source.name, todo="Export it again.") from error


def _cells(metadata: Any) -> int:
    """How many values the file says it has, those inside lists among them."""
    groups = (metadata.row_group(place) for place in range(metadata.num_row_groups))
    return sum(group.column(place).num_values for group in groups for place in range(group.num_columns))


def _columns(schema: Any) -> Iterator[Any]:
    return (schema.column(place) for place in range(len(schema)))


def _size(array: Any) -> int:
    """About how many bytes the values take when each stands by itself."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = array.type
    if pa.types.is_dictionary(kind):
        return pc.sum(pc.take(pc.binary_length(array.dictionary), array.indices)).as_py() or 0
    if pa.types.is_map(kind):
        return _size(array.keys) + _size(array.items) + 2 * _POINTER * len(array.keys)
    if pa.types.is_struct(kind):
        return sum(map(_size, array.flatten()))
    if pa.types.is_nested(kind):
        return _size(inner := array.flatten()) + _POINTER * len(inner)
    return int(array.nbytes)


def _dicts(batch: Any) -> list[dict[str, Any]]:
    columns = {name: _values(batch.column(place)) for place, name in enumerate(batch.schema.names)}
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _values(column: Any) -> list[Any]:
    """The values of a column: bytes where they are no UTF-8, no moment where a date lies beyond the years."""
    import pyarrow as pa

    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    try:
        return column.to_pylist()
    except (UnicodeDecodeError, OverflowError, ValueError):
        return [_value(scalar) for scalar in column]


def _value(scalar: Any) -> Any:
    try:
        return scalar.as_py()
    except UnicodeDecodeError:
        return scalar.as_buffer().to_pybytes() if hasattr(scalar, "as_buffer") else None
    except (OverflowError, ValueError):
        return _BEYOND
