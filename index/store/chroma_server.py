"""A Chroma server that has the vectors of committed versions, for many who read one index.

A version has two collections there, named after it, and no other version has them: whoever reads a version never meets
the vectors of another. How many there are says whether they are all there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from index.errors import AnalystError
from index.manifest import VERSION, Manifest
from index.store.vectors import CONFIGURATION, Collections

PREFIX = "analyst-"
KINDS = ("posts", "people")
START = "Start one with `chroma run --path FOLDER`, or leave --chroma out to read the vectors on this disk."


class MissingVectors(AnalystError):
    """A server answers, but has not all vectors of a version."""


class ChromaServer:
    """The server at an ``address`` like http://host:8000. Safe to share between threads.

    Raises AnalystError if the address is none, or no Chroma server answers there.
    """

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        host, port, secure = _parts(address)
        with self.sentences():
            self._client = _client(host, port, secure)
            self._client.heartbeat()

    def served(self, manifest: Manifest) -> ServedNearness:
        """Nearness in a version, from the server. Raises AnalystError if the server has not all of its vectors."""
        with self.sentences(manifest.version):
            found = {kind: self._client.get_collection(_name(manifest.version, kind), None) for kind in KINDS}
            if [found[kind].count() for kind in KINDS] != [manifest.posts, manifest.people]:
                raise self.missing(manifest.version)
        return ServedNearness(self, manifest.version, Collections(self._client, found))

    def has(self, manifest: Manifest) -> bool:
        """Whether all vectors of a version are there. Raises AnalystError if the server does not answer."""
        try:
            self.served(manifest)
        except MissingVectors:
            return False
        return True

    def versions(self, index: str) -> set[str]:
        """The versions of an index that are on the server, whole or not; ``index`` is what ``put`` was told."""
        with self.sentences():
            found = {each.name: each.metadata or {} for each in self._client.list_collections()}
        return {name[len(PREFIX) :].rpartition("-")[0] for name, told in found.items() if _is_of(index, name, told)}

    def put(self, version: str, index: str, fill: Callable[[Collections], None]) -> None:
        """Have ``fill`` put the vectors of a version of ``index`` into new collections; what a run before left of them
        is deleted first.
        """
        with self.sentences():
            self.drop(version)
            told = {"metadata": {"index": index}, "embedding_function": None, "configuration": CONFIGURATION}
            new = {kind: self._client.create_collection(_name(version, kind), **told) for kind in KINDS}
            fill(Collections(self._client, new))

    def drop(self, version: str) -> None:
        """Delete the collections of a version, if there are any."""
        from chromadb.errors import NotFoundError

        with self.sentences():
            for kind in KINDS:
                try:
                    self._client.delete_collection(_name(version, kind))
                except NotFoundError:
                    continue

    def missing(self, version: str) -> MissingVectors:
        """The failure of a version whose vectors are not on the server."""
        return MissingVectors(
            f"The Chroma server has not all vectors of this version of the index, {version}",
            where=self.address,
            todo=f"Put them there with `analyst push DIR --chroma {self.address}`.",
        )

    @contextmanager
    def sentences(self, version: str = "") -> Iterator[None]:
        """What fails at the server, as a sentence; ``version`` is the one that was asked for."""
        import httpx
        from chromadb.errors import ChromaError, NotFoundError

        try:
            yield
        except NotFoundError as error:
            raise self.missing(version) from error
        except (httpx.HTTPError, ChromaError, OSError, ValueError) as error:
            reason = str(error).strip().partition("\n")[0]
            what = f"The Chroma server does not answer, or not as one: {reason}"
            raise AnalystError(what, where=self.address, todo=START) from error


class ServedNearness:
    """What is near in meaning in a version, as the server tells; stands where ``Nearness`` does."""

    def __init__(self, server: ChromaServer, version: str, vectors: Collections) -> None:
        self._server, self._version, self._vectors = server, version, vectors

    def nearest(self, kind: str, vector: np.ndarray, limit: int) -> list[tuple[str, float]]:
        """As ``Collections.nearest``. Raises AnalystError if the server is away, or has these vectors no more."""
        with self._server.sentences(self._version):
            return self._vectors.nearest(kind, vector, limit)

    def close(self) -> None:
        """Nothing is kept here."""


@functools.lru_cache(maxsize=8)
def _client(host: str, port: int, secure: bool) -> Any:
    import chromadb
    from chromadb.config import Settings

    return chromadb.HttpClient(host=host, port=port, ssl=secure, settings=Settings(anonymized_telemetry=False))


def _parts(address: str) -> tuple[str, int, bool]:
    """Host, port and whether it is https. Raises AnalystError."""
    try:
        told = urlsplit(address)
        port = told.port
    except ValueError:
        told, port = urlsplit(""), None
    if told.scheme not in ("http", "https") or not told.hostname or told.path.strip("/") or told.query or told.username:
        raise AnalystError(
            f"{address!r} is not the address of a Chroma server",
            todo="Give it as http://host:8000, with nothing behind.",
        )
    return told.hostname, port or (443 if told.scheme == "https" else 8000), told.scheme == "https"


def _name(version: str, kind: str) -> str:
    return f"{PREFIX}{version}-{kind}"


def _is_of(index: str, name: str, told: dict[str, Any]) -> bool:
    version = name.removeprefix(PREFIX).rpartition("-")[0]
    return name.startswith(PREFIX) and VERSION.fullmatch(version) is not None and told.get("index") == index
