"""``analyst audience``: people kept under a name, from a tool or by their handles."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from index.audiences import audience_named, read_audiences
from tests.commands.conftest import run


@pytest.fixture
def kept(tiny_index: Path, tmp_path: Path) -> Path:
    return shutil.copytree(tiny_index, tmp_path / "index")


def audience(index: Path, *words: str | Path) -> tuple[int, str, str]:
    done = run("audience", *words, "--index", index)
    assert "Traceback" not in done.stderr
    return done.exit_code, done.stdout, done.stderr


def test_the_people_of_a_tool_are_kept_shown_and_used(kept: Path, tmp_path: Path) -> None:
    code, said, _ = audience(kept, "save", "Spring runners", "find_audience", "campaign=Nike", "limit=3")
    assert (code, said) == (0, "The audience Spring runners has 3 people.\n")
    people = audience_named(kept, "Spring runners").people
    code, said, _ = audience(kept, "list")
    assert code == 0 and "Spring runners" in said and "Audience for Nike" in said
    told = json.loads(audience(kept, "list", "--json")[1])
    assert [each["people"] for each in told["audiences"]] == [list(people)]
    code, said, err = audience(kept, "show", "spring_runners", "--export", tmp_path / "a.csv")
    assert code == 0 and said.startswith("The audience Spring runners has 3 people: ") and "Saved" in err
    assert all(user in (tmp_path / "a.csv").read_text() for user in people)
    done = run("call", "rank", "of=person", "among=Spring runners", "--index", kept, "--json")
    assert {group["name"] for group in json.loads(done.stdout)["groups"]} == set(people)
    left = run("call", "rank", "of=person", "exclude=spring runners", "--index", kept, "--json")
    assert not {group["name"] for group in json.loads(left.stdout)["groups"]} & set(people)


def test_handles_and_files_of_handles_are_kept_and_changed(kept: Path, tmp_path: Path) -> None:
    (tmp_path / "crm.csv").write_text("handle,since\nana,2020\nnobody,2021\n@Dan,2022\n")
    code, said, err = audience(kept, "save", "Customers", f"@{tmp_path / 'crm.csv'}", "cleo")
    assert (code, said) == (0, "The audience Customers has 3 people.\n") and "left out: @nobody." in err
    code, said, err = audience(kept, "add", "customers", "ben", "fay")
    assert code == 0 and "5 people" in said
    code, said, err = audience(kept, "remove", "Customers", "@BEN", "eve", "--json")
    assert json.loads(said)["people"] == ["ana", "dan", "cleo", "fay"] and json.loads(said)["unknown"] == ["eve"]
    assert audience(kept, "rename", "Customers", "Clients")[1] == "The audience Clients has 4 people.\n"
    audience(kept, "save", "Others", "ana", "eve")
    code, said, _ = audience(kept, "compare", "Clients", "Others", "--json")
    assert json.loads(said)["tool"] == "compare_audiences" and json.loads(said)["both"] == ["ana"]
    code, _, err = audience(kept, "delete", "clients")
    assert code == 0 and "Deleted the audience Clients." in err and len(read_audiences(kept)) == 1


def test_one_group_of_people_is_kept(kept: Path) -> None:
    words = ("save", "Group", "list_segments", "count=2")
    code, said, err = audience(kept, *words)
    assert (code, said) == (1, "") and "Which of the 2 groups" in err
    code, said, _ = audience(kept, *words, "--group", "2")
    assert code == 0 and said.startswith("The audience Group has ")


@pytest.mark.parametrize(
    ("words", "code", "part"),
    [
        (["save", "Fans", "count", "of=people"], 1, "lists no people"),
        (["save", "Fans", "find_audience", "Nike"], 2, "key=value"),
        (["save", "Fans", "find_audience", "colour=red"], 2, "colour"),
        (["save", "Fans", "nobody", "noone"], 1, "Nobody would be in Fans"),
        (["save", "Gay fans", "ana"], 1, "never kept of anybody"),
        (["save", "a,b", "ana"], 1, "cannot be called"),
        (["save", "Ana", "ben"], 1, "handle of a person"),
        (["show", "Fans"], 1, "no audience called 'Fans'"),
        (["add", "Fans", "ana"], 1, "no audience called 'Fans'"),
        (["compare", "Fans", "Others"], 1, "None is saved yet"),
        (["save", "Fans"], 2, "PEOPLE"),
    ],
)
def test_what_cannot_be_is_a_sentence(kept: Path, words: list[str], code: int, part: str) -> None:
    found, said, err = audience(kept, *words)
    assert (found, said) == (code, "") and part in err, err
    assert read_audiences(kept) == {}


def test_removed_people_are_forgotten_and_check_tells_who_is_gone(kept: Path, encoder: object, write: object) -> None:
    audience(kept, "save", "Fans", "ana", "ben")
    done = run("remove", kept, "--author", "ben")
    assert done.exit_code == 0 and "Taken out of the saved audience Fans." in done.stdout
    assert audience_named(kept, "Fans").people == ("ana",)
    done = run("check", kept)
    assert done.exit_code == 0 and "Fans" not in done.stdout
    rows = [{"id": "1", "author": "cleo", "text": "Watching Dune with a friend tonight"}]
    assert run("index", write("again.jsonl", rows), "--out", kept).exit_code == 0  # type: ignore[operator]
    done = run("check", kept)
    assert done.exit_code == 0 and "1 person of the audience Fans has no posts here" in done.stdout
    assert json.loads(run("check", kept, "--json").stdout)["strangers"] == {"Fans": ["ana"]}
