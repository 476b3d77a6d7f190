"""Posts analysed on the machines of a Ray cluster: shards of them go through Ray Data, with encoders as actors.

Only the analysis is elsewhere. Reading, storing and the commit are those of every build, in the order of the posts, so
that the index is the same. A shard whose worker dies is analysed again by another one.
"""

from __future__ import annotations

import logging
import os
import pickle
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.engines.local import Here
from index.engines.shards import Shards, read_shard, shard_path
from index.errors import AnalystError
from index.posts.record import Post
from index.store.analysed import Analysed, of_pieces
from index.unfinished import program

FOLDER = "shards"  # in the folder of the version that is built
CORES = 1  # of a worker; one that reads on several gains less than several workers do
TRIES = 3  # of a shard after its worker died; one that kills four workers would kill them all
AGAIN = "Look at the cluster with `ray status`; the same command goes on from what is analysed."
INSTALL = "Install it with `pip install 'audience-analyst[cluster]'`, on every machine of the cluster."


@dataclass(frozen=True)
class Cluster:
    """The Ray cluster at an ``address``, ``auto`` for the one that this machine is in; where none is given, one that
    lives on this machine for as long as the build. ``workers`` encoders read at once, one on each core if none is said.
    """

    address: str | None = None
    workers: int | None = None

    def analyser(self, folder: Path, ner: str, precision: str) -> ClusterAnalyser:
        """Connects to the cluster. Raises AnalystError if it cannot be reached, or Ray is not installed."""
        leave = self._connect()
        shards, work = Shards(folder.absolute() / FOLDER), Work(ner, precision, program())
        return ClusterAnalyser(shards, work, self.workers, leave)

    def _connect(self) -> Callable[[], None]:
        """Returns what leaves the cluster again, or ends it if it was made for this build."""
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise AnalystError(f"Ray is not installed: {error}", todo=INSTALL) from error
        if ray.is_initialized():  # somebody else's connection, who leaves by themselves
            return lambda: None
        try:
            ray.init(
                address=self.address or "local",
                include_dashboard=None if self.address else False,
                log_to_driver=False,
                logging_level=logging.ERROR,
            )
        except (ConnectionError, RuntimeError, ValueError, OSError) as error:
            raise AnalystError(
                f"No Ray cluster can be reached: {_first_line(error)}",
                where=self.address or "this machine",
                todo="Start one with `ray start --head` here and `ray start --address HOST:6379` on the others.",
            ) from error
        return ray.shutdown


@dataclass(frozen=True)
class Work:
    """What a worker must know to analyse as this process would: recogniser, precision, and the checksum of the program
    that it must be.
    """

    ner: str
    precision: str
    program: str


class ClusterAnalyser:
    """Has shards of posts analysed by a cluster that Ray is connected to, in order and some ahead."""

    def __init__(self, shards: Shards, work: Work, workers: int | None, leave: Callable[[], None]) -> None:
        self._shards, self._work, self._workers, self._leave = shards, work, workers, leave
        self._number = 0  # of the batch that was given last
        self._coming: Iterator[Mapping[str, Any]] | None = None  # what workers have made, from some shard on

    def ahead(self, batches: Iterator[list[Post]]) -> Iterator[list[Post]]:
        try:
            for batch in batches:
                self._shards.add(batch)
            for number in range(self._shards.count):
                self._number = number
                yield self._shards.read(number)
        finally:
            self._coming = None
            self._shards.delete()
            self._leave()

    def analyse(self, batch: list[Post]) -> Callable[[], Analysed]:
        if self._coming is None:  # earlier ones were analysed by a run before this
            self._coming = self._results(self._number)
        with _sentences(self._shards.folder):
            made = next(each for each in self._coming if each["number"] == self._number)
        if made["fault"]:
            raise AnalystError(**pickle.loads(made["fault"]))
        return lambda: of_pieces(pickle.loads(made["pieces"]))

    def _results(self, first: int) -> Iterator[Mapping[str, Any]]:
        import ray
        from ray.data import ActorPoolStrategy, DataContext

        context = DataContext.get_current()
        context.execution_options.preserve_order = True
        context.enable_progress_bars = False
        logging.getLogger("ray.data").setLevel(logging.ERROR)
        numbers = range(first, self._shards.count)
        cores = max(1, int(ray.cluster_resources().get("CPU", 1)))
        workers = min(self._workers or cores // CORES, len(numbers))
        shards = [{"number": number, "path": str(shard_path(self._shards.folder, number))} for number in numbers]
        yield from (
            ray.data.from_items(shards, override_num_blocks=len(shards))
            .map(
                ShardReader,
                fn_constructor_args=(self._work,),
                compute=ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2),
                num_cpus=CORES,
                max_restarts=-1,
                max_task_retries=TRIES,
            )
            .iter_rows()
        )


class ShardReader:
    """A worker: an encoder that is loaded once, and reads one shard after the other."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._here: Here | None = None

    def __call__(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Analyses a shard. A failure that has a sentence is a result too: another try would end the same."""
        told = {"number": row["number"], "host": socket.gethostname(), "process": os.getpid()}
        try:
            self._here = self._here or self._loaded()
            made = self._here.analyse(self._posts(Path(row["path"])))()
        except AnalystError as error:
            fault = pickle.dumps({"what": error.what, "where": error.where, "todo": error.todo})
            return {**told, "pieces": b"", "fault": fault}
        return {**told, "pieces": pickle.dumps(made.pieces()), "fault": b""}

    def _loaded(self) -> Here:
        if program() != self._work.program:
            raise AnalystError(
                "A worker has another version of Audience Analyst, or of its weights",
                where=socket.gethostname(),
                todo="Install the same version on every machine of the cluster.",
            )
        import torch

        from index.encoding.encoder import Encoder
        from index.entities.pipeline import Reader

        torch.set_num_threads(CORES)
        return Here(Reader(ner=self._work.ner, encoder=Encoder(precision=self._work.precision)))

    def _posts(self, path: Path) -> list[Post]:
        try:
            return read_shard(path)
        except OSError as error:
            raise AnalystError(
                f"A worker cannot read the posts: {error.strerror or _first_line(error)}",
                where=f"{socket.gethostname()}: {path}",
                todo="Choose an --out on storage that every machine of the cluster has at the same path.",
            ) from error


@contextmanager
def _sentences(shards: Path) -> Iterator[None]:
    """Failures of Ray, and of workers beyond help, as sentences."""
    try:
        yield
    except StopIteration as error:
        raise AnalystError("The cluster has lost a shard of the posts", where=str(shards), todo=AGAIN) from error
    except Exception as error:
        if not type(error).__module__.startswith("ray."):
            raise
        cause = getattr(error, "cause", None) or error
        raise AnalystError(
            f"The cluster could not analyse the posts: {_first_line(cause)}", where=str(shards), todo=AGAIN
        ) from error


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
