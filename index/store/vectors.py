"""Posts and people in Chroma, for what is near; all else is the business of the facts and the flat vectors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

PAGE = 5000
CONFIGURATION: Any = {"hnsw": {"space": "cosine", "ef_search": 200, "sync_threshold": 2000}}


class Collections:
    """The collections ``posts`` and ``people`` of one index: ids are post ids and authors, distances are cosine.

    ``client`` is one of Chroma's. Those that are not ``given`` are made when they are first needed.
    """

    def __init__(self, client: Any, given: Mapping[str, Any] | None = None) -> None:
        self._client = client
        self._collections: dict[str, Any] = dict(given or {})

    def add(self, kind: str, ids: Sequence[str], vectors: np.ndarray, *, replacing: bool = False) -> None:
        """Store ``vectors`` (n, 384) of unit length under ``ids``; ``replacing`` those that are there. Raises OSError
        if they cannot be written.
        """
        from chromadb.errors import ChromaError

        size = self._client.get_max_batch_size()
        try:
            for start in range(0, len(ids), size):
                rows = slice(start, start + size)
                collection = self._collection(kind)
                store = collection.upsert if replacing else collection.add
                store(ids=list(ids[rows]), embeddings=vectors[rows])
        except ChromaError as error:  # of a full disk it says so in some cases only
            raise OSError(f"Chroma could not store vectors: {error}") from error

    def nearest(self, kind: str, vector: np.ndarray, limit: int) -> list[tuple[str, float]]:
        """The ``limit`` nearest ids with their cosine similarity, best first."""
        collection = self._collection(kind)
        limit = min(limit, collection.count())
        if limit == 0:
            return []
        found = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def ids(self, kind: str) -> Iterator[str]:
        """The id of everything stored."""
        collection = self._collection(kind)
        for offset in range(0, collection.count(), PAGE):
            yield from collection.get(limit=PAGE, offset=offset, include=[])["ids"]

    def close(self) -> None:
        """Let go of files and connections, so that a folder may be moved."""
        self._collections.clear()
        self._client.close()

    def _collection(self, kind: str) -> Any:
        if kind not in self._collections:
            self._collections[kind] = self._client.get_or_create_collection(
                kind, embedding_function=None, configuration=CONFIGURATION
            )
        return self._collections[kind]


class Vectors(Collections):
    """The collections of an index in a ``folder`` of its own."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        super().__init__(chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False)))
