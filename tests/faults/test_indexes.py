"""Commands on indexes that are not there, not whole, not ours or not to be read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from index.manifest import FORMAT, UPGRADABLE
from index.store.sealed import unseal
from tests.conftest import committed
from tests.faults.conftest import Ended

Run = Callable[..., Ended]
COMMANDS = (["ask", "q", "--index"], ["call", "describe_data", "--index"], ["info"], ["serve", "--index"])


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_no_index_there(analyst: Run, tmp_path: Path, words: list[str]) -> None:
    analyst(*words, tmp_path / "none").said("no index", str(tmp_path / "none"), "analyst index")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_folder_that_is_no_index(analyst: Run, tmp_path: Path, words: list[str]) -> None:
    analyst(*words, tmp_path).said("not an index", str(tmp_path), "analyst index")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("older", [1, UPGRADABLE])
def test_an_older_format(analyst: Run, copy: Path, words: list[str], older: int) -> None:
    manifest = copy / "manifest.json"
    manifest.write_text(json.dumps(unseal(manifest.read_bytes()) | {"format": older}))
    todo = "analyst check" if older == UPGRADABLE else "analyst index"
    analyst(*words, copy).said(f"format {older}", f"reads format {FORMAT}", str(copy), todo)


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": null}', "\x00"])
def test_a_manifest_that_is_none(analyst: Run, copy: Path, words: list[str], content: str) -> None:
    (copy / "manifest.json").write_text(content)
    analyst(*words, copy).said(str(copy))


def test_an_index_that_is_being_written_is_none_yet(analyst: Run, copy: Path) -> None:
    (copy / "manifest.json").unlink()  # it is written last
    analyst("call", "describe_data", "--index", copy).said("not an index", str(copy))


@pytest.mark.parametrize("part", ["facts/posts.parquet", "facts/people.parquet", "chroma/chroma.sqlite3"])
def test_a_part_that_is_gone(analyst: Run, copy: Path, part: str) -> None:
    (committed(copy) / part).unlink()
    for words in COMMANDS:
        analyst(*words, copy).said("damaged", f"{part} is missing", str(copy), "analyst check")


def test_a_part_that_is_cut_off(analyst: Run, copy: Path) -> None:
    posts = committed(copy) / "facts" / "posts.parquet"
    posts.write_bytes(posts.read_bytes()[:100])
    for words in COMMANDS:
        analyst(*words, copy).said("damaged", "has 100 bytes instead of", str(copy), "analyst check")


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: words[0])
def test_a_folder_that_may_not_be_looked_into(analyst: Run, locked: Path, words: list[str]) -> None:
    analyst(*words, locked).said("Permission denied", str(locked))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["get_profile", "user=anna"], ["@anna", "Did you mean @ana"]),
        (["explain_match", "user=zzz", "campaign=Nike"], ["@zzz", "Check the spelling"]),
        (["search_posts", "query=tea", "community=appel"], ["'appel'", "apple"]),
    ],
)
def test_names_that_are_not_there(analyst: Run, tiny_index: Path, words: list[str], said: list[str]) -> None:
    analyst("call", *words, "--index", tiny_index, "--json").said(*said)


@pytest.mark.parametrize("option", ["--export", "--chart"])
def test_a_file_that_may_not_be_written(analyst: Run, tiny_index: Path, tmp_path: Path, option: str) -> None:
    name = tmp_path / "none" / ("a.csv" if option == "--export" else "a.png")
    analyst("call", "find_audience", "campaign=Nike", option, name, "--index", tiny_index, "--json").said(
        "no such folder", str(name.parent), "Make it"
    )
