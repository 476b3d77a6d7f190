"""Posts and people as vectors in Chroma: nearness only; filters and counts are the business of the facts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

PAGE = 5000


class Vectors:
    """The collections ``posts`` and ``people`` of one index: ids are post ids and authors, distances are cosine."""

    def __init__(self, folder: Path) -> None:
        import chromadb
        from chromadb.config import Settings

        self._client: Any = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        self._collections: dict[str, Any] = {}

    def add(self, kind: str, ids: Sequence[str], vectors: np.ndarray) -> None:
        """Store ``vectors`` (n, 384) of unit length under ``ids``."""
        size = self._client.get_max_batch_size()
        for start in range(0, len(ids), size):
            self._collection(kind).add(ids=list(ids[start : start + size]), embeddings=vectors[start : start + size])

    def nearest(self, kind: str, vector: np.ndarray, limit: int) -> list[tuple[str, float]]:
        """The ``limit`` nearest ids with their cosine similarity, best first."""
        collection = self._collection(kind)
        limit = min(limit, collection.count())
        if limit == 0:
            return []
        found = collection.query(query_embeddings=[vector], n_results=limit, include=["distances"])
        return [(id_, 1.0 - distance) for id_, distance in zip(found["ids"][0], found["distances"][0], strict=True)]

    def get(self, kind: str, ids: Sequence[str]) -> tuple[list[str], np.ndarray]:
        """Stored ids among ``ids`` and their vectors (n, 384); order is the store's."""
        ids = list(dict.fromkeys(ids))  # Chroma refuses repeats
        names: list[str] = []
        parts = [np.zeros((0, 384), dtype=np.float32)]
        for start in range(0, len(ids), PAGE):
            found = self._collection(kind).get(ids=ids[start : start + PAGE], include=["embeddings"])
            names += found["ids"]
            if found["ids"]:
                parts.append(np.asarray(found["embeddings"], dtype=np.float32))
        return names, np.concatenate(parts)

    def pages(self, kind: str) -> Iterator[tuple[list[str], np.ndarray]]:
        """Everything stored, a page at a time."""
        collection = self._collection(kind)
        for offset in range(0, collection.count(), PAGE):
            found = collection.get(limit=PAGE, offset=offset, include=["embeddings"])
            yield found["ids"], np.asarray(found["embeddings"], dtype=np.float32)

    def close(self) -> None:
        """Let go of the files, so that the folder may be moved."""
        self._collections.clear()
        self._client.close()

    def _collection(self, kind: str) -> Any:
        if kind not in self._collections:
            self._collections[kind] = self._client.get_or_create_collection(
                kind,
                embedding_function=None,
                configuration={"hnsw": {"space": "cosine", "ef_search": 200, "sync_threshold": 2000}},
            )
        return self._collections[kind]
