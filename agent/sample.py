"""The index of the posts that ship with the project, made when it is first needed; and the building of any index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from agent.command_line import check_index
from index.errors import AnalystError
from index.posts.options import Options

if TYPE_CHECKING:
    from index.engines.local import Engine

HOME = Path(__file__).resolve().parents[1]
SAMPLE_POSTS = HOME / "index" / "sample" / "posts.jsonl"
SAMPLE_INDEX = HOME / "indexes" / "sample"


def build(
    files: list[str],
    out: Path,
    *,
    options: Options | None = None,
    ner: str | None = None,
    engine: Engine | None = None,
) -> Any:
    """Build an index with a progress bar; returns manifest and tally."""
    from agent import console
    from index.build import build_index, total_bytes

    named: dict[str, Any] = {"ner": ner} if ner else {}
    size = total_bytes(files) if engine is None else None  # engines read all files before they analyse
    with console.build_progress(size) as watch:
        return build_index(files, out, options=options, watch=watch, engine=engine, **named)


def sample_index() -> Path:
    """The index of the posts that ship with the project, made when it is missing, old or damaged."""
    try:
        check_index(SAMPLE_INDEX)
    except AnalystError:
        from agent import console

        console.say("Indexing the sample posts, once.")
        build([str(SAMPLE_POSTS)], SAMPLE_INDEX)
    return SAMPLE_INDEX
