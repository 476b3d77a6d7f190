"""The index of the posts that ship with the project, made when it is first needed; and the building of any index."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from agent.command_line import check_index
from index.errors import AnalystError
from index.posts.options import Options

HOME = Path(__file__).resolve().parents[1]
SAMPLE_POSTS = HOME / "index" / "sample" / "posts.jsonl"
SAMPLE_INDEX = HOME / "indexes" / "sample"


def build(files: list[str], out: Path, *, options: Options | None = None, ner: str | None = None) -> Any:
    """Build an index with a progress bar; returns manifest and tally."""
    from agent import console
    from index.build import build_index, total_bytes

    named: dict[str, Any] = {"ner": ner} if ner else {}
    with console.build_progress(total_bytes(files)) as watch:
        return build_index(files, out, options=options, watch=watch, **named)


def sample_index() -> Path:
    """The index of the posts that ship with the project, made when it is missing, old or damaged."""
    try:
        check_index(SAMPLE_INDEX)
    except AnalystError:
        from agent import console

        console.say("Indexing the sample posts, once.")
        build([str(SAMPLE_POSTS)], SAMPLE_INDEX)
    return SAMPLE_INDEX
