"""What the user says about the files that are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.posts.dates import Order


@dataclass(frozen=True)
class Options:
    """What the user says about the files. ``columns`` is field → column or dotted path, "" where no column is to serve
    the field, ``author`` who wrote what has no author, ``names`` the columns of a table without a header, ``limit``
    the most rows to read of a file.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    author: str | None = None
    date_order: Order | None = None
    names: tuple[str, ...] = ()
    encoding: str | None = None
    include_private: bool = False
    strict: bool = False  # a file that holds no posts ends the run instead of being skipped
    limit: int | None = None
