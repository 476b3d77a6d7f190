"""What every export states beside the figures: what was asked of which posts, when, and by which chat model if any."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tools.exports.asked import asked_words
from tools.exports.names import step_done, title
from tools.library import Library
from tools.result.result import ToolResult
from tools.result.words import count

NO_MODEL = "none"
HEADS = {"sentiment": "tone", "entities": "names", "phrases": "key phrases"}  # what each model reads
_FOLDERS = re.compile(r"^@.*[/\\]")


@dataclass(frozen=True)
class Taken:
    """A result to take away, and how it came about.

    ``args`` are those of the call of ``tool``. ``question`` is what a person asked, empty where the tool was called by
    hand; ``model`` then is ``NO_MODEL``, else the chat model that decided on the call. ``library`` is the version of
    the index that the result came from.
    """

    library: Library
    result: ToolResult
    tool: str
    args: dict[str, Any]
    question: str = ""
    model: str = NO_MODEL
    made_on: date = field(default_factory=date.today)

    @property
    def title(self) -> str:
        """What the result is about, in a few words."""
        return title(self.tool, self.given)

    @property
    def given(self) -> dict[str, Any]:
        """The arguments that were given; of a file of handles its name, not the folders of this machine."""
        return {key: _without_folders(value) for key, value in self.args.items() if value is not None}

    @property
    def again(self) -> str:
        """The line for the shell that gives the result again."""
        return command(self.tool, self.given, self.library.path.resolve().name)

    @property
    def limits(self) -> list[str]:
        """What must be said with the figures."""
        return [each.text for each in self.result.warnings]


def about_lines(taken: Taken) -> list[tuple[str, str]]:
    """What an export states, as names with values; a question only where there was one."""
    asked = "; ".join(f"{name}: {value}" for name, value in asked_words(taken.given))
    return [
        *([("Question", taken.question)] if taken.question else []),
        ("What was done", step_done(taken.tool, taken.given)),
        ("Asked for", asked or "nothing further"),
        ("The same again", taken.again),
        ("Data", index_line(taken.library)),
        ("Read by", read_by(taken.library)),
        ("Chat model", taken.model),
        ("Made on", taken.made_on.isoformat()),
    ]


def index_line(library: Library) -> str:
    """Name, posts, people, span and time of an index: ``sample, 3,000 posts by 150 people, 2024-07-01 to …``."""
    made = index_identity(library)
    posts, people = count(made["posts"], "post"), count(made["people"], "person", "people")
    span = f"{made['first_post'][:10]} to {made['last_post'][:10]}" if made["first_post"] else "without dates"
    return f"{made['name']}, {posts} by {people}, {span}, built {made['built_at']}"


def read_by(library: Library) -> str:
    """Which models read the posts: their names, with a checksum of each that was trained here."""
    made = index_identity(library)
    heads = [f"{HEADS.get(head, head)} {digest}" for head, digest in made["heads"].items()]
    return "; ".join([made["encoder"].rpartition("/")[2], *heads])


def index_identity(library: Library) -> dict[str, Any]:
    """Which index a figure comes from: its name, size, time and models, but no path of this machine."""
    held = library.manifest
    return {
        "name": library.path.resolve().name,
        "posts": held.posts,
        "people": held.people,
        "first_post": held.first_post,
        "last_post": held.last_post,
        "built_at": held.built_at,
        "encoder": held.encoder,
        "heads": held.heads,
        "format": held.format,
    }


def command(tool: str, args: dict[str, Any], index: str) -> str:
    """A call as a line for the shell."""
    given = [f"{key}={written(value)}" for key, value in args.items() if value is not None]
    return shlex.join(["analyst", "call", tool, *given, "--index", index])


def written(value: Any) -> str:
    """An argument as the command line takes it."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, list) else str(value)


def _without_folders(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_folders(each) for each in value]
    return _FOLDERS.sub("@", value) if isinstance(value, str) else value
