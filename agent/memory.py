"""Conversations that survive a restart: LangGraph checkpoints in one SQLite file of the user, or in memory only.

What runs is always in memory; whatever is to be kept is copied to the file after every question. Where that fails (full
disk, file locked or broken) the conversation goes on in memory, and ``fault`` says so. Nothing is pickled: checkpoints
are MessagePack, and only messages and results of our own tools can be read back.
"""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from pathlib import Path
from typing import Any, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import ChannelVersions, Checkpoint, CheckpointMetadata, CheckpointTuple
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.models.messages import begun, last_turns

logger = logging.getLogger(__name__)

FILE = "conversations.sqlite"
TERMINAL = "terminal"  # owner of what is said in the terminal
PATIENCE = 1.0  # seconds that another process may hold the file
MOST_TALKS = 30  # of one owner about one index; the one that was silent for longest makes room
MOST_OF_ALL = 2000
WHOLE_TURNS = 20  # the newest questions whose results are kept whole
CHARACTERS_KEPT = 400  # of a result or an answer before those
LONGEST_TITLE = 200
TALKS = """CREATE TABLE IF NOT EXISTS talks (
    thread TEXT PRIMARY KEY, owner TEXT NOT NULL, place TEXT NOT NULL, title TEXT NOT NULL, changed REAL NOT NULL,
    about TEXT NOT NULL
)"""
T = TypeVar("T")


@dataclass(frozen=True)
class Talk:
    """A conversation that is kept: its first question, when it was last heard of (Unix time), and which of the posts
    that a page offers it is ``about``.
    """

    thread: str
    title: str
    changed: float
    about: str = ""


def state_folder() -> Path:
    """Where this user's conversations are: ``ANALYST_STATE``, or by the XDG convention."""
    if named := os.environ.get("ANALYST_STATE"):
        return Path(named)
    base = os.environ.get("XDG_STATE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".local" / "state") / "audience-analyst"


def owner_id(key: str, user: str | None = None) -> str:
    """Whose conversations: the secret that a browser keeps, and who was logged in. The file only has its digest."""
    return hashlib.sha256(f"{key}\0{user or ''}".encode()).hexdigest()


class Memory(SqliteSaver):
    """A checkpointer, with a list of the conversations that are kept. Safe to share between threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """``folder`` is made if need be; None keeps nothing beyond this process."""
        super().__init__(sqlite3.connect(":memory:", check_same_thread=False), serde=_serializer())
        self.fault = ""
        self._kept: set[str] = set()
        self._file = folder / FILE if folder is not None else None
        self._disk: SqliteSaver | None = None
        self._opening = threading.Lock()

    # What is kept, and whose

    def keep(self, thread: str, owner: str, place: str, title: str, about: str = "") -> None:
        """From now on the conversation is copied to the file. ``place`` names the index that it is about."""
        row = (thread, owner, place, title[:LONGEST_TITLE], time.time(), about)

        def note(disk: SqliteSaver) -> list[str]:
            with disk.cursor() as cursor:
                cursor.execute("INSERT OR REPLACE INTO talks VALUES (?, ?, ?, ?, ?, ?)", row)
                order = "SELECT thread FROM talks {} ORDER BY changed DESC, rowid DESC LIMIT -1 OFFSET ?"
                mine = order.format("WHERE owner = ? AND place = ?")
                surplus = cursor.execute(mine, (owner, place, MOST_TALKS)).fetchall()
                surplus += cursor.execute(order.format(""), (MOST_OF_ALL,)).fetchall()
                return [found[0] for found in surplus]

        self._kept.add(thread)
        for old in self._try(note, list[str]()):
            self.delete_thread(old)

    def talks(self, owner: str, place: str) -> list[Talk]:
        """The kept conversations of an owner about an index, the latest last."""
        query = "SELECT thread, title, changed, about FROM talks WHERE owner = ? AND place = ? ORDER BY changed"

        def read(disk: SqliteSaver) -> list[Talk]:
            with disk.cursor(transaction=False) as cursor:
                return [Talk(*row) for row in cursor.execute(query, (owner, place)).fetchall()]

        found = self._try(read, list[Talk]())
        self._kept.update(talk.thread for talk in found)
        return found

    def forget_posts(self, index: Path) -> int:
        """Delete all kept conversations about an index, whoever had them; returns how many there were."""
        found = self._threads_about(index)
        for thread in found:
            self.delete_thread(thread)
        return len(found)

    def _threads_about(self, index: Path) -> list[str]:
        place, name = str(index.resolve()), index.resolve().name
        query = "SELECT thread FROM talks WHERE (place = ? AND about = '') OR about IN (?, ?)"

        def read(disk: SqliteSaver) -> list[str]:
            with disk.cursor(transaction=False) as cursor:
                return [row[0] for row in cursor.execute(query, (place, f"beside:{name}", f"own:{name}")).fetchall()]

        found = self._try(read, list[str]())
        self._kept.update(found)
        return found

    def texts_about(self, index: Path) -> list[list[str]]:
        """All that the kept conversations about an index hold, questions, answers and results, by conversation."""
        return [list(_strings(self.messages(thread))) for thread in self._threads_about(index)]

    def messages(self, thread: str) -> list[Any]:
        """What was said in a conversation; empty if nothing is known of it."""
        found = self.get_tuple({"configurable": {"thread_id": thread, "checkpoint_ns": ""}})
        return list(found.checkpoint["channel_values"].get("messages", [])) if found else []

    def release(self, thread: str) -> None:
        """Drop a conversation from memory; one that is kept stays in the file."""
        super().delete_thread(thread)

    # What LangGraph asks for

    def put(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        """Save the state of a conversation in place of the one before."""
        thread = str(config["configurable"]["thread_id"])
        saved = super().put(config, checkpoint, metadata, new_versions)
        _only(self, thread, checkpoint["id"])
        if thread in self._kept:

            def copy(disk: SqliteSaver) -> None:
                disk.put(config, checkpoint, metadata, new_versions)
                _only(disk, thread, checkpoint["id"])
                with disk.cursor() as cursor:
                    cursor.execute("UPDATE talks SET changed = ? WHERE thread = ?", (time.time(), thread))

            self._try(copy, None)
        return saved

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """The state of a conversation, from the file if it is not in memory."""
        found = super().get_tuple(config)
        if found is None and config["configurable"]["thread_id"] in self._kept:
            found = self._try(lambda disk: disk.get_tuple(config), None)
        return found

    def delete_thread(self, thread_id: str) -> None:
        """Forget a conversation for good."""
        super().delete_thread(thread_id)
        if thread_id not in self._kept and self._disk is None:
            return

        def delete(disk: SqliteSaver) -> None:
            disk.delete_thread(thread_id)
            with disk.cursor() as cursor:
                cursor.execute("DELETE FROM talks WHERE thread = ?", (thread_id,))

        self._try(delete, None)
        self._kept.discard(thread_id)

    # The file

    def _try(self, action: Callable[[SqliteSaver], T], otherwise: T) -> T:
        """What ``action`` does with the file; ``otherwise``, and a sentence in ``fault``, if it cannot."""
        if self._file is None:
            return otherwise
        try:
            done = action(self._opened(self._file))
        except Exception as error:  # a broken file raises whatever its bytes decode to
            logger.warning("%s: %s", self._file, error)
            self.fault = _sentence(self._file, error)
            if self._disk is not None:
                self._disk.conn.rollback()
            return otherwise
        self.fault = ""
        return done

    def _opened(self, file: Path) -> SqliteSaver:
        with self._opening:
            if self._disk is None:
                file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                file.touch(mode=0o600)  # SQLite gives its own files beside it the same mode
                connection = sqlite3.connect(file, timeout=PATIENCE, check_same_thread=False)
                connection.execute("PRAGMA secure_delete = ON")  # what is deleted is gone
                disk = SqliteSaver(connection, serde=self.serde)
                with disk.cursor() as cursor:
                    cursor.execute(TALKS)
                self._disk = disk
            return self._disk


def shortened(messages: Sequence[Any]) -> list[Any] | None:
    """``messages`` with the results and answers before the last ``WHOLE_TURNS`` questions cut; None if none is to be.

    Questions and calls stay, so that follow-ups still find what they are about.
    """
    newest = last_turns(messages, WHOLE_TURNS)
    cut = [_cut(message) for message in messages[: len(messages) - len(newest)]]
    if all(new is old for new, old in zip(cut, messages, strict=False)):
        return None
    return [*cut, *newest]


def _strings(value: Any) -> Iterator[str]:
    """Every string in a value, however deep."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for pair in value.items():
            yield from _strings(pair)
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            yield from _strings(each)
    elif hasattr(value, "__dict__"):
        yield from _strings(vars(value))


def _cut(message: Any) -> Any:
    """A message cut to ``CHARACTERS_KEPT``, without its result; questions and calls stay whole."""
    from langchain_core.messages import HumanMessage

    if isinstance(message, HumanMessage):
        return message
    if getattr(getattr(message, "artifact", None), "result", None) is not None:
        message = message.model_copy(update={"artifact": message.artifact.without_result()})
    return begun(message, CHARACTERS_KEPT)


def _only(saver: SqliteSaver, thread: str, checkpoint: str) -> None:
    """Delete all states of a conversation but one."""
    with SqliteSaver.cursor(saver) as cursor:
        for table in ("checkpoints", "writes"):
            cursor.execute(f"DELETE FROM {table} WHERE thread_id = ? AND checkpoint_id <> ?", (thread, checkpoint))


def _serializer() -> JsonPlusSerializer:
    """Reads back messages, and of our own classes the results of tools."""
    from agent.toolbox import Outcome  # brings in all tools

    ours = {
        (name, value.__qualname__)
        for name, module in list(sys.modules.items())
        if name.startswith("tools.")
        for value in vars(module).values()
        if isinstance(value, type) and is_dataclass(value) and value.__module__ == name
    }
    allowed = sorted({*ours, (Outcome.__module__, Outcome.__qualname__)})
    return JsonPlusSerializer(pickle_fallback=False, allowed_msgpack_modules=allowed)


def _sentence(file: Path, error: Exception) -> str:
    why = "is held by another program" if "locked" in str(error) else "cannot be used"
    why = "does not fit on the disk any more" if "full" in str(error) or "No space" in str(error) else why
    return f"The file of conversations ({file}) {why}; this conversation goes on, but is lost when the program ends."
