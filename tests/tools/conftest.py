"""One small index for all tool tests: seven people of the shipped sample and five made up for edge cases."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from index.audiences import keep_audience
from index.errors import AnalystError
from tools.library import Library
from tools.registry import call_tool
from tools.result.result import ToolResult

if TYPE_CHECKING:
    from index.encoding.encoder import Encoder

ROOT = Path(__file__).resolve().parent.parent.parent
FROM_SAMPLE = (
    "mintcondish",
    "mei.lin.q",
    "animalstyle_ana",
    "bogle_bogle",
    "pocketful_of_dan",
    "owen_splits",
    "gaz_l4",
)
Row = dict[str, Any]
Call = Callable[..., ToolResult]
# id, author, community, day, likes, text
MADE = [
    ("m01", "buildbot", "toys", "2024-01-05", 10, "I love my new Lego castle, best set ever!"),
    ("m02", "buildbot", "toys", "2024-01-20", 3, "LEGO's newest set was missing pieces. Awful, I hate it"),
    ("m03", "brickfan", "toys", "2024-02-11", 25, "Legos all over the floor and I am so happy with them"),
    ("m04", "brickfan", "deals", "2024-02-29", 1, "#lego sale in Berlin today"),
    ("m05", "brickfan", "deals", "2024-03-01", 7, "Legoland was crowded"),
    ("m06", "plainjane", None, None, None, "Lego is overpriced rubbish"),
    ("m07", "plainjane", None, None, None, "nothing to say"),
    ("m08", "plainjane", None, None, None, '🙂🙂 "quoted" \\ back\nslash\r\n\ttab'),
    ("m09", "signs", "code", "2024-12-31", 0, "C++ compiles slowly again"),
    ("m10", "signs", "code", "2025-01-01", -4, "AT&T cut my line, H&M kept my coat, Disney+ kept my money"),
    ("m11", "signs", "Code", "2025-01-02", 2, "Coca-Cola, #cocacola or coca cola: all the same"),
    ("m12", "Signs", "code", "2025-01-03", 2, "A post by another person of nearly the same name"),
    ("m13", "signs", "the\nbreak", "2025-01-04", 2, "bell \x07 escape \x1b[31m next\x9bline\u2028separator\u202e"),
    ("m14", "signs", "code", "2025-01-05", 5, "x" * 3000),
]


def made_rows() -> list[Row]:
    keys = ("id", "author", "community", "created_at", "likes", "text")
    return [
        {key: value for key, value in zip(keys, row, strict=True) if value is not None}
        | ({"created_at": f"{row[3]}T23:30:00Z"} if row[3] else {})
        for row in MADE
    ]


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """The posts as they were written, for counting by hand."""
    lines = (ROOT / "index" / "sample" / "posts.jsonl").read_text(encoding="utf-8").splitlines()
    shipped = [json.loads(line) for line in lines]
    return [row for row in shipped if row["author"] in FROM_SAMPLE] + made_rows()


@pytest.fixture(scope="session")
def sample_index(rows: list[Row], encoder: Encoder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from index.build import build_index

    folder = tmp_path_factory.mktemp("tools")
    source = folder / "posts.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    build_index([str(source)], folder / "index")
    keep_audience(folder / "index", "Lego fans", ["buildbot", "brickfan"])
    keep_audience(folder / "index", "Talkers", ["brickfan", "signs", "gaz_l4"])
    return folder / "index"


@pytest.fixture(scope="session")
def library(sample_index: Path) -> Library:
    return Library.open(sample_index)


@pytest.fixture(scope="session")
def call(library: Library) -> Call:
    """``call("search_posts", query="tea")`` as the command line and the chat model call a tool."""

    def run(tool: str, **args: Any) -> ToolResult:
        return call_tool(library, tool, args)

    return run


@pytest.fixture(scope="session")
def refuse(library: Library) -> Callable[..., str]:
    """The sentence with which a call is refused."""

    def run(tool: str, **args: Any) -> str:
        with pytest.raises(AnalystError) as caught:
            call_tool(library, tool, args)
        return str(caught.value)

    return run


@pytest.fixture(scope="session")
def read(library: Library) -> dict[str, Row]:
    """What the index holds of each post, by id: tones and labels, for counting by hand."""
    columns = (
        "id",
        "author",
        "text",
        "community",
        "likes",
        "negative",
        "neutral",
        "positive",
        "sentiment",
        "created_at",
    )
    table = library.facts.rows(f"SELECT {', '.join(columns)} FROM posts")
    return {row[0]: dict(zip(columns, row, strict=True)) for row in table}
