"""``analyst call``: one tool, its result as words, as JSON and as files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.commands.conftest import run


def test_call_runs_a_tool(tiny_index: Path) -> None:
    done = run("call", "get_profile", "user=@Ana", "--index", tiny_index, "--json")
    assert json.loads(done.stdout)["tool"] == "get_profile", done.stderr
    assert "ana" in run("call", "get_profile", "user=ana", "--index", tiny_index).stdout


@pytest.mark.parametrize("argument", ["colour=red", "limit=many", "sentiment=angry"])
def test_bad_arguments_of_a_tool_are_wrong_usage(tiny_index: Path, argument: str) -> None:
    done = run("call", "search_posts", "query=nike", argument, "--index", tiny_index)
    assert done.exit_code == 2 and argument.partition("=")[0] in done.stderr


def test_what_a_tool_cannot_find_is_no_wrong_usage(tiny_index: Path) -> None:
    done = run("call", "get_profile", "user=nobody_here", "--index", tiny_index, "--json")
    assert (done.exit_code, done.stdout) == (1, "") and "nobody_here" in done.stderr


def test_call_draws_and_exports(tiny_index: Path, tmp_path: Path) -> None:
    words = ("call", "find_audience", "campaign=Nike", "--index", tiny_index, "--json")
    done = run(*words, "--chart", tmp_path / "a.svg", "--export", tmp_path / "a.csv")
    assert json.loads(done.stdout)["tool"] == "find_audience", done.stderr
    assert (tmp_path / "a.svg").read_bytes().startswith(b"<?xml") and f"Saved {tmp_path / 'a.csv'}." in done.stderr
    assert (tmp_path / "a.csv").read_text().startswith("handle,probability,low,high,reasons,against,evidence,")
    assert run(*words, "--export", tmp_path / "b.json").exit_code == 0
    assert json.loads((tmp_path / "b.json").read_text())["index"]["people"] == 6


@pytest.mark.parametrize(
    ("words", "name", "begin"),
    [
        (["count", "of=people", "topic=Nike"], "a.csv", b"of,value,whole,share,posts,people,subject,index,question,"),
        (["search_posts", "query=Nike", "limit=2"], "a.xlsx", b"PK"),
        (["get_profile", "user=ana"], "a.md", b"# Profile of @ana\n"),
        (["cannot_tell", "why=future"], "a.json", b'{\n "call"'),
        (["write_brief", "campaign=Nike", "limit=2"], "a.html", b"<!doctype html>"),
    ],
)
def test_every_tool_is_exported(tiny_index: Path, tmp_path: Path, words: list[str], name: str, begin: bytes) -> None:
    done = run("call", *words, "--index", tiny_index, "--export", tmp_path / name)
    assert done.exit_code == 0 and f"Saved {tmp_path / name}." in done.stderr, done.stderr
    assert (tmp_path / name).read_bytes().startswith(begin)


@pytest.mark.parametrize(
    ("tool", "option", "name", "said"),
    [
        ("find_audience", "--chart", "a.gif", "A chart ends in .png or .svg"),
        ("find_audience", "--chart", ".", "This is a directory"),
        ("find_audience", "--export", "a.pdf", "An export ends in .csv, .xlsx, .json or .md"),
        ("get_profile", "--export", "a.html", "An export ends in .csv, .xlsx, .json or .md"),
        ("get_profile", "--export", "none/a.csv", "There is no such folder"),
    ],
)
def test_files_that_cannot_be_are_refused_at_once(
    folder: Path, tmp_path: Path, tool: str, option: str, name: str, said: str
) -> None:
    done = run("call", tool, "user=ana", option, tmp_path / name, "--index", folder)
    assert (done.exit_code, done.stdout) == (1, "") and said in done.stderr


def test_a_result_without_a_picture_is_still_shown(tiny_index: Path, tmp_path: Path) -> None:
    done = run("call", "search_posts", "query=nike", "--chart", tmp_path / "a.png", "--index", tiny_index)
    assert done.exit_code == 1 and "Nike" in done.stdout and "nothing to draw" in done.stderr


def test_help_lists_the_tools_and_the_arguments_of_one() -> None:
    listed = run("call", "--help").stdout
    assert "find_audience  " in listed and "Groups of people by what they write" in " ".join(listed.split())
    told = run("call", "count", "--help").stdout
    assert "count: " in told and "topic" in told and "without  " in told and "find_audience" not in told
